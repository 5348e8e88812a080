//! One question with all its attempts. Invariant: a request is sent again only after a failure that may pass, or without a
//! field that the server refused; each time it has a slot and a reservation.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep, sleep_until};

use crate::{
    answer::{Usage, UsageSource},
    attempt::{self, Received, Reply, Way},
    body::{Question, Shape},
    budget::{Ledger, Spent},
    config::RetryConfig,
    detect,
    endpoint::Endpoint,
    error::LlmError,
    features::{Extras, Guess, Retry, Sent},
    meter::{Meter, cost},
    report::{ServerKind, Support},
    request::Urgency,
    retry::pause,
    route,
    stream::Choice,
};

/// How often a request is sent without something that was refused.
const MOST_CHANGES: usize = 8;

/// What a call uses.
#[derive(Clone, Copy)]
pub(crate) struct Means<'a> {
    pub(crate) endpoints: &'a [Arc<Endpoint>],
    pub(crate) retry: &'a RetryConfig,
    pub(crate) ledger: &'a Arc<Ledger>,
    /// The hash of the prompt's shared messages.
    pub(crate) prefix_hash: u64,
}

/// What one request brought.
pub(crate) struct Got {
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) choices: Vec<Choice>,
    pub(crate) extras: Extras,
    pub(crate) usage: Usage,
}

/// What became of one sending.
enum Outcome {
    Got(Box<Got>),
    /// The request was refused with this error; it may go without something.
    Changed(LlmError, Option<Guess>),
}

/// Asks until there is an answer or no hope for one.
pub(crate) async fn ask(means: Means<'_>, question: &Question, shape: &Shape) -> Result<Got, LlmError> {
    let (mut failures, mut changes) = (0, 0);
    let mut guesses = Vec::new();
    let mut first_refusal = None;
    let mut just_failed: Option<String> = None;
    let mut stay = None;
    loop {
        // What was learnt from a refusal is tried where it was learnt.
        let endpoint = stay
            .take()
            .or_else(|| route::choose(means.endpoints, means.prefix_hash, just_failed.as_deref()))
            .ok_or(LlmError::Internal("a tier without endpoints"))?;
        if failures == 0 && changes == 0 && endpoint.breaker.closed_for().is_some() {
            return Err(endpoint.breaker.open_error());
        }
        wait_for_its_rest(&endpoint, question.deadline).await?;
        let error = match send(means, &endpoint, question, shape).await {
            Ok(Outcome::Got(got)) => {
                // Of several guesses only the last one helped.
                guesses.pop();
                endpoint.learnt.take_back(&guesses);
                return Ok(*got);
            }
            Ok(Outcome::Changed(error, guess)) => {
                changes += 1;
                guesses.extend(guess);
                let first = first_refusal.get_or_insert(error);
                if changes <= MOST_CHANGES {
                    stay = Some(endpoint);
                    continue;
                }
                std::mem::replace(first, LlmError::Cancelled)
            }
            Err(error) => error,
        };
        endpoint.learnt.take_back(&guesses);
        guesses.clear();
        if !error.may_pass() {
            let is_refused = matches!(error, LlmError::Refused { .. });
            return Err(first_refusal.filter(|_| is_refused).unwrap_or(error));
        }
        failures += 1;
        endpoint.rest(asked_rest(&error));
        let time = pause(means.retry, failures).max(route::soonest(means.endpoints)).max(trial(means, &error));
        if failures >= means.retry.attempts || Instant::now() + time >= question.deadline {
            return Err(error);
        }
        tracing::debug!(llm.endpoint = endpoint.name, failures, %error, "asking a language model again");
        just_failed = Some(endpoint.name.clone());
        sleep(time).await;
    }
}

