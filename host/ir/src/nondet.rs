//! Functions that stand for any value (`nondet_int()`) and for assumptions (`assume(cond)`), as Python. Invariant: a name
//! that the file defines or imports itself is left alone.

/// Each name with its definition and the names that this uses.
const DEFINITIONS: [(&str, &str, &[&str]); 10] = [
    ("nondet_str", "def nondet_str():\n    return input()\n", &[]),
    (
        "nondet_int",
        "def nondet_int():\n    try:\n        return int(input())\n    except ValueError:\n        raise SystemExit\n",
        &[],
    ),
    (
        "nondet_uint",
        "def nondet_uint():\n    try:\n        __n = int(input())\n    except ValueError:\n        raise SystemExit\n    \
         if __n < 0:\n        raise SystemExit\n    return __n\n",
        &[],
    ),
    (
        "nondet_float",
        "def nondet_float():\n    try:\n        return float(input())\n    except ValueError:\n        raise SystemExit\n",
        &[],
    ),
    ("nondet_bool", "def nondet_bool():\n    return input() == \"1\"\n", &[]),
    (
        "nondet_list",
        "def nondet_list(__size=None):\n    __items = []\n    while (__size is None or len(__items) < __size) and \
         nondet_bool():\n        __items.append(nondet_int())\n    return __items\n",
        &["nondet_bool", "nondet_int"],
    ),
    (
        "nondet_dict",
        "def nondet_dict(__size=None):\n    __entries = {}\n    while (__size is None or len(__entries) < __size) and \
         nondet_bool():\n        __entries[nondet_str()] = nondet_int()\n    return __entries\n",
        &["nondet_bool", "nondet_int", "nondet_str"],
    ),
    ("assume", "def assume(__c):\n    if not __c:\n        raise SystemExit\n", &[]),
    ("__ESBMC_assume", "def __ESBMC_assume(__c):\n    if not __c:\n        raise SystemExit\n", &[]),
    ("__VERIFIER_assume", "def __VERIFIER_assume(__c):\n    if not __c:\n        raise SystemExit\n", &[]),
];

/// Tells whether a name is that of a function of this kind.
pub fn is_name(name: &str) -> bool {
    DEFINITIONS.iter().any(|(known, ..)| *known == name)
}

/// Gives the definitions of the functions of this kind that a text calls and neither defines nor imports, to be appended
/// to it. Lists hold any number of integers, dicts any number of integers under texts. An assumption that fails ends the
/// run with `SystemExit`.
pub fn definitions(text: &str) -> String {
    let is_word = |c: char| c == '_' || c.is_alphanumeric();
    let is_called = |name: &str| {
        text.match_indices(&format!("{name}("))
            .any(|(at, _)| !text.get(..at).unwrap_or("").ends_with(|c: char| is_word(c) || c == '.'))
    };
    let is_bound = |name: &str| {
        text.lines().map(str::trim_start).any(|line| {
            line.starts_with(&format!("def {name}("))
                || line.starts_with("from ") && line.split(|c| !is_word(c)).any(|word| word == name)
                || line.starts_with(&format!("{name} ="))
        })
    };
    let called: Vec<&(&str, &str, &[&str])> = DEFINITIONS.iter().filter(|(name, ..)| is_called(name)).collect();
    let is_used = |name: &str| called.iter().any(|(own, _, uses)| *own == name || uses.contains(&name));
    let mut appended = String::from("\n\n");
    for (name, definition, _) in DEFINITIONS {
        if is_used(name) && !is_bound(name) {
            appended.push_str(definition);
            appended.push('\n');
        }
    }
    appended
}
