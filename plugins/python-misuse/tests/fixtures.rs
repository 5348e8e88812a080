//! Runs every rule natively over its annotated fixture, its own examples and its fixes. Invariant: a rule finds exactly
//! the lines below `# ruleid:`, and each of its fixes removes the finding that it is for and brings no new one.

use std::collections::BTreeSet;

use model::spec::Entry;
use python_misuse::PACK;
use securecode_sdk::{
    Field, Finding, Interest, Kind, Library, Match, Node, Pack, RuleInfo, SourceForm, SourceKind, spec::sources,
};
use securecode_testkit::{Snippet, scan};

/// Gives the pack's library with the sources that the fixtures read from; another pack declares them for scans.
fn library_with_sources() -> Library {
    let request = ["flask.request.data", "flask.request.args", "flask.request.cookies"];
    let mut library = (PACK.library)();
    library.sources.extend(sources(&request, SourceForm::Attribute, SourceKind::Web, "the request"));
    library.sources.extend(sources(
        &["flask.request.get_data"],
        SourceForm::Call,
        SourceKind::Web,
        "the request's body",
    ));
    library
}

/// Gives the matches of a rule's interests, but for `flow`.
fn matches(rule: &RuleInfo, number: u32, snippet: &Snippet) -> Vec<Match> {
    let calls = scan::calls(&PACK, snippet);
    let called = |node: Node<'_>| {
        let call = calls.iter().find(|(span, _)| node.is(Kind::CALL) && *span == node.span());
        call.map(|(_, callee)| callee.clone())
    };
    let mut matches = Vec::new();
    for (interest, wanted) in (0..).zip(&rule.interests) {
        for node in snippet.file().tree().nodes() {
            let name = match wanted {
                Interest::Call(callees) => called(node).filter(|callee| callees.contains(callee)),
                Interest::Node(kinds) => {
                    node.kind().name().filter(|kind| kinds.iter().any(|wanted| wanted == kind)).map(|_| String::new())
                }
                Interest::NamedString(words) => named(node)
                    .filter(|name| words.iter().any(|word| name.to_lowercase().contains(word.as_str())))
                    .map(str::to_owned),
                Interest::Flow(_) => None,
            };
            matches.extend(name.map(|name| Match {
                rule: number,
                interest,
                at: node.span(),
                node: node.index(),
                name,
                path: Vec::new(),
            }));
        }
    }
    matches
}

/// Gives the name that a node gives to a string literal.
fn named(node: Node<'_>) -> Option<&str> {
    let (name, value) = match node.kind() {
        Kind::ASSIGNMENT => (Field::LEFT, Field::RIGHT),
        Kind::KEYWORD_ARGUMENT | Kind::DEFAULT_PARAMETER | Kind::TYPED_DEFAULT_PARAMETER => (Field::NAME, Field::VALUE),
        Kind::PAIR => (Field::KEY, Field::VALUE),
        _ => return None,
    };
    node.child(value).filter(|value| value.is(Kind::STRING) || value.is(Kind::CONCATENATED_STRING))?;
    node.child(name).map(Node::text)
}

fn find(rule: &RuleInfo, number: u32, snippet: &Snippet) -> Vec<(Finding, Match)> {
    let matches = matches(rule, number, snippet);
    let findings = PACK.check(snippet.source(), &matches).unwrap_or_default();
    let flows = scan::scan(&Pack { library: library_with_sources, ..PACK }, snippet, Entry::Main);
    let with_match = |finding: Finding| {
        let matched = finding.matched.and_then(|number| matches.get(number as usize)).cloned();
        matched.map(|matched| (finding, matched))
    };
    let mut found: Vec<(Finding, Match)> = findings.into_iter().filter_map(with_match).collect();
    // As in a scan, one rule reports a place once.
    for (finding, matched) in flows.into_iter().filter(|(finding, _)| finding.rule == number) {
        found.retain(|(other, _)| other.at != finding.at);
        found.push((finding, matched));
    }
    found
}

