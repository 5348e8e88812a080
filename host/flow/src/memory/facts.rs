//! The facts of the analysis as bytes. Invariant: a value's home, guards and decided truth are not written: they hold
//! within one function only.

use std::rc::Rc;

use ir::program::FunctionId;
use model::{rule::Confidence, span::Place};

use crate::{
    functions::Functions,
    language_set::LanguageSet,
    memory::{
        codec::{Out, Wire},
        keeping::In,
    },
    project::{Cell, CellId},
    summary::{Alias, LocalHit, ParamCall, Passed, Summary},
    taint::{Completeness, Key, Origin, Taint, Taints},
    text::{Piece, Text},
    trace::Clause,
    value::{Parts, Shape, Value},
};

/// How deep values are read.
const MAX_DEPTH: u32 = 64;

impl Wire for FunctionId {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        out.function(*self);
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        from.function()
    }
}

impl Wire for Place {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        out.place(*self);
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        from.place()
    }
}

impl Wire for CellId {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        out.number(self.number());
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        from.number().map(Self::from_number)
    }
}

impl Wire for Cell {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        let name = match self {
            Self::Field(class, name) => {
                out.byte(0);
                out.class(*class);
                name
            }
            Self::Global(name) => {
                out.byte(1);
                name
            }
            Self::Captured(owner, name) => {
                out.byte(2);
                out.function(*owner);
                name
            }
            Self::WrittenBack(owner, name) => {
                out.byte(3);
                out.function(*owner);
                name
            }
        };
        out.text(name);
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        Some(match from.byte()? {
            0 => Self::Field(from.class()?, Wire::read(from)?),
            1 => Self::Global(Wire::read(from)?),
            2 => Self::Captured(from.function()?, Wire::read(from)?),
            3 => Self::WrittenBack(from.function()?, Wire::read(from)?),
            _ => return None,
        })
    }
}

impl Wire for Key {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        match self {
            Self::Str(text) => {
                out.byte(0);
                out.text(text);
            }
            Self::Int(number) => {
                out.byte(1);
                number.write(out);
            }
            Self::Attribute(name) => {
                out.byte(2);
                out.text(name);
            }
            Self::Any => out.byte(3),
            Self::Keys => out.byte(4),
        }
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        Some(match from.byte()? {
            0 => Self::Str(Wire::read(from)?),
            1 => Self::Int(Wire::read(from)?),
            2 => Self::Attribute(Wire::read(from)?),
            3 => Self::Any,
            4 => Self::Keys,
            _ => return None,
        })
    }
}

impl Wire for Origin {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        match self {
            Self::Source { spec, place, function } => {
                out.byte(0);
                spec.write(out);
                out.place(*place);
                out.function(*function);
            }
            Self::Param { function, index, part } => {
                out.byte(1);
                out.function(*function);
                index.write(out);
                part.write(out);
            }
            Self::Cell { cell, part } => {
                out.byte(2);
                cell.write(out);
                part.write(out);
            }
            Self::Own { function, field, cell, part } => {
                out.byte(3);
                out.function(*function);
                out.text(field);
                cell.write(out);
                part.write(out);
            }
        }
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        Some(match from.byte()? {
            0 => Self::Source { spec: Wire::read(from)?, place: from.place()?, function: from.function()? },
            1 => Self::Param { function: from.function()?, index: from.small()?, part: Wire::read(from)? },
            2 => Self::Cell { cell: Wire::read(from)?, part: Wire::read(from)? },
            3 => Self::Own {
                function: from.function()?,
                field: Wire::read(from)?,
                cell: Wire::read(from)?,
                part: Wire::read(from)?,
            },
            _ => return None,
        })
    }
}

impl Wire for LanguageSet {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        out.number(u64::from(self.to_bits()));
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        from.small().map(Self::from_bits)
    }
}

impl Wire for Confidence {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        out.byte(match self {
            Self::Low => 0,
            Self::Medium => 1,
            Self::High => 2,
        });
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        Some(match from.byte()? {
            0 => Self::Low,
            1 => Self::Medium,
            2 => Self::High,
            _ => return None,
        })
    }
}

impl Wire for Taint {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        self.origin.write(out);
        self.clean.write(out);
        self.confidence.write(out);
        out.node(self.node);
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        Some(Self {
            origin: Wire::read(from)?,
            clean: Wire::read(from)?,
            confidence: Wire::read(from)?,
            node: from.node()?,
        })
    }
}

impl Wire for Taints {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        out.taints(self);
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        from.taints()
    }
}

impl Wire for Clause {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        let (tag, texts) = self.parts();
        out.byte(tag);
        texts.into_iter().flatten().for_each(|text| out.text(text));
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        let tag = from.byte()?;
        Self::from_parts(tag, || from.text())
    }
}

impl Wire for Text {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        out.number(self.pieces().len() as u64);
        for piece in self.pieces() {
            match piece {
                Piece::Literal(text) => {
                    out.byte(0);
                    out.text(text);
                }
                Piece::Data(taints) => {
                    out.byte(1);
                    taints.write(out);
                }
            }
        }
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        let piece = |from: &mut In<'_>| match from.byte()? {
            0 => Some(Piece::Literal(Wire::read(from)?)),
            1 => Some(Piece::Data(Wire::read(from)?)),
            _ => None,
        };
        Some(Self::from_pieces((0..from.count()?).map(|_| piece(from)).collect::<Option<_>>()?))
    }
}

