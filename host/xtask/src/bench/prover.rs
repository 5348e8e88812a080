//! `cargo xtask bench prover`: our prover beside CrossHair on the corpus of contracts. Invariant: both read the same
//! functions in the same run, and every verdict is held against the function's mark and against CPython.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::{Value, json};

use crate::{demo, process, setup, workspace, z3};

const CORPUS: &str = "tests/corpus/prover";
const JUDGE: &str = include_str!("judge.py");
/// The limits that a proof has to survive.
const BUDGETS: [u32; 3] = [1, 4, 16];

/// What to measure.
#[derive(Args)]
pub(crate) struct Options {
    /// A `securecode` that is built already; a release build is made when none is given.
    #[arg(long)]
    binary: Option<PathBuf>,
    /// Leaves CrossHair out.
    #[arg(long)]
    alone: bool,
    /// Seconds that CrossHair may spend on each condition.
    #[arg(long, default_value_t = 5)]
    peer_timeout_s: u32,
}

/// What the corpus says of a function.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// Its contract holds.
    Holds,
    /// An input breaks its contract.
    Broken,
}

/// A verdict on one function's contract.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Answer {
    Refuted,
    Proved,
    Bounded,
    Unknown,
}

/// A file of the corpus.
struct Sample {
    path: PathBuf,
    kinds: &'static str,
    /// The marked functions in order, with their lines.
    functions: Vec<(String, usize, Mark)>,
}

/// What one prover says of one function.
struct Row {
    function: String,
    mark: Mark,
    answer: Answer,
    ms: f64,
    shown: String,
}

/// Runs both provers over the corpus, and prints what they found.
///
/// # Errors
/// When something cannot be built, installed or run, or a verdict of ours is wrong.
pub(crate) fn bench(options: &Options) -> Result<()> {
    setup::setup()?;
    let binary = match &options.binary {
        Some(binary) => binary.canonicalize().with_context(|| format!("there is no {}", binary.display()))?,
        None => demo::build_release()?,
    };
    // What an earlier run has kept would be answered in no time.
    super::remove(&workspace::target().join("bench/prover-cache"))?;
    let samples = samples(&workspace::root().join(CORPUS))?;
    let mut wrong = Vec::new();
    let mut ours: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
    for sample in &samples {
        let contracts = verify(&binary, sample, 1)?;
        let rows = rows(sample, &contracts);
        wrong.extend(contradictions(&rows, sample));
        if sample.kinds == "pep316" {
            wrong.extend(judged(sample, &rows)?);
        }
        wrong.extend(changed(&binary, sample, &contracts)?);
        ours.entry(sample.kinds).or_default().extend(rows);
    }
    println!(
        "{:<40} {:>5} {:>8} {:>7} {:>8} {:>8} {:>6} {:>10} {:>10} {:>9}",
        "", "", "refuted", "proved", "bounded", "unknown", "wrong", "median ms", "p95 ms", "total s"
    );
    for (kinds, rows) in &ours {
        print(&format!("securecode, {kinds}"), rows);
    }
    if !options.alone {
        let program = crosshair()?;
        let start = start_ms(&program)?;
        let mut theirs = Vec::new();
        for sample in samples.iter().filter(|sample| sample.kinds == "pep316") {
            theirs.extend(check(&program, sample, (options.peer_timeout_s, start))?);
        }
        print("crosshair, pep316", &theirs);
        println!("CrossHair's times are without its start, which takes {start:.0} ms.");
    }
    for row in ours.values().flatten().filter(|row| expected(row.mark) != row.answer) {
        println!("not decided: {}: {:?} {}", row.function, row.answer, row.shown);
    }
    if !wrong.is_empty() {
        bail!("wrong verdicts:\n{}", wrong.join("\n"));
    }
    Ok(())
}

const fn expected(mark: Mark) -> Answer {
    match mark {
        Mark::Holds => Answer::Proved,
        Mark::Broken => Answer::Refuted,
    }
}

/// Reads the corpus: a function's mark is the comment behind its head.
fn samples(folder: &Path) -> Result<Vec<Sample>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "py") {
            paths.push(path);
        }
    }
    paths.sort();
    paths.into_iter().map(sample).collect()
}

