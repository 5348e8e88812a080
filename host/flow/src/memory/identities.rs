//! Names of functions, classes and places that stay the same while code elsewhere changes. Invariant: a function's token
//! changes when anything changes that others may read of it without its summary, a class's when anything that can be
//! looked up on it does.

use std::collections::{BTreeMap, HashMap};

use ir::{
    function::{Flavour, Function, LocalId, LocalScope},
    program::{Class, ClassId, FunctionId, GlobalBinding},
};
use model::{
    ids::FileId,
    span::{Place, Span},
};

use crate::{
    memory::digest::{Digest, Hashed, Names},
    never::is_placeholder,
    project_index::ProjectIndex,
    types::{Type, TypeSet, TypeTable},
};

/// A function's extent in its file.
#[derive(Clone, Copy, Debug)]
struct Extent {
    span: Span,
    function: FunctionId,
    /// The extent that this one lies in, by its index.
    outer: Option<usize>,
}

/// A place that does not depend on what stands before its function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Anchored {
    /// The innermost function around it.
    pub(crate) function: FunctionId,
    /// Bytes from the function's start.
    pub(crate) offset: u32,
    /// Bytes.
    pub(crate) length: u32,
}

/// The stable names of one program.
#[derive(Debug)]
pub(crate) struct Identities {
    files: Vec<Digest>,
    /// Functions by file and qualified name.
    function_keys: Vec<Digest>,
    functions: Vec<Digest>,
    classes: Vec<Digest>,
    functions_by_token: HashMap<Digest, FunctionId>,
    classes_by_token: HashMap<Digest, ClassId>,
    extents: BTreeMap<FileId, Vec<Extent>>,
    /// Where each function starts.
    starts: Vec<(FileId, u32)>,
}

impl Identities {
    pub(crate) fn new(project: &ProjectIndex<'_>, types: &TypeTable) -> Self {
        let program = project.program;
        let mut seen = HashMap::new();
        let mut key = |kind: u8, file: FileId, qualname: &str| {
            let (path, name) = program.module(file).map_or(("", ""), |module| (&module.path, &module.name));
            let mut bytes = vec![kind];
            for part in [path, name, qualname] {
                bytes.extend_from_slice(part.as_bytes());
                bytes.push(0);
            }
            let count: &mut u32 = seen.entry(Digest::of(&bytes)).or_default();
            bytes.extend_from_slice(&count.to_le_bytes());
            *count += 1;
            Digest::of(&bytes)
        };
        let files = files_of(project);
        let function_keys: Vec<Digest> =
            program.functions.iter().map(|found| key(b'f', found.file, &found.qualname)).collect();
        let class_keys: Vec<Digest> =
            program.classes.iter().map(|found| key(b'c', found.file, &found.qualname)).collect();
        let names = Names { functions: &function_keys, classes: &class_keys, files: &files, base: 0 };
        let functions: Vec<Digest> =
            program.functions.iter().zip(&function_keys).map(|(found, key)| signature(found, *key, names)).collect();
        let classes = class_tokens(project, types, Names { functions: &functions, ..names });
        let functions_by_token = (0..).map(FunctionId).zip(&functions).map(|(id, token)| (*token, id)).collect();
        let classes_by_token = (0..).map(ClassId).zip(&classes).map(|(id, token)| (*token, id)).collect();
        let extents = extents(&program.functions);
        let starts = program.functions.iter().map(|found| (found.file, extent_of(found).start)).collect();
        Self { files, function_keys, functions, classes, functions_by_token, classes_by_token, extents, starts }
    }

    /// Gives what tells a function from all others, whatever it does.
    pub(crate) fn key(&self, id: FunctionId) -> Digest {
        self.function_keys.get(id.0 as usize).copied().unwrap_or_default()
    }

    pub(crate) fn function(&self, id: FunctionId) -> Digest {
        self.functions.get(id.0 as usize).copied().unwrap_or_default()
    }

    pub(crate) fn class(&self, id: ClassId) -> Digest {
        self.classes.get(id.0 as usize).copied().unwrap_or_default()
    }

    pub(crate) fn find_function(&self, token: Digest) -> Option<FunctionId> {
        self.functions_by_token.get(&token).copied()
    }

