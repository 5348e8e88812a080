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

/// What a member of an enumeration is besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MemberSort {
    /// Nothing.
    Plain,
    /// An integer: its value.
    Number,
    /// A text: its value.
    Text,
}

impl Interpreter<'_> {
    /// Tells what the members of an enumeration are besides members; `None` for bases that are not modelled.
    fn member_sort(&self, class: &Class) -> Option<MemberSort> {
        let bases: Vec<&str> = class.bases.iter().map(String::as_str).collect();
        match bases.as_slice() {
            ["enum.Enum"] => Some(MemberSort::Plain),
            ["enum.IntEnum"] | ["builtins.int", "enum.Enum"] => Some(MemberSort::Number),
            ["enum.StrEnum"] | ["builtins.str", "enum.Enum"] => Some(MemberSort::Text),
            _ => None,
        }
    }

    /// Gives the number or text that a member is besides; `None` for any other value.
    pub(crate) fn value_of_member(&self, state: &State, value: &Value) -> Option<Value> {
        let Value::Object(id) = value else { return None };
        let Some(Object::Instance { class, attributes, .. }) = state.object(*id) else { return None };
        let declared = self.index.class(*class)?;
        if declared.kind != ClassKind::Enum || self.member_sort(declared)? == MemberSort::Plain {
            return None;
        }
        attributes.get("value").cloned()
    }

    /// Gives an enumeration's members, in order and each once; `None` for any other value.
    pub(crate) fn listed_members(&mut self, state: &mut State, value: &Value) -> Option<Value> {
        let Value::Class(class) = value else { return None };
        let names: Vec<(String, Constant)> =
            self.members(*class)?.into_iter().map(|(name, constant)| (name.to_owned(), constant.clone())).collect();
        let mut seen: Vec<Constant> = Vec::new();
        let mut listed = Vec::new();
        for (name, constant) in names {
            if !seen.contains(&constant) {
                listed.push(self.member(state, *class, &name)?);
                seen.push(constant);
            }
        }
        Some(Value::Tuple(listed.into()))
    }

    /// Gives the arguments of a builtin that goes over items, with enumerations as their members; `None` where there is
    /// none.
    pub(crate) fn with_members_listed(
        &mut self,
        state: &mut State,
        name: &str,
        arguments: &Arguments,
    ) -> Option<Arguments> {
        let goes_over = matches!(
            name,
            "list" | "tuple" | "set" | "frozenset" | "sorted" | "len" | "enumerate" | "zip" | "reversed" | "iter"
        );
        let positional = arguments.positional.as_ref().filter(|_| goes_over)?;
        if !positional.iter().any(|value| matches!(value, Value::Class(_))) {
            return None;
        }
        let listed =
            positional.iter().map(|value| self.listed_members(state, value).unwrap_or_else(|| value.clone())).collect();
        Some(Arguments { positional: Some(listed), ..arguments.clone() })
    }

    /// Gives a plain enumeration's members with their values, in order; `None` for any other class.
    pub(crate) fn members(&self, class: ClassId) -> Option<Vec<(&str, &Constant)>> {
        let declared: &Class = self.index.class(class)?;
        let is_plain = declared.kind == ClassKind::Enum
            && self.member_sort(declared).is_some()
            && declared.decorators.iter().all(|decorator| decorator == "enum.unique")
            && SPECIAL.iter().all(|name| !declared.methods.contains_key(*name));
        if !is_plain {
            return None;
        }
        declared
            .fields
            .iter()
            .map(|field| match &field.default {
                Some(DefaultValue::Constant(constant))
                    if !field.name.starts_with('_')
                        && match self.member_sort(declared)? {
                            MemberSort::Plain => true,
                            MemberSort::Number => matches!(constant, Constant::Int(_)),
                            MemberSort::Text => matches!(constant, Constant::Str(_)),
                        } =>
                {
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
