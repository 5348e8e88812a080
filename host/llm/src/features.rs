//! What is learnt of an endpoint's abilities by using it. Invariant: a field that a server has refused is not sent again.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{
    report::{Features, Support},
    server_error::ServerError,
};

/// What a request holds beyond the plain minimum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extras {
    pub(crate) response_format: Sent,
    pub(crate) several: Sent,
    pub(crate) stream_options: Sent,
    pub(crate) priority: Sent,
    pub(crate) cache_salt: Sent,
    pub(crate) max_tokens: Sent,
}

/// Whether a request holds a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sent {
    #[default]
    No,
    Yes,
}

impl From<bool> for Sent {
    fn from(is_sent: bool) -> Self {
        if is_sent { Self::Yes } else { Self::No }
    }
}

/// What is known of one endpoint.
#[derive(Debug, Default)]
pub(crate) struct Learnt(Mutex<Features>);

/// The words by which a refusal of each field is known, and where the field's knowledge is.
type Trait = (fn(&Extras) -> Sent, fn(&mut Features) -> &mut Support, &'static [&'static str]);

const TRAITS: [Trait; 6] = [
    (|sent| sent.cache_salt, |known| &mut known.cache_salt, &["cache_salt"]),
    (|sent| sent.priority, |known| &mut known.priority, &["priority"]),
    (|sent| sent.stream_options, |known| &mut known.stream_options, &["stream_options"]),
    (|sent| sent.max_tokens, |known| &mut known.max_tokens, &["max_completion_tokens"]),
    (
        |sent| sent.response_format,
        |known| &mut known.structured_output,
        &["response_format", "json_schema", "schema", "grammar", "guided", "structured", "xgrammar"],
    ),
    (
        |sent| sent.several,
        |known| &mut known.candidates,
        &[
            "'n'",
            "`n`",
            "\"n\"",
            "n_cmpl",
            "n >",
            " n=",
            "n must",
            "best_of",
            "multiple completions",
            "multiple choices",
        ],
    ),
];

impl Learnt {
    /// Gives what is known.
    pub(crate) fn known(&self) -> Features {
        *self.lock()
    }

    /// Changes what is known.
    pub(crate) fn learn(&self, change: impl FnOnce(&mut Features)) {
        change(&mut self.lock());
    }

    /// Learns from a refusal (400 or 422). Gives whether the request is worth sending again without what was refused.
    pub(crate) fn learn_from(&self, sent: &Extras, refusal: &ServerError) -> Retry {
        let mut known = self.lock();
        let param = refusal.param.as_deref().unwrap_or_default();
        let message = refusal.message.to_ascii_lowercase();
        for (is_sent, knowledge, words) in TRAITS {
            let named = words.iter().any(|word| message.contains(word) || word.trim_matches(['\'', '`']) == param);
            if is_sent(sent) == Sent::Yes && named {
                *knowledge(&mut known) = Support::Missing;
                return Retry::Changed;
            }
        }
        // Another call has learnt of it while this one was under way.
        if TRAITS
            .iter()
            .any(|(is_sent, knowledge, _)| is_sent(sent) == Sent::Yes && *knowledge(&mut known) == Support::Missing)
        {
            return Retry::Changed;
        }
        // The server does not say what it dislikes: what has never worked may be it.
        for guess in [Guess::Candidates, Guess::StructuredOutput] {
            let (is_sent, support) = match guess {
                Guess::Candidates => (sent.several, &mut known.candidates),
                Guess::StructuredOutput => (sent.response_format, &mut known.structured_output),
            };
            if is_sent == Sent::Yes && *support == Support::Unknown {
                *support = Support::Missing;
                return Retry::Guessed(guess);
            }
        }
        Retry::Pointless
    }

    /// Takes guesses back that did not help.
    pub(crate) fn take_back(&self, guesses: &[Guess]) {
        let mut known = self.lock();
        for guess in guesses {
            match guess {
                Guess::Candidates => known.candidates = Support::Unknown,
                Guess::StructuredOutput => known.structured_output = Support::Unknown,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Features> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether to send a refused request again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// The server named what it does not know, and that is left out now.
    Changed,
    /// Something was left out that may be the reason.
    Guessed(Guess),
    /// Nothing is left to leave out.
    Pointless,
}

/// What can be left out without losing anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guess {
    /// Each candidate gets a request of its own.
    Candidates,
    /// The schema goes into the prompt.
    StructuredOutput,
}
