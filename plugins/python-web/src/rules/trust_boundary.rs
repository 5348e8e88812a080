//! Untrusted data kept among trusted data (CWE-501). Invariant: a value that the function tested before it was stored
//! is no finding.
//!
//! # What
//! A session holds what came with a request.
//! # Why
//! The session is what the application itself wrote; code that reads it there trusts it.
//! # Fix
//! Check the value first, or store what the check found instead.

use securecode_sdk::{
    Confidence, Field, File, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, Sink, SinkLanguage,
    fix::{call::Call, local},
    spec::{argument, position, sink, stored_item},
};

use crate::{dotted, evidence, result, tested, words};

pub(crate) struct TrustBoundary;

const SESSIONS: &[&str] = &[
    "flask.session",
    "quart.session",
    "django.http.HttpRequest.session",
    "django.contrib.sessions.backends.base.SessionBase",
    "starlette.requests.Request.session",
    "fastapi.Request.session",
    "pyramid.request.Request.session",
    "aiohttp_session.Session",
    "cherrypy.session",
    "*.session",
];

impl Rule for TrustBoundary {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-trust-boundary-violation",
            title: "Untrusted data in the session",
            help: "Code trusts the session because only the application writes it. A value that is copied there from \
                   a request is trusted from then on, though nobody ever checked it; a key that is, replaces what the \
                   application wrote:\n\n\
                   ```python\n\
                   session[\"role\"] = request.form[\"role\"]\n\
                   ```\n\n\
                   Check the value before it is stored (against a list, a pattern, the database), and keep keys \
                   constant.",
            severity: Severity::Medium,
            confidence: Confidence::Medium,
            cwe: 501,
            tags: &["owasp:A06:2025"],
            interests: sinks().into_iter().map(Interest::Flow).collect(),
            triggers: &["session"],
            bad: "from flask import session\n\n\ndef choose(role: str):\n    session['role'] = role\n",
            good: "from flask import session\n\n\ndef choose(role: str):\n    \
                   if role not in ('reader', 'writer'):\n        raise ValueError(role)\n    session['role'] = role\n",
            no_fix_reason: Some("Which values are acceptable is not said in the code."),
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        let (container, key, value) = stored(node)?;
        if evidence::is_local(matched) || !is_session(container) {
            return None;
        }
        let is_key = names_key(matched);
        let data = if is_key { key } else { value };
        if data.is_some_and(|data| result::is_unknown(file, matched, data)) {
            return None;
        }
        if data.is_some_and(|data| tested::is_tested(data) || is_looked_up(data) || is_made_safe(data)) {
            return None;
        }
        let effect = if is_key {
            "chooses the key under which the session keeps a value"
        } else {
            "is kept in the session, where it is trusted"
        };
        Some(evidence::flow(matched, effect))
    }
}

fn sinks() -> Vec<Sink> {
    let method = |name: &str| SESSIONS.iter().map(|session| format!("{session}.{name}")).collect::<Vec<_>>();
    let (setters, updates) = (method("setdefault"), method("update"));
    let refs = |names: &'_ [String]| -> Vec<String> { names.to_vec() };
    let (setters, updates) = (refs(&setters), refs(&updates));
    let setters: Vec<&str> = setters.iter().map(String::as_str).collect();
    let updates: Vec<&str> = updates.iter().map(String::as_str).collect();
    let choice = SinkLanguage::Choice;
    let sinks = [
        stored_item(SESSIONS, position(0), choice),
        stored_item(SESSIONS, position(1), choice),
        sink(&setters, argument(1, "default"), choice),
        sink(&updates, position(0), choice),
    ];
    sinks.map(|sink| sink.confidence(Confidence::Medium)).into()
}

/// Says whether the match is about the key of a stored item.
fn names_key(matched: &Match) -> bool {
    matched.interest == 1
}

/// Gives container, key and value of `session[key] = value`, `session.setdefault(key, value)`, `session.update(value)`.
fn stored<'a>(node: Node<'a>) -> Option<(Node<'a>, Option<Node<'a>>, Option<Node<'a>>)> {
    if let Some(call) = Call::of(node) {
        let value = call.positional(usize::from(call.name() == "setdefault"));
        return Some((call.receiver()?, None, value));
    }
    let assignment = node.ancestors().into_iter().find(|outer| outer.is(Kind::ASSIGNMENT));
    let value = assignment.and_then(|assignment| assignment.child(Field::RIGHT));
    Some((node.child(Field::VALUE)?, node.child(Field::SUBSCRIPT), value))
}

/// `user.id` of what a call found.
fn is_looked_up(data: Node<'_>) -> bool {
    let object = data.child(Field::OBJECT).filter(|_| data.is(Kind::ATTRIBUTE));
    let assignment = object.and_then(local::only_assignment);
    assignment.and_then(|assignment| assignment.child(Field::RIGHT)).is_some_and(is_call)
}

fn is_call(value: Node<'_>) -> bool {
    value.is(Kind::CALL) || value.is(Kind::AWAIT)
}

/// `secure_filename(name)`, also by way of a variable.
fn is_made_safe(data: Node<'_>) -> bool {
    const WORDS: &[&str] = &[
        "secure",
        "clean",
        "cleaned",
        "sanitize",
        "validate",
        "validated",
        "escape",
        "normalize",
        "parse",
        "hash",
        "safe",
    ];
    let value = match local::only_assignment(data) {
        Some(assignment) => assignment.child(Field::RIGHT),
        None => Some(data),
    };
    value.and_then(Call::of).is_some_and(|call| words::has_any(call.name(), WORDS))
}

/// Says whether a container is a web session by name: `session`, `request.session`, `self.request.session`. Others of
/// that name, such as database sessions, take no items.
fn is_session(container: Node<'_>) -> bool {
    dotted::last_name(container).is_some_and(|name| name.ends_with("session"))
}
