//! Texts, numbers and containers as bytes. Invariant: a container is written in its own order, and sorted ones are sorted
//! again when they are read.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use crate::memory::{
    codec::{Out, Wire},
    keeping::In,
};

impl<T: Wire> Wire for Option<T> {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        match self {
            None => out.byte(0),
            Some(value) => {
                out.byte(1);
                value.write(out);
            }
        }
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        match from.byte()? {
            0 => Some(None),
            1 => Some(Some(T::read(from)?)),
            _ => None,
        }
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        out.number(self.len() as u64);
        self.iter().for_each(|item| item.write(out));
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        (0..from.count()?).map(|_| T::read(from)).collect()
    }
}

impl<T: Wire> Wire for Rc<T> {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        self.as_ref().write(out);
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        Some(Self::new(T::read(from)?))
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        self.0.write(out);
        self.1.write(out);
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        Some((A::read(from)?, B::read(from)?))
    }
}

impl<K: Wire + Ord, V: Wire> Wire for BTreeMap<K, V> {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        out.number(self.len() as u64);
        for (key, value) in self {
            key.write(out);
            value.write(out);
        }
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        (0..from.count()?).map(|_| Some((K::read(from)?, V::read(from)?))).collect()
    }
}

impl<K: Wire + Ord> Wire for BTreeSet<K> {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        out.number(self.len() as u64);
        self.iter().for_each(|key| key.write(out));
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        (0..from.count()?).map(|_| K::read(from)).collect()
    }
}

impl Wire for bool {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        out.byte(u8::from(*self));
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        match from.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Wire for u32 {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        out.number(u64::from(*self));
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        from.small()
    }
}

impl Wire for i64 {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        out.number(((*self << 1) ^ (*self >> 63)).cast_unsigned());
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        let coded = from.number()?;
        Some((coded >> 1).cast_signed() ^ -(coded & 1).cast_signed())
    }
}

impl Wire for usize {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        out.number(*self as u64);
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        Self::try_from(from.number()?).ok()
    }
}

impl Wire for Rc<str> {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        out.text(self);
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        from.text()
    }
}

impl Wire for String {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        out.text(self);
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        from.text().map(|text| text.to_string())
    }
}
