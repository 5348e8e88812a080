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
        options: options(world, source, number),
        methods,
        constants,
        span: node.span(),
    })
}

/// Gives the keyword arguments of the decorators that are `True` or `False`.
fn options(world: &World<'_>, source: usize, number: usize) -> BTreeMap<String, bool> {
    let Some(file) = world.sources.get(source) else { return BTreeMap::new() };
    let decorated = file.table.scopes.get(number).and_then(|scope| file.tree.node(scope.decorated?));
    let calls = decorated
        .into_iter()
        .flat_map(Node::items)
        .filter(|item| item.kind() == Kind::DECORATOR)
        .filter_map(|decorator| decorator.items().next());
    calls
        .flat_map(keywords)
        .filter_map(|(name, value)| match value.kind() {
            Kind::TRUE => Some((name.text(file.text).to_owned(), true)),
            Kind::FALSE => Some((name.text(file.text).to_owned(), false)),
            _ => None,
        })
        .collect()
}

/// Gives the keyword arguments of a call: names and values.
fn keywords(call: Node<'_>) -> impl Iterator<Item = (Node<'_>, Node<'_>)> {
    let arguments = (call.kind() == Kind::CALL).then(|| call.child(SyntaxField::ARGUMENTS)).flatten();
    arguments
        .into_iter()
        .flat_map(Node::items)
        .filter(|item| item.kind() == Kind::KEYWORD_ARGUMENT)
        .filter_map(|item| Some((item.child(SyntaxField::NAME)?, item.child(SyntaxField::VALUE)?)))
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
                default: right.and_then(|right| default_of(world, (source, number), right)),
                is_taken: right.is_none_or(|right| {
                    !keywords(right).any(|(name, value)| name.text(file.text) == "init" && value.kind() == Kind::FALSE)
                }),
                span: node.span(),
            },
        ));
    }
    found.sort_by_key(|(first, _)| *first);
    number_members(found.into_iter().map(|(_, field)| field).collect())
}

/// Gives what is assigned to a field: of `dataclasses.field`, the default that it names.
fn default_of(world: &World<'_>, (source, number): (usize, usize), right: Node<'_>) -> Option<DefaultValue> {
    let text = world.sources.get(source)?.text;
    if let Some(constant) = literal::constant(right, text) {
        return Some(DefaultValue::Constant(constant));
    }
    let path = |node: Node<'_>| world.static_path(source, number, node);
    if right.kind() != Kind::CALL {
        return Some(DefaultValue::Other);
    }
    match right.child(SyntaxField::FUNCTION).and_then(path).as_deref() {
        Some("enum.auto") => Some(DefaultValue::Made("enum.auto".to_owned())),
        Some("dataclasses.field") => {
            for (name, value) in keywords(right) {
                match name.text(text) {
                    "default" => {
                        let constant = literal::constant(value, text);
                        return Some(constant.map_or(DefaultValue::Other, DefaultValue::Constant));
                    }
                    "default_factory" => {
                        return Some(path(value).map_or(DefaultValue::Other, DefaultValue::Made));
                    }
                    _ => {}
                }
            }
            None
        }
        Some(_) | None => Some(DefaultValue::Other),
    }
}

/// Gives each member that `enum.auto()` numbers its number: one more than the member before it, which has one.
fn number_members(mut fields: Vec<Field>) -> Vec<Field> {
    let mut before = Some(0_i64);
    let mut highest = 0;
    for field in &mut fields {
        match &field.default {
            Some(DefaultValue::Made(path)) if path == "enum.auto" => {
                // Where a lower number came last, versions of Python differ.
                before = before.filter(|number| *number >= highest).and_then(|number| number.checked_add(1));
                field.default = Some(match before {
                    Some(number) => DefaultValue::Constant(Constant::Int(number.to_string())),
                    None => DefaultValue::Other,
                });
            }
            Some(DefaultValue::Constant(Constant::Int(digits))) => before = digits.parse().ok(),
            Some(_) | None => before = None,
        }
        highest = highest.max(before.unwrap_or(highest));
    }
    fields
}
