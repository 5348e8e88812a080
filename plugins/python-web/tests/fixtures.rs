//! Runs every rule natively over its annotated fixture and its own examples, with the host's data flow and the sources
//! of the pack on injection. Invariant: a rule finds exactly the lines below `# ruleid:`, and `fixes.snap` holds what
//! every fix makes of them.
#![expect(clippy::expect_used, reason = "tests")]

use std::{collections::BTreeSet, fmt::Write as _};

use model::spec::Entry;
use python_web::PACK;
use securecode_sdk::{Finding, Interest, Kind, Library, Match, Node, Pack, RuleInfo};
use securecode_testkit::{Snippet, scan};

/// What the prover says of the fixtures' safe twins that the native scan, which has no prover, cannot know.
const NEED_PROVER: &[&str] = &[
    "python-cross-site-scripting",
    "python-header-injection",
    "python-log-injection",
    "python-open-redirect",
    "python-server-side-request-forgery",
];

/// Gives the pack with the sources that the packs of a scan share.
fn pack() -> Pack {
    Pack { name: PACK.name, version: PACK.version, rules: PACK.rules, library: merged }
}

fn merged() -> Library {
    let (mut all, shared) = ((PACK.library)(), (python_injection::PACK.library)());
    all.sources.extend(shared.sources);
    all.sanitizers.extend(shared.sanitizers);
    all.propagators.extend(shared.propagators);
    all.return_types.extend(shared.return_types);
    all
}

/// Gives the matches of a rule's interests in calls and nodes.
fn matches(rule: &RuleInfo, number: u32, snippet: &Snippet) -> Vec<Match> {
    let calls = scan::calls(&pack(), snippet);
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
                Interest::NamedString(_) | Interest::Flow(_) => None,
            };
            let at = node.span();
            let path = Vec::new();
            matches.extend(name.map(|name| Match { rule: number, interest, at, node: node.index(), name, path }));
        }
    }
    matches
}

fn find(rule: &RuleInfo, number: u32, snippet: &Snippet, entry: Entry) -> Vec<(Finding, Option<Match>)> {
    let matches = matches(rule, number, snippet);
    let plain = PACK.check(snippet.source(), &matches).expect("findings").into_iter().map(|finding| {
        let matched = finding.matched.and_then(|number| matches.get(number as usize)).cloned();
        (finding, matched)
    });
    let flows = scan::scan(&pack(), snippet, entry).into_iter().filter(|(finding, _)| finding.rule == number);
    plain.chain(flows.map(|(finding, matched)| (finding, Some(matched)))).collect()
}

fn line(text: &str, offset: u32) -> usize {
    text.bytes().take(offset as usize).filter(|&byte| byte == b'\n').count() + 1
}

fn path(name: &str) -> String {
    format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn fixture(rule: &RuleInfo) -> Snippet {
    let text = std::fs::read_to_string(path(&format!("{}.py", rule.id))).expect("the rule's fixture");
    Snippet::at(&format!("shop/{}.py", rule.id.replace('-', "_")), &text)
}

fn rules() -> impl Iterator<Item = (u32, RuleInfo)> {
    (0..).zip(PACK.describe().rules)
}

#[test]
fn rules_find_what_their_fixtures_say() {
    let mut wrong = Vec::new();
    for (number, rule) in rules() {
        let snippet = fixture(&rule);
        let text = snippet.file().text();
        let marked = |mark: &str| -> BTreeSet<usize> {
            let mark = format!("# {mark}: {}", rule.id);
            (2..).zip(text.lines()).filter(|(_, line)| line.trim() == mark).map(|(number, _)| number).collect()
        };
        let found = find(&rule, number, &snippet, Entry::Main);
        let found: BTreeSet<usize> = found.iter().map(|(finding, _)| line(text, finding.at.start)).collect();
        let (expected, safe) = (marked("ruleid"), marked("ok"));
        assert!(expected.len() >= 5 && safe.len() >= 5, "{} has too few examples", rule.id);
        wrong.extend(expected.difference(&found).map(|line| format!("{}:{line}: missed", rule.id)));
        let alarms = found.difference(&expected).filter(|line| !marked("todook").contains(line));
        let is_proved = |line: &&usize| NEED_PROVER.contains(&rule.id.as_str()) && safe.contains(line);
        wrong.extend(alarms.filter(|line| !is_proved(line)).map(|line| format!("{}:{line}: false alarm", rule.id)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rules_find_their_bad_example_and_not_the_good_one() {
    for (number, rule) in rules() {
        assert_eq!(find(&rule, number, &Snippet::new(&rule.bad), Entry::All).len(), 1, "bad of {}", rule.id);
        let good = find(&rule, number, &Snippet::new(&rule.good), Entry::All);
        assert!(good.is_empty(), "good of {}: {good:?}", rule.id);
        let triggered = |text: &str| rule.triggers.iter().any(|trigger| text.contains(trigger.as_str()));
        assert!(triggered(&rule.bad) && triggered(fixture(&rule).file().text()), "triggers of {}", rule.id);
    }
}

#[test]
fn fixes_are_as_recorded() {
    let mut all = String::new();
    for (number, rule) in rules() {
        let snippet = fixture(&rule);
        let mut fixed = 0;
        for (finding, matched) in find(&rule, number, &snippet, Entry::Main) {
            let text = snippet.file().text();
            for fix in PACK.fix(snippet.source(), &finding, matched.as_ref()).expect("fixes") {
                fixed += 1;
                writeln!(all, "== {}:{} {}", rule.id, line(text, finding.at.start), fix.title).expect("a string");
                all.push_str(&changes(text, &snippet.apply(&fix)));
            }
        }
        assert_eq!(fixed == 0, rule.no_fix_reason.is_some(), "{} has {fixed} fixes", rule.id);
    }
    let name = path("fixes.snap");
    if std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always") {
        std::fs::write(&name, &all).expect("the record of the fixes");
    }
    let recorded = std::fs::read_to_string(&name).unwrap_or_default();
    assert_eq!(all, recorded, "run `INSTA_UPDATE=always cargo test` when the new fixes are right");
}

/// Shows the lines that only one of the texts holds, or holds more often.
fn changes(before: &str, after: &str) -> String {
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
    format!("{}{}", only(before, after, '-'), only(after, before, '+'))
}
