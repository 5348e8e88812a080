//! Calls of the program's own functions: arguments go in, summaries come out. Invariant: a callee's parameters in a
//! summary are replaced by what this very call passes, so that two calls don't mix.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use ir::{
    function::{Function, ParamKind},
    instruction::{Callee, Operand},
    program::FunctionId,
};

use crate::{
    calls::{Argument, Evaluated},
    change::Change,
    function_pass::{Pass, Phase},
    guard::{Effect, Guard},
    language_set::LanguageSet,
    project_index::{Binding, binding, is_receiver},
    state::State,
    summary::{Alias, Checked, Passed, Summary},
    taint::{Key, Origin, Taint, Taints},
    trace::Clause,
    types::Type,
    value::{Home, Value},
};

/// How deep parts of a result are told apart.
const MAX_DEPTH: u32 = 3;
/// Most argument lists with which a parameter that is a function is called.
const MAX_PARAM_CALLS: usize = 8;

/// A call of one function, with what its parameters are bound to.
struct Bound<'b, 'a> {
    call: &'b Evaluated<'a>,
    function: &'b Function,
    values: BTreeMap<u32, Value>,
}

impl<'a> Pass<'_, 'a> {
    /// A call of functions of the program.
    pub(crate) fn own_call(&mut self, state: &mut State, call: &Evaluated<'a>) -> Value {
        let mut result: Option<Value> = None;
        let mut checked: Option<[Option<Checked>; 2]> = None;
        self.publish_captured(state);
        let project = self.analysis.project;
        for target in &call.called.targets {
            let Some(function) = project.program.function(*target) else { continue };
            self.analysis.note_reader(*target, self.function.id);
            let bound = Bound { call, function, values: bind(function, call) };
            self.pass_arguments(&bound);
            self.apply_effects(state, &bound);
            self.call_bound(state, &bound);
            self.keep_functions(&bound);
            let summary = self.analysis.summary(*target);
            let result_of = |summary: &Summary| match call.called.constructs {
                Some(_) => summary.object.clone(),
                None => summary.returns.clone(),
            };
            let sides = summary.map(|summary| summary.checked.clone()).unwrap_or_default();
            let of_target = self.checks_of(&bound, sides);
            checked = Some(match checked {
                None => of_target,
                Some(known) => meet(known, &of_target),
            });
            let mut value = match summary.and_then(result_of) {
                Some(returns) => self.instantiated(&returns, &bound, 0),
                None => Value::default(),
            };
            let is_manager =
                |name: &String| matches!(name.as_str(), "contextlib.contextmanager" | "contextlib.asynccontextmanager");
            if function.decorators.iter().any(is_manager) {
                value = value.element();
            }
            value.home = None;
            if let (Some(Alias::Param(param)), [_], None) =
                (summary_alias(self.analysis.summary(*target)), call.called.targets.as_slice(), call.called.constructs)
                && let Some(Operand::Local(local)) = self.operand_of(&bound, param)
                && let Some(same) = state.get(*local)
            {
                value = same.clone();
                value.home = value.home.filter(|_| self.local_name(*local).is_none()).or(Some(Home::Local(*local)));
            }
            match &mut result {
                Some(result) => result.join(&value),
                none => *none = Some(value),
            }
        }
        let mut result = result.unwrap_or_default();
        if let Some(checked) = checked.filter(|_| call.called.constructs.is_none()) {
            self.apply_checks(state, call, &checked, &mut result);
        }
        result
    }

    /// Says a callee's checks of its parameters as checks of the arguments' positions in this call.
    fn checks_of(&self, bound: &Bound<'_, 'a>, sides: [Option<Checked>; 2]) -> [Option<Checked>; 2] {
        let offset = u32::try_from(receiver_offset(bound.function, bound.call)).unwrap_or_default();
        let move_to_arguments = |side: Checked| -> Checked {
            let positions = side.into_iter().filter_map(|((param, key), languages)| {
                if param < offset {
                    return key.is_some().then_some(((u32::MAX, key), languages));
                }
                let named = bound.function.params.get(param as usize).map(|param| param.name.as_str());
                let position = (param - offset) as usize;
                let is_given = |argument: &Argument<'_>, given: Option<&Argument<'_>>| {
                    given.is_some_and(|given| std::ptr::eq(given, argument))
                        || (argument.keyword.is_some() && argument.keyword == named)
                };
                let nth = bound.call.nth(position);
                let index = bound.call.arguments.iter().position(|argument| is_given(argument, nth))?;
                Some(((u32::try_from(index).ok()?, key), languages))
            });
            positions.collect()
        };
        sides.map(|side| side.map(&move_to_arguments))
    }

    /// Cleans what the callees have checked whenever they return, and makes the result a guard of what they have
    /// checked when it is true or false.
    fn apply_checks(
        &mut self,
        state: &mut State,
        call: &Evaluated<'a>,
        sides: &[Option<Checked>; 2],
        result: &mut Value,
    ) {
        let [when_false, when_true] = sides;
        let everything: BTreeSet<&(u32, Option<Key>)> = sides.iter().flatten().flat_map(BTreeMap::keys).collect();
        for key in everything {
            let on = |side: &Option<Checked>| side.as_ref().map(|side| side.get(key).copied().unwrap_or_default());
            let (on_false, on_true) = (on(when_false), on(when_true));
            let always = match (on_false, on_true) {
                (Some(left), Some(right)) => left.intersection(right),
                (Some(only), None) | (None, Some(only)) => only,
                (None, None) => LanguageSet::default(),
            };
            if let (u32::MAX, Some(part)) = key {
                if let (Some((Operand::Local(local), _)), false) = (&call.receiver, always.is_empty()) {
                    state.update(*local, |object| object.set_part(part, Value::fixed()));
                }
                continue;
            }
            let Some(argument) = call.arguments.get(key.0 as usize) else { continue };
            let guard = |languages: LanguageSet| {
                let effect = if languages == LanguageSet::ALL { Effect::All } else { Effect::Languages(languages) };
                Guard::new(argument.operand, &argument.value, effect).filter(|_| !languages.is_empty())
            };
            if let Some(guard) = guard(always) {
                guard.apply(state);
            }
            if result.guard.is_none() {
                let when_true = on_true.and_then(&guard);
                let when_false = || on_false.and_then(&guard).map(|guard| guard.flipped());
                result.guard = when_true.or_else(when_false).map(Rc::new);
            }
        }
    }

    fn pass_arguments(&mut self, bound: &Bound<'_, 'a>) {
        if self.phase == Phase::Settling {
            return;
        }
        let place = self.place(bound.call.span);
        let target = bound.function.id;
        for (param, value) in &bound.values {
            let is_object = *param == 0 && is_receiver(bound.function, 0);
            if value.is_tainted() || is_object {
                let value = Rc::new(value.clone());
                self.summary.passes.push(Passed { target, param: *param, value, call: place });
            }
        }
    }

    /// Gives the operand that a parameter is bound to.
    fn operand_of<'b>(&self, bound: &Bound<'b, 'a>, index: u32) -> Option<&'b Operand> {
        let Bound { call, function, .. } = bound;
        match (index as usize).checked_sub(receiver_offset(function, call)) {
            None => call.receiver.as_ref().map(|(operand, _)| *operand),
            Some(position) => {
                let named = function.params.get(index as usize).map(|param| param.name.as_str());
                let by_name = || call.arguments.iter().find(|argument| argument.keyword == named && named.is_some());
                call.nth(position).or_else(by_name).map(|argument| argument.operand)
            }
        }
    }

    fn apply_effects(&mut self, state: &mut State, bound: &Bound<'_, 'a>) {
        let effects = self.analysis.summary(bound.function.id).map(|summary| summary.effects.clone());
        for ((index, key), value) in effects.unwrap_or_default() {
            if let Some(operand) = self.operand_of(bound, index) {
                let value = self.instantiated(&value, bound, 0);
                self.change(state, operand, Change::joining(key.as_ref(), &value), bound.call.span);
            }
        }
    }

    /// Stores functions where the callee stores what its parameters are bound to.
    fn keep_functions(&mut self, bound: &Bound<'_, 'a>) {
        if self.phase == Phase::Settling {
            return;
        }
        let kept = self.analysis.summary(bound.function.id).map(|summary| summary.kept.clone());
        for (cell, param) in kept.unwrap_or_default() {
            if let Some(value) = bound.values.get(&param).filter(|value| !value.functions.is_empty()) {
                let mut whole = Value::default();
                whole.add_element(&Value { functions: value.functions.clone(), ..Value::default() });
                self.analysis.write(&cell, &whole);
            }
        }
    }

    /// Calls the functions that parameters are bound to, as the callee does.
    fn call_bound(&mut self, state: &mut State, bound: &Bound<'_, 'a>) {
        let calls = self.analysis.summary(bound.function.id).map(|summary| summary.param_calls.clone());
        let mut known = Vec::new();
        for call in calls.unwrap_or_default().into_iter().take(MAX_PARAM_CALLS) {
            if let Some(function) = bound.values.get(&call.param).filter(|value| !value.functions.is_empty()) {
                let given = call.arguments.iter().map(|value| self.instantiated(value, bound, 0)).collect();
                known.push((function.functions.clone(), function.clone(), given));
            }
        }
        self.call_parameters(state, known, bound.call.span);
    }

    /// Puts the arguments in the place of a callee's parameters.
    fn instantiated(&mut self, value: &Value, bound: &Bound<'_, 'a>, depth: u32) -> Value {
        let mut result = Value {
            constant: value.constant.clone(),
            functions: value.functions.clone(),
            is_fixed: value.is_fixed,
            ..Value::default()
        };
        if depth >= MAX_DEPTH {
            result.taints = self.instantiated_taints(&value.all_taints(), bound);
            return result;
        }
        if let Some(argument) = value.bound_to.and_then(|param| bound.values.get(&param))
            && is_untouched(value)
        {
            let mut same = argument.clone().loose();
            let (place, callee) = (self.place(bound.call.span), bound.function.name.as_str());
            self.step(&mut same, &Clause::Returned(callee.into()), place);
            return same;
        }
        result.taints = self.instantiated_taints(&value.taints, bound);
        if let Some(parts) = &value.parts {
            let mut copy = (**parts).clone();
            for part in copy.entries.values_mut() {
                *part = self.instantiated(part, bound, depth + 1);
            }
            result.parts = Some(Rc::new(copy));
        }
        result
    }

    fn instantiated_taints(&mut self, taints: &Taints, bound: &Bound<'_, 'a>) -> Taints {
        let place = self.place(bound.call.span);
        let function = bound.function;
        let callee: Rc<str> = function.name.as_str().into();
        let mut result = Taints::default();
        for taint in taints.iter() {
            match &taint.origin {
                Origin::Param { function: owner, index, part } if *owner == function.id => {
                    let Some(argument) = bound.values.get(index) else { continue };
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
                Origin::Own { function: owner, field, cell, part } if *owner == function.id => {
                    let node = self.analysis.trace.extend(taint.node, place, Clause::Returned(Rc::clone(&callee)));
                    let key = Key::Attribute(Rc::clone(field));
                    let object = bound.values.get(&0).and_then(|object| object.parts.as_ref());
                    if let Some(held) = object.and_then(|parts| parts.entries.get(&key)) {
                        let held = part.as_ref().map_or_else(|| held.all_taints(), |key| held.part(key).all_taints());
                        for given in held.iter() {
                            let node =
                                self.analysis.trace.extend(given.node, place, Clause::Returned(Rc::clone(&callee)));
                            result.add(Taint { clean: given.clean.union(taint.clean), node, ..given.clone() });
                        }
                        continue;
                    }
                    let is_own = bound.call.receiver.as_ref().is_some_and(|(operand, _)| self.is_own_receiver(operand));
                    let origin = if is_own {
                        let (function, field) = (self.function.id, Rc::clone(field));
                        Origin::Own { function, field, cell: *cell, part: part.clone() }
                    } else {
                        Origin::Cell { cell: *cell, part: part.clone() }
                    };
                    result.add(Taint { origin, node, ..taint.clone() });
                }
                Origin::Param { .. } | Origin::Source { .. } | Origin::Cell { .. } | Origin::Own { .. } => {
                    let node = self.analysis.trace.extend(taint.node, place, Clause::Returned(Rc::clone(&callee)));
                    result.add(Taint { node, ..taint.clone() });
                }
            }
        }
        result
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

fn summary_alias(summary: Option<&Summary>) -> Option<Alias> {
    summary.map(|summary| summary.alias)
}

/// Tells whether nothing has happened to what a parameter is bound to.
fn is_untouched(value: &Value) -> bool {
    value.parts.is_none()
        && value
            .taints
            .iter()
            .all(|taint| matches!(taint.origin, Origin::Param { part: None, .. }) && taint.clean.is_empty())
        && value.taints.iter().count() == 1
}

/// Keeps what both of two callees have checked.
fn meet(left: [Option<Checked>; 2], right: &[Option<Checked>; 2]) -> [Option<Checked>; 2] {
    let mut sides = left;
    for (mine, theirs) in sides.iter_mut().zip(right) {
        match (&mut *mine, theirs) {
            (Some(mine), Some(theirs)) => mine.retain(|key, languages| match theirs.get(key) {
                Some(other) => {
                    *languages = languages.intersection(*other);
                    !languages.is_empty()
                }
                None => false,
            }),
            (None, Some(theirs)) => *mine = Some(theirs.clone()),
            (Some(_) | None, None) => {}
        }
    }
    sides
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
    let mut has_spread = false;
    let place_one = |bound: &mut BTreeMap<u32, Value>, target: usize, value: &Value| {
        if target < positional {
            bound.insert(index_of(target), value.clone());
        } else if let Some(rest) = rest {
            bound.entry(index_of(rest)).or_insert_with(|| Value::sequence(Vec::new())).add_last(value);
        }
    };
    let mut target = offset;
    for argument in call.positional() {
        let length = argument.value.length().filter(|length| argument.is_spread && *length <= 64);
        if has_spread {
            let value = if argument.is_spread { argument.value.element() } else { argument.value.clone() };
            for param in target..positional {
                bound.entry(index_of(param)).and_modify(|known| known.join(&value)).or_insert_with(|| value.clone());
            }
            if let Some(rest) = rest {
                bound.entry(index_of(rest)).or_default().add_element(&value);
            }
        } else if let Some(length) = length {
            for index in 0..length {
                place_one(&mut bound, target, &argument.value.part(&Key::Int(index)));
                target += 1;
            }
        } else if argument.is_spread {
            has_spread = true;
            for (index, param) in (0_i64..).zip(target..positional) {
                bound.insert(index_of(param), argument.value.part(&Key::Int(index)));
            }
            if let Some(rest) = rest {
                bound.entry(index_of(rest)).or_default().add_element(&argument.value.element());
            }
        } else {
            place_one(&mut bound, target, &argument.value);
            target += 1;
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
