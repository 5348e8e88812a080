//! String literals, f-strings and t-strings. Invariant: neighbouring text is one part, and text alone is a constant.

use model::span::Span;
use syntax::{
    kinds::{Field, Kind},
    packed::Node,
};

use super::{
    literal::{self, Escapes, StringMode, decode_text, string_mode},
    lowering::{Lowering, MAX_DEPTH},
};
use crate::instruction::{Call, Callee, Constant, FormatPart, Item, Operand, Rvalue};

impl<'a> Lowering<'_, 'a> {
    /// Lowers a `string` or `concatenated_string`.
    pub(crate) fn string(&mut self, node: Node<'a>) -> Operand {
        if let Some(constant) = literal::constant(node, self.text) {
            return Operand::Constant(constant);
        }
        let mut parts = Vec::new();
        let strings: Vec<Node<'a>> =
            if node.kind() == Kind::CONCATENATED_STRING { node.items().collect() } else { vec![node] };
        let mut is_template = false;
        for string in strings {
            let start = string.child_of_kind(Kind::STRING_START);
            is_template |= start.is_some_and(|start| string_mode(start.text(self.text)).0 == StringMode::Template);
            if self.string_parts(string, &mut parts).is_none() {
                return self.opaque("string with an escape or prefix that is not modelled", node);
            }
        }
        let parts = merged(parts);
        if is_template {
            return self.template(parts, node.span());
        }
        match parts.as_slice() {
            [] => Operand::Constant(Constant::Str(String::new())),
            [FormatPart::Text(text)] => Operand::Constant(Constant::Str(text.clone())),
            _ => self.builder.compute(Rvalue::Format(parts), node.span()),
        }
    }

    fn string_parts(&mut self, node: Node<'a>, parts: &mut Vec<FormatPart>) -> Option<()> {
        let start = node.child_of_kind(Kind::STRING_START)?;
        let (mode, escapes) = string_mode(start.text(self.text));
        if mode == StringMode::Bytes {
            return None;
        }
        let end = node.child_of_kind(Kind::STRING_END).map_or(node.span().end, |end| end.span().start);
        let mut from = start.span().end;
        for value in node.children().filter(|child| child.kind() == Kind::INTERPOLATION) {
            self.text_parts(Span::new(from, value.span().start), mode, escapes, parts)?;
            self.interpolation(value, escapes, parts)?;
            from = value.span().end;
        }
        self.text_parts(Span::new(from, end), mode, escapes, parts)
    }

    /// Adds the text at a place; a character given by its name (`\\N{BULLET}`) is a value that nothing is known of.
    fn text_parts(
        &mut self,
        span: Span,
        mode: StringMode,
        escapes: Escapes,
        parts: &mut Vec<FormatPart>,
    ) -> Option<()> {
        let raw = span.slice(self.text)?;
        let names = if escapes == Escapes::Resolved { named_characters(raw) } else { Vec::new() };
        let mut from = 0;
        for (start, end) in names {
            parts.push(FormatPart::Text(decode_text(raw.get(from..start)?, mode, escapes)?));
            let value = Rvalue::Opaque { construct: "character given by its name".to_owned(), operands: Vec::new() };
            let at = Span::new(span.start + start as u32, span.start + end as u32);
            let value = self.builder.compute(value, at);
            parts.push(FormatPart::Value { value, conversion: None, spec: Vec::new(), span: at });
            from = end;
        }
        parts.push(FormatPart::Text(decode_text(raw.get(from..)?, mode, escapes)?));
        Some(())
    }

    /// A t-string: an object of its text and values, which whoever gets it puts together.
    fn template(&mut self, parts: Vec<FormatPart>, span: Span) -> Operand {
        let mut args = Vec::new();
        let mut argument_spans = Vec::new();
        for part in parts {
            let (value, at) = match part {
                FormatPart::Text(text) => (Operand::Constant(Constant::Str(text)), span),
                FormatPart::Value { value, conversion: _, spec: _, span } => (value, span),
            };
            args.push(Item::One(value));
            argument_spans.push(at);
        }
        let callee = Callee::Value(Operand::Global("string.templatelib.Template".to_owned()));
        self.builder.compute(Rvalue::Call(Call { callee, args, keywords: Vec::new(), argument_spans }), span)
    }

    /// Lowers `{expression=!conversion:spec}`.
    fn interpolation(&mut self, node: Node<'a>, escapes: Escapes, parts: &mut Vec<FormatPart>) -> Option<()> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        let expression = node.child(Field::EXPRESSION).or_else(|| node.items().next())?;
        let conversion = node.child_of_kind(Kind::TYPE_CONVERSION);
        let spec = node.child_of_kind(Kind::FORMAT_SPECIFIER);
        let after = conversion.or(spec).map_or(node.span().end.saturating_sub(1), |next| next.span().start);
        let between = Span::new(expression.span().end, after).slice(self.text).unwrap_or("");
        let shows_itself = between.trim_start_matches([')', ' ', '\t', '\n', '\r', ',']).starts_with('=');
        if shows_itself {
            let shown = Span::new(node.span().start + 1, after).slice(self.text).unwrap_or("");
            parts.push(FormatPart::Text(shown.to_owned()));
        }
        let value = self.expression(expression);
        self.depth += 1;
        let spec_parts = spec.and_then(|spec| self.specifier(spec, escapes));
        self.depth -= 1;
        if spec.is_some() && spec_parts.is_none() {
            return None;
        }
        let conversion = conversion
            .and_then(|conversion| conversion.text(self.text).chars().nth(1))
            .or((shows_itself && spec.is_none()).then_some('r'));
        let spec = spec_parts.unwrap_or_default();
        parts.push(FormatPart::Value { value, conversion, spec, span: expression.span() });
        Some(())
    }

    fn specifier(&mut self, node: Node<'a>, escapes: Escapes) -> Option<Vec<FormatPart>> {
        let mut parts = Vec::new();
        let mut from = node.span().start + 1;
        for value in node.items() {
            self.text_parts(Span::new(from, value.span().start), StringMode::Text, escapes, &mut parts)?;
            self.interpolation(value, escapes, &mut parts)?;
            from = value.span().end;
        }
        self.text_parts(Span::new(from, node.span().end), StringMode::Text, escapes, &mut parts)?;
        Some(merged(parts))
    }
}

/// Finds where characters are given by their names: from the backslash to behind the brace.
fn named_characters(raw: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut rest = raw.char_indices();
    while let Some((start, character)) = rest.next() {
        if character != '\\' {
            continue;
        }
        let is_name = rest.next().is_some_and(|(_, next)| next == 'N') && rest.as_str().starts_with('{');
        if is_name && let Some((end, _)) = rest.find(|(_, next)| *next == '}') {
            found.push((start, end + 1));
        }
    }
    found
}

fn merged(parts: Vec<FormatPart>) -> Vec<FormatPart> {
    let mut merged: Vec<FormatPart> = Vec::with_capacity(parts.len());
    for part in parts {
        match (merged.last_mut(), part) {
            (_, FormatPart::Text(text)) if text.is_empty() => {}
            (Some(FormatPart::Text(before)), FormatPart::Text(text)) => before.push_str(&text),
            (_, part) => merged.push(part),
        }
    }
    merged
}