async fn wait_for_its_rest(endpoint: &Endpoint, deadline: Instant) -> Result<(), LlmError> {
    let Some(until) = endpoint.rests_until() else { return Ok(()) };
    if until >= deadline {
        return Err(LlmError::RateLimited {
            endpoint: endpoint.name.clone(),
            message: "it asked to be left alone for longer than this call may take".to_owned(),
            retry_after: Some(until.saturating_duration_since(Instant::now())),
        });
    }
    sleep_until(until).await;
    Ok(())
}

/// Gives the time until an only endpoint, which others are trying, may be tried by this call.
fn trial(means: Means<'_>, error: &LlmError) -> Duration {
    match error {
        LlmError::BreakerOpen { retry_in_ms, .. } if means.endpoints.len() == 1 => Duration::from_millis(*retry_in_ms),
        _ => Duration::ZERO,
    }
}

/// Gives for how long the server asked to be left alone, by all calls.
fn asked_rest(error: &LlmError) -> Duration {
    match error {
        LlmError::RateLimited { retry_after, .. } | LlmError::ServerFailed { retry_after, .. } => {
            retry_after.unwrap_or_default()
        }
        _ => Duration::ZERO,
    }
}

async fn send(
    means: Means<'_>,
    endpoint: &Arc<Endpoint>,
    question: &Question,
    shape: &Shape,
) -> Result<Outcome, LlmError> {
    let wants_vllm = question.cache_salt.is_some() || question.urgency == Urgency::Background;
    let kind = if wants_vllm { detect::kind(endpoint).await } else { ServerKind::Other };
    let _slot = endpoint
        .gate
        .enter(question.urgency)
        .await
        .map_err(|full| LlmError::QueueFull { endpoint: endpoint.name.clone(), queued: full.0 })?;
    let body = question.body(shape, &endpoint.learnt.known(), kind)?;
    let prices = endpoint.config.prices;
    let most = Spent {
        tokens: body.input_tokens.saturating_add(body.output_tokens),
        cost: cost(&prices, body.input_tokens, body.output_tokens),
    };
    let meter = Arc::new(Meter::new(body.input_tokens));
    let _reservation = means.ledger.reserve(&question.account, most, prices, Arc::clone(&meter))?;
    let attempt = attempt::run(Arc::clone(endpoint), question.model.clone(), body.bytes, Arc::clone(&meter));
    let received = match endpoint.breaker.run(Box::pin(attempt)).await? {
        Reply::Received(received) => received,
        Reply::Refused(refusal) => {
            let retry = endpoint.learnt.learn_from(&body.extras, &refusal);
            let error = refusal.into_error(&endpoint.name, &question.model, None);
            return match retry {
                Retry::Changed => Ok(Outcome::Changed(error, None)),
                Retry::Guessed(guess) => Ok(Outcome::Changed(error, Some(guess))),
                Retry::Pointless => Err(error),
            };
        }
    };
    let usage = Usage { first_token_ms: whole_ms(received.first_token), ..meter.usage(&prices) };
    learn(endpoint, &received, &body.extras, &usage);
    Ok(Outcome::Got(Box::new(Got {
        endpoint: Arc::clone(endpoint),
        choices: received.choices,
        extras: body.extras,
        usage,
    })))
}

/// Notes what worked.
fn learn(endpoint: &Endpoint, received: &Received, sent: &Extras, usage: &Usage) {
    let worked = |is_sent: Sent, support: &mut Support| {
        if is_sent == Sent::Yes {
            *support = Support::Works;
        }
    };
    let support = |works: bool| if works { Support::Works } else { Support::Missing };
    endpoint.learnt.learn(|known| {
        known.streaming = support(received.way == Way::Streamed);
        known.usage = support(usage.source == UsageSource::Reported);
        worked(sent.stream_options, &mut known.stream_options);
        worked(sent.priority, &mut known.priority);
        worked(sent.cache_salt, &mut known.cache_salt);
        worked(sent.max_tokens, &mut known.max_tokens);
        if sent.several == Sent::Yes {
            known.candidates = support(received.choices.len() > 1);
        }
    });
}

/// Gives a time in whole milliseconds.
pub(crate) fn whole_ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
