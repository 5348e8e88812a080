//! `python-weak-random`.
//!
//! # What
//! The `random` module (and NumPy's) where the value becomes a token, password, key or code.
//! # Why
//! The Mersenne Twister's state follows from 624 outputs; the next token is then known (CWE-338).
//! # Fix
//! `secrets`, whose `SystemRandom` has the same methods.
//!
//! Invariant: without a name that says "secret" there is no finding, because dice and samples are what `random` is for.

use securecode_sdk::{
    Edit, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, call::Call, import},
};

use crate::{
    argument, identifier, literal,
    receiver::{self, Receiver},
};

/// The rule.
pub(crate) struct WeakRandom;

const CALLEES: &[&str] = &[
    "random.random",
    "random.randint",
    "random.randrange",
    "random.choice",
    "random.choices",
    "random.sample",
    "random.shuffle",
    "random.uniform",
    "random.getrandbits",
    "random.randbytes",
    "random.Random.random",
    "random.Random.randint",
    "random.Random.randrange",
    "random.Random.choice",
    "random.Random.choices",
    "random.Random.sample",
    "random.Random.getrandbits",
    "random.Random.randbytes",
    "numpy.random.rand",
    "numpy.random.randint",
    "numpy.random.choice",
    "numpy.random.bytes",
];

/// Words of functions whose tokens only have to differ: MIME boundaries, made-up test data.
const NOT_SECRET: &[&str] = &["boundary", "multipart", "fake", "fuzz", "mock", "sample"];

const HELP: &str = "\
`random` is made for simulations: it is fast and repeatable. Somebody who sees a few outputs (their own reset tokens, \
say) computes the generator's state and with it everybody else's next ones.

Take secrets from the operating system: `secrets.token_urlsafe()`, `secrets.choice(…)`, `secrets.randbelow(…)`; \
`secrets.SystemRandom()` has every method of `random`.";

impl Rule for WeakRandom {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-weak-random",
            title: "Secret from a predictable random generator",
            help: HELP,
            severity: Severity::High,
            cwe: 338,
            tags: &["owasp:A04:2025"],
            interests: vec![Interest::Call(CALLEES.iter().map(|&callee| callee.to_owned()).collect())],
            triggers: &["random"],
            bad: "import random\ntoken = random.getrandbits(128)\n",
            good: "import secrets\ntoken = secrets.randbits(128)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let function = receiver::function_name(call.node).map(identifier::words).unwrap_or_default();
        if function.iter().any(|word| NOT_SECRET.contains(&word.as_str())) {
            return None;
        }
        let name = secret_name(call)?;
        let message =
            format!("`{name}` comes from `{}`, whose outputs can be predicted from earlier ones.", matched.name);
        Some(Found::new(matched.at, message))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        let is_module_level = matched.is_none_or(|matched| matched.name.matches('.').count() == 1);
        if !is_module_level {
            return Vec::new();
        }
        let original = matched.and_then(|matched| matched.name.rsplit('.').next()).unwrap_or_else(|| call.name());
        let function = match original {
            "choice" => "choice".to_owned(),
            "getrandbits" => "randbits".to_owned(),
            "randbytes" => "token_bytes".to_owned(),
            other => format!("SystemRandom().{other}"),
        };
        let (module, import) = import::module(file, "secrets");
        let mut edits: Vec<Edit> = vec![call.rename(format!("{module}.{function}"))];
        edits.extend(import);
        vec![fix::fix("Take the value from the operating system's generator", edits)]
    }
}

/// Gives the name under which the call's value serves as a secret.
fn secret_name(call: Call<'_>) -> Option<String> {
    if call.name() == "shuffle" {
        let shuffled = call.positional(0).and_then(receiver::target)?;
        return identifier::secret(shuffled).map(|_| shuffled.to_owned());
    }
    for receiver in receiver::receivers(call.node) {
        match receiver {
            Receiver::Stored(name) => {
                if chooses_among(call, name) {
                    continue;
                }
                if identifier::secret(name).is_some() || is_numeric_code(call, name) {
                    return Some(name.to_owned());
                }
                let function = receiver::function_name(call.node).filter(|_| receiver::is_returned(call.node, name));
                if let Some(function) = function.filter(|function| identifier::secret_of_function(function).is_some()) {
                    return Some(format!("{function}()"));
                }
            }
            Receiver::Returned(function) if identifier::secret_of_function(function).is_some() => {
                return Some(format!("{function}()"));
            }
            Receiver::Returned(_) => {}
        }
    }
    None
}

/// `token = random.choice(tokens)` picks one of the existing ones: a word of a text, not a secret.
fn chooses_among(call: Call<'_>, name: &str) -> bool {
    let Some(pool) = call.positional(0).map(Node::without_parentheses).and_then(receiver::target) else { return false };
    let singular = identifier::words(name).pop().unwrap_or_default();
    identifier::words(pool).last().is_some_and(|word| word.strip_suffix('s') == Some(singular.as_str()))
}

/// A `code` or `pin` of at least four digits: `randint(1000, 9999)`.
fn is_numeric_code(call: Call<'_>, name: &str) -> bool {
    let bound = |position| call.positional(position).and_then(literal::integer);
    let is_code =
        identifier::words(name).last().is_some_and(|word| ["code", "pin", "captcha"].contains(&word.as_str()));
    let (Some(low), Some(high)) = (bound(0), bound(1)) else { return false };
    let is_call_of_two = call.arguments().count() == 2 && call.list.is(Kind::ARGUMENT_LIST);
    let is_not_subscript = call.node.field() != Field::SUBSCRIPT;
    is_code
        && is_call_of_two
        && is_not_subscript
        && low >= 1000
        && low.to_string().trim_end_matches('0') == "1"
        && [low * 10, low * 10 - 1].contains(&high)
}
