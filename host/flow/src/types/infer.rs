//! Flow-insensitive inference with strong updates within a block. Invariant: type sets only grow, and at most
//! `MAX_ROUNDS` rounds are made, so that it ends on every program.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use ir::{
    function::{Flavour, Function, LocalId, LocalScope, ParamKind, Terminator},
    instruction::{BinaryOperator, Call, Callee, Constant, DisplayKind, InstructionKind, Item, Operand, Rvalue},
    program::{ClassId, FunctionId, GlobalBinding},
};

use crate::{
    builtin_specs, converted,
    pattern::normalised,
    project_index::{Binding, Member, ProjectIndex, binding, is_receiver},
    spec_index::SpecIndex,
    types::{
        changes::{Changes, Fact},
        table::{Called, Type, TypeSet, TypeTable},
    },
};

const MAX_ROUNDS: usize = 8;

/// Infers types over the whole program.
pub(crate) fn infer(project: &ProjectIndex<'_>, index: &SpecIndex<'_>) -> TypeTable {
    let mut inference = Inference { project, index, table: TypeTable::default(), changes: Changes::default() };
    for function in &project.program.functions {
        inference.declare(function);
    }
    let mut waiting: BTreeSet<FunctionId> = project.program.functions.iter().map(|function| function.id).collect();
    for _ in 0..MAX_ROUNDS {
        for function in waiting.iter().filter_map(|id| project.program.function(*id)) {
            inference.changes.begin(function.id);
            inference.function(function);
        }
        waiting = inference.changes.waiting();
        if waiting.is_empty() {
            break;
        }
    }
    for function in &project.program.functions {
        inference.table.add_members(function);
        inference.table.set_options(function.id, converted::options_of(project, index, function));
    }
    inference.table
}

pub(super) struct Inference<'a> {
    pub(super) project: &'a ProjectIndex<'a>,
    pub(super) index: &'a SpecIndex<'a>,
    pub(super) table: TypeTable,
    pub(super) changes: Changes,
}

/// Types that a block has assigned so far.
type Current = BTreeMap<LocalId, TypeSet>;

