//! Cookies that are sent without TLS too (CWE-614). Invariant: a cookie that is removed is no finding.
//!
//! # What
//! A cookie is set without `Secure`.
//! # Why
//! The browser sends it over plain HTTP, where anybody on the path reads it.
//! # Fix
//! `secure=True`.

use securecode_sdk::{
    File, Finding, Fix, Found, Interest, Match, Metadata, Rule, Severity,
    fix::{fix, replace},
};

use crate::cookie::{self, Attribute, Lack};

pub(crate) struct InsecureCookie;

const SECURE: Attribute = Attribute {
    keywords: &["secure", "secure"],
    morsel: "secure",
    settings: &["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "REMEMBER_COOKIE_SECURE", "JWT_COOKIE_SECURE"],
    by_default: &["falcon", "sanic"],
};

impl Rule for InsecureCookie {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-insecure-cookie",
            title: "Cookie without the `Secure` attribute",
            help: "A browser sends a cookie without `Secure` over plain HTTP as well: one image with an `http://` \
                   address is enough, and whoever shares the network has the session.\n\n\
                   Set it: `response.set_cookie(\"session\", value, secure=True, httponly=True, samesite=\"Lax\")`; in \
                   settings `SESSION_COOKIE_SECURE = True`.",
            severity: Severity::Medium,
            cwe: 614,
            tags: &["owasp:A02:2025"],
            interests: vec![Interest::Node(cookie::kinds())],
            triggers: cookie::TRIGGERS,
            bad: "response.set_cookie('session', token)\n",
            good: "response.set_cookie('session', token, secure=True)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let lack = cookie::lacking(file, matched, SECURE)?;
        let message = match lack {
            Lack::Call(call) => {
                format!("`{}` sets a cookie that browsers send without TLS, too.", call.callee.text())
            }
            Lack::Morsel => "This cookie is sent without TLS, too, because it is not marked as secure.".to_owned(),
            Lack::Setting(setting) => format!("`{}` lets browsers send the cookie without TLS, too.", setting.name),
        };
        let found = Found::new(matched.at, message);
        Some(if cookie::is_sensitive(lack) { found } else { found.severity(Severity::Low) })
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let edit = match matched.and_then(|matched| cookie::lacking(file, matched, SECURE)) {
            Some(Lack::Call(call)) => call.set_keyword(cookie::keyword(file, SECURE), "True"),
            Some(Lack::Setting(setting)) => replace(setting.value.span(), "True"),
            Some(Lack::Morsel) | None => return Vec::new(),
        };
        vec![fix("Send the cookie over TLS only", vec![edit])]
    }
}
