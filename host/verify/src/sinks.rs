//! What "stays data" means in the languages that sinks interpret. Invariant: whatever `HoleContext::safe` accepts,
//! [`judge`] lets stay; the converse holds where the context is exact.

use std::ops::Range;

use model::contract::SinkLanguage;

use hole::HoleContext;

mod argument;
pub(crate) mod backtracking;
mod cursor;
pub mod hole;
pub(crate) mod host;
mod ldap;
mod line;
mod markup;
pub(crate) mod path;
mod pattern;
mod program;
mod python_code;
mod shell;
mod sql;
pub(crate) mod structure;
mod template;
pub(crate) mod url;
mod xpath;

/// A piece of the text that reaches a sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// A text that the program gives.
    Text(&'a str),
    /// A text that the attacker gives.
    Hole,
}

/// What happens to the injected parts of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// They stay data, or it can't be told that they don't.
    Stays,
    /// One of them is more than data.
    Escapes {
        /// One sentence for people, without its end.
        explanation: String,
    },
}

/// A value to try first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload {
    /// The value.
    pub text: &'static str,
    /// What it does, as a sentence without its end.
    pub explanation: &'static str,
}

/// What stands around a hole; earlier holes hold the stand-in for harmless values.
#[derive(Clone, Debug)]
pub(crate) struct Surroundings<'a> {
    pub(crate) before: &'a str,
    /// How much of it stands before the first hole.
    pub(crate) before_first: usize,
    /// The program's text since the previous hole, if there is one.
    pub(crate) between: Option<&'a str>,
    /// The program's text up to the next hole.
    pub(crate) after: &'a str,
    pub(crate) follow: Follow,
}

/// What comes right after a hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Follow {
    End,
    Hole,
    Text(char),
}

/// The context of each hole, in order, each on the assumption that the values before it stay data.
pub fn contexts(language: &SinkLanguage, parts: &[Part<'_>]) -> Vec<HoleContext> {
    let mut contexts = Vec::new();
    let mut before = String::new();
    let (mut before_first, mut since) = (None, 0);
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::Text(text) => before.push_str(text),
            Part::Hole => {
                let mut after = String::new();
                let mut is_last = true;
                for part in parts.iter().skip(index + 1) {
                    match part {
                        Part::Text(text) => after.push_str(text),
                        Part::Hole => {
                            is_last = false;
                            break;
                        }
                    }
                }
                let follow = match after.chars().next() {
                    Some(next) => Follow::Text(next),
                    None if is_last => Follow::End,
                    None => Follow::Hole,
                };
                let between = before_first.and_then(|_| before.get(since..));
                let before_first = *before_first.get_or_insert(before.len());
                let around = Surroundings { before: &before, before_first, between, after: &after, follow };
                contexts.push(context(language, &around));
                before.push_str(structure::STAND_IN);
                since = before.len();
            }
        }
    }
    contexts
}

fn context(language: &SinkLanguage, around: &Surroundings<'_>) -> HoleContext {
    match language {
        SinkLanguage::Sql { dialect } => sql::context(*dialect, around),
        SinkLanguage::Shell => shell::context(around),
        SinkLanguage::Program => program::program(around),
        SinkLanguage::PythonCode => python_code::context(around),
        SinkLanguage::Path => path::context(around),
        SinkLanguage::Template => template::context(around),
        SinkLanguage::LdapFilter => ldap::context(around),
        SinkLanguage::XPath => xpath::context(around),
        SinkLanguage::Deserialize => program::deserialize(),
        SinkLanguage::Html => markup::context(markup::Dialect::Html, around),
        SinkLanguage::Xml => markup::context(markup::Dialect::Xml, around),
        SinkLanguage::HeaderValue => line::context("in a header's value", line::HEADER),
        SinkLanguage::LogRecord => line::context("in a log record", line::RECORD),
        SinkLanguage::RequestUrl => url::requested(around),
        SinkLanguage::RedirectUrl => url::redirected(around),
        SinkLanguage::Regex => pattern::regex(around),
        SinkLanguage::FormatString => pattern::format_string(around),
        SinkLanguage::LdapName => ldap::name(around),
        SinkLanguage::MatchedText { pattern, function } => backtracking::context(pattern, function),
        SinkLanguage::Argument => argument::context(around),
        SinkLanguage::Choice => program::choice(),
    }
}

