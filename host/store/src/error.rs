//! What can go wrong with what is kept. Invariant: no message holds the kept data.

use std::{io, path::PathBuf};

/// Why something was not kept or found.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The database's form could not be brought up to date.
    #[error("the database's form cannot be brought up to date")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// What is kept is not as it was written.
    #[error("a kept record cannot be read")]
    Record(#[from] serde_json::Error),
    /// A file or folder could not be used.
    #[error("{}: cannot be used", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A scan's id is none, so that no file is named after it.
    #[error("a scan's id has another form")]
    BadId,
}