    pub(crate) fn find_class(&self, token: Digest) -> Option<ClassId> {
        self.classes_by_token.get(&token).copied()
    }

    /// Gives a place as seen from its file.
    pub(crate) fn place(&self, anchored: Anchored) -> Option<Place> {
        let (file, base) = self.starts.get(anchored.function.0 as usize).copied()?;
        let start = base.checked_add(anchored.offset)?;
        Some(Place { file, span: Span::new(start, start.checked_add(anchored.length)?) })
    }

    /// Gives a place as seen from the innermost function around it.
    pub(crate) fn anchored(&self, place: Place) -> Option<Anchored> {
        let extents = self.extents.get(&place.file)?;
        let start = place.span.start;
        let mut index = extents.partition_point(|extent| extent.span.start <= start).checked_sub(1);
        while let Some(extent) = index.and_then(|index| extents.get(index)) {
            // A function that ends without `return` returns at its very end.
            let is_at_end = start == extent.span.end && place.span.end == start;
            if start < extent.span.end || is_at_end || extent.outer.is_none() {
                let offset = start.checked_sub(extent.span.start)?;
                let length = place.span.end.checked_sub(start)?;
                return Some(Anchored { function: extent.function, offset, length });
            }
            index = extent.outer;
        }
        None
    }

    /// Hashes everything that a function's analysis reads of the function itself, of its types, and of the functions
    /// around it; what it looks up by path is not in it.
    pub(crate) fn own(&self, project: &ProjectIndex<'_>, types: &TypeTable, function: &Function) -> Digest {
        let names = Names {
            functions: &self.functions,
            classes: &self.classes,
            files: &self.files,
            base: extent_of(function).start,
        };
        let mut hashed = Hashed::new(names);
        hashed.add_digest(self.function(function.id));
        hashed.add(&project.program.module(function.file).map(|module| &module.name));
        hashed.add(&function.class);
        hashed.add(&function.parent);
        hashed.add(&(&function.span, &function.body_span, &function.name_span));
        hashed.add(&function.locals);
        hashed.add(&function.blocks);
        for (local, _) in (0..).map(LocalId).zip(&function.locals) {
            add_types(&mut hashed, types.local(function.id, local));
        }
        for (number, block) in function.blocks.iter().enumerate() {
            for position in 0..block.instructions.len() {
                if let Some(called) = types.called(function.id, number, position) {
                    hashed.add(&(number, position, &called.names, &called.fallback));
                    hashed.add(&(&called.targets, &called.constructs));
                }
                let attribute = types.attribute(function.id, number, position);
                if !attribute.is_empty() {
                    hashed.add(&(number, position, attribute));
                }
            }
        }
        hashed.add(&types.options(function.id));
        let mut outer = function.parent;
        for _ in 0..64 {
            let Some(owner) = outer.and_then(|id| project.program.function(id)) else { break };
            let captured = owner.locals.iter().filter(|local| local.scope == LocalScope::Captured);
            hashed.add(&captured.map(|local| &local.name).collect::<Vec<_>>());
            hashed.add(&owner.id);
            outer = owner.parent;
        }
        hashed.finish()
    }

    /// Hashes what a dotted path means in this program.
    pub(crate) fn meaning(&self, project: &ProjectIndex<'_>, types: &TypeTable, path: &str) -> Digest {
        let names = Names { functions: &self.functions, classes: &self.classes, files: &self.files, base: 0 };
        let mut hashed = Hashed::new(names);
        hashed.add(&project.function(path));
        hashed.add(&project.class(path));
        let binding: Option<&GlobalBinding> = project.global(path);
        hashed.add(&binding);
        hashed.add(&project.module_body(path));
        add_types(&mut hashed, types.globals.get(path));
        hashed.finish()
    }
}

fn files_of(project: &ProjectIndex<'_>) -> Vec<Digest> {
    let count = project.program.modules.last().map_or(0, |module| module.file.0 as usize + 1);
    let mut files = vec![Digest::default(); count];
    for module in &project.program.modules {
        if let Some(place) = files.get_mut(module.file.0 as usize) {
            *place = Digest::of(module.path.as_bytes());
        }
    }
    files
}

