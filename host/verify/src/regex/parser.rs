//! Parses Python's regular expressions. Invariant: no recursion deeper than [`DEPTH_LIMIT`] groups; lazy quantifiers
//! are read as greedy ones, which changes what a group holds but not whether there is a match.

use super::{Flags, RegexError, class};
use crate::automata::{
    char_set::CharSet,
    regex_tree::{Assertion, RegexTree},
};

/// The most nested groups.
const DEPTH_LIMIT: usize = 60;

/// The largest count of a bounded repeat.
const REPEAT_LIMIT: u32 = 5_000;

/// A parsed pattern.
pub(crate) struct Parsed {
    pub(crate) tree: RegexTree,
    /// The flags that hold for the whole pattern, inline ones included.
    pub(crate) flags: Flags,
    /// Whether any quantifier is lazy.
    pub(crate) is_lazy: bool,
}

/// Parses a pattern.
pub(crate) fn parse(pattern: &str, flags: Flags) -> Result<Parsed, RegexError> {
    let mut parser = Parser { characters: pattern.chars().collect(), at: 0, is_lazy: false };
    let flags = parser.global_flags(flags)?;
    let tree = parser.alternatives(flags, 0)?;
    if parser.at < parser.characters.len() {
        return Err(parser.invalid("unbalanced parenthesis"));
    }
    Ok(Parsed { tree, flags, is_lazy: parser.is_lazy })
}

