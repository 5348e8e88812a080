//! Statements that are put together from parts. Invariant: the text of a statement is checked where it is made; its
//! values are bound by the driver.

use securecode_sdk::{Propagator, spec::clean};

use crate::library::types::{BUILDERS, STATEMENTS};

/// Methods of a query of objects, each giving another query or its result.
const QUERIES: [&str; 22] = [
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
    "first",
    "first_or_404",
    "one",
    "one_or_none",
    "one_or_404",
    "all",
    "get",
    "get_or_404",
    "scalar",
    "paginate",
];

pub(super) fn propagators() -> Vec<Propagator> {
    let built = STATEMENTS.iter().flat_map(|(_, name)| {
        BUILDERS.iter().flat_map(move |builder| clean(&[&format!("sqlalchemy.{name}.{builder}")]))
    });
    let of_queries = QUERIES.iter().flat_map(|method| clean(&[&format!("sqlalchemy.orm.Query.{method}")]));
    let mut all = parts();
    all.extend(built);
    all.extend(of_queries);
    all
}

fn parts() -> Vec<Propagator> {
    clean(&[
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
    ])
}
