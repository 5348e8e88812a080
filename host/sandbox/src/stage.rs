//! What the host and the four stages say to each other. Invariant: plain data and traits; the engine implements the
//! traits, a stage reaches only those that its world imports.

use model::{
    contract::{Condition, Contract},
    ids::FileId,
    rule::{Confidence, Severity},
    span::Span,
    verdict::Verdict,
};

pub use crate::stages::{PatcherHost, PatcherStage, ScannerStage, SpeculatorHost, SpeculatorStage, SymbotStage};

/// A finding as far as a strategy needs to know it; the host keeps the rest under `id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CandidateSummary {
    /// The host's number for it.
    pub id: u32,
    /// The rule's id.
    pub rule: String,
    /// The pack that found it.
    pub pack: String,
    /// The weakness's number.
    pub cwe: u32,
    /// Severity here.
    pub severity: Severity,
    /// Confidence here.
    pub confidence: Confidence,
    /// Path of the file.
    pub path: String,
    /// Where.
    pub span: Span,
    /// Qualified name of the function around it; `None` for top-level code.
    pub function: Option<String>,
    /// Whether a taint path leads to it.
    pub has_flow: bool,
}

/// The candidates of one function of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Path of the file.
    pub path: String,
    /// Qualified name; `None` for top-level code.
    pub function: Option<String>,
    /// The candidates.
    pub candidates: Vec<CandidateSummary>,
}

/// A contract that names its file by path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractText {
    /// Path of the entry function's file.
    pub path: String,
    /// Path of the file that the condition's spans lie in.
    pub at_path: String,
    /// Qualified name of the entry function, or `<module>`.
    pub function: String,
    /// What must hold.
    pub condition: Condition,
    /// One sentence for people.
    pub statement: String,
}

impl ContractText {
    /// Makes it from a contract; `path_of` knows the files' paths.
    pub fn new(contract: &Contract, path_of: impl Fn(FileId) -> Option<String>) -> Option<Self> {
        Some(Self {
            path: path_of(contract.file)?,
            at_path: path_of(contract.at_file)?,
            function: contract.function.clone(),
            condition: contract.condition.clone(),
            statement: contract.statement.clone(),
        })
    }

    /// Turns it into a contract; `None` when a path names no file.
    pub fn into_contract(self, file_of: impl Fn(&str) -> Option<FileId>) -> Option<Contract> {
        let (file, at_file) = (file_of(&self.path)?, file_of(&self.at_path)?);
        Some(Contract { file, at_file, function: self.function, condition: self.condition, statement: self.statement })
    }
}

/// A candidate's contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignedContract {
    /// The candidate's number.
    pub candidate: u32,
    /// The contract.
    pub contract: ContractText,
}

/// A candidate with its contracts and their verdicts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedCandidate {
    /// The candidate's number.
    pub candidate: u32,
    /// The contracts with their verdicts.
    pub checks: Vec<(ContractText, Verdict)>,
}

/// What the Scanner decided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanDecision {
    /// Candidates that stand.
    pub keep: Vec<u32>,
    /// Candidates that do not.
    pub dropped: Vec<Dropped>,
}

/// A candidate that the Scanner dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// The candidate's number.
    pub candidate: u32,
    /// Why.
    pub reason: String,
}

/// A candidate and the ticket of a verdict on one of its contracts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The candidate's number.
    pub candidate: u32,
    /// What [`Prover::prove`] gave out.
    pub ticket: u32,
}

/// A way to repair a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: String,
    /// The edits. Those of the finding's own file lie within its text; all else is the gate's to check.
    pub edits: Vec<FixEdit>,
}

/// One replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixEdit {
    /// The file; `None`: the finding's.
    pub path: Option<String>,
    /// The bytes to replace.
    pub span: Span,
    /// The new text.
    pub replacement: String,
}

/// A fix that the gate has refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The candidate's number.
    pub candidate: u32,
    /// What was tried.
    pub fix: Fix,
    /// The checks that failed.
    pub failures: Vec<GateFailure>,
}

/// One check of the gate that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateFailure {
    /// The check's name.
    pub check: String,
    /// What it saw.
    pub detail: String,
}

/// What the Patcher decided for a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The candidate's number.
    pub candidate: u32,
    /// The decision.
    pub decision: Decision,
}

/// What to do with a candidate that wants a patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Put these to the gate; the one that changes least of those that pass is taken.
    Propose(Vec<Fix>),
    /// Nothing (more) to try; why.
    GiveUp(String),
}

/// What a plugin, or a capability on its behalf, says when it cannot do its work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PluginError {
    /// This input is not for the plugin; says what.
    #[error("unsupported: {0}")]
    Unsupported(String),
    /// A configuration value is refused.
    #[error("the option `{name}` is refused: {reason}")]
    BadOption {
        /// The option.
        name: String,
        /// Why.
        reason: String,
    },
    /// A capability answered with an error.
    #[error("a capability failed: {0}")]
    Capability(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// An installed pack as the Scanner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackListing {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its rules' ids.
    pub rules: Vec<String>,
}

/// Why packs cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// No pack of this name is installed.
    #[error("no pack `{0}` is installed")]
    NoSuchPack(String),
}

