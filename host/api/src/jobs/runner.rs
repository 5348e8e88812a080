//! Runs queued scans, the oldest first, and forgets code whose time is over. Invariant: a scan that this process began is
//! ended or put back before the process ends.

use std::{
    sync::{Arc, PoisonError, atomic::Ordering},
    time::Duration,
};

use engine::{engine::Outcome, error::EngineError, snapshot::Snapshot};
use model::{
    finding::Finding,
    scan::{NewScan, SourceText},
};
use store::{
    error::StoreError,
    findings::NewFinding,
    scans::{Ending, Scan, Status},
};

use super::{Jobs, Live, now};
use crate::{
    error_text::error_chain,
    upload::UploadOptions,
    wire::{
        cost::ScanSummaryJson,
        finding::FindingJson,
        sarif,
        scan::FindingRow,
        scan_report::{FaultJson, summary},
    },
};

/// How often the queue and the code are looked at when nobody says anything.
const PAUSE: Duration = Duration::from_secs(30);
/// Largest file of a scan that is analysed, in bytes.
const MAX_FILE_BYTES: u64 = 16 << 20;

impl Jobs {
    /// Works until the server stops. Scans that an earlier process left running come first.
    pub(crate) async fn run(self: Arc<Self>) {
        self.told(self.store.requeue().await);
        loop {
            self.forget_code().await;
            while let Some(scan) = self.next().await {
                let Ok(permit) = self.running.clone().acquire_owned().await else { return };
                let jobs = self.clone();
                tokio::spawn(async move {
                    jobs.run_one(scan).await;
                    drop(permit);
                    jobs.wake();
                });
            }
            if self.is_stopping.load(Ordering::Relaxed) {
                return;
            }
            tokio::select! {
                () = self.wake.notified() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    /// Takes the next scan when there is room for it.
    async fn next(&self) -> Option<Scan> {
        if self.is_stopping.load(Ordering::Relaxed) || self.running.available_permits() == 0 {
            return None;
        }
        self.told(self.store.claim(now()).await).flatten()
    }

    /// Logs what went wrong with the store.
    fn told<T>(&self, result: Result<T, StoreError>) -> Option<T> {
        result.inspect_err(|error| tracing::error!(error = error_chain(error), "what is kept cannot be used")).ok()
    }

    async fn forget_code(&self) {
        for id in self.told(self.store.overdue(now()).await).unwrap_or_default() {
            if self.told(self.code.remove(&id)).is_some() {
                self.told(self.store.code_removed(&id).await);
            }
        }
    }

    async fn run_one(&self, scan: Scan) {
        let id = scan.id.clone();
        let files = match self.code.get(&id) {
            Ok(Some(files)) => files,
            Ok(None) => return self.fail(&id, "its code is gone").await,
            Err(error) => {
                tracing::error!(error = error_chain(&error), "a scan's code cannot be read");
                return self.fail(&id, "its code cannot be read").await;
            }
        };
        let sources: Vec<SourceText> =
            files.into_iter().map(|file| SourceText { path: file.path, bytes: file.bytes }).collect();
        let options: UploadOptions = serde_json::from_str(&scan.options).unwrap_or_default();
        let project = scan.name.clone();
        let live = Arc::new(Live::new(Snapshot::new(sources.clone(), MAX_FILE_BYTES)));
        self.live.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), live.clone());
        let (engine, observer) = (self.engine.clone(), live.clone());
        let work = move || {
            let options = options.for_scan(sources.len());
            engine.scan(NewScan { files: sources, options, project }, observer)
        };
        let outcome = tokio::task::spawn_blocking(work).await;
        let is_cancelled = live.is_cancelled.load(Ordering::Relaxed);
        match outcome {
            _ if is_cancelled && self.is_stopping.load(Ordering::Relaxed) => {
                self.told(self.store.put_back(&id).await);
            }
            Ok(Ok(outcome)) => self.end(&id, &outcome, is_cancelled).await,
            Ok(Err(error)) => self.refused(&id, &error).await,
            Err(error) => {
                tracing::error!(error = %error, "a scan panicked");
                self.fail(&id, "the analysis did not end").await;
            }
        }
        self.live.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    async fn refused(&self, id: &str, error: &EngineError) {
        tracing::error!(error = error_chain(error), "a scan was refused");
        self.fail(id, "the analysis was refused").await;
    }

    async fn fail(&self, id: &str, why: &str) {
        let ending = Ending {
            status: Status::Failed,
            at: now(),
            error: Some(why.to_owned()),
            is_complete: false,
            summary: None,
            faults: None,
            code_until: self.code_until(),
        };
        self.told(self.store.finish(id, &ending, &[]).await);
    }

    fn code_until(&self) -> i64 {
        now().saturating_add(i64::try_from(self.retention.as_millis()).unwrap_or(i64::MAX))
    }

    async fn end(&self, id: &str, outcome: &Outcome, is_cancelled: bool) {
        let listed: Vec<&Finding> = outcome.report.findings.iter().filter(|found| !found.is_proved_safe()).collect();
        let faults: Vec<FaultJson> = outcome.report.faults.iter().map(FaultJson::from).collect();
        let ending = Ending {
            status: if is_cancelled { Status::Cancelled } else { Status::Completed },
            at: now(),
            error: None,
            is_complete: faults.is_empty() && !is_cancelled,
            summary: serde_json::to_string(&ScanSummaryJson::new(summary(outcome, &listed), outcome)).ok(),
            faults: serde_json::to_string(&faults).ok(),
            code_until: self.code_until(),
        };
        let rules = self.engine.rules();
        let owasp = |finding: &Finding| -> Vec<String> {
            let rule = rules.iter().find(|rule| rule.id == finding.rule);
            let tags = rule.map(|rule| rule.tags.as_slice()).unwrap_or_default();
            tags.iter().filter_map(|tag| tag.strip_prefix("owasp:").map(str::to_owned)).collect()
        };
        let findings: Vec<NewFinding> = outcome
            .report
            .findings
            .iter()
            .enumerate()
            .map(|(number, finding)| kept(outcome, (number, finding), owasp(finding)))
            .collect();
        if self.told(self.store.finish(id, &ending, &findings).await).is_none() {
            self.fail(id, "what was found could not be kept").await;
        }
    }
}

fn kept(outcome: &Outcome, (number, finding): (usize, &Finding), owasp: Vec<String>) -> NewFinding {
    let row = FindingRow::new(&outcome.snapshot, finding, u32::try_from(number).unwrap_or(u32::MAX));
    let words =
        [&*row.title, &*row.message, &*row.path, &*row.rule_id, row.function.as_deref().unwrap_or_default(), &*row.cwe];
    NewFinding {
        fingerprint: row.fingerprint.clone(),
        rule: row.rule_id.clone(),
        cwe: row.cwe.clone(),
        severity: finding.severity as u8,
        confidence: finding.confidence as u8,
        owasp,
        path: row.path.clone(),
        verdict: row.verdict.map(str::to_owned),
        patch: row.patch.map(str::to_owned),
        words: words.join("\n"),
        row: serde_json::to_string(&row).unwrap_or_default(),
        body: serde_json::to_string(&FindingJson::new(&outcome.snapshot, finding)).unwrap_or_default(),
        sarif: sarif::result(&outcome.snapshot, finding).to_string(),
    }
}
