//! How often an address may ask. Invariant: an answer always says how much is left, and one that refuses says how long to
//! wait.
//!
//! The generic cell rate algorithm (GCRA) for each address; headers as in draft-ietf-httpapi-ratelimit-headers-11, and the
//! older `X-RateLimit-*`.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
    time::Duration,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::HashMapStateStore,
};

use crate::{
    problem::{ErrorKind, Problem},
    server::Shared,
};

/// What each address has left.
pub(crate) struct Rate {
    per_minute: NonZeroU32,
    limiter: RateLimiter<IpAddr, HashMapStateStore<IpAddr>, DefaultClock, StateInformationMiddleware>,
}

/// The window that the headers speak of.
const WINDOW: Duration = Duration::from_secs(60);

impl Rate {
    /// Allows so many requests in a minute, all of them at once if need be; none for no limit.
    pub(crate) fn new(per_minute: u32) -> Option<Self> {
        let per_minute = NonZeroU32::new(per_minute)?;
        let limiter = RateLimiter::hashmap(Quota::per_minute(per_minute)).with_middleware();
        Some(Self { per_minute, limiter })
    }

    /// Forgets addresses that have everything left again.
    pub(crate) fn forget(&self) {
        self.limiter.retain_recent();
    }

    /// Takes one request of an address; gives what is left, or how long to wait.
    fn take(&self, address: IpAddr) -> Result<u32, Duration> {
        match self.limiter.check_key(&client(address)) {
            Ok(state) => Ok(state.remaining_burst_capacity()),
            Err(refused) => Err(refused.wait_time_from(DefaultClock::default().now())),
        }
    }

    /// Writes what is left; `wait` is the time until something is, or until all is.
    fn tell(&self, headers: &mut HeaderMap, (left, wait): (u32, u64)) {
        let limit = self.per_minute;
        let policy = format!("\"default\";q={limit};w={}", WINDOW.as_secs());
        let told = [
            ("ratelimit-policy", policy),
            ("ratelimit", format!("\"default\";r={left};t={wait}")),
            ("x-ratelimit-limit", limit.to_string()),
            ("x-ratelimit-remaining", left.to_string()),
        ];
        for (name, value) in told {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

/// Gives what stands for a client: one of IPv6 has 2^64 addresses at least (RFC 6177).
fn client(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        address @ IpAddr::V4(_) => address,
    }
}

/// Lets a request through, or tells its client to wait. Pages and health are free.
pub(crate) async fn check(
    State(shared): State<Shared>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let is_counted = request.uri().path().starts_with("/api/") || request.uri().path() == "/analyze";
    let Some(rate) = shared.rate.as_deref().filter(|_| is_counted) else { return next.run(request).await };
    match rate.take(address.ip()) {
        Ok(left) => {
            let mut response = next.run(request).await;
            let used = u64::from(rate.per_minute.get().saturating_sub(left));
            let wait = (used * WINDOW.as_secs()).div_ceil(u64::from(rate.per_minute.get()));
            rate.tell(response.headers_mut(), (left, wait));
            response
        }
        Err(wait) => {
            let wait = wait.as_secs_f64().ceil().max(1.0) as u64;
            let detail = format!("this address may ask {} times a minute; try again in {wait} s", rate.per_minute);
            let mut response = Problem::new(ErrorKind::TooMany, detail).into_response();
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
            rate.tell(response.headers_mut(), (0, wait));
            response
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::Rate;

    #[test]
    fn each_client_has_its_own_measure() {
        assert!(Rate::new(0).is_none());
        let rate = Rate::new(2).unwrap();
        let take = |address: &str| rate.take(address.parse().unwrap()).ok();
        assert_eq!([take("192.0.2.1"), take("192.0.2.1"), take("192.0.2.1")], [Some(1), Some(0), None]);
        assert_eq!([take("::ffff:192.0.2.1"), take("192.0.2.2")], [None, Some(1)]);
        assert_eq!([take("2001:db8::1"), take("2001:db8::2"), take("2001:db8::3")], [Some(1), Some(0), None]);
        assert_eq!(take("2001:db8:0:1::1"), Some(1));
    }
}
