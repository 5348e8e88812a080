//! What the host keeps for one call of a plugin: its clock, its limits, its capabilities. Invariant: it lives as long
//! as one instance, so nothing of one call reaches the next.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use wasmtime::ResourceLimiter;

use crate::{about::Meter, capability::Granted, limits::Limits};

/// Why the host stops a guest.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    #[error("the deadline has passed")]
    Deadline,
    #[error("the memory limit is reached")]
    Memory,
    #[error("too many calls of `{capability}`")]
    TooManyCalls { capability: &'static str },
    #[error("the host's `{capability}` panicked")]
    HostPanicked { capability: &'static str },
}

/// Who is called and what its operator set.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) plugin: String,
    pub(crate) digest: String,
    pub(crate) imports: Vec<String>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) options: BTreeMap<String, String>,
}

/// The data of one store.
pub(crate) struct Guest {
    pub(crate) identity: Arc<Identity>,
    pub(crate) limits: Limits,
    pub(crate) granted: Granted,
    pub(crate) log: LogQuota,
    pub(crate) prover_calls: u32,
    pub(crate) llm_calls: u32,
    host_calls: u32,
    started: Instant,
    host_time: Duration,
}

/// What a call has logged.
#[derive(Debug, Default)]
pub(crate) struct LogQuota {
    pub(crate) written: u32,
    pub(crate) dropped: u64,
    /// The last line at level `error`: a guest's panic message.
    pub(crate) last_error: Option<String>,
}

impl Guest {
    pub(crate) fn new(identity: Arc<Identity>, limits: Limits, granted: Granted) -> Self {
        Self {
            identity,
            limits,
            granted,
            log: LogQuota::default(),
            prover_calls: 0,
            llm_calls: 0,
            host_calls: 0,
            started: Instant::now(),
            host_time: Duration::ZERO,
        }
    }

    /// Gives the time that the guest itself took so far.
    pub(crate) fn guest_time(&self) -> Duration {
        self.started.elapsed().saturating_sub(self.host_time)
    }

    /// Gives the time that the guest itself may still take; `None` when it is over.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        self.limits.deadline.checked_sub(self.guest_time()).filter(|left| !left.is_zero())
    }

    /// Runs a capability on the host's time; its panic stops the guest and nothing else.
    pub(crate) fn on_host_time<R>(
        &mut self,
        capability: &'static str,
        work: impl FnOnce(&Granted) -> R,
    ) -> wasmtime::Result<R> {
        self.host_calls += 1;
        if self.host_calls > self.limits.host_calls {
            return Err(Stop::TooManyCalls { capability }.into());
        }
        let start = Instant::now();
        let answer = catch_unwind(AssertUnwindSafe(|| work(&self.granted)));
        self.host_time += start.elapsed();
        answer.map_err(|_| Stop::HostPanicked { capability }.into())
    }
}

impl ResourceLimiter for Guest {
    fn memory_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        if desired > self.limits.memory_bytes { Err(Stop::Memory.into()) } else { Ok(true) }
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        if desired > MAX_TABLE_ELEMENTS { Err(Stop::Memory.into()) } else { Ok(true) }
    }

    fn instances(&self) -> usize {
        16
    }

    fn tables(&self) -> usize {
        16
    }

    fn memories(&self) -> usize {
        4
    }
}

const MAX_TABLE_ELEMENTS: usize = 20_000;
