//! HTML pages and XML documents. Invariant: a value that stays is text between tags or a part of one quoted attribute
//! value; where the place is not understood, no value is safe.

use std::ops::Range;

use super::{Payload, Surroundings, hole::HoleContext};
use crate::automata::language::Language;

/// Which markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// The HTML standard's syntax.
    Html,
    /// XML 1.0.
    Xml,
}

/// Where a text ends.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Inside {
    /// Between tags.
    Text,
    /// In a quoted attribute value; with the attribute's name in lower case, and whether the value has begun.
    Quoted { quote: char, attribute: String, is_begun: bool },
    /// In an unquoted attribute value.
    Unquoted,
    /// In a tag, but in no value.
    Tag,
    /// In a comment, a declaration or a CDATA section.
    Aside,
    /// In an element whose text is no HTML: `script` and `style`.
    Raw,
}

/// Reads a text up to its end.
fn inside(dialect: Dialect, text: &str) -> Inside {
    let mut rest = text;
    loop {
        let Some((_, after)) = rest.split_once('<') else { return Inside::Text };
        if let Some(aside) = after.strip_prefix("!--") {
            let Some((_, after)) = aside.split_once("-->") else { return Inside::Aside };
            rest = after;
            continue;
        }
        if let Some(section) = after.strip_prefix("![CDATA[") {
            let Some((_, after)) = section.split_once("]]>") else { return Inside::Aside };
            rest = after;
            continue;
        }
        if after.starts_with(['!', '?']) {
            let Some((_, after)) = after.split_once('>') else { return Inside::Aside };
            rest = after;
            continue;
        }
        if !after.is_empty() && !after.starts_with(|one: char| one.is_alphabetic() || one == '/' || one == '_') {
            rest = after;
            continue;
        }
        let name: String = after.chars().take_while(|one| one.is_alphanumeric()).collect::<String>().to_lowercase();
        match tag(after) {
            Ok(after) => rest = after,
            Err(inside) => return inside,
        }
        if dialect == Dialect::Html && matches!(name.as_str(), "script" | "style") {
            let lower = rest.to_lowercase();
            let Some(end) = lower.find(&format!("</{name}")).filter(|_| lower.len() == rest.len()) else {
                return Inside::Raw;
            };
            rest = rest.get(end..).unwrap_or_default();
        }
    }
}

/// Reads a tag behind its `<`; gives what follows it, or where the text ends in it.
fn tag(text: &str) -> Result<&str, Inside> {
    let mut rest = text;
    let mut attribute = String::new();
    loop {
        let Some(first) = rest.chars().next() else { return Err(Inside::Tag) };
        let after = rest.get(first.len_utf8()..).unwrap_or_default();
        match first {
            '>' => return Ok(after),
            '=' => {
                let value = after.trim_start();
                match value.chars().next() {
                    None => return Err(Inside::Unquoted),
                    Some(quote @ ('"' | '\'')) => {
                        let body = value.get(1..).unwrap_or_default();
                        let Some((_, behind)) = body.split_once(quote) else {
                            return Err(Inside::Quoted { quote, attribute, is_begun: !body.is_empty() });
                        };
                        rest = behind;
                    }
                    Some(_) => {
                        let Some(end) = value.find(|one: char| one.is_whitespace() || one == '>') else {
                            return Err(Inside::Unquoted);
                        };
                        rest = value.get(end..).unwrap_or_default();
                    }
                }
                attribute.clear();
            }
            one if one.is_whitespace() || one == '/' => {
                attribute.clear();
                rest = after;
            }
            one => {
                attribute.extend(one.to_lowercase());
                rest = after;
            }
        }
    }
}

/// Tells whether an attribute's value is more than text: a script, a style or a URL.
fn is_active(attribute: &str) -> bool {
    attribute.starts_with("on")
        || ["href", "src", "action", "formaction", "style", "srcdoc", "data", "xlink:href"].contains(&attribute)
}

