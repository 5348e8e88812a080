//! What the attacker's data turns out to be where it is used as more than a text: an upload, a parsed body, a form.
//! Invariant: a value that is taken for more than a text keeps its name, and in a concrete run it has that shape exactly
//! when a part of it was met.

use crate::{
    assignment::{Assignment, Chosen},
    interpreter::{Choice, Choices, Interpreter, call::Arguments},
    prove::DataFlow,
    rope::Rope,
    source::{Chooser, Origin, Sort, SourceId},
    state::State,
    value::{Influence, Opaque, Value},
};

impl Interpreter<'_> {
    /// Sees a text that an expression of the code reads from the attacker as data of any shape; `None` for every other
    /// text.
    pub(crate) fn opened(&mut self, rope: &Rope) -> Option<Opaque> {
        let source = self.sources.get(rope.plain_source()?)?;
        let is_read = source.chooser == Chooser::Attacker
            && matches!(source.parameter, Origin::Expression | Origin::Sent)
            && matches!(source.sort, Sort::Text | Sort::Bytes);
        if !is_read {
            return None;
        }
        let name = source.name.to_string();
        match self.tree(&name) {
            Value::Opaque(opaque) => Some(opaque),
            _ => None,
        }
    }

    /// Gives what unpacking takes from the attacker's data where that is a sequence for certain: an annotated list, or a
    /// pair of a mapping. Of a mapping itself, unpacking would take keys.
    pub(crate) fn part_of_sequence(&mut self, state: &State, opaque: &Opaque, index: usize) -> Option<Choices> {
        let shown = self.trees.get(&opaque.id)?;
        let is_pair = shown.rsplit_once('[').is_some_and(|(items, _)| items.ends_with(".items()"));
        if !is_pair && !self.typed_trees.contains_key(shown.as_ref()) {
            return None;
        }
        let name = format!("{shown}[{index}]");
        Some(self.tree_part(state, &name, None))
    }

    /// Tells whether an input attacks by what only data flow calls untrusted, while data flow, which knows more of such
    /// data (a form's typed fields, an option's choices), sees none of it at the contract's place.
    pub(crate) fn contradicts_flow(&self, assignment: &Assignment) -> bool {
        let sent: Vec<&str> = self
            .sources
            .iter()
            .filter(|(_, source)| matches!(source.parameter, Origin::Sent))
            .map(|(_, source)| source.name.as_ref())
            .collect();
        let is_sent = |id: &SourceId| {
            self.sources.get(*id).is_some_and(|source| sent.iter().any(|name| source.name.contains(name)))
        };
        self.settings.flow == DataFlow::MissesSink
            && assignment
                .values
                .iter()
                .any(|(id, chosen)| matches!(chosen, Chosen::Text(text) if *text != assignment.harmless) && is_sent(id))
    }

    /// Gives the shape of a source that has no value of its own in a concrete run, when parts of it were met.
    pub(crate) fn met_in_parts(&self, id: SourceId) -> Option<Value> {
        let name = &self.sources.get(id)?.name;
        let inner = format!("({name})");
        let is_part = |other: &str| {
            other.strip_prefix(name.as_ref()).is_some_and(|rest| rest.starts_with(['[', '.'])) || other.contains(&inner)
        };
        if !self.sources.iter().any(|(_, source)| is_part(&source.name)) {
            return None;
        }
        let (tree, shown) = self.trees.iter().find(|(_, shown)| *shown == name)?;
        Some(Value::Opaque(Opaque { id: *tree, why: format!("`{shown}`").into(), influence: Influence::Attacker }))
    }

    /// Parses what the attacker sends by a function that can give every value of its kind: each part of the result is the
    /// attacker's, because some input is parsed to it. `None` when something is known of the input.
    pub(crate) fn parsed(&mut self, state: &mut State, path: &str, arguments: &Arguments) -> Option<Choices> {
        let [Value::Str(_) | Value::Bytes(_) | Value::Opaque(_)] = arguments.plain()? else { return None };
        let whole = match arguments.at(0)? {
            Value::Str(rope) | Value::Bytes(rope) => {
                if rope.plain_source().is_some_and(|id| state.condition.language(id).is_some()) {
                    return None;
                }
                self.opened(rope)?
            }
            Value::Opaque(opaque) => opaque.clone(),
            _ => return None,
        };
        let shown = self.trees.get(&whole.id)?;
        let name = format!("{path}({shown})");
        let value = self.tree(&name);
        Some(self.with_any_exception(state, vec![Choice::value(value)]))
    }
}
