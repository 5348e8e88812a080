//! FastAPI, Starlette and Litestar. Invariant: what a parameter's annotation refuses (a number, a member of an enum) is
//! the host's matter; here every parameter of a route counts.

use securecode_sdk::{
    Source,
    SourceForm::{Attribute, Call, DecoratedParameters},
    SourceKind::Web,
    spec,
};

use super::{BODY, COOKIES, FILES, FORM, HEADERS, METHODS, QUERY, REQUEST, URL, handlers, of};

const REQUESTS: [&str; 7] = [
    "starlette.requests.Request",
    "starlette.requests.HTTPConnection",
    "fastapi.Request",
    "fastapi.requests.Request",
    "fastapi.requests.HTTPConnection",
    "litestar.Request",
    "litestar.connection.Request",
];

const SOCKETS: [&str; 4] =
    ["starlette.websockets.WebSocket", "fastapi.WebSocket", "fastapi.websockets.WebSocket", "litestar.WebSocket"];

const UPLOADS: [&str; 4] = [
    "fastapi.UploadFile",
    "starlette.datastructures.UploadFile",
    "fastapi.datastructures.UploadFile",
    "litestar.datastructures.UploadFile",
];

const CONNECTION: [(&str, &str); 5] =
    [("query_params", QUERY), ("path_params", URL), ("headers", HEADERS), ("cookies", COOKIES), ("url", URL)];

pub(super) fn sources() -> Vec<Source> {
    let applications =
        ["fastapi.FastAPI", "fastapi.APIRouter", "fastapi.applications.FastAPI", "fastapi.routing.APIRouter"];
    let received = ["receive", "receive_text", "receive_bytes", "receive_json", "iter_text", "iter_bytes", "iter_json"];
    let received = received.map(|name| (name, BODY));
    let endpoints = ["starlette.endpoints.HTTPEndpoint"];
    [
        of(&REQUESTS, Attribute, &CONNECTION),
        of(&REQUESTS, Call, &[("form", FORM), ("json", BODY), ("body", BODY), ("stream", BODY)]),
        of(&SOCKETS, Attribute, &CONNECTION),
        of(&SOCKETS, Call, &received),
        of(&UPLOADS, Attribute, &[("filename", FILES), ("content_type", FILES), ("headers", FILES), ("file", FILES)]),
        of(&UPLOADS, Call, &[("read", FILES)]),
        handlers(&applications, &METHODS, REQUEST),
        handlers(&applications, &["api_route", "websocket", "add_api_route"], REQUEST),
        // What a dependency asks for comes from the request as well.
        spec::sources(&["fastapi.Depends", "fastapi.Security"], DecoratedParameters, Web, REQUEST),
        handlers(&endpoints, &METHODS, REQUEST),
        handlers(&["starlette.endpoints.WebSocketEndpoint"], &["on_receive"], BODY),
        handlers(&["litestar"], &METHODS, REQUEST),
        handlers(&["litestar.handlers"], &METHODS, REQUEST),
        of(&["*"], Attribute, &[("path_params", URL)]),
    ]
    .concat()
}
