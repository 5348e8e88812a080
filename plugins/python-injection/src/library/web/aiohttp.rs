//! aiohttp's server. Invariant: nothing of its client is here; what a client receives is no request.

use securecode_sdk::{
    Source,
    SourceForm::{Attribute, Call},
};

use super::{BODY, COOKIES, FILES, FORM, HEADERS, MESSAGE, QUERY, URL, of};

const REQUESTS: [&str; 4] = [
    "aiohttp.web.Request",
    "aiohttp.web.BaseRequest",
    "aiohttp.web_request.Request",
    "aiohttp.web_request.BaseRequest",
];

pub(super) fn sources() -> Vec<Source> {
    let attributes = [
        ("query", QUERY),
        ("query_string", QUERY),
        ("match_info", URL),
        ("rel_url", URL),
        ("url", URL),
        ("path", URL),
        ("path_qs", URL),
        ("raw_path", URL),
        ("headers", HEADERS),
        ("raw_headers", HEADERS),
        ("cookies", COOKIES),
        ("content", BODY),
    ];
    let sockets = ["aiohttp.web.WebSocketResponse"];
    let received = ["receive", "receive_str", "receive_bytes", "receive_json"].map(|name| (name, MESSAGE));
    [
        of(&REQUESTS, Attribute, &attributes),
        of(&REQUESTS, Call, &[("post", FORM), ("json", BODY), ("text", BODY), ("read", BODY), ("multipart", FILES)]),
        of(&["*"], Attribute, &[("match_info", URL)]),
        of(&sockets, Call, &received),
    ]
    .concat()
}
