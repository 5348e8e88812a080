//! Calls that write to a log. Invariant: a receiver of unknown type counts only when its name says that it is a logger.

use securecode_sdk::{Field, File, Kind, Node, fix::call::Call};

use crate::{dotted, words};

/// Methods and functions that write a record: the format, then its arguments.
pub(crate) const METHODS: &[&str] =
    &["debug", "info", "warning", "warn", "error", "critical", "exception", "fatal", "success", "trace"];
/// What has such methods.
pub(crate) const OWNERS: &[&str] = &[
    "logging",
    "logging.Logger",
    "loguru.logger",
    "structlog.BoundLogger",
    "flask.Flask.logger",
    "flask.current_app.logger",
    "*",
];

/// Says whether a call writes a record; its resolved name is not asked for.
pub(crate) fn is_record(file: File<'_>, call: Call<'_>) -> bool {
    let is_method = METHODS.contains(&call.name()) || call.name() == "log";
    let receiver = call.receiver().filter(|_| is_method);
    match receiver {
        Some(receiver) => {
            let is_module = dotted::is_any(file, receiver, &["logging", "loguru.logger"]);
            is_module || made_or_named(receiver)
        }
        None => {
            let path = dotted::path(file, call.callee);
            path.is_some_and(|path| path.strip_prefix("logging.").is_some_and(|name| METHODS.contains(&name)))
        }
    }
}

/// `logger`, `self.log`, `current_app.logger`, `logging.getLogger(__name__)`.
fn made_or_named(receiver: Node<'_>) -> bool {
    if let Some(call) = Call::of(receiver) {
        return ["getLogger", "get_logger", "bind", "opt"].contains(&call.name());
    }
    let last = if receiver.is(Kind::ATTRIBUTE) { receiver.child(Field::ATTRIBUTE) } else { Some(receiver) };
    last.is_some_and(|name| words::has_any(name.text(), &["log", "logger", "logging"]))
}

/// Gives the conversions of a `%` format in order: `s`, `r`, `d`.
pub(crate) fn conversions(format: &str) -> Vec<char> {
    let mut found = Vec::new();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter == '%' {
            let conversion = letters.find(|next| next.is_ascii_alphabetic() || *next == '%' || *next == '(');
            found.extend(conversion.filter(|next| *next != '%' && *next != '('));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::conversions;

    #[test]
    fn conversions_are_read_in_order() {
        assert_eq!(conversions("user %s: 100%% of %5d, %-10r"), ['s', 'd', 'r']);
        assert!(conversions("done").is_empty());
    }
}
