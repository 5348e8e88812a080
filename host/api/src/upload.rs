//! Code that somebody uploads: files, and archives of files. Invariant: what is taken has safe relative paths, each once,
//! within the limits; anything else is refused with the name of the entry.

mod archive;
mod request;

use std::collections::BTreeSet;

use store::code::CodeFile;

pub(crate) use request::{FileJson, ScanRequest, Upload, UploadOptions, read};

/// How much is taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bytes of one file.
    pub(crate) file_bytes: u64,
    /// Bytes of all files, unpacked.
    pub(crate) total_bytes: u64,
    /// Files and folders.
    pub(crate) entries: usize,
    /// How many times larger an archive may get when it is unpacked.
    pub(crate) ratio: u64,
}

impl Limits {
    /// Derives them from the largest body.
    pub(crate) const fn for_body(bytes: usize) -> Self {
        let body = bytes as u64;
        Self { file_bytes: 16 << 20, total_bytes: body.saturating_mul(4), entries: 20_000, ratio: 200 }
    }
}

/// Folders of a path.
const MAX_DEPTH: usize = 64;
/// Bytes of a path.
const MAX_PATH: usize = 1024;
/// What the ratio is not asked of, in bytes: small texts shrink a lot.
const FREE_BYTES: u64 = 1 << 20;

/// Why something is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// A limit is passed.
    #[error("{0}")]
    TooLarge(String),
    /// It is not safe, or cannot be read.
    #[error("{0}")]
    Unsafe(String),
}

/// The files so far.
#[derive(Debug)]
pub(crate) struct Collector {
    limits: Limits,
    files: Vec<CodeFile>,
    paths: BTreeSet<String>,
    entries: usize,
    bytes: u64,
    ignored: u32,
}

impl Collector {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, files: Vec::new(), paths: BTreeSet::new(), entries: 0, bytes: 0, ignored: 0 }
    }

    /// Counts an entry, whatever becomes of it.
    fn count(&mut self) -> Result<(), Refused> {
        self.entries += 1;
        if self.entries > self.limits.entries {
            return Err(Refused::TooLarge(format!("there are more than {} files and folders", self.limits.entries)));
        }
        Ok(())
    }

    /// Adds a file, or an archive's files.
    pub(crate) fn add(&mut self, name: &str, bytes: Vec<u8>) -> Result<(), Refused> {
        match archive::Kind::of(name) {
            Some(kind) => archive::unpack(self, kind, &bytes),
            None => self.add_file(name, bytes),
        }
    }

    /// Adds one file; those that are no Python are counted only.
    fn add_file(&mut self, name: &str, bytes: Vec<u8>) -> Result<(), Refused> {
        self.count()?;
        let path = safe_path(name)?;
        self.grow(&path, bytes.len() as u64)?;
        if !is_python(&path) {
            self.ignored += 1;
            return Ok(());
        }
        if !self.paths.insert(path.clone()) {
            return Err(Refused::Unsafe(format!("`{path}` is there twice")));
        }
        self.files.push(CodeFile { path, bytes });
        Ok(())
    }

    fn grow(&mut self, path: &str, bytes: u64) -> Result<(), Refused> {
        if bytes > self.limits.file_bytes {
            let limit = self.limits.file_bytes;
            return Err(Refused::TooLarge(format!("`{path}` has more than {limit} bytes, the limit for one file")));
        }
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.limits.total_bytes {
            let limit = self.limits.total_bytes;
            return Err(Refused::TooLarge(format!("all files together have more than {limit} bytes")));
        }
        Ok(())
    }

    /// Gives the files by path, and how many others there were.
    pub(crate) fn finish(mut self) -> (Vec<CodeFile>, u32) {
        self.files.sort_by(|left, right| left.path.cmp(&right.path));
        (self.files, self.ignored)
    }
}

fn is_python(path: &str) -> bool {
    [".py", ".pyi", ".pyw"].iter().any(|ending| path.ends_with(ending))
}

/// Makes a name a path within a project.
fn safe_path(name: &str) -> Result<String, Refused> {
    let shown: String = name.chars().take(120).flat_map(char::escape_debug).collect();
    let refused = |why: &str| Err(Refused::Unsafe(format!("`{shown}` {why}")));
    if name.len() > MAX_PATH {
        return refused("is too long a path");
    }
    if name.chars().any(char::is_control) {
        return refused("holds control characters");
    }
    let name = name.replace('\\', "/");
    let has_drive =
        name.as_bytes().get(1) == Some(&b':') && name.starts_with(|first: char| first.is_ascii_alphabetic());
    if name.starts_with('/') || has_drive {
        return refused("is an absolute path");
    }
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return refused("leads out of the project");
    }
    if parts.is_empty() {
        return refused("is no path");
    }
    if parts.len() > MAX_DEPTH {
        return refused("is nested too deeply");
    }
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::{Collector, Limits, Refused, safe_path};

    #[test]
    fn paths_stay_in_the_project() {
        let cases = [
            ("a.py", Some("a.py")),
            ("./a//b/./c.py", Some("a/b/c.py")),
            ("a\\b.py", Some("a/b.py")),
            ("..a/b..py", Some("..a/b..py")),
            ("\u{202e}yp.py", Some("\u{202e}yp.py")),
            ("../a.py", None),
            ("a/../../b.py", None),
            ("..\\b.py", None),
            ("/etc/passwd", None),
            ("C:\\a.py", None),
            ("c:a.py", None),
            ("a\0.py", None),
            ("a\n.py", None),
            ("", None),
            ("./", None),
        ];
        for (name, expected) in cases {
            assert_eq!(safe_path(name).ok().as_deref(), expected, "{name:?}");
        }
        assert!(safe_path(&"a/".repeat(65)).is_err());
        assert!(safe_path(&"a".repeat(1025)).is_err());
    }

    #[test]
    fn files_are_counted_and_limited() {
        let limits = Limits { file_bytes: 10, total_bytes: 25, entries: 4, ratio: 200 };
        let mut collector = Collector::new(limits);
        collector.add("b.py", vec![b'x'; 10]).unwrap();
        collector.add("a.py", vec![b'x'; 10]).unwrap();
        assert_eq!(collector.add("./a.py", vec![]), Err(Refused::Unsafe("`a.py` is there twice".into())));
        assert!(matches!(collector.add("c.py", vec![b'x'; 6]), Err(Refused::TooLarge(_))));
        assert!(matches!(collector.add("d.txt", vec![]), Err(Refused::TooLarge(_))));
        let mut collector = Collector::new(limits);
        assert!(matches!(collector.add("c.py", vec![b'x'; 11]), Err(Refused::TooLarge(_))));
        collector.add("read.me", vec![b'x'; 9]).unwrap();
        collector.add("b.py", vec![]).unwrap();
        let (files, ignored) = collector.finish();
        assert_eq!((files.len(), ignored), (1, 1));
    }
}
