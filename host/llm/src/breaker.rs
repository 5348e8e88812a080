//! One endpoint's circuit breaker. Invariant: a call that was dropped counts neither as a success nor as a failure.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::future::BoxFuture;
use tower::{Service, ServiceExt as _, service_fn};
use tower_resilience_circuitbreaker::{
    CircuitBreakerError, CircuitBreakerHandle, CircuitBreakerLayer, CircuitState, FailureClassifier,
};

use crate::{config::BreakerConfig, error::LlmError, report::BreakerState};

/// The part of the open time that a call waits while others try the endpoint.
const TRIAL: u32 = 4;

type Layer = CircuitBreakerLayer<EndpointsFault>;

/// Tells the endpoint's failures from the request's.
#[derive(Clone, Copy, Debug)]
struct EndpointsFault;

impl<T> FailureClassifier<T, LlmError> for EndpointsFault {
    fn classify(&self, result: &Result<T, LlmError>) -> bool {
        result.as_ref().is_err_and(LlmError::is_endpoints_fault)
    }
}

/// Leaves an endpoint alone that fails.
pub(crate) struct Breaker {
    endpoint: String,
    layer: Layer,
    handle: CircuitBreakerHandle<EndpointsFault>,
    open_for: Duration,
    opened: Arc<Mutex<Option<Instant>>>,
}

impl Breaker {
    /// Makes a closed one; the error is the library's text.
    pub(crate) fn new(endpoint: &str, config: BreakerConfig) -> Result<Self, String> {
        let opened: Arc<Mutex<Option<Instant>>> = Arc::default();
        let open_for = Duration::from_millis(config.open_ms);
        let (note, name) = (Arc::clone(&opened), endpoint.to_owned());
        let (layer, handle) = CircuitBreakerLayer::builder()
            .consecutive_failures(config.failures as usize)
            .wait_duration_in_open(open_for)
            .permitted_calls_in_half_open(config.probes as usize)
            .on_state_transition(move |from, to| {
                tracing::warn!(llm.endpoint = name, ?from, ?to, "the circuit breaker of an endpoint changed its state");
                *note.lock().unwrap_or_else(PoisonError::into_inner) = (to == CircuitState::Open).then(Instant::now);
            })
            .failure_classifier_type(EndpointsFault)
            .build_with_handle()
            .map_err(|error| error.to_string())?;
        Ok(Self { endpoint: endpoint.to_owned(), layer, handle, open_for, opened })
    }

    /// Runs a call if the breaker lets it pass.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        call: BoxFuture<'static, Result<T, LlmError>>,
    ) -> Result<T, LlmError> {
        let mut service = self.layer.layer_fn(service_fn(|call: BoxFuture<'static, Result<T, LlmError>>| call));
        let result = match service.ready().await {
            Ok(service) => service.call(call).await,
            Err(error) => Err(error),
        };
        result.map_err(|error| match error {
            CircuitBreakerError::Inner(error) => error,
            CircuitBreakerError::OpenCircuit => self.open_error(),
        })
    }

    /// Gives the time until the endpoint may be asked again; nothing where it may be asked now.
    pub(crate) fn closed_for(&self) -> Option<Duration> {
        let opened = (*self.opened.lock().unwrap_or_else(PoisonError::into_inner))?;
        self.open_for.checked_sub(opened.elapsed()).filter(|left| !left.is_zero())
    }

    pub(crate) fn open_error(&self) -> LlmError {
        // While a few calls try whether it works, the others wait for what comes of it.
        let left = self.closed_for().unwrap_or(self.open_for / TRIAL);
        let retry_in_ms = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
        LlmError::BreakerOpen { endpoint: self.endpoint.clone(), retry_in_ms }
    }

    /// Gives the state for a report.
    pub(crate) fn state(&self) -> BreakerState {
        match self.handle.state() {
            CircuitState::Closed => BreakerState::Closed,
            CircuitState::Open if self.closed_for().is_some() => BreakerState::Open,
            CircuitState::Open | CircuitState::HalfOpen => BreakerState::HalfOpen,
        }
    }
}
