//! `python-mako-template-unescaped`.
//!
//! # What
//! Mako templates made without the filter `h`.
//! # Why
//! Mako escapes nothing by default: `${name}` puts markup of whoever chose the name into the page (CWE-79).
//! # Fix
//! `default_filters=["h"]`; `${text | n}` leaves a trusted part as it is.
//!
//! Invariant: filters that only the run shows, and templates that their name says are no pages, are not reported.

use securecode_sdk::{
    Confidence, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Rule, Severity,
    fix::{self, call::Call, insert},
};

use crate::{argument, literal};

/// The rule.
pub(crate) struct MakoTemplateUnescaped;

const CALLEES: &[&str] = &["mako.template.Template", "mako.lookup.TemplateLookup", "mako.lookup.Template"];
/// Endings of templates that make no pages.
const NO_PAGES: &[&str] =
    &[".txt", ".sql", ".py", ".mako", ".conf", ".ini", ".yaml", ".yml", ".json", ".tex", ".c", ".h", ".sh"];

const FRAMEWORKS: &[&str] = &[
    "flask",
    "flask_mako",
    "pyramid",
    "bottle",
    "cherrypy",
    "tornado",
    "django",
    "aiohttp",
    "starlette",
    "fastapi",
    "webob",
    "werkzeug",
    "falcon",
    "tg",
    "pylons",
    "wsgiref",
];

const HELP: &str = "\
Unlike other template engines for the web, Mako puts values into the page as they are. A name such as \
`<script>…</script>` becomes a script that runs with the rights of whoever looks at the page.

Escape by default: `Template(text, default_filters=[\"h\"])`, `TemplateLookup(folders, default_filters=[\"h\"])`. A part \
that is markup already is written `${part | n}`.";

impl Rule for MakoTemplateUnescaped {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-mako-template-unescaped",
            title: "Template that escapes nothing",
            help: HELP,
            severity: Severity::Medium,
            confidence: Confidence::Medium,
            cwe: 79,
            tags: &["owasp:A05:2025"],
            interests: vec![Interest::Call(CALLEES.iter().map(|&callee| callee.to_owned()).collect())],
            triggers: &["mako"],
            bad: "from mako.template import Template\npage = Template(filename='page.html')\n",
            good: "from mako.template import Template\npage = Template(filename='page.html', default_filters=['h'])\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let is_no_page = call
            .keyword("filename")
            .and_then(literal::text)
            .is_some_and(|name| NO_PAGES.iter().any(|ending| name.ends_with(ending)));
        if argument::has_splat(call) || is_no_page || own_text_escapes(call) {
            return None;
        }
        if let Some(filters) = call.keyword("default_filters") {
            let is_list = filters.is(Kind::LIST) || filters.is(Kind::TUPLE);
            let escapes = filters.named_children().any(|filter| {
                literal::text(filter).is_none_or(|name| ["h", "x", "escape"].contains(&name) || name.contains("escape"))
            });
            if !is_list || escapes {
                return None;
            }
        }
        let message = format!("`{}` puts values into pages without escaping them.", call.callee.text());
        let found = Found::new(matched.at, message);
        // Mako also writes code and configuration, where nothing is to be escaped.
        Some(if makes_pages(file, call) { found } else { found.severity(Severity::Low).confidence(Confidence::Low) })
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        let edit = match call.keyword("default_filters") {
            None => call.set_keyword("default_filters", "[\"h\"]"),
            Some(filters) => match filters.named_children().last() {
                Some(last) => insert(last.end(), ", \"h\""),
                None => call.set_keyword("default_filters", "[\"h\"]"),
            },
        };
        vec![fix::fix("Escape values by default (trusted markup then needs `| n`)", vec![edit])]
    }
}

/// Says whether templates are surely for browsers: by a framework of the file, a file name or the text.
fn makes_pages(file: File<'_>, call: Call<'_>) -> bool {
    let is_web = FRAMEWORKS.iter().any(|module| file.imports_module(module));
    let mut strings = call.list.descendants().filter_map(literal::text);
    is_web || strings.any(|text| text.contains(".htm") || text.contains("</") || text.contains("templates"))
}

/// A template whose text is here and filters every expression itself, or has none.
fn own_text_escapes(call: Call<'_>) -> bool {
    let text = call.keyword("text").or_else(|| call.positional(0)).and_then(literal::text);
    text.is_some_and(|text| {
        let mut expressions = text.split("${").skip(1).map(|rest| rest.split('}').next().unwrap_or_default());
        call.name() == "Template" && expressions.all(|expression| expression.contains('|'))
    })
}
