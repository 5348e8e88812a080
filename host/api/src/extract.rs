//! What a request's address says. Invariant: what cannot be read is answered with a problem document, like every error.

use axum::{
    extract::{FromRequestParts, Path as UrlPath, Query as UrlQuery},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use crate::problem::{ErrorKind, Problem};

/// The query of an address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = UrlQuery::<T>::from_request_parts(parts, state).await;
        let UrlQuery(query) = read.map_err(|error| {
            let text = error.body_text();
            let detail = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
            Problem::new(ErrorKind::Invalid, format!("the query: {detail}"))
        })?;
        Ok(Self(query))
    }
}

/// The parts of an address that name something.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = UrlPath::<T>::from_request_parts(parts, state).await;
        // Nothing has a name that cannot be read.
        let UrlPath(names) = read.map_err(|_| Problem::new(ErrorKind::NotFound, "nothing can have this name"))?;
        Ok(Self(names))
    }
}
