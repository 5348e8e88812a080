//! Severity and confidence. Invariant: one to one.

use model::rule::{Confidence, Severity};

use crate::bindings::imports::securecode::plugin::types;

pub(crate) fn severity_to_guest(severity: Severity) -> types::Severity {
    match severity {
        Severity::Info => types::Severity::Info,
        Severity::Low => types::Severity::Low,
        Severity::Medium => types::Severity::Medium,
        Severity::High => types::Severity::High,
        Severity::Critical => types::Severity::Critical,
    }
}

pub(crate) fn severity_from_guest(severity: types::Severity) -> Severity {
    match severity {
        types::Severity::Info => Severity::Info,
        types::Severity::Low => Severity::Low,
        types::Severity::Medium => Severity::Medium,
        types::Severity::High => Severity::High,
        types::Severity::Critical => Severity::Critical,
    }
}

pub(crate) fn confidence_to_guest(confidence: Confidence) -> types::Confidence {
    match confidence {
        Confidence::Low => types::Confidence::Low,
        Confidence::Medium => types::Confidence::Medium,
        Confidence::High => types::Confidence::High,
    }
}

pub(crate) fn confidence_from_guest(confidence: types::Confidence) -> Confidence {
    match confidence {
        types::Confidence::Low => Confidence::Low,
        types::Confidence::Medium => Confidence::Medium,
        types::Confidence::High => Confidence::High,
    }
}
