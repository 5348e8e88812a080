//! `securecode llm`: the language models that the operator configured. Invariant: no key is shown, and nothing is asked of
//! a server that the configuration does not name.

use anyhow::{Context as _, bail};
use llm::{
    probe::Probe,
    report::{BreakerState, EndpointReport, Listing, Reach, Report, Support},
};

use crate::{
    cli::{LlmAction, LlmArgs, LlmFormat},
    exit::Outcome,
    models::{self, Models},
};

/// Runs the chosen action.
pub(crate) fn run(models: &Models, args: &LlmArgs) -> anyhow::Result<Outcome> {
    let Some(path) = models.file() else {
        bail!("no language model is configured: name a file with --llm-config or SECURECODE_LLM_CONFIG");
    };
    let client = models::start(models::read(path)?, path)?;
    let probe = match args.action {
        LlmAction::Test => Probe::Try,
        LlmAction::Status => Probe::Look,
    };
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start a runtime")?;
    let report = runtime.block_on(client.report(probe));
    match args.format {
        LlmFormat::Text => print(&report),
        LlmFormat::Json => anstream::println!("{}", serde_json::to_string_pretty(&report)?),
    }
    let is_ready = |endpoint: &EndpointReport| matches!(endpoint.reach, Reach::Ready { .. });
    Ok(if report.endpoints.iter().all(is_ready) { Outcome::Clean } else { Outcome::Incomplete })
}

fn print(report: &Report) {
    for endpoint in &report.endpoints {
        let (mark, state) = match &endpoint.reach {
            Reach::Ready { listing_ms } => ("ok", format!("ready, lists its models in {listing_ms} ms")),
            Reach::Failing { problem } => ("failing", problem.clone()),
            Reach::Unreachable { problem } => ("unreachable", problem.clone()),
        };
        anstream::println!("{mark:<12}{} ({})", endpoint.name, endpoint.base_url);
        anstream::println!("{:<12}{state}", "");
        if matches!(endpoint.reach, Reach::Unreachable { .. }) {
            continue;
        }
        let version = endpoint.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
        line("server", &format!("{}{version}", endpoint.server));
        for wanted in &endpoint.wanted {
            let listing = match wanted.listing {
                Listing::Listed => "",
                Listing::Missing => " (not among the models that it lists)",
                Listing::Unknown => " (it does not say whether it has it)",
            };
            line(&format!("{}", wanted.tier), &format!("{}{listing}", wanted.model));
        }
        if let Some(call_ms) = endpoint.call_ms {
            line("a call", &format!("{call_ms} ms"));
        }
        line("features", &features(endpoint));
        if let Some(load) = endpoint.load {
            let share = load.kv_cache * 100.0;
            line("load", &format!("{} running, {} waiting, {share:.0} % of its cache", load.running, load.waiting));
        }
        match endpoint.breaker {
            BreakerState::Closed => {}
            BreakerState::Open => line("breaker", "open: calls are held back"),
            BreakerState::HalfOpen => line("breaker", "half open: a few calls are let through"),
        }
    }
}

fn line(what: &str, text: &str) {
    anstream::println!("{:<12}{what:<10}{text}", "");
}

fn features(endpoint: &EndpointReport) -> String {
    let features = endpoint.features;
    let all = [
        ("structured output", features.structured_output),
        ("several candidates", features.candidates),
        ("streaming", features.streaming),
        ("token counts", features.usage),
    ];
    let shown = all.map(|(name, support)| match support {
        Support::Works => name.to_owned(),
        Support::Missing => format!("no {name} (gone around)"),
        Support::Unknown => format!("{name} not tried"),
    });
    shown.join(", ")
}
