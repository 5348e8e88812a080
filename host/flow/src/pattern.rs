//! Matching of resolved names against `NamePattern`s. Invariant: matching compares whole dotted components, and the
//! prefix `builtins.` never makes a difference.

use std::collections::HashMap;

use model::spec::NamePattern;

/// Drops the `builtins.` in front of a name, so that `builtins.open` and `open` are the same.
pub fn normalised(name: &str) -> &str {
    name.strip_prefix("builtins.").unwrap_or(name)
}

/// Tells whether a resolved callee, such as `subprocess.run` or `*.execute`, is what the pattern names.
pub fn matches(pattern: &NamePattern, callee: &str) -> bool {
    normalised(&pattern.0) == normalised(callee)
}

/// Tells whether a path is what the pattern names or lies below it: `flask.request.args` covers
/// `flask.request.args.get`.
pub fn covers(pattern: &NamePattern, path: &str) -> bool {
    let (name, path) = (normalised(&pattern.0), normalised(path));
    path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Many patterns, found by name in one look-up.
#[derive(Clone, Debug, Default)]
pub struct PatternIndex {
    by_name: HashMap<String, Vec<usize>>,
}

impl PatternIndex {
    /// Builds the index; each pattern comes with the number that look-ups give.
    pub fn new<'a>(patterns: impl IntoIterator<Item = (usize, &'a NamePattern)>) -> Self {
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (number, pattern) in patterns {
            by_name.entry(normalised(&pattern.0).to_owned()).or_default().push(number);
        }
        Self { by_name }
    }

    /// Tells whether there is no pattern at all.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Gives the numbers of the patterns that match a callee, in the order they were given in.
    pub fn matching(&self, callee: &str) -> &[usize] {
        self.by_name.get(normalised(callee)).map_or(&[], Vec::as_slice)
    }

    /// Gives the numbers of the patterns that cover a path, the longest pattern first.
    pub fn covering(&self, path: &str) -> Vec<usize> {
        let mut found = Vec::new();
        let mut rest = Some(normalised(path));
        while let Some(prefix) = rest {
            found.extend(self.by_name.get(prefix).into_iter().flatten().copied());
            rest = prefix.rsplit_once('.').map(|(head, _)| head);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_whole_components() {
        let args = NamePattern("flask.request.args".into());
        assert!(covers(&args, "flask.request.args.get"));
        assert!(covers(&args, "flask.request.args"));
        assert!(!covers(&args, "flask.request.args_extra"));
        assert!(!matches(&args, "flask.request.args.get"));
        assert!(matches(&NamePattern("input".into()), "builtins.input"));
        assert!(matches(&NamePattern("*.execute".into()), "*.execute"));
        assert!(!matches(&NamePattern("*.execute".into()), "sqlite3.Cursor.execute"));
    }

    #[test]
    fn index_agrees_with_matching() {
        let patterns = [NamePattern("a.b".into()), NamePattern("a".into()), NamePattern("*.x".into())];
        let index = PatternIndex::new(patterns.iter().enumerate());
        assert_eq!(index.covering("a.b.c"), [0, 1]);
        assert_eq!(index.matching("*.x"), [2]);
        assert!(index.matching("a.b.c").is_empty());
    }
}
