//! Untrusted text as the template of `str.format` (CWE-134). Invariant: values that a constant template is filled with are
//! no finding.
//!
//! # What
//! `format` is called on untrusted text, or on text that holds some.
//! # Why
//! Fields follow attributes and keys: `{user.__init__.__globals__[SECRET_KEY]}` shows what the program knows.
//! # Fix
//! Keep the template constant, or use `string.Template`, whose fields are names only.

use securecode_sdk::{
    Confidence, File, Found, Interest, Match, Metadata, Rule, Severity, SinkLanguage,
    fix::call::Call,
    spec::{argument, receiver, sink},
};

use crate::{evidence, literal};

pub(crate) struct FormatString;

impl Rule for FormatString {
    fn metadata(&self) -> Metadata {
        let template = SinkLanguage::FormatString;
        let formatter = ["string.Formatter.format", "string.Formatter.vformat"];
        let sinks = [
            sink(&["str.format", "str.format_map"], receiver(), template),
            sink(&["*.format", "*.format_map"], receiver(), template).confidence(Confidence::Medium),
            sink(&formatter, argument(0, "format_string"), template),
        ];
        Metadata {
            id: "python-format-string",
            title: "Untrusted text as a format template",
            help: "The fields of `str.format` follow attributes and keys of what they are given. Whoever writes the \
                   template reads the program's globals through any object in it:\n\n\
                   ```python\n\
                   request.args[\"greeting\"].format(user=user)\n\
                   # greeting = {user.__init__.__globals__[SECRET_KEY]}\n\
                   ```\n\n\
                   Keep the template constant and give the text as a value. Where users write templates, use \
                   `string.Template`: its fields are plain names.\n\n\
                   ```python\n\
                   string.Template(request.args[\"greeting\"]).safe_substitute(name=user.name)\n\
                   ```",
            severity: Severity::Medium,
            cwe: 134,
            tags: &["owasp:A05:2025", "injection"],
            interests: sinks.into_iter().map(Interest::Flow).collect(),
            triggers: &[".format(", ".format_map(", "vformat"],
            bad: "def greet(template: str, user):\n    return template.format(user=user)\n",
            good: "import string\n\n\n\
                   def greet(template: str, user):\n    return string.Template(template).safe_substitute(name=user.name)\n",
            no_fix_reason: Some("Whether users are meant to write templates is for the program's author to say."),
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = file.node_of(matched).and_then(Call::of);
        let pattern = call.and_then(|call| call.positional(0)).and_then(literal::text);
        // Dates have a method of that name, which takes a pattern.
        let is_date = pattern.is_some_and(|text| ["YY", "MM", "DD", "HH"].iter().any(|part| text.contains(part)));
        (!is_date || !matched.name.starts_with("*."))
            .then(|| evidence::flow(matched, "is part of the template that `{callee}` fills"))
    }
}
