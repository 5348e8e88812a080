//! Processes that answer the prover's questions, when all goes well and when they fail. Invariant: whatever happens to a
//! process, no verdict is wrong, and none is left behind.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use engine::{
    config::{EngineConfig, Solving, WorkerCommand},
    contract_kind::{Asked, ContractKind, Start},
    engine::Engine,
    observer::Observer,
};
use model::{
    budget::Budget,
    finding::Effort,
    scan::{NewScan, ScanOptions, SourceText},
    verdict::{UnknownReason, Verdict},
};
use tempfile::TempDir;
use tests::{binary, compiled_dir, signal};

/// Two assertions that no cheap tier settles: one fails, one holds.
const CODE: &str = "def product(a: int, b: int):\n    if a > b > 0:\n        assert a * b != 391\n\n\n\
    def digits(a: int, b: int):\n    if 0 <= a < 1000 and 0 <= b < 1000:\n        assert a * 1000 + b < 1000000\n";

/// A request handler whose branch only Z3 can take.
const HANDLER: &str = "import os\n\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.route(\"/ping\")\n\
    def ping():\n    a, b = int(request.args[\"a\"]), int(request.args[\"b\"])\n    if a > b > 1 and a * b == 391:\n        \
    os.system(\"ping -c 1 \" + request.args[\"host\"])\n    return \"ok\"\n";

fn engine(program: &Path, memory_mib: u64) -> Engine {
    let command = WorkerCommand { program: program.to_owned(), memory_mib };
    Engine::start(EngineConfig {
        compiled_dir: Some(compiled_dir()),
        solving: Solving::Workers(command),
        ..EngineConfig::default()
    })
    .unwrap()
}

/// Gives the verdicts on both functions, and what they took.
fn verify(engine: &Engine, wall_ms: u64) -> Vec<(Verdict, Effort)> {
    let files = vec![SourceText { path: "code.py".to_owned(), bytes: CODE.as_bytes().to_vec() }];
    let asked = Asked { function: None, kinds: BTreeSet::from([ContractKind::Asserts]), start: Start::Functions };
    let options = ScanOptions { budget: Budget { wall_ms, ..Budget::default() }, ..ScanOptions::default() };
    let verification = engine.verify(files, &asked, &options).unwrap();
    verification.contracts.into_iter().map(|contract| (contract.check.verdict, contract.check.effort)).collect()
}

fn names(answers: &[(Verdict, Effort)]) -> Vec<&'static str> {
    answers.iter().map(|(verdict, _)| verdict.as_str()).collect()
}

