//! Which word of an argument list is a program text: the third of `["sh", "-c", text]`. Invariant: only a list that is
//! written out is read, and a text that is constant is none.

use securecode_sdk::{File, Kind, Match, Node, fix::call::Call};

use crate::literal;

/// What runs the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interpreter {
    /// A shell, here or on another machine.
    Shell,
    /// Another language's interpreter.
    Language,
}

const SHELLS: &[&str] = &["sh", "bash", "dash", "zsh", "ksh", "ash", "busybox", "fish", "csh", "tcsh", "su"];
const LANGUAGES: &[(&str, &[&str])] = &[
    ("python", &["-c"]),
    ("python2", &["-c"]),
    ("python3", &["-c"]),
    ("pypy3", &["-c"]),
    ("perl", &["-e", "-E"]),
    ("ruby", &["-e"]),
    ("node", &["-e", "--eval", "-p"]),
    ("php", &["-r"]),
];
const WINDOWS: &[(&str, &[&str])] = &[
    ("cmd", &["/c", "/C", "/k", "/K"]),
    ("powershell", &["-Command", "-command", "-c"]),
    ("pwsh", &["-Command", "-command", "-c"]),
];

/// Gives what runs untrusted text that stands in the words of a call; `None` when no interpreter does.
pub(super) fn of(file: File<'_>, matched: &Match) -> Option<Interpreter> {
    let call = file.node_of(matched).and_then(Call::of)?;
    let words = words(call)?;
    let (interpreter, texts) = texts(&words)?;
    let is_constant = |node: &Node<'_>| constant(*node).is_some();
    let mut open = texts.iter().filter(|text| !is_constant(text)).peekable();
    open.peek()?;
    let others = words.iter().filter(|word| !texts.contains(word)).all(is_constant);
    (others || open.any(|text| is_on_the_way(file, matched, *text))).then_some(interpreter)
}

/// Tells whether a program is started with a list that begins with a constant, and only grows at its end.
pub(super) fn has_constant_program(list: Node<'_>) -> bool {
    let written = literal::written(list);
    let is_list = written.is(Kind::LIST) || written.is(Kind::TUPLE);
    let begins_constant = is_list && written.named_children().next().is_some_and(|first| constant(first).is_some());
    if !begins_constant || written == list {
        return begins_constant;
    }
    let name = list.text();
    let scope = list.scope().map_or("", Node::text);
    ![".insert(", "[0] =", "[0:", "[:", ".reverse(", ".sort("]
        .iter()
        .any(|change| scope.contains(&format!("{name}{change}")))
}

/// Gives the words that a program is started with.
fn words(call: Call<'_>) -> Option<Vec<Node<'_>>> {
    let lists = call.positional(0).into_iter().chain(call.keyword("args")).chain(call.keyword("argv"));
    let lists = lists.chain(call.positional(1)).chain(call.positional(2));
    for list in lists {
        let written = literal::written(list);
        if written.is(Kind::LIST) || written.is(Kind::TUPLE) {
            let program = call.positional(0).filter(|first| *first != list);
            let named = program.filter(|_| call.name() == "spawn");
            return Some(named.into_iter().chain(written.named_children()).collect());
        }
    }
    let is_spread = call.name().starts_with("execl") || call.name().starts_with("spawnl");
    (is_spread || call.name() == "create_subprocess_exec")
        .then(|| call.arguments().filter(|argument| !argument.is(Kind::KEYWORD_ARGUMENT)).collect())
}

/// Finds an interpreter among the words and gives the words that it runs.
fn texts<'a>(words: &[Node<'a>]) -> Option<(Interpreter, Vec<Node<'a>>)> {
    for (at, word) in words.iter().enumerate() {
        let name = program(*word);
        let rest = words.get(at + 1..).unwrap_or_default();
        let after = |is_option: &dyn Fn(&str) -> bool| {
            // Options end at the first word that is none: what follows belongs to the script or module.
            let mut options = rest.iter().map_while(|word| {
                let text = constant(*word)?;
                (text.starts_with('-') && text != "-m" || name.as_deref() == Some("su")).then_some(text)
            });
            let found = options.position(|text| is_option(&text))?;
            rest.get(found + 1).copied()
        };
        let Some(name) = name.clone() else { continue };
        if SHELLS.contains(&name.as_str()) {
            let is_option = |text: &str| text.starts_with('-') && !text.starts_with("--") && text.contains('c');
            if let Some(text) = after(&is_option) {
                return Some((Interpreter::Shell, vec![text]));
            }
        }
        if let Some((_, options)) = WINDOWS.iter().find(|(known, _)| *known == name) {
            let found = rest.iter().position(|word| constant(*word).is_some_and(|text| options.contains(&&*text)))?;
            return Some((Interpreter::Shell, rest.get(found + 1..).unwrap_or_default().to_vec()));
        }
        if let Some((_, options)) = LANGUAGES.iter().find(|(known, _)| *known == name)
            && let Some(text) = after(&|text| options.contains(&text))
        {
            return Some((Interpreter::Language, vec![text]));
        }
        if name == "ssh" {
            return Some((Interpreter::Shell, remote(rest)));
        }
    }
    None
}

/// Gives the words that `ssh` hands to the other machine's shell: those after the destination.
fn remote<'a>(words: &[Node<'a>]) -> Vec<Node<'a>> {
    const WITH_VALUE: &str = "bcDEeFIiJLlmOoPpQRSWw";
    let mut at = 0;
    while let Some(text) = words.get(at).and_then(|word| constant(*word)).filter(|text| text.starts_with('-')) {
        let takes_value =
            text.chars().count() == 2 && text.chars().nth(1).is_some_and(|letter| WITH_VALUE.contains(letter));
        at += if takes_value { 2 } else { 1 };
    }
    words.get(at + 1..).unwrap_or_default().to_vec()
}

/// Gives the name of the program that a word is: `bash` for `"/usr/bin/bash"`, `python` for `sys.executable`.
fn program(word: Node<'_>) -> Option<String> {
    if word.is(Kind::ATTRIBUTE) && word.text() == "sys.executable" {
        return Some("python".into());
    }
    let text = constant(word)?;
    let name = text.rsplit(['/', '\\']).next().unwrap_or_default();
    Some(name.trim_end_matches(".exe").to_owned())
}

/// Gives the text of a literal, digits for a number.
fn constant(node: Node<'_>) -> Option<String> {
    let is_number = node.is(Kind::INTEGER) || node.is(Kind::FLOAT);
    if is_number { Some(node.text().to_owned()) } else { literal::text(node) }
}

/// Tells whether the path to the sink leads through this expression: a step lies in it, or speaks of a name in it.
fn is_on_the_way(file: File<'_>, matched: &Match, text: Node<'_>) -> bool {
    let names: Vec<String> = std::iter::once(text)
        .chain(text.descendants())
        .filter(|node| node.is(Kind::IDENTIFIER))
        .map(|node| format!("`{}`", node.text()))
        .collect();
    matched.path.iter().filter(|step| step.path == file.path()).any(|step| {
        let is_inside = text.start() <= step.at.start && step.at.end <= text.end();
        is_inside || names.iter().any(|name| step.message.contains(name.as_str()))
    })
}
