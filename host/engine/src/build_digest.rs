//! What computes a scan's answers, as hashes. Invariant: two builds that could answer differently have different ones.

use crate::{embedded::PLUGINS, plugins::Plugins};

/// The hashes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BuildDigest {
    /// The host: its version, its sources with all that they depend on, and the solver.
    pub(crate) host: [u8; 32],
    /// The host, the stages, and all packs in their order with their rules' specifications.
    pub(crate) all: [u8; 32],
}

impl BuildDigest {
    /// Hashes the host and the installed plugins.
    pub(crate) fn new(plugins: &Plugins) -> Self {
        let host = digest(
            [env!("CARGO_PKG_VERSION"), env!("SECURECODE_SOURCES"), verify::solver_version::get()]
                .into_iter()
                .map(str::as_bytes),
        );
        let embedded = PLUGINS.iter().flat_map(|(name, bytes)| [name.as_bytes(), bytes]);
        let packs = plugins.packs.iter().flat_map(|pack| [pack.info().name.as_bytes(), pack.info().digest.as_bytes()]);
        let all = digest(std::iter::once(&host[..]).chain(embedded).chain(packs));
        Self { host, all }
    }
}

fn digest<'a>(parts: impl Iterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}
