//! How long typical string questions take. Invariant: each asks for a witness or a proof, from the operations on.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use model::contract::{SinkLanguage, SqlDialect};
use verify::{
    automata::{
        operation::{Operation, Quotes},
        transducer::Transducer,
    },
    regex::{self, Flags, Mode},
    sinks::{self, Part},
};

/// Which values does the operation turn into something that is more than data?
fn witness(operation: &Operation, language: &SinkLanguage, before: &str, after: &str) -> Option<String> {
    let parts = [Part::Text(before), Part::Hole, Part::Text(after)];
    let context = sinks::contexts(language, &parts).into_iter().next()?;
    let transducer = Transducer::new(operation.clone()).ok()?;
    transducer.preimage(&context.safe().complement()).ok()?.witness()
}

fn questions(criterion: &mut Criterion) {
    let sqlite = SinkLanguage::Sql { dialect: SqlDialect::Sqlite };
    let generic = SinkLanguage::Sql { dialect: SqlDialect::Generic };
    let doubled = Operation::Replace { from: "'".to_owned(), to: "''".to_owned() };
    let climb = Operation::Replace { from: "../".to_owned(), to: String::new() };
    let sql = ("SELECT * FROM users WHERE name = '", "' AND active = 1");
    let table = [
        ("raw/sqlite", Operation::Append(String::new()), &sqlite, sql),
        ("doubled quotes/sqlite", doubled.clone(), &sqlite, sql),
        ("doubled quotes/generic", doubled, &generic, sql),
        ("replace ../", climb, &SinkLanguage::Path, ("/srv/files/", "")),
        ("shlex.quote", Operation::ShellQuote, &SinkLanguage::Shell, ("ls -l ", "")),
        ("html.escape", Operation::HtmlEscape(Quotes::Escaped), &SinkLanguage::XPath, ("//a[b='", "']")),
        ("lower", Operation::Lower, &sqlite, sql),
        ("secure_filename", Operation::SecureFilename, &SinkLanguage::Path, ("/srv/files/", "")),
        ("repr", Operation::Repr, &SinkLanguage::PythonCode, ("f(", ")")),
    ];
    for (name, operation, language, (before, after)) in table {
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| witness(black_box(&operation), language, before, after));
        });
    }
    criterion.bench_function("re.match", |bencher| {
        bencher
            .iter(|| regex::language(black_box(r"^[\w.-]{1,64}@\w+\.[a-z]+$"), Flags::default(), Mode::Match).is_ok());
    });
    criterion.bench_function("all attacks/generic", |bencher| {
        let parts = [Part::Text(sql.0), Part::Hole, Part::Text(sql.1)];
        bencher.iter(|| sinks::contexts(&generic, &parts).iter().map(|hole| hole.attacks().len()).sum::<usize>());
    });
}

criterion_group!(benches, questions);
criterion_main!(benches);