/// The context of a hole.
pub(super) fn context(dialect: Dialect, around: &Surroundings<'_>) -> HoleContext {
    let consequence = match dialect {
        Dialect::Html => "the value becomes markup of the page",
        Dialect::Xml => "the value becomes markup of the document",
    };
    let script = "the page runs the script";
    let unclear = |place: &'static str, families: Vec<(String, &'static str)>| {
        HoleContext::new(place, Language::empty(), consequence).with_families(families).under()
    };
    match inside(dialect, around.before) {
        Inside::Text => {
            let element = match dialect {
                Dialect::Html => vec![
                    (r"<script>alert\(1\)</script>".to_owned(), script),
                    (r"<img src=x onerror=alert\(1\)>".to_owned(), script),
                ],
                Dialect::Xml => vec![("</?[a-z]+/?>".to_owned(), consequence)],
            };
            let pattern = match dialect {
                Dialect::Html => "[^<]*",
                Dialect::Xml => "[^<&]*(?:&(?:[a-z]+|#[0-9]+|#x[0-9a-fA-F]+);[^<&]*)*",
            };
            HoleContext::matching("between tags", pattern, consequence).with_families(element).under()
        }
        Inside::Quoted { quote, attribute, is_begun } if dialect == Dialect::Xml || !is_active(&attribute) || is_begun => {
            if dialect == Dialect::Html && (attribute.starts_with("on") || attribute == "style" || attribute == "srcdoc") {
                return unclear("in an attribute that is code", vec![(r"alert\(1\)".to_owned(), script)]);
            }
            let families = vec![
                (format!("{quote}>?<script>alert\\(1\\)</script>"), script),
                (format!("{quote} onmouseover={quote}alert\\(1\\)"), "the value adds an attribute that runs a script"),
            ];
            let pattern = match dialect {
                Dialect::Html => format!("[^{quote}]*"),
                Dialect::Xml => format!("[^{quote}<&]*(?:&(?:[a-z]+|#[0-9]+|#x[0-9a-fA-F]+);[^{quote}<&]*)*"),
            };
            HoleContext::matching("inside an attribute's value", &pattern, consequence).with_families(families).under()
        }
        Inside::Quoted { attribute, .. } => {
            let is_url = !attribute.starts_with("on") && attribute != "style" && attribute != "srcdoc";
            let families = vec![(r"javascript:alert\(1\)".to_owned(), script), (r"alert\(1\)".to_owned(), script)];
            if is_url {
                let pattern = r#"(?:https?://[^"'<>]*|[/?#.][^"'<>]*)?"#;
                return HoleContext::matching("at the beginning of a link", pattern, script)
                    .with_families(families)
                    .under();
            }
            unclear("in an attribute that is code", families)
        }
        Inside::Unquoted => {
            let families =
                vec![(r"[a-z]+ onmouseover=alert\(1\)".to_owned(), "the value adds an attribute that runs a script")];
            HoleContext::matching("in an unquoted attribute value", "[A-Za-z0-9_]*", consequence)
                .with_families(families)
                .under()
        }
        Inside::Tag => unclear("inside a tag", vec![(r"[a-z]* ?onmouseover=alert\(1\)".to_owned(), script)]),
        Inside::Aside => unclear("in a comment or declaration", vec![(r"--><script>alert\(1\)</script>".to_owned(), script)]),
        Inside::Raw => unclear(
            "in a script",
            vec![(r"alert\(1\)".to_owned(), script), (r"</script><script>alert\(1\)</script>".to_owned(), script)],
        ),
    }
}

/// Tells whether the injected parts stay text or parts of one value.
pub(super) fn stays(dialect: Dialect, text: &str, injected: &[Range<usize>]) -> bool {
    injected.iter().all(|range| {
        let before = text.get(..range.start).unwrap_or_default();
        let value = text.get(range.clone()).unwrap_or_default();
        match inside(dialect, before) {
            Inside::Text => {
                let mut tags = value.match_indices('<').filter_map(|(at, _)| value.get(at + 1..));
                !tags.any(|rest| rest.starts_with(|one: char| one.is_alphabetic() || "/!?".contains(one)))
            }
            Inside::Quoted { quote, attribute, is_begun } => {
                let is_script = dialect == Dialect::Html
                    && (attribute.starts_with("on")
                        || (is_active(&attribute) && !is_begun && value.trim_start().to_lowercase().starts_with("javascript:")));
                !value.contains(quote) && !is_script
            }
            Inside::Unquoted => !value.contains(|one: char| one.is_whitespace() || one == '>'),
            Inside::Tag => value.chars().all(char::is_alphanumeric) && dialect == Dialect::Xml,
            Inside::Aside => !value.contains('>'),
            Inside::Raw => value.bytes().all(|byte| byte.is_ascii_digit()),
        }
    })
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
    Payload { text: "--><script>alert(1)</script>", explanation: "the comment ends, and a script follows" },
];

/// Documents.
pub(super) const XML_PAYLOADS: &[Payload] = &[
    Payload { text: "</name><role>admin</role><name>", explanation: "the value adds an element" },
    Payload { text: "<role>admin</role>", explanation: "the value adds an element" },
    Payload { text: "\" role=\"admin", explanation: "the value adds an attribute" },
    Payload { text: "' role='admin", explanation: "the value adds an attribute" },
    Payload { text: "<", explanation: "the document is no longer well-formed" },
];
