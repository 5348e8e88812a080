//! The scanned code, kept until its time is over. Invariant: a file on disk is named by its scan's id alone, and no path of
//! the code is ever a path of this machine.

use std::{
    collections::HashMap,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use crate::error::StoreError;

/// One file of the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeFile {
    /// Path within the project.
    pub path: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Where code is kept.
#[derive(Debug)]
pub enum CodeStore {
    /// One archive for each scan in this folder.
    Folder(PathBuf),
    /// In memory, until the process ends.
    Memory(Mutex<HashMap<String, Vec<CodeFile>>>),
}

impl CodeStore {
    /// Keeps code in a folder, which is made; only this user may look into it.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn in_folder(folder: &Path) -> Result<Self, StoreError> {
        let failed = |cause| StoreError::File { path: folder.to_path_buf(), cause };
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt as _;
            builder.mode(0o700);
        }
        builder.create(folder).map_err(failed)?;
        Ok(Self::Folder(folder.to_path_buf()))
    }

    /// Keeps code in memory.
    pub fn in_memory() -> Self {
        Self::Memory(Mutex::default())
    }

    /// Keeps a scan's code.
    ///
    /// # Errors
    /// When it cannot be written; then nothing of it is left.
    pub fn put(&self, scan: &str, files: &[CodeFile]) -> Result<(), StoreError> {
        match self {
            Self::Memory(kept) => {
                kept.lock().unwrap_or_else(PoisonError::into_inner).insert(scan.to_owned(), files.to_vec());
                Ok(())
            }
            Self::Folder(folder) => {
                let path = archive(folder, scan)?;
                let partial = path.with_extension("partial");
                let failed = |cause| StoreError::File { path: path.clone(), cause };
                let written = write(&partial, files).and_then(|()| fs::rename(&partial, &path));
                written.map_err(|cause| {
                    let _is_removed = fs::remove_file(&partial);
                    failed(cause)
                })
            }
        }
    }

    /// Gives a scan's code; none when it is gone.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn get(&self, scan: &str) -> Result<Option<Vec<CodeFile>>, StoreError> {
        match self {
            Self::Memory(kept) => Ok(kept.lock().unwrap_or_else(PoisonError::into_inner).get(scan).cloned()),
            Self::Folder(folder) => {
                let path = archive(folder, scan)?;
                match read(&path) {
                    Ok(files) => Ok(Some(files)),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                    Err(cause) => Err(StoreError::File { path, cause }),
                }
            }
        }
    }

    /// Forgets a scan's code.
    ///
    /// # Errors
    /// When it is there and cannot be removed.
    pub fn remove(&self, scan: &str) -> Result<(), StoreError> {
        match self {
            Self::Memory(kept) => {
                kept.lock().unwrap_or_else(PoisonError::into_inner).remove(scan);
                Ok(())
            }
            Self::Folder(folder) => {
                let path = archive(folder, scan)?;
                match fs::remove_file(&path) {
                    Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(StoreError::File { path, cause }),
                    Ok(()) | Err(_) => Ok(()),
                }
            }
        }
    }
}

fn archive(folder: &Path, scan: &str) -> Result<PathBuf, StoreError> {
    let is_id = !scan.is_empty() && scan.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if is_id { Ok(folder.join(format!("{scan}.tar"))) } else { Err(StoreError::BadId) }
}

/// The paths stand in an entry of their own, since an archive's own names cannot hold all of them.
fn write(path: &Path, files: &[CodeFile]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut archive = tar::Builder::new(io::BufWriter::new(options.open(path)?));
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    append(&mut archive, "paths", serde_json::to_string(&paths)?.as_bytes())?;
    for (number, file) in files.iter().enumerate() {
        append(&mut archive, &number.to_string(), &file.bytes)?;
    }
    archive.into_inner()?.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

fn append(archive: &mut tar::Builder<impl io::Write>, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o600);
    archive.append_data(&mut header, name, bytes)
}

fn read(path: &Path) -> io::Result<Vec<CodeFile>> {
    let mut archive = tar::Archive::new(io::BufReader::new(fs::File::open(path)?));
    let mut contents = Vec::new();
    for entry in archive.entries()? {
        let mut bytes = Vec::new();
        entry?.read_to_end(&mut bytes)?;
        contents.push(bytes);
    }
    let mut contents = contents.into_iter();
    let paths: Vec<String> = serde_json::from_slice(&contents.next().unwrap_or_default())?;
    Ok(paths.into_iter().zip(contents).map(|(path, bytes)| CodeFile { path, bytes }).collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::{CodeFile, CodeStore};

    fn files() -> Vec<CodeFile> {
        let file = |path: &str, bytes: &[u8]| CodeFile { path: path.to_owned(), bytes: bytes.to_vec() };
        vec![
            file("a.py", b"x = 1\n"),
            file(&format!("{}/ü\u{202e}.py", "deep/".repeat(60)), b"\xff\x00"),
            file("b.py", b""),
        ]
    }

    #[test]
    fn what_is_kept_comes_back_until_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        for store in [CodeStore::in_folder(&folder.path().join("code")).unwrap(), CodeStore::in_memory()] {
            let id = "01927a00-0000-7000-8000-000000000000";
            assert_eq!(store.get(id).unwrap(), None);
            store.put(id, &files()).unwrap();
            assert_eq!(store.get(id).unwrap(), Some(files()));
            store.remove(id).unwrap();
            store.remove(id).unwrap();
            assert_eq!(store.get(id).unwrap(), None);
        }
        assert_eq!(std::fs::read_dir(folder.path().join("code")).unwrap().count(), 0);
    }

    #[test]
    fn no_other_file_can_be_named() {
        let folder = tempfile::tempdir().unwrap();
        let store = CodeStore::in_folder(folder.path()).unwrap();
        for id in ["", "../a", "a/b", "a.b", "x"] {
            assert!(store.put(id, &files()).is_err(), "{id}");
        }
    }
}
