//! What a rule pack can do in `check`. Invariant: every case ends within its deadline plus a margin for a busy machine.

use std::time::{Duration, Instant};

use sandbox::{
    error::CallError,
    limits::Limits,
    runtime::Allocation,
    sandbox::{Sandbox, SandboxConfig},
};

use crate::{file, good_pack, guest::PackText, matched, sandbox};

/// A `check` that returns `count` findings, which lie at `address`.
fn returning(address: u32, count: u32) -> String {
    format!(
        "(i32.store (i32.const 512) (i32.const 0))
         (i32.store (i32.const 516) (i32.const {address}))
         (i32.store (i32.const 520) (i32.const {count}))
         (i32.const 512)"
    )
}

/// A `check` that returns one finding of `rule` for `matched` at `start..end`; no message.
fn finding(rule: u32, matched: Option<u32>, start: u32, end: u32) -> String {
    let stores = [rule, u32::from(matched.is_some()), matched.unwrap_or(0), start, end];
    let store =
        |(index, word): (usize, &u32)| format!("(i32.store (i32.const {}) (i32.const {word}))", 600 + 4 * index);
    let stores: String = stores.iter().enumerate().map(store).collect();
    format!("{stores} {}", returning(600, 1))
}

/// Runs `check` in a fresh pack, then a good pack; gives the error, and that it came in time.
fn error_of(sandbox: &Sandbox, pack: &PackText) -> CallError {
    let hostile = sandbox.load_pack("hostile", &pack.component()).unwrap();
    let good = good_pack(sandbox);
    let start = Instant::now();
    let error = hostile.check(&file(), &[matched()]).expect_err("the hostile pack gave an answer");
    assert!(start.elapsed() < Duration::from_secs(4), "took {:?}", start.elapsed());
    assert_eq!(good.check(&file(), &[matched()]).unwrap(), []);
    error
}

fn check_error(check: &str) -> CallError {
    error_of(&sandbox(), &PackText::checking(check))
}

#[test]
fn an_endless_loop_ends_at_its_deadline() {
    for allocation in [Allocation::Pooled, Allocation::OnDemand] {
        let rules = Limits { deadline: Duration::from_millis(150), ..Limits::rules() };
        let sandbox = Sandbox::start(SandboxConfig { rules, allocation, ..SandboxConfig::default() }).unwrap();
        let error = error_of(&sandbox, &PackText::checking("(loop $again (br $again)) (unreachable)"));
        assert!(matches!(error, CallError::Deadline { limit_ms: 150 }), "{error:?}");
    }
}

#[test]
fn endless_allocation_ends_at_the_memory_limit() {
    let error = check_error("(loop $again (drop (memory.grow (i32.const 16))) (br $again)) (unreachable)");
    assert!(matches!(error, CallError::Memory { limit_bytes } if limit_bytes == 64 << 20), "{error:?}");
}

#[test]
fn a_crash_tells_reason_message_and_backtrace() {
    let items = r#"(data (i32.const 900) "it panicked") (func $inner (unreachable))"#;
    let check = "(call $log (i32.const 4) (i32.const 900) (i32.const 11)) (call $inner) (i32.const 0)";
    let error = error_of(&sandbox(), &PackText { items, ..PackText::checking(check) });
    let CallError::Trap { reason, message, backtrace } = &error else { panic!("{error:?}") };
    assert_eq!(reason, "it reached an `unreachable` instruction");
    assert_eq!(message.as_deref(), Some("it panicked"));
    assert_eq!(backtrace[0], "inner");
    assert!(error.to_string().ends_with("`unreachable` instruction: it panicked"), "{error}");
}

#[test]
fn endless_recursion_is_a_crash() {
    let items = "(func $deeper (param i32) (result i32) (i32.add (call $deeper (local.get 0)) (i32.const 1)))";
    let error = error_of(&sandbox(), &PackText { items, ..PackText::checking("(call $deeper (i32.const 0))") });
    assert!(matches!(&error, CallError::Trap { reason, .. } if reason == "the call stack is exhausted"), "{error:?}");
}

