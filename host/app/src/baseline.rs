//! Findings that are known already. Invariant: a finding counts as known at most as often as the baseline has it.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, bail};
use engine::engine::Outcome;
use model::{finding::Finding, fingerprint::Fingerprint};
use serde_json::Value;

/// How often each fingerprint is known.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Baseline {
    known: BTreeMap<String, usize>,
}

impl Baseline {
    /// Reads the fingerprints of an earlier scan's JSON or SARIF.
    ///
    /// # Errors
    /// When the file cannot be read, is no JSON, or is neither of the two.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let text = fs::read_to_string(path).with_context(|| format!("{shown}: the baseline cannot be read"))?;
        let json: Value = serde_json::from_str(&text).with_context(|| format!("{shown}: the baseline is no JSON"))?;
        let Some(fingerprints) = of_report(&json).or_else(|| of_sarif(&json)) else {
            bail!("{shown}: the baseline is neither the JSON nor the SARIF of a scan");
        };
        Ok(Self::new(fingerprints.into_iter()))
    }

    /// Takes the findings of a scan of older files, those that are proved safe left out; `renamed` gives the present
    /// names of files.
    pub(crate) fn of(outcome: &Outcome, renamed: &BTreeMap<String, String>) -> Self {
        let mut seen: BTreeMap<Fingerprint, u32> = BTreeMap::new();
        let mut fingerprint = |finding: &Finding| {
            let Some(now) = renamed.get(&finding.path) else { return finding.fingerprint.to_string() };
            let file = outcome.snapshot.file(finding.place.file);
            let snippet = file.and_then(|file| finding.place.span.slice(&file.text)).unwrap_or_default();
            let scope = finding.function.as_deref().unwrap_or("<module>");
            let print = |occurrence| Fingerprint::new(finding.rule.as_str(), now, scope, snippet, occurrence);
            let count = seen.entry(print(0)).or_default();
            *count += 1;
            print(*count - 1).to_string()
        };
        let all: Vec<(String, bool)> =
            outcome.report.findings.iter().map(|finding| (fingerprint(finding), finding.is_proved_safe())).collect();
        Self::new(all.into_iter().filter(|(_, is_safe)| !is_safe).map(|(fingerprint, _)| fingerprint))
    }

    fn new(fingerprints: impl Iterator<Item = String>) -> Self {
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for fingerprint in fingerprints {
            *known.entry(fingerprint).or_default() += 1;
        }
        Self { known }
    }

    /// Drops the known findings; gives how many those were.
    pub(crate) fn drop_known(mut self, findings: &mut Vec<Finding>) -> usize {
        let before = findings.len();
        findings.retain(|finding| match self.known.get_mut(finding.fingerprint.as_str()) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            Some(_) | None => true,
        });
        before - findings.len()
    }
}

/// Tells whether a finding was listed although it was proved safe.
fn is_proved(verdict: Option<&Value>) -> bool {
    verdict.and_then(Value::as_str) == Some("proved")
}

fn of_report(json: &Value) -> Option<Vec<String>> {
    let findings = json.get("findings")?.as_array()?;
    let open = findings.iter().filter(|finding| !is_proved(finding.get("verdict")));
    open.map(|finding| Some(finding.get("fingerprint")?.as_str()?.to_owned())).collect()
}

fn of_sarif(json: &Value) -> Option<Vec<String>> {
    let runs = json.get("runs")?.as_array()?;
    let results = runs.iter().filter_map(|run| run.get("results")?.as_array()).flatten();
    let fingerprint =
        |result: &Value| result.get("partialFingerprints")?.get("securecodeFinding/v1")?.as_str().map(str::to_owned);
    let open = results.filter(|result| !is_proved(result.get("properties").and_then(|facts| facts.get("verdict"))));
    Some(open.filter_map(fingerprint).collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::{Baseline, of_report, of_sarif};

    #[test]
    fn both_formats_are_read_and_counted() {
        let report = json!({"findings": [{"fingerprint": "a"}, {"fingerprint": "a"}, {"fingerprint": "b", "verdict": "proved"}]});
        let baseline = Baseline::new(of_report(&report).unwrap().into_iter());
        assert_eq!((baseline.known.get("a"), baseline.known.get("b")), (Some(&2), None));
        let sarif = json!({"runs": [{"results": [{"partialFingerprints": {"securecodeFinding/v1": "a"}}, {}]}]});
        assert_eq!(of_sarif(&sarif).unwrap(), ["a"]);
        assert!(of_report(&sarif).is_none());
    }
}
