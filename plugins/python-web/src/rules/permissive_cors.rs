//! Other sites' scripts may act as the visitor (CWE-942). Invariant: any origin without credentials is no finding.
//!
//! # What
//! Any origin may send requests with the visitor's cookies and read the answers.
//! # Why
//! A script on any page reads what the visitor sees here.
//! # Fix
//! Name the origins, or allow no credentials.

use securecode_sdk::{
    Confidence, Field, File, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, SinkLanguage,
    fix::call::Call,
    spec::{position, sink, stored_item},
};

use crate::{dotted, evidence, literal, responses, setting, tested};

pub(crate) struct PermissiveCors;

const FLASK: &[&str] = &["flask_cors.CORS", "flask_cors.cross_origin"];
const STARLETTE: &[&str] = &["starlette.middleware.cors.CORSMiddleware", "fastapi.middleware.cors.CORSMiddleware"];
const ALL_ORIGINS: &[&str] = &["CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL"];
const ALLOW_ORIGIN: &str = "access-control-allow-origin";

impl Rule for PermissiveCors {
    fn metadata(&self) -> Metadata {
        let mut kinds: Vec<String> = setting::KINDS.iter().map(|&kind| kind.to_owned()).collect();
        kinds.push("call".to_owned());
        Metadata {
            id: "python-permissive-cors",
            title: "Any site may act with the visitor's cookies",
            help: "The browser keeps other sites from reading answers unless the server allows it. A server that \
                   allows every origin, and credentials, lets a script on any page read and change what the visitor \
                   may here. Sending back the request's `Origin` is the same.\n\n\
                   List the origins (`allow_origins=[\"https://shop.example\"]`), or leave credentials out.",
            severity: Severity::Medium,
            cwe: 942,
            tags: &["owasp:A02:2025"],
            interests: vec![
                Interest::Node(kinds),
                Interest::Flow(
                    stored_item(responses::HEADERS, position(0), SinkLanguage::Choice).confidence(Confidence::Medium),
                ),
                Interest::Flow(
                    sink(responses::SETTERS, position(1), SinkLanguage::Choice).confidence(Confidence::Medium),
                ),
            ],
            triggers: &["CORS", "cors", "cross_origin", "ccess-"],
            bad: "from flask_cors import CORS\nCORS(app, origins='*', supports_credentials=True)\n",
            good: "from flask_cors import CORS\nCORS(app, origins=['https://a.example'], supports_credentials=True)\n",
            no_fix_reason: Some("Which sites may act for the visitor is not said in the code."),
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        if matched.interest > 0 {
            return reflected(node, matched);
        }
        if let Some(call) = Call::of(node) {
            let is_open = is_open_flask(file, call) || is_open_starlette(file, call);
            return is_open.then(|| {
                let name = call.callee.text();
                Found::new(node.span(), format!("`{name}` lets scripts of any site act with the visitor's cookies."))
            });
        }
        if let Some(setting) = setting::of(file, node) {
            let is_open = ALL_ORIGINS.contains(&setting.name) && literal::is_true(setting.value);
            return (is_open && switches_on(file, "CORS_ALLOW_CREDENTIALS")).then(|| {
                let name = setting.name;
                Found::new(node.span(), format!("`{name}` lets scripts of any site act with the visitor's cookies."))
            });
        }
        is_open_aiohttp(node)
            .then(|| Found::new(node.span(), "Scripts of any site (`\"*\"`) may act with the visitor's cookies."))
    }
}

/// Judges the request's origin in `Access-Control-Allow-Origin`.
fn reflected(node: Node<'_>, matched: &Match) -> Option<Found> {
    let call = Call::of(node);
    let name = match call {
        Some(call) => call.positional(0).filter(|_| responses::sets_header(call))?,
        None => node.child(Field::SUBSCRIPT)?,
    };
    let is_header = literal::text(name).is_some_and(|name| name.eq_ignore_ascii_case(ALLOW_ORIGIN));
    let value = match call {
        Some(call) => call.positional(1),
        None => {
            let assignment = node.ancestors().into_iter().find(|outer| outer.is(Kind::ASSIGNMENT));
            assignment.and_then(|assignment| assignment.child(Field::RIGHT))
        }
    };
    if !is_header
        || evidence::is_local(matched)
        || !responses::is_of_response(matched, node)
        || value.is_some_and(tested::is_tested)
    {
        return None;
    }
    let scope = node.scope().map(Node::text).unwrap_or_default();
    let found = evidence::flow(matched, "is sent back as the site whose scripts may read the answer");
    Some(if scope.contains("Allow-Credentials") { found } else { found.severity(Severity::Low) })
}

/// Flask-CORS: every origin is its default, and a resource's options come before the call's.
fn is_open_flask(file: File<'_>, call: Call<'_>) -> bool {
    if !dotted::is_any(file, call.callee, FLASK) {
        return false;
    }
    let allows = call.keyword("supports_credentials").is_some_and(literal::is_true);
    let has_splat = call.arguments().any(|argument| argument.is(Kind::DICTIONARY_SPLAT));
    match (call.keyword("origins"), call.keyword("resources")) {
        (Some(origins), None) => allows && is_any_origin(origins),
        (origins, Some(resources)) => literal::entries(resources).any(|(_, options)| {
            let option =
                |wanted: &str| literal::entries(options).find(|(name, _)| *name == wanted).map(|(_, value)| value);
            let credentials = option("supports_credentials").map_or(allows, literal::is_true);
            credentials && option("origins").or(origins).is_some_and(is_any_origin)
        }),
        (None, None) => allows && !has_splat,
    }
}

/// Starlette and FastAPI: `add_middleware(CORSMiddleware, …)`, `Middleware(CORSMiddleware, …)` and the class itself.
fn is_open_starlette(file: File<'_>, call: Call<'_>) -> bool {
    let is_cors = |node: Node<'_>| dotted::is_any(file, node, STARLETTE);
    if !is_cors(call.callee) && !call.positional(0).is_some_and(is_cors) {
        return false;
    }
    let allows = call.keyword("allow_credentials").is_some_and(literal::is_true);
    let is_any_pattern = |pattern: Node<'_>| {
        literal::text(pattern).is_some_and(|text| [".*", "^.*$", ".+", "https?://.*"].contains(&text))
    };
    let any = call.keyword("allow_origins").is_some_and(is_any_origin)
        || call.keyword("allow_origin_regex").is_some_and(is_any_pattern);
    allows && any
}

/// aiohttp-cors: `{"*": ResourceOptions(allow_credentials=True)}`.
fn is_open_aiohttp(pair: Node<'_>) -> bool {
    let is_any = pair.child(Field::KEY).and_then(literal::text) == Some("*");
    let options = pair.child(Field::VALUE).and_then(Call::of).filter(|call| call.name() == "ResourceOptions");
    pair.is(Kind::PAIR)
        && is_any
        && options.is_some_and(|call| call.keyword("allow_credentials").is_some_and(literal::is_true))
}

fn is_any_origin(node: Node<'_>) -> bool {
    let is_star = |node: Node<'_>| literal::text(node).is_some_and(|text| ["*", ".*", r".*"].contains(&text));
    is_star(node) || literal::elements(node).into_iter().any(is_star)
}

/// Says whether the file sets this name to `True`.
fn switches_on(file: File<'_>, name: &str) -> bool {
    let assignments = file.tree().nodes().filter(|node| node.is(Kind::ASSIGNMENT));
    let mut of_name = assignments.filter(|node| node.child(Field::LEFT).is_some_and(|left| left.text() == name));
    of_name.any(|node| node.child(Field::RIGHT).is_some_and(literal::is_true))
}
