//! Functions and classes of Python's standard library, and of few others, that are written in Python, so that they run as
//! the program's own do. Invariant: their ids start behind every id of a program, and they are in no file of one.

use std::{collections::BTreeMap, sync::OnceLock};

use model::ids::FileId;

use crate::{
    function::Function,
    hierarchy::Hierarchy,
    instruction::{Constant, InstructionKind, Rvalue},
    lower::{InputFile, lower},
    program::{Class, ClassId, FunctionId, GlobalBinding, Program},
};

/// The lowest id of a function or class of the library.
const FIRST: u32 = 1 << 30;

/// The modules: path and text.
const MODULES: [(&str, &str); 12] = [
    ("builtins.py", include_str!("library/builtins.py")),
    ("collections.py", include_str!("library/collections.py")),
    ("contextlib.py", include_str!("library/contextlib.py")),
    ("datetime.py", include_str!("library/datetime.py")),
    ("functools.py", include_str!("library/functools.py")),
    ("itertools.py", include_str!("library/itertools.py")),
    ("math.py", include_str!("library/math.py")),
    ("operator.py", include_str!("library/operator.py")),
    ("psycopg/sql.py", include_str!("library/psycopg/sql.py")),
    ("psycopg2/sql.py", include_str!("library/psycopg2/sql.py")),
    ("shlex.py", include_str!("library/shlex.py")),
    ("urllib/parse.py", include_str!("library/urllib/parse.py")),
];

/// The library, lowered.
#[derive(Debug)]
pub struct Library {
    program: Program,
    names: BTreeMap<String, FunctionId>,
    classes: BTreeMap<String, ClassId>,
    /// Each class with its bases in the library, in the order in which Python looks through them.
    orders: BTreeMap<ClassId, Vec<ClassId>>,
}

/// Gives the library; it is lowered once for each process.
pub fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(Library::load)
}

/// Tells whether an id is that of a function of the library.
pub fn is_of_library(id: FunctionId) -> bool {
    id.0 >= FIRST
}

impl Library {
    fn load() -> Self {
        let parsed: Vec<_> = MODULES.iter().map(|(_, text)| syntax::parse::parse(text)).collect();
        // Behind the ids that files of a project have.
        let ids = (0..MODULES.len()).filter_map(|number| u32::try_from(number).ok()).map(|number| u32::MAX - number);
        let inputs: Vec<InputFile<'_>> = MODULES
            .iter()
            .zip(&parsed)
            .zip(ids)
            .map(|(((path, text), parsed), id)| InputFile { file: FileId(id), path, text, tree: &parsed.tree })
            .collect();
        let mut program = lower(&inputs);
        let (mut names, mut classes) = (BTreeMap::new(), BTreeMap::new());
        for module in &program.modules {
            for (name, binding) in &module.globals {
                let path = format!("{}.{name}", module.name);
                match binding {
                    GlobalBinding::Function(id) => drop(names.insert(path, behind(*id))),
                    GlobalBinding::Class(id) => drop(classes.insert(path, class_behind(*id))),
                    GlobalBinding::Constant(_) | GlobalBinding::CallOf(_) | GlobalBinding::Other => {}
                }
            }
        }
        let own = |path: &str| classes.get(path).map(|id| ClassId(id.0.saturating_sub(FIRST)));
        let mut hierarchy = Hierarchy::new(&program, own);
        let mut orders = BTreeMap::new();
        for class in &program.classes {
            let order = hierarchy.ancestry(class.id).inside.into_iter().map(class_behind).collect();
            orders.insert(class_behind(class.id), order);
        }
        program.functions.iter_mut().for_each(renumber);
        for class in &mut program.classes {
            class.id = class_behind(class.id);
            class.methods.values_mut().for_each(|method| *method = behind(*method));
        }
        Self { program, names, classes, orders }
    }

    /// Gives a function by its id.
    pub fn function(&self, id: FunctionId) -> Option<&Function> {
        self.program.function(FunctionId(id.0.checked_sub(FIRST)?))
    }

    /// Tells whether the library has a function, class or constant of that dotted path.
    pub fn has(&self, path: &str) -> bool {
        self.find(path).is_some() || self.find_class(path).is_some() || self.find_constant(path).is_some()
    }

    /// Finds a constant by its dotted path, such as `datetime.MINYEAR`.
    pub fn find_constant(&self, path: &str) -> Option<&Constant> {
        let (module, name) = path.rsplit_once('.')?;
        let module = self.program.modules.iter().find(|own| own.name == module)?;
        match module.globals.get(name)? {
            GlobalBinding::Constant(constant) => Some(constant),
            GlobalBinding::Function(_) | GlobalBinding::Class(_) | GlobalBinding::CallOf(_) | GlobalBinding::Other => {
                None
            }
        }
    }

    /// Gives a class by its id.
    pub fn class(&self, id: ClassId) -> Option<&Class> {
        self.program.class(ClassId(id.0.checked_sub(FIRST)?))
    }

    /// Finds a class by its dotted path, such as `datetime.date`.
    pub fn find_class(&self, path: &str) -> Option<ClassId> {
        self.classes.get(path).copied()
    }

    /// Gives a class's dotted path.
    pub fn class_path(&self, class: &Class) -> Option<&str> {
        self.classes.iter().find(|(_, id)| **id == class.id).map(|(path, _)| path.as_str())
    }

    /// Gives a class and its bases in the library, in the order in which Python looks through them.
    pub fn order(&self, class: ClassId) -> &[ClassId] {
        self.orders.get(&class).map_or(&[], Vec::as_slice)
    }

    /// Gives the functions of a class's module.
    pub fn functions_beside(&self, class: &Class) -> &[Function] {
        self.program.functions_of(class.file)
    }

    /// Finds a function by its dotted path, such as `functools.reduce`.
    pub fn find(&self, path: &str) -> Option<FunctionId> {
        self.names.get(path).copied()
    }
}

fn behind(id: FunctionId) -> FunctionId {
    FunctionId(id.0.saturating_add(FIRST))
}

fn class_behind(id: ClassId) -> ClassId {
    ClassId(id.0.saturating_add(FIRST))
}

/// Tells whether an id is that of a class of the library.
pub fn is_class_of_library(id: ClassId) -> bool {
    id.0 >= FIRST
}

fn renumber(function: &mut Function) {
    function.id = behind(function.id);
    function.parent = function.parent.map(behind);
    function.class = function.class.map(class_behind);
    for instruction in function.blocks.iter_mut().flat_map(|block| &mut block.instructions) {
        match &mut instruction.kind {
            InstructionKind::Assign { value: Rvalue::Closure { function, .. }, .. } => *function = behind(*function),
            InstructionKind::Assign { value: Rvalue::ClassObject(class), .. } => *class = class_behind(*class),
            _ => {}
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_lowered_whole() {
        for (path, text) in MODULES {
            assert!(syntax::parse::parse(text).problems.is_empty(), "{path}");
        }
        for function in &library().program.functions {
            for instruction in function.blocks.iter().flat_map(|block| &block.instructions) {
                let is_unclear = matches!(
                    &instruction.kind,
                    InstructionKind::Havoc { .. } | InstructionKind::Assign { value: Rvalue::Opaque { .. }, .. }
                );
                assert!(!is_unclear, "{}: {instruction:?}", function.qualname);
            }
        }
    }

    #[test]
    fn functions_are_found_by_path_and_id() {
        let id = library().find("functools.reduce").unwrap();
        assert_eq!(library().function(id).unwrap().qualname, "reduce");
        assert!(is_of_library(id));
        assert!(library().find("functools.cmp").is_none());
    }
}
