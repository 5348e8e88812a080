//! Checks verdicts on Python fixtures. Invariant: every `# verdict:` mark of every fixture is checked, and none is left
//! without a sink or assertion on its line.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::{fs, path::Path};

use ir::{
    function::Terminator,
    instruction::{Call, Callee, InstructionKind, Operand, Rvalue},
    lower::{InputFile, lower},
    program::Program,
};
use model::{
    budget::Budget,
    contract::{ArgumentSelector, Condition, Contract, SinkLanguage, SqlDialect},
    ids::FileId,
    span::Span,
    spec::{Entry, NamePattern, SourceForm, SourceKind, SourceSpec, TaintSpecs},
    verdict::Verdict,
};
use verify::prove::{Proof, Settings, prove};

fn specs() -> TaintSpecs {
    let source =
        |name: &str, form, kind| SourceSpec { name: NamePattern(name.to_owned()), form, kind, label: name.to_owned() };
    let mut sources = Vec::new();
    for name in ["args", "form", "values", "headers", "cookies", "json", "data", "path"] {
        sources.push(source(&format!("flask.request.{name}"), SourceForm::Attribute, SourceKind::Web));
    }
    sources.push(source("flask.request.get_json", SourceForm::Call, SourceKind::Web));
    sources.push(source("fastapi.Request.query_params", SourceForm::Attribute, SourceKind::Web));
    sources.push(source("flask.request.get_data", SourceForm::Call, SourceKind::Web));
    sources.push(source("django.http.HttpRequest.GET", SourceForm::Attribute, SourceKind::Web));
    sources.push(source("flask.Flask.route", SourceForm::DecoratedParameters, SourceKind::Web));
    for name in ["get", "post"] {
        sources.push(source(&format!("fastapi.FastAPI.{name}"), SourceForm::DecoratedParameters, SourceKind::Web));
    }
    sources.push(source("builtins.input", SourceForm::Call, SourceKind::Local));
    sources.push(source("sys.argv", SourceForm::Attribute, SourceKind::Local));
    TaintSpecs { sources, ..TaintSpecs::default() }
}

/// Gives the language and argument of a sink by its callee's name.
fn sink(name: &str, dialect: SqlDialect) -> Option<SinkLanguage> {
    Some(match name {
        "execute" | "executescript" => SinkLanguage::Sql { dialect },
        "os.system" | "os.popen" => SinkLanguage::Shell,
        "subprocess.Popen" => SinkLanguage::Argument,
        "subprocess.run" | "subprocess.call" => SinkLanguage::Program,
        "builtins.eval" | "builtins.exec" => SinkLanguage::PythonCode,
        "builtins.open" | "os.remove" | "flask.send_file" => SinkLanguage::Path,
        "flask.render_template_string" => SinkLanguage::Template,
        "search_s" => SinkLanguage::LdapFilter,
        "xpath" => SinkLanguage::XPath,
        "pickle.loads" => SinkLanguage::Deserialize,
        "requests.get" | "urllib.request.urlopen" => SinkLanguage::RequestUrl,
        "flask.redirect" => SinkLanguage::RedirectUrl,
        "re.search" | "re.compile" => SinkLanguage::Regex,
        "logging.info" => SinkLanguage::LogRecord,
        "delete_s" => SinkLanguage::LdapName,
        "xml.etree.ElementTree.fromstring" => SinkLanguage::Xml,
        "builtins.getattr" => SinkLanguage::Choice,
        "re.match" | "re.fullmatch" | "fullmatch" => {
            SinkLanguage::MatchedText { pattern: String::new(), function: String::new() }
        }
        _ => return None,
    })
}

fn callee_name(call: &Call) -> Option<String> {
    match &call.callee {
        Callee::Value(Operand::Global(path)) => Some(path.clone()),
        Callee::Value(_) => None,
        Callee::Method { name, .. } => Some(name.clone()),
    }
}

fn program_of(path: &str, text: &str) -> Program {
    let parsed = syntax::parse::parse(text);
    assert!(parsed.problems.is_empty(), "{path}: {:?}", parsed.problems);
    lower(&[InputFile { file: FileId(0), path, text, tree: &parsed.tree }])
}

