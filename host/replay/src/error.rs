//! Why the interpreter cannot be had. Invariant: each message names the file and what can be done.

use std::path::PathBuf;

use sandbox::error::SandboxError;

type Cause = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Says why no counterexample can be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The module is not there, or cannot be read.
    #[error("cannot read {}; `cargo xtask setup` fetches it", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
        /// What the machine says.
        #[source]
        cause: std::io::Error,
    },
    /// The file is another one than the pinned.
    #[error("{} is not the interpreter that is pinned: its BLAKE3 hash is {found}", path.display())]
    OtherHash {
        /// The file.
        path: PathBuf,
        /// Its hash, hexadecimal.
        found: String,
    },
    /// The file is larger than an interpreter may be.
    #[error("{} has {size_bytes} bytes, which is too much", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        size_bytes: u64,
    },
    /// The module does not compile, or asks for what it is not given.
    #[error("{} is no interpreter that can be run here", path.display())]
    Incompatible {
        /// The file.
        path: PathBuf,
        /// What the wasm engine says.
        #[source]
        cause: Cause,
    },
    /// The folder for the compiled module cannot be used.
    #[error("the compiled interpreter cannot be kept")]
    Folder(#[source] SandboxError),
    /// The machine refuses what the wasm engine needs.
    #[error("the wasm engine does not start")]
    Engine(#[source] Cause),
}
