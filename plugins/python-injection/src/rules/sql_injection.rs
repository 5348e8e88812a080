//! Untrusted text in SQL (CWE-89). Invariant: only the text that the database parses is looked at; bound parameters are
//! data.
//!
//! # What
//! A query is composed from constants and untrusted text, and the database parses the whole.
//! # Why
//! The text can end the literal that it was meant for and go on as SQL: `' OR '1'='1` makes a condition always true,
//! `UNION SELECT` reads other tables.
//! # Fix
//! Keep the query constant and bind the values: the driver sends them apart from the text.

mod identifier;
mod relevance;
mod sinks;

use securecode_sdk::{
    File, Finding, Fix, Found, Interest, Match, Metadata, Rule, Severity,
    fix::{
        call::Call,
        fix,
        sql::{Binding, Placeholder, parameterize_call},
    },
};

use crate::evidence;
use sinks::sinks;

pub(crate) struct SqlInjection;

impl Rule for SqlInjection {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-sql-injection",
            title: "Untrusted text in an SQL query",
            help: "A database parses the whole text of a query. When untrusted text is part of it, whoever sends that \
                   text can end the literal that it was meant for and continue in SQL: read other tables, change or \
                   delete rows.\n\n\
                   ```python\n\
                   cursor.execute(f\"SELECT * FROM users WHERE name = '{name}'\")   # name = \"' OR '1'='1\"\n\
                   ```\n\n\
                   Keep the text constant and give the values apart. The driver then never parses them:\n\n\
                   ```python\n\
                   cursor.execute(\"SELECT * FROM users WHERE name = ?\", (name,))   # sqlite3\n\
                   cursor.execute(\"SELECT * FROM users WHERE name = %s\", (name,))  # psycopg, PyMySQL, Django\n\
                   session.execute(text(\"SELECT * FROM users WHERE name = :name\"), {\"name\": name})  # SQLAlchemy\n\
                   ```\n\n\
                   Names of tables and columns cannot be bound: choose them from a constant set.",
            severity: Severity::High,
            cwe: 89,
            tags: &["owasp:A05:2025", "injection", "external/cwe/cwe-564"],
            interests: sinks().into_iter().map(Interest::Flow).collect(),
            triggers: &[
                "execute",
                "text(",
                "read_sql",
                "SQL",
                "sql(",
                ".raw(",
                ".extra(",
                "mogrify",
                ".fetch",
                ".scalar",
                "exec_driver",
                ".query",
                "literal_column",
                "DDL(",
                "RawQuery",
                "QueryString",
                "copy_expert",
                ".prepare(",
                ".iterate(",
                ".command(",
            ],
            bad: "import sqlite3\n\n\n\
                  def find(connection: sqlite3.Connection, name: str):\n    \
                      return connection.execute(\"SELECT id FROM users WHERE name = '\" + name + \"'\").fetchall()\n",
            good: "import sqlite3\n\n\n\
                   def find(connection: sqlite3.Connection, name: str):\n    \
                       return connection.execute(\"SELECT id FROM users WHERE name = ?\", (name,)).fetchall()\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        if matched.name.starts_with("*.") && !relevance::is_database(file, matched) {
            return None;
        }
        Some(evidence::flow(matched, "is part of the SQL text that `{callee}` runs"))
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(matched) = matched else { return Vec::new() };
        let Some(call) = file.node_of(matched).and_then(Call::of) else { return Vec::new() };
        let method = call.name();
        // `executescript` takes no values, and `executemany` takes them for each row.
        let without_values = [
            "executescript",
            "executemany",
            "extra",
            "literal_column",
            "DDL",
            "SQL",
            "RunSQL",
            "copy_expert",
            "prepare",
            "command",
            "execute_values",
            "execute_batch",
            "raw_sql",
        ];
        // These take values as objects of their own, or as keyword arguments alone.
        let takes_none = ["query", "sql"].contains(&method) && !matched.name.starts_with("duckdb.");
        if without_values.contains(&method) || takes_none || matched.name.starts_with("records.") {
            return Vec::new();
        }
        let named = ["sql", "query", "statement", "text", "raw_query"].into_iter().find_map(|name| call.keyword(name));
        let Some(query) = call.positional(0).or(named) else { return Vec::new() };
        let (placeholder, binding) = style(file, &matched.name);
        let edits = parameterize_call(file, call, query, placeholder, binding);
        let bound = edits.map(|edits| fix("Bind the values as query parameters", edits));
        let names = || {
            identifier::checked(file, query).map(|edits| fix("Sort by no column that the query does not select", edits))
        };
        bound.or_else(names).into_iter().collect()
    }
}

