//! HTML pages and XML documents. Invariant: a value that stays is text between tags or a part of one attribute's value
//! that is no code; where the place is not understood, no value is safe.

use std::ops::Range;

use super::{Follow, Payload, Surroundings, hole::HoleContext, url};
use crate::automata::language::Language;

mod attribute;
mod reader;
mod script;

use attribute::Meaning;
use reader::{Place, Reader};

/// Which markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// The HTML standard's syntax.
    Html,
    /// XML 1.0.
    Xml,
}

const PAGE: &str = "the value becomes markup of the page";
const DOCUMENT: &str = "the value becomes markup of the document";
const SCRIPT: &str = "the page runs the script";
const ADDED: &str = "the value adds an attribute that runs a script";

/// References that XML resolves without declarations.
const REFERENCE: &str = "&(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);";

/// The context of a hole.
pub(super) fn context(dialect: Dialect, around: &Surroundings<'_>) -> HoleContext {
    let mut reader = Reader::new(dialect);
    reader.read(around.before);
    let consequence = consequence(dialect);
    let element = vec![
        (r"<script>alert\(1\)</script>".to_owned(), SCRIPT),
        (r"<img src=x onerror=alert\(1\)>".to_owned(), SCRIPT),
    ];
    match (reader.place(), dialect) {
        (Place::Text, Dialect::Html) => {
            HoleContext::matching("between tags", "[^<]*", consequence).with_families(element).under()
        }
        (Place::Text, Dialect::Xml) => {
            let families = vec![("</?[a-z]+/?>".to_owned(), consequence)];
            HoleContext::matching("between tags", &format!("[^<&]*(?:{REFERENCE}[^<&]*)*"), consequence)
                .with_families(families)
                .under()
        }
        (Place::Raw, _) => raw(&reader, around),
        (Place::BeforeValue, Dialect::Html) => value(&reader, None, around),
        (Place::Value(quote), Dialect::Html) => value(&reader, *quote, around),
        (Place::Value(Some(quote)), Dialect::Xml) => {
            let families = vec![(format!("{quote} [a-z]+={quote}[a-z]+"), "the value adds an attribute")];
            let pattern = format!("[^{quote}<&]*(?:{REFERENCE}[^{quote}<&]*)*");
            HoleContext::matching("inside an attribute's value", &pattern, consequence).with_families(families).under()
        }
        (Place::Comment, _) => {
            let families =
                vec![(r"--><script>alert\(1\)</script>".to_owned(), "the comment ends, and a script follows")];
            if ends_comment_by_itself(around.after) {
                HoleContext::matching("in a comment", "[^>]*", consequence).with_families(families).under()
            } else {
                unclear("in a comment", consequence, families)
            }
        }
        (Place::Section, _) if !around.before.ends_with(']') => {
            let families = vec![("]]><[a-z]+/>".to_owned(), "the section ends, and an element follows")];
            let pattern = r"(?:[^\]]|\][^\]]|\]\]+[^\]>])*";
            HoleContext::matching("in a CDATA section", pattern, consequence).with_families(families).under()
        }
        (
            Place::TagOpen
            | Place::EndTagOpen
            | Place::TagName
            | Place::BeforeName
            | Place::Name
            | Place::AfterName
            | Place::AfterValue
            | Place::BeforeValue
            | Place::Value(None),
            _,
        ) => unclear("inside a tag", consequence, vec![(r"[a-z]* ?onmouseover=alert\(1\)".to_owned(), ADDED)]),
        (Place::Declaration(_) | Place::Aside | Place::Instruction | Place::Section, _) => {
            unclear("in a declaration", consequence, vec![(r"><script>alert\(1\)</script>".to_owned(), SCRIPT)])
        }
    }
}

fn consequence(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Html => PAGE,
        Dialect::Xml => DOCUMENT,
    }
}

fn unclear(place: &str, consequence: &'static str, families: Vec<(String, &'static str)>) -> HoleContext {
    HoleContext::new(place, Language::empty(), consequence).with_families(families).under()
}

/// Tells whether the program's next `>` ends a comment, or doesn't, whatever stands before this text.
fn ends_comment_by_itself(after: &str) -> bool {
    let Some((before, _)) = after.split_once('>') else { return true };
    before.starts_with("--") || before.contains(|one: char| !matches!(one, '-' | '!'))
}

