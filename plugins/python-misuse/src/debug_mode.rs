//! `python-debug-mode`.
//!
//! # What
//! Web applications started in debug mode: Flask, Django, Bottle, Dash, FastAPI, Tornado.
//! # Why
//! Error pages show code, settings and variables; Werkzeug's lets whoever reaches it run Python (CWE-489).
//! # Fix
//! `debug=False`; switch it on by an environment variable on the developer's machine.
//!
//! Invariant: only the literal `True` is reported, and no settings file that its name says is for development.

use securecode_sdk::{
    Confidence, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, call::Call, replace},
    test_code,
};

use crate::{argument, identifier, literal};

/// The rule.
pub(crate) struct DebugMode;

const CALLEES: &[&str] = &[
    "flask.Flask.run",
    "quart.Quart.run",
    "bottle.run",
    "bottle.Bottle.run",
    "dash.Dash.run",
    "dash.Dash.run_server",
    "sanic.Sanic.run",
    "fastapi.FastAPI",
    "starlette.applications.Starlette",
    "tornado.web.Application",
    "*.run",
    "*.run_server",
    "werkzeug.serving.run_simple",
    "werkzeug.run_simple",
    "werkzeug.debug.DebuggedApplication",
    "flask.Flask.config.update",
    "*.update",
    "*.from_mapping",
];
const FRAMEWORKS: &[&str] = &["flask", "quart", "bottle", "dash", "sanic", "fastapi", "starlette", "tornado"];

const HELP: &str = "\
In debug mode an error page shows source code, local variables and settings to whoever caused the error. Flask's \
(Werkzeug's) also has a console that runs Python; its PIN can be computed from facts that other bugs leak.

Start with debugging off, and let developers switch it on for themselves: `flask --debug run`, or \
`DEBUG = os.environ.get(\"DJANGO_DEBUG\") == \"1\"`.";

impl Rule for DebugMode {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-debug-mode",
            title: "Debug mode switched on",
            help: HELP,
            severity: Severity::High,
            cwe: 489,
            tags: &["owasp:A02:2025"],
            interests: vec![
                Interest::Call(CALLEES.iter().map(|&callee| callee.to_owned()).collect()),
                Interest::Node(vec!["assignment".into()]),
            ],
            triggers: &["debug", "DEBUG", "Debug"],
            bad: "from flask import Flask\napp = Flask(__name__)\napp.run(debug=True)\n",
            good: "from flask import Flask\napp = Flask(__name__)\napp.run(debug=False)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        if node.is(Kind::ASSIGNMENT) {
            return check_assignment(file, node).map(|found| test_code::ranked(file, found));
        }
        let is_unknown = matched.name.starts_with("*.");
        if is_unknown && !imports_framework(file) {
            return None;
        }
        let call = Call::of(node)?;
        if matched.name.ends_with(".DebuggedApplication") {
            // Without `evalex` it only shows.
            argument::value(call, 1, "evalex").filter(|value| value.is(Kind::TRUE))?;
            return Some(Found::new(node.span(), "Werkzeug's debugger lets whoever causes an error run Python."));
        }
        debug_value(node)?;
        let found = Found::new(
            node.span(),
            format!("`{}` starts in debug mode, which shows internals to anybody.", call.callee.text()),
        );
        let found = if is_unknown { found.confidence(Confidence::Medium) } else { found };
        Some(test_code::ranked(file, found))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let value = argument::node(file, finding, matched).and_then(debug_value);
        value
            .map(|value| fix::fix("Start with debugging off", vec![replace(value.span(), "False")]))
            .into_iter()
            .collect()
    }
}

fn imports_framework(file: File<'_>) -> bool {
    FRAMEWORKS.iter().any(|module| file.imports_module(module))
}

