//! Builtin functions. Invariant: one that raises for some values says so as a way of its own.

use std::rc::Rc;

use num_traits::{Signed, ToPrimitive};

use crate::{
    automata::language::Language,
    integer,
    interpreter::{
        Choice, Choices, Interpreter, Outcome, access::put, arithmetic::ways_of_truths, call::Arguments,
        hazard::Certain, number_format, operator::as_integer, text::any_character,
    },
    literal, regex,
    rope::Piece,
    state::State,
    term::{BoolTerm, IntTerm, IntVariable, Order},
    value::{Exception, Object, Value},
};

/// The texts that `int()` takes: white space but for ASCII's separators, a sign, digits of any script with single
/// underscores between them.
const INTEGER_TEXT: &str = r"[^\S\x1c-\x1f]*[+-]?\d+(?:_\d+)*[^\S\x1c-\x1f]*";

impl Interpreter<'_> {
    /// Calls a builtin; `None` when it is not modelled.
    pub(crate) fn call_builtin(&mut self, state: &mut State, name: &str, arguments: &Arguments) -> Option<Choices> {
        let listed = self.with_members_listed(state, name, arguments);
        let arguments = listed.as_ref().unwrap_or(arguments);
        let first = arguments.at(0).cloned();
        let count = arguments.count()?;
        let one = |value: Value| Some(vec![Choice::value(value)]);
        match (name, count) {
            ("str", 0) => one(Value::text("")),
            ("str", 1) if self.own_method(state, first.as_ref()?, "__str__").is_some() => {
                self.call_own(state, &first?, "__str__", Vec::new())
            }
            ("str", 1) => {
                let value = first?;
                if self.is_unwritable(state, &value, 6) {
                    return Some(vec![Choice::raise("ValueError")]);
                }
                let text = self.text_of(state, &value);
                one(Value::Str(text))
            }
            ("repr", 1) => {
                let value = first?;
                if self.is_unwritable(state, &value, 6) {
                    return Some(vec![Choice::raise("ValueError")]);
                }
                let text = self.repr_text(state, &value);
                one(Value::Str(text))
            }
            ("int", 0) => one(Value::number(0)),
            ("int", 1) => {
                let value = first?;
                let value = self.value_of_member(state, &value).unwrap_or(value);
                Some(self.integer_of(&value))
            }
            ("abs", 1) if self.own_method(state, first.as_ref()?, "__abs__").is_some() => {
                self.call_own(state, &first?, "__abs__", Vec::new())
            }
            ("bool", 0) => one(Value::truth(false)),
            ("bool", 1) if self.is_asked_for_truth(state, first.as_ref()?) => {
                self.call_written(state, "operator.truth", vec![first?])
            }
            ("bool", 1) => {
                let term = self.truth(state, &first?);
                one(Value::Bool(term))
            }
            ("float", 1) => self.float_of(state, &first?),
            ("len", 1) => self.length(state, &first?),
            ("isinstance", 2) => {
                let term = self.is_instance(state, &first?, arguments.at(1)?);
                one(Value::Bool(term))
            }
            ("print", _) if arguments.all.iter().any(|value| self.is_unwritable(state, value, 6)) => {
                Some(vec![Choice::raise("ValueError")])
            }
            ("print", _) => one(Value::None),
            ("pow", 2 | 3) => self.power_of(state, arguments.plain()?),
            ("hex" | "oct" | "bin", 1) => {
                let spec = match name {
                    "hex" => "#x",
                    "oct" => "#o",
                    _ => "#b",
                };
                let term = as_integer(&first?)?;
                one(Value::text(&number_format::formatted(term.as_const()?, spec)?))
            }
            ("range", 1..=3) => self.range(state, arguments),
            ("list" | "tuple" | "set" | "frozenset", 0) => one(self.empty(state, name)),
            ("list" | "tuple" | "set" | "frozenset", 1) => {
                let items = if name.ends_with("set") {
                    let items = self.known_items(state, &first?)?;
                    self.distinct(state, items)?
                } else {
                    self.ordered_items(state, &first?)?
                };
                one(match name {
                    "tuple" => Value::Tuple(items.into()),
                    "list" => Value::Object(state.allocate(Object::List(items))),
                    _ => Value::Object(state.allocate(Object::Set(items))),
                })
            }
            ("dict", 0) => {
                let entries = arguments.keywords.iter().map(|(key, value)| (Value::text(key), value.clone())).collect();
                one(Value::Object(state.allocate(Object::Dict(entries))))
            }
            ("enumerate", 1 | 2) => {
                let start = arguments.get(1, "start").map_or(Some(0), Value::as_number)?;
                let items = self.ordered_items(state, &first?)?;
                let pairs = (start..).zip(items).map(|(at, item)| Value::Tuple(Rc::new([Value::number(at), item])));
                let pairs = pairs.collect();
                one(self.made_iterator(state, pairs, &arguments.all))
            }
            ("zip", _) => {
                let mut columns = Vec::new();
                for value in arguments.positional.as_ref()? {
                    columns.push(self.ordered_items(state, value)?);
                }
                let size = columns.iter().map(Vec::len).min().unwrap_or(0);
                let rows = (0..size)
                    .map(|row| Value::Tuple(columns.iter().filter_map(|column| column.get(row).cloned()).collect()))
                    .collect();
                one(self.made_iterator(state, rows, &arguments.all))
            }
            ("reversed", 1) => {
                let mut items = self.ordered_items(state, &first?)?;
                items.reverse();
                one(self.made_iterator(state, items, &arguments.all))
            }
            ("sorted", 1) => self.sorted(state, arguments),
            ("_order_of", 1) => self.order_of(state, arguments),
            ("slice", 1..=3) => {
                let bounds = match arguments.positional.as_deref()? {
                    [upper] => [Value::None, upper.clone(), Value::None],
                    [lower, upper] => [lower.clone(), upper.clone(), Value::None],
                    [lower, upper, step] => [lower.clone(), upper.clone(), step.clone()],
                    _ => return None,
                };
                let value = self.fresh_opaque("a slice", self.influence(state, &arguments.all));
                if let Value::Opaque(opaque) = &value {
                    self.slices.insert(opaque.id, bounds);
                }
                one(value)
            }
            ("divmod", 2) => self.quotient_and_rest(arguments),
            ("next", 1 | 2) => self.next_call(state, &first?, arguments.at(1).cloned()),
            ("iter", 1) if self.own_method(state, first.as_ref()?, "__iter__").is_some() => {
                self.call_own(state, &first?, "__iter__", Vec::new())
            }
            ("iter", 1) => one(self.iterator(state, &first?)),
            ("abs", 1) if let Value::Float(number) = first.as_ref()? => one(Value::Float(number.abs())),
            ("abs", 1) => {
                let term = as_integer(&first?)?;
                match term.as_const() {
                    Some(number) => one(Value::number(number.abs())),
                    None => {
                        let negative = BoolTerm::compare(Order::Less, term.clone(), IntTerm::number(0));
                        let flipped = IntTerm::sub(&IntTerm::number(0), &term)?;
                        Some(vec![
                            Choice::value(Value::Int(flipped)).when(negative.clone()),
                            Choice::value(Value::Int(term)).when(negative.negate()),
                        ])
                    }
                }
            }
            ("min" | "max", 1..) => self.extreme(state, name, arguments),
            ("sum", 1) => {
                let items = self.known_items(state, &first?)?;
                let mut choices = Vec::new();
                for (when, items) in ways_of_truths(&items)? {
                    let mut total = IntTerm::number(0);
                    for item in &items {
                        total = IntTerm::add(&total, &as_integer(item)?)?;
                    }
                    choices.push(Choice::value(Value::Int(total)).when(when));
                }
                Some(choices)
            }
            ("any" | "all", 1) => {
                let items = self.known_items(state, &first?)?;
                let mut term = BoolTerm::Const(name == "all");
                for item in &items {
                    let truth = self.truth(state, item);
                    term = if name == "all" { term.and(truth) } else { term.or(truth) };
                }
                one(Value::Bool(term))
            }
            ("ord", 1) => {
                let text = first?.as_text()?;
                let mut chars = text.chars();
                match (chars.next(), chars.next()) {
                    (Some(c), None) => one(Value::number(u32::from(c))),
                    (Some(_) | None, _) => Some(vec![Choice::raise("TypeError")]),
                }
            }
            ("chr", 1) => {
                let code = as_integer(&first?)?;
                if let Some(number) = code.as_const() {
                    // Beyond 32 bits versions of Python differ in what they raise.
                    let number = number.to_i32()?;
                    if !(0..=0x10_ffff).contains(&number) {
                        return Some(vec![Choice::raise("ValueError")]);
                    }
                    return one(Value::text(&char::from_u32(u32::try_from(number).ok()?)?.to_string()));
                }
                let below = BoolTerm::compare(Order::Less, code.clone(), IntTerm::number(0));
                let above = BoolTerm::compare(Order::Less, IntTerm::number(0x10_ffff), code);
                let outside = below.or(above);
                let influence = self.influence(state, &arguments.all);
                let text = self.unknown_text(state, "a character by its number", influence, Some(any_character()));
                Some(vec![
                    Choice::value(Value::Str(text)).when(outside.clone().negate()),
                    Choice::raise("ValueError").when(outside),
                ])
            }
            ("hasattr", 2)
                if let Some(name) = arguments.at(1)?.as_text()
                    && let Some(has) = self.has_attribute(state, first.as_ref()?, &name) =>
            {
                one(Value::truth(has))
            }
            ("hasattr", 2) => {
                let influence = self.influence(state, &arguments.all);
                let term = self.fresh_condition("`hasattr`", influence);
                one(Value::Bool(term))
            }
            ("dict", 1) if arguments.keywords.is_empty() => {
                let mut entries = match &first {
                    Some(Value::Object(id)) => match state.object(*id)? {
                        Object::Dict(entries) => Some(entries.clone()),
                        _ => None,
                    },
                    _ => None,
                };
                if entries.is_none() {
                    let mut pairs = Vec::new();
                    for item in self.ordered_items(state, &first?)? {
                        match self.known_items(state, &item)?.as_slice() {
                            [key, value] if put(&mut pairs, (key.clone(), value.clone())) => {}
                            _ => return None,
                        }
                    }
                    entries = Some(pairs);
                }
                one(Value::Object(state.allocate(Object::Dict(entries?))))
            }
            ("getattr", 2) => {
                let name = arguments.at(1)?.as_text()?;
                Some(self.attribute(state, &first?, &name))
            }
            ("getattr", 3) => {
                let name = arguments.at(1)?.as_text()?;
                let default = arguments.at(2)?.clone();
                let mut choices = self.attribute(state, &first?, &name);
                for choice in &mut choices {
                    if matches!(&choice.outcome, Outcome::Raise(Exception { class: Some(class), .. })
                        if class.as_ref() == "builtins.AttributeError")
                    {
                        choice.outcome = Outcome::Value(default.clone());
                    }
                }
                // A property that runs may still raise the error that means "the default".
                if choices.iter().any(|choice| matches!(choice.outcome, Outcome::Enter(_))) {
                    None
                } else {
                    Some(choices)
                }
            }
            ("setattr", 3) => {
                let (value, name) = (first?, arguments.at(1)?.as_text()?);
                let given = arguments.at(2)?.clone();
                if let Some(choices) = self.controlled_store(state, &value, (&name, &given)) {
                    return Some(choices);
                }
                let Value::Object(id) = &value else { return None };
                let Some(Object::Instance { attributes, .. }) = state.object_mut(*id) else { return None };
                attributes.insert(name, given);
                one(Value::None)
            }
            ("object.__setattr__", 3) => {
                let (Value::Object(id), name) = (first?, arguments.at(1)?.as_text()?) else { return None };
                let given = arguments.at(2)?.clone();
                let Some(Object::Instance { attributes, .. }) = state.object_mut(id) else { return None };
                attributes.insert(name, given);
                one(Value::None)
            }
            ("type", 1) => one(self.type_of(state, &first?)?),
            ("issubclass", 2) => one(Value::truth(self.is_subclass(&first?, arguments.at(1)?)?)),
            ("super", 0) if arguments.keywords.is_empty() => self.parent(state),
            ("round", 1) => self.rounded(arguments),
            ("callable", 1) => match &first? {
                Value::Function(_) | Value::Class(_) => one(Value::truth(true)),
                Value::None
                | Value::Ellipsis
                | Value::Bool(_)
                | Value::Int(_)
                | Value::Float(_)
                | Value::Bytes(_)
                | Value::Tuple(_) => one(Value::truth(false)),
                value => {
                    let class = self.class_of(state, value)?;
                    let is_known = self.index.knows_bases(self.index.class(class)?);
                    let has_call = self.index.class_member(class, "__call__").is_some();
                    if has_call || is_known { one(Value::truth(has_call)) } else { None }
                }
            },
            ("exit" | "quit", _) => Some(vec![Choice::raise("SystemExit")]),
            ("object", 0) => None,
            _ if self.is_exception_class(&format!("builtins.{name}")) => {
                // A missing key is shown as `repr` gives it.
                let message = arguments.message().filter(|_| name != "KeyError");
                let exception = Exception { class: Some(format!("builtins.{name}").into()), message };
                one(Value::Exception(exception))
            }
            _ => None,
        }
    }

    fn empty(&mut self, state: &mut State, name: &str) -> Value {
        match name {
            "tuple" => Value::Tuple(Rc::new([])),
            "list" => Value::Object(state.allocate(Object::List(Vec::new()))),
            _ => Value::Object(state.allocate(Object::Set(Vec::new()))),
        }
    }

    /// Gives `int(value)`.
    fn integer_of(&mut self, value: &Value) -> Choices {
        match value {
            Value::Int(_) => vec![Choice::value(value.clone())],
            Value::Bool(BoolTerm::Const(truth)) => vec![Choice::value(Value::number(i32::from(*truth)))],
            Value::Str(rope) | Value::Bytes(rope) => {
                if let Some(text) = rope.known() {
                    return vec![match literal::parse_integer(&text) {
                        Some(number) => Choice::value(Value::number(number)),
                        None if text.is_ascii() => Choice::raise("ValueError"),
                        None if regex::full(INTEGER_TEXT).is_ok_and(|numbers| !numbers.accepts(&text)) => {
                            Choice::raise("ValueError")
                        }
                        // Digits of other scripts.
                        None => {
                            let number = Value::Int(self.fresh_integer());
                            return vec![Choice::value(number), Choice::raise("ValueError")];
                        }
                    }];
                }
                let language = regex::language(INTEGER_TEXT, regex::Flags::default(), regex::Mode::FullMatch);
                let number = match rope.plain_source() {
                    Some(source) => IntTerm::Variable(IntVariable::Parsed(source)),
                    None => match rope.pieces() {
                        [Piece::Number(term)] => return vec![Choice::value(Value::Int(term.clone()))],
                        _ => self.fresh_integer(),
                    },
                };
                let number = Choice::value(Value::Int(number));
                match language {
                    Ok(language) => {
                        let is_number = self.is_in(rope, &language);
                        vec![number.when(is_number.clone()), Choice::raise("ValueError").when(is_number.negate())]
                    }
                    Err(_) => vec![number, Choice::raise("ValueError")],
                }
            }
            Value::None => vec![Choice::raise("TypeError")],
            Value::Float(number) => vec![match integer::of_float(*number) {
                Some(whole) => Choice::value(Value::number(whole)),
                None => Choice::raise(if number.is_nan() { "ValueError" } else { "OverflowError" }),
            }],
            // What has no whole part raises; that is looked up where anybody sees it.
            Value::Opaque(opaque) if self.hazards.floats.contains(&opaque.id) => {
                let number = Value::Int(self.fresh_integer());
                vec![Choice::value(number)]
            }
            Value::Ellipsis
            | Value::Bool(_)
            | Value::Path(_)
            | Value::Tuple(_)
            | Value::Object(_)
            | Value::Function(_)
            | Value::Class(_)
            | Value::Global(_)
            | Value::Exception(_)
            | Value::Pattern(..)
            | Value::Match(..)
            | Value::Opaque(_) => {
                let number = Value::Int(self.fresh_integer());
                vec![Choice::value(number), Choice::raise("ValueError"), Choice::raise("TypeError")]
            }
        }
    }

    /// Gives `float(value)`: a number whose text is a number, an infinity or `nan`.
    fn float_of(&mut self, state: &mut State, value: &Value) -> Option<Choices> {
        if let Some(text) = value.as_text() {
            let plain = text.trim();
            let numeric = plain.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E'));
            return Some(vec![match plain.parse::<f64>() {
                Ok(number) if numeric => Choice::value(Value::Float(number)),
                Ok(_) => return None,
                Err(_) => Choice::raise("ValueError"),
            }]);
        }
        if self.certain(state, value) == Certain::Float {
            return Some(vec![Choice::value(value.clone())]);
        }
        if let Some(number) = as_integer(value)
            && let Some(number) = number.as_const()
        {
            return Some(vec![match integer::to_float(number) {
                Some(float) => Choice::value(Value::Float(float)),
                None => Choice::raise("OverflowError"),
            }]);
        }
        let is_number = self.certain(state, value).is_number();
        let opaque = match self.fresh_float("a float", self.influence(state, std::slice::from_ref(value))) {
            Value::Opaque(opaque) => opaque,
            _ => return None,
        };
        let shown = regex::language(
            r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?|-?inf|nan",
            regex::Flags { ascii: true, ..regex::Flags::default() },
            regex::Mode::FullMatch,
        )
        .ok()?;
        // The text form is narrowed now, under the name that the value's text will get.
        let key = format!("text of opaque#{}", opaque.id);
        let _ = self.unknown_text_named(state, &key, "a float", (opaque.influence, Some(shown)));
        let mut choices = vec![Choice::value(Value::Opaque(opaque))];
        if !is_number {
            choices.push(Choice::raise("ValueError"));
        }
        Some(choices)
    }

    fn length(&mut self, state: &mut State, value: &Value) -> Option<Choices> {
        let size = |size: usize| Some(vec![Choice::value(Value::number(size))]);
        match value {
            Value::Str(rope) => {
                let term = self.text_length(rope);
                Some(vec![Choice::value(Value::Int(term))])
            }
            Value::None | Value::Int(_) => Some(vec![Choice::raise("TypeError")]),
            Value::Tuple(items) => size(items.len()),
            Value::Object(id) => match state.object(*id)? {
                Object::Instance { .. } if let Some(items) = self.named_items(state, value) => size(items.len()),
                Object::Instance { .. } if self.own_method(state, value, "__len__").is_some() => {
                    self.call_own(state, value, "__len__", Vec::new())
                }
                Object::List(items) | Object::Set(items) => size(items.len()),
                Object::Dict(entries) => size(entries.len()),
                Object::Instance { .. }
                | Object::Iterator { .. }
                | Object::OpenIterator { .. }
                | Object::Generator { .. }
                | Object::Cell(_)
                | Object::Unknown(_) => self.some_length(state),
            },
            Value::Bytes(rope) if rope.known().is_some() => size(rope.known().map_or(0, |text| text.len())),
            Value::Opaque(_) if self.certain(state, value) != Certain::Items => self.some_length(state),
            Value::Opaque(_) | Value::Bytes(_) => {
                let number = self.fresh_integer();
                let size = BoolTerm::compare(Order::LessEqual, IntTerm::number(0), number.clone());
                Some(vec![Choice::value(Value::Int(number)).when(size)])
            }
            Value::Ellipsis
            | Value::Bool(_)
            | Value::Float(_)
            | Value::Path(_)
            | Value::Function(_)
            | Value::Class(_)
            | Value::Global(_)
            | Value::Exception(_)
            | Value::Pattern(..)
            | Value::Match(..) => None,
        }
    }

    fn some_length(&mut self, state: &State) -> Option<Choices> {
        let number = self.fresh_integer();
        let size = BoolTerm::compare(Order::LessEqual, IntTerm::number(0), number.clone());
        let choice = Choice::value(Value::Int(number)).when(size);
        Some(self.with_any_exception(state, vec![choice]))
    }
}

/// Gives the language of all decimal integers that `str(int)` writes.
pub(crate) fn decimal_numbers() -> Option<Language> {
    regex::language(
        "-?(0|[1-9][0-9]*)",
        regex::Flags { ascii: true, ..regex::Flags::default() },
        regex::Mode::FullMatch,
    )
    .ok()
}
