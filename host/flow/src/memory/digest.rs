//! Digests of the IR that do not depend on where in a file, or as the how-manieth function, a thing stands. Invariant:
//! equal digests mean equal code, up to a collision of 128 bits of BLAKE3.

use std::fmt;

use serde::{Serialize, ser};

/// The first half of a BLAKE3 hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Digest([u8; 16]);

impl Digest {
    /// Hashes bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut half = [0; 16];
        half.copy_from_slice(blake3::hash(bytes).as_bytes().first_chunk::<16>().unwrap_or(&[0; 16]));
        Self(half)
    }

    pub(crate) const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Gives the first eight bytes as a number.
    pub(crate) fn number(&self) -> u64 {
        self.0.first_chunk::<8>().map_or(0, |head| u64::from_le_bytes(*head))
    }
}

/// What the numbers in the IR stand for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names<'n> {
    pub(crate) functions: &'n [Digest],
    pub(crate) classes: &'n [Digest],
    pub(crate) files: &'n [Digest],
    /// What spans count from.
    pub(crate) base: u32,
}

/// Which kind of number comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Plain,
    Function,
    Class,
    File,
    Offset,
}

/// Writes anything serializable as bytes to hash: ids by what they stand for, spans from a base.
#[derive(Debug)]
pub(crate) struct Hashed<'n> {
    bytes: Vec<u8>,
    names: Names<'n>,
    next: Next,
}

impl<'n> Hashed<'n> {
    pub(crate) const fn new(names: Names<'n>) -> Self {
        Self { bytes: Vec::new(), names, next: Next::Plain }
    }

    /// Adds a part; parts are kept apart.
    pub(crate) fn add(&mut self, part: &impl Serialize) {
        // This serializer has no errors of its own, and the IR's serialization none either.
        if part.serialize(&mut *self).is_err() {
            self.text("an unserializable part");
        }
        self.bytes.push(0xFE);
    }

    pub(crate) fn add_digest(&mut self, digest: Digest) {
        self.bytes.extend_from_slice(digest.bytes());
    }

    pub(crate) fn finish(self) -> Digest {
        Digest::of(&self.bytes)
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn length(&mut self, length: usize) {
        self.bytes.extend_from_slice(&(length as u64).to_le_bytes());
    }

    fn id(&mut self, id: u32) {
        let names = match self.next {
            Next::Plain => return self.bytes.extend_from_slice(&id.to_le_bytes()),
            Next::Offset => {
                let from_base = i64::from(id) - i64::from(self.names.base);
                return self.bytes.extend_from_slice(&from_base.to_le_bytes());
            }
            Next::Function => self.names.functions,
            Next::Class => self.names.classes,
            Next::File => self.names.files,
        };
        match names.get(id as usize) {
            Some(digest) => self.bytes.extend_from_slice(digest.bytes()),
            None => self.bytes.extend_from_slice(&id.to_le_bytes()),
        }
    }
}

/// The error that never happens.
#[derive(Debug)]
pub(crate) struct Never(String);

impl fmt::Display for Never {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Never {}

impl ser::Error for Never {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

macro_rules! plain {
    ($($name:ident: $type:ty),*) => {
        $(fn $name(self, value: $type) -> Result<(), Never> {
            self.bytes.extend_from_slice(&value.to_le_bytes());
            Ok(())
        })*
    };
}

impl ser::Serializer for &mut Hashed<'_> {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    plain!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_u8: u8,
        serialize_u16: u16, serialize_u64: u64, serialize_f32: f32, serialize_f64: f64);

    fn serialize_bool(self, value: bool) -> Result<(), Never> {
        self.bytes.push(u8::from(value));
        Ok(())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Never> {
        self.id(value);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Never> {
        self.bytes.extend_from_slice(&u32::from(value).to_le_bytes());
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), Never> {
        self.text(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Never> {
        self.length(value.len());
        self.bytes.extend_from_slice(value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Never> {
        self.bytes.push(0);
        Ok(())
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), Never> {
        self.bytes.push(1);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Never> {
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Never> {
        Ok(())
    }

    fn serialize_unit_variant(self, _name: &'static str, index: u32, _variant: &'static str) -> Result<(), Never> {
        self.bytes.extend_from_slice(&index.to_le_bytes());
        Ok(())
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, name: &'static str, value: &T) -> Result<(), Never> {
        self.next = match name {
            "FunctionId" => Next::Function,
            "ClassId" => Next::Class,
            "FileId" => Next::File,
            _ => Next::Plain,
        };
        let result = value.serialize(&mut *self);
        self.next = Next::Plain;
        result
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _name: &'static str,
        index: u32,
        _variant: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        self.bytes.extend_from_slice(&index.to_le_bytes());
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self, Never> {
        self.length(length.unwrap_or(usize::MAX));
        Ok(self)
    }

    fn serialize_tuple(self, _length: usize) -> Result<Self, Never> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _name: &'static str, _length: usize) -> Result<Self, Never> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self, Never> {
        self.bytes.extend_from_slice(&index.to_le_bytes());
        Ok(self)
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Self, Never> {
        self.length(length.unwrap_or(usize::MAX));
        Ok(self)
    }

    fn serialize_struct(self, name: &'static str, _length: usize) -> Result<Self, Never> {
        self.next = if name == "Span" { Next::Offset } else { Next::Plain };
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self, Never> {
        self.bytes.extend_from_slice(&index.to_le_bytes());
        Ok(self)
    }
}

macro_rules! elements {
    ($($trait:ident: $method:ident),*) => {
        $(impl ser::$trait for &mut Hashed<'_> {
            type Ok = ();
            type Error = Never;

            fn $method<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Never> {
                value.serialize(&mut **self)
            }

            fn end(self) -> Result<(), Never> {
                Ok(())
            }
        })*
    };
}

elements!(SerializeSeq: serialize_element, SerializeTuple: serialize_element, SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field);

macro_rules! fields {
    ($($trait:ident),*) => {
        $(impl ser::$trait for &mut Hashed<'_> {
            type Ok = ();
            type Error = Never;

            fn serialize_field<T: ?Sized + Serialize>(&mut self, _name: &'static str, value: &T) -> Result<(), Never> {
                value.serialize(&mut **self)
            }

            fn end(self) -> Result<(), Never> {
                self.next = Next::Plain;
                Ok(())
            }
        })*
    };
}

fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for &mut Hashed<'_> {
    type Ok = ();
    type Error = Never;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), Never> {
        key.serialize(&mut **self)
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Never> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Never> {
        Ok(())
    }
}
