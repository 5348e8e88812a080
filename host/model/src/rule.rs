//! What a rule says of itself. Invariant: a rule's facts come from its pack; the host adds none.

use serde::{Deserialize, Serialize};

use crate::{ids::RuleId, weakness::Cwe};

/// How bad it is when the weakness is there and reachable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; no harm by itself.
    Info,
    /// Hygiene.
    Low,
    /// Harm under conditions.
    Medium,
    /// Direct harm.
    High,
    /// Direct harm to the whole system.
    Critical,
}

/// How sure the rule is that what it names is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A guess from a name or a shape.
    Low,
    /// Likely; types or flow are partly unknown.
    Medium,
    /// Resolved names and complete evidence.
    High,
}

macro_rules! as_str {
    ($type:ident { $($variant:ident = $text:literal),+ }) => {
        impl $type {
            /// Gives the lower-case word used in every output format.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
        impl std::fmt::Display for $type {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(self.as_str())
            }
        }
    };
}
as_str!(Severity { Info = "info", Low = "low", Medium = "medium", High = "high", Critical = "critical" });
as_str!(Confidence { Low = "low", Medium = "medium", High = "high" });

/// What a rule says of itself: shown by `securecode rules`, in SARIF and at `/api`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleInfo {
    /// The rule's id.
    pub id: RuleId,
    /// The pack that brought it.
    pub pack: String,
    /// One line, no full stop.
    pub title: String,
    /// Markdown: what goes wrong, how an attacker uses it, how to write it safely.
    pub help: String,
    /// Default severity.
    pub severity: Severity,
    /// Default confidence.
    pub confidence: Confidence,
    /// The primary weakness.
    pub cwe: Cwe,
    /// Further labels, such as `owasp:A05:2025`.
    pub tags: Vec<String>,
    /// Code that the rule must find.
    pub bad: String,
    /// The twin of `bad` that it must not find.
    pub good: String,
    /// Whether it brings contracts, which the prover decides.
    pub has_contract: bool,
    /// Why no patch template exists; `None` where the rule brings at least one.
    pub no_fix_reason: Option<String>,
}
