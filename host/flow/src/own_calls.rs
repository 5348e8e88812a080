//! Calls of the program's own functions: arguments go in, summaries come out. Invariant: a callee's parameters in a
//! summary are replaced by what this very call passes, so that two calls don't mix.

use std::{collections::BTreeMap, rc::Rc};

use ir::{
    function::{Function, ParamKind},
    instruction::{Callee, Operand},
    program::FunctionId,
};

use crate::{
    calls::Evaluated,
    function_pass::{Pass, Phase},
    project::Cell,
    project_index::{Binding, binding, is_receiver},
    state::State,
    summary::{Passed, Summary},
    taint::{Key, Origin, Taint, Taints},
    trace::Clause,
    types::Type,
    value::Value,
};

impl<'a> Pass<'_, 'a> {
    /// A call of functions of the program.
    pub(crate) fn own_call(&mut self, state: &mut State, call: &Evaluated<'a>) -> Value {
        let mut result: Option<Value> = None;
        self.publish_captured(state);
        for target in &call.called.targets {
            let Some(function) = self.analysis.project.program.function(*target) else { continue };
            let bound = bind(function, call);
            self.pass_arguments(call, *target, &bound);
            self.apply_effects(state, call, function, &bound);
            let summary = self.analysis.summaries.get(target);
            let result_of = |summary: &Summary| match call.called.constructs {
                Some(_) => summary.object.clone(),
                None => summary.returns.clone(),
            };
            let mut value = match summary.and_then(result_of) {
                Some(returns) => self.instantiated(&returns, call, function, &bound),
                None => Value::default(),
            };
            value.home = None;
            match &mut result {
                Some(result) => result.join(&value),
                none => *none = Some(value),
            }
        }
        if let Some((Operand::Local(local), _)) = &call.receiver
            && !self.classes_of(&Operand::Local(*local)).is_empty()
        {
            // The method may have stored anything in the object's fields.
            state.update(*local, |value| value.parts = None);
        }
        result.unwrap_or_default()
    }

    fn pass_arguments(&mut self, call: &Evaluated<'a>, target: FunctionId, bound: &BTreeMap<u32, Value>) {
        if self.phase == Phase::Settling {
            return;
        }
        let place = self.place(call.span);
        for (param, value) in bound.iter().filter(|(_, value)| value.is_tainted()) {
            let value = Rc::new(value.clone());
            self.summary.passes.push(Passed { target, param: *param, value, call: place });
        }
    }

    fn apply_effects(
        &mut self,
        state: &mut State,
        call: &Evaluated<'a>,
        function: &Function,
        bound: &BTreeMap<u32, Value>,
    ) {
        let effects = self.analysis.summaries.get(&function.id).map(|summary| summary.effects.clone());
        for ((index, key), value) in effects.unwrap_or_default() {
            let value = self.instantiated(&value, call, function, bound);
            let offset = receiver_offset(function, call);
            let operand = match (index as usize).checked_sub(offset) {
                None => call.receiver.as_ref().map(|(operand, _)| *operand),
                Some(position) => {
                    let named = function.params.get(index as usize).map(|param| param.name.as_str());
                    let by_name =
                        || call.arguments.iter().find(|argument| argument.keyword == named && named.is_some());
                    call.nth(position).or_else(by_name).map(|argument| argument.operand)
                }
            };
            if let Some(operand) = operand.filter(|_| value.is_tainted()) {
                self.change(state, operand, key.as_ref(), &value, call.span);
            }
        }
    }

    /// Puts the arguments in the place of a callee's parameters.
    fn instantiated(
        &mut self,
        value: &Value,
        call: &Evaluated<'a>,
        function: &Function,
        bound: &BTreeMap<u32, Value>,
    ) -> Value {
        let mut result = Value { constant: value.constant.clone(), ..Value::default() };
        result.taints = self.instantiated_taints(&value.taints, call, function, bound);
        if let Some(parts) = &value.parts {
            let mut copy = (**parts).clone();
            for part in copy.entries.values_mut() {
                let taints = self.instantiated_taints(&part.all_taints(), call, function, bound);
                *part = Value { taints, constant: part.constant.clone(), ..Value::default() };
            }
            result.parts = Some(Rc::new(copy));
        }
        result
    }

    fn instantiated_taints(
        &mut self,
        taints: &Taints,
        call: &Evaluated<'a>,
        function: &Function,
        bound: &BTreeMap<u32, Value>,
    ) -> Taints {
        let place = self.place(call.span);
        let callee: Rc<str> = function.name.as_str().into();
        let mut result = Taints::default();
        for taint in taints.iter() {
            match &taint.origin {
                Origin::Param { function: owner, index, part } if *owner == function.id => {
                    let Some(argument) = bound.get(index) else { continue };
                    let passed =
                        part.as_ref().map_or_else(|| argument.all_taints(), |key| argument.part(key).all_taints());
                    let name: Rc<str> =
                        function.params.get(*index as usize).map_or("", |param| param.name.as_str()).into();
                    for given in passed.iter() {
                        let trace = &mut self.analysis.trace;
                        let node =
                            trace.extend(given.node, place, Clause::Passed(Rc::clone(&callee), Rc::clone(&name)));
                        let node = trace.splice(node, taint.node);
                        let node = trace.extend(node, place, Clause::Returned(Rc::clone(&callee)));
                        result.add(Taint {
                            origin: given.origin.clone(),
                            clean: given.clean.union(taint.clean),
                            confidence: given.confidence.min(taint.confidence),
                            node,
                        });
                    }
                }
                Origin::Param { .. } | Origin::Source { .. } | Origin::Cell { .. } => {
                    let node = self.analysis.trace.extend(taint.node, place, Clause::Returned(Rc::clone(&callee)));
                    result.add(Taint { node, ..taint.clone() });
                }
            }
        }
        result
    }

    /// An object of a class of the program that has no `__init__` there.
    pub(crate) fn plain_object(&mut self, call: &Evaluated<'a>, class: ir::program::ClassId) -> Value {
        let mut object = Value::default();
        for argument in &call.arguments {
            match argument.keyword {
                Some(name) => {
                    let key = Key::Attribute(name.into());
                    object.set_part(&key, argument.value.clone());
                    self.store(&Cell::Field(class, name.into()), &argument.value);
                }
                None => object.taints.join(&argument.value.all_taints()),
            }
        }
        object
    }

    /// Functions of the program that are given to a library call may be called with the other arguments.
    pub(crate) fn callbacks(&mut self, call: &Evaluated<'a>) {
        if self.phase == Phase::Settling {
            return;
        }
        let mut targets: Vec<FunctionId> = Vec::new();
        for argument in &call.arguments {
            let types = match argument.operand {
                Operand::Local(local) => self.analysis.types.local(self.function.id, *local),
                Operand::Global(path) => {
                    targets.extend(self.analysis.project.function(path));
                    None
                }
                Operand::Constant(_) => None,
            };
            targets.extend(types.into_iter().flat_map(|types| types.iter()).filter_map(|of| match of {
                Type::Function(id) => Some(*id),
                Type::Instance(_) | Type::Class(_) | Type::Path(_) => None,
            }));
        }
        if targets.is_empty() {
            return;
        }
        let taints = call.all_taints();
        if taints.is_empty() {
            return;
        }
        let place = self.place(call.span);
        for target in targets {
            let Some(function) = self.analysis.project.program.function(target) else { continue };
            for (position, _) in function.params.iter().enumerate().filter(|(at, _)| !is_receiver(function, *at)) {
                let param = u32::try_from(position).unwrap_or(u32::MAX);
                let value = Rc::new(Value::tainted(taints.clone()));
                self.summary.passes.push(Passed { target, param, value, call: place });
            }
        }
    }
}

