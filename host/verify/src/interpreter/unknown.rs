//! Values that are not known, and where they come from. Invariant: a value that the attacker's data may have gone into
//! is never marked as the environment's.

use std::rc::Rc;

use crate::{
    assignment::Chosen,
    automata::language::Language,
    interpreter::{Choice, Choices, Interpreter, Outcome, access::shown_path},
    rope::{Author, Chain, Piece, Rope},
    source::{Chooser, Origin, Sort, Source, SourceId},
    state::{Presence, State},
    term::{BoolTerm, IntTerm, IntVariable},
    value::{Exception, Influence, Object, Opaque, Value},
};

impl Interpreter<'_> {
    /// Gives a new identity.
    pub(crate) fn fresh_id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id
    }

    /// Makes a value of which only the provenance is known.
    pub(crate) fn fresh_opaque(&mut self, why: &str, influence: Influence) -> Value {
        Value::Opaque(Opaque { id: self.fresh_id(), why: why.into(), influence })
    }

    /// Makes a float of which nothing else is known.
    pub(crate) fn fresh_float(&mut self, why: &str, influence: Influence) -> Value {
        let id = self.fresh_id();
        self.hazards.floats.insert(id);
        Value::Opaque(Opaque { id, why: why.into(), influence })
    }

    /// Makes an integer that may be any.
    pub(crate) fn fresh_integer(&mut self) -> IntTerm {
        IntTerm::Variable(IntVariable::Fresh(self.fresh_id()))
    }

    /// Makes a condition that may go either way.
    pub(crate) fn fresh_condition(&mut self, why: &str, influence: Influence) -> BoolTerm {
        BoolTerm::Opaque { id: self.fresh_id(), attacker: influence == Influence::Attacker, why: why.into() }
    }

    /// Gives the condition with this name: the same each time on a path.
    pub(crate) fn named_condition(&mut self, key: String, why: &str, influence: Influence) -> BoolTerm {
        let id = match self.condition_ids.get(&key) {
            Some(id) => *id,
            None => {
                let id = self.fresh_id();
                self.condition_ids.insert(key, id);
                id
            }
        };
        BoolTerm::Opaque { id, attacker: influence == Influence::Attacker, why: why.into() }
    }

    /// Tells whether the attacker's data is in any of the values.
    pub(crate) fn influence(&self, state: &State, values: &[Value]) -> Influence {
        let attacker = |id: SourceId| self.sources.chooser(id) != Chooser::Environment;
        if values.iter().any(|value| state.is_influenced(value, &attacker)) {
            Influence::Attacker
        } else {
            Influence::Environment
        }
    }

    /// Sees any value as an opaque one.
    pub(crate) fn opaque_parts(&mut self, state: &State, value: &Value) -> Opaque {
        match value {
            Value::Opaque(opaque) => opaque.clone(),
            Value::Global(path) if self.is_source_attribute(path) => {
                let name = shown_path(path);
                match self.tree(&name) {
                    Value::Opaque(opaque) => opaque,
                    _ => Opaque { id: self.fresh_id(), why: name.into(), influence: Influence::Attacker },
                }
            }
            Value::Object(id) => {
                if let Some(Object::Unknown(opaque) | Object::OpenIterator { over: opaque, .. }) = state.object(*id) {
                    return opaque.clone();
                }
                let influence = self.influence(state, std::slice::from_ref(value));
                Opaque { id: self.fresh_id(), why: "a container".into(), influence }
            }
            other => {
                let influence = self.influence(state, std::slice::from_ref(other));
                let why: Rc<str> = match other {
                    Value::Global(path) => format!("`{path}`").into(),
                    _ => "a value".into(),
                };
                Opaque { id: self.fresh_id(), why, influence }
            }
        }
    }

    /// Adds the way in which the operation raises something, when anybody on the stack would catch it.
    pub(crate) fn with_any_exception(&mut self, state: &State, mut choices: Choices) -> Choices {
        self.may_raise = true;
        if self.is_watched(state) {
            choices.push(Choice {
                when: BoolTerm::Const(true),
                outcome: Outcome::Raise(Exception { class: None, message: None }),
                presence: None,
            });
        }
        choices
    }

    /// Makes a text that is worked out in a way that is not modelled, or comes from outside; it lies in `language` when
    /// one is given.
    pub(crate) fn unknown_text(
        &mut self,
        state: &mut State,
        why: &str,
        influence: Influence,
        language: Option<Language>,
    ) -> Rope {
        let key = format!("text#{}", self.fresh_id());
        self.unknown_text_named(state, &key, why, (influence, language))
    }

    /// Makes such a text for an opaque value: the same each time.
    pub(crate) fn text_of_opaque(&mut self, state: &mut State, opaque: &Opaque) -> Rope {
        if let Some((source, rope)) = self.tree_text(opaque) {
            state.presence.insert(source, Presence::Present);
            return rope;
        }
        let key = format!("text of opaque#{}", opaque.id);
        self.unknown_text_named(state, &key, &opaque.why, (opaque.influence, None))
    }

    /// Makes such a text with a key of its own: the same for the same key.
    pub(crate) fn unknown_text_named(
        &mut self,
        state: &mut State,
        key: &str,
        why: &str,
        (influence, language): (Influence, Option<Language>),
    ) -> Rope {
        let chooser = match influence {
            Influence::Environment => Chooser::Environment,
            Influence::Attacker => Chooser::Derived,
        };
        let id = self.sources.intern(key, || Source {
            name: why.into(),
            chooser,
            sort: Sort::Text,
            parameter: Origin::Expression,
        });
        if let Some(language) = language {
            // The language is no test: an empty one only says that the function never returns.
            let _ = state.condition.narrow(id, &Rc::new(language));
        }
        Rope::source(id)
    }

    /// Reads a source of the attacker's: the value, and `absent` for when none was sent.
    pub(crate) fn read_source(&mut self, state: &State, name: &str, sort: Sort, absent: Option<Outcome>) -> Choices {
        let id = self.sources.intern(name, || Source {
            name: name.into(),
            chooser: Chooser::Attacker,
            sort,
            parameter: Origin::Expression,
        });
        let (value, is_there) = self.source_value(id, sort);
        let presence = match (is_there, state.presence.get(&id)) {
            (Some(presence), _) => Some(presence),
            (None, Some(presence)) => Some(*presence),
            (None, None) => None,
        };
        let present = Choice {
            when: BoolTerm::Const(true),
            outcome: Outcome::Value(value),
            presence: Some((id, Presence::Present)),
        };
        let Some(absent) = absent else { return vec![present] };
        let absent = Choice { when: BoolTerm::Const(true), outcome: absent, presence: Some((id, Presence::Absent)) };
        match presence {
            Some(Presence::Present) => vec![present],
            Some(Presence::Absent) => vec![absent],
            None => vec![present, absent],
        }
    }

    /// Gives a source's value in this run, and whether it is there when that is chosen.
    pub(crate) fn source_value(&self, id: SourceId, sort: Sort) -> (Value, Option<Presence>) {
        let Some(chosen) = &self.chosen else {
            return (
                match sort {
                    Sort::Text => Value::Str(Rope::piece(Piece::Source { id, chain: Chain::default() })),
                    Sort::Bytes => Value::Bytes(Rope::source(id)),
                    Sort::Integer => Value::Int(IntTerm::Variable(IntVariable::Source(id))),
                    Sort::Boolean => Value::Bool(BoolTerm::Source(id)),
                },
                None,
            );
        };
        let text = |text: &str| {
            let rope = Rope::written(text, Author::Attacker);
            match sort {
                Sort::Bytes => Value::Bytes(rope),
                Sort::Text | Sort::Integer | Sort::Boolean => Value::Str(rope),
            }
        };
        match (chosen.values.get(&id), sort) {
            (Some(Chosen::Absent), _) => (Value::None, Some(Presence::Absent)),
            (Some(Chosen::Text(value)), _) => (text(value), Some(Presence::Present)),
            (Some(Chosen::Number(value)), _) => (Value::number(value.clone()), Some(Presence::Present)),
            (Some(Chosen::Truth(value)), _) => (Value::truth(*value), Some(Presence::Present)),
            (None, Sort::Integer) => (Value::number(1), Some(Presence::Present)),
            (None, Sort::Boolean) => (Value::truth(true), Some(Presence::Present)),
            (None, Sort::Text | Sort::Bytes) => {
                let whole = self.met_in_parts(id).unwrap_or_else(|| text(&chosen.harmless));
                (whole, Some(Presence::Present))
            }
        }
    }
}