/// Writes a program that does something else the first times that it is started, and is a real worker from then on.
fn stumbling(folder: &TempDir, first: &str, times: u32) -> PathBuf {
    let path = folder.path().join("worker");
    let mut text = "#!/bin/sh\n".to_owned();
    for time in 0..times {
        let marker = folder.path().join(format!("started-{time}"));
        let _ = writeln!(text, "if mkdir {} 2>/dev/null; then\n{first}\nfi", marker.display());
    }
    let _ = writeln!(text, "exec {} \"$@\"", binary().display());
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// Gives why answers are unknown where workers stumble, after making sure that the next answers are right.
fn reasons(first: &str, times: u32, wall_ms: u64) -> Vec<UnknownReason> {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(&stumbling(&folder, first, times), WorkerCommand::MEMORY_MIB);
    let answers = verify(&engine, wall_ms);
    let reasons: Vec<UnknownReason> =
        answers.iter().filter_map(|(verdict, _)| verdict.unknown_reason().cloned()).collect();
    assert_eq!(names(&verify(&engine, 10_000)), ["refuted", "proved"], "after {reasons:?}");
    reasons
}

#[test]
fn workers_answer_as_the_process_itself_does() {
    let own = Engine::start(EngineConfig { compiled_dir: Some(compiled_dir()), ..EngineConfig::default() }).unwrap();
    let of_own = verify(&own, 10_000);
    let of_workers = verify(&engine(&binary(), WorkerCommand::MEMORY_MIB), 10_000);
    assert_eq!(names(&of_own), ["refuted", "proved"]);
    for ((verdict, effort), (expected, spent)) in of_workers.iter().zip(&of_own) {
        assert_eq!(verdict, expected);
        assert_eq!((effort.solver_calls, effort.rlimit), (spent.solver_calls, spent.rlimit));
        assert!(effort.rlimit > 0, "{effort:?}");
    }
}

#[test]
fn a_worker_that_hangs_is_killed_and_what_it_did_not_say_is_not_remembered() {
    let reasons = reasons("exec sleep 1000", 1, 1_500);
    assert!(!reasons.is_empty() && reasons.iter().all(|reason| *reason == UnknownReason::WallTime), "{reasons:?}");
}

/// What a worker may do instead of answering.
const FAILURES: [&str; 4] =
    ["exit 3", "kill -9 $$", "printf 'no frame at all'; exit 0", "printf '\\377\\377\\377\\377'; sleep 9"];

#[test]
fn another_worker_is_asked_when_one_fails() {
    for first in FAILURES {
        assert_eq!(reasons(first, 1, 10_000), [], "{first}");
    }
}

#[test]
fn workers_that_fail_again_make_an_answer_unknown() {
    for first in FAILURES {
        let reasons = reasons(first, 2, 10_000);
        assert!(matches!(reasons.as_slice(), [UnknownReason::SolverEnded(_)]), "{first}: {reasons:?}");
    }
}

#[test]
fn a_worker_that_cannot_be_started_is_a_reason() {
    let answers = verify(&engine(Path::new("/nowhere/securecode"), WorkerCommand::MEMORY_MIB), 10_000);
    for (verdict, _) in answers {
        let Verdict::Unknown { reason: UnknownReason::SolverEnded(why) } = verdict else { panic!("{verdict:?}") };
        assert!(why.contains("cannot be started"), "{why}");
    }
}

/// Is told to stop.
struct Stopped(AtomicBool);

impl Observer for Stopped {
    fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

#[test]
fn a_scan_that_is_stopped_does_not_wait_for_a_worker_that_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(&stumbling(&folder, "exec sleep 1000", 9), WorkerCommand::MEMORY_MIB);
    let observer = Arc::new(Stopped(AtomicBool::new(false)));
    let files = vec![SourceText { path: "app.py".to_owned(), bytes: HANDLER.as_bytes().to_vec() }];
    let budget = Budget { wall_ms: 600_000, ..Budget::default() };
    let options = ScanOptions { budget, ..ScanOptions::default() };
    let stopping = Arc::clone(&observer);
    let stopper = thread::spawn(move || {
        // Until the worker has been asked, and some more.
        thread::sleep(Duration::from_secs(2));
        stopping.0.store(true, Ordering::Relaxed);
        Instant::now()
    });
    let outcome = engine.scan(NewScan { files, options, project: None }, observer).unwrap();
    let waited = stopper.join().unwrap().elapsed();
    assert!(waited < Duration::from_secs(1), "{waited:?}");
    let reasons = outcome.report.findings.iter().flat_map(|finding| &finding.checks);
    let reasons: Vec<_> = reasons.filter_map(|check| check.verdict.unknown_reason()).collect();
    assert_eq!(reasons, [&UnknownReason::Cancelled]);
}

#[test]
fn a_worker_that_reads_nothing_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(&stumbling(&folder, "exec sleep 1000", 9), WorkerCommand::MEMORY_MIB);
    // A question that no pipe holds.
    let text = "x".repeat(400_000);
    let code = format!(
        "def f(a: int, b: int, t: str):\n    if a * b == 391 and t + \"{text}\" == t * 2:\n        assert a > b\n"
    );
    let files = vec![SourceText { path: "code.py".to_owned(), bytes: code.into_bytes() }];
    let asked = Asked { function: None, kinds: BTreeSet::from([ContractKind::Asserts]), start: Start::Functions };
    let options = ScanOptions { budget: Budget { wall_ms: 1_500, ..Budget::default() }, ..ScanOptions::default() };
    let before = Instant::now();
    let verification = engine.verify(files, &asked, &options).unwrap();
    assert!(before.elapsed() < Duration::from_secs(20), "{:?}", before.elapsed());
    let reasons: Vec<_> =
        verification.contracts.iter().map(|contract| contract.check.verdict.unknown_reason()).collect();
    assert_eq!(reasons, [Some(&UnknownReason::WallTime)]);
}

