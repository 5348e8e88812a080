//! What a call does: sources, sanitizers, the program's own functions, Python's own callables, and the default. Invariant:
//! what rule packs say of a name comes before what is known of Python.

use std::rc::Rc;

use ir::instruction::{Call, Callee, Constant, Item, Operand};
use model::{contract::ArgumentSelector, rule::Confidence, span::Span};

use crate::{
    builtin_specs,
    checks::pattern_key,
    constants,
    function_pass::{Pass, Phase},
    language_set::LanguageSet,
    pattern::normalised,
    state::State,
    taint::Taints,
    trace::Clause,
    types::Called,
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

    pub(crate) fn method(&self) -> Option<&str> {
        match self.callee {
            Callee::Method { name, .. } => Some(name),
            Callee::Value(_) => None,
        }
    }

    pub(crate) fn all_taints(&self) -> Taints {
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
        let mut call = Evaluated { callee: &call.callee, receiver, arguments, called, span };
        let mut class = Value::default();
        if let Callee::Value(operand) = call.callee {
            class = self.eval(state, operand, span);
            self.resolve_value(&mut call, &class);
        }
        self.add_overrides(&mut call);
        self.remember(&call, state);
        if self.phase == Phase::Recording {
            self.sinks(&call);
        }
        let mut value = match self.named_tuple(&call, &class) {
            Some(record) => record,
            None => self.result(state, &call),
        };
        if value.guard.is_none() {
            value.guard = self.check(&call).map(Rc::new);
        }
        if value.about.is_none() {
            value.about = self.side(&call).map(Rc::new);
        }
        if let Some(guard) = self.passed(&call) {
            guard.apply(state);
        }
        self.has_ended = self.never_returns(&call);
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
        self.note_param_call(call);
        if let Some(value) = self.higher_order(state, call) {
            return value;
        }
        if let Some(value) = self.text_method(call) {
            return value;
        }
        if let Some(value) = self.built(state, call) {
            return value;
        }
        self.callbacks(call);
        if let Some(value) = self.container_method(state, call) {
            return value;
        }
        self.library_call(state, call)
    }

    fn call_source(&mut self, call: &Evaluated<'a>) -> Option<Value> {
        let index = self.analysis.index;
        let names = call.called.names.iter().chain(&call.called.fallback);
        let spec = names
            .flat_map(|name| index.call_sources.matching(name))
            .copied()
            .find(|spec| index.specs.sources.get(*spec).is_some_and(|source| self.analysis.counts(source.kind)));
        let taint = match spec {
            Some(spec) => Some(self.source(spec, call.span)),
            // Of a checked form some items are harmless.
            None if call.receiver.as_ref().is_some_and(|(_, receiver)| receiver.parts.is_some()) => None,
            None => call.called.names.iter().find_map(|name| self.path_source(name, call.span)),
        }?;
        if call.names().any(|name| builtin_specs::is_clean_method(name.rsplit('.').next().unwrap_or(name))) {
            return Some(Value::default());
        }
        if is_converted(call) {
            return Some(Value::default());
        }
        Some(self.parsed_options(call, Value::tainted(Taints::one(taint))))
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
        // Several packs may say something of the same function: all of it holds.
        let specs: Vec<_> = names
            .flat_map(|name| index.sanitizers.matching(name))
            .filter_map(|number| index.specs.sanitizers.get(*number))
            .collect();
        if specs.is_empty() {
            return None;
        }
        if specs.iter().any(|spec| spec.languages.is_empty()) {
            return Some(Value::default());
        }
        let mut taints = call.all_taints();
        for spec in specs {
            taints.clean(LanguageSet::of(&spec.languages));
        }
        self.through(call, &mut taints);
        Some(Value::tainted(taints))
    }

    fn propagated(&mut self, call: &Evaluated<'a>) -> Option<Value> {
        let index = self.analysis.index;
        let names = call.called.names.iter().chain(&call.called.fallback);
        let number = *names.flat_map(|name| index.propagators.matching(name)).next()?;
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
        taints.map_clean(LanguageSet::without_facts);
        self.through(call, &mut taints);
        Some(Value::tainted(taints))
    }

    fn library_call(&mut self, state: &mut State, call: &Evaluated<'a>) -> Value {
        let arguments: Vec<Option<Rc<Constant>>> =
            call.positional().map(|argument| argument.value.constant.clone()).collect();
        if let (Some((_, receiver)), Some(method)) = (&call.receiver, call.method())
            && let Some(Constant::Str(text)) = receiver.constant.as_deref()
            && let Some(folded) = constants::str_method(text, method, &arguments)
        {
            return Value::constant(folded);
        }
        if let Some(receiver) = self.super_object(state, call) {
            return receiver;
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
                return only.value.clone().loose();
            }
            if let Some(constant) = &only.value.constant
                && call.names().any(builtin_specs::keeps_constants)
            {
                return Value { constant: Some(Rc::clone(constant)), is_fixed: true, ..Value::default() };
            }
        }
        let is_data = call.method().is_some_and(builtin_specs::is_data_method);
        let is_known = is_data || call.names().any(builtin_specs::is_known) || self.is_specified(call);
        if !is_known {
            forget_lengths(state, call);
        }
        let is_fixed = is_data
            && call.receiver.as_ref().is_some_and(|(_, receiver)| receiver.is_fixed)
            && call.arguments.iter().all(|given| given.value.is_fixed);
        let mut taints = call.all_taints();
        if taints.is_empty() {
            return Value { is_fixed, ..Value::default() };
        }
        if !is_known {
            taints.limit_confidence(Confidence::Medium);
        }
        taints.map_clean(LanguageSet::without_facts);
        if call.names().any(builtin_specs::decodes) {
            // What was escaped or encoded before is so no longer.
            taints.map_clean(|_| LanguageSet::default());
        }
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

    /// `super()`: the object that the method is called on.
    fn super_object(&mut self, state: &mut State, call: &Evaluated<'a>) -> Option<Value> {
        let receiver = self.function.params.first().filter(|_| call.names().any(|name| name == "super"))?;
        let mut value = state.get(receiver.local)?.clone();
        value.home = Some(Home::Local(receiver.local));
        Some(value)
    }

    /// A method that is called on `self` may be that of a subclass.
    fn add_overrides(&self, call: &mut Evaluated<'a>) {
        let Some((operand, _)) = &call.receiver else { return };
        let (Some(method), Some(class)) = (call.method(), self.function.class) else { return };
        if !self.is_own_receiver(operand) || call.called.targets.is_empty() {
            return;
        }
        for found in self.analysis.project.overrides(class, method) {
            if call.called.targets.len() < MAX_OVERRIDES && !call.called.targets.contains(&found) {
                call.called.targets.push(found);
            }
        }
    }

    /// Tells whether some spec names what is called, so that it is known how data goes through it.
    fn is_specified(&self, call: &Evaluated<'a>) -> bool {
        let index = self.analysis.index;
        call.called.names.iter().any(|name| {
            !index.return_types.matching(name).is_empty() || index.attribute_sources.covering(name).len() > 1
        })
    }
}

/// Most methods that a call on `self` is taken to call.
const MAX_OVERRIDES: usize = 8;

/// A callee that is not known may put anything into the containers that it is given.
fn forget_lengths(state: &mut State, call: &Evaluated<'_>) {
    for given in &call.arguments {
        let Operand::Local(local) = given.operand else { continue };
        let is_mutable = given.value.parts.is_some()
            || matches!(
                given.value.constant.as_deref(),
                Some(Constant::List(_) | Constant::Set(_) | Constant::Dict(_))
            );
        if is_mutable {
            state.update_known(*local, |value| {
                value.spread_constant();
                value.is_fixed = false;
                if let Some(parts) = &mut value.parts {
                    Rc::make_mut(parts).length = None;
                }
            });
        }
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
