//! Python's regular expressions as trees. Invariant: what is not understood is an error, never a guess; groups nest at
//! most `DEPTH` deep.

use std::{iter::Peekable, vec::IntoIter};

use super::char_set::CharSet;

const DEPTH: u32 = 60;

/// A pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tree {
    /// One character.
    Class(CharSet),
    /// Something that can fail, about whose text nothing is said: an assertion, a back reference, an atomic group.
    Barrier,
    /// One after another; none: the empty text.
    Sequence(Vec<Tree>),
    /// One of these.
    Choice(Vec<Tree>),
    /// Again and again.
    Repeat(Box<Repeat>),
}

/// A quantified part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Repeat {
    pub(super) inner: Tree,
    pub(super) least: u32,
    /// `None`: no limit.
    pub(super) most: Option<u32>,
    /// The part as it is written.
    pub(super) text: String,
}

/// Switches that change what characters mean.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags {
    pub(super) ignores_case: bool,
    pub(super) dot_matches_all: bool,
    pub(super) is_verbose: bool,
}

/// The pattern is not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotUnderstood;

type Parsed<T> = Result<T, NotUnderstood>;

/// Reads a pattern.
pub(super) fn parse(pattern: &str, flags: Flags) -> Parsed<Tree> {
    let characters: Vec<char> = pattern.chars().collect();
    let mut parser = Parser { rest: characters.clone().into_iter().peekable(), all: characters, flags, depth: 0 };
    let tree = parser.choice()?;
    if parser.rest.peek().is_some() { Err(NotUnderstood) } else { Ok(tree) }
}

struct Parser {
    rest: Peekable<IntoIter<char>>,
    all: Vec<char>,
    flags: Flags,
    depth: u32,
}

impl Parser {
    fn at(&self) -> usize {
        self.all.len() - self.rest.len()
    }

    fn ahead(&self, offset: usize) -> Option<char> {
        self.all.get(self.at() + offset).copied()
    }

    fn take(&mut self, wanted: char) -> bool {
        self.rest.next_if_eq(&wanted).is_some()
    }

    fn expect(&mut self, wanted: char) -> Parsed<()> {
        if self.take(wanted) { Ok(()) } else { Err(NotUnderstood) }
    }

    fn until(&mut self, end: char) -> Parsed<String> {
        let mut text = String::new();
        loop {
            match self.rest.next() {
                Some(character) if character == end => return Ok(text),
                Some(character) => text.push(character),
                None => return Err(NotUnderstood),
            }
        }
    }

    fn choice(&mut self) -> Parsed<Tree> {
        let mut options = vec![self.sequence()?];
        while self.take('|') {
            options.push(self.sequence()?);
        }
        match options.pop() {
            Some(only) if options.is_empty() => Ok(only),
            Some(last) => {
                options.push(last);
                Ok(Tree::Choice(options))
            }
            None => Err(NotUnderstood),
        }
    }

    fn sequence(&mut self) -> Parsed<Tree> {
        let mut items = Vec::new();
        loop {
            if self.flags.is_verbose {
                self.skip_layout();
            }
            let Some(next) = self.rest.peek().copied().filter(|next| !matches!(next, '|' | ')')) else { break };
            let from = self.at();
            self.rest.next();
            let atom = self.atom(next)?;
            if self.flags.is_verbose {
                self.skip_layout();
            }
            items.extend(match atom {
                Some(atom) => Some(self.quantified(atom, from)?),
                None => None,
            });
        }
        Ok(Tree::Sequence(items))
    }

    fn skip_layout(&mut self) {
        while let Some(next) = self.rest.peek().copied() {
            if next.is_ascii_whitespace() {
                self.rest.next();
            } else if next == '#' {
                while self.rest.next_if(|character| *character != '\n').is_some() {}
            } else {
                break;
            }
        }
    }

    fn quantified(&mut self, atom: Tree, from: usize) -> Parsed<Tree> {
        let mut tree = atom;
        while let Some((least, most)) = self.quantifier()? {
            let is_possessive = self.rest.peek() == Some(&'+');
            if is_possessive || self.rest.peek() == Some(&'?') {
                self.rest.next();
            }
            let text = self.all.get(from..self.at()).unwrap_or_default().iter().collect();
            tree = if is_possessive {
                Tree::Barrier
            } else {
                Tree::Repeat(Box::new(Repeat { inner: tree, least, most, text }))
            };
        }
        Ok(tree)
    }

