//! Places that packs asked for, found in one walk over the packed tree. Invariant: a match names an interest that its
//! pack declared.

use std::collections::BTreeMap;

use flow::types::ResolvedCall;
use model::{span::Span, taint_path::TaintPath};
use sandbox::pack::{Match, PathStepText};
use syntax::{
    kinds::{Field, Kind},
    packed::{Node, PackedTree},
};

use crate::{
    plugins::{InterestKey, Plugins},
    snapshot::SourceFile,
};

/// A match and whose it is.
#[derive(Clone, Debug)]
pub(crate) struct OwnedMatch {
    pub(crate) key: InterestKey,
    pub(crate) matched: Match,
}

/// Finds what the packs' `call`, `node` and `named-string` interests ask for, in source order.
pub(crate) fn find(plugins: &Plugins, file: &SourceFile, tree: &PackedTree, calls: &[ResolvedCall]) -> Vec<OwnedMatch> {
    let mut callees: BTreeMap<Span, &str> = BTreeMap::new();
    for call in calls.iter().filter(|call| call.call.file == file.id) {
        callees.insert(call.call.span, &call.callee);
    }
    let mut found = Vec::new();
    for node in nodes(tree) {
        if let Some(callee) = callees.get(&node.span()).filter(|_| node.kind() == Kind::CALL) {
            let wanting = plugins.interests.calls.get(*callee).into_iter().flatten();
            found.extend(wanting.map(|&key| owned(key, node, callee)));
        }
        if let Some(wanting) = plugins.interests.nodes.get(&node.kind().0) {
            found.extend(wanting.iter().map(|&key| owned(key, node, "")));
        }
        if let Some(name) = string_name(file, node) {
            let lower = name.to_lowercase();
            let wanting = plugins.interests.named_strings.iter().filter(|(word, _)| lower.contains(word));
            let mut keys: Vec<InterestKey> = wanting.map(|(_, key)| *key).collect();
            keys.dedup();
            found.extend(keys.into_iter().map(|key| owned(key, node, &name)));
        }
    }
    found
}

/// Gives all nodes in source order.
fn nodes(tree: &PackedTree) -> impl Iterator<Item = Node<'_>> {
    (0..tree.node_count()).filter_map(|index| tree.node(index))
}

fn owned(key: InterestKey, node: Node<'_>, name: &str) -> OwnedMatch {
    let matched = Match {
        rule: key.rule,
        interest: key.interest,
        span: node.span(),
        node: node.index(),
        name: name.into(),
        path: Vec::new(),
    };
    OwnedMatch { key, matched }
}

/// Makes the match of a taint path that ends in the call, the stored-into target or the `return` at `call`.
pub(crate) fn of_flow(
    key: InterestKey,
    tree: &PackedTree,
    call: Span,
    callee: &str,
    path: Vec<PathStepText>,
) -> OwnedMatch {
    let kinds = [Kind::CALL, Kind::SUBSCRIPT, Kind::ATTRIBUTE, Kind::RETURN_STATEMENT];
    let node = nodes(tree).find(|node| kinds.contains(&node.kind()) && node.span() == call);
    let matched = Match {
        rule: key.rule,
        interest: key.interest,
        span: call,
        node: node.map_or(0, |node| node.index()),
        name: callee.into(),
        path,
    };
    OwnedMatch { key, matched }
}

/// Gives a taint path's steps as a pack sees them.
pub(crate) fn path_texts(path: &TaintPath, path_of: impl Fn(model::ids::FileId) -> String) -> Vec<PathStepText> {
    let text = |step: &model::taint_path::PathStep| PathStepText {
        kind: step.kind,
        path: path_of(step.place.file),
        span: step.place.span,
        message: step.message.clone(),
    };
    path.steps.iter().map(text).collect()
}

/// Gives the name that a node gives to a string literal, if that is what it does.
fn string_name(file: &SourceFile, node: Node<'_>) -> Option<String> {
    let (name, value) = match node.kind() {
        Kind::ASSIGNMENT => (node.child(Field::LEFT)?, node.child(Field::RIGHT)?),
        Kind::KEYWORD_ARGUMENT | Kind::DEFAULT_PARAMETER | Kind::TYPED_DEFAULT_PARAMETER => {
            (node.child(Field::NAME)?, node.child(Field::VALUE)?)
        }
        Kind::PAIR => (node.child(Field::KEY)?, node.child(Field::VALUE)?),
        _ => return None,
    };
    if value.kind() != Kind::STRING && value.kind() != Kind::CONCATENATED_STRING {
        return None;
    }
    let label = match name.kind() {
        Kind::IDENTIFIER => name,
        Kind::ATTRIBUTE => name.child(Field::ATTRIBUTE)?,
        Kind::SUBSCRIPT => name.child(Field::SUBSCRIPT)?,
        Kind::STRING => name,
        _ => return None,
    };
    let text = label.span().slice(&file.text)?;
    if label.kind() == Kind::STRING || name.kind() == Kind::SUBSCRIPT {
        let inner = text.trim_start_matches(['r', 'b', 'u', 'R', 'B', 'U']).trim_matches(['"', '\'']);
        return (!inner.is_empty()).then(|| inner.into());
    }
    Some(text.into())
}