/// The context of a hole in an element without tags.
fn raw(reader: &Reader, around: &Surroundings<'_>) -> HoleContext {
    let end = format!("</{}>", reader.element());
    let ending = (format!("{end}<script>alert\\(1\\)</script>"), "the element ends, and a script follows");
    match reader.element() {
        "script" => {
            let families = vec![
                (r"alert\(1\)".to_owned(), SCRIPT),
                (r#"["'];alert\(1\)//"#.to_owned(), "the quote ends the text, and code follows"),
                (r"\$\{alert\(1\)\}".to_owned(), "the template literal runs the expression"),
                (r#"['"]?</script><script>alert\(1\)</script>"#.to_owned(), "the script ends, and another follows"),
            ];
            match script::safe_in_element(reader.since()) {
                Some(pattern) => HoleContext::matching("in a script", pattern, SCRIPT).with_families(families).under(),
                None => unclear("in a script", SCRIPT, families),
            }
        }
        "style" => {
            let pattern = style(around.before);
            HoleContext::matching("in a style sheet", pattern, "the value becomes part of the style sheet")
                .with_families(vec![ending])
                .under()
        }
        // A `noscript` is read in two ways, with scripts and without.
        "noscript" => unclear("in an element without scripts", PAGE, vec![ending]),
        name => {
            HoleContext::matching(format!("in a `{name}` element"), "[^<]*", PAGE).with_families(vec![ending]).under()
        }
    }
}

/// The pattern of the values that are one number or word in a style sheet.
fn style(before: &str) -> &'static str {
    if before.trim_end().ends_with(':') { "[#-]?[0-9A-Za-z.]*%?" } else { "[0-9]*" }
}

/// The context of a hole in the value of an attribute of HTML.
fn value(reader: &Reader, quote: Option<char>, around: &Surroundings<'_>) -> HoleContext {
    let since = reader.since();
    let families = match quote {
        Some(quote) => vec![
            (format!("{quote}>?<script>alert\\(1\\)</script>"), SCRIPT),
            (format!("{quote} onmouseover={quote}alert\\(1\\)"), ADDED),
        ],
        None => vec![(r"[a-z]+ onmouseover=alert\(1\)".to_owned(), ADDED)],
    };
    // What an unquoted value may hold; empty, it would take what follows for the value.
    let any = match quote {
        Some(quote) => format!("[^{quote}]*"),
        None if *reader.place() == Place::BeforeValue => r"[A-Za-z0-9_%~+\-.]+".to_owned(),
        None => r"[A-Za-z0-9_%~+\-.]*".to_owned(),
    };
    let bounded = |context: HoleContext| {
        let place = context.place().to_owned();
        HoleContext::matching(place, &any, PAGE).and(context).with_families(families.clone()).under()
    };
    let with = |families: &[(String, &'static str)], first: (&str, &'static str)| {
        let mut all = vec![(first.0.to_owned(), first.1)];
        all.extend(families.iter().cloned());
        all
    };
    let link = (r"javascript:alert\(1\)", "the link runs the script");
    match attribute::meaning(reader.element(), reader.attribute()) {
        Meaning::Text => {
            let place = if quote.is_some() { "inside an attribute's value" } else { "in an unquoted attribute value" };
            HoleContext::matching(place, &any, PAGE).with_families(families).under()
        }
        Meaning::Link => match link_pattern(since, quote, around) {
            Some(pattern) => bounded(HoleContext::matching("in a link", pattern, link.1).under())
                .with_families(with(&families, link)),
            None => unclear("in a link", link.1, with(&families, link)),
        },
        Meaning::Code => {
            let rest = quote.and_then(|quote| around.after.split_once(quote)).map(|(rest, _)| rest);
            let own = Surroundings {
                before: since,
                before_first: since.len(),
                after: rest.unwrap_or(around.after),
                follow: if rest == Some("") { Follow::End } else { around.follow },
                ..around.clone()
            };
            let is_first = around.between.is_none_or(|between| between.len() > since.len());
            if is_first && !since.contains('&') {
                let context = bounded(url::redirected(&own));
                // A reference may stand for a slash.
                let plain = if url::is_past_host(since) { r"(?s:.*)" } else { "[^&]*" };
                HoleContext::matching(context.place().to_owned(), plain, SCRIPT)
                    .and(context)
                    .with_families(with(&families, (r"//[a-z]+\.example/?", SCRIPT)))
            } else {
                unclear("in the address of a script", SCRIPT, with(&families, link))
            }
        }
        Meaning::Script => {
            let families = with(&families, (r"alert\(1\)", SCRIPT));
            match script::safe_in_attribute(since) {
                Some(pattern) => {
                    bounded(HoleContext::matching("in an attribute that is code", pattern, SCRIPT).under())
                        .with_families(families)
                }
                None => unclear("in an attribute that is code", SCRIPT, families),
            }
        }
        Meaning::Style => bounded(HoleContext::matching("in a style", style(since), PAGE).under()),
        Meaning::Unknown => unclear("in an attribute that is code", PAGE, families),
    }
}

/// The pattern of the values that leave a link one that runs no script; `None` when none is known to.
fn link_pattern(since: &str, quote: Option<char>, around: &Surroundings<'_>) -> Option<&'static str> {
    let rest = match quote.and_then(|quote| around.after.split_once(quote)) {
        Some((rest, _)) => rest,
        None => around.after,
    };
    if since.contains('&') || rest.split(['/', '?', '#']).next().is_some_and(|first| first.contains([':', '&'])) {
        return None;
    }
    if since.is_empty() {
        return Some(r"(?:https?://[^&](?s:.*)|[/?#](?s:.*)|[A-Za-z0-9_%~+\-.]+(?:[/?#](?s:.*))?)?");
    }
    let scheme = since.split(['/', '?', '#']).next().unwrap_or_default();
    let is_plain = |name: &str| {
        ["http", "https", "mailto", "tel", "sms", "ftp"].contains(&name.trim().to_ascii_lowercase().as_str())
    };
    match scheme.split_once(':') {
        Some((name, _)) => is_plain(name).then_some("(?s:.*)"),
        None if scheme.len() < since.len() => Some("(?s:.*)"),
        None => Some(r"[A-Za-z0-9_%~+\-.]*(?:[/?#](?s:.*))?"),
    }
}

/// Tells whether the injected parts stay text or parts of one value: no markup begins or ends in them or because of
/// them.
pub(super) fn stays(dialect: Dialect, text: &str, injected: &[Range<usize>]) -> bool {
    let (mut actual, mut expected) = (Reader::new(dialect), Reader::new(dialect));
    let mut done = 0;
    let agree = |actual: &mut Reader, expected: &mut Reader, between: &str| {
        between.chars().all(|character| {
            actual.step(character);
            expected.step(character);
            actual.agrees_with(expected)
        })
    };
    for range in injected {
        if !agree(&mut actual, &mut expected, text.get(done..range.start).unwrap_or_default()) {
            return false;
        }
        let value = text.get(range.clone()).unwrap_or_default();
        done = range.end;
        let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number && !stays_in_place(&actual, value, text.get(done..).unwrap_or_default()) {
            return false;
        }
        actual.read(value);
        expected.read(if is_number { value } else { super::structure::STAND_IN });
        if actual.events() != expected.events() {
            return false;
        }
    }
    agree(&mut actual, &mut expected, text.get(done..).unwrap_or_default())
}

/// Tells whether a value is data in a reader's place as long as it ends nothing there.
fn stays_in_place(reader: &Reader, value: &str, after: &str) -> bool {
    let is_html = reader.dialect() == Dialect::Html;
    match reader.place() {
        Place::Text | Place::Comment | Place::Section | Place::Aside | Place::Instruction => true,
        Place::Raw => match reader.element() {
            "script" => script::stays(reader.since(), value),
            "style" => attribute::stays(Meaning::Style, reader.since(), value, ""),
            _ => true,
        },
        Place::Value(_) | Place::BeforeValue => {
            let meaning = attribute::meaning(reader.element(), reader.attribute());
            let rest = after.split(['"', '\'', '>', ' ']).next().unwrap_or_default();
            !is_html || attribute::stays(meaning, reader.since(), value, rest)
        }
        Place::TagOpen
        | Place::EndTagOpen
        | Place::TagName
        | Place::BeforeName
        | Place::Name
        | Place::AfterName
        | Place::AfterValue
        | Place::Declaration(_) => false,
    }
}

/// Pages.
pub(super) const HTML_PAYLOADS: &[Payload] = &[
    Payload { text: "<script>alert(1)</script>", explanation: "the page runs the script" },
    Payload { text: "<img src=x onerror=alert(1)>", explanation: "the page runs the script" },
    Payload { text: "\"><script>alert(1)</script>", explanation: "the quote ends the attribute, and a script follows" },
    Payload { text: "'><script>alert(1)</script>", explanation: "the quote ends the attribute, and a script follows" },
    Payload { text: "\" onmouseover=\"alert(1)", explanation: "the value adds an attribute that runs a script" },
    Payload { text: "' onmouseover='alert(1)", explanation: "the value adds an attribute that runs a script" },
    Payload { text: "x onmouseover=alert(1)", explanation: "the value adds an attribute that runs a script" },
    Payload { text: "javascript:alert(1)", explanation: "the link runs the script" },
    Payload { text: "alert(1)", explanation: "the value is run as a script" },
    Payload { text: "\";alert(1)//", explanation: "the quote ends the text, and code follows" },
    Payload { text: "';alert(1)//", explanation: "the quote ends the text, and code follows" },
    Payload { text: "');alert(1)//", explanation: "the quote ends the text, and code follows" },
    Payload { text: "${alert(1)}", explanation: "the template literal runs the expression" },
    Payload { text: "</script><script>alert(1)</script>", explanation: "the script ends, and another follows" },
    Payload { text: "</textarea><script>alert(1)</script>", explanation: "the element ends, and a script follows" },
    Payload { text: "</title><script>alert(1)</script>", explanation: "the element ends, and a script follows" },
    Payload { text: "//attacker.example/", explanation: "the page runs a script of another site" },
    Payload { text: "--><script>alert(1)</script>", explanation: "the comment ends, and a script follows" },
];

/// Documents.
pub(super) const XML_PAYLOADS: &[Payload] = &[
    Payload { text: "</name><role>admin</role><name>", explanation: "the value adds an element" },
    Payload { text: "<role>admin</role>", explanation: "the value adds an element" },
    Payload { text: "\" role=\"admin", explanation: "the value adds an attribute" },
    Payload { text: "' role='admin", explanation: "the value adds an attribute" },
    Payload { text: "]]><role>admin</role>", explanation: "the section ends, and an element follows" },
    Payload { text: "<", explanation: "the document is no longer well-formed" },
];
