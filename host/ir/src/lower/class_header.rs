//! Class records. Invariant: what a class says about itself is taken from its own statement alone.

use std::collections::BTreeMap;

use syntax::{
    kinds::{Field as SyntaxField, Kind},
    packed::Node,
};

use super::{
    annotation::Standing,
    function_header::{class_qualname, decorators},
    literal,
    scope::{BindingKind, ScopeKind},
    world::World,
};
use crate::{
    function::DefaultValue,
    instruction::Constant,
    program::{Class, ClassKind, Field},
};

/// Gives the class record of a class scope.
pub(crate) fn class_of(world: &World<'_>, source: usize, number: usize) -> Option<Class> {
    let file = world.sources.get(source)?;
    let scope = file.table.scopes.get(number)?;
    let id = scope.class?;
    let node = file.tree.node(scope.node)?;
    let bases = bases(world, source, number);
    let mut methods = BTreeMap::new();
    let inside = file.table.scopes.iter().skip(number + 1).take_while(|inner| inner.node < node.end_index());
    for inner in inside {
        if inner.parent == Some(number) && inner.kind == ScopeKind::Function {
            let name = file.tree.node(inner.node).and_then(|node| node.child(SyntaxField::NAME));
            if let Some(name) = name {
                methods.insert(name.text(file.text).to_owned(), inner.function);
            }
        }
    }
    let mut constants = BTreeMap::new();
    for (name, bindings) in &scope.names {
        let Some((BindingKind::Assignment, assignment)) = bindings.first else { continue };
        let right = file.tree.node(assignment).and_then(|node| node.child(SyntaxField::RIGHT));
        if bindings.count == 1
            && let Some(constant) = right.and_then(|right| literal::constant(right, file.text))
        {
            constants.insert((*name).to_owned(), constant);
        }
    }
    let decorators = decorators(world, source, number);
    Some(Class {
        id,
        kind: class_kind(&bases, &decorators),
        fields: fields(world, source, number),
        file: file.file,
        qualname: class_qualname(world, source, number),
        bases,
        decorators,
        methods,
        constants,
        span: node.span(),
    })
}

fn bases(world: &World<'_>, source: usize, number: usize) -> Vec<String> {
    let Some(file) = world.sources.get(source) else { return Vec::new() };
    let Some(scope) = file.table.scopes.get(number) else { return Vec::new() };
    let superclasses = file.tree.node(scope.node).and_then(|node| node.child(SyntaxField::SUPERCLASSES));
    superclasses
        .into_iter()
        .flat_map(Node::items)
        .filter(|base| base.kind() != Kind::KEYWORD_ARGUMENT)
        .filter_map(|base| world.static_path(source, scope.parent.unwrap_or(0), base))
        .collect()
}

/// Gives the attributes that the positional parts of a class pattern stand for, for a top-level class of the project
/// that says so itself and has no bases that could say otherwise.
pub(crate) fn match_args(world: &World<'_>, path: &str) -> Option<Vec<String>> {
    let (source, number) = world.class_scope(path)?;
    let fields = fields(world, source, number);
    if let Some(written) = fields.iter().find(|field| field.name == "__match_args__") {
        let Some(DefaultValue::Constant(Constant::Tuple(names))) = &written.default else { return None };
        let text = |name: &Constant| if let Constant::Str(name) = name { Some(name.clone()) } else { None };
        return names.iter().map(text).collect();
    }
    let bases = bases(world, source, number);
    let is_alone = |kind: ClassKind| match kind {
        ClassKind::Dataclass => bases.iter().all(|base| base == "builtins.object"),
        ClassKind::NamedTuple => bases.len() == 1,
        ClassKind::Plain | ClassKind::TypedDict | ClassKind::Enum | ClassKind::Model => false,
    };
    if !is_alone(class_kind(&bases, &decorators(world, source, number))) {
        return None;
    }
    let names = fields.into_iter().filter_map(|field| {
        let annotation = field.annotation?;
        (!annotation.starts_with("typing.ClassVar")).then_some(field.name)
    });
    Some(names.collect())
}

/// Tells what a class's own statement makes of it.
fn class_kind(bases: &[String], decorators: &[String]) -> ClassKind {
    for path in decorators {
        if matches!(
            path.as_str(),
            "dataclasses.dataclass"
                | "pydantic.dataclasses.dataclass"
                | "attr.s"
                | "attr.attrs"
                | "attr.dataclass"
                | "attr.define"
                | "attr.frozen"
                | "attr.mutable"
                | "attrs.define"
                | "attrs.frozen"
                | "attrs.mutable"
        ) {
            return ClassKind::Dataclass;
        }
    }
    for path in bases {
        match path.as_str() {
            "typing.NamedTuple" | "typing_extensions.NamedTuple" => return ClassKind::NamedTuple,
            "typing.TypedDict" | "typing_extensions.TypedDict" => return ClassKind::TypedDict,
            "enum.Enum" | "enum.IntEnum" | "enum.StrEnum" | "enum.Flag" | "enum.IntFlag" => return ClassKind::Enum,
            "pydantic.BaseModel" | "pydantic_settings.BaseSettings" | "msgspec.Struct" => return ClassKind::Model,
            _ => {}
        }
    }
    ClassKind::Plain
}

/// Lists the names that a class body annotates or assigns, in the order of their first appearance.
fn fields(world: &World<'_>, source: usize, number: usize) -> Vec<Field> {
    let Some(file) = world.sources.get(source) else { return Vec::new() };
    let Some(scope) = file.table.scopes.get(number) else { return Vec::new() };
    let mut found = Vec::new();
    for (name, bindings) in &scope.names {
        let assignment = bindings.first.and_then(|(kind, node)| (kind == BindingKind::Assignment).then_some(node));
        let Some(first) = bindings.annotation.into_iter().chain(assignment).min() else { continue };
        let Some(node) = file.tree.node(first) else { continue };
        let right = assignment.and_then(|node| file.tree.node(node)?.child(SyntaxField::RIGHT));
        let annotation = bindings.annotation.and_then(|node| file.tree.node(node));
        let standing = Standing { world, source, scope: number };
        found.push((
            first,
            Field {
                name: (*name).to_owned(),
                annotation: annotation.and_then(|annotation| standing.path(annotation)),
                calls: standing.calls(annotation, right),
                default: right.map(|right| match literal::constant(right, file.text) {
                    Some(constant) => DefaultValue::Constant(constant),
                    None => DefaultValue::Other,
                }),
                span: node.span(),
            },
        ));
    }
    found.sort_by_key(|(first, _)| *first);
    found.into_iter().map(|(_, field)| field).collect()
}
