//! Contracts that people wrote, proved or refuted by way of checking functions. Invariant: what is shown names the
//! person's function and text; a checking function's own name never leaves this file.

use ir::written::{Augmented, Given, Written, WrittenKind, augment_given};
use model::{
    contract::{Condition, Contract},
    counterexample::Counterexample,
    finding::{CheckedContract, Effort},
    report::Fault,
    span::Span,
    verdict::{UnknownReason, Verdict},
};
use syntax::line_index::LineIndex;
use verify::error::VerifyError;

use crate::{
    context::Context,
    engine::{ContractOrigin, VerifiedContract},
    prover::{Proven, Question},
    replays,
    slice::Slice,
    snapshot::SourceFile,
    store::Keep,
};

/// What came of a file's written contracts.
#[derive(Default)]
pub(crate) struct Checked {
    pub(crate) contracts: Vec<VerifiedContract>,
    pub(crate) faults: Vec<Fault>,
}

/// Gives the file with another text.
pub(crate) fn with_text(file: &SourceFile, text: String) -> SourceFile {
    let lines = LineIndex::new(&text);
    SourceFile { text, lines, ..file.clone() }
}

/// Says where something is wrong.
pub(crate) fn fault(file: &SourceFile, span: Span, reason: &str) -> Fault {
    let line = file.lines.position(span.start).line;
    Fault::File { path: file.path.clone(), reason: format!("line {line}: {reason}") }
}

/// Checks the written contracts of one file for which `wants` holds.
pub(crate) fn check(
    ctx: &Context,
    file: &SourceFile,
    slice: &Slice,
    augmented: Augmented,
    wants: &dyn Fn(&str) -> bool,
) -> Checked {
    let mut checked = Checked::default();
    for (span, reason) in &augmented.problems {
        checked.faults.push(fault(file, *span, &format!("the contract cannot be read: {reason}")));
    }
    let written: Vec<Written> = augmented.written.into_iter().filter(|one| wants(&one.function)).collect();
    if written.is_empty() {
        return checked;
    }
    let changed = with_text(file, augmented.text);
    let slice = slice.with(ctx, &changed);
    if slice.is_broken {
        checked.faults.push(Fault::File { path: file.path.clone(), reason: crate::analysis::PANICKED.into() });
        return checked;
    }
    for one in written {
        let contract = Contract {
            file: file.id,
            at_file: file.id,
            function: one.checker.clone(),
            condition: Condition::AssertHolds { at: one.assertion },
            statement: statement(&one),
        };
        let question = Question { ctx, slice: &slice.digest, contract: &contract, effort: 1, keep: Keep::OnDisk };
        match ctx.core.prover.check(&question, &slice) {
            Ok(Proven { mut check, .. }) => {
                replays::replay_changed(ctx, &mut check, &changed);
                checked.contracts.push(VerifiedContract {
                    path: file.path.clone(),
                    span: one.span,
                    origin: ContractOrigin::Code(one.kind.into()),
                    check: as_written(&one, check),
                });
            }
            Err(error) => {
                checked.faults.push(fault(file, one.span, &format!("the contract cannot be checked: {error}")));
            }
        }
    }
    checked
}

/// Checks the conditions that a stage set for a function: all of its checking functions decide together.
///
/// # Errors
/// When a condition is no Python expression, or the function is not in the file at its top level or in a class.
pub(crate) fn check_given(
    ctx: &Context,
    file: &SourceFile,
    slice: &Slice,
    (contract, effort): (&Contract, u32),
) -> Result<Proven, VerifyError> {
    let Condition::Function { requires, ensures } = &contract.condition else {
        return Err(VerifyError::BadContract("it sets no conditions for a function".to_owned()));
    };
    let parsed = syntax::parse::parse(&file.text);
    let given = Given { function: &contract.function, requires, ensures };
    let augmented = augment_given(&file.text, &parsed.tree, given);
    if let Some((_, reason)) = augmented.problems.into_iter().next() {
        return Err(VerifyError::BadContract(reason));
    }
    if augmented.written.is_empty() {
        return Err(VerifyError::NoFunction { function: contract.function.clone(), file: file.id.0 });
    }
    let changed = with_text(file, augmented.text);
    let slice = slice.with(ctx, &changed);
    let mut whole: Option<Proven> = None;
    for one in augmented.written {
        let checker = Contract {
            file: file.id,
            at_file: file.id,
            function: one.checker.clone(),
            condition: Condition::AssertHolds { at: one.assertion },
            statement: contract.statement.clone(),
        };
        let question = Question { ctx, slice: &slice.digest, contract: &checker, effort, keep: Keep::OnDisk };
        let Proven { mut check, is_repeatable } = ctx.core.prover.check(&question, &slice)?;
        replays::replay_changed(ctx, &mut check, &changed);
        let check = as_written(&one, check);
        let worst = match whole {
            Some(before) => {
                Proven { check: worse(before.check, check), is_repeatable: before.is_repeatable && is_repeatable }
            }
            None => Proven { check, is_repeatable },
        };
        whole = Some(worst);
    }
    let whole = whole.ok_or_else(|| VerifyError::BadContract("it has no conditions".to_owned()))?;
    Ok(Proven { check: CheckedContract { contract: contract.clone(), ..whole.check }, ..whole })
}

/// Names the parameters of a function that conditions can be set for; none where it is no such function.
pub(crate) fn parameters(file: &SourceFile, function: &str) -> Option<Vec<String>> {
    let parsed = syntax::parse::parse(&file.text);
    let anything = ["True".to_owned()];
    let given = Given { function, requires: &[], ensures: &anything };
    augment_given(&file.text, &parsed.tree, given).written.into_iter().next().map(|one| one.parameters)
}

