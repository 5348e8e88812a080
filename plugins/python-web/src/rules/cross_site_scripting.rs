//! Untrusted text in a page (CWE-79). Invariant: a response that says to be something else than a page is no finding.
//!
//! # What
//! A view answers with HTML that is put together from untrusted text.
//! # Why
//! A tag in the text is a tag of the page: a script runs as the visitor.
//! # Fix
//! A template that escapes, or `html.escape` around each value.

use securecode_sdk::{
    CallCondition, Confidence, Edit, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule,
    Severity, Sink, SinkLanguage,
    compose::Composition,
    fix::{call::Call, fix, import, local, replace},
    spec::{argument, keyword, position, returned_from, sink, stored_attribute},
};

use crate::{
    content_type::{self, Declared},
    dotted, evidence, literal, result,
};

pub(crate) struct CrossSiteScripting;

const HTML: SinkLanguage = SinkLanguage::Html;
const METHODS: &[&str] = &["get", "post", "put", "patch", "delete"];
/// Decorators of views whose text is sent as HTML unless they say otherwise.
const VIEWS: &[&str] = &["flask.Flask", "flask.Blueprint", "quart.Quart", "quart.Blueprint", "bottle.Bottle", "bottle"];
/// Decorators of views whose text is sent as JSON unless they say otherwise.
const JSON_VIEWS: &[&str] = &["fastapi.FastAPI", "fastapi.APIRouter"];
/// Makers of responses that are HTML unless they say otherwise, by their first argument.
const PAGES: &[(&str, &[&str])] = &[
    ("response", &["flask.Response", "quart.Response", "werkzeug.wrappers.Response", "werkzeug.Response"]),
    ("rv", &["flask.make_response", "quart.make_response"]),
    (
        "content",
        &[
            "django.http.HttpResponse",
            "django.http.response.HttpResponse",
            "django.http.HttpResponseNotFound",
            "django.http.HttpResponseBadRequest",
            "django.http.HttpResponseForbidden",
            "django.http.HttpResponseServerError",
            "django.http.HttpResponseGone",
            "starlette.responses.HTMLResponse",
            "fastapi.responses.HTMLResponse",
        ],
    ),
    ("streaming_content", &["django.http.StreamingHttpResponse"]),
    (
        "body",
        &["pyramid.response.Response", "webob.Response", "bottle.HTTPResponse", "sanic.response.html", "sanic.html"],
    ),
    ("chunk", &["tornado.web.RequestHandler.write", "tornado.web.RequestHandler.finish"]),
];
/// Calls that promise that a text is HTML.
const PROMISES: &[&str] = &[
    "markupsafe.Markup",
    "flask.Markup",
    "jinja2.Markup",
    "django.utils.safestring.mark_safe",
    "django.utils.safestring.SafeString",
    "django.utils.html.format_html",
];

impl Rule for CrossSiteScripting {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-cross-site-scripting",
            title: "Untrusted text in a page",
            help: "A browser cannot tell which tags of a page the application wrote and which came with a request. A \
                   link with a script in a parameter runs it as whoever follows the link:\n\n\
                   ```python\n\
                   return f\"<h1>Results for {request.args['q']}</h1>\"     # q = <script>…</script>\n\
                   ```\n\n\
                   Let a template escape the value (`render_template(\"results.html\", q=q)`), escape it yourself \
                   (`html.escape(q)`), or answer with JSON or plain text.",
            severity: Severity::High,
            cwe: 79,
            tags: &["owasp:A05:2025", "injection"],
            interests: sinks().into_iter().map(|(sink, _)| Interest::Flow(sink)).collect(),
            triggers: &[
                "flask",
                "quart",
                "bottle",
                "django",
                "fastapi",
                "starlette",
                "aiohttp",
                "tornado",
                "pyramid",
                "webob",
                "sanic",
                "http.server",
                "arkup",
                "mark_safe",
            ],
            bad: "from flask import make_response\n\n\n\
                  def hello(name: str):\n    return make_response(f\"<h1>Hello {name}</h1>\")\n",
            good: "import html\n\nfrom flask import make_response\n\n\n\
                   def hello(name: str):\n    return make_response(f\"<h1>Hello {html.escape(name)}</h1>\")\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        let (sink, sends) = sinks().into_iter().nth(matched.interest as usize)?;
        if evidence::is_local(matched) || !is_page(file, sends, node) {
            return None;
        }
        let value = result::value(node, &sink.argument);
        if value.is_some_and(|value| is_parsed(value) || is_rendered(value) || result::is_unknown(file, matched, value))
        {
            return None;
        }
        let effect = match sends {
            Sends::View | Sends::JsonView => "is part of the page that the view returns",
            Sends::Promise => "is marked as safe HTML by `{callee}`",
            Sends::Page | Sends::Bare | Sends::Stream if node.is(Kind::CALL) => {
                "is part of the page that `{callee}` sends"
            }
            Sends::Page | Sends::Bare | Sends::Stream => "is part of the page that is sent",
        };
        Some(evidence::flow(matched, effect))
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        matched.and_then(|matched| escaped(file, file.node_of(matched)?)).into_iter().collect()
    }
}

