//! The server as the command line starts it. Invariant: every response that is an error is a problem document.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, header},
};
use engine::engine::Engine;
use store::{Store, code::CodeStore, error::StoreError, sqlite::SqliteStore};
use tokio::{net::TcpListener, sync::Semaphore};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, set_header::SetResponseHeaderLayer,
    timeout::RequestBodyTimeoutLayer, trace::TraceLayer,
};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    connections, guard,
    jobs::Jobs,
    problem::{ErrorKind, Problem},
    rate::{self, Rate},
    routes,
    wire::models::ModelServers,
};

/// What the server needs to be told.
#[derive(Clone)]
pub struct ServerConfig {
    /// Where to listen; port 0 picks a free one.
    pub address: SocketAddr,
    /// Largest code that `/analyze` takes, in bytes.
    pub max_code_bytes: usize,
    /// Largest upload, in bytes.
    pub max_upload_bytes: usize,
    /// Where scans are kept; in memory when there is none.
    pub data_dir: Option<PathBuf>,
    /// How long code is kept after a scan.
    pub retention: Duration,
    /// What requests have to carry, when anything.
    pub api_key: Option<String>,
    /// The web UI's files, in place of those in the binary.
    pub ui_dir: Option<PathBuf>,
    /// How long a body may be silent.
    pub body_timeout: Duration,
    /// Requests of one address in a minute; 0 for no limit.
    pub rate_limit: u32,
    /// The language models that are configured, if any.
    pub models: Option<Arc<dyn ModelServers>>,
    /// Settings as they are shown: name, value and origin; no secrets.
    pub settings: Vec<(String, String, &'static str)>,
}

/// Why the server cannot be started, or ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is not free, or the listener failed.
    #[error("the address cannot be listened on")]
    Listen(#[from] std::io::Error),
    /// What is kept cannot be used.
    #[error("what is kept cannot be used")]
    Store(#[from] StoreError),
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
    pub(crate) jobs: Arc<Jobs>,
    pub(crate) config: Arc<ServerConfig>,
    pub(crate) started: Instant,
    /// Analyses that may run at once.
    pub(crate) running: Arc<Semaphore>,
    /// Analyses that run or wait.
    pub(crate) depth: Arc<AtomicUsize>,
    /// What each address may ask; none for no limit.
    pub(crate) rate: Option<Arc<Rate>>,
}

/// Analyses that may run or wait before `/analyze` answers 503.
const MAX_DEPTH: usize = 64;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "SecureCodeAI",
        description = "Finds, proves and patches vulnerabilities in Python code.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    // Its path takes slashes, which a description cannot say: it is routed by hand.
    paths(crate::routes::files::get)
)]
struct ApiDoc;

/// How often addresses are forgotten that have not asked lately.
const FORGET: Duration = Duration::from_secs(60);

/// How long running requests and scans get to end when the server is stopped.
const GRACE: Duration = Duration::from_secs(5);

/// Serves until SIGINT or SIGTERM; `on_ready` is told the address once it is bound. Scans that run then are put back into
/// the queue.
///
/// # Errors
/// When the address cannot be bound, the listener fails, or what is kept cannot be used.
pub async fn serve(
    engine: Arc<Engine>,
    config: ServerConfig,
    on_ready: impl FnOnce(SocketAddr),
) -> Result<(), ServeError> {
    let (store, code): (Arc<dyn Store>, CodeStore) = match &config.data_dir {
        Some(folder) => (
            Arc::new(SqliteStore::open(&folder.join("securecode.db")).await?),
            CodeStore::in_folder(&folder.join("code"))?,
        ),
        None => (Arc::new(SqliteStore::in_memory().await?), CodeStore::in_memory()),
    };
    let listener = TcpListener::bind(config.address).await?;
    on_ready(listener.local_addr()?);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let running = Arc::new(Semaphore::new(cores));
    let jobs = Arc::new(Jobs::new(engine.clone(), (store, Arc::new(code)), (config.retention, running.clone())));
    let work = tokio::spawn(jobs.clone().run());
    let rate = Rate::new(config.rate_limit).map(Arc::new);
    if let Some(rate) = rate.clone() {
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(FORGET).await;
                rate.forget();
            }
        });
    }
    let shared = Shared {
        engine,
        jobs: jobs.clone(),
        config: Arc::new(config),
        started: Instant::now(),
        running,
        depth: Arc::new(AtomicUsize::new(0)),
        rate: rate.clone(),
    };
    let stopping = jobs.clone();
    let signal = async move {
        stop_signal().await;
        // Who follows a scan does not hang up by himself.
        stopping.stop();
    };
    let served = connections::serve(listener, router(shared), (signal, GRACE)).await;
    jobs.stop();
    let _is_done = tokio::time::timeout(GRACE, work).await;
    let mut waited = Duration::ZERO;
    while !jobs.is_idle() && waited < GRACE {
        tokio::time::sleep(Duration::from_millis(50)).await;
        waited += Duration::from_millis(50);
    }
    Ok(served?)
}

/// Makes the whole router.
fn router(shared: Shared) -> Router {
    let config = shared.config.clone();
    let routes = routes::all(config.max_upload_bytes);
    let (router, api) = OpenApiRouter::with_openapi(ApiDoc::openapi()).merge(routes).split_for_parts();
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    router
        .merge(routes::pages())
        .merge(routes::docs::router(api))
        .fallback(|| async { Problem::new(ErrorKind::NotFound, "see / for what there is") })
        .method_not_allowed_fallback(|| async {
            Problem::new(ErrorKind::MethodNotAllowed, "see /docs for what there is")
        })
        .layer(DefaultBodyLimit::max(config.body_limit()))
        .layer(axum::middleware::from_fn_with_state(shared.clone(), guard::check))
        .layer(axum::middleware::from_fn_with_state(shared.clone(), rate::check))
        .layer(RequestBodyTimeoutLayer::new(config.body_timeout))
        .layer(header(header::CONTENT_SECURITY_POLICY, routes::ui::POLICY))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(header(header::X_FRAME_OPTIONS, "DENY"))
        .layer(header(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(header(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"))
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
