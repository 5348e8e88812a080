//! Values that others can foresee. Invariant: an expression with anything from the operating system's generator in it is
//! not called predictable.

use securecode_sdk::{File, Node, fix::call::Call};

use crate::dotted;

const PREDICTABLE: &[&str] = &[
    "random.randbytes",
    "random.getrandbits",
    "random.randint",
    "random.choice",
    "random.choices",
    "random.random",
    "random.sample",
    "random.randrange",
    "numpy.random.bytes",
    "numpy.random.randint",
    "time.time",
    "time.time_ns",
    "datetime.datetime.now",
];
const UNPREDICTABLE: &[&str] =
    &["urandom", "get_random_bytes", "token_bytes", "token_hex", "token_urlsafe", "uuid4", "SystemRandom"];

/// Gives the predictable call that an expression is made of.
pub(crate) fn call(file: File<'_>, expression: Node<'_>) -> Option<String> {
    let calls = || std::iter::once(expression).chain(expression.descendants()).filter_map(Call::of);
    let has_good = calls().any(|call| UNPREDICTABLE.contains(&call.name()));
    let mut bad = calls().filter_map(|call| dotted::path(file, call.callee));
    bad.find(|path| PREDICTABLE.contains(&path.as_str())).filter(|_| !has_good)
}

/// Says whether an expression draws from a generator that nobody can foresee.
pub(crate) fn is_random(expression: Node<'_>) -> bool {
    let mut calls = std::iter::once(expression).chain(expression.descendants()).filter_map(Call::of);
    calls.any(|call| UNPREDICTABLE.contains(&call.name()))
}
