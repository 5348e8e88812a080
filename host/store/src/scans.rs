//! Scans as they are kept. Invariant: a scan is queued, then runs, then ends in one of three ways, and never starts again
//! but for one whose process ended before it.

use serde::{Deserialize, Serialize};

use crate::Millis;

/// A scan that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewScan {
    /// A UUID of version 7, so that ids sort by time.
    pub id: String,
    /// What a person calls the project; scans of one name share decisions.
    pub name: Option<String>,
    /// When it was asked for.
    pub created_at: Millis,
    /// The options, as JSON.
    pub options: String,
    /// Files given.
    pub files: u32,
    /// Bytes of all files.
    pub bytes: u64,
}

/// Where a scan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It waits for its turn.
    Queued,
    /// It runs.
    Running,
    /// It ended by itself.
    Completed,
    /// It could not be done.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

impl Status {
    /// Gives the word in the database and at the interface.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) fn from_word(word: &str) -> Self {
        let all = [Self::Queued, Self::Running, Self::Completed, Self::Cancelled];
        all.into_iter().find(|status| status.as_str() == word).unwrap_or(Self::Failed)
    }

    /// Tells whether nothing will happen to it any more.
    pub const fn has_ended(self) -> bool {
        match self {
            Self::Queued | Self::Running => false,
            Self::Completed | Self::Failed | Self::Cancelled => true,
        }
    }
}

/// A scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// Its id.
    pub id: String,
    /// What a person calls the project.
    pub name: Option<String>,
    /// When it was asked for.
    pub created_at: Millis,
    /// When it began.
    pub started_at: Option<Millis>,
    /// When it ended.
    pub finished_at: Option<Millis>,
    /// Where it is.
    pub status: Status,
    /// Why it could not be done.
    pub error: Option<String>,
    /// Whether everything was analysed.
    pub is_complete: bool,
    /// The options, as JSON.
    pub options: String,
    /// Files given.
    pub files: u32,
    /// Bytes of all files.
    pub bytes: u64,
    /// Counts, as JSON.
    pub summary: Option<String>,
    /// What could not be done, as JSON.
    pub faults: Option<String>,
    /// When the code's time is over.
    pub code_until: Option<Millis>,
    /// Whether the code is still kept.
    pub has_code: bool,
}

impl Scan {
    /// Gives what decisions about the scan's findings are kept under.
    pub fn project(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }
}

/// How a scan ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// In which way.
    pub status: Status,
    /// When.
    pub at: Millis,
    /// Why it could not be done.
    pub error: Option<String>,
    /// Whether everything was analysed.
    pub is_complete: bool,
    /// Counts, as JSON.
    pub summary: Option<String>,
    /// What could not be done, as JSON.
    pub faults: Option<String>,
    /// When the code's time is over.
    pub code_until: Millis,
}

/// The open findings of one scan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrendPoint {
    /// The scan.
    pub scan: String,
    /// When it was asked for.
    pub created_at: Millis,
    /// Open findings by severity, worst first: critical, high, medium, low, info.
    pub open: [u32; 5],
}
