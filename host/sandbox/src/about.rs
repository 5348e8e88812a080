//! What can be said of a loaded plugin. Invariant: what it imports is read off the component, not off its own word.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// A loaded plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginAbout {
    /// Its name.
    pub name: String,
    /// BLAKE3 of the component, hexadecimal.
    pub digest: String,
    /// The interfaces with functions that it imports; all of them are granted to its kind.
    pub imports: Vec<String>,
    /// What its calls took since it was loaded, or for a scan since that began.
    pub spent: Spent,
}

/// What calls of a plugin took together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// The calls.
    pub calls: u64,
    /// Those that a trap or a limit ended.
    pub failures: u64,
    /// The guest's own time, without the host's work for it.
    pub guest_time: Duration,
}

/// Counts what a plugin's calls take.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    /// The one that counts the same calls and more.
    whole: Option<Arc<Meter>>,
    calls: AtomicU64,
    failures: AtomicU64,
    guest_us: AtomicU64,
}

impl Meter {
    /// Begins to count a part of what `whole` counts.
    pub(crate) fn part_of(whole: Arc<Self>) -> Self {
        Self { whole: Some(whole), ..Self::default() }
    }

    pub(crate) fn call(&self, guest_time: Duration) {
        if let Some(whole) = &self.whole {
            whole.call(guest_time);
        }
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.guest_us.fetch_add(u64::try_from(guest_time.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(crate) fn failure(&self) {
        if let Some(whole) = &self.whole {
            whole.failure();
        }
        self.failures.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn spent(&self) -> Spent {
        Spent {
            calls: self.calls.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
            guest_time: Duration::from_micros(self.guest_us.load(Ordering::Relaxed)),
        }
    }
}
