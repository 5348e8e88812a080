//! What each instruction does to the state. Invariant: what is not modelled passes taint on from everything that it
//! reads.

use std::rc::Rc;

use ir::{
    function::{Flavour, LocalId},
    instruction::{
        CompareOperator, Constant, DictItem, DisplayKind, Instruction, InstructionKind, Item, Operand, Rvalue,
    },
    program::{ClassId, GlobalBinding},
};
use model::{rule::Confidence, span::Span};

use crate::{
    change::Change,
    constants, container,
    function_pass::Pass,
    functions::Functions,
    guard::{self, About, Aspect, Subject},
    language_set::LanguageSet,
    operands,
    project::Cell,
    project_index::{Member, is_receiver},
    slicing::{self, Bounds},
    state::State,
    taint::{Key, Origin, Taint, Taints},
    trace::Clause,
    types::Type,
    value::{Home, Parts, Shape, Value},
};

impl<'a> Pass<'_, 'a> {
    pub(crate) fn instruction(&mut self, state: &mut State, instruction: &'a Instruction) {
        let span = instruction.span;
        match &instruction.kind {
            InstructionKind::Assign { target, value } => {
                let mut value = self.rvalue(state, value, span);
                self.assigned(*target, &mut value, span);
                if state.get(*target).is_some() {
                    state.forget_home(*target);
                }
                state.set(*target, value);
            }
            InstructionKind::StoreAttribute { base, name, value } => {
                let stored = self.eval(state, value, span);
                self.stored_attribute(state, base, name, (value, &stored), span);
                let key = Key::Attribute(name.as_str().into());
                self.change(state, base, Change::replacing(Some(&key), &stored), span);
                self.set_property(state, base, name, &stored, span);
            }
            InstructionKind::StoreItem { base, index, value } => {
                let (key_value, stored) = (self.eval(state, index, span), self.eval(state, value, span));
                self.stored_item(state, base, (index, &key_value), (value, &stored), span);
                let key = key_value.constant.as_deref().and_then(constants::key);
                if key.is_none() && key_value.is_tainted() {
                    self.change(state, base, Change::joining(Some(&Key::Keys), &key_value), span);
                }
                self.change(state, base, Change::replacing(key.as_ref(), &stored), span);
                let arguments = vec![key_value, stored];
                self.special_method(state, base, "__setitem__", arguments, span);
            }
            InstructionKind::StoreGlobal { path, value } => {
                let mut value = self.eval(state, value, span);
                let name = path.rsplit('.').next().unwrap_or(path);
                self.extend(&mut value.taints, &Clause::Assigned(name.into()), span);
                self.store(&Cell::Global(path.as_str().into()), &value);
                if self.function.flavour != Flavour::Module {
                    self.store_in_module(path, &value);
                }
            }
            InstructionKind::DeleteLocal(local) => state.remove(*local),
            InstructionKind::DeleteItem { base, index } => {
                let index = self.eval(state, index, span);
                let key = index.constant.as_deref().and_then(constants::key);
                if let Operand::Local(local) = base {
                    state.update(*local, |whole| container::remove(whole, key.as_ref()));
                }
            }
            InstructionKind::DeleteAttribute { .. } | InstructionKind::AssertMarker { .. } => {}
            InstructionKind::Havoc { operands, .. } => {
                let mut taints = Taints::default();
                for operand in operands {
                    taints.join(&self.eval(state, operand, span).all_taints());
                }
                taints.limit_confidence(Confidence::Medium);
                for operand in operands {
                    let value = Value::tainted(taints.clone());
                    self.change(state, operand, Change::joining(None, &value), span);
                }
            }
        }
    }

    /// Lets a module's own top-level code see what a function does to a global.
    fn store_in_module(&mut self, path: &str, value: &Value) {
        let Some((module, name)) = path.rsplit_once('.') else { return };
        if let Some(body) = self.analysis.project.module_body(module) {
            self.store(&Cell::WrittenBack(body, name.into()), value);
        }
    }

    fn assigned(&mut self, target: LocalId, value: &mut Value, span: Span) {
        if let Some(name) = self.local_name(target) {
            let place = self.place(span);
            self.step(value, &Clause::Assigned(name), place);
        }
        if value.home == Some(Home::Local(target)) {
            value.home = None;
        }
        if value.functions.is_empty()
            && let Some(types) = self.analysis.types.local(self.function.id, target)
        {
            for of in types.iter() {
                if let Type::Function(id) = of {
                    value.functions.join(&Functions::one(*id));
                }
            }
        }
    }

    /// Adds a step to all taints of a value and its parts.
    pub(crate) fn step(&mut self, value: &mut Value, clause: &Clause, place: model::span::Place) {
        value.taints.extend(&mut self.analysis.trace, place, clause);
        if value.parts.as_ref().is_some_and(|parts| parts.entries.values().any(Value::is_tainted))
            && let Some(parts) = &mut value.parts
        {
            for part in Rc::make_mut(parts).entries.values_mut() {
                part.taints.extend(&mut self.analysis.trace, place, clause);
            }
        }
    }

    /// Makes a fresh taint of a source spec.
    pub(crate) fn source(&mut self, spec: usize, span: Span) -> Taint {
        let place = self.place(span);
        self.analysis.note_input(place);
        let label = self.analysis.index.specs.sources.get(spec).map_or("untrusted data", |source| &source.label);
        let node = self.analysis.trace.root(place, Clause::Source(label.into()));
        let origin = Origin::Source { spec, place, function: self.function.id };
        Taint { origin, clean: LanguageSet::default(), confidence: Confidence::High, node }
    }

    /// Gives the taint of reading a path that attribute sources cover.
    pub(crate) fn path_source(&mut self, path: &str, span: Span) -> Option<Taint> {
        let found = self.analysis.index.attribute_sources.covering(path);
        let counts = |spec: &usize| {
            let source = self.analysis.index.specs.sources.get(*spec);
            source.is_some_and(|source| self.analysis.counts(source.kind))
        };
        let spec = found.into_iter().find(counts)?;
        Some(self.source(spec, span))
    }

    pub(crate) fn global(&mut self, path: &str, span: Span) -> Value {
        if let Some(taint) = self.path_source(path, span) {
            return Value::tainted(Taints::one(taint));
        }
        let cell = Cell::Global(path.into());
        let place = self.place(span);
        let mut value = self.analysis.read(&cell, self.function.id, place);
        if let Some(GlobalBinding::Constant(constant)) = self.analysis.project.global(path) {
            let constant = Value::constant(constant.clone());
            match &mut value {
                Some(known) => known.join(&constant),
                None => value = Some(constant),
            }
        }
        let mut value = value.unwrap_or_default();
        if let Some(id) = self.analysis.project.function(path) {
            value.functions.join(&Functions::one(id));
        }
        if let Some((class, name)) = path.rsplit_once('.').filter(|_| value == Value::default())
            && let Some(class) = self.analysis.project.class(class)
        {
            value = self.field_of_class(class, name, span);
        }
        if self.analysis.project.class(path).is_some_and(|class| self.is_enum(class)) {
            value.is_fixed = true;
        }
        value.home = Some(Home::Global(path.into()));
        value
    }

    fn rvalue(&mut self, state: &mut State, value: &'a Rvalue, span: Span) -> Value {
        match value {
            Rvalue::Use(operand) | Rvalue::Await(operand) => self.eval(state, operand, span),
            Rvalue::Enter(operand) => {
                let value = self.eval(state, operand, span);
                let entered = self.special_method(state, operand, "__enter__", Vec::new(), span);
                entered.or_else(|| self.special_method(state, operand, "__aenter__", Vec::new(), span)).unwrap_or(value)
            }
            Rvalue::Binary { operator, left, right, .. } => {
                let (left, right) = (self.eval(state, left, span), self.eval(state, right, span));
                self.binary(*operator, &left, &right, span)
            }
            Rvalue::Unary { operator, operand } => {
                let value = self.eval(state, operand, span);
                self.unary(*operator, &value)
            }
            Rvalue::Compare { operator, left, right } => {
                let (left_value, right_value) = (self.eval(state, left, span), self.eval(state, right, span));
                comparison(*operator, (left, &left_value), (right, &right_value))
            }
            Rvalue::Format(parts) => self.format(state, parts, span),
            Rvalue::Display { kind, items } => self.display(state, *kind, items, span),
            Rvalue::Dict(items) => self.dict(state, items, span),
            Rvalue::Attribute { base, name } => self.attribute(state, base, name, span),
            Rvalue::Subscript { base, index } => {
                let (base_value, index) = (self.eval(state, base, span), self.eval(state, index, span));
                if let Some(item) = self.special_method(state, base, "__getitem__", vec![index.clone()], span) {
                    return item;
                }
                match index.constant.as_deref().and_then(constants::key) {
                    Some(key) => part_of(&base_value, base, &key),
                    None => {
                        let mut value = base_value.any_part();
                        if let Operand::Local(local) = base {
                            value.home = Some(Home::Part(*local, Key::Any));
                        }
                        value
                    }
                }
            }
            Rvalue::Slice { base, lower, upper, step } => {
                let base = self.eval(state, base, span);
                let mut bound =
                    |operand: &Option<Operand>| operand.as_ref().map(|operand| self.eval(state, operand, span));
                let bounds = Bounds { lower: bound(lower), upper: bound(upper), step: bound(step) };
                slicing::slice(&base, &bounds)
            }
            Rvalue::Call(call) => self.call(state, call, span),
            Rvalue::Iterator(operand) => {
                let value = self.eval(state, operand, span);
                self.special_method(state, operand, "__iter__", Vec::new(), span).unwrap_or(value)
            }
            Rvalue::Unpack { base, index, count, star } => {
                let base_value = self.eval(state, base, span);
                let (mut value, key) = slicing::unpacked(&base_value, *index, *count, *star);
                value.home = match (base, key) {
                    (Operand::Local(local), Some(key)) => Some(Home::Part(*local, key)),
                    _ => None,
                };
                value
            }
            Rvalue::Closure { function, .. } => {
                self.publish_captured(state);
                let made = Value { functions: Functions::one(*function), ..Value::default() };
                self.decorate(state, *function, &made, span);
                made
            }
            Rvalue::ClassObject(_) | Rvalue::CurrentException | Rvalue::ExceptionMatches { .. } | Rvalue::Exit(_) => {
                Value::default()
            }
            Rvalue::Yield(operand) => {
                let value = self.eval(state, operand, span);
                self.yields(value);
                Value::default()
            }
            Rvalue::YieldFrom(operand) => {
                let value = self.eval(state, operand, span);
                self.yields(value.element());
                Value::default()
            }
            Rvalue::Opaque { .. } => {
                let mut taints = Taints::default();
                operands::of_rvalue(value, &mut |operand| taints.join(&self.eval(state, operand, span).all_taints()));
                taints.limit_confidence(Confidence::Medium);
                Value::tainted(taints)
            }
        }
    }

    fn display(&mut self, state: &mut State, kind: DisplayKind, items: &[Item], span: Span) -> Value {
        let mut given = Vec::new();
        for item in items {
            match item {
                Item::One(operand) => given.push((self.eval(state, operand, span).loose(), false)),
                Item::Spread(operand) => given.push((self.eval(state, operand, span), true)),
            }
        }
        let constants: Option<Vec<Constant>> =
            given.iter().map(|(value, is_spread)| value.constant.as_deref().filter(|_| !is_spread).cloned()).collect();
        match (kind, constants) {
            (DisplayKind::Tuple, Some(items)) => Value::constant(Constant::Tuple(items)),
            (DisplayKind::Set, Some(items)) if !items.is_empty() => Value::constant(Constant::Set(items)),
            (DisplayKind::Set, _) => slicing::set(given),
            (DisplayKind::List | DisplayKind::Tuple, _) => slicing::display(given),
        }
    }

    fn dict(&mut self, state: &mut State, items: &[DictItem], span: Span) -> Value {
        let parts = Parts { shape: Shape::Mapping, ..Parts::default() };
        let mut dict = Value { parts: Some(Rc::new(parts)), is_fixed: true, ..Value::default() };
        for item in items {
            match item {
                DictItem::Pair(key, value) => {
                    let (key, value) = (self.eval(state, key, span), self.eval(state, value, span));
                    match key.constant.as_deref().and_then(constants::key) {
                        Some(key) => dict.set_part(&key, value),
                        None => {
                            dict.add_key(&key);
                            dict.add_to_any_part(&value);
                        }
                    }
                }
                DictItem::Spread(other) => {
                    let other = self.eval(state, other, span);
                    dict.update_with(&other);
                }
            }
        }
        dict
    }

    fn attribute(&mut self, state: &mut State, base: &'a Operand, name: &str, span: Span) -> Value {
        let paths: Vec<Rc<str>> = self.analysis.types.attribute(self.function.id, self.at.0, self.at.1).to_vec();
        for path in &paths {
            if let Some(taint) = self.path_source(path, span) {
                return Value::tainted(Taints::one(taint));
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
        let mut value = part_of(&base_value, base, &key);
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
    fn field_of_class(&mut self, class: ClassId, name: &str, span: Span) -> Value {
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

fn part_of(value: &Value, base: &Operand, key: &Key) -> Value {
    let mut part = value.part(key);
    if let Operand::Local(local) = base {
        part.home = Some(Home::Part(*local, key.clone()));
    }
    part
}

fn comparison(operator: CompareOperator, left: (&Operand, &Value), right: (&Operand, &Value)) -> Value {
    if let Some(result) = left.1.compare(operator, right.1) {
        return Value::constant(Constant::Bool(result));
    }
    Value { guard: guard::of_comparison(operator, left, right).map(Rc::new), ..Value::default() }
}