impl Inference<'_> {
    /// Enters what annotations say.
    fn declare(&mut self, function: &Function) {
        for (position, param) in function.params.iter().enumerate() {
            let types = match (is_receiver(function, position), function.class) {
                (true, Some(class)) if binding(function) == Binding::Class => TypeSet::one(Type::Class(class)),
                (true, Some(class)) => TypeSet::instance(&self.project.class_path(class)),
                _ => match param.kind {
                    ParamKind::VarArgs => TypeSet::instance("tuple"),
                    ParamKind::VarKeywords => TypeSet::instance("dict"),
                    ParamKind::PositionalOnly | ParamKind::Normal | ParamKind::KeywordOnly => {
                        let annotated = param.annotation.as_deref().map(annotated);
                        annotated.unwrap_or_else(|| self.by_convention(function, &param.name))
                    }
                },
            };
            self.table.locals.insert((function.id, param.local), types);
        }
        for (local, found) in (0_u32..).map(LocalId).zip(&function.locals) {
            if let Some(annotation) = &found.annotation
                && function.param(local).is_none()
            {
                self.table.locals.insert((function.id, local), annotated(annotation));
            }
        }
        if function.flavour != Flavour::Generator
            && let Some(returns) = &function.returns
        {
            self.table.returns.insert(function.id, annotated(returns));
        }
    }

    fn function(&mut self, function: &Function) {
        for (number, block) in function.blocks.iter().enumerate() {
            let mut current = Current::new();
            for (position, instruction) in block.instructions.iter().enumerate() {
                let at = (function.id, number, position);
                match &instruction.kind {
                    InstructionKind::Assign { target, value } => {
                        let types = self.rvalue(function, at, value, &current);
                        self.assign(function, *target, &types);
                        current.insert(*target, types);
                    }
                    InstructionKind::StoreAttribute { base, name, value } => {
                        let types = self.operand(function, value, &current);
                        for class in self.classes(&self.operand(function, base, &current)) {
                            let known = self.table.fields.entry((class, name.as_str().into())).or_default();
                            if known.join(&types) {
                                self.changes.grown(Fact::Fields(class));
                            }
                        }
                    }
                    InstructionKind::StoreGlobal { path, value } => {
                        let types = self.operand(function, value, &current);
                        let known = self.table.globals.entry(path.as_str().into()).or_default();
                        if known.join(&types) {
                            self.changes.grown(Fact::Global(path.as_str().into()));
                        }
                    }
                    InstructionKind::StoreItem { .. }
                    | InstructionKind::DeleteLocal(_)
                    | InstructionKind::DeleteAttribute { .. }
                    | InstructionKind::DeleteItem { .. }
                    | InstructionKind::AssertMarker { .. }
                    | InstructionKind::Havoc { .. } => {}
                }
            }
            if let Terminator::Return(value) = &block.terminator
                && function.returns.is_none()
                && function.flavour != Flavour::Generator
            {
                let types = self.operand(function, value, &current);
                if self.table.returns.entry(function.id).or_default().join(&types) {
                    self.changes.grown(Fact::Returns(function.id));
                }
            }
        }
    }

    fn assign(&mut self, function: &Function, target: LocalId, types: &TypeSet) {
        if function.param(target).is_some_and(|param| param.annotation.is_some()) {
            return;
        }
        if self.table.locals.entry((function.id, target)).or_default().join(types) {
            self.changes.grown(Fact::Locals(function.id));
        }
    }

    fn operand(&self, function: &Function, operand: &Operand, current: &Current) -> TypeSet {
        match operand {
            Operand::Local(local) => match current.get(local) {
                Some(types) => types.clone(),
                None => self.local(function, *local),
            },
            Operand::Constant(constant) => of_constant(constant),
            Operand::Global(path) => self.global(path),
        }
    }

    fn local(&self, function: &Function, local: LocalId) -> TypeSet {
        let own = self.table.local(function.id, local).cloned().unwrap_or_default();
        let Some(found) = function.local(local).filter(|found| found.scope == LocalScope::Free) else { return own };
        let mut types = own;
        let mut outer = function.parent;
        for _ in 0..64 {
            let Some(owner) = outer.and_then(|id| self.project.program.function(id)) else { break };
            let position =
                owner.locals.iter().position(|local| local.name == found.name && local.scope == LocalScope::Captured);
            if let Some(position) = position.and_then(|position| u32::try_from(position).ok()) {
                self.changes.read(Fact::Locals(owner.id));
                types.join(self.table.local(owner.id, LocalId(position)).unwrap_or(&TypeSet::default()));
                break;
            }
            outer = owner.parent;
        }
        types
    }

    pub(super) fn global(&self, path: &str) -> TypeSet {
        if let Some(id) = self.project.function(path) {
            return TypeSet::one(Type::Function(id));
        }
        if let Some(id) = self.project.class(path) {
            return TypeSet::one(Type::Class(id));
        }
        let binding = self.project.global(path);
        if binding.is_some() {
            // Nothing stores a global that no module of the program has.
            self.changes.read(Fact::Global(path.into()));
        }
        let mut types = self.table.globals.get(path).cloned().unwrap_or_default();
        match binding {
            Some(GlobalBinding::Constant(constant)) => {
                types.join(&of_constant(constant));
            }
            Some(GlobalBinding::CallOf(callee)) if types.is_empty() => {
                types.join(&self.call_result(&self.called_path(callee), None));
            }
            Some(GlobalBinding::Function(id)) => {
                types.join(&TypeSet::one(Type::Function(*id)));
            }
            Some(GlobalBinding::Class(id)) => {
                types.join(&TypeSet::one(Type::Class(*id)));
            }
            Some(GlobalBinding::CallOf(_) | GlobalBinding::Other) => {}
            None if types.is_empty() => {
                types.join(&TypeSet::one(Type::Path(normalised(path).into())));
            }
            None => {}
        }
        types
    }

    /// Gives the program's classes among the types, as instances.
    fn classes(&self, types: &TypeSet) -> Vec<ClassId> {
        let class = |of: &Type| match of {
            Type::Instance(path) => self.project.class(path),
            Type::Class(id) => Some(*id),
            Type::Function(_) | Type::Path(_) => None,
        };
        types.iter().filter_map(class).collect()
    }

    fn rvalue(
        &mut self,
        function: &Function,
        at: (FunctionId, usize, usize),
        value: &Rvalue,
        current: &Current,
    ) -> TypeSet {
        match value {
            Rvalue::Use(operand) | Rvalue::Await(operand) | Rvalue::Later { items: operand, .. } => {
                self.operand(function, operand, current)
            }
            Rvalue::Binary { operator, left, right, .. } => {
                let (left, right) = (self.operand(function, left, current), self.operand(function, right, current));
                of_binary(*operator, &left, &right)
            }
            Rvalue::Unary { .. } | Rvalue::Compare { .. } | Rvalue::ExceptionMatches { .. } => TypeSet::default(),
            Rvalue::Format(_) => TypeSet::instance("str"),
            Rvalue::Display { kind, .. } => TypeSet::instance(match kind {
                DisplayKind::List => "list",
                DisplayKind::Tuple => "tuple",
                DisplayKind::Set => "set",
            }),
            Rvalue::Dict(_) => TypeSet::instance("dict"),
            Rvalue::Attribute { base, name } => {
                let base = self.operand(function, base, current);
                let (types, mut paths) = self.attribute(&base, name);
                let named_alone = format!("*.{name}");
                if base.is_empty() && !self.index.attribute_sources.matching(&named_alone).is_empty() {
                    paths.push(named_alone.into());
                }
                self.table.set_attribute(at, paths);
                types
            }
            Rvalue::Slice { base, .. } => {
                let base = self.operand(function, base, current);
                if base.is_only(builtin_specs::TYPES) { base } else { TypeSet::default() }
            }
            Rvalue::Call(call) => self.call(function, at, call, current),
            Rvalue::Closure { function, .. } => TypeSet::one(Type::Function(*function)),
            Rvalue::ClassObject(class) => TypeSet::one(Type::Class(*class)),
            Rvalue::Enter(operand) => {
                let base = self.operand(function, operand, current);
                let mut types = TypeSet::default();
                for of in base.iter() {
                    types.join(&self.entered(of));
                }
                types
            }
            Rvalue::Subscript { .. }
            | Rvalue::Iterator(_)
            | Rvalue::Unpack { .. }
            | Rvalue::CurrentException
            | Rvalue::Yield(_)
            | Rvalue::YieldFrom(_)
            | Rvalue::Exit(_)
            | Rvalue::Opaque { .. } => TypeSet::default(),
        }
    }

    /// Gives what `with value as x` binds.
    fn entered(&self, of: &Type) -> TypeSet {
        let Type::Instance(path) = of else { return TypeSet::default() };
        for enter in ["__enter__", "__aenter__"] {
            if let Some(returns) = self.index.return_type(&format!("{path}.{enter}")) {
                return TypeSet::instance(returns);
            }
            if let Some(Member::Method(method)) = self.project.class(path).map(|id| self.project.member(id, enter)) {
                self.changes.read(Fact::Returns(method));
                return self.table.returns.get(&method).cloned().unwrap_or_default();
            }
        }
        TypeSet::one(of.clone())
    }

    /// Gives the type of an attribute and the paths that it stands for.
    fn attribute(&self, base: &TypeSet, name: &str) -> (TypeSet, Vec<Rc<str>>) {
        let (mut types, mut paths) = (TypeSet::default(), Vec::new());
        if base.is_empty() {
            paths.push(format!("*.{name}").into());
        }
        for of in base.iter() {
            let candidates: Vec<String> = match of {
                Type::Instance(path) => match self.project.class(path) {
                    Some(id) => self.own_attribute(id, name, &mut types),
                    None => vec![format!("{path}.{name}")],
                },
                Type::Class(id) => self.own_attribute(*id, name, &mut types),
                Type::Path(path) => vec![format!("{path}.{name}")],
                Type::Function(_) => Vec::new(),
            };
            for path in candidates {
                match self.index.return_type(&path) {
                    Some(returns) => types.join(&TypeSet::instance(returns)),
                    None => types.join(&TypeSet::one(Type::Path(path.as_str().into()))),
                };
                paths.push(path.into());
            }
        }
        (types, paths)
    }

    /// Joins in the types of an attribute of a class of the program; gives the paths that it may have in libraries.
    fn own_attribute(&self, id: ClassId, name: &str, types: &mut TypeSet) -> Vec<String> {
        let (inside, outside) = self.project.ancestry(id);
        let mut is_found = false;
        for class in inside {
            self.changes.read(Fact::Fields(class.id));
            if let Some(field) = self.table.fields.get(&(class.id, name.into())) {
                types.join(field);
                is_found = true;
            }
            if let Some(constant) = class.constants.get(name) {
                types.join(&of_constant(constant));
                is_found = true;
            }
            if let Some(method) = class.methods.get(name) {
                is_found = true;
                if let Some(getter) = self.project.getter(class.id, name) {
                    self.changes.read(Fact::Returns(getter));
                    types.join(self.table.returns.get(&getter).unwrap_or(&TypeSet::default()));
                } else {
                    types.join(&TypeSet::one(Type::Function(*method)));
                }
            }
        }
        if is_found { Vec::new() } else { outside.iter().map(|base| format!("{base}.{name}")).collect() }
    }

    fn call(&mut self, function: &Function, at: (FunctionId, usize, usize), call: &Call, current: &Current) -> TypeSet {
        let called = match &call.callee {
            Callee::Value(Operand::Global(path)) => self.called_global(path),
            Callee::Value(operand) => {
                let types = self.operand(function, operand, current);
                self.called_value(&types, function, operand)
            }
            Callee::Method { receiver, name } => {
                let types = self.operand(function, receiver, current);
                self.called_method(&types, name, function)
            }
        };
        let arguments: Vec<TypeSet> = call
            .args
            .iter()
            .map(|item| match item {
                Item::One(operand) => self.operand(function, operand, current),
                Item::Spread(_) => TypeSet::default(),
            })
            .collect();
        self.bind(function, call, &called, &arguments, current);
        let types = self.call_result(&called, arguments.first());
        self.table.set_called(at, called);
        types
    }

    /// Enters argument types as the types of parameters that have no annotation.
    fn bind(&mut self, caller: &Function, call: &Call, called: &Called, arguments: &[TypeSet], current: &Current) {
        for target in &called.targets {
            let Some(function) = self.project.program.function(*target) else { continue };
            let skipped = usize::from(is_receiver(function, 0));
            let by_position = function
                .params
                .iter()
                .skip(skipped)
                .zip(arguments)
                .filter(|(param, _)| matches!(param.kind, ParamKind::PositionalOnly | ParamKind::Normal));
            let mut found: Vec<(LocalId, TypeSet)> = by_position
                .filter(|(param, _)| param.annotation.is_none())
                .map(|(param, types)| (param.local, types.clone()))
                .collect();
            for (name, operand) in &call.keywords {
                let named = function.params.iter().find(|param| Some(&param.name) == name.as_ref());
                if let Some(param) = named.filter(|param| param.annotation.is_none()) {
                    found.push((param.local, self.operand(caller, operand, current)));
                }
            }
            for (local, types) in found {
                if self.table.locals.entry((*target, local)).or_default().join(&types) {
                    self.changes.grown(Fact::Locals(*target));
                }
            }
        }
    }
}

