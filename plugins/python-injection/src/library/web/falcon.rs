//! Falcon, whose resources are plain classes. Invariant: only its request object is untrusted.

use securecode_sdk::{
    Source,
    SourceForm::{Attribute, Call},
};

use super::{BODY, COOKIES, HEADERS, PARAMETERS, QUERY, URL, of};

pub(super) fn sources() -> Vec<Source> {
    let requests = ["falcon.Request", "falcon.request.Request", "falcon.asgi.Request", "falcon.asgi.request.Request"];
    let attributes = [
        ("params", PARAMETERS),
        ("query_string", QUERY),
        ("media", BODY),
        ("stream", BODY),
        ("bounded_stream", BODY),
        ("headers", HEADERS),
        ("user_agent", HEADERS),
        ("referer", HEADERS),
        ("cookies", COOKIES),
        ("path", URL),
        ("relative_uri", URL),
        ("uri", URL),
        ("url", URL),
    ];
    let calls = [
        ("get_param", PARAMETERS),
        ("get_param_as_list", PARAMETERS),
        ("get_param_as_json", PARAMETERS),
        ("get_media", BODY),
        ("get_header", HEADERS),
        ("get_cookie_values", COOKIES),
    ];
    [of(&requests, Attribute, &attributes), of(&requests, Call, &calls)].concat()
}
