//! `python-permissive-file-mode`.
//!
//! # What
//! `chmod` that lets everybody write or that lets others read a key, `umask(0)`, and files and folders that are created
//! writable for everybody.
//! # Why
//! Every user of the machine, and every service that is taken over, can change the file (CWE-732).
//! # Fix
//! The same mode without write access for group and others; for keys without any.
//!
//! Invariant: a mode is judged only where the text alone gives its bits.

use securecode_sdk::{
    Confidence, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, call::Call, replace},
};

use crate::{
    argument, constant, dotted, identifier, literal,
    receiver::{self, Receiver},
};

/// The rule.
pub(crate) struct PermissiveFileMode;

const OTHERS_WRITE: u64 = 0o002;
const GROUP_AND_OTHERS_WRITE: u64 = 0o022;
const GROUP_AND_OTHERS: u64 = 0o077;
const EXECUTE: u64 = 0o111;
const CHANGES: &[&str] = &["os.chmod", "os.fchmod", "os.lchmod", "pathlib.Path.chmod", "*.chmod"];
/// Calls that create with a mode, of which the umask takes bits away, and the mode's position.
const CREATES: &[(&str, usize)] = &[
    ("os.open", 2),
    ("os.mkdir", 1),
    ("os.makedirs", 1),
    ("os.mkfifo", 1),
    ("os.mknod", 1),
    ("pathlib.Path.mkdir", 0),
    ("pathlib.Path.touch", 0),
];
const UMASK: &str = "os.umask";

const HELP: &str = "\
With mode `0o777` or `0o666` every account on the machine can change the file: a script that root runs, a configuration \
that names a command, a key that others are checked against.

Give write access to the owner only: `0o644`, `0o755`; for secrets `0o600`.";

impl Rule for PermissiveFileMode {
    fn metadata(&self) -> Metadata {
        let creates = CREATES.iter().map(|(callee, _)| callee);
        let callees = CHANGES.iter().chain(creates).chain(&[UMASK]).map(|&callee| callee.to_owned());
        Metadata {
            id: "python-permissive-file-mode",
            title: "File that everybody can write",
            help: HELP,
            cwe: 732,
            tags: &["owasp:A01:2025"],
            interests: vec![Interest::Call(callees.collect())],
            triggers: &["chmod", "umask", "os.open", "mkdir", "makedirs", "mkfifo", "mknod", "touch"],
            severity: Severity::Medium,
            bad: "import os\nos.chmod(path, 0o777)\n",
            good: "import os\nos.chmod(path, 0o755)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let name = matched.name.as_str();
        let mode = constant::origin(mode(call, name)?);
        let bits = literal::integer(mode);
        if name == UMASK {
            let lets_write = bits.is_some_and(|bits| bits & OTHERS_WRITE == 0) && !is_only_read(call);
            return lets_write.then(|| {
                let message = format!("With umask `{}` every user of the machine can change new files.", mode.text());
                Found::new(matched.at, message)
            });
        }
        let is_open =
            bits.is_some_and(|bits| bits <= 0o7777 && bits & OTHERS_WRITE != 0) || names_others_write(file, mode);
        if CREATES.iter().any(|(callee, _)| *callee == name) {
            return is_open.then(|| {
                let message = format!("Mode `{}` relies on the umask to keep other users from writing.", mode.text());
                Found::new(matched.at, message).severity(Severity::Low).confidence(Confidence::Low)
            });
        }
        if is_open {
            let message = format!("Mode `{}` lets every user of the machine change the file.", mode.text());
            return Some(Found::new(matched.at, message));
        }
        let is_readable = bits.is_some_and(|bits| bits & (OTHERS_WRITE | EXECUTE) == 0 && bits & GROUP_AND_OTHERS != 0);
        let secret = secret_file(call, name).filter(|_| is_readable)?;
        let message = format!("Mode `{}` lets others than its owner use `{secret}`.", mode.text());
        Some(Found::new(matched.at, message).confidence(Confidence::Medium))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        let name = matched.map_or_else(|| dotted::path(file, call.callee).unwrap_or_default(), |one| one.name.clone());
        let Some(mode) = mode(call, &name).map(constant::origin) else { return Vec::new() };
        let Some(bits) = literal::integer(mode) else { return Vec::new() };
        if name == UMASK {
            let closed = format!("0o{:03o}", bits | GROUP_AND_OTHERS_WRITE);
            return vec![fix::fix("Let only the owner write new files", vec![replace(mode.span(), closed)])];
        }
        if bits & OTHERS_WRITE == 0 {
            let closed = format!("0o{:03o}", bits & !GROUP_AND_OTHERS);
            let title = format!("Give access to the owner only (mode `{closed}`)");
            return vec![fix::fix(title, vec![replace(mode.span(), closed)])];
        }
        let kept = if secret_file(call, &name).is_some() { !GROUP_AND_OTHERS } else { !GROUP_AND_OTHERS_WRITE };
        let closed = format!("0o{:03o}", bits & kept);
        vec![fix::fix(format!("Let only the owner write (mode `{closed}`)"), vec![replace(mode.span(), closed)])]
    }
}

/// Gives the mode argument: the first of a path's method, the second of a function.
fn mode<'a>(call: Call<'a>, name: &str) -> Option<Node<'a>> {
    if name == UMASK {
        return call.positional(0).map(Node::without_parentheses);
    }
    let created = CREATES.iter().find(|(callee, _)| *callee == name).map(|&(_, position)| position);
    argument::value(call, created.unwrap_or_else(|| usize::from(name.starts_with("os."))), "mode")
}

