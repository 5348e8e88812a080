//! Binds a call's arguments to a function's parameters. Invariant: a call that Python refuses is refused here.

use std::collections::BTreeMap;

use ir::function::{BlockId, DefaultValue, Function, ParamKind};

use crate::{
    interpreter::{Interpreter, call::Arguments},
    state::{Delivery, Frame, State},
    value::{Closure, Influence, Object, Value},
};

impl Interpreter<'_> {
    /// Binds arguments to parameters; `None` where Python raises `TypeError`.
    pub(crate) fn bind(
        &mut self,
        state: &mut State,
        function: &Function,
        closure: &Closure,
        arguments: &Arguments,
    ) -> Option<Frame> {
        let mut frame = Frame {
            function: function.id,
            block: BlockId(0),
            index: 0,
            locals: vec![None; function.locals.len()],
            cells: (*closure.cells).clone(),
            exception: None,
            target: None,
            instead: None,
            undecided: BTreeMap::new(),
            loops: BTreeMap::new(),
            again: false,
            delivery: Delivery::Call,
            delegate: None,
            answer: None,
        };
        // A new activation has new variables; only free ones are shared with where the function was made.
        for local in &function.locals {
            if let Some(name) = &local.name
                && local.scope == ir::function::LocalScope::Captured
            {
                let cell = state.allocate(Object::Cell(None));
                frame.cells.insert(name.clone(), cell);
            }
        }
        let mut bound: Vec<(ir::function::LocalId, Value)> = Vec::new();
        let mut used = Vec::new();
        let mut next = 0;
        let receiver_only = arguments.positional.is_none();
        for (position, param) in function.params.iter().enumerate() {
            let positional = match param.kind {
                ParamKind::PositionalOnly | ParamKind::Normal => arguments.at(next).cloned(),
                ParamKind::VarArgs | ParamKind::KeywordOnly | ParamKind::VarKeywords => None,
            };
            let keyword = match param.kind {
                ParamKind::Normal | ParamKind::KeywordOnly => arguments.keyword(&param.name).cloned(),
                ParamKind::PositionalOnly | ParamKind::VarArgs | ParamKind::VarKeywords => None,
            };
            if keyword.is_some() {
                used.push(param.name.as_str());
            }
            let value = match param.kind {
                ParamKind::VarArgs => match &arguments.positional {
                    Some(all) => {
                        let rest = all.get(next..).unwrap_or_default().to_vec();
                        next = all.len().max(next);
                        Value::Tuple(rest.into())
                    }
                    None => self.unknown_argument(state, arguments),
                },
                ParamKind::VarKeywords => {
                    let rest: Vec<(Value, Value)> = arguments
                        .keywords
                        .iter()
                        .filter(|(name, _)| {
                            !function.params.iter().any(|p| {
                                matches!(p.kind, ParamKind::Normal | ParamKind::KeywordOnly) && p.name == *name
                            })
                        })
                        .map(|(name, value)| (Value::text(name), value.clone()))
                        .collect();
                    used.extend(arguments.keywords.iter().map(|(name, _)| name.as_str()));
                    if arguments.open_keywords {
                        self.unknown_argument(state, arguments)
                    } else {
                        Value::Object(state.allocate(Object::Dict(rest)))
                    }
                }
                ParamKind::PositionalOnly | ParamKind::Normal | ParamKind::KeywordOnly => match (positional, keyword) {
                    (Some(_), Some(_)) => return None,
                    (Some(value), None) => {
                        next += 1;
                        value
                    }
                    (None, Some(value)) => value,
                    (None, None) if receiver_only && position == 0 && closure.receiver.is_some() => {
                        closure.receiver.as_deref().cloned()?
                    }
                    (None, None) if receiver_only || arguments.open_keywords => self.unknown_argument(state, arguments),
                    (None, None) => self.default_value(state, function, closure, position)?,
                },
            };
            bound.push((param.local, value));
        }
        let too_many = arguments.positional.as_ref().is_some_and(|all| next < all.len());
        let unexpected = arguments.keywords.iter().any(|(name, _)| !used.contains(&name.as_str()));
        if too_many || unexpected {
            return None;
        }
        // Parameters that are captured live in their cells.
        for (local, value) in bound {
            let declared = function.local(local)?;
            match (&declared.name, declared.scope) {
                (Some(name), ir::function::LocalScope::Captured) => {
                    if let Some(cell) = frame.cells.get(name)
                        && let Some(Object::Cell(content)) = state.object_mut(*cell)
                    {
                        *content = Some(value);
                    }
                }
                (Some(_) | None, _) => {
                    if let Some(slot) = frame.locals.get_mut(local.0 as usize) {
                        *slot = Some(value);
                    }
                }
            }
        }
        Some(frame)
    }

    fn unknown_argument(&mut self, state: &State, arguments: &Arguments) -> Value {
        let influence = self.influence(state, &arguments.all);
        self.fresh_opaque("an argument passed by `*` or `**`", influence)
    }

    /// Gives a parameter's default value.
    pub(crate) fn default_value(
        &mut self,
        state: &mut State,
        function: &Function,
        closure: &Closure,
        position: usize,
    ) -> Option<Value> {
        let param = function.params.get(position)?;
        if let Some((_, value)) = closure.defaults.iter().find(|(name, _)| *name == param.name) {
            return Some(value.clone());
        }
        match param.default.as_ref()? {
            DefaultValue::Constant(constant) => {
                use ir::instruction::Constant;
                match constant {
                    // One object is shared by all calls, so its contents are not known.
                    Constant::List(_) | Constant::Dict(_) | Constant::Set(_) => Some(self.unknown_container(
                        state,
                        &format!("the shared default of `{}`", param.name),
                        Influence::Environment,
                    )),
                    Constant::None
                    | Constant::Bool(_)
                    | Constant::Int(_)
                    | Constant::Float(_)
                    | Constant::Str(_)
                    | Constant::Bytes(_)
                    | Constant::Ellipsis
                    | Constant::Tuple(_) => Some(self.constant(state, constant)),
                }
            }
            DefaultValue::Made(_) | DefaultValue::Other => {
                Some(self.fresh_opaque(&format!("the default of `{}`", param.name), Influence::Environment))
            }
        }
    }
}
