//! Errors as RFC 9457 problem documents. Invariant: causes are logged, never sent; this file alone makes error
//! responses.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Everything that can go wrong, as far as a client can tell it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    /// The body is no JSON.
    MalformedJson,
    /// The body is no form, or cut off.
    MalformedForm,
    /// The body is JSON, but a field is wrong.
    Invalid,
    /// The code or the body is over the size limit.
    TooLarge,
    /// The body is not `application/json`.
    UnsupportedMediaType,
    /// No such page.
    NotFound,
    /// The page has no such method.
    MethodNotAllowed,
    /// What was kept is gone: its time is over.
    Gone,
    /// It contradicts what is there.
    Conflict,
    /// The API key is missing or another one.
    Unauthorized,
    /// The request comes from another site's page.
    Forbidden,
    /// Too much is waiting already.
    Busy,
    /// The client asks too often.
    TooMany,
    /// The body came too slowly.
    Slow,
    /// A fault of this program.
    Internal,
}

impl ErrorKind {
    const fn status(self) -> StatusCode {
        match self {
            Self::MalformedJson | Self::MalformedForm => StatusCode::BAD_REQUEST,
            Self::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Gone => StatusCode::GONE,
            Self::Conflict => StatusCode::CONFLICT,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    const fn slug(self) -> &'static str {
        match self {
            Self::MalformedJson => "malformed-json",
            Self::MalformedForm => "malformed-form",
            Self::Invalid => "invalid-request",
            Self::TooLarge => "too-large",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::Gone => "gone",
            Self::Conflict => "conflict",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::Busy => "busy",
            Self::TooMany => "too-many-requests",
            Self::Slow => "slow-body",
            Self::Internal => "internal",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::MalformedJson => "The body is not valid JSON",
            Self::MalformedForm => "The body is not a valid form",
            Self::Invalid => "The request is not valid",
            Self::TooLarge => "The request is too large",
            Self::UnsupportedMediaType => "The body is of a type that this address does not take",
            Self::NotFound => "There is nothing at this address",
            Self::MethodNotAllowed => "This address does not take this method",
            Self::Gone => "It is no longer kept",
            Self::Conflict => "The request contradicts what is there",
            Self::Unauthorized => "An API key is needed",
            Self::Forbidden => "The request is not let through",
            Self::Busy => "Too many analyses are waiting",
            Self::TooMany => "This client asks too often",
            Self::Slow => "The body came too slowly",
            Self::Internal => "The server made a mistake",
        }
    }
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// JSON pointer (RFC 6901) to the field, such as `/max_iterations`.
    pub(crate) pointer: String,
    /// What is wrong with it.
    pub(crate) detail: String,
}

/// A problem document, sent as `application/problem+json`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Names the kind of problem: `/problems/<slug>`.
    #[serde(rename = "type")]
    kind: String,
    /// The kind in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened here.
    detail: String,
    /// The fields that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

impl Problem {
    /// Makes a problem of a kind.
    pub(crate) fn new(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/problems/{}", kind.slug()),
            title: kind.title(),
            status: kind.status().as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
        }
    }

    /// Names the fields.
    pub(crate) fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::REQUEST_TIMEOUT {
            // What is left of the body is not waited for (RFC 9110, 15.5.9).
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}
