//! Responses that a view returns. Invariant: a response sends what it was made of, until something is done with it that
//! may change that; then nothing is known of it.

use crate::{
    interpreter::{Choice, Choices, Interpreter, call::Arguments},
    state::State,
    value::{Influence, Value},
};

/// What a response sends.
#[derive(Clone, Debug)]
pub(crate) enum Page {
    /// Nothing that a browser shows as a page, or only what the library has escaped.
    Inert,
    /// This, as HTML.
    Of(Value),
}

/// What gives a response without a page, or with one in which the library escapes what it was given.
const INERT: &[&str] = &[
    "flask.redirect",
    "flask.jsonify",
    "flask.json.jsonify",
    "werkzeug.utils.redirect",
    "quart.redirect",
    "quart.jsonify",
    "django.shortcuts.redirect",
    "django.http.HttpResponseRedirect",
    "django.http.HttpResponsePermanentRedirect",
    "django.http.JsonResponse",
    "fastapi.responses.RedirectResponse",
    "fastapi.responses.JSONResponse",
    "starlette.responses.RedirectResponse",
    "starlette.responses.JSONResponse",
];

/// A class of responses: how its arguments say what is sent, and as what.
struct Maker {
    paths: &'static [&'static str],
    body: &'static str,
    /// Where the media type may stand, by position and keyword.
    types: &'static [(usize, &'static str)],
    /// Arguments that may say the media type as well, in a form that is not read here.
    others: &'static [(usize, &'static str)],
    /// The media type when nothing says one.
    default: Option<&'static str>,
}

const MAKERS: &[Maker] = &[
    Maker {
        paths: &["flask.Response", "quart.Response", "werkzeug.wrappers.Response", "werkzeug.Response"],
        body: "response",
        types: &[(3, "mimetype"), (4, "content_type")],
        others: &[(2, "headers")],
        default: Some("text/html"),
    },
    Maker {
        paths: &["django.http.HttpResponse", "django.http.response.HttpResponse"],
        body: "content",
        types: &[(1, "content_type")],
        others: &[(5, "headers")],
        default: Some("text/html"),
    },
    Maker {
        paths: &["starlette.responses.HTMLResponse", "fastapi.responses.HTMLResponse"],
        body: "content",
        types: &[(3, "media_type")],
        others: &[(2, "headers")],
        default: Some("text/html"),
    },
    Maker {
        paths: &["starlette.responses.PlainTextResponse", "fastapi.responses.PlainTextResponse"],
        body: "content",
        types: &[(3, "media_type")],
        others: &[(2, "headers")],
        default: Some("text/plain"),
    },
    Maker {
        paths: &["starlette.responses.Response", "fastapi.Response", "fastapi.responses.Response"],
        body: "content",
        types: &[(3, "media_type")],
        others: &[(2, "headers")],
        default: None,
    },
];

/// Media types that no browser takes for a page (<https://mimesniff.spec.whatwg.org>).
const NO_PAGE: &[&str] = &[
    "application/json",
    "application/octet-stream",
    "application/pdf",
    "application/x-ndjson",
    "application/zip",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/calendar",
    "text/csv",
    "text/plain",
];

/// What is done with a response that leaves what it sends, and as what, alone.
const LEAVES_ALONE: &[&str] = &["status", "status_code", "set_cookie", "delete_cookie"];

impl Interpreter<'_> {
    /// Makes a response; `None` for what makes none that is modelled.
    pub(crate) fn call_response(&mut self, state: &State, path: &str, arguments: &Arguments) -> Option<Choices> {
        let page = match MAKERS.iter().find(|maker| maker.paths.contains(&path)) {
            Some(maker) => maker.page(arguments)?,
            None if INERT.contains(&path) => Page::Inert,
            None => return None,
        };
        let value = self.fresh_opaque(&format!("the result of `{path}`"), Influence::Environment);
        if let Value::Opaque(opaque) = &value {
            self.pages.insert(opaque.id, page);
        }
        Some(self.with_any_exception(state, vec![Choice::value(value)]))
    }

    /// Forgets what a response sends when something else of it is used.
    pub(crate) fn forget_page(&mut self, id: u32, part: &str) {
        if !LEAVES_ALONE.contains(&part) {
            self.pages.remove(&id);
        }
    }
}

impl Maker {
    /// Tells what a response sends; `None` when its media type is not known, or one that some browsers take for a page.
    fn page(&self, arguments: &Arguments) -> Option<Page> {
        if arguments.positional.is_none() || arguments.open_keywords {
            return None;
        }
        let given = |(position, name): &(usize, &str)| arguments.get(*position, name);
        if self.others.iter().any(|other| given(other).is_some()) {
            return None;
        }
        let said = self.types.iter().rev().find_map(given);
        let media_type = match said {
            Some(value) => value.as_text()?.to_owned(),
            None => self.default?.to_owned(),
        };
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "text/html" => Some(Page::Of(given(&(0, self.body)).cloned().unwrap_or_else(|| Value::text("")))),
            other if NO_PAGE.contains(&other) => Some(Page::Inert),
            _ => None,
        }
    }
}
