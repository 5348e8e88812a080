//! Where the frameworks keep a response's headers. Invariant: names are those of the frameworks' documentation.

use securecode_sdk::{Field, Match, Node, fix::call::Call};

use crate::{dotted, words};

/// Containers of headers, by type and attribute, or the response itself where it is its headers' container.
pub(crate) const HEADERS: &[&str] = &[
    "flask.Response.headers",
    "quart.Response.headers",
    "werkzeug.wrappers.Response.headers",
    "django.http.HttpResponse",
    "django.http.HttpResponse.headers",
    "starlette.responses.Response.headers",
    "fastapi.Response.headers",
    "aiohttp.web.Response.headers",
    "bottle.response.headers",
    "bottle.HTTPResponse.headers",
    "pyramid.response.Response.headers",
    "webob.Response.headers",
    "cherrypy.response.headers",
    "sanic.response.HTTPResponse.headers",
    "*.headers",
];

/// Methods that set a header: the name is argument 0, the value argument 1.
pub(crate) const SETTERS: &[&str] = &[
    "bottle.response.set_header",
    "bottle.response.add_header",
    "tornado.web.RequestHandler.set_header",
    "tornado.web.RequestHandler.add_header",
    "http.server.BaseHTTPRequestHandler.send_header",
    "http.server.SimpleHTTPRequestHandler.send_header",
    "flask.Response.headers.add",
    "flask.Response.headers.set",
    "falcon.Response.set_header",
    "falcon.Response.append_header",
    "*.send_header",
    "*.set_header",
];

/// Says whether a call sets a header.
pub(crate) fn sets_header(call: Call<'_>) -> bool {
    let is_of_headers = call.receiver().is_some_and(|receiver| receiver.text().ends_with("headers"));
    match call.name() {
        "set_header" | "add_header" | "send_header" | "append_header" => true,
        "add" | "set" => is_of_headers,
        _ => false,
    }
}

/// Says whether a match is about a response: an object of unknown type counts only when its name says that it is one.
pub(crate) fn is_of_response(matched: &Match, node: Node<'_>) -> bool {
    if matched.name != "*.headers" {
        return true;
    }
    let owner = node.child(Field::VALUE).and_then(|headers| headers.child(Field::OBJECT));
    let name = owner.and_then(dotted::last_name).unwrap_or_default();
    words::has_any(name, &["response", "resp", "res", "reply", "answer"])
}