#[test]
fn a_flood_of_findings_is_refused() {
    let error = check_error(&format!("(drop (memory.grow (i32.const 64))) {}", returning(131_072, 20_000)));
    assert!(matches!(&error, CallError::OutputTooLarge { what } if what.contains("10000 findings")), "{error:?}");
    let error = check_error(&format!("(drop (memory.grow (i32.const 800))) {}", returning(131_072, 1_200_000)));
    assert!(matches!(&error, CallError::OutputTooLarge { what } if what.contains("one crossing")), "{error:?}");
    let error = check_error(&returning(0, 10_000_000));
    assert!(matches!(error, CallError::Trap { .. }), "{error:?}");
}

#[test]
fn a_flood_of_log_lines_ends_at_the_deadline() {
    let check = "(loop $again (call $log (i32.const 4) (i32.const 900) (i32.const 11)) (br $again)) (unreachable)";
    let error = check_error(check);
    assert!(matches!(error, CallError::Deadline { .. }), "{error:?}");
}

#[test]
fn a_huge_log_line_is_refused() {
    let check = "(drop (memory.grow (i32.const 600)))
                 (call $log (i32.const 2) (i32.const 1024) (i32.const 30000000)) (i32.const 0)";
    let error = check_error(check);
    assert!(matches!(&error, CallError::OutputTooLarge { .. }), "{error:?}");
}

#[test]
fn findings_of_what_is_not_there_are_refused() {
    let cases = [
        (finding(7, None, 0, 1), "rule 7"),
        (finding(0, Some(1), 0, 1), "match 1"),
        (finding(0, None, 0, 999), "0..999"),
        (finding(0, None, 2, 1), "2..1"),
        (finding(0, None, 0, 6), "0..6"),
    ];
    for (check, shown) in cases {
        let error = check_error(&check);
        assert!(matches!(&error, CallError::InvalidOutput { reason } if reason.contains(shown)), "{error:?}");
    }
}

#[test]
fn a_good_finding_passes() {
    let pack = sandbox().load_pack("finder", &PackText::checking(&finding(0, Some(0), 4, 8)).component()).unwrap();
    let findings = pack.check(&file(), &[matched()]).unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].span, model::span::Span::new(4, 8));
    assert_eq!(findings[0].matched, Some(0));
    assert_eq!(pack.fix(&file(), &findings[0], None).unwrap(), []);
}

#[test]
fn a_plugins_own_error_keeps_its_words() {
    let check = r#"(i32.store (i32.const 512) (i32.const 1))
                   (i32.store (i32.const 516) (i32.const 3))
                   (i32.store (i32.const 520) (i32.const 900))
                   (i32.store (i32.const 524) (i32.const 8))
                   (i32.const 512)"#;
    let items = r#"(data (i32.const 900) "too hard")"#;
    let error = error_of(&sandbox(), &PackText { items, ..PackText::checking(check) });
    assert!(matches!(&error, CallError::Plugin(cause) if cause.to_string() == "too hard"), "{error:?}");
}

#[test]
fn nothing_is_left_from_one_call_to_the_next() {
    let check = "(if (i32.load (i32.const 800)) (then (unreachable)))
                 (i32.store (i32.const 800) (i32.const 1)) (i32.const 0)";
    let pack = sandbox().load_pack("forgetful", &PackText::checking(check).component()).unwrap();
    for _ in 0..3 {
        assert_eq!(pack.check(&file(), &[]).unwrap(), []);
    }
}

#[test]
fn many_threads_share_a_pack() {
    let pack = good_pack(&sandbox());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..50).for_each(|_| assert_eq!(pack.check(&file(), &[matched()]).unwrap(), [])));
        }
    });
}
