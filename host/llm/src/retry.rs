//! How long to wait before the next attempt. Invariant: a pause is random, so that calls which failed together do not come
//! back together.

use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::config::RetryConfig;

/// Gives a pause after so many failures: anything up to the doubled and doubled base.
pub(crate) fn pause(config: &RetryConfig, failures: u32) -> Duration {
    let doubled = config.base_ms.saturating_mul(1_u64.checked_shl(failures.saturating_sub(1)).unwrap_or(u64::MAX));
    Duration::from_millis(fastrand::u64(0..=doubled.min(config.cap_ms)))
}

/// Reads `Retry-After`, which is a number of seconds or a date.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::time::{Duration, SystemTime};

    use reqwest::header::{HeaderMap, RETRY_AFTER};

    use super::{pause, retry_after};
    use crate::config::RetryConfig;

    #[test]
    fn pauses_stay_in_their_range() {
        let config = RetryConfig { base_ms: 10, cap_ms: 50, ..RetryConfig::default() };
        for (failures, most) in [(1, 10), (2, 20), (3, 40), (4, 50), (99, 50)] {
            let longest = (0..200).map(|_| pause(&config, failures)).max().unwrap();
            assert!(longest <= Duration::from_millis(most), "{failures}: {longest:?}");
        }
    }

    #[test]
    fn reads_seconds_and_dates() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let later = httpdate::fmt_http_date(now + Duration::from_secs(7));
        let earlier = httpdate::fmt_http_date(now - Duration::from_secs(7));
        let cases =
            [("3", Some(3)), (" 0 ", Some(0)), (later.as_str(), Some(7)), (earlier.as_str(), Some(0)), ("soon", None)];
        for (text, wanted) in cases {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            assert_eq!(retry_after(&headers, now), wanted.map(Duration::from_secs), "{text}");
        }
    }
}
