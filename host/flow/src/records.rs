//! Records: dataclasses, named tuples, typed dicts and their like. Invariant: a field that a constructor is not given
//! holds the default that the class body writes.

use std::rc::Rc;

use ir::{
    instruction::Constant,
    program::{ClassId, ClassKind},
};

use crate::{
    calls::Evaluated, change::Change, collections::empty_dict, function_pass::Pass, project::Cell, state::State,
    taint::Key, value::Value,
};

/// The attribute of a named tuple's class that names its fields.
pub(crate) const FIELDS: &str = "_fields";

impl<'a> Pass<'_, 'a> {
    /// `record._replace(..)`, `record._asdict()`.
    pub(crate) fn record_method(&mut self, call: &Evaluated<'a>) -> Option<Value> {
        let (_, receiver) = call.receiver.as_ref()?;
        match call.method()? {
            "_replace" => {
                let mut made = receiver.clone().loose();
                let fields = field_names(&receiver.part(&Key::Attribute(FIELDS.into()))).unwrap_or_default();
                for given in &call.arguments {
                    let Some(name) = given.keyword else { continue };
                    made.set_part(&Key::Attribute(name.into()), given.value.clone());
                    if let Some(index) = fields.iter().position(|field| field == name) {
                        made.set_part(&Key::Int(i64::try_from(index).ok()?), given.value.clone());
                    }
                }
                Some(made)
            }
            "_asdict" => Some(self.as_plain(call, "_asdict")),
            _ => None,
        }
    }

    /// An object as a dict or as a tuple.
    pub(crate) fn as_plain(&mut self, call: &Evaluated<'a>, name: &str) -> Value {
        let (operand, object) = match (&call.receiver, call.nth(0)) {
            (Some((operand, value)), None) => (*operand, value.clone()),
            (_, Some(first)) => (first.operand, first.value.clone()),
            (None, None) => return Value::default(),
        };
        let mut fields: Vec<(Rc<str>, Value)> = Vec::new();
        for (key, part) in object.parts.iter().flat_map(|parts| &parts.entries) {
            if let Key::Attribute(name) = key
                && **name != *FIELDS
            {
                fields.push((Rc::clone(name), part.clone()));
            }
        }
        if fields.is_empty() {
            return Value::tainted(object.all_taints());
        }
        if name == "dataclasses.astuple" {
            let order: Vec<String> = self
                .classes_of(operand)
                .into_iter()
                .flat_map(|class| self.fields_of(class).into_iter().map(|(name, _)| name))
                .collect();
            let items = order.iter().map(|name| object.part(&Key::Attribute(name.as_str().into()))).collect();
            return Value::sequence(items);
        }
        let mut made = empty_dict();
        for (name, part) in fields {
            made.set_part(&Key::Str(name), part);
        }
        made.taints = object.taints;
        made
    }

    /// `getattr(object, "name")`, `setattr(object, "name", value)` with a name that is known.
    pub(crate) fn dynamic_attribute(&mut self, state: &mut State, call: &Evaluated<'a>, name: &str) -> Option<Value> {
        let object = call.nth(0)?;
        let attribute = match call.nth(1)?.value.constant.as_deref()? {
            Constant::Str(text) => text.clone(),
            _ => return None,
        };
        if name == "setattr" {
            let value = call.nth(2)?.value.clone();
            let key = Key::Attribute(attribute.as_str().into());
            self.change(state, object.operand, Change::replacing(Some(&key), &value), call.span);
            return Some(Value::default());
        }
        let mut value = self.attribute_of(state, object.operand, &attribute, call.span);
        if let Some(default) = call.nth(2) {
            value.join(&default.value);
        }
        Some(value)
    }

    /// The fields of a class whose constructor takes them, with their defaults; bases first.
    fn fields_of(&self, class: ClassId) -> Vec<(String, Option<Value>)> {
        let (inside, _) = self.analysis.project.ancestry(class);
        let mut fields: Vec<(String, Option<Value>)> = Vec::new();
        for class in inside.iter().rev() {
            for field in class.fields.iter().filter(|field| field.annotation.is_some()) {
                let default = class.constants.get(&field.name).map(|constant| Value::constant(constant.clone()));
                match fields.iter_mut().find(|(name, _)| *name == field.name) {
                    Some(known) => known.1 = default,
                    None => fields.push((field.name.clone(), default)),
                }
            }
        }
        fields
    }

    /// An object of a class of the program that has no `__init__` there.
    pub(crate) fn plain_object(&mut self, call: &Evaluated<'a>, class: ClassId) -> Value {
        if self.is_enum(class) {
            return Value::fixed();
        }
        let kind = self.analysis.project.program.class(class).map_or(ClassKind::Plain, |class| class.kind);
        let fields = self.fields_of(class);
        let mut object = Value { parts: Some(Rc::default()), ..Value::default() };
        if kind == ClassKind::TypedDict {
            object = empty_dict();
        }
        for (name, default) in &fields {
            if let Some(default) = default {
                object.set_part(&Key::Attribute(name.as_str().into()), default.clone());
            }
        }
        let mut positions = fields.iter();
        for argument in &call.arguments {
            let by_position = || positions.next().map(|(name, _)| name.as_str()).filter(|_| !argument.is_spread);
            match argument.keyword.or_else(by_position) {
                Some(name) => {
                    let key = match kind {
                        ClassKind::TypedDict => Key::Str(name.into()),
                        _ => Key::Attribute(name.into()),
                    };
                    let value = if self.converts(class, name) { Value::default() } else { argument.value.clone() };
                    self.store(&Cell::Field(class, name.into()), &value);
                    object.set_part(&key, value);
                }
                None => {
                    object.taints.join(&argument.value.all_taints());
                    for (name, _) in &fields {
                        let given = argument.value.part(&Key::Str(name.as_str().into()));
                        if argument.is_spread && given.is_tainted() && !self.converts(class, name) {
                            object.add_to_part(&Key::Attribute(name.as_str().into()), &given);
                        }
                    }
                }
            }
        }
        if kind == ClassKind::NamedTuple {
            let names: Vec<String> = fields.into_iter().map(|(name, _)| name).collect();
            number_fields(&mut object, &names);
        }
        object
    }

    /// Makes an object of a class that `namedtuple` made.
    pub(crate) fn named_tuple(&mut self, call: &Evaluated<'a>, class: &Value) -> Option<Value> {
        let key = Key::Attribute(FIELDS.into());
        let fields = field_names(class.parts.as_ref()?.entries.get(&key)?)?;
        let mut object = Value { parts: Some(Rc::default()), ..Value::default() };
        for (name, argument) in fields.iter().zip(call.positional()) {
            object.set_part(&Key::Attribute(name.as_str().into()), argument.value.clone());
        }
        for argument in &call.arguments {
            if let Some(name) = argument.keyword {
                object.set_part(&Key::Attribute(name.into()), argument.value.clone());
            }
        }
        number_fields(&mut object, &fields);
        Some(object)
    }
}

/// Gives an object's fields as the items of a tuple, too.
fn number_fields(object: &mut Value, fields: &[String]) {
    for (index, name) in (0_i64..).zip(fields) {
        let part = object.part(&Key::Attribute(name.as_str().into()));
        object.set_part(&Key::Int(index), part);
    }
    let names = fields.iter().map(|name| Constant::Str(name.clone())).collect();
    object.set_part(&Key::Attribute(FIELDS.into()), Value::constant(Constant::Tuple(names)));
}

/// Reads the field names of `namedtuple("P", ["x", "y"])` or `namedtuple("P", "x y")`.
pub(crate) fn field_names(value: &Value) -> Option<Vec<String>> {
    if let Some(Constant::Str(text)) = value.constant.as_deref() {
        return Some(text.replace(',', " ").split_whitespace().map(str::to_owned).collect());
    }
    let length = value.length().filter(|length| *length <= 64)?;
    let name = |index: i64| match value.part(&Key::Int(index)).constant.as_deref()? {
        Constant::Str(text) => Some(text.clone()),
        Constant::Tuple(pair) => match pair.first()? {
            Constant::Str(text) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    };
    (0..length).map(name).collect()
}
