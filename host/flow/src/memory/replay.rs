//! Takes analyses of functions from memory and puts them there. Invariant: taking one from memory leaves the state of the
//! whole analysis as doing it would, but for steps of paths that nothing names.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use ir::{function::Function, program::FunctionId};

use crate::{
    function_pass,
    memory::{
        Learned, Memory,
        codec::{Chains, Hashing, Wire},
        digest::Digest,
        keeping::{In, Keeping, Reader},
        record::{Conclusions, Premises, Record, Use},
        tables::{Plain, Tables},
    },
    project::Analysis,
    summary::Summary,
};

/// How many times as large as it was at its last clean-up a memory may get, plus a mebibyte.
const GROWTH: u64 = 2;

/// The memory of a running analysis.
#[derive(Debug, Default)]
pub(crate) struct Live {
    tables: Tables,
    /// How large the memory was when it was last cleaned up.
    base: u64,
    old: HashMap<Digest, Vec<Rc<[u8]>>>,
    /// The records that hold now, with the keys of their functions.
    kept: Vec<(Digest, Rc<[u8]>)>,
    is_new: bool,
    /// Digests of the functions as they are.
    own: HashMap<FunctionId, Digest>,
    /// Digests of what paths mean.
    meanings: HashMap<String, Digest>,
    /// Digests of the summaries as they are now.
    pub(crate) summaries: RefCell<HashMap<FunctionId, Digest>>,
    pub(crate) chains: RefCell<Chains>,
    /// What the analysis at hand reads and does.
    pub(crate) record: RefCell<Record>,
    recalled: usize,
    analysed: usize,
}

impl Live {
    /// Reads a memory; what is not as it was written is left out.
    pub(crate) fn new(memory: &Memory) -> Self {
        let mut live = Self::default();
        let mut from = Reader(&memory.0);
        let Some(base) = from.chunk::<8>() else { return live };
        let Some(tables) = Tables::read(&mut from) else { return live };
        live.base = u64::from_le_bytes(*base);
        live.tables = tables;
        while let Some(key) = from.chunk::<16>() {
            let Some(record) = from.bytes() else { break };
            live.old.entry(Digest::from_bytes(*key)).or_default().push(record.into());
        }
        live
    }

    fn size(&self) -> u64 {
        let records: usize = self.kept.iter().map(|(_, record)| record.len() + 20).sum();
        (self.tables.size() + records) as u64
    }

    fn written(&mut self) -> Memory {
        let mut bytes = self.base.to_le_bytes().to_vec();
        self.tables.write(&mut bytes);
        for (key, record) in &self.kept {
            bytes.extend_from_slice(key.bytes());
            Plain(&mut bytes).bytes(record);
        }
        Memory(bytes)
    }
}

impl<'a> Analysis<'a> {
    /// Gives what was learned.
    pub(crate) fn learned(&mut self) -> Learned {
        let Some(mut live) = self.live.take() else { return Learned::default() };
        let counts = Learned { memory: None, recalled: live.recalled, analysed: live.analysed };
        if !live.is_new {
            return counts;
        }
        if live.base == 0 {
            live.base = live.size();
        } else if live.size() > GROWTH * live.base + (1 << 20) {
            self.clean_up(&mut live);
        }
        Learned { memory: Some(live.written()), ..counts }
    }

    /// Writes the records again with tables of their own, so that nothing is kept that none of them names.
    fn clean_up(&mut self, live: &mut Live) {
        let (mut tables, identities) = (Tables::default(), Rc::clone(&self.identities));
        for (_, bytes) in &mut live.kept {
            let Some((own, body)) = bytes.split_first_chunk::<16>() else { continue };
            let mut from = In::new(body, &mut live.tables, &identities);
            from.attach(&mut self.trace);
            let Some((premises, conclusions)) = Premises::read(&mut from).zip(Conclusions::read(&mut from)) else {
                continue;
            };
            let mut out = Keeping::new(&mut tables, &identities, &self.trace);
            premises.write(&mut out);
            conclusions.write(&mut out);
            let mut fresh = own.to_vec();
            fresh.extend(out.finish());
            *bytes = fresh.into();
        }
        live.tables = tables;
        live.base = live.size();
    }

    /// Analyses a function, or remembers what its analysis found.
    pub(crate) fn analyse_one(&mut self, function: &'a Function) -> Summary {
        if self.live.is_none() {
            return function_pass::analyse(self, function);
        }
        let own = self.own_digest(function);
        if let Some(summary) = self.recall(function, own) {
            return summary;
        }
        if let Some(live) = &self.live {
            live.record.take();
        }
        self.project.begin_noting();
        let summary = function_pass::analyse(self, function);
        self.learn(function, own, &summary);
        summary
    }

    fn own_digest(&mut self, function: &Function) -> Digest {
        let known = self.live.as_ref().and_then(|live| live.own.get(&function.id).copied());
        known.unwrap_or_else(|| {
            let digest = self.identities.own(self.project, self.types, function);
            if let Some(live) = &mut self.live {
                live.own.insert(function.id, digest);
            }
            digest
        })
    }

