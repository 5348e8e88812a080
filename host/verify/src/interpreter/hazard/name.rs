//! What reading a global name may raise. Invariant: a name counts as bound only when every way through its module's top
//! level binds it, or when this path has bound it.

use std::collections::BTreeSet;

use ir::{
    function::{BlockId, Flavour, Function, Terminator},
    instruction::{InstructionKind, Operand},
};

use crate::{
    interpreter::{
        Interpreter,
        hazard::{Hazard, certain::is_abstract_class},
    },
    models::{library, mathematics, patterns},
    program_index::Named,
    state::State,
};

/// Modules of the standard library that importing needs nothing but Python itself.
const STANDARD: &[&str] = &[
    "abc",
    "base64",
    "binascii",
    "bisect",
    "calendar",
    "collections",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "logging",
    "math",
    "operator",
    "os",
    "pathlib",
    "random",
    "re",
    "secrets",
    "shlex",
    "statistics",
    "string",
    "struct",
    "subprocess",
    "sys",
    "tempfile",
    "textwrap",
    "time",
    "typing",
    "unicodedata",
    "urllib",
    "uuid",
];

/// Exceptions of the standard library.
const EXCEPTIONS: &[&str] = &[
    "json.JSONDecodeError",
    "json.decoder.JSONDecodeError",
    "re.error",
    "binascii.Error",
    "subprocess.CalledProcessError",
    "subprocess.TimeoutExpired",
    "decimal.InvalidOperation",
    "sqlite3.Error",
    "struct.error",
];

/// Tells whether a path names an exception class of the standard library.
pub(crate) fn is_library_exception(path: &str) -> bool {
    EXCEPTIONS.contains(&path)
}

impl Interpreter<'_> {
    /// Says what reading an operand may raise besides what evaluation shows.
    pub(crate) fn operand_hazard(&mut self, state: &State, operand: &Operand) -> Hazard {
        match operand {
            Operand::Global(path) => self.name_hazard(state, path).of_name(),
            Operand::Local(_) | Operand::Constant(_) => Hazard::Shown,
        }
    }

    /// Says what naming a callee may raise; whether a library has the function is its model's matter.
    pub(crate) fn callee_hazard(&mut self, state: &State, operand: &Operand) -> Hazard {
        match operand {
            Operand::Global(path) if self.index.find(path).is_some() || self.is_in_program(path) => {
                self.name_hazard(state, path).of_name()
            }
            Operand::Global(_) | Operand::Local(_) | Operand::Constant(_) => Hazard::Shown,
        }
    }

    /// Says what reading a dotted name may raise.
    pub(crate) fn name_hazard(&mut self, state: &State, path: &str) -> Hazard {
        if state.globals.contains_key(path) {
            return Hazard::Shown;
        }
        if let Some(name) = path.strip_prefix("builtins.") {
            return Hazard::unless(!name.contains('.'), &format!("`{name}`"));
        }
        let shown = path.rsplit('.').next().unwrap_or(path).to_owned();
        match self.index.find(path) {
            Some(Named::Module) => Hazard::Shown,
            Some(Named::Function(_) | Named::Class(_) | Named::Constant(_) | Named::CallOf(_) | Named::Variable) => {
                self.global_hazard(path)
            }
            None if self.is_in_program(path) => Hazard::Unseen(format!("the name `{shown}`")),
            None => {
                let is_known = STANDARD.contains(&path)
                    || is_library_exception(path)
                    || is_abstract_class(path)
                    || ir::library::library().has(path)
                    || library::constant(path).is_some()
                    || mathematics::constant(path).is_some()
                    || patterns::flag(path).is_some();
                Hazard::unless(is_known, &format!("`{path}`"))
            }
        }
    }

    /// Tells whether a path starts with a module of the program, or is a part of one.
    fn is_in_program(&self, path: &str) -> bool {
        self.index.program.modules.iter().any(|module| {
            path.strip_prefix(module.name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// Says what reading a global of a module of the program may raise.
    fn global_hazard(&mut self, path: &str) -> Hazard {
        let unseen = || Hazard::Unseen(format!("the name `{}`", path.rsplit('.').next().unwrap_or(path)));
        let modules = &self.index.program.modules;
        let found = modules
            .iter()
            .filter_map(|module| {
                let rest = path.strip_prefix(module.name.as_str())?.strip_prefix('.')?;
                Some((module, rest.split('.').next().unwrap_or(rest)))
            })
            .max_by_key(|(module, _)| module.name.len());
        let Some((module, name)) = found else { return unseen() };
        let Some(body) = self.index.function(module.body) else { return unseen() };
        let is_running =
            self.entry_function().is_some_and(|entry| entry.flavour == Flavour::Module && entry.file == module.file);
        // What stands for any value is there from the beginning.
        if is_running && ir::nondet::is_name(name) {
            return Hazard::Shown;
        }
        if is_running {
            // What this path has bound is among its globals.
            return Hazard::Raises("NameError");
        }
        let global = format!("{}.{name}", module.name);
        if is_always_bound(body, &global) { Hazard::Shown } else { unseen() }
    }
}

/// Tells whether every way through a module's body that comes to its end binds a global.
fn is_always_bound(body: &Function, path: &str) -> bool {
    let binds = |id: BlockId| {
        body.block(id).is_some_and(|block| {
            block.instructions.iter().any(
                |instruction| matches!(&instruction.kind, InstructionKind::StoreGlobal { path: stored, .. } if stored == path),
            )
        })
    };
    let mut pending = vec![BlockId(0)];
    let mut visited = BTreeSet::new();
    while let Some(id) = pending.pop() {
        if !visited.insert(id) {
            continue;
        }
        let Some(block) = body.block(id) else { return false };
        // A block with a handler may be left before it binds.
        pending.extend(block.handler);
        if binds(id) {
            continue;
        }
        match &block.terminator {
            Terminator::Jump(to) => pending.push(*to),
            Terminator::Branch { then, otherwise, .. } => pending.extend([*then, *otherwise]),
            Terminator::Next { body, exhausted, .. } => pending.extend([*body, *exhausted]),
            Terminator::Return(_) => return false,
            Terminator::Raise { .. } | Terminator::Unreachable => {}
        }
    }
    true
}
