//! Answers of earlier scans, in memory and on disk. Invariant: an answer is given back only under a key that names
//! everything it depends on; what is missing, damaged or unreadable is computed again, never an error.

pub(crate) mod folder;
pub(crate) mod key;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use moka::sync::Cache;

pub use folder::Usage;
pub use key::Kind;

use folder::Folder;
use key::Key;

use crate::plugins::error_chain;

/// Most bytes of answers that are held in memory.
const MEMORY_BYTES: u64 = 64 << 20;
/// Name of the folder of answers in the cache folder.
const FOLDER: &str = "results";

/// How long an answer is worth keeping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// As long as the process runs, at most: it speaks of a text that was only tried.
    InMemory,
    /// Over scans.
    OnDisk,
}

/// The store; shared by threads and, on disk, by processes.
pub(crate) struct Store {
    memory: Cache<Key, Arc<[u8]>>,
    folder: Option<Folder>,
    counts: [Counts; Kind::ALL.len()],
}

#[derive(Default)]
struct Counts {
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Store {
    /// Opens the store of a cache folder; without one, or where it cannot be used (which is said), answers are kept in
    /// memory alone.
    pub(crate) fn open(cache_dir: Option<&Path>, limit_bytes: u64) -> Self {
        let open = |path: PathBuf| match Folder::open(&path, limit_bytes) {
            Ok(folder) => Some(folder),
            Err(error) => {
                tracing::warn!(error = error_chain(&error), "results are not kept for the next scan");
                None
            }
        };
        let memory = Cache::builder()
            .weigher(|_, answer: &Arc<[u8]>| u32::try_from(answer.len()).unwrap_or(u32::MAX).saturating_add(128))
            .max_capacity(MEMORY_BYTES)
            .build();
        Self { memory, folder: cache_dir.map(|path| path.join(FOLDER)).and_then(open), counts: Default::default() }
    }

    /// Gives the bytes that were put under a key.
    pub(crate) fn get(&self, key: &Key) -> Option<Arc<[u8]>> {
        let found = self.memory.get(key).or_else(|| {
            let read: Arc<[u8]> = self.folder.as_ref()?.read(key)?.into();
            self.memory.insert(*key, read.clone());
            Some(read)
        });
        if let Some(counts) = self.counts.get(key.kind() as usize) {
            let counter = if found.is_some() { &counts.hits } else { &counts.misses };
            counter.fetch_add(1, Ordering::Relaxed);
        }
        found
    }

    /// Keeps bytes under a key. That they cannot be kept costs only time later.
    pub(crate) fn put(&self, key: &Key, answer: &[u8]) {
        self.memory.insert(*key, answer.into());
        if let Some(folder) = &self.folder {
            folder.write(key, answer);
        }
    }

    /// Ends a scan: keeps the folder within its limit and says how often something was found.
    pub(crate) fn settle(&self) {
        if let Some(folder) = &self.folder {
            folder.trim_when_due();
        }
        for (kind, counts) in Kind::ALL.into_iter().zip(&self.counts) {
            let (hits, misses) = (counts.hits.load(Ordering::Relaxed), counts.misses.load(Ordering::Relaxed));
            tracing::debug!(store.kind = kind.as_str(), store.hits = hits, store.misses = misses, "remembered answers");
        }
    }
}

/// Counts the answers that are kept in a cache folder, kind by kind; a folder that is not there holds none.
pub fn usage(cache_dir: &Path) -> Vec<Usage> {
    folder::usage(&cache_dir.join(FOLDER))
}

/// Removes all answers that are kept in a cache folder; running scans go on without them.
///
/// # Errors
/// When something cannot be removed.
pub fn clear(cache_dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(cache_dir.join(FOLDER)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
