//! Compiled components and modules on disk. Invariant: machine code is loaded only from a folder that this user alone can
//! write, from a file of this user's whose checksum holds for its name, which carries the digest of what was compiled and
//! the wasm engine's hash.

use std::{
    fs::{self, File, TryLockError},
    hash::{Hash as _, Hasher},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant, SystemTime},
};

use wasmtime::{Engine, Module, component::Component};

use crate::{error::SandboxError, private_folder::PrivateFolder};

const CHECKSUM_BYTES: usize = 32;
/// What is kept at most; the oldest go first.
const MAX_FILES: usize = 128;
const MAX_BYTES: u64 = 512 << 20;
const EXTENSION: &str = "compiled";
/// Ends the names of unfinished files.
const UNFINISHED: &str = "new";
/// Age from which an unfinished file belongs to no running process.
const ABANDONED_AFTER: Duration = Duration::from_secs(3600);
/// Who holds a lock on this file compiles a module for all.
const TURN: &str = "turn";
/// How long the compiling of another process is waited for.
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The folder.
#[derive(Debug)]
pub struct PrecompiledFolder {
    folder: PrivateFolder,
    engine_hash: String,
}

impl PrecompiledFolder {
    /// Opens the folder, making it where it is missing, and checks that nobody else can write it.
    ///
    /// # Errors
    /// When the folder cannot be made or read, or others have rights on it.
    pub fn open(path: &Path, engine: &Engine) -> Result<Self, SandboxError> {
        let folder = PrivateFolder::open(path)?;
        // Over wasmtime's version, the target, and all settings that code depends on.
        let mut hasher = EngineHasher(blake3::Hasher::new());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let engine_hash = hasher.0.finalize().to_hex().to_string();
        Ok(Self { folder, engine_hash })
    }

    /// Loads the compiled form of the component with this digest; `None` when there is none that can be used.
    #[expect(unsafe_code, reason = "machine code cannot be checked, only its origin can")]
    pub(crate) fn load(&self, engine: &Engine, digest: &str) -> Option<Component> {
        let bytes = self.read(digest)?;
        let code = bytes.get(CHECKSUM_BYTES..)?;
        // SAFETY: `deserialize` asks that the bytes come from `Component::serialize` of a compatible engine. The folder
        // and the file are this user's with mode 0700 on the folder, so `store` below wrote the file; the checksum says
        // that it is whole and has its own name, which carries the engine's hash, and wasmtime checks its header too.
        unsafe { Component::deserialize(engine, code) }.ok()
    }

    /// Gives the core module with this digest: its compiled form where there is one that can be used, else what
    /// `compile` gives, which is kept. Of several processes that want the same, one compiles and the others wait for it.
    ///
    /// # Errors
    /// What `compile` says.
    pub fn module(
        &self,
        engine: &Engine,
        digest: &str,
        compile: impl FnOnce() -> wasmtime::Result<Module>,
    ) -> wasmtime::Result<Module> {
        if let Some(module) = self.load_module(engine, digest) {
            return Ok(module);
        }
        let _turn = self.wait_for_turn();
        if let Some(module) = self.load_module(engine, digest) {
            return Ok(module);
        }
        let module = compile()?;
        let kept = module.serialize().map_err(io::Error::other).and_then(|code| self.write(&code, digest));
        if let Err(error) = kept {
            tracing::debug!(%error, "a compiled module is not kept");
        }
        Ok(module)
    }

    #[expect(unsafe_code, reason = "machine code cannot be checked, only its origin can")]
    fn load_module(&self, engine: &Engine, digest: &str) -> Option<Module> {
        let bytes = self.read(digest)?;
        let code = bytes.get(CHECKSUM_BYTES..)?;
        // SAFETY: as for components: only `module` writes to this user's folder, the checksum holds for the name, and
        // the engine's hash is in name and header.
        unsafe { Module::deserialize(engine, code) }.ok()
    }

