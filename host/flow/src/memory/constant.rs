//! Constants as bytes. Invariant: a constant nested deeper than `MAX_DEPTH` is not read.

use ir::instruction::Constant;

use crate::memory::{
    codec::{Out, Wire},
    keeping::In,
};

const MAX_DEPTH: u32 = 64;

fn read_constant(from: &mut In<'_>, depth: u32) -> Option<Constant> {
    let items = |from: &mut In<'_>| -> Option<Vec<Constant>> {
        let depth = depth.checked_sub(1)?;
        (0..from.count()?).map(|_| read_constant(from, depth)).collect()
    };
    Some(match from.byte()? {
        0 => Constant::None,
        1 => Constant::Bool(Wire::read(from)?),
        2 => Constant::Int(Wire::read(from)?),
        3 => Constant::Float(Wire::read(from)?),
        4 => Constant::Str(Wire::read(from)?),
        5 => Constant::Bytes((0..from.count()?).map(|_| from.byte()).collect::<Option<_>>()?),
        6 => Constant::Ellipsis,
        7 => Constant::Tuple(items(from)?),
        8 => Constant::List(items(from)?),
        9 => Constant::Set(items(from)?),
        10 => {
            let depth = depth.checked_sub(1)?;
            let pair = |from: &mut In<'_>| Some((read_constant(from, depth)?, read_constant(from, depth)?));
            Constant::Dict((0..from.count()?).map(|_| pair(from)).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

impl Wire for Constant {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        let items = |out: &mut O, tag: u8, items: &[Self]| {
            out.byte(tag);
            out.number(items.len() as u64);
            items.iter().for_each(|item| item.write(out));
        };
        let text = |out: &mut O, tag: u8, text: &str| {
            out.byte(tag);
            out.text(text);
        };
        match self {
            Self::None => out.byte(0),
            Self::Bool(truth) => {
                out.byte(1);
                truth.write(out);
            }
            Self::Int(digits) => text(out, 2, digits),
            Self::Float(digits) => text(out, 3, digits),
            Self::Str(value) => text(out, 4, value),
            Self::Bytes(bytes) => {
                out.byte(5);
                out.number(bytes.len() as u64);
                bytes.iter().for_each(|byte| out.byte(*byte));
            }
            Self::Ellipsis => out.byte(6),
            Self::Tuple(found) => items(out, 7, found),
            Self::List(found) => items(out, 8, found),
            Self::Set(found) => items(out, 9, found),
            Self::Dict(found) => {
                out.byte(10);
                found.write(out);
            }
        }
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        read_constant(from, MAX_DEPTH)
    }
}
