//! Internals of an error in an answer (CWE-209). Invariant: only what a view sends for an error that may be any is a
//! finding.
//!
//! # What
//! A view answers with the stack trace, or with the text of whatever error happened.
//! # Why
//! It shows paths, queries, versions and values that help the next attempt.
//! # Fix
//! Log it, and answer with a fixed text.

use securecode_sdk::{
    Confidence, Field, File, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{call::Call, local},
    test_code,
};

use crate::{dotted, logs, view};

pub(crate) struct StackTraceExposure;

const TRACES: &[&str] = &[
    "traceback.format_exc",
    "traceback.format_exception",
    "traceback.format_tb",
    "traceback.format_stack",
    "sys.exc_info",
];
const BROAD: &[&str] = &["Exception", "BaseException"];
/// Calls that send what they are given.
const SENDING: &[&str] = &["write", "finish", "abort", "send_error", "writeln", "send", "send_text", "send_json"];
/// Exceptions that frameworks turn into answers.
const ANSWERS: &[&str] = &[
    "HTTPException",
    "HTTPError",
    "APIException",
    "HTTPInternalServerError",
    "HTTPBadRequest",
    "ValidationError",
    "NotFound",
    "Http404",
];

impl Rule for StackTraceExposure {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-stack-trace-exposure",
            title: "Error details in an answer",
            help: "A stack trace shows files, versions, queries and sometimes values; the text of an arbitrary error \
                   often does too (`relation \"users\" does not exist`, `No such file: /srv/app/keys/…`). Each answer \
                   helps to aim the next request.\n\n\
                   Log the error with `logger.exception(…)` and answer with a fixed text and perhaps a number under \
                   which the log has the rest.",
            severity: Severity::Medium,
            cwe: 209,
            tags: &["owasp:A10:2025"],
            interests: vec![Interest::Node(vec![
                "return_statement".into(),
                "raise_statement".into(),
                "expression_statement".into(),
            ])],
            triggers: &[
                "traceback",
                "exc_info",
                "except Exception",
                "except BaseException",
                "errorhandler",
                "exception_handler",
            ],
            bad: "import traceback\n\n\n@app.route('/')\ndef index():\n    try:\n        return page()\n    \
                  except Exception:\n        return traceback.format_exc(), 500\n",
            good: "import logging\n\n\n@app.route('/')\ndef index():\n    try:\n        return page()\n    \
                   except Exception:\n        logging.exception('index')\n        return 'internal error', 500\n",
            no_fix_reason: Some("What the answer should say instead is not said in the code."),
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let statement = file.node_of(matched)?;
        if test_code::is_test(file) || is_debugging(statement) {
            return None;
        }
        let function = view::around(statement)?;
        let sent = sent(file, statement)?;
        if let Some(trace) = find(sent, |node| is_trace(file, node)) {
            return Some(Found::new(trace.span(), "The answer holds the stack trace of the error."));
        }
        let error = broad_error(statement).or_else(|| handled_error(function))?;
        let shown = find(sent, |node| shows(node, error))?;
        let message = format!("The answer holds the text of whatever error happened (`{}`).", shown.text());
        Some(Found::new(shown.span(), message).severity(Severity::Low).confidence(Confidence::Medium))
    }
}

/// Gives what a statement sends to the client.
fn sent<'a>(file: File<'a>, statement: Node<'a>) -> Option<Node<'a>> {
    let expression = statement.named_children().next()?;
    match statement.kind() {
        Kind::RETURN_STATEMENT => Some(expression),
        Kind::RAISE_STATEMENT => {
            let call = Call::of(expression)?;
            dotted::last_name(call.callee).filter(|name| ANSWERS.contains(name)).map(|_| call.list)
        }
        _ if expression.is(Kind::ASSIGNMENT) => {
            let left = expression.child(Field::LEFT).filter(|left| left.is(Kind::ATTRIBUTE))?;
            let is_body = ["text", "body", "content", "data", "media"].contains(&dotted::last_name(left)?);
            let is_response = left.child(Field::OBJECT).is_some_and(|object| object.text().contains("resp"));
            expression.child(Field::RIGHT).filter(|_| is_body && is_response)
        }
        _ => {
            let call = Call::of(expression)?;
            (SENDING.contains(&call.name()) && !logs::is_record(file, call)).then_some(call.list)
        }
    }
}

