//! Reads markup character by character (HTML living standard, "Tokenization"; XML 1.0). Invariant: after any text the
//! reader is in exactly one place, and every beginning or end of a piece of markup counts as an event.

use super::Dialect;

/// Where a reader stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Between tags.
    Text,
    /// Behind `<`.
    TagOpen,
    /// Behind `</`.
    EndTagOpen,
    /// In a tag's name.
    TagName,
    /// In a tag, where an attribute's name may begin.
    BeforeName,
    /// In an attribute's name.
    Name,
    /// Behind an attribute's name and white space.
    AfterName,
    /// Behind an attribute's equals sign.
    BeforeValue,
    /// In an attribute's value, with its quote if it has one.
    Value(Option<char>),
    /// Behind a quoted value.
    AfterValue,
    /// Behind `<!` and this much, as long as it may become a comment or section.
    Declaration(String),
    /// In a declaration or in what HTML takes for a comment, up to the next `>`.
    Aside,
    /// In a comment.
    Comment,
    /// In a processing instruction of XML.
    Instruction,
    /// In a CDATA section of XML.
    Section,
    /// In an element of HTML whose content has no tags: `script`, `style`, `textarea` and the like.
    Raw,
}

/// Which end of an element a tag is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Start,
    End,
}

/// The elements of HTML whose content ends only at their own end tag.
const RAW: &[&str] = &["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "noscript"];

/// Reads markup.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    dialect: Dialect,
    place: Place,
    tag: Tag,
    element: String,
    attribute: String,
    since: String,
    events: usize,
}

