//! Flask, Quart and what is built upon them. Invariant: one list of attributes serves both, for Quart keeps Flask's names.

use securecode_sdk::{
    Source,
    SourceForm::{Attribute, Call, DecoratedParameters},
    SourceKind::Web,
    spec,
};

use super::{BODY, COOKIES, FILES, FORM, HEADERS, METHODS, PARAMETERS, QUERY, REQUEST, URL, handlers, of};

const REQUESTS: [&str; 8] = [
    "flask.request",
    "flask.Request",
    "flask.globals.request",
    "flask.wrappers.Request",
    "quart.request",
    "quart.Request",
    "quart.globals.request",
    "werkzeug.wrappers.Request",
];

const ATTRIBUTES: [(&str, &str); 22] = [
    ("args", QUERY),
    ("query_string", QUERY),
    ("form", FORM),
    ("values", PARAMETERS),
    ("json", BODY),
    ("data", BODY),
    ("stream", BODY),
    ("input_stream", BODY),
    ("headers", HEADERS),
    ("user_agent", HEADERS),
    ("referrer", HEADERS),
    ("authorization", HEADERS),
    ("accept_languages", HEADERS),
    ("accept_mimetypes", HEADERS),
    ("environ", HEADERS),
    ("cookies", COOKIES),
    ("files", FILES),
    ("view_args", URL),
    ("path", URL),
    ("full_path", URL),
    ("url", URL),
    ("base_url", URL),
];

const APPLICATIONS: [&str; 6] = [
    "flask.Flask",
    "flask.Blueprint",
    "quart.Quart",
    "quart.Blueprint",
    "flask_openapi3.OpenAPI",
    "flask_smorest.Blueprint",
];

/// Base classes of views; their methods get the parts of the URL.
const VIEWS: [&str; 7] = [
    "flask.views.MethodView",
    "flask.views.View",
    "quart.views.MethodView",
    "quart.views.View",
    "flask_restful.Resource",
    "flask_restx.Resource",
    "flask_classful.FlaskView",
];

pub(super) fn sources() -> Vec<Source> {
    let parsers = ["flask_restful.reqparse.RequestParser", "flask_restx.reqparse.RequestParser"];
    [
        of(&REQUESTS, Attribute, &ATTRIBUTES),
        of(&REQUESTS, Call, &[("get_json", BODY), ("get_data", BODY)]),
        handlers(&APPLICATIONS, &["route", "add_url_rule", "websocket"], URL),
        handlers(&APPLICATIONS, &METHODS, URL),
        handlers(&["flask_smorest.Blueprint"], &["arguments"], PARAMETERS),
        handlers(&VIEWS, &METHODS, URL),
        handlers(&VIEWS, &["dispatch_request"], URL),
        spec::sources(&["*.route"], DecoratedParameters, Web, URL),
        spec::sources(&["quart.websocket.receive", "quart.websocket.receive_json"], Call, Web, BODY),
        spec::sources(&["quart.websocket.args", "quart.websocket.headers"], Attribute, Web, REQUEST),
        of(&parsers, Call, &[("parse_args", PARAMETERS)]),
        // Fields of a form: `form.name.data`.
        spec::sources(&["flask_wtf.FlaskForm", "wtforms.Form"], Attribute, Web, FORM),
    ]
    .concat()
}