/// What a sink sends, unless the code says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sends {
    /// A page, by a call or a store.
    Page,
    /// No page, by a call.
    Bare,
    /// A page, by what a view returns.
    View,
    /// JSON, by what a view returns.
    JsonView,
    /// A value that templates take for HTML.
    Promise,
    /// Bytes to something that may be a client.
    Stream,
}

fn sinks() -> Vec<(Sink, Sends)> {
    let mut views = routes(VIEWS);
    views.extend(METHODS.iter().map(|method| format!("flask.views.MethodView.{method}")));
    views.extend(["flask.views.View.dispatch_request".into(), "cherrypy.expose".into()]);
    let is_text = || CallCondition::IsString(position(0));
    let returned = |names: &[String]| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        returned_from(&names, HTML).when(is_text())
    };
    let mut sinks = vec![(returned(&views), Sends::View), (returned(&routes(JSON_VIEWS)), Sends::JsonView)];
    sinks.extend(PAGES.iter().map(|(name, makers)| {
        let page = sink(makers, argument(0, name), HTML).when(CallCondition::IsString(argument(0, name)));
        (page, Sends::Page)
    }));
    let starlette = ["starlette.responses.Response", "fastapi.Response", "fastapi.responses.Response"];
    let attributes = ["flask.Response.data", "django.http.HttpResponse.content", "bottle.response.body"];
    sinks.extend([
        (sink(&["aiohttp.web.Response"], keyword("text"), HTML), Sends::Bare),
        (sink(&["aiohttp.web.Response"], keyword("body"), HTML), Sends::Bare),
        (sink(&starlette, argument(0, "content"), HTML), Sends::Bare),
        (sink(&["sanic.response.HTTPResponse"], argument(0, "body"), HTML), Sends::Bare),
        (sink(&["pyramid.response.Response", "webob.Response"], keyword("text"), HTML), Sends::Page),
        (sink(&["django.http.HttpResponse.write"], argument(0, "content"), HTML), Sends::Page),
        (sink(&["flask.Response.set_data"], argument(0, "value"), HTML), Sends::Page),
        (stored_attribute(&attributes, HTML), Sends::Page),
        (sink(PROMISES, position(0), HTML), Sends::Promise),
        (sink(&["*.write"], position(0), HTML).confidence(Confidence::Medium), Sends::Stream),
    ]);
    sinks
}

/// Gives the decorators of views that these objects have.
fn routes(owners: &[&str]) -> Vec<String> {
    const OTHERS: &[&str] = &["route", "errorhandler", "api_route", "error"];
    let names = METHODS.iter().chain(OTHERS);
    owners.iter().flat_map(|owner| names.clone().map(move |name| format!("{owner}.{name}"))).collect()
}

/// Says whether the browser takes what is sent for a page.
fn is_page(file: File<'_>, sends: Sends, node: Node<'_>) -> bool {
    let declared = content_type::of(node);
    match sends {
        Sends::Promise => true,
        Sends::Page => declared != Declared::Other,
        Sends::Bare => declared == Declared::Page,
        Sends::View => declared != Declared::Other && !escapes_operands(file, node) && !is_response(node),
        Sends::JsonView => declared != Declared::Other && answers_with_html(node),
        Sends::Stream => {
            // `self.wfile` of `http.server`; other files are not sent.
            let receiver = Call::of(node).and_then(Call::receiver);
            declared == Declared::Page && receiver.is_some_and(|file| file.text().ends_with(".wfile"))
        }
    }
}

/// Says whether a view's decorator names HTML as the type of its response.
fn answers_with_html(node: Node<'_>) -> bool {
    let definition = node.scope().and_then(Node::parent).filter(|parent| parent.is(Kind::DECORATED_DEFINITION));
    let mut decorators = definition.into_iter().flat_map(Node::children).filter(|child| child.is(Kind::DECORATOR));
    decorators.any(|decorator| {
        let call = decorator.named_children().next().and_then(Call::of);
        call.and_then(|call| call.keyword("response_class")).and_then(dotted::last_name) == Some("HTMLResponse")
    })
}

