//! Untrusted objects in a document database's query (CWE-943). Invariant: text that is compared is no finding; an object
//! is, because its keys are operators, and so is text that the server runs as JavaScript.
//!
//! # What
//! A query's condition is an object that the request chose, or holds one.
//! # Why
//! `{"password": {"$ne": ""}}` matches every document: the operator came with the request's JSON.
//! # Fix
//! Make each value what it should be: `str(value)`, or check the body against a schema.

mod filter;

use securecode_sdk::{
    Confidence, File, Finding, Fix, Found, Interest, Match, Metadata, Rule, Severity, Sink, SinkLanguage,
    fix::{call::Call, fix, insert},
    spec::{argument, sink},
};

use crate::evidence;
use filter::Place;

pub(crate) struct NosqlInjection;

/// Methods whose first argument is a condition.
const CONDITIONED: [&str; 16] = [
    "find",
    "find_one",
    "find_one_or_404",
    "find_one_and_delete",
    "find_one_and_replace",
    "find_one_and_update",
    "find_raw_batches",
    "count_documents",
    "delete_one",
    "delete_many",
    "replace_one",
    "update_one",
    "update_many",
    "remove",
    "aggregate",
    "count",
];
/// Of these, the ones whose name alone says that a document database is asked.
const TELLING: [&str; 11] = [
    "find_one",
    "find_one_or_404",
    "find_one_and_delete",
    "find_one_and_replace",
    "find_one_and_update",
    "count_documents",
    "delete_one",
    "delete_many",
    "replace_one",
    "update_one",
    "update_many",
];
const COLLECTIONS: [&str; 7] = [
    "pymongo.collection.Collection",
    "pymongo.asynchronous.collection.AsyncCollection",
    "motor.motor_asyncio.AsyncIOMotorCollection",
    "motor.motor_tornado.MotorCollection",
    "flask_pymongo.wrappers.Collection",
    "mongomock.Collection",
    "mongomock.collection.Collection",
];
const LIBRARIES: [&str; 8] =
    ["pymongo", "motor", "flask_pymongo", "mongoengine", "mongomock", "beanie", "odmantic", "bson"];

fn sinks() -> Vec<Sink> {
    let typed: Vec<String> =
        COLLECTIONS.iter().flat_map(|owner| CONDITIONED.map(|method| format!("{owner}.{method}"))).collect();
    let unknown = CONDITIONED.map(|method| format!("*.{method}"));
    let names = |names: &[String]| -> Vec<String> { names.to_vec() };
    let of = |callees: Vec<String>| {
        let callees: Vec<&str> = callees.iter().map(String::as_str).collect();
        sink(&callees, argument(0, "filter"), SinkLanguage::Choice)
    };
    vec![of(names(&typed)), of(names(&unknown)).confidence(Confidence::Medium)]
}

impl Rule for NosqlInjection {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-nosql-injection",
            title: "Untrusted object in a document database's query",
            help: "A MongoDB condition is an object, and the keys of objects in it are operators. JSON bodies hold \
                   objects, so whoever sends one can put an operator where a text was meant:\n\n\
                   ```python\n\
                   body = request.get_json()\n\
                   users.find_one({\"name\": body[\"name\"], \"password\": body[\"password\"]})\n\
                   # body = {\"name\": \"admin\", \"password\": {\"$ne\": \"\"}}\n\
                   ```\n\n\
                   Make each value what it should be before it becomes part of a condition:\n\n\
                   ```python\n\
                   users.find_one({\"name\": str(body[\"name\"])})\n\
                   ```\n\n\
                   or compare with `{\"$eq\": value}`, which takes any value as it is, or check the whole body against a \
                   schema. Values of query strings and forms are texts and need \
                   nothing. `$where` and `$function` run JavaScript: never compose their text.",
            severity: Severity::High,
            cwe: 943,
            tags: &["owasp:A05:2025", "injection"],
            interests: sinks().into_iter().map(Interest::Flow).collect(),
            triggers: &["find", "count", "delete_", "update_", "replace_one", "aggregate", ".remove("],
            bad: "from flask import request\nfrom pymongo import MongoClient\n\nusers = MongoClient().shop.users\n\n\n\
                  def login():\n    body = request.get_json()\n    \
                      return users.find_one({\"name\": body[\"name\"], \"token\": body[\"token\"]})\n",
            good: "from flask import request\nfrom pymongo import MongoClient\n\nusers = MongoClient().shop.users\n\n\n\
                   def login():\n    body = request.get_json()\n    \
                       return users.find_one({\"name\": str(body[\"name\"]), \"token\": str(body[\"token\"])})\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = file.node_of(matched).and_then(Call::of)?;
        let given = call.positional(0).or_else(|| call.keyword("filter")).or_else(|| call.keyword("pipeline"))?;
        let is_telling = !matched.name.starts_with("*.") || TELLING.contains(&call.name());
        let has_library = LIBRARIES.iter().any(|library| file.imports_module(library));
        if !is_telling && !has_library {
            return None;
        }
        match filter::place(given) {
            Place::Script => Some(
                evidence::flow(matched, "is part of the JavaScript that the condition of `{callee}` runs")
                    .severity(Severity::Critical),
            ),
            Place::Keys => {
                Some(evidence::flow(matched, "chooses the fields and operators of the condition of `{callee}`"))
            }
            place @ (Place::Objects | Place::Passed) => {
                let is_text = place == Place::Passed && evidence::is_text(matched);
                let can_be_object = evidence::is_parsed(file, matched) && !is_text && !filter::is_checked(given);
                let effect = "can be an object with operators in the condition of `{callee}`";
                can_be_object.then(|| evidence::flow(matched, effect))
            }
            Place::Literals => None,
        }
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = matched.and_then(|matched| file.node_of(matched)).and_then(Call::of) else {
            return Vec::new();
        };
        let Some(given) = call.positional(0).or_else(|| call.keyword("filter")) else { return Vec::new() };
        let edits: Vec<_> = filter::equalities(given)
            .into_iter()
            .flat_map(|value| [insert(value.start(), "{\"$eq\": "), insert(value.end(), "}")])
            .collect();
        if edits.is_empty() {
            return Vec::new();
        }
        vec![fix("Compare with the values as they are", edits)]
    }
}
