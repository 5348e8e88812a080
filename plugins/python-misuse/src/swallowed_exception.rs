//! `python-swallowed-exception`.
//!
//! # What
//! `except Exception: pass` and `except: continue`: any error at all is dropped.
//! # Why
//! Attacks and failed checks leave no trace, and the program goes on in a state that nobody thought of (CWE-703).
//! # Fix
//! Catch what is expected, and log the rest.
//!
//! Invariant: a clause that names specific exceptions, says in a comment why nothing is done, or tidies up is left
//! alone.

use securecode_sdk::{
    Confidence, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, call::Call, import, insert, replace},
    test_code,
};

use crate::{argument, identifier, receiver};

/// The rule.
pub(crate) struct SwallowedException;

const PASS: Kind = Kind::named("pass_statement");
const CONTINUE: Kind = Kind::named("continue_statement");
/// Words of functions whose errors come too late to matter.
const TIDYING: &[&str] =
    &["del", "close", "cleanup", "clean", "shutdown", "teardown", "stop", "exit", "disconnect", "dispose", "finalize"];
/// First words of calls that decide whether something is allowed.
const CHECKS: &[&str] = &["verify", "authenticate", "authorize", "authorise", "validate", "check", "require", "ensure"];

const HELP: &str = "\
A handler for every error that does nothing hides the ones that nobody expected: a failed signature check, a denied \
access, an attack that makes the parser fail. The code behind it runs as if nothing had happened, and no log shows it.

Name the exceptions that can be ignored (`except FileNotFoundError:`), and log the others: \
`logging.exception(\"cannot read the cache\")`.";

impl Rule for SwallowedException {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-swallowed-exception",
            title: "Every error ignored",
            help: HELP,
            severity: Severity::Info,
            confidence: Confidence::Medium,
            cwe: 703,
            tags: &["owasp:A10:2025", "cwe:390"],
            interests: vec![Interest::Node(vec!["except_clause".into()])],
            triggers: &["except"],
            bad: "try:\n    send(report)\nexcept Exception:\n    pass\n",
            good: "try:\n    send(report)\nexcept ConnectionError:\n    pass\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let clause = file.node_of(matched)?;
        let statement = only_statement(clause)?;
        let function = receiver::function_name(clause).map(identifier::words).unwrap_or_default();
        let tidies = function.iter().any(|word| TIDYING.contains(&word.as_str()));
        let is_explained = clause.descendants().any(|node| node.is(Kind::COMMENT)) || has_comment_behind(file, clause);
        if !is_broad(clause) || tidies || is_explained || test_code::is_test(file) {
            return None;
        }
        if let Some(check) = guarded_check(clause) {
            let message = format!("An error of `{check}` is ignored, and what it guards goes on.");
            return Some(Found::new(clause.span(), message).severity(Severity::Medium));
        }
        let done = if statement.is(PASS) { "ignored" } else { "skipped over" };
        Some(Found::new(
            clause.span(),
            format!("Every error, also one that nobody expected, is {done} without a trace."),
        ))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(clause) = argument::node(file, finding, matched) else { return Vec::new() };
        let Some(statement) = only_statement(clause) else { return Vec::new() };
        let indentation = file.indentation(statement.start());
        let line = file.text().get(..statement.start() as usize).and_then(|before| before.rsplit('\n').next());
        if line != Some(indentation) {
            return Vec::new();
        }
        let (logging, import) = import::module(file, "logging");
        let log = format!("{logging}.getLogger(__name__).exception(\"an error was ignored\")");
        let mut edits = vec![if statement.is(PASS) {
            replace(statement.span(), log)
        } else {
            insert(statement.start(), format!("{log}{}{indentation}", file.line_ending()))
        }];
        edits.extend(import);
        vec![fix::fix("Log the error that is ignored", edits)]
    }
}

/// Gives the `pass` or `continue` that is all that a clause does.
fn only_statement(clause: Node<'_>) -> Option<Node<'_>> {
    let block = clause.child_of_kind(Kind::BLOCK)?;
    let mut statements = block.named_children();
    let statement = statements.next().filter(|statement| statement.is(PASS) || statement.is(CONTINUE))?;
    statements.next().is_none().then_some(statement)
}

/// Says whether a clause catches everything: `except:`, `except Exception:`, `except (ValueError, Exception) as e:`.
fn is_broad(clause: Node<'_>) -> bool {
    let Some(caught) = clause.named_children().find(|child| !child.is(Kind::BLOCK)) else { return true };
    let caught = if caught.is(Kind::AS_PATTERN) { caught.named_children().next().unwrap_or(caught) } else { caught };
    let mut names = std::iter::once(caught).chain(caught.descendants()).filter(|node| node.is(Kind::IDENTIFIER));
    names.any(|name| ["Exception", "BaseException"].contains(&name.text()))
}

/// A comment on the clause's last line is outside of its node.
fn has_comment_behind(file: File<'_>, clause: Node<'_>) -> bool {
    let rest = file.text().get(clause.end() as usize..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    rest.trim_start().starts_with('#')
}

/// Gives the check whose exception is lost: a call in the `try` block whose value nothing uses.
fn guarded_check<'a>(clause: Node<'a>) -> Option<&'a str> {
    let body = clause.parent()?.child(Field::BODY)?;
    let statements = body.named_children().filter(|statement| statement.is(Kind::EXPRESSION_STATEMENT));
    let mut calls = statements.filter_map(|statement| statement.named_children().next()).filter_map(Call::of);
    calls.find_map(|call| {
        let words = identifier::words(call.name());
        words.first().is_some_and(|word| CHECKS.contains(&word.as_str())).then(|| call.name())
    })
}