    /// Finds a record that holds, and does what it says.
    fn recall(&mut self, function: &'a Function, own: Digest) -> Option<Summary> {
        let key = self.identities.key(function.id);
        let records = self.live.as_ref()?.old.get(&key)?.clone();
        let mut tables = std::mem::take(&mut self.live.as_mut()?.tables);
        let found = records.into_iter().find_map(|record| {
            let (premises, conclusions) = self.follows(&record, own, &mut tables)?;
            Some((record, premises, conclusions))
        });
        self.live.as_mut()?.tables = tables;
        let (record, premises, conclusions) = found?;
        let summary = self.apply(function, premises, conclusions);
        let live = self.live.as_mut()?;
        live.recalled += 1;
        live.kept.push((key, record));
        Some(summary)
    }

    /// Reads a record, if it holds.
    fn follows(&mut self, record: &[u8], own: Digest, tables: &mut Tables) -> Option<(Premises, Conclusions)> {
        let (head, body) = record.split_first_chunk::<16>()?;
        if *head != *own.bytes() {
            return None;
        }
        let identities = Rc::clone(&self.identities);
        let mut from = In::new(body, tables, &identities);
        let premises = Premises::read(&mut from)?;
        let rest = body.get(body.len().checked_sub(from.left())?..)?;
        if !self.hold(&premises) {
            return None;
        }
        let mut from = In::new(rest, tables, &identities);
        from.attach(&mut self.trace);
        Some((premises, Conclusions::read(&mut from)?))
    }

    fn hold(&mut self, premises: &Premises) -> bool {
        premises.paths.iter().all(|(path, digest)| self.meaning(path) == *digest)
            && premises.summaries.iter().all(|(id, digest)| self.summary_digest(*id) == *digest)
            && premises.cells.iter().all(|(cell, digest)| {
                let id = self.number(cell);
                self.cell_digest(id) == *digest
            })
    }

    fn meaning(&mut self, path: &str) -> Digest {
        let known = self.live.as_ref().and_then(|live| live.meanings.get(path).copied());
        known.unwrap_or_else(|| {
            let digest = self.identities.meaning(self.project, self.types, path);
            if let Some(live) = &mut self.live {
                live.meanings.insert(path.to_owned(), digest);
            }
            digest
        })
    }

    fn apply(&mut self, function: &Function, premises: Premises, conclusions: Conclusions) -> Summary {
        for (cell, _) in premises.cells {
            self.add_reader(&cell, function.id);
        }
        for target in conclusions.awaited {
            self.note_reader(target, function.id);
        }
        for write in conclusions.writes {
            self.put(&write.cell, write.content, write.is_tainted);
        }
        self.inputs.extend(conclusions.inputs);
        for reason in conclusions.bounds {
            self.bound(function, reason);
        }
        // What the replay itself did is no part of the next record.
        if let Some(live) = &mut self.live {
            live.record.take();
        }
        conclusions.summary
    }

    fn learn(&mut self, function: &Function, own: Digest, summary: &Summary) {
        let noted = self.project.end_noting();
        let mut paths: Vec<String> = noted.into_iter().collect();
        paths.sort();
        let paths = paths.into_iter().map(|path| (self.meaning(&path), path)).map(|(digest, path)| (path, digest));
        let paths: Vec<(String, Digest)> = paths.collect();
        let identities = Rc::clone(&self.identities);
        let Some(live) = &mut self.live else { return };
        let record = live.record.take();
        let read = record.cells.values().filter(|(_, _, how)| *how == Use::Read);
        let premises = Premises {
            paths,
            cells: read.map(|(cell, digest, _)| (cell.clone(), *digest)).collect(),
            summaries: record.summaries.iter().map(|(id, digest)| (*id, *digest)).collect(),
        };
        let mut out = Keeping::new(&mut live.tables, &identities, &self.trace);
        premises.write(&mut out);
        Conclusions::write_all(&record, summary, &mut out);
        let mut bytes = own.bytes().to_vec();
        bytes.extend(out.finish());
        live.analysed += 1;
        live.is_new = true;
        live.kept.push((identities.key(function.id), bytes.into()));
    }

    /// Gives the digest of a function's summary as it is now; `None` when it has none.
    pub(crate) fn summary_digest(&self, id: FunctionId) -> Option<Digest> {
        let summary = self.summaries.get(&id)?;
        let live = self.live.as_ref()?;
        if let Some(known) = live.summaries.borrow().get(&id) {
            return Some(*known);
        }
        let mut chains = live.chains.borrow_mut();
        let mut out = Hashing::new(&self.identities, &self.trace, &mut chains);
        summary.write_seen(&mut out);
        let digest = out.finish();
        live.summaries.borrow_mut().insert(id, digest);
        Some(digest)
    }
}
