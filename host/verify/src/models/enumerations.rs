//! Members of plain enumerations. Invariant: a member is one object on a path, members of equal values are the same one,
//! and an enumeration that changes how its members are made or compared is left alone.

use std::collections::BTreeMap;

use ir::{
    function::DefaultValue,
    instruction::Constant,
    program::{Class, ClassId, ClassKind},
};

use crate::{
    interpreter::{Choice, Choices, Interpreter, call::Arguments},
    state::State,
    value::{Object, Rest, Value},
};

/// Methods that change what members are, or when they are equal.
const SPECIAL: &[&str] = &["__new__", "__init__", "__eq__", "__hash__", "_missing_", "_generate_next_value_"];

impl Interpreter<'_> {
    /// Gives a plain enumeration's members with their values, in order; `None` for any other class.
    pub(crate) fn members(&self, class: ClassId) -> Option<Vec<(&str, &Constant)>> {
        let declared: &Class = self.index.class(class)?;
        let is_plain = declared.kind == ClassKind::Enum
            && matches!(declared.bases.as_slice(), [base] if matches!(base.as_str(), "enum.Enum"))
            && declared.decorators.iter().all(|decorator| decorator == "enum.unique")
            && SPECIAL.iter().all(|name| !declared.methods.contains_key(*name));
        if !is_plain {
            return None;
        }
        declared
            .fields
            .iter()
            .map(|field| match &field.default {
                Some(DefaultValue::Constant(constant)) if !field.name.starts_with('_') => {
                    Some((field.name.as_str(), constant))
                }
                Some(_) | None => None,
            })
            .collect()
    }

    /// Gives a member by name.
    pub(crate) fn member(&mut self, state: &mut State, class: ClassId, name: &str) -> Option<Value> {
        let members = self.members(class)?;
        let (_, constant) = members.iter().find(|(known, _)| *known == name)?;
        // A later name of an equal value is another name of the first.
        let (name, constant) = members.iter().find(|(_, other)| other == constant)?;
        let (name, constant) = ((*name).to_owned(), (*constant).clone());
        let key = format!("member {} {name}", class.0);
        if let Some(known) = state.globals.get(&key) {
            return Some(known.clone());
        }
        let value = self.constant(state, &constant);
        let attributes = BTreeMap::from([("name".to_owned(), Value::text(&name)), ("value".to_owned(), value)]);
        let member = Value::Object(state.allocate(Object::Instance { class, attributes, rest: Rest::Closed }));
        state.globals.insert(key, member.clone());
        Some(member)
    }

    /// Calls a plain enumeration with a value: the member that has it.
    pub(crate) fn member_by_value(
        &mut self,
        state: &mut State,
        class: ClassId,
        arguments: &Arguments,
    ) -> Option<Choices> {
        let [wanted] = arguments.plain()? else { return None };
        let names: Vec<(String, Constant)> =
            self.members(class)?.into_iter().map(|(name, constant)| (name.to_owned(), constant.clone())).collect();
        for (name, constant) in names {
            let value = self.constant(state, &constant);
            let equal = self.equal(state, &value, wanted, 8);
            if self.decide_term(state, equal)? {
                return self.member(state, class, &name).map(|member| vec![Choice::value(member)]);
            }
        }
        Some(vec![Choice::raise("ValueError")])
    }

    /// Tells whether a value is a member of a plain enumeration.
    pub(crate) fn is_member(&self, state: &State, value: &Value) -> bool {
        let Value::Object(id) = value else { return false };
        matches!(state.object(*id), Some(Object::Instance { class, .. }) if self.members(*class).is_some())
    }
}
