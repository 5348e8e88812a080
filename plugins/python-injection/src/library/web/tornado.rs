//! Tornado. Invariant: a handler's own methods (`initialize`) count only where Tornado calls them with parts of the URL.

use securecode_sdk::{
    Source,
    SourceForm::{Attribute, Call},
};

use super::{BODY, COOKIES, FILES, FORM, HEADERS, MESSAGE, METHODS, PARAMETERS, QUERY, URL, handlers, of};

const HANDLERS: [&str; 4] = [
    "tornado.web.RequestHandler",
    "tornado.web.StaticFileHandler",
    "tornado.websocket.WebSocketHandler",
    "jupyter_server.base.handlers.JupyterHandler",
];

pub(super) fn sources() -> Vec<Source> {
    let reads = [
        ("get_argument", PARAMETERS),
        ("get_arguments", PARAMETERS),
        ("get_query_argument", QUERY),
        ("get_query_arguments", QUERY),
        ("get_body_argument", FORM),
        ("get_body_arguments", FORM),
        ("get_cookie", COOKIES),
    ];
    let attributes = [
        ("arguments", PARAMETERS),
        ("query_arguments", QUERY),
        ("body_arguments", FORM),
        ("query", QUERY),
        ("body", BODY),
        ("headers", HEADERS),
        ("cookies", COOKIES),
        ("files", FILES),
        ("path", URL),
        ("uri", URL),
    ];
    [
        of(&HANDLERS, Call, &reads),
        of(&["*"], Call, &reads),
        of(&HANDLERS, Call, &[("get_json_body", BODY)]),
        of(&["tornado.httputil.HTTPServerRequest"], Attribute, &attributes),
        of(&HANDLERS, Attribute, &[("path_args", URL), ("path_kwargs", URL)]),
        handlers(&HANDLERS, &METHODS, URL),
        handlers(&["tornado.websocket.WebSocketHandler"], &["on_message", "open"], MESSAGE),
    ]
    .concat()
}