/// Readable values to try, the most telling first; with a context those that aren't safe there.
pub fn payloads(language: &SinkLanguage, context: Option<&HoleContext>) -> Vec<Payload> {
    let all = match language {
        SinkLanguage::Sql { .. } => sql::PAYLOADS,
        SinkLanguage::Shell => shell::PAYLOADS,
        SinkLanguage::Program => program::PROGRAM_PAYLOADS,
        SinkLanguage::PythonCode => python_code::PAYLOADS,
        SinkLanguage::Path => path::PAYLOADS,
        SinkLanguage::Template => template::PAYLOADS,
        SinkLanguage::LdapFilter => ldap::PAYLOADS,
        SinkLanguage::XPath => xpath::PAYLOADS,
        SinkLanguage::Deserialize => program::DESERIALIZE_PAYLOADS,
        SinkLanguage::Html => markup::HTML_PAYLOADS,
        SinkLanguage::Xml => markup::XML_PAYLOADS,
        SinkLanguage::HeaderValue => line::HEADER_PAYLOADS,
        SinkLanguage::LogRecord => line::RECORD_PAYLOADS,
        SinkLanguage::RequestUrl => url::REQUEST_PAYLOADS,
        SinkLanguage::RedirectUrl => url::REDIRECT_PAYLOADS,
        SinkLanguage::Regex => pattern::REGEX_PAYLOADS,
        SinkLanguage::FormatString => pattern::FORMAT_PAYLOADS,
        SinkLanguage::LdapName => ldap::NAME_PAYLOADS,
        SinkLanguage::MatchedText { .. } => &[],
        SinkLanguage::Argument => argument::PAYLOADS,
        SinkLanguage::Choice => program::CHOICE_PAYLOADS,
    };
    match context {
        None => all.to_vec(),
        Some(context) => {
            let safe = context.safe();
            all.iter().filter(|payload| !safe.accepts(payload.text)).copied().collect()
        }
    }
}

/// Judges a whole text, whose injected parts are the given byte ranges, in order and disjoint, on character
/// boundaries.
pub fn judge(language: &SinkLanguage, text: &str, injected: &[Range<usize>]) -> Judgement {
    let values: Vec<Range<usize>> = injected.iter().filter(|range| !range.is_empty()).cloned().collect();
    if values.is_empty() && *language != SinkLanguage::Path {
        return Judgement::Stays;
    }
    let injected = if *language == SinkLanguage::Path { injected } else { values.as_slice() };
    let (stays, explanation) = match language {
        SinkLanguage::Sql { dialect } => {
            (sql::stays(*dialect, text, injected), "the injected text becomes part of the SQL statement")
        }
        SinkLanguage::Shell => (shell::stays(text, injected), "the injected text becomes part of the shell command"),
        SinkLanguage::Program => (program::stays(text, injected), "the injected text chooses the program that is run"),
        SinkLanguage::PythonCode => (python_code::stays(text, injected), "the injected text is run as Python code"),
        SinkLanguage::Path => (path::stays(text, injected), "the path leads out of its directory"),
        SinkLanguage::Template => (template::stays(text, injected), "the injected text is run as template code"),
        SinkLanguage::LdapFilter => (ldap::stays(text, injected), "the injected text becomes part of the LDAP filter"),
        SinkLanguage::XPath => (xpath::stays(text, injected), "the injected text becomes part of the XPath expression"),
        SinkLanguage::Deserialize => (false, "untrusted bytes choose the objects that are built"),
        SinkLanguage::Html => {
            (markup::stays(markup::Dialect::Html, text, injected), "the injected text becomes markup of the page")
        }
        SinkLanguage::Xml => {
            (markup::stays(markup::Dialect::Xml, text, injected), "the injected text becomes markup of the document")
        }
        SinkLanguage::HeaderValue => (line::stays(text, injected), line::HEADER),
        SinkLanguage::LogRecord => (line::stays(text, injected), line::RECORD),
        SinkLanguage::RequestUrl => (url::stays_requested(text, injected), url::HOST),
        SinkLanguage::RedirectUrl => (url::stays_redirected(text, injected), url::SITE),
        SinkLanguage::Regex => (pattern::stays_regex(text, injected), pattern::OPERATORS),
        SinkLanguage::FormatString => (pattern::stays_format(text, injected), pattern::FIELD),
        SinkLanguage::LdapName => (ldap::name_stays(text, injected), "the injected text becomes part of the name"),
        SinkLanguage::MatchedText { pattern, function } => {
            (backtracking::stays(pattern, function, text), backtracking::EXPONENTIAL)
        }
        SinkLanguage::Argument => (argument::stays(text, injected), argument::OPTION),
        SinkLanguage::Choice => (false, program::CHOICE),
    };
    if stays { Judgement::Stays } else { Judgement::Escapes { explanation: explanation.to_owned() } }
}

/// Harmless values, the most ordinary first.
pub fn benign(language: &SinkLanguage) -> &'static [&'static str] {
    match language {
        SinkLanguage::Path => &["report.txt", "alice", "42"],
        SinkLanguage::Sql { .. }
        | SinkLanguage::Shell
        | SinkLanguage::Program
        | SinkLanguage::PythonCode
        | SinkLanguage::Template
        | SinkLanguage::LdapFilter
        | SinkLanguage::XPath
        | SinkLanguage::Deserialize
        | SinkLanguage::Html
        | SinkLanguage::Xml
        | SinkLanguage::HeaderValue
        | SinkLanguage::LogRecord
        | SinkLanguage::RequestUrl
        | SinkLanguage::RedirectUrl
        | SinkLanguage::Regex
        | SinkLanguage::FormatString
        | SinkLanguage::LdapName
        | SinkLanguage::MatchedText { .. }
        | SinkLanguage::Argument
        | SinkLanguage::Choice => &["alice", "42", "report.txt"],
    }
}
