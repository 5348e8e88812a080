//! Runs every rule natively, with the host's data flow, over its annotated fixture and its own examples. Invariant: a
//! rule finds exactly the lines below `# ruleid:`, and `fixes.snap` holds what every fix makes of them.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use std::{collections::BTreeSet, fmt::Write as _};

use model::spec::Entry;
use python_injection::PACK;
use securecode_sdk::{Finding, Interest, Kind, Match, RuleInfo};
use securecode_testkit::{
    Snippet,
    scan::{Hit, calls, scan},
};

fn line(text: &str, offset: u32) -> usize {
    text.bytes().take(offset as usize).filter(|&byte| byte == b'\n').count() + 1
}

fn path(name: &str) -> String {
    format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn fixture(rule: &RuleInfo) -> Snippet {
    let name = path(&format!("{}.py", rule.id));
    let text = std::fs::read_to_string(&name).expect("the rule's fixture");
    Snippet::at(&format!("shop/{}.py", rule.id.replace('-', "_")), &text)
}

fn rules() -> impl Iterator<Item = (u32, RuleInfo)> {
    (0..).zip(PACK.describe().rules)
}

fn of_rule(number: u32, snippet: &Snippet, entry: Entry) -> Vec<Hit> {
    let mut hits: Vec<Hit> =
        scan(&PACK, snippet, entry).into_iter().filter(|(finding, _)| finding.rule == number).collect();
    hits.extend(of_calls(number, snippet));
    hits
}

/// Gives what a rule finds in the calls that it asks for by name.
fn of_calls(number: u32, snippet: &Snippet) -> Vec<Hit> {
    let info = PACK.describe();
    let wanted: Vec<(u32, &Vec<String>)> = (0..)
        .zip(&info.rules[number as usize].interests)
        .filter_map(|(interest, wanted)| match wanted {
            Interest::Call(callees) => Some((interest, callees)),
            Interest::Flow(_) | Interest::Node(_) | Interest::NamedString(_) => None,
        })
        .collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut matches = Vec::new();
    for (at, name) in calls(&PACK, snippet) {
        let node = snippet.file().tree().nodes().find(|node| node.is(Kind::CALL) && node.span() == at);
        for (interest, callees) in &wanted {
            if let Some(node) = node.filter(|_| callees.contains(&name)) {
                let (node, name) = (node.index(), name.clone());
                matches.push(Match { rule: number, interest: *interest, at, node, name, path: Vec::new() });
            }
        }
    }
    let findings = PACK.check(snippet.source(), &matches).expect("findings");
    let with_match = |finding: Finding| {
        let matched = finding.matched.and_then(|number| matches.get(number as usize)).cloned();
        matched.map(|matched| (finding, matched))
    };
    findings.into_iter().filter_map(with_match).collect()
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
        let found: BTreeSet<usize> =
            of_rule(number, &snippet, Entry::Main).iter().map(|(finding, _)| line(text, finding.at.start)).collect();
        let expected = marked("ruleid");
        assert!(expected.len() >= 6 && marked("ok").len() >= 6, "{} has too few examples", rule.id);
        wrong.extend(expected.difference(&found).map(|line| format!("{}:{line}: missed", rule.id)));
        wrong.extend(found.difference(&expected).map(|line| format!("{}:{line}: false alarm", rule.id)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rules_find_their_bad_example_and_not_the_good_one() {
    for (number, rule) in rules() {
        assert_eq!(of_rule(number, &Snippet::new(&rule.bad), Entry::All).len(), 1, "bad of {}", rule.id);
        assert_eq!(of_rule(number, &Snippet::new(&rule.good), Entry::All).len(), 0, "good of {}", rule.id);
        let triggered = |text: &str| rule.triggers.iter().any(|trigger| text.contains(trigger.as_str()));
        assert!(triggered(&rule.bad) && triggered(fixture(&rule).file().text()), "triggers of {}", rule.id);
    }
}

/// Gives the lines that a fix removes and adds, by the longest common subsequence.
fn changed(old: &str, new: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for (i, from) in old.iter().enumerate().rev() {
        for (j, to) in new.iter().enumerate().rev() {
            common[i][j] = if from == to { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || common[i + 1][j] >= common[i][j + 1]) {
            lines.push(format!("- {}", old[i]));
            i += 1;
        } else {
            lines.push(format!("+ {}", new[j]));
            j += 1;
        }
    }
    lines
}

#[test]
fn fixes_are_as_recorded() {
    let mut all = String::new();
    for (number, rule) in rules() {
        let snippet = fixture(&rule);
        let before = of_rule(number, &snippet, Entry::Main);
        for (finding, matched) in &before {
            let text = snippet.file().text();
            writeln!(all, "== {}:{} {}", rule.id, line(text, finding.at.start), finding.message).expect("a string");
            let fixes = PACK.fix(snippet.source(), finding, Some(matched)).expect("fixes");
            for fix in fixes {
                writeln!(all, "-- {}", fix.title).expect("a string");
                let fixed = snippet.apply(&fix);
                changed(text, &fixed).iter().for_each(|line| writeln!(all, "{line}").expect("a string"));
                let after = Snippet::at(snippet.file().path(), &fixed);
                let remaining = of_rule(number, &after, Entry::Main).len();
                assert!(
                    remaining < before.len(),
                    "`{}` leaves {}:{}",
                    fix.title,
                    rule.id,
                    line(text, finding.at.start)
                );
            }
        }
    }
    let name = path("fixes.snap");
    if std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always") {
        std::fs::write(&name, &all).expect("the record of the fixes");
    }
    let recorded = std::fs::read_to_string(&name).unwrap_or_default();
    assert_eq!(all, recorded, "run `INSTA_UPDATE=always cargo test` when the new fixes are right");
}
