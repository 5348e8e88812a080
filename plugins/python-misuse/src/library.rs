//! What the pack says about libraries: the types that its rules' callees are methods of. Invariant: only constructors
//! and factories that the libraries document.

use securecode_sdk::{Library, ReturnType, no_library};

const RETURNS: &[(&str, &str)] = &[
    ("flask.Flask", "flask.Flask"),
    ("quart.Quart", "quart.Quart"),
    ("bottle.Bottle", "bottle.Bottle"),
    ("dash.Dash", "dash.Dash"),
    ("sanic.Sanic", "sanic.Sanic"),
    ("requests.Session", "requests.Session"),
    ("requests.session", "requests.Session"),
    ("httpx.Client", "httpx.Client"),
    ("httpx.AsyncClient", "httpx.AsyncClient"),
    ("aiohttp.ClientSession", "aiohttp.ClientSession"),
    ("random.Random", "random.Random"),
    ("random.SystemRandom", "random.SystemRandom"),
    ("secrets.SystemRandom", "random.SystemRandom"),
    ("socket.socket", "socket.socket"),
    ("ssl.SSLContext", "ssl.SSLContext"),
    ("ssl.create_default_context", "ssl.SSLContext"),
    ("pathlib.Path", "pathlib.Path"),
    ("jwt.PyJWT", "jwt.PyJWT"),
    ("xml.sax.make_parser", "xml.sax.xmlreader.XMLReader"),
];

/// Gives the pack's library.
pub(crate) fn library() -> Library {
    let return_types = RETURNS
        .iter()
        .map(|&(callee, returns)| ReturnType { callee: callee.to_owned(), returns: returns.to_owned() })
        .collect();
    Library { return_types, ..no_library() }
}
