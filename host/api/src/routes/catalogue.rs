//! What this server knows: its rules, plugins, an example to try, and the prover on its own. Invariant: nothing of it is
//! written here by hand; packs, components and the example speak for themselves.

use std::{collections::BTreeSet, sync::Arc};

use axum::{Json, body::Body, extract::State};
use engine::{
    contract_kind::{Asked, ContractKind, Start},
    engine::{PluginKind, PluginSummary},
    error::EngineError,
};
use model::{
    budget::Budget,
    rule::RuleInfo,
    scan::{ScanOptions, SourceText},
    spec::Entry,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    body,
    error_text::error_chain,
    extract::Path,
    problem::{ErrorKind, Problem},
    server::Shared,
    upload::FileJson,
    wire::{cost::CostJson, verification::VerificationJson},
};

/// A rule's twins.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExamplesJson {
    bad: String,
    good: String,
}

/// A rule.
#[derive(Serialize, ToSchema)]
pub(crate) struct RuleJson {
    id: String,
    pack: String,
    title: String,
    cwe: String,
    #[schema(required = true)]
    cwe_name: Option<&'static str>,
    owasp: Vec<String>,
    #[schema(value_type = crate::wire::words::SeverityWord)]
    severity: &'static str,
    #[schema(value_type = crate::wire::words::ConfidenceWord)]
    confidence: &'static str,
    /// Whether the rule brings contracts, which the prover decides.
    has_contract: bool,
    /// Whether the rule brings a template for patches.
    has_fix: bool,
    /// The first sentence of the description.
    summary: String,
    /// What goes wrong, how an attacker uses it, how to write it safely: Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    description: Option<String>,
    /// Code that the rule finds, and its twin that it does not find.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    examples: Option<ExamplesJson>,
    /// Why there is no template.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    no_fix_reason: Option<String>,
}

impl RuleJson {
    fn short(rule: &RuleInfo) -> Self {
        let first = rule.help.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#'));
        Self {
            id: rule.id.to_string(),
            pack: rule.pack.clone(),
            title: rule.title.clone(),
            cwe: rule.cwe.to_string(),
            cwe_name: rule.cwe.name(),
            owasp: rule.tags.iter().filter_map(|tag| tag.strip_prefix("owasp:").map(str::to_owned)).collect(),
            severity: rule.severity.as_str(),
            confidence: rule.confidence.as_str(),
            has_contract: rule.has_contract,
            has_fix: rule.no_fix_reason.is_none(),
            summary: first.unwrap_or(&rule.title).to_owned(),
            description: None,
            examples: None,
            no_fix_reason: None,
        }
    }

    fn full(rule: &RuleInfo) -> Self {
        Self {
            description: Some(rule.help.clone()),
            examples: Some(ExamplesJson { bad: rule.bad.clone(), good: rule.good.clone() }),
            no_fix_reason: rule.no_fix_reason.clone(),
            ..Self::short(rule)
        }
    }
}

/// All rules.
#[derive(Serialize, ToSchema)]
pub(crate) struct RuleList {
    rules: Vec<RuleJson>,
}

/// Lists the installed rules.
#[utoipa::path(operation_id = "list_rules", get, path = "/api/v1/rules", tag = "catalogue", responses((status = 200, body = RuleList)))]
pub(crate) async fn rules(State(shared): State<Shared>) -> Json<RuleList> {
    Json(RuleList { rules: shared.jobs.engine.rules().iter().map(RuleJson::short).collect() })
}