fn of_constant(constant: &Constant) -> TypeSet {
    TypeSet::instance(match constant {
        Constant::None | Constant::Ellipsis => return TypeSet::default(),
        Constant::Bool(_) => "bool",
        Constant::Int(_) => "int",
        Constant::Float(_) => "float",
        Constant::Str(_) => "str",
        Constant::Bytes(_) => "bytes",
        Constant::Tuple(_) => "tuple",
        Constant::List(_) => "list",
        Constant::Set(_) => "set",
        Constant::Dict(_) => "dict",
    })
}

fn of_binary(operator: BinaryOperator, left: &TypeSet, right: &TypeSet) -> TypeSet {
    let is_text = |types: &TypeSet| types.is_only(&["str"]);
    match operator {
        BinaryOperator::Mod if is_text(left) => left.clone(),
        BinaryOperator::Add if is_text(left) || is_text(right) => TypeSet::instance("str"),
        BinaryOperator::Add if left.is_only(&["list", "tuple"]) => left.clone(),
        BinaryOperator::Add if right.is_only(&["list", "tuple"]) => right.clone(),
        BinaryOperator::Div if left.iter().any(|of| matches!(of, Type::Instance(path) if path.contains("Path"))) => {
            left.clone()
        }
        _ if left.is_only(&["int", "bool"]) && right.is_only(&["int", "bool"]) => left.clone(),
        _ => TypeSet::default(),
    }
}