fn sample(path: PathBuf) -> Result<Sample> {
    let text = fs::read_to_string(&path)?;
    let is_injection =
        path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("injection"));
    let mut functions = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let mark = match line.rsplit_once("  # ") {
            Some((_, "holds")) => Mark::Holds,
            Some((_, "broken")) => Mark::Broken,
            Some(_) | None => continue,
        };
        let name = line.trim().strip_prefix("def ").and_then(|rest| rest.split_once('('));
        let (name, _) = name.with_context(|| format!("{}:{number}: a mark without a function", path.display()))?;
        functions.push((name.to_owned(), number, mark));
    }
    Ok(Sample { path, kinds: if is_injection { "security" } else { "pep316" }, functions })
}

/// Runs `securecode verify` and gives its contracts.
fn verify(binary: &Path, sample: &Sample, budget: u32) -> Result<Vec<Value>> {
    let mut command = demo::securecode(binary);
    let (name, folders) = z3::search_path()?;
    command.env(name, folders);
    command.env("SECURECODE_CACHE_DIR", workspace::target().join("bench/prover-cache"));
    command.args(["verify", "--exit-zero", "--format", "json", "--contracts", sample.kinds, "--budget"]);
    command.arg(budget.to_string()).arg(&sample.path);
    let report: Value = serde_json::from_str(&process::output(&mut command)?)?;
    let contracts = report.get("contracts").and_then(Value::as_array).context("the report has no contracts")?;
    Ok(contracts.clone())
}

fn field<'v>(contract: &'v Value, name: &str) -> &'v str {
    contract.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn answer(contract: &Value) -> Answer {
    match field(contract, "verdict") {
        "refuted" => Answer::Refuted,
        "proved" => Answer::Proved,
        "bounded" => Answer::Bounded,
        _ => Answer::Unknown,
    }
}

/// Tells whether a contract only says that no exception leaves a function: it counts when it is refuted, as in CrossHair,
/// and is no part of what is proved, as in CrossHair.
fn is_about_exceptions(contract: &Value) -> bool {
    field(contract, "contract").starts_with("no exception ")
}

/// Sums up what is said of each function: refuted when one of its contracts is, proved when all are.
fn rows(sample: &Sample, contracts: &[Value]) -> Vec<Row> {
    let row = |(name, _, mark): &(String, usize, Mark)| {
        let own = || contracts.iter().filter(|contract| field(contract, "function") == name);
        let counted = own().filter(|one| !is_about_exceptions(one) || answer(one) == Answer::Refuted);
        let answers: Vec<(Answer, &Value)> = counted.map(|contract| (answer(contract), contract)).collect();
        let worst = answers.iter().find(|(answer, _)| *answer == Answer::Refuted);
        let worst = worst.or_else(|| answers.iter().max_by_key(|(answer, _)| *answer));
        let (answer, contract) =
            worst.map_or((Answer::Unknown, &Value::Null), |(answer, contract)| (*answer, *contract));
        let shown = match answer {
            Answer::Refuted => contract.pointer("/counterexample/call").and_then(Value::as_str).unwrap_or_default(),
            Answer::Proved => "",
            Answer::Bounded => contract.pointer("/bounds/0").and_then(Value::as_str).unwrap_or_default(),
            Answer::Unknown => field(contract, "reason"),
        };
        let ms = own().filter_map(|contract| contract.get("ms").and_then(Value::as_f64)).sum();
        Row { function: name.clone(), mark: *mark, answer, ms, shown: shown.to_owned() }
    };
    sample.functions.iter().map(row).collect()
}

fn is_wrong(row: &Row) -> bool {
    match row.mark {
        Mark::Holds => row.answer == Answer::Refuted,
        Mark::Broken => row.answer == Answer::Proved,
    }
}

fn contradictions(rows: &[Row], sample: &Sample) -> Vec<String> {
    let text = |row: &Row| format!("{}: {}: {:?} {}", sample.path.display(), row.function, row.answer, row.shown);
    rows.iter().filter(|row| is_wrong(row)).map(text).collect()
}

