//! Untrusted text in a regular expression (CWE-730). Invariant: text that is searched, or put in for what is found, is
//! no finding; only the pattern is looked at.
//!
//! # What
//! A pattern is made from untrusted text.
//! # Why
//! Python's engine backtracks: `(a+)+$` takes it years for thirty letters, and `.*` matches what it should not.
//! # Fix
//! Escape the text with `re.escape`, so that it matches itself.

use securecode_sdk::{
    Confidence, Edit, File, Finding, Fix, Found, Interest, Match, Metadata, Node, Rule, Severity, SinkLanguage,
    compose::Composition,
    fix::{call::Call, fix, import, local, replace},
    spec::{argument, sink},
};

use crate::{evidence, literal};

pub(crate) struct RegexInjection;

const FUNCTIONS: [&str; 9] = ["compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"];

impl Rule for RegexInjection {
    fn metadata(&self) -> Metadata {
        let functions: Vec<String> =
            ["re", "regex"].iter().flat_map(|module| FUNCTIONS.map(|name| format!("{module}.{name}"))).collect();
        let functions: Vec<&str> = functions.iter().map(String::as_str).collect();
        let columns = ["pandas.Series.str.contains", "pandas.Series.str.match", "pandas.Series.str.extract"];
        let sinks = [
            sink(&functions, argument(0, "pattern"), SinkLanguage::Regex),
            sink(&columns, argument(0, "pat"), SinkLanguage::Regex).confidence(Confidence::Medium),
        ];
        Metadata {
            id: "python-regex-injection",
            title: "Untrusted text in a regular expression",
            help: "A pattern is a program for an engine that backtracks. Whoever writes part of it can make it match \
                   what it should not, or make one match take longer than the server lives:\n\n\
                   ```python\n\
                   re.search(request.args[\"q\"], text)          # q = (a+)+$\n\
                   ```\n\n\
                   Escape what should match itself:\n\n\
                   ```python\n\
                   re.search(re.escape(request.args[\"q\"]), text)\n\
                   ```\n\n\
                   Where users really write patterns, use an engine without backtracking (`re2`), or a time limit.",
            severity: Severity::Medium,
            cwe: 730,
            tags: &["owasp:A05:2025", "injection"],
            interests: sinks.into_iter().map(Interest::Flow).collect(),
            triggers: &["re.", "regex", "from re", ".str."],
            bad: "import re\n\n\ndef find(word: str, text: str):\n    return re.search(word + r\"\\d+\", \"a1 b2\")\n",
            good: "import re\n\n\ndef find(word: str, text: str):\n    return re.search(re.escape(word) + r\"\\d+\", \"a1 b2\")\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = file.node_of(matched).and_then(Call::of);
        let pattern = call.and_then(|call| call.positional(0).or_else(|| call.keyword("pattern")));
        // `"|".join(map(re.escape, words))`
        if pattern.is_some_and(|pattern| literal::written(pattern).text().contains("map(re.escape,")) {
            return None;
        }
        let found = evidence::flow(matched, "is part of the pattern that `{callee}` takes");
        Some(if evidence::is_local(matched) { found.severity(Severity::Low) } else { found })
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let escaped =
            matched.and_then(|matched| file.node_of(matched)).and_then(Call::of).and_then(|call| escape(file, call));
        escaped.into_iter().collect()
    }
}

/// Escapes the values that a pattern is composed of; a pattern that is a value as a whole may be meant as one.
fn escape(file: File<'_>, call: Call<'_>) -> Option<Fix> {
    let pattern = call.positional(0).or_else(|| call.keyword("pattern"))?;
    let composition = Composition::of(local::origin(pattern)?.expression)?;
    let (function, import) = import::name(file, "re", "escape");
    let open = composition.holes().filter(|hole| hole.text.is_none() && !is_escaped(hole.expression));
    let mut edits: Vec<Edit> = open
        .map(|hole| {
            let inner = hole.as_text();
            replace(hole.expression.span(), format!("{function}({inner})"))
        })
        .collect();
    if edits.is_empty() {
        return None;
    }
    edits.extend(import);
    Some(fix("Escape the values for the pattern", edits))
}

fn is_escaped(value: Node<'_>) -> bool {
    Call::of(value.without_parentheses()).is_some_and(|call| call.name() == "escape")
        || local::is_module_constant(value)
}
