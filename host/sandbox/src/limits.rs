//! How much a plugin may use. Invariant: every resource that a guest can ask for has a limit here.

use std::time::Duration;

/// The limits of one kind of plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory of one instance, in bytes.
    pub memory_bytes: usize,
    /// The guest's own time for one call; waiting for the host does not count.
    pub deadline: Duration,
    /// Bytes that the guest may hand to the host in one crossing.
    pub crossing_bytes: usize,
    /// Lines that one call may log; more are counted and dropped.
    pub log_lines: u32,
    /// Questions that one call may put to the prover.
    pub prover_calls: u32,
    /// Requests that one call may send to the language model.
    pub llm_calls: u32,
    /// Other questions that one call may put to the host.
    pub host_calls: u32,
}

impl Limits {
    /// Gives the limits of rule packs. The deadline is for a small file, grows with the file, and is
    /// a net for a busy machine: a pack takes milliseconds.
    pub const fn rules() -> Self {
        Self {
            memory_bytes: 64 << 20,
            deadline: Duration::from_secs(3),
            crossing_bytes: 8 << 20,
            log_lines: 100,
            prover_calls: 0,
            llm_calls: 0,
            host_calls: 0,
        }
    }

    /// Gives the limits of stages.
    pub const fn stages() -> Self {
        Self {
            memory_bytes: 256 << 20,
            deadline: Duration::from_secs(10),
            crossing_bytes: 64 << 20,
            log_lines: 1_000,
            prover_calls: 200,
            llm_calls: 50,
            host_calls: 20_000,
        }
    }

    /// Gives the limits for an input of this size. The deadline: the base for each started 256 KiB, at least 100 ms. The
    /// memory: 32 bytes more for each byte, in whole pages, up to what an instance can have.
    pub(crate) fn for_input(self, size_bytes: usize) -> Self {
        let grown_bytes = size_bytes.saturating_mul(32);
        let wanted = self.memory_bytes.saturating_add(grown_bytes - grown_bytes % PAGE_BYTES);
        let memory_bytes = wanted.min(MAX_MEMORY_BYTES).max(self.memory_bytes);
        let factor = u32::try_from(1 + size_bytes / (256 << 10)).unwrap_or(u32::MAX);
        let deadline = self.deadline.saturating_mul(factor).max(MIN_DEADLINE);
        Self { memory_bytes, deadline, ..self }
    }
}

/// Linear memory of one instance, whatever its input.
pub(crate) const MAX_MEMORY_BYTES: usize = 256 << 20;
/// A page of linear memory, as the WebAssembly specification has it.
const PAGE_BYTES: usize = 64 << 10;
const MIN_DEADLINE: Duration = Duration::from_millis(100);

/// Bytes of a component.
pub(crate) const MAX_COMPONENT_BYTES: usize = 32 << 20;
/// Findings of one `check`.
pub(crate) const MAX_FINDINGS: usize = 10_000;
/// Fixes of one finding.
pub(crate) const MAX_FIXES: usize = 32;
/// Edits of one fix.
pub(crate) const MAX_EDITS: usize = 1_000;
/// Bytes of a message, a title or a reason; longer ones are cut.
pub(crate) const MAX_MESSAGE_BYTES: usize = 4 << 10;
/// String pairs of one finding.
pub(crate) const MAX_PROPS: usize = 32;
/// Rules of one pack.
pub(crate) const MAX_RULES: usize = 2_000;

/// Cuts a text to `limit` bytes at a character's edge.
pub(crate) fn truncated(mut text: String, limit: usize) -> String {
    if text.len() > limit {
        let cut = (0..=limit).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        text.truncate(cut);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Limits, truncated};

    #[test]
    fn cuts_between_characters() {
        assert_eq!(truncated("aé".into(), 2), "a");
        assert_eq!(truncated("aé".into(), 3), "aé");
    }

    #[test]
    fn deadline_grows_with_the_input() {
        let limits = Limits { deadline: Duration::from_millis(10), ..Limits::rules() };
        assert_eq!(limits.for_input(0).deadline, Duration::from_millis(100));
        assert_eq!(Limits::rules().for_input(1 << 20).deadline, Duration::from_secs(15));
    }
}
