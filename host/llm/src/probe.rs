//! Looking at the endpoints. Invariant: a probe changes no budget and no breaker, and what it asks for is tiny.

use std::{num::NonZeroU8, sync::Arc, time::Duration};

use futures_util::future::join_all;
use serde_json::json;
use tokio::time::Instant;

use crate::{
    answer_text::json_in,
    attempt::{self, Received, Reply, Way},
    body::{Question, Shape, Structure},
    call::whole_ms,
    config::LlmConfig,
    detect,
    endpoint::Endpoint,
    error::{LlmError, with_causes},
    features::Sent,
    health,
    meter::Meter,
    report::{EndpointReport, Listing, Reach, Report, Support, WantedModel},
    request::{Account, Message, Output, Prompt, Tier, Urgency},
    schema::Schema,
    stream::Finish,
};

/// How long the answers of a probe may be, in tokens.
const MOST_TOKENS: u32 = 48;

/// How closely to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// Asks for what servers tell without work.
    Look,
    /// Has the model answer, too: a few tokens as text, as JSON and as two candidates.
    Try,
}

/// Looks at all endpoints at once.
pub(crate) async fn report(
    config: &LlmConfig,
    endpoints: impl Iterator<Item = &Arc<Endpoint>>,
    probe: Probe,
) -> Report {
    Report { endpoints: join_all(endpoints.map(|endpoint| one(config, endpoint, probe))).await }
}

async fn one(config: &LlmConfig, endpoint: &Arc<Endpoint>, probe: Probe) -> EndpointReport {
    let (listing, known) = tokio::join!(detect::list(endpoint), health::refresh(endpoint));
    let mut wanted: Vec<WantedModel> = [Tier::Fast, Tier::Strong]
        .into_iter()
        .filter(|tier| config.tier(*tier).endpoints.contains(&endpoint.name))
        .map(|tier| WantedModel { tier, model: config.tier(tier).model.clone(), listing: Listing::Unknown })
        .collect();
    let (kind, models, mut reach) = match listing {
        Ok(listing) => (listing.kind, listing.models, Reach::Ready { listing_ms: whole_ms(listing.took) }),
        Err(error) => (endpoint.config.server.unwrap_or_default(), Vec::new(), reach_of(&error)),
    };
    if !models.is_empty() {
        for wanted in &mut wanted {
            wanted.listing = if models.contains(&wanted.model) { Listing::Listed } else { Listing::Missing };
        }
    }
    let version = if matches!(reach, Reach::Unreachable { .. }) { None } else { detect::version(endpoint, kind).await };
    let mut call_ms = None;
    if let (Probe::Try, Some(wanted), false) = (probe, wanted.first(), matches!(reach, Reach::Unreachable { .. })) {
        match try_out(endpoint, &wanted.model).await {
            Ok(took) => call_ms = Some(whole_ms(took)),
            Err(error) => reach = reach_of(&error),
        }
    }
    let traffic = endpoint.gate.traffic();
    EndpointReport {
        name: endpoint.name.clone(),
        base_url: endpoint.config.base_url.clone(),
        reach,
        server: kind,
        version,
        models,
        wanted,
        features: endpoint.learnt.known(),
        call_ms,
        breaker: endpoint.breaker.state(),
        in_flight: traffic.running,
        queued: traffic.queued,
        max_in_flight: endpoint.config.max_in_flight,
        load: known.load,
    }
}

fn reach_of(error: &LlmError) -> Reach {
    let problem = with_causes(error);
    match error {
        LlmError::Connection { .. } | LlmError::Silent { .. } | LlmError::Slow { .. } => Reach::Unreachable { problem },
        _ => Reach::Failing { problem },
    }
}

/// Has the model answer; gives the time of the first answer.
async fn try_out(endpoint: &Arc<Endpoint>, model: &str) -> Result<Duration, LlmError> {
    let begun = Instant::now();
    let plain = question(model, Output::Text, NonZeroU8::MIN);
    let received = tell(endpoint, &plain).await?;
    let took = begun.elapsed();
    endpoint.learnt.learn(|known| {
        known.streaming = support(received.way == Way::Streamed);
    });
    try_structured(endpoint, model).await?;
    try_candidates(endpoint, model).await?;
    Ok(took)
}

