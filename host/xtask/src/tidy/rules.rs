//! What every rule must have. Invariant: a rule is a file with `impl Rule for` in a pack's `src`.

use super::sources::Source;

/// Checks that each rule has a fixture with a bad case and its safe twin.
pub(crate) fn check(sources: &[Source]) -> Vec<String> {
    let rules = sources.iter().filter(|source| source.is_rust() && source.path.starts_with("plugins/"));
    rules.filter(|source| source.text.contains("impl Rule for ")).flat_map(|rule| check_one(rule, sources)).collect()
}

fn check_one(rule: &Source, sources: &[Source]) -> Vec<String> {
    let Some((pack, _)) = rule.path.split_once("/src/") else { return Vec::new() };
    let Some(id) = id(&rule.text) else { return vec![format!("{}: the rule has no `id: \"…\"`", rule.path)] };
    let fixtures = format!("{pack}/fixtures/");
    let has = |mark: &str| {
        let line = format!("{mark}: {id}");
        let fixtures = sources.iter().filter(|source| source.path.starts_with(&fixtures));
        fixtures
            .flat_map(|source| source.text.lines())
            .any(|text| text.trim_start_matches(['#', ' ']).trim_end() == line)
    };
    let wanted = [("ruleid", "bad case"), ("ok", "safe twin")];
    let missing = wanted.into_iter().filter(|(mark, _)| !has(mark));
    missing.map(|(mark, what)| format!("{}: {fixtures} has no {what}: `# {mark}: {id}`", rule.path)).collect()
}

fn id(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(" id: \"")?;
    rest.split_once('"').map(|(id, _)| id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(fixture: &str) -> usize {
        let rule = "impl Rule for A {\n    id: \"python-a\",\n}";
        let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
        check(&[source("plugins/p/src/a.rs", rule), source("plugins/p/fixtures/a.py", fixture)]).len()
    }

    #[test]
    fn wants_a_bad_case_and_its_twin() {
        assert_eq!(problems("# ruleid: python-a\na()\n# ok: python-a\nb()\n"), 0);
        assert_eq!(problems("# ruleid: python-a\na()\n"), 1);
        assert_eq!(problems("# ruleid: python-ab\n"), 2);
    }
}
