//! What a stage can do. Invariant: waiting for the host costs the stage nothing, and the host's panic is the host's
//! error, not the next call's.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use model::{contract::Condition, span::Span, verdict::Verdict};
use sandbox::{
    error::CallError,
    limits::Limits,
    sandbox::{Sandbox, SandboxConfig},
    stage::{
        AssignedContract, CandidateSummary, ContractText, PackListing, ProofOutcome, Prover, ProverError, RuleRunner,
        RulesError, ScanDecision, Unit,
    },
};

use crate::{guest::component, sandbox};

const ALLOCATOR: &str = r#"(memory (export "memory") 4)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536))"#;

/// A Scanner that calls `packs` and then does `rest`, which leaves the address of the result.
fn scanner(rest: &str) -> Vec<u8> {
    let module = format!(
        r#"(module (import "securecode:plugin/rules@1.0.0" "packs" (func $packs (param i32))) {ALLOCATOR}
            (func (export "securecode:plugin/scanner-stage@1.0.0#run") (result i32)
                (call $packs (i32.const 512)) {rest}))"#
    );
    component(&module, "scanner")
}

struct Slow;

impl RuleRunner for Slow {
    fn packs(&self) -> Vec<PackListing> {
        thread::sleep(Duration::from_millis(400));
        vec![PackListing { name: "p".into(), version: "1".into(), rules: Vec::new() }]
    }

    fn run(&self, _: &[String]) -> Result<Vec<CandidateSummary>, RulesError> {
        Ok(Vec::new())
    }
}

struct Broken;

impl RuleRunner for Broken {
    fn packs(&self) -> Vec<PackListing> {
        panic!("on purpose")
    }

    fn run(&self, _: &[String]) -> Result<Vec<CandidateSummary>, RulesError> {
        Ok(Vec::new())
    }
}

fn hurried() -> Sandbox {
    let stages = Limits { deadline: Duration::from_millis(150), ..Limits::stages() };
    Sandbox::start(SandboxConfig { stages, ..SandboxConfig::default() }).unwrap()
}

#[test]
fn the_hosts_time_does_not_count() {
    let sandbox = hurried();
    let patient = sandbox.load_scanner(&scanner("(i32.const 0)")).unwrap();
    assert_eq!(patient.run(Arc::new(Slow)).unwrap(), ScanDecision::default());
    let endless = sandbox.load_scanner(&scanner("(loop $again (br $again)) (unreachable)")).unwrap();
    let error = endless.run(Arc::new(Slow)).unwrap_err();
    assert!(matches!(error, CallError::Deadline { limit_ms: 150 }), "{error:?}");
}

#[test]
fn the_hosts_panic_is_an_error_and_poisons_nothing() {
    let stage = sandbox().load_scanner(&scanner("(i32.const 0)")).unwrap();
    let error = stage.run(Arc::new(Broken)).unwrap_err();
    assert!(matches!(error, CallError::HostPanicked { capability: "rules" }), "{error:?}");
    assert!(stage.run(Arc::new(Slow)).is_ok());
}

#[test]
fn a_scanner_that_never_stops_asking_is_stopped() {
    struct Quick;
    impl RuleRunner for Quick {
        fn packs(&self) -> Vec<PackListing> {
            Vec::new()
        }
        fn run(&self, _: &[String]) -> Result<Vec<CandidateSummary>, RulesError> {
            Ok(Vec::new())
        }
    }
    let rest = "(loop $again (call $packs (i32.const 512)) (br $again)) (unreachable)";
    let error = sandbox().load_scanner(&scanner(rest)).unwrap().run(Arc::new(Quick)).unwrap_err();
    assert!(matches!(&error, CallError::OutputTooLarge { what } if what.contains("rules")), "{error:?}");
}

struct Counting(AtomicU32);

impl Prover for Counting {
    fn prove(&self, contract: &ContractText, effort: u32) -> Result<ProofOutcome, ProverError> {
        assert_eq!((contract.path.as_str(), effort), ("", 1));
        let ticket = self.0.fetch_add(1, Ordering::Relaxed);
        Ok(ProofOutcome { ticket, verdict: Verdict::Proved, paths: 1 })
    }
}

/// A SymBot asks `rounds` times for a contract of zeros (an `assert-holds` without a path) and returns nothing.
fn symbot(rounds: u32) -> Vec<u8> {
    let module = format!(
        r#"(module (import "securecode:plugin/prover@1.0.0" "prove" (func $prove (param i32 i32))) {ALLOCATOR}
            (func (export "securecode:plugin/symbot-stage@1.0.0#run")
                (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
                (local $left i32)
                (local.set $left (i32.const {rounds}))
                (i32.store8 (i32.const 1040) (i32.const 1))
                (loop $again
                    (call $prove (i32.const 1024) (i32.const 2048))
                    (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
                (i32.const 0)))"#
    );
    component(&module, "symbot")
}

#[test]
fn the_prover_is_asked_a_bounded_number_of_times() {
    let unit = Unit { path: "a.py".into(), function: None, candidates: Vec::new() };
    let contract = ContractText {
        path: "a.py".into(),
        at_path: "a.py".into(),
        function: "f".into(),
        condition: Condition::AssertHolds { at: Span::new(0, 1) },
        statement: "it holds".into(),
    };
    let assigned = [AssignedContract { candidate: 0, contract }];
    for (rounds, asked) in [(3, 3), (500, 200)] {
        let stage = sandbox().load_symbot(&symbot(rounds)).unwrap();
        let prover = Arc::new(Counting(AtomicU32::new(0)));
        assert_eq!(stage.run(&unit, &assigned, prover.clone()).unwrap(), []);
        assert_eq!(prover.0.load(Ordering::Relaxed), asked);
    }
}
