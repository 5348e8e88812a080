//! The server as the command line starts it. Invariant: every response that is an error is a problem document.

use std::{
    net::SocketAddr,
    sync::Arc,
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};

use axum::{Router, extract::DefaultBodyLimit};
use engine::engine::Engine;
use tokio::{net::TcpListener, sync::Semaphore};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, trace::TraceLayer};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    problem::{ErrorKind, Problem},
    routes,
};

/// What the server needs to be told.
#[derive(Clone, Copy, Debug)]
pub struct ServerConfig {
    /// Where to listen; port 0 picks a free one.
    pub address: SocketAddr,
    /// Largest code that `/analyze` takes, in bytes.
    pub max_code_bytes: usize,
}

impl ServerConfig {
    /// Gives the largest body that is taken, in bytes: JSON can spend six on one of the code's, and the rest is small.
    pub(crate) const fn body_limit(&self) -> usize {
        self.max_code_bytes.saturating_mul(6).saturating_add(64 << 10)
    }
}

/// What the routes share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) engine: Arc<Engine>,
    pub(crate) config: ServerConfig,
    pub(crate) started: Instant,
    /// Analyses that may run at once.
    pub(crate) running: Arc<Semaphore>,
    /// Analyses that run or wait.
    pub(crate) depth: Arc<AtomicUsize>,
}

/// Analyses that may run or wait before `/analyze` answers 503.
const MAX_DEPTH: usize = 64;

#[derive(OpenApi)]
#[openapi(info(
    title = "SecureCodeAI",
    description = "Finds, proves and patches vulnerabilities in Python code.",
    license(name = "Apache-2.0", identifier = "Apache-2.0"),
))]
struct ApiDoc;

/// Serves until SIGINT or SIGTERM; `on_ready` is told the address once it is bound.
///
/// # Errors
/// When the address cannot be bound or the listener fails.
pub async fn serve(
    engine: Arc<Engine>,
    config: ServerConfig,
    on_ready: impl FnOnce(SocketAddr),
) -> std::io::Result<()> {
    let listener = TcpListener::bind(config.address).await?;
    on_ready(listener.local_addr()?);
    axum::serve(listener, router(engine, config)).with_graceful_shutdown(stop_signal()).await
}

/// Makes the whole router.
fn router(engine: Arc<Engine>, config: ServerConfig) -> Router {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let shared = Shared {
        engine,
        config,
        started: Instant::now(),
        running: Arc::new(Semaphore::new(cores)),
        depth: Arc::new(AtomicUsize::new(0)),
    };
    let (router, api) = OpenApiRouter::with_openapi(ApiDoc::openapi()).merge(routes::all()).split_for_parts();
    router
        .merge(routes::docs::router(api))
        .fallback(|| async { Problem::new(ErrorKind::NotFound, "see / for what there is") })
        .method_not_allowed_fallback(|| async {
            Problem::new(ErrorKind::MethodNotAllowed, "see /docs for what there is")
        })
        .layer(DefaultBodyLimit::max(config.body_limit()))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            axum::response::IntoResponse::into_response(Problem::new(ErrorKind::Internal, "the request was not served"))
        }))
        .layer(CompressionLayer::new())
        .layer(TraceLayer::new_for_http())
        .with_state(shared)
}

/// A place in the queue; given back when dropped.
pub(crate) struct Ticket {
    depth: Arc<AtomicUsize>,
}

impl Shared {
    /// Takes a place in the queue.
    ///
    /// # Errors
    /// 503 when the queue is full.
    pub(crate) fn enter(&self) -> Result<Ticket, Problem> {
        let place = self.depth.fetch_add(1, Ordering::SeqCst);
        let ticket = Ticket { depth: self.depth.clone() };
        if place >= MAX_DEPTH {
            return Err(Problem::new(ErrorKind::Busy, format!("{MAX_DEPTH} analyses run or wait; try again later")));
        }
        Ok(ticket)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.depth.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn stop_signal() {
    let interrupt = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
