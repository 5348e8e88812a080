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
    constants,
    function_pass::Pass,
    guard,
    language_set::LanguageSet,
    operands,
    project::Cell,
    state::State,
    taint::{Key, Origin, Taint, Taints},
    trace::Clause,
    types::Type,
    value::{Home, Parts, Value},
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
                self.change(state, base, Some(&key), &stored, span);
            }
            InstructionKind::StoreItem { base, index, value } => {
                let (key_value, stored) = (self.eval(state, index, span), self.eval(state, value, span));
                self.stored_item(state, base, (index, &key_value), (value, &stored), span);
                let key = key_value.constant.as_deref().and_then(constants::key);
                self.change(state, base, key.as_ref(), &stored, span);
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
                if let (Operand::Local(local), Some(key)) = (base, key) {
                    state.update(*local, |whole| whole.set_part(&key, Value::default()));
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
                    self.change(state, operand, None, &Value::tainted(taints.clone()), span);
                }
            }
        }
    }

    /// Lets a module's own top-level code see what a function does to a global.
    fn store_in_module(&mut self, path: &str, value: &Value) {
        let Some((module, name)) = path.rsplit_once('.') else { return };
        let body =
            self.analysis.project.program.modules.iter().find(|found| found.name == module).map(|found| found.body);
        if let Some(body) = body {
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
        value.home = Some(Home::Global(path.into()));
        value
    }

    fn rvalue(&mut self, state: &mut State, value: &'a Rvalue, span: Span) -> Value {
        match value {
            Rvalue::Use(operand) | Rvalue::Await(operand) | Rvalue::Enter(operand) => self.eval(state, operand, span),
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
                match index.constant.as_deref().and_then(constants::key) {
                    Some(key) => part_of(&base_value, base, &key),
                    None => base_value.any_part(),
                }
            }
            Rvalue::Slice { base, .. } => Value::tainted(self.eval(state, base, span).all_taints()),
            Rvalue::Call(call) => self.call(state, call, span),
            Rvalue::Iterator(operand) => self.eval(state, operand, span),
            Rvalue::Unpack { base, index, star, .. } => {
                let base_value = self.eval(state, base, span);
                if star.is_none_or(|star| *index < star) {
                    part_of(&base_value, base, &Key::Int(i64::from(*index)))
                } else {
                    base_value.any_part()
                }
            }
            Rvalue::Closure { .. } => {
                self.publish_captured(state);
                Value::default()
            }
            Rvalue::ClassObject(_) | Rvalue::CurrentException | Rvalue::ExceptionMatches { .. } | Rvalue::Exit(_) => {
                Value::default()
            }
            Rvalue::Yield(operand) | Rvalue::YieldFrom(operand) => {
                let value = self.eval(state, operand, span);
                self.yields(&value);
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
        let mut parts = Parts { length: Some(0), ..Parts::default() };
        let mut rest = Taints::default();
        let mut constant_items = Some(Vec::new());
        for item in items {
            match item {
                Item::One(operand) => {
                    let mut value = self.eval(state, operand, span);
                    constant_items = constant_items.zip(value.constant.as_deref()).map(|(mut items, item)| {
                        items.push(item.clone());
                        items
                    });
                    match parts.length {
                        Some(length) => {
                            value.home = None;
                            value.guard = None;
                            parts.entries.insert(Key::Int(length), value);
                            parts.length = length.checked_add(1);
                        }
                        None => rest.join(&value.all_taints()),
                    }
                }
                Item::Spread(operand) => {
                    rest.join(&self.eval(state, operand, span).all_taints());
                    parts.length = None;
                    constant_items = None;
                }
            }
        }
        match (kind, constant_items) {
            (DisplayKind::Tuple, Some(items)) => Value::constant(Constant::Tuple(items)),
            (DisplayKind::Set, Some(items)) => Value::constant(Constant::Set(items)),
            (DisplayKind::Set, None) => {
                Value { taints: rest, parts: Some(Rc::new(parts)), ..Value::default() }.any_part()
            }
            (DisplayKind::List | DisplayKind::Tuple, _) => {
                let mut value = Value { taints: rest, parts: Some(Rc::new(parts)), ..Value::default() };
                value.limit_parts();
                value
            }
        }
    }

    fn dict(&mut self, state: &mut State, items: &[DictItem], span: Span) -> Value {
        let mut dict = Value { parts: Some(Rc::default()), ..Value::default() };
        for item in items {
            match item {
                DictItem::Pair(key, value) => {
                    let (key, value) = (self.eval(state, key, span), self.eval(state, value, span));
                    dict.taints.join(&key.all_taints());
                    match key.constant.as_deref().and_then(constants::key) {
                        Some(key) => dict.set_part(&key, value),
                        None => dict.add_to_any_part(&value.all_taints()),
                    }
                }
                DictItem::Spread(other) => {
                    let mut other = self.eval(state, other, span);
                    other.spread_constant();
                    dict.taints.join(&other.taints);
                    for (key, part) in other.parts.iter().flat_map(|parts| &parts.entries) {
                        dict.set_part(key, part.clone());
                    }
                }
            }
        }
        dict
    }

    fn attribute(&mut self, state: &mut State, base: &Operand, name: &str, span: Span) -> Value {
        let paths: Vec<Rc<str>> = self.analysis.types.attribute(self.function.id, self.at.0, self.at.1).to_vec();
        for path in paths {
            if let Some(taint) = self.path_source(&path, span) {
                return Value::tainted(Taints::one(taint));
            }
        }
        let base_value = self.eval(state, base, span);
        let key = Key::Attribute(name.into());
        let is_here = base_value.parts.as_ref().is_some_and(|parts| parts.entries.contains_key(&key));
        let mut value = part_of(&base_value, base, &key);
        if !is_here {
            for class in self.classes_of(base) {
                let field = self.field(class, name, span);
                value.join(&field);
                value.constant = field.constant.filter(|_| value.taints.is_empty());
            }
        }
        if let Operand::Local(local) = base {
            value.home = Some(Home::Part(*local, key));
        }
        value
    }

    /// Reads a field of a class of the program: what any of its methods stores there.
    fn field(&mut self, class: ClassId, name: &str, span: Span) -> Value {
        let (inside, _) = self.analysis.project.ancestry(class);
        let mut value: Option<Value> = None;
        for class in inside {
            let cell = Cell::Field(class.id, name.into());
            let place = self.place(span);
            let mut found = self.analysis.read(&cell, self.function.id, place);
            if let Some(constant) = class.constants.get(name) {
                let constant = Value::constant(constant.clone());
                match &mut found {
                    Some(found) => found.join(&constant),
                    None => found = Some(constant),
                }
            }
            let property = class.methods.get(name).and_then(|method| self.analysis.project.program.function(*method));
            if let Some(property) = property.filter(|method| crate::types::is_property(method)) {
                let returns = self.analysis.summaries.get(&property.id).and_then(|summary| summary.returns.clone());
                if let Some(mut returns) = returns {
                    let place = self.place(span);
                    self.step(&mut returns, &Clause::Returned(name.into()), place);
                    found = Some(returns);
                }
            }
            match (&mut value, found) {
                (Some(value), Some(found)) => value.join(&found),
                (none, found) => *none = found.or_else(|| none.take()),
            }
        }
        let mut value = value.unwrap_or_default();
        // A scalar may be set from outside; only a collection is taken to be what the class says.
        value.constant = value.constant.filter(|constant| {
            matches!(**constant, Constant::Tuple(_) | Constant::List(_) | Constant::Set(_) | Constant::Dict(_))
        });
        value
    }

    /// Gives the program's classes that an operand may be an instance of.
    pub(crate) fn classes_of(&self, operand: &Operand) -> Vec<ClassId> {
        let types = match operand {
            Operand::Local(local) => self.analysis.types.local(self.function.id, *local),
            Operand::Global(path) => self.analysis.types.globals.get(path.as_str()),
            Operand::Constant(_) => None,
        };
        let class = |of: &Type| match of {
            Type::Instance(path) => self.analysis.project.class(path),
            Type::Class(id) => Some(*id),
            Type::Function(_) | Type::Path(_) => None,
        };
        types.into_iter().flat_map(|types| types.iter()).filter_map(class).collect()
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
