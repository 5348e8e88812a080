//! Lines for the operator's log. Invariant: outside WebAssembly (unit tests) nothing is written and nothing fails.

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// What happens, step by step.
    Debug,
    /// What happened.
    Info,
    /// What the operator should look at.
    Warn,
    /// What went wrong.
    Error,
}

/// Writes a line; the host caps their number and size.
pub fn write(level: Level, message: &str) {
    #[cfg(target_arch = "wasm32")]
    {
        use crate::bindings::rule_pack::securecode::plugin::log;
        let at = match level {
            Level::Debug => log::Level::Debug,
            Level::Info => log::Level::Info,
            Level::Warn => log::Level::Warn,
            Level::Error => log::Level::Error,
        };
        if log::enabled(at) {
            log::write(at, message);
        }
    }
    #[cfg(not(target_arch = "wasm32"))]
    {
        let _ = (level, message);
    }
}

/// Makes a panic say where and why in the log before it traps. The exporting macros call it; a component has no other
/// way to be heard.
pub fn install_panic_hook() {
    #[cfg(target_arch = "wasm32")]
    {
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(|| std::panic::set_hook(Box::new(|info| write(Level::Error, &info.to_string()))));
    }
}
