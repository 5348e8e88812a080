//! File paths on POSIX systems. Invariant: a value that stays leads, whatever the values after it are, to nothing
//! outside the directory that the text before it names. Python refuses NUL characters itself, so they lead nowhere.

use std::ops::Range;

use super::{Follow, Payload, Surroundings, hole::HoleContext};
use crate::automata::{alphabet::Alphabet, char_set::CharSet, dfa::Dfa, language::Language};

/// How many directories down the values are followed; deeper ones count as this deep.
const DEPTH_LIMIT: u8 = 8;

const CONSEQUENCE: &str = "the path leads out of its directory";

/// How far a path has come, reading from its directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Walk {
    /// Nothing has been read; a slash would begin an absolute path.
    Beginning,
    /// In a segment, this many directories down.
    At { depth: u8, segment: Segment },
    /// Out of the directory.
    Out,
}

/// What a segment has been so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Segment {
    Empty,
    Dot,
    Dots,
    Name,
}

impl Walk {
    fn step(self, character: char) -> Self {
        match self {
            Self::Out => Self::Out,
            Self::Beginning if character == '/' => Self::Out,
            Self::Beginning => Self::At { depth: 0, segment: Segment::Empty }.step(character),
            Self::At { depth, segment } => match (segment, character) {
                (Segment::Empty | Segment::Dot, '/') => Self::At { depth, segment: Segment::Empty },
                (Segment::Name, '/') => Self::At { depth: (depth + 1).min(DEPTH_LIMIT), segment: Segment::Empty },
                (Segment::Dots, '/') => match depth.checked_sub(1) {
                    Some(depth) => Self::At { depth, segment: Segment::Empty },
                    None => Self::Out,
                },
                (Segment::Empty, '.') => Self::At { depth, segment: Segment::Dot },
                (Segment::Dot, '.') => Self::At { depth, segment: Segment::Dots },
                (Segment::Empty | Segment::Dot | Segment::Dots | Segment::Name, _) => {
                    Self::At { depth, segment: Segment::Name }
                }
            },
        }
    }

    fn read(self, text: &str) -> Self {
        text.chars().fold(self, Self::step)
    }

    /// Tells whether the path, ending here, is inside.
    fn is_inside(self) -> bool {
        match self {
            Self::Out => false,
            Self::Beginning => true,
            Self::At { depth, segment } => depth > 0 || segment != Segment::Dots,
        }
    }
}

/// The directory that a text names, up to its last slash, and the beginning of a segment after it.
fn split(before: &str) -> (&str, &str) {
    match before.rfind('/') {
        Some(slash) => before.split_at(slash + 1),
        None => ("", before),
    }
}

/// Where the path may have come when the hole begins. Behind an earlier hole that is anywhere that a safe value leads.
fn beginnings(start: Walk, begun: &str, between: Option<&str>) -> Vec<Walk> {
    let Some(between) = between else { return vec![start.read(begun)] };
    let segments = [Segment::Empty, Segment::Dot, Segment::Dots, Segment::Name];
    let somewhere = segments.map(|segment| Walk::At { depth: 0, segment });
    let begun = start.read(begun);
    let after = somewhere.into_iter().chain([begun]).map(|walk| walk.read(between));
    after.filter(|walk| *walk != Walk::Out).collect()
}

fn start(directory: &str) -> Walk {
    if directory.is_empty() { Walk::Beginning } else { Walk::At { depth: 0, segment: Segment::Empty } }
}