/// Joins the verdicts on two parts of a contract: it holds only where both parts do.
fn worse(first: CheckedContract, second: CheckedContract) -> CheckedContract {
    let rank = |check: &CheckedContract| match check.verdict {
        Verdict::Refuted { .. } => 3,
        Verdict::Unknown { .. } => 2,
        Verdict::Bounded { .. } => 1,
        Verdict::Proved => 0,
    };
    let (mut worst, other) = if rank(&second) > rank(&first) { (second, first) } else { (first, second) };
    worst.effort = Effort {
        paths: worst.effort.paths.saturating_add(other.effort.paths),
        steps: worst.effort.steps.saturating_add(other.effort.steps),
        solver_calls: worst.effort.solver_calls.saturating_add(other.effort.solver_calls),
        rlimit: worst.effort.rlimit.saturating_add(other.effort.rlimit),
        duration_us: worst.effort.duration_us.saturating_add(other.effort.duration_us),
    };
    if let (Verdict::Bounded { bounds }, Verdict::Bounded { bounds: more }) = (&mut worst.verdict, other.verdict) {
        bounds.extend(more);
        bounds.sort();
        bounds.dedup();
    }
    worst
}

/// Tells whether each argument of a counterexample has a value.
fn is_complete(one: &Written, counterexample: &Counterexample) -> bool {
    let is_bound = |name: &String| counterexample.bindings.iter().any(|binding| binding.name == *name);
    one.parameters.iter().all(is_bound)
}

/// Tells whether an allowed exception is one that every function may raise: that of its own `assert` statements.
fn is_taken_for_granted(one: &Written, class: &str) -> bool {
    one.kind == WrittenKind::Implicit && class == "AssertionError"
}

/// Says in a sentence what must hold.
fn statement(one: &Written) -> String {
    let promise = match (one.ensures.first(), &one.raises) {
        (Some(ensured), _) => format!("`{ensured}` holds after `{}`", one.function),
        (None, Some(allowed)) if allowed.iter().any(|class| !is_taken_for_granted(one, class)) => {
            let shown: Vec<&str> =
                allowed.iter().filter(|class| !is_taken_for_granted(one, class)).map(String::as_str).collect();
            format!("no exception but {} leaves `{}`", shown.join(", "), one.function)
        }
        (None, _) => format!("no exception leaves `{}`", one.function),
    };
    let given: Vec<String> = one.requires.iter().map(|condition| format!("`{condition}`")).collect();
    let promise =
        if given.is_empty() { promise } else { format!("{promise} when {} held before", given.join(" and ")) };
    if one.unchecked.is_empty() { promise } else { format!("{promise} ({} are not checked)", one.unchecked.join(", ")) }
}

/// Tells whether a counterexample only shows that a value has the wrong type.
fn is_about_types(counterexample: &Counterexample) -> bool {
    matches!(counterexample.sink_value.as_str(), "raises TypeError" | "raises AttributeError")
}

/// Says that the types of some arguments are not known.
fn of_any_type(one: &Written, found: &str) -> String {
    let names: Vec<String> = one.untyped.iter().map(|name| format!("`{name}`")).collect();
    format!("{found}, but {} may be of any type: no annotation says", names.join(", "))
}

/// Says of the person's function what was found of the checking function.
fn as_written(one: &Written, check: CheckedContract) -> CheckedContract {
    let shown = one.function.strip_suffix(".__init__").unwrap_or(&one.function);
    let verdict = match check.verdict {
        Verdict::Refuted { counterexample } if !is_complete(one, &counterexample) => {
            let reason = "a violation seems possible, but no concrete value of each argument that shows it was found";
            Verdict::Unknown { reason: UnknownReason::Unsupported(reason.to_owned()) }
        }
        // Where no annotation says what an argument may be, a wrong type is no one's fault.
        Verdict::Refuted { counterexample } if !one.untyped.is_empty() && is_about_types(&counterexample) => {
            Verdict::Unknown { reason: UnknownReason::Unsupported(of_any_type(one, "it may raise for some types")) }
        }
        Verdict::Refuted { mut counterexample } => {
            if let Some(arguments) = counterexample.call.strip_prefix(&one.checker) {
                counterexample.call = format!("{shown}{arguments}");
            }
            counterexample.explanation = match one.ensures.first() {
                Some(ensured) => format!("`{ensured}` is false after this call"),
                None => {
                    let class = counterexample.sink_value.strip_prefix("raises ");
                    format!("this call raises {}, which nothing allows", class.unwrap_or("an exception"))
                }
            };
            Verdict::Refuted { counterexample }
        }
        Verdict::Proved | Verdict::Bounded { .. } if !one.untyped.is_empty() => {
            Verdict::Unknown { reason: UnknownReason::Unsupported(of_any_type(one, "no violation found")) }
        }
        Verdict::Unknown { reason: UnknownReason::Unreached(why) } => {
            let why = why.replace(&one.checker, &one.function);
            let reason = match one.ensures.first() {
                Some(_) => format!("no call that satisfies the preconditions was seen to return; {why}"),
                None => format!("no arguments were found that satisfy the preconditions; {why}"),
            };
            Verdict::Unknown { reason: UnknownReason::Unreached(reason) }
        }
        Verdict::Unknown { reason: UnknownReason::Unsupported(why) } => {
            Verdict::Unknown { reason: UnknownReason::Unsupported(why.replace(&one.checker, &one.function)) }
        }
        other @ (Verdict::Proved | Verdict::Bounded { .. } | Verdict::Unknown { .. }) => other,
    };
    let contract = Contract {
        function: one.function.clone(),
        condition: Condition::Function { requires: one.requires.clone(), ensures: one.ensures.clone() },
        ..check.contract
    };
    CheckedContract { contract, verdict, ..check }
}
