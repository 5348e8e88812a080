//! The machines of Python's text functions. Invariant: for every text some run writes what `Operation::apply` gives;
//! with `Precision::Exact` no run writes anything else.

use std::{iter::once, sync::LazyLock};

use super::{
    TooLarge,
    char_set::CharSet,
    machine::{Edge, Machine, Output, State},
    operation::{self, Operation, Part, Place, Side},
    transducer::Precision,
    unicode_class,
};

/// The longest constant or count that a machine counts along.
const COUNT_LIMIT: usize = 4_000;

/// The machines, one after the other, of a function.
pub(crate) fn of(operation: &Operation) -> Result<(Vec<Machine>, Precision), TooLarge> {
    use Precision::{Exact, Over};
    let one = |machine: Machine| Ok((vec![machine], Exact));
    match operation {
        Operation::Prepend(text) => one(Machine { starts: vec![(0, text.clone())], ..map(once(copy(CharSet::all()))) }),
        Operation::Append(text) => {
            let edge = Edge { set: CharSet::all(), output: vec![Output::Copy], target: 0 };
            one(machine(vec![State { edges: vec![edge], end: Some(text.clone()) }]))
        }
        Operation::Replace { from, to } if from.is_empty() => {
            let output = vec![Output::Copy, Output::Text(to.clone())];
            let machine = map(once((CharSet::all(), output)));
            one(Machine { starts: vec![(0, to.clone())], ..machine })
        }
        Operation::Replace { from, to } => one(replace(from, to, None)?),
        Operation::ReplaceFirst { from, .. } if from.is_empty() => Err(TooLarge),
        Operation::ReplaceFirst { from, to, count } => one(replace(from, to, Some(*count))?),
        Operation::Lower => Ok((vec![LOWER.0.clone()], LOWER.1)),
        Operation::Upper => Ok((vec![UPPER.0.clone()], UPPER.1)),
        Operation::Strip { side, chars } => one(strip(*side, chars)),
        Operation::Take(count) => one(take(length(*count)?)),
        Operation::Skip(count) => one(skip(length(*count)?)),
        Operation::TakeLast(count) => one(split_before_last(length(*count)?, Kept::Last)),
        Operation::SkipLast(count) => one(split_before_last(length(*count)?, Kept::First)),
        Operation::RemovePrefix(prefix) => one(remove_prefix(prefix)?),
        Operation::Translate(table) => one(translate(table)),
        Operation::ReplaceChars { set, to } => one(map([(set.clone(), text(to)), copy(set.complement())])),
        Operation::ReplaceRuns { set, to } => one(replace_runs(set, to)),
        Operation::HtmlEscape(quotes) => one(escape("&<>\"'", |c| operation::html_escape(c, *quotes))),
        Operation::MarkupEscape => one(escape("&<>\"'", operation::markup_escape)),
        Operation::ShellQuote => one(shell_quote()),
        Operation::UrlQuote { safe } => Ok((vec![url_quote(safe, "%20")], Over)),
        Operation::UrlQuotePlus => Ok((vec![url_quote("", "+")], Over)),
        Operation::UrlUnquote => Ok((vec![url_unquote()], Over)),
        Operation::Repr => Ok((vec![repr()], Over)),
        Operation::RegexEscape => one(escape(operation::REGEX_SPECIAL, |c| Some(format!("\\{c}")))),
        Operation::SecureFilename => Ok((vec![secure_filename_words(), strip(Side::Both, &CharSet::of("._"))], Over)),
        Operation::Basename => one(cut('/', Place::Last, Part::After)),
        Operation::Cut { at, place, part } => one(cut(*at, *place, *part)),
    }
}

fn machine(states: Vec<State>) -> Machine {
    Machine { states, starts: vec![(0, String::new())] }
}

fn state(edges: Vec<Edge>) -> State {
    State { edges, end: Some(String::new()) }
}

fn text(text: &str) -> Vec<Output> {
    vec![Output::Text(text.to_owned())]
}

fn copy(set: CharSet) -> (CharSet, Vec<Output>) {
    (set, vec![Output::Copy])
}

