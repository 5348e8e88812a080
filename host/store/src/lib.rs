//! Keeps scans, their findings and what people decided about them. Invariant: nothing here knows HTTP or the engine; what
//! is kept is plain data, and a caller sees a change either whole or not at all.

pub mod code;
pub mod error;
pub mod findings;
pub mod scans;
pub mod sqlite;
pub mod triage;

use async_trait::async_trait;

use crate::{
    error::StoreError,
    findings::{Facets, FindingId, NewFinding, Page, Query, StoredFinding},
    scans::{Ending, NewScan, Scan, TrendPoint},
    triage::{Decision, Judgement},
};

/// Milliseconds since 1970 in UTC.
pub type Millis = i64;

/// A database of scans. All times are given by the caller, so that tests choose them.
#[async_trait]
pub trait Store: Send + Sync {
    /// Adds a queued scan.
    async fn add_scan(&self, scan: &NewScan) -> Result<(), StoreError>;
    /// Adds a queued scan under a key that a client chose, unless the key is known: then gives what it stands for, the
    /// scan and the hash of the request's body.
    async fn add_scan_once(
        &self,
        scan: &NewScan,
        key: &str,
        body: &str,
    ) -> Result<Option<(String, String)>, StoreError>;
    /// Gives one scan.
    async fn scan(&self, id: &str) -> Result<Option<Scan>, StoreError>;
    /// Gives the newest scans, those before `before` and of a name when given.
    async fn scans(&self, name: Option<&str>, before: Option<&str>, limit: u32) -> Result<Vec<Scan>, StoreError>;
    /// Counts the queued scans, those older than `before` when given.
    async fn queued(&self, before: Option<&str>) -> Result<u64, StoreError>;
    /// Takes the oldest queued scan, which runs from now on.
    async fn claim(&self, now: Millis) -> Result<Option<Scan>, StoreError>;
    /// Puts scans back into the queue that no process runs any more.
    async fn requeue(&self) -> Result<u64, StoreError>;
    /// Puts one running scan back into the queue.
    async fn put_back(&self, id: &str) -> Result<(), StoreError>;
    /// Ends a scan, with what it found.
    async fn finish(&self, id: &str, ending: &Ending, findings: &[NewFinding]) -> Result<(), StoreError>;
    /// Ends a scan that is queued; `false` when it is not queued.
    async fn cancel_queued(&self, id: &str, now: Millis) -> Result<bool, StoreError>;
    /// Removes a scan and its findings; what people decided about them stays.
    async fn remove(&self, id: &str) -> Result<(), StoreError>;
    /// Names the scans whose code's time is over.
    async fn overdue(&self, now: Millis) -> Result<Vec<String>, StoreError>;
    /// Takes note that a scan's code is gone.
    async fn code_removed(&self, id: &str) -> Result<(), StoreError>;

    /// Gives findings of a scan, page by page, in a stable order.
    async fn findings(&self, scan: &str, query: &Query) -> Result<Page, StoreError>;
    /// Counts the findings of a scan by what they can be filtered by.
    async fn facets(&self, scan: &str, query: &Query) -> Result<Facets, StoreError>;
    /// Gives one finding.
    async fn finding(&self, id: &FindingId, now: Millis) -> Result<Option<StoredFinding>, StoreError>;
    /// Gives findings of a scan in full, by number: the first `limit` behind `after`, without those that are proved safe.
    async fn portion(
        &self,
        scan: &str,
        after: Option<u32>,
        (limit, now): (u32, Millis),
    ) -> Result<Vec<StoredFinding>, StoreError>;
    /// Gives the numbers of the findings before and after one in the order of a query.
    async fn neighbours(&self, id: &FindingId, query: &Query) -> Result<(Option<u32>, Option<u32>), StoreError>;
    /// Counts the findings of a scan for each path.
    async fn by_path(&self, scan: &str) -> Result<Vec<(String, u32)>, StoreError>;

    /// Records what people decided about findings of a scan; gives how many findings there are of these numbers.
    async fn decide(&self, scan: &str, numbers: &[u32], decision: &Decision) -> Result<u32, StoreError>;
    /// Gives all that was decided about a finding, the newest first.
    async fn history(&self, id: &FindingId) -> Result<Vec<Judgement>, StoreError>;
    /// Counts the open findings of the completed scans of a name, the oldest first.
    async fn trend(&self, name: &str, now: Millis) -> Result<Vec<TrendPoint>, StoreError>;
}