/// Reads an annotation: unwraps `Optional`, drops `None` from unions, reduces generics to their head.
pub(crate) fn annotated(annotation: &str) -> TypeSet {
    let mut types = TypeSet::default();
    let text = annotation.trim().trim_matches(['"', '\'']);
    let optional = ["typing.Optional[", "Optional[", "typing.Union[", "Union[", "typing.Annotated[", "Annotated["];
    let inner = optional.iter().find_map(|head| text.strip_prefix(head)?.strip_suffix(']'));
    let alternatives: Vec<&str> = match inner {
        Some(inner) if text.contains("Annotated[") => inner.split(',').take(1).collect(),
        Some(inner) => inner.split(',').collect(),
        None => text.split('|').collect(),
    };
    for part in alternatives {
        let head = part.split_once('[').map_or(part, |(head, _)| head).trim();
        let head = normalised(head);
        let plain = match head {
            "typing.List" => "list",
            "typing.Dict" => "dict",
            "typing.Set" => "set",
            "typing.Tuple" => "tuple",
            "typing.Text" => "str",
            "" | "None" | "typing.Any" | "Any" | "object" => continue,
            // A module's name is its file's, which may have hyphens.
            _ if !head.chars().all(|letter| letter.is_alphanumeric() || "._-".contains(letter)) => continue,
            _ => head,
        };
        types.join(&TypeSet::instance(plain));
    }
    types
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annotations_are_unwrapped() {
        assert_eq!(annotated("typing.Optional[sqlite3.Cursor]"), TypeSet::instance("sqlite3.Cursor"));
        assert_eq!(annotated("builtins.str | None"), TypeSet::instance("str"));
        assert_eq!(annotated("list[int]"), TypeSet::instance("list"));
        assert_eq!(annotated("import-books.Größe"), TypeSet::instance("import-books.Größe"));
        assert!(annotated("typing.Any").is_empty());
    }
}