/// Hashes what others see of a function without its summary.
fn signature(function: &Function, key: Digest, names: Names<'_>) -> Digest {
    let mut hashed = Hashed::new(Names { base: function.span.start, ..names });
    hashed.add_digest(key);
    hashed.add(&(&function.name, &function.qualname, &function.class, &function.parent));
    hashed.add(&(&function.params, &function.decorators, &function.returns, &function.flavour));
    hashed.add(&is_placeholder(function));
    hashed.finish()
}

/// Hashes each class with its bases and with what is derived from it.
fn class_tokens(project: &ProjectIndex<'_>, types: &TypeTable, names: Names<'_>) -> Vec<Digest> {
    let mut fields: BTreeMap<(ClassId, &str), &TypeSet> = BTreeMap::new();
    for ((class, name), found) in &types.fields {
        fields.insert((*class, name), found);
    }
    let mut members: BTreeMap<ClassId, Vec<FunctionId>> = BTreeMap::new();
    for function in &project.program.functions {
        if let Some(class) = function.class {
            members.entry(class).or_default().push(function.id);
        }
    }
    let declared = |class: &Class| {
        let mut hashed = Hashed::new(Names { base: class.span.start, ..names });
        hashed.add(&(&class.id, &class.bases, &class.decorators, &class.methods, &class.kind));
        hashed.add(&(&class.fields, &class.constants, members.get(&class.id)));
        for ((_, name), found) in fields.range((class.id, "")..).take_while(|((id, _), _)| *id == class.id) {
            hashed.add(name);
            add_types(&mut hashed, Some(found));
        }
        class.fields.iter().for_each(|field| add_types(&mut hashed, types.member(class.id, &field.name)));
        hashed.finish()
    };
    let own: Vec<Digest> = project.program.classes.iter().map(declared).collect();
    let of = |id: ClassId| own.get(id.0 as usize).copied().unwrap_or_default();
    let whole = |class: &Class| {
        let mut hashed = Hashed::new(names);
        let (inside, outside) = project.ancestry(class.id);
        hashed.add_digest(of(class.id));
        inside.iter().for_each(|base| hashed.add_digest(of(base.id)));
        hashed.add(&outside);
        project.derived(class.id).iter().for_each(|derived| hashed.add_digest(of(*derived)));
        hashed.finish()
    };
    project.program.classes.iter().map(whole).collect()
}

fn add_types(hashed: &mut Hashed<'_>, types: Option<&TypeSet>) {
    let Some(types) = types else { return hashed.add(&0_u8) };
    hashed.add(&1_u8);
    for of in types.iter() {
        match of {
            Type::Instance(path) => hashed.add(&(0_u8, path.as_ref())),
            Type::Function(id) => hashed.add(&(1_u8, id)),
            Type::Class(id) => hashed.add(&(2_u8, id)),
            Type::Path(path) => hashed.add(&(3_u8, path.as_ref())),
        }
    }
}

/// Gives what a function covers; a module's code covers its whole file.
fn extent_of(function: &Function) -> Span {
    match function.flavour {
        Flavour::Module => Span::new(0, u32::MAX),
        Flavour::Plain | Flavour::Generator | Flavour::Async | Flavour::Lambda | Flavour::ClassBody => function.span,
    }
}

/// Sorts the functions of each file by where they start, outer ones first.
fn extents(functions: &[Function]) -> BTreeMap<FileId, Vec<Extent>> {
    let mut files: BTreeMap<FileId, Vec<Extent>> = BTreeMap::new();
    for function in functions {
        let span = extent_of(function);
        files.entry(function.file).or_default().push(Extent { span, function: function.id, outer: None });
    }
    for extents in files.values_mut() {
        extents.sort_by_key(|extent| (extent.span.start, std::cmp::Reverse(extent.span.end), extent.function));
        let mut open: Vec<(usize, u32)> = Vec::new();
        for (index, extent) in extents.iter_mut().enumerate() {
            while open.last().is_some_and(|(_, end)| *end <= extent.span.start) {
                open.pop();
            }
            extent.outer = open.last().map(|(outer, _)| *outer);
            open.push((index, extent.span.end));
        }
    }
    files
}
