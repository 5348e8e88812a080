//! Sanic. Invariant: a handler's `request` is an object of which these attributes are untrusted.

use securecode_sdk::{
    Source,
    SourceForm::{Attribute, Call},
};

use super::{BODY, COOKIES, FILES, FORM, HEADERS, METHODS, QUERY, URL, handlers, of};

const REQUESTS: [&str; 3] = ["sanic.Request", "sanic.request.Request", "sanic.request.types.Request"];
const APPLICATIONS: [&str; 4] = ["sanic.Sanic", "sanic.Blueprint", "sanic.app.Sanic", "sanic.blueprints.Blueprint"];

pub(super) fn sources() -> Vec<Source> {
    let attributes = [
        ("args", QUERY),
        ("raw_args", QUERY),
        ("query_args", QUERY),
        ("query_string", QUERY),
        ("form", FORM),
        ("json", BODY),
        ("body", BODY),
        ("files", FILES),
        ("headers", HEADERS),
        ("cookies", COOKIES),
        ("token", HEADERS),
        ("match_info", URL),
        ("path", URL),
        ("url", URL),
    ];
    [
        of(&REQUESTS, Attribute, &attributes),
        of(&REQUESTS, Call, &[("get_args", QUERY), ("get_query_args", QUERY), ("get_form", FORM)]),
        handlers(&APPLICATIONS, &METHODS, URL),
        handlers(&APPLICATIONS, &["route", "add_route", "websocket"], URL),
        handlers(&["sanic.views.HTTPMethodView"], &METHODS, URL),
    ]
    .concat()
}
