//! Shows an attack as Python. Invariant: pasting the call gives the inputs of the concrete run that broke the contract.

use model::{
    counterexample::{Binding, Counterexample, Replay},
    span::Span,
};

use crate::{
    assignment::Chosen,
    entry_state::FLOAT,
    integer,
    interpreter::Interpreter,
    literal,
    shape::Shape,
    source::{Chooser, Origin, Sort},
    state::{Presence, State},
    term::BoolTerm,
    tiers::concrete::Confirmed,
    value::{Object, Value},
};

/// How deep returned containers are shown.
const SHOWN_DEPTH: u32 = 4;

/// The most steps of a counterexample that are kept.
const STEPS: usize = 400;

impl Interpreter<'_> {
    /// Shows a confirmed attack.
    pub(crate) fn show(&self, confirmed: &Confirmed) -> Counterexample {
        let mut parameters = Vec::new();
        let mut expressions = Vec::new();
        for (id, source) in self.sources.iter() {
            if source.chooser != Chooser::Attacker || self.shapes.get(&id).is_some_and(|s| *s == Shape::Resource) {
                continue;
            }
            let sort = match self.shapes.get(&id) {
                Some(Shape::Integer) => Sort::Integer,
                Some(Shape::Resource | Shape::Tree) => continue,
                None => source.sort,
            };
            let value = match (confirmed.assignment.values.get(&id), sort) {
                (Some(Chosen::Text(text)), Sort::Bytes) => format!("b{}", literal::string(text)),
                (Some(Chosen::Text(text)), Sort::Text | Sort::Integer | Sort::Boolean) => double_quoted(text),
                (Some(Chosen::Number(number)), _) => integer::literal(number),
                (Some(Chosen::Truth(true)), _) | (None, Sort::Boolean) => "True".to_owned(),
                (Some(Chosen::Truth(false)), _) => "False".to_owned(),
                (Some(Chosen::Absent), _) => "None".to_owned(),
                (None, Sort::Integer) => "1".to_owned(),
                (None, Sort::Bytes) => format!("b{}", literal::string(&confirmed.assignment.harmless)),
                (None, Sort::Text) => double_quoted(&confirmed.assignment.harmless),
            };
            let value = match confirmed.assignment.values.get(&id) {
                Some(Chosen::Text(text)) => stood_for(&source.name, text).unwrap_or(value),
                Some(Chosen::Number(_) | Chosen::Truth(_) | Chosen::Absent) | None => {
                    stood_for(&source.name, &confirmed.assignment.harmless).unwrap_or(value)
                }
            };
            let is_parameter = matches!(source.parameter, Origin::Parameter(_));
            let binding = Binding { name: source.name.to_string(), value, is_parameter };
            match source.parameter {
                Origin::Parameter(position) => parameters.push((position, binding)),
                // Its parts say what it is.
                Origin::Expression | Origin::Sent
                    if confirmed.assignment.is_ordinary(id) && self.met_in_parts(id).is_some() => {}
                Origin::Expression | Origin::Sent
                    if confirmed.state.presence.get(&id) == Some(&Presence::Present)
                        || confirmed.assignment.is_chosen_text(id) =>
                {
                    expressions.push(binding);
                }
                // What may be anything harmless needs no mention.
                Origin::Field if !confirmed.assignment.is_ordinary(id) => expressions.push(binding),
                Origin::Expression | Origin::Sent | Origin::Field => {}
            }
        }
        let float = confirmed.assignment.float_bits.map_or(FLOAT, f64::from_bits);
        let float = if float.is_finite() { format!("{float:?}") } else { format!("float('{float}')").to_lowercase() };
        for (position, name) in self.float_parameters() {
            parameters.push((position, Binding { name, value: float.clone(), is_parameter: true }));
        }
        for (position, layout) in &confirmed.assignment.layouts {
            let param = self.entry_function().and_then(|function| function.params.get(*position as usize));
            if let Some(param) = param {
                let value = self.shown_layout(layout, &confirmed.assignment);
                parameters.push((*position, Binding { name: param.name.clone(), value, is_parameter: true }));
            }
        }
        // Where no float was chosen, what was shown holds for each.
        let floats = self.entry_function().into_iter().flat_map(|function| (0_u32..).zip(&function.params));
        for (position, param) in floats {
            let is_float = matches!(param.annotation.as_deref(), Some("float" | "builtins.float"));
            if is_float && param.default.is_none() && !parameters.iter().any(|(at, _)| *at == position) {
                let binding = Binding { name: param.name.clone(), value: float.clone(), is_parameter: true };
                parameters.push((position, binding));
            }
        }
        parameters.sort_by_key(|(position, _)| *position);
        let parameters: Vec<Binding> = parameters.into_iter().map(|(_, binding)| binding).collect();
        let call = self.shown_call(&parameters, &expressions);
        let injected = confirmed
            .text
            .injected
            .iter()
            .map(|range| {
                let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
                Span::new(at(range.start), at(range.end))
            })
            .collect();
        Counterexample {
            bindings: parameters.into_iter().chain(expressions).collect(),
            call,
            sink_value: match self.shown_result(confirmed) {
                Some(result) if confirmed.text.text.is_empty() => result,
                Some(_) | None => confirmed.text.text.clone(),
            },
            injected,
            explanation: confirmed.explanation.clone(),
            replay: Replay::NotRun,
        }
    }

    /// Notes a step of a concrete run, where it is in the contract's file.
    pub(crate) fn note_step(&self, state: &mut State, span: Span) {
        let function = state.frame().and_then(|frame| self.index.program.function(frame.function));
        let is_here = function.is_some_and(|function| function.file == self.contract.file);
        if is_here && state.trail.len() < STEPS && state.trail.last() != Some(&span) {
            state.trail.push(span);
        }
    }

    /// Shows what a checked call returned or raised: the checking function's local `__raised__` or `__return__`.
    fn shown_result(&self, confirmed: &Confirmed) -> Option<String> {
        if let Some(class) = &confirmed.raised {
            return Some(format!("raises {class}"));
        }
        let frame = confirmed.state.frame()?;
        let function = self.index.function(frame.function)?;
        let value = |name: &str| {
            let local = function.locals.iter().position(|local| local.name.as_deref() == Some(name))?;
            frame.locals.get(local)?.as_ref()
        };
        if let Some(Value::Exception(exception)) = value("__raised__") {
            let class = exception.class.as_deref()?;
            return Some(format!("raises {}", class.strip_prefix("builtins.").unwrap_or(class)));
        }
        let shown = shown_value(&confirmed.state, value("__return__")?, SHOWN_DEPTH)?;
        Some(format!("returns {shown}"))
    }

    fn shown_call(&self, parameters: &[Binding], expressions: &[Binding]) -> String {
        let Some(function) = self.entry_function() else { return String::new() };
        let mut arguments = Vec::new();
        for (position, param) in function.params.iter().enumerate() {
            if position == 0 && function.class.is_some() && matches!(param.name.as_str(), "self" | "cls") {
                continue;
            }
            match parameters.iter().find(|binding| binding.name == param.name) {
                Some(binding) => arguments.push(format!("{}={}", param.name, binding.value)),
                None if param.default.is_some() => {}
                None => match param.kind {
                    ir::function::ParamKind::VarArgs => arguments.push(format!("*{}", param.name)),
                    ir::function::ParamKind::VarKeywords => arguments.push(format!("**{}", param.name)),
                    ir::function::ParamKind::PositionalOnly | ir::function::ParamKind::Normal => {
                        arguments.push(if arguments.iter().any(|argument| argument.contains('=')) {
                            format!("{0}={0}", param.name)
                        } else {
                            param.name.clone()
                        });
                    }
                    ir::function::ParamKind::KeywordOnly => arguments.push(format!("{0}={0}", param.name)),
                },
            }
        }
        let mut call = if function.name == "<module>" {
            "# when the module is run".to_owned()
        } else {
            format!("{}({})", function.qualname, arguments.join(", "))
        };
        if !expressions.is_empty() {
            let shown: Vec<String> =
                expressions.iter().map(|binding| format!("{} = {}", binding.name, binding.value)).collect();
            call.push_str(if call.starts_with('#') { ": " } else { "  # " });
            call.push_str(&shown.join(", "));
        }
        call
    }
}

