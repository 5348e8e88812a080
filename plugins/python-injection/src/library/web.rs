//! What anybody who can send a request controls, by framework. Invariant: names are those of the frameworks'
//! documentation; `*.` names are used only where the attribute's name alone says what it is.

mod aiohttp;
mod bottle;
mod cherrypy;
mod django;
mod falcon;
mod flask;
mod network;
mod pyramid;
mod sanic;
mod serverless;
mod starlette;
mod tornado;

pub(super) use django::{REST_VIEWS, VIEWS};

use securecode_sdk::{
    Source,
    SourceForm::{self, DecoratedParameters},
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
const REQUEST: &str = "the request";
const MESSAGE: &str = "a message of the peer";

/// The HTTP methods, as route decorators and view methods are called.
const METHODS: [&str; 7] = ["get", "post", "put", "delete", "patch", "head", "options"];

/// Gives the request objects, route decorators and handler methods of the frameworks.
pub(super) fn frameworks() -> Vec<Source> {
    [
        flask::sources(),
        django::sources(),
        starlette::sources(),
        aiohttp::sources(),
        tornado::sources(),
        bottle::sources(),
        pyramid::sources(),
        sanic::sources(),
        falcon::sources(),
        cherrypy::sources(),
        serverless::sources(),
        network::sources(),
    ]
    .concat()
}

fn of(owners: &[&str], form: SourceForm, things: &[(&str, &str)]) -> Vec<Source> {
    let named = |owner: &&str, (name, label): &(&str, &str)| sources(&[&format!("{owner}.{name}")], form, Web, label);
    owners.iter().flat_map(|owner| things.iter().flat_map(move |thing| named(owner, thing))).collect()
}

/// Gives the decorators, or the methods of base classes, whose functions get untrusted parameters.
fn handlers(owners: &[&str], names: &[&str], label: &str) -> Vec<Source> {
    let named: Vec<(&str, &str)> = names.iter().map(|&name| (name, label)).collect();
    of(owners, DecoratedParameters, &named)
}
