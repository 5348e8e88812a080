//! What makes untrusted data harmless, and what keeps it to itself. Invariant: an entry is here only when its result can
//! do no harm in the named languages, wherever it stands in the text; an escape for one kind of place only is the
//! prover's matter.

mod digests;
mod fields;
mod results;
mod statements;

use securecode_sdk::{
    Propagator, Sanitizer,
    SinkLanguage::{
        HeaderValue, Html, LdapFilter, LdapName, LogRecord, Path, PythonCode, Regex, Shell, Sql, Xml, Xpath,
    },
    SqlDialect,
    spec::sanitizers as of,
};

/// Gives the sanitizers.
pub(super) fn sanitizers() -> Vec<Sanitizer> {
    [escapes(), file_names(), converters(), fields::converters()].concat()
}

/// Gives the calls whose result holds nothing of what they are given, though data flow would think so.
pub(super) fn propagators() -> Vec<Propagator> {
    [statements::propagators(), results::propagators(), digests::propagators()].concat()
}

fn escapes() -> Vec<Sanitizer> {
    let sql = [SqlDialect::Sqlite, SqlDialect::Postgres, SqlDialect::Mysql, SqlDialect::Generic].map(Sql);
    [
        of(&["shlex.quote", "shlex.join", "pipes.quote"], &[Shell]),
        of(
            &[
                "ldap.filter.escape_filter_chars",
                "ldap.filter.filter_format",
                "ldap3.utils.conv.escape_filter_chars",
                "ldap3.utils.conv.escape_bytes",
            ],
            &[LdapFilter],
        ),
        of(&["ldap.dn.escape_dn_chars", "ldap3.utils.dn.escape_rdn", "ldap3.utils.dn.safe_rdn"], &[LdapName]),
        of(&["psycopg2.extensions.quote_ident"], &sql),
        of(&["re.escape", "regex.escape"], &[Regex]),
        of(&["xml.sax.saxutils.escape", "xml.sax.saxutils.quoteattr"], &[Xml]),
        // A literal of Python: its quotes and line ends are escaped.
        of(&["builtins.repr", "builtins.ascii", "reprlib.repr"], &[PythonCode, LogRecord, HeaderValue]),
        of(&["json.dumps"], &[LogRecord, HeaderValue]),
    ]
    .concat()
}

/// Gives the functions that leave one name of a file or folder, or a path below a base.
fn file_names() -> Vec<Sanitizer> {
    [
        of(
            &[
                "werkzeug.security.safe_join",
                "werkzeug.utils.safe_join",
                "flask.safe_join",
                "flask.helpers.safe_join",
                "django.utils._os.safe_join",
                "os.path.basename",
                "ntpath.basename",
                "posixpath.basename",
                "pathlib.Path.name",
                "pathlib.Path.stem",
                "pathlib.Path.suffix",
            ],
            &[Path],
        ),
        // Letters, digits, points, hyphens and underscores.
        of(
            &[
                "werkzeug.utils.secure_filename",
                "werkzeug.secure_filename",
                "django.utils.text.get_valid_filename",
                "pathvalidate.sanitize_filename",
            ],
            &[Path, Html, HeaderValue, LogRecord],
        ),
        of(
            &["werkzeug.utils.secure_filename", "django.utils.text.get_valid_filename"],
            &[Shell, LdapFilter, Xpath, Xml],
        ),
    ]
    .concat()
}

/// Gives the functions whose results are numbers, dates or words of a fixed alphabet.
fn converters() -> Vec<Sanitizer> {
    of(
        &[
            "uuid.UUID",
            "decimal.Decimal",
            "fractions.Fraction",
            "datetime.date",
            "datetime.datetime",
            "datetime.time",
            "datetime.date.fromisoformat",
            "datetime.time.fromisoformat",
            "datetime.datetime.fromisoformat",
            "datetime.datetime.strptime",
            "datetime.datetime.fromtimestamp",
            "datetime.date.fromtimestamp",
            "datetime.datetime.combine",
            "datetime.timedelta",
            "dateutil.parser.parse",
            "dateutil.parser.isoparse",
            "dateutil.relativedelta.relativedelta",
            "django.utils.dateparse.parse_date",
            "django.utils.dateparse.parse_datetime",
            "django.utils.dateparse.parse_time",
            "pendulum.parse",
            "arrow.get",
            "time.strptime",
            "time.mktime",
            "calendar.timegm",
            "math.ceil",
            "math.floor",
            "math.sqrt",
            "math.trunc",
            "operator.index",
            "ipaddress.IPv4Address",
            "ipaddress.IPv4Network",
            "bson.ObjectId",
            "bson.objectid.ObjectId",
            "ulid.parse",
            "distutils.util.strtobool",
            "slugify.slugify",
            "django.utils.text.slugify",
            "pydantic.PositiveInt",
            "pydantic.NonNegativeInt",
            "pydantic.conint",
            "pydantic.UUID4",
            "mimetypes.guess_type",
            "imghdr.what",
        ],
        &[],
    )
}