async fn try_structured(endpoint: &Arc<Endpoint>, model: &str) -> Result<(), LlmError> {
    let schema = json!({
        "type": "object",
        "properties": {"verdict": {"enum": ["yes", "no"]}},
        "required": ["verdict"],
        "additionalProperties": false,
    });
    let schema = Arc::new(Schema::new("probe", schema)?);
    let received = tell(endpoint, &question(model, Output::Json(Arc::clone(&schema)), NonZeroU8::MIN)).await;
    let works = match &received {
        Ok(received) => received.choices.iter().all(|choice| {
            let is_plain = choice.text.trim_start().starts_with('{');
            choice.finish == Some(Finish::Complete)
                && is_plain
                && json_in(&choice.text).is_some_and(|value| schema.check(&value).is_ok())
        }),
        Err(LlmError::Refused { .. }) => false,
        Err(_) => return received.map(|_| ()),
    };
    endpoint.learnt.learn(|known| known.structured_output = support(works));
    Ok(())
}

async fn try_candidates(endpoint: &Arc<Endpoint>, model: &str) -> Result<(), LlmError> {
    let received = tell(endpoint, &question(model, Output::Text, NonZeroU8::MIN.saturating_add(1))).await;
    let works = match &received {
        Ok(received) => received.choices.len() == 2,
        Err(LlmError::Refused { .. }) => false,
        Err(_) => return received.map(|_| ()),
    };
    endpoint.learnt.learn(|known| known.candidates = support(works));
    Ok(())
}

fn support(works: bool) -> Support {
    if works { Support::Works } else { Support::Missing }
}

fn question(model: &str, output: Output, candidates: NonZeroU8) -> Question {
    let message = Message::user("Is fire hot? Answer with one word.");
    Question {
        model: model.to_owned(),
        prompt: Prompt::new(Arc::from([]), vec![message]),
        output,
        candidates,
        temperature: 0.2,
        top_p: 0.95,
        max_tokens: MOST_TOKENS,
        seed: None,
        stop: Vec::new(),
        urgency: Urgency::Interactive,
        account: Account::default(),
        cache_salt: None,
        deadline: Instant::now(),
    }
}

/// Sends a question past the breaker, which may be open, and without guesses at what a refusal means.
async fn tell(endpoint: &Arc<Endpoint>, question: &Question) -> Result<Received, LlmError> {
    let _slot = endpoint
        .gate
        .enter(question.urgency)
        .await
        .map_err(|full| LlmError::QueueFull { endpoint: endpoint.name.clone(), queued: full.0 })?;
    let mut is_repeated = false;
    for _ in 0..4 {
        let mut known = endpoint.learnt.known();
        // What is probed is sent, whatever was believed of it.
        known.structured_output = Support::Unknown;
        known.candidates = Support::Unknown;
        let shape = Shape { candidates: question.candidates.get(), seed_offset: 0, structure: Structure::AsKnown };
        let body = question.body(&shape, &known, endpoint.config.server.unwrap_or_default())?;
        let meter = Arc::new(Meter::new(body.input_tokens));
        let reply =
            match attempt::run(Arc::clone(endpoint), question.model.clone(), body.bytes, Arc::clone(&meter)).await {
                // Some servers close a connection right after they have answered on it.
                Err(LlmError::Connection { .. }) if !is_repeated => {
                    is_repeated = true;
                    continue;
                }
                reply => reply?,
            };
        match reply {
            Reply::Received(received) => {
                let usage = meter.usage(&endpoint.config.prices);
                let is_counted = usage.source == crate::answer::UsageSource::Reported;
                endpoint.learnt.learn(|known| known.usage = support(is_counted));
                return Ok(received);
            }
            Reply::Refused(refusal) => {
                let plain = body.extras.response_format == Sent::No && body.extras.several == Sent::No;
                let changed = endpoint.learnt.learn_from(&body.extras, &refusal);
                if !plain || changed == crate::features::Retry::Pointless {
                    return Err(refusal.into_error(&endpoint.name, &question.model, None));
                }
            }
        }
    }
    Err(LlmError::Internal("a server refuses every form of a probe"))
}
