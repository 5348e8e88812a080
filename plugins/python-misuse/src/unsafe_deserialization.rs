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
//! Invariant: bytes that the same expression has just pickled are not reported.

use securecode_sdk::{Confidence, File, Found, Interest, Kind, Match, Metadata, Rule, Severity, fix::call::Call};

use crate::{argument, literal};

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
    "pandas.read_pickle",
    "joblib.load",
    "torch.load",
    "numpy.load",
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
            tags: &["owasp:A08:2021"],
            interests: vec![Interest::Call(CALLEES.iter().map(|&callee| callee.to_owned()).collect())],
            triggers: &["pickle", "Pickle", "dill", "shelve", "joblib", "torch", "allow_pickle"],
            bad: "import pickle\nstate = pickle.loads(body)\n",
            good: "import json\nstate = json.loads(body)\n",
            no_fix_reason: Some(
                "Pickle has no safe mode: the data's format has to change, or its origin has to be authenticated \
                 before it is loaded.",
            ),
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let name = matched.name.as_str();
        let is_safe = match name {
            "torch.load" => argument::is_constant(call, "weights_only", Kind::TRUE),
            "numpy.load" => !argument::is_constant(call, "allow_pickle", Kind::TRUE),
            _ => is_round_trip(call),
        };
        if is_safe {
            return None;
        }
        let message =
            format!("`{name}` runs whatever code the data names; data from anybody else takes over the process.");
        let found = Found::new(matched.at, message);
        let is_named_file = call.positional(0).and_then(literal::text).is_some() || name.starts_with("shelve.");
        Some(if is_named_file { found.confidence(Confidence::Low).severity(Severity::Medium) } else { found })
    }
}

/// `pickle.loads(pickle.dumps(x))` copies an object.
fn is_round_trip(call: Call<'_>) -> bool {
    let writer = match call.name() {
        "loads" => "dumps",
        "decode" => "encode",
        _ => return false,
    };
    call.positional(0).and_then(Call::of).is_some_and(|inner| inner.name() == writer)
}
