//! Compiled components on disk. Invariant: machine code is loaded only from a folder that this user alone can write,
//! from a file whose checksum holds and whose name carries the component's digest and the wasm engine's hash.

use std::{
    fs::{self, DirBuilder, File},
    hash::{Hash as _, Hasher},
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::SystemTime,
};

use wasmtime::{Engine, Module, component::Component};

use crate::error::SandboxError;

/// The folder.
#[derive(Debug)]
pub struct PrecompiledFolder {
    path: PathBuf,
    engine_hash: String,
}

impl PrecompiledFolder {
    /// Opens the folder, making it where it is missing, and checks that nobody else can write it.
    ///
    /// # Errors
    /// When the folder cannot be made or read, or others have rights on it.
    pub fn open(path: &Path, engine: &Engine) -> Result<Self, SandboxError> {
        let cannot = |cause| SandboxError::CacheFolder { path: path.to_path_buf(), cause };
        if !path.exists() {
            make_private(path).map_err(cannot)?;
        }
        if !is_private(path).map_err(cannot)? {
            return Err(SandboxError::CacheFolderShared { path: path.to_path_buf() });
        }
        let mut hasher = EngineHasher(blake3::Hasher::new());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let engine_hash = hasher.0.finalize().to_hex().chars().take(16).collect();
        Ok(Self { path: path.to_path_buf(), engine_hash })
    }

    /// Loads the compiled form of the component with this digest; `None` when there is none that can be used.
    #[expect(unsafe_code, reason = "machine code cannot be checked, only its origin can")]
    pub(crate) fn load(&self, engine: &Engine, digest: &str) -> Option<Component> {
        let bytes = self.read(digest)?;
        let code = bytes.get(CHECKSUM_BYTES..)?;
        // SAFETY: `deserialize` asks that the bytes come from `Component::serialize` of a compatible engine. The folder
        // is this user's with mode 0700, so `store` below wrote the file; the checksum says that it is whole; name and
        // header carry the engine's hash, which wasmtime checks too.
        unsafe { Component::deserialize(engine, code) }.ok()
    }

    /// Loads the compiled form of the core module with this digest; `None` when there is none that can be used.
    #[expect(unsafe_code, reason = "machine code cannot be checked, only its origin can")]
    pub fn load_module(&self, engine: &Engine, digest: &str) -> Option<Module> {
        let bytes = self.read(digest)?;
        let code = bytes.get(CHECKSUM_BYTES..)?;
        // SAFETY: as for components: only `store_module` writes to this user's folder, the checksum holds, and the
        // engine's hash is in name and header.
        unsafe { Module::deserialize(engine, code) }.ok()
    }

    /// Gives a whole file whose checksum, which comes first, holds.
    fn read(&self, digest: &str) -> Option<Vec<u8>> {
        let bytes = fs::read(self.file(digest)).ok()?;
        let (checksum, code) = bytes.split_at_checked(CHECKSUM_BYTES)?;
        (blake3::hash(code).as_bytes() == checksum).then_some(bytes)
    }

    /// Keeps the compiled form. The file appears whole or not at all; failing costs only time.
    pub(crate) fn store(&self, component: &Component, digest: &str) {
        let kept = component.serialize().map_err(io::Error::other).and_then(|code| self.write(&code, digest));
        if let Err(error) = kept {
            tracing::debug!(%error, "a compiled plugin is not kept");
        }
    }

    /// Keeps the compiled form of a core module, as `store` does a component's.
    pub fn store_module(&self, module: &Module, digest: &str) {
        let kept = module.serialize().map_err(io::Error::other).and_then(|code| self.write(&code, digest));
        if let Err(error) = kept {
            tracing::debug!(%error, "a compiled module is not kept");
        }
    }

    fn write(&self, code: &[u8], digest: &str) -> io::Result<()> {
        self.prune()?;
        let unfinished =
            self.path.join(format!("{digest}.{}.{:?}.new", std::process::id(), std::thread::current().id()));
        let mut file = File::create(&unfinished)?;
        file.write_all(blake3::hash(code).as_bytes())?;
        file.write_all(code)?;
        drop(file);
        fs::rename(&unfinished, self.file(digest))
    }

    fn file(&self, digest: &str) -> PathBuf {
        self.path.join(format!("{digest}-{}.compiled", self.engine_hash))
    }

    /// Removes the oldest files when there are too many.
    fn prune(&self) -> io::Result<()> {
        let mut files: Vec<(SystemTime, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&self.path)?.flatten() {
            let Ok(facts) = entry.metadata() else { continue };
            if facts.is_file() {
                files.push((facts.modified().unwrap_or(SystemTime::UNIX_EPOCH), entry.path()));
            }
        }
        files.sort();
        let surplus = (files.len() + 1).saturating_sub(MAX_FILES);
        for (_, path) in files.iter().take(surplus) {
            fs::remove_file(path)?;
        }
        Ok(())
    }
}

const CHECKSUM_BYTES: usize = 32;
const MAX_FILES: usize = 128;

/// Turns what wasmtime hashes into a hash that is the same in every process.
struct EngineHasher(blake3::Hasher);

impl Hasher for EngineHasher {
    fn finish(&self) -> u64 {
        let mut first = [0; 8];
        self.0.finalize_xof().fill(&mut first);
        u64::from_le_bytes(first)
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}

#[cfg(unix)]
fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_private(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(path)
}

/// Tells whether the folder is a real folder of this user with no rights for others. Who this user is, a file shows
/// that this process makes there.
#[cfg(unix)]
fn is_private(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let folder = fs::symlink_metadata(path)?;
    if !folder.is_dir() || folder.mode() & 0o077 != 0 {
        return Ok(false);
    }
    let probe = path.join(format!("{}.{:?}.probe", std::process::id(), std::thread::current().id()));
    let owner = File::create(&probe)?.metadata()?.uid();
    fs::remove_file(&probe)?;
    Ok(owner == folder.uid())
}

#[cfg(not(unix))]
fn is_private(path: &Path) -> io::Result<bool> {
    Ok(fs::symlink_metadata(path)?.is_dir())
}