fn keep(set: CharSet, target: u32) -> Edge {
    Edge { set, output: vec![Output::Copy], target }
}

fn drop(set: CharSet, target: u32) -> Edge {
    Edge { set, output: Vec::new(), target }
}

fn length(count: u32) -> Result<u32, TooLarge> {
    if count as usize > COUNT_LIMIT { Err(TooLarge) } else { Ok(count) }
}

/// A machine with one state, which treats every character by itself.
fn map(letters: impl IntoIterator<Item = (CharSet, Vec<Output>)>) -> Machine {
    let edges = letters.into_iter().map(|(set, output)| Edge { set, output, target: 0 }).collect();
    machine(vec![state(edges)])
}

fn escape(special: &str, escaped: impl Fn(char) -> Option<String>) -> Machine {
    let table: Vec<(char, String)> =
        special.chars().filter_map(|character| escaped(character).map(|to| (character, to))).collect();
    translate(&table)
}

fn translate(table: &[(char, String)]) -> Machine {
    let mut rest = CharSet::all();
    let mut letters = Vec::new();
    for (from, to) in table {
        if rest.contains(*from) {
            rest = rest.minus(&CharSet::single(*from));
            letters.push((CharSet::single(*from), text(to)));
        }
    }
    letters.push(copy(rest));
    map(letters)
}

/// Knuth, Morris and Pratt's search: state `k` has read, and not yet written, the first `k` characters of `from`.
fn replace(from: &str, to: &str, count: Option<u32>) -> Result<Machine, TooLarge> {
    let pattern: Vec<char> = from.chars().collect();
    let width = pattern.len();
    let levels = count.unwrap_or(1) as usize;
    if width.saturating_mul(levels) > COUNT_LIMIT {
        return Err(TooLarge);
    }
    let mut states = Vec::new();
    for level in 0..levels {
        let base = level * width;
        let after = if count.is_none() { base } else { base + width };
        for matched in 0..width {
            let pending: Vec<char> = pattern.iter().take(matched).copied().collect();
            let mut rest = CharSet::all();
            let mut edges = Vec::new();
            let mut known: Vec<char> = pattern.iter().take(matched + 1).copied().collect();
            known.sort_unstable();
            known.dedup();
            for character in known {
                rest = rest.minus(&CharSet::single(character));
                let mut seen = pending.clone();
                seen.push(character);
                let (output, target) = if pattern.get(matched) == Some(&character) && matched + 1 == width {
                    (to.to_owned(), after)
                } else {
                    let border = (0..=seen.len().min(width - 1))
                        .rev()
                        .find(|&size| seen.iter().skip(seen.len() - size).eq(pattern.iter().take(size)))
                        .unwrap_or(0);
                    (seen.iter().take(seen.len() - border).collect(), base + border)
                };
                let target = u32::try_from(target).map_err(|_| TooLarge)?;
                edges.push(Edge { set: CharSet::single(character), output: vec![Output::Text(output)], target });
            }
            let pending: String = pending.into_iter().collect();
            let output = vec![Output::Text(pending.clone()), Output::Copy];
            edges.push(Edge { set: rest, output, target: u32::try_from(base).map_err(|_| TooLarge)? });
            states.push(State { edges, end: Some(pending) });
        }
    }
    if count.is_some() {
        let last = u32::try_from(states.len()).map_err(|_| TooLarge)?;
        states.push(state(vec![keep(CharSet::all(), last)]));
    }
    Ok(machine(states))
}

/// States: 0 still strips the left end, 1 has last kept another character, 2 has kept one of the set and promises
/// that another will follow, 3 strips the right end.
fn strip(side: Side, chars: &CharSet) -> Machine {
    let others = chars.complement();
    let middle = match side {
        Side::Left => vec![keep(CharSet::all(), 1)],
        Side::Right | Side::Both => {
            vec![keep(others.clone(), 1), keep(chars.clone(), 2), drop(chars.clone(), 3)]
        }
    };
    let first = match side {
        Side::Left | Side::Both => vec![drop(chars.clone(), 0), keep(others.clone(), 1)],
        Side::Right => middle.clone(),
    };
    let promise = State { edges: vec![keep(others, 1), keep(chars.clone(), 2)], end: None };
    machine(vec![state(first), state(middle), promise, state(vec![drop(chars.clone(), 3)])])
}

