//! Taint specifications, which come from guests only. Invariant: one to one; names are checked where the pack is.

use model::spec::{
    CallCondition, LiteralValue, NamePattern, PropagatorSpec, ReturnTypeSpec, SanitizerSpec, SinkForm, SinkSpec,
    SourceForm, SourceKind, SourceSpec, TaintSpecs,
};

use crate::{
    bindings::imports::securecode::plugin::specs,
    wire::{contract, grade},
};

pub(crate) fn sink_from_guest(rule: u32, sink: specs::Sink) -> SinkSpec {
    SinkSpec {
        rule,
        form: match sink.form {
            specs::SinkForm::Call => SinkForm::Call,
            specs::SinkForm::StoreItem => SinkForm::StoreItem,
            specs::SinkForm::StoreAttribute => SinkForm::StoreAttribute,
            specs::SinkForm::Return => SinkForm::Return,
        },
        callees: sink.callees.into_iter().map(NamePattern).collect(),
        argument: contract::argument_from_guest(sink.argument),
        language: contract::language_from_guest(sink.language),
        conditions: sink.conditions.into_iter().map(condition_from_guest).collect(),
        confidence: grade::confidence_from_guest(sink.confidence),
    }
}

fn condition_from_guest(condition: specs::CallCondition) -> CallCondition {
    let pair = |comparison: specs::Comparison| {
        (contract::argument_from_guest(comparison.argument), literal_from_guest(comparison.value))
    };
    match condition {
        specs::CallCondition::Equals(comparison) => {
            let (argument, value) = pair(comparison);
            CallCondition::Equals(argument, value)
        }
        specs::CallCondition::NotEquals(comparison) => {
            let (argument, value) = pair(comparison);
            CallCondition::NotEquals(argument, value)
        }
        specs::CallCondition::IsString(argument) => CallCondition::IsString(contract::argument_from_guest(argument)),
        specs::CallCondition::IsList(argument) => CallCondition::IsList(contract::argument_from_guest(argument)),
    }
}

fn literal_from_guest(literal: specs::Literal) -> LiteralValue {
    match literal {
        specs::Literal::Boolean(value) => LiteralValue::Bool(value),
        specs::Literal::Integer(value) => LiteralValue::Int(value),
        specs::Literal::Text(value) => LiteralValue::Str(value),
        specs::Literal::None => LiteralValue::None,
    }
}

/// Gives a library's specifications; the sinks are the rules' and stay empty.
pub(crate) fn library_from_guest(library: specs::Library) -> TaintSpecs {
    let sanitizer = |one: specs::Sanitizer| SanitizerSpec {
        callee: NamePattern(one.callee),
        languages: one.languages.into_iter().map(contract::language_from_guest).collect(),
    };
    let propagator = |one: specs::Propagator| PropagatorSpec {
        callee: NamePattern(one.callee),
        from_positions: one.from_positions,
        from_receiver: one.from_receiver,
    };
    let return_type = |one: specs::ReturnType| ReturnTypeSpec { callee: NamePattern(one.callee), returns: one.returns };
    TaintSpecs {
        sources: library.sources.into_iter().map(source_from_guest).collect(),
        sinks: Vec::new(),
        sanitizers: library.sanitizers.into_iter().map(sanitizer).collect(),
        propagators: library.propagators.into_iter().map(propagator).collect(),
        return_types: library.return_types.into_iter().map(return_type).collect(),
    }
}

fn source_from_guest(source: specs::Source) -> SourceSpec {
    SourceSpec {
        name: NamePattern(source.name),
        form: match source.form {
            specs::SourceForm::Attribute => SourceForm::Attribute,
            specs::SourceForm::Call => SourceForm::Call,
            specs::SourceForm::DecoratedParameters => SourceForm::DecoratedParameters,
            specs::SourceForm::AnnotatedParameter => SourceForm::AnnotatedParameter,
        },
        kind: match source.kind {
            specs::SourceKind::Web => SourceKind::Web,
            specs::SourceKind::Local => SourceKind::Local,
        },
        label: source.label,
    }
}
