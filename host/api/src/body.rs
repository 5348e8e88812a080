//! A request's body in memory. Invariant: a body over its limit is never kept.

use std::{error::Error, future::poll_fn, pin::Pin, time::Duration};

use axum::body::{Body, HttpBody as _};
use tower_http::timeout::TimeoutError;

use crate::problem::{ErrorKind, Problem};

/// Most bytes over the limit that are read and dropped.
const DRAINED_BYTES: usize = 32 << 20;

/// How long a body that is read into memory may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// Gives the problem of a body that fell silent; none for one that was cut off or is wrong.
pub(crate) fn silent(error: &(dyn Error + 'static)) -> Option<Problem> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<TimeoutError>() {
            return Some(Problem::new(ErrorKind::Slow, "nothing of the body came for a while"));
        }
        cause = error.source();
    }
    None
}

fn unreadable(error: &axum::Error) -> Problem {
    silent(error).unwrap_or_else(|| Problem::new(ErrorKind::MalformedJson, "the body could not be read"))
}

/// Reads a body of limited size. One that is too large is read on for a while and dropped: a client that is still
/// writing when the connection closes never sees the answer.
pub(crate) async fn read(mut body: Body, limit: usize) -> Result<Vec<u8>, Problem> {
    within(DEADLINE, collect(&mut body, limit)).await
}

/// Waits for a body for a limited time.
///
/// # Errors
/// 408 when the time is over.
pub(crate) async fn within<T>(
    limit: Duration,
    reading: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    let detail = || format!("the body did not come within {} s", limit.as_secs());
    tokio::time::timeout(limit, reading).await.unwrap_or_else(|_| Err(Problem::new(ErrorKind::Slow, detail())))
}

async fn collect(body: &mut Body, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let mut size: usize = 0;
    while let Some(frame) = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await {
        let frame = frame.map_err(|error| unreadable(&error))?;
        let Ok(data) = frame.into_data() else { continue };
        size = size.saturating_add(data.len());
        if size <= limit {
            bytes.extend_from_slice(&data);
        } else {
            bytes = Vec::new();
        }
        if size > limit.saturating_add(DRAINED_BYTES) {
            break;
        }
    }
    if size > limit { Err(Problem::new(ErrorKind::TooLarge, "the body is over the limit")) } else { Ok(bytes) }
}
