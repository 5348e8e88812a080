//! What a call does: sources, sanitizers, the program's own functions, Python's own callables, and the default. Invariant:
//! what rule packs say of a name comes before what is known of Python.

use std::{collections::BTreeMap, rc::Rc};

use ir::{
    function::{Function, ParamKind},
    instruction::{Call, Callee, Constant, Item, Operand},
    program::FunctionId,
};
use model::{
    contract::ArgumentSelector,
    rule::Confidence,
    span::Span,
};

use crate::{
    builtin_specs, constants,
    function_pass::{Pass, Phase},
    guard::{self, Effect, Guard},
    language_set::LanguageSet,
    pattern::normalised,
    project::Cell,
    project_index::{Binding, binding, is_receiver},
    state::State,
    summary::{Passed, Summary},
    taint::{Key, Origin, Taint, Taints},
    trace::Clause,
    types::{Called, Type},
    value::{Home, Value},
};

/// An argument as written, with its value.
#[derive(Debug)]
pub(crate) struct Argument<'a> {
    pub(crate) operand: &'a Operand,
    pub(crate) value: Value,
    /// `*args` or `**kwargs`.
    pub(crate) is_spread: bool,
    /// Before the first keyword.
    pub(crate) is_positional: bool,
    /// The keyword.
    pub(crate) keyword: Option<&'a str>,
}

/// A call with everything evaluated.
#[derive(Debug)]
pub(crate) struct Evaluated<'a> {
    pub(crate) callee: &'a Callee,
    pub(crate) receiver: Option<(&'a Operand, Value)>,
    pub(crate) arguments: Vec<Argument<'a>>,
    pub(crate) called: Called,
    pub(crate) span: Span,
}

/// An argument that a spec asks for.
pub(crate) enum Selected<'a, 'b> {
    /// Given.
    Given(&'a Argument<'b>),
    /// Perhaps among these star-arguments.
    Perhaps(Vec<&'a Argument<'b>>),
    /// Not given.
    Absent,
}

impl<'a> Evaluated<'a> {
    pub(crate) fn positional(&self) -> impl Iterator<Item = &Argument<'a>> {
        self.arguments.iter().filter(|argument| argument.is_positional)
    }

    pub(crate) fn nth(&self, index: usize) -> Option<&Argument<'a>> {
        self.positional().take_while(|argument| !argument.is_spread).nth(index)
    }

    pub(crate) fn select(&self, selector: &ArgumentSelector) -> Selected<'_, 'a> {
        let by_position = selector.position.and_then(|position| self.nth(position as usize));
        let by_keyword = || {
            let wanted = selector.keyword.as_deref()?;
            self.arguments.iter().find(|argument| argument.keyword == Some(wanted))
        };
        if let Some(found) = by_position.or_else(by_keyword) {
            return Selected::Given(found);
        }
        let spreads: Vec<&Argument<'_>> = self.arguments.iter().filter(|argument| argument.is_spread).collect();
        if spreads.is_empty() { Selected::Absent } else { Selected::Perhaps(spreads) }
    }

    /// The callee's names without `builtins.`.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.called.names.iter().map(|name| normalised(name))
    }

    fn method(&self) -> Option<&str> {
        match self.callee {
            Callee::Method { name, .. } => Some(name),
            Callee::Value(_) => None,
        }
    }

    fn all_taints(&self) -> Taints {
        let mut taints = self.receiver.as_ref().map(|(_, value)| value.all_taints()).unwrap_or_default();
        for argument in &self.arguments {
            taints.join(&argument.value.all_taints());
        }
        taints
    }
}

