//! Untrusted text in a command (CWE-78). Invariant: an argument list is no finding, unless untrusted text chooses
//! the program, or is the program text of a shell or interpreter that the list starts.
//!
//! # What
//! A shell is given a line that holds untrusted text, or untrusted text names the program to run.
//! # Why
//! The shell parses the line: `; rm -rf ~`, `$(…)` and `|` in the text start other programs.
//! # Fix
//! Give the program a list of arguments and no shell; where a shell is needed, quote each value with `shlex.quote`.

mod interpreter;
mod sinks;
mod words;

use securecode_sdk::{
    Edit, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Rule, Severity, Span,
    compose::Composition,
    fix::{call::Call, fix, import, insert, local, replace},
};

use crate::evidence;
use interpreter::Interpreter;
use sinks::{Role, SUBPROCESS, sinks};
use words::Words;

pub(crate) struct OsCommandInjection;

impl Rule for OsCommandInjection {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-os-command-injection",
            title: "Untrusted text in an operating-system command",
            help: "A shell parses the whole line. `;`, `|`, `&`, `$(…)`, backquotes and newlines in untrusted text start \
                   other programs:\n\n\
                   ```python\n\
                   subprocess.run(f\"ping -c 1 {host}\", shell=True)      # host = x; cat /etc/passwd\n\
                   ```\n\n\
                   Give the arguments as a list, so that no shell is involved:\n\n\
                   ```python\n\
                   subprocess.run([\"ping\", \"-c\", \"1\", host])\n\
                   ```\n\n\
                   Where a shell is needed (pipes, a remote host), quote each value with `shlex.quote`. Untrusted text \
                   must never name the program itself: choose it from a constant set. A value that starts with `-` is \
                   still read as an option by many programs; put `--` before it where the program takes that.",
            severity: Severity::Critical,
            cwe: 78,
            tags: &["owasp:A05:2025", "injection"],
            interests: sinks().into_iter().map(|(_, sink)| Interest::Flow(sink)).collect(),
            triggers: &[
                "subprocess",
                "system",
                "popen",
                "spawn",
                "exec",
                "fabric",
                "invoke",
                "pexpect",
                "startfile",
                "commands",
                "asyncssh",
                "sh.Command",
            ],
            bad: "import os\n\n\ndef ping(host: str):\n    return os.system(\"ping -c 1 \" + host)\n",
            good: "import subprocess\n\n\n\
                   def ping(host: str):\n    return subprocess.run([\"ping\", \"-c\", \"1\", host], check=False).returncode\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let (role, sink) = sinks().into_iter().nth(matched.interest as usize)?;
        let argument = file.node_of(matched).and_then(Call::of).and_then(|call| call.select(&sink.argument));
        let effect = match role {
            Role::Program if argument.is_some_and(interpreter::has_constant_program) => return None,
            Role::Program => "chooses the program that `{callee}` starts",
            Role::Line => "is part of the command line that `{callee}` gives to a shell",
            Role::Word | Role::ShellWords | Role::LanguageWords => match (role, interpreter::of(file, matched)?) {
                (Role::LanguageWords, Interpreter::Shell) | (Role::ShellWords, Interpreter::Language) => return None,
                (_, Interpreter::Shell) if is_quoted(matched) => return None,
                (_, Interpreter::Shell) => "is part of the command line that `{callee}` starts a shell for",
                (_, Interpreter::Language) => "is part of the program text that `{callee}` starts an interpreter for",
            },
        };
        Some(evidence::flow(matched, effect))
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(matched) = matched else { return Vec::new() };
        let Some(call) = file.node_of(matched).and_then(Call::of) else { return Vec::new() };
        let named = ["args", "command", "cmd"].into_iter().find_map(|name| call.keyword(name));
        let Some(command) = call.positional(0).or(named) else { return Vec::new() };
        let Some(origin) = local::origin(command) else { return Vec::new() };
        let target = |(written, composition)| Target { file, call, callee: &matched.name, command, written, composition };
        match Composition::of(origin.expression).map(|composition| (origin.expression.span(), composition)) {
            Some(line) if !call_takes_words(call, command) => {
                let target = target(line);
                [target.list(), target.quoted()].into_iter().flatten().collect()
            }
            _ if interpreter::of(file, matched) != Some(Interpreter::Shell) => Vec::new(),
            _ => line_among(call, origin.expression).and_then(|line| target(line).quoted()).into_iter().collect(),
        }
    }
}

