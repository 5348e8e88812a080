//! What it takes to ask language models about code. Invariant: nothing is sent that `Outgoing` did not make: without
//! comments, without secrets, and marked as data.

use std::{
    collections::BTreeSet,
    fs,
    path::PathBuf,
    process,
    sync::{OnceLock, atomic::AtomicU64},
    time::SystemTime,
};

use llm::{
    answer::Answer,
    blocking::BlockingLlm,
    prompts::{Delimiter, Prompts},
    redaction::{Redacted, Redactor},
    request::Request,
    transcript::Transcript,
};

use crate::{config::LanguageModel, error::EngineError, plugins::error_chain};

/// Most bytes of one scan's transcript.
const TRANSCRIPT_BYTES: u64 = 256 << 20;
/// Stands between the parts of a text that are redacted together, so that one secret has one placeholder.
const BETWEEN: &str = "\n\u{1}\n";

/// The models and what their questions are made with.
pub(crate) struct Language {
    pub(crate) asked: BlockingLlm,
    pub(crate) identity: String,
    pub(crate) prompts: Prompts,
    redactor: Redactor,
    transcripts: Option<PathBuf>,
    /// Makes delimiters that nobody can foresee, and the same one for the same code, so that answers are found again.
    key: [u8; 32],
    /// How many scans asked.
    pub(crate) scans: AtomicU64,
}

impl Language {
    pub(crate) fn new(model: &LanguageModel) -> Result<Self, EngineError> {
        let broken = |reason: String| EngineError::Language { reason };
        Ok(Self {
            asked: model.asked.clone(),
            identity: model.identity.clone(),
            prompts: Prompts::new().map_err(|error| broken(error_chain(&error)))?,
            redactor: Redactor::new().map_err(|error| broken(error_chain(&error)))?,
            transcripts: model.transcripts.clone(),
            key: *process_key(),
            scans: AtomicU64::new(0),
        })
    }

    /// Takes the secrets out of texts that are sent together.
    pub(crate) fn outgoing<'a>(&self, parts: impl IntoIterator<Item = &'a str>) -> Outgoing {
        let all: Vec<String> = parts.into_iter().map(|part| part.replace('\u{1}', "")).collect();
        let redacted = self.redactor.redact(&all.join(BETWEEN));
        let parts = redacted.text.split(BETWEEN).map(str::to_owned).collect();
        Outgoing { redacted, parts }
    }

    /// Gives the word that marks data in a question about this text.
    pub(crate) fn delimiter(&self, about: &str) -> Option<Delimiter> {
        let hash = blake3::keyed_hash(&self.key, about.as_bytes()).to_hex();
        Delimiter::new(hash.get(..20)?).ok()
    }

    /// Writes an exchange down where the operator wants it.
    pub(crate) fn record(&self, scan: &str, request: &Request, answer: &Answer) {
        let Some(folder) = &self.transcripts else { return };
        let name = format!("{}-{scan}", process::id());
        if let Err(error) = fs::create_dir_all(folder) {
            tracing::warn!(error = error_chain(&error), "the folder of transcripts cannot be made");
        }
        let written = Transcript::new(folder, &name, TRANSCRIPT_BYTES)
            .and_then(|transcript| transcript.append(request, answer, SystemTime::now()));
        if let Err(error) = written {
            tracing::warn!(error = error_chain(&error), "an exchange with a language model is not written down");
        }
    }
}

/// Gives this process's secret.
fn process_key() -> &'static [u8; 32] {
    static KEY: OnceLock<[u8; 32]> = OnceLock::new();
    KEY.get_or_init(|| {
        use std::hash::{BuildHasher as _, RandomState};
        let mut hasher = blake3::Hasher::new();
        for _ in 0..4 {
            hasher.update(&RandomState::new().hash_one(0_u8).to_le_bytes());
        }
        *hasher.finalize().as_bytes()
    })
}

/// Texts without secrets, in the order in which they were given.
pub(crate) struct Outgoing {
    redacted: Redacted,
    parts: Vec<String>,
}

impl Outgoing {
    /// Gives a text as it is sent.
    pub(crate) fn part(&self, index: usize) -> &str {
        self.parts.get(index).map_or("", String::as_str)
    }

    /// Puts the secrets back into an answer.
    ///
    /// # Errors
    /// Why it cannot: the answer holds a placeholder that stands for nothing.
    pub(crate) fn restored(&self, answer: &str) -> Result<String, String> {
        self.redacted.restore_some(answer).map_err(|error| error_chain(&error))
    }

    /// Puts the secrets back into a changed text, which must hold all that the sent one holds.
    ///
    /// # Errors
    /// Which one is missing, or stands for nothing.
    pub(crate) fn restored_all(&self, sent: usize, changed: &str) -> Result<String, String> {
        let held: BTreeSet<&str> = self.redacted.placeholders().filter(|held| self.part(sent).contains(held)).collect();
        match held.into_iter().find(|held| !changed.contains(held)) {
            Some(lost) => Err(format!("`{lost}` is missing: it stands for a text that has to stay")),
            None => self.restored(changed),
        }
    }
}