struct Parser {
    characters: Vec<char>,
    at: usize,
    is_lazy: bool,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += 1;
        Some(character)
    }

    fn accept(&mut self, text: &str) -> bool {
        let rest = self.characters.get(self.at..).unwrap_or_default();
        let found =
            text.chars().count() <= rest.len() && text.chars().zip(rest).all(|(wanted, &found)| wanted == found);
        if found {
            self.at += text.chars().count();
        }
        found
    }

    fn invalid(&self, problem: &'static str) -> RegexError {
        RegexError::Invalid { problem, offset: self.at }
    }

    fn unsupported(&self, construct: &'static str) -> RegexError {
        RegexError::Unsupported { construct, offset: self.at }
    }

    /// Reads `(?aims…)` at the very beginning.
    fn global_flags(&mut self, mut flags: Flags) -> Result<Flags, RegexError> {
        loop {
            let start = self.at;
            if !self.accept("(?") {
                return Ok(flags);
            }
            let mut changed = flags;
            while let Some(letter @ ('a' | 'i' | 'm' | 's' | 'x' | 'u' | 'L')) = self.peek() {
                self.at += 1;
                changed = self.set_flag(changed, letter)?;
            }
            if self.at == start + 2 || !self.accept(")") {
                self.at = start;
                return Ok(flags);
            }
            flags = changed;
        }
    }

    fn set_flag(&self, mut flags: Flags, letter: char) -> Result<Flags, RegexError> {
        match letter {
            'a' => flags.ascii = true,
            'i' => flags.ignore_case = true,
            'm' => flags.multi_line = true,
            's' => flags.dot_all = true,
            'x' => flags.verbose = true,
            'u' => flags.ascii = false,
            'L' => return Err(self.unsupported("a locale-dependent pattern")),
            _ => return Err(self.invalid("an unknown flag")),
        }
        Ok(flags)
    }

    fn alternatives(&mut self, flags: Flags, depth: usize) -> Result<RegexTree, RegexError> {
        if depth > DEPTH_LIMIT {
            return Err(self.unsupported("a group this deep"));
        }
        let mut branches = vec![self.sequence(flags, depth)?];
        while self.accept("|") {
            branches.push(self.sequence(flags, depth)?);
        }
        Ok(RegexTree::union(branches))
    }

    fn sequence(&mut self, flags: Flags, depth: usize) -> Result<RegexTree, RegexError> {
        let mut items = Vec::new();
        loop {
            if flags.verbose {
                self.skip_blank();
            }
            match self.peek() {
                None | Some('|' | ')') => return Ok(RegexTree::concat(items)),
                Some(_) => {
                    if let Some(item) = self.item(flags, depth)? {
                        items.push(self.quantified(item, flags)?);
                    }
                }
            }
        }
    }

    fn skip_blank(&mut self) {
        while let Some(character) = self.peek() {
            if character == '#' {
                while self.next().is_some_and(|character| character != '\n') {}
            } else if " \t\n\r\u{b}\u{c}".contains(character) {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    /// Reads one item; comments are none.
    fn item(&mut self, flags: Flags, depth: usize) -> Result<Option<RegexTree>, RegexError> {
        let Some(character) = self.next() else { return Ok(None) };
        let tree = match character {
            '(' => return self.group(flags, depth),
            '[' => RegexTree::Chars(self.class(flags)?),
            '.' if flags.dot_all => RegexTree::Chars(CharSet::all()),
            '.' => RegexTree::Chars(CharSet::single('\n').complement()),
            '^' if flags.multi_line => RegexTree::Assert(Assertion::LineStart),
            '^' => RegexTree::Assert(Assertion::TextStart),
            '$' if flags.multi_line => RegexTree::Assert(Assertion::LineEnd),
            '$' => RegexTree::Assert(Assertion::TextEndOrLastNewline),
            '*' | '+' | '?' => return Err(self.invalid("nothing to repeat")),
            '\\' => self.escape(flags)?,
            '{' => {
                self.at -= 1;
                if self.bounds().is_some() {
                    return Err(self.invalid("nothing to repeat"));
                }
                self.at += 1;
                literal('{', flags)
            }
            _ => literal(character, flags),
        };
        Ok(Some(tree))
    }

    fn quantified(&mut self, item: RegexTree, flags: Flags) -> Result<RegexTree, RegexError> {
        if flags.verbose {
            self.skip_blank();
        }
        let Some((min, max)) = self.bounds() else { return Ok(item) };
        if self.accept("+") {
            return Err(self.unsupported("a possessive quantifier"));
        }
        if self.accept("?") {
            self.is_lazy = true;
        }
        if flags.verbose {
            self.skip_blank();
        }
        if self.bounds().is_some() {
            return Err(self.invalid("multiple repeat"));
        }
        if max.is_some_and(|max| max < min) {
            return Err(self.invalid("min repeat greater than max repeat"));
        }
        if min.max(max.unwrap_or(0)) > REPEAT_LIMIT {
            return Err(self.unsupported("a repeat this often"));
        }
        Ok(RegexTree::Repeat { tree: std::sync::Arc::new(item), min, max })
    }

    /// Reads a quantifier without its suffix; a brace that is none stays unread.
    fn bounds(&mut self) -> Option<(u32, Option<u32>)> {
        let start = self.at;
        match self.next() {
            Some('*') => Some((0, None)),
            Some('+') => Some((1, None)),
            Some('?') => Some((0, Some(1))),
            Some('{') => {
                let min = self.number();
                let has_comma = self.accept(",");
                let max = if has_comma { self.number() } else { min };
                if !self.accept("}") || (!has_comma && min.is_none()) {
                    self.at = start;
                    return None;
                }
                Some((min.unwrap_or(0), max))
            }
            Some(_) | None => {
                self.at = start;
                None
            }
        }
    }

    fn number(&mut self) -> Option<u32> {
        let mut value: Option<u32> = None;
        while let Some(digit) = self.peek().filter(char::is_ascii_digit).and_then(|digit| digit.to_digit(10)) {
            self.at += 1;
            value = Some(value.unwrap_or(0).saturating_mul(10).saturating_add(digit));
        }
        value
    }

    /// Reads a group after its opening parenthesis.
    fn group(&mut self, flags: Flags, depth: usize) -> Result<Option<RegexTree>, RegexError> {
        let mut inner = flags;
        if self.accept("?") {
            match self.next() {
                Some(':') => {}
                Some('P') => match self.next() {
                    Some('<') => self.group_name()?,
                    Some('=') => return Err(self.unsupported("a back-reference")),
                    Some(_) | None => return Err(self.invalid("unknown extension")),
                },
                Some('#') => {
                    while let Some(character) = self.next() {
                        if character == ')' {
                            return Ok(None);
                        }
                    }
                    return Err(self.invalid("missing ), unterminated comment"));
                }
                Some('=' | '!') => return Err(self.unsupported("a look-ahead")),
                Some('<') => return Err(self.unsupported("a look-behind")),
                Some('>') => return Err(self.unsupported("an atomic group")),
                Some('(') => return Err(self.unsupported("a conditional")),
                Some(_) => {
                    self.at -= 1;
                    inner = self.scoped_flags(flags)?;
                }
                None => return Err(self.invalid("unexpected end of pattern")),
            }
        }
        let tree = self.alternatives(inner, depth + 1)?;
        if self.accept(")") { Ok(Some(tree)) } else { Err(self.invalid("missing ), unterminated subpattern")) }
    }

    fn group_name(&mut self) -> Result<(), RegexError> {
        let start = self.at;
        while let Some(character) = self.next() {
            if character == '>' {
                return if self.at > start + 1 { Ok(()) } else { Err(self.invalid("missing group name")) };
            }
        }
        Err(self.invalid("missing >, unterminated name"))
    }

    /// Reads `i-s:` as in `(?i-s:…)`.
    fn scoped_flags(&mut self, mut flags: Flags) -> Result<Flags, RegexError> {
        let mut removes = false;
        loop {
            match self.next() {
                Some(':') => return Ok(flags),
                Some('-') if !removes => removes = true,
                Some('a' | 'u') => return Err(self.unsupported("a change of the character set")),
                Some(letter) if removes => match letter {
                    'i' => flags.ignore_case = false,
                    'm' => flags.multi_line = false,
                    's' => flags.dot_all = false,
                    'x' => flags.verbose = false,
                    _ => return Err(self.invalid("an unknown flag")),
                },
                Some(letter) => flags = self.set_flag(flags, letter)?,
                None => return Err(self.invalid("missing flag")),
            }
        }
    }

    /// Reads an escape after its backslash, outside a class.
    fn escape(&mut self, flags: Flags) -> Result<RegexTree, RegexError> {
        let Some(letter) = self.peek() else { return Err(self.invalid("bad escape (end of pattern)")) };
        let assertion = match letter {
            'A' => Some(Assertion::TextStart),
            'Z' | 'z' => Some(Assertion::TextEnd),
            'b' => Some(Assertion::WordBoundary),
            'B' => Some(Assertion::NoWordBoundary),
            _ => None,
        };
        if let Some(assertion) = assertion {
            self.at += 1;
            return Ok(RegexTree::Assert(assertion));
        }
        if let Some(set) = class::shorthand(letter, flags) {
            self.at += 1;
            return Ok(RegexTree::Chars(set));
        }
        if matches!(letter, '1'..='9') && !self.is_octal() {
            return Err(self.unsupported("a back-reference"));
        }
        Ok(literal(self.escaped_character()?, flags))
    }

    /// Tells whether three octal digits follow, the first at most 3.
    fn is_octal(&self) -> bool {
        let digits = self.characters.get(self.at..self.at + 3).unwrap_or_default();
        digits.len() == 3
            && digits.iter().all(|digit| ('0'..='7').contains(digit))
            && digits.first().is_some_and(|&digit| digit <= '3')
    }

    fn escaped_character(&mut self) -> Result<char, RegexError> {
        let Some(letter) = self.next() else { return Err(self.invalid("bad escape (end of pattern)")) };
        match letter {
            'n' => Ok('\n'),
            't' => Ok('\t'),
            'r' => Ok('\r'),
            'f' => Ok('\u{c}'),
            'v' => Ok('\u{b}'),
            'a' => Ok('\u{7}'),
            'x' => self.code(2),
            'u' => self.code(4),
            'U' => self.code(8),
            'N' => Err(self.unsupported("a character name")),
            '0'..='7' => {
                let mut value = letter.to_digit(8).unwrap_or(0);
                for _ in 0..2 {
                    if let Some(digit) = self.peek().and_then(|digit| digit.to_digit(8)) {
                        self.at += 1;
                        value = value * 8 + digit;
                    }
                }
                char::from_u32(value).ok_or_else(|| self.invalid("bad escape"))
            }
            letter if letter.is_ascii_alphanumeric() => Err(self.invalid("bad escape")),
            other => Ok(other),
        }
    }

    fn code(&mut self, digits: usize) -> Result<char, RegexError> {
        let mut value: u32 = 0;
        for _ in 0..digits {
            let digit =
                self.next().and_then(|digit| digit.to_digit(16)).ok_or_else(|| self.invalid("incomplete escape"))?;
            value = value.saturating_mul(16).saturating_add(digit);
        }
        char::from_u32(value).ok_or_else(|| self.unsupported("a surrogate"))
    }

    /// Reads a class after its opening bracket.
    fn class(&mut self, flags: Flags) -> Result<CharSet, RegexError> {
        let negated = self.accept("^");
        let mut sets = Vec::new();
        let mut is_first = true;
        loop {
            if self.peek() == Some(']') && !is_first {
                self.at += 1;
                break;
            }
            is_first = false;
            match self.class_item(flags)? {
                ClassItem::Set(set) => sets.push(set),
                ClassItem::One(first) => sets.push(self.class_range(first, flags)?),
            }
        }
        let mut union = CharSet::from_ordinals(sets.iter().flat_map(CharSet::ordinals).copied().collect());
        if flags.ignore_case {
            union = class::ignore_case(&union, flags);
        }
        Ok(if negated { union.complement() } else { union })
    }

    fn class_range(&mut self, first: char, flags: Flags) -> Result<CharSet, RegexError> {
        let closes = self.characters.get(self.at + 1) == Some(&']');
        if self.peek() != Some('-') || closes {
            return Ok(CharSet::single(first));
        }
        self.at += 1;
        match self.class_item(flags)? {
            ClassItem::One(last) if first <= last => Ok(CharSet::range(first, last)),
            ClassItem::One(_) | ClassItem::Set(_) => Err(self.invalid("bad character range")),
        }
    }

    fn class_item(&mut self, flags: Flags) -> Result<ClassItem, RegexError> {
        match self.next() {
            None => Err(self.invalid("unterminated character set")),
            Some('\\') => match self.peek() {
                Some('b') => {
                    self.at += 1;
                    Ok(ClassItem::One('\u{8}'))
                }
                Some(letter) => match class::shorthand(letter, flags) {
                    Some(set) => {
                        self.at += 1;
                        Ok(ClassItem::Set(set))
                    }
                    None => self.escaped_character().map(ClassItem::One),
                },
                None => Err(self.invalid("unterminated character set")),
            },
            Some(character) => Ok(ClassItem::One(character)),
        }
    }
}

enum ClassItem {
    One(char),
    Set(CharSet),
}

fn literal(character: char, flags: Flags) -> RegexTree {
    let set = CharSet::single(character);
    let folded = if flags.ignore_case { class::ignore_case(&set, flags) } else { set.clone() };
    if folded == set { RegexTree::Literal(character.to_string()) } else { RegexTree::Chars(folded) }
}
