//! The files of a git revision. Invariant: the working tree and the repository are only read.

use std::{
    collections::BTreeMap,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail};
use model::scan::SourceText;

use crate::collect::{display_path, is_python_name};

/// Files as they were.
#[derive(Debug, Default)]
pub(crate) struct Revision {
    /// The texts, by the names that a scan then would have shown.
    pub(crate) files: Vec<SourceText>,
    /// Present names of those that were renamed since, by the old ones.
    pub(crate) renamed: BTreeMap<String, String>,
}

/// Gives the Python files below the paths as they were at a revision.
///
/// # Errors
/// When git is missing, a path is in no repository, or the revision does not exist.
pub(crate) fn files_at(revision: &str, paths: &[PathBuf]) -> anyhow::Result<Revision> {
    let mut found = Revision::default();
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for path in paths {
        let repository = Repository::of(path, revision)?;
        files.extend(repository.files(path, &mut found.renamed)?);
    }
    found.files = files.into_iter().map(|(path, bytes)| SourceText { path, bytes }).collect();
    Ok(found)
}

struct Repository {
    root: PathBuf,
    commit: String,
}

impl Repository {
    fn of(path: &Path, revision: &str) -> anyhow::Result<Self> {
        let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new(".")) };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let root = text(
            git(folder, &["rev-parse", "--show-toplevel"])
                .with_context(|| format!("{}: --since needs a git repository", path.display()))?,
        );
        let wanted = format!("{revision}^{{commit}}");
        let commit = git(folder, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])
            .with_context(|| format!("there is no revision `{revision}` in {root}"))?;
        Ok(Self { root: PathBuf::from(root), commit: text(commit) })
    }

    /// Gives the old texts of the files that were or are below a path, by their shown names; notes the renamed ones.
    fn files(&self, path: &Path, moved: &mut BTreeMap<String, String>) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
        let absolute = path.canonicalize().with_context(|| format!("{}: cannot be found", path.display()))?;
        let root = self.root.canonicalize().context("the repository's folder cannot be found")?;
        let inside = absolute.strip_prefix(&root).context("the path is outside its repository")?;
        let renamed = self.renamed()?;
        let listed = git(&self.root, &["ls-tree", "-r", "-z", "--name-only", &self.commit])?;
        let mut wanted: BTreeMap<String, String> = BTreeMap::new();
        for old in split(&listed).into_iter().filter(|old| is_python_name(Path::new(old))) {
            let now = renamed.get(&old);
            let shown_old = shown(path, inside, &old);
            let shown_now = now.and_then(|now| shown(path, inside, now));
            if let (Some(old), Some(now)) = (&shown_old, &shown_now) {
                moved.insert(old.clone(), now.clone());
            }
            if let Some(name) = shown_old.or(shown_now) {
                wanted.insert(old, name);
            }
        }
        let texts = self.texts(wanted.keys())?;
        Ok(wanted.into_iter().filter_map(|(old, shown)| Some((shown, texts.get(&old)?.clone()))).collect())
    }

    /// Gives the present names of files that were renamed since.
    fn renamed(&self) -> anyhow::Result<BTreeMap<String, String>> {
        let changes = git(&self.root, &["diff", "--name-status", "-z", "-M", "--diff-filter=R", &self.commit])?;
        let words = split(&changes);
        // Each change is its score, the old and the new name.
        let (chunks, _) = words.as_chunks::<3>();
        Ok(chunks.iter().map(|[_, old, new]| (old.clone(), new.clone())).collect())
    }

    /// Reads files of the commit with one git process.
    fn texts<'n>(&self, names: impl Iterator<Item = &'n String>) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
        let names: Vec<&String> = names.filter(|name| !name.contains('\n')).collect();
        let mut child = Command::new("git")
            .current_dir(&self.root)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("git cannot be started")?;
        let mut input = child.stdin.take().context("git takes no input")?;
        let asked: String = names.iter().map(|name| format!("{}:{name}\n", self.commit)).collect();
        // Written beside the reading, so that neither side waits for the other for ever.
        let writer = std::thread::spawn(move || input.write_all(asked.as_bytes()));
        let output = child.wait_with_output().context("git cannot be waited for")?;
        let written = writer.join().unwrap_or_else(|_| Err(std::io::Error::other("the writing thread panicked")));
        written.context("git does not take the files' names")?;
        read_batch(&output.stdout, &names)
    }
}

/// Gives the name that a scan of `path` shows for a file of the repository; `None` when it is not below.
fn shown(path: &Path, inside: &Path, name: &str) -> Option<String> {
    let below = Path::new(name).strip_prefix(inside).ok()?;
    Some(display_path(&if below.as_os_str().is_empty() { path.to_path_buf() } else { path.join(below) }))
}

/// Reads what `git cat-file --batch` wrote: for each name a header with the size, the bytes and a line feed.
fn read_batch(mut output: &[u8], names: &[&String]) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let mut texts = BTreeMap::new();
    for name in names {
        let end = output.iter().position(|byte| *byte == b'\n').context("git's answer is cut off")?;
        let (header, rest) = output.split_at(end);
        output = rest.get(1..).unwrap_or_default();
        let header = String::from_utf8_lossy(header);
        let mut words = header.rsplit(' ');
        let size = words.next().and_then(|size| size.parse::<usize>().ok());
        let (Some(size), Some("blob")) = (size, words.next()) else { continue };
        let bytes = output.get(..size).context("git's answer is cut off")?;
        texts.insert((*name).clone(), bytes.to_vec());
        output = output.get(size + 1..).unwrap_or_default();
    }
    Ok(texts)
}

fn git(folder: &Path, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
    let output = Command::new("git")
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .context("git cannot be started")?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        bail!("git {}: {}", arguments.first().unwrap_or(&""), reason.trim().lines().next().unwrap_or("no"));
    }
    Ok(output.stdout)
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned()
}

fn split(bytes: &[u8]) -> Vec<String> {
    let words = bytes.split(|byte| *byte == 0).filter(|word| !word.is_empty());
    words.map(|word| String::from_utf8_lossy(word).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::read_batch;

    #[test]
    fn a_batch_is_read_by_its_sizes() {
        let output = b"1234 blob 3\nx\ny\nHEAD:gone.py missing\n99 blob 0\n\n";
        let names = ["a.py".to_owned(), "gone.py".to_owned(), "empty.py".to_owned()];
        let texts = read_batch(output, &names.iter().collect::<Vec<_>>()).unwrap();
        assert_eq!(texts.get("a.py").map(Vec::as_slice), Some(&b"x\ny"[..]));
        assert_eq!(texts.get("empty.py").map(Vec::as_slice), Some(&b""[..]));
        assert_eq!(texts.len(), 2);
        assert!(read_batch(b"1 blob 9\nx", &[&names[0]]).is_err());
    }
}
