//! Function records around lowered bodies. Invariant: every scope but a comprehension's gives exactly one
//! function, so that ids are indices.

use model::span::Span;
use syntax::{
    kinds::{Field, Kind},
    packed::Node,
};

use super::{
    annotation::Standing,
    definition::{default_of, docstring},
    literal,
    lowering::Lowering,
    scope::{ScopeKind, Yields, parameter_name},
    simplify::simplify,
    world::World,
};
use crate::{
    function::{DefaultValue, Flavour, Function, LocalId, Param, ParamKind, Terminator},
    instruction::{Constant, Operand},
    program::FunctionId,
};

/// Lowers the function of a scope.
pub(crate) fn function_of(world: &World<'_>, source: usize, number: usize) -> Option<Function> {
    let file = world.sources.get(source)?;
    let scope = file.table.scopes.get(number)?;
    let node = file.tree.node(scope.node)?;
    let mut lowering = Lowering::new(world, source, number)?;
    let body = if scope.kind == ScopeKind::Module { Some(node) } else { node.child(Field::BODY) };
    let body_span = body.map_or(node.span(), Node::span);
    if scope.kind != ScopeKind::Module {
        lowering.havoc_errors(node);
        if let Some(parameters) = node.child(Field::PARAMETERS).filter(|parameters| lowering.is_broken(*parameters)) {
            lowering.havoc("syntax error", parameters);
        }
    }
    match body {
        Some(body) if scope.kind == ScopeKind::Lambda => {
            let value = lowering.expression(body);
            lowering.builder.terminate(Terminator::Return(value), body.span());
        }
        Some(body) => {
            lowering.statements(body);
            let end = Span::new(body_span.end, body_span.end);
            lowering.builder.terminate(Terminator::Return(Operand::Constant(Constant::None)), end);
        }
        None => lowering.builder.terminate(Terminator::Return(Operand::Constant(Constant::None)), node.span()),
    }
    lowering.builder.locals.shrink_to_fit();
    let enclosing = scope.parent.unwrap_or(0);
    let (parent, class) = enclosing_of(world, source, number);
    let name = match scope.kind {
        ScopeKind::Module => "<module>",
        ScopeKind::Lambda => "<lambda>",
        ScopeKind::Class => "<class>",
        ScopeKind::Function | ScopeKind::Comprehension => {
            node.child(Field::NAME).map_or("<unnamed>", |name| name.text(file.text))
        }
    };
    let is_async = node.child_of_kind(Kind::TOKEN_ASYNC).is_some();
    let flavour = match scope.kind {
        ScopeKind::Module => Flavour::Module,
        ScopeKind::Lambda => Flavour::Lambda,
        ScopeKind::Class => Flavour::ClassBody,
        ScopeKind::Function | ScopeKind::Comprehension if is_async => Flavour::Async,
        ScopeKind::Function | ScopeKind::Comprehension if scope.yields == Yields::Yes => Flavour::Generator,
        ScopeKind::Function | ScopeKind::Comprehension => Flavour::Plain,
    };
    let has_header = scope.kind == ScopeKind::Function;
    Some(Function {
        id: scope.function,
        file: file.file,
        name: name.to_owned(),
        qualname: qualname(world, source, number),
        class: if scope.kind == ScopeKind::Class { scope.class } else { class.filter(|_| has_header) },
        parent,
        params: params(world, source, number, node),
        decorators: if has_header { decorators(world, source, number) } else { Vec::new() },
        returns: node
            .child(Field::RETURN_TYPE)
            .and_then(|annotation| Standing { world, source, scope: enclosing }.path(annotation)),
        docstring: body
            .filter(|_| scope.kind != ScopeKind::Lambda)
            .and_then(|body| docstring(body, file.text))
            .map(|(text, _)| text),
        flavour,
        locals: lowering.builder.locals,
        blocks: simplify(lowering.builder.blocks),
        span: node.span(),
        name_span: node.child(Field::NAME).map_or(node.span(), Node::span),
        body_span,
    })
}

/// Gives the function that a scope is nested in, and the class when it stands directly in one.
fn enclosing_of(
    world: &World<'_>,
    source: usize,
    number: usize,
) -> (Option<FunctionId>, Option<crate::program::ClassId>) {
    let scopes = world.sources.get(source).map_or(&[][..], |source| &source.table.scopes);
    let mut class = None;
    let first = scopes.get(number).and_then(|scope| scope.parent);
    let mut at = first;
    while let Some(index) = at {
        let Some(scope) = scopes.get(index) else { break };
        match scope.kind {
            ScopeKind::Module => return (None, class),
            ScopeKind::Function | ScopeKind::Lambda => return (Some(scope.function), class),
            ScopeKind::Class => {
                if at == first {
                    class = scope.class;
                }
            }
            ScopeKind::Comprehension => {}
        }
        at = scope.parent;
    }
    (None, class)
}