fn is_quoted(matched: &Match) -> bool {
    evidence::says(matched, &["shlex.quote`", "shlex.join`", "pipes.quote`"])
}

/// Tells whether the call's other arguments are further words of the same command.
fn call_takes_words(call: Call<'_>, command: securecode_sdk::Node<'_>) -> bool {
    WORDS.contains(&call.name()) && call.arguments().next() == Some(command)
}

/// Gives the only composed text among the words of a command: the line for the shell that the command starts.
fn line_among<'a>(call: Call<'a>, command: securecode_sdk::Node<'a>) -> Option<(Span, Composition<'a>)> {
    let words: Vec<_> = match command.kind() {
        Kind::LIST | Kind::TUPLE => command.named_children().collect(),
        _ if WORDS.contains(&call.name()) => call.arguments().collect(),
        _ => return None,
    };
    // The first names the program.
    let mut lines = words.into_iter().skip(1).filter_map(|word| {
        let composition = Composition::of(word).filter(|composition| composition.holes().next().is_some())?;
        Some((word.span(), composition))
    });
    lines.next().filter(|_| lines.next().is_none())
}

/// Functions that take each word of a command as an argument.
const WORDS: &[&str] = &["create_subprocess_exec", "execl", "execle", "execlp", "execlpe", "spawnl", "spawnlp"];

/// A shell call to repair.
struct Target<'a> {
    file: File<'a>,
    call: Call<'a>,
    callee: &'a str,
    /// The argument.
    command: securecode_sdk::Node<'a>,
    /// Where the command line is composed.
    written: Span,
    composition: Composition<'a>,
}

