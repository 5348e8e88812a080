//! The way in for threads. Invariant: a call that returned has nothing left running.

use std::{
    fmt,
    sync::{
        Arc,
        mpsc::{RecvTimeoutError, channel},
    },
    time::Duration,
};

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::{answer::Answer, backend::LlmBackend, error::LlmError, request::Request};

/// How often it is asked whether the answers are still wanted.
const PATIENCE: Duration = Duration::from_millis(50);

/// Asks a backend from threads that belong to no runtime.
#[derive(Clone)]
pub struct BlockingLlm {
    backend: Arc<dyn LlmBackend>,
    runtime: Handle,
}

impl fmt::Debug for BlockingLlm {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("BlockingLlm").finish_non_exhaustive()
    }
}

impl BlockingLlm {
    /// Makes a handle; the calls run on `runtime`, which must have its I/O and time drivers enabled.
    pub fn new(backend: Arc<dyn LlmBackend>, runtime: Handle) -> Self {
        Self { backend, runtime }
    }

    /// Asks and waits; `is_cancelled` is looked at 20 times a second. The thread must not be one that drives the runtime.
    ///
    /// # Errors
    /// As the backend; [`LlmError::Cancelled`] when `is_cancelled` said so, [`LlmError::Internal`] when the runtime is gone.
    pub fn complete(&self, request: Request, is_cancelled: &dyn Fn() -> bool) -> Result<Answer, LlmError> {
        self.complete_all(vec![request], is_cancelled).pop().unwrap_or_else(|| Err(lost()))
    }

    /// Asks everything at once and waits for all; the results are in the order of the requests.
    pub fn complete_all(
        &self,
        requests: Vec<Request>,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Vec<Result<Answer, LlmError>> {
        let mut results: Vec<_> = requests.iter().map(|_| Err(lost())).collect();
        let cancel = CancellationToken::new();
        // What is still running when this is left, by a panic of `is_cancelled` too, is cancelled.
        let _end = cancel.clone().drop_guard();
        let (send, receive) = channel();
        for (index, request) in requests.into_iter().enumerate() {
            let (backend, cancel, send) = (Arc::clone(&self.backend), cancel.clone(), send.clone());
            self.runtime.spawn(async move {
                let result = backend.complete(request, cancel).await;
                // Nobody waits any more when this fails.
                let _ = send.send((index, result));
            });
        }
        drop(send);
        loop {
            match receive.recv_timeout(PATIENCE) {
                Ok((index, result)) => {
                    if let Some(place) = results.get_mut(index) {
                        *place = result;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return results,
            }
            if is_cancelled() {
                cancel.cancel();
            }
        }
    }
}

fn lost() -> LlmError {
    LlmError::Internal("the runtime ended before the answer was there")
}
