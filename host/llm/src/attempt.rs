//! One request over HTTP. Invariant: dropping it closes the connection, and no answer is given whose end did not come.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use eventsource_stream::{EventStreamError, Eventsource as _};
use futures_util::StreamExt as _;
use reqwest::{Response, header::CONTENT_TYPE};
use tokio::time::{Instant, timeout};

use crate::{
    endpoint::{Endpoint, read},
    error::LlmError,
    meter::Meter,
    retry::retry_after,
    server_error::ServerError,
    stream::{Bad, Choice, Collected},
};

/// How much of an error is read, in bytes.
const MOST_ERROR: usize = 64 * 1024;
/// How long a whole response may be, in bytes; a stream takes some 250 bytes for a token.
const MOST_BYTES: usize = 128 * 1024 * 1024;
/// How long one line of a stream may be, in bytes.
const MOST_LINE: usize = 4 * 1024 * 1024;
/// How long to wait for the end of a response whose last event has come, so that the connection can be used again.
const END: Duration = Duration::from_millis(50);

/// What a server gave.
#[derive(Debug)]
pub(crate) enum Reply {
    /// Whole candidates.
    Received(Received),
    /// A refusal (400 or 422), from which something may be learnt.
    Refused(ServerError),
}

/// Whole candidates.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) choices: Vec<Choice>,
    pub(crate) first_token: Duration,
    pub(crate) way: Way,
}

/// How an answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Streamed,
    AtOnce,
}

/// Why a body has no more bytes.
#[derive(Debug)]
enum Broken {
    Http,
    TooLong,
}

/// How much of a stream has come, in bytes.
#[derive(Default)]
struct Size {
    whole: usize,
    /// Since the last end of a line: the parser looks at an unfinished line again with each piece that comes.
    line: usize,
}

impl Size {
    fn grow(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        self.whole = self.whole.saturating_add(bytes.len());
        self.line = match bytes.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => bytes.len() - end,
            None => self.line.saturating_add(bytes.len()),
        };
        if self.whole > MOST_BYTES || self.line > MOST_LINE { Err(Broken::TooLong) } else { Ok(()) }
    }
}

struct Attempt {
    endpoint: Arc<Endpoint>,
    model: String,
    meter: Arc<Meter>,
    begun: Instant,
}

/// Sends a request and waits for its answer.
pub(crate) async fn run(
    endpoint: Arc<Endpoint>,
    model: String,
    body: Vec<u8>,
    meter: Arc<Meter>,
) -> Result<Reply, LlmError> {
    let whole_ms = endpoint.config.deadlines.whole_ms;
    let attempt = Attempt { endpoint, model, meter, begun: Instant::now() };
    let slow = || LlmError::Slow { endpoint: attempt.endpoint.name.clone(), waited_ms: whole_ms };
    timeout(Duration::from_millis(whole_ms), attempt.talk(body)).await.unwrap_or_else(|_| Err(slow()))
}

impl Attempt {
    async fn talk(&self, body: Vec<u8>) -> Result<Reply, LlmError> {
        self.meter.sent();
        let response =
            timeout(self.patience(), self.endpoint.post_chat(body).send()).await.map_err(|_| self.silent())?;
        let response = response.map_err(|source| {
            if source.is_connect() {
                self.meter.refused();
            }
            self.connection(source)
        })?;
        if !response.status().is_success() {
            self.meter.refused();
            return self.failed(response).await;
        }
        let media = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if media.starts_with("text/event-stream") {
            self.streamed(response).await
        } else {
            self.at_once(response).await
        }
    }

    async fn failed(&self, response: Response) -> Result<Reply, LlmError> {
        let status = response.status().as_u16();
        let wait = retry_after(response.headers(), SystemTime::now());
        // An error whose text does not come is still that error.
        let body = timeout(self.patience(), read(response, MOST_ERROR)).await.unwrap_or_default();
        self.failed_with(ServerError::read(status, &body, self.endpoint.key.as_ref()), wait)
    }

