//! A server of scripted answers on a real socket. Invariant: it knows of every request that its client gave up.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// One scripted response.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) before: Duration,
    pub(crate) pieces: Vec<Piece>,
}

/// A part of a response's body.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Text(String),
    Pause(Duration),
    /// The connection breaks here.
    Cut,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) body: Value,
    pub(crate) headers: HeaderMap,
    pub(crate) at: Instant,
    /// The client's end of the connection.
    pub(crate) peer: SocketAddr,
}

type Play = dyn Fn(&Value, usize) -> Script + Send + Sync;

/// What is known of the server's life.
pub(crate) struct Stage {
    play: Box<Play>,
    pub(crate) models: Mutex<(StatusCode, Value)>,
    pub(crate) metrics: Mutex<String>,
    pub(crate) health: Mutex<StatusCode>,
    seen: Mutex<Vec<Seen>>,
    pub(crate) running: AtomicUsize,
    pub(crate) most_running: AtomicUsize,
    pub(crate) given_up: AtomicUsize,
    pub(crate) listed: AtomicUsize,
}

/// A running server.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) stage: Arc<Stage>,
}

impl Server {
    /// Starts a server whose n-th chat request (from 0) gets what `play` says.
    pub(crate) async fn start(play: impl Fn(&Value, usize) -> Script + Send + Sync + 'static) -> Self {
        let stage = Arc::new(Stage {
            play: Box::new(play),
            models: Mutex::new((StatusCode::OK, json!({"object": "list", "data": [{"id": "m", "owned_by": "tests"}]}))),
            metrics: Mutex::default(),
            health: Mutex::new(StatusCode::OK),
            seen: Mutex::default(),
            running: AtomicUsize::new(0),
            most_running: AtomicUsize::new(0),
            given_up: AtomicUsize::new(0),
            listed: AtomicUsize::new(0),
        });
        let app = Router::new()
            .route("/v1/chat/completions", post(chat))
            .route("/v1/models", get(models))
            .route("/version", get(|| async { Json(json!({"version": "0.32.0"})) }))
            .route("/health", get(|State(stage): State<Arc<Stage>>| async move { *stage.health.lock().unwrap() }))
            .route(
                "/metrics",
                get(|State(stage): State<Arc<Stage>>| async move { stage.metrics.lock().unwrap().clone() }),
            )
            .with_state(Arc::clone(&stage));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await.unwrap()
        });
        Self { address, stage }
    }

    /// Says that the server is the program of this owner of models.
    pub(crate) fn owned_by(self, owner: &str) -> Self {
        self.stage.models.lock().unwrap().1 = json!({"data": [{"id": "m", "owned_by": owner}]});
        self
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Gives all chat requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.stage.seen.lock().unwrap().clone()
    }

    /// Gives the bodies of all chat requests so far.
    pub(crate) fn bodies(&self) -> Vec<Value> {
        self.seen().into_iter().map(|seen| seen.body).collect()
    }
}

async fn models(State(stage): State<Arc<Stage>>) -> (StatusCode, Json<Value>) {
    stage.listed.fetch_add(1, SeqCst);
    let (status, body) = stage.models.lock().unwrap().clone();
    (status, Json(body))
}

/// Counts a request as given up when it is dropped before its end.
struct Watch {
    stage: Arc<Stage>,
    is_over: bool,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stage.running.fetch_sub(1, SeqCst);
        if !self.is_over {
            self.stage.given_up.fetch_add(1, SeqCst);
        }
    }
}

