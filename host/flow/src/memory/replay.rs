//! Takes analyses of functions from memory and puts them there. Invariant: taking one from memory leaves the state of the
//! whole analysis as doing it would, but for steps of paths that nothing names.

use std::{
    borrow::Cow,
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use ir::{function::Function, program::FunctionId};
use model::ids::FileId;

use crate::{
    function_pass,
    memory::{
        Learned, Memory,
        codec::{Chains, Hashing, In, Keeping, Wire},
        digest::Digest,
        record::{Conclusions, Premises, Record, Use},
    },
    project::Analysis,
    summary::Summary,
};

/// Bytes before a record's body: the function's key and the body's length.
const HEAD: usize = 20;

/// The memory of a running analysis.
#[derive(Debug, Default)]
pub(crate) struct Live<'m> {
    old: HashMap<Digest, Vec<&'m [u8]>>,
    kept: BTreeMap<FileId, Kept<'m>>,
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

/// The records of one file that hold now.
#[derive(Debug, Default)]
struct Kept<'m> {
    records: Vec<(Digest, Cow<'m, [u8]>)>,
    is_new: bool,
}

impl<'m> Live<'m> {
    pub(crate) fn new(memory: &'m Memory) -> Self {
        let mut live = Self::default();
        for bytes in memory.files.values() {
            let mut rest = bytes.as_slice();
            while let Some((head, tail)) = rest.split_first_chunk::<HEAD>() {
                let Some((key, length)) = head.split_first_chunk::<16>() else { break };
                let length = length.first_chunk::<4>().map_or(0, |length| u32::from_le_bytes(*length));
                let Some((record, tail)) = tail.split_at_checked(length as usize) else { break };
                live.old.entry(Digest::from_bytes(*key)).or_default().push(record);
                rest = tail;
            }
        }
        live
    }

    /// Gives what was learned of the files of which something is new.
    pub(crate) fn learned(self, path_of: impl Fn(FileId) -> Option<String>) -> Learned {
        let mut memory = Memory::default();
        for (file, kept) in self.kept.into_iter().filter(|(_, kept)| kept.is_new) {
            let Some(path) = path_of(file) else { continue };
            let mut bytes = Vec::new();
            for (key, record) in &kept.records {
                let Ok(length) = u32::try_from(record.len()) else { continue };
                bytes.extend_from_slice(key.bytes());
                bytes.extend_from_slice(&length.to_le_bytes());
                bytes.extend_from_slice(record);
            }
            memory.files.insert(path, bytes);
        }
        Learned { memory, recalled: self.recalled, analysed: self.analysed }
    }
}

impl<'a> Analysis<'a> {
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
        let identities = Rc::clone(&self.identities);
        let key = identities.key(function.id);
        let records = self.live.as_ref()?.old.get(&key)?.clone();
        for bytes in records {
            let Some((head, body)) = bytes.split_first_chunk::<16>() else { continue };
            if *head != *own.bytes() {
                continue;
            }
            let Some((mut from, steps)) = In::new(body, &identities) else { continue };
            let Some(premises) = Premises::read(&mut from) else { continue };
            if !self.hold(&premises) || from.make_steps(&steps, &mut self.trace).is_none() {
                continue;
            }
            let Some(conclusions) = Conclusions::read(&mut from) else { continue };
            let summary = self.apply(function, premises, conclusions);
            let live = self.live.as_mut()?;
            live.recalled += 1;
            live.kept.entry(function.file).or_default().records.push((key, Cow::Borrowed(bytes)));
            return Some(summary);
        }
        None
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
        let mut out = Keeping::new(&identities, &self.trace);
        premises.write(&mut out);
        Conclusions::write(&record, summary, &mut out);
        let mut bytes = own.bytes().to_vec();
        bytes.extend(out.finish());
        live.analysed += 1;
        let kept = live.kept.entry(function.file).or_default();
        kept.is_new = true;
        kept.records.push((identities.key(function.id), Cow::Owned(bytes)));
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
