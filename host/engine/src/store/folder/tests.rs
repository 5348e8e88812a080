//! Tests of the folder. Invariant: each works in a folder of its own.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, SystemTime},
};

use super::{Folder, list, usage};
use crate::store::{
    Kind,
    key::{Key, KeyBuilder},
};

/// A folder that is removed in the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("securecode-store-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Self(std::env::temp_dir().join(name))
    }

    fn open(&self, limit_bytes: u64) -> Folder {
        Folder::open(&self.0, limit_bytes).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _is_gone = fs::remove_dir_all(&self.0);
    }
}

fn key(number: u64) -> Key {
    KeyBuilder::new(Kind::Verdict, &[0; 32]).number(number).finish().unwrap()
}

fn age(path: &Path, seconds: u64) {
    File::open(path).unwrap().set_modified(SystemTime::now() - Duration::from_secs(seconds)).unwrap();
}

#[test]
fn what_is_written_is_read_back_by_other_processes_too() {
    let scratch = Scratch::new();
    let folder = scratch.open(1 << 20);
    assert_eq!(folder.read(&key(1)), None);
    folder.write(&key(1), b"one");
    folder.write(&key(2), b"");
    assert_eq!(folder.read(&key(1)).as_deref(), Some(&b"one"[..]));
    assert_eq!(scratch.open(1 << 20).read(&key(2)).as_deref(), Some(&b""[..]));
    folder.write(&key(1), b"other");
    assert_eq!(folder.read(&key(1)).as_deref(), Some(&b"other"[..]));
    assert_eq!(fs::metadata(&scratch.0).unwrap().permissions().mode() & 0o777, 0o700);
    let verdicts = usage(&scratch.0).into_iter().find(|usage| usage.kind == Kind::Verdict).unwrap();
    assert_eq!(verdicts.entries, 2);
}

#[test]
fn damaged_entries_are_misses() {
    let scratch = Scratch::new();
    let folder = scratch.open(1 << 20);
    folder.write(&key(1), b"some bytes");
    let path = folder.file(&key(1));
    let whole = fs::read(&path).unwrap();
    let mut damaged: Vec<Vec<u8>> = (0..whole.len()).map(|length| whole[..length].to_vec()).collect();
    damaged.extend((0..whole.len()).map(|index| {
        let mut flipped = whole.clone();
        flipped[index] ^= 0x10;
        flipped
    }));
    damaged.push([whole.clone(), vec![0]].concat());
    for bytes in damaged {
        fs::write(&path, &bytes).unwrap();
        assert_eq!(folder.read(&key(1)), None, "{bytes:?}");
    }
    // An entry of another key, whole as it is, is no answer.
    folder.write(&key(2), b"another");
    fs::copy(folder.file(&key(2)), &path).unwrap();
    assert_eq!(folder.read(&key(1)), None);
    folder.write(&key(1), b"some bytes");
    assert_eq!(folder.read(&key(1)).as_deref(), Some(&b"some bytes"[..]));
}

#[test]
fn the_least_lately_used_go_first() {
    let scratch = Scratch::new();
    let folder = scratch.open(10_000);
    for number in 0..9 {
        folder.write(&key(number), &[0; 1000]);
        age(&folder.file(&key(number)), 7200 - number * 10);
    }
    folder.trim();
    assert_eq!(list(&scratch.0).len(), 9, "under the limit nothing goes");
    assert!(folder.read(&key(0)).is_some(), "the oldest is used once more");
    let abandoned = folder.file(&key(1)).with_extension("1-1.new");
    fs::write(&abandoned, b"half").unwrap();
    age(&abandoned, 7200);
    folder.write(&key(9), &[0; 1000]);
    folder.trim();
    assert!(!abandoned.exists());
    let left: Vec<u64> = (0..10).filter(|number| folder.read(&key(*number)).is_some()).collect();
    assert_eq!(left, [0, 3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn a_folder_that_others_can_use_is_refused_and_one_that_cannot_be_written_is_no_error() {
    let scratch = Scratch::new();
    fs::create_dir(&scratch.0).unwrap();
    fs::set_permissions(&scratch.0, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(Folder::open(&scratch.0, 1 << 20).is_err());
    fs::set_permissions(&scratch.0, fs::Permissions::from_mode(0o700)).unwrap();
    let folder = scratch.open(1 << 20);
    // A file stands where the entries' folder would be.
    fs::write(scratch.0.join(Kind::Verdict.as_str()), b"").unwrap();
    folder.write(&key(1), b"one");
    assert_eq!(folder.read(&key(1)), None);
}

#[test]
fn many_writers_and_readers_see_whole_entries_only() {
    let scratch = Scratch::new();
    // Two folders over the same path are what two processes have.
    let folders = [scratch.open(40_000), scratch.open(40_000)];
    std::thread::scope(|scope| {
        for (writer, folder) in folders.iter().enumerate() {
            scope.spawn(move || {
                for round in 0..300_u64 {
                    let number = round % 7;
                    folder.write(&key(number), &vec![number as u8; 3000 + writer * 500]);
                    if round % 50 == 0 {
                        folder.trim();
                    }
                    if let Some(found) = folder.read(&key((round + 3) % 7)) {
                        assert!(found.iter().all(|byte| u64::from(*byte) == (round + 3) % 7));
                        assert!(found.len() == 3000 || found.len() == 3500);
                    }
                }
            });
        }
    });
}
