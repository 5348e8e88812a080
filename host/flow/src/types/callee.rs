//! What a call calls, from the types of callee and receiver. Invariant: the first name is the one that is shown; there
//! always is one.

use ir::{
    function::Function,
    instruction::Operand,
    program::{ClassId, FunctionId},
};

use crate::{
    builtin_specs,
    pattern::normalised,
    project_index::Member,
    types::{
        changes::Fact,
        infer::Inference,
        table::{Called, Type, TypeSet},
    },
};

impl Inference<'_> {
    pub(super) fn called_global(&self, path: &str) -> Called {
        match self.project.global(path) {
            Some(_) => self.called_value_named(&self.global(path), Some(path)),
            None => self.called_path(path),
        }
    }

    pub(super) fn called_path(&self, path: &str) -> Called {
        if let Some(id) = self.project.function(path) {
            return self.called_function(id);
        }
        if let Some(id) = self.project.class(path) {
            return self.called_class(id);
        }
        if let Some((class, name)) = path.rsplit_once('.')
            && let Some(class) = self.project.class(class)
        {
            return self.called_member(class, name, path);
        }
        let is_deep = path.bytes().filter(|byte| *byte == b'.').count() >= 1;
        let fallback = path.rsplit_once('.').filter(|_| is_deep && !self.index.knows_library(path));
        Called {
            names: vec![path.into()],
            fallback: fallback.map(|(_, name)| format!("*.{name}").into()),
            ..Called::default()
        }
    }

    fn called_function(&self, id: FunctionId) -> Called {
        Called { names: vec![self.project.function_path(id)], targets: vec![id], ..Called::default() }
    }

    fn called_class(&self, id: ClassId) -> Called {
        let targets = match self.project.member(id, "__init__") {
            Member::Method(init) => vec![init],
            Member::Inherited(_) => Vec::new(),
        };
        Called { names: vec![self.project.class_path(id)], targets, constructs: Some(id), fallback: None }
    }

    fn called_member(&self, class: ClassId, name: &str, written: &str) -> Called {
        match self.project.member(class, name) {
            Member::Method(id) => self.called_function(id),
            Member::Inherited(paths) if paths.is_empty() => Called { names: vec![written.into()], ..Called::default() },
            Member::Inherited(paths) => {
                Called { names: paths.into_iter().map(Into::into).collect(), ..Called::default() }
            }
        }
    }

    pub(super) fn called_value(&self, types: &TypeSet, function: &Function, operand: &Operand) -> Called {
        let name = match operand {
            Operand::Local(local) => function.local(*local).and_then(|local| local.name.clone()),
            Operand::Constant(_) | Operand::Global(_) => None,
        };
        self.called_value_named(types, name.as_deref())
    }

    fn called_value_named(&self, types: &TypeSet, name: Option<&str>) -> Called {
        let mut all = Called::default();
        for of in types.iter() {
            all.add(match of {
                Type::Function(id) => self.called_function(*id),
                Type::Class(id) => self.called_class(*id),
                Type::Path(path) => self.called_path(path),
                Type::Instance(path) => match self.project.class(path) {
                    Some(id) => self.called_member(id, "__call__", &format!("{path}.__call__")),
                    None => Called { names: vec![format!("{path}.__call__").into()], ..Called::default() },
                },
            });
        }
        if all.names.is_empty() {
            all.names.push(name.unwrap_or("?").into());
        }
        all
    }

    pub(super) fn called_method(&self, types: &TypeSet, name: &str, caller: &Function) -> Called {
        let mut all = Called::default();
        for of in types.iter() {
            all.add(match of {
                Type::Instance(path) if path.as_ref() == "super" => self.called_super(caller, name),
                Type::Instance(path) => match self.project.class(path) {
                    Some(id) => match self.own_callable_field(id, name) {
                        Some(called) => called,
                        None => self.called_member(id, name, &format!("{path}.{name}")),
                    },
                    None => Called { names: vec![format!("{path}.{name}").into()], ..Called::default() },
                },
                Type::Class(id) => {
                    let path = format!("{}.{name}", self.project.class_path(*id));
                    self.called_member(*id, name, &path)
                }
                Type::Path(path) => {
                    let mut called = self.called_path(&format!("{path}.{name}"));
                    called.fallback = Some(format!("*.{name}").into());
                    called
                }
                Type::Function(_) => Called::default(),
            });
        }
        if all.names.is_empty() {
            all.names.push(format!("*.{name}").into());
        }
        all
    }

    fn called_super(&self, caller: &Function, name: &str) -> Called {
        let Some(class) = caller.class.and_then(|id| self.project.program.class(id)) else { return Called::default() };
        let mut all = Called::default();
        for base in &class.bases {
            all.add(match self.project.class(base) {
                Some(id) => self.called_member(id, name, &format!("{base}.{name}")),
                None => Called { names: vec![format!("{base}.{name}").into()], ..Called::default() },
            });
        }
        all
    }

    /// A field that holds a function, when the class has no method of that name.
    fn own_callable_field(&self, id: ClassId, name: &str) -> Option<Called> {
        if matches!(self.project.member(id, name), Member::Method(_)) {
            return None;
        }
        self.changes.read(Fact::Fields(id));
        let field = self.table.fields.get(&(id, name.into())).filter(|types| !types.is_empty())?;
        Some(self.called_value_named(field, Some(name)))
    }

    pub(super) fn call_result(&self, called: &Called, first_argument: Option<&TypeSet>) -> TypeSet {
        if let Some(class) = called.constructs {
            return TypeSet::instance(&self.project.class_path(class));
        }
        let mut types = TypeSet::default();
        for target in &called.targets {
            self.changes.read(Fact::Returns(*target));
            types.join(self.table.returns.get(target).unwrap_or(&TypeSet::default()));
        }
        let names = called.names.iter().chain(&called.fallback);
        for name in names.map(|name| normalised(name)) {
            if let Some(returns) = self.index.return_type(name).or_else(|| builtin_specs::return_type(name)) {
                types.join(&TypeSet::instance(returns));
            } else if name == "super" {
                types.join(&TypeSet::instance("super"));
            } else if name == "contextlib.closing" {
                types.join(first_argument.unwrap_or(&TypeSet::default()));
            } else if called.targets.is_empty() && !name.starts_with("*.") && builtin_specs::looks_like_class(name) {
                types.join(&TypeSet::instance(name));
            }
        }
        types
    }
}

impl Called {
    fn add(&mut self, other: Self) {
        for name in other.names {
            if !self.names.contains(&name) {
                self.names.push(name);
            }
        }
        for target in other.targets {
            if !self.targets.contains(&target) {
                self.targets.push(target);
            }
        }
        self.fallback = self.fallback.take().or(other.fallback);
        self.constructs = self.constructs.or(other.constructs);
    }
}
