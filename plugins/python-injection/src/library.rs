//! What the pack says of libraries: where untrusted data enters, what makes it harmless, and what calls return.
//! Invariant: a statement here holds for every use of the name; what depends on the use belongs to a rule.

mod local;
mod neutral;
mod types;
mod web;

use securecode_sdk::Library;

/// Gathers the specifications.
pub(crate) fn library() -> Library {
    let mut sources = web::frameworks();
    sources.extend(local::of_the_starter());
    Library {
        sources,
        sanitizers: neutral::sanitizers(),
        propagators: neutral::propagators(),
        return_types: types::return_types(),
    }
}