/// Gives what a variable was assigned, or the expression itself.
fn made(node: Node<'_>) -> Node<'_> {
    local::only_assignment(node).and_then(|assignment| assignment.child(Field::RIGHT)).unwrap_or(node)
}

/// `json.loads(…)`: an object, which is sent as JSON.
fn is_parsed(value: Node<'_>) -> bool {
    Call::of(made(value)).is_some_and(|call| ["load", "loads", "get_json"].contains(&call.name()))
}

/// `environment.get_template(…).render(…)`, which escapes or is a finding of its own; a bare `Template(…)` does not.
fn is_rendered(value: Node<'_>) -> bool {
    let render = Call::of(made(value)).filter(|call| call.name().starts_with("render"));
    let Some(receiver) = render.and_then(Call::receiver) else { return false };
    Call::of(made(receiver)).is_none_or(|call| !call.name().ends_with("Template"))
}

/// Says whether a view returns a response object, which is judged where it is made and filled.
fn is_response(statement: Node<'_>) -> bool {
    let value = statement.named_children().next().and_then(local::only_assignment);
    let maker = value.and_then(|assignment| assignment.child(Field::RIGHT)).and_then(Call::of);
    maker.is_some_and(|call| call.name().ends_with("response") || call.name().ends_with("Response"))
}

/// Says whether what is returned is made by `%` or `+` of a `Markup`, which escape the other side.
fn escapes_operands(file: File<'_>, statement: Node<'_>) -> bool {
    let Some(value) = statement.named_children().next() else { return false };
    let Some(origin) = local::origin(value) else { return false };
    let mut first = origin.expression;
    while first.is(Kind::BINARY_OPERATOR) {
        match first.child(Field::LEFT) {
            Some(left) => first = left.without_parentheses(),
            None => return false,
        }
    }
    let markup = ["markupsafe.Markup", "flask.Markup"];
    origin.expression.is(Kind::BINARY_OPERATOR)
        && Call::of(first).is_some_and(|call| {
            dotted::is_any(file, call.callee, &markup) && call.positional(0).and_then(literal::text).is_some()
        })
}

/// Puts `html.escape` around the values of a composed text, or around the whole of a plain one.
fn escaped(file: File<'_>, node: Node<'_>) -> Option<Fix> {
    let value = match Call::of(node) {
        Some(call) => {
            call.positional(0).or_else(|| ["text", "body", "content"].iter().find_map(|name| call.keyword(name)))?
        }
        None if node.is(Kind::RETURN_STATEMENT) => first_item(node.named_children().next()?),
        None => return None,
    };
    let expression = local::origin(value).map_or(value, |origin| origin.expression);
    let (escape, import) = import::name(file, "html", "escape");
    let is_taken =
        import.is_some() && file.tree().nodes().any(|node| node.is(Kind::IDENTIFIER) && node.text() == "escape");
    let mut edits: Vec<Edit> = match Composition::of(expression) {
        _ if is_taken => return None,
        Some(composition) => {
            let holes: Vec<_> = composition.holes().collect();
            if holes.is_empty() || !holes.iter().all(|hole| is_plain(hole.expression)) {
                return None;
            }
            let wrapped =
                holes.iter().map(|hole| replace(hole.expression.span(), format!("{escape}({})", hole.as_text())));
            wrapped.collect()
        }
        None if local::is_text(value) => vec![replace(value.span(), format!("{escape}({})", value.text()))],
        None => return None,
    };
    edits.extend(import);
    Some(fix("Escape the values", edits))
}

/// Says whether a value holds no markup that the application itself wrote.
fn is_plain(value: Node<'_>) -> bool {
    let value = value.without_parentheses();
    if let Some(call) = Call::of(value) {
        return local::is_text(value) && !["join", "format"].contains(&call.name());
    }
    if !value.is(Kind::IDENTIFIER) {
        return true;
    }
    let scope = value.scope();
    let assignments = scope.into_iter().flat_map(Node::descendants).filter(|node| {
        let is_assignment = node.is(Kind::ASSIGNMENT) || node.is(Kind::AUGMENTED_ASSIGNMENT);
        is_assignment && node.child(Field::LEFT).is_some_and(|left| left.text() == value.text())
    });
    let mut values = assignments.filter_map(|assignment| assignment.child(Field::RIGHT));
    !values.any(|right| right.text().contains('<') || right.text().contains(".join("))
}

/// Gives the body of `return body, 404`.
fn first_item(value: Node<'_>) -> Node<'_> {
    let is_tuple = value.is(Kind::EXPRESSION_LIST) || value.is(Kind::TUPLE);
    value.named_children().next().filter(|_| is_tuple).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;
    use securecode_testkit::Snippet;

    fn fixed(text: &str) -> Vec<String> {
        let snippet = Snippet::new(text);
        let matched = snippet.call("make_response", "flask.make_response").expect("the call");
        snippet.fixed(&CrossSiteScripting, &matched).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn values_are_escaped() {
        assert_eq!(
            fixed("import os\nmake_response(f\"<p>{name}</p>\")\n"),
            ["import os\nfrom html import escape\nmake_response(f\"<p>{escape(str(name))}</p>\")\n"]
        );
        assert_eq!(
            fixed("import html\nmake_response(\"<p>\" + name + \"</p>\")\n"),
            ["import html\nmake_response(\"<p>\" + html.escape(name) + \"</p>\")\n"]
        );
        assert!(fixed("make_response(f\"<p>{render(name)}</p>\")\n").is_empty());
    }

    #[test]
    fn other_types_are_no_pages() {
        let check = |text: &str| {
            let snippet = Snippet::new(text);
            let matched = snippet.call("Response", "flask.Response").expect("the call");
            CrossSiteScripting.check(snippet.file(), &matched).is_some()
        };
        assert!(check("Response(name)\n"));
        assert!(check("Response(name, mimetype='text/html')\n"));
        assert!(!check("Response(name, mimetype='text/plain')\n"));
        assert!(!check("Response(name, headers={'content-type': 'application/json'})\n"));
        assert!(!check("def view(name):\n    r = Response(name)\n    r.content_type = 'text/csv'\n    return r\n"));
    }
}
