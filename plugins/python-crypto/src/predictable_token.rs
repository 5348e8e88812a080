//! `python-predictable-token`.
//!
//! # What
//! A token that is made of the time, of the process id, or by `uuid1`, `uuid3` or `uuid5`.
//! # Why
//! Whoever knows about when it was made tries the few values that are left (CWE-340).
//! # Fix
//! `secrets.token_urlsafe()`, or `uuid4` where a UUID is needed.
//!
//! Invariant: a value with anything unpredictable or keyed in it is not reported.

use securecode_sdk::{
    Confidence, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, call::Call, import},
};

use crate::{argument, receiver, words};

/// The rule.
pub(crate) struct PredictableToken;

const HELP: &str = "\
A `uuid1` is the time and the machine's address; `uuid3` and `uuid5` are hashes of their arguments; the time is known to \
everybody. A token made of them is found by trying the moments around it, and a hash over them hides nothing.

Take it from the operating system: `secrets.token_urlsafe()`, `secrets.token_hex()`, or `uuid.uuid4()`.";

const UUIDS: [&str; 3] = ["uuid.uuid1", "uuid.uuid3", "uuid.uuid5"];
const TIMES: [&str; 7] = [
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "os.getpid",
    "datetime.datetime.today",
];
/// Calls that only write a value differently, or hash it without a key.
const WRAPPERS: [&str; 30] = [
    "str",
    "repr",
    "int",
    "hex",
    "md5",
    "sha1",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "hexdigest",
    "digest",
    "encode",
    "decode",
    "format",
    "join",
    "b64encode",
    "urlsafe_b64encode",
    "b32encode",
    "isoformat",
    "timestamp",
    "strftime",
    "upper",
    "lower",
    "replace",
    "update",
    "bytes",
    "hexlify",
    "round",
    "blake2b",
];
/// Words of names whose values are no secrets although their last word says so.
const NOT_SECRET: [&str; 10] =
    ["next", "page", "cursor", "continuation", "cancel", "cancellation", "csv", "version", "expires", "idempotency"];
const UNPREDICTABLE: [&str; 14] = [
    "secrets",
    "urandom",
    "uuid4",
    "SystemRandom",
    "token_hex",
    "token_bytes",
    "token_urlsafe",
    "randbytes",
    "hmac",
    "get_random_bytes",
    "getrandbits",
    "randint",
    "choice",
    "random",
];

impl Rule for PredictableToken {
    fn metadata(&self) -> Metadata {
        let callees = UUIDS.iter().chain(&TIMES).map(|&callee| callee.to_owned());
        Metadata {
            id: "python-predictable-token",
            title: "Token that can be computed",
            help: HELP,
            severity: Severity::High,
            confidence: Confidence::Medium,
            cwe: 340,
            tags: &["owasp:A04:2025", "cwe:330"],
            interests: vec![Interest::Call(callees.collect())],
            triggers: &["uuid", "time", "getpid"],
            bad: "import uuid\nreset_token = str(uuid.uuid1())\n",
            good: "import uuid\nreset_token = str(uuid.uuid4())\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let name = secret_name(call.node)?;
        let whole = whole(call.node);
        let is_uuid = UUIDS.contains(&matched.name.as_str());
        let names = || std::iter::once(whole).chain(whole.descendants()).filter(|node| node.is(Kind::IDENTIFIER));
        let has_unpredictable = names().any(|node| UNPREDICTABLE.contains(&node.text()));
        let has_key = names().any(|node| words::is_secret(node.text()));
        if has_unpredictable || has_key {
            return None;
        }
        let is_named_uuid = is_uuid && matched.name != "uuid.uuid1";
        let message = if is_named_uuid {
            format!("`{name}` is a `{}`, a hash that everybody computes who knows its arguments.", matched.name)
        } else {
            format!("`{name}` is made by `{}`, whose value can be guessed.", matched.name)
        };
        Some(Found::new(matched.at, message))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        let name = matched.map(|matched| matched.name.as_str()).unwrap_or_default();
        // A named UUID is perhaps wanted to be the same again.
        if name != "uuid.uuid1" || call.arguments().next().is_some() {
            return Vec::new();
        }
        let edits = if call.receiver().is_some() {
            vec![call.rename_method("uuid4")]
        } else {
            let (local, import) = import::name(file, "uuid", "uuid4");
            std::iter::once(call.rename(local)).chain(import).collect()
        };
        vec![fix::fix("Make a random UUID", edits)]
    }
}

/// Gives the name of the secret that a value becomes through nothing but wrappers.
fn secret_name(value: Node<'_>) -> Option<String> {
    let ends =
        [Kind::BLOCK, Kind::MODULE, Kind::PAIR, Kind::KEYWORD_ARGUMENT, Kind::ASSIGNMENT, Kind::RETURN_STATEMENT];
    let around: Vec<Node<'_>> = value.ancestors().into_iter().take_while(|node| !ends.contains(&node.kind())).collect();
    if around.iter().filter_map(|node| Call::of(*node)).any(|call| !WRAPPERS.contains(&call.name())) {
        return None;
    }
    // A difference of times is a duration.
    let is_computed = around.iter().any(|node| {
        let operator = node.child(Field::OPERATOR).filter(|_| node.is(Kind::BINARY_OPERATOR));
        operator.is_some_and(|operator| operator.text() == "-")
    });
    let is_fit =
        |name: &&str| words::is_secret(name) && !words::is_password(name) && !words::has_any(name, &NOT_SECRET);
    match receiver::receiver(value)? {
        receiver::Receiver::Stored(name) => Some(name).filter(is_fit).map(str::to_owned),
        receiver::Receiver::Returned(name) => Some(name)
            .filter(|name| words::makes_secret(name) && !words::has_any(name, &NOT_SECRET))
            .map(|name| format!("{name}()")),
    }
    .filter(|_| !is_computed)
}

/// Gives the outermost expression around a value within its statement.
fn whole(value: Node<'_>) -> Node<'_> {
    let mut inner = value;
    for node in value.ancestors() {
        if [Kind::ASSIGNMENT, Kind::RETURN_STATEMENT, Kind::KEYWORD_ARGUMENT, Kind::PAIR, Kind::BLOCK, Kind::MODULE]
            .contains(&node.kind())
        {
            break;
        }
        inner = node;
    }
    inner
}