fn take(count: u32) -> Machine {
    let mut states: Vec<State> = (0..count).map(|index| state(vec![keep(CharSet::all(), index + 1)])).collect();
    states.push(state(vec![drop(CharSet::all(), count)]));
    machine(states)
}

fn skip(count: u32) -> Machine {
    let mut states: Vec<State> = (0..count).map(|index| state(vec![drop(CharSet::all(), index + 1)])).collect();
    states.push(state(vec![keep(CharSet::all(), count)]));
    machine(states)
}

/// Which part of a text that is split before its last characters is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    First,
    Last,
}

/// State 0 is before the split, which is guessed; state `k` has `count - k` characters left to come. The states after
/// those are for texts that are shorter than `count`.
fn split_before_last(count: u32, kept: Kept) -> Machine {
    let edge =
        |part: Kept, target| if part == kept { keep(CharSet::all(), target) } else { drop(CharSet::all(), target) };
    let mut states = vec![State { edges: vec![edge(Kept::First, 0), edge(Kept::Last, 1)], end: None }];
    for index in 1..count {
        states.push(State { edges: vec![edge(Kept::Last, index + 1)], end: None });
    }
    if count > 0 {
        states.push(state(Vec::new()));
    }
    let short = count + 1;
    for index in 0..count {
        let edges = if index + 1 < count { vec![edge(Kept::Last, short + index + 1)] } else { Vec::new() };
        states.push(state(edges));
    }
    Machine { states, starts: vec![(0, String::new()), (short, String::new())] }
}

fn remove_prefix(prefix: &str) -> Result<Machine, TooLarge> {
    let pattern: Vec<char> = prefix.chars().collect();
    if pattern.len() > COUNT_LIMIT {
        return Err(TooLarge);
    }
    let last = u32::try_from(pattern.len()).map_err(|_| TooLarge)?;
    let mut states = Vec::new();
    let mut pending = String::new();
    for (index, &character) in (0_u32..).zip(&pattern) {
        let expected = CharSet::single(character);
        let output = vec![Output::Text(pending.clone()), Output::Copy];
        let other = Edge { set: expected.complement(), output, target: last };
        states.push(State { edges: vec![drop(expected, index + 1), other], end: Some(pending.clone()) });
        pending.push(character);
    }
    states.push(state(vec![keep(CharSet::all(), last)]));
    Ok(machine(states))
}

fn replace_runs(set: &CharSet, to: &str) -> Machine {
    let first = Edge { set: set.clone(), output: text(to), target: 1 };
    let outside = state(vec![first, keep(set.complement(), 0)]);
    let inside = state(vec![drop(set.clone(), 1), keep(set.complement(), 0)]);
    machine(vec![outside, inside])
}

/// Branches for texts that need no quotes (0, then 1), that are empty (2), and that have to be quoted (3, then 4).
fn shell_quote() -> Machine {
    let plain = CharSet::from_ranges(&[('a', 'z'), ('A', 'Z'), ('0', '9')]).union(&CharSet::of("_@%+=:,./-"));
    let quote = CharSet::single('\'');
    let other = plain.union(&quote).complement();
    let escaped = |target| Edge { set: quote.clone(), output: text("'\"'\"'"), target };
    Machine {
        states: vec![
            State { edges: vec![keep(plain.clone(), 1)], end: None },
            state(vec![keep(plain.clone(), 1)]),
            state(Vec::new()),
            State { edges: vec![keep(plain.clone(), 3), escaped(4), keep(other.clone(), 4)], end: None },
            State { edges: vec![keep(plain, 4), escaped(4), keep(other, 4)], end: Some("'".to_owned()) },
        ],
        starts: vec![(0, String::new()), (2, "''".to_owned()), (3, "'".to_owned())],
    }
}

