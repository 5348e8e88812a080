//! Redirects to a place that untrusted data names (CWE-601). Invariant: the application's own URLs are no finding.
//!
//! # What
//! A view sends the browser to an address that came with the request.
//! # Why
//! A link to the trusted site ends on a copy of it that asks for the password.
//! # Fix
//! Redirect to a route's own URL, or check host and scheme first.

use securecode_sdk::{
    Confidence, Edit, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, Sink,
    SinkLanguage,
    compose::{Composition, Piece},
    fix::{
        call::Call,
        fix,
        guard::{self, Guard},
        import, local,
    },
    spec::{argument, position, sink, stored_item},
};

use crate::{base_url, evidence, literal, responses, result, vetted};

pub(crate) struct OpenRedirect;

const URL: SinkLanguage = SinkLanguage::RedirectUrl;
const FOUND: &[&str] =
    &["HTTPFound", "HTTPSeeOther", "HTTPMovedPermanently", "HTTPTemporaryRedirect", "HTTPPermanentRedirect"];
/// Parts of the request's own URL, whose host a link cannot choose.
const OWN: &[&str] = &[
    "request.url",
    "request.base_url",
    "request.url_root",
    "request.host_url",
    "request.build_absolute_uri",
    "request.rel_url",
    "request.get_full_path",
    "request.full_path",
    "request.path",
    "request.path_info",
    "request.uri",
];

impl Rule for OpenRedirect {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-open-redirect",
            title: "Redirect to an untrusted address",
            help: "A link that starts with a known site's name is trusted, also when it ends elsewhere: \
                   `https://shop.example/login?next=https://sh0p.example/login`. The copy asks for the password \
                   again.\n\n\
                   Send visitors to a route of the application (`url_for`, `reverse`), choose from a fixed table, or \
                   check the address: Django has `url_has_allowed_host_and_scheme(next, allowed_hosts=None)`; \
                   elsewhere compare `urlsplit(next)`'s scheme and host, and mind that `//host` and `/\\\\host` are \
                   addresses of other sites.",
            severity: Severity::Medium,
            cwe: 601,
            tags: &["owasp:A01:2025"],
            interests: sinks().into_iter().map(Interest::Flow).collect(),
            triggers: &[
                "redirect",
                "Redirect",
                "HTTPFound",
                "HTTPSeeOther",
                "HTTPMoved",
                "HTTPTemp",
                "HTTPPerm",
                "ocation",
            ],
            bad: "from flask import redirect\n\n\ndef after_login(target: str):\n    return redirect(target)\n",
            good: "from flask import redirect, url_for\n\n\n\
                   def after_login(target: str):\n    return redirect(url_for('index'))\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        let is_own = evidence::source_text(file, matched).is_some_and(is_own_url);
        if is_own || evidence::is_local(matched) || !names_location(node) || !responses::is_of_response(matched, node) {
            return None;
        }
        let sink = sinks().into_iter().nth(matched.interest as usize)?;
        let is_fine = |target: Node<'_>| {
            vetted::is_vetted(file, target)
                || base_url::is_configured(target)
                || result::is_unknown(file, matched, target)
        };
        if result::value(node, &sink.argument).is_some_and(is_fine) {
            return None;
        }
        let effect = match Call::of(node) {
            Some(_) => "is the address that `{callee}` sends the browser to",
            None => "is the address that the `Location` header sends the browser to",
        };
        Some(evidence::flow(matched, effect))
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let target = || {
            let matched = matched?;
            let sink = sinks().into_iter().nth(matched.interest as usize)?;
            result::value(file.node_of(matched)?, &sink.argument)
        };
        let edits = target().and_then(|target| stay_on_site(file, target));
        edits.map(|edits| fix("Leave the site for no address that the request names", edits)).into_iter().collect()
    }
}

/// Sends visitors to the site's own start page where an address is not a path of it.
fn stay_on_site(file: File<'_>, target: Node<'_>) -> Option<Vec<Edit>> {
    // An address that begins with the program's own text is another site's on purpose.
    let written = local::origin(target).map_or(target, |origin| origin.expression);
    let first = Composition::of(written).and_then(|composition| composition.pieces.into_iter().next());
    if first.is_some_and(|first| matches!(first, Piece::Character { value, .. } if value != '/')) {
        return None;
    }
    let (re, import) = import::module(file, "re");
    let text = target.without_parentheses().text();
    let guard = Guard { value: target, set_to: text, names: &["target", "address", "own_address"] };
    // Browsers take `//host` and `/\\host` for other sites, also with tabs and line breaks between.
    let is_elsewhere = |name: &str| format!(r#"not {re}.fullmatch(r"/([^/\\\s].*)?", {name})"#);
    let mut edits = guard::before_use(file, guard, is_elsewhere, |name| format!("{name} = \"/\""))?;
    edits.extend(import);
    Some(edits)
}

fn sinks() -> Vec<Sink> {
    let found = |module: &str| FOUND.iter().map(|name| format!("{module}.{name}")).collect::<Vec<_>>();
    let found = [found("aiohttp.web"), found("pyramid.httpexceptions"), found("falcon")].concat();
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    vec![
        sink(&["flask.redirect", "quart.redirect", "werkzeug.utils.redirect"], argument(0, "location"), URL),
        sink(&["django.shortcuts.redirect", "sanic.response.redirect", "sanic.redirect"], argument(0, "to"), URL),
        sink(
            &[
                "django.http.HttpResponseRedirect",
                "django.http.HttpResponsePermanentRedirect",
                "django.http.response.HttpResponseRedirect",
            ],
            argument(0, "redirect_to"),
            URL,
        ),
        sink(
            &[
                "starlette.responses.RedirectResponse",
                "fastapi.responses.RedirectResponse",
                "tornado.web.RequestHandler.redirect",
                "bottle.redirect",
            ],
            argument(0, "url"),
            URL,
        ),
        sink(&["cherrypy.HTTPRedirect"], argument(0, "urls"), URL),
        sink(&found, argument(0, "location"), URL),
        stored_item(responses::HEADERS, position(0), URL).confidence(Confidence::Medium),
        sink(responses::SETTERS, position(1), URL).confidence(Confidence::Medium),
    ]
}

/// `request.url`, also with a method behind it, or the page that the visitor comes from.
fn is_own_url(source: &str) -> bool {
    let names_referrer = ["eferrer", "eferer", "REFERER"].iter().any(|name| source.contains(name));
    names_referrer
        || OWN.iter().any(|own| {
            let rest = source.split_once(own).map(|(_, rest)| rest);
            rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_'))
        })
}

/// Says whether a stored header is `Location`; calls that redirect name it by themselves.
fn names_location(node: Node<'_>) -> bool {
    let is_location =
        |name: Option<Node<'_>>| name.and_then(literal::text).is_some_and(|name| name.eq_ignore_ascii_case("location"));
    match Call::of(node) {
        Some(call) if responses::sets_header(call) => is_location(call.positional(0)),
        Some(_) => true,
        None => is_location(
            Some(node).filter(|node| node.is(Kind::SUBSCRIPT)).and_then(|node| node.child(Field::SUBSCRIPT)),
        ),
    }
}
