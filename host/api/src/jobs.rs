//! Scans that run behind the requests. Invariant: a scan's state is the store's; what is here of a running one is its
//! progress, and the wish that it stops.

mod runner;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use engine::{engine::Engine, observer::Observer, snapshot::Snapshot};
use model::{finding::Finding, report::Stage};
use store::{Millis, Store, code::CodeStore, error::StoreError};
use tokio::sync::{Notify, Semaphore};

use crate::wire::scan::FindingRow;

/// Most scans that wait.
pub(crate) const MAX_QUEUED: u64 = 200;

/// Most findings that are told while a scan runs; the others come with its end.
const MAX_TOLD: usize = 20_000;

/// The jobs of a server.
pub(crate) struct Jobs {
    pub(crate) engine: Arc<Engine>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) code: Arc<CodeStore>,
    /// How long code is kept after a scan.
    pub(crate) retention: Duration,
    /// Shared with `/analyze`.
    pub(crate) running: Arc<Semaphore>,
    live: Mutex<HashMap<String, Arc<Live>>>,
    wake: Notify,
    is_stopping: AtomicBool,
}

/// A running scan.
pub(crate) struct Live {
    /// Tells this run of the scan from an earlier one, before a restart.
    pub(crate) run: Millis,
    snapshot: Snapshot,
    is_cancelled: AtomicBool,
    stage: Mutex<Option<Stage>>,
    done: AtomicUsize,
    total: AtomicUsize,
    findings: Mutex<Vec<FindingRow>>,
}

/// How far a scan is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) stage: Option<Stage>,
    pub(crate) done: usize,
    pub(crate) total: usize,
}

impl Live {
    pub(crate) fn new(snapshot: Snapshot) -> Self {
        Self {
            run: now(),
            snapshot,
            is_cancelled: AtomicBool::new(false),
            stage: Mutex::default(),
            done: AtomicUsize::new(0),
            total: AtomicUsize::new(0),
            findings: Mutex::default(),
        }
    }

    /// Tells how far it is.
    pub(crate) fn progress(&self) -> Progress {
        let stage = *self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        let total = self.total.load(Ordering::Relaxed);
        Progress { stage, done: self.done.load(Ordering::Relaxed).min(total), total }
    }

    /// Gives what is known of findings so far, from one entry on; a later entry of the same finding knows more.
    pub(crate) fn findings_from(&self, number: usize) -> Vec<FindingRow> {
        let findings = self.findings.lock().unwrap_or_else(PoisonError::into_inner);
        findings.iter().skip(number).cloned().collect()
    }
}

impl Observer for Live {
    fn stage_started(&self, stage: Stage, units: usize) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = Some(stage);
        self.done.store(0, Ordering::Relaxed);
        self.total.store(units, Ordering::Relaxed);
    }

    fn unit_done(&self, _: Stage) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    fn finding(&self, number: usize, finding: &Finding) {
        let mut findings = self.findings.lock().unwrap_or_else(PoisonError::into_inner);
        if findings.len() < MAX_TOLD {
            findings.push(FindingRow::new(&self.snapshot, finding, u32::try_from(number).unwrap_or(u32::MAX)));
        }
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }
}

impl Jobs {
    pub(crate) fn new(
        engine: Arc<Engine>,
        (store, code): (Arc<dyn Store>, Arc<CodeStore>),
        (retention, running): (Duration, Arc<Semaphore>),
    ) -> Self {
        Self {
            engine,
            store,
            code,
            retention,
            running,
            live: Mutex::default(),
            wake: Notify::new(),
            is_stopping: AtomicBool::new(false),
        }
    }

    /// Gives a running scan.
    pub(crate) fn live(&self, id: &str) -> Option<Arc<Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Says that a scan was added.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Stops a scan that waits or runs.
    pub(crate) async fn cancel(&self, id: &str) -> Result<(), StoreError> {
        if self.store.cancel_queued(id, now()).await? {
            return Ok(());
        }
        if let Some(live) = self.live(id) {
            live.is_cancelled.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Stops everything that runs; it goes on when the server is started again.
    pub(crate) fn stop(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
        for live in self.live.lock().unwrap_or_else(PoisonError::into_inner).values() {
            live.is_cancelled.store(true, Ordering::Relaxed);
        }
        self.wake.notify_one();
    }

    /// Tells whether the server is being stopped.
    pub(crate) fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }

    /// Tells whether nothing runs.
    pub(crate) fn is_idle(&self) -> bool {
        self.live.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

/// Gives the time.
pub(crate) fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
}