fn url_quote(safe: &str, space: &str) -> Machine {
    let kept: String = ('\0'..='\u{7f}').filter(|&c| operation::is_url_plain(c) || safe.contains(c)).collect();
    let kept = CharSet::of(&kept);
    let mut letters = vec![copy(kept.clone())];
    for character in ('\0'..='\u{7f}').filter(|&character| !kept.contains(character)) {
        let output = if character == ' ' { space.to_owned() } else { format!("%{:02X}", u32::from(character)) };
        letters.push((CharSet::single(character), text(&output)));
    }
    let hex = CharSet::from_ranges(&[('0', '9'), ('A', 'F')]);
    let more = [Output::Text("%".to_owned()), Output::OneOf(CharSet::of("89AB")), Output::OneOf(hex.clone())];
    let firsts = [('\u{80}', '\u{7ff}', "CD", 1), ('\u{800}', '\u{ffff}', "E", 2), ('\u{10000}', '\u{10ffff}', "F", 3)];
    for (first, last, lead, count) in firsts {
        let mut output =
            vec![Output::Text("%".to_owned()), Output::OneOf(CharSet::of(lead)), Output::OneOf(hex.clone())];
        for _ in 0..count {
            output.extend(more.iter().cloned());
        }
        letters.push((CharSet::range(first, last), output));
    }
    map(letters)
}

/// State 0 is outside of what is escaped, 1 behind a `%` that is dropped, 2 behind its first digit; which character the
/// bytes make is left open.
fn url_unquote() -> Machine {
    let percent = CharSet::single('%');
    let hex = CharSet::from_ranges(&[('0', '9'), ('a', 'f'), ('A', 'F')]);
    let decoded = Edge { set: hex.clone(), output: vec![Output::Many(CharSet::all())], target: 0 };
    machine(vec![
        state(vec![keep(CharSet::all(), 0), drop(percent, 1)]),
        State { edges: vec![drop(hex, 2)], end: None },
        State { edges: vec![decoded], end: None },
    ])
}

/// Branch 0 uses `'` and has met no `'` or, in state 1, a `"`, too; branch 2, then 3, uses `"` because of a `'`.
fn repr() -> Machine {
    let (single, double) = (CharSet::single('\''), CharSet::single('"'));
    let common = |target: u32| {
        let mut edges = vec![keep(unicode_class::printable().minus(&CharSet::of("'\"\\")), target)];
        for character in ['\\', '\n', '\r', '\t'] {
            let output = operation::repr_escape(character, '\'').unwrap_or_default();
            edges.push(Edge { set: CharSet::single(character), output: text(&output), target });
        }
        let hidden = unicode_class::printable().complement().minus(&CharSet::of("\n\r\t"));
        let digits = CharSet::from_ranges(&[('0', '9'), ('a', 'f')]);
        // Which characters are printable depends on Python's version, so that those outside ASCII may be either.
        let wide = CharSet::range('\0', '\u{9f}').complement();
        let forms = [
            (hidden.intersect(&CharSet::range('\0', '\u{ff}')), "\\x", 2),
            (wide.intersect(&CharSet::range('\u{100}', '\u{ffff}')), "\\u", 4),
            (wide.intersect(&CharSet::range('\u{10000}', '\u{10ffff}')), "\\U", 8),
        ];
        for (set, start, count) in forms {
            let mut output = text(start);
            output.extend(std::iter::repeat_n(Output::OneOf(digits.clone()), count));
            edges.push(Edge { set, output, target });
        }
        edges.push(keep(hidden.intersect(&wide), target));
        edges
    };
    let with = |mut edges: Vec<Edge>, more: Vec<Edge>| {
        edges.extend(more);
        edges
    };
    let escaped = |target| Edge { set: single.clone(), output: text("\\'"), target };
    let closed = |edges, quote: &str| State { edges, end: Some(quote.to_owned()) };
    // State 0: no single quote so far. State 4: a single quote came first, a double one must follow.
    let plain = with(common(0), vec![keep(double.clone(), 1), escaped(4)]);
    let both = with(common(1), vec![keep(double.clone(), 1), escaped(1)]);
    let waiting = State { edges: with(common(4), vec![keep(double, 1), escaped(4)]), end: None };
    let before = State { edges: with(common(2), vec![keep(single.clone(), 3)]), end: None };
    let quoted = with(common(3), vec![keep(single.clone(), 3)]);
    Machine {
        states: vec![closed(plain, "'"), closed(both, "'"), before, closed(quoted, "\""), waiting],
        starts: vec![(0, "'".to_owned()), (2, "\"".to_owned())],
    }
}

