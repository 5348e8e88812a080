//! The modules of a program by name, and the folders that Python may search. Invariant: look-ups take time that depends
//! on a path's length only, not on the number of files.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    import::join,
    module_name::{ModuleKind, ModuleName},
};

/// Files that stand where Python starts to search.
const ROOT_MARKS: [&str; 4] = ["setup", "manage", "conftest", "noxfile"];
/// Folders that Python usually searches.
const ROOT_FOLDERS: [&str; 3] = ["src", "lib", "python"];
/// Folders that are remembered for a first name.
const MAX_ROOTS: usize = 32;

/// Modules and folders.
#[derive(Debug, Default)]
pub(crate) struct ModuleIndex {
    by_name: HashMap<String, usize>,
    packages: HashSet<String>,
    /// First names of import paths, with the folders that hold a module or folder of that name.
    roots: HashMap<String, BTreeSet<String>>,
    /// Folders that look like places where Python starts to search.
    marked: HashSet<String>,
}

impl ModuleIndex {
    pub(crate) fn new<'n>(names: impl Iterator<Item = &'n ModuleName>) -> Self {
        let mut index = Self::default();
        let mut places: Vec<&str> = Vec::new();
        for (number, module) in names.enumerate() {
            index.by_name.entry(module.name.clone()).or_insert(number);
            if module.kind == ModuleKind::Package {
                index.packages.insert(module.name.clone());
            }
            places.push(&module.name);
        }
        for name in places {
            index.enter_roots(name);
        }
        index
    }

    /// Enters every folder above a module that is no package as a place to search.
    fn enter_roots(&mut self, name: &str) {
        let (mut folder, mut first) = name.rsplit_once('.').unwrap_or(("", name));
        if ROOT_MARKS.contains(&first) {
            self.marked.insert(folder.to_owned());
        }
        while !folder.is_empty() {
            if ROOT_FOLDERS.contains(&last(folder)) {
                self.marked.insert(folder.to_owned());
            }
            if !self.packages.contains(folder) {
                let known = self.roots.entry(first.to_owned()).or_default();
                // A folder that was entered before has entered the ones above it.
                if known.contains(folder) || known.len() >= MAX_ROOTS {
                    break;
                }
                known.insert(folder.to_owned());
            }
            (folder, first) = folder.rsplit_once('.').unwrap_or(("", folder));
        }
    }

    /// Finds a module by its exact name.
    pub(crate) fn module(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// Tells whether a folder has an `__init__.py`.
    pub(crate) fn is_package(&self, name: &str) -> bool {
        self.packages.contains(name)
    }

    /// Tells whether a folder looks like a place where Python starts to search.
    pub(crate) fn is_marked(&self, folder: &str) -> bool {
        self.marked.contains(folder)
    }

    /// Lists folders that hold a first name, the ones that share most of their path with `near` first.
    pub(crate) fn roots_of(&self, first: &str, near: &str) -> Vec<(usize, &str)> {
        let shared = |folder: &str| folder.split('.').zip(near.split('.')).take_while(|(a, b)| a == b).count();
        let mut found: Vec<(usize, &str)> =
            self.roots.get(first).into_iter().flatten().map(|folder| (shared(folder), folder.as_str())).collect();
        found.sort_by_key(|(shared, folder)| (std::cmp::Reverse(*shared), *folder));
        found
    }

    /// Splits a path into its longest module and the rest.
    pub(crate) fn split<'p>(&self, path: &'p str) -> Option<(usize, &'p str)> {
        let mut module = path;
        loop {
            if let Some(index) = self.module(module) {
                let rest = path.get(module.len()..).unwrap_or("");
                return Some((index, rest.strip_prefix('.').unwrap_or(rest)));
            }
            module = module.rsplit_once('.')?.0;
        }
    }

    /// Tells whether a folder holds a submodule.
    pub(crate) fn has_submodule(&self, folder: &str, name: &str) -> bool {
        self.by_name.contains_key(&join(folder, name))
    }
}

fn last(folder: &str) -> &str {
    folder.rsplit_once('.').map_or(folder, |(_, last)| last)
}