impl Wire for Functions {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        out.number(self.iter().count() as u64);
        self.iter().for_each(|id| out.function(id));
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        Some(Self::from_ids((0..from.count()?).map(|_| from.function()).collect::<Option<_>>()?))
    }
}

fn write_parts<O: Out + ?Sized>(parts: &Parts, out: &mut O) {
    out.byte(match parts.shape {
        Shape::Object => 0,
        Shape::Sequence => 1,
        Shape::Mapping => 2,
    });
    parts.length.write(out);
    parts.entries.write(out);
}

fn read_parts(from: &mut In<'_>, depth: u32) -> Option<Parts> {
    let shape = match from.byte()? {
        0 => Shape::Object,
        1 => Shape::Sequence,
        2 => Shape::Mapping,
        _ => return None,
    };
    let length = Wire::read(from)?;
    let entries =
        (0..from.count()?).map(|_| Some((Key::read(from)?, read_value(from, depth)?))).collect::<Option<_>>()?;
    Some(Parts { entries, shape, length })
}

fn read_value(from: &mut In<'_>, depth: u32) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    let flags = from.byte()?;
    let has = |bit: u8| flags & (1 << bit) != 0;
    let mut value = Value { is_fixed: has(0), ..Value::default() };
    if has(1) {
        value.taints = Wire::read(from)?;
    }
    if has(2) {
        value.constant = Some(Wire::read(from)?);
    }
    if has(3) {
        value.parts = Some(Rc::new(read_parts(from, depth)?));
    }
    if has(4) {
        value.text = Some(Wire::read(from)?);
    }
    if has(5) {
        value.functions = Wire::read(from)?;
    }
    if has(6) {
        value.bound_to = Some(from.small()?);
    }
    Some(value)
}

impl Wire for Value {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        let has_taints = !self.taints.is_empty() || self.taints.completeness() == Completeness::Cut;
        let flags = [
            self.is_fixed,
            has_taints,
            self.constant.is_some(),
            self.parts.is_some(),
            self.text.is_some(),
            !self.functions.is_empty(),
            self.bound_to.is_some(),
        ];
        out.byte(flags.iter().zip(0..).fold(0, |all, (flag, bit)| all | (u8::from(*flag) << bit)));
        if has_taints {
            self.taints.write(out);
        }
        if let Some(constant) = &self.constant {
            constant.write(out);
        }
        if let Some(parts) = &self.parts {
            write_parts(parts, out);
        }
        if let Some(text) = &self.text {
            text.write(out);
        }
        if !self.functions.is_empty() {
            self.functions.write(out);
        }
        if let Some(param) = self.bound_to {
            param.write(out);
        }
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        read_value(from, MAX_DEPTH)
    }
}

impl Wire for LocalHit {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        self.sink.write(out);
        out.place(self.call);
        out.text(&self.callee);
        self.taint.write(out);
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        Some(Self { sink: Wire::read(from)?, call: from.place()?, callee: Wire::read(from)?, taint: Wire::read(from)? })
    }
}

impl Wire for Passed {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        out.function(self.target);
        self.param.write(out);
        self.value.write(out);
        out.place(self.call);
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        Some(Self { target: from.function()?, param: from.small()?, value: Wire::read(from)?, call: from.place()? })
    }
}

impl Wire for ParamCall {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        self.param.write(out);
        self.arguments.write(out);
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        Some(Self { param: from.small()?, arguments: Wire::read(from)? })
    }
}

impl Wire for Alias {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        match self {
            Self::Unset => out.byte(0),
            Self::Param(index) => {
                out.byte(1);
                index.write(out);
            }
            Self::Other => out.byte(2),
        }
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        Some(match from.byte()? {
            0 => Self::Unset,
            1 => Self::Param(from.small()?),
            2 => Self::Other,
            _ => return None,
        })
    }
}

impl Summary {
    /// Writes what other functions' analyses read.
    pub(crate) fn write_seen<O: Out + ?Sized>(&self, out: &mut O) {
        self.is_cut.write(out);
        self.alias.write(out);
        let [when_false, when_true] = &self.checked;
        when_false.write(out);
        when_true.write(out);
        self.kept.write(out);
        self.param_calls.write(out);
        self.returns.write(out);
        self.object.write(out);
        self.effects.write(out);
    }
}

impl Wire for Summary {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        self.write_seen(out);
        self.hits.write(out);
        self.sink_calls.write(out);
        self.passes.write(out);
        self.stores.write(out);
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        Some(Self {
            is_cut: Wire::read(from)?,
            alias: Wire::read(from)?,
            checked: [Wire::read(from)?, Wire::read(from)?],
            kept: Wire::read(from)?,
            param_calls: Wire::read(from)?,
            returns: Wire::read(from)?,
            object: Wire::read(from)?,
            effects: Wire::read(from)?,
            hits: Wire::read(from)?,
            sink_calls: Wire::read(from)?,
            passes: Wire::read(from)?,
            stores: Wire::read(from)?,
        })
    }
}