/// Gives the name of the private file whose mode is set: `key_path`, `"id_rsa"`.
fn secret_file<'a>(call: Call<'a>, name: &str) -> Option<&'a str> {
    let path = if name.starts_with("os.") { call.positional(0) } else { call.receiver() }?;
    let mut parts = std::iter::once(path).chain(path.descendants());
    parts.find_map(|part| {
        let text = literal::text(part).or_else(|| part.is(Kind::IDENTIFIER).then(|| part.text()))?;
        let words = identifier::words(text);
        let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
        let is_private = has(&["password", "passwords", "secret", "secrets", "credential", "credentials", "rsa"])
            || (has(&["private"]) && has(&["key"]))
            || (has(&["shadow"]) && text.starts_with("/etc/"));
        (is_private && !has(&["pub", "public"])).then_some(text)
    })
}

/// `before = os.umask(0)` with `os.umask(before)` right behind it reads the umask.
fn is_only_read(call: Call<'_>) -> bool {
    let Some(statement) = call.node.statement() else { return false };
    let stored = receiver::receivers(call.node).into_iter().find_map(|receiver| match receiver {
        Receiver::Stored(name) => Some(name),
        Receiver::Returned(_) => None,
    });
    let block = statement.parent();
    let next = block.and_then(|block| block.named_children().find(|other| other.start() >= statement.end()));
    let mut calls = next.into_iter().flat_map(Node::descendants).filter_map(Call::of);
    let Some(stored) = stored else { return false };
    calls.any(|next| next.name() == "umask" && next.positional(0).is_some_and(|value| value.text() == stored))
}

/// Says whether `stat.S_IWOTH` or `stat.S_IRWXO` is or-ed into an expression.
fn names_others_write(file: File<'_>, mode: Node<'_>) -> bool {
    let is_or = |node: Node<'_>| node.child_of_kind(Kind::named("token |")).is_some();
    let only_ors =
        std::iter::once(mode).chain(mode.descendants()).filter(|node| node.is(Kind::BINARY_OPERATOR)).all(is_or);
    let mut names = std::iter::once(mode).chain(mode.descendants());
    only_ors && names.any(|node| dotted::is_any(file, node, &["stat.S_IWOTH", "stat.S_IRWXO"]))
}
