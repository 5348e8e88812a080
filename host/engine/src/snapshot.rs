//! The decoded files of a scan. Invariant: a file's id is its index, and its text never changes after decoding.

use model::{ids::FileId, report::Fault, scan::SourceText};
use syntax::{
    decode::{DecodeProblem, decode},
    line_index::LineIndex,
};

/// One file, decoded.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Its index in the snapshot.
    pub id: FileId,
    /// Path within the project.
    pub path: String,
    /// Dotted name below the folder that all files of the scan have in common: `shop.views`.
    pub module: String,
    /// The text; bytes that are no UTF-8 read as `?`.
    pub text: String,
    /// Lines and columns.
    pub lines: LineIndex,
    /// Whether the bytes were UTF-8, so that patches can be made.
    pub is_faithful: bool,
}

/// The files of a scan in path order.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The files.
    pub files: Vec<SourceFile>,
    /// What could not be taken in.
    pub faults: Vec<Fault>,
}

impl Snapshot {
    /// Decodes files; those over `max_file_bytes` become faults.
    pub fn new(sources: Vec<SourceText>, max_file_bytes: u64) -> Self {
        let mut snapshot = Self::default();
        for source in sources {
            let size_bytes = source.bytes.len() as u64;
            if size_bytes > max_file_bytes {
                let reason = format!(
                    "not analysed: {size_bytes} bytes are over the limit of {max_file_bytes} bytes for one file"
                );
                snapshot.faults.push(Fault::File { path: source.path, reason });
                continue;
            }
            snapshot.push(source);
        }
        let common = common_folder(snapshot.files.iter().map(|file| file.path.as_str())).to_owned();
        for file in &mut snapshot.files {
            let below = file.path.strip_prefix(common.as_str()).unwrap_or(&file.path);
            let stem = below.rsplit_once('.').map_or(below, |(stem, _)| stem);
            file.module = stem.trim_matches('/').replace('/', ".");
        }
        snapshot
    }

    fn push(&mut self, source: SourceText) {
        let decoded = decode(&source.bytes);
        if let Some(problem) = &decoded.problem {
            self.faults.push(Fault::File { path: source.path.clone(), reason: describe(*problem) });
        }
        let id = FileId(self.files.len() as u32);
        let lines = LineIndex::new(&decoded.text);
        let is_faithful = decoded.problem.is_none();
        self.files.push(SourceFile {
            id,
            path: source.path,
            module: String::new(),
            text: decoded.text,
            lines,
            is_faithful,
        });
    }

    /// Gives a file.
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// Finds a file by its path.
    pub fn find(&self, path: &str) -> Option<&SourceFile> {
        self.files.iter().find(|file| file.path == path)
    }
}

/// Gives the folder that all paths lie in, without the `/` behind it.
fn common_folder<'a>(mut paths: impl Iterator<Item = &'a str>) -> &'a str {
    let folder = |path: &'a str| path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut common = paths.next().map_or("", folder);
    for path in paths {
        while !common.is_empty() && !path.strip_prefix(common).is_some_and(|rest| rest.starts_with('/')) {
            common = folder(common);
        }
    }
    common
}

/// Says which bytes are no text.
fn describe(problem: DecodeProblem) -> String {
    let DecodeProblem { first, replaced_bytes } = problem;
    format!(
        "not UTF-8: {replaced_bytes} bytes, the first at offset {}, are read as `?`, and no patch is made",
        first.start
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_named_below_the_common_folder() {
        let source = |path: &str| SourceText { path: path.to_owned(), bytes: Vec::new() };
        let modules = |paths: &[&str]| -> Vec<String> {
            let files = Snapshot::new(paths.iter().map(|path| source(path)).collect(), 100).files;
            files.into_iter().map(|file| file.module).collect()
        };
        assert_eq!(modules(&["tests/shop/a.py", "tests/shop/tests/b.py"]), ["a", "tests.b"]);
        assert_eq!(modules(&["shop/a.py", "shops/b.py"]), ["shop.a", "shops.b"]);
        assert_eq!(modules(&["/srv/x/a.py"]), ["a"]);
        assert_eq!(modules(&["setup.py", "tests/c.py"]), ["setup", "tests.c"]);
    }
}
