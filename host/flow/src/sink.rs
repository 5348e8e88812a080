//! Whether a call is a sink, and whether what is untrusted reaches the argument that it interprets. Invariant: a
//! condition whose argument is not known counts as met.

use std::rc::Rc;

use ir::{
    function::LocalId,
    instruction::{Constant, Operand},
    program::FunctionId,
};
use model::{
    contract::SinkLanguage,
    span::Span,
    spec::{CallCondition, LiteralValue, SinkSpec},
};

use crate::{
    calls::{Argument, Evaluated, Selected},
    constants,
    function_pass::{Pass, Phase},
    higher_order::{NO_CALLEE, NOTHING},
    pattern::{PatternIndex, normalised},
    state::State,
    summary::LocalHit,
    taint::{Completeness, Key, MAX_TAINTS, Taints},
    types::{Called, Type, TypeTable},
    value::{Home, Shape, Value},
};

impl<'a> Pass<'_, 'a> {
    /// Records the sinks that a call is and the taints that reach them.
    pub(crate) fn sinks(&mut self, call: &Evaluated<'a>) {
        let index = self.analysis.index;
        self.sinks_among(&index.sinks, call);
    }

    /// As `sinks`, for `base[key] = value`.
    pub(crate) fn stored_item(
        &mut self,
        state: &State,
        base: &Operand,
        (key, key_value): (&'a Operand, &Value),
        (value, stored): (&'a Operand, &Value),
        span: Span,
    ) {
        let index = self.analysis.index;
        if self.phase == Phase::Recording && !index.item_sinks.is_empty() {
            let names = self.names_of_object(state, base);
            let given = vec![positional(value, stored.clone()), positional(key, key_value.clone())];
            self.sinks_among(&index.item_sinks, &as_call(names, given, span));
        }
    }

    /// As `sinks`, for `base.name = value`.
    pub(crate) fn stored_attribute(
        &mut self,
        state: &State,
        base: &Operand,
        name: &str,
        (value, stored): (&'a Operand, &Value),
        span: Span,
    ) {
        let index = self.analysis.index;
        if self.phase == Phase::Recording && !index.attribute_sinks.is_empty() {
            let mut names: Vec<Rc<str>> =
                self.names_of_object(state, base).iter().map(|object| format!("{object}.{name}").into()).collect();
            if names.is_empty() {
                names.push(format!("*.{name}").into());
            }
            let given = vec![positional(value, stored.clone())];
            self.sinks_among(&index.attribute_sinks, &as_call(names, given, span));
        }
    }

    /// As `sinks`, for what the function returns.
    pub(crate) fn returned(&mut self, operand: &'a Operand, value: &Value, span: Span) {
        let index = self.analysis.index;
        if self.phase != Phase::Recording || index.return_sinks.is_empty() {
            return;
        }
        let mut names: Vec<Rc<str>> = self.function.decorators.iter().map(|name| name.as_str().into()).collect();
        let project = self.analysis.project;
        if let Some(class) = self.function.class {
            let (_, outside) = project.ancestry(class);
            names.extend(outside.iter().map(|base| format!("{base}.{}", self.function.name).into()));
        }
        let is_pair = value.parts.as_ref().is_some_and(|parts| parts.length.is_some_and(|length| length > 1));
        // A view's `return body, 404`: the first item is the body.
        let given =
            if is_pair { positional(NOTHING, value.part(&Key::Int(0))) } else { positional(operand, value.clone()) };
        self.sinks_among(&index.return_sinks, &as_call(names, vec![given], span));
    }

    /// Names an object by its type, or by the attribute or global that it was read from.
    fn names_of_object(&self, state: &State, base: &Operand) -> Vec<Rc<str>> {
        let local = match base {
            Operand::Global(path) => return vec![path.as_str().into()],
            Operand::Constant(_) => return Vec::new(),
            Operand::Local(local) => *local,
        };
        let mut names = self.type_names(local);
        match state.get(local).and_then(|value| value.home.as_ref()) {
            Some(Home::Global(path)) => names.push(path.as_ref().into()),
            Some(Home::Part(object, Key::Attribute(name))) => {
                let owners = self.type_names(*object);
                if owners.is_empty() {
                    names.push(format!("*.{name}").into());
                }
                names.extend(owners.iter().map(|owner| format!("{owner}.{name}").into()));
            }
            Some(Home::Part(..) | Home::Local(_) | Home::Param(_) | Home::Field(..)) | None => {}
        }
        names
    }

    fn type_names(&self, local: LocalId) -> Vec<Rc<str>> {
        let types = self.analysis.types.local(self.function.id, local);
        let named = types.into_iter().flat_map(|types| types.iter()).filter_map(|of| match of {
            Type::Instance(path) | Type::Path(path) => Some(Rc::clone(path)),
            Type::Function(_) | Type::Class(_) => None,
        });
        named.collect()
    }

    fn sinks_among(&mut self, sinks: &PatternIndex, call: &Evaluated<'a>) {
        let index = self.analysis.index;
        let names = call.called.names.iter().chain(&call.called.fallback);
        let mut seen: Vec<usize> = Vec::new();
        for name in names {
            for number in sinks.matching(name) {
                let Some(spec) = index.specs.sinks.get(*number).filter(|_| !seen.contains(number)) else { continue };
                seen.push(*number);
                let asker = Asker { types: self.analysis.types, function: self.function.id };
                if !spec.conditions.iter().all(|condition| asker.may_hold(condition, call)) {
                    continue;
                }
                if spec.argument.is_receiver()
                    && call.receiver.as_ref().is_none_or(|(_, value)| value.constant.is_some())
                {
                    continue;
                }
                self.summary.sink_calls.insert((*number, self.place(call.span)));
                let taints = asker.reaching(spec, call);
                if taints.completeness() == Completeness::Cut {
                    let reason = format!("more than {MAX_TAINTS} origins of one value are not told apart");
                    self.analysis.bound(self.function, reason);
                }
                let shown = call.called.names.first().unwrap_or(name);
                for taint in taints.iter().filter(|taint| !taint.clean.contains(&spec.language)) {
                    let mut taint = taint.clone();
                    taint.confidence = taint.confidence.min(spec.confidence);
                    let place = self.place(call.span);
                    let callee = normalised(shown).into();
                    self.summary.hits.push(LocalHit { sink: *number, call: place, callee, taint });
                }
            }
        }
    }
}

fn positional(operand: &Operand, value: Value) -> Argument<'_> {
    Argument { operand, value, is_spread: false, is_positional: true, keyword: None }
}

/// Shows a store or a return as a call of these names.
fn as_call<'a>(names: Vec<Rc<str>>, arguments: Vec<Argument<'a>>, span: Span) -> Evaluated<'a> {
    let called = Called { names, ..Called::default() };
    Evaluated { callee: NO_CALLEE, receiver: None, arguments, called, span }
}

