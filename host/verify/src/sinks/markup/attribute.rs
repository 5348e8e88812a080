//! What the values of HTML's attributes mean: text, code, or the URL of something that is shown or run. Invariant: an
//! attribute that is not known to be text counts as such only when no browser or widespread library runs its value.

use super::script;
use crate::sinks::url;

/// What an attribute's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Text.
    Text,
    /// A URL that the reader may follow or that is shown.
    Link,
    /// A URL of something that runs in the page.
    Code,
    /// JavaScript.
    Script,
    /// CSS declarations.
    Style,
    /// A page of its own, or an expression of a library.
    Unknown,
}

/// Gives the meaning of an element's attribute, both named in lower case.
pub(super) fn meaning(element: &str, attribute: &str) -> Meaning {
    let is_expression = attribute.starts_with(['@', ':', '(', '[', '*', '#'])
        || ["x-", "v-", "ng-", "hx-", "data-ng-", "data-hx-"].iter().any(|prefix| attribute.starts_with(prefix))
        || matches!(element, "animate" | "set" | "animatetransform" | "animatemotion");
    match attribute {
        _ if attribute.starts_with("on") => Meaning::Script,
        _ if is_expression => Meaning::Unknown,
        "srcdoc" => Meaning::Unknown,
        "style" => Meaning::Style,
        "href" | "xlink:href" | "src" | "data" | "action" | "formaction" => match element {
            "script" | "iframe" | "frame" | "embed" | "object" | "link" | "base" | "portal" | "use" => Meaning::Code,
            _ => Meaning::Link,
        },
        "code" | "codebase" | "archive" | "classid" | "manifest" => Meaning::Code,
        "srcset" | "poster" | "cite" | "background" | "longdesc" | "ping" | "usemap" | "profile" | "dynsrc"
        | "lowsrc" => Meaning::Link,
        _ => Meaning::Text,
    }
}

/// Resolves the character references that matter to URLs and scripts.
pub(super) fn decoded(value: &str) -> String {
    const NAMED: &[(&str, char)] = &[
        ("amp;", '&'),
        ("lt;", '<'),
        ("gt;", '>'),
        ("quot;", '"'),
        ("apos;", '\''),
        ("colon;", ':'),
        ("Tab;", '\t'),
        ("NewLine;", '\n'),
        ("sol;", '/'),
        ("bsol;", '\\'),
        ("lpar;", '('),
        ("rpar;", ')'),
        ("grave;", '`'),
    ];
    let mut result = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('&') {
        result.push_str(before);
        let named = NAMED.iter().find_map(|(name, character)| Some((*character, after.strip_prefix(name)?)));
        match named.or_else(|| numbered(after)) {
            Some((character, behind)) => {
                result.push(character);
                rest = behind;
            }
            None => {
                result.push('&');
                rest = after;
            }
        }
    }
    result.push_str(rest);
    result
}

/// Reads a numeric reference behind its `&`.
fn numbered(text: &str) -> Option<(char, &str)> {
    let text = text.strip_prefix('#')?;
    let (digits, radix) = match text.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    let end = digits.find(|one: char| !one.is_digit(radix)).unwrap_or(digits.len());
    let (number, behind) = digits.split_at_checked(end)?;
    let character = char::from_u32(u32::from_str_radix(number, radix).ok()?)?;
    Some((character, behind.strip_prefix(';').unwrap_or(behind)))
}

/// Tells whether a value leaves an attribute's meaning alone; `before` and `after` are what stands around it in the
/// attribute's value.
pub(super) fn stays(meaning: Meaning, before: &str, value: &str, after: &str) -> bool {
    let (before, value) = (decoded(before), decoded(value));
    match meaning {
        Meaning::Text => true,
        Meaning::Link => !brings_script(&before, &value),
        Meaning::Code => {
            let range = before.len()..before.len() + value.len();
            let whole = format!("{before}{value}{}", decoded(after));
            !brings_script(&before, &value) && url::stays_redirected(&whole, std::slice::from_ref(&range))
        }
        Meaning::Script => script::stays(&before, &value),
        Meaning::Style => !value.contains([';', '{', '}', '(', '"', '\'', '\\']),
        Meaning::Unknown => {
            let mut tags = value.match_indices('<').filter_map(|(at, _)| value.get(at + 1..));
            !tags.any(|rest| rest.starts_with(|one: char| one.is_ascii_alphabetic()))
        }
    }
}

/// Tells whether a value makes a URL run a script.
fn brings_script(before: &str, value: &str) -> bool {
    let plain = |text: &str| -> String {
        let kept: String = text.chars().filter(|one| !matches!(one, '\t' | '\n' | '\r')).collect();
        kept.trim_start_matches(|one: char| one <= ' ').to_ascii_lowercase()
    };
    let (before, whole) = (plain(before), plain(&format!("{before}{value}")));
    ["javascript:", "vbscript:", "data:"]
        .iter()
        .any(|scheme| whole.starts_with(scheme) && (*scheme == "javascript:" || !before.starts_with(scheme)))
}
