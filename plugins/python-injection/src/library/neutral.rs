//! What makes untrusted data harmless. Invariant: an entry is here only when its result can do no harm in the named
//! languages, wherever it stands in the text; an escape for one kind of place only is the prover's matter.

use securecode_sdk::{
    Propagator, Sanitizer, SinkLanguage, SqlDialect,
    spec::{clean, sanitizers as of},
};

use super::types::{BUILDERS, STATEMENTS};

/// Gives every SQL dialect.
fn sql() -> [SinkLanguage; 4] {
    [SqlDialect::Sqlite, SqlDialect::Postgres, SqlDialect::Mysql, SqlDialect::Generic].map(SinkLanguage::Sql)
}

/// Gives the sanitizers.
pub(super) fn sanitizers() -> Vec<Sanitizer> {
    [
        of(&["shlex.quote", "shlex.join", "pipes.quote"], &[SinkLanguage::Shell]),
        of(
            &[
                "werkzeug.utils.secure_filename",
                "werkzeug.security.safe_join",
                "werkzeug.utils.safe_join",
                "flask.safe_join",
                "django.utils._os.safe_join",
                "django.utils.text.get_valid_filename",
                "os.path.basename",
            ],
            &[SinkLanguage::Path],
        ),
        of(
            &["ldap.filter.escape_filter_chars", "ldap.filter.filter_format", "ldap3.utils.conv.escape_filter_chars"],
            &[SinkLanguage::LdapFilter],
        ),
        of(&["psycopg2.extensions.quote_ident"], &sql()),
        // Their results are numbers, dates or identifiers of a fixed alphabet.
        of(
            &[
                "uuid.UUID",
                "decimal.Decimal",
                "fractions.Fraction",
                "datetime.date.fromisoformat",
                "datetime.time.fromisoformat",
                "datetime.datetime.fromisoformat",
                "datetime.datetime.strptime",
                "datetime.timedelta",
            ],
            &[],
        ),
    ]
    .concat()
}

/// Gives the calls whose result holds nothing of what they are given, though data flow would think so.
pub(super) fn propagators() -> Vec<Propagator> {
    let built = STATEMENTS.iter().flat_map(|(_, name)| {
        BUILDERS.iter().map(move |builder| clean(&[&format!("sqlalchemy.{name}.{builder}")])).collect::<Vec<_>>()
    });
    let mut all = fixed();
    all.extend(built.flatten());
    all
}

fn fixed() -> Vec<Propagator> {
    clean(&[
        // A statement is checked where it is made; its parts are bound by the driver.
        "sqlalchemy.text",
        "sqlalchemy.sql.text",
        "sqlalchemy.sql.expression.text",
        "sqlalchemy.bindparam",
        "sqlalchemy.TextClause.bindparams",
        "*.bindparams",
        "psycopg2.sql.Identifier",
        "psycopg2.sql.Literal",
        "psycopg2.sql.Placeholder",
        "psycopg.sql.Identifier",
        "psycopg.sql.Literal",
        "psycopg.sql.Placeholder",
        "werkzeug.security.generate_password_hash",
        "werkzeug.security.check_password_hash",
        "django.contrib.auth.hashers.make_password",
        "hashlib.new",
        "hashlib.md5",
        "hashlib.sha1",
        "hashlib.sha224",
        "hashlib.sha256",
        "hashlib.sha384",
        "hashlib.sha512",
        "hashlib.sha3_256",
        "hashlib.sha3_512",
        "hashlib.blake2b",
        "hashlib.blake2s",
        "hmac.new",
        "hmac.compare_digest",
        "zlib.crc32",
        "os.path.exists",
        "os.path.isfile",
        "os.path.isdir",
        "os.path.islink",
        "os.path.getsize",
        "os.path.getmtime",
    ])
}
