//! What one attempt has used, while it runs. Invariant: it can be read at any moment, so that an attempt which was dropped
//! is paid for, too.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
};

use crate::{
    answer::{Usage, UsageSource},
    config::PricesConfig,
    money::Money,
    stream::Tokens,
};

/// How many bytes count as one token where a server does not tell.
const BYTES_PER_TOKEN: u64 = 4;

/// Estimates the tokens of a text of this many bytes.
pub(crate) fn estimated_tokens(bytes: u64) -> u64 {
    bytes.div_ceil(BYTES_PER_TOKEN)
}

/// Counts one attempt.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    input_tokens: u64,
    was_sent: AtomicBool,
    output_bytes: AtomicU64,
    tokens: Mutex<Option<Tokens>>,
}

impl Meter {
    /// Begins with an estimate of the prompt.
    pub(crate) fn new(input_tokens: u64) -> Self {
        Self { input_tokens, ..Self::default() }
    }

    /// Notes that the server may be at work from now on.
    pub(crate) fn sent(&self) {
        self.was_sent.store(true, Relaxed);
    }

    /// Notes that the server did no work, unless some of it has come.
    pub(crate) fn refused(&self) {
        if self.output_bytes.load(Relaxed) == 0 {
            self.was_sent.store(false, Relaxed);
        }
    }

    /// Notes text that has come.
    pub(crate) fn received(&self, bytes: usize) {
        self.output_bytes.fetch_add(bytes as u64, Relaxed);
    }

    /// Notes the server's own numbers.
    pub(crate) fn counted(&self, tokens: Tokens) {
        *self.tokens.lock().unwrap_or_else(PoisonError::into_inner) = Some(tokens);
    }

    /// Gives what was used until now.
    pub(crate) fn usage(&self, prices: &PricesConfig) -> Usage {
        let counted = *self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let (tokens, source) = match counted {
            Some(tokens) => (tokens, UsageSource::Reported),
            None if self.was_sent.load(Relaxed) => {
                let output = estimated_tokens(self.output_bytes.load(Relaxed));
                (Tokens { input: self.input_tokens, output, cached: 0 }, UsageSource::Estimated)
            }
            None => (Tokens { input: 0, output: 0, cached: 0 }, UsageSource::Reported),
        };
        Usage {
            input_tokens: tokens.input,
            cached_tokens: tokens.cached,
            output_tokens: tokens.output,
            cost: cost(prices, tokens.input, tokens.output),
            source,
            requests: 1,
            first_token_ms: 0,
        }
    }
}

/// Gives the price of so many tokens.
pub(crate) fn cost(prices: &PricesConfig, input: u64, output: u64) -> Money {
    let input = Money::from_units(prices.input_per_million).for_tokens(input);
    input.plus(Money::from_units(prices.output_per_million).for_tokens(output))
}
