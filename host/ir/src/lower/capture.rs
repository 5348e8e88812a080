//! Which names functions share with the functions and the module around them. Invariant: a name is free in every
//! function between the one that uses it and the one that binds it, and captured there.

use super::scope::{BindingKind, ScopeKind, ScopeTable};

/// A function that declares a name `global` and binds it binds the module's name.
pub(crate) fn bind_declared_globals(table: &mut ScopeTable<'_>) {
    let mut bound = Vec::new();
    for scope in table.scopes.iter_mut().skip(1) {
        for name in &scope.globals {
            if let Some(bindings) = scope.names.remove(name) {
                bound.push((*name, bindings));
            }
        }
    }
    if let Some(module) = table.scopes.first_mut() {
        for (name, bindings) in bound {
            let global = module.names.entry(name).or_default();
            global.imports.extend(bindings.imports);
            global.count += bindings.count * 2;
            global.none_count += bindings.none_count * 2;
            if let Some((_, node)) = bindings.first {
                global.first.get_or_insert((BindingKind::Other, node));
            }
        }
    }
}

/// Works out which names functions share.
pub(crate) fn capture(table: &mut ScopeTable<'_>) {
    for start in 0..table.scopes.len() {
        let Some(scope) = table.scopes.get(start) else { continue };
        let names: Vec<_> = scope.uses.iter().chain(&scope.nonlocals).copied().collect();
        for name in names {
            let Some(owner) = find_owner(table, start, name) else { continue };
            let mut chain = Vec::new();
            let mut at = Some(start);
            let owner_function = table.scopes.get(owner).map(|scope| scope.function);
            while let Some(scope) = at.and_then(|at| table.scopes.get(at)) {
                if Some(scope.function) == owner_function {
                    break;
                }
                chain.extend(at);
                at = scope.parent;
            }
            if chain.is_empty() {
                continue;
            }
            if let Some(scope) = table.scopes.get_mut(owner) {
                scope.captured.insert(name);
            }
            for at in chain {
                if let Some(scope) = table.scopes.get_mut(at).filter(|scope| scope.kind != ScopeKind::Comprehension) {
                    scope.free.insert(name, owner);
                }
            }
        }
    }
}

/// Finds the function or comprehension scope that binds a name seen from `start`; `None` for module names, imports and
/// unbound ones.
fn find_owner(table: &ScopeTable<'_>, start: usize, name: &str) -> Option<usize> {
    let mut at = start;
    loop {
        let scope = table.scopes.get(at)?;
        let visible = at == start || scope.kind != ScopeKind::Class;
        if scope.globals.contains(name) || scope.kind == ScopeKind::Module {
            return None;
        }
        if visible
            && !scope.nonlocals.contains(name)
            && let Some(bindings) = scope.names.get(name)
        {
            return (!bindings.is_import()).then_some(at);
        }
        at = scope.parent?;
    }
}
