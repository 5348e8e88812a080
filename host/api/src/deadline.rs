//! A scan that must end in time. Invariant: what is cut off is reported by the engine as a fault, never as done.

use std::time::{Duration, Instant};

use engine::observer::Observer;

/// Cancels a scan when its time is up.
pub(crate) struct Deadline {
    end: Instant,
}

impl Deadline {
    /// Starts the clock.
    pub(crate) fn after(limit: Duration) -> Self {
        Self { end: Instant::now() + limit }
    }
}

impl Observer for Deadline {
    fn is_cancelled(&self) -> bool {
        Instant::now() >= self.end
    }
}
