//! `python-secret-default`.
//!
//! # What
//! A secret that is read from the environment with a literal to fall back on.
//! # Why
//! Where the variable is forgotten, the service runs with a secret that everybody can read (CWE-798).
//! # Fix
//! No default: fail at the start.
//!
//! Invariant: an empty default, and one in test code, is not reported.

use securecode_sdk::{
    Confidence, File, Finding, Fix, Found, Interest, Match, Metadata, Node, Rule, Severity,
    fix::{self, call::Call, import},
    test_code,
};

use crate::{argument, constant, dotted, words};

/// The rule.
pub(crate) struct SecretDefault;

const HELP: &str = "\
A default for a secret is meant for development, and it is what the service uses wherever the variable is missing, \
misspelt or lost in a deployment. Nothing shows: sessions and tokens are signed with a key that stands in the repository.

Read it without a default, `os.environ[\"SECRET_KEY\"]`, so that the service does not start without one; put development \
values into a file that is not deployed.";

const READERS: [&str; 6] = [
    "os.environ.get",
    "os.getenv",
    "decouple.config",
    "environ.get",
    "starlette.config.Config.get",
    "os.environ.setdefault",
];

impl Rule for SecretDefault {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-secret-default",
            title: "Secret with a default in the code",
            help: HELP,
            confidence: Confidence::Medium,
            cwe: 798,
            tags: &["owasp:A07:2025", "cwe:1188"],
            interests: vec![Interest::Call(READERS.map(str::to_owned).into())],
            triggers: &["environ", "getenv", "decouple", "starlette.config"],
            bad: "import os\nSIGNING_KEY = os.environ.get('SIGNING_KEY', 'dev-signing')\n",
            good: "import os\nSIGNING_KEY = os.environ['SIGNING_KEY']\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let (name, value) = parts(file, call)?;
        if !words::is_secret(&name) || test_code::is_test(file) || !is_secret_value(&name, &value) {
            return None;
        }
        let message = format!("Where `{name}` is not set, a secret that stands in the code is used in its place.");
        let found = Found::new(matched.at, message);
        // Databases of developers are within reach of the machine only; signing keys are in reach of everybody.
        Some(if words::is_password(&name) { found.severity(Severity::Low) } else { found })
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        let name = matched.map(|matched| matched.name.as_str()).unwrap_or_default();
        let Some((variable, _)) = parts(file, call) else { return Vec::new() };
        if !["os.environ.get", "os.getenv"].contains(&name) {
            return Vec::new();
        }
        let (os, import) = import::module(file, "os");
        let edit = fix::replace(call.node.span(), format!("{os}.environ[\"{variable}\"]"));
        vec![fix::fix("Require the variable", std::iter::once(edit).chain(import).collect())]
    }
}

/// Gives the variable's name and the default.
fn parts(file: File<'_>, call: Call<'_>) -> Option<(String, String)> {
    let text = |node: Node<'_>| constant::of(file, node).map(|constant| constant.text);
    let name = text(argument::value(call, Some(0), &["key", "option"])?)?;
    let value = argument::value(call, Some(1), &["default"])?;
    // A name that the default has in the code says nothing of its own.
    dotted::last_name(value).is_none().then(|| text(value))?.map(|value| (name, value))
}

/// Says whether a default can be the secret: neither empty nor the name of something.
fn is_secret_value(name: &str, value: &str) -> bool {
    let is_none = ["none", "null", "false", "true"].contains(&value.to_lowercase().as_str());
    let is_place = value.starts_with(['/', '.', '~', '$']) || value.contains("://");
    let is_own_name = value.eq_ignore_ascii_case(name);
    value.chars().count() >= 3 && !is_none && !is_place && !is_own_name && !value.starts_with(['<', '{'])
}
