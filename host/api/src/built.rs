//! The web pages as they were built, within this binary. Invariant: only files of the build are given.

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Built;

/// Gives a file of the build by its name; none where no pages were built.
pub(crate) fn file(name: &str) -> Option<Vec<u8>> {
    Built::get(name).map(|file| file.data.into_owned())
}
