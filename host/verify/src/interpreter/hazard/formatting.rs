//! What making text of values may raise unseen. Invariant: a format is listed with the types that it takes; what is not
//! listed may raise anything.

use crate::{
    integer,
    interpreter::{
        Interpreter,
        arithmetic::exceeds_floats,
        hazard::{Certain, DIGITS, Hazard},
        number_format,
    },
    state::State,
    value::{Object, Value},
};

impl Interpreter<'_> {
    /// Says what the `%` of a text may raise; only simple directives are listed.
    pub(crate) fn percent_hazard(&mut self, state: &mut State, template: &Value, values: &Value) -> Hazard {
        let unseen = || Hazard::Unseen("`%` of a text".to_owned());
        let Some(text) = template.as_text() else { return unseen() };
        let is_tuple = matches!(values, Value::Tuple(_));
        let values: Vec<Value> = match values {
            Value::Tuple(items) => items.to_vec(),
            other if self.certain(state, other) == Certain::Dict => return unseen(),
            other => vec![other.clone()],
        };
        let mut values = values.into_iter();
        let mut hazard = Hazard::Shown;
        let mut rest = text.as_str();
        while let Some((_, behind)) = rest.split_once('%') {
            let Some(kind) = behind.chars().next() else { return unseen() };
            rest = behind.get(kind.len_utf8()..).unwrap_or_default();
            if kind == '%' {
                continue;
            }
            // That values are missing, or left over, is shown by evaluation.
            let Some(value) = values.next() else { return hazard };
            hazard = hazard.and(match kind {
                's' => self.text_hazard(state, &value),
                'r' | 'a' => self.text_hazard(state, &value),
                'd' | 'i' => match self.certain(state, &value) {
                    Certain::Int | Certain::Bool => self.text_hazard(state, &value),
                    Certain::Float => unseen(),
                    kind if kind.is_closed() => Hazard::Raises("TypeError"),
                    _ => unseen(),
                },
                'f' | 'g' | 'e' => match self.certain(state, &value) {
                    kind if kind.is_number() => self.float_hazard(state, &value),
                    kind if kind.is_closed() => Hazard::Raises("TypeError"),
                    _ => unseen(),
                },
                _ => return unseen(),
            });
        }
        match values.next() {
            // What is left of a tuple is shown by evaluation; whatever has items may be left.
            Some(left) if !is_tuple => match self.certain(state, &left) {
                Certain::None | Certain::Bool | Certain::Int | Certain::Float | Certain::Str => {
                    hazard.and(Hazard::Raises("TypeError"))
                }
                _ => unseen(),
            },
            Some(_) | None => hazard,
        }
    }

    /// Says what may be raised when a value becomes text as `str` and `repr` make it.
    pub(crate) fn text_hazard(&mut self, state: &State, value: &Value) -> Hazard {
        let is_own = ["__str__", "__repr__"].iter().any(|name| self.own_method(state, value, name).is_some());
        if is_own || matches!(value, Value::Exception(_)) {
            // The method is run, or the text is the message's.
            return Hazard::unless(
                !is_own || self.own_method(state, value, "__str__").is_some(),
                "the text of an object",
            );
        }
        if !self.is_plain(state, value) {
            return Hazard::Unseen("the text of a value whose type is not known".to_owned());
        }
        if self.is_unwritable(state, value, 6) {
            return Hazard::Raises("ValueError");
        }
        let mut integers = Vec::new();
        collect_integers(state, value, 6, &mut integers);
        let (known, open): (Vec<_>, Vec<_>) = integers.iter().partition(|number| number.known_integer().is_some());
        if known.iter().any(|number| self.is_unwritable(state, number, 1)) {
            return Hazard::Unseen("the text of an object with a large integer".to_owned());
        }
        let small = open.iter().all(|number| self.is_small(state, number));
        if small { Hazard::Shown } else { Hazard::Beyond(vec![&DIGITS]) }
    }

    /// Tells whether a value is, or holds, a known integer that has more digits than Python makes text of.
    pub(crate) fn is_unwritable(&self, state: &State, value: &Value, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let any = |items: &[Value]| items.iter().any(|item| self.is_unwritable(state, item, depth));
        match value {
            Value::Int(term) => term.as_const().is_some_and(|number| !integer::has_text(number)),
            Value::Tuple(items) => any(items),
            Value::Object(id) => match state.object(*id) {
                Some(Object::List(items) | Object::Set(items)) => any(items),
                Some(Object::Dict(entries)) => entries.iter().any(|(key, value)| {
                    self.is_unwritable(state, key, depth) || self.is_unwritable(state, value, depth)
                }),
                Some(
                    Object::Instance { .. }
                    | Object::Iterator { .. }
                    | Object::OpenIterator { .. }
                    | Object::Generator { .. }
                    | Object::Cell(_)
                    | Object::Unknown(_),
                )
                | None => false,
            },
            _ => false,
        }
    }

    /// Gives what `format(value, spec)` certainly raises for want of digits, or of room in a float.
    pub(crate) fn unformattable(
        &self,
        state: &State,
        (value, conversion): (&Value, Option<char>),
        spec: &str,
    ) -> Option<&'static str> {
        let kind = spec.chars().last();
        match value {
            Value::Int(_) if conversion.is_none() && matches!(kind, Some('x' | 'X' | 'o' | 'b' | 'c')) => None,
            Value::Int(_) if conversion.is_none() && matches!(kind, Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%')) => {
                exceeds_floats(value).then_some("OverflowError")
            }
            _ if conversion.is_none() && !spec.is_empty() && !matches!(value, Value::Int(_)) => None,
            _ => self.is_unwritable(state, value, 6).then_some("ValueError"),
        }
    }

    /// Says what `format(value, spec)` may raise; a `spec` that is not known is `None`.
    pub(crate) fn formatting_hazard(
        &mut self,
        state: &State,
        value: &Value,
        conversion: Option<char>,
        spec: Option<&str>,
    ) -> Hazard {
        // The text of an object with a method of its own is not run by an f-string's evaluation.
        if matches!(self.certain(state, value), Certain::Instance(_)) && !self.is_plain(state, value) {
            return Hazard::Unseen("the text of an object".to_owned());
        }
        let Some(spec) = spec else { return Hazard::Unseen("a format that is not known".to_owned()) };
        if let Some(class) = self.unformattable(state, (value, conversion), spec) {
            return Hazard::Raises(class);
        }
        if conversion.is_none()
            && let Some(number) = value.known_integer()
            && number_format::formatted(number, spec).is_some()
        {
            return Hazard::Shown;
        }
        let of_text = self.text_hazard(state, value);
        if spec.is_empty() {
            return of_text;
        }
        let kind = if conversion.is_some() { Certain::Str } else { self.certain(state, value) };
        let plain = spec.trim_start_matches(['<', '>', '^', '0']);
        let (width, precise) = plain.split_once('.').unwrap_or((plain, ""));
        let digits = |text: &str| text.len() <= 3 && text.chars().all(|c| c.is_ascii_digit());
        let last = spec.chars().last().unwrap_or(' ');
        let without = |text: &str| text.trim_end_matches(last).trim_end_matches(',').to_owned();
        let is_sized =
            digits(&without(width)) && digits(&without(precise)) || digits(width) && digits(&without(precise));
        match kind {
            Certain::Int | Certain::Bool
                if is_sized && matches!(last, 'd' | 'x' | 'X' | 'b' | 'o' | 'n' | ',' | '0'..='9') =>
            {
                if precise.is_empty() { of_text } else { Hazard::Unseen("a format".to_owned()) }
            }
            Certain::Int | Certain::Bool | Certain::Float if is_sized && matches!(last, 'f' | 'e' | 'g' | '%') => {
                self.float_hazard(state, value)
            }
            Certain::Float if is_sized && (last == ',' || last.is_ascii_digit()) => of_text,
            Certain::Str if is_sized && (last == 's' || last.is_ascii_digit()) && !spec.starts_with('0') => of_text,
            Certain::None | Certain::Tuple | Certain::List | Certain::Dict | Certain::Set => {
                Hazard::Raises("TypeError")
            }
            Certain::Str if is_sized && matches!(last, 'd' | 'f' | 'e' | 'g' | 'x' | 'b' | 'o' | 'n' | '%') => {
                Hazard::Raises("ValueError")
            }
            Certain::Int | Certain::Bool | Certain::Float if is_sized && last == 's' => Hazard::Raises("ValueError"),
            Certain::Float if is_sized && last == 'd' => Hazard::Raises("ValueError"),
            _ => Hazard::Unseen("a format".to_owned()),
        }
    }

    /// Says what may be raised when texts are joined.
    pub(crate) fn join_hazard(&mut self, state: &mut State, items: &Value) -> Hazard {
        let iteration = self.iteration_hazard(state, items);
        let known = match self.known_items(state, items) {
            Some(items) => items.iter().all(|item| self.certain(state, item) == Certain::Str),
            None => matches!(self.certain(state, items), Certain::Str),
        };
        // That an item is no text is shown where the items are known.
        let closed = self
            .known_items(state, items)
            .is_some_and(|items| items.iter().all(|item| self.certain(state, item).is_closed()));
        iteration.and(Hazard::unless(known || closed, "a join of values whose types are not known"))
    }
}

/// Lists the integers in a value.
fn collect_integers(state: &State, value: &Value, depth: u32, found: &mut Vec<Value>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match value {
        Value::Int(_) => found.push(value.clone()),
        Value::Tuple(items) => items.iter().for_each(|item| collect_integers(state, item, depth, found)),
        Value::Object(id) => match state.object(*id) {
            Some(Object::List(items) | Object::Set(items)) => {
                items.iter().for_each(|item| collect_integers(state, item, depth, found));
            }
            Some(Object::Dict(entries)) => {
                for (key, value) in entries {
                    collect_integers(state, key, depth, found);
                    collect_integers(state, value, depth, found);
                }
            }
            Some(Object::Instance { attributes, .. }) => {
                attributes.values().for_each(|item| collect_integers(state, item, depth, found));
            }
            Some(
                Object::Iterator { .. }
                | Object::OpenIterator { .. }
                | Object::Generator { .. }
                | Object::Cell(_)
                | Object::Unknown(_),
            )
            | None => {}
        },
        _ => {}
    }
}
