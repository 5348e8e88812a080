//! Functions that write values as text of another format: JSON, query strings, parts of distinguished names. Invariant: a
//! result that is not known is in the language of all that the function can write.

use crate::{
    automata::{
        language::Language,
        operation::{Operation, Quotes},
    },
    interpreter::{Choice, Choices, Interpreter, call::Arguments},
    regex,
    rope::{Piece, Rope},
    state::State,
    term::BoolTerm,
    value::{Object, Value},
};

/// What `json.dumps` writes for a text, as long as it keeps to ASCII.
const JSON_TEXT: &str = r#""(?:[ !#-\[\]-~]|\\["\\nrtbf]|\\u[0-9a-f]{4})*""#;

/// What `xml.sax.saxutils.quoteattr` writes between each kind of quotes.
const QUOTED: [(&str, &str); 2] = [("\"", r#"[^"<>\n\r\t]*"#), ("'", r"[^'<>\n\r\t]*")];

/// What RFC 4515 escapes: these four and NUL become `\` with two hexadecimal digits.
pub(crate) const FILTER: &[(char, &str)] =
    &[('\\', "\\5c"), ('*', "\\2a"), ('(', "\\28"), (')', "\\29"), ('\0', "\\00")];

/// How deep a container is followed into JSON.
const JSON_DEPTH: u32 = 8;

/// What `ldap.dn.escape_dn_chars` writes.
const NAME_VALUE: &str = r#"(?:(?:[^,+"\\<>;=\x00 #]|\\[,+"\\<>;=\x00 #])(?:[^,+"\\<>;=\x00]|\\[,+"\\<>;=\x00 #])*)?"#;

impl Interpreter<'_> {
    /// Calls such a function; `None` when it is not modelled.
    pub(crate) fn call_encoder(&mut self, state: &mut State, path: &str, arguments: &Arguments) -> Option<Choices> {
        if arguments.open_keywords {
            return None;
        }
        match path {
            "json.dumps" => self.json(state, arguments),
            "urllib.parse.urlencode" => self.query(state, arguments),
            "xml.sax.saxutils.quoteattr" => {
                let [Value::Str(rope)] = arguments.plain()? else { return None };
                let rope = rope.clone();
                self.quoted_attribute(state, &rope)
            }
            "ldap.filter.filter_format" => self.filter_format(state, arguments),
            "django.utils.html.format_html" => self.format_html(state, arguments),
            "ldap3.utils.dn.escape_rdn" => {
                let [Value::Str(rope)] = arguments.plain()? else { return None };
                let rope = rope.clone();
                let escaped = Choice::value(self.encoded(state, path, (&rope, escape_name), NAME_VALUE)?);
                Some(vec![escaped, Choice::raise("IndexError")])
            }
            "ldap.dn.escape_dn_chars" => {
                let [Value::Str(rope)] = arguments.plain()? else { return None };
                let rope = rope.clone();
                Some(vec![Choice::value(self.encoded(state, path, (&rope, escape_name), NAME_VALUE)?)])
            }
            _ => None,
        }
    }

    /// Encodes a text: exactly when it is known, else to any text of a pattern.
    fn encoded(
        &mut self,
        state: &mut State,
        path: &str,
        (rope, encode): (&Rope, impl Fn(&str) -> String),
        pattern: &str,
    ) -> Option<Value> {
        if let Some(marked) = rope.marked() {
            let shown = encode(&marked.text);
            return Some(Value::Str(Rope::derived(&marked, &shown)));
        }
        let influence = self.influence(state, &[Value::Str(rope.clone())]);
        let text = self.unknown_text(state, &format!("`{path}(…)`"), influence, Some(language(pattern)?));
        Some(Value::Str(text))
    }

    fn json(&mut self, state: &mut State, arguments: &Arguments) -> Option<Choices> {
        let [value] = arguments.positional.as_deref()? else { return None };
        let harmless = ["indent", "sort_keys", "default", "skipkeys", "allow_nan"];
        if arguments.keywords.iter().any(|(name, _)| !harmless.contains(&name.as_str())) {
            return None;
        }
        if let Value::Str(rope) = value {
            let rope = rope.clone();
            let written = self.encoded(state, "json.dumps", (&rope, json_text), JSON_TEXT)?;
            self.note_json_text(&written, &rope);
            return Some(vec![Choice::value(written)]);
        }
        if arguments.keywords.is_empty()
            && let Some(rope) = self.json_of(state, value, JSON_DEPTH)
        {
            return Some(vec![Choice::value(Value::Str(rope))]);
        }
        // Of a concrete run's containers the marks would be lost.
        if self.chosen.is_some() {
            return None;
        }
        let has_lines = arguments.keyword("indent").is_some();
        let pattern = if has_lines { r"[ -~\n\t]*" } else { "[ -~]*" };
        let influence = self.influence(state, &arguments.all);
        let text = self.unknown_text(state, "`json.dumps(…)`", influence, Some(language(pattern)?));
        Some(self.with_any_exception(state, vec![Choice::value(Value::Str(text))]))
    }

    /// Writes a value that is known but for its texts; `None` for any other.
    fn json_of(&mut self, state: &mut State, value: &Value, depth: u32) -> Option<Rope> {
        let deeper = depth.checked_sub(1)?;
        let items = match value {
            Value::Str(rope) => {
                let rope = rope.clone();
                let written = self.encoded(state, "json.dumps", (&rope, json_text), JSON_TEXT)?;
                self.note_json_text(&written, &rope);
                return written.as_rope().cloned();
            }
            Value::None => return Some(Rope::text("null")),
            Value::Bool(BoolTerm::Const(truth)) => return Some(Rope::text(if *truth { "true" } else { "false" })),
            Value::Int(term) => return Some(Rope::piece(Piece::Number(term.clone()))),
            Value::Tuple(items) => items.to_vec(),
            Value::Object(id) => match state.object(*id)?.clone() {
                Object::List(items) => items,
                Object::Dict(entries) => {
                    let mut rope = Rope::text("{");
                    for (position, (key, value)) in entries.iter().enumerate() {
                        if position > 0 {
                            rope.append(&Rope::text(", "));
                        }
                        let key = match key {
                            Value::Str(_) => self.json_of(state, key, deeper)?,
                            Value::None | Value::Bool(_) | Value::Int(_) => {
                                let plain = self.json_of(state, key, deeper)?.known()?;
                                Rope::text(&format!("\"{plain}\""))
                            }
                            _ => return None,
                        };
                        rope.append(&key);
                        rope.append(&Rope::text(": "));
                        rope.append(&self.json_of(state, value, deeper)?);
                    }
                    rope.append(&Rope::text("}"));
                    return Some(rope);
                }
                Object::Set(_)
                | Object::Instance { .. }
                | Object::Iterator { .. }
                | Object::OpenIterator { .. }
                | Object::Generator { .. }
                | Object::Cell(_)
                | Object::Unknown(_) => return None,
            },
            Value::Ellipsis
            | Value::Bool(_)
            | Value::Float(_)
            | Value::Bytes(_)
            | Value::Path(_)
            | Value::Function(_)
            | Value::Class(_)
            | Value::Global(_)
            | Value::Exception(_)
            | Value::Pattern(..)
            | Value::Match(..)
            | Value::Opaque(_) => return None,
        };
        let mut rope = Rope::text("[");
        for (position, item) in items.iter().enumerate() {
            if position > 0 {
                rope.append(&Rope::text(", "));
            }
            rope.append(&self.json_of(state, item, deeper)?);
        }
        rope.append(&Rope::text("]"));
        Some(rope)
    }

    /// Writes an attribute's value between the quotes that fit it.
    fn quoted_attribute(&mut self, state: &mut State, rope: &Rope) -> Option<Choices> {
        let known = rope.marked().map(|marked| attribute_text(&marked.text));
        let mut choices = Vec::new();
        for (quote, pattern) in QUOTED {
            if known.as_ref().is_some_and(|(chosen, _)| *chosen != quote) {
                continue;
            }
            let inner = |_: &str| known.as_ref().map_or_else(String::new, |(_, text)| text.clone());
            let value = self.encoded(state, "xml.sax.saxutils.quoteattr", (rope, inner), pattern)?;
            choices
                .push(Choice::value(Value::Str(Rope::text(quote).concat(value.as_rope()?).concat(&Rope::text(quote)))));
        }
        Some(choices)
    }

    /// Fills the `%s` of an LDAP filter with escaped values.
    fn filter_format(&mut self, state: &mut State, arguments: &Arguments) -> Option<Choices> {
        let [template, values] = arguments.plain()? else { return None };
        let template = template.as_text()?;
        let (values, parts) = (self.known_items(state, values)?, template.split("%s").collect::<Vec<_>>());
        if parts.len() != values.len() + 1 || parts.iter().any(|part| part.contains('%')) {
            return None;
        }
        let escape = Operation::Translate(FILTER.iter().map(|(from, to)| (*from, (*to).to_owned())).collect());
        self.filled_parts(state, (&parts, &values), &escape)
    }

    /// Fills the `{}` of a fragment of HTML with escaped values.
    fn format_html(&mut self, state: &mut State, arguments: &Arguments) -> Option<Choices> {
        let [template, values @ ..] = arguments.plain()? else { return None };
        let (template, values) = (template.as_text()?, values.to_vec());
        let parts: Vec<&str> = template.split("{}").collect();
        if parts.len() != values.len() + 1 || parts.iter().any(|part| part.contains(['{', '}'])) {
            return None;
        }
        self.filled_parts(state, (&parts, &values), &Operation::HtmlEscape(Quotes::Escaped))
    }

    fn filled_parts(
        &mut self,
        state: &mut State,
        (parts, values): (&[&str], &[Value]),
        escape: &Operation,
    ) -> Option<Choices> {
        let mut rope = Rope::default();
        for (position, part) in parts.iter().enumerate() {
            rope.append(&Rope::text(part));
            let Some(value) = values.get(position) else { continue };
            let text = match value {
                Value::Str(text) => text.clone(),
                Value::Opaque(opaque) if self.trees.contains_key(&opaque.id) => self.text_of_opaque(state, opaque),
                _ => return None,
            };
            rope.append(&self.apply(state, &text, escape.clone()));
        }
        Some(self.with_any_exception(state, vec![Choice::value(Value::Str(rope))]))
    }

    /// Writes a mapping or pairs as a query string.
    fn query(&mut self, state: &mut State, arguments: &Arguments) -> Option<Choices> {
        let [value] = arguments.positional.as_deref()? else { return None };
        if arguments.keywords.iter().any(|(name, _)| name != "doseq") {
            return None;
        }
        if arguments.keywords.is_empty()
            && let Some(pairs) = self.known_pairs(state, value)
        {
            let mut query = Rope::default();
            for (position, (key, value)) in pairs.iter().enumerate() {
                if position > 0 {
                    query.append(&Rope::text("&"));
                }
                let quoted = self.apply(state, key, Operation::UrlQuotePlus);
                query.append(&quoted);
                query.append(&Rope::text("="));
                let quoted = self.apply(state, value, Operation::UrlQuotePlus);
                query.append(&quoted);
            }
            return Some(vec![Choice::value(Value::Str(query))]);
        }
        if self.chosen.is_some() {
            return None;
        }
        let influence = self.influence(state, &arguments.all);
        let written = language(r"[A-Za-z0-9_.\-~%+=&]*")?;
        let text = self.unknown_text(state, "`urllib.parse.urlencode(…)`", influence, Some(written));
        Some(self.with_any_exception(state, vec![Choice::value(Value::Str(text))]))
    }

    /// Gives the entries of a mapping, or the pairs of a list, when all are texts.
    fn known_pairs(&self, state: &State, value: &Value) -> Option<Vec<(Rope, Rope)>> {
        let text = |value: &Value| if let Value::Str(rope) = value { Some(rope.clone()) } else { None };
        let pair = |item: &Value| {
            let Value::Tuple(pair) = item else { return None };
            let [key, value] = &**pair else { return None };
            Some((text(key)?, text(value)?))
        };
        let Value::Object(id) = value else { return None };
        match state.object(*id)? {
            Object::Dict(entries) => entries.iter().map(|(key, value)| Some((text(key)?, text(value)?))).collect(),
            Object::List(items) => items.iter().map(pair).collect(),
            Object::Set(_)
            | Object::Instance { .. }
            | Object::Iterator { .. }
            | Object::OpenIterator { .. }
            | Object::Generator { .. }
            | Object::Cell(_)
            | Object::Unknown(_) => None,
        }
    }
}

fn language(pattern: &str) -> Option<Language> {
    regex::full(pattern).ok()
}

fn json_text(text: &str) -> String {
    let mut result = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => result.push_str("\\\""),
            '\\' => result.push_str("\\\\"),
            '\n' => result.push_str("\\n"),
            '\r' => result.push_str("\\r"),
            '\t' => result.push_str("\\t"),
            '\u{8}' => result.push_str("\\b"),
            '\u{c}' => result.push_str("\\f"),
            ' '..='~' => result.push(character),
            _ => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    result.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    result.push('"');
    result
}

/// Gives the quotes for an attribute's value, and its text between them.
fn attribute_text(text: &str) -> (&'static str, String) {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\t' => escaped.push_str("&#9;"),
            _ => escaped.push(character),
        }
    }
    match (escaped.contains('"'), escaped.contains('\'')) {
        (false, _) => ("\"", escaped),
        (true, false) => ("'", escaped),
        (true, true) => ("\"", escaped.replace('"', "&quot;")),
    }
}

fn escape_name(text: &str) -> String {
    let mut result = String::new();
    let last = text.chars().count().saturating_sub(1);
    for (position, character) in text.chars().enumerate() {
        let is_edge = (position == 0 && matches!(character, ' ' | '#')) || (position == last && character == ' ');
        if is_edge || matches!(character, '\\' | ',' | '+' | '"' | '<' | '>' | ';' | '=' | '\0') {
            result.push('\\');
        }
        result.push(character);
    }
    result
}
