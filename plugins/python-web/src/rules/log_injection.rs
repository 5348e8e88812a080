//! Untrusted text in a log record (CWE-117). Invariant: what the format writes as a number or by `repr` is no finding.
//!
//! # What
//! A record holds untrusted text as it came.
//! # Why
//! A line break in it begins a line that looks like a record of the application's own.
//! # Fix
//! Take line breaks out, or write the value with `%r`.

use securecode_sdk::{
    Confidence, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, Sink, SinkLanguage,
    compose::Composition,
    fix::{call::Call, fix, local, replace},
    spec::{position, sink},
};

use crate::{evidence, literal, logs, result};

pub(crate) struct LogInjection;

const RECORD: SinkLanguage = SinkLanguage::LogRecord;
/// How many arguments of a record are looked at.
const ARGUMENTS: u32 = 6;

impl Rule for LogInjection {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-log-injection",
            title: "Untrusted text in a log record",
            help: "Who reads a log takes each line for a record. Untrusted text with a line break adds records that \
                   never happened, and hides the ones that did:\n\n\
                   ```python\n\
                   logger.info(\"login of %s failed\", name)      # name = x failed\\nINFO login of admin succeeded\n\
                   ```\n\n\
                   Take line breaks out of the value, write it with `%r`, or log JSON with one record to a line.",
            severity: Severity::Low,
            confidence: Confidence::Medium,
            cwe: 117,
            tags: &["owasp:A09:2025", "injection"],
            interests: sinks().into_iter().map(Interest::Flow).collect(),
            triggers: &["logging", "logger", "log.", "loguru", "structlog"],
            bad: "import logging\n\n\ndef failed(name: str):\n    logging.warning(f\"login of {name} failed\")\n",
            good: "import logging\n\n\ndef failed(name: str):\n    logging.warning(\"login of %r failed\", name)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = Call::of(file.node_of(matched)?)?;
        let number = position_of(matched)? as usize;
        if evidence::is_local(matched) || !logs::is_record(file, call) || is_harmless(call, number) {
            return None;
        }
        let value = call.positional(number);
        if value.is_some_and(|value| result::is_unknown(file, matched, value)) {
            return None;
        }
        Some(evidence::flow(matched, "is written to the log by `{callee}`, line breaks included"))
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(matched) = matched else { return Vec::new() };
        let value = file.node_of(matched).and_then(Call::of).zip(position_of(matched));
        let value = value.and_then(|(call, number)| call.positional(number as usize));
        value.and_then(on_one_line).into_iter().collect()
    }
}

/// One sink for each argument of the callees, then those of `log`, which a level precedes.
fn sinks() -> Vec<Sink> {
    let callees: Vec<String> = logs::OWNERS
        .iter()
        .flat_map(|owner| logs::METHODS.iter().map(move |method| format!("{owner}.{method}")))
        .collect();
    let callees: Vec<&str> = callees.iter().map(String::as_str).collect();
    let levelled = ["logging.log", "logging.Logger.log", "*.log"];
    let simple = (0..ARGUMENTS).map(|number| sink(&callees, position(number), RECORD));
    let levelled = (1..ARGUMENTS).map(|number| sink(&levelled, position(number), RECORD));
    simple.chain(levelled).map(|sink| sink.confidence(Confidence::Medium)).collect()
}

/// Gives the argument that an interest's number stands for.
fn position_of(matched: &Match) -> Option<u32> {
    match matched.interest.checked_sub(ARGUMENTS) {
        None => Some(matched.interest),
        Some(levelled) => Some(levelled + 1),
    }
}

/// Says whether the format writes this argument without line breaks.
fn is_harmless(call: Call<'_>, number: usize) -> bool {
    let first = usize::from(call.name() == "log");
    if call.positional(number).is_some_and(|argument| argument.is(Kind::DICTIONARY)) {
        // `"%(name)s"` with a mapping: which of its values are written is not looked at.
        return true;
    }
    let Some(at) = number.checked_sub(first + 1) else {
        return call.positional(number).is_some_and(is_represented);
    };
    let format = call.positional(first).and_then(literal::text);
    let conversions = format.map(logs::conversions).unwrap_or_default();
    conversions.get(at).is_some_and(|conversion| *conversion != 's')
}

/// Says whether every value of a composed text is written by `!r`, `!a` or as a number.
fn is_represented(text: Node<'_>) -> bool {
    let mut interpolations = text.descendants().filter(|node| node.is(Kind::INTERPOLATION)).peekable();
    let is_f_string = text.is(Kind::STRING) && interpolations.peek().is_some();
    is_f_string
        && interpolations
            .all(|hole| hole.child_of_kind(Kind::TYPE_CONVERSION).is_some_and(|conversion| conversion.text() != "!s"))
}

fn on_one_line(value: Node<'_>) -> Option<Fix> {
    let is_composed = Composition::of(local::origin(value)?.expression).is_some();
    if !is_composed && !local::is_text(value) {
        return None;
    }
    let text = match value.kind() {
        Kind::BINARY_OPERATOR | Kind::CONDITIONAL_EXPRESSION | Kind::BOOLEAN_OPERATOR => format!("({})", value.text()),
        _ => value.text().to_owned(),
    };
    let edit = replace(value.span(), format!("{text}.replace(\"\\r\", \"\").replace(\"\\n\", \"\")"));
    Some(fix("Take line breaks out of the text", vec![edit]))
}
