//! Annotations as text with their names resolved. Invariant: what is no name of an import or of the project stays as it
//! is written.

use model::span::Span;
use syntax::{
    kinds::{Field, Kind},
    packed::Node,
};

use super::{
    literal,
    world::{Lookup, Purpose, World},
};
use crate::{function::DeclaringCall, instruction::Constant};

/// Nodes of an annotation that are looked at.
const MAX_NODES: u32 = 500;

/// Where an annotation stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing<'w, 'a> {
    pub(crate) world: &'w World<'a>,
    pub(crate) source: usize,
    /// The scope that the annotation is evaluated in.
    pub(crate) scope: usize,
}

impl Standing<'_, '_> {
    /// Resolves an annotation: the head's path, with the names in its subscripts resolved; a union with its names
    /// resolved, builtins as written.
    pub(crate) fn path(self, annotation: Node<'_>) -> Option<String> {
        let text = self.world.sources.get(self.source)?.text;
        let mut at = annotation;
        while at.kind() == Kind::TYPE {
            at = at.items().next()?;
        }
        match at.kind() {
            Kind::IDENTIFIER | Kind::ATTRIBUTE => self.world.static_path(self.source, self.scope, at),
            Kind::NONE => Some("None".to_owned()),
            Kind::SUBSCRIPT | Kind::GENERIC_TYPE => {
                let head = at.items().next()?;
                let path = self.world.static_path(self.source, self.scope, head)?;
                let rest = self.rendered(at, head.span().end, text)?;
                Some(format!("{path}{}", rest.trim()))
            }
            Kind::MEMBER_TYPE => Some(at.text(text).to_owned()),
            Kind::BINARY_OPERATOR | Kind::UNION_TYPE => self.rendered(at, at.span().start, text),
            Kind::STRING => match literal::constant(at, text) {
                Some(Constant::Str(written)) => Some(self.quoted(written.trim()).unwrap_or(written)),
                Some(_) | None => None,
            },
            _ => None,
        }
    }

    /// Lists the calls in an annotation, and the call that gives a default.
    pub(crate) fn calls(self, annotation: Option<Node<'_>>, default: Option<Node<'_>>) -> Vec<DeclaringCall> {
        let mut found = Vec::new();
        if let Some(annotation) = annotation.filter(|annotation| annotation.subtree_size() <= MAX_NODES) {
            let nodes = (annotation.index()..annotation.end_index()).filter_map(|index| annotation.tree().node(index));
            found.extend(nodes.filter_map(|node| self.declaring_call(node)));
        }
        found.extend(default.and_then(|default| self.declaring_call(default)));
        found
    }

    fn declaring_call(self, node: Node<'_>) -> Option<DeclaringCall> {
        let text = self.world.sources.get(self.source)?.text;
        let function = node.child(Field::FUNCTION).filter(|_| node.kind() == Kind::CALL)?;
        let callee = self.world.static_path(self.source, self.scope, function)?;
        let arguments = node.child(Field::ARGUMENTS)?;
        let keyword = |argument: Node<'_>| {
            let name = argument.child(Field::NAME).filter(|_| argument.kind() == Kind::KEYWORD_ARGUMENT)?;
            let value = literal::constant(argument.child(Field::VALUE)?, text)?;
            Some((name.text(text).to_owned(), value))
        };
        Some(DeclaringCall { callee, keywords: arguments.items().filter_map(keyword).collect() })
    }

    /// Gives a node's text from an offset on, with its names resolved.
    fn rendered(self, node: Node<'_>, from: u32, text: &str) -> Option<String> {
        let is_literal = node.items().next().is_some_and(|head| head.text(text).ends_with("Literal"));
        if is_literal || node.subtree_size() > MAX_NODES {
            return Span::new(from, node.span().end).slice(text).map(str::to_owned);
        }
        let mut out = String::new();
        let mut done = from;
        let mut index = node.index();
        while let Some(inner) = node.tree().node(index).filter(|inner| inner.index() < node.end_index()) {
            let replacement = match inner.kind() {
                _ if inner.span().start < done => None,
                Kind::KEYWORD_ARGUMENT => {
                    index = inner.end_index();
                    continue;
                }
                Kind::IDENTIFIER | Kind::ATTRIBUTE if inner.field() != Field::NAME => self.inner_name(inner),
                Kind::STRING => match literal::constant(inner, text) {
                    Some(Constant::Str(written)) => self.quoted(written.trim()),
                    Some(_) | None => None,
                },
                _ => None,
            };
            if let Some(replacement) = replacement {
                out.push_str(Span::new(done, inner.span().start).slice(text)?);
                out.push_str(&replacement);
                done = inner.span().end;
                index = inner.end_index();
            } else if matches!(inner.kind(), Kind::STRING | Kind::ATTRIBUTE) {
                index = inner.end_index();
            } else {
                index += 1;
            }
        }
        out.push_str(Span::new(done, node.span().end).slice(text)?);
        Some(out)
    }

    fn inner_name(self, node: Node<'_>) -> Option<String> {
        let path = self.world.static_path(self.source, self.scope, node)?;
        let is_unknown = self.world.names_no_global(&path);
        (!is_unknown && !path.starts_with("builtins.")).then_some(path)
    }

    /// Resolves the head of an annotation in quotes, when it is a name of an import or of the project.
    fn quoted(self, written: &str) -> Option<String> {
        let end = written.find(|next: char| !(next.is_alphanumeric() || next == '_')).unwrap_or(written.len());
        let (head, rest) = written.split_at_checked(end)?;
        if head.is_empty() || rest.contains('|') {
            return None;
        }
        match self.world.lookup(self.source, self.scope, head, Purpose::Base) {
            Lookup::Path(path) => Some(self.world.follow(format!("{path}{rest}"))),
            Lookup::Global(path) if self.world.is_project_global(&path) => Some(format!("{path}{rest}")),
            Lookup::Global(_) => None,
            Lookup::Local { scope: 0 } => {
                let module = self.world.sources.get(self.source).map_or("", |source| source.module.name.as_str());
                Some(format!("{module}.{written}"))
            }
            Lookup::Local { .. } => None,
        }
    }
}
