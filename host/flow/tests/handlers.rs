//! Functions that frameworks call: a line of the fixture that ends in `# flow: shell` holds a call that untrusted data
//! reaches, and no other line does.

use std::collections::BTreeSet;

use flow::analyse::analyse;
use ir::lower::{InputFile, lower};
use model::{
    contract::{ArgumentSelector, SinkLanguage},
    ids::FileId,
    rule::Confidence,
    spec::{
        Entry, NamePattern, PropagatorSpec, ReturnTypeSpec, SanitizerSpec, SinkForm, SinkSpec, SourceForm, SourceKind,
        SourceSpec, TaintSpecs,
    },
};
use syntax::{line_index::LineIndex, parse::parse};

fn source(name: &str, form: SourceForm) -> SourceSpec {
    SourceSpec { name: NamePattern(name.to_owned()), form, kind: SourceKind::Web, label: "the request".to_owned() }
}

fn specs() -> TaintSpecs {
    let handlers = [
        "django.views.View.get",
        "tornado.web.RequestHandler.get",
        "django.urls.path",
        "django.urls.re_path",
        "fastapi.FastAPI.get",
        "flask.Flask.route",
        "flask.Flask.add_url_rule",
        "def.lambda_handler",
        "lambda.event.context",
        "lambda.environ.start_response",
    ];
    let mut sources: Vec<SourceSpec> =
        handlers.iter().map(|name| source(name, SourceForm::DecoratedParameters)).collect();
    sources.push(source("django.http.HttpRequest.GET", SourceForm::Attribute));
    let returns = |callee: &str, returns: &str| ReturnTypeSpec {
        callee: NamePattern(callee.to_owned()),
        returns: returns.to_owned(),
    };
    TaintSpecs {
        sources,
        sinks: vec![SinkSpec {
            rule: 0,
            form: SinkForm::Call,
            callees: vec![NamePattern("os.system".to_owned())],
            argument: ArgumentSelector { position: Some(0), keyword: None },
            language: SinkLanguage::Shell,
            conditions: Vec::new(),
            confidence: Confidence::High,
        }],
        sanitizers: vec![
            SanitizerSpec { callee: NamePattern("uuid.UUID".to_owned()), languages: Vec::new() },
            SanitizerSpec { callee: NamePattern("pathlib.Path.name".to_owned()), languages: vec![SinkLanguage::Shell] },
        ],
        propagators: vec![PropagatorSpec {
            callee: NamePattern("fastapi.Depends".to_owned()),
            from_positions: Vec::new(),
            from_receiver: false,
        }],
        return_types: vec![
            returns("fastapi.FastAPI", "fastapi.FastAPI"),
            returns("flask.Flask", "flask.Flask"),
            returns("django.http.lambda.request", "django.http.HttpRequest"),
        ],
    }
}

#[test]
fn handlers_get_untrusted_data_by_spec_alone() {
    let text = include_str!("fixtures/handlers.py");
    let parsed = parse(text);
    let program = lower(&[InputFile { file: FileId(0), path: "app.py", text, tree: &parsed.tree }]);
    let lines = LineIndex::new(text);
    let result = analyse(&program, &specs(), Entry::Web);
    let found: BTreeSet<u32> = result.hits.iter().map(|hit| lines.position(hit.call.span.start).line).collect();
    let marked = (1_u32..).zip(text.lines()).filter(|(_, line)| line.contains("# flow: shell"));
    let expected: BTreeSet<u32> = marked.map(|(number, _)| number).collect();
    let missed: Vec<_> = expected.difference(&found).collect();
    let wrong: Vec<_> = found.difference(&expected).collect();
    assert!(missed.is_empty() && wrong.is_empty(), "missed {missed:?}, wrong {wrong:?}");
    assert_eq!(result.bounds.len(), 0);
}
