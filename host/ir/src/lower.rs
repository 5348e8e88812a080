//! Packed trees to a program. Invariant: total; what is not modelled becomes `Opaque` or `Havoc` with its construct and
//! span, never nothing.

mod annotation;
mod builder;
mod builtin_names;
mod call;
mod capture;
mod class_header;
mod comprehension;
mod definition;
mod exception;
mod expression;
mod format;
mod function_header;
mod import;
mod import_target;
pub mod library_names;
mod literal;
mod lowering;
mod module_index;
mod module_name;
mod pattern;
mod scope;
mod simplify;
mod statement;
mod target;
mod world;

use std::collections::BTreeMap;

use model::ids::FileId;
use syntax::packed::PackedTree;

use self::{
    class_header::class_of,
    function_header::function_of,
    module_name::{make_unique, module_name},
    scope::{Ids, ScopeKind, scan},
    world::{Source, World, broken_nodes, exports},
};
use crate::{
    function::Function,
    program::{Class, Module, Program},
};

/// One parsed file.
#[derive(Clone, Copy, Debug)]
pub struct InputFile<'a> {
    /// Its id.
    pub file: FileId,
    /// Its path within the project; the module's name is derived from it.
    pub path: &'a str,
    /// Its text.
    pub text: &'a str,
    /// The tree that `syntax::parse::parse` made of the text.
    pub tree: &'a PackedTree,
}

/// A file whose scopes are known; it does not depend on the other files.
#[derive(Debug)]
pub struct ScannedFile<'a> {
    source: Source<'a>,
}

/// All files with their names resolved, ready to be lowered one by one in any order, also on several threads.
#[derive(Debug)]
pub struct Prepared<'a> {
    world: World<'a>,
}

/// What one file gives to a program.
#[derive(Clone, Debug)]
pub struct LoweredFile {
    functions: Vec<Function>,
    classes: Vec<Class>,
    module: Module,
}

/// Lowers files to one program. Names resolve across them by dotted paths. The steps (`scan_file`, `prepare`,
/// `Prepared::lower_file`, `assemble`) can be taken one by one to spread the work over threads.
pub fn lower(files: &[InputFile<'_>]) -> Program {
    let prepared = prepare(files.iter().map(|file| scan_file(*file)).collect());
    assemble((0..prepared.file_count()).filter_map(|index| prepared.lower_file(index)))
}

/// Finds a file's scopes and what they bind.
pub fn scan_file(input: InputFile<'_>) -> ScannedFile<'_> {
    let InputFile { file, path, text, tree } = input;
    let module = module_name(path);
    let table = scan(tree, text, &module.package);
    let exports = exports(tree, text, &table);
    let source =
        Source { file, path, text, tree, module, table, broken: broken_nodes(tree), globals: BTreeMap::new(), exports };
    ScannedFile { source }
}

/// Numbers the functions and classes of all files, in the order of the files' ids, and finds what their imports mean.
pub fn prepare(files: Vec<ScannedFile<'_>>) -> Prepared<'_> {
    let mut sources: Vec<Source<'_>> = files.into_iter().map(|file| file.source).collect();
    sources.sort_by_key(|source| source.file);
    make_unique(&mut sources.iter_mut().map(|source| &mut source.module).collect::<Vec<_>>());
    let mut before = Ids::default();
    for source in &mut sources {
        let own = source.table.ids;
        source.table.number_after(before);
        before.functions += own.functions;
        before.classes += own.classes;
    }
    Prepared { world: World::new(sources) }
}

/// Joins lowered files, given in the order of their indices, to a program.
pub fn assemble(files: impl IntoIterator<Item = LoweredFile>) -> Program {
    let mut program = Program::default();
    for file in files {
        program.functions.extend(file.functions);
        program.classes.extend(file.classes);
        program.modules.push(file.module);
    }
    program
}

impl Prepared<'_> {
    /// Gives the number of files.
    pub fn file_count(&self) -> usize {
        self.world.sources.len()
    }

    /// Lowers the file of an index below `file_count`.
    pub fn lower_file(&self, index: usize) -> Option<LoweredFile> {
        let source = self.world.sources.get(index)?;
        let module_scope = source.table.scopes.first()?;
        let (mut functions, mut classes) = (Vec::new(), Vec::new());
        for (number, scope) in source.table.scopes.iter().enumerate() {
            if scope.kind == ScopeKind::Comprehension {
                continue;
            }
            functions.extend(function_of(&self.world, index, number));
            classes.extend(class_of(&self.world, index, number));
        }
        let imports = module_scope
            .names
            .iter()
            .filter_map(|(name, bindings)| Some(((*name).to_owned(), bindings.imports.first()?.path.clone())))
            .collect();
        let module = Module {
            file: source.file,
            path: source.path.to_owned(),
            name: source.module.name.clone(),
            imports,
            globals: source.globals.clone(),
            body: module_scope.function,
        };
        Some(LoweredFile { functions, classes, module })
    }
}
