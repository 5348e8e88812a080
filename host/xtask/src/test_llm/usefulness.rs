//! What a small model adds to the rules' own patches. Invariant: every figure is counted from what the binary reported,
//! logged or wrote down, and the run fails only where something that nobody verified was called verified.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::{securecode, server, server::Server};
use crate::{process, wheel, workspace};

/// What is scanned: code whose weaknesses have a known repair, but mostly no template.
const CORPUS: &str = "tests/corpus/models";
/// What the log says of each patch and of each set of contracts.
const GATED: &str = "the gate's answer to a language model's patch";
const UNREADABLE: &str = "no patch can be made of a language model's answer";
const CONTRACTS: &str = "contracts of a language model";

/// One scan.
struct Run {
    report: Value,
    log: String,
    took: Duration,
    exchanges: Vec<Value>,
}

/// Scans the corpus without the model, with it, and again.
///
/// # Errors
/// When a scan fails.
pub(super) fn measure(server: &Server, home: &Path, iterations: u8) -> Result<()> {
    let work = workspace::target().join("test-llm");
    wheel::remove(&work)?;
    fs::create_dir_all(&work)?;
    let config = work.join("llm.toml");
    fs::write(&config, configuration(server))?;
    let scan = |name: &str, with_model: &[&str]| -> Result<Run> {
        process::step(&format!("Scanning {CORPUS} ({name})"));
        let said = work.join(name);
        let mut command = securecode(home)?;
        command.args(["scan", CORPUS, "--format", "json", "--exit-zero"]).args(with_model);
        command.arg("--max-iterations").arg(iterations.to_string());
        command.arg("--llm-transcripts").arg(&said).env("SECURECODE_LLM_CONFIG", &config);
        command.env("SECURECODE_CACHE_DIR", work.join("cache")).env("SECURECODE_LOG", "warn,engine=debug");
        let begun = Instant::now();
        let output = command.output().context("the binary cannot be started")?;
        let (took, log) = (begun.elapsed(), String::from_utf8_lossy(&output.stderr).into_owned());
        fs::write(work.join(format!("{name}.log")), &log)?;
        fs::write(work.join(format!("{name}.json")), &output.stdout)?;
        let report = serde_json::from_slice(&output.stdout).with_context(|| format!("no report:\n{log}"))?;
        Ok(Run { report, log, took, exchanges: exchanges(&said)? })
    };
    let without = scan("without", &["--no-llm"])?;
    let first = scan("first", &[])?;
    let second = scan("second", &[])?;
    print(&without, &first, &second);
    check(&first)
}

fn configuration(server: &Server) -> String {
    format!(
        "[endpoints.here]\nbase_url = \"{}\"\napi_key_env = \"{}\"\nmax_in_flight = 1\n\
         deadlines = {{ first_token_ms = 900000, whole_ms = 1800000 }}\n\n\
         [tiers.fast]\nendpoints = [\"here\"]\nmodel = \"{}\"\nmax_tokens = 600\n\n\
         [retry]\noverall_ms = 7200000\n",
        server.url(),
        server::KEY_VARIABLE,
        server::MODEL
    )
}

/// Reads what was said, of all files of a folder.
fn exchanges(folder: &Path) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return Ok(all) };
    for entry in entries {
        let text = fs::read_to_string(entry?.path())?;
        for line in text.lines() {
            all.push(serde_json::from_str(line).context("a transcript is no JSON")?);
        }
    }
    Ok(all)
}

