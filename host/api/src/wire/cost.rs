//! What plugins took. Invariant: a plugin that was not called is left out of a scan's costs.

use engine::engine::{Outcome, PluginSummary, Spent};
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::scan_report::SummaryJson;

/// What a plugin's calls took.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct CostJson {
    /// The calls.
    pub(crate) calls: u64,
    /// Those that a trap or a limit ended.
    pub(crate) failures: u64,
    /// The plugin's own time in milliseconds.
    pub(crate) ms: f64,
}

impl From<Spent> for CostJson {
    fn from(spent: Spent) -> Self {
        Self { calls: spent.calls, failures: spent.failures, ms: spent.guest_time.as_secs_f64() * 1000.0 }
    }
}

/// What a plugin's calls took in one scan.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PluginCostJson {
    /// The plugin's name.
    name: String,
    #[serde(flatten)]
    cost: CostJson,
}

/// How much a scan looked at and found, and what that took.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ScanSummaryJson {
    #[serde(flatten)]
    counts: SummaryJson,
    /// What the plugins took that were called; missing where it was not kept.
    #[schema(required = false)]
    plugins: Vec<PluginCostJson>,
}

impl ScanSummaryJson {
    /// Puts a scan's counts and costs together.
    pub(crate) fn new(counts: SummaryJson, outcome: &Outcome) -> Self {
        let called = outcome.plugins.iter().filter(|plugin| plugin.about.spent.calls > 0);
        let cost = |plugin: &PluginSummary| PluginCostJson {
            name: plugin.about.name.clone(),
            cost: CostJson::from(plugin.about.spent),
        };
        Self { counts, plugins: called.map(cost).collect() }
    }
}