fn qualname(world: &World<'_>, source: usize, number: usize) -> String {
    let Some(file) = world.sources.get(source) else { return String::new() };
    match file.table.scopes.get(number).map(|scope| scope.kind) {
        Some(ScopeKind::Module) | None => "<module>".to_owned(),
        Some(ScopeKind::Class) => format!("{}.<class>", class_qualname(world, source, number)),
        Some(ScopeKind::Function | ScopeKind::Lambda | ScopeKind::Comprehension) => {
            class_qualname(world, source, number)
        }
    }
}

/// Joins the names of the scopes around and the scope's own.
pub(crate) fn class_qualname(world: &World<'_>, source: usize, number: usize) -> String {
    let mut parts = Vec::new();
    let Some(file) = world.sources.get(source) else { return String::new() };
    let mut at = Some(number);
    while let Some(scope) = at.and_then(|at| file.table.scopes.get(at)) {
        match scope.kind {
            ScopeKind::Module | ScopeKind::Comprehension => {}
            ScopeKind::Lambda => parts.push("<lambda>"),
            ScopeKind::Function | ScopeKind::Class => {
                let name = file.tree.node(scope.node).and_then(|node| node.child(Field::NAME));
                parts.push(name.map_or("<unnamed>", |name| name.text(file.text)));
            }
        }
        at = scope.parent;
    }
    parts.reverse();
    parts.join(".")
}

/// Gives the paths of the decorators of a scope's definition.
pub(crate) fn decorators(world: &World<'_>, source: usize, number: usize) -> Vec<String> {
    let Some(file) = world.sources.get(source) else { return Vec::new() };
    let Some(scope) = file.table.scopes.get(number) else { return Vec::new() };
    let enclosing = scope.parent.unwrap_or(0);
    let decorated = scope.decorated.and_then(|node| file.tree.node(node));
    decorated
        .into_iter()
        .flat_map(Node::items)
        .filter(|item| item.kind() == Kind::DECORATOR)
        .filter_map(|decorator| world.static_path(source, enclosing, decorator.items().next()?))
        .collect()
}

fn params(world: &World<'_>, source: usize, number: usize, node: Node<'_>) -> Vec<Param> {
    let Some(file) = world.sources.get(source) else { return Vec::new() };
    let scope = file.table.scopes.get(number);
    let is_callable = scope.is_some_and(|scope| matches!(scope.kind, ScopeKind::Function | ScopeKind::Lambda));
    let Some(list) = node.child(Field::PARAMETERS).filter(|_| is_callable) else { return Vec::new() };
    let enclosing = scope.and_then(|scope| scope.parent).unwrap_or(0);
    let mut params: Vec<Param> = Vec::new();
    let mut kind = ParamKind::Normal;
    for item in list.items() {
        if item.kind() == Kind::POSITIONAL_SEPARATOR {
            for param in &mut params {
                param.kind = ParamKind::PositionalOnly;
            }
        } else if item.kind() == Kind::KEYWORD_SEPARATOR {
            kind = ParamKind::KeywordOnly;
        }
        let Some(name) = parameter_name(item) else { continue };
        let starred = match item.kind() {
            Kind::TYPED_PARAMETER => item.items().next().map_or(item.kind(), Node::kind),
            other => other,
        };
        let param_kind = match starred {
            Kind::LIST_SPLAT_PATTERN => {
                kind = ParamKind::KeywordOnly;
                ParamKind::VarArgs
            }
            Kind::DICTIONARY_SPLAT_PATTERN => ParamKind::VarKeywords,
            _ => kind,
        };
        let default = default_of(item);
        let annotation = item.child(Field::TYPE);
        let standing = Standing { world, source, scope: enclosing };
        params.push(Param {
            local: LocalId(params.len() as u32),
            name: name.text(file.text).to_owned(),
            kind: param_kind,
            default: default.map(|value| match literal::constant(value, file.text) {
                Some(constant) => DefaultValue::Constant(constant),
                None => DefaultValue::Other,
            }),
            annotation: annotation.and_then(|annotation| standing.path(annotation)),
            calls: standing.calls(annotation, default),
            span: item.span(),
        });
    }
    params
}
