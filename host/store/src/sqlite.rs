//! The store in SQLite. Invariant: all changes of one call are one transaction.

mod facets;
mod findings;
mod scans;
#[cfg(test)]
mod tests;
mod triage;

use std::{fs, path::Path, time::Duration};

use async_trait::async_trait;
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{
    Millis, Store,
    error::StoreError,
    findings::{Facets, FindingId, NewFinding, Page, Query, StoredFinding},
    scans::{Ending, NewScan, Scan, TrendPoint},
    triage::{Decision, Judgement},
};

/// Connections of a database on disk; one writes at a time.
const CONNECTIONS: u32 = 8;
/// What each connection keeps in memory of the file: 32 MiB, as SQLite writes it.
const CACHE: &str = "-32768";
/// How long a change waits for another.
const BUSY: Duration = Duration::from_secs(10);

/// A database.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    pool: SqlitePool,
}

impl SqliteStore {
    /// Opens a database file, which is made when it is not there, and brings its form up to date.
    ///
    /// # Errors
    /// When the folder or the file cannot be used, or is of a newer version.
    pub async fn open(file: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(|cause| StoreError::File { path: folder.to_path_buf(), cause })?;
        }
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .pragma("cache_size", CACHE)
            .busy_timeout(BUSY);
        let store = Self { pool: SqlitePoolOptions::new().max_connections(CONNECTIONS).connect_with(options).await? };
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let failed = |cause| StoreError::File { path: file.to_path_buf(), cause };
            fs::set_permissions(file, fs::Permissions::from_mode(0o600)).map_err(failed)?;
        }
        store.migrate().await
    }

    /// Makes a database that ends with the process.
    ///
    /// # Errors
    /// When SQLite fails.
    pub async fn in_memory() -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new().in_memory(true).foreign_keys(true);
        // A database in memory is its connection's.
        let pool = SqlitePoolOptions::new().max_connections(1).min_connections(1);
        let pool = pool.idle_timeout(None).max_lifetime(None).connect_with(options).await?;
        Self { pool }.migrate().await
    }

    async fn migrate(self) -> Result<Self, StoreError> {
        sqlx::migrate!().run(&self.pool).await?;
        Ok(self)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn add_scan(&self, scan: &NewScan) -> Result<(), StoreError> {
        scans::add(&self.pool, scan).await
    }

    async fn add_scan_once(
        &self,
        scan: &NewScan,
        key: &str,
        body: &str,
    ) -> Result<Option<(String, String)>, StoreError> {
        scans::add_once(&self.pool, scan, (key, body)).await
    }

    async fn scan(&self, id: &str) -> Result<Option<Scan>, StoreError> {
        scans::one(&self.pool, id).await
    }

    async fn scans(&self, name: Option<&str>, before: Option<&str>, limit: u32) -> Result<Vec<Scan>, StoreError> {
        scans::newest(&self.pool, (name, before), limit).await
    }

    async fn queued(&self, before: Option<&str>) -> Result<u64, StoreError> {
        scans::queued(&self.pool, before).await
    }

    async fn claim(&self, now: Millis) -> Result<Option<Scan>, StoreError> {
        scans::claim(&self.pool, now).await
    }

    async fn requeue(&self) -> Result<u64, StoreError> {
        scans::requeue(&self.pool).await
    }

    async fn put_back(&self, id: &str) -> Result<(), StoreError> {
        scans::put_back(&self.pool, id).await
    }

    async fn finish(&self, id: &str, ending: &Ending, findings: &[NewFinding]) -> Result<(), StoreError> {
        scans::finish(&self.pool, id, (ending, findings)).await
    }

    async fn cancel_queued(&self, id: &str, now: Millis) -> Result<bool, StoreError> {
        scans::cancel_queued(&self.pool, id, now).await
    }

    async fn remove(&self, id: &str) -> Result<(), StoreError> {
        scans::remove(&self.pool, id).await
    }

    async fn overdue(&self, now: Millis) -> Result<Vec<String>, StoreError> {
        scans::overdue(&self.pool, now).await
    }

    async fn code_removed(&self, id: &str) -> Result<(), StoreError> {
        scans::code_removed(&self.pool, id).await
    }

    async fn findings(&self, scan: &str, query: &Query) -> Result<Page, StoreError> {
        findings::page(&self.pool, scan, query).await
    }

    async fn facets(&self, scan: &str, query: &Query) -> Result<Facets, StoreError> {
        facets::facets(&self.pool, scan, query).await
    }

    async fn finding(&self, id: &FindingId, now: Millis) -> Result<Option<StoredFinding>, StoreError> {
        findings::one(&self.pool, id, now).await
    }

    async fn portion(
        &self,
        scan: &str,
        after: Option<u32>,
        (limit, now): (u32, Millis),
    ) -> Result<Vec<StoredFinding>, StoreError> {
        findings::portion(&self.pool, scan, (after, limit, now)).await
    }

    async fn neighbours(&self, id: &FindingId, query: &Query) -> Result<(Option<u32>, Option<u32>), StoreError> {
        findings::neighbours(&self.pool, id, query).await
    }

    async fn by_path(&self, scan: &str) -> Result<Vec<(String, u32)>, StoreError> {
        findings::by_path(&self.pool, scan).await
    }

    async fn decide(&self, scan: &str, numbers: &[u32], decision: &Decision) -> Result<u32, StoreError> {
        triage::decide(&self.pool, scan, (numbers, decision)).await
    }

    async fn history(&self, id: &FindingId) -> Result<Vec<Judgement>, StoreError> {
        triage::history(&self.pool, id).await
    }

    async fn trend(&self, name: &str, now: Millis) -> Result<Vec<TrendPoint>, StoreError> {
        triage::trend(&self.pool, name, now).await
    }
}
