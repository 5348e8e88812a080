//! Bottle and web.py, which both keep the request in a global. Invariant: parts of the URL come by route decorators.

use securecode_sdk::{
    Source,
    SourceForm::{Attribute, Call},
    SourceKind::Web,
    spec,
};

use super::{BODY, COOKIES, FILES, FORM, HEADERS, METHODS, PARAMETERS, QUERY, URL, handlers, of};

pub(super) fn sources() -> Vec<Source> {
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
        ("fullpath", URL),
        ("url", URL),
        ("url_args", URL),
        ("urlparts", URL),
        ("environ", HEADERS),
    ];
    let requests = ["bottle.request", "bottle.BaseRequest", "bottle.LocalRequest"];
    [
        of(&requests, Attribute, &attributes),
        of(&requests, Call, &[("get_cookie", COOKIES), ("get_header", HEADERS)]),
        handlers(&["bottle", "bottle.Bottle"], &METHODS, URL),
        handlers(&["bottle", "bottle.Bottle"], &["route"], URL),
        spec::sources(&["web.input"], Call, Web, PARAMETERS),
        spec::sources(&["web.data"], Call, Web, BODY),
        spec::sources(&["web.cookies"], Call, Web, COOKIES),
        spec::sources(&["web.ctx.query", "web.ctx.path", "web.ctx.fullpath", "web.ctx.env"], Attribute, Web, URL),
    ]
    .concat()
}
