//! Runs every rule natively over the fixtures of the frameworks. Invariant: in `framework-*.py`, the lines below
//! `# ruleid: <rule>` are found by that rule, and no other line is found by a rule that the file marks.
#![expect(clippy::expect_used, reason = "tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use model::spec::Entry;
use python_injection::PACK;
use securecode_testkit::{Snippet, scan::scan};

/// Gives the marked lines: rule, line, and whether it must be found.
fn marks(text: &str) -> BTreeMap<(String, usize), bool> {
    let mut marks = BTreeMap::new();
    let mut waiting: Vec<(String, bool)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        let mark = [("# ruleid: ", true), ("# todook: ", true), ("# ok: ", false), ("# todoruleid: ", false)]
            .into_iter()
            .find_map(|(word, is_found)| line.strip_prefix(word).map(|rule| (rule.to_owned(), is_found)));
        match mark {
            Some(mark) => waiting.push(mark),
            None if line.is_empty() || line.starts_with('#') => {}
            None => marks.extend(waiting.drain(..).map(|(rule, is_found)| ((rule, number), is_found))),
        }
    }
    marks
}

#[test]
fn rules_find_untrusted_data_in_every_framework() {
    let folder = format!("{}/fixtures", env!("CARGO_MANIFEST_DIR"));
    let rules = PACK.describe().rules;
    let mut wrong = BTreeSet::new();
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the fixtures") {
        let path = entry.expect("a fixture").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if !name.starts_with("framework-") || !name.ends_with(".py") {
            continue;
        }
        count += 1;
        let text = fs::read_to_string(&path).expect("a fixture");
        let snippet = Snippet::at(&format!("shop/{}", name.replace('-', "_")), &text);
        let entry = if name.contains("local") { Entry::Main } else { Entry::Web };
        let found: BTreeSet<(String, usize)> = scan(&PACK, &snippet, entry)
            .into_iter()
            .map(|(finding, _)| {
                let rule = rules.get(finding.rule as usize).map(|rule| rule.id.clone()).unwrap_or_default();
                let line = text.bytes().take(finding.at.start as usize).filter(|&byte| byte == b'\n').count() + 1;
                (rule, line)
            })
            .collect();
        let marks = marks(&text);
        let marked: BTreeSet<&String> = marks.keys().map(|(rule, _)| rule).collect();
        for (place, is_found) in &marks {
            match (found.contains(place), is_found) {
                (false, true) => wrong.insert(format!("{name}:{}: {} missed", place.1, place.0)),
                (true, false) => wrong.insert(format!("{name}:{}: {} false alarm", place.1, place.0)),
                (true, true) | (false, false) => false,
            };
        }
        for place in found.iter().filter(|place| marked.contains(&place.0) && !marks.contains_key(*place)) {
            wrong.insert(format!("{name}:{}: {} found without a mark", place.1, place.0));
        }
    }
    assert!(count >= 10, "{count} fixtures");
    assert!(wrong.is_empty(), "{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}
