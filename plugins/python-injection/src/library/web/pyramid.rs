//! Pyramid and what else hands on WebOb requests. Invariant: the request's registry, session and database are trusted.

use securecode_sdk::{
    Source,
    SourceForm::{Attribute, Call},
};

use super::{BODY, COOKIES, FILES, FORM, HEADERS, PARAMETERS, QUERY, URL, of};

const REQUESTS: [&str; 4] = ["pyramid.request.Request", "webob.Request", "webob.request.Request", "webob.BaseRequest"];

pub(super) fn sources() -> Vec<Source> {
    let attributes = [
        ("params", PARAMETERS),
        ("matchdict", URL),
        ("subpath", URL),
        ("GET", QUERY),
        ("query_string", QUERY),
        ("POST", FORM),
        ("json_body", BODY),
        ("json", BODY),
        ("body", BODY),
        ("body_file", FILES),
        ("text", BODY),
        ("headers", HEADERS),
        ("referer", HEADERS),
        ("referrer", HEADERS),
        ("user_agent", HEADERS),
        ("cookies", COOKIES),
        ("path", URL),
        ("path_info", URL),
        ("path_qs", URL),
        ("url", URL),
        ("environ", HEADERS),
    ];
    [
        of(&REQUESTS, Attribute, &attributes),
        of(&REQUESTS, Call, &[("current_route_path", URL)]),
        of(&["*"], Attribute, &[("matchdict", URL), ("json_body", BODY)]),
    ]
    .concat()
}