/// Explains a rule.
#[utoipa::path(
    operation_id = "get_rule",
    get,
    path = "/api/v1/rules/{id}",
    tag = "catalogue",
    params(("id" = String, Path)),
    responses(
        (status = 200, body = RuleJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn rule(State(shared): State<Shared>, Path(id): Path<String>) -> Result<Json<RuleJson>, Problem> {
    let rules = shared.jobs.engine.rules();
    let found = rules.iter().find(|rule| rule.id.as_str() == id);
    let found = found.ok_or_else(|| Problem::new(ErrorKind::NotFound, "no installed pack has such a rule"))?;
    Ok(Json(RuleJson::full(found)))
}
/// A plugin.
#[derive(Serialize, ToSchema)]
pub(crate) struct PluginJson {
    name: String,
    /// `stage` or `pack`.
    #[schema(value_type = crate::wire::words::PluginWord)]
    kind: &'static str,
    version: String,
    /// BLAKE3 of the component, hexadecimal.
    digest: String,
    /// The interfaces with functions that it imports, and so may call.
    imports: Vec<String>,
    rules: usize,
    /// What its calls took since the server started.
    cost: CostJson,
}

/// The plugins.
#[derive(Serialize, ToSchema)]
pub(crate) struct PluginList {
    plugins: Vec<PluginJson>,
}

/// Lists the stages and the installed packs.
#[utoipa::path(operation_id = "list_plugins", get, path = "/api/v1/plugins", tag = "catalogue", responses((status = 200, body = PluginList)))]
pub(crate) async fn plugins(State(shared): State<Shared>) -> Json<PluginList> {
    let json = |plugin: PluginSummary| PluginJson {
        name: plugin.about.name,
        kind: match plugin.kind {
            PluginKind::Stage => "stage",
            PluginKind::Pack => "pack",
        },
        version: plugin.version,
        digest: plugin.about.digest,
        imports: plugin.about.imports,
        rules: plugin.rules,
        cost: CostJson::from(plugin.about.spent),
    };
    Json(PluginList { plugins: shared.jobs.engine.plugins().into_iter().map(json).collect() })
}

/// An example to try.
#[derive(Serialize, ToSchema)]
pub(crate) struct Sample {
    name: &'static str,
    files: Vec<FileJson>,
}

/// The files of the example application.
const SAMPLE: [(&str, &str); 5] = [
    ("shop/accounts.py", include_str!("../../../../tests/corpus/shop/shop/accounts.py")),
    ("shop/admin.py", include_str!("../../../../tests/corpus/shop/shop/admin.py")),
    ("shop/catalog.py", include_str!("../../../../tests/corpus/shop/shop/catalog.py")),
    ("shop/db.py", include_str!("../../../../tests/corpus/shop/shop/db.py")),
    ("shop/downloads.py", include_str!("../../../../tests/corpus/shop/shop/downloads.py")),
];

/// Gives a small application with weaknesses.
#[utoipa::path(operation_id = "get_sample", get, path = "/api/v1/sample", tag = "catalogue", responses((status = 200, body = Sample)))]
pub(crate) async fn sample() -> Json<Sample> {
    let file = |(path, content): &(&str, &str)| FileJson { path: (*path).into(), content: (*content).into() };
    Json(Sample { name: "Example shop", files: SAMPLE.iter().map(file).collect() })
}

/// Code whose contracts are asked about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProveRequest {
    /// Python source text.
    source: String,
    /// Only this function.
    function: Option<String>,
    /// `pep316`, `asserts`, `icontract`, `deal`, `security` and `implicit`; without, what `securecode verify` takes.
    contracts: Option<Vec<String>>,
    /// Factor of the prover's limits, from 1 to 16.
    budget: Option<u32>,
}

/// Proves or refutes the contracts of one text.
#[utoipa::path(
    operation_id = "prove",
    post,
    path = "/api/v1/prove",
    tag = "catalogue",
    request_body = ProveRequest,
    responses(
        (status = 200, body = VerificationJson),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "Not JSON"),
        (status = 413, body = Problem, content_type = "application/problem+json", description = "Too large"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "Too much is waiting"),
    )
)]
pub(crate) async fn prove(State(shared): State<Shared>, body: Body) -> Result<Json<VerificationJson>, Problem> {
    let bytes = body::read(body, shared.config.body_limit()).await?;
    let request: ProveRequest = serde_json::from_slice(&bytes).map_err(|error| {
        let kind = if error.is_data() { ErrorKind::Invalid } else { ErrorKind::MalformedJson };
        Problem::new(kind, error.to_string())
    })?;
    if request.source.len() > shared.config.max_code_bytes {
        let limit = shared.config.max_code_bytes;
        return Err(Problem::new(ErrorKind::TooLarge, format!("`source` has more than {limit} bytes")));
    }
    let kinds = match &request.contracts {
        None => ContractKind::USUAL.into_iter().collect(),
        Some(words) => kinds(words)?,
    };
    let asked = Asked { function: request.function, kinds, start: Start::Functions };
    let options = ScanOptions {
        entry: Entry::All,
        budget: Budget::scaled(request.budget.unwrap_or(1).clamp(1, 16)),
        ..ScanOptions::default()
    };
    let ticket = shared.enter()?;
    let stopping = || Problem::new(ErrorKind::Busy, "the server is stopping");
    let permit = shared.running.clone().acquire_owned().await.map_err(|_| stopping())?;
    let engine = Arc::clone(&shared.jobs.engine);
    let files = vec![SourceText { path: "playground.py".into(), bytes: request.source.into_bytes() }];
    let work = move || {
        let answer = engine.verify(files, &asked, &options);
        drop((permit, ticket));
        answer
    };
    let answer = tokio::task::spawn_blocking(work).await;
    let answer = answer.map_err(|_| Problem::new(ErrorKind::Internal, "the prover did not end"))?;
    match answer {
        Ok(verification) => Ok(Json(VerificationJson::new(&verification))),
        Err(error @ EngineError::NoSuchFunction { .. }) => Err(Problem::new(ErrorKind::Invalid, error.to_string())),
        Err(error) => {
            tracing::error!(error = error_chain(&error), "a proof was refused");
            Err(Problem::new(ErrorKind::Internal, "the proof was refused"))
        }
    }
}

fn kinds(words: &[String]) -> Result<BTreeSet<ContractKind>, Problem> {
    let kind = |word: &String| {
        let all = ContractKind::USUAL.into_iter().chain([ContractKind::Implicit]);
        let found = all.into_iter().find(|kind| kind.as_str() == word.trim_end_matches('s'));
        found.ok_or_else(|| {
            let shown: String = word.chars().take(40).flat_map(char::escape_debug).collect();
            Problem::new(ErrorKind::Invalid, format!("`{shown}` is no kind of contract"))
        })
    };
    words.iter().map(kind).collect()
}
