//! Archives that are unpacked wherever their members say (CWE-22). Invariant: `zipfile`'s own extraction is no finding,
//! because it removes `..` and drives from members' names; files that the program writes under those names are.
//!
//! # What
//! A tar archive is extracted without a filter and without a look at its members.
//! # Why
//! Members may be named `../../etc/cron.d/job`, or be links that lead out of the directory.
//! # Fix
//! `filter="data"`, which refuses such members.

mod members;

use securecode_sdk::{
    Confidence, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{call::Call, fix},
};

use crate::literal;

pub(crate) struct ArchiveExtraction;

const MEMBERS: [&str; 4] = ["tarfile.TarFile.extractall", "tarfile.TarFile.extract", "*.extractall", "*.extract"];
const WHOLE: [&str; 1] = ["shutil.unpack_archive"];
const OPENS: [&str; 2] = ["builtins.open", "io.open"];

impl Rule for ArchiveExtraction {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-archive-extraction",
            title: "Archive extracted without a filter",
            help: "A tar archive says where its members go. Names with `../`, absolute names and links lead out of the \
                   directory that is given, so that unpacking a hostile archive writes any file of the user:\n\n\
                   ```python\n\
                   with tarfile.open(upload) as archive:\n    archive.extractall(\"/srv/uploads\")\n\
                   ```\n\n\
                   Use the filter for data, which refuses such members, devices and set-user-id bits (Python 3.12, and \
                   the security releases of 3.8 to 3.11; it is the default from 3.14 on):\n\n\
                   ```python\n\
                   archive.extractall(\"/srv/uploads\", filter=\"data\")\n\
                   ```",
            severity: Severity::High,
            confidence: Confidence::Medium,
            cwe: 22,
            tags: &["owasp:A01:2025", "injection"],
            interests: vec![Interest::Call(
                MEMBERS.iter().chain(&WHOLE).chain(&OPENS).map(|&name| name.into()).collect(),
            )],
            triggers: &["tarfile", "unpack_archive", "zipfile"],
            bad: "import tarfile\n\n\n\
                  def unpack(path):\n    with tarfile.open(path) as archive:\n        archive.extractall(\"/srv/data\")\n",
            good: "import tarfile\n\n\n\
                   def unpack(path):\n    with tarfile.open(path) as archive:\n        \
                       archive.extractall(\"/srv/data\", filter=\"data\")\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = file.node_of(matched).and_then(Call::of)?;
        if OPENS.contains(&matched.name.as_str()) {
            let message = "`open` writes a member of an archive wherever the member's name leads.";
            return members::is_written_by_name(call).then(|| Found::new(matched.at, message));
        }
        if call.arguments().any(|argument| argument.is(Kind::DICTIONARY_SPLAT)) || is_filtered(call)? {
            return None;
        }
        if WHOLE.contains(&matched.name.as_str()) {
            let is_zip = |text: String| text == "zip" || text.ends_with(".zip") || text.ends_with(".whl");
            let named = call.keyword("format").or_else(|| call.positional(2)).or_else(|| call.positional(0));
            if named.and_then(literal::named_text).is_some_and(is_zip) {
                return None;
            }
            let message = "`shutil.unpack_archive` writes the members of a tar archive wherever their names lead.";
            return Some(Found::new(matched.at, message));
        }
        let archive = call.receiver()?;
        if matched.name.starts_with("*.") && !members::is_tar(file, archive) {
            return None;
        }
        if members::has_default_filter(file) || members::are_checked(call, archive) {
            return None;
        }
        let callee = format!("{}.{}", archive.text(), call.name());
        let found = |reason: &str| {
            Found::new(matched.at, format!("`{callee}` writes members wherever their names lead{reason}."))
        };
        match members::opened(archive).and_then(literal::named_text) {
            Some(_) if !members::is_networked(file) => Some(
                found("; the archive's name is constant, so that it may be the program's own")
                    .severity(Severity::Low)
                    .confidence(Confidence::Low),
            ),
            Some(_) | None => Some(found("")),
        }
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let matched = matched.filter(|matched| !OPENS.contains(&matched.name.as_str()));
        let Some(call) = matched.and_then(|matched| file.node_of(matched)).and_then(Call::of) else {
            return Vec::new();
        };
        vec![fix("Refuse members that lead out of the directory", vec![call.set_keyword("filter", "\"data\"")])]
    }
}

/// Tells whether a filter is given that keeps members inside; `None` when only the run shows it.
fn is_filtered(call: Call<'_>) -> Option<bool> {
    let Some(filter) = call.keyword("filter") else { return Some(false) };
    let is_trusting = |node: Node<'_>| node.is(Kind::NONE) || node.text().ends_with("fully_trusted_filter");
    match literal::named_text(filter) {
        Some(text) => Some(text != "fully_trusted"),
        None if is_trusting(filter.without_parentheses()) => Some(false),
        None => None,
    }
}