impl Target<'_> {
    fn list(&self) -> Option<Fix> {
        let words = Words::of(&self.composition)?;
        let list = replace(self.written, words.list());
        let mut edits = match self.callee {
            callee if SUBPROCESS.contains(&callee) => {
                let shell = self.call.keyword_argument("shell")?;
                if !self.call.keyword("shell")?.is(Kind::TRUE) || self.call.keyword("executable").is_some() {
                    return None;
                }
                vec![list, self.call.remove(shell)]
            }
            "os.system" => self.system(list)?,
            "os.popen" => self.popen(list)?,
            "asyncio.create_subprocess_shell" => self.asynchronous(&words, list),
            _ => return None,
        };
        edits.sort_by_key(|edit| edit.at.start);
        Some(fix("Pass an argument list instead of a shell command", edits))
    }

    /// `subprocess.run` with the same name that the file has for the module.
    fn run(&self, list: Edit, arguments: &str) -> Vec<Edit> {
        let (module, import) = import::module(self.file, "subprocess");
        let run = self.call.rename(format!("{module}.run"));
        let after = self.call.arguments().last().map_or(self.call.list.end(), securecode_sdk::Node::end);
        let mut edits = vec![run, list, insert(after, format!(", {arguments}"))];
        edits.extend(import);
        edits
    }

    fn system(&self, list: Edit) -> Option<Vec<Edit>> {
        let mut edits = self.run(list, "check=False");
        let parent = self.call.node.parent()?;
        if !parent.is(Kind::EXPRESSION_STATEMENT) {
            edits.push(insert(self.call.node.end(), ".returncode"));
        }
        Some(edits)
    }

    /// `os.popen(…).read()` only: a pipe that is kept open has no twin among lists.
    fn popen(&self, list: Edit) -> Option<Vec<Edit>> {
        let mut holders = self.call.node.ancestors().into_iter();
        let attribute = holders.next()?;
        let read = Call::of(holders.next()?).filter(|read| read.callee == attribute)?;
        if read.arguments().next().is_some() || self.call.arguments().count() != 1 {
            return None;
        }
        let tail = match read.name() {
            "read" => ".stdout",
            "readlines" => ".stdout.splitlines(keepends=True)",
            _ => return None,
        };
        let mut edits = self.run(list, "stdout=subprocess.PIPE, text=True, check=False");
        let module = import::module(self.file, "subprocess").0;
        for edit in &mut edits {
            edit.replacement = edit.replacement.replace("=subprocess.PIPE", &format!("={module}.PIPE"));
        }
        edits.push(replace(Span { start: self.call.node.end(), end: read.node.end() }, tail));
        Some(edits)
    }

    fn asynchronous(&self, words: &Words<'_>, list: Edit) -> Vec<Edit> {
        let name = if self.call.callee.is(Kind::IDENTIFIER) {
            "asyncio.create_subprocess_exec"
        } else {
            "create_subprocess_exec"
        };
        let rename = self.call.rename_method(name);
        if self.written == self.command.without_parentheses().span() {
            return vec![rename, replace(self.command.span(), words.arguments())];
        }
        vec![rename, list, insert(self.command.start(), "*")]
    }

    fn quoted(&self) -> Option<Fix> {
        let (module, import) = import::module(self.file, "shlex");
        let quote = |text: &str| format!("{module}.quote({text})");
        let mut edits: Vec<Edit> = match words::unquoted_holes(&self.composition)? {
            words::Quoting::Nothing => {
                let holes = self.composition.holes().filter(|hole| !hole.expression.text().contains("quote("));
                holes.map(|hole| replace(hole.expression.span(), quote(&hole.as_text()))).collect()
            }
            words::Quoting::Dropped(tokens) => {
                vec![replace(self.written, words::render(&tokens, &self.composition, quote))]
            }
        };
        if edits.is_empty() || self.composition.holes().any(|hole| hole.text.is_some()) {
            return None;
        }
        edits.extend(import);
        Some(fix("Quote the values for the shell", edits))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;
    use securecode_testkit::Snippet;

    fn fixed(text: &str, start: &str, callee: &str) -> Vec<String> {
        let snippet = Snippet::new(text);
        let matched = snippet.call(start, callee).expect("the call");
        snippet.fixed(&OsCommandInjection, &matched).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn shell_lines_become_lists_or_quoted_lines() {
        assert_eq!(
            fixed(
                "import subprocess\nsubprocess.run(f\"ping -c 1 '{host}'\", shell=True, timeout=3)\n",
                "subprocess.run",
                "subprocess.run"
            ),
            [
                "import subprocess\nsubprocess.run([\"ping\", \"-c\", \"1\", str(host)], timeout=3)\n",
                "import shlex\nimport subprocess\nsubprocess.run(f\"ping -c 1 {shlex.quote(str(host))}\", shell=True, timeout=3)\n",
            ]
        );
        assert_eq!(
            fixed(
                "import os\n\ndef f(h):\n    cmd = \"ping \" + h\n    return os.system(cmd)\n",
                "os.system",
                "os.system"
            ),
            [
                "import os\nimport subprocess\n\ndef f(h):\n    cmd = [\"ping\", h]\n    return subprocess.run(cmd, check=False).returncode\n",
                "import os\nimport shlex\n\ndef f(h):\n    cmd = \"ping \" + shlex.quote(h)\n    return os.system(cmd)\n",
            ]
        );
        assert_eq!(
            fixed(
                "import os\nx = os.popen(\"file %s.txt\" % name).read()\n",
                "os.popen(\"file %s.txt\" % name)",
                "os.popen"
            ),
            [
                "import os\nimport subprocess\nx = subprocess.run([\"file\", f\"{name}.txt\"], stdout=subprocess.PIPE, text=True, check=False).stdout\n",
                "import os\nimport shlex\nx = os.popen(\"file %s.txt\" % shlex.quote(str(name))).read()\n",
            ]
        );
        assert_eq!(
            fixed(
                "import asyncio\nawait asyncio.create_subprocess_shell(f\"du -s {p}\", stdout=1)\n",
                "asyncio",
                "asyncio.create_subprocess_shell"
            )
            .first()
            .map(String::as_str),
            Some("import asyncio\nawait asyncio.create_subprocess_exec(\"du\", \"-s\", str(p), stdout=1)\n")
        );
    }

    #[test]
    fn shell_syntax_keeps_the_shell() {
        let fixes = fixed("import os, shlex\nos.system(f\"cat {p} | wc -l\")\n", "os.system", "os.system");
        assert_eq!(fixes, ["import os, shlex\nos.system(f\"cat {shlex.quote(str(p))} | wc -l\")\n"]);
        assert!(fixed("import os\nos.system(p)\n", "os.system", "os.system").is_empty());
        let program = fixed("import os\nos.system(f\"{p} --help\")\n", "os.system", "os.system");
        assert_eq!(program.len(), 1);
    }
}