    /// Waits until no other process compiles, in vain at most as long as that can take. The lock ends with the file, and
    /// with the process.
    fn wait_for_turn(&self) -> Option<File> {
        let file = File::create(self.folder.path().join(TURN)).ok()?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Some(file),
                Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => thread::sleep(LOOK_EVERY),
                // Two that compile the same cost time only.
                Err(TryLockError::WouldBlock | TryLockError::Error(_)) => return None,
            }
        }
    }

    /// Gives a whole file whose checksum, which comes first, holds.
    fn read(&self, digest: &str) -> Option<Vec<u8>> {
        let (file, facts) = self.folder.open_file(&self.file(digest)).ok()?;
        let mut bytes = Vec::with_capacity(usize::try_from(facts.len().min(MAX_BYTES)).ok()?);
        (&file).take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
        let (sum, code) = bytes.split_at_checked(CHECKSUM_BYTES)?;
        (self.checksum(digest, code).as_bytes() == sum).then_some(bytes)
    }

    /// Keeps the compiled form. The file appears whole or not at all; failing costs only time.
    pub(crate) fn store(&self, component: &Component, digest: &str) {
        let kept = component.serialize().map_err(io::Error::other).and_then(|code| self.write(&code, digest));
        if let Err(error) = kept {
            tracing::debug!(%error, "a compiled plugin is not kept");
        }
    }

    fn write(&self, code: &[u8], digest: &str) -> io::Result<()> {
        self.prune(code.len() as u64);
        let unfinished = format!("{digest}.{}.{:?}.{UNFINISHED}", std::process::id(), thread::current().id());
        let unfinished = self.folder.path().join(unfinished);
        let mut file = File::create(&unfinished)?;
        let done = file.write_all(self.checksum(digest, code).as_bytes()).and_then(|()| file.write_all(code));
        drop(file);
        let done = done.and_then(|()| fs::rename(&unfinished, self.file(digest)));
        if done.is_err() {
            // What is left over is removed by a later `prune` where it cannot be removed now.
            let _is_gone = fs::remove_file(&unfinished);
        }
        done
    }

    fn file(&self, digest: &str) -> PathBuf {
        let engine: String = self.engine_hash.chars().take(16).collect();
        self.folder.path().join(format!("{digest}-{engine}.{EXTENSION}"))
    }

    /// Hashes the code with what it was compiled from and by.
    fn checksum(&self, digest: &str, code: &[u8]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(digest.as_bytes()).update(self.engine_hash.as_bytes()).update(code);
        hasher.finalize()
    }

    /// Removes the oldest files when there are too many or they are too large, as if so many bytes were there already;
    /// and those that a process left unfinished.
    fn prune(&self, more_bytes: u64) {
        let mut files: Vec<(SystemTime, PathBuf, u64)> = Vec::new();
        for entry in fs::read_dir(self.folder.path()).into_iter().flatten().flatten() {
            let Ok(facts) = entry.metadata() else { continue };
            let (path, time) = (entry.path(), facts.modified().unwrap_or(SystemTime::UNIX_EPOCH));
            let ends_with = |extension: &str| facts.is_file() && path.extension().is_some_and(|end| end == extension);
            if ends_with(EXTENSION) {
                files.push((time, path, facts.len()));
            } else if ends_with(UNFINISHED) && time.elapsed().is_ok_and(|age| age > ABANDONED_AFTER) {
                // Another process may have been faster.
                let _is_gone = fs::remove_file(&path);
            }
        }
        files.sort();
        let mut number = files.len() + 1;
        let mut size_bytes = files.iter().map(|(_, _, size)| size).sum::<u64>().saturating_add(more_bytes);
        for (_, path, size) in &files {
            if number <= MAX_FILES && size_bytes <= MAX_BYTES {
                break;
            }
            if fs::remove_file(path).is_ok() || !path.exists() {
                number -= 1;
                size_bytes = size_bytes.saturating_sub(*size);
            }
        }
    }
}

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
