//! A finding on its way through the pipeline with what the host knows of it. Invariant: what a stage sees of a candidate
//! is its index and a summary; the evidence stays here.

use model::{
    contract::{ArgumentSelector, Condition, Contract, SinkLanguage},
    finding::Finding,
    ids::FileId,
    span::Span,
};
use sandbox::pack::{Match, PackFinding};

/// A finding with what is needed to contract and to patch it.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// The finding so far.
    pub(crate) finding: Finding,
    /// Index of its pack.
    pub(crate) pack: usize,
    /// What the pack said, to be handed back to its `fix`.
    pub(crate) pack_finding: PackFinding,
    /// The match that led to it.
    pub(crate) matched: Option<Match>,
    /// The sink, when a flow led to it.
    pub(crate) sink: Option<SinkUse>,
}

/// A sink call and the functions that untrusted data comes from.
#[derive(Clone, Debug)]
pub(crate) struct SinkUse {
    pub(crate) call: Span,
    pub(crate) argument: ArgumentSelector,
    pub(crate) language: SinkLanguage,
    /// The functions that untrusted data comes from, sorted.
    pub(crate) entries: Vec<EntryPoint>,
}

/// A function whose inputs are untrusted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EntryPoint {
    /// Its file.
    pub(crate) file: FileId,
    /// Its qualified name, or `<module>`.
    pub(crate) function: String,
}

impl Candidate {
    /// Gives the contracts that the candidate's rule brings: one for each entry.
    pub(crate) fn contracts(&self) -> Vec<Contract> {
        let Some(sink) = &self.sink else { return Vec::new() };
        let contract = |entry: &EntryPoint| Contract {
            file: entry.file,
            at_file: self.finding.place.file,
            function: entry.function.clone(),
            condition: Condition::SinkStaysData {
                call: sink.call,
                argument: sink.argument.clone(),
                language: sink.language.clone(),
            },
            statement: statement(&sink.language),
        };
        sink.entries.iter().map(contract).collect()
    }
}

/// Says in words what "stays data" means in a language.
pub(crate) fn statement(language: &SinkLanguage) -> String {
    match language {
        SinkLanguage::Sql { dialect } => {
            format!("every untrusted value in the {dialect} statement stays inside one literal")
        }
        SinkLanguage::Shell => "every untrusted value in the shell command stays inside one word".into(),
        SinkLanguage::Program => "no untrusted value chooses the program that runs".into(),
        SinkLanguage::PythonCode => "every untrusted value in the evaluated code stays inside one literal".into(),
        SinkLanguage::Path => "no untrusted value leads the path outside its directory".into(),
        SinkLanguage::Template => "no untrusted value in the template's source holds template syntax".into(),
        SinkLanguage::LdapFilter => "every untrusted value in the LDAP filter stays inside one assertion value".into(),
        SinkLanguage::XPath => "every untrusted value in the XPath expression stays inside one literal".into(),
        SinkLanguage::Deserialize => "no untrusted bytes reach the deserializer".into(),
        SinkLanguage::Html => "every untrusted value in the page stays text or one attribute's value".into(),
        SinkLanguage::Xml => "every untrusted value in the XML document stays text or one attribute's value".into(),
        SinkLanguage::HeaderValue => "no untrusted value begins another header line".into(),
        SinkLanguage::LogRecord => "no untrusted value begins another log record".into(),
        SinkLanguage::RequestUrl => "no untrusted value chooses the host that is asked".into(),
        SinkLanguage::RedirectUrl => "no untrusted value sends the browser to another site".into(),
        SinkLanguage::Regex => "every untrusted value in the regular expression is matched literally".into(),
        SinkLanguage::FormatString => "no untrusted value in the format template holds a replacement field".into(),
        SinkLanguage::LdapName => "every untrusted value in the distinguished name stays inside one value".into(),
        SinkLanguage::MatchedText { .. } => "no untrusted text makes the match take exponential time".into(),
        SinkLanguage::Argument => "no untrusted value is read as an option of the program".into(),
        SinkLanguage::Choice => "no untrusted value decides here".into(),
    }
}
