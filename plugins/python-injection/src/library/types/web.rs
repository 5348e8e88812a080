//! Frameworks: applications, and the request where it is an attribute or bears a customary name. Invariant: a parameter
//! gets a type by its name only in modules that import the framework.

use securecode_sdk::{ReturnType, spec::returns};

use super::methods;
use crate::library::web::{REST_VIEWS, VIEWS};

pub(super) fn types() -> Vec<ReturnType> {
    [applications(), requests(), customs(), templates(), command_lines()].concat()
}

fn applications() -> Vec<ReturnType> {
    // Classes that return themselves: a parameter of such a type is no untrusted data.
    let classes = [
        "flask.Flask",
        "flask.Blueprint",
        "quart.Quart",
        "quart.Blueprint",
        "fastapi.FastAPI",
        "fastapi.APIRouter",
        "fastapi.Response",
        "fastapi.BackgroundTasks",
        "fastapi.security.SecurityScopes",
        "starlette.responses.Response",
        "starlette.background.BackgroundTasks",
        "sqlalchemy.ext.asyncio.AsyncSession",
        "bottle.Bottle",
        "sanic.Sanic",
        "sanic.Blueprint",
        "chalice.Chalice",
        "ninja.NinjaAPI",
        "ninja.Router",
        "cgi.FieldStorage",
        "click.Context",
        "click.core.Context",
        "typer.Context",
        "falcon.Response",
        "falcon.asgi.Response",
        "django.http.HttpResponse",
    ];
    classes.iter().flat_map(|class| returns(&[(class, class)])).collect()
}

fn requests() -> Vec<ReturnType> {
    let handlers = ["tornado.web.RequestHandler", "tornado.websocket.WebSocketHandler"];
    [
        methods(&VIEWS, &["request"], "django.http.HttpRequest"),
        methods(&REST_VIEWS, &["request"], "rest_framework.request.Request"),
        methods(&handlers, &["request"], "tornado.httputil.HTTPServerRequest"),
        returns(&[
            ("aiohttp.web.View.request", "aiohttp.web.Request"),
            ("chalice.Chalice.current_request", "chalice.app.Request"),
        ]),
    ]
    .concat()
}

/// Parameters that every user of a library calls the same.
fn customs() -> Vec<ReturnType> {
    returns(&[
        ("django.lambda.request", "django.http.HttpRequest"),
        ("ninja.lambda.request", "ninja.request.Request"),
        ("rest_framework.lambda.request", "rest_framework.request.Request"),
        ("starlette.lambda.request", "starlette.requests.Request"),
        ("starlette.lambda.websocket", "starlette.websockets.WebSocket"),
        ("aiohttp.lambda.request", "aiohttp.web.Request"),
        ("pyramid.lambda.request", "pyramid.request.Request"),
        ("sanic.lambda.request", "sanic.Request"),
        ("falcon.lambda.req", "falcon.Request"),
        ("falcon.lambda.resp", "falcon.Response"),
        ("asyncio.lambda.reader", "asyncio.StreamReader"),
        ("asyncio.lambda.writer", "asyncio.StreamWriter"),
        ("click.lambda.ctx", "click.Context"),
    ])
}

fn templates() -> Vec<ReturnType> {
    let classes = [
        "jinja2.Environment",
        "jinja2.sandbox.SandboxedEnvironment",
        "jinja2.sandbox.ImmutableSandboxedEnvironment",
        "jinja2.Template",
        "django.template.Engine",
    ];
    classes.iter().flat_map(|class| returns(&[(class, class)])).collect()
}

fn command_lines() -> Vec<ReturnType> {
    returns(&[
        ("argparse.ArgumentParser", "argparse.ArgumentParser"),
        ("optparse.OptionParser", "optparse.OptionParser"),
        ("typer.Typer", "typer.Typer"),
    ])
}
