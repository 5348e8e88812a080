//! `python-unsafe-deserialization`.
//!
//! # What
//! Pickle and what is built on it: dill, cloudpickle, shelve, jsonpickle, joblib, pandas, NumPy, PyTorch.
//! # Why
//! A pickle is a program; loading one from somebody else runs their code (CWE-502).
//! # Fix
//! A data format such as JSON, or a check of an HMAC over the bytes before they are loaded. No edit of one call does
//! either.
//!
//! Invariant: bytes that the same function has just pickled are not reported.

use securecode_sdk::{
    Confidence, Field, File, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, SinkLanguage,
    fix::call::Call,
    spec::{position, sink},
    test_code,
};

use crate::{argument, constant, identifier, literal};

/// The rule.
pub(crate) struct UnsafeDeserialization;

const CALLEES: &[&str] = &[
    "pickle.load",
    "pickle.loads",
    "pickle.Unpickler",
    "_pickle.load",
    "_pickle.loads",
    "_pickle.Unpickler",
    "cPickle.load",
    "cPickle.loads",
    "cPickle.Unpickler",
    "pickle5.load",
    "pickle5.loads",
    "dill.load",
    "dill.loads",
    "dill.Unpickler",
    "cloudpickle.load",
    "cloudpickle.loads",
    "shelve.open",
    "shelve.DbfilenameShelf",
    "jsonpickle.decode",
    "jsonpickle.loads",
    "jsonpickle.unpickler.decode",
    "jsonpickle.unpickler.Unpickler",
    "pandas.read_pickle",
    "joblib.load",
    "sklearn.externals.joblib.load",
    "torch.load",
    "numpy.load",
    "dill.load_session",
    "dill.load_module",
    "keras.models.load_model",
    "keras.saving.load_model",
    "tensorflow.keras.models.load_model",
    "keras.config.enable_unsafe_deserialization",
    "tensorflow.keras.config.enable_unsafe_deserialization",
];

const HELP: &str = "\
A pickle is a small program for a stack machine that can call any function: `os.system` is enough to take the process \
over. `dill`, `cloudpickle`, `shelve`, `jsonpickle`, `joblib.load`, `pandas.read_pickle` and, unless told otherwise, \
`torch.load` and `numpy.load` read pickles too.

Exchange data as JSON, MessagePack or Parquet. Where pickles must stay, keep them where nobody else can write, or check \
an HMAC over the bytes (`hmac.compare_digest`) before loading them. `torch.load(…, weights_only=True)` and \
`numpy.load(…, allow_pickle=False)` refuse objects.";

impl Rule for UnsafeDeserialization {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-unsafe-deserialization",
            title: "Deserializer that can run code",
            help: HELP,
            severity: Severity::High,
            confidence: Confidence::Medium,
            cwe: 502,
            tags: &["owasp:A08:2025"],
            interests: vec![
                Interest::Call(CALLEES.iter().map(|&callee| callee.to_owned()).collect()),
                Interest::Flow(sink(CALLEES, position(0), SinkLanguage::Deserialize)),
                Interest::NamedString(vec!["serializer".into()]),
            ],
            triggers: &[
                "pickle",
                "Pickle",
                "dill",
                "shelve",
                "joblib",
                "torch",
                "allow_pickle",
                "safe_mode",
                "enable_unsafe_deserialization",
            ],
            bad: "import pickle\nstate = pickle.loads(body)\n",
            good: "import json\nstate = json.loads(body)\n",
            no_fix_reason: Some(
                "Pickle has no safe mode: the data's format has to change, or its origin has to be authenticated \
                 before it is loaded.",
            ),
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        let Some(call) = Call::of(node) else { return serializer(node) };
        let name = matched.name.as_str();
        let is_safe = match name {
            "torch.load" => argument::is_constant(call, "weights_only", Kind::TRUE),
            "numpy.load" => !argument::is_constant(call, "allow_pickle", Kind::TRUE),
            _ if name.ends_with("load_model") => !argument::is_constant(call, "safe_mode", Kind::FALSE),
            _ => is_round_trip(call),
        };
        if is_safe {
            return None;
        }
        if !matched.path.is_empty() {
            let message = format!("Untrusted data reaches `{name}`, which runs whatever code the data names.");
            return Some(Found::new(matched.at, message).severity(Severity::Critical).confidence(Confidence::High));
        }
        let message =
            format!("`{name}` runs whatever code the data names; data from anybody else takes over the process.");
        let found = Found::new(matched.at, message);
        if test_code::is_test(file) {
            return Some(found.severity(Severity::Low).confidence(Confidence::Low));
        }
        let is_stored = name.starts_with("shelve.") || name.starts_with("dill.load_");
        Some(match call.positional(0).and_then(constant::file_path) {
            Some(path) if !path.contains("://") => {
                let message = format!(
                    "`{name}` runs whatever code `{path}` names, so whoever can write that file takes over the process."
                );
                Found::new(matched.at, message).severity(Severity::Low).confidence(Confidence::Low)
            }
            Some(_) => found.confidence(Confidence::High),
            None if is_stored => found.severity(Severity::Medium).confidence(Confidence::Low),
            None => found,
        })
    }
}

/// Judges settings that choose how others' data is read: Django's `SESSION_SERIALIZER`, Celery's `task_serializer`.
fn serializer(node: Node<'_>) -> Option<Found> {
    if ![Kind::ASSIGNMENT, Kind::KEYWORD_ARGUMENT, Kind::PAIR].contains(&node.kind()) {
        return None;
    }
    let value = [Field::RIGHT, Field::VALUE].into_iter().find_map(|field| node.child(field))?;
    let last = literal::text(value)?.rsplit('.').next()?;
    let is_pickle = last == "PickleSerializer" || last == "pickle";
    let name = [Field::LEFT, Field::NAME, Field::KEY].into_iter().find_map(|field| node.child(field))?;
    let names_setting = identifier::words(name.text()).last().is_some_and(|word| word == "serializer");
    (is_pickle && names_setting).then(|| {
        let message = format!("`{}` reads pickles, which run whatever code they name.", name.text());
        Found::new(node.span(), message)
    })
}

/// `pickle.loads(pickle.dumps(x))` copies an object.
fn is_round_trip(call: Call<'_>) -> bool {
    let writer = match call.name() {
        "loads" => "dumps",
        "decode" => "encode",
        _ => return false,
    };
    call.positional(0).map(constant::origin).and_then(Call::of).is_some_and(|inner| inner.name() == writer)
}
