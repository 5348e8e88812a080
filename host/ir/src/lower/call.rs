//! Calls, subscripts and slices. Invariant: a call's span is the whole call expression, and its argument spans are the
//! argument values'.

use model::span::Span;
use syntax::{
    kinds::{Field, Kind},
    packed::Node,
};

use super::{comprehension::Wanted, lowering::Lowering};
use crate::instruction::{Call, Callee, Constant, DisplayKind, Item, Operand, Rvalue};

/// Arguments as a `Call` wants them.
#[derive(Default)]
struct Arguments {
    args: Vec<Item>,
    keywords: Vec<(Option<String>, Operand)>,
    positional_spans: Vec<Span>,
    keyword_spans: Vec<Span>,
}

/// The parts of a slice.
pub(crate) struct SliceParts {
    pub(crate) lower: Option<Operand>,
    pub(crate) upper: Option<Operand>,
    pub(crate) step: Option<Operand>,
}

/// What stands between a subscript's brackets.
pub(crate) enum Index {
    One(Operand),
    Slice(SliceParts),
}

impl<'a> Lowering<'_, 'a> {
    pub(crate) fn call(&mut self, node: Node<'a>, callee: Operand) -> Operand {
        self.finish_call(node, Callee::Value(callee))
    }

    pub(crate) fn method_call(&mut self, node: Node<'a>, attribute: Node<'a>, receiver: Operand) -> Operand {
        let name = attribute.child(Field::ATTRIBUTE).map_or("", |name| name.text(self.text)).to_owned();
        let callee = match self.imported_attribute(attribute, &receiver, &name) {
            Some(path) => Callee::Value(Operand::Global(path)),
            None => Callee::Method { receiver, name },
        };
        self.finish_call(node, callee)
    }

    /// Gives the path of an attribute of a module that a call such as `import_module("yaml")` gives.
    pub(crate) fn imported_attribute(&self, attribute: Node<'a>, base: &Operand, name: &str) -> Option<String> {
        let is_call = attribute.child(Field::OBJECT).is_some_and(|object| object.kind() == Kind::CALL);
        match base {
            // Only such a call has a path as its value.
            Operand::Global(path) if is_call => self.world.extend(path, name),
            Operand::Global(_) | Operand::Local(_) | Operand::Constant(_) => None,
        }
    }

    /// Gives the module that a call imports by a constant name.
    fn imported_module(&self, call: &Call) -> Option<String> {
        let Callee::Value(Operand::Global(callee)) = &call.callee else { return None };
        let Some(Item::One(Operand::Constant(Constant::Str(name)))) = call.args.first() else { return None };
        let is_dotted_name = name.split('.').all(|part| {
            part.starts_with(|first: char| first.is_alphabetic() || first == '_')
                && part.chars().all(|next| next.is_alphanumeric() || next == '_')
        });
        let module = match callee.as_str() {
            "importlib.import_module" => name.as_str(),
            // Without a list of names it gives the first part only.
            "builtins.__import__" if call.args.len() == 1 && call.keywords.is_empty() => {
                name.split('.').next().unwrap_or(name)
            }
            _ => return None,
        };
        is_dotted_name.then(|| self.world.module_path(self.source, module))
    }

    /// Lowers `any(… for …)` and the like; `None` for other calls.
    fn call_of_expression(&mut self, node: Node<'a>, callee: &Callee) -> Option<Operand> {
        let Callee::Value(Operand::Global(path)) = callee else { return None };
        let list = node.child(Field::ARGUMENTS)?;
        let (expression, default) = if list.kind() == Kind::GENERATOR_EXPRESSION {
            (list, None)
        } else {
            let mut items = list.items();
            let first = items.next().filter(|first| first.kind() == Kind::GENERATOR_EXPRESSION)?;
            let default = items.next();
            let is_plain = default.is_none_or(|default| {
                !matches!(default.kind(), Kind::KEYWORD_ARGUMENT | Kind::DICTIONARY_SPLAT | Kind::LIST_SPLAT)
            });
            if !is_plain || items.next().is_some() {
                return None;
            }
            (first, default)
        };
        let wanted = match (path.as_str(), default) {
            ("builtins.any", None) if !self.is_quiet(expression) => Wanted::Truth(true),
            ("builtins.all", None) if !self.is_quiet(expression) => Wanted::Truth(false),
            ("builtins.next", default) => Wanted::Item { default },
            _ => return None,
        };
        self.first_of(expression, wanted)
    }

    fn finish_call(&mut self, node: Node<'a>, callee: Callee) -> Operand {
        if let Some(result) = self.call_of_expression(node, &callee) {
            return result;
        }
        let arguments = match node.child(Field::ARGUMENTS) {
            Some(list) => self.arguments(list, &callee),
            None => Arguments::default(),
        };
        let Arguments { mut args, mut keywords, positional_spans, keyword_spans } = arguments;
        let argument_spans = [positional_spans, keyword_spans].concat();
        args.shrink_to_fit();
        keywords.shrink_to_fit();
        let call = Call { callee, args, keywords, argument_spans };
        let module = self.imported_module(&call);
        let value = self.builder.compute(Rvalue::Call(call), node.span());
        module.map_or(value, Operand::Global)
    }

    fn arguments(&mut self, list: Node<'a>, callee: &Callee) -> Arguments {
        let mut arguments = Arguments::default();
        if list.kind() == Kind::GENERATOR_EXPRESSION {
            arguments.positional_spans.push(list.span());
            arguments.args.push(Item::One(self.given_generator(list, callee)));
            return arguments;
        }
        for item in list.items() {
            match item.kind() {
                Kind::KEYWORD_ARGUMENT => {
                    let (Some(name), Some(value)) = (item.child(Field::NAME), item.child(Field::VALUE)) else {
                        arguments.positional_spans.push(item.span());
                        arguments.args.push(Item::One(self.opaque("keyword argument", item)));
                        continue;
                    };
                    arguments.keyword_spans.push(value.span());
                    let value = self.expression(value);
                    arguments.keywords.push((Some(name.text(self.text).to_owned()), value));
                }
                Kind::DICTIONARY_SPLAT => {
                    let value = item.items().next().unwrap_or(item);
                    arguments.keyword_spans.push(value.span());
                    let value = self.expression(value);
                    arguments.keywords.push((None, value));
                }
                Kind::GENERATOR_EXPRESSION => {
                    arguments.positional_spans.push(item.span());
                    arguments.args.push(Item::One(self.given_generator(item, callee)));
                }
                _ => {
                    let value = match item.kind() {
                        Kind::LIST_SPLAT | Kind::LIST_SPLAT_PATTERN => item.items().next().unwrap_or(item),
                        _ => item,
                    };
                    arguments.positional_spans.push(value.span());
                    let item = self.item(item);
                    arguments.args.push(item);
                }
            }
        }
        arguments
    }

    pub(crate) fn subscript(&mut self, node: Node<'a>, base: Operand) -> Operand {
        let value = match self.index(node) {
            Index::One(index) => Rvalue::Subscript { base, index },
            Index::Slice(SliceParts { lower, upper, step }) => Rvalue::Slice { base, lower, upper, step },
        };
        self.builder.compute(value, node.span())
    }

    /// Lowers what stands between the brackets of a subscript.
    pub(crate) fn index(&mut self, node: Node<'a>) -> Index {
        let parts: Vec<Node<'a>> = node.children_by(Field::SUBSCRIPT).filter(|part| part.is_named()).collect();
        let Some(first) = parts.first().copied() else { return Index::One(self.opaque("subscript", node)) };
        let is_tuple = parts.len() > 1 || has_comma_after(first, node, self.text);
        if !is_tuple {
            return if first.kind() == Kind::SLICE {
                Index::Slice(self.slice(first))
            } else {
                match self.item(first) {
                    Item::One(index) => Index::One(index),
                    Item::Spread(values) => {
                        let kind = DisplayKind::Tuple;
                        let value = Rvalue::Display { kind, items: vec![Item::Spread(values)] };
                        Index::One(self.builder.compute(value, first.span()))
                    }
                }
            };
        }
        let items = parts
            .into_iter()
            .map(|part| if part.kind() == Kind::SLICE { Item::One(self.slice_object(part)) } else { self.item(part) })
            .collect();
        let span = Span::new(first.span().start, node.span().end.saturating_sub(1));
        Index::One(self.builder.compute(Rvalue::Display { kind: DisplayKind::Tuple, items }, span))
    }

    fn slice(&mut self, node: Node<'a>) -> SliceParts {
        let mut parts = [None, None, None];
        let (mut place, mut from) = (0, node.span().start);
        for part in node.items() {
            place += self.colons(from, part.span().start);
            let value = self.expression(part);
            if let Some(slot) = parts.get_mut(place) {
                *slot = Some(value);
            }
            from = part.span().end;
        }
        let [lower, upper, step] = parts;
        SliceParts { lower, upper, step }
    }

    fn colons(&self, from: u32, to: u32) -> usize {
        outside_comments(Span::new(from, to).slice(self.text).unwrap_or(""))
            .filter(|character| *character == ':')
            .count()
    }

    /// Makes a slice object where one is stored or part of a tuple.
    pub(crate) fn slice_object(&mut self, node: Node<'a>) -> Operand {
        let parts = self.slice(node);
        self.slice_value(parts, node.span())
    }

    pub(crate) fn slice_value(&mut self, parts: SliceParts, span: Span) -> Operand {
        let args = [parts.lower, parts.upper, parts.step]
            .into_iter()
            .map(|part| Item::One(part.unwrap_or(Operand::Constant(Constant::None))))
            .collect();
        let callee = Callee::Value(Operand::Global("builtins.slice".to_owned()));
        let call = Call { callee, args, keywords: Vec::new(), argument_spans: vec![span; 3] };
        self.builder.compute(Rvalue::Call(call), span)
    }
}

/// Gives the characters of a text between nodes, without comments.
pub(crate) fn outside_comments(text: &str) -> impl Iterator<Item = char> {
    text.lines().flat_map(|line| line.split_once('#').map_or(line, |(code, _)| code).chars())
}

/// Tells whether a comma stands between a child and the end of its parent.
pub(crate) fn has_comma_after(child: Node<'_>, parent: Node<'_>, text: &str) -> bool {
    let rest = Span::new(child.span().end, parent.span().end).slice(text).unwrap_or("");
    outside_comments(rest).any(|character| character == ',')
}
