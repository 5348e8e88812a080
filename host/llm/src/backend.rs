//! The seam between those who ask and those who answer. Invariant: dropping the future or cancelling the token ends the
//! call on the server, too.

use std::{future::Future, pin::Pin};

use tokio_util::sync::CancellationToken;

use crate::{answer::Answer, error::LlmError, request::Request};

/// An answer to come.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Result<Answer, LlmError>> + Send + 'a>>;

/// Something that answers requests.
pub trait LlmBackend: Send + Sync {
    /// Answers a request, or fails with [`LlmError::Cancelled`] once `cancel` is.
    fn complete(&self, request: Request, cancel: CancellationToken) -> Answering<'_>;
}
