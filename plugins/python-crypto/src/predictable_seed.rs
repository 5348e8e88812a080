//! `python-predictable-seed`.
//!
//! # What
//! A generator of `random` (or NumPy) that is seeded with a constant or the time where secrets are made from it.
//! # Why
//! Whoever knows or guesses the seed makes the same secrets (CWE-335, CWE-337).
//! # Fix
//! `secrets`, which has no seed.
//!
//! Invariant: a seed is reported only where a secret is made from the generator in the same file, because repeatable
//! experiments are what seeds are for.

use securecode_sdk::{File, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, fix::call::Call};

use crate::{argument, binding, constant, dotted, receiver, words};

/// The rule.
pub(crate) struct PredictableSeed;

const HELP: &str = "\
A generator of `random` gives the same numbers after the same seed. With a seed that is written down, or the time of day, \
an attacker makes the same tokens and passwords; a better seed would not help, because the generator's state follows from \
its outputs.

Take secrets from the operating system, which needs no seed: `secrets.token_urlsafe()`, `secrets.choice(…)`.";

const SEEDERS: [&str; 5] =
    ["random.seed", "random.Random", "random.Random.seed", "numpy.random.seed", "numpy.random.default_rng"];
const TIMES: [&str; 8] = [
    "time.time",
    "time.time_ns",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "os.getpid",
    "time.monotonic",
    "datetime.date.today",
    "time.perf_counter",
];
const DRAWS: [&str; 12] = [
    "random",
    "randint",
    "randrange",
    "choice",
    "choices",
    "sample",
    "getrandbits",
    "randbytes",
    "uniform",
    "integers",
    "bytes",
    "shuffle",
];

impl Rule for PredictableSeed {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-predictable-seed",
            title: "Secrets from a generator with a known seed",
            help: HELP,
            severity: Severity::High,
            confidence: securecode_sdk::Confidence::Medium,
            cwe: 335,
            tags: &["owasp:A04:2025", "cwe:337"],
            interests: vec![Interest::Call(SEEDERS.map(str::to_owned).into())],
            triggers: &["random"],
            bad: "import random\nrandom.seed(42)\ntoken = random.getrandbits(128)\n",
            good: "import random\nrandom.seed(42)\nsample = random.getrandbits(128)\n",
            no_fix_reason: Some(
                "No seed makes the generator fit for secrets; the calls that make them have to change.",
            ),
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let seed = argument::value(call, Some(0), &["a", "seed", "x"])?;
        let origin = binding::origin(seed);
        let is_constant = constant::integer(seed).is_some() || constant::of(file, seed).is_some();
        let from_time = || {
            let all = std::iter::once(origin).chain(origin.descendants()).filter_map(Call::of);
            let mut paths = all.filter_map(|call| dotted::path(file, call.callee));
            paths.find(|path| TIMES.contains(&path.as_str()))
        };
        let what = if is_constant { "a constant".to_owned() } else { format!("`{}`", from_time()?) };
        let secret = secret(file, call, &matched.name)?;
        let message =
            format!("The generator that makes `{secret}` is seeded with {what}, so that others make the same.");
        Some(Found::new(matched.at, message))
    }
}

/// Gives the name of a secret that is drawn from the seeded generator in this file.
fn secret(file: File<'_>, seeder: Call<'_>, name: &str) -> Option<String> {
    let is_object = name.ends_with(".Random") || name.ends_with("default_rng");
    let generator = match (is_object, name.ends_with("Random.seed")) {
        (true, _) => receiver::receiver(seeder.node).map(receiver::Receiver::name)?.to_owned(),
        (false, true) => dotted::last_name(seeder.receiver()?)?.to_owned(),
        (false, false) => String::new(),
    };
    let module = if name.starts_with("numpy.") { "numpy.random" } else { "random" };
    let draws = |call: &Call<'_>| {
        let of_generator = if generator.is_empty() {
            dotted::path(file, call.callee)
                .is_some_and(|path| path.rsplit_once('.').is_some_and(|(home, _)| home == module))
        } else {
            call.receiver().and_then(dotted::last_name) == Some(generator.as_str())
        };
        of_generator && DRAWS.contains(&call.callee.text().rsplit('.').next().unwrap_or_default())
    };
    // A local generator is drawn from in its function only.
    let is_local =
        !generator.is_empty() && seeder.node.statement().is_some_and(|statement| !statement.text().contains("self."));
    let within = seeder.node.scope().filter(|_| is_local).or_else(|| file.tree().root())?;
    within.descendants().filter(|node| node.is(Kind::CALL)).filter_map(Call::of).filter(draws).find_map(|call| {
        let made = made_secret(call.node);
        made.map(str::to_owned)
    })
}

fn made_secret<'a>(draw: Node<'a>) -> Option<&'a str> {
    match receiver::receiver(draw)? {
        receiver::Receiver::Stored(name) => {
            let function = receiver::function_name(draw).filter(|function| words::makes_secret(function));
            Some(name).filter(|name| words::is_secret(name)).or(function)
        }
        receiver::Receiver::Returned(name) => Some(name).filter(|name| words::makes_secret(name)),
    }
}
