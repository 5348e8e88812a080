//! Templates that do not escape values (CWE-79). Invariant: an engine for other texts than pages, as far as the code
//! says so, is no finding.
//!
//! # What
//! A template engine is made without escaping.
//! # Why
//! Every value that a page shows is markup of the page.
//! # Fix
//! `autoescape=True`.

use securecode_sdk::{
    Confidence, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{call::Call, fix, replace},
    test_code,
};

use crate::{dotted, literal};

pub(crate) struct TemplateAutoescapeOff;

/// Makers of engines that escape only if they are told to.
const SILENT: &[&str] =
    &["jinja2.Environment", "jinja2.environment.Environment", "jinja2.sandbox.SandboxedEnvironment"];
/// Makers of engines and pages that escape unless they are told not to.
const ESCAPING: &[&str] = &[
    "aiohttp_jinja2.setup",
    "django.template.Engine",
    "django.template.Context",
    "django.template.context.Context",
    "tornado.web.Application",
    "tornado.template.Template",
    "tornado.template.Loader",
    "starlette.templating.Jinja2Templates",
    "jinja2.Template",
    "flask.Flask.select_jinja_autoescape",
];
const FRAMEWORKS: &[&str] = &[
    "flask",
    "django",
    "aiohttp",
    "fastapi",
    "starlette",
    "tornado",
    "bottle",
    "pyramid",
    "sanic",
    "quart",
    "falcon",
    "webapp2",
];
/// Endings of texts that are no pages.
const OTHERS: &[&str] = &[
    ".tex",
    ".txt",
    ".md",
    ".yaml",
    ".yml",
    ".toml",
    ".conf",
    ".cfg",
    ".ini",
    ".sql",
    ".sh",
    ".rst",
    ".py",
    ".c",
    ".h",
    ".rs",
    ".go",
    ".json",
    ".service",
    ".tf",
    ".proto",
    "latex",
    "Dockerfile",
];

impl Rule for TemplateAutoescapeOff {
    fn metadata(&self) -> Metadata {
        let callees = SILENT.iter().chain(ESCAPING).map(|&callee| callee.to_owned()).collect();
        Metadata {
            id: "python-template-autoescape-off",
            title: "Templates without escaping",
            help: "Jinja2 made by hand writes values into pages as they are, so that markup in a value is \
                   markup of the page. Frameworks switch escaping on; an environment of one's own does not.\n\n\
                   Make it `jinja2.Environment(autoescape=True)` (or `select_autoescape()`) and mark the \
                   few values that are HTML in the template.",
            severity: Severity::Medium,
            cwe: 79,
            tags: &["owasp:A05:2025", "cwe:116"],
            interests: vec![Interest::Call(callees), Interest::Node(vec!["assignment".into(), "pair".into()])],
            triggers: &["jinja", "autoescape"],
            bad: "import jinja2\nenvironment = jinja2.Environment(loader=jinja2.FileSystemLoader('html'))\n",
            good: "import jinja2\nenvironment = jinja2.Environment(loader=jinja2.DictLoader({}), autoescape=True)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        if test_code::is_test(file) {
            return None;
        }
        let Some(call) = Call::of(node) else { return check_switch(node) };
        let name = matched.name.as_str();
        let said = call.keyword("autoescape");
        let callee = call.callee.text();
        if let Some(value) = said {
            return literal::is_off(value)
                .then(|| Found::new(node.span(), format!("`{callee}` fills in values without escaping them.")));
        }
        let has_splat = call.arguments().any(|argument| argument.is(Kind::DICTIONARY_SPLAT));
        // Positional arguments may hold `autoescape`.
        let is_silent = SILENT.contains(&name) && !has_splat && call.positional(0).is_none();
        let makes = make_of(file, node)?;
        is_silent.then(|| {
            let found =
                Found::new(node.span(), format!("`{callee}` fills in values without escaping them, unless told to."));
            found.confidence(makes)
        })
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some((node, name)) = matched.and_then(|matched| Some((file.node_of(matched)?, matched.name.as_str())))
        else {
            return Vec::new();
        };
        let edit = match Call::of(node) {
            Some(call) if name.starts_with("tornado.") => call.set_keyword("autoescape", "\"xhtml_escape\""),
            Some(call) => call.set_keyword("autoescape", "True"),
            None => match node.child(Field::RIGHT).or_else(|| node.child(Field::VALUE)) {
                Some(value) => replace(value.span(), "True"),
                None => return Vec::new(),
            },
        };
        vec![fix("Escape values", vec![edit])]
    }
}

/// Judges `app.jinja_env.autoescape = False` and `"OPTIONS": {"autoescape": False}`.
fn check_switch(node: Node<'_>) -> Option<Found> {
    let (name, value) = match node.kind() {
        Kind::ASSIGNMENT => {
            let left = node.child(Field::LEFT).filter(|left| left.is(Kind::ATTRIBUTE))?;
            (dotted::last_name(left)?, node.child(Field::RIGHT)?)
        }
        _ => (literal::text(node.child(Field::KEY)?)?, node.child(Field::VALUE)?),
    };
    let is_off = name == "autoescape" && value.without_parentheses().is(Kind::FALSE);
    is_off.then(|| Found::new(node.span(), "Templates fill in values without escaping them."))
}

/// Tells how sure it is that the engine makes pages; `None` when it makes something else.
fn make_of(file: File<'_>, call: Node<'_>) -> Option<Confidence> {
    let is_web = FRAMEWORKS.iter().any(|module| file.imports_module(module));
    let near = call.scope().map(Node::text).unwrap_or_default();
    let strings = |node: &Node<'_>| node.is(Kind::STRING);
    let ends = |endings: &[&str]| {
        let mut texts = file.tree().nodes().filter(strings).filter_map(literal::text);
        texts.any(|text| {
            endings.iter().any(|ending| text.trim_end_matches(".j2").trim_end_matches(".jinja2").ends_with(ending))
        })
    };
    if ends(&[".html", ".htm", ".xhtml", ".svg"]) || near.contains("html") || near.contains("HTML") {
        Some(Confidence::High)
    } else if is_web {
        Some(Confidence::Medium)
    } else if ends(OTHERS) {
        None
    } else {
        Some(Confidence::Low)
    }
}
