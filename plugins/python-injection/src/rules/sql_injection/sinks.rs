//! The calls that run SQL text, by driver. Invariant: an argument that the driver binds is never named here.

use securecode_sdk::{
    Argument, CallCondition, Confidence, Sink, SinkLanguage, SqlDialect,
    SqlDialect::{Generic, Mysql, Postgres, Sqlite},
    spec::{argument, keyword, position, sink},
};

/// Gives the sinks.
pub(super) fn sinks() -> Vec<Sink> {
    [lite(), postgres(), mysql(), other_drivers(), toolkits(), django(), unknown()].concat()
}

fn typed(types: &[&str], methods: &[&str], argument: Argument, dialect: SqlDialect) -> Sink {
    let callees: Vec<String> =
        types.iter().flat_map(|owner| methods.iter().map(move |method| format!("{owner}.{method}"))).collect();
    let names: Vec<&str> = callees.iter().map(String::as_str).collect();
    sink(&names, argument, SinkLanguage::Sql(dialect))
}

fn named(callees: &[&str], argument: Argument) -> Sink {
    sink(callees, argument, SinkLanguage::Sql(Generic))
}

fn query() -> Argument {
    argument(0, "query")
}

fn lite() -> Vec<Sink> {
    let types = ["sqlite3.Connection", "sqlite3.Cursor", "aiosqlite.Connection", "aiosqlite.Cursor"];
    let methods = ["execute", "executemany", "executescript", "execute_fetchall", "execute_insert"];
    vec![typed(&types, &methods, argument(0, "sql"), Sqlite)]
}

fn postgres() -> Vec<Sink> {
    let types = [
        "psycopg2.extensions.cursor",
        "psycopg2.extras.DictCursor",
        "psycopg2.extras.RealDictCursor",
        "psycopg2.extras.NamedTupleCursor",
        "psycopg.Connection",
        "psycopg.AsyncConnection",
        "psycopg.Cursor",
        "psycopg.AsyncCursor",
        "psycopg.ClientCursor",
        "aiopg.Cursor",
    ];
    let asyncpg = ["asyncpg.Connection", "asyncpg.Pool", "asyncpg.connection.Connection", "asyncpg.pool.Pool"];
    let methods = [
        "execute",
        "executemany",
        "fetch",
        "fetchrow",
        "fetchval",
        "fetchmany",
        "cursor",
        "prepare",
        "copy_from_query",
    ];
    vec![
        typed(&types, &["execute", "executemany", "mogrify", "copy_expert", "copy", "stream"], query(), Postgres),
        sink(
            &["psycopg2.extras.execute_values", "psycopg2.extras.execute_batch"],
            argument(1, "sql"),
            SinkLanguage::Sql(Postgres),
        ),
        typed(&asyncpg, &methods, query(), Postgres),
    ]
}

fn mysql() -> Vec<Sink> {
    let types = [
        "pymysql.cursors.Cursor",
        "pymysql.cursors.DictCursor",
        "MySQLdb.cursors.Cursor",
        "MySQLdb.cursors.DictCursor",
        "mysql.connector.cursor.MySQLCursor",
        "aiomysql.Cursor",
        "aiomysql.cursors.Cursor",
        "asyncmy.cursors.Cursor",
    ];
    let connections = ["pymysql.connections.Connection", "MySQLdb.connections.Connection"];
    vec![
        typed(&types, &["execute", "executemany", "mogrify"], query(), Mysql),
        typed(&["mysql.connector.cursor.MySQLCursor"], &["execute", "executemany"], argument(0, "operation"), Mysql),
        typed(&connections, &["query"], argument(0, "sql"), Mysql),
        typed(&["mysql.connector.MySQLConnection"], &["cmd_query"], query(), Mysql),
    ]
}

fn other_drivers() -> Vec<Sink> {
    let cursors = [
        "pyodbc.Connection",
        "pyodbc.Cursor",
        "oracledb.Cursor",
        "oracledb.AsyncCursor",
        "cx_Oracle.Cursor",
        "pymssql.Cursor",
        "pymssql._pymssql.Cursor",
        "snowflake.connector.cursor.SnowflakeCursor",
        "trino.dbapi.Cursor",
        "firebirdsql.Cursor",
    ];
    let duck = ["duckdb", "duckdb.DuckDBPyConnection"];
    let clickhouse = ["clickhouse_driver.Client", "clickhouse_driver.client.Client"];
    vec![
        typed(&cursors, &["execute", "executemany", "parse", "prepare"], argument(0, "statement"), Generic),
        typed(&duck, &["sql", "query", "execute", "executemany"], query(), Postgres),
        typed(&clickhouse, &["execute", "execute_iter", "execute_with_progress", "query_dataframe"], query(), Generic),
        typed(&["clickhouse_connect.driver.client.Client"], &["query", "command", "query_df"], query(), Generic),
        typed(&["google.cloud.bigquery.Client"], &["query", "query_and_wait"], query(), Generic),
        typed(&["pyspark.sql.SparkSession"], &["sql"], argument(0, "sqlQuery"), Generic),
        typed(&["cassandra.cluster.Session"], &["execute", "execute_async", "prepare"], query(), Generic),
        named(&["*.start_query_execution"], keyword("QueryString")).confidence(Confidence::Medium),
        typed(
            &["databases.Database", "databases.core.Database", "databases.core.Connection"],
            &["execute", "execute_many", "fetch_all", "fetch_one", "fetch_val", "iterate"],
            query(),
            Generic,
        )
        .when(CallCondition::IsString(query())),
        typed(&["records.Database", "records.Connection"], &["query", "bulk_query"], query(), Generic),
    ]
}

