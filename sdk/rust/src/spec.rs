//! Short ways to write taint specifications. Invariant: what is built here is plain data of `wit/v1/rule.wit`; nothing
//! is added to what the arguments say.

use crate::{
    Argument, CallCondition, Comparison, Confidence, Literal, Propagator, ReturnType, Sanitizer, Sink, SinkForm,
    SinkLanguage, Source, SourceForm, SourceKind,
};

/// Names an argument by its zero-based position; a method's receiver is not counted.
pub const fn position(position: u32) -> Argument {
    Argument { position: Some(position), keyword: None }
}

/// Names an argument by its keyword only.
pub fn keyword(name: &str) -> Argument {
    Argument { position: None, keyword: Some(name.into()) }
}

/// Names an argument that can be given either way.
pub fn argument(position: u32, keyword: &str) -> Argument {
    Argument { position: Some(position), keyword: Some(keyword.into()) }
}

/// Names the object whose method is called: the template in `template.format(value)`.
pub const fn receiver() -> Argument {
    Argument { position: None, keyword: None }
}

/// Makes a sink of high confidence without conditions.
pub fn sink(callees: &[&str], argument: Argument, language: SinkLanguage) -> Sink {
    Sink {
        form: SinkForm::Call,
        callees: callees.iter().map(|&callee| callee.into()).collect(),
        argument,
        language,
        conditions: Vec::new(),
        confidence: Confidence::High,
    }
}

/// Makes a sink of high confidence of storing an item in these containers: `flask.session`,
/// `flask.Response.headers`, `django.http.HttpResponse`. Argument 0 is the value, argument 1 the key.
pub fn stored_item(containers: &[&str], argument: Argument, language: SinkLanguage) -> Sink {
    Sink { form: SinkForm::StoreItem, ..sink(containers, argument, language) }
}

/// Makes a sink of high confidence of assigning these attributes: `flask.Response.data`.
pub fn stored_attribute(attributes: &[&str], language: SinkLanguage) -> Sink {
    Sink { form: SinkForm::StoreAttribute, ..sink(attributes, position(0), language) }
}

/// Makes a sink of high confidence of what functions with these decorators return (`flask.Flask.route`), or methods of
/// these base classes (`app.views.Page.get`).
pub fn returned_from(decorators: &[&str], language: SinkLanguage) -> Sink {
    Sink { form: SinkForm::Return, ..sink(decorators, position(0), language) }
}

impl Sink {
    /// Adds a condition that the call must meet.
    #[must_use]
    pub fn when(mut self, condition: CallCondition) -> Self {
        self.conditions.push(condition);
        self
    }

    /// Sets how sure a hit is.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }
}

/// The argument is given and is this truth value, or is not known.
pub fn is_bool(argument: Argument, value: bool) -> CallCondition {
    CallCondition::Equals(Comparison { argument, value: Literal::Boolean(value) })
}

/// The argument is absent, or is not surely this truth value.
pub fn is_not_bool(argument: Argument, value: bool) -> CallCondition {
    CallCondition::NotEquals(Comparison { argument, value: Literal::Boolean(value) })
}

/// Makes sources of one form that share a label, a noun phrase such as "the query string".
pub fn sources(names: &[&str], form: SourceForm, kind: SourceKind, label: &str) -> Vec<Source> {
    names.iter().map(|&name| Source { name: name.into(), form, kind, label: label.into() }).collect()
}

/// Makes sanitizers for these languages; for all when there are none.
pub fn sanitizers(callees: &[&str], languages: &[SinkLanguage]) -> Vec<Sanitizer> {
    callees.iter().map(|&callee| Sanitizer { callee: callee.into(), languages: languages.to_vec() }).collect()
}

/// Makes calls whose result holds nothing of their arguments or receiver.
pub fn clean(callees: &[&str]) -> Vec<Propagator> {
    callees
        .iter()
        .map(|&callee| Propagator { callee: callee.into(), from_positions: Vec::new(), from_receiver: false })
        .collect()
}

/// Makes the types that calls return.
pub fn returns(types: &[(&str, &str)]) -> Vec<ReturnType> {
    types.iter().map(|&(callee, returns)| ReturnType { callee: callee.into(), returns: returns.into() }).collect()
}
