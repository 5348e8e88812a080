//! A folder that is this user's alone. Invariant: what is read or written through it was made by this user, in a real
//! folder on which nobody else has rights.

use std::{
    fs::{self, DirBuilder, File, Metadata},
    io,
    path::{Path, PathBuf},
};

use crate::error::SandboxError;

/// The folder.
#[derive(Clone, Debug)]
pub struct PrivateFolder {
    path: PathBuf,
    owner: Owner,
}

/// A user's number, where the system has such.
type Owner = Option<u32>;

impl PrivateFolder {
    /// Opens the folder, making it with mode 0700 where it is missing, and checks that it is this user's alone.
    ///
    /// # Errors
    /// When the folder cannot be made or written, is a link, another user's, or others have rights on it.
    pub fn open(path: &Path) -> Result<Self, SandboxError> {
        let cannot = |cause| SandboxError::CacheFolder { path: path.to_path_buf(), cause };
        if fs::symlink_metadata(path).is_err() {
            make(path).map_err(cannot)?;
        }
        let facts = fs::symlink_metadata(path).map_err(cannot)?;
        let shared = || SandboxError::CacheFolderShared { path: path.to_path_buf() };
        if !is_private(&facts) {
            return Err(shared());
        }
        // Who this user is, a file shows that this process makes there.
        let probe = path.join(format!("{}.{:?}.probe", std::process::id(), std::thread::current().id()));
        let made = File::create(&probe).and_then(|file| file.metadata()).map_err(cannot)?;
        fs::remove_file(&probe).map_err(cannot)?;
        if owner(&made) != owner(&facts) {
            return Err(shared());
        }
        Ok(Self { path: path.to_path_buf(), owner: owner(&facts) })
    }

    /// Gives its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a file of the folder for reading, with its facts.
    ///
    /// # Errors
    /// When it is no file, or not this user's: then the folder is another one than that which was checked.
    pub fn open_file(&self, path: &Path) -> io::Result<(File, Metadata)> {
        let file = File::open(path)?;
        let facts = file.metadata()?;
        if !facts.is_file() || owner(&facts) != self.owner {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is no file of this user's"));
        }
        Ok((file, facts))
    }

    /// Makes a folder below this one, and those on the way to it.
    ///
    /// # Errors
    /// When the machine refuses.
    pub fn make_below(&self, path: &Path) -> io::Result<()> {
        make(path)
    }
}

#[cfg(unix)]
fn make(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(path)
}

/// Tells whether it is a real folder with no rights for others.
#[cfg(unix)]
fn is_private(facts: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    facts.is_dir() && facts.mode() & 0o077 == 0
}

#[cfg(not(unix))]
fn is_private(facts: &Metadata) -> bool {
    facts.is_dir()
}

#[cfg(unix)]
fn owner(facts: &Metadata) -> Owner {
    use std::os::unix::fs::MetadataExt as _;
    Some(facts.uid())
}

#[cfg(not(unix))]
fn owner(_: &Metadata) -> Owner {
    None
}
