//! One server and all that is known of it. Invariant: requests go to the configured host only; redirects are not followed.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use reqwest::{
    Client, RequestBuilder, Response, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap},
    redirect::Policy,
};
use tokio::time::Instant;

use crate::{
    api_key::ApiKey,
    breaker::Breaker,
    config::{BreakerConfig, EndpointConfig},
    detect::Detection,
    error::ConfigError,
    features::Learnt,
    gate::Gate,
    health::Health,
};

/// The longest time for which a server can have itself left alone.
const LONGEST_REST: Duration = Duration::from_secs(600);
const TCP_KEEPALIVE: Duration = Duration::from_secs(30);

/// A server.
pub(crate) struct Endpoint {
    pub(crate) name: String,
    pub(crate) config: EndpointConfig,
    pub(crate) key: Option<ApiKey>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) breaker: Breaker,
    pub(crate) learnt: Learnt,
    pub(crate) detection: Detection,
    pub(crate) health: Health,
    base: String,
    http: Client,
    rests_until: Mutex<Option<Instant>>,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Endpoint").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Endpoint {
    pub(crate) fn new(name: &str, config: &EndpointConfig, breaker: BreakerConfig) -> Result<Arc<Self>, ConfigError> {
        let key = config.api_key_env.as_deref().map(ApiKey::from_env).transpose()?;
        let http = http_client(config, key.as_ref())
            .map_err(|source| ConfigError::Http { endpoint: name.to_owned(), source })?;
        let breaker =
            Breaker::new(name, breaker).map_err(|reason| ConfigError::Breaker { endpoint: name.to_owned(), reason })?;
        Ok(Arc::new(Self {
            name: name.to_owned(),
            base: config.base_url.trim_end_matches('/').to_owned(),
            config: config.clone(),
            key,
            gate: Gate::new(config.max_in_flight, config.max_queued),
            breaker,
            learnt: Learnt::default(),
            detection: Detection::default(),
            health: Health::default(),
            http,
            rests_until: Mutex::default(),
        }))
    }

    /// Begins a request for chat completions.
    pub(crate) fn post_chat(&self, body: Vec<u8>) -> RequestBuilder {
        let url = format!("{}/chat/completions", self.base);
        self.http.post(url).header(CONTENT_TYPE, "application/json").body(body)
    }

    /// Begins a request below the API's version, such as `models`.
    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}/{path}", self.base)).timeout(self.connect_deadline())
    }

    /// Begins a request beside the API, such as `health`.
    pub(crate) fn get_root(&self, path: &str) -> RequestBuilder {
        let root = self.base.strip_suffix("/v1").unwrap_or(&self.base);
        self.http.get(format!("{root}/{path}")).timeout(self.connect_deadline())
    }

    /// Gives the time for small questions.
    pub(crate) fn connect_deadline(&self) -> Duration {
        Duration::from_millis(self.config.deadlines.connect_ms)
    }

    /// Leaves the server alone for a while, as it has asked for.
    pub(crate) fn rest(&self, time: Duration) {
        if !time.is_zero() {
            *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) =
                Some(Instant::now() + time.min(LONGEST_REST));
        }
    }

    /// Gives when the server may be asked again, where it asked to be left alone.
    pub(crate) fn rests_until(&self) -> Option<Instant> {
        let until = *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.filter(|until| *until > Instant::now())
    }
}

fn http_client(config: &EndpointConfig, key: Option<&ApiKey>) -> Result<Client, reqwest::Error> {
    // The first one in the process stays; it does not matter whose it is.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut headers = HeaderMap::new();
    if let Some(value) = key.and_then(ApiKey::as_header) {
        headers.insert(AUTHORIZATION, value);
    }
    let mut builder = Client::builder()
        .user_agent(concat!("securecode/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .connect_timeout(Duration::from_millis(config.deadlines.connect_ms))
        .redirect(Policy::none())
        .pool_max_idle_per_host(config.max_in_flight as usize)
        .tcp_keepalive(TCP_KEEPALIVE);
    let url = Url::parse(&config.base_url).ok();
    if url.as_ref().is_some_and(|url| url.scheme() == "http") {
        // Without TLS no certificates are read, which a container may lack.
        builder = builder.tls_certs_only([]);
    }
    if url.as_ref().and_then(Url::host_str).is_some_and(is_loopback) {
        builder = builder.no_proxy();
    }
    builder.build()
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.starts_with("127.") || host == "[::1]"
}

/// Reads a body up to a limit; what a broken connection has delivered is given.
pub(crate) async fn read(mut response: Response, most: usize) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(piece)) = response.chunk().await {
        let room = most.saturating_sub(body.len());
        body.extend(piece.iter().take(room));
        if room <= piece.len() {
            break;
        }
    }
    body
}