/// Joins the words by `_` and drops what is not allowed: 0 is before the first word, 1 in a word, 2 between words.
/// What a character outside ASCII becomes is left open.
fn secure_filename_words() -> Machine {
    let ascii = CharSet::range('\0', '\u{7f}');
    let kept = CharSet::from_ranges(&[('a', 'z'), ('A', 'Z'), ('0', '9')]).union(&CharSet::of("_.-"));
    let space = unicode_class::whitespace().intersect(&ascii).union(&CharSet::single('/'));
    let dropped = ascii.minus(&kept).minus(&space);
    let wide = ascii.complement();
    let with = |start: &str, set: &CharSet, last: Option<Output>| {
        let mut output = text(start);
        output.extend(last);
        Edge { set: set.clone(), output, target: 1 }
    };
    let word = |start: &str| vec![with(start, &kept, Some(Output::Copy)), with(start, &dropped, None)];
    let free = |target| Edge { set: wide.clone(), output: vec![Output::Many(kept.clone())], target };
    let frees = || (0..3).map(free);
    machine(vec![
        state(word("").into_iter().chain([drop(space.clone(), 0)]).chain(frees()).collect()),
        state(word("").into_iter().chain([drop(space.clone(), 2)]).chain(frees()).collect()),
        state(word("_").into_iter().chain([drop(space.clone(), 2)]).chain(frees()).collect()),
    ])
}

/// State 0 is before the separator, which is guessed where it is the last of several, and state 1 after it; state 2
/// reads texts without one.
fn cut(at: char, place: Place, part: Part) -> Machine {
    let separator = CharSet::single(at);
    let others = separator.complement();
    let edge = |own: Part, set: &CharSet, to| if own == part { keep(set.clone(), to) } else { drop(set.clone(), to) };
    let found = edge(Part::Separator, &separator, 1);
    let all = CharSet::all();
    let (before, after, whole) = match place {
        Place::First => (&others, &all, Part::Before),
        Place::Last => (&all, &others, Part::After),
    };
    let states = vec![
        State { edges: vec![edge(Part::Before, before, 0), found], end: None },
        state(vec![edge(Part::After, after, 1)]),
        state(vec![edge(whole, &others, 2)]),
    ];
    Machine { states, starts: vec![(0, String::new()), (2, String::new())] }
}

static LOWER: LazyLock<(Machine, Precision)> =
    LazyLock::new(|| case_machine(|character| character.to_lowercase().collect()));
static UPPER: LazyLock<(Machine, Precision)> =
    LazyLock::new(|| case_machine(|character| character.to_uppercase().collect()));

/// A machine that changes case. Characters that came after Unicode 12.1, which Python 3.8 uses, may stay as they are,
/// and a capital sigma has two small forms of which the context decides.
fn case_machine(convert: impl Fn(char) -> String) -> (Machine, Precision) {
    let old = unicode_class::class(r"\p{Age=12.1}");
    let mut changed = Vec::new();
    let mut letters = Vec::new();
    for character in '\0'..=char::MAX {
        let to = convert(character);
        if to.chars().eq([character]) {
            continue;
        }
        changed.push((character, character));
        let output = if character == 'Σ' && to == "σ" {
            vec![Output::OneOf(CharSet::of("σς"))]
        } else if to.chars().chain([character]).all(|part| old.contains(part)) {
            text(&to)
        } else {
            vec![Output::OneOf(CharSet::single(character).union(&CharSet::of(&to)))]
        };
        letters.push((CharSet::single(character), output));
    }
    letters.push(copy(CharSet::from_ranges(&changed).complement()));
    (map(letters), Precision::Over)
}
