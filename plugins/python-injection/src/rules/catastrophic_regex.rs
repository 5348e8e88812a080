//! Regular expressions that can take exponential time (CWE-1333). Invariant: a pattern is reported only when one of its
//! loops surely reads some text in two ways and something behind the loop can fail.
//!
//! # What
//! A constant pattern repeats a part that can match the same text in several ways.
//! # Why
//! When the rest does not fit, the engine tries every way: each further letter doubles the time.
//! # Fix
//! Write the repeated part so that each text has one way through it, or make it possessive (Python 3.11).

mod ambiguity;
mod char_set;
mod pattern;

use securecode_sdk::{
    Field, File, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, SinkLanguage,
    fix::{call::Call, local},
    spec::{argument, sink},
};

use crate::{evidence, literal};
use pattern::Flags;

pub(crate) struct CatastrophicRegex;

const FUNCTIONS: [&str; 9] = ["compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"];
const OTHERS: [&str; 6] = [
    "django.core.validators.RegexValidator",
    "django.urls.re_path",
    "wtforms.validators.Regexp",
    "wtforms.validators.regexp",
    "marshmallow.validate.Regexp",
    "rest_framework.serializers.RegexField",
];
/// Longest pattern that is looked at.
const MAX_LENGTH: usize = 2_000;
/// Longest part that a message shows.
const SHOWN: usize = 60;

impl Rule for CatastrophicRegex {
    fn metadata(&self) -> Metadata {
        let functions = ["re", "regex"].iter().flat_map(|module| FUNCTIONS.map(|name| format!("{module}.{name}")));
        let callees = functions.chain(OTHERS.iter().map(|&name| name.into())).collect();
        let direct = ["re.search", "re.match", "re.fullmatch", "re.findall", "re.finditer"];
        let methods = [
            "re.Pattern.search",
            "re.Pattern.match",
            "re.Pattern.fullmatch",
            "re.Pattern.findall",
            "re.Pattern.finditer",
        ];
        Metadata {
            id: "python-catastrophic-regex",
            title: "Regular expression that can take exponential time",
            help: "Python's engine tries every way in which a pattern can match before it gives up. When a repeated \
                   part can read the same text in two ways, `n` repetitions have `2^n` ways, and a short text that \
                   almost fits keeps the processor busy for years:\n\n\
                   ```python\n\
                   re.match(r\"^(\\w+\\s?)*$\", text)          # text = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"\n\
                   ```\n\n\
                   Write the part so that each text has one way through it:\n\n\
                   ```python\n\
                   re.match(r\"^\\w+(\\s\\w+)*\\s?$\", text)\n\
                   ```\n\n\
                   From Python 3.11 on, possessive repetition (`\\w++`) and atomic groups (`(?>…)`) never try again. \
                   A limit on the text's length helps as well.",
            severity: Severity::Medium,
            cwe: 1333,
            tags: &["owasp:A06:2025"],
            interests: vec![
                Interest::Call(callees),
                Interest::Flow(sink(&direct, argument(1, "string"), SinkLanguage::MatchedText)),
                Interest::Flow(sink(&methods, argument(0, "string"), SinkLanguage::MatchedText)),
            ],
            triggers: &["re.", "regex", "Regex", "from re", "re_path", "egexp"],
            bad: "import re\n\nWORDS = re.compile(r\"^(\\w+\\s?)*$\")\n",
            good: "import re\n\nWORDS = re.compile(r\"^\\w+(\\s\\w+)*\\s?$\")\n",
            no_fix_reason: Some("A pattern that matches the same texts in one way only has to be found case by case."),
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let mut call = file.node_of(matched).and_then(Call::of)?;
        if matched.name.starts_with("re.Pattern.") {
            call = compiled(call.receiver()?)?;
        } else if let Some(made) = call.positional(0).and_then(compiled) {
            call = made;
        }
        let named = ["pattern", "regex", "route"].into_iter().find_map(|name| call.keyword(name));
        let pattern = literal::named_text(call.positional(0).or(named)?)?;
        if pattern.len() > MAX_LENGTH || !pattern.contains(['*', '+', '{']) {
            return None;
        }
        let tree = pattern::parse(&pattern, flags(call)).ok()?;
        let found = ambiguity::find(&tree, is_whole(file, call))?;
        let part: String = found.text.chars().take(SHOWN).collect();
        let more = if found.text.chars().count() > SHOWN { "…" } else { "" };
        if !matched.path.is_empty() {
            let effect = format!("is matched against `{part}{more}`, which can read a text in exponentially many ways");
            return Some(evidence::flow(matched, &effect));
        }
        let message = format!(
            "`{part}{more}` can match the same text in exponentially many ways, which `{}` tries all when the rest of \
             the pattern does not fit.",
            matched.name
        );
        Some(Found::new(matched.at, message))
    }
}

/// Gives the call of `re.compile` that a name stands for.
fn compiled(name: Node<'_>) -> Option<Call<'_>> {
    let name = name.without_parentheses();
    let assigned = local::only_assignment(name).and_then(|assignment| assignment.child(Field::RIGHT));
    let at_top = || {
        let statements = name.tree().root()?.named_children().filter(|node| node.is(Kind::EXPRESSION_STATEMENT));
        let assignments = statements.filter_map(|node| node.child_of_kind(Kind::ASSIGNMENT));
        let mut own = assignments.filter(|one| one.child(Field::LEFT).is_some_and(|left| left.text() == name.text()));
        own.next().filter(|_| own.next().is_none())?.child(Field::RIGHT)
    };
    let made = assigned.or_else(at_top)?;
    Call::of(made.without_parentheses()).filter(|call| call.name() == "compile")
}

/// Reads the flags among the arguments, by name.
fn flags(call: Call<'_>) -> Flags {
    let mut flags = Flags::default();
    let names = call.arguments().flat_map(|argument| std::iter::once(argument).chain(argument.descendants()));
    for name in names.filter(|node| node.is(Kind::IDENTIFIER)).map(Node::text) {
        match name {
            "I" | "IGNORECASE" => flags.ignores_case = true,
            "S" | "DOTALL" => flags.dot_matches_all = true,
            "X" | "VERBOSE" => flags.is_verbose = true,
            _ => {}
        }
    }
    flags
}

/// Tells whether the whole text has to match.
fn is_whole(file: File<'_>, call: Call<'_>) -> bool {
    if call.name() != "compile" {
        return call.name() == "fullmatch";
    }
    let assignment = call.node.parent().filter(|parent| parent.is(Kind::ASSIGNMENT));
    let name = assignment.and_then(|assignment| assignment.child(Field::LEFT)).map(Node::text);
    name.is_some_and(|name| file.text().contains(&format!("{name}.fullmatch(")))
}
