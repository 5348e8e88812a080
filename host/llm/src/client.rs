//! The client: tiers, endpoints, budgets and kept answers together. Invariant: it is the only place where an answer is given
//! out, and every call ends by its deadline.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::{
    answer::{Answer, Origin},
    backend::{Answering, LlmBackend},
    body::Question,
    budget::{Ledger, Spending},
    call::{Means, whole_ms},
    candidates::gather,
    config::LlmConfig,
    endpoint::Endpoint,
    error::{ConfigError, LlmError},
    probe::{self, Probe},
    report::Report,
    request::{Account, Caching, Output, Request, Tier},
    response_cache::{Key, Parts, ResponseCache},
    route::first_bytes,
};

/// The longest deadline of a call.
const LONGEST: Duration = Duration::from_secs(86_400);

/// Asks the configured models.
pub struct Client {
    config: LlmConfig,
    endpoints: BTreeMap<String, Arc<Endpoint>>,
    fast: Vec<Arc<Endpoint>>,
    strong: Vec<Arc<Endpoint>>,
    ledger: Arc<Ledger>,
    cache: ResponseCache,
}

impl fmt::Debug for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Client").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Client {
    /// Checks the configuration and reads the keys; no server is asked yet.
    ///
    /// # Errors
    /// When the configuration is not valid, a key is missing, or no HTTP client can be made.
    pub fn start(config: LlmConfig) -> Result<Self, ConfigError> {
        config.check()?;
        let mut endpoints = BTreeMap::new();
        for (name, endpoint) in &config.endpoints {
            endpoints.insert(name.clone(), Endpoint::new(name, endpoint, config.breaker)?);
        }
        let of = |tier| config.tier(tier).endpoints.iter().filter_map(|name| endpoints.get(name)).cloned().collect();
        let (fast, strong) = (of(Tier::Fast), of(Tier::Strong));
        let ledger = Ledger::new(config.budgets.clone());
        let cache = ResponseCache::new(config.cache);
        Ok(Self { fast, strong, ledger, cache, endpoints, config })
    }

    /// Gives what an account has spent since this client was started.
    pub fn spending(&self, account: &Account) -> Spending {
        self.ledger.spending(account)
    }

    /// Closes the account of a scan that is over.
    pub fn forget_scan(&self, scan: &str) {
        self.ledger.forget_scan(scan);
    }

    /// Says how every endpoint is; no budget pays for what is asked.
    pub async fn report(&self, probe: Probe) -> Report {
        probe::report(&self.config, self.endpoints.values(), probe).await
    }

    fn question(&self, request: &Request, begun: Instant) -> Result<Question, LlmError> {
        let tier = self.config.tier(request.tier);
        let sampling = &request.sampling;
        let temperature = sampling.temperature.unwrap_or(tier.temperature);
        let top_p = sampling.top_p.unwrap_or(tier.top_p);
        let max_tokens = sampling.max_tokens.unwrap_or(tier.max_tokens);
        let invalid = |problem: &str| Err(LlmError::InvalidRequest(problem.to_owned()));
        if request.prompt.messages().next().is_none() {
            return invalid("it has no message");
        }
        if !(0.0..=2.0).contains(&temperature) {
            return invalid("its temperature is not between 0 and 2");
        }
        if !(top_p > 0.0 && top_p <= 1.0) {
            return invalid("its top_p is not above 0 and at most 1");
        }
        if max_tokens == 0 {
            return invalid("its answer may have no token");
        }
        let overall = Duration::from_millis(self.config.retry.overall_ms);
        Ok(Question {
            model: tier.model.clone(),
            prompt: request.prompt.clone(),
            output: request.output.clone(),
            candidates: request.candidates,
            temperature,
            top_p,
            max_tokens,
            seed: sampling.seed,
            stop: sampling.stop.clone(),
            urgency: request.urgency,
            account: request.account.clone(),
            cache_salt: request.cache_salt.clone(),
            deadline: begun + request.deadline.unwrap_or(overall).min(LONGEST),
        })
    }

    async fn answer(&self, request: Request) -> Result<Answer, LlmError> {
        let begun = Instant::now();
        let question = self.question(&request, begun)?;
        let key = (request.caching == Caching::Use).then(|| key(&question, &request)).flatten();
        if let Some(known) = key.as_ref().and_then(|key| self.cache.get(key)) {
            return Ok(known);
        }
        let endpoints = match request.tier {
            Tier::Fast => &self.fast,
            Tier::Strong => &self.strong,
        };
        let means =
            Means { endpoints, retry: &self.config.retry, ledger: &self.ledger, prefix_hash: prefix_hash(&request) };
        let gathered = timeout_at(question.deadline, gather(means, &question)).await;
        let gathered = gathered.unwrap_or_else(|_| Err(LlmError::Deadline { waited_ms: whole_ms(begun.elapsed()) }))?;
        let answer = Answer {
            candidates: gathered.candidates,
            rejected: gathered.rejected,
            model: question.model,
            origin: Origin::Endpoint(gathered.endpoint),
            usage: gathered.usage,
        };
        let wanted = if question.temperature > 0.0 { usize::from(question.candidates.get()) } else { 1 };
        if let Some(key) = key.filter(|_| answer.candidates.len() >= wanted) {
            self.cache.keep(key, &answer);
        }
        Ok(answer)
    }
}

impl LlmBackend for Client {
    fn complete(&self, request: Request, cancel: CancellationToken) -> Answering<'_> {
        Box::pin(async move {
            tokio::select! {
                biased;
                () = cancel.cancelled() => Err(LlmError::Cancelled),
                answer = self.answer(request) => answer,
            }
        })
    }
}

fn key(question: &Question, request: &Request) -> Option<Key> {
    let parts = Parts {
        model: &question.model,
        messages: question.prompt.messages().collect(),
        temperature: question.temperature,
        top_p: question.top_p,
        max_tokens: question.max_tokens,
        seed: question.seed,
        stop: &question.stop,
        schema: match &question.output {
            Output::Text => None,
            Output::Json(schema) => Some((schema.name(), schema.as_json())),
        },
        candidates: question.candidates.get(),
        prompt_version: &request.prompt_version,
        cache_salt: request.cache_salt.as_deref(),
    };
    parts.key()
}

fn prefix_hash(request: &Request) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for message in request.prompt.prefix() {
        hasher.update(message.content.as_bytes());
    }
    first_bytes(&hasher.finalize())
}
