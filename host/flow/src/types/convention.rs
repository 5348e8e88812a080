//! Types of parameters that have no annotation, by what a library calls them. Invariant: a type is given only where the
//! module imports the library whose custom it is.

use ir::{function::Function, program::Module};

use crate::types::{infer::Inference, table::TypeSet};

impl Inference<'_> {
    /// Gives the type of a parameter such as Django's `request`: a return type's name `django.http.lambda.request` stands for
    /// the parameter `request` of functions in modules that import something of `django.http`.
    pub(super) fn by_convention(&self, function: &Function, parameter: &str) -> TypeSet {
        let mut types = TypeSet::default();
        let conventions = self.index.conventions.iter().filter(|convention| convention.parameter == parameter);
        let mut module: Option<&Module> = None;
        for convention in conventions {
            if module.is_none() {
                module = self.project.program.module(function.file);
            }
            let is_imported = module.is_some_and(|module| {
                module.imports.values().any(|target| {
                    let rest = target.strip_prefix(convention.library);
                    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                })
            });
            if is_imported {
                types.join(&TypeSet::instance(convention.returns));
            }
        }
        types
    }
}
