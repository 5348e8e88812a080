//! What each instruction does to the state. Invariant: what is not modelled passes taint on from everything that it
//! reads.

use std::rc::Rc;

use ir::{
    function::{Flavour, LocalId},
    instruction::{
        CompareOperator, Constant, DictItem, DisplayKind, Instruction, InstructionKind, Item, Operand, Rvalue,
    },
    program::GlobalBinding,
};
use model::{rule::Confidence, span::Span};

use crate::{
    attributes::part_of,
    change::Change,
    constants, container,
    function_pass::Pass,
    functions::Functions,
    guard,
    language_set::LanguageSet,
    operands,
    project::Cell,
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
            Rvalue::Use(operand) | Rvalue::Await(operand) | Rvalue::Later { items: operand, .. } => {
                self.eval(state, operand, span)
            }
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
}

fn comparison(operator: CompareOperator, left: (&Operand, &Value), right: (&Operand, &Value)) -> Value {
    if let Some(result) = left.1.compare(operator, right.1) {
        return Value::constant(Constant::Bool(result));
    }
    Value { guard: guard::of_comparison(operator, left, right).map(Rc::new), ..Value::default() }
}
