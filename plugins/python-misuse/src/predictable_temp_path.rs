//! `python-predictable-temp-path`.
//!
//! # What
//! A file with a fixed name in `/tmp`, `/var/tmp` or `/dev/shm` that is created or overwritten.
//! # Why
//! Everybody on the machine can create that name first: a link to a file that is then overwritten, or content that is
//! then trusted (CWE-377).
//! # Fix
//! A name that `tempfile` makes, or a folder that only the program can write. Who else looks for the name is not known.
//!
//! Invariant: names with a random part, reads, and creation that fails where the name is taken are not reported.

use securecode_sdk::{
    Confidence, File, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, fix::call::Call, test_code,
};

use crate::{argument, constant, literal};

/// The rule.
pub(crate) struct PredictableTempPath;

const FOLDERS: &[&str] = &["/tmp", "/var/tmp", "/dev/shm"];
/// Calls that write to the path that is their first argument, whatever else they are given.
const WRITES: &[&str] =
    &["logging.FileHandler", "logging.handlers.RotatingFileHandler", "sqlite3.connect", "shelve.open"];
/// Calls that follow a link or take over what is there, by their other arguments.
const OS_OPEN: &str = "os.open";
const MAKE_FOLDERS: &str = "os.makedirs";
const BASIC_CONFIG: &str = "logging.basicConfig";
const COPIES: &[&str] = &["shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.move"];
const OPENS: &[&str] = &["builtins.open", "io.open", "codecs.open", "gzip.open", "bz2.open"];
const PATH_METHODS: &[&str] =
    &["pathlib.Path.write_text", "pathlib.Path.write_bytes", "pathlib.Path.open", "pathlib.Path.touch"];
/// Parts of names of functions whose result nobody can guess.
const RANDOM: &[&str] =
    &["uuid", "token_", "secrets", "mkdtemp", "mkstemp", "urandom", "TemporaryDirectory", "randbytes"];
/// How deep the building of a path is read.
const DEPTH: usize = 6;

const HELP: &str = "\
Everybody on a machine can create files in `/tmp`. Whoever knows the name that a program is going to use puts a \
symbolic link there, and the program overwrites the file that the link points to with its own rights; or they put their \
own file there, and the program reads it back as its own.

Let the system choose the name and create the file in one step: `tempfile.NamedTemporaryFile()`, `tempfile.mkdtemp()`; \
or use a folder of the program (`/run/shop`, `~/.cache/shop`).";

impl Rule for PredictableTempPath {
    fn metadata(&self) -> Metadata {
        let callees =
            OPENS.iter().chain(WRITES).chain(COPIES).chain(PATH_METHODS).chain(&[OS_OPEN, MAKE_FOLDERS, BASIC_CONFIG]);
        let callees = callees.map(|&callee| callee.to_owned());
        Metadata {
            id: "python-predictable-temp-path",
            title: "Fixed file name in a folder that everybody can write",
            help: HELP,
            severity: Severity::Medium,
            confidence: Confidence::Medium,
            cwe: 377,
            tags: &["owasp:A01:2025"],
            interests: vec![Interest::Call(callees.collect())],
            triggers: &["/tmp", "/dev/shm", "gettempdir"],
            bad: "with open('/tmp/report.csv', 'w') as out:\n    out.write(text)\n",
            good: "import tempfile\nwith tempfile.NamedTemporaryFile('w', suffix='.csv') as out:\n    out.write(text)\n",
            no_fix_reason: Some("Whether another program looks for the file under this name is not in the code."),
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let path = written_path(call, &matched.name)?;
        let shown = constant::origin(path);
        let is_random = RANDOM.iter().any(|part| shown.text().contains(part)) || holds_random_name(shown);
        if is_random || !is_shared(path, DEPTH) {
            return None;
        }
        let message = format!("Everybody on the machine can create {} before the program does.", quoted(shown));
        let found = Found::new(matched.at, message);
        Some(if test_code::is_test(file) { found.severity(Severity::Info).confidence(Confidence::Low) } else { found })
    }
}

/// Gives the path that a call creates or overwrites.
fn written_path<'a>(call: Call<'a>, callee: &str) -> Option<Node<'a>> {
    if COPIES.contains(&callee) {
        return argument::value(call, 1, "dst");
    }
    if WRITES.contains(&callee) {
        return call.positional(0);
    }
    match callee {
        OS_OPEN => {
            let flags = argument::value(call, 1, "flags")?.text();
            return call.positional(0).filter(|_| flags.contains("O_CREAT") && !flags.contains("O_EXCL"));
        }
        MAKE_FOLDERS => {
            let takes_over = argument::is_constant(call, "exist_ok", Kind::TRUE);
            return argument::value(call, 0, "name").filter(|_| takes_over);
        }
        BASIC_CONFIG => return call.keyword("filename"),
        _ => {}
    }
    let is_method = PATH_METHODS.contains(&callee);
    if is_method && !callee.ends_with(".open") {
        return call.receiver();
    }
    let mode = argument::value(call, usize::from(!is_method), "mode").and_then(literal::text)?;
    let writes = mode.contains(['w', 'a', '+']) && !mode.contains('x');
    let path = if is_method { call.receiver() } else { argument::value(call, 0, "file") };
    path.filter(|_| writes)
}

/// Says whether a path surely begins in a folder that everybody can write.
fn is_shared(path: Node<'_>, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let path = constant::origin(path);
    match path.kind() {
        Kind::STRING => {
            let content = path.child_of_kind(Kind::STRING_CONTENT).map(Node::text).unwrap_or_default();
            let starts = path.children().nth(1).is_some_and(|second| second.is(Kind::STRING_CONTENT));
            starts
                && FOLDERS.iter().any(|folder| {
                    content.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                })
        }
        Kind::CONCATENATED_STRING | Kind::BINARY_OPERATOR => {
            path.named_children().next().is_some_and(|first| is_shared(first, depth))
        }
        Kind::CALL => Call::of(path).is_some_and(|call| match call.name() {
            "gettempdir" => true,
            "join" | "Path" | "PurePath" | "PosixPath" | "str" => {
                call.positional(0).is_some_and(|first| is_shared(first, depth))
            }
            "format" | "with_suffix" | "joinpath" => call.receiver().is_some_and(|base| is_shared(base, depth)),
            _ => false,
        }),
        _ => false,
    }
}

/// Says whether a name that a path is built from was given a random value.
fn holds_random_name(path: Node<'_>) -> bool {
    let mut names = path.descendants().filter(|node| node.is(Kind::IDENTIFIER));
    names.any(|name| {
        let value = constant::origin(name);
        value != name && RANDOM.iter().any(|part| value.text().contains(part))
    })
}

fn quoted(path: Node<'_>) -> String {
    if path.text().contains('\n') { "this file".to_owned() } else { format!("`{}`", path.text()) }
}