/// Has CPython run the counterexamples, and the proved functions on random inputs.
fn judged(sample: &Sample, rows: &[Row]) -> Result<Vec<String>> {
    let verdict = |row: &Row| match row.answer {
        Answer::Refuted => "refuted",
        Answer::Proved => "proved",
        Answer::Bounded => "bounded",
        Answer::Unknown => "unknown",
    };
    let verdicts: Vec<Value> =
        rows.iter().map(|row| json!({"function": row.function, "verdict": verdict(row), "call": row.shown})).collect();
    let question = json!({"file": sample.path, "verdicts": verdicts}).to_string();
    let mut python = Command::new(z3::python()?);
    python.args(["-I", "-B", "-c", JUDGE]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut python = python.spawn()?;
    python.stdin.take().context("the judge has no input")?.write_all(question.as_bytes())?;
    let output = python.wait_with_output()?;
    if !output.status.success() {
        bail!("the judge of {} failed", sample.path.display());
    }
    Ok(String::from_utf8(output.stdout)?.lines().map(|line| format!("CPython: {line}")).collect())
}

/// Tells which proved contracts are refuted, and which refuted ones proved, with other limits.
fn changed(binary: &Path, sample: &Sample, first: &[Value]) -> Result<Vec<String>> {
    let mut changed = Vec::new();
    for budget in BUDGETS.into_iter().skip(1) {
        let again = verify(binary, sample, budget)?;
        if again.len() != first.len() {
            bail!("{}: another number of contracts with budget {budget}", sample.path.display());
        }
        for (before, after) in first.iter().zip(&again) {
            if let (Answer::Proved, Answer::Refuted) | (Answer::Refuted, Answer::Proved) =
                (answer(before), answer(after))
            {
                let (function, contract) = (field(before, "function"), field(before, "contract"));
                changed.push(format!("{function}: {contract}: {:?} with budget {budget}", answer(after)));
            }
        }
    }
    Ok(changed)
}

/// CrossHair from PyPI, in a virtual environment of its own.
fn crosshair() -> Result<PathBuf> {
    let home = workspace::target().join("bench/crosshair");
    let program = home.join("bin/crosshair");
    if !program.is_file() {
        process::run(Command::new(z3::python()?).args(["-m", "venv"]).arg(&home))?;
        let mut install = Command::new(home.join("bin/python"));
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "crosshair-tool"]);
        process::run(&mut install)?;
    }
    Ok(program)
}

/// How long CrossHair takes for a file without contracts.
fn start_ms(program: &Path) -> Result<f64> {
    let file = workspace::target().join("bench/no_contracts.py");
    fs::write(&file, "def nothing(value: int) -> int:\n    return value\n")?;
    let mut best = f64::MAX;
    for _ in 0..2 {
        let started = Instant::now();
        Command::new(program).args(["check", "--analysis_kind=PEP316"]).arg(&file).output()?;
        best = best.min(started.elapsed().as_secs_f64() * 1e3);
    }
    Ok(best)
}

/// Runs CrossHair on each function of a file by itself.
fn check(program: &Path, sample: &Sample, (timeout_s, start): (u32, f64)) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (function, line, mark) in &sample.functions {
        let mut command = Command::new(program);
        command.args(["check", "--analysis_kind=PEP316", "--report_all"]);
        command.arg(format!("--per_condition_timeout={timeout_s}"));
        command.arg(format!("{}:{line}", sample.path.display()));
        let started = Instant::now();
        let output = command.output().context("CrossHair does not start")?;
        let ms = (started.elapsed().as_secs_f64() * 1e3 - start).max(0.0);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let answer = if said.contains(": error:") {
            Answer::Refuted
        } else if said.contains("Not confirmed") || said.contains("Unable to meet") {
            Answer::Unknown
        } else if said.contains("Confirmed over all paths") {
            Answer::Proved
        } else {
            Answer::Unknown
        };
        rows.push(Row { function: function.clone(), mark: *mark, answer, ms, shown: said.trim().to_owned() });
    }
    for row in rows.iter().filter(|row| is_wrong(row)) {
        println!("crosshair is wrong: {}: {:?} {}", row.function, row.answer, row.shown);
    }
    Ok(rows)
}

fn print(name: &str, rows: &[Row]) {
    for (mark, shown) in [(Mark::Broken, "broken"), (Mark::Holds, "holds")] {
        let own: Vec<&Row> = rows.iter().filter(|row| row.mark == mark).collect();
        let count = |answer: Answer| own.iter().filter(|row| row.answer == answer).count();
        let wrong = own.iter().filter(|row| is_wrong(row)).count();
        let mut times: Vec<f64> = own.iter().map(|row| row.ms).collect();
        times.sort_by(f64::total_cmp);
        let at = |hundredths: usize| times.get((times.len() * hundredths / 100).min(times.len().saturating_sub(1)));
        println!(
            "{:<40} {:>5} {:>8} {:>7} {:>8} {:>8} {:>6} {:>10.1} {:>10.1} {:>9.2}",
            format!("{name}, {shown}"),
            own.len(),
            count(Answer::Refuted),
            count(Answer::Proved),
            count(Answer::Bounded),
            count(Answer::Unknown),
            wrong,
            at(50).copied().unwrap_or_default(),
            at(95).copied().unwrap_or_default(),
            times.iter().sum::<f64>() / 1e3
        );
    }
}