struct Asker<'t> {
    types: &'t TypeTable,
    function: FunctionId,
}

impl Asker<'_> {
    fn reaching(&self, spec: &SinkSpec, call: &Evaluated<'_>) -> Taints {
        if spec.argument.is_receiver() {
            return call.receiver.as_ref().map(|(_, value)| value.all_taints()).unwrap_or_default();
        }
        match call.select(&spec.argument) {
            Selected::Given(argument) => {
                if spec.language == SinkLanguage::Program && self.may_be_list(argument) {
                    let first = argument.value.part(&Key::Int(0));
                    let is_list = argument.value.parts.is_some() || self.is_list(argument);
                    return if is_list { first.all_taints() } else { argument.value.all_taints() };
                }
                argument.value.all_taints()
            }
            Selected::Perhaps(spreads) => {
                let mut taints = Taints::default();
                spreads.iter().for_each(|argument| taints.join(&argument.value.all_taints()));
                taints
            }
            Selected::Absent => Taints::default(),
        }
    }

    fn may_hold(&self, condition: &CallCondition, call: &Evaluated<'_>) -> bool {
        match condition {
            CallCondition::Equals(selector, literal) => match call.select(selector) {
                Selected::Given(argument) => equals(argument, literal).unwrap_or(true),
                Selected::Perhaps(_) => true,
                Selected::Absent => false,
            },
            CallCondition::NotEquals(selector, literal) => match call.select(selector) {
                Selected::Given(argument) => !equals(argument, literal).unwrap_or(false),
                Selected::Perhaps(_) | Selected::Absent => true,
            },
            CallCondition::IsString(selector) => match call.select(selector) {
                Selected::Given(argument) => !self.is_list(argument),
                Selected::Perhaps(_) => true,
                Selected::Absent => false,
            },
            CallCondition::IsList(selector) => match call.select(selector) {
                Selected::Given(argument) => self.may_be_list(argument),
                Selected::Perhaps(_) => true,
                Selected::Absent => false,
            },
        }
    }

    fn is_list(&self, argument: &Argument<'_>) -> bool {
        let is_constant = matches!(argument.value.constant.as_deref(), Some(Constant::Tuple(_) | Constant::List(_)));
        let has_length = argument.value.parts.as_ref().is_some_and(|parts| parts.shape != Shape::Object);
        is_constant || has_length || self.is_typed(argument, &["list", "tuple", "set", "dict"])
    }

    fn may_be_list(&self, argument: &Argument<'_>) -> bool {
        let is_text = matches!(argument.value.constant.as_deref(), Some(Constant::Str(_) | Constant::Bytes(_)));
        !is_text && !self.is_typed(argument, &["str", "bytes"])
    }

    fn is_typed(&self, argument: &Argument<'_>, types: &[&str]) -> bool {
        match argument.operand {
            Operand::Local(local) => self.types.local(self.function, *local).is_some_and(|found| found.is_only(types)),
            Operand::Constant(_) | Operand::Global(_) => false,
        }
    }
}

/// Tells whether an argument equals a literal; `None` when its value is not known.
fn equals(argument: &Argument<'_>, literal: &LiteralValue) -> Option<bool> {
    if let Some(parts) = &argument.value.parts
        && parts.length.is_some()
    {
        return Some(false);
    }
    let constant = argument.value.constant.as_deref()?;
    let literal = match literal {
        LiteralValue::Bool(value) => {
            // `shell=1` is as good as `shell=True`.
            return Some(!matches!(constant, Constant::Str(_)) && constants::truth(constant) == *value);
        }
        LiteralValue::Int(value) => Constant::Int(value.to_string()),
        LiteralValue::Str(text) => Constant::Str(text.clone()),
        LiteralValue::None => Constant::None,
    };
    Some(*constant == literal)
}
