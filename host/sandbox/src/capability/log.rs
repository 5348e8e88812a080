//! The interface `log`. Invariant: a call writes a bounded number of bounded lines; the rest is counted.

use tracing::Level;

use crate::{
    bindings::imports::securecode::plugin::log::{Host, Level as GuestLevel},
    guest::Guest,
    limits::truncated,
};

impl Host for Guest {
    fn enabled(&mut self, at: GuestLevel) -> wasmtime::Result<bool> {
        Ok(self.log.written < self.limits.log_lines && is_enabled(at))
    }

    fn write(&mut self, at: GuestLevel, message: String) -> wasmtime::Result<()> {
        if at == GuestLevel::Error {
            self.log.last_error = Some(truncated(message.clone(), MAX_LINE_BYTES));
        }
        if self.log.written >= self.limits.log_lines {
            self.log.dropped += 1;
            return Ok(());
        }
        if !is_enabled(at) {
            return Ok(());
        }
        self.log.written += 1;
        let message = truncated(message, MAX_LINE_BYTES);
        let plugin = self.identity.plugin.as_str();
        match at {
            GuestLevel::Trace => tracing::trace!(plugin.id = plugin, "{message}"),
            GuestLevel::Debug => tracing::debug!(plugin.id = plugin, "{message}"),
            GuestLevel::Info => tracing::info!(plugin.id = plugin, "{message}"),
            GuestLevel::Warn => tracing::warn!(plugin.id = plugin, "{message}"),
            GuestLevel::Error => tracing::error!(plugin.id = plugin, "{message}"),
        }
        Ok(())
    }
}

const MAX_LINE_BYTES: usize = 2 << 10;

fn is_enabled(at: GuestLevel) -> bool {
    match at {
        GuestLevel::Trace => tracing::enabled!(Level::TRACE),
        GuestLevel::Debug => tracing::enabled!(Level::DEBUG),
        GuestLevel::Info => tracing::enabled!(Level::INFO),
        GuestLevel::Warn => tracing::enabled!(Level::WARN),
        GuestLevel::Error => tracing::enabled!(Level::ERROR),
    }
}
