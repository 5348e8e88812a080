//! The folder of remembered answers, one file for each. Invariant: an entry is read back only when it is whole and lies
//! under its own key; every write appears whole or not at all.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use sandbox::{error::SandboxError, private_folder::PrivateFolder};

use super::key::{Key, Kind};

const MAGIC: &[u8; 8] = b"scstore1";
const CHECKSUM_BYTES: usize = 32;
/// Larger entries are neither written nor read.
const MAX_ENTRY_BYTES: u64 = 256 << 20;
/// An entry that is used counts as new again when it was last written or used longer ago than this.
const REFRESH_AFTER: Duration = Duration::from_secs(600);
/// Longest time between two looks at the folder's size while entries are written.
const TRIM_EVERY: Duration = Duration::from_secs(600);
/// Age from which an unfinished file belongs to no running process.
const ABANDONED_AFTER: Duration = Duration::from_secs(3600);
/// Its time of change is when the folder's size was last looked at.
const STAMP: &str = "trimmed";
/// Ends the names of unfinished files.
const UNFINISHED: &str = "new";

/// The folder.
#[derive(Debug)]
pub(crate) struct Folder {
    folder: PrivateFolder,
    limit_bytes: u64,
    /// Bytes written since the size was last looked at.
    written: AtomicU64,
    /// Numbers this process's unfinished files.
    next: AtomicU64,
    is_refused: AtomicBool,
}

/// One kept file.
struct Kept {
    used: SystemTime,
    size_bytes: u64,
    path: PathBuf,
}

impl Folder {
    /// Opens the folder, making it for this user alone where it is missing.
    pub(crate) fn open(path: &Path, limit_bytes: u64) -> Result<Self, SandboxError> {
        Ok(Self {
            folder: PrivateFolder::open(path)?,
            limit_bytes,
            written: AtomicU64::new(0),
            next: AtomicU64::new(0),
            is_refused: AtomicBool::new(false),
        })
    }

    /// Reads an entry; `None` when there is none that is whole.
    pub(crate) fn read(&self, key: &Key) -> Option<Vec<u8>> {
        let (file, facts) = self.folder.open_file(&self.file(key)).ok()?;
        if facts.len() > MAX_ENTRY_BYTES {
            return None;
        }
        let mut bytes = Vec::with_capacity(usize::try_from(facts.len()).ok()?);
        (&file).take(MAX_ENTRY_BYTES).read_to_end(&mut bytes).ok()?;
        let (head, payload) = bytes.split_at_checked(MAGIC.len() + CHECKSUM_BYTES)?;
        let (magic, sum) = head.split_at_checked(MAGIC.len())?;
        if magic != MAGIC || sum != checksum(key, payload).as_bytes() {
            return None;
        }
        let is_old = facts.modified().ok().and_then(|time| time.elapsed().ok()).is_some_and(|age| age > REFRESH_AFTER);
        if is_old && let Err(error) = file.set_modified(SystemTime::now()) {
            tracing::debug!(%error, "the use of a remembered answer cannot be noted");
        }
        Some(payload.to_vec())
    }

    /// Writes an entry. The first failure is said once; after it nothing more is written.
    pub(crate) fn write(&self, key: &Key, payload: &[u8]) {
        let size_bytes = payload.len() as u64;
        if size_bytes > MAX_ENTRY_BYTES.min(self.limit_bytes) / 2 || self.is_refused.load(Ordering::Relaxed) {
            return;
        }
        match self.try_write(key, payload) {
            Ok(()) => {
                self.written.fetch_add(size_bytes, Ordering::Relaxed);
            }
            Err(error) => {
                if !self.is_refused.swap(true, Ordering::Relaxed) {
                    tracing::warn!(%error, folder = %self.folder.path().display(), "results are not kept for the next scan");
                }
            }
        }
    }

