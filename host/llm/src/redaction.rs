//! Secrets in text, replaced by placeholders. Invariant: the same secret has the same placeholder, no placeholder can be
//! taken for anything else in the text, and putting the secrets back gives the text as it was.

use std::{collections::BTreeMap, ops::Range};

use regex::Regex;

use crate::{
    error::{RedactionError, RestoreError},
    secret_rules::{RULES, is_secret, is_secret_name},
};

/// Finds secrets.
#[derive(Debug)]
pub struct Redactor {
    keywords: aho_corasick::AhoCorasick,
    rules: Vec<(usize, Regex)>,
    adjacent: Regex,
}

/// Text without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redacted {
    /// The text.
    pub text: String,
    mark: String,
    /// What each placeholder stands for.
    secrets: BTreeMap<String, String>,
}

struct Span {
    range: Range<usize>,
    kind: &'static str,
}

impl Redactor {
    /// Makes a redactor; one serves the whole program.
    ///
    /// # Errors
    /// [`RedactionError`] when a pattern cannot be compiled.
    pub fn new() -> Result<Self, RedactionError> {
        let keywords = aho_corasick::AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(RULES.iter().flat_map(|rule| rule.keywords))
            .map_err(|error| RedactionError(error.to_string()))?;
        let compile = |pattern: &str| Regex::new(pattern).map_err(|error| RedactionError(error.to_string()));
        let rules = RULES
            .iter()
            .enumerate()
            .map(|(at, rule)| Ok((at, compile(rule.pattern)?)))
            .collect::<Result<_, RedactionError>>()?;
        let adjacent = compile(r#"\A[\s\\]*[rRuUbB]{0,2}(?:"(?P<a>[^"\\\n]*)"|'(?P<b>[^'\\\n]*)')"#)?;
        Ok(Self { keywords, rules, adjacent })
    }

    /// Replaces the secrets of a text.
    pub fn redact(&self, text: &str) -> Redacted {
        let mark = mark(text);
        let mut placeholders: BTreeMap<&str, String> = BTreeMap::new();
        let mut out = String::with_capacity(text.len());
        let mut end = 0;
        for span in self.spans(text) {
            let Some(secret) = text.get(span.range.clone()) else { continue };
            let number = placeholders.len().saturating_add(1);
            let placeholder =
                placeholders.entry(secret).or_insert_with(|| format!("{mark}{number}_{}", span.kind)).clone();
            out.push_str(text.get(end..span.range.start).unwrap_or_default());
            out.push_str(&placeholder);
            end = span.range.end;
        }
        out.push_str(text.get(end..).unwrap_or_default());
        let secrets = placeholders.into_iter().map(|(secret, name)| (name, secret.to_owned())).collect();
        Redacted { text: out, mark, secrets }
    }

    /// Finds the secrets, in order and apart from each other.
    fn spans(&self, text: &str) -> Vec<Span> {
        let mut wanted = vec![false; self.rules.len()];
        for found in self.keywords.find_overlapping_iter(text) {
            let owners = RULES.iter().enumerate().flat_map(|(at, rule)| rule.keywords.iter().map(move |_| at));
            if let Some(is_wanted) = owners.clone().nth(found.pattern().as_usize()).and_then(|at| wanted.get_mut(at)) {
                *is_wanted = true;
            }
        }
        let mut spans = Vec::new();
        for (at, pattern) in &self.rules {
            if let (Some(true), Some(rule)) = (wanted.get(*at), RULES.get(*at)) {
                for captures in pattern.captures_iter(text) {
                    let Some(value) = captures.iter().skip(1).flatten().last() else { continue };
                    let name = captures.name("name").map(|name| name.as_str());
                    if name.is_some_and(|name| !is_secret_name(name)) {
                        continue;
                    }
                    if rule.is_judged() && !is_secret(name.unwrap_or("password"), value.as_str()) {
                        continue;
                    }
                    spans.push(Span { range: value.range(), kind: rule.kind });
                    if name.is_some() {
                        self.push_adjacent(text, value.end(), &mut spans);
                    }
                }
            }
        }
        spans.sort_by_key(|span| (span.range.start, std::cmp::Reverse(span.range.end)));
        let mut end = 0;
        spans.retain(|span| {
            let is_apart = span.range.start >= end && !span.range.is_empty();
            end = if is_apart { span.range.end } else { end };
            is_apart
        });
        spans
    }

    /// Adds the string literals that follow a secret directly and continue it.
    fn push_adjacent(&self, text: &str, value_end: usize, spans: &mut Vec<Span>) {
        let quotes = text.get(value_end..).unwrap_or_default();
        let Some(mut at) = quotes.find(|c| c != '"' && c != '\'').map(|length| value_end.saturating_add(length)) else {
            return;
        };
        while let Some(captures) = text.get(at..).and_then(|rest| self.adjacent.captures(rest)) {
            if let Some(part) = captures.name("a").or_else(|| captures.name("b")) {
                let start = at.saturating_add(part.start());
                spans.push(Span { range: start..start.saturating_add(part.len()), kind: "VALUE" });
            }
            at = at.saturating_add(captures.get(0).map_or(1, |whole| whole.end()));
        }
    }
}

impl Redacted {
    /// Puts the secrets back into text that came from this one. A placeholder may stand in it more than once.
    ///
    /// # Errors
    /// [`RestoreError::MissingSecret`] when the text lost a placeholder, [`RestoreError::UnknownSecret`] when it has one
    /// that stands for nothing.
    pub fn restore(&self, text: &str) -> Result<String, RestoreError> {
        let lost = self.secrets.keys().find(|&placeholder| !text.contains(placeholder.as_str()));
        match lost {
            Some(placeholder) => Err(RestoreError::MissingSecret { placeholder: placeholder.clone() }),
            None => self.restore_some(text),
        }
    }

    /// Puts the secrets back into text that may have lost some, because it is there to lose them.
    ///
    /// # Errors
    /// [`RestoreError::UnknownSecret`] when the text has a placeholder that stands for nothing.
    pub fn restore_some(&self, text: &str) -> Result<String, RestoreError> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(&self.mark) {
            out.push_str(before);
            let known = self.secrets.iter().find_map(|(placeholder, secret)| {
                let name = placeholder.strip_prefix(&self.mark)?;
                after.strip_prefix(name).map(|rest| (secret, rest))
            });
            let Some((secret, following)) = known else {
                let word = after.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
                return Err(RestoreError::UnknownSecret { placeholder: format!("{}{word}", self.mark) });
            };
            out.push_str(secret);
            rest = following;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// Gives the placeholders of the text, in order.
    pub fn placeholders(&self) -> impl Iterator<Item = &str> {
        self.secrets.keys().map(String::as_str)
    }
}

/// Finds a beginning for placeholders that the text does not hold.
fn mark(text: &str) -> String {
    let mut mark = "SECRET_".to_owned();
    while text.contains(&mark) {
        mark.insert(0, 'X');
    }
    mark
}
