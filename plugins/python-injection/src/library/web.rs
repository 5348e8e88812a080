//! What anybody who can send a request controls, by framework. Invariant: names are those of the frameworks'
//! documentation; `*.` names are used only where the attribute's name alone says what it is.

use securecode_sdk::{
    Source,
    SourceForm::{self, Attribute, Call, DecoratedParameters},
    SourceKind::Web,
    spec::sources,
};

const QUERY: &str = "the query string";
const FORM: &str = "the form data";
const PARAMETERS: &str = "the request's parameters";
const HEADERS: &str = "the request headers";
const COOKIES: &str = "the cookies";
const BODY: &str = "the request body";
const FILES: &str = "the uploaded files";
const URL: &str = "the URL";

fn of(owners: &[&str], form: SourceForm, things: &[(&str, &str)]) -> Vec<Source> {
    let named = |owner: &&str, (name, label): &(&str, &str)| sources(&[&format!("{owner}.{name}")], form, Web, label);
    owners.iter().flat_map(|owner| things.iter().flat_map(move |thing| named(owner, thing))).collect()
}

/// Gives the request objects and route decorators of the frameworks.
pub(super) fn frameworks() -> Vec<Source> {
    [flask(), django(), starlette(), aiohttp(), tornado(), bottle(), standard_library()].concat()
}

fn flask() -> Vec<Source> {
    let requests = ["flask.request", "flask.Request", "flask.globals.request", "quart.request"];
    let attributes = [
        ("args", QUERY),
        ("query_string", QUERY),
        ("form", FORM),
        ("values", PARAMETERS),
        ("json", BODY),
        ("data", BODY),
        ("stream", BODY),
        ("headers", HEADERS),
        ("user_agent", HEADERS),
        ("referrer", HEADERS),
        ("authorization", HEADERS),
        ("cookies", COOKIES),
        ("files", FILES),
        ("view_args", URL),
        ("path", URL),
        ("full_path", URL),
        ("url", URL),
        ("base_url", URL),
        ("environ", HEADERS),
    ];
    let routes = ["route", "get", "post", "put", "delete", "patch"].map(|method| (method, URL));
    [
        of(&requests, Attribute, &attributes),
        of(&requests, Call, &[("get_json", BODY), ("get_data", BODY)]),
        of(&["flask.Flask", "flask.Blueprint", "quart.Quart", "quart.Blueprint"], DecoratedParameters, &routes),
        sources(&["*.route"], DecoratedParameters, Web, URL),
    ]
    .concat()
}

fn django() -> Vec<Source> {
    let requests =
        ["django.http.HttpRequest", "django.http.request.HttpRequest", "django.core.handlers.wsgi.WSGIRequest"];
    let attributes = [
        ("GET", QUERY),
        ("POST", FORM),
        ("COOKIES", COOKIES),
        ("META", HEADERS),
        ("headers", HEADERS),
        ("body", BODY),
        ("FILES", FILES),
        ("path", URL),
        ("path_info", URL),
    ];
    let named_alone = [("GET", QUERY), ("POST", FORM), ("COOKIES", COOKIES), ("META", HEADERS), ("FILES", FILES)];
    let rest_framework = [("data", BODY), ("query_params", QUERY)];
    [
        of(&requests, Attribute, &attributes),
        of(&requests, Call, &[("get_full_path", URL), ("build_absolute_uri", URL), ("read", BODY)]),
        of(&["*"], Attribute, &named_alone),
        of(&["rest_framework.request.Request"], Attribute, &rest_framework),
        of(&["*"], Attribute, &[("query_params", QUERY)]),
        sources(&["rest_framework.decorators.api_view"], DecoratedParameters, Web, URL),
    ]
    .concat()
}

fn starlette() -> Vec<Source> {
    let requests = ["starlette.requests.Request", "fastapi.Request", "fastapi.requests.Request"];
    let attributes =
        [("query_params", QUERY), ("path_params", URL), ("headers", HEADERS), ("cookies", COOKIES), ("url", URL)];
    let routes = ["get", "post", "put", "delete", "patch", "options", "head", "api_route", "websocket"];
    [
        of(&requests, Attribute, &attributes),
        of(&requests, Call, &[("form", FORM), ("json", BODY), ("body", BODY), ("stream", BODY)]),
        of(
            &["fastapi.FastAPI", "fastapi.APIRouter"],
            DecoratedParameters,
            &routes.map(|method| (method, "the request")),
        ),
    ]
    .concat()
}

fn aiohttp() -> Vec<Source> {
    let requests = ["aiohttp.web.Request", "aiohttp.web.BaseRequest"];
    let attributes = [
        ("query", QUERY),
        ("query_string", QUERY),
        ("match_info", URL),
        ("rel_url", URL),
        ("path", URL),
        ("headers", HEADERS),
        ("cookies", COOKIES),
        ("content", BODY),
    ];
    [
        of(&requests, Attribute, &attributes),
        of(&requests, Call, &[("post", FORM), ("json", BODY), ("text", BODY), ("read", BODY), ("multipart", FILES)]),
        of(&["*"], Attribute, &[("match_info", URL)]),
    ]
    .concat()
}

fn tornado() -> Vec<Source> {
    let handlers = ["tornado.web.RequestHandler", "*"];
    let reads = [
        ("get_argument", PARAMETERS),
        ("get_arguments", PARAMETERS),
        ("get_query_argument", QUERY),
        ("get_query_arguments", QUERY),
        ("get_body_argument", FORM),
        ("get_body_arguments", FORM),
        ("get_cookie", COOKIES),
    ];
    of(&handlers, Call, &reads)
}

fn bottle() -> Vec<Source> {
    let attributes = [
        ("query", QUERY),
        ("query_string", QUERY),
        ("GET", QUERY),
        ("forms", FORM),
        ("POST", FORM),
        ("params", PARAMETERS),
        ("json", BODY),
        ("body", BODY),
        ("headers", HEADERS),
        ("cookies", COOKIES),
        ("files", FILES),
        ("path", URL),
        ("url", URL),
    ];
    let routes = ["route", "get", "post", "put", "delete", "patch"].map(|method| (method, URL));
    [
        of(&["bottle.request"], Attribute, &attributes),
        of(&["bottle.request"], Call, &[("get_cookie", COOKIES), ("get_header", HEADERS)]),
        of(&["bottle", "bottle.Bottle"], DecoratedParameters, &routes),
    ]
    .concat()
}

fn standard_library() -> Vec<Source> {
    let handlers = ["http.server.BaseHTTPRequestHandler", "http.server.SimpleHTTPRequestHandler"];
    [
        of(&handlers, Attribute, &[("path", URL), ("headers", HEADERS), ("rfile", BODY)]),
        of(&["cgi.FieldStorage"], Call, &[("getvalue", PARAMETERS), ("getfirst", PARAMETERS), ("getlist", PARAMETERS)]),
        sources(&["cgi.FieldStorage"], Call, Web, PARAMETERS),
    ]
    .concat()
}
