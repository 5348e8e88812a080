//! What the path of a flow match shows. Invariant: a message is one sentence that stands alone and names the source and
//! the sink.

use securecode_sdk::{File, Found, Match, PathStep, StepKind};

/// What whoever starts the program controls, as sources name it.
const LOCAL: &[&str] = &["the command line", "the environment", "standard input"];

/// Makes the finding of a flow; `{callee}` in the effect stands for the sink.
pub(crate) fn flow(matched: &Match, effect: &str) -> Found {
    let callee = matched.name.trim_start_matches("builtins.").trim_start_matches("*.");
    let origin =
        phrase(matched).map_or_else(|| "Untrusted data".to_owned(), |from| format!("Untrusted data from {from}"));
    Found::new(matched.at, format!("{origin} {}", effect.replace("{callee}", callee)))
}

/// Says whether the data comes from whoever starts the program, who attacks nobody with it over the web.
pub(crate) fn is_local(matched: &Match) -> bool {
    source(matched).is_some_and(|step| LOCAL.iter().any(|name| step.message.trim_end_matches('.').ends_with(name)))
}

/// Gives the text of the expression that the data enters by, when it is in this file.
pub(crate) fn source_text<'a>(file: File<'a>, matched: &Match) -> Option<&'a str> {
    source(matched).filter(|step| step.path == file.path()).map(|step| file.slice(step.at))
}

/// Gives the step by which the data enters.
pub(crate) fn source(matched: &Match) -> Option<&PathStep> {
    matched.path.iter().find(|step| step.kind == StepKind::Source)
}

/// Gives the source's noun phrase: "the query string", "parameter `name`".
fn phrase(matched: &Match) -> Option<&str> {
    let message = source(matched)?.message.trim_end_matches('.');
    if let Some((parameter, _)) = message.split_once(" is chosen by ") {
        return Some(parameter.split(" of ").next().unwrap_or(parameter));
    }
    let (_, noun) = message.rsplit_once(" from ").or_else(|| message.rsplit_once(" is "))?;
    Some(noun)
}

#[cfg(test)]
mod tests {
    use super::*;
    use securecode_sdk::Span;

    fn matched(message: &str) -> Match {
        let at = Span { start: 3, end: 9 };
        let step = PathStep { kind: StepKind::Source, path: "a.py".into(), at, message: message.into() };
        Match { rule: 0, interest: 0, at, node: 0, name: "flask.redirect".into(), path: vec![step] }
    }

    #[test]
    fn names_source_and_sink() {
        let from = |message| flow(&matched(message), "is sent to by `{callee}`").message;
        assert_eq!(
            from("`next` is read from the query string"),
            "Untrusted data from the query string is sent to by `flask.redirect`"
        );
        assert_eq!(
            from("parameter `next` of `login` is chosen by the caller"),
            "Untrusted data from parameter `next` is sent to by `flask.redirect`"
        );
        assert!(is_local(&matched("`url` is read from the command line")));
        assert!(!is_local(&matched("`url` is read from the query string")));
    }
}
