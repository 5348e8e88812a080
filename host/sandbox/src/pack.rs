//! A loaded rule pack. Invariant: each call runs in a fresh instance, and what it returns names only things that are
//! there: rules of the pack, matches of the call, spans of the file.

use std::sync::Arc;

use model::{
    rule::{Confidence, RuleInfo, Severity},
    span::Span,
    spec::{SinkSpec, TaintSpecs},
    taint_path::StepKind,
};

use crate::{
    about::PluginAbout,
    bindings::{
        imports::securecode::plugin::{syntax, types},
        rule_pack::{RulePackPre, exports::securecode::plugin::rule_provider as provider},
    },
    call::{self, Callee},
    capability::Granted,
    description,
    error::{CallError, LoadError},
    guest::Guest,
    limits::{Limits, MAX_FINDINGS, MAX_MESSAGE_BYTES, MAX_PROPS, truncated},
    stage::Fix,
    wire,
};

/// A pack that is ready to run; a clone is the same pack.
#[derive(Clone)]
pub struct Pack {
    callee: Arc<Callee<RulePackPre<Guest>>>,
    info: Arc<PackInfo>,
}

/// What a pack says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackInfo {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its rules, in the pack's own order.
    pub rules: Vec<RuleDeclaration>,
    /// Its library's specifications and the sinks of its rules' flow interests, in order.
    pub specs: TaintSpecs,
    /// Whether its calls want the packed tree.
    pub needs_tree: bool,
    /// BLAKE3 of the component, hexadecimal.
    pub digest: String,
    /// Size of the component.
    pub size_bytes: usize,
}

/// A rule with what it wants to be called for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleDeclaration {
    /// The rule.
    pub info: RuleInfo,
    /// What it wants to be called for; at least one.
    pub interests: Vec<Interest>,
    /// A file that holds none of these cannot match; empty: every file can.
    pub triggers: Vec<Vec<u8>>,
}

/// What a rule wants to be called for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Calls of these resolved callees (name patterns).
    Call(Vec<String>),
    /// Nodes of these kinds, by number in `python-kinds-1`.
    Node(Vec<u16>),
    /// String literals given to names that hold one of these lower-case words.
    NamedString(Vec<String>),
    /// Untrusted data that reaches this sink.
    Flow(SinkSpec),
}

/// A file as packs see it.
#[derive(Clone, Copy, Debug)]
pub struct SourceFile<'a> {
    /// Path within the project.
    pub path: &'a str,
    /// Dotted module name.
    pub module: Option<&'a str>,
    /// The text.
    pub text: &'a str,
    /// The packed tree; may be empty for a pack that does not need it.
    pub tree: &'a [u32],
    /// The imports.
    pub imports: &'a [ImportEntry],
}

/// An import: local name, dotted target and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportEntry {
    /// The name in this file.
    pub local: String,
    /// What it names.
    pub target: String,
    /// The import.
    pub span: Span,
}

/// A place that an interest matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Index of the rule in its pack.
    pub rule: u32,
    /// Index of the interest in its rule.
    pub interest: u32,
    /// Where.
    pub span: Span,
    /// Index of the node in the packed tree.
    pub node: u32,
    /// Resolved callee of a call, name of a named string, else empty.
    pub name: String,
    /// The way from source to sink, for a flow.
    pub path: Vec<PathStepText>,
}

/// One step of a taint path, with its file's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathStepText {
    /// What the step is.
    pub kind: StepKind,
    /// Path of the file.
    pub path: String,
    /// Where.
    pub span: Span,
    /// A clause for people.
    pub message: String,
}

/// A finding as its pack reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackFinding {
    /// Index of the rule in its pack.
    pub rule: u32,
    /// Index of the match that led here.
    pub matched: Option<u32>,
    /// Where, within the file's text and between characters.
    pub span: Span,
    /// A sentence that stands alone.
    pub message: String,
    /// Severity, where it differs from the rule's.
    pub severity: Option<Severity>,
    /// Confidence, where it differs from the rule's.
    pub confidence: Option<Confidence>,
    /// Further facts, for the pack's own `fix`.
    pub props: Vec<(String, String)>,
}

impl Pack {
    /// Has a loaded component describe itself.
    pub(crate) fn describe(
        callee: Callee<RulePackPre<Guest>>,
        digest: String,
        size_bytes: usize,
    ) -> Result<Self, LoadError> {
        let mut store = new_store(&callee, callee.limits.for_input(0));
        let described = callee
            .world
            .instantiate(&mut store)
            .map_err(|error| call::instantiate_failure(&store, error))
            .and_then(|instance| {
                let answer = instance.securecode_plugin_rule_provider().call_describe(&mut store);
                call::finish(&store);
                answer.map_err(|error| call::failure(&store, error))
            })
            .map_err(LoadError::Describe)?;
        let info = description::check(described, digest, size_bytes)?;
        Ok(Self { callee: Arc::new(callee), info: Arc::new(info) })
    }

    /// Gives the same pack with counts of its own.
    pub fn metered(&self) -> Self {
        Self { callee: Arc::new(self.callee.metered()), info: self.info.clone() }
    }

    /// Says what can be said of the pack as a plugin.
    pub fn about(&self) -> PluginAbout {
        self.callee.about()
    }

    /// Gives what the pack says of itself.
    pub fn info(&self) -> &PackInfo {
        &self.info
    }

