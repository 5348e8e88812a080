//! Annotations that leave a sender no choice of text. Invariant: a parameter counts as harmless only when the framework
//! that fills it in refuses every value that is no number, no identifier and no member of a fixed set.

use ir::function::{Function, Param};

use crate::{
    entry::handlers,
    pattern::normalised,
    project::Analysis,
    types::{Type, TypeSet, annotated},
};

const NUMBERS: &[&str] = &["int", "float", "bool", "complex"];

const CONTAINERS: &[&str] = &[
    "list",
    "set",
    "frozenset",
    "tuple",
    "typing.List",
    "typing.Set",
    "typing.Tuple",
    "typing.Sequence",
    "collections.abc.Sequence",
    "List",
    "Set",
    "Tuple",
    "Sequence",
];

const ENUMS: &[&str] = &["enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.IntFlag", "enum.Flag"];

/// Tells whether an annotated parameter can only be harmless, or is made by the framework.
pub(super) fn is_harmless(analysis: &Analysis<'_>, function: &Function, param: &Param) -> bool {
    let Some(annotation) = param.annotation.as_deref() else { return false };
    let text = annotation.trim();
    is_literal(text)
        || is_container_of_numbers(text)
        || is_injected(analysis, function, text)
        || analysis.types.local(function.id, param.local).is_some_and(|types| are_harmless(analysis, types))
}

/// Tells whether everything that an annotation lets through is a number, an identifier, a date or a member of a fixed
/// set.
pub(crate) fn is_harmless_annotation(analysis: &Analysis<'_>, annotation: &str) -> bool {
    let text = annotation.trim();
    let is_open = ["Any", "object"]
        .iter()
        .any(|open| text.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == *open));
    !is_open && (is_literal(text) || is_container_of_numbers(text) || are_harmless(analysis, &annotated(text)))
}

fn are_harmless(analysis: &Analysis<'_>, types: &TypeSet) -> bool {
    !types.is_empty() && types.iter().all(|of| is_harmless_type(analysis, of))
}

fn is_harmless_type(analysis: &Analysis<'_>, of: &Type) -> bool {
    let Type::Instance(path) = of else { return false };
    NUMBERS.contains(&path.as_ref())
        || analysis.index.converts(path)
        || analysis.project.class(path).is_some_and(|class| {
            let (_, outside) = analysis.project.ancestry(class);
            outside.iter().any(|base| ENUMS.contains(&base.as_str()))
        })
}

fn is_literal(annotation: &str) -> bool {
    ["typing.Literal[", "typing_extensions.Literal[", "Literal["].iter().any(|head| annotation.starts_with(head))
}

fn is_container_of_numbers(annotation: &str) -> bool {
    let Some((head, items)) = annotation.strip_suffix(']').and_then(|inner| inner.split_once('[')) else {
        return false;
    };
    let mut items = items.split(',').map(|item| normalised(item.trim()));
    CONTAINERS.contains(&normalised(head)) && items.all(|item| NUMBERS.contains(&item) || item == "...")
}

/// Tells whether `Annotated[.., Depends(..)]` says that the framework makes the value.
fn is_injected(analysis: &Analysis<'_>, function: &Function, annotation: &str) -> bool {
    let heads = ["typing.Annotated[", "typing_extensions.Annotated[", "Annotated["];
    let Some(inner) = heads.iter().find_map(|head| annotation.strip_prefix(head)?.strip_suffix(']')) else {
        return false;
    };
    let Some(module) = analysis.project.program.module(function.file) else { return false };
    inner.split(',').skip(1).filter_map(|part| part.split_once('(')).any(|(callee, _)| {
        let callee = callee.trim();
        let (root, rest) = callee.split_once('.').map_or((callee, None), |(root, rest)| (root, Some(rest)));
        let target = module.imports.get(root).map_or(root, String::as_str);
        let path = rest.map_or_else(|| target.to_owned(), |rest| format!("{target}.{rest}"));
        handlers::makes_clean(analysis, &path)
    })
}
