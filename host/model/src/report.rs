//! What a scan found. Invariant: whatever could not be analysed is in `faults`; nothing is left out silently.

use serde::{Deserialize, Serialize};

use crate::{finding::Finding, span::Span};

/// The stages of the pipeline, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Finds candidates.
    Scanner,
    /// Writes contracts.
    Speculator,
    /// Finds verdicts.
    Symbot,
    /// Writes patches.
    Patcher,
}

impl Stage {
    /// Gives the stage's name as shown in logs and errors.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scanner => "scanner",
            Self::Speculator => "speculator",
            Self::Symbot => "symbot",
            Self::Patcher => "patcher",
        }
    }
}

/// Something that kept part of the work from being done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fault {
    /// A file could not be read, decoded or was refused for its size.
    File {
        /// The file.
        path: String,
        /// Why, in a clause.
        reason: String,
    },
    /// Part of a file is not valid Python; the rest was analysed.
    Syntax {
        /// The file.
        path: String,
        /// 1-based line.
        line: u32,
        /// 1-based column, in characters.
        column: u32,
        /// What the parser met.
        reason: String,
        /// The bytes.
        span: Span,
    },
    /// A rule pack trapped, ran out of time or answered nonsense for a file.
    Pack {
        /// The pack.
        pack: String,
        /// The file, or `None` when the pack could not be loaded at all.
        path: Option<String>,
        /// What happened.
        reason: String,
    },
    /// A stage failed.
    Stage {
        /// Which.
        stage: Stage,
        /// What it worked on: `path:function`, or the whole scan.
        unit: Option<String>,
        /// What happened.
        reason: String,
    },
    /// A bound of the data-flow analysis was hit.
    Bound {
        /// The file.
        path: String,
        /// Which bound, and where.
        reason: String,
    },
}

impl std::fmt::Display for Fault {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File { path, reason } | Self::Bound { path, reason } => write!(out, "{path}: {reason}"),
            Self::Syntax { path, line, column, reason, .. } => write!(out, "{path}:{line}:{column}: {reason}"),
            Self::Pack { pack, path: Some(path), reason } => write!(out, "{path}: rule pack `{pack}`: {reason}"),
            Self::Pack { pack, path: None, reason } => write!(out, "rule pack `{pack}`: {reason}"),
            Self::Stage { stage, unit: Some(unit), reason } => {
                write!(out, "{unit}: stage `{}`: {reason}", stage.as_str())
            }
            Self::Stage { stage, unit: None, reason } => write!(out, "stage `{}`: {reason}", stage.as_str()),
        }
    }
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Files given.
    pub files: u32,
    /// Files that needed parsing; the others hold no trigger of any rule.
    pub parsed: u32,
    /// Lines in all files.
    pub lines: u64,
    /// Bytes in all files.
    pub size_bytes: u64,
}

/// What a scan found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The findings, by path and place.
    pub findings: Vec<Finding>,
    /// What could not be done.
    pub faults: Vec<Fault>,
    /// How much was looked at.
    pub coverage: Coverage,
    /// The stages that ran to their end.
    pub stages_done: Vec<Stage>,
    /// One line for each thing that a user may want to know of the run.
    pub log: Vec<String>,
}

impl Report {
    /// Tells whether every one of `wanted` ran to its end.
    pub fn is_complete(&self, wanted: &[Stage]) -> bool {
        wanted.iter().all(|stage| self.stages_done.contains(stage))
    }
}
