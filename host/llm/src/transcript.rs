//! A record of exchanges with models, for operators who want one. Invariant: only this user can read its files, none grows
//! beyond its limit, and an exchange is written whole or not at all.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    time::SystemTime,
};

use serde::Serialize;

use crate::{
    answer::{Answer, Content, Usage},
    error::TranscriptError,
    request::{Message, Request, Tier},
};

/// Where exchanges are recorded. Nothing is recorded unless one is made.
#[derive(Clone, Debug)]
pub struct Transcript {
    path: PathBuf,
    max_bytes: u64,
}

/// Whether an exchange was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It was.
    Whole,
    /// The file has reached its limit.
    Full,
}

#[derive(Serialize)]
struct Exchange<'a> {
    time_ms: u128,
    tier: Tier,
    model: &'a str,
    prompt_version: &'a str,
    messages: Vec<&'a Message>,
    answer: &'a [Content],
    usage: Usage,
}

impl Transcript {
    /// Names the file of a scan in a folder. The scan's id has letters, digits, `-` and `_` only.
    ///
    /// # Errors
    /// [`TranscriptError::BadName`] for another id.
    pub fn new(folder: &Path, scan: &str, max_bytes: u64) -> Result<Self, TranscriptError> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if scan.is_empty() || scan.len() > 128 || !scan.bytes().all(fits) {
            return Err(TranscriptError::BadName);
        }
        Ok(Self { path: folder.join(format!("{scan}.jsonl")), max_bytes })
    }

    /// Appends an exchange as one line of JSON. The request's messages are written as they were sent: without secrets.
    ///
    /// # Errors
    /// [`TranscriptError`] when the file cannot be written.
    pub fn append(&self, request: &Request, answer: &Answer, at: SystemTime) -> Result<Recorded, TranscriptError> {
        let exchange = Exchange {
            time_ms: at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_millis()),
            tier: request.tier,
            model: &answer.model,
            prompt_version: &request.prompt_version,
            messages: request.prompt.messages().collect(),
            answer: &answer.candidates,
            usage: answer.usage,
        };
        let mut line = serde_json::to_vec(&exchange).map_err(TranscriptError::Encode)?;
        line.push(b'\n');
        let failed = |source| TranscriptError::Write { path: self.path.clone(), source };
        let mut file = self.open().map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        if size.saturating_add(u64::try_from(line.len()).unwrap_or(u64::MAX)) > self.max_bytes {
            return Ok(Recorded::Full);
        }
        file.write_all(&line).map_err(failed)?;
        Ok(Recorded::Whole)
    }

    fn open(&self) -> std::io::Result<File> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&self.path)
    }
}
