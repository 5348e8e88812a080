//! Plugins' own errors. Invariant: one to one; texts from a guest are cut to the length of a message.

use crate::{
    bindings::imports::securecode::plugin::types,
    limits::{MAX_MESSAGE_BYTES, truncated},
    stage::PluginError,
};

pub(crate) fn to_guest(error: PluginError) -> types::PluginError {
    match error {
        PluginError::Unsupported(what) => types::PluginError::Unsupported(what),
        PluginError::BadOption { name, reason } => types::PluginError::BadOption((name, reason)),
        PluginError::Capability(reason) => types::PluginError::Capability(reason),
        PluginError::Other(reason) => types::PluginError::Other(reason),
    }
}

pub(crate) fn from_guest(error: types::PluginError) -> PluginError {
    let cut = |text| truncated(text, MAX_MESSAGE_BYTES);
    match error {
        types::PluginError::Unsupported(what) => PluginError::Unsupported(cut(what)),
        types::PluginError::BadOption((name, reason)) => {
            PluginError::BadOption { name: cut(name), reason: cut(reason) }
        }
        types::PluginError::Capability(reason) => PluginError::Capability(cut(reason)),
        types::PluginError::Other(reason) => PluginError::Other(cut(reason)),
    }
}
