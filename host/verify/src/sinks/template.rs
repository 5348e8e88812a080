//! Template sources, of Jinja2 and engines like it, and of Mako. Invariant: a safe value begins no tag in any of
//! them; only Jinja2's tags, which are the most common, are judged to escape.

use std::ops::Range;

use super::{Follow, Payload, Surroundings, hole::HoleContext};
use crate::{automata::language::Language, regex};

const CONSEQUENCE: &str = "the value begins a tag and is run as template code";

/// A tag's beginning or a Mako line, anywhere in a text.
const TAG: &str = r".*(?:\{[{%#]|\$\{|</?%|\n[ \t]*(?:%|##)).*|[ \t]*(?:%|##).*";

/// The tag that a text ends in, by its beginning.
fn open_tag(text: &str) -> Option<&'static str> {
    let mut rest = text;
    loop {
        let (at, open, close) = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")]
            .into_iter()
            .filter_map(|(open, close)| rest.find(open).map(|at| (at, open, close)))
            .min_by_key(|found| found.0)?;
        let inside = rest.get(at + open.len()..).unwrap_or_default();
        match inside.split_once(close) {
            Some((_, after)) => rest = after,
            None => return Some(open),
        }
    }
}

/// The context of a hole.
pub(super) fn context(around: &Surroundings<'_>) -> HoleContext {
    match open_tag(around.before) {
        Some("{#") => {
            HoleContext::matching("in a template's comment", "[^#{}%]*", "the value ends the comment").under()
        }
        Some(_) => HoleContext::matching("inside a template's tag", "[0-9]+", "the value is template code")
            .with_families(vec![("[a-z]+".to_owned(), "the value is template code")])
            .under(),
        None => {
            let safe = safe(around).unwrap_or_else(Language::empty);
            let families = vec![
                (r"\{\{7\*7\}\}".to_owned(), "the template engine computes the expression"),
                (r"\{\{ ?[a-z]+ ?\}\}".to_owned(), "the template engine computes the expression"),
                (r"\{% ?[a-z]+ ?%\}".to_owned(), "the template engine runs the statement"),
                (r".*\{[{%].*".to_owned(), CONSEQUENCE),
            ];
            HoleContext::new("in a template's text", safe, CONSEQUENCE).with_families(families).under()
        }
    }
}

/// The values that begin no tag, not even together with what stands beside them.
fn safe(around: &Surroundings<'_>) -> Option<Language> {
    let mut bad = vec![TAG.to_owned()];
    let begun = around.before.chars().next_back().filter(|before| "{$<#".contains(*before));
    if begun.is_some() {
        bad.push(r"[{%#/].*".to_owned());
        if around.follow != Follow::End {
            bad.push(String::new());
        }
    }
    match around.follow {
        Follow::End => {}
        Follow::Text('{') => bad.push(r".*[{$]".to_owned()),
        Follow::Text('%' | '#' | '/') => bad.push(r".*[{<#]|[ \t]*|.*\n[ \t]*".to_owned()),
        Follow::Hole => bad.push(r".*[{$<#]|.*\n[ \t]*".to_owned()),
        Follow::Text(_) => {}
    }
    let mut union = Language::empty();
    for pattern in bad {
        union = union.union(&regex::full(&pattern).ok()?).ok()?;
    }
    Some(union.complement())
}

/// Tells whether no injected part is in a tag or has to do with its beginning.
pub(super) fn stays(text: &str, injected: &[Range<usize>]) -> bool {
    let begins = ["{{", "{%"]
        .into_iter()
        .flat_map(|tag| text.match_indices(tag))
        .any(|(at, tag)| injected.iter().any(|range| at < range.end && range.start < at + tag.len()));
    !begins
        && injected.iter().all(|range| {
            let value = text.get(range.clone()).unwrap_or_default();
            let tag = open_tag(text.get(..range.start).unwrap_or_default());
            matches!(tag, None | Some("{#")) || value.bytes().all(|byte| byte.is_ascii_digit())
        })
}

/// Template code.
pub(super) const PAYLOADS: &[Payload] = &[
    Payload { text: "{{7*7}}", explanation: "the template engine computes the expression" },
    Payload { text: "{{config}}", explanation: "the template engine writes the application's configuration" },
    Payload { text: "{% include '/etc/passwd' %}", explanation: "the template engine runs the statement" },
    Payload { text: "{%print(7*7)%}", explanation: "the template engine runs the statement" },
    Payload { text: "7*7", explanation: "the value is template code" },
    Payload { text: "config", explanation: "the value is template code" },
    Payload { text: "{", explanation: "the value begins a tag" },
];