/// Gives how the driver that runs the query takes values; by the imports where its type is not known.
fn style(file: File<'_>, callee: &str) -> (Placeholder, Binding) {
    let percent = [
        "psycopg2",
        "psycopg",
        "pymysql",
        "MySQLdb",
        "mysql",
        "django",
        "pymssql",
        "snowflake",
        "cassandra",
        "redshift_connector",
    ];
    let by_module = |module: &str| callee.split('.').next() == Some(module);
    let uses_percent = percent.iter().any(|module| by_module(module))
        || !by_module("sqlite3")
            && !by_module("aiosqlite")
            && !by_module("pyodbc")
            && !file.imports_module("sqlite3")
            && percent.iter().any(|module| file.imports_module(module));
    if by_module("sqlalchemy") && callee.ends_with("text") {
        return (Placeholder::Named, Binding::BindParams);
    }
    if by_module("asyncpg") {
        return (Placeholder::Numbered, Binding::FurtherArguments);
    }
    if by_module("oracledb") || by_module("cx_Oracle") {
        return (Placeholder::ColonNumbered, Binding::NextArgument);
    }
    if by_module("databases") {
        return (Placeholder::Named, Binding::Mapping);
    }
    if by_module("clickhouse_driver") {
        return (Placeholder::PercentNamed, Binding::Mapping);
    }
    if by_module("duckdb") && !callee.ends_with(".execute") {
        return (Placeholder::Question, Binding::Keyword("params"));
    }
    let is_raw = callee.ends_with(".raw");
    let placeholder = if uses_percent || is_raw { Placeholder::Percent } else { Placeholder::Question };
    let binding = if by_module("pandas") { Binding::Keyword("params") } else { Binding::NextArgument };
    (placeholder, binding)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;
    use securecode_testkit::Snippet;

    #[track_caller]
    fn check(before: &str, callee: &str, expected: &[&str]) {
        let snippet = Snippet::new(before);
        let start = before.lines().last().expect("a line").trim().split('(').next().expect("a callee").to_owned();
        let start = start.trim_start_matches("rows = ").to_owned();
        let matched = snippet.call(&start, callee).expect("the call");
        let fixed: Vec<_> = snippet.fixed(&SqlInjection, &matched).into_iter().map(|(_, text)| text).collect();
        assert_eq!(fixed, expected);
    }

    #[test]
    fn style_follows_the_driver() {
        check(
            "c.execute(f\"SELECT a FROM t WHERE b = '{b}'\")\n",
            "sqlite3.Cursor.execute",
            &["c.execute(\"SELECT a FROM t WHERE b = ?\", (b,))\n"],
        );
        check(
            "c.execute(f\"SELECT a FROM t WHERE b = '{b}'\")\n",
            "psycopg2.extensions.cursor.execute",
            &["c.execute(\"SELECT a FROM t WHERE b = %s\", (b,))\n"],
        );
        check(
            "import MySQLdb\nc.execute(f\"SELECT a FROM t WHERE b = '{b}'\")\n",
            "*.execute",
            &["import MySQLdb\nc.execute(\"SELECT a FROM t WHERE b = %s\", (b,))\n"],
        );
        check(
            "text(f\"SELECT a FROM t WHERE b = '{b}'\")\n",
            "sqlalchemy.text",
            &["text(\"SELECT a FROM t WHERE b = :b\").bindparams(b=b)\n"],
        );
        check(
            "pandas.read_sql(f\"SELECT a FROM t WHERE b = '{b}'\", c)\n",
            "pandas.read_sql",
            &["pandas.read_sql(\"SELECT a FROM t WHERE b = ?\", c, params=(b,))\n"],
        );
        check(
            "c.execute(f\"SELECT a FROM t WHERE b = '{b}' AND d = {d}\")\n",
            "oracledb.Cursor.execute",
            &["c.execute(\"SELECT a FROM t WHERE b = :1 AND d = :2\", (b, d))\n"],
        );
        check(
            "c.execute(\"SELECT a FROM t WHERE b LIKE '50%%' AND d = '%s'\" % d)\n",
            "clickhouse_driver.Client.execute",
            &["c.execute(\"SELECT a FROM t WHERE b LIKE '50%%' AND d = %(d)s\", {\"d\": d})\n"],
        );
        check(
            "c.fetch_all(f\"SELECT a FROM t WHERE b = '{b}'\")\n",
            "databases.Database.fetch_all",
            &["c.fetch_all(\"SELECT a FROM t WHERE b = :b\", {\"b\": b})\n"],
        );
        check(
            "duckdb.sql(f\"SELECT a FROM 't.csv' WHERE b = '{b}'\")\n",
            "duckdb.sql",
            &["duckdb.sql(\"SELECT a FROM 't.csv' WHERE b = ?\", params=(b,))\n"],
        );
        check(
            "s.execute(f\"SELECT a FROM t WHERE b = '{b}'\")\n",
            "cassandra.cluster.Session.execute",
            &["s.execute(\"SELECT a FROM t WHERE b = %s\", (b,))\n"],
        );
        check("c.query(f\"SELECT a FROM t WHERE b = '{b}'\")\n", "google.cloud.bigquery.Client.query", &[]);
        check("c.executescript(f\"SELECT a FROM t WHERE b = '{b}'\")\n", "sqlite3.Cursor.executescript", &[]);
    }
}