async fn chat(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap();
    let number = {
        let mut seen = stage.seen.lock().unwrap();
        seen.push(Seen { body: body.clone(), headers, at: Instant::now(), peer });
        seen.len() - 1
    };
    let running = stage.running.fetch_add(1, SeqCst) + 1;
    stage.most_running.fetch_max(running, SeqCst);
    let script = (stage.play)(&body, number);
    let mut watch = Watch { stage: Arc::clone(&stage), is_over: false };
    tokio::time::sleep(script.before).await;
    let mut response = Response::builder().status(script.status);
    for (name, value) in &script.headers {
        response = response.header(name, value);
    }
    let is_simple = script.pieces.iter().all(|piece| matches!(piece, Piece::Text(_)));
    if is_simple {
        watch.is_over = true;
        let text: String = script.pieces.iter().map(Piece::text).collect();
        return response.body(Body::from(text)).unwrap();
    }
    let pieces = stream::iter(script.pieces).map(Some).chain(stream::iter([None]));
    let body = pieces.then(move |piece| {
        // Moved into the stream, the watch ends with it.
        if piece.is_none() {
            watch.is_over = true;
        }
        let _ = &watch;
        async move {
            match piece {
                Some(Piece::Text(text)) => Ok(Bytes::from(text)),
                Some(Piece::Pause(time)) => {
                    tokio::time::sleep(time).await;
                    Ok(Bytes::new())
                }
                Some(Piece::Cut) => {
                    // What came before is on its way by then.
                    tokio::time::sleep(Duration::from_millis(30)).await;
                    Err(io::Error::other("cut"))
                }
                None => Ok(Bytes::new()),
            }
        }
    });
    response
        .body(Body::from_stream(
            body.filter(|bytes| std::future::ready(!matches!(bytes, Ok(bytes) if bytes.is_empty()))),
        ))
        .unwrap()
}

impl Piece {
    fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Pause(_) | Self::Cut => "",
        }
    }
}

impl Script {
    /// Answers with JSON.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::plain(status, "application/json", &body.to_string())
    }

    /// Answers with a text.
    pub(crate) fn plain(status: u16, media: &str, body: &str) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), media.to_owned())],
            before: Duration::ZERO,
            pieces: vec![Piece::Text(body.to_owned())],
        }
    }

    /// Streams these pieces.
    pub(crate) fn stream(pieces: Vec<Piece>) -> Self {
        Self { pieces, ..Self::plain(200, "text/event-stream", "") }
    }

    /// Streams one whole answer.
    pub(crate) fn answer(text: &str) -> Self {
        Self::answers(&[text], "stop")
    }

    /// Streams several candidates, each with this reason for its end.
    pub(crate) fn answers(texts: &[&str], finish: &str) -> Self {
        let mut pieces = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            let middle = (text.len() / 2..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap();
            let (first, second) = text.split_at(middle);
            pieces.push(choice(index, first, None));
            pieces.push(choice(index, second, Some(finish)));
        }
        pieces.push(usage(100, 10));
        pieces.push(done());
        Self::stream(pieces)
    }

    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Waits before the response begins.
    pub(crate) fn after(mut self, time: Duration) -> Self {
        self.before = time;
        self
    }
}

/// One event of a stream.
pub(crate) fn event(data: &Value) -> Piece {
    Piece::Text(format!("data: {data}\n\n"))
}

/// A piece of a candidate.
pub(crate) fn choice(index: usize, text: &str, finish: Option<&str>) -> Piece {
    event(&json!({
        "id": "c", "object": "chat.completion.chunk",
        "choices": [{"index": index, "delta": {"content": text}, "finish_reason": finish}],
    }))
}

/// The numbers at a stream's end.
pub(crate) fn usage(input: u64, output: u64) -> Piece {
    event(&json!({
        "choices": [],
        "usage": {"prompt_tokens": input, "completion_tokens": output, "prompt_tokens_details": {"cached_tokens": 7}},
    }))
}

/// A stream's last event.
pub(crate) fn done() -> Piece {
    Piece::Text("data: [DONE]\n\n".to_owned())
}

/// Accepts connections and never answers; gives the address.
pub(crate) async fn half_open() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut open = Vec::new();
        loop {
            open.push(listener.accept().await.unwrap());
        }
    });
    address
}

/// Gives an address where nothing listens.
pub(crate) async fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}