/// Finds a node that is sent as it is: not within a call that only tests or logs it.
fn find<'a>(sent: Node<'a>, test: impl Fn(Node<'a>) -> bool) -> Option<Node<'a>> {
    std::iter::once(sent).chain(sent.descendants()).find(|node| test(*node))
}

/// `traceback.format_exc()`, or a variable that holds it.
fn is_trace(file: File<'_>, node: Node<'_>) -> bool {
    let makes = |node: Node<'_>| {
        std::iter::once(node)
            .chain(node.descendants())
            .filter_map(Call::of)
            .any(|call| dotted::is_any(file, call.callee, TRACES))
    };
    if let Some(call) = Call::of(node) {
        return dotted::is_any(file, call.callee, TRACES);
    }
    let value = Some(node).filter(|node| node.is(Kind::IDENTIFIER)).and_then(local::only_assignment);
    value.and_then(|assignment| assignment.child(Field::RIGHT)).is_some_and(makes)
}

/// Gives the name of the error in an `except Exception as error` around a statement.
fn broad_error<'a>(statement: Node<'a>) -> Option<&'a str> {
    let clause = statement.ancestors().into_iter().find(|outer| outer.is(Kind::EXCEPT_CLAUSE))?;
    let pattern = clause.named_children().next().filter(|first| first.is(Kind::AS_PATTERN))?;
    let mut parts = pattern.named_children();
    let class = parts.next()?;
    let name = parts.next()?;
    BROAD.contains(&class.text()).then(|| name.text())
}

/// Gives the parameter of a handler for every error: `@app.errorhandler(Exception)`.
fn handled_error<'a>(function: Node<'a>) -> Option<&'a str> {
    let is_for_all = view::decorators(function).filter_map(Call::of).any(|call| {
        let handles = ["errorhandler", "exception_handler", "app_errorhandler"].contains(&call.name());
        handles && call.positional(0).is_some_and(|class| BROAD.contains(&class.text()) || class.text() == "500")
    });
    let parameters = function.child(Field::PARAMETERS)?.named_children().filter(|_| is_for_all);
    let last = parameters.last()?;
    Some(if last.is(Kind::IDENTIFIER) { last } else { last.named_children().next()? }.text())
}

/// `str(error)`, `repr(error)`, `{error}` in an f-string, `error.args`.
fn shows(node: Node<'_>, error: &str) -> bool {
    let is_error = |node: Node<'_>| node.is(Kind::IDENTIFIER) && node.text() == error;
    match node.kind() {
        Kind::CALL => Call::of(node).is_some_and(|call| {
            let writes = ["str", "repr", "format"].contains(&call.name());
            writes && call.arguments().any(is_error)
        }),
        Kind::INTERPOLATION => node.child(Field::EXPRESSION).is_some_and(is_error),
        Kind::ATTRIBUTE => {
            node.child(Field::OBJECT).is_some_and(is_error)
                && ["args", "message", "__traceback__"].contains(&dotted::last_name(node).unwrap_or_default())
        }
        Kind::BINARY_OPERATOR => {
            let is_format = node.child(Field::OPERATOR).is_some_and(|operator| operator.is(Kind::TOKEN_PERCENT));
            is_format
                && node.child(Field::RIGHT).is_some_and(|right| is_error(right) || right.named_children().any(is_error))
        }
        _ => false,
    }
}

/// Says whether the statement runs only where debugging is switched on.
fn is_debugging(statement: Node<'_>) -> bool {
    let conditions = statement.ancestors().into_iter().filter(|outer| outer.is(Kind::IF_STATEMENT));
    let mut conditions = conditions.filter_map(|outer| outer.child(Field::CONDITION));
    conditions.any(|condition| condition.text().to_ascii_lowercase().contains("debug"))
}
