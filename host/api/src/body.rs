//! A request's body in memory. Invariant: a body over its limit is never kept.

use std::{future::poll_fn, pin::Pin};

use axum::body::{Body, HttpBody as _};

use crate::problem::{ErrorKind, Problem};

/// Most bytes over the limit that are read and dropped.
const DRAINED_BYTES: usize = 32 << 20;

/// Reads a body of limited size. One that is too large is read on for a while and dropped: a client that is still
/// writing when the connection closes never sees the answer.
pub(crate) async fn read(mut body: Body, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let mut size: usize = 0;
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|_| Problem::new(ErrorKind::MalformedJson, "the body could not be read"))?;
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
