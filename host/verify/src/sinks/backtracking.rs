//! Texts on which a backtracking search takes exponential time (CWE-1333). Invariant: an attack repeats a text that a
//! loop of the expression reads in two ways, and ends in what makes the whole match fail.

use std::sync::Arc;

use super::hole::HoleContext;
use crate::{
    automata::{language::Language, regex_tree::RegexTree},
    regex::{self, Flags, Mode, parsed},
};

/// What such a text does.
pub(super) const EXPONENTIAL: &str = "each repetition doubles the ways that are tried before the match fails";

/// How often an attack repeats the text: some 2²⁸ ways.
const ROUNDS: usize = 28;

/// From how many repetitions on a text counts as an attack.
const MANY: usize = 20;

/// A loop that may go round this often is as good as an endless one.
const ENDLESS: u32 = 20;

/// Texts this long are tried in no time, however many ways there are.
const SHORT: usize = 12;

/// Ends that may make a match fail.
const ENDS: [&str; 10] = ["!", " ", "-", "0", "a", "A", "é", "\n", "\0", "\u{e000}"];

/// An attack: what leads to the loop, what the loop reads in two ways, and ends that make the match fail.
struct Pump {
    before: String,
    again: String,
    ends: Vec<&'static str>,
    mode: Mode,
    whole: Language,
}

/// The context of a text that is matched.
pub(super) fn context(pattern: &str, function: &str) -> HoleContext {
    const PLACE: &str = "in a text that a regular expression is matched against";
    let Some(pump) = pump(pattern, function) else { return HoleContext::unclear(PLACE) };
    let start = format!("{}(?:{}){{{ROUNDS}}}", escaped(&pump.before), escaped(&pump.again));
    let families = pump.ends.iter().map(|end| (format!("{start}{}", escaped(end)), EXPONENTIAL)).collect();
    let short = format!("(?s:.{{0,{SHORT}}})");
    HoleContext::matching(PLACE, &short, EXPONENTIAL).with_families(families).under()
}

/// Tells whether a text is none of the attacks that are known.
pub(super) fn stays(pattern: &str, function: &str, text: &str) -> bool {
    let Some(pump) = pump(pattern, function) else { return true };
    let start = format!("{}{}", pump.before, pump.again.repeat(MANY));
    let reaches = match pump.mode {
        Mode::Search => text.contains(&start),
        Mode::Match | Mode::FullMatch => text.starts_with(&start),
    };
    !reaches || pump.whole.accepts(text)
}

fn escaped(text: &str) -> String {
    text.chars().map(|one| format!("\\u{:04x}", u32::from(one))).collect()
}

/// Works out an attack; `None` where no loop reads a text in two ways, or the expression is not understood.
fn pump(pattern: &str, function: &str) -> Option<Pump> {
    let mode = match function {
        "match" => Mode::Match,
        "fullmatch" => Mode::FullMatch,
        _ => Mode::Search,
    };
    let whole = regex::language(pattern, Flags::default(), mode).ok()?;
    let tree = parsed(pattern, Flags::default()).ok()?;
    let mut found = Vec::new();
    loops(&tree, &[], &mut found);
    found.into_iter().find_map(|(before, again)| {
        let repeated = format!("{before}{}", again.repeat(ROUNDS));
        let ends: Vec<&str> = ENDS.into_iter().filter(|end| !whole.accepts(&format!("{repeated}{end}"))).collect();
        (!ends.is_empty()).then(|| Pump { before, again, ends, mode, whole: whole.clone() })
    })
}

/// Collects the loops that read a text in two ways, inner ones first: what leads there, and that text.
fn loops(tree: &RegexTree, before: &[Arc<RegexTree>], found: &mut Vec<(String, String)>) {
    match tree {
        RegexTree::Concat(parts) => {
            let mut so_far = before.to_vec();
            for part in parts {
                loops(part, &so_far, found);
                so_far.push(Arc::clone(part));
            }
        }
        RegexTree::Union(parts) => parts.iter().for_each(|part| loops(part, before, found)),
        RegexTree::Repeat { tree, max, .. } => {
            loops(tree, before, found);
            let is_endless = max.is_none_or(|max| max >= ENDLESS);
            if let Some(again) = two_ways(tree).filter(|_| is_endless)
                && let Some(before) = shortest(before)
            {
                found.push((before, again));
            }
        }
        RegexTree::Nothing
        | RegexTree::Literal(_)
        | RegexTree::Chars(_)
        | RegexTree::Intersect(_)
        | RegexTree::Complement(_)
        | RegexTree::Assert(_) => {}
    }
}

/// Gives the shortest text for these parts; what stands between characters is left out.
fn shortest(parts: &[Arc<RegexTree>]) -> Option<String> {
    let plain = parts.iter().filter(|part| !part.has_assertion()).map(|part| RegexTree::clone(part));
    Language::from_tree(&RegexTree::concat(plain)).ok()?.witness()
}

/// Gives a text that a loop over the part reads in two ways: as one round and as several, or by two alternatives.
fn two_ways(part: &RegexTree) -> Option<String> {
    if part.has_assertion() {
        return None;
    }
    let something = Language::from_tree(&RegexTree::empty_text()).ok()?.complement();
    let once = Language::from_tree(part).ok()?.intersect(&something).ok()?;
    let several = once.concat(&once.plus().ok()?).ok()?;
    if let Some(text) = once.intersect(&several).ok()?.witness() {
        return Some(text);
    }
    let RegexTree::Union(options) = part else { return None };
    let languages: Vec<Language> = options.iter().filter_map(|option| Language::from_tree(option).ok()).collect();
    languages.iter().enumerate().find_map(|(at, one)| {
        let others = languages.iter().skip(at + 1);
        others.filter_map(|other| one.intersect(other).ok()?.intersect(&something).ok()?.witness()).next()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attack(pattern: &str, function: &str) -> Option<(String, String)> {
        pump(pattern, function).map(|pump| (pump.before, pump.again))
    }

    #[test]
    fn loops_that_read_a_text_in_two_ways_are_found() {
        let some = |before: &str, again: &str| Some((before.to_owned(), again.to_owned()));
        assert_eq!(attack("^(a+)+$", "search"), some("", "aa"));
        assert_eq!(attack("x(a|aa)+y", "match"), some("x", "aa"));
        assert_eq!(attack("(?:a|[ab])*c", "fullmatch"), some("", "a"));
        assert!(attack(r"^(\w+\s?)*$", "match").is_some());
        for (pattern, function) in
            [("a+b", "match"), ("(a+)+", "search"), ("(?:ab)*c", "match"), (r"^\d+(,\d+)*$", "match")]
        {
            assert_eq!(attack(pattern, function), None, "{pattern}");
        }
    }

    #[test]
    fn short_texts_and_texts_that_match_stay() {
        let stays = |text: &str| stays("^(a+)+$", "match", text);
        assert!(stays("aaa!") && stays(&"a".repeat(60)) && stays(&format!("b{}!", "a".repeat(60))));
        assert!(!stays(&format!("{}!", "a".repeat(60))));
    }
}
