//! Plugins that mean harm or are broken. Invariant: each costs its own call and nothing else: a typed error within its
//! time, and a good pack works right after.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod cache;
#[path = "../support/guest.rs"]
mod guest;
#[path = "../support/image.rs"]
mod image;
mod loading;
mod rules;
mod stages;

use sandbox::{
    pack::{Match, Pack, SourceFile},
    sandbox::{Sandbox, SandboxConfig},
};

use guest::PackText;

/// Starts a sandbox as the product does.
fn sandbox() -> Sandbox {
    Sandbox::start(SandboxConfig::default()).unwrap()
}

/// Loads a pack whose `check` does nothing.
fn good_pack(sandbox: &Sandbox) -> Pack {
    sandbox.load_pack("good", &PackText::default().component()).unwrap()
}

/// The file that is checked.
fn file() -> SourceFile<'static> {
    SourceFile { path: "a.py", module: Some("a"), text: "x = 'é'\n", tree: &[1, 2, 3, 4], imports: &[] }
}

/// A match in that file.
fn matched() -> Match {
    Match { rule: 0, interest: 0, span: model::span::Span::new(0, 1), node: 0, name: String::new(), path: Vec::new() }
}
