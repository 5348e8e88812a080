//! Checks a running server against what this crate promises, and prints figures: `protocol URL MODEL KIND`, where KIND is
//! `vllm` or `llama-cpp`. Invariant: it fails when one check does, and asks only the server that it was given.
#![expect(clippy::print_stdout, reason = "a command-line example")]

use std::{
    env,
    num::NonZeroU8,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use llm::{
    answer::{Answer, Rejection, UsageSource},
    backend::LlmBackend as _,
    client::Client,
    config::LlmConfig,
    error::LlmError,
    probe::Probe,
    report::{EndpointReport, Reach, Support},
    request::{Caching, Message, Output, Prompt, Request, Sampling, Tier},
    schema::Schema,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// The variable with the server's key.
const KEY_VARIABLE: &str = "SECURECODE_TEST_LLM_KEY";
/// How long it is waited for a server to become idle.
const PATIENCE: Duration = Duration::from_secs(30);

type Checked = Result<String, String>;

/// The server under test.
struct Target {
    url: String,
    model: String,
    kind: String,
    client: Arc<Client>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut words = env::args().skip(1);
    let (Some(url), Some(model), Some(kind)) = (words.next(), words.next(), words.next()) else {
        println!("usage: protocol URL MODEL vllm|llama-cpp, with the key in {KEY_VARIABLE}");
        return ExitCode::from(2);
    };
    let client = match start(&url, &model, KEY_VARIABLE) {
        Ok(client) => client,
        Err(problem) => {
            println!("{problem}");
            return ExitCode::from(2);
        }
    };
    let target = Target { url, model, kind, client };
    let checks = [
        ("health", health(&target).await),
        ("features", features(&target).await),
        ("structured output", structured(&target).await),
        ("streaming", streaming(&target).await),
        ("cut answers", cut(&target).await),
        ("candidates", candidates(&target).await),
        ("prefix cache", prefix_cache(&target).await),
        ("kept answers", kept(&target).await),
        ("cancellation and metrics", cancellation(&target).await),
        ("errors", errors(&target).await),
        ("throughput", throughput(&target).await),
    ];
    let mut has_failed = false;
    for (name, checked) in checks {
        let (mark, detail) = match checked {
            Ok(detail) => ("ok", detail),
            Err(detail) => ("FAILED", detail),
        };
        has_failed |= mark == "FAILED";
        println!("{mark:<8}{name:<26}{detail}");
    }
    if has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn start(url: &str, model: &str, key_variable: &str) -> Result<Arc<Client>, String> {
    let config = json!({
        "endpoints": {"here": {"base_url": url, "api_key_env": key_variable, "health_every_ms": 100}},
        "tiers": {"fast": {"endpoints": ["here"], "model": model, "max_tokens": 64}},
        "retry": {"attempts": 2, "base_ms": 50, "cap_ms": 200, "overall_ms": 300_000},
    });
    let config: LlmConfig = serde_json::from_value(config).map_err(|error| error.to_string())?;
    Client::start(config).map(Arc::new).map_err(|error| error.to_string())
}

fn asking(question: &str, max_tokens: u32) -> Request {
    let prompt = Prompt::new(Arc::from([Message::system("You answer.")]), vec![Message::user(question)]);
    let sampling = Sampling { max_tokens: Some(max_tokens), ..Sampling::default() };
    Request { sampling, caching: Caching::Bypass, ..Request::new(Tier::Fast, prompt) }
}

async fn ask(target: &Target, request: Request) -> Result<Answer, LlmError> {
    target.client.complete(request, CancellationToken::new()).await
}

async fn look(target: &Target, probe: Probe) -> Result<EndpointReport, String> {
    target.client.report(probe).await.endpoints.pop().ok_or_else(|| "there is no endpoint".to_owned())
}

async fn health(target: &Target) -> Checked {
    let report = look(target, Probe::Look).await?;
    let kind = serde_json::to_value(report.server).map_err(|error| error.to_string())?;
    if kind != json!(target.kind) {
        return Err(format!("the server is taken for {kind}"));
    }
    match report.reach {
        Reach::Ready { listing_ms } if report.models.contains(&target.model) => {
            Ok(format!("{} {}, ready in {listing_ms} ms", report.server, report.version.unwrap_or_default()))
        }
        other => Err(format!("{other:?}, models {:?}", report.models)),
    }
}

async fn features(target: &Target) -> Checked {
    let report = look(target, Probe::Try).await?;
    let known = report.features;
    let must = [
        ("structured output", known.structured_output),
        ("several candidates", known.candidates),
        ("streaming", known.streaming),
        ("token counts", known.usage),
    ];
    let missing: Vec<&str> = must.iter().filter(|one| one.1 != Support::Works).map(|one| one.0).collect();
    let call_ms = report.call_ms.ok_or_else(|| format!("no call was made: {:?}", report.reach))?;
    if !missing.is_empty() {
        return Err(format!("not seen to work: {}", missing.join(", ")));
    }
    Ok(format!("structured output, several candidates, streaming, token counts; a tiny call takes {call_ms} ms"))
}

async fn structured(target: &Target) -> Checked {
    let schema = json!({
        "type": "object",
        "properties": {
            "verdict": {"enum": ["refuted", "proved", "bounded", "unknown"]},
            "is_reachable": {"type": "boolean"},
        },
        "required": ["verdict", "is_reachable"],
        "additionalProperties": false,
    });
    let schema = Arc::new(Schema::new("judgement", schema).map_err(|error| error.to_string())?);
    let mut valid = 0;
    for number in 0..20 {
        let question = format!("Is `eval(text{number})` safe?");
        let request = Request { output: Output::Json(Arc::clone(&schema)), ..asking(&question, 64) };
        let answer = ask(target, request).await.map_err(|error| error.to_string())?;
        let all: Vec<&Value> = answer.candidates.iter().filter_map(|one| one.as_json()).collect();
        valid += all.iter().filter(|value| value.get("verdict").is_some()).count();
    }
    if valid < 20 {
        Err(format!("{valid} of 20 answers hold to the schema"))
    } else {
        Ok("20 of 20 answers hold to the schema".into())
    }
}

/// Asks for text until an answer is whole; what a random model writes may come to no end.
async fn whole(target: &Target, question: &str) -> Result<Answer, LlmError> {
    let mut last = ask(target, asking(question, 600)).await;
    for number in 0..5 {
        match &last {
            Err(LlmError::Unusable(_)) => last = ask(target, asking(&format!("{question} {number}"), 600)).await,
            Ok(_) | Err(_) => break,
        }
    }
    last
}

async fn streaming(target: &Target) -> Checked {
    let begun = Instant::now();
    let long = Request { deadline: Some(Duration::from_secs(200)), ..asking("Count from one to forty in words.", 256) };
    let answered = ask(target, long).await;
    let took = begun.elapsed().as_millis();
    match answered {
        Ok(answer) => {
            let usage = answer.usage;
            if usage.source != UsageSource::Reported || u128::from(usage.first_token_ms) > took {
                return Err(format!("{usage:?} in {took} ms"));
            }
            Ok(format!("first token after {} ms, {} tokens in {took} ms", usage.first_token_ms, usage.output_tokens))
        }
        // A random model seldom ends by itself; the answer was read to its cut end.
        Err(LlmError::Unusable(_)) => Ok(format!("256 tokens in {took} ms, cut at the limit")),
        Err(error) => Err(error.to_string()),
    }
}

/// An answer without its end is none.
async fn cut(target: &Target) -> Checked {
    match ask(target, asking("Write a long story about a prover.", 5)).await {
        Err(LlmError::Unusable(rejections)) if rejections.contains(&Rejection::Truncated) => {
            Ok("an answer that reaches the limit on tokens is refused".into())
        }
        other => Err(format!("an answer of 5 tokens gives {other:?}")),
    }
}

async fn candidates(target: &Target) -> Checked {
    let schema = json!({"type": "object", "properties": {"side": {"enum": ["left", "right"]}}, "required": ["side"], "additionalProperties": false});
    let schema = Arc::new(Schema::new("side", schema).map_err(|error| error.to_string())?);
    let three = NonZeroU8::MIN.saturating_add(2);
    let request = Request { candidates: three, output: Output::Json(schema), ..asking("Left or right?", 32) };
    let answer = ask(target, request).await.map_err(|error| error.to_string())?;
    let (count, requests) = (answer.candidates.len(), answer.usage.requests);
    if count == 3 {
        Ok(format!("3 by {requests} request(s)"))
    } else {
        Err(format!("{count} of 3: {:?}", answer.rejected))
    }
}

async fn prefix_cache(target: &Target) -> Checked {
    let rules: String = (0..120).map(|number| format!("Rule {number}: keep the prefix the same. ")).collect();
    let prefix: Arc<[Message]> = Arc::from([Message::system(rules)]);
    let mut cached = 0;
    let mut seen = Vec::new();
    for question in ["What is rule 1?", "What is rule 2?", "What is rule 3?"] {
        let sampling = Sampling { max_tokens: Some(2), ..Sampling::default() };
        let prompt = Prompt::new(Arc::clone(&prefix), vec![Message::user(question)]);
        let begun = Instant::now();
        let schema = json!({"enum": [1]});
        let schema = Arc::new(Schema::new("one", schema).map_err(|error| error.to_string())?);
        let output = Output::Json(schema);
        let request = Request { sampling, output, caching: Caching::Bypass, ..Request::new(Tier::Fast, prompt) };
        let usage = ask(target, request).await.map(|answer| answer.usage).unwrap_or_default();
        cached = cached.max(usage.cached_tokens);
        seen.push(format!("{} of {} in {} ms", usage.cached_tokens, usage.input_tokens, begun.elapsed().as_millis()));
    }
    let seen = format!("cached tokens: {}", seen.join(", "));
    if cached == 0 { Err(seen) } else { Ok(seen) }
}

async fn kept(target: &Target) -> Checked {
    let request = || Request { caching: Caching::Use, output: yes_or_no(), ..asking("Yes or no?", 32) };
    let first = ask(target, request()).await.map_err(|error| error.to_string())?;
    let begun = Instant::now();
    let second = ask(target, request()).await.map_err(|error| error.to_string())?;
    let is_same = first.candidates == second.candidates && second.usage.requests == 0;
    if is_same {
        Ok(format!("the same question is answered in {} µs", begun.elapsed().as_micros()))
    } else {
        Err(format!("{second:?}"))
    }
}

fn yes_or_no() -> Output {
    let schema = json!({"type": "object", "properties": {"answer": {"type": "boolean"}}, "required": ["answer"], "additionalProperties": false});
    Schema::new("answer", schema).map_or(Output::Text, |schema| Output::Json(Arc::new(schema)))
}

async fn cancellation(target: &Target) -> Checked {
    let token = CancellationToken::new();
    let (client, asked) = (Arc::clone(&target.client), token.clone());
    let long = Request { candidates: NonZeroU8::MIN, ..asking("Write a story of a thousand words.", 2_000) };
    let call = tokio::spawn(async move { client.complete(long, asked).await });
    let running = |report: &EndpointReport| report.load.map(|load| load.running);
    let begun = Instant::now();
    loop {
        match running(&look(target, Probe::Look).await?) {
            None => return Err("the server tells no load".into()),
            Some(count) if count > 0.0 => break,
            Some(_) if begun.elapsed() > PATIENCE || call.is_finished() => {
                return Err("the call is never seen to run".into());
            }
            Some(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    token.cancel();
    let cancelled = Instant::now();
    let outcome = call.await.map_err(|error| error.to_string())?;
    if !matches!(outcome, Err(LlmError::Cancelled)) {
        return Err(format!("the cancelled call gives {outcome:?}"));
    }
    while running(&look(target, Probe::Look).await?) != Some(0.0) {
        if cancelled.elapsed() > PATIENCE {
            return Err("the server goes on with the cancelled call".into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(format!("the server is idle {} ms after the call was cancelled", cancelled.elapsed().as_millis()))
}

async fn errors(target: &Target) -> Checked {
    let mut seen = Vec::new();
    // The name of a variable that is there and holds another text than the key.
    let stranger = start(&target.url, &target.model, "PATH")?;
    match stranger.complete(asking("Yes?", 4), CancellationToken::new()).await {
        Err(LlmError::Unauthorized { .. }) => seen.push("a wrong key"),
        other => return Err(format!("a wrong key gives {other:?}")),
    }
    let words = "word ".repeat(30_000);
    match ask(target, asking(&words, 4)).await {
        Err(LlmError::PromptTooLong { .. }) => seen.push("a prompt that is too long"),
        other => return Err(format!("a prompt that is too long gives {other:?}")),
    }
    if target.kind == "vllm" {
        let other = start(&target.url, "no-such-model", KEY_VARIABLE)?;
        match other.complete(asking("Yes?", 4), CancellationToken::new()).await {
            Err(LlmError::UnknownModel { .. }) => seen.push("an unknown model"),
            other => return Err(format!("an unknown model gives {other:?}")),
        }
    }
    Ok(format!("told apart: {}", seen.join(", ")))
}

async fn throughput(target: &Target) -> Checked {
    let mut seen = Vec::new();
    for count in [1_u32, 8] {
        let begun = Instant::now();
        let calls = (0..count).map(|number| {
            let request = Request { output: Output::Text, ..asking(&format!("Tell something of {number}."), 48) };
            ask(target, request)
        });
        let failed = join_all(calls).await.into_iter().find_map(|call| match call {
            Ok(_) | Err(LlmError::Unusable(_)) => None,
            Err(error) => Some(error.to_string()),
        });
        if let Some(error) = failed {
            return Err(error);
        }
        // Every call stops at the limit, or earlier.
        seen.push(format!("{count} calls of up to 48 tokens in {} ms", begun.elapsed().as_millis()));
    }
    let after = whole(target, "Say yes.").await;
    let detail = match after {
        Ok(_) => "an answer in free text is whole",
        Err(LlmError::Unusable(_)) => "no free text came to its end in six attempts",
        Err(error) => return Err(error.to_string()),
    };
    Ok(format!("{}; {detail}", seen.join(", ")))
}
