//! What every file must be. Invariant: each check looks at one file alone.

use super::sources::Source;

const MOST_LINES: usize = 500;
const VAGUE_NAMES: [&str; 7] = ["common.rs", "helpers.rs", "manager.rs", "misc.rs", "mod.rs", "util.rs", "utils.rs"];
/// Text that Rust sources never hold. Each is split so that this file does not hold it either.
const FORBIDDEN: [(&str, &str); 6] = [
    (concat!("#[ig", "nore"), "a test that is not run"),
    (concat!("#[should", "_panic"), "a test that wants a panic"),
    (concat!("#[al", "low("), "an `allow` instead of `expect` with a reason"),
    (concat!("to", "do!("), "unfinished code"),
    (concat!("unimpl", "emented!("), "unfinished code"),
    (concat!("TO", "DO"), "a plan in a comment"),
];
/// Paths of one person's machine, which mean nothing on another.
const MACHINE_PATHS: [&str; 3] = [concat!("/work", "/main"), concat!("/work", "/shared"), concat!("../", "shared/")];

/// Checks all files.
pub(crate) fn check(sources: &[Source]) -> Vec<String> {
    sources.iter().flat_map(check_one).collect()
}

fn check_one(source: &Source) -> Vec<String> {
    let path = &source.path;
    let mut problems = Vec::new();
    if source.is_rust() {
        if VAGUE_NAMES.contains(&source.name()) {
            problems.push(format!("{path}: the name says nothing; name the file after what it owns"));
        }
        if !source.text.starts_with("//!") {
            problems.push(format!("{path}: the first line is not `//!` saying what the file owns"));
        }
        let lines = lines_without_tests(source);
        if lines > MOST_LINES {
            problems.push(format!("{path}: {lines} lines without tests; at most {MOST_LINES}"));
        }
        problems.extend(find(source, &FORBIDDEN));
    }
    let machine_paths = MACHINE_PATHS.map(|text| (text, "a path of one machine"));
    problems.extend(find(source, &machine_paths));
    problems
}

fn find(source: &Source, forbidden: &[(&str, &str)]) -> Vec<String> {
    let lines = source.text.lines().enumerate();
    let hits = lines.flat_map(|(index, line)| {
        let found = forbidden.iter().filter(move |(text, _)| line.contains(text));
        found.map(move |(text, what)| format!("{}:{}: `{text}`: {what}", source.path, index + 1))
    });
    hits.collect()
}

/// Counts the lines before the tests, which come last in a file.
fn lines_without_tests(source: &Source) -> usize {
    if source.path.starts_with("tests/") || source.path.contains("/tests/") || source.name() == "tests.rs" {
        return 0;
    }
    let lines: Vec<&str> = source.text.lines().collect();
    let is_test_module = |pair: &[&str]| matches!(pair, [first, ..] if first.starts_with("#[cfg(test)]"));
    lines.windows(2).position(is_test_module).unwrap_or(lines.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(path: &str, text: &str) -> Vec<String> {
        check(&[Source { path: path.to_owned(), text: text.to_owned() }])
    }

    #[test]
    fn accepts_a_good_file() {
        assert_eq!(problems("host/ir/src/lower.rs", "//! Lowers.\nfn lower() {}\n"), Vec::<String>::new());
    }

    #[test]
    fn wants_a_first_line_and_a_name() {
        assert_eq!(problems("host/ir/src/util.rs", "fn lower() {}\n").len(), 2);
    }

    #[test]
    fn counts_lines_before_the_tests() {
        let long = format!("//! Long.\n{}", "\n".repeat(500));
        assert_eq!(problems("host/ir/src/lower.rs", &long).len(), 1);
        let tests = format!("//! Long tests.\n#[cfg(test)]\nmod tests {{{}}}", "\n".repeat(900));
        assert_eq!(problems("host/ir/src/lower.rs", &tests).len(), 0);
    }

    #[test]
    fn finds_forbidden_text_with_its_line() {
        let text = format!("//! A.\n{}\n", concat!("to", "do!()"));
        assert_eq!(problems("host/ir/src/a.rs", &text).len(), 1);
        assert!(problems("host/ir/src/a.rs", &text).iter().all(|problem| problem.starts_with("host/ir/src/a.rs:2: ")));
    }
}