/// The Scanner's capability: runs the installed packs over the project.
pub trait RuleRunner: Send + Sync {
    /// Names the installed packs.
    fn packs(&self) -> Vec<PackListing>;
    /// Runs these packs on every file.
    ///
    /// # Errors
    /// When no pack of one of the names is installed; a pack's fault on a file is the implementer's to record.
    fn run(&self, packs: &[String]) -> Result<Vec<CandidateSummary>, RulesError>;
}

/// The Speculator's capability: the contracts that rules bring.
pub trait ContractSource: Send + Sync {
    /// Gives a candidate's contracts, one for each entry function; empty when its rule brings none.
    fn offers(&self, candidate: u32) -> Vec<ContractText>;
}

/// The Speculator's other capability: contracts that a language model writes.
pub trait SuggestionSource: Send + Sync {
    /// Gives contracts for a candidate, at most `wanted`; empty when the model wrote none that can be used.
    ///
    /// # Errors
    /// When the model cannot be asked.
    fn write(&self, candidate: u32, tier: Option<&str>, wanted: u8) -> Result<Vec<ContractText>, ChatError>;
}

/// A verdict under the ticket that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofOutcome {
    /// Names the verdict in the stage's answer.
    pub ticket: u32,
    /// The verdict.
    pub verdict: Verdict,
    /// Paths explored.
    pub paths: u32,
}

/// Why a contract cannot be checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProverError {
    /// The contract names nothing in the project.
    #[error("there is no such place: {0}")]
    NoSuchPlace(String),
    /// The contract does not parse or type-check.
    #[error("the contract is not valid: {0}")]
    BadContract(String),
    /// Too many questions in one call; the sandbox counts them itself.
    #[error("too many questions in one call")]
    QuotaSpent,
}

/// SymBot's and the Patcher's capability: symbolic execution and Z3.
pub trait Prover: Send + Sync {
    /// Proves or refutes; `effort` scales the scan's budget and is at least 1.
    ///
    /// # Errors
    /// When the contract names nothing in the project or is not valid.
    fn prove(&self, contract: &ContractText, effort: u32) -> Result<ProofOutcome, ProverError>;
}

/// The Patcher's capability: patch templates of rules.
pub trait FixSource: Send + Sync {
    /// Gives fixes, best first.
    ///
    /// # Errors
    /// When the rule's pack fails.
    fn propose(&self, candidate: u32) -> Result<Vec<Fix>, PluginError>;
    /// Says why the rule has no behaviour-preserving fix, if it says so.
    fn no_fix_reason(&self, candidate: u32) -> Option<String>;
}

/// The Patcher's capability: patches that a language model writes.
pub trait DraftSource: Send + Sync {
    /// Gives at most `wanted` fixes that were not given before; `tier` names a strength of model.
    ///
    /// # Errors
    /// When no model is configured, none answers, or its budget is spent.
    fn write(&self, candidate: u32, tier: Option<&str>, wanted: u8) -> Result<Vec<Fix>, ChatError>;
}

/// The Patcher's capability: looks at Python text without running it.
pub trait PythonCheck: Send + Sync {
    /// Gives the text's syntax problems.
    fn syntax_problems(&self, text: &str) -> Vec<(Span, String)>;
}

/// Who speaks in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChatRole {
    /// Sets the frame.
    System,
    /// Asks.
    User,
    /// Answers.
    Assistant,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatMessage {
    /// Who.
    pub role: ChatRole,
    /// What.
    pub text: String,
}

/// A question to the language model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatRequest {
    /// The conversation so far.
    pub messages: Vec<ChatMessage>,
    /// JSON Schema that the answer must fit.
    pub schema: Option<String>,
    /// Operator-defined tier, never a vendor's model name.
    pub tier: Option<String>,
    /// Limit of the answer, in tokens.
    pub max_tokens: u32,
    /// Same request and same seed: cached answer.
    pub seed: Option<u64>,
}

/// The language model's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatAnswer {
    /// Its text.
    pub text: String,
    /// Tokens read.
    pub input_tokens: u32,
    /// Tokens written.
    pub output_tokens: u32,
    /// Whether it came from the cache.
    pub cached: bool,
}

/// Why the language model gave no usable answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChatError {
    /// The scan's budget is spent.
    #[error("the language model's budget is spent")]
    BudgetExhausted,
    /// No answer in time.
    #[error("the language model did not answer in time")]
    TimedOut,
    /// Never JSON that fits the schema.
    #[error("the answer does not fit the schema: {reason}")]
    SchemaMismatch {
        /// The last text.
        text: String,
        /// Why it does not fit.
        reason: String,
    },
    /// The model refused.
    #[error("the language model refused: {0}")]
    Refused(String),
    /// The operator configured no model.
    #[error("no language model is configured")]
    NotConfigured,
    /// None answers.
    #[error("no language model is available: {0}")]
    Unavailable(String),
}

/// The language model behind the host.
pub trait Chat: Send + Sync {
    /// Asks.
    ///
    /// # Errors
    /// When there is no usable answer.
    fn complete(&self, request: &ChatRequest) -> Result<ChatAnswer, ChatError>;
}
