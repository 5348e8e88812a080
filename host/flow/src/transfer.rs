//! What each instruction does to the state. Invariant: what is not modelled passes taint on from everything that it
//! reads.

use std::rc::Rc;

use ir::{
    function::{Flavour, LocalId, LocalScope},
    instruction::{
        BinaryOperator, CompareOperator, Constant, DictItem, DisplayKind, FormatPart, Instruction, InstructionKind, Item,
        Operand, Rvalue, UnaryOperator,
    },
    program::{ClassId, GlobalBinding},
};
use model::{
    rule::Confidence,
    span::Span,
};

use crate::{
    constants,
    function_pass::{Pass, Phase},
    guard, operands,
    language_set::LanguageSet,
    project::Cell,
    state::State,
    taint::{Key, Origin, Taint, Taints},
    trace::Clause,
    types::Type,
    value::{Home, Parts, Value},
};

/// How far copies are followed back to what a change in place reaches.
const MAX_HOMES: usize = 5;

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
                let value = self.eval(state, value, span);
                let key = Key::Attribute(name.as_str().into());
                self.change(state, base, Some(&key), &value, span);
            }
            InstructionKind::StoreItem { base, index, value } => {
                let (index, value) = (self.eval(state, index, span), self.eval(state, value, span));
                let key = index.constant.as_deref().and_then(constants::key);
                self.change(state, base, key.as_ref(), &value, span);
            }
            InstructionKind::StoreGlobal { path, value } => {
                let mut value = self.eval(state, value, span);
                let name = path.rsplit('.').next().unwrap_or(path);
                self.extend(&mut value.taints, &Clause::Assigned(name.into()), span);
                self.store(&Cell::Global(path.as_str().into()), &value);
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

    fn binary(&mut self, operator: BinaryOperator, left: &Value, right: &Value, span: Span) -> Value {
        if let (Some(left), Some(right)) = (&left.constant, &right.constant) {
            return constants::binary(operator, left, right).map_or_else(Value::default, Value::constant);
        }
        let (mut taints, clause) = match operator {
            BinaryOperator::Pow
            | BinaryOperator::FloorDiv
            | BinaryOperator::LeftShift
            | BinaryOperator::RightShift
            | BinaryOperator::MatMul => return Value::default(),
            BinaryOperator::Mod => (interpolated(left, right), Clause::Formatted),
            BinaryOperator::Add => {
                if let Some(list) = joined_lists(left, right) {
                    return list;
                }
                (both(left, right), Clause::Concatenated)
            }
            BinaryOperator::Mul
            | BinaryOperator::Div
            | BinaryOperator::Sub
            | BinaryOperator::BitAnd
            | BinaryOperator::BitOr
            | BinaryOperator::BitXor => (both(left, right), Clause::Concatenated),
        };
        taints.map_clean(LanguageSet::without_normalised);
        self.extend(&mut taints, &clause, span);
        Value::tainted(taints)
    }

    fn unary(&mut self, operator: UnaryOperator, value: &Value) -> Value {
        let constant = value.constant.as_deref().filter(|found| !constants::is_mutable(found));
        if let Some(folded) = constant.and_then(|constant| constants::unary(operator, constant)) {
            return Value::constant(folded);
        }
        if operator != UnaryOperator::Not {
            return Value::tainted(value.all_taints());
        }
        let guard = value.guard.as_ref().map(|guard| Rc::new(guard.flipped()));
        Value { guard, truth: value.truth().map(|truth| !truth), ..Value::default() }
    }

    fn format(&mut self, state: &mut State, parts: &[FormatPart], span: Span) -> Value {
        let mut taints = Taints::default();
        let mut text = Some(String::new());
        for part in parts {
            match part {
                FormatPart::Text(literal) => text = text.map(|text| text + literal),
                FormatPart::Value { value, conversion, spec, span } => {
                    let value = self.eval(state, value, *span);
                    match value.constant.as_deref() {
                        Some(Constant::Str(literal)) if conversion.is_none() && spec.is_empty() => {
                            text = text.map(|text| text + literal);
                        }
                        _ => text = None,
                    }
                    if !is_numeric_spec(spec) {
                        taints.join(&value.all_taints());
                    }
                }
            }
        }
        if let Some(text) = text.filter(|_| taints.is_empty()) {
            return Value::constant(Constant::Str(text));
        }
        taints.map_clean(LanguageSet::without_normalised);
        self.extend(&mut taints, &Clause::Formatted, span);
        Value::tainted(taints)
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

    /// Changes an object in place: a part with a known key, or some part.
    pub(crate) fn change(
        &mut self,
        state: &mut State,
        base: &Operand,
        key: Option<&Key>,
        value: &Value,
        span: Span,
    ) {
        let mut value = value.clone();
        value.home = None;
        value.guard = None;
        let place = self.place(span);
        let name = self.shown_name(base, key);
        self.step(&mut value, &Clause::Put(name), place);
        if let Some(Key::Attribute(name)) = key {
            for class in self.classes_of(base) {
                self.store(&Cell::Field(class, Rc::clone(name)), &value);
            }
        }
        let mut home = match base {
            Operand::Local(local) => {
                match key {
                    Some(key) => state.update(*local, |whole| whole.set_part(key, value.clone())),
                    None => state.update(*local, |whole| whole.add_to_any_part(&value.all_taints())),
                }
                self.write_free(*local, state);
                state.get(*local).and_then(|whole| whole.home.clone())
            }
            Operand::Global(path) => Some(Home::Global(path.as_str().into())),
            Operand::Constant(_) => None,
        };
        let mut key = key.cloned();
        for _ in 0..MAX_HOMES {
            home = match home {
                Some(Home::Local(local)) => {
                    state.update_known(local, |whole| match &key {
                        Some(key) => whole.add_to_part(key, &value),
                        None => whole.add_to_any_part(&value.all_taints()),
                    });
                    self.write_free(local, state);
                    state.get(local).and_then(|whole| whole.home.clone())
                }
                Some(Home::Part(local, part)) => {
                    let Some(whole) = state.get(local) else { return };
                    let mut inner = whole.part(&part);
                    match &key {
                        Some(key) => inner.add_to_part(key, &value),
                        None => inner.add_to_any_part(&value.all_taints()),
                    }
                    if let Key::Attribute(name) = &part {
                        for class in self.classes_of(&Operand::Local(local)) {
                            self.store(&Cell::Field(class, Rc::clone(name)), &inner);
                        }
                    }
                    value = inner.clone();
                    state.update(local, |whole| whole.set_part(&part, inner));
                    key = Some(part);
                    state.get(local).and_then(|whole| whole.home.clone())
                }
                Some(Home::Param(index)) => {
                    let known = self.summary.effects.entry((index, key.clone())).or_default();
                    known.join(&value);
                    return;
                }
                Some(Home::Global(path)) => {
                    let mut whole = Value::default();
                    match &key {
                        Some(key) => whole.set_part(key, value.clone()),
                        None => whole.add_to_any_part(&value.all_taints()),
                    }
                    self.store(&Cell::Global(path), &whole);
                    return;
                }
                None => return,
            };
        }
    }

    /// A change of an enclosing function's object, or of a global that is a local here, is seen elsewhere.
    fn write_free(&mut self, local: LocalId, state: &State) {
        let Some(found) = self.function.local(local) else { return };
        if self.function.flavour == Flavour::Module
            && let (Some(name), Some(value)) = (&found.name, state.get(local))
            && let Some(module) = self.analysis.project.program.module(self.function.file)
        {
            self.store(&Cell::Global(format!("{}.{name}", module.name).into()), value);
        }
        if found.scope == LocalScope::Free && self.phase == Phase::Recording {
            self.publish_captured(state);
        }
    }

    /// Names what is changed, for a step.
    fn shown_name(&self, base: &Operand, key: Option<&Key>) -> Rc<str> {
        let base = match base {
            Operand::Local(local) => self.local_name(*local),
            Operand::Global(path) => path.rsplit('.').next().map(Into::into),
            Operand::Constant(_) => None,
        };
        match (base, key) {
            (Some(base), Some(Key::Attribute(name))) => format!("{base}.{name}").into(),
            (Some(base), Some(Key::Str(name))) => format!("{base}[\"{name}\"]").into(),
            (Some(base), Some(Key::Int(_)) | None) => base,
            (None, _) => "".into(),
        }
    }
}

fn part_of(value: &Value, base: &Operand, key: &Key) -> Value {
    let mut part = value.part(key);
    if let Operand::Local(local) = base {
        part.home = Some(Home::Part(*local, key.clone()));
    }
    part
}

fn both(left: &Value, right: &Value) -> Taints {
    let mut taints = left.all_taints();
    taints.join(&right.all_taints());
    taints
}

/// `[a] + [b]`, as far as positions are known.
fn joined_lists(left: &Value, right: &Value) -> Option<Value> {
    let (mut left, mut right) = (left.clone(), right.clone());
    if left.parts.is_none() {
        left.spread_constant();
    }
    if right.parts.is_none() {
        right.spread_constant();
    }
    let offset = left.parts.as_ref()?.length?;
    let mut joined = left.clone();
    joined.home = None;
    match right.parts.as_ref().and_then(|parts| Some((parts, parts.length?))) {
        Some((parts, length)) => {
            for (key, part) in &parts.entries {
                if let Key::Int(index) = key {
                    joined.set_part(&Key::Int(index.saturating_add(offset)), part.clone());
                }
            }
            Rc::make_mut(joined.parts.get_or_insert_default()).length = offset.checked_add(length);
        }
        None => {
            joined.taints.join(&right.all_taints());
            Rc::make_mut(joined.parts.get_or_insert_default()).length = None;
        }
    }
    Some(joined)
}

/// Gives what `text % values` lets through: a value under `%d` comes out as a number.
fn interpolated(left: &Value, right: &Value) -> Taints {
    let mut taints = left.all_taints();
    let letters = match left.constant.as_deref() {
        Some(Constant::Str(text)) => conversions(text),
        _ => None,
    };
    let is_text = |letter: &char| matches!(letter, 's' | 'r' | 'a' | 'c');
    let values = right.parts.as_ref().filter(|parts| parts.length.is_some());
    match (letters, values) {
        (Some(letters), Some(parts)) => {
            taints.join(&right.taints);
            for (index, letter) in (0_i64..).zip(&letters) {
                if is_text(letter)
                    && let Some(part) = parts.entries.get(&Key::Int(index))
                {
                    taints.join(&part.all_taints());
                }
            }
        }
        (Some(letters), None) if letters.iter().all(|letter| !is_text(letter)) => {}
        _ => taints.join(&right.all_taints()),
    }
    taints
}

/// Gives the conversion letters of a `%` format; `None` when it names keys or takes widths from arguments.
fn conversions(text: &str) -> Option<Vec<char>> {
    let mut letters = Vec::new();
    let mut rest = text.chars();
    while let Some(letter) = rest.next() {
        if letter != '%' {
            continue;
        }
        let found = rest.find(|letter| !matches!(letter, '0'..='9' | '.' | '-' | '+' | ' ' | '#' | 'l' | 'h'))?;
        match found {
            '%' => {}
            '(' | '*' => return None,
            _ => letters.push(found),
        }
    }
    Some(letters)
}

fn is_numeric_spec(spec: &[FormatPart]) -> bool {
    match spec.last() {
        Some(FormatPart::Text(text)) => {
            text.ends_with(['d', 'f', 'F', 'e', 'E', 'g', 'G', 'x', 'X', 'o', 'b', 'n', '%'])
        }
        _ => false,
    }
}

fn comparison(operator: CompareOperator, left: (&Operand, &Value), right: (&Operand, &Value)) -> Value {
    if let Some(result) = left.1.compare(operator, right.1) {
        return Value::constant(Constant::Bool(result));
    }
    Value { guard: guard::of_comparison(operator, left, right).map(Rc::new), ..Value::default() }
}
