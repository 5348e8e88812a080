//! What a server says of its health and load. Invariant: a call never waits for it; it uses what was known last.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::AcqRel},
    },
    time::{Duration, Instant},
};

use crate::{
    endpoint::{Endpoint, read},
    report::Load,
};

/// How long a page of metrics may be, in bytes.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// What was known last.
#[derive(Debug, Default)]
pub(crate) struct Health {
    known: Mutex<Known>,
    is_asking: AtomicBool,
}

/// A server's own words.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Known {
    pub(crate) fitness: Fitness,
    pub(crate) load: Option<Load>,
    at: Option<Instant>,
}

/// Whether a server says that it is well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fitness {
    /// It does, or it has no way to say it.
    #[default]
    Well,
    /// It does not, or does not answer.
    Ill,
}

impl Health {
    /// Gives what was known last.
    pub(crate) fn known(&self) -> Known {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks the server in the background when what is known is old.
pub(crate) fn refresh_if_old(endpoint: &Arc<Endpoint>) {
    let most = Duration::from_millis(endpoint.config.health_every_ms);
    let is_new = endpoint.health.known().at.is_some_and(|at| at.elapsed() < most);
    if is_new || endpoint.health.is_asking.swap(true, AcqRel) {
        return;
    }
    let endpoint = Arc::clone(endpoint);
    tokio::spawn(async move {
        refresh(&endpoint).await;
        endpoint.health.is_asking.store(false, std::sync::atomic::Ordering::Release);
    });
}

/// Asks the server now.
pub(crate) async fn refresh(endpoint: &Endpoint) -> Known {
    let (health, metrics) = tokio::join!(endpoint.get_root("health").send(), async {
        text(endpoint.get_root("metrics").send().await).await
    });
    let fitness = match health {
        // A server without this page, as Ollama or a gateway, says nothing by it.
        Ok(response) if response.status().is_server_error() => Fitness::Ill,
        Ok(_) => Fitness::Well,
        Err(_) => Fitness::Ill,
    };
    let known = Known { fitness, load: metrics.as_deref().and_then(load), at: Some(Instant::now()) };
    *endpoint.health.known.lock().unwrap_or_else(PoisonError::into_inner) = known;
    known
}

async fn text(response: Result<reqwest::Response, reqwest::Error>) -> Option<String> {
    let response = response.ok()?.error_for_status().ok()?;
    String::from_utf8(read(response, MOST_BYTES).await).ok()
}

/// Reads the load from Prometheus' text; `None` where it holds none of the known names.
fn load(text: &str) -> Option<Load> {
    let (mut load, mut is_known) = (Load::default(), false);
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let Some((name, value)) = line.rsplit_once(' ') else { continue };
        let name = name.split_once('{').map_or(name, |(name, _)| name);
        let Ok(value) = value.trim().parse::<f64>() else { continue };
        match name {
            "vllm:num_requests_running" | "sglang:num_running_reqs" | "llamacpp:requests_processing" => {
                load.running += value;
            }
            "vllm:num_requests_waiting" | "sglang:num_queue_reqs" | "llamacpp:requests_deferred" => {
                load.waiting += value;
            }
            // Of several engines behind one address, the fullest.
            "vllm:kv_cache_usage_perc"
            | "vllm:gpu_cache_usage_perc"
            | "sglang:token_usage"
            | "llamacpp:kv_cache_usage_ratio" => load.kv_cache = load.kv_cache.max(value),
            _ => continue,
        }
        is_known = true;
    }
    is_known.then_some(load)
}

#[cfg(test)]
mod tests {
    use super::load;
    use crate::report::Load;

    #[test]
    fn reads_vllms_and_llama_cpps_metrics() {
        let vllm = "# HELP x y\nvllm:num_requests_running{engine=\"0\"} 3.0\nvllm:num_requests_waiting{engine=\"0\"} 2.0\n\
                    vllm:num_requests_waiting{engine=\"1\"} 5.0\nvllm:kv_cache_usage_perc{engine=\"0\"} 0.25\nother 1\n";
        assert_eq!(load(vllm), Some(Load { running: 3.0, waiting: 7.0, kv_cache: 0.25 }));
        let llama = "llamacpp:requests_processing 1\nllamacpp:requests_deferred 4\n";
        assert_eq!(load(llama), Some(Load { running: 1.0, waiting: 4.0, kv_cache: 0.0 }));
        assert_eq!(load("process_cpu_seconds_total 1.5\n"), None);
    }
}
