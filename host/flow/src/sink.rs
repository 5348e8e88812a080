//! Whether a call is a sink, and whether what is untrusted reaches the argument that it interprets. Invariant: a
//! condition whose argument is not known counts as met.

use ir::instruction::{Constant, Operand};
use model::{
    contract::SinkLanguage,
    spec::{CallCondition, LiteralValue, SinkSpec},
};

use crate::{
    calls::{Argument, Evaluated, Selected},
    constants,
    function_pass::Pass,
    pattern::normalised,
    summary::LocalHit,
    taint::{Key, Taints},
    types::TypeTable,
};

use ir::program::FunctionId;

impl<'a> Pass<'_, 'a> {
    /// Records the sinks that a call is and the taints that reach them.
    pub(crate) fn sinks(&mut self, call: &Evaluated<'a>) {
        let index = self.analysis.index;
        let names = call.called.names.iter().chain(&call.called.fallback);
        let mut seen: Vec<usize> = Vec::new();
        for name in names {
            for number in index.sinks.matching(name) {
                let Some(spec) = index.specs.sinks.get(*number).filter(|_| !seen.contains(number)) else { continue };
                seen.push(*number);
                let asker = Asker { types: self.analysis.types, function: self.function.id };
                if !spec.conditions.iter().all(|condition| asker.may_hold(condition, call)) {
                    continue;
                }
                self.summary.sink_calls.insert((*number, self.place(call.span)));
                let taints = asker.reaching(spec, call);
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

struct Asker<'t> {
    types: &'t TypeTable,
    function: FunctionId,
}

impl Asker<'_> {
    fn reaching(&self, spec: &SinkSpec, call: &Evaluated<'_>) -> Taints {
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
        let has_length = argument.value.parts.as_ref().is_some_and(|parts| parts.length.is_some());
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
