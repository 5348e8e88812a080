//! f-strings, `%` and `str.format`. Invariant: a hole whose format is not modelled becomes an unknown text, never
//! nothing.

use ir::instruction::FormatPart;

use num_bigint::BigInt;

use crate::{
    automata::operation::Operation,
    interpreter::{Choice, Choices, Interpreter, access::known_key, call::Arguments, number_format},
    regex,
    rope::{Piece, Rope},
    state::State,
    term::{BoolTerm, IntTerm, Order},
    value::{Closure, Object, Value},
};

/// One part of a format string.
enum TemplatePart {
    /// Literal text.
    Text(String),
    /// `{field!conversion:spec}`.
    Field { name: String, conversion: Option<char>, spec: String },
}

impl Interpreter<'_> {
    /// Evaluates an f-string.
    pub(crate) fn format_string(&mut self, state: &mut State, parts: &[FormatPart]) -> Result<Choices, Choices> {
        let mut whole = Rope::default();
        // What comes before the last value with a method of its own for its text, and such values.
        let mut before: Vec<Value> = Vec::new();
        for part in parts {
            match part {
                FormatPart::Text(text) => whole.append(&Rope::text(text)),
                FormatPart::Value { value, conversion, spec, span: _ } => {
                    let value = self.read(state, value)?;
                    let spec_text = match spec.as_slice() {
                        [] => Some(String::new()),
                        [FormatPart::Text(text)] => Some(text.clone()),
                        _ => None,
                    };
                    if let Some(own) = self.own_format(state, &value, *conversion, spec_text.as_deref()) {
                        before.extend([Value::Str(std::mem::take(&mut whole)), own]);
                        continue;
                    }
                    if let Some(spec) = &spec_text
                        && let Some(class) = self.unformattable(state, (&value, *conversion), spec)
                    {
                        return Err(vec![Choice::raise(class)]);
                    }
                    let text = self.formatted(state, &value, *conversion, spec_text.as_deref());
                    whole.append(&text);
                }
            }
        }
        if before.is_empty() {
            return Ok(vec![Choice::value(Value::Str(whole))]);
        }
        before.push(Value::Str(whole));
        let parts = Value::Tuple(before.into());
        Ok(self.call_written(state, "builtins._formatted", vec![parts]).unwrap_or_default())
    }

    /// Gives the method of an instance that makes its text in a format string, and what it is given.
    fn own_format(&self, state: &State, value: &Value, conversion: Option<char>, spec: Option<&str>) -> Option<Value> {
        let call = |method: Closure, spec: Value| Some(Value::Tuple([Value::Function(method), spec].into()));
        let spec = spec?;
        match conversion {
            None => match self.own_method(state, value, "__format__") {
                Some(method) => call(method, Value::text(spec)),
                None if spec.is_empty() => call(self.own_method(state, value, "__str__")?, Value::None),
                None => None,
            },
            Some('s') if spec.is_empty() => call(self.own_method(state, value, "__str__")?, Value::None),
            Some('r') if spec.is_empty() => call(self.own_method(state, value, "__repr__")?, Value::None),
            Some(_) => None,
        }
    }

    /// Gives `format(value, spec)`; a `spec` that is not known is `None`.
    fn formatted(&mut self, state: &mut State, value: &Value, conversion: Option<char>, spec: Option<&str>) -> Rope {
        let text = match conversion {
            Some('r' | 'a') => self.repr_text(state, value),
            Some(_) | None => self.text_of(state, value),
        };
        match (value, spec) {
            (_, Some("" | "s")) => text,
            (Value::Int(_), Some("d")) if conversion.is_none() => text,
            (Value::Int(term), Some(spec)) if conversion.is_none() => match term.as_const() {
                Some(number) => match number_format::formatted(number, spec) {
                    Some(shown) => Rope::text(&shown),
                    None => self.unknown_text_of(state, value, "a formatted number"),
                },
                None => self.formatted_number(state, (value, term), (spec, &text)),
            },
            (_, Some(_) | None) => self.unknown_text_of(state, value, "a text with a format specification"),
        }
    }

    /// Formats a number that is not known: its own text where that is wide enough, else any of the digits and signs.
    fn formatted_number(
        &mut self,
        state: &mut State,
        (value, term): (&Value, &IntTerm),
        (spec, text): (&str, &Rope),
    ) -> Rope {
        let (rest, digits) = match spec.chars().last() {
            Some('x') => (spec.strip_suffix('x'), "0-9a-f"),
            Some('X') => (spec.strip_suffix('X'), "0-9A-F"),
            Some('b') => (spec.strip_suffix('b'), "01"),
            Some('o') => (spec.strip_suffix('o'), "0-7"),
            _ => (spec.strip_suffix('d').or(Some(spec)), "0-9"),
        };
        let (width, comma) = match rest.and_then(|rest| rest.strip_suffix(',')) {
            Some(width) => (width, ","),
            None => (rest.unwrap_or_default(), ""),
        };
        if !width.chars().all(|c| c.is_ascii_digit()) || width.len() > 2 {
            return self.unknown_text_of(state, value, "a formatted number");
        }
        let never = |this: &mut Self, below: BigInt| {
            let is_below = BoolTerm::compare(Order::Less, term.clone(), IntTerm::Const(below));
            match is_below {
                BoolTerm::Const(holds) => !holds,
                is_below => this.assume_all(state, &[(is_below, true)]).is_none(),
            }
        };
        let least = width.parse::<u32>().ok().and_then(|width| Some(BigInt::from(10).pow(width.checked_sub(1)?)));
        if digits == "0-9" && comma.is_empty() && least.is_some_and(|least| never(self, least)) {
            return text.clone();
        }
        let sign = if never(self, BigInt::ZERO) { "" } else { "-?" };
        let space = if width.is_empty() || width.starts_with('0') { "" } else { " *" };
        let language = regex::full(&format!("{space}{sign}[{digits}{comma}]+")).ok();
        let influence = self.influence(state, std::slice::from_ref(value));
        self.unknown_text(state, "a formatted number", influence, language)
    }

    fn unknown_text_of(&mut self, state: &mut State, value: &Value, why: &str) -> Rope {
        let influence = self.influence(state, std::slice::from_ref(value));
        self.unknown_text(state, why, influence, None)
    }

    /// Gives `repr(value)`.
    pub(crate) fn repr_text(&mut self, state: &mut State, value: &Value) -> Rope {
        if let Value::Str(rope) = value {
            let rope = rope.clone();
            return self.apply(state, &rope, Operation::Repr);
        }
        match self.representation(state, value, 8) {
            Some(rope) => rope,
            None => self.unknown_text_of(state, value, "the `repr` of a value"),
        }
    }

    /// Evaluates `template % values`.
    pub(crate) fn percent_format(&mut self, state: &mut State, template: &Rope, values: &Value) -> Choices {
        let Some(pieces) = split_template(template) else {
            return self.unmodelled_format(state, template, values);
        };
        let mut arguments: std::collections::VecDeque<Value> = match values {
            Value::Tuple(items) => items.iter().cloned().collect(),
            other => std::iter::once(other.clone()).collect(),
        };
        let total = arguments.len();
        let is_tuple = matches!(values, Value::Tuple(_));
        let mapping = match values {
            Value::Object(id) => match state.object(*id) {
                Some(Object::Dict(entries)) => Some(entries.clone()),
                _ => None,
            },
            _ => None,
        };
        let mut whole = Rope::default();
        let mut taken = 0;
        for piece in pieces {
            let text = match piece {
                Piece::Const { text, author: crate::rope::Author::Program } => text,
                other => {
                    // The attacker's part of the template is taken to hold no directive of its own.
                    whole.push(other);
                    continue;
                }
            };
            let mut rest: &str = &text;
            while let Some(at) = rest.find('%') {
                whole.append(&Rope::text(rest.get(..at).unwrap_or_default()));
                let directive = rest.get(at + 1..).unwrap_or_default();
                let (key, directive) = match directive.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
                    Some((key, after)) => (Some(key), after),
                    None => (None, directive),
                };
                let flags: String =
                    directive.chars().take_while(|c| matches!(c, '0'..='9' | '-' | '+' | ' ' | '#' | '.')).collect();
                let after = directive.get(flags.len()..).unwrap_or_default();
                let Some(kind) = after.chars().next() else { return vec![Choice::raise("ValueError")] };
                rest = after.get(kind.len_utf8()..).unwrap_or_default();
                if kind == '%' {
                    whole.append(&Rope::text("%"));
                    continue;
                }
                let value = match (key, &mapping) {
                    (Some(key), Some(entries)) => {
                        let wanted = known_key(&Value::text(key));
                        match entries.iter().find(|(known, _)| known_key(known) == wanted) {
                            Some((_, value)) => value.clone(),
                            None if entries.iter().all(|(known, _)| known_key(known).is_some()) => {
                                return vec![Choice::raise("KeyError")];
                            }
                            None => return self.unmodelled_format(state, template, values),
                        }
                    }
                    (Some(_), None) => return self.unmodelled_format(state, template, values),
                    (None, _) => {
                        taken += 1;
                        match arguments.pop_front() {
                            Some(value) => value,
                            None => return vec![Choice::raise("TypeError")],
                        }
                    }
                };
                match self.percent_value(state, &value, kind, &flags) {
                    Ok(text) => whole.append(&text),
                    Err(raised) => return raised,
                }
            }
            whole.append(&Rope::text(rest));
        }
        if is_tuple && taken < total {
            return vec![Choice::raise("TypeError")];
        }
        vec![Choice::value(Value::Str(whole))]
    }

    fn percent_value(&mut self, state: &mut State, value: &Value, kind: char, flags: &str) -> Result<Rope, Choices> {
        if let Value::Opaque(_) | Value::Global(_) = value
            && matches!(kind, 'd' | 'i')
            && flags.is_empty()
        {
            // Only a number passes `%d`.
            return Ok(Rope::piece(Piece::Number(self.fresh_integer())));
        }
        let format = match kind {
            'd' | 'i' | 'u' => format!("{flags}d"),
            's' | 'r' | 'a' => String::new(),
            _ => format!("{flags}{kind}"),
        };
        if let Some(class) = self.unformattable(state, (value, None), &format) {
            return Err(vec![Choice::raise(class)]);
        }
        if matches!(kind, 'd' | 'i' | 'u' | 'x' | 'X' | 'o')
            && flags.chars().all(|c| c.is_ascii_digit())
            && let Some(number) = value.known_integer()
            && let Some(shown) = number_format::formatted(number, &format)
        {
            return Ok(Rope::text(&shown));
        }
        Ok(match (kind, value) {
            ('s', _) if flags.is_empty() => self.text_of(state, value),
            ('r' | 'a', _) if flags.is_empty() => self.repr_text(state, value),
            ('d' | 'i' | 'u', Value::Int(_)) if flags.is_empty() => self.text_of(state, value),
            ('d' | 'i' | 'u' | 'x' | 'X' | 'o', Value::Str(rope)) => {
                if let Some(source) = rope.plain_source() {
                    self.reshape(source, crate::shape::Shape::Integer);
                }
                return Err(vec![Choice::raise("TypeError")]);
            }
            ('f' | 'g' | 'e' | 'F' | 'G' | 'E', Value::Str(_)) => return Err(vec![Choice::raise("TypeError")]),
            ('d' | 'i' | 'u', Value::Bool(BoolTerm::Const(value))) => Rope::text(&i32::from(*value).to_string()),
            _ => self.unknown_text_of(state, value, "a `%` directive"),
        })
    }

    fn unmodelled_format(&mut self, state: &mut State, template: &Rope, values: &Value) -> Choices {
        let influence = self.influence(state, &[Value::Str(template.clone()), values.clone()]);
        let text = self.unknown_text(state, "a formatted text", influence, None);
        self.with_any_exception(state, vec![Choice::value(Value::Str(text))])
    }

    /// Evaluates `template.format(…)`.
    pub(crate) fn format_method(&mut self, state: &mut State, template: &Rope, arguments: &Arguments) -> Choices {
        let everything = Value::Tuple(arguments.all.clone().into());
        let (Some(pieces), Some(positional), false) =
            (split_template(template), arguments.positional.clone(), arguments.open_keywords)
        else {
            return self.unmodelled_format(state, template, &everything);
        };
        let mut whole = Rope::default();
        let mut next = 0;
        for piece in pieces {
            let text = match piece {
                Piece::Const { text, author: crate::rope::Author::Program } => text,
                other => {
                    whole.push(other);
                    continue;
                }
            };
            let Some(parts) = parse_braces(&text) else { return vec![Choice::raise("ValueError")] };
            for part in parts {
                let (name, conversion, spec) = match part {
                    TemplatePart::Text(text) => {
                        whole.append(&Rope::text(&text));
                        continue;
                    }
                    TemplatePart::Field { name, conversion, spec } => (name, conversion, spec),
                };
                let head: String = name.chars().take_while(|c| !matches!(c, '.' | '[')).collect();
                let value = if head.is_empty() {
                    next += 1;
                    positional.get(next - 1).cloned()
                } else if let Ok(position) = head.parse::<usize>() {
                    positional.get(position).cloned()
                } else {
                    arguments.keyword(&head).cloned()
                };
                let Some(value) = value else {
                    return vec![Choice::raise(if head.parse::<usize>().is_ok() || head.is_empty() {
                        "IndexError"
                    } else {
                        "KeyError"
                    })];
                };
                if head.len() < name.len() {
                    return self.unmodelled_format(state, template, &everything);
                }
                let spec = (!spec.contains('{')).then_some(spec.as_str());
                if let Some(class) = spec.and_then(|spec| self.unformattable(state, (&value, conversion), spec)) {
                    return vec![Choice::raise(class)];
                }
                let text = self.formatted(state, &value, conversion, spec);
                whole.append(&text);
            }
        }
        vec![Choice::value(Value::Str(whole))]
    }
}

