//! `python-permissive-file-mode`.
//!
//! # What
//! `chmod` that lets everybody write.
//! # Why
//! Every user of the machine, and every service that is taken over, can change the file (CWE-732).
//! # Fix
//! The same mode without write access for group and others.
//!
//! Invariant: a mode is judged only where the text alone gives its bits.

use securecode_sdk::{
    File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, call::Call, replace},
};

use crate::{argument, dotted, literal};

/// The rule.
pub(crate) struct PermissiveFileMode;

const OTHERS_WRITE: u64 = 0o002;
const GROUP_AND_OTHERS_WRITE: u64 = 0o022;

const HELP: &str = "\
With mode `0o777` or `0o666` every account on the machine can change the file: a script that root runs, a configuration \
that names a command, a key that others are checked against.

Give write access to the owner only: `0o644`, `0o755`; for secrets `0o600`.";

impl Rule for PermissiveFileMode {
    fn metadata(&self) -> Metadata {
        let callees = ["os.chmod", "os.fchmod", "os.lchmod", "pathlib.Path.chmod", "*.chmod"];
        Metadata {
            id: "python-permissive-file-mode",
            title: "File that everybody can write",
            help: HELP,
            cwe: 732,
            tags: &["owasp:A01:2021"],
            interests: vec![Interest::Call(callees.map(Into::into).into())],
            triggers: &["chmod"],
            severity: Severity::Medium,
            bad: "import os\nos.chmod(path, 0o777)\n",
            good: "import os\nos.chmod(path, 0o755)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let mode = mode(call, is_method(&matched.name))?;
        let bits = literal::integer(mode);
        let is_open =
            bits.is_some_and(|bits| bits <= 0o7777 && bits & OTHERS_WRITE != 0) || names_others_write(file, mode);
        is_open.then(|| {
            Found::new(matched.at, format!("Mode `{}` lets every user of the machine change the file.", mode.text()))
        })
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        let Some(mode) = mode(call, matched.is_some_and(|matched| is_method(&matched.name))) else { return Vec::new() };
        let Some(bits) = literal::integer(mode) else { return Vec::new() };
        let closed = format!("0o{:03o}", bits & !GROUP_AND_OTHERS_WRITE);
        vec![fix::fix(format!("Let only the owner write (mode `{closed}`)"), vec![replace(mode.span(), closed)])]
    }
}

fn is_method(name: &str) -> bool {
    !name.starts_with("os.")
}

/// Gives the mode argument: the first of a path's method, the second of a function.
fn mode(call: Call<'_>, is_method: bool) -> Option<Node<'_>> {
    argument::value(call, usize::from(!is_method), "mode")
}

/// Says whether `stat.S_IWOTH` or `stat.S_IRWXO` is or-ed into an expression.
fn names_others_write(file: File<'_>, mode: Node<'_>) -> bool {
    let is_or = |node: Node<'_>| node.child_of_kind(Kind::named("token |")).is_some();
    let only_ors =
        std::iter::once(mode).chain(mode.descendants()).filter(|node| node.is(Kind::BINARY_OPERATOR)).all(is_or);
    let mut names = std::iter::once(mode).chain(mode.descendants());
    only_ors && names.any(|node| dotted::is_any(file, node, &["stat.S_IWOTH", "stat.S_IRWXO"]))
}
