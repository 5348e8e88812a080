//! Reading attributes: sources and sanitizers among them, fields of objects, class attributes, properties. Invariant: a
//! field that the program's classes do not know holds what its object as a whole may hold.

use std::rc::Rc;

use ir::{
    instruction::{Constant, Operand},
    program::ClassId,
};
use model::span::Span;

use crate::{
    function_pass::Pass,
    guard::{About, Aspect, Subject},
    language_set::LanguageSet,
    project::Cell,
    project_index::{Member, is_receiver},
    state::State,
    taint::{Key, Taints},
    types::Type,
    value::{Home, Value},
};

impl<'a> Pass<'_, 'a> {
    /// Reads an attribute.
    pub(crate) fn attribute(&mut self, state: &mut State, base: &'a Operand, name: &str, span: Span) -> Value {
        let paths: Vec<Rc<str>> = self.analysis.types.attribute(self.function.id, self.at.0, self.at.1).to_vec();
        let own = Key::Attribute(name.into());
        let held = self.eval(state, base, span).parts.is_some_and(|parts| parts.entries.contains_key(&own));
        for path in paths.iter().filter(|_| !held) {
            if let Some(taint) = self.path_source(path, span) {
                return self.checked_form(base, name, Value::tainted(Taints::one(taint)));
            }
        }
        let mut value = self.attribute_of(state, base, name, span);
        let index = self.analysis.index;
        let numbers = paths.iter().flat_map(|path| index.sanitizers.matching(path));
        for spec in numbers.filter_map(|number| index.specs.sanitizers.get(*number)) {
            if spec.languages.is_empty() {
                return Value::default();
            }
            value.taints.clean(LanguageSet::of(&spec.languages));
        }
        value
    }

    /// Reads an attribute of which no spec says anything.
    pub(crate) fn attribute_of(&mut self, state: &mut State, base: &'a Operand, name: &str, span: Span) -> Value {
        let base_value = self.eval(state, base, span);
        let key = Key::Attribute(name.into());
        // What is set on a class itself is one of the things that its fields may hold.
        let is_class = matches!(base, Operand::Global(path) if self.analysis.project.class(path).is_some());
        let is_here = !is_class && base_value.parts.as_ref().is_some_and(|parts| parts.entries.contains_key(&key));
        let mut value = match is_here || !self.is_converted_field(base, name) {
            true => part_of(&base_value, base, &key),
            false => Value::default(),
        };
        value.about = self.side_by_attribute(base, &base_value, name).map(Rc::new);
        if !is_here {
            for class in self.classes_of(base) {
                let field = self.field(state, class, name, (base, &base_value), span);
                let is_plain = value.taints.is_empty();
                value.is_fixed = (field.is_fixed || base_value.is_fixed) && is_plain;
                let (constant, is_fixed) = (field.constant.clone(), value.is_fixed);
                value.join(&field);
                value.is_fixed = is_fixed;
                value.constant = constant.filter(|_| is_plain && value.taints.is_empty());
            }
        }
        match base {
            Operand::Local(local) => value.home = Some(Home::Part(*local, key)),
            Operand::Global(path) => {
                value.home = self.analysis.project.class(path).map(|class| Home::Field(class, name.into()));
            }
            Operand::Constant(_) => {}
        }
        value
    }

    /// Tells whether an operand is the object that this method is called on.
    pub(crate) fn is_own_receiver(&self, operand: &Operand) -> bool {
        let receiver = self.function.params.first().filter(|_| is_receiver(self.function, 0));
        matches!((operand, receiver), (Operand::Local(local), Some(receiver)) if *local == receiver.local)
    }

    /// Reads a field of a class of the program: what any of its methods stores there.
    fn field(
        &mut self,
        state: &mut State,
        class: ClassId,
        name: &str,
        (operand, object): (&'a Operand, &Value),
        span: Span,
    ) -> Value {
        let (inside, _) = self.analysis.project.ancestry(class);
        let getter = inside.iter().find_map(|class| self.analysis.project.getter(class.id, name));
        if let Some(getter) = getter {
            return self.run_method(state, getter, (operand, object.clone()), Vec::new(), span);
        }
        let descriptors = self.analysis.types.fields_of_classes(inside.iter().map(|class| class.id), name);
        for descriptor in descriptors {
            let get =
                self.analysis.project.class(&descriptor).map(|class| self.analysis.project.member(class, "__get__"));
            if let Some(Member::Method(get)) = get {
                return self.run_method(state, get, (operand, Value::default()), Vec::new(), span);
            }
        }
        let mut value = self.stored_field(class, name, self.is_own_receiver(operand), span);
        // A scalar may be set from outside; only a collection is taken to be what the class says.
        value.constant = value.constant.filter(|constant| {
            matches!(**constant, Constant::Tuple(_) | Constant::List(_) | Constant::Set(_) | Constant::Dict(_))
        });
        value
    }

    /// Reads what a class itself holds under a name.
    pub(crate) fn field_of_class(&mut self, class: ClassId, name: &str, span: Span) -> Value {
        if self.is_enum(class) {
            return Value::fixed();
        }
        self.stored_field(class, name, false, span)
    }

    fn stored_field(&mut self, class: ClassId, name: &str, is_own: bool, span: Span) -> Value {
        let (inside, _) = self.analysis.project.ancestry(class);
        let mut value: Option<Value> = None;
        for class in inside {
            let cell = Cell::Field(class.id, name.into());
            let place = self.place(span);
            let mut found = self.analysis.read(&cell, self.function.id, place);
            if let Some(found) = found.as_mut().filter(|_| is_own) {
                found.taints.make_own(self.function.id, name);
            }
            if let Some(constant) = class.constants.get(name) {
                let constant = Value::constant(constant.clone());
                match &mut found {
                    Some(found) => found.join(&constant),
                    None => found = Some(constant),
                }
            }
            match (&mut value, found) {
                (Some(value), Some(found)) => value.join(&found),
                (none, found) => *none = found.or_else(|| none.take()),
            }
        }
        value.unwrap_or_default()
    }

    /// Tells of which value an attribute is a side.
    fn side_by_attribute(&self, base: &Operand, value: &Value, name: &str) -> Option<About> {
        match (name, &value.about) {
            ("netloc" | "hostname", Some(about)) if about.aspect == Aspect::Url => {
                Some(About { aspect: Aspect::Host, subject: about.subject.clone() })
            }
            ("parents", None) => Some(About { aspect: Aspect::Parents, subject: Subject::new(base, value)? }),
            _ => None,
        }
    }

    /// Gives the program's classes that an operand is an instance of.
    pub(crate) fn instance_classes(&self, operand: &Operand) -> Vec<ClassId> {
        let types = match operand {
            Operand::Local(local) => self.analysis.types.local(self.function.id, *local),
            Operand::Global(path) => self.analysis.type_of_global(path),
            Operand::Constant(_) => None,
        };
        let class = |of: &Type| match of {
            Type::Instance(path) => self.analysis.project.class(path),
            Type::Class(_) | Type::Function(_) | Type::Path(_) => None,
        };
        types.into_iter().flat_map(|types| types.iter()).filter_map(class).collect()
    }

    /// Gives the program's classes that an operand may be an instance of.
    pub(crate) fn classes_of(&self, operand: &Operand) -> Vec<ClassId> {
        let types = match operand {
            Operand::Local(local) => self.analysis.types.local(self.function.id, *local),
            Operand::Global(path) => self.analysis.type_of_global(path),
            Operand::Constant(_) => None,
        };
        let class = |of: &Type| match of {
            Type::Instance(path) => self.analysis.project.class(path),
            Type::Class(id) => Some(*id),
            Type::Function(_) | Type::Path(_) => None,
        };
        let itself = match operand {
            Operand::Global(path) => self.analysis.project.class(path),
            Operand::Local(_) | Operand::Constant(_) => None,
        };
        types.into_iter().flat_map(|types| types.iter()).filter_map(class).chain(itself).collect()
    }
}

pub(crate) fn part_of(value: &Value, base: &Operand, key: &Key) -> Value {
    let mut part = value.part(key);
    if let Operand::Local(local) = base {
        part.home = Some(Home::Part(*local, key.clone()));
    }
    part
}
