//! Words for what a flow match shows. Invariant: a message is one sentence that stands alone and names the source, the
//! sink and what is interpreted.

use securecode_sdk::{Field, File, Found, Kind, Match, Node, Severity, Span, StepKind};

/// What whoever starts the program chooses, who could do as much without it.
const LOCAL: [&str; 3] = ["the command line", "the environment", "standard input"];

/// Makes the finding of a flow: "Untrusted data from the query string is part of the SQL text that `x.execute` runs".
pub(crate) fn flow(matched: &Match, effect: &str) -> Found {
    let callee = matched.name.trim_start_matches("builtins.").trim_start_matches("*.");
    let origin = match source(matched) {
        Some(source) => format!("Untrusted data from {source}"),
        None => "Untrusted data".to_owned(),
    };
    let found = Found::new(matched.at, format!("{origin} {}", effect.replace("{callee}", callee)));
    if is_local(matched) { found.severity(Severity::Medium) } else { found }
}

/// Tells whether only whoever starts the program chooses the data.
pub(crate) fn is_local(matched: &Match) -> bool {
    source(matched).is_some_and(|source| LOCAL.contains(&source))
}

/// Tells whether a step of the path says one of these texts, such as "passed through `str`".
pub(crate) fn says(matched: &Match, texts: &[&str]) -> bool {
    matched.path.iter().any(|step| texts.iter().any(|text| step.message.contains(text)))
}

/// Tells whether the untrusted data is put into a larger text on its way.
pub(crate) fn is_composed(matched: &Match) -> bool {
    let makers = ["concatenated", "formatted", ".format`", ".format_map`", ".join`", ".replace`", ".substitute`"];
    says(matched, &makers)
}

/// Tells whether the data is surely text when it arrives: it went through `str` or into a larger text.
pub(crate) fn is_text(matched: &Match) -> bool {
    let makers =
        ["through `str`", "through `repr`", "ObjectId`", ".strip`", ".lower`", ".upper`", ".encode`", ".decode`"];
    is_composed(matched) || says(matched, &makers)
}

/// Tells whether the data comes from the request's body and is parsed, so that it can be any object, not only text.
pub(crate) fn is_parsed(file: File<'_>, matched: &Match) -> bool {
    let first = matched.path.iter().find(|step| step.kind == StepKind::Source);
    let text = first.filter(|step| step.path == file.path()).map_or("", |step| file.slice(step.at));
    let is_body = source(matched) == Some("the request body");
    let is_json = ["json", "media"].iter().any(|name| text.contains(name));
    let is_rest = text.ends_with(".data") && file.imports_module("rest_framework");
    let is_object =
        first.filter(|step| step.path == file.path()).is_some_and(|step| is_object_parameter(file, step.at));
    is_body && (is_json || is_rest)
        || is_object
        || says(matched, &["json.loads`", "json.load`", "json_util.loads`", "yaml.safe_load`"])
}

/// Tells whether this is a parameter of a type that holds parsed data of any shape: `body: dict`.
fn is_object_parameter(file: File<'_>, at: Span) -> bool {
    const TYPES: [&str; 7] = ["dict", "Dict", "list", "List", "Any", "Mapping", "typing."];
    let inside = |node: &Node<'_>| node.start() <= at.start && at.end <= node.end();
    let parameters = [Kind::TYPED_PARAMETER, Kind::TYPED_DEFAULT_PARAMETER];
    let mut typed = file.tree().nodes().filter(|node| parameters.contains(&node.kind()) && inside(node));
    let annotation = typed.next().and_then(|parameter| parameter.child(Field::TYPE)).map_or("", Node::text);
    TYPES.iter().any(|name| annotation.starts_with(name))
}

/// Tells whether what arrives is an open file or a buffer of the data instead of a name: an upload that is read.
pub(crate) fn is_open_file(file: File<'_>, matched: &Match, argument: &str) -> bool {
    let from_upload = source(matched) == Some("the uploaded files");
    let local = matched.path.iter().filter(|step| step.path == file.path());
    let named = |text: &str| text.contains("name");
    let is_named = named(argument) || local.clone().any(|step| named(file.slice(step.at)));
    from_upload && !is_named || says(matched, &["`io.BytesIO`", "`io.StringIO`", "`open`", "`_io.BytesIO`"])
}

/// Gives the source's noun phrase, as the first step of the path says it.
pub(crate) fn source(matched: &Match) -> Option<&str> {
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
    use securecode_sdk::PathStep;

    fn check(source: &str, expected: &str) {
        let at = Span { start: 3, end: 9 };
        let step = PathStep { kind: StepKind::Source, path: "a.py".into(), at, message: source.into() };
        let matched = Match { rule: 0, interest: 0, at, node: 0, name: "builtins.eval".into(), path: vec![step] };
        assert_eq!(flow(&matched, "is evaluated by `{callee}`").message, expected);
    }

    #[test]
    fn names_source_and_sink() {
        check("`name` is read from the query string", "Untrusted data from the query string is evaluated by `eval`");
        check(
            "parameter `name` of `find_user` is chosen by the caller",
            "Untrusted data from parameter `name` is evaluated by `eval`",
        );
    }
}