    fn quantifier(&mut self) -> Parsed<Option<(u32, Option<u32>)>> {
        let simple = match self.rest.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => return self.counted(),
            _ => return Ok(None),
        };
        self.rest.next();
        Ok(Some(simple))
    }

    /// `{2}`, `{2,}`, `{,3}`, `{2,3}`; any other brace is a character.
    fn counted(&mut self) -> Parsed<Option<(u32, Option<u32>)>> {
        let mut inside = String::new();
        let mut offset = 1;
        while let Some(character) = self.ahead(offset).filter(|character| *character != '}') {
            inside.push(character);
            offset += 1;
            if offset > 16 {
                return Ok(None);
            }
        }
        let is_count = self.ahead(offset) == Some('}')
            && inside.chars().all(|character| character.is_ascii_digit() || character == ',')
            && inside.chars().any(|character| character.is_ascii_digit());
        if !is_count {
            return Ok(None);
        }
        for _ in 0..=offset {
            self.rest.next();
        }
        let number = |text: &str| text.parse::<u32>().map_err(|_| NotUnderstood);
        let (least, most) = match inside.split_once(',') {
            None => (number(&inside)?, Some(number(&inside)?)),
            Some((least, most)) => (
                if least.is_empty() { 0 } else { number(least)? },
                if most.is_empty() { None } else { Some(number(most)?) },
            ),
        };
        if most.is_some_and(|most| most < least) { Err(NotUnderstood) } else { Ok(Some((least, most))) }
    }

    /// Reads what begins with a character that is taken already; `None`: nothing that matches, such as a comment.
    fn atom(&mut self, first: char) -> Parsed<Option<Tree>> {
        let tree = match first {
            '(' => return self.group(),
            '[' => {
                let class = self.class()?;
                Tree::Class(self.cased(class))
            }
            '.' if self.flags.dot_matches_all => Tree::Class(CharSet::everything()),
            '.' => Tree::Class(CharSet::one('\n').complement()),
            '^' | '$' => Tree::Barrier,
            '\\' => self.escape()?,
            '*' | '+' | '?' => return Err(NotUnderstood),
            character => Tree::Class(self.cased(CharSet::one(character))),
        };
        Ok(Some(tree))
    }

    fn cased(&self, set: CharSet) -> CharSet {
        if self.flags.ignores_case { set.folded() } else { set }
    }

    fn group(&mut self) -> Parsed<Option<Tree>> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(NotUnderstood);
        }
        let flags = self.flags;
        let tree = self.opened_group()?;
        self.depth -= 1;
        // `(?i)` in front holds for what follows; flags of a group end with it.
        if tree.is_some() {
            self.flags = flags;
        }
        Ok(tree)
    }

    fn opened_group(&mut self) -> Parsed<Option<Tree>> {
        if !self.take('?') {
            return self.closed().map(Some);
        }
        match self.rest.next().ok_or(NotUnderstood)? {
            ':' => self.closed().map(Some),
            '=' | '!' | '>' => self.closed().map(|_| Some(Tree::Barrier)),
            '<' => {
                if !self.take('=') {
                    self.expect('!')?;
                }
                self.closed().map(|_| Some(Tree::Barrier))
            }
            '#' => self.until(')').map(|_| None),
            '(' => {
                self.until(')')?;
                self.closed().map(|_| Some(Tree::Barrier))
            }
            'P' => match self.rest.next() {
                Some('<') => {
                    self.until('>')?;
                    self.closed().map(Some)
                }
                Some('=') => self.until(')').map(|_| Some(Tree::Barrier)),
                _ => Err(NotUnderstood),
            },
            letter => self.switches(letter),
        }
    }

    fn closed(&mut self) -> Parsed<Tree> {
        let tree = self.choice()?;
        self.expect(')')?;
        Ok(tree)
    }

    /// `(?ims)` and `(?i-s:…)`.
    fn switches(&mut self, first: char) -> Parsed<Option<Tree>> {
        let mut is_on = true;
        let mut letter = first;
        loop {
            match letter {
                'i' => self.flags.ignores_case = is_on,
                's' => self.flags.dot_matches_all = is_on,
                'x' => self.flags.is_verbose = is_on,
                'a' | 'L' | 'm' | 'u' => {}
                '-' => is_on = false,
                ':' => return self.closed().map(Some),
                ')' => return Ok(None),
                _ => return Err(NotUnderstood),
            }
            letter = self.rest.next().ok_or(NotUnderstood)?;
        }
    }

    fn escape(&mut self) -> Parsed<Tree> {
        let letter = self.rest.next().ok_or(NotUnderstood)?;
        match letter {
            'b' | 'B' | 'A' | 'Z' => Ok(Tree::Barrier),
            '1'..='9' => {
                while self.rest.next_if(char::is_ascii_digit).is_some() {}
                Ok(Tree::Barrier)
            }
            _ => {
                let set = self.escaped(letter)?;
                Ok(Tree::Class(self.cased(set)))
            }
        }
    }

    /// Reads the escapes that mean the same inside brackets and outside.
    fn escaped(&mut self, letter: char) -> Parsed<CharSet> {
        let set = match letter {
            'd' => CharSet::digits(),
            'D' => CharSet::digits().complement(),
            'w' => CharSet::word(),
            'W' => CharSet::word().complement(),
            's' => CharSet::space(),
            'S' => CharSet::space().complement(),
            'n' => CharSet::one('\n'),
            't' => CharSet::one('\t'),
            'r' => CharSet::one('\r'),
            'f' => CharSet::one('\x0c'),
            'v' => CharSet::one('\x0b'),
            'a' => CharSet::one('\x07'),
            'x' => self.hexadecimal(2)?,
            'u' => self.hexadecimal(4)?,
            'U' => self.hexadecimal(8)?,
            '0' => {
                let mut value = 0;
                for _ in 0..2 {
                    if let Some(digit) = self.rest.next_if(|next| ('0'..='7').contains(next)) {
                        value = value * 8 + digit.to_digit(8).unwrap_or_default();
                    }
                }
                CharSet::of(&[(value, value)])
            }
            letter if letter.is_ascii_alphanumeric() => return Err(NotUnderstood),
            character => CharSet::one(character),
        };
        Ok(set)
    }

    fn hexadecimal(&mut self, digits: usize) -> Parsed<CharSet> {
        let text: String = (0..digits).filter_map(|_| self.rest.next_if(char::is_ascii_hexdigit)).collect();
        let value = u32::from_str_radix(&text, 16).map_err(|_| NotUnderstood)?;
        if text.len() == digits { Ok(CharSet::of(&[(value, value)])) } else { Err(NotUnderstood) }
    }

    /// Reads brackets whose first one is taken already.
    fn class(&mut self) -> Parsed<CharSet> {
        let is_negated = self.take('^');
        let mut set = CharSet::default();
        let mut is_first = true;
        loop {
            let next = self.rest.next().ok_or(NotUnderstood)?;
            if next == ']' && !is_first {
                break;
            }
            is_first = false;
            let (low, first) = self.member(next)?;
            let is_range = self.rest.peek() == Some(&'-') && self.ahead(1).is_some_and(|after| after != ']');
            let Some(first) = first.filter(|_| is_range) else {
                set = set.union(&low);
                continue;
            };
            self.rest.next();
            let next = self.rest.next().ok_or(NotUnderstood)?;
            let (_, last) = self.member(next)?;
            let last = last.filter(|last| first <= *last).ok_or(NotUnderstood)?;
            set = set.union(&CharSet::of(&[(first, last)]));
        }
        Ok(if is_negated { set.complement() } else { set })
    }

    /// Reads one member of a class; gives its code point too when it is a single character.
    fn member(&mut self, next: char) -> Parsed<(CharSet, Option<u32>)> {
        let set = match next {
            '\\' => match self.rest.next().ok_or(NotUnderstood)? {
                'b' => CharSet::one('\x08'),
                letter => self.escaped(letter)?,
            },
            character => CharSet::one(character),
        };
        let single = set.single();
        Ok((set, single))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn understands_what_python_does() {
        for pattern in [
            r"^(?P<year>\d{4})-(?:[01]\d|3[01])$",
            r"[]\-a-z^]+[^\]\s]",
            r"(?i)x{,3}y{2,}{z}",
            r"(?<=a)b(?!c)(?#note)\1",
            r"(?s-i:.)\x41\u0042\012",
            "a++b*+c?+(?>d|e)",
        ] {
            assert!(parse(pattern, Flags::default()).is_ok(), "{pattern}");
        }
    }

    #[test]
    fn gives_up_on_what_is_broken() {
        for pattern in ["(", "a)", "[a", "*a", r"\", r"\N{DASH}", "(?Q:a)", "[z-a]", "a{3,2}"] {
            assert_eq!(parse(pattern, Flags::default()), Err(NotUnderstood), "{pattern}");
        }
        assert_eq!(parse(&"(".repeat(5000), Flags::default()), Err(NotUnderstood));
    }
}
