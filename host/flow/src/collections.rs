//! Calls that make containers out of others, records and texts. Invariant: what is not known of the parts is in the
//! whole.

use std::rc::Rc;

use ir::instruction::Constant;

use crate::{
    calls::Evaluated,
    change::Change,
    constants, container,
    function_pass::Pass,
    language_set::LanguageSet,
    operators,
    records::{FIELDS, field_names},
    state::State,
    taint::{Key, Taints},
    text::{self, Piece, Text},
    trace::Clause,
    value::{Parts, Shape, Value},
};

impl<'a> Pass<'_, 'a> {
    /// Runs a call of one of Python's own callables that moves elements; `None` when it is another.
    pub(crate) fn built(&mut self, state: &mut State, call: &Evaluated<'a>) -> Option<Value> {
        if call.arguments.iter().any(|given| given.is_spread) {
            return None;
        }
        let name = call.names().next()?.to_owned();
        let first = call.nth(0).map(|first| &first.value);
        match name.as_str() {
            "list"
            | "tuple"
            | "collections.deque"
            | "reversed"
            | "iter"
            | "copy.copy"
            | "copy.deepcopy"
            | "collections.UserList" => {
                let Some(first) = first else { return Some(Value::sequence(Vec::new())) };
                Some(match name.as_str() {
                    "reversed" => container::backwards(first),
                    "list" | "tuple" | "collections.deque" => as_list(first),
                    _ => first.clone().loose(),
                })
            }
            "set" | "frozenset" => {
                let Some(first) = first else { return Some(Value::sequence(Vec::new())) };
                match first.constant.as_deref() {
                    Some(Constant::Tuple(items) | Constant::List(items)) => {
                        Some(Value::constant(Constant::Set(items.clone())))
                    }
                    Some(Constant::Set(_)) => Some(first.clone().loose()),
                    _ => Some(Value::sequence_of(first.element())),
                }
            }
            "dict" | "collections.OrderedDict" | "collections.UserDict" => Some(dict(call, first)),
            "collections.defaultdict" => Some(dict(call, call.nth(1).map(|given| &given.value))),
            "collections.ChainMap" => {
                let mut merged = empty_dict();
                let maps: Vec<&Value> = call.positional().map(|given| &given.value).collect();
                maps.into_iter().rev().for_each(|map| merged.update_with(map));
                Some(merged)
            }
            "collections.Counter" => {
                let mut counter = empty_dict();
                if let Some(first) = first {
                    counter.add_key(&first.element());
                }
                Some(counter)
            }
            "dict.fromkeys" => {
                let mut made = empty_dict();
                made.add_key(&first?.element());
                made.add_element(&call.nth(1).map(|given| given.value.clone()).unwrap_or_default());
                Some(made)
            }
            "types.SimpleNamespace" | "argparse.Namespace" => {
                let mut made = Value { parts: Some(Rc::default()), ..Value::default() };
                for given in &call.arguments {
                    made.set_part(&Key::Attribute(given.keyword?.into()), given.value.clone());
                }
                Some(made)
            }
            "zip" => Some(zipped(&call.positional().map(|given| &given.value).collect::<Vec<_>>())),
            "enumerate" => Some(enumerated(first?)),
            "next" => {
                let mut element = first?.element();
                if let Some(default) = call.nth(1) {
                    element.join(&default.value);
                }
                Some(element)
            }
            "len" => {
                let length = first?.length().map(|length| Value::constant(Constant::Int(length.to_string())));
                Some(length.unwrap_or_default())
            }
            "str" if call.arguments.len() == 1 => {
                if let Some(shown) = self.special_method(state, call.nth(0)?.operand, "__str__", Vec::new(), call.span)
                {
                    return Some(shown);
                }
                let text = operators::shown(first?);
                let mut shown = text.into_value();
                shown.is_fixed |= first?.is_fixed;
                shown.parts = None;
                let place = self.place(call.span);
                self.step(&mut shown, &Clause::Through("str".into()), place);
                Some(shown)
            }
            "int" | "bool" if call.arguments.len() == 1 => match (name.as_str(), first?.constant.as_deref()) {
                ("int", Some(Constant::Str(digits))) => {
                    let number: i64 = digits.trim().parse().ok()?;
                    Some(Value::constant(Constant::Int(number.to_string())))
                }
                ("int", Some(constant @ Constant::Int(_))) => Some(Value::constant(constant.clone())),
                ("bool", _) => first?.truth().map(|truth| Value::constant(Constant::Bool(truth))),
                _ => None,
            },
            "collections.namedtuple" | "typing.NamedTuple" => {
                let fields = field_names(&call.nth(1)?.value)?;
                let names = fields.into_iter().map(Constant::Str).collect();
                let mut made = Value { parts: Some(Rc::default()), ..Value::default() };
                made.set_part(&Key::Attribute(FIELDS.into()), Value::constant(Constant::Tuple(names)));
                Some(made)
            }
            "dataclasses.replace" | "copy.replace" => {
                let mut made = first?.clone().loose();
                for given in &call.arguments {
                    if let Some(name) = given.keyword {
                        made.set_part(&Key::Attribute(name.into()), given.value.clone());
                    }
                }
                Some(made)
            }
            "dataclasses.asdict" | "dataclasses.astuple" | "vars" => Some(self.as_plain(call, &name)),
            "getattr" | "setattr" => self.dynamic_attribute(state, call, &name),
            "print" => {
                let file = call.arguments.iter().find(|given| given.keyword == Some("file"))?;
                let mut taints = Taints::default();
                call.positional().for_each(|given| taints.join(&given.value.all_taints()));
                self.change(state, file.operand, Change::joining(None, &Value::tainted(taints)), call.span);
                Some(Value::default())
            }
            "format" if call.nth(1).is_some_and(|spec| is_numeric(&spec.value)) => Some(Value::default()),
            _ => self.record_method(call),
        }
    }

    /// Runs a method of text, some of which is known.
    pub(crate) fn text_method(&mut self, call: &Evaluated<'a>) -> Option<Value> {
        let (_, receiver) = call.receiver.as_ref()?;
        let method = call.method()?;
        let known = Text::known(receiver)?;
        let literal = |position: usize| match call.nth(position)?.value.constant.as_deref()? {
            Constant::Str(text) => Some(text.clone()),
            _ => None,
        };
        let is_once =
            call.nth(1).is_some_and(|count| count.value.constant.as_deref() == Some(&Constant::Int("1".into())));
        let pair = |(head, tail): (Text, Text)| Value::sequence(vec![head.into_value(), tail.into_value()]);
        let mut value = match method {
            "join" => joined(&known, &call.nth(0)?.value)?,
            "format" | "format_map" => formatted(&receiver_text(receiver)?, call)?,
            "split" if is_once => pair(known.cut_first(&literal(0)?)?),
            "rsplit" if is_once => pair(known.cut_last(&literal(0)?)?),
            "split" | "rsplit" if call.arguments.len() == 1 => known.split(&literal(0)?)?,
            "partition" | "rpartition" => {
                let separator = literal(0)?;
                let cut = if method == "partition" { known.cut_first(&separator) } else { known.cut_last(&separator) };
                let (head, tail) = cut?;
                Value::sequence(vec![head.into_value(), Text::literal(&separator).into_value(), tail.into_value()])
            }
            "replace" => {
                let new = Text::of(&call.nth(1)?.value);
                match literal(0) {
                    Some(old) if !old.is_empty() => known.replace(&old, &new).into_value(),
                    _ => {
                        let mut taints = known.taints();
                        taints.join(&new.taints());
                        Value::tainted(taints)
                    }
                }
            }
            _ => return None,
        };
        let name = format!(".{method}()");
        value.taints.map_clean(LanguageSet::without_facts);
        let place = self.place(call.span);
        self.step(&mut value, &Clause::Through(name.as_str().into()), place);
        Some(value)
    }
}