    fn failed_with(&self, error: ServerError, wait: Option<Duration>) -> Result<Reply, LlmError> {
        if error.is_refusal() {
            return Ok(Reply::Refused(error));
        }
        Err(error.into_error(&self.endpoint.name, &self.model, wait))
    }

    async fn streamed(&self, response: Response) -> Result<Reply, LlmError> {
        let mut size = Size::default();
        let bytes = response.bytes_stream().map(move |bytes| {
            let bytes = bytes.map_err(|_| Broken::Http)?;
            size.grow(&bytes).map(|()| bytes)
        });
        let mut events = std::pin::pin!(bytes.eventsource());
        let mut collected = Collected::default();
        let mut first_token = None;
        loop {
            let patience = if collected.is_done { END } else { self.patience() };
            let event = match timeout(patience, events.next()).await {
                Err(_) if collected.is_done || collected.is_whole() => break,
                Err(_) => return Err(self.silent()),
                Ok(None) => break,
                Ok(Some(event)) => event,
            };
            match event {
                Ok(_) | Err(_) if collected.is_done => break,
                Ok(event) => match self.take(&mut collected, &event.data) {
                    Ok(0) => {}
                    Ok(_) => _ = first_token.get_or_insert_with(|| self.begun.elapsed()),
                    Err(bad) => return self.bad(bad),
                },
                // What has come to its end is whole, even when the connection is not.
                Err(EventStreamError::Transport(Broken::Http)) => break,
                Err(EventStreamError::Transport(Broken::TooLong)) => {
                    return Err(self.not_understood("a stream without end"));
                }
                Err(EventStreamError::Utf8(_) | EventStreamError::Parser(_)) => {
                    return Err(self.not_understood("a broken event stream"));
                }
            }
        }
        self.whole(collected, first_token, Way::Streamed)
    }

    async fn at_once(&self, response: Response) -> Result<Reply, LlmError> {
        let body = timeout(self.patience(), read(response, MOST_BYTES)).await.map_err(|_| self.silent())?;
        let text = String::from_utf8(body).map_err(|_| self.not_understood("a body that is not UTF-8"))?;
        let mut collected = Collected::default();
        match self.take(&mut collected, &text) {
            Ok(_) => self.whole(collected, Some(self.begun.elapsed()), Way::AtOnce),
            Err(bad) => self.bad(bad),
        }
    }

    fn take(&self, collected: &mut Collected, data: &str) -> Result<usize, Bad> {
        let bytes = collected.take(data, self.endpoint.key.as_ref())?;
        self.meter.received(bytes);
        if let Some(tokens) = collected.tokens {
            self.meter.counted(tokens);
        }
        Ok(bytes)
    }

    fn bad(&self, bad: Bad) -> Result<Reply, LlmError> {
        match bad {
            Bad::Piece(problem) => Err(self.not_understood(problem)),
            Bad::Error(error) => {
                self.meter.refused();
                self.failed_with(error, None)
            }
        }
    }

    fn whole(&self, collected: Collected, first_token: Option<Duration>, way: Way) -> Result<Reply, LlmError> {
        if !collected.is_whole() {
            return Err(LlmError::Cut { endpoint: self.endpoint.name.clone() });
        }
        let first_token = first_token.unwrap_or_else(|| self.begun.elapsed());
        Ok(Reply::Received(Received { choices: collected.choices.into_values().collect(), first_token, way }))
    }

    fn patience(&self) -> Duration {
        Duration::from_millis(self.endpoint.config.deadlines.first_token_ms)
    }

    fn silent(&self) -> LlmError {
        let waited_ms = self.endpoint.config.deadlines.first_token_ms;
        LlmError::Silent { endpoint: self.endpoint.name.clone(), waited_ms }
    }

    fn connection(&self, source: reqwest::Error) -> LlmError {
        LlmError::Connection { endpoint: self.endpoint.name.clone(), source: source.without_url() }
    }

    fn not_understood(&self, problem: &'static str) -> LlmError {
        LlmError::NotUnderstood { endpoint: self.endpoint.name.clone(), problem }
    }
}
