//! SQLAlchemy, Django's database layer and what wraps them. Invariant: all names of one class lead to the one that the
//! sinks use.

use securecode_sdk::{ReturnType, spec::returns};

use super::methods;

/// SQLAlchemy statements and the methods that give a statement of the same type.
pub(in crate::library) const STATEMENTS: [(&str, &str); 4] =
    [("select", "Select"), ("insert", "Insert"), ("update", "Update"), ("delete", "Delete")];
pub(in crate::library) const BUILDERS: [&str; 12] = [
    "where",
    "filter",
    "filter_by",
    "values",
    "having",
    "join",
    "limit",
    "offset",
    "order_by",
    "group_by",
    "options",
    "returning",
];

pub(super) fn types() -> Vec<ReturnType> {
    [engines(), sessions(), statements(), django()].concat()
}

fn engines() -> Vec<ReturnType> {
    let asynchronous = ["sqlalchemy.ext.asyncio.AsyncEngine"];
    [
        methods(
            &["sqlalchemy", "sqlalchemy.engine", "sqlmodel"],
            &["create_engine", "engine_from_config"],
            "sqlalchemy.Engine",
        ),
        methods(&["sqlalchemy.Engine", "sqlalchemy.engine.Engine"], &["connect", "begin"], "sqlalchemy.Connection"),
        methods(&asynchronous, &["connect", "begin"], "sqlalchemy.ext.asyncio.AsyncConnection"),
        methods(&["sqlalchemy.Connection"], &["__enter__", "execution_options"], "sqlalchemy.Connection"),
        returns(&[
            ("sqlalchemy.text", "sqlalchemy.TextClause"),
            ("sqlalchemy.sql.text", "sqlalchemy.TextClause"),
            ("sqlalchemy.sql.expression.text", "sqlalchemy.TextClause"),
            ("sqlalchemy.ext.asyncio.create_async_engine", "sqlalchemy.ext.asyncio.AsyncEngine"),
            ("flask_sqlalchemy.SQLAlchemy.engine", "sqlalchemy.Engine"),
            ("flask_sqlalchemy.SQLAlchemy.get_engine", "sqlalchemy.Engine"),
        ]),
    ]
    .concat()
}

fn sessions() -> Vec<ReturnType> {
    let of_queries = [
        "filter",
        "filter_by",
        "where",
        "join",
        "outerjoin",
        "having",
        "order_by",
        "group_by",
        "limit",
        "offset",
        "options",
        "distinct",
    ];
    [
        returns(&[
            ("sqlalchemy.orm.sessionmaker", "sqlalchemy.orm.sessionmaker"),
            ("sqlalchemy.orm.sessionmaker.__call__", "sqlalchemy.orm.Session"),
            ("sqlalchemy.orm.sessionmaker.begin", "sqlalchemy.orm.Session"),
            ("sqlalchemy.orm.scoped_session", "sqlalchemy.orm.Session"),
            ("sqlalchemy.orm.Session", "sqlalchemy.orm.Session"),
            ("sqlalchemy.orm.session.Session", "sqlalchemy.orm.Session"),
            ("sqlalchemy.orm.Session.__enter__", "sqlalchemy.orm.Session"),
            ("sqlalchemy.orm.Session.__call__", "sqlalchemy.orm.Session"),
            ("sqlalchemy.orm.Session.connection", "sqlalchemy.Connection"),
            ("sqlmodel.Session", "sqlalchemy.orm.Session"),
            ("sqlalchemy.ext.asyncio.async_sessionmaker.__call__", "sqlalchemy.ext.asyncio.AsyncSession"),
            ("sqlalchemy.ext.asyncio.async_sessionmaker.begin", "sqlalchemy.ext.asyncio.AsyncSession"),
            ("flask_sqlalchemy.SQLAlchemy.session", "sqlalchemy.orm.Session"),
            ("sqlalchemy.orm.Session.query", "sqlalchemy.orm.Query"),
            ("flask_sqlalchemy.SQLAlchemy.Model.query", "sqlalchemy.orm.Query"),
            ("flask_sqlalchemy.model.Model.query", "sqlalchemy.orm.Query"),
        ]),
        methods(&["sqlalchemy.orm.Query"], &of_queries, "sqlalchemy.orm.Query"),
    ]
    .concat()
}

fn statements() -> Vec<ReturnType> {
    let of = |callee: String, name: &str| ReturnType { callee, returns: format!("sqlalchemy.{name}") };
    let made = |(function, name): (&str, &str)| {
        let builders = BUILDERS.map(|builder| of(format!("sqlalchemy.{name}.{builder}"), name));
        let functions = ["sqlalchemy", "sqlalchemy.sql", "sqlalchemy.future", "sqlmodel"]
            .map(|module| of(format!("{module}.{function}"), name));
        functions.into_iter().chain(builders)
    };
    STATEMENTS.into_iter().flat_map(made).collect()
}

fn django() -> Vec<ReturnType> {
    let chained = [
        "filter",
        "exclude",
        "all",
        "order_by",
        "annotate",
        "values",
        "values_list",
        "distinct",
        "only",
        "defer",
        "select_related",
        "prefetch_related",
        "extra",
        "using",
        "reverse",
    ];
    [
        returns(&[
            ("django.db.connection.cursor", "django.db.backends.utils.CursorWrapper"),
            ("django.db.connection.connection.cursor", "django.db.backends.utils.CursorWrapper"),
            ("django.db.transaction.get_connection", "django.db.connection"),
            ("django.db.backends.utils.CursorWrapper.__enter__", "django.db.backends.utils.CursorWrapper"),
        ]),
        methods(
            &["django.db.models.Model.objects", "django.db.models.QuerySet"],
            &chained,
            "django.db.models.QuerySet",
        ),
    ]
    .concat()
}