impl<'a> Pass<'_, 'a> {
    pub(crate) fn call(&mut self, state: &mut State, call: &'a Call, span: Span) -> Value {
        let types = self.analysis.types;
        let called = types.called(self.function.id, self.at.0, self.at.1).cloned().unwrap_or_default();
        let receiver = match &call.callee {
            Callee::Method { receiver, .. } => Some((receiver, self.eval(state, receiver, span))),
            Callee::Value(_) => None,
        };
        let mut arguments = Vec::new();
        for item in &call.args {
            let (operand, is_spread) = match item {
                Item::One(operand) => (operand, false),
                Item::Spread(operand) => (operand, true),
            };
            let value = self.eval(state, operand, span);
            arguments.push(Argument { operand, value, is_spread, is_positional: true, keyword: None });
        }
        for (keyword, operand) in &call.keywords {
            let (is_spread, keyword) = (keyword.is_none(), keyword.as_deref());
            let value = self.eval(state, operand, span);
            arguments.push(Argument { operand, value, is_spread, is_positional: false, keyword });
        }
        let call = Evaluated { callee: &call.callee, receiver, arguments, called, span };
        if self.phase == Phase::Recording {
            self.sinks(&call);
        }
        let mut value = self.result(state, &call);
        if value.guard.is_none() {
            value.guard = self.check(&call).map(Rc::new);
        }
        value
    }

    fn result(&mut self, state: &mut State, call: &Evaluated<'a>) -> Value {
        if let Some(source) = self.call_source(call) {
            return source;
        }
        if let Some(sanitized) = self.sanitized(call) {
            return sanitized;
        }
        if let Some(propagated) = self.propagated(call) {
            return propagated;
        }
        if !call.called.targets.is_empty() {
            return self.own_call(state, call);
        }
        if let Some(class) = call.called.constructs {
            return self.plain_object(call, class);
        }
        self.callbacks(call);
        if let Some(value) = self.container_method(state, call) {
            return value;
        }
        self.library_call(call)
    }

    fn call_source(&mut self, call: &Evaluated<'a>) -> Option<Value> {
        let index = self.analysis.index;
        let names = call.called.names.iter().chain(&call.called.fallback);
        let spec = names.flat_map(|name| index.call_sources.matching(name)).copied().find(|spec| {
            index.specs.sources.get(*spec).is_some_and(|source| self.analysis.counts(source.kind))
        });
        let taint = match spec {
            Some(spec) => Some(self.source(spec, call.span)),
            None => call.called.names.iter().find_map(|name| self.path_source(name, call.span)),
        }?;
        if call.names().any(|name| builtin_specs::is_clean_method(name.rsplit('.').next().unwrap_or(name))) {
            return Some(Value::default());
        }
        if is_converted(call) {
            return Some(Value::default());
        }
        Some(Value::tainted(Taints::one(taint)))
    }

    fn through(&mut self, call: &Evaluated<'a>, taints: &mut Taints) {
        if taints.is_empty() {
            return;
        }
        let name = shown(call);
        self.extend(taints, &Clause::Through(name), call.span);
    }

    fn sanitized(&mut self, call: &Evaluated<'a>) -> Option<Value> {
        let index = self.analysis.index;
        let names = call.called.names.iter().chain(&call.called.fallback);
        let number = *names.flat_map(|name| index.sanitizers.matching(name)).next()?;
        let spec = index.specs.sanitizers.get(number)?;
        if spec.languages.is_empty() {
            return Some(Value::default());
        }
        let mut taints = call.all_taints();
        taints.clean(LanguageSet::of(&spec.languages));
        self.through(call, &mut taints);
        Some(Value::tainted(taints))
    }

    fn propagated(&mut self, call: &Evaluated<'a>) -> Option<Value> {
        let index = self.analysis.index;
        let number = *call.called.names.iter().flat_map(|name| index.propagators.matching(name)).next()?;
        let spec = index.specs.propagators.get(number)?;
        let mut taints = Taints::default();
        for position in &spec.from_positions {
            let selector = ArgumentSelector { position: Some(*position), keyword: None };
            match call.select(&selector) {
                Selected::Given(argument) => taints.join(&argument.value.all_taints()),
                Selected::Perhaps(spreads) => {
                    spreads.iter().for_each(|argument| taints.join(&argument.value.all_taints()));
                }
                Selected::Absent => {}
            }
        }
        if let Some((_, receiver)) = call.receiver.as_ref().filter(|_| spec.from_receiver) {
            taints.join(&receiver.all_taints());
        }
        taints.map_clean(LanguageSet::without_normalised);
        self.through(call, &mut taints);
        Some(Value::tainted(taints))
    }

    /// A call of functions of the program.
    fn own_call(&mut self, state: &mut State, call: &Evaluated<'a>) -> Value {
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
                    let by_name = || call.arguments.iter().find(|argument| argument.keyword == named && named.is_some());
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
                    let passed = part.as_ref().map_or_else(|| argument.all_taints(), |key| argument.part(key).all_taints());
                    let name: Rc<str> =
                        function.params.get(*index as usize).map_or("", |param| param.name.as_str()).into();
                    for given in passed.iter() {
                        let trace = &mut self.analysis.trace;
                        let node = trace.extend(given.node, place, Clause::Passed(Rc::clone(&callee), Rc::clone(&name)));
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
    fn plain_object(&mut self, call: &Evaluated<'a>, class: ir::program::ClassId) -> Value {
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
    fn callbacks(&mut self, call: &Evaluated<'a>) {
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

    fn library_call(&mut self, call: &Evaluated<'a>) -> Value {
        let arguments: Vec<Option<Rc<Constant>>> =
            call.positional().map(|argument| argument.value.constant.clone()).collect();
        if let (Some((_, receiver)), Some(method)) = (&call.receiver, call.method())
            && let Some(Constant::Str(text)) = receiver.constant.as_deref()
            && let Some(folded) = constants::str_method(text, method, &arguments)
        {
            return Value::constant(folded);
        }
        if let Some(pattern) = call.nth(0).filter(|_| call.names().any(|name| name == "re.compile")) {
            let mut compiled = Value::default();
            compiled.set_part(&pattern_key(), pattern.value.clone());
            return compiled;
        }
        if call.method().is_some_and(builtin_specs::is_clean_method) || call.names().any(builtin_specs::is_clean) {
            return Value::default();
        }
        let last = call.called.names.first().map_or("", |name| name.rsplit('.').next().unwrap_or(name));
        if call.receiver.is_none() && builtin_specs::is_clean_method(last) {
            return Value::default();
        }
        if let Some(only) = call.nth(0).filter(|_| call.arguments.len() == 1) {
            if call.names().any(builtin_specs::keeps_elements) {
                return Value { home: None, guard: None, truth: None, ..only.value.clone() };
            }
            if let Some(constant) = &only.value.constant
                && call.names().any(builtin_specs::keeps_constants)
            {
                return Value { constant: Some(Rc::clone(constant)), ..Value::default() };
            }
        }
        let mut taints = call.all_taints();
        if taints.is_empty() {
            return Value::default();
        }
        let is_data = call.method().is_some_and(builtin_specs::is_data_method);
        if !is_data && !call.names().any(builtin_specs::is_known) && !self.is_specified(call) {
            taints.limit_confidence(Confidence::Medium);
        }
        taints.map_clean(LanguageSet::without_normalised);
        if call.names().any(builtin_specs::normalises) || call.method() == Some("resolve") {
            taints.map_clean(LanguageSet::with_normalised);
        }
        self.through(call, &mut taints);
        let mut value = Value::tainted(taints);
        if let (Some((Operand::Local(local), _)), Some(method)) = (&call.receiver, call.method())
            && builtin_specs::is_variant_method(method)
        {
            value.home = Some(Home::Local(*local));
        }
        value
    }

    /// Tells whether some spec names what is called, so that it is known how data goes through it.
    fn is_specified(&self, call: &Evaluated<'a>) -> bool {
        let index = self.analysis.index;
        call.called.names.iter().any(|name| {
            !index.return_types.matching(name).is_empty() || index.attribute_sources.covering(name).len() > 1
        })
    }

    /// Gives the guard that a check makes when its result is tested.
    fn check(&self, call: &Evaluated<'a>) -> Option<Guard> {
        if let (Some((operand, receiver)), Some(method)) = (&call.receiver, call.method()) {
            match method {
                "isdigit" | "isalnum" | "isdecimal" | "isidentifier" | "isnumeric" | "isalpha" => {
                    return Guard::new(operand, receiver, Effect::All);
                }
                "startswith" | "is_relative_to" => return Guard::new(operand, receiver, Effect::Contained),
                "fullmatch" | "match" => {
                    return pattern_guard(&compiled_pattern(receiver)?, method, call.nth(0)?);
                }
                _ => {}
            }
        }
        let name = call.names().next()?;
        let first = call.nth(0)?;
        match name {
            "re.fullmatch" | "re.match" => {
                let Some(Constant::Str(pattern)) = first.value.constant.as_deref() else { return None };
                let method = name.strip_prefix("re.").unwrap_or(name);
                pattern_guard(pattern, method, call.nth(1)?)
            }
            "isinstance" => {
                let is_number = matches!(call.nth(1)?.operand, Operand::Global(path)
                    if matches!(normalised(path), "int" | "float" | "bool"));
                if is_number { Guard::new(first.operand, &first.value, Effect::All) } else { None }
            }
            "bool" => first.value.guard.as_deref().cloned(),
            _ => None,
        }
    }
}

fn pattern_guard(pattern: &str, method: &str, argument: &Argument<'_>) -> Option<Guard> {
    let ends_whole = pattern.ends_with('$') && !pattern.ends_with("\\$") && !pattern.contains('|');
    let is_whole = method == "fullmatch" || pattern.ends_with("\\Z") || ends_whole;
    let languages = guard::languages_of_pattern(pattern);
    if !is_whole || languages == LanguageSet::default() {
        return None;
    }
    Guard::new(argument.operand, &argument.value, Effect::Languages(languages))
}

/// The part of a compiled regular expression that holds its text.
fn pattern_key() -> Key {
    Key::Attribute("pattern".into())
}

fn compiled_pattern(receiver: &Value) -> Option<String> {
    match receiver.part(&pattern_key()).constant.as_deref()? {
        Constant::Str(pattern) => Some(pattern.clone()),
        _ => None,
    }
}

/// Names the callee for a step.
fn shown(call: &Evaluated<'_>) -> Rc<str> {
    match (call.method(), call.called.names.first()) {
        (Some(method), Some(name)) if name.starts_with("*.") => format!(".{method}()").into(),
        (_, Some(name)) => normalised(name).into(),
        (Some(method), None) => format!(".{method}()").into(),
        (None, None) => "a call".into(),
    }
}

/// `request.args.get("n", type=int)`.
fn is_converted(call: &Evaluated<'_>) -> bool {
    call.arguments.iter().any(|argument| {
        let is_number =
            matches!(argument.operand, Operand::Global(path) if matches!(normalised(path), "int" | "float" | "bool"));
        argument.keyword == Some("type") && is_number
    })
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
            match function.params.iter().position(|param| param.name == name && param.kind != ParamKind::PositionalOnly) {
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