    /// Asks the pack for its findings in a file, given all its matches.
    ///
    /// # Errors
    /// When the guest traps, exceeds a limit, says that it cannot do its work, or answers with what is not there.
    pub fn check(&self, file: &SourceFile<'_>, matches: &[Match]) -> Result<Vec<PackFinding>, CallError> {
        let source = self.source_to_guest(file);
        let matched: Vec<provider::Matched> = matches.iter().map(match_to_guest).collect();
        let mut store = new_store(&self.callee, self.callee.limits.for_input(file.text.len()));
        let instance = self.callee.world.instantiate(&mut store);
        let instance = instance.map_err(|error| call::instantiate_failure(&store, error))?;
        let answer = instance.securecode_plugin_rule_provider().call_check(&mut store, &source, &matched);
        call::finish(&store);
        let answer = answer.map_err(|error| call::failure(&store, error))?;
        let findings = answer.map_err(wire::plugin_error::from_guest)?;
        if findings.len() > MAX_FINDINGS {
            return Err(CallError::OutputTooLarge { what: format!("more than {MAX_FINDINGS} findings in a file") });
        }
        findings.into_iter().map(|finding| self.finding_from_guest(finding, file, matches.len())).collect()
    }

    /// Asks the pack for ways to repair one of its findings, best first.
    ///
    /// # Errors
    /// As for [`Pack::check`].
    pub fn fix(
        &self,
        file: &SourceFile<'_>,
        found: &PackFinding,
        matched: Option<&Match>,
    ) -> Result<Vec<Fix>, CallError> {
        let source = self.source_to_guest(file);
        let finding = finding_to_guest(found);
        let matched = matched.map(match_to_guest);
        let mut store = new_store(&self.callee, self.callee.limits.for_input(file.text.len()));
        let instance = self.callee.world.instantiate(&mut store);
        let instance = instance.map_err(|error| call::instantiate_failure(&store, error))?;
        let answer =
            instance.securecode_plugin_rule_provider().call_fix(&mut store, &source, &finding, matched.as_ref());
        call::finish(&store);
        let answer = answer.map_err(|error| call::failure(&store, error))?;
        let fixes = wire::fix::all_from_guest(answer.map_err(wire::plugin_error::from_guest)?)?;
        let own_edits = fixes.iter().flat_map(|fix| &fix.edits).filter(|edit| edit.path.is_none());
        for edit in own_edits {
            check_span(edit.span, file.text, "an edit")?;
        }
        Ok(fixes)
    }

    fn source_to_guest(&self, file: &SourceFile<'_>) -> syntax::SourceFile {
        let import = |entry: &ImportEntry| syntax::ImportEntry {
            local: entry.local.clone(),
            target: entry.target.clone(),
            at: wire::span::to_guest(entry.span),
        };
        syntax::SourceFile {
            path: file.path.to_owned(),
            module: file.module.map(str::to_owned),
            text: file.text.to_owned(),
            tree: if self.info.needs_tree { file.tree.to_vec() } else { Vec::new() },
            imports: file.imports.iter().map(import).collect(),
        }
    }

    fn finding_from_guest(
        &self,
        finding: provider::Finding,
        file: &SourceFile<'_>,
        matches: usize,
    ) -> Result<PackFinding, CallError> {
        let invalid = |reason: String| CallError::InvalidOutput { reason };
        if finding.rule as usize >= self.info.rules.len() {
            return Err(invalid(format!("a finding of rule {}, which the pack does not have", finding.rule)));
        }
        if let Some(matched) = finding.matched.filter(|&index| index as usize >= matches) {
            return Err(invalid(format!("a finding of match {matched}, of which there are {matches}")));
        }
        if finding.at.end < finding.at.start {
            return Err(invalid(format!("a finding at {}..{}", finding.at.start, finding.at.end)));
        }
        let span = wire::span::from_guest(finding.at);
        check_span(span, file.text, "a finding")?;
        if finding.props.len() > MAX_PROPS {
            return Err(CallError::OutputTooLarge { what: format!("more than {MAX_PROPS} properties of a finding") });
        }
        let cut = |text| truncated(text, MAX_MESSAGE_BYTES);
        Ok(PackFinding {
            rule: finding.rule,
            matched: finding.matched,
            span,
            message: cut(finding.message),
            severity: finding.severity.map(wire::grade::severity_from_guest),
            confidence: finding.confidence.map(wire::grade::confidence_from_guest),
            props: finding.props.into_iter().map(|(name, value)| (cut(name), cut(value))).collect(),
        })
    }
}

fn new_store(callee: &Callee<RulePackPre<Guest>>, limits: Limits) -> wasmtime::Store<Guest> {
    call::store(&callee.runtime.engine, Guest::new(callee.identity.clone(), limits, Granted::Nothing))
}

fn check_span(span: Span, text: &str, what: &str) -> Result<(), CallError> {
    match span.slice(text) {
        Some(_) => Ok(()),
        None => {
            let reason = format!("{what} at {}..{}, which is no part of the file's text", span.start, span.end);
            Err(CallError::InvalidOutput { reason })
        }
    }
}

fn match_to_guest(matched: &Match) -> provider::Matched {
    let step = |step: &PathStepText| types::PathStep {
        kind: match step.kind {
            StepKind::Source => types::StepKind::Source,
            StepKind::Step => types::StepKind::Step,
            StepKind::Sink => types::StepKind::Sink,
        },
        path: step.path.clone(),
        at: wire::span::to_guest(step.span),
        message: step.message.clone(),
    };
    provider::Matched {
        rule: matched.rule,
        interest: matched.interest,
        at: wire::span::to_guest(matched.span),
        node: matched.node,
        name: matched.name.clone(),
        path: matched.path.iter().map(step).collect(),
    }
}

fn finding_to_guest(finding: &PackFinding) -> provider::Finding {
    provider::Finding {
        rule: finding.rule,
        matched: finding.matched,
        at: wire::span::to_guest(finding.span),
        message: finding.message.clone(),
        severity: finding.severity.map(wire::grade::severity_to_guest),
        confidence: finding.confidence.map(wire::grade::confidence_to_guest),
        props: finding.props.clone(),
    }
}