fn receiver_text(receiver: &Value) -> Option<String> {
    match receiver.constant.as_deref()? {
        Constant::Str(text) => Some(text.clone()),
        _ => None,
    }
}

pub(crate) fn empty_dict() -> Value {
    let parts = Parts { shape: Shape::Mapping, ..Parts::default() };
    Value { parts: Some(Rc::new(parts)), is_fixed: true, ..Value::default() }
}

fn as_list(value: &Value) -> Value {
    let is_sequence = value.parts.as_ref().is_some_and(|parts| parts.shape == Shape::Sequence);
    let is_constant = matches!(value.constant.as_deref(), Some(Constant::List(_) | Constant::Tuple(_)));
    let is_mapping = value.parts.as_ref().is_some_and(|parts| parts.shape == Shape::Mapping);
    if is_sequence || is_constant {
        value.clone().loose()
    } else if is_mapping || value.constant.is_some() {
        Value::sequence_of(value.element())
    } else {
        Value { taints: value.all_taints(), is_fixed: value.is_fixed, ..Value::default() }
    }
}

/// `dict(mapping or pairs, **more)`.
fn dict(call: &Evaluated<'_>, given: Option<&Value>) -> Value {
    let mut made = empty_dict();
    if let Some(given) = given {
        let is_mapping = matches!(given.constant.as_deref(), Some(Constant::Dict(_)))
            || given.parts.as_ref().is_some_and(|parts| parts.shape == Shape::Mapping);
        let pairs = given.length().filter(|length| !is_mapping && *length <= 64);
        if let Some(length) = pairs {
            for index in 0..length {
                add_pair(&mut made, &given.part(&Key::Int(index)));
            }
        } else if given.parts.as_ref().is_some_and(|parts| parts.shape == Shape::Sequence) {
            add_pair(&mut made, &given.element());
        } else {
            made.update_with(given);
        }
    }
    for argument in &call.arguments {
        if let Some(name) = argument.keyword {
            made.set_part(&Key::Str(name.into()), argument.value.clone());
        }
    }
    made
}