/// How many parameters come before the first written argument.
fn receiver_offset(function: &Function, call: &Evaluated<'_>) -> usize {
    let is_bound = match call.callee {
        _ if call.called.constructs.is_some() => true,
        Callee::Method { .. } => true,
        Callee::Value(Operand::Global(_)) => binding(function) == Binding::Class,
        Callee::Value(Operand::Local(_) | Operand::Constant(_)) => true,
    };
    usize::from(is_bound && is_receiver(function, 0))
}

/// Gives the values of a function's parameters.
fn bind(function: &Function, call: &Evaluated<'_>) -> BTreeMap<u32, Value> {
    let offset = receiver_offset(function, call);
    let mut bound: BTreeMap<u32, Value> = BTreeMap::new();
    let index_of = |position: usize| u32::try_from(position).unwrap_or(u32::MAX);
    let is_positional = |kind: ParamKind| matches!(kind, ParamKind::PositionalOnly | ParamKind::Normal);
    let positional = function.params.iter().filter(|param| is_positional(param.kind)).count();
    let rest = function.params.iter().position(|param| param.kind == ParamKind::VarArgs);
    let keywords = function.params.iter().position(|param| param.kind == ParamKind::VarKeywords);
    if offset == 1
        && let Some((_, receiver)) = &call.receiver
    {
        bound.insert(0, receiver.clone());
    }
    let mut surplus = 0_i64;
    let mut has_spread = false;
    for (position, argument) in call.positional().enumerate() {
        let target = position + offset;
        if argument.is_spread || has_spread {
            has_spread = true;
            let value = argument.value.any_part();
            for param in (target..positional).chain(rest) {
                bound.entry(index_of(param)).or_default().join(&value);
            }
        } else if target < positional {
            bound.insert(index_of(target), argument.value.clone());
        } else if let Some(rest) = rest {
            bound.entry(index_of(rest)).or_default().set_part(&Key::Int(surplus), argument.value.clone());
            surplus += 1;
        }
    }
    for argument in call.arguments.iter() {
        if let Some(name) = argument.keyword {
            match function.params.iter().position(|param| param.name == name && param.kind != ParamKind::PositionalOnly)
            {
                Some(param) => {
                    bound.insert(index_of(param), argument.value.clone());
                }
                None => {
                    if let Some(keywords) = keywords {
                        let key = Key::Str(name.into());
                        bound.entry(index_of(keywords)).or_default().set_part(&key, argument.value.clone());
                    }
                }
            }
        }
    }
    for mapping in call.arguments.iter().filter(|argument| argument.is_spread && !argument.is_positional) {
        for (position, param) in function.params.iter().enumerate().skip(offset) {
            let index = index_of(position);
            if !bound.contains_key(&index) && param.kind != ParamKind::VarArgs {
                let part = mapping.value.part(&Key::Str(param.name.as_str().into()));
                let is_rest = param.kind == ParamKind::VarKeywords;
                bound.insert(index, if is_rest { mapping.value.clone() } else { part });
            }
        }
    }
    bound
}
