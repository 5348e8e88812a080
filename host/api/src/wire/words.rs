//! The words that fields hold, and answers that are put together from kept JSON, for the API's description. Invariant:
//! nothing is written from these types; a field of such a word is text.

use utoipa::{
    ToSchema,
    openapi::{Array, ArrayBuilder, ObjectBuilder, RefOr, Schema, Type},
};

use crate::wire::{finding::FindingJson, scan::TriageJson};

macro_rules! words {
    ($($(#[$about:meta])* $name:ident: $($word:ident),+;)+) => {
        $(
            $(#[$about])*
            #[derive(ToSchema)]
            #[schema(rename_all = "kebab-case")]
            #[expect(missing_docs, reason = "the words speak for themselves")]
            pub enum $name { $($word),+ }
        )+
    };
}

words! {
    /// How bad it is.
    SeverityWord: Critical, High, Medium, Low, Info;
    /// How sure it is.
    ConfidenceWord: High, Medium, Low;
    /// What the prover says.
    VerdictWord: Refuted, Proved, Bounded, Unknown;
    /// What running the attack showed.
    ReplayWord: Confirmed, Diverged, Unavailable, NotRun;
    /// What a step of a taint path is.
    StepWord: Source, Step, Sink;
    /// A check of the gate.
    GateWord: Scope, Parses, FindingGone, NothingNew, ContractProved, Reachable, BehaviourKept;
    /// How a check went.
    OutcomeWord: Passed, Failed, NotRun;
    /// How far a patch got.
    PatchWord: Verified, Bounded, Unverified, Unavailable;
    /// What a finding is taken for.
    TriageWord: Open, Confirmed, FalsePositive, AcceptedRisk, Fixed;
    /// A stage.
    StageWord: Scanner, Speculator, Symbot, Patcher;
    /// What could not be done.
    FaultWord: File, Syntax, Pack, Stage, Bound;
    /// Where a contract comes from.
    ContractWord: Security, Asserts, Pep316, Icontract, Deal, Implicit;
    /// How true a model is.
    FidelityWord: Exact, Over, Unmodelled;
    /// What a plugin is.
    PluginWord: Stage, Pack;
    /// How a part of the server is.
    PartWord: Ok, Degraded, Down, Off;
    /// Where a setting comes from.
    OriginWord: Default, Environment, Argument, File;
    /// How a language model's server is.
    BackEndWord: Ok, Failing, Down;
}

/// A finding in full, with what was decided about it and where it stands.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is put together from kept JSON")]
pub(crate) struct FindingDetail {
    #[schema(inline)]
    #[serde(flatten)]
    finding: FindingJson,
    /// Its number in the scan.
    id: u32,
    /// What was decided about it.
    triage: TriageJson,
    /// All that was decided about it, the newest first.
    history: Vec<TriageJson>,
    /// Its categories, such as `A05:2025`.
    owasp: Vec<String>,
    /// The finding before it in the list of the same query.
    #[schema(required = true)]
    previous: Option<u32>,
    /// The one after it.
    #[schema(required = true)]
    next: Option<u32>,
}

/// Open findings by severity.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is put together from kept counts")]
pub(crate) struct OpenCounts {
    critical: u32,
    high: u32,
    medium: u32,
    low: u32,
    info: u32,
}

/// A scan in a trend.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is put together from kept counts")]
pub(crate) struct TrendPointJson {
    /// The scan.
    scan: String,
    /// When it was asked for.
    created_at: String,
    /// Its open findings.
    open: OpenCounts,
}

/// A form with files.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is read part by part")]
pub(crate) struct ScanForm {
    /// Files and archives (zip, tar, tar.gz); the part's file name is the path.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<Vec<u8>>,
    /// What a person calls the project.
    name: Option<String>,
    /// How far to go, as JSON.
    options: Option<crate::upload::UploadOptions>,
}

/// Describes ranges: each an array of two numbers.
pub(crate) fn ranges() -> Array {
    ArrayBuilder::new()
        .items(RefOr::T(Schema::Array(numbers(2))))
        .description(Some("Byte ranges, as `[start, end]`."))
        .build()
}

/// Describes the counts by severity.
pub(crate) fn by_severity() -> Array {
    let mut counts = numbers(5);
    counts.description = Some("Findings by severity: critical, high, medium, low, info.".into());
    counts
}

/// Describes an array of that many numbers.
fn numbers(count: usize) -> Array {
    let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).build();
    ArrayBuilder::new().items(number).min_items(Some(count)).max_items(Some(count)).build()
}