/// Writes a known value as a Python literal; `None` where a part of it is not known or has no literal.
fn shown_value(state: &State, value: &Value, depth: u32) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    let all =
        |items: &[Value]| -> Option<Vec<String>> { items.iter().map(|item| shown_value(state, item, depth)).collect() };
    Some(match value {
        Value::None => "None".to_owned(),
        Value::Bool(BoolTerm::Const(true)) => "True".to_owned(),
        Value::Bool(BoolTerm::Const(false)) => "False".to_owned(),
        Value::Float(number) if number.is_finite() => format!("{number:?}"),
        Value::Tuple(items) => match all(items)?.as_slice() {
            [only] => format!("({only},)"),
            items => format!("({})", items.join(", ")),
        },
        Value::Object(id) => match state.object(*id)? {
            Object::List(_) | Object::Dict(_) if state.views.contains_key(id) || state.special.contains_key(id) => {
                return None;
            }
            Object::List(items) => format!("[{}]", all(items)?.join(", ")),
            Object::Set(items) if items.is_empty() => "set()".to_owned(),
            Object::Set(items) => format!("{{{}}}", all(items)?.join(", ")),
            Object::Dict(entries) => {
                let pairs = entries.iter().map(|(key, value)| {
                    Some(format!("{}: {}", shown_value(state, key, depth)?, shown_value(state, value, depth)?))
                });
                format!("{{{}}}", pairs.collect::<Option<Vec<String>>>()?.join(", "))
            }
            Object::Instance { .. }
            | Object::Iterator { .. }
            | Object::OpenIterator { .. }
            | Object::Generator { .. }
            | Object::Cell(_)
            | Object::Unknown(_) => return None,
        },
        other => match (other.known_integer(), other.as_text()) {
            (Some(number), _) => integer::literal(number),
            (None, Some(text)) => literal::string(&text),
            (None, None) => return None,
        },
    })
}

/// Gives the value that a function such as `nondet_int` makes of a text; `None` for other sources.
fn stood_for(name: &str, text: &str) -> Option<String> {
    let (function, _) = name.split_once('(')?;
    match function {
        "nondet_int" | "nondet_uint" | "nondet_float" => Some(text.trim().to_owned()),
        "nondet_bool" => Some(if text == "1" { "True" } else { "False" }.to_owned()),
        _ => None,
    }
}

/// Writes a string with double quotes where that needs no escapes; people read attack strings most easily so.
fn double_quoted(text: &str) -> String {
    let plain = text.chars().all(|c| c == ' ' || !c.is_control() && !c.is_whitespace()) && !text.contains(['"', '\\']);
    if plain { format!("\"{text}\"") } else { literal::string(text) }
}
