//! Attributes of values: reading, storing, and whether they are there. Invariant: a class of the program has its say first.

use std::rc::Rc;

use ir::instruction::Operand;

use crate::{
    interpreter::{Choice, Choices, Interpreter, Outcome, call::Arguments},
    models::texts::is_text_method,
    program_index::Named,
    shape::Shape,
    state::State,
    term::{BoolTerm, IntTerm, Order},
    value::{Closure, Exception, Influence, Object, Rest, Value},
};

/// Tells whether a value is what a library's request gave.
fn is_response(why: &str) -> bool {
    ["`requests.", "`httpx."]
        .iter()
        .any(|library| why.strip_prefix("the result of ").is_some_and(|of| of.starts_with(library)))
}

impl Interpreter<'_> {
    /// Evaluates `base.name`.
    pub(crate) fn attribute(&mut self, state: &mut State, base: &Value, name: &str) -> Choices {
        match base {
            Value::None => vec![Choice::raise("AttributeError")],
            Value::Global(path) if name == "__name__" && path.starts_with("builtins.") => {
                vec![Choice::value(Value::text(path.trim_start_matches("builtins.")))]
            }
            Value::Global(path) => {
                let path = format!("{path}.{name}");
                vec![Choice::value(self.global(state, &path))]
            }
            Value::Opaque(opaque) if name == "status_code" && is_response(&opaque.why) => {
                let status = self.fresh_integer();
                let is_status = BoolTerm::compare(Order::LessEqual, IntTerm::number(0), status.clone());
                vec![Choice::value(Value::Int(status)).when(is_status)]
            }
            Value::Opaque(opaque) => {
                let opaque = opaque.clone();
                self.forget_page(opaque.id, name);
                self.part_of_opaque(state, &opaque, &format!(".{name}"))
            }
            Value::Object(_) if name == "__class__" && self.type_of(state, base).is_some() => {
                vec![Choice::value(self.type_of(state, base).unwrap_or(Value::None))]
            }
            Value::Object(id) => self.object_attribute(state, *id, base, name),
            Value::Class(class) if name == "__name__" && self.index.class(*class).is_some() => {
                let path = self.index.class(*class).map_or("", |class| class.qualname.as_str());
                vec![Choice::value(Value::text(path.rsplit('.').next().unwrap_or(path)))]
            }
            Value::Function(closure) if name == "__name__" && self.index.function(closure.function).is_some() => {
                let name = self.index.function(closure.function).map_or("", |function| function.name.as_str());
                vec![Choice::value(Value::text(name))]
            }
            Value::Class(class)
                if self.members(*class).is_some_and(|all| all.iter().any(|(known, _)| *known == name)) =>
            {
                self.member(state, *class, name).map(|member| vec![Choice::value(member)]).unwrap_or_default()
            }
            Value::Class(class) => match self.index.class_member(*class, name) {
                Some(Named::Function(function)) => {
                    let bound = self
                        .index
                        .function(function)
                        .is_some_and(|f| f.decorators.iter().any(|d| d == "builtins.classmethod"));
                    let receiver = bound.then(|| Rc::new(base.clone()));
                    let closure = Closure { function, cells: Rc::default(), defaults: Rc::default(), receiver };
                    vec![Choice::value(Value::Function(closure))]
                }
                Some(Named::Constant(constant)) => vec![Choice::value(self.constant(state, constant))],
                Some(Named::Class(_) | Named::CallOf(_) | Named::Variable | Named::Module) | None => {
                    let value = self.fresh_opaque(&format!("the class attribute `{name}`"), Influence::Environment);
                    vec![Choice::value(value)]
                }
            },
            Value::Str(rope) => {
                if let Some(source) = rope.plain_source()
                    && self.reshape(source, Shape::Resource)
                {
                    return Vec::new();
                }
                if !is_text_method(name)
                    && let Some(opened) = self.opened(rope)
                {
                    return self.part_of_opaque(state, &opened, &format!(".{name}"));
                }
                let value = self.fresh_opaque(&format!("the method `{name}` of a text"), Influence::Attacker);
                vec![Choice::value(value)]
            }
            Value::Path(rope) => {
                let rope = rope.clone();
                self.path_attribute(state, &rope, name)
            }
            Value::Exception(_)
            | Value::Ellipsis
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Bytes(_)
            | Value::Tuple(_)
            | Value::Function(_)
            | Value::Pattern(..)
            | Value::Match(..) => {
                let influence = self.influence(state, std::slice::from_ref(base)).max(match base {
                    Value::Exception(_) => Influence::Attacker,
                    _ => Influence::Environment,
                });
                let value = self.fresh_opaque(&format!("the attribute `{name}`"), influence);
                self.with_any_exception(state, vec![Choice::value(value)])
            }
        }
    }

    fn object_attribute(&mut self, state: &mut State, id: crate::value::ObjectId, base: &Value, name: &str) -> Choices {
        let (class, found, rest) = match state.object(id) {
            Some(Object::Instance { class, attributes, rest }) => (*class, attributes.get(name).cloned(), *rest),
            Some(Object::Unknown(opaque)) => {
                let opaque = opaque.clone();
                return self.part_of_opaque(state, &opaque, &format!(".{name}"));
            }
            Some(_) | None => {
                let influence = self.influence(state, std::slice::from_ref(base));
                let value = self.fresh_opaque(&format!("the attribute `{name}`"), influence);
                return vec![Choice::value(value)];
            }
        };
        if let Some(found) = found {
            return vec![Choice::value(found)];
        }
        match self.index.class_member(class, name) {
            Some(Named::Function(function)) => {
                let decorators = self.index.function(function).map(|f| f.decorators.as_slice()).unwrap_or_default();
                let is = |wanted: &str| decorators.iter().any(|decorator| decorator == wanted);
                let receiver = if is("builtins.staticmethod") {
                    None
                } else if is("builtins.classmethod") {
                    Some(Rc::new(Value::Class(class)))
                } else {
                    Some(Rc::new(base.clone()))
                };
                let property = is("builtins.property") || is("functools.cached_property");
                let closure = Closure { function, cells: Rc::default(), defaults: Rc::default(), receiver };
                if decorators.iter().any(|decorator| decorator.ends_with(".setter") || decorator.ends_with(".deleter"))
                {
                    let getter = self.index.accessor(class, name, "builtins.property");
                    return match getter {
                        Some(function) => {
                            let closure = Closure { function, ..closure };
                            self.enter(state, &closure, Arguments::default(), None)
                        }
                        None => vec![Choice::value(self.fresh_opaque("a property", Influence::Attacker))],
                    };
                }
                if property {
                    return self.enter(state, &closure, Arguments::default(), None);
                }
                vec![Choice::value(Value::Function(closure))]
            }
            Some(Named::Constant(constant)) => vec![Choice::value(self.constant(state, constant))],
            Some(Named::Class(_) | Named::CallOf(_) | Named::Variable | Named::Module) | None => {
                let known = self.index.class(class).is_some_and(|class| self.index.knows_bases(class));
                if rest == Rest::Closed && known && self.index.class_member(class, "__getattr__").is_none() {
                    return vec![Choice::raise("AttributeError")];
                }
                let inherited = self.inherited(state, class, name);
                let value =
                    inherited.unwrap_or_else(|| self.fresh_opaque(&format!("`self.{name}`"), Influence::Environment));
                if let Some(Object::Instance { attributes, .. }) = state.object_mut(id) {
                    attributes.insert(name.to_owned(), value.clone());
                }
                vec![Choice::value(value)]
            }
        }
    }

    /// Stores an attribute where the class has a say: a property, `__setattr__`, or a frozen dataclass; `None` elsewhere.
    pub(crate) fn controlled_store(
        &mut self,
        state: &mut State,
        base: &Value,
        (name, value): (&str, &Value),
    ) -> Option<Choices> {
        let class = self.class_of(state, base)?;
        if self.own_method(state, base, "__setattr__").is_some() {
            return self.call_own(state, base, "__setattr__", vec![Value::text(name), value.clone()]);
        }
        if self.has_option(class, "frozen") {
            let class = Some("dataclasses.FrozenInstanceError".into());
            let outcome = Outcome::Raise(Exception { class, message: None });
            return Some(vec![Choice { when: BoolTerm::Const(true), outcome, presence: None }]);
        }
        let Some(Named::Function(function)) = self.index.class_member(class, name) else { return None };
        let decorators = &self.index.function(function)?.decorators;
        let is_property = decorators.iter().any(|decorator| {
            decorator == "builtins.property" || decorator.ends_with(".setter") || decorator.ends_with(".deleter")
        });
        if !is_property {
            return None;
        }
        let Some(function) = self.index.accessor(class, name, ".setter") else {
            return Some(vec![Choice::raise("AttributeError")]);
        };
        let receiver = Some(Rc::new(base.clone()));
        let closure = Closure { function, cells: Rc::default(), defaults: Rc::default(), receiver };
        Some(self.enter(state, &closure, Arguments::from(vec![value.clone()]), None))
    }

    /// Tells whether a value has an attribute; `None` when that is not known.
    pub(crate) fn has_attribute(&self, state: &State, value: &Value, name: &str) -> Option<bool> {
        let class = self.class_of(state, value)?;
        let Value::Object(id) = value else { return None };
        let Some(Object::Instance { attributes, rest, .. }) = state.object(*id) else { return None };
        if attributes.contains_key(name) {
            return Some(true);
        }
        match self.index.class_member(class, name) {
            Some(Named::Function(function)) => {
                // A property may raise the error that means "no".
                let decorators = &self.index.function(function)?.decorators;
                decorators.is_empty().then_some(true)
            }
            Some(Named::Constant(_)) => Some(true),
            Some(Named::Class(_) | Named::CallOf(_) | Named::Variable | Named::Module) => None,
            None => {
                let declared = self.index.class(class)?;
                let is_plain = self.index.knows_bases(declared) && !name.starts_with("__");
                let has_own = ["__getattr__", "__getattribute__"]
                    .iter()
                    .any(|name| self.index.class_member(class, name).is_some());
                (is_plain && !has_own && *rest == Rest::Closed).then_some(false)
            }
        }
    }

    /// Executes `base.name = value`.
    pub(crate) fn store_attribute(
        &mut self,
        state: &mut State,
        base: &Operand,
        name: &str,
        value: &Operand,
    ) -> Result<Choices, Choices> {
        let (base, value) = (self.read(state, base)?, self.read(state, value)?);
        if let Some(choices) = self.controlled_store(state, &base, (name, &value)) {
            return Ok(choices);
        }
        match &base {
            Value::Object(id) => {
                if let Some(Object::Instance { attributes, .. }) = state.object_mut(*id) {
                    attributes.insert(name.to_owned(), value);
                }
            }
            Value::Opaque(opaque) => {
                self.forget_page(opaque.id, name);
                state.seen.insert((opaque.id, format!(".{name}")), value);
            }
            Value::Global(path) => {
                state.globals.insert(format!("{path}.{name}"), value);
            }
            Value::Str(rope) => {
                if let Some(source) = rope.plain_source()
                    && self.reshape(source, Shape::Resource)
                {
                    return Ok(Vec::new());
                }
            }
            Value::None => return Ok(vec![Choice::raise("AttributeError")]),
            _ => {}
        }
        Ok(vec![Choice::value(Value::None)])
    }
}
