//! A pack's description of itself, checked once. Invariant: a `PackInfo` has valid, unique rule ids, known node kinds
//! and well-formed names.

use std::collections::BTreeSet;

use model::{ids::RuleId, rule::RuleInfo, spec::TaintSpecs, weakness::Cwe};

use crate::{
    bindings::rule_pack::exports::securecode::plugin::rule_provider as provider,
    error::LoadError,
    limits::MAX_RULES,
    pack::{Interest, PackInfo, RuleDeclaration},
    wire,
};

/// The node kinds' names; a kind's number is its line, from 1.
const KINDS: &str = include_str!("../../../wit/v1/python-kinds-1.txt");

/// Checks a description and turns it into the host's types.
pub(crate) fn check(described: provider::PackInfo, digest: String, size_bytes: usize) -> Result<PackInfo, LoadError> {
    let pack: RuleId = described.name.parse().map_err(|error| invalid(format!("the pack's name: {error}")))?;
    if described.version.is_empty() || described.version.len() > 64 {
        return Err(invalid("the pack's version is empty or longer than 64 bytes".into()));
    }
    if described.rules.is_empty() || described.rules.len() > MAX_RULES {
        return Err(invalid(format!("it has {} rules; 1 to {MAX_RULES} are allowed", described.rules.len())));
    }
    let mut specs = wire::spec::library_from_guest(described.library);
    check_library(&specs)?;
    let mut rules = Vec::new();
    let mut ids = BTreeSet::new();
    for (index, rule) in described.rules.into_iter().enumerate() {
        let declaration = declaration(index as u32, rule, pack.as_str())?;
        if !ids.insert(declaration.info.id.clone()) {
            return Err(invalid(format!("the rule id `{}` is there twice", declaration.info.id)));
        }
        let sinks = declaration.interests.iter().filter_map(|interest| match interest {
            Interest::Flow(sink) => Some(sink.clone()),
            Interest::Call(_) | Interest::Node(_) | Interest::NamedString(_) => None,
        });
        specs.sinks.extend(sinks);
        rules.push(declaration);
    }
    Ok(PackInfo {
        name: pack.to_string(),
        version: described.version,
        rules,
        specs,
        needs_tree: described.needs_tree,
        digest,
        size_bytes,
    })
}

fn invalid(reason: String) -> LoadError {
    LoadError::InvalidPack { reason }
}

fn declaration(index: u32, rule: provider::RuleInfo, pack: &str) -> Result<RuleDeclaration, LoadError> {
    let id: RuleId = rule.id.parse().map_err(|error| invalid(format!("rule {index}: {error}")))?;
    let in_rule = |reason: String| invalid(format!("rule `{id}`: {reason}"));
    let cwe = u16::try_from(rule.cwe).map_err(|_| in_rule(format!("there is no CWE-{}", rule.cwe)))?;
    if rule.title.trim().is_empty() {
        return Err(in_rule("it has no title".into()));
    }
    if rule.interests.is_empty() {
        return Err(in_rule("it declares no interest, so it would never be called".into()));
    }
    if rule.triggers.iter().any(String::is_empty) {
        return Err(in_rule("a trigger is empty".into()));
    }
    let interests: Result<Vec<Interest>, LoadError> =
        rule.interests.into_iter().map(|wanted| interest(index, wanted).map_err(&in_rule)).collect();
    let interests = interests?;
    let has_contract = interests.iter().any(|interest| matches!(interest, Interest::Flow(_)));
    Ok(RuleDeclaration {
        interests,
        triggers: rule.triggers.into_iter().map(String::into_bytes).collect(),
        info: RuleInfo {
            id,
            pack: pack.to_owned(),
            title: rule.title,
            help: rule.help,
            severity: wire::grade::severity_from_guest(rule.severity),
            confidence: wire::grade::confidence_from_guest(rule.confidence),
            cwe: Cwe(cwe),
            tags: rule.tags,
            bad: rule.bad,
            good: rule.good,
            has_contract,
            no_fix_reason: rule.no_fix_reason,
        },
    })
}

fn interest(rule: u32, wanted: provider::Interest) -> Result<Interest, String> {
    match wanted {
        provider::Interest::Call(names) => {
            check_names(names.iter().map(String::as_str))?;
            Ok(Interest::Call(names))
        }
        provider::Interest::Node(kinds) => {
            if kinds.is_empty() {
                return Err("an interest in no node kind".into());
            }
            Ok(Interest::Node(kinds.iter().map(|name| kind_number(name)).collect::<Result<_, _>>()?))
        }
        provider::Interest::NamedString(words) => {
            if words.is_empty() || words.iter().any(|word| word.is_empty() || word.to_lowercase() != *word) {
                return Err("an interest in named strings needs lower-case words".into());
            }
            Ok(Interest::NamedString(words))
        }
        provider::Interest::Flow(sink) => {
            check_names(sink.callees.iter().map(String::as_str))?;
            Ok(Interest::Flow(wire::spec::sink_from_guest(rule, sink)))
        }
    }
}

fn kind_number(name: &str) -> Result<u16, String> {
    let position = KINDS.lines().position(|line| line == name);
    position
        .and_then(|index| u16::try_from(index + 1).ok())
        .ok_or_else(|| format!("`{name}` is no node kind of `python-kinds-1`"))
}

fn check_names<'a>(mut names: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let Some(first) = names.next() else { return Err("an interest in no callee".into()) };
    std::iter::once(first).chain(names).try_for_each(check_name)
}

/// Checks the form of a name pattern: dotted words, the first of which may be `*`.
fn check_name(name: &str) -> Result<(), String> {
    let words = name.strip_prefix("*.").unwrap_or(name);
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|one| one.is_alphanumeric() || one == '_');
    if name.len() <= 200 && words.split('.').all(is_word) {
        Ok(())
    } else {
        let shown: String = name.chars().take(80).collect();
        Err(format!("`{shown}` is no dotted name"))
    }
}

fn check_library(specs: &TaintSpecs) -> Result<(), LoadError> {
    let names = specs
        .sources
        .iter()
        .map(|source| &source.name)
        .chain(specs.sanitizers.iter().map(|sanitizer| &sanitizer.callee))
        .chain(specs.propagators.iter().map(|propagator| &propagator.callee))
        .chain(specs.return_types.iter().map(|one| &one.callee));
    let mut texts = names.map(|name| name.0.as_str()).chain(specs.return_types.iter().map(|one| one.returns.as_str()));
    texts.try_for_each(check_name).map_err(|reason| invalid(format!("library: {reason}")))
}

#[cfg(test)]
mod tests {
    use super::{check_name, kind_number};

    #[test]
    fn kinds_are_numbered_by_line() {
        assert_eq!(super::KINDS.lines().next().map(kind_number), Some(Ok(1)));
        assert!(kind_number("no_such_kind").is_err());
        assert!(kind_number("").is_err());
    }

    #[test]
    fn names_are_dotted_words() {
        for good in ["eval", "subprocess.run", "*.execute", "sqlite3.Cursor.execute"] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        for bad in ["", ".", "a.", "*.", "a b", "a.*.b", "*"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
