//! All candidates of one question. Invariant: JSON that is handed out holds to the schema, whatever the server promised.

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::Value;

use crate::{
    answer::{Content, Rejection, Usage},
    answer_text::{json_in, without_thoughts},
    body::{Question, Shape, Structure},
    call::{Got, Means, ask},
    endpoint::Endpoint,
    error::LlmError,
    features::Sent,
    report::Support,
    request::Output,
    schema::Schema,
    stream::{Choice, Finish},
};

/// How often a model is asked for JSON that holds to the schema.
const MOST_ROUNDS: u32 = 3;

/// What was gathered.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) candidates: Vec<Content>,
    pub(crate) rejected: Vec<Rejection>,
    pub(crate) usage: Usage,
    /// The name of the endpoint that answered last.
    pub(crate) endpoint: String,
}

/// Asks for all candidates of a question. There may be less than it wants, but one at least.
pub(crate) async fn gather(means: Means<'_>, question: &Question) -> Result<Gathered, LlmError> {
    let mut gathered = Gathered::default();
    // Without randomness all candidates are the same, and vLLM refuses such a request.
    let wanted = if question.temperature > 0.0 { question.candidates.get() } else { 1 };
    let mut structure = Structure::AsKnown;
    for _ in 0..MOST_ROUNDS {
        let rejected = gathered.rejected.len();
        for got in several(means, question, wanted, &structure).await? {
            gathered.take(question, got);
        }
        let fresh = gathered.rejected.get(rejected..).unwrap_or_default();
        let violation = fresh.iter().find_map(|rejection| match rejection {
            Rejection::Violation(problems) => Some(problems.clone()),
            Rejection::Truncated | Rejection::Empty | Rejection::Filtered => None,
        });
        match violation {
            Some(problems) if gathered.candidates.is_empty() => structure = Structure::InPrompt(Some(problems)),
            _ => break,
        }
    }
    if gathered.candidates.is_empty() { Err(LlmError::Unusable(gathered.rejected)) } else { Ok(gathered) }
}

/// Asks for so many candidates, by one request where an endpoint can, and by one for each that is missing then.
async fn several(
    means: Means<'_>,
    question: &Question,
    wanted: u8,
    structure: &Structure,
) -> Result<Vec<Got>, LlmError> {
    let can = |endpoint: &Arc<Endpoint>| endpoint.learnt.known().candidates != Support::Missing;
    let mut all = Vec::new();
    if wanted == 1 || means.endpoints.iter().any(can) {
        let shape = Shape { candidates: wanted, seed_offset: 0, structure: structure.clone() };
        all.push(ask(means, question, &shape).await?);
    }
    let have = all.iter().map(|got| got.choices.len()).sum::<usize>();
    let have = u8::try_from(have).unwrap_or(u8::MAX);
    let shapes: Vec<Shape> = (have..wanted)
        .map(|number| Shape { candidates: 1, seed_offset: u64::from(number), structure: structure.clone() })
        .collect();
    let mut first_error = None;
    for result in join_all(shapes.iter().map(|shape| ask(means, question, shape))).await {
        match result {
            Ok(got) => all.push(got),
            Err(error) => _ = first_error.get_or_insert(error),
        }
    }
    // Less candidates than wanted are better than none.
    match first_error {
        Some(error) if all.is_empty() => Err(error),
        Some(error) => {
            tracing::debug!(%error, "some candidates of a language model are missing");
            Ok(all)
        }
        None => Ok(all),
    }
}

impl Gathered {
    fn take(&mut self, question: &Question, got: Got) {
        self.usage.add(&got.usage);
        self.endpoint.clone_from(&got.endpoint.name);
        for choice in &got.choices {
            match judge(question, &got, choice) {
                Ok(content) => self.candidates.push(content),
                Err(rejection) => self.rejected.push(rejection),
            }
        }
    }
}

fn judge(question: &Question, got: &Got, choice: &Choice) -> Result<Content, Rejection> {
    match choice.finish {
        Some(Finish::Complete) => {}
        Some(Finish::Length) | None => return Err(Rejection::Truncated),
        Some(Finish::Filtered) => return Err(Rejection::Filtered),
    }
    let text = without_thoughts(&choice.text);
    if text.trim().is_empty() {
        return Err(Rejection::Empty);
    }
    match &question.output {
        Output::Text => Ok(Content::Text(text.to_owned())),
        Output::Json(schema) => judge_json(schema, got, text).map(Content::Json).map_err(Rejection::Violation),
    }
}

/// How far a server has held an answer to the schema that it was sent.
#[derive(Clone, Copy, Debug)]
enum Held {
    Fully,
    /// It is JSON; the server may not know every keyword.
    Partly,
    Not,
}

fn judge_json(schema: &Schema, got: &Got, text: &str) -> Result<Value, String> {
    let Some(value) = json_in(text) else {
        learn(got, Held::Not);
        return Err("it holds no JSON".to_owned());
    };
    let checked = schema.check(&value);
    // A server that keeps to a grammar cannot write anything around the JSON.
    let is_bare = text.trim_start().starts_with(['{', '[']) || !(value.is_object() || value.is_array());
    learn(
        got,
        match &checked {
            _ if !is_bare => Held::Not,
            Ok(()) => Held::Fully,
            Err(_) => Held::Partly,
        },
    );
    checked.map(|()| value)
}

fn learn(got: &Got, held: Held) {
    if got.extras.response_format == Sent::No {
        return;
    }
    got.endpoint.learnt.learn(|known| match (held, known.structured_output) {
        (Held::Fully, Support::Unknown) => known.structured_output = Support::Works,
        // Where it has worked before, one answer that holds partly proves nothing.
        (Held::Not, _) | (Held::Partly, Support::Unknown) => known.structured_output = Support::Missing,
        (Held::Fully | Held::Partly, Support::Works | Support::Missing) => {}
    });
}
