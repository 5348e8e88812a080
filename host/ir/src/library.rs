//! Functions of Python's standard library that are written in Python, so that they run as the program's own do.
//! Invariant: their ids start behind every id of a program, and they are in no file of one.

use std::{collections::BTreeMap, sync::OnceLock};

use model::ids::FileId;

use crate::{
    function::Function,
    instruction::{InstructionKind, Rvalue},
    lower::{InputFile, lower},
    program::{FunctionId, GlobalBinding, Program},
};

/// The lowest id of a function of the library.
const FIRST: u32 = 1 << 30;

/// The modules: path and text.
const MODULES: [(&str, &str); 7] = [
    ("builtins.py", include_str!("library/builtins.py")),
    ("collections.py", include_str!("library/collections.py")),
    ("contextlib.py", include_str!("library/contextlib.py")),
    ("functools.py", include_str!("library/functools.py")),
    ("itertools.py", include_str!("library/itertools.py")),
    ("math.py", include_str!("library/math.py")),
    ("operator.py", include_str!("library/operator.py")),
];

/// The library, lowered.
#[derive(Debug)]
pub struct Library {
    program: Program,
    names: BTreeMap<String, FunctionId>,
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
        program.functions.iter_mut().for_each(renumber);
        let mut names = BTreeMap::new();
        for module in &program.modules {
            for (name, binding) in &module.globals {
                if let GlobalBinding::Function(id) = binding {
                    names.insert(format!("{}.{name}", module.name), behind(*id));
                }
            }
        }
        Self { program, names }
    }

    /// Gives a function by its id.
    pub fn function(&self, id: FunctionId) -> Option<&Function> {
        self.program.function(FunctionId(id.0.checked_sub(FIRST)?))
    }

    /// Finds a function by its dotted path, such as `functools.reduce`.
    pub fn find(&self, path: &str) -> Option<FunctionId> {
        self.names.get(path).copied()
    }
}

fn behind(id: FunctionId) -> FunctionId {
    FunctionId(id.0.saturating_add(FIRST))
}

fn renumber(function: &mut Function) {
    function.id = behind(function.id);
    function.parent = function.parent.map(behind);
    for instruction in function.blocks.iter_mut().flat_map(|block| &mut block.instructions) {
        if let InstructionKind::Assign { value: Rvalue::Closure { function, .. }, .. } = &mut instruction.kind {
            *function = behind(*function);
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
        assert!(library().program.classes.is_empty());
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
