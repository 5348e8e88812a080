//! Untrusted words that a program takes for options (CWE-88). Invariant: only programs that have an option which runs
//! commands, or reads or writes other files, are looked at.
//!
//! # What
//! A word of a program's arguments is untrusted as a whole.
//! # Why
//! A word that begins with `-` is an option: `git clone --upload-pack=CMD`, `ssh -oProxyCommand=CMD`, `tar
//! --checkpoint-action=exec=CMD` run commands without any shell.
//! # Fix
//! Put `--` before the operands, or a path or other text of the program's own before the value.

use securecode_sdk::{
    CallCondition, Confidence, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, Sink,
    SinkLanguage,
    fix::{call::Call, fix, insert},
    spec::{argument, position, sink},
};

use crate::{evidence, literal};

pub(crate) struct ArgumentInjection;

/// Programs with such options, and whether `--` ends their options.
const PROGRAMS: &[(&str, EndOfOptions)] = &[
    ("git", EndOfOptions::Known),
    ("hg", EndOfOptions::Known),
    ("ssh", EndOfOptions::Known),
    ("scp", EndOfOptions::Known),
    ("sftp", EndOfOptions::Known),
    ("rsync", EndOfOptions::Known),
    ("tar", EndOfOptions::Known),
    ("zip", EndOfOptions::Known),
    ("wget", EndOfOptions::Known),
    ("curl", EndOfOptions::Unknown),
    ("find", EndOfOptions::Unknown),
    ("sed", EndOfOptions::Known),
    ("awk", EndOfOptions::Known),
    ("sort", EndOfOptions::Known),
    ("split", EndOfOptions::Known),
    ("xargs", EndOfOptions::Known),
    ("man", EndOfOptions::Known),
    ("less", EndOfOptions::Known),
    ("vim", EndOfOptions::Known),
    ("nmap", EndOfOptions::Unknown),
    ("tcpdump", EndOfOptions::Known),
    ("sendmail", EndOfOptions::Known),
    ("psql", EndOfOptions::Known),
    ("mysqldump", EndOfOptions::Known),
    ("pg_dump", EndOfOptions::Known),
    ("openssl", EndOfOptions::Unknown),
    ("docker", EndOfOptions::Unknown),
    ("kubectl", EndOfOptions::Unknown),
    ("ffmpeg", EndOfOptions::Unknown),
    ("convert", EndOfOptions::Unknown),
    ("wkhtmltopdf", EndOfOptions::Unknown),
    ("chrome", EndOfOptions::Unknown),
    ("chromium", EndOfOptions::Unknown),
];

/// Whether a program takes `--` for the end of its options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EndOfOptions {
    Known,
    Unknown,
}

impl Rule for ArgumentInjection {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-argument-injection",
            title: "Untrusted word that a program takes for an option",
            help: "Without a shell nothing ends a word, but a word that begins with `-` is an option, and many programs \
                   have one that runs a command or writes a file:\n\n\
                   ```python\n\
                   subprocess.run([\"git\", \"clone\", address])       # address = --upload-pack=touch${IFS}/tmp/x\n\
                   ```\n\n\
                   End the options before the operands, or check how the value begins:\n\n\
                   ```python\n\
                   subprocess.run([\"git\", \"clone\", \"--\", address])\n\
                   ```",
            severity: Severity::Medium,
            confidence: Confidence::Medium,
            cwe: 88,
            tags: &["owasp:A05:2025", "injection"],
            interests: sinks().into_iter().map(Interest::Flow).collect(),
            triggers: &["subprocess", "os.exec", "os.spawn", "posix_spawn"],
            bad: "import subprocess\n\n\ndef fetch(address: str):\n    subprocess.run([\"git\", \"clone\", address], check=True)\n",
            good: "import subprocess\n\n\n\
                   def fetch(address: str):\n    subprocess.run([\"git\", \"clone\", \"--\", address], check=True)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        // Whoever starts a program gives it the options that he likes.
        if evidence::is_local(matched) {
            return None;
        }
        let words = words(file, matched)?;
        let (program, _) = program(&words)?;
        operand(file, matched, &words)?;
        Some(evidence::flow(matched, &format!("can be taken for an option by `{program}`, which `{{callee}}` starts")))
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let edits = || {
            let matched = matched?;
            let words = words(file, matched)?;
            program(&words).filter(|(_, end)| *end == EndOfOptions::Known)?;
            let first = operand(file, matched, &words)?;
            // Other commands of git take what follows for paths.
            const OPERANDS: &[&str] = &["clone", "ls-remote", "init", "add", "rm", "mv", "archive", "push", "fetch"];
            let command = words.iter().skip(1).filter_map(|word| literal::text(*word)).find(|word| !word.starts_with('-'));
            if literal::text(*words.first()?)?.ends_with("git") && !command.is_some_and(|it| OPERANDS.contains(&&*it)) {
                return None;
            }
            // Options behind it would become operands.
            let at = words.iter().position(|word| *word == first)?;
            let has_options_behind =
                words.get(at + 1..)?.iter().filter_map(|word| literal::text(*word)).any(|text| text.starts_with('-'));
            (!has_options_behind).then(|| vec![insert(first.start(), "\"--\", ")])
        };
        edits().map(|edits| fix("End the options before the untrusted word", edits)).into_iter().collect()
    }
}

fn sinks() -> Vec<Sink> {
    let listed = |callees: &[&str], at| {
        sink(callees, argument(at, "args"), SinkLanguage::Argument).when(CallCondition::IsList(argument(at, "args")))
    };
    let subprocess =
        ["subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.Popen"];
    let exec = ["os.execv", "os.execve", "os.execvp", "os.execvpe", "os.posix_spawn", "os.posix_spawnp"];
    let spawn = ["os.spawnv", "os.spawnve", "os.spawnvp", "os.spawnvpe"];
    let positional = |callees: &[&str], at| {
        sink(callees, position(at), SinkLanguage::Argument).when(CallCondition::IsList(position(at)))
    };
    vec![listed(&subprocess, 0), positional(&exec, 1), positional(&spawn, 2)]
}

/// Gives the words of the list that the sink takes.
fn words<'a>(file: File<'a>, matched: &Match) -> Option<Vec<Node<'a>>> {
    let call = file.node_of(matched).and_then(Call::of)?;
    let sink = sinks().into_iter().nth(matched.interest as usize)?;
    let list = literal::written(call.select(&sink.argument)?);
    (list.is(Kind::LIST) || list.is(Kind::TUPLE)).then(|| list.named_children().collect())
}

/// Gives the program's name where it is one of those with dangerous options.
fn program(words: &[Node<'_>]) -> Option<(&'static str, EndOfOptions)> {
    let path = literal::text(*words.first()?)?;
    let name = path.rsplit('/').next()?;
    PROGRAMS.iter().copied().find(|(known, _)| *known == name)
}

/// Gives the first word, before any `--`, that the way of the untrusted data leads through.
fn operand<'a>(file: File<'_>, matched: &Match, words: &[Node<'a>]) -> Option<Node<'a>> {
    let before_end = words.iter().skip(1).take_while(|word| literal::text(**word).as_deref() != Some("--"));
    let is_on_the_way = |word: &Node<'a>| {
        matched.path.iter().filter(|step| step.path == file.path()).any(|step| {
            let is_inside = word.start() <= step.at.start && step.at.end <= word.end();
            is_inside || step.message.contains(&format!("`{}`", word.text()))
        })
    };
    before_end.copied().filter(|word| literal::text(*word).is_none()).find(is_on_the_way)
}
