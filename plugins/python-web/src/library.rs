//! What the pack says of libraries: what makes text harmless in pages, headers, logs and URLs, and what calls return.
//! Invariant: a statement here holds for every use of the name; what depends on the use belongs to a rule.

use securecode_sdk::{
    Library, Propagator, ReturnType, Sanitizer, SinkLanguage, no_library,
    spec::{clean, returns, sanitizers as of},
};

/// Gathers the specifications.
pub(crate) fn library() -> Library {
    Library { sanitizers: sanitizers(), propagators: propagators(), return_types: return_types(), ..no_library() }
}

fn sanitizers() -> Vec<Sanitizer> {
    [
        of(ESCAPES, &[SinkLanguage::Html]),
        of(RESPONSES, &[SinkLanguage::Html]),
        of(
            &["urllib.parse.quote_plus", "urllib.parse.urlencode", "django.utils.http.urlencode"],
            &[SinkLanguage::Html],
        ),
        of(
            &[
                "urllib.parse.quote",
                "urllib.parse.quote_plus",
                "urllib.parse.urlencode",
                "django.utils.http.urlencode",
                "werkzeug.utils.secure_filename",
                "django.utils.text.slugify",
                "json.dumps",
                "flask.json.dumps",
                "builtins.repr",
                "builtins.ascii",
            ],
            &[SinkLanguage::HeaderValue, SinkLanguage::LogRecord],
        ),
        of(URLS_OF_ONES_OWN, &[SinkLanguage::RedirectUrl, SinkLanguage::RequestUrl]),
        of(&["urllib.request.Request", "requests.Request", "httpx.Request"], &[SinkLanguage::RequestUrl]),
    ]
    .concat()
}

/// Their results hold no markup but their own.
const ESCAPES: &[&str] = &[
    "html.escape",
    "cgi.escape",
    "markupsafe.escape",
    "markupsafe.escape_silent",
    "markupsafe.Markup.escape",
    "markupsafe.Markup.format",
    "markupsafe.Markup.join",
    "flask.escape",
    "jinja2.escape",
    "werkzeug.utils.escape",
    "django.utils.html.escape",
    "django.utils.html.conditional_escape",
    "django.utils.html.format_html",
    "django.utils.html.format_html_join",
    "django.utils.html.escapejs",
    "django.utils.html.json_script",
    "tornado.escape.xhtml_escape",
    "tornado.escape.url_escape",
    "bottle.html_escape",
    "bottle.html_quote",
    "bleach.clean",
    "nh3.clean",
    "nh3.clean_text",
    "lxml.html.clean.clean_html",
    "xml.sax.saxutils.escape",
    "xml.sax.saxutils.quoteattr",
    "pyramid.renderers.render",
    "base64.b64encode",
    "base64.urlsafe_b64encode",
];

/// They make responses whose type is not HTML, fill in templates that escape, or are sinks themselves, so that what
/// they were given does no harm where their result is returned.
const RESPONSES: &[&str] = &[
    "flask.render_template",
    "flask.render_template_string",
    "flask.stream_template",
    "flask.templating.render_template",
    "flask.jsonify",
    "flask.json.jsonify",
    "flask.redirect",
    "flask.send_file",
    "flask.send_from_directory",
    "flask.make_response",
    "flask.Response",
    "flask.url_for",
    "werkzeug.utils.redirect",
    "werkzeug.wrappers.Response",
    "werkzeug.Response",
    "quart.render_template",
    "quart.render_template_string",
    "quart.jsonify",
    "quart.redirect",
    "quart.send_file",
    "quart.make_response",
    "quart.Response",
    "quart.url_for",
    "django.shortcuts.render",
    "django.shortcuts.redirect",
    "django.template.loader.render_to_string",
    "django.http.HttpResponse",
    "django.http.JsonResponse",
    "django.http.FileResponse",
    "django.http.HttpResponseRedirect",
    "bottle.template",
    "bottle.jinja2_template",
    "bottle.mako_template",
    "bottle.redirect",
    "bottle.static_file",
    "bottle.HTTPResponse",
    "bottle.HTTPError",
    "starlette.responses.HTMLResponse",
    "starlette.responses.JSONResponse",
    "starlette.responses.PlainTextResponse",
    "starlette.responses.RedirectResponse",
    "starlette.responses.FileResponse",
    "fastapi.responses.HTMLResponse",
    "fastapi.responses.JSONResponse",
    "fastapi.responses.PlainTextResponse",
    "fastapi.responses.RedirectResponse",
    "fastapi.responses.FileResponse",
    "markupsafe.Markup",
    "flask.Markup",
    "django.utils.safestring.mark_safe",
    "django.utils.safestring.SafeString",
    "tornado.web.RequestHandler.render_string",
];

