//! String literals and f-strings. Invariant: neighbouring text is one part, and text alone is a constant.

use model::span::Span;
use syntax::{
    kinds::{Field, Kind},
    packed::Node,
};

use super::{
    literal::{self, Escapes, StringMode, decode_text, string_mode},
    lowering::{Lowering, MAX_DEPTH},
};
use crate::instruction::{Constant, FormatPart, Operand, Rvalue};

impl<'a> Lowering<'_, 'a> {
    /// Lowers a `string` or `concatenated_string`.
    pub(crate) fn string(&mut self, node: Node<'a>) -> Operand {
        if let Some(constant) = literal::constant(node, self.text) {
            return Operand::Constant(constant);
        }
        let mut parts = Vec::new();
        let strings: Vec<Node<'a>> =
            if node.kind() == Kind::CONCATENATED_STRING { node.items().collect() } else { vec![node] };
        for string in strings {
            if self.string_parts(string, &mut parts).is_none() {
                return self.opaque("string with an escape or prefix that is not modelled", node);
            }
        }
        let parts = merged(parts);
        match parts.as_slice() {
            [] => Operand::Constant(Constant::Str(String::new())),
            [FormatPart::Text(text)] => Operand::Constant(Constant::Str(text.clone())),
            _ => self.builder.compute(Rvalue::Format(parts), node.span()),
        }
    }

    fn string_parts(&mut self, node: Node<'a>, parts: &mut Vec<FormatPart>) -> Option<()> {
        let start = node.child_of_kind(Kind::STRING_START)?;
        let (mode, escapes) = string_mode(start.text(self.text));
        if matches!(mode, StringMode::Bytes | StringMode::Template) {
            return None;
        }
        let end = node.child_of_kind(Kind::STRING_END).map_or(node.span().end, |end| end.span().start);
        let mut from = start.span().end;
        for value in node.children().filter(|child| child.kind() == Kind::INTERPOLATION) {
            parts.push(self.text_part(Span::new(from, value.span().start), mode, escapes)?);
            self.interpolation(value, escapes, parts)?;
            from = value.span().end;
        }
        parts.push(self.text_part(Span::new(from, end), mode, escapes)?);
        Some(())
    }

    fn text_part(&self, span: Span, mode: StringMode, escapes: Escapes) -> Option<FormatPart> {
        decode_text(span.slice(self.text)?, mode, escapes).map(FormatPart::Text)
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
            parts.push(self.text_part(Span::new(from, value.span().start), StringMode::Text, escapes)?);
            self.interpolation(value, escapes, &mut parts)?;
            from = value.span().end;
        }
        parts.push(self.text_part(Span::new(from, node.span().end), StringMode::Text, escapes)?);
        Some(merged(parts))
    }
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
