//! Untrusted text that Python evaluates (CWE-95). Invariant: `ast.literal_eval` is no sink; it runs nothing.
//!
//! # What
//! `eval`, `exec` or `compile` is given untrusted text.
//! # Why
//! The text is a program with all rights of the process: `__import__('os').system('…')`. Empty `globals` hold nobody.
//! # Fix
//! Parse data with `ast.literal_eval` or `json.loads`; choose operations from a dictionary.

use securecode_sdk::{
    Confidence, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, SinkLanguage,
    Span,
    compose::Composition,
    fix::{call::Call, fix, import, local, remove},
    spec::{argument, position, sink},
};

use crate::evidence;

pub(crate) struct CodeInjection;

impl Rule for CodeInjection {
    fn metadata(&self) -> Metadata {
        let code = SinkLanguage::PythonCode;
        let sinks = [
            sink(&["builtins.eval", "builtins.exec"], position(0), code),
            sink(&["builtins.compile"], argument(0, "source"), code),
            sink(&["pandas.eval"], argument(0, "expr"), code).confidence(Confidence::Medium),
            sink(&["numexpr.evaluate"], argument(0, "ex"), code).confidence(Confidence::Medium),
            sink(&["timeit.timeit", "timeit.repeat", "timeit.Timer"], argument(0, "stmt"), code),
            sink(&["timeit.timeit", "timeit.repeat", "timeit.Timer"], argument(1, "setup"), code),
            sink(
                &["cProfile.run", "profile.run", "cProfile.runctx", "profile.runctx", "pdb.run", "pdb.runeval"],
                argument(0, "statement"),
                code,
            ),
            sink(&["bdb.Bdb.run", "bdb.Bdb.runeval", "trace.Trace.run", "trace.Trace.runctx"], position(0), code),
            sink(
                &["code.InteractiveInterpreter.runsource", "code.InteractiveConsole.runsource"],
                argument(0, "source"),
                code,
            ),
            sink(&["code.InteractiveConsole.push"], argument(0, "line"), code),
            sink(
                &["sympy.sympify", "sympy.S", "sympy.parse_expr", "sympy.parsing.sympy_parser.parse_expr"],
                position(0),
                code,
            ),
            sink(&["pandas.DataFrame.eval", "pandas.DataFrame.query"], argument(0, "expr"), code)
                .confidence(Confidence::Medium),
        ];
        Metadata {
            id: "python-code-injection",
            title: "Untrusted text evaluated as Python",
            help: "`eval`, `exec` and `compile` take a program. Untrusted text there runs with all rights of the \
                   process; removing builtins or names from `globals` does not hold an attacker back.\n\n\
                   ```python\n\
                   total = eval(request.args[\"sum\"])          # sum = __import__('os').system('id')\n\
                   ```\n\n\
                   To read data, use a parser of data: `ast.literal_eval`, `json.loads`, `int`. To let users choose \
                   what happens, look the choice up in a dictionary of functions.",
            severity: Severity::Critical,
            cwe: 95,
            tags: &["owasp:A05:2025", "injection"],
            interests: sinks.into_iter().map(Interest::Flow).collect(),
            triggers: &[
                "eval",
                "exec",
                "compile",
                "timeit",
                "rofile.run",
                "pdb",
                "bdb",
                "Trace",
                "InteractiveConsole",
                "runsource",
                "sympy",
                ".query(",
            ],
            bad: "def total(expression: str):\n    return eval(expression)\n",
            good: "import ast\n\n\ndef total(expression: str):\n    return ast.literal_eval(expression)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, _file: File<'_>, matched: &Match) -> Option<Found> {
        Some(evidence::flow(matched, "is run as Python by `{callee}`"))
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let matched = matched.filter(|matched| ["builtins.eval", "eval"].contains(&matched.name.as_str()));
        let Some(call) = matched.and_then(|matched| file.node_of(matched)).and_then(Call::of) else {
            return Vec::new();
        };
        // `exec` runs statements, and an expression composed of code and data is no literal: nothing to parse there.
        let composed =
            |argument| local::origin(argument).is_some_and(|origin| Composition::of(origin.expression).is_some());
        if call.positional(0).is_some_and(composed) {
            return Vec::new();
        }
        let names = call.arguments().skip(1).collect::<Vec<_>>();
        if call.positional(0).is_none() || names.iter().any(|argument| !is_plain_namespace(*argument)) {
            return Vec::new();
        }
        let (module, import) = import::module(file, "ast");
        let mut edits = vec![call.rename(format!("{module}.literal_eval"))];
        edits.extend(import);
        if let (Some(first), Some(last)) = (call.positional(0), names.last()) {
            edits.push(remove(Span { start: first.end(), end: last.end() }));
        }
        vec![fix("Parse a literal instead of evaluating an expression", edits)]
    }
}

/// `globals` and `locals` of an `eval` can go when they give the expression no names.
fn is_plain_namespace(argument: Node<'_>) -> bool {
    let value = argument.child(Field::VALUE).unwrap_or(argument);
    let gives_nothing = |pair: Node<'_>| pair.child(Field::KEY).is_some_and(|key| key.text().contains("__builtins__"));
    value.is(Kind::NONE) || value.is(Kind::DICTIONARY) && value.named_children().all(gives_nothing)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;
    use securecode_testkit::Snippet;

    fn fixed(text: &str, start: &str, callee: &str) -> Vec<String> {
        let snippet = Snippet::new(text);
        let matched = snippet.call(start, callee).expect("the call");
        snippet.fixed(&CodeInjection, &matched).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn eval_becomes_literal_eval_and_exec_stays() {
        assert_eq!(
            fixed("\"\"\"Doc.\"\"\"\nimport os\n\nx = eval(y)\n", "eval", "builtins.eval"),
            ["\"\"\"Doc.\"\"\"\nimport ast\nimport os\n\nx = ast.literal_eval(y)\n"]
        );
        assert_eq!(
            fixed("x = eval(y, {\"__builtins__\": {}}, {})\n", "eval", "builtins.eval"),
            ["import ast\n\nx = ast.literal_eval(y)\n"]
        );
        assert!(fixed("exec(y)\n", "exec", "builtins.exec").is_empty());
        assert!(fixed("eval(y, {\"price\": price})\n", "eval", "builtins.eval").is_empty());
        assert!(fixed("eval(y, names())\n", "eval", "builtins.eval").is_empty());
    }
}
