//! The text files that people write. Invariant: nothing that a tool made (build output, lock files, downloads) is here.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};

const FOLDERS: [&str; 8] = [".cargo", ".ci", "deploy", "host", "plugins", "sdk", "tests", "wit"];
const EXTENSIONS: [&str; 12] = ["css", "html", "json", "md", "py", "rs", "sh", "toml", "ts", "txt", "wit", "yaml"];
const SKIPPED: [&str; 4] = ["target", "node_modules", "dist", "__pycache__"];

/// A file of the repository.
pub(crate) struct Source {
    /// Path from the top folder, `/`-separated.
    pub(crate) path: String,
    /// What it holds.
    pub(crate) text: String,
}

impl Source {
    /// The last part of the path.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether it is Rust.
    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// Reads all source files, sorted by path.
///
/// # Errors
/// When a folder or file cannot be read.
pub(crate) fn collect(root: &Path) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    for folder in FOLDERS {
        walk(root, &root.join(folder), &mut sources)?;
    }
    for name in ["README.md", "CHANGELOG.md", "Cargo.toml"] {
        read(root, &root.join(name), &mut sources)?;
    }
    sources.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(sources)
}

fn walk(root: &Path, folder: &Path, sources: &mut Vec<Source>) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        let name = entry.file_name();
        if kind.is_dir() && !SKIPPED.iter().any(|skipped| name == *skipped) {
            walk(root, &path, sources)?;
        } else if kind.is_file() && is_source(&path) {
            read(root, &path, sources)?;
        }
    }
    Ok(())
}

fn is_source(path: &Path) -> bool {
    path.extension().and_then(|extension| extension.to_str()).is_some_and(|extension| EXTENSIONS.contains(&extension))
}

fn read(root: &Path, path: &Path, sources: &mut Vec<Source>) -> Result<()> {
    // A fixture may be invalid UTF-8 on purpose.
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let parts = path.strip_prefix(root).unwrap_or(path).components();
    let parts: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    sources.push(Source { path: parts.join("/"), text: String::from_utf8_lossy(&bytes).into_owned() });
    Ok(())
}