/// Gives the `True` that a call's `debug` argument or an assignment's right side is.
fn debug_value(node: Node<'_>) -> Option<Node<'_>> {
    let value = match Call::of(node) {
        Some(call) if ["update", "from_mapping"].contains(&call.name()) => {
            let of_config = call.receiver().is_some_and(|receiver| receiver.text().ends_with("config"));
            call.keyword("DEBUG").filter(|_| of_config)?
        }
        Some(call) if call.name() == "DebuggedApplication" => argument::value(call, 1, "evalex")?,
        Some(call) => {
            // `Flask.run(host, port, debug)`.
            let third = call.positional(2).filter(|_| call.name() == "run" && call.receiver().is_some());
            call.keyword("debug").or_else(|| call.keyword("use_debugger")).or(third)?
        }
        None => node.child(Field::RIGHT)?,
    };
    Some(value.without_parentheses()).filter(|value| value.is(Kind::TRUE))
}

/// Judges `app.debug = True`, `app.config["DEBUG"] = True` and Django's `DEBUG = True`.
fn check_assignment(file: File<'_>, node: Node<'_>) -> Option<Found> {
    debug_value(node)?;
    let left = node.child(Field::LEFT)?;
    let message = match left.kind() {
        Kind::ATTRIBUTE => {
            let object = left.child(Field::OBJECT)?;
            let is_app = object.text().rsplit('.').next().is_some_and(|name| {
                identifier::words(name).iter().any(|word| ["app", "application", "server"].contains(&word.as_str()))
            });
            let is_debug = left.child(Field::ATTRIBUTE).is_some_and(|attribute| attribute.text() == "debug");
            (is_app && is_debug && imports_framework(file)).then_some(())?;
            format!("`{}` runs in debug mode, which shows internals to anybody.", object.text())
        }
        Kind::SUBSCRIPT => {
            let is_debug = left.child(Field::SUBSCRIPT).and_then(literal::text).is_some_and(|key| key == "DEBUG");
            let is_config = left.child(Field::VALUE).is_some_and(|value| value.text().ends_with(".config"));
            (is_debug && is_config && imports_framework(file)).then_some(())?;
            "The application runs in debug mode, which shows internals to anybody.".to_owned()
        }
        Kind::IDENTIFIER => {
            let is_top_level = node.scope().is_some_and(|scope| scope.is(Kind::MODULE));
            (left.text() == "DEBUG" && is_top_level && is_production_settings(file)).then_some(())?;
            "Django runs in debug mode, which shows code and settings to anybody.".to_owned()
        }
        _ => return None,
    };
    Some(Found::new(node.span(), message))
}

/// Says whether a file holds Django's settings for a deployment.
fn is_production_settings(file: File<'_>) -> bool {
    let has_django_names =
        ["INSTALLED_APPS", "ROOT_URLCONF", "MIDDLEWARE", "ALLOWED_HOSTS"].iter().any(|name| file.text().contains(name));
    let stem = file.name().trim_end_matches(".py");
    let is_settings = identifier::words(stem).iter().any(|word| word == "settings") || has_django_names;
    is_settings && !is_development_file(file)
}

/// Says whether a file's path says that it is for development or tests.
pub(crate) fn is_development_file(file: File<'_>) -> bool {
    let words = ["dev", "development", "local", "test", "tests", "testing", "debug", "ci"];
    let stem = file.name().trim_end_matches(".py");
    let mut parts = test_code::folders(file).chain([stem]).flat_map(identifier::words);
    parts.any(|word| words.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use securecode_sdk::{Kind, Rule};
    use securecode_testkit::Snippet;

    use super::DebugMode;

    fn is_found(path: &str, text: &str) -> bool {
        let snippet = Snippet::at(path, text);
        let matched = snippet.matched(Kind::ASSIGNMENT, "DEBUG", "");
        matched.is_some_and(|matched| DebugMode.check(snippet.file(), &matched).is_some())
    }

    #[test]
    fn djangos_setting_counts_in_settings_for_a_deployment() {
        assert!(is_found("shop/settings.py", "DEBUG = True\n"));
        assert!(is_found("shop/settings/production.py", "DEBUG = True\nALLOWED_HOSTS = []\n"));
        assert!(is_found("shop/conf.py", "DEBUG = True\nINSTALLED_APPS = []\n"));
        assert!(!is_found("shop/settings.py", "DEBUG = False\n"));
        assert!(!is_found("shop/settings/local.py", "DEBUG = True\nALLOWED_HOSTS = []\n"));
        assert!(!is_found("shop/settings_dev.py", "DEBUG = True\n"));
        assert!(!is_found("shop/printer.py", "DEBUG = True\n"));
        assert!(!is_found("shop/settings.py", "class Printer:\n    def on(self):\n        DEBUG = True\n"));
    }
}
