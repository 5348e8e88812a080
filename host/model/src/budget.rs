//! How much work the prover may spend. Invariant: deterministic counts decide; wall time is only a net.

use serde::{Deserialize, Serialize};

/// Limits for one contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Budget {
    /// Instructions executed over all paths.
    pub steps: u64,
    /// Paths explored.
    pub paths: u32,
    /// Times that a loop body is entered on one path.
    pub unroll: u32,
    /// Depth of inlined calls.
    pub inline_depth: u32,
    /// Z3 resource units for each query.
    pub rlimit: u32,
    /// Wall-clock net for each contract, in milliseconds.
    pub wall_ms: u64,
}

impl Budget {
    /// Gives the default budget times `factor`; 0 counts as 1.
    pub fn scaled(factor: u32) -> Self {
        let factor = factor.max(1);
        Self {
            steps: 200_000 * u64::from(factor),
            paths: 256_u32.saturating_mul(factor),
            unroll: 8_u32.saturating_mul(factor),
            inline_depth: 5_u32.saturating_add(factor.ilog2()),
            rlimit: 2_000_000_u32.saturating_mul(factor),
            wall_ms: 10_000 * u64::from(factor),
        }
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::scaled(1)
    }
}
