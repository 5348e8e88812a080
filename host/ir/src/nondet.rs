//! Functions that stand for any value (`nondet_int()`) and for assumptions (`assume(cond)`), as Python. Invariant: a name
//! that the file defines or imports itself is left alone.

/// Each name with its definition; later ones may use earlier ones.
const DEFINITIONS: [(&str, &str); 7] = [
    ("nondet_str", "def nondet_str():\n    return input()\n"),
    (
        "nondet_int",
        "def nondet_int():\n    try:\n        return int(input())\n    except ValueError:\n        raise SystemExit\n",
    ),
    (
        "nondet_uint",
        "def nondet_uint():\n    try:\n        __n = int(input())\n    except ValueError:\n        raise SystemExit\n    \
         if __n < 0:\n        raise SystemExit\n    return __n\n",
    ),
    ("nondet_bool", "def nondet_bool():\n    return input() == \"1\"\n"),
    ("assume", "def assume(__c):\n    if not __c:\n        raise SystemExit\n"),
    ("__ESBMC_assume", "def __ESBMC_assume(__c):\n    if not __c:\n        raise SystemExit\n"),
    ("__VERIFIER_assume", "def __VERIFIER_assume(__c):\n    if not __c:\n        raise SystemExit\n"),
];

/// Gives the definitions of the functions of this kind that a text calls and neither defines nor imports, to be appended
/// to it. An assumption that fails ends the run with `SystemExit`.
pub fn definitions(text: &str) -> String {
    let is_word = |c: char| c == '_' || c.is_alphanumeric();
    let mut appended = String::from("\n\n");
    for (name, definition) in DEFINITIONS {
        let is_called = text
            .match_indices(&format!("{name}("))
            .any(|(at, _)| !text.get(..at).unwrap_or("").ends_with(|c: char| is_word(c) || c == '.'));
        let is_bound = text.lines().map(str::trim_start).any(|line| {
            line.starts_with(&format!("def {name}("))
                || line.starts_with("from ") && line.split(|c| !is_word(c)).any(|word| word == name)
                || line.starts_with(&format!("{name} ="))
        });
        if is_called && !is_bound {
            appended.push_str(definition);
            appended.push('\n');
        }
    }
    appended
}
