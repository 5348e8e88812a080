//! Cookies that requests from other sites carry (CWE-1275). Invariant: frameworks that say `Lax` by themselves are a
//! finding only where the code says otherwise.
//!
//! # What
//! A cookie is set without `SameSite`, or with `None`.
//! # Why
//! A form on another site acts with the visitor's session.
//! # Fix
//! `samesite="Lax"`.

use securecode_sdk::{
    File, Finding, Fix, Found, Interest, Match, Metadata, Rule, Severity,
    fix::{fix, replace},
};

use crate::cookie::{self, Attribute, Lack};

pub(crate) struct CrossSiteCookie;

const SAME_SITE: Attribute = Attribute {
    keywords: &["samesite", "same_site"],
    morsel: "samesite",
    settings: &["SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_SAMESITE", "REMEMBER_COOKIE_SAMESITE"],
    by_default: &["starlette", "fastapi", "sanic"],
};

impl Rule for CrossSiteCookie {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-cross-site-cookie",
            title: "Cookie without the `SameSite` attribute",
            help: "Without `SameSite` a browser may send the cookie with requests that other sites cause, so that \
                   their forms act as the visitor. Some browsers take `Lax` for granted, others do not.\n\n\
                   Say it: `response.set_cookie(\"session\", value, samesite=\"Lax\")`; in settings \
                   `SESSION_COOKIE_SAMESITE = \"Lax\"`. `None` is for widgets in other sites' pages only.",
            severity: Severity::Low,
            cwe: 1275,
            tags: &["owasp:A01:2025"],
            interests: vec![Interest::Node(cookie::kinds())],
            triggers: cookie::TRIGGERS,
            bad: "response.set_cookie('session', token, secure=True)\n",
            good: "response.set_cookie('session', token, secure=True, samesite='Lax')\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let lack = cookie::lacking(file, matched, SAME_SITE)?;
        let message = match lack {
            Lack::Call(call) => {
                format!("`{}` sets a cookie that requests from other sites may carry.", call.callee.text())
            }
            Lack::Morsel => "Requests from other sites may carry this cookie, because it is not `SameSite`.".to_owned(),
            Lack::Setting(setting) => format!("`{}` lets requests from other sites carry the cookie.", setting.name),
        };
        Some(Found::new(matched.at, message))
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let edit = match matched.and_then(|matched| cookie::lacking(file, matched, SAME_SITE)) {
            Some(Lack::Call(call)) => call.set_keyword(cookie::keyword(file, SAME_SITE), "\"Lax\""),
            Some(Lack::Setting(setting)) => replace(setting.value.span(), "\"Lax\""),
            Some(Lack::Morsel) | None => return Vec::new(),
        };
        vec![fix("Keep the cookie to requests from the site itself", vec![edit])]
    }
}
