//! What packs said of one file. Invariant: the key names all that a pack's `check` is given: the pack itself, the file's
//! path, module and text (which its tree and imports follow from) and the matches.

use model::{
    rule::{Confidence, Severity},
    span::Span,
};
use sandbox::pack::{Match, Pack, PackFinding, PathStepText};
use serde::{Deserialize, Serialize};

use crate::{
    engine::Core,
    snapshot::SourceFile,
    store::{
        Kind,
        key::{Key, KeyBuilder},
    },
};

/// One pack and the matches that it is asked about.
pub(crate) struct Asked<'a> {
    pub(crate) pack: &'a Pack,
    pub(crate) matches: Vec<Match>,
}

/// A finding as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    rule: u32,
    matched: Option<u32>,
    span: Span,
    message: String,
    severity: Option<Severity>,
    confidence: Option<Confidence>,
    props: Vec<(String, String)>,
}

/// Gives the key of a file's answers.
pub(crate) fn key(core: &Core, file: &SourceFile, asked: &[Asked<'_>]) -> Option<Key> {
    let mut key = KeyBuilder::new(Kind::PackAnswers, &core.build.host);
    key.text(&file.path).text(&file.module).text(&file.text).number(asked.len() as u64);
    for Asked { pack, matches } in asked {
        key.text(&pack.info().digest).number(matches.len() as u64);
        matches.iter().for_each(|matched| add_match(&mut key, matched));
    }
    key.finish()
}

/// Adds a match as a pack sees it.
pub(crate) fn add_match(key: &mut KeyBuilder, matched: &Match) {
    let Match { rule, interest, span, node, name, path } = matched;
    key.number(u64::from(*rule)).number(u64::from(*interest)).span(*span).number(u64::from(*node)).text(name);
    key.number(path.len() as u64);
    for PathStepText { kind, path, span, message } in path {
        key.number(*kind as u64).text(path).span(*span).text(message);
    }
}

/// Gives each asked pack's findings as it gave them before.
pub(crate) fn recall(core: &Core, key: &Key, file: &SourceFile, asked: &[Asked<'_>]) -> Option<Vec<Vec<PackFinding>>> {
    let kept: Vec<Vec<Kept>> = serde_json::from_slice(&core.store.get(key)?).ok()?;
    if kept.len() != asked.len() {
        return None;
    }
    let findings = |(kept, asked): (Vec<Kept>, &Asked<'_>)| {
        kept.into_iter().map(|one| finding(one, file, asked)).collect::<Option<Vec<PackFinding>>>()
    };
    kept.into_iter().zip(asked).map(findings).collect()
}

fn finding(kept: Kept, file: &SourceFile, asked: &Asked<'_>) -> Option<PackFinding> {
    let Kept { rule, matched, span, message, severity, confidence, props } = kept;
    asked.pack.info().rules.get(rule as usize)?;
    if let Some(index) = matched {
        asked.matches.get(index as usize)?;
    }
    if span.end < span.start {
        return None;
    }
    span.slice(&file.text)?;
    Some(PackFinding { rule, matched, span, message, severity, confidence, props })
}

/// Keeps each asked pack's findings.
pub(crate) fn remember(core: &Core, key: &Key, answers: &[&[PackFinding]]) {
    let keep = |finding: &PackFinding| {
        let PackFinding { rule, matched, span, message, severity, confidence, props } = finding.clone();
        Kept { rule, matched, span, message, severity, confidence, props }
    };
    let kept: Vec<Vec<Kept>> = answers.iter().map(|findings| findings.iter().map(keep).collect()).collect();
    if let Ok(bytes) = serde_json::to_vec(&kept) {
        core.store.put(key, &bytes);
    }
}