fn add_pair(made: &mut Value, pair: &Value) {
    let (key, value) = (pair.part(&Key::Int(0)), pair.part(&Key::Int(1)));
    match key.constant.as_deref().and_then(constants::key) {
        Some(key) => made.set_part(&key, value),
        None => {
            made.add_key(&key);
            made.add_to_any_part(&value);
        }
    }
}

fn zipped(columns: &[&Value]) -> Value {
    let lengths: Option<Vec<i64>> = columns.iter().map(|column| column.length()).collect();
    match lengths.and_then(|lengths| lengths.into_iter().min()) {
        Some(length) if length <= 64 => {
            let row = |at: i64| Value::sequence(columns.iter().map(|column| column.part(&Key::Int(at))).collect());
            Value::sequence((0..length).map(row).collect())
        }
        _ => Value::sequence_of(Value::sequence(columns.iter().map(|column| column.element()).collect())),
    }
}

fn enumerated(items: &Value) -> Value {
    match items.length() {
        Some(length) if length <= 64 => {
            let row = |at: i64| Value::sequence(vec![Value::default(), items.part(&Key::Int(at))]);
            Value::sequence((0..length).map(row).collect())
        }
        _ => Value::sequence_of(Value::sequence(vec![Value::default(), items.element()])),
    }
}

/// `separator.join(items)`.
fn joined(separator: &Text, items: &Value) -> Option<Value> {
    let length = items.length().filter(|length| *length <= 16 && Text::known(items).is_none())?;
    let texts = (0..length).map(|index| Text::of(&items.part(&Key::Int(index))));
    Some(text::joined(separator, texts).into_value())
}

fn is_numeric(spec: &Value) -> bool {
    matches!(spec.constant.as_deref(), Some(Constant::Str(text)) if operators::is_numeric_text(text))
}

/// `format.format(..)` for plain fields; `None` when a field is more than a name or a number.
fn formatted(format: &str, call: &Evaluated<'_>) -> Option<Value> {
    if call.arguments.iter().any(|given| given.is_spread) {
        return None;
    }
    let mut text = Text::default();
    let mut rest = format;
    let mut automatic = 0_usize;
    while let Some(at) = rest.find(['{', '}']) {
        let (literal, behind) = rest.split_at_checked(at)?;
        text.push(Piece::Literal(literal.to_owned()));
        if let Some(after) = behind.strip_prefix("{{").or_else(|| behind.strip_prefix("}}")) {
            text.push(Piece::Literal(behind.chars().take(1).collect()));
            rest = after;
            continue;
        }
        let (field, after) = behind.strip_prefix('{')?.split_once('}')?;
        rest = after;
        let (name, spec) = field.split_once(':').unwrap_or((field, ""));
        let (name, conversion) = name.split_once('!').unwrap_or((name, ""));
        if spec.contains('{') {
            return None;
        }
        let plain = name.split(['.', '[']).next().unwrap_or(name);
        let given = if plain.is_empty() {
            automatic += 1;
            call.nth(automatic - 1).map(|given| given.value.clone())
        } else if let Ok(position) = plain.parse::<usize>() {
            call.nth(position).map(|given| given.value.clone())
        } else if call.method() == Some("format_map") {
            call.nth(0).map(|given| given.value.part(&Key::Str(plain.into())))
        } else {
            call.arguments.iter().find(|given| given.keyword == Some(plain)).map(|given| given.value.clone())
        }?;
        if operators::is_numeric_text(spec) {
            text.push(Piece::Data(Taints::default()));
        } else if spec.is_empty() && conversion.is_empty() && plain == name {
            text.append(operators::shown(&given));
        } else {
            text.push(Piece::Data(given.all_taints()));
        }
    }
    text.push(Piece::Literal(rest.to_owned()));
    Some(text.into_value())
}
