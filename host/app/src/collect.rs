//! From paths to source texts. Invariant: what a user names is read or reported; nothing is skipped silently but what
//! git ignores.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use ignore::WalkBuilder;
use model::{report::Fault, scan::SourceText};

/// The texts of a scan and what could not be read.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    pub(crate) sources: Vec<SourceText>,
    pub(crate) faults: Vec<Fault>,
    /// Where each path of `sources` is on disk.
    pub(crate) on_disk: BTreeMap<String, PathBuf>,
    /// Whether exactly one file was named, and no folder.
    pub(crate) is_single_file: bool,
    /// The named paths in full: what tells this project from others.
    pub(crate) project: String,
}

/// Reads files, and folders as git would walk them (ignored and hidden files left out, links not followed).
///
/// # Errors
/// When a named path does not exist.
pub(crate) fn collect(paths: &[PathBuf], max_file_bytes: u64) -> anyhow::Result<Collected> {
    let mut collected = Collected::default();
    let mut files: BTreeMap<String, PathBuf> = BTreeMap::new();
    for path in paths {
        let metadata = fs::metadata(path).map_err(|error| missing(path, &error))?;
        if metadata.is_dir() {
            walk(path, &mut files, &mut collected.faults);
        } else {
            files.insert(display_path(path), path.clone());
        }
    }
    let full = |path: &PathBuf| fs::canonicalize(path).unwrap_or_else(|_| path.clone()).display().to_string();
    collected.project = paths.iter().map(full).collect::<Vec<_>>().join("\n");
    collected.is_single_file = matches!(paths, [only] if only.is_file());
    for (shown, path) in files {
        match read(&path, max_file_bytes) {
            Ok(bytes) => {
                collected.sources.push(SourceText { path: shown.clone(), bytes });
                collected.on_disk.insert(shown, path);
            }
            Err(reason) => collected.faults.push(Fault::File { path: shown, reason }),
        }
    }
    Ok(collected)
}

fn missing(path: &Path, error: &io::Error) -> anyhow::Error {
    match error.kind() {
        io::ErrorKind::NotFound => anyhow::anyhow!("{}: no such file or folder", path.display()),
        _ => anyhow::anyhow!("{}: {error}", path.display()),
    }
}

fn walk(folder: &Path, files: &mut BTreeMap<String, PathBuf>, faults: &mut Vec<Fault>) {
    let walker = WalkBuilder::new(folder).require_git(false).sort_by_file_path(Path::cmp).build();
    for entry in walker {
        match entry {
            Ok(entry) if is_python(&entry) => {
                files.insert(display_path(entry.path()), entry.into_path());
            }
            Ok(_) => {}
            Err(error) => {
                faults.push(Fault::File { path: display_path(folder), reason: format!("cannot be walked: {error}") });
            }
        }
    }
}

fn is_python(entry: &ignore::DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_file()) && is_python_name(entry.path())
}

/// Tells whether a file is Python by its name.
pub(crate) fn is_python_name(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py" || extension == "pyi" || extension == "pyw")
}

fn read(path: &Path, max_file_bytes: u64) -> Result<Vec<u8>, String> {
    let size = fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?.len();
    if size > max_file_bytes {
        return Err(format!(
            "not analysed: {size} bytes are over the limit of {max_file_bytes} (--max-file-size raises it)"
        ));
    }
    fs::read(path).map_err(|error| format!("cannot be read: {error}"))
}

/// Gives a path as reports show it: `/`-separated, without a leading `./`.
pub(crate) fn display_path(path: &Path) -> String {
    let text = path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
    let text = text.replacen("//", "/", 1);
    text.strip_prefix("./").unwrap_or(&text).to_string()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::display_path;

    #[test]
    fn shown_paths_are_plain() {
        assert_eq!(display_path(Path::new("./a/b.py")), "a/b.py");
        assert_eq!(display_path(Path::new("/srv/a.py")), "/srv/a.py");
        assert_eq!(display_path(Path::new("../a.py")), "../a.py");
    }
}
