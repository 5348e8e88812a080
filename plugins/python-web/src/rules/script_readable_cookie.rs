//! Cookies that scripts can read (CWE-1004). Invariant: cookies that scripts must read, such as those against request
//! forgery, are no finding.
//!
//! # What
//! A cookie is set without `HttpOnly`.
//! # Why
//! One injected script sends it away.
//! # Fix
//! `httponly=True`.

use securecode_sdk::{
    File, Finding, Fix, Found, Interest, Match, Metadata, Rule, Severity,
    fix::{fix, replace},
};

use crate::{
    cookie::{self, Attribute, Lack},
    literal, words,
};

pub(crate) struct ScriptReadableCookie;

const HTTP_ONLY: Attribute = Attribute {
    keywords: &["httponly", "http_only"],
    morsel: "httponly",
    settings: &["SESSION_COOKIE_HTTPONLY", "REMEMBER_COOKIE_HTTPONLY"],
    by_default: &["falcon"],
};
/// Words in names of cookies that a page's own scripts read.
const FOR_SCRIPTS: &[&str] = &[
    "csrf", "xsrf", "theme", "lang", "language", "locale", "consent", "timezone", "tz", "color", "sidebar", "darkmode",
];

impl Rule for ScriptReadableCookie {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-script-readable-cookie",
            title: "Cookie without the `HttpOnly` attribute",
            help: "A script in a page reads every cookie that is not `HttpOnly`. One that an attacker brings in takes \
                   the session with it and goes on elsewhere.\n\n\
                   Set it where no script of your own reads the cookie: `response.set_cookie(\"session\", value, \
                   httponly=True)`; in settings `SESSION_COOKIE_HTTPONLY = True`.",
            severity: Severity::Medium,
            cwe: 1004,
            tags: &["owasp:A02:2025"],
            interests: vec![Interest::Node(cookie::kinds())],
            triggers: cookie::TRIGGERS,
            bad: "response.set_cookie('session', token, secure=True)\n",
            good: "response.set_cookie('session', token, secure=True, httponly=True)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let lack = cookie::lacking(file, matched, HTTP_ONLY)?;
        let message = match lack {
            Lack::Call(call) => {
                let name = call.positional(0).or_else(|| call.keyword("key")).or_else(|| call.keyword("name"))?;
                let name = literal::text(name).unwrap_or(name.text());
                (!words::has_any(name, FOR_SCRIPTS)).then_some(())?;
                format!("`{}` sets a cookie that scripts of the page can read.", call.callee.text())
            }
            Lack::Morsel => "Scripts of the page can read this cookie, because it is not `HttpOnly`.".to_owned(),
            Lack::Setting(setting) => format!("`{}` lets scripts of the page read the cookie.", setting.name),
        };
        let found = Found::new(matched.at, message);
        Some(if cookie::is_sensitive(lack) { found } else { found.severity(Severity::Low) })
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let edit = match matched.and_then(|matched| cookie::lacking(file, matched, HTTP_ONLY)) {
            Some(Lack::Call(call)) => call.set_keyword(cookie::keyword(file, HTTP_ONLY), "True"),
            Some(Lack::Setting(setting)) => replace(setting.value.span(), "True"),
            Some(Lack::Morsel) | None => return Vec::new(),
        };
        vec![fix("Hide the cookie from scripts", vec![edit])]
    }
}
