//! A call, its arguments, and edits of them. Invariant: removing or adding an argument keeps the commas right, whatever
//! the layout.

use crate::{
    Argument, Edit, Field, Kind, Node, Span,
    fix::{insert, remove, replace},
};

/// A call expression.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The whole expression.
    pub node: Node<'a>,
    /// What is called.
    pub callee: Node<'a>,
    /// The parenthesised arguments.
    pub list: Node<'a>,
}

impl<'a> Call<'a> {
    /// Views a node as a call; `None` when it is none, or its only argument is a bare generator.
    pub fn of(node: Node<'a>) -> Option<Self> {
        let list = node.child(Field::ARGUMENTS).filter(|list| list.is(Kind::ARGUMENT_LIST))?;
        (node.is(Kind::CALL)).then_some(Self { node, callee: node.child(Field::FUNCTION)?, list })
    }

    /// Gives the arguments in source order: expressions, `keyword_argument`, `list_splat`, `dictionary_splat`.
    pub fn arguments(self) -> impl Iterator<Item = Node<'a>> + Clone {
        self.list.named_children()
    }

    /// Gives the positional argument at this place; `None` also when a `*splat` comes before it.
    pub fn positional(self, position: usize) -> Option<Node<'a>> {
        let positional = self
            .arguments()
            .filter(|argument| !argument.is(Kind::KEYWORD_ARGUMENT) && !argument.is(Kind::DICTIONARY_SPLAT));
        positional.take_while(|argument| !argument.is(Kind::LIST_SPLAT)).nth(position)
    }

    /// Gives the number of positional arguments; `None` when a `*splat` hides it.
    pub fn positional_count(self) -> Option<usize> {
        let keyword = |argument: &Node<'_>| argument.is(Kind::KEYWORD_ARGUMENT) || argument.is(Kind::DICTIONARY_SPLAT);
        let splat = self.arguments().any(|argument| argument.is(Kind::LIST_SPLAT));
        (!splat).then(|| self.arguments().filter(|argument| !keyword(argument)).count())
    }

    /// Gives the whole `name=value` argument.
    pub fn keyword_argument(self, name: &str) -> Option<Node<'a>> {
        let named = |argument: &Node<'_>| argument.child(Field::NAME).is_some_and(|label| label.text() == name);
        self.arguments().filter(|argument| argument.is(Kind::KEYWORD_ARGUMENT)).find(named)
    }

    /// Gives a keyword argument's value.
    pub fn keyword(self, name: &str) -> Option<Node<'a>> {
        self.keyword_argument(name)?.child(Field::VALUE)
    }

    /// Gives the value of an argument that is named as in a sink specification.
    pub fn select(self, argument: &Argument) -> Option<Node<'a>> {
        if argument.position.is_none() && argument.keyword.is_none() {
            return self.receiver();
        }
        let by_name = || self.keyword(argument.keyword.as_deref()?);
        argument.position.and_then(|position| self.positional(position as usize)).or_else(by_name)
    }

    /// Gives the method's name: `execute` in `cursor.execute(…)`; the function's own name for a plain name.
    pub fn name(self) -> &'a str {
        self.callee.child(Field::ATTRIBUTE).unwrap_or(self.callee).text()
    }

    /// Gives the receiver: `cursor` in `cursor.execute(…)`.
    pub fn receiver(self) -> Option<Node<'a>> {
        self.callee.child(Field::OBJECT)
    }

    /// Calls something else.
    pub fn rename(self, callee: impl Into<String>) -> Edit {
        replace(self.callee.span(), callee)
    }

    /// Calls another method of the same receiver; replaces a plain name.
    pub fn rename_method(self, name: impl Into<String>) -> Edit {
        replace(self.callee.child(Field::ATTRIBUTE).unwrap_or(self.callee).span(), name)
    }

    /// Removes one argument and the comma that it leaves over.
    pub fn remove(self, argument: Node<'_>) -> Edit {
        let mut before = None;
        let mut after = None;
        for other in self.arguments() {
            if other.end() <= argument.start() {
                before = Some(other);
            } else if other.start() >= argument.end() && after.is_none() {
                after = Some(other);
            }
        }
        match (before, after) {
            (Some(before), _) => remove(Span { start: before.end(), end: argument.end() }),
            (None, Some(after)) => remove(Span { start: argument.start(), end: after.start() }),
            (None, None) => remove(Span { start: self.list.start() + 1, end: self.list.end().saturating_sub(1) }),
        }
    }

    /// Adds an argument after the last positional one.
    pub fn add_positional(self, argument: &str) -> Edit {
        let keyword = |argument: &Node<'_>| argument.is(Kind::KEYWORD_ARGUMENT) || argument.is(Kind::DICTIONARY_SPLAT);
        match self.arguments().filter(|argument| !keyword(argument)).last() {
            Some(last) => insert(last.end(), format!(", {argument}")),
            None if self.arguments().next().is_some() => insert(self.list.start() + 1, format!("{argument}, ")),
            None => insert(self.list.start() + 1, argument),
        }
    }

    /// Adds `name=value` as the last argument, or gives the keyword this value where it is there.
    pub fn set_keyword(self, name: &str, value: &str) -> Edit {
        match (self.keyword(name), self.arguments().last()) {
            (Some(old), _) => replace(old.span(), value),
            (None, Some(last)) => insert(last.end(), format!(", {name}={value}")),
            (None, None) => insert(self.list.start() + 1, format!("{name}={value}")),
        }
    }
}