#[test]
fn a_full_memory_is_a_reason_and_the_next_question_is_answered() {
    let (mut is_full, mut goes_on) = (false, false);
    // What a worker needs before it is asked anything depends on how it was built.
    for memory_mib in (80..=240).step_by(10) {
        if is_full && goes_on {
            break;
        }
        let answers = verify(&engine(&binary(), memory_mib), 10_000);
        let full = |verdict: &Verdict| verdict.unknown_reason() == Some(&UnknownReason::OutOfMemory);
        for ((verdict, _), expected) in answers.iter().zip(["refuted", "proved"]) {
            let reason = verdict.unknown_reason();
            let is_cut = matches!(reason, Some(UnknownReason::SolverEnded(_) | UnknownReason::WallTime));
            assert!(full(verdict) || is_cut || verdict.as_str() == expected, "{memory_mib} MiB: {verdict:?}");
        }
        is_full |= answers.iter().any(|(verdict, _)| full(verdict));
        goes_on |= answers.first().is_some_and(|(verdict, _)| full(verdict))
            && answers.get(1).is_some_and(|(verdict, _)| *verdict == Verdict::Proved);
    }
    assert!(is_full, "no worker's memory was full");
    assert!(goes_on, "no question was answered after a worker's memory was full");
}

/// Writes a project whose proofs take a while.
fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::new();
    for number in 0..120 {
        let limit = 391 + 2 * number;
        let _ = writeln!(
            text,
            "def product_{number}(a: int, b: int):\n    if a > b > 1:\n        assert a * b != {limit}\n\n\n\
             def digits_{number}(a: int, b: int):\n    if 0 <= a < {limit} and 0 <= b < {limit}:\n        \
             assert a * {limit} + b < {limit} * {limit}\n\n"
        );
    }
    fs::write(folder.path().join("code.py"), text).unwrap();
    folder
}

fn start(project: &TempDir, cache: &TempDir) -> Child {
    // Whoever runs the tests in the background has them, and what they start, ignore an interrupt.
    Command::new("env")
        .arg("--default-signal=INT")
        .arg(binary())
        .args(["--no-replay", "verify", "--contracts", "asserts", "--format", "json", "code.py"])
        .current_dir(project.path())
        .env("SECURECODE_CACHE_DIR", cache.path())
        .env("SECURECODE_COMPILED_DIR", compiled_dir())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Lists the processes that a process has started.
fn children(parent: u32) -> BTreeSet<u32> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers.filter(|number| parent_of(*number) == Some(parent)).collect()
}

/// Gives the parent of a process that is neither gone nor a zombie.
fn parent_of(number: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ');
    let is_alive = fields.next() != Some("Z");
    fields.next().filter(|_| is_alive)?.parse().ok()
}

/// Waits until a process has started workers.
fn workers_of(child: &mut Child) -> BTreeSet<u32> {
    for _ in 0..2_000 {
        let workers = children(child.id());
        if !workers.is_empty() {
            return workers;
        }
        assert!(child.try_wait().unwrap().is_none(), "it ended before it had started a worker");
        thread::sleep(Duration::from_millis(5));
    }
    panic!("no worker was started");
}

fn are_gone(processes: &BTreeSet<u32>) -> bool {
    for _ in 0..500 {
        if processes.iter().all(|process| parent_of(*process).is_none()) {
            return true;
        }
        thread::sleep(Duration::from_millis(10));
    }
    false
}

/// Gives the verdicts of a finished run by place.
fn verdicts(child: Child) -> Vec<(u64, String)> {
    let output = child.wait_with_output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let contracts = report.get("contracts").unwrap().as_array().unwrap();
    let field = |contract: &serde_json::Value, name: &str| contract.get(name).unwrap().clone();
    contracts
        .iter()
        .map(|contract| {
            (field(contract, "line").as_u64().unwrap(), field(contract, "verdict").as_str().unwrap().to_owned())
        })
        .collect()
}

#[test]
fn workers_that_are_killed_change_no_verdict() {
    let project = project();
    let (cache, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let expected = verdicts(start(&project, &cache));
    assert_eq!(expected.len(), 240);
    let mut child = start(&project, &other);
    let workers = workers_of(&mut child);
    workers.iter().for_each(|worker| assert!(signal("KILL", *worker)));
    assert_eq!(verdicts(child), expected);
    assert!(are_gone(&workers));
}

#[test]
fn no_worker_outlives_the_program() {
    let project = project();
    for name in ["INT", "TERM", "KILL"] {
        let cache = tempfile::tempdir().unwrap();
        let mut child = start(&project, &cache);
        let workers = workers_of(&mut child);
        assert!(signal(name, child.id()));
        assert!(!child.wait().unwrap().success());
        assert!(are_gone(&workers), "{name}: {workers:?}");
    }
}
