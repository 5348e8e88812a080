//! Where things lie in the checkout. Invariant: every path that a task reads or writes starts at `root`.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The checkout's top folder.
pub(crate) fn root() -> PathBuf {
    let manifest =
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest.ancestors().nth(2).map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Downloaded tools: Z3, virtual environments. Ignored by git.
pub(crate) fn tools() -> PathBuf {
    root().join(".tools")
}

/// The cargo workspace of the plugins.
pub(crate) fn plugins() -> PathBuf {
    root().join("plugins")
}

/// The folder of built components, which the host's build embeds.
pub(crate) fn components() -> PathBuf {
    env::var_os("SECURECODE_PLUGINS_DIR").map_or_else(|| root().join("target/plugins"), PathBuf::from)
}

/// The host's target folder, which `CARGO_TARGET_DIR` may move.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}
