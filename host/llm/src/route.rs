//! The choice among a tier's endpoints. Invariant: an endpoint that is left alone is chosen only when all are.

use std::{cmp::Ordering, sync::Arc, time::Duration};

use tokio::time::Instant;

use crate::{
    endpoint::Endpoint,
    health::{self, Fitness},
};

/// How full a server's memory for contexts is when it begins to throw requests out.
const FULL_MEMORY: f64 = 0.95;
/// Loads that differ by less than this part of an endpoint's limit are alike.
const STEPS: f64 = 8.0;

/// What speaks against an endpoint; the least is chosen.
#[derive(Debug, PartialEq, PartialOrd)]
struct Against {
    is_open: bool,
    rests: bool,
    just_failed: bool,
    fitness: Fitness,
    /// Calls per slot, in steps.
    load: f64,
    /// Sends prompts with the same prefix to the same server, which has it in its cache.
    affinity: u64,
}

/// Chooses one; `None` when there are none.
pub(crate) fn choose(
    endpoints: &[Arc<Endpoint>],
    prefix_hash: u64,
    just_failed: Option<&str>,
) -> Option<Arc<Endpoint>> {
    if let [only] = endpoints {
        return Some(Arc::clone(only));
    }
    endpoints.iter().for_each(health::refresh_if_old);
    let rated = endpoints.iter().map(|endpoint| (against(endpoint, prefix_hash, just_failed), endpoint));
    let best = rated.min_by(|(one, _), (other, _)| one.partial_cmp(other).unwrap_or(Ordering::Equal));
    best.map(|(_, endpoint)| Arc::clone(endpoint))
}

/// Gives the time until one of them may be asked; nothing where one may be asked now.
pub(crate) fn soonest(endpoints: &[Arc<Endpoint>]) -> Duration {
    let waits = endpoints.iter().map(|endpoint| {
        let rest = endpoint.rests_until().map(|until| until.saturating_duration_since(Instant::now()));
        endpoint.breaker.closed_for().unwrap_or_default().max(rest.unwrap_or_default())
    });
    waits.min().unwrap_or_default()
}

fn against(endpoint: &Endpoint, prefix_hash: u64, just_failed: Option<&str>) -> Against {
    let known = endpoint.health.known();
    let traffic = endpoint.gate.traffic();
    let waiting = known.load.map_or(0.0, |load| load.waiting);
    let is_full = known.load.is_some_and(|load| load.kv_cache >= FULL_MEMORY);
    let calls = (traffic.running + traffic.queued) as f64 + waiting;
    let load = calls / f64::from(endpoint.config.max_in_flight) + if is_full { 1.0 } else { 0.0 };
    Against {
        is_open: endpoint.breaker.closed_for().is_some(),
        rests: endpoint.rests_until().is_some(),
        just_failed: just_failed == Some(&endpoint.name),
        fitness: known.fitness,
        load: (load * STEPS).floor(),
        affinity: mixed(endpoint.name.as_bytes(), prefix_hash),
    }
}

fn mixed(name: &[u8], prefix_hash: u64) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(name).update(&prefix_hash.to_le_bytes());
    first_bytes(&hasher.finalize())
}

/// Gives a number for a hash.
pub(crate) fn first_bytes(hash: &blake3::Hash) -> u64 {
    hash.as_bytes().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}
