//! Who is let in. Invariant: keys are compared in constant time, and a page of another site cannot make a browser act here.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use subtle::ConstantTimeEq as _;

use crate::{
    problem::{ErrorKind, Problem},
    server::Shared,
};

/// Lets a request through, or answers it.
pub(crate) async fn check(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    match refused(&shared, &request) {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    }
}

fn refused(shared: &Shared, request: &Request) -> Option<Problem> {
    let headers = request.headers();
    if shared.config.address.ip().is_loopback() && !is_local(host(headers)?) {
        return Some(Problem::new(ErrorKind::Forbidden, "this server answers to its own name only"));
    }
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && is_foreign(headers) {
        return Some(Problem::new(ErrorKind::Forbidden, "another site's page may not ask for this"));
    }
    let is_guarded = request.uri().path().starts_with("/api/") || request.uri().path() == "/analyze";
    let key = shared.config.api_key.as_deref().filter(|_| is_guarded)?;
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let given = bearer.or_else(|| headers.get("x-api-key")?.to_str().ok());
    let is_right = given.is_some_and(|given| {
        // Hashes are as long as each other, so nothing is told by how long the comparison takes.
        bool::from(blake3::hash(given.trim().as_bytes()).as_bytes().ct_eq(blake3::hash(key.as_bytes()).as_bytes()))
    });
    (!is_right).then(|| {
        Problem::new(ErrorKind::Unauthorized, "send the server's API key as `Authorization: Bearer` or `X-API-Key`")
    })
}

fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST)?.to_str().ok()
}

/// Tells whether a host's name is this machine's own.
fn is_local(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name.to_ascii_lowercase().as_str(), "localhost" | "127.0.0.1" | "[::1]")
}

/// Tells whether a browser says that a page of another origin asks.
fn is_foreign(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    if matches!(site, Some("cross-site" | "same-site")) {
        return true;
    }
    let Some(origin) = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()) else { return false };
    let asked = host(headers).unwrap_or_default();
    origin.split_once("://").is_none_or(|(_, from)| !from.eq_ignore_ascii_case(asked))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::{is_foreign, is_local};

    #[test]
    fn own_names_are_known() {
        for host in ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000", "[::1]"] {
            assert!(is_local(host), "{host}");
        }
        for host in ["attacker.example", "attacker.example:8000", "localhost.attacker.example", "127.0.0.1.nip.io:80"] {
            assert!(!is_local(host), "{host}");
        }
    }

    #[test]
    fn pages_of_other_sites_are_known() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            pairs.iter().map(|(name, value)| ((*name).parse().ok(), HeaderValue::from_static(value))).fold(
                HeaderMap::new(),
                |mut all, (name, value): (Option<axum::http::HeaderName>, HeaderValue)| {
                    all.extend(name.map(|name| (name, value)));
                    all
                },
            )
        };
        assert!(!is_foreign(&headers(&[("host", "localhost:8000")])));
        assert!(!is_foreign(&headers(&[("host", "localhost:8000"), ("origin", "http://localhost:8000")])));
        assert!(is_foreign(&headers(&[("host", "localhost:8000"), ("origin", "http://attacker.example")])));
        assert!(is_foreign(&headers(&[("host", "localhost:8000"), ("origin", "null")])));
        assert!(is_foreign(&headers(&[("host", "localhost:8000"), ("sec-fetch-site", "cross-site")])));
        assert!(!is_foreign(&headers(&[("host", "localhost:8000"), ("sec-fetch-site", "same-origin")])));
    }
}
