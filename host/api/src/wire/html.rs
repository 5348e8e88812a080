//! A scan's report as one HTML file that works from disk. Invariant: no byte of the analysed code can end the element that
//! holds it, and the file loads nothing.

use std::collections::{BTreeMap, BTreeSet};

use engine::engine::Outcome;
use model::finding::Finding;
use serde::Serialize;

use crate::{built, wire::scan_report::ReportJson};

/// The name of the template among the built pages.
const TEMPLATE: &str = "report.html";
/// What the template holds where the report belongs.
const PLACE: &str = "\"__REPORT__\"";

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum HtmlError {
    /// The program was built without the web UI.
    #[error("this build holds no web pages, and so no template of the report")]
    NoTemplate,
    /// The report has no form in JSON.
    #[error("the report cannot be written")]
    Json(#[from] serde_json::Error),
}

/// A report with the code that it speaks of.
#[derive(Serialize)]
struct Data<'a> {
    #[serde(flatten)]
    report: ReportJson,
    /// The text of each file that a finding names.
    sources: BTreeMap<&'a str, &'a str>,
}

/// Renders the findings that `is_listed` keeps.
///
/// # Errors
/// When the program was built without the template.
pub fn report(outcome: &Outcome, is_listed: impl Fn(&Finding) -> bool) -> Result<String, HtmlError> {
    let template = built::file(TEMPLATE).and_then(|bytes| String::from_utf8(bytes).ok());
    let template = template.ok_or(HtmlError::NoTemplate)?;
    let (head, tail) = template.split_once(PLACE).ok_or(HtmlError::NoTemplate)?;
    let listed = outcome.report.findings.iter().filter(|finding| is_listed(finding));
    let files: BTreeSet<_> = listed
        .flat_map(|finding| {
            std::iter::once(finding.place).chain(finding.taint_path.steps.iter().map(|step| step.place))
        })
        .map(|place| place.file)
        .collect();
    let named = files.iter().filter_map(|file| outcome.snapshot.file(*file));
    let sources = named.map(|file| (file.path.as_str(), file.text.as_str())).collect();
    let data = serde_json::to_string(&Data { report: ReportJson::new(outcome, is_listed), sources })?;
    // In JSON this is the same text, and in HTML no tag and no comment begins.
    Ok(format!("{head}{}{tail}", data.replace('<', "\\u003c")))
}