/// Makes the contract of the store (of a header) or the return (of a page) that starts in a line.
fn place_in(program: &Program, line: Span, entry: Option<&str>) -> Option<Contract> {
    // A function's end, where it returns `None`, is empty.
    let is_here = |span: Span| line.start <= span.start && span.start < line.end && span.start < span.end;
    program.functions.iter().find_map(|function| {
        let stores = function.blocks.iter().flat_map(|block| &block.instructions).filter(|instruction| {
            matches!(instruction.kind, InstructionKind::StoreItem { .. } | InstructionKind::StoreAttribute { .. })
        });
        let stores = stores.map(|instruction| (instruction.span, SinkLanguage::HeaderValue));
        let returns = function.blocks.iter().filter(|block| matches!(block.terminator, Terminator::Return(_)));
        let returns = returns.map(|block| (block.terminator_span, SinkLanguage::Html));
        let (call, language) = stores.chain(returns).find(|(span, _)| is_here(*span))?;
        let argument = ArgumentSelector { position: Some(0), keyword: None };
        let condition = Condition::SinkStaysData { call, argument, language };
        let function = entry.map_or_else(|| function.qualname.clone(), str::to_owned);
        Some(Contract { file: FileId(0), at_file: FileId(0), function, condition, statement: String::new() })
    })
}

/// Makes the contract of the sink call or assertion that starts in a line.
fn contract_in(program: &Program, line: Span, entry: Option<&str>, dialect: SqlDialect) -> Option<Contract> {
    for function in &program.functions {
        for instruction in function.blocks.iter().flat_map(|block| &block.instructions) {
            if !(line.start <= instruction.span.start && instruction.span.start < line.end) {
                continue;
            }
            let condition = match &instruction.kind {
                InstructionKind::AssertMarker { .. } => Condition::AssertHolds { at: instruction.span },
                InstructionKind::Assign { value: Rvalue::Call(call), .. } => {
                    let Some(language) = callee_name(call).and_then(|name| {
                        sink(&name, dialect).or_else(|| sink(name.rsplit('.').next().unwrap_or(""), dialect))
                    }) else {
                        continue;
                    };
                    let position = Some(match language {
                        SinkLanguage::LdapFilter => 2,
                        SinkLanguage::Choice => 1,
                        SinkLanguage::MatchedText { .. } if matches!(call.callee, Callee::Value(_)) => 1,
                        _ => 0,
                    });
                    let argument = ArgumentSelector { position, keyword: None };
                    Condition::SinkStaysData { call: instruction.span, argument, language }
                }
                _ => continue,
            };
            let function = entry.map_or_else(|| function.qualname.clone(), str::to_owned);
            return Some(Contract {
                file: FileId(0),
                at_file: FileId(0),
                function,
                condition,
                statement: String::new(),
            });
        }
    }
    None
}

struct Case {
    place: String,
    wanted: String,
    proof: Proof,
}

fn cases_of(path: &Path) -> Vec<Case> {
    let text = fs::read_to_string(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let program = program_of(&name, &text);
    let entry = if text.contains("# entry: web") { Entry::Web } else { Entry::All };
    let dialect = match text.split_once("# dialect: ").map(|(_, rest)| rest.lines().next().unwrap_or("").trim()) {
        Some("mysql") => SqlDialect::Mysql,
        Some("postgres") => SqlDialect::Postgres,
        Some("generic") => SqlDialect::Generic,
        _ => SqlDialect::Sqlite,
    };
    let mut cases = Vec::new();
    let mut start = 0;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let end = start + line.len();
        if let Some((_, mark)) = line.split_once("# verdict: ") {
            let mut words = mark.split_whitespace();
            let wanted = words.next().unwrap().to_owned();
            let from = words.next().and_then(|word| word.strip_prefix("from="));
            let place = format!("{name}:{number}");
            let span = Span::new(u32::try_from(start).unwrap(), u32::try_from(end).unwrap());
            let contract = contract_in(&program, span, from, dialect)
                .or_else(|| place_in(&program, span, from))
                .unwrap_or_else(|| panic!("{place}: no sink"));
            let settings =
                Settings { budget: Budget { wall_ms: 60_000, ..Budget::default() }, entry, ..Settings::default() };
            let proof = prove(&program, &specs(), &contract, settings).expect(&place);
            cases.push(Case { place, wanted, proof });
        }
        start = end;
    }
    cases
}

#[test]
fn fixtures_have_their_verdicts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut count = 0;
    let mut wrong = Vec::new();
    let mut spent = 0;
    for file in files {
        for Case { place, wanted, proof } in cases_of(&file) {
            count += 1;
            spent += proof.effort.duration_us;
            let detail = match &proof.verdict {
                Verdict::Refuted { counterexample } => {
                    format!("{} -> {}", counterexample.call, counterexample.sink_value)
                }
                Verdict::Proved => String::new(),
                Verdict::Bounded { bounds } => format!("{bounds:?}"),
                Verdict::Unknown { reason } => reason.to_string(),
            };
            println!("{place}: {} {detail} [{} us]", proof.verdict.as_str(), proof.effort.duration_us);
            if proof.verdict.as_str() != wanted {
                wrong.push(format!("{place}: wanted {wanted}, got {} {detail}", proof.verdict.as_str()));
            }
        }
    }
    println!("{count} verdicts in {spent} us");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
