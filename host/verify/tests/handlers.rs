//! Functions that frameworks call. Invariant: what a spec calls untrusted is never proved to stay in its directory.
#![expect(clippy::expect_used, reason = "tests")]

use ir::{
    instruction::{Callee, InstructionKind, Operand, Rvalue},
    lower::{InputFile, lower},
};
use model::{
    contract::{ArgumentSelector, Condition, Contract, SinkLanguage},
    ids::FileId,
    spec::{Entry, NamePattern, ReturnTypeSpec, SourceForm, SourceKind, SourceSpec, TaintSpecs},
    verdict::Verdict,
};
use verify::prove::{Settings, prove};

const TEXT: &str = r#"
import os
from django.http import HttpRequest
from django.urls import path
from django.views import View
from http.server import BaseHTTPRequestHandler
from tornado.web import RequestHandler


def customary(request):
    return request.GET["name"]


def parsed(request):
    return request.data["name"]


def registered(request, name):
    return name


urlpatterns = [path("x/<name>", registered)]


def lambda_handler(event, context):
    return event["name"]


def on_upload(event, context):
    return event["Records"][0]["key"]


class Page(View):
    def get(self, request, name):
        return name

    def post(self, request):
        return self.request.GET["name"]

    def put(self, request):
        return self.kwargs["name"]


class Files(BaseHTTPRequestHandler):
    def do_GET(self):
        return self.path


class Room(RequestHandler):
    def get(self):
        return self.get_argument("name")
"#;

fn specs() -> TaintSpecs {
    let source = |name: &str, form| SourceSpec {
        name: NamePattern(name.to_owned()),
        form,
        kind: SourceKind::Web,
        label: "the request".to_owned(),
    };
    let returns =
        |callee: &str, of: &str| ReturnTypeSpec { callee: NamePattern(callee.to_owned()), returns: of.to_owned() };
    TaintSpecs {
        sources: vec![
            source("django.http.HttpRequest.GET", SourceForm::Attribute),
            source("django.http.HttpRequest.data", SourceForm::Attribute),
            source("django.views.View.kwargs", SourceForm::Attribute),
            source("django.views.View.get", SourceForm::DecoratedParameters),
            source("django.urls.path", SourceForm::DecoratedParameters),
            source("def.lambda_handler", SourceForm::DecoratedParameters),
            source("lambda.event.context", SourceForm::DecoratedParameters),
            source("http.server.BaseHTTPRequestHandler.path", SourceForm::Attribute),
            source("tornado.web.RequestHandler.get_argument", SourceForm::Call),
        ],
        return_types: vec![
            returns("django.lambda.request", "django.http.HttpRequest"),
            returns("django.views.View.request", "django.http.HttpRequest"),
        ],
        ..TaintSpecs::default()
    }
}

/// Proves every `open` of the text; gives the entry and the verdict of each.
fn verdicts(text: &str) -> Vec<(String, Verdict)> {
    let parsed = syntax::parse::parse(text);
    let program = lower(&[InputFile { file: FileId(0), path: "app.py", text, tree: &parsed.tree }]);
    let mut found = Vec::new();
    for function in &program.functions {
        for instruction in function.blocks.iter().flat_map(|block| &block.instructions) {
            let InstructionKind::Assign { value: Rvalue::Call(call), .. } = &instruction.kind else { continue };
            if !matches!(&call.callee, Callee::Value(Operand::Global(path)) if path == "builtins.open") {
                continue;
            }
            let contract = Contract {
                file: FileId(0),
                at_file: FileId(0),
                function: function.qualname.clone(),
                condition: Condition::SinkStaysData {
                    call: instruction.span,
                    argument: ArgumentSelector { position: Some(0), keyword: None },
                    language: SinkLanguage::Path,
                },
                statement: String::new(),
            };
            let settings = Settings { entry: Entry::Web, ..Settings::default() };
            let proof = prove(&program, &specs(), &contract, settings).expect("a verdict");
            found.push((function.qualname.clone(), proof.verdict));
        }
    }
    found
}

#[test]
fn what_a_request_brings_is_never_proved() {
    let opened = |line: &str| match line.split_once("return ") {
        Some((margin, value)) => format!("{margin}return open(\"/srv/\" + {value})\n"),
        None => format!("{line}\n"),
    };
    let bad: String = TEXT.lines().map(opened).collect();
    let found = verdicts(&bad);
    assert_eq!(found.len(), 10, "{bad}");
    let proved: Vec<_> = found.iter().filter(|(_, verdict)| *verdict == Verdict::Proved).collect();
    assert!(proved.is_empty(), "{proved:?}");
    let refuted = found.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Refuted { .. })).count();
    assert!(refuted >= 8, "{found:?}");
}
