//! Untrusted text in a header's value (CWE-113). Invariant: headers that rules of their own judge are no finding here.
//!
//! # What
//! A response's header holds untrusted text.
//! # Why
//! A line break in it begins another header, or the body.
//! # Fix
//! Remove line breaks, or quote the value.

use securecode_sdk::{
    Confidence, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, Sink,
    SinkLanguage,
    compose::Composition,
    fix::{call::Call, fix, local, replace},
    spec::{position, sink, stored_item},
};

use crate::{evidence, literal, responses, result};

pub(crate) struct HeaderInjection;

const HEADER: SinkLanguage = SinkLanguage::HeaderValue;
/// `Location` is an open redirect, `Access-Control-Allow-Origin` a trust in other sites.
const OTHERS: &[&str] = &["location", "access-control-allow-origin"];

impl Rule for HeaderInjection {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-header-injection",
            title: "Untrusted text in a response header",
            help: "Headers end at a line break. Where a server sends a value as it is, `\\r\\n` in untrusted text adds \
                   headers of the sender's (`Set-Cookie`), or ends them all and begins a body of the sender's, which \
                   caches may keep for others. Current versions of most frameworks answer such a value with an error \
                   instead; `http.server` and older versions do not.\n\n\
                   Take line breaks out, quote the value (`urllib.parse.quote`), or accept only known values.",
            severity: Severity::Medium,
            cwe: 113,
            tags: &["owasp:A05:2025", "injection"],
            interests: sinks().into_iter().map(Interest::Flow).collect(),
            triggers: &["headers", "header(", "HttpResponse", "start_response"],
            bad: "import flask\n\n\ndef answer(name: str):\n    response = flask.make_response('done')\n    \
                  response.headers['X-Name'] = name\n    return response\n",
            good: "import flask\nfrom urllib.parse import quote\n\n\ndef answer(name: str):\n    \
                   response = flask.make_response('done')\n    response.headers['X-Name'] = quote(name)\n    \
                   return response\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        let name = header_name(node).unwrap_or_default().to_ascii_lowercase();
        if evidence::is_local(matched) || OTHERS.contains(&name.as_str()) || !responses::is_of_response(matched, node) {
            return None;
        }
        let sink = sinks().into_iter().nth(matched.interest as usize)?;
        if result::value(node, &sink.argument).is_some_and(|value| result::is_unknown(file, matched, value)) {
            return None;
        }
        let effect = match name.as_str() {
            "" => "is part of the value of a header of the response".to_owned(),
            name => format!("is part of the value of the response's header `{name}`"),
        };
        Some(evidence::flow(matched, &effect))
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        matched.and_then(|matched| on_one_line(file.node_of(matched)?)).into_iter().collect()
    }
}

fn sinks() -> Vec<Sink> {
    vec![
        stored_item(responses::HEADERS, position(0), HEADER).confidence(Confidence::Medium),
        sink(responses::SETTERS, position(1), HEADER).confidence(Confidence::Medium),
        // The pairs that a WSGI application hands to its server.
        sink(&["start_response"], position(1), HEADER).confidence(Confidence::Medium),
    ]
}

fn header_name(node: Node<'_>) -> Option<&str> {
    let name = match Call::of(node) {
        Some(call) => call.positional(0).filter(|_| responses::sets_header(call))?,
        None => node.child(Field::SUBSCRIPT)?,
    };
    literal::text(name)
}

/// Takes the line breaks out of a value that is surely a text.
fn on_one_line(node: Node<'_>) -> Option<Fix> {
    let value = match Call::of(node) {
        Some(call) => call.positional(1).filter(|_| responses::sets_header(call))?,
        None => {
            let assignment = node.ancestors().into_iter().find(|outer| outer.is(Kind::ASSIGNMENT))?;
            assignment.child(Field::RIGHT).filter(|_| assignment.child(Field::LEFT) == Some(node))?
        }
    };
    let expression = local::origin(value).map_or(value, |origin| origin.expression);
    let is_composed = Composition::of(expression).is_some();
    if !is_composed && !local::is_text(value) {
        return None;
    }
    let text = match value.kind() {
        Kind::BINARY_OPERATOR | Kind::CONDITIONAL_EXPRESSION | Kind::BOOLEAN_OPERATOR => format!("({})", value.text()),
        _ => value.text().to_owned(),
    };
    let edit = replace(value.span(), format!("{text}.replace(\"\\r\", \"\").replace(\"\\n\", \"\")"));
    Some(fix("Take line breaks out of the value", vec![edit]))
}
