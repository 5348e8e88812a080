//! Packed trees to a program. Invariant: total; what is not modelled becomes `Opaque` or `Havoc` with its construct and
//! span, never nothing.

mod builder;
mod builtin_names;
mod call;
mod capture;
mod comprehension;
mod definition;
mod exception;
mod expression;
mod format;
mod function_header;
mod literal;
mod lowering;
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
    function_header::{class_of, function_of},
    module_name::module_name,
    scope::{Ids, ScopeKind, scan},
    world::{Source, World, broken_nodes},
};
use crate::program::{Module, Program};

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

/// Lowers files to one program. Names resolve across them by dotted paths.
pub fn lower(files: &[InputFile<'_>]) -> Program {
    let mut ids = Ids::default();
    let sources = files
        .iter()
        .map(|input| {
            let module = module_name(input.path);
            let table = scan(input.tree, input.text, &module.package, &mut ids);
            let InputFile { file, path, text, tree } = *input;
            Source { file, path, text, tree, module, table, broken: broken_nodes(tree), globals: BTreeMap::new() }
        })
        .collect();
    let world = World::new(sources);
    let mut program = Program::default();
    for index in 0..world.sources.len() {
        lower_source(&world, index, &mut program);
    }
    program
}

fn lower_source(world: &World<'_>, index: usize, program: &mut Program) {
    let Some(source) = world.sources.get(index) else { return };
    let Some(module_scope) = source.table.scopes.first() else { return };
    for (number, scope) in source.table.scopes.iter().enumerate() {
        if scope.kind == ScopeKind::Comprehension {
            continue;
        }
        if let Some(function) = function_of(world, index, number) {
            program.functions.push(function);
        }
        if let Some(class) = class_of(world, index, number) {
            program.classes.push(class);
        }
    }
    let imports = module_scope
        .names
        .iter()
        .filter_map(|(name, bindings)| Some(((*name).to_owned(), bindings.imports.first()?.clone())))
        .collect();
    program.modules.push(Module {
        file: source.file,
        path: source.path.to_owned(),
        name: source.module.name.clone(),
        imports,
        globals: source.globals.clone(),
        body: module_scope.function,
    });
}