/// The context of a hole.
pub(super) fn context(around: &Surroundings<'_>) -> HoleContext {
    let (directory, begun) = split(around.before.get(..around.before_first).unwrap_or_default());
    let from = beginnings(start(directory), begun, around.between);
    let alphabet = Alphabet::from_sets(&[CharSet::single('/'), CharSet::single('.')]);
    let letters: Vec<char> = alphabet.sets().iter().filter_map(CharSet::best).map(|best| best.0).collect();
    let step = |walks: &Vec<Walk>, successors: &mut Vec<Vec<Walk>>| {
        successors.extend(letters.iter().map(|&letter| walks.iter().map(|walk| walk.step(letter)).collect()));
        Ok(())
    };
    // A value before another one must leave it no segment that would climb.
    let stays_inside = |walk: &Walk| {
        let end = walk.read(around.after);
        match (around.follow, end) {
            (Follow::Hole, Walk::At { depth: _, segment: Segment::Dot | Segment::Dots }) => false,
            (Follow::End | Follow::Hole | Follow::Text(_), end) => end.is_inside(),
        }
    };
    let safe = Dfa::explore(alphabet, from, step, |walks: &Vec<Walk>| walks.iter().all(stays_inside))
        .map_or_else(|_| Language::empty(), |dfa| Language::new(dfa, None));
    let place = if directory.is_empty() {
        "in a path relative to the working directory".to_owned()
    } else {
        format!("in a path below `{directory}`")
    };
    let mut families = vec![
        (r"(?:\.\./)+etc/passwd".to_owned(), "the path climbs out of its directory"),
        (r"[a-z]*/(?:\.\./)+etc/passwd".to_owned(), "the path climbs out of its directory"),
        (r"(?:[a-z]*/)?\.\./[a-z]*".to_owned(), "the path climbs out of its directory"),
    ];
    if directory.is_empty() {
        families.insert(0, ("/etc/passwd".to_owned(), "the absolute path leads anywhere"));
        families.push(("/[a-z]*".to_owned(), "the absolute path leads anywhere"));
    }
    HoleContext::new(place, safe, CONSEQUENCE).with_families(families).under()
}

/// Tells whether the path stays in the directory before the first injected part.
pub(super) fn stays(text: &str, injected: &[Range<usize>]) -> bool {
    let Some(first) = injected.first() else { return true };
    let (directory, _) = split(text.get(..first.start).unwrap_or_default());
    let rest = text.get(directory.len()..).unwrap_or_default();
    if directory.is_empty() && rest.starts_with('/') {
        return false;
    }
    let mut depth = 0_usize;
    for segment in rest.split('/') {
        match segment {
            "" | "." => {}
            ".." => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            _ => depth += 1,
        }
    }
    true
}

/// Functions that fail where a path's last segment is `.` or `..`, which names a directory that is there and not empty:
/// they work on files, or on names that are free.
const OF_FILES: &[&str] = &[
    "open",
    "FileIO",
    "ZipFile",
    "remove",
    "unlink",
    "truncate",
    "rename",
    "replace",
    "link",
    "symlink",
    "mkdir",
    "rmdir",
    "copyfile",
    "read_text",
    "read_bytes",
    "write_text",
    "write_bytes",
    "send_file",
    "FileResponse",
];

/// Tells whether a function, given by its path or name, does nothing where the path names a directory by dots.
pub(crate) fn refuses_dots(callee: &str) -> bool {
    let last = callee.rsplit('.').next().unwrap_or(callee);
    // Opened as a descriptor, a directory can be searched.
    callee != "os.open" && OF_FILES.contains(&last)
}

/// Tells whether a path ends in `.` or `..`.
pub(crate) fn ends_in_dots(text: &str) -> bool {
    matches!(split(text).1, "." | "..")
}

/// The values after which a path ends so.
pub(crate) const DOTS: &str = r"(?s:(?:.*/)?\.\.?)";

/// Paths that lead out.
pub(super) const PAYLOADS: &[Payload] = &[
    Payload { text: "../../etc/passwd", explanation: "the path climbs out of its directory" },
    Payload { text: "../../../../../../etc/passwd", explanation: "the path climbs out of its directory" },
    Payload { text: "/etc/passwd", explanation: "the absolute path leads anywhere" },
    Payload { text: "../secret", explanation: "the path climbs out of its directory" },
    Payload { text: "..", explanation: "the path names the directory above" },
    Payload { text: "x/../../etc/passwd", explanation: "the path climbs out of its directory" },
    Payload { text: "....//....//etc/passwd", explanation: "what is left after `../` was removed climbs out" },
    Payload { text: "..././..././etc/passwd", explanation: "what is left after `../` was removed climbs out" },
    Payload { text: "/../../etc/passwd", explanation: "the path climbs out of its directory" },
];