impl Reader {
    /// A reader at the beginning of a document.
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            place: Place::Text,
            tag: Tag::Start,
            element: String::new(),
            attribute: String::new(),
            since: String::new(),
            events: 0,
        }
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// The name of the tag or of the element without tags, in lower case for HTML.
    pub(super) fn element(&self) -> &str {
        &self.element
    }

    /// The name of the attribute, in lower case for HTML.
    pub(super) fn attribute(&self) -> &str {
        &self.attribute
    }

    /// What was read of the attribute's value, comment, section or content without tags.
    pub(super) fn since(&self) -> &str {
        &self.since
    }

    /// How many pieces of markup have begun or ended.
    pub(super) fn events(&self) -> usize {
        self.events
    }

    /// Tells whether two readers are in the same place of the same markup.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        self.place == other.place
            && self.tag == other.tag
            && self.element == other.element
            && self.attribute == other.attribute
            && self.events == other.events
    }

    /// Reads a text.
    pub(super) fn read(&mut self, text: &str) {
        for character in text.chars() {
            self.step(character);
        }
    }

    /// Reads a character.
    pub(super) fn step(&mut self, character: char) {
        match &self.place {
            Place::Text => {
                if character == '<' {
                    self.place = Place::TagOpen;
                    // A lone `<` is text in HTML; XML knows none.
                    self.events += usize::from(self.dialect == Dialect::Xml);
                }
            }
            Place::TagOpen => self.open(character),
            Place::EndTagOpen => match character {
                '>' => self.go(Place::Text),
                _ if self.begins_name(character) => self.begin_tag(Tag::End, character),
                _ => self.go(Place::Aside),
            },
            Place::TagName => match character {
                '>' => self.finish(),
                '/' => self.place = Place::BeforeName,
                _ if is_space(character) => self.place = Place::BeforeName,
                _ => self.element.push(self.folded(character)),
            },
            Place::BeforeName => self.before_name(character),
            Place::Name => match character {
                '>' => self.finish(),
                '/' => self.place = Place::BeforeName,
                '=' => self.begin_value(),
                _ if is_space(character) => self.place = Place::AfterName,
                _ => self.attribute.push(self.folded(character)),
            },
            Place::AfterName => match character {
                '=' => self.begin_value(),
                _ if is_space(character) => {}
                _ => self.before_name(character),
            },
            Place::BeforeValue => match character {
                '>' => self.finish(),
                '"' | '\'' => self.place = Place::Value(Some(character)),
                _ if is_space(character) => {}
                _ => {
                    self.place = Place::Value(None);
                    self.since.push(character);
                }
            },
            Place::Value(Some(quote)) => {
                if character == *quote {
                    self.go(Place::AfterValue);
                } else {
                    self.since.push(character);
                }
            }
            Place::Value(None) => match character {
                '>' => self.finish(),
                _ if is_space(character) => self.go(Place::BeforeName),
                _ => self.since.push(character),
            },
            Place::AfterValue => match character {
                _ if is_space(character) => self.place = Place::BeforeName,
                _ => self.before_name(character),
            },
            Place::Declaration(read) => {
                let read = format!("{read}{character}");
                self.declare(read, character);
            }
            Place::Aside => {
                if character == '>' {
                    self.go(Place::Text);
                }
            }
            Place::Comment => {
                self.since.push(character);
                let since = self.since.as_str();
                let is_abrupt =
                    self.dialect == Dialect::Html && (matches!(since, ">" | "->") || since.ends_with("--!>"));
                if is_abrupt || since.ends_with("-->") {
                    self.go(Place::Text);
                }
            }
            Place::Instruction => self.read_up_to(character, "?>"),
            Place::Section => self.read_up_to(character, "]]>"),
            Place::Raw => self.raw(character),
        }
    }

    fn go(&mut self, place: Place) {
        self.events += 1;
        self.place = place;
    }

    fn begins_name(&self, character: char) -> bool {
        match self.dialect {
            Dialect::Html => character.is_ascii_alphabetic(),
            Dialect::Xml => true,
        }
    }

    fn folded(&self, character: char) -> char {
        match self.dialect {
            Dialect::Html => character.to_ascii_lowercase(),
            Dialect::Xml => character,
        }
    }

    fn open(&mut self, character: char) {
        match (character, self.dialect) {
            ('/', _) => self.go(Place::EndTagOpen),
            ('!', _) => self.go(Place::Declaration(String::new())),
            ('?', Dialect::Html) => self.go(Place::Aside),
            ('?', Dialect::Xml) => {
                self.since.clear();
                self.go(Place::Instruction);
            }
            ('<', Dialect::Html) => {}
            _ if self.begins_name(character) => self.begin_tag(Tag::Start, character),
            _ => self.place = Place::Text,
        }
    }

    fn begin_tag(&mut self, tag: Tag, character: char) {
        self.tag = tag;
        self.attribute.clear();
        self.element = self.folded(character).to_string();
        self.go(Place::TagName);
    }

    fn before_name(&mut self, character: char) {
        match character {
            '>' => self.finish(),
            '/' => self.place = Place::BeforeName,
            _ if is_space(character) => {}
            _ => {
                self.attribute = self.folded(character).to_string();
                self.go(Place::Name);
            }
        }
    }

    fn begin_value(&mut self) {
        self.since.clear();
        self.place = Place::BeforeValue;
    }

    fn finish(&mut self) {
        self.attribute.clear();
        self.since.clear();
        let is_raw = self.dialect == Dialect::Html && self.tag == Tag::Start && RAW.contains(&self.element.as_str());
        self.go(if is_raw { Place::Raw } else { Place::Text });
    }

    fn declare(&mut self, read: String, character: char) {
        if read == "--" {
            self.since.clear();
            self.place = Place::Comment;
        } else if read == "[CDATA[" && self.dialect == Dialect::Xml {
            self.since.clear();
            self.place = Place::Section;
        } else if "--".starts_with(&read) || (self.dialect == Dialect::Xml && "[CDATA[".starts_with(&read)) {
            self.place = Place::Declaration(read);
        } else if character == '>' {
            self.go(Place::Text);
        } else {
            self.place = Place::Aside;
        }
    }

    fn read_up_to(&mut self, character: char, end: &str) {
        self.since.push(character);
        if self.since.ends_with(end) {
            self.go(Place::Text);
        }
    }

    fn raw(&mut self, character: char) {
        if (is_space(character) || matches!(character, '/' | '>')) && self.ends_raw() {
            self.tag = Tag::End;
            self.attribute.clear();
            self.since.clear();
            self.go(if character == '>' { Place::Text } else { Place::BeforeName });
        } else {
            self.since.push(character);
        }
    }

    /// Tells whether what was read of content without tags ends in the element's end tag.
    fn ends_raw(&self) -> bool {
        let end = format!("</{}", self.element);
        let at = self.since.len().checked_sub(end.len());
        let Some((before, tail)) = at.and_then(|at| self.since.split_at_checked(at)) else { return false };
        if !tail.eq_ignore_ascii_case(&end) {
            return false;
        }
        self.element != "script" || !is_escaped_twice(before)
    }
}

/// Tells whether a script's text has come to a `<script` within a `<!--`, whose end tag does not end the script.
fn is_escaped_twice(script: &str) -> bool {
    let script = script.to_ascii_lowercase();
    let Some((_, inner)) = script.rsplit_once("<!--") else { return false };
    !inner.contains("-->") && inner.rfind("<script") > inner.rfind("</script")
}

/// Tells whether a character is white space in tags.
pub(super) fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}
