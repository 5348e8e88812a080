//! `python-wildcard-argument`.
//!
//! # What
//! A shell command that gives `*` to a program whose options can run other programs or follow links.
//! # Why
//! Whoever can create files in the folder names one `--checkpoint-action=exec=…`, and the shell makes it an option
//! (CWE-155).
//! # Fix
//! `./*`, which no program takes for an option.
//!
//! Invariant: only commands that the text shows are judged, and programs that have such options.

use securecode_sdk::{
    Confidence, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, call::Call, insert},
};

use crate::{argument, constant, literal};

/// The rule.
pub(crate) struct WildcardArgument;

const SHELLS: &[&str] = &["os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"];
const SUBPROCESS: &[&str] =
    &["subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.Popen"];
const PROGRAMS: &[&str] = &["tar", "rsync", "chown", "chmod", "chgrp", "zip", "7z", "scp", "rm"];

const HELP: &str = "\
The shell replaces `*` by the names of the files in the folder, and a program cannot tell a name from an option: a file \
called `--checkpoint-action=exec=sh run.sh` makes `tar` run a script, one called `--reference=x` makes `chown` give \
files to somebody else.

Write `./*`, or end the options first: `tar cf backup.tar -- *`. Without a shell there is no wildcard: \
`subprocess.run([\"tar\", \"cf\", \"backup.tar\", \".\"])`.";

impl Rule for WildcardArgument {
    fn metadata(&self) -> Metadata {
        let callees = SHELLS.iter().chain(SUBPROCESS).map(|&callee| callee.to_owned());
        Metadata {
            id: "python-wildcard-argument",
            title: "File names that become options",
            help: HELP,
            severity: Severity::Medium,
            confidence: Confidence::Medium,
            cwe: 155,
            tags: &["owasp:A05:2025", "cwe:88"],
            interests: vec![Interest::Call(callees.collect())],
            triggers: &["*"],
            bad: "import os\nos.system('tar cf backup.tar *')\n",
            good: "import os\nos.system('tar cf backup.tar ./*')\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let is_shell = SHELLS.contains(&matched.name.as_str()) || argument::is_constant(call, "shell", Kind::TRUE);
        let (program, _) = wildcard(command(call).filter(|_| is_shell)?)?;
        let message = format!("A file whose name begins with `-` becomes an option of `{program}`, through the `*`.");
        Some(Found::new(matched.at, message))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let call = argument::node(file, finding, matched).and_then(Call::of);
        let Some(command) = call.and_then(command) else { return Vec::new() };
        let offset = wildcard(command).map(|(_, offset)| offset);
        offset
            .map(|offset| fix::fix("Write `./*`, which is never an option", vec![insert(offset, "./")]))
            .into_iter()
            .collect()
    }
}

/// Gives the literal that holds a call's command.
fn command<'a>(call: Call<'a>) -> Option<Node<'a>> {
    let command =
        ["args", "cmd", "command"].iter().find_map(|name| call.keyword(name)).or_else(|| call.positional(0))?;
    Some(constant::origin(command)).filter(|command| command.is(Kind::STRING))
}

/// Gives the program and the offset of the first word that begins with `*`, in the command that it belongs to.
fn wildcard(command: Node<'_>) -> Option<(&str, u32)> {
    let content = literal::content_span(command)?;
    let text = command.tree().text(content);
    let mut program: Option<&str> = None;
    let mut ends_options = false;
    let mut offset = content.start;
    for word in text.split(' ') {
        if ["&&", "||", ";", "|"].contains(&word) {
            program = None;
            ends_options = false;
        } else if word == "--" {
            ends_options = true;
        } else if program.is_none() && !word.is_empty() && word != "sudo" {
            program = Some(word.rsplit('/').next().unwrap_or(word));
        } else if let Some(program) = program.filter(|name| PROGRAMS.contains(name))
            && word.starts_with('*')
            && !ends_options
        {
            return Some((program, offset));
        }
        offset += word.len() as u32 + 1;
    }
    None
}
