//! `securecode cache`. Invariant: only what earlier runs kept is touched, never anything that cannot be made again.

use anyhow::Context as _;
use engine::store;

use crate::{
    cli::{CacheAction, CacheArgs},
    commands::Globals,
    exit::Outcome,
};

/// Shows or removes what is kept.
pub(crate) fn run(globals: &Globals, args: &CacheArgs) -> anyhow::Result<Outcome> {
    let folder = globals.cache_dir().context("no cache folder is in use")?;
    match args.what {
        CacheAction::Info => {
            anstream::println!("{}", folder.display());
            for usage in store::usage(folder) {
                anstream::println!(
                    "{:13} {:>8} entries {:>12} bytes",
                    usage.kind.as_str(),
                    usage.entries,
                    usage.size_bytes
                );
            }
        }
        CacheAction::Clear => {
            store::clear(folder).with_context(|| format!("cannot remove the results in {}", folder.display()))?;
        }
    }
    Ok(Outcome::Clean)
}