    fn try_write(&self, key: &Key, payload: &[u8]) -> io::Result<()> {
        let target = self.file(key);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let unfinished = target.with_extension(format!("{}-{number}.{UNFINISHED}", std::process::id()));
        let mut file = match File::create(&unfinished) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.folder.make_below(target.parent().unwrap_or(self.folder.path()))?;
                File::create(&unfinished)?
            }
            other => other?,
        };
        let mut bytes = Vec::with_capacity(MAGIC.len() + CHECKSUM_BYTES + payload.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(checksum(key, payload).as_bytes());
        bytes.extend_from_slice(payload);
        let done = file.write_all(&bytes).and_then(|()| {
            drop(file);
            fs::rename(&unfinished, &target)
        });
        if done.is_err() {
            // What is left over is removed by a later trim where it cannot be removed now.
            let _is_gone = fs::remove_file(&unfinished);
        }
        done
    }

    /// Removes the entries that were used least lately while the folder is over its limit; looks only when something was
    /// written, and then at most every ten minutes unless a sixteenth of the limit was written.
    pub(crate) fn trim_when_due(&self) {
        let written = self.written.load(Ordering::Relaxed);
        let stamp = self.folder.path().join(STAMP);
        let age = fs::metadata(&stamp).and_then(|facts| facts.modified()).ok().and_then(|time| time.elapsed().ok());
        let is_due = written >= self.limit_bytes / 16 || age.is_none_or(|age| age > TRIM_EVERY);
        if written == 0 || !is_due {
            return;
        }
        self.written.fetch_sub(written, Ordering::Relaxed);
        if let Err(error) = File::create(&stamp).and_then(|file| file.set_modified(SystemTime::now())) {
            tracing::debug!(%error, "the size of the folder of results cannot be noted");
        }
        self.trim();
    }

    /// As `trim_when_due`, at once; leaves at most nine tenths of the limit when it had to remove something.
    pub(crate) fn trim(&self) {
        let mut kept = list(self.folder.path());
        kept.retain(|one| {
            let is_unfinished = one.path.extension().is_some_and(|extension| extension == UNFINISHED);
            let is_abandoned = is_unfinished && one.used.elapsed().is_ok_and(|age| age > ABANDONED_AFTER);
            !(is_abandoned && fs::remove_file(&one.path).is_ok())
        });
        let mut size: u64 = kept.iter().map(|one| one.size_bytes).sum();
        if size <= self.limit_bytes {
            return;
        }
        kept.sort_by(|left, right| (left.used, &left.path).cmp(&(right.used, &right.path)));
        for one in kept {
            if size <= self.limit_bytes / 10 * 9 {
                break;
            }
            // Another process may have been faster; either way it is gone.
            if fs::remove_file(&one.path).is_ok() || !one.path.exists() {
                size = size.saturating_sub(one.size_bytes);
            }
        }
    }

    fn file(&self, key: &Key) -> PathBuf {
        let (shard, rest) = key.to_hex();
        self.folder.path().join(key.kind().as_str()).join(shard).join(rest)
    }
}

/// How many entries of a kind there are, and their size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The kind.
    pub kind: Kind,
    /// How many.
    pub entries: u64,
    /// Their bytes on disk.
    pub size_bytes: u64,
}

/// Counts the entries of a folder, kind by kind.
pub(crate) fn usage(path: &Path) -> Vec<Usage> {
    let count = |kind: Kind| {
        let kept = list(&path.join(kind.as_str()));
        Usage { kind, entries: kept.len() as u64, size_bytes: kept.iter().map(|one| one.size_bytes).sum() }
    };
    Kind::ALL.into_iter().map(count).collect()
}

/// Gives the files under a folder but the stamp; three levels down and no further.
fn list(path: &Path) -> Vec<Kept> {
    let mut found = Vec::new();
    let mut folders = vec![(path.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(facts) = entry.metadata() else { continue };
            if facts.is_dir() && depth < 2 {
                folders.push((entry.path(), depth + 1));
            } else if facts.is_file() && entry.file_name() != STAMP {
                let used = facts.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                found.push(Kept { used, size_bytes: facts.len(), path: entry.path() });
            }
        }
    }
    found
}

fn checksum(key: &Key, payload: &[u8]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(key.hash());
    hasher.update(payload);
    hasher.finalize()
}

#[cfg(test)]
mod tests;
