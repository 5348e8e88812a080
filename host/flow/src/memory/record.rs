//! The record of one function's analysis: what it read, and what it found. Invariant: everything that an analysis reads of
//! the rest of the program, other than by the ids that it was given, is in its record.

use std::collections::{BTreeMap, BTreeSet};

use ir::program::FunctionId;
use model::span::Place;

use crate::{
    memory::{
        codec::{Out, Wire},
        digest::Digest,
        keeping::In,
    },
    project::{Cell, CellId},
    summary::Summary,
    value::Value,
};

/// Whether a cell that an analysis touched mattered to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Only written.
    Written,
    /// Read, and perhaps written.
    Read,
}

/// What the analysis at hand has read and done.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// Cells as they were when it first touched them.
    pub(crate) cells: BTreeMap<CellId, (Cell, Digest, Use)>,
    /// Summaries as they were.
    pub(crate) summaries: BTreeMap<FunctionId, Option<Digest>>,
    /// Functions whose changes it waits for.
    pub(crate) awaited: BTreeSet<FunctionId>,
    /// What it stored: cell, content, and whether that was tainted.
    pub(crate) writes: Vec<Write>,
    pub(crate) inputs: BTreeSet<Place>,
    pub(crate) bounds: Vec<String>,
}

/// One store.
#[derive(Debug)]
pub(crate) struct Write {
    pub(crate) cell: Cell,
    pub(crate) content: Value,
    pub(crate) is_tainted: bool,
}

impl Wire for Write {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        self.cell.write(out);
        self.content.write(out);
        self.is_tainted.write(out);
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        Some(Self { cell: Wire::read(from)?, content: Wire::read(from)?, is_tainted: Wire::read(from)? })
    }
}

impl Wire for Digest {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        out.token(*self);
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        from.token()
    }
}

/// What must be as it was for a record to hold.
#[derive(Debug)]
pub(crate) struct Premises {
    /// What paths meant.
    pub(crate) paths: Vec<(String, Digest)>,
    /// What cells held.
    pub(crate) cells: Vec<(Cell, Digest)>,
    /// What summaries said.
    pub(crate) summaries: Vec<(FunctionId, Option<Digest>)>,
}

impl Wire for Premises {
    fn write<O: Out + ?Sized>(&self, out: &mut O) {
        self.paths.write(out);
        self.cells.write(out);
        self.summaries.write(out);
    }

    fn read(from: &mut In<'_>) -> Option<Self> {
        Some(Self { paths: Wire::read(from)?, cells: Wire::read(from)?, summaries: Wire::read(from)? })
    }
}

/// What follows from the premises.
#[derive(Debug)]
pub(crate) struct Conclusions {
    pub(crate) awaited: Vec<FunctionId>,
    pub(crate) writes: Vec<Write>,
    pub(crate) inputs: Vec<Place>,
    pub(crate) bounds: Vec<String>,
    pub(crate) summary: Summary,
}

impl Conclusions {
    /// Writes what an analysis did and found.
    pub(crate) fn write_all<O: Out + ?Sized>(record: &Record, summary: &Summary, out: &mut O) {
        record.awaited.write(out);
        record.writes.write(out);
        record.inputs.write(out);
        record.bounds.write(out);
        summary.write(out);
    }

    /// Writes conclusions that were read.
    pub(crate) fn write<O: Out + ?Sized>(&self, out: &mut O) {
        self.awaited.write(out);
        self.writes.write(out);
        self.inputs.write(out);
        self.bounds.write(out);
        self.summary.write(out);
    }

    pub(crate) fn read(from: &mut In<'_>) -> Option<Self> {
        Some(Self {
            awaited: Wire::read(from)?,
            writes: Wire::read(from)?,
            inputs: Wire::read(from)?,
            bounds: Wire::read(from)?,
            summary: Wire::read(from)?,
        })
    }
}