fn print(without: &Run, first: &Run, second: &Run) {
    let findings = list(&first.report, "findings").len();
    println!("{findings} findings, scanned in {:.1} s without a model", without.took.as_secs_f64());
    let lacking: Vec<String> =
        list(&without.report, "findings").iter().filter(|one| !is_accepted(one)).map(name).collect();
    println!("findings without an accepted template patch: {}", share(lacking.len(), findings));
    let gained: Vec<String> =
        list(&first.report, "findings").iter().filter(|one| is_accepted(one) && is_of_model(one)).map(name).collect();
    println!("of these the model adds an accepted patch to: {}", share(gained.len(), lacking.len()));
    for gained in &gained {
        println!("  {gained}");
    }
    let (patches, contracts): (Vec<&Value>, Vec<&Value>) =
        first.exchanges.iter().partition(|one| text(one, "prompt_version").starts_with("patch"));
    tokens("patches", &patches, lacking.len());
    tokens("contracts", &contracts, contracts.len());
    refusals(first, &patches);
    let offered: usize = contracts.iter().map(|one| contracts_in(one)).sum();
    let kept: usize = logged(first, CONTRACTS).filter_map(|line| field(line, "kept")?.parse::<usize>().ok()).sum();
    println!("contracts that a call breaks and another keeps: {}", share(kept, offered));
    let hits = first.exchanges.len().saturating_sub(second.exchanges.len());
    println!(
        "questions that the second scan did not ask again: {} ({:.1} s after {:.1} s)",
        share(hits, first.exchanges.len()),
        second.took.as_secs_f64(),
        first.took.as_secs_f64()
    );
}

fn tokens(of: &str, exchanges: &[&Value], findings: usize) {
    let sum = |key: &str| -> u64 { exchanges.iter().filter_map(|one| one.get("usage")?.get(key)?.as_u64()).sum() };
    let each = |sum: u64| sum as f64 / findings.max(1) as f64;
    let (input, cached, output) = (sum("input_tokens"), sum("cached_tokens"), sum("output_tokens"));
    println!(
        "tokens for {of}: {} questions; of each finding {:.0} in ({:.0} % from the server's prefix cache), {:.0} out",
        exchanges.len(),
        each(input),
        100.0 * cached as f64 / input.max(1) as f64,
        each(output)
    );
}

fn refusals(run: &Run, patches: &[&Value]) {
    let answers: usize = patches.iter().map(|one| list(one, "answer").len()).sum();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let mut tried = 0;
    for line in logged(run, GATED) {
        tried += 1;
        *reasons.entry(field(line, "gate.refused_by").unwrap_or_default()).or_default() += 1;
    }
    let unreadable = logged(run, UNREADABLE).count();
    let passed = reasons.remove("nothing").unwrap_or_default();
    println!("answers with patches: {answers}, of which no edits could be made of {}", share(unreadable, answers));
    println!("different patches that came to the gate: {tried}, refused {}", share(tried - passed, tried));
    for (reason, count) in reasons {
        println!("  {reason:<16}{}", share(count, tried));
    }
}

/// Fails where a patch of the model is called verified although a check that must pass did not.
fn check(run: &Run) -> Result<()> {
    if list(&run.report, "findings").is_empty() || run.exchanges.is_empty() {
        bail!("nothing was found or asked");
    }
    for finding in list(&run.report, "findings") {
        let Some(patch) = finding.get("patch") else { continue };
        let has_failed = list(patch, "checks").iter().any(|check| text(check, "outcome") == "failed");
        if patch.get("verified") == Some(&Value::Bool(true)) && has_failed {
            bail!("a patch is called verified that a check refused: {}", name(finding));
        }
    }
    Ok(())
}

fn logged<'r>(run: &'r Run, what: &'r str) -> impl Iterator<Item = &'r str> {
    run.log.lines().filter(move |line| line.contains(what))
}

/// Gives a field of a line of the log.
fn field(line: &str, name: &str) -> Option<String> {
    let (_, rest) = line.split_once(&format!("{name}="))?;
    let word = rest.split_whitespace().next()?;
    Some(word.trim_matches('"').to_owned())
}

fn contracts_in(exchange: &Value) -> usize {
    let answers = list(exchange, "answer").iter();
    answers.filter_map(|one| one.get("json")).map(|one| list(one, "contracts").len()).sum()
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn is_accepted(finding: &Value) -> bool {
    let status = finding.get("patch").map_or("", |patch| text(patch, "status"));
    matches!(status, "verified" | "bounded")
}

fn is_of_model(finding: &Value) -> bool {
    finding.get("patch").is_some_and(|patch| text(patch, "author") == server::MODEL)
}

fn name(finding: &Value) -> String {
    format!("{} in {}, `{}`", text(finding, "rule_id"), text(finding, "path"), text(finding, "function"))
}

fn share(part: usize, whole: usize) -> String {
    if whole == 0 {
        return "none".to_owned();
    }
    format!("{part} of {whole} ({:.0} %)", 100.0 * part as f64 / whole as f64)
}
