//! Whether a method of an unknown object asks a database. Invariant: one sign is enough: the file's imports, the
//! receiver's name, or the text.

use securecode_sdk::{File, Match, compose::Composition, fix::call::Call};

use crate::literal;

const LIBRARIES: [&str; 34] = [
    "sqlite3",
    "aiosqlite",
    "psycopg2",
    "psycopg",
    "asyncpg",
    "aiopg",
    "pymysql",
    "MySQLdb",
    "mysql",
    "aiomysql",
    "asyncmy",
    "flask_mysqldb",
    "flask_sqlalchemy",
    "sqlalchemy",
    "sqlmodel",
    "django",
    "peewee",
    "playhouse",
    "pony",
    "tortoise",
    "databases",
    "records",
    "pyodbc",
    "pymssql",
    "oracledb",
    "cx_Oracle",
    "duckdb",
    "clickhouse_driver",
    "snowflake",
    "trino",
    "pyhive",
    "cassandra",
    "odoo",
    "frappe",
];
const NAMES: [&str; 14] = [
    "cur",
    "conn",
    "db",
    "sql",
    "session",
    "engine",
    "database",
    "tx",
    "transaction",
    "pool",
    "stmt",
    "query",
    "warehouse",
    "dao",
];
const WORDS: [&str; 16] = [
    "select ",
    "insert ",
    "update ",
    "delete ",
    "create ",
    "drop ",
    "alter ",
    "pragma ",
    "merge ",
    "replace into",
    "truncate ",
    "grant ",
    " from ",
    " where ",
    "call ",
    "with ",
];

/// Tells whether the matched call looks like one of a database.
pub(super) fn is_database(file: File<'_>, matched: &Match) -> bool {
    if LIBRARIES.iter().any(|library| file.imports_module(library)) {
        return true;
    }
    let Some(call) = file.node_of(matched).and_then(Call::of) else { return true };
    let receiver = call.receiver().map_or("", |receiver| receiver.text()).to_lowercase();
    let text = call.positional(0).and_then(|query| Composition::of(literal::written(query)));
    let text = text.map(|composition| composition.outline("").to_lowercase()).unwrap_or_default();
    NAMES.iter().any(|name| receiver.contains(name)) || WORDS.iter().any(|word| text.contains(word))
}