/// Gives the pieces of a template that can be taken apart: the program's text must be in whole directives, so a template
/// with the attacker's parts is only split when its own text is balanced by itself.
fn split_template(template: &Rope) -> Option<Vec<Piece>> {
    let simple = template
        .pieces()
        .iter()
        .all(|piece| matches!(piece, Piece::Const { author: crate::rope::Author::Program, .. }));
    simple.then(|| template.pieces().to_vec())
}

/// Takes a `str.format` template apart; `None` where Python raises `ValueError`.
fn parse_braces(text: &str) -> Option<Vec<TemplatePart>> {
    let mut parts = Vec::new();
    let mut literal_text = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' if chars.peek() == Some(&'{') => {
                chars.next();
                literal_text.push('{');
            }
            '}' => {
                if chars.next() != Some('}') {
                    return None;
                }
                literal_text.push('}');
            }
            '{' => {
                parts.push(TemplatePart::Text(std::mem::take(&mut literal_text)));
                let mut depth = 1;
                let mut field = String::new();
                for c in chars.by_ref() {
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                    field.push(c);
                }
                if depth != 0 {
                    return None;
                }
                let (head, spec) = match field.split_once(':') {
                    Some((head, spec)) => (head, spec.to_owned()),
                    None => (field.as_str(), String::new()),
                };
                let (name, conversion) = match head.split_once('!') {
                    Some((name, conversion)) => (name.to_owned(), conversion.chars().next()),
                    None => (head.to_owned(), None),
                };
                parts.push(TemplatePart::Field { name, conversion, spec });
            }
            c => literal_text.push(c),
        }
    }
    parts.push(TemplatePart::Text(literal_text));
    Some(parts)
}
