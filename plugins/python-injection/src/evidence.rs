//! Words for what a flow match shows. Invariant: a message is one sentence that stands alone and names the source, the
//! sink and what is interpreted.

use securecode_sdk::{Found, Match, StepKind};

/// Makes the finding of a flow: "Untrusted data from the query string is part of the SQL text that `x.execute` runs".
pub(crate) fn flow(matched: &Match, effect: &str) -> Found {
    let callee = matched.name.trim_start_matches("builtins.").trim_start_matches("*.");
    let origin = match source(matched) {
        Some(source) => format!("Untrusted data from {source}"),
        None => "Untrusted data".to_owned(),
    };
    Found::new(matched.at, format!("{origin} {}", effect.replace("{callee}", callee)))
}

/// Gives the source's noun phrase, as the first step of the path says it.
fn source(matched: &Match) -> Option<&str> {
    let first = matched.path.iter().find(|step| step.kind == StepKind::Source)?;
    if let Some((subject, _)) = first.message.split_once(" is chosen by ") {
        // "parameter `name` of `find_user`": the function is named by the finding.
        return Some(subject.split(" of ").next().unwrap_or(subject));
    }
    let (_, phrase) = first.message.rsplit_once(" from ").or_else(|| first.message.rsplit_once(" is "))?;
    Some(phrase.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use securecode_sdk::{PathStep, Span};

    fn check(source: &str, expected: &str) {
        let at = Span { start: 3, end: 9 };
        let step = PathStep { kind: StepKind::Source, path: "a.py".into(), at, message: source.into() };
        let matched = Match { rule: 0, interest: 0, at, node: 0, name: "builtins.eval".into(), path: vec![step] };
        assert_eq!(flow(&matched, "is evaluated by `{callee}`").message, expected);
    }

    #[test]
    fn names_source_and_sink() {
        check(
            "`name` is read from the query string",
            "Untrusted data from the query string is evaluated by `eval`",
        );
        check(
            "parameter `name` of `find_user` is chosen by the caller",
            "Untrusted data from parameter `name` is evaluated by `eval`",
        );
    }
}