fn line(text: &str, offset: u32) -> usize {
    text.bytes().take(offset as usize).filter(|&byte| byte == b'\n').count() + 1
}

fn rules() -> impl Iterator<Item = (u32, RuleInfo)> {
    (0..).zip(PACK.describe().rules)
}

fn fixture(rule: &RuleInfo) -> Snippet {
    let path = format!("{}/fixtures/{}.py", env!("CARGO_MANIFEST_DIR"), rule.id);
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(!text.is_empty(), "{path} is missing");
    Snippet::at(&format!("shop/{}.py", rule.id.replace('-', "_")), &text)
}

#[test]
fn rules_find_what_their_fixtures_say() {
    let mut wrong = Vec::new();
    for (number, rule) in rules() {
        let snippet = fixture(&rule);
        let text = snippet.file().text();
        let mark = format!("# ruleid: {}", rule.id);
        let expected: BTreeSet<usize> =
            (2..).zip(text.lines()).filter(|(_, line)| line.trim() == mark).map(|(number, _)| number).collect();
        let found: BTreeSet<usize> =
            find(&rule, number, &snippet).iter().map(|(finding, _)| line(text, finding.at.start)).collect();
        assert!(expected.len() >= 5, "{} has too few examples", rule.id);
        wrong.extend(expected.difference(&found).map(|line| format!("{}:{line}: missed", rule.id)));
        wrong.extend(found.difference(&expected).map(|line| format!("{}:{line}: false alarm", rule.id)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rules_find_their_bad_example_and_not_the_good_one() {
    for (number, rule) in rules() {
        assert_eq!(find(&rule, number, &Snippet::new(&rule.bad)).len(), 1, "bad of {}", rule.id);
        assert_eq!(find(&rule, number, &Snippet::new(&rule.good)).len(), 0, "good of {}", rule.id);
        let triggers = &rule.triggers;
        assert!(triggers.iter().any(|trigger| rule.bad.contains(trigger.as_str())), "triggers of {}", rule.id);
    }
}

/// Writes what every fix changes, so that a reader of the snapshot can judge it.
#[test]
fn fixes_remove_their_finding() {
    let mut wrong = Vec::new();
    let mut shown = String::new();
    for (number, rule) in rules() {
        let snippet = fixture(&rule);
        let before = find(&rule, number, &snippet);
        let mut fixed = 0;
        for (finding, matched) in &before {
            for fix in PACK.fix(snippet.source(), finding, Some(matched)).unwrap_or_default() {
                fixed += 1;
                let text = snippet.apply(&fix);
                let after = find(&rule, number, &Snippet::at(snippet.file().path(), &text)).len();
                if after + 1 != before.len() {
                    let place = line(snippet.file().text(), finding.at.start);
                    wrong.push(format!("{}:{place}: {} findings become {after}", rule.id, before.len()));
                }
                shown.push_str(&changes(&rule.id, &fix.title, snippet.file().text(), &text));
            }
        }
        assert_eq!(fixed == 0, rule.no_fix_reason.is_some(), "{} has {fixed} fixes", rule.id);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let path = format!("{}/fixtures/fixes.snap", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always") {
        assert!(std::fs::write(&path, &shown).is_ok(), "{path} cannot be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(shown == expected, "{path} differs; `cargo xtask bless` accepts what is found now:\n{shown}");
}

/// Shows the lines that only one of the texts holds, or holds more often.
fn changes(rule: &str, title: &str, before: &str, after: &str) -> String {
    let only = |here: &str, there: &str, sign: char| -> String {
        let mut others: Vec<&str> = there.lines().collect();
        let differs = |line: &&str| match others.iter().position(|other| other == line) {
            Some(at) => {
                others.swap_remove(at);
                false
            }
            None => true,
        };
        here.lines().filter(differs).map(|line| format!("{sign} {line}\n")).collect()
    };
    format!("{rule}: {title}\n{}{}", only(before, after, '-'), only(after, before, '+'))
}