/// They build a URL of the application's own from the name of a route.
const URLS_OF_ONES_OWN: &[&str] = &[
    "flask.url_for",
    "quart.url_for",
    "flask.helpers.url_for",
    "django.urls.reverse",
    "django.urls.reverse_lazy",
    "django.core.urlresolvers.reverse",
    "starlette.requests.Request.url_for",
    "fastapi.Request.url_for",
    "pyramid.request.Request.route_url",
    "pyramid.request.Request.route_path",
    "tornado.web.RequestHandler.reverse_url",
    "bottle.Bottle.get_url",
    "*.url_for",
    "*.reverse_url",
    "*.route_url",
    "*.route_path",
    "*.get_absolute_url",
];

fn propagators() -> Vec<Propagator> {
    clean(&["flask.flash", "flask.abort", "django.contrib.messages.info", "django.contrib.messages.error"])
}

const HTTP_CLIENTS: &[&str] = &[
    "requests.Session",
    "httpx.Client",
    "httpx.AsyncClient",
    "aiohttp.ClientSession",
    "urllib3.PoolManager",
    "urllib3.ProxyManager",
    "tornado.httpclient.HTTPClient",
    "tornado.httpclient.AsyncHTTPClient",
];

fn return_types() -> Vec<ReturnType> {
    let same = |name: &&str| {
        let entered = format!("{name}.__enter__");
        returns(&[(name, name), (&entered, name)])
    };
    let mut types: Vec<ReturnType> = HTTP_CLIENTS.iter().flat_map(same).collect();
    types.extend(returns(&[
        ("requests.session", "requests.Session"),
        ("requests.sessions.Session", "requests.Session"),
        ("logging.getLogger", "logging.Logger"),
        ("logging.Logger.getChild", "logging.Logger"),
        ("structlog.get_logger", "structlog.BoundLogger"),
        ("structlog.getLogger", "structlog.BoundLogger"),
        ("flask.make_response", "flask.Response"),
        ("quart.make_response", "quart.Response"),
        ("flask.Response", "flask.Response"),
        ("flask.jsonify", "flask.Response"),
        ("flask.redirect", "flask.Response"),
        ("flask.send_file", "flask.Response"),
        ("markupsafe.Markup", "markupsafe.Markup"),
        ("flask.Markup", "markupsafe.Markup"),
        ("django.http.HttpResponse", "django.http.HttpResponse"),
        ("django.http.JsonResponse", "django.http.HttpResponse"),
        ("django.http.HttpResponseRedirect", "django.http.HttpResponse"),
        ("django.http.StreamingHttpResponse", "django.http.HttpResponse"),
        ("django.http.FileResponse", "django.http.HttpResponse"),
        ("django.http.response.HttpResponse", "django.http.HttpResponse"),
        ("django.shortcuts.render", "django.http.HttpResponse"),
        ("django.shortcuts.redirect", "django.http.HttpResponse"),
        ("starlette.responses.Response", "starlette.responses.Response"),
        ("starlette.responses.HTMLResponse", "starlette.responses.Response"),
        ("starlette.responses.JSONResponse", "starlette.responses.Response"),
        ("starlette.responses.PlainTextResponse", "starlette.responses.Response"),
        ("starlette.responses.RedirectResponse", "starlette.responses.Response"),
        ("fastapi.Response", "starlette.responses.Response"),
        ("fastapi.responses.Response", "starlette.responses.Response"),
        ("fastapi.responses.HTMLResponse", "starlette.responses.Response"),
        ("fastapi.responses.JSONResponse", "starlette.responses.Response"),
        ("fastapi.responses.PlainTextResponse", "starlette.responses.Response"),
        ("fastapi.responses.RedirectResponse", "starlette.responses.Response"),
        ("aiohttp.web.Response", "aiohttp.web.Response"),
        ("aiohttp.web.json_response", "aiohttp.web.Response"),
        ("bottle.HTTPResponse", "bottle.HTTPResponse"),
        ("pyramid.response.Response", "pyramid.response.Response"),
        ("webob.Response", "webob.Response"),
    ]));
    types
}