fn toolkits() -> Vec<Sink> {
    let statement = || argument(0, "statement");
    let sqlalchemy = [
        "sqlalchemy.Connection",
        "sqlalchemy.engine.Connection",
        "sqlalchemy.Engine",
        "sqlalchemy.orm.Session",
        "sqlalchemy.ext.asyncio.AsyncConnection",
        "sqlalchemy.ext.asyncio.AsyncSession",
    ];
    vec![
        named(
            &[
                "sqlalchemy.text",
                "sqlalchemy.sql.text",
                "sqlalchemy.sql.expression.text",
                "sqlalchemy.literal_column",
                "sqlalchemy.sql.literal_column",
                "sqlalchemy.sql.expression.literal_column",
                "flask_sqlalchemy.SQLAlchemy.text",
                "flask_sqlalchemy.SQLAlchemy.literal_column",
                "sqlmodel.text",
            ],
            argument(0, "text"),
        ),
        named(&["sqlalchemy.DDL", "sqlalchemy.schema.DDL"], statement()),
        typed(&sqlalchemy, &["execute", "scalar", "scalars", "stream"], statement(), Generic)
            .when(CallCondition::IsString(statement())),
        typed(&sqlalchemy, &["exec_driver_sql"], statement(), Generic),
        named(&["*.exec_driver_sql"], statement()).confidence(Confidence::Medium),
        named(
            &["pandas.read_sql", "pandas.read_sql_query", "pandas.io.sql.read_sql", "pandas.io.sql.read_sql_query"],
            argument(0, "sql"),
        ),
        named(&["peewee.SQL", "peewee.RawQuery", "pony.orm.raw_sql"], argument(0, "sql")),
        typed(
            &["peewee.Database", "peewee.SqliteDatabase", "peewee.PostgresqlDatabase", "peewee.MySQLDatabase"],
            &["execute_sql"],
            argument(0, "sql"),
            Generic,
        ),
        typed(&["tortoise.backends.base.client.BaseDBAsyncClient"], &["execute_query"], query(), Generic),
        named(&["*.execute_query", "*.execute_query_dict", "*.executesql"], position(0)).confidence(Confidence::Medium),
    ]
}

fn django() -> Vec<Sink> {
    let raw = || argument(0, "raw_query");
    vec![
        typed(&["django.db.backends.utils.CursorWrapper"], &["execute", "executemany"], argument(0, "sql"), Generic),
        named(
            &["django.db.models.expressions.RawSQL", "django.db.models.RawSQL", "django.contrib.gis.db.models.RawSQL"],
            argument(0, "sql"),
        ),
        named(&["django.db.migrations.RunSQL"], argument(0, "sql")),
        named(&["*.raw"], raw()).when(CallCondition::IsString(raw())).confidence(Confidence::Medium),
        named(&["*.extra"], argument(0, "select")).confidence(Confidence::Medium),
        named(&["*.extra"], argument(1, "where")).confidence(Confidence::Medium),
        named(&["*.extra"], argument(3, "tables")).confidence(Confidence::Medium),
        named(&["*.extra"], argument(4, "order_by")).confidence(Confidence::Medium),
    ]
}

/// Cursors of which only the method's name is known, and those that applications keep in Flask's `g`.
fn unknown() -> Vec<Sink> {
    let methods = [
        "*.execute",
        "*.executemany",
        "*.executescript",
        "*.execute_sql",
        "*.mogrify",
        "flask.g.db.execute",
        "flask.g.db.executemany",
        "flask.g.db.executescript",
        "flask.g.conn.execute",
        "flask.g.connection.execute",
        "flask.g.cursor.execute",
        "flask.g.cur.execute",
    ];
    vec![named(&methods, position(0)).when(CallCondition::IsString(position(0))).confidence(Confidence::Medium)]
}
