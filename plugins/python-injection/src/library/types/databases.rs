//! Drivers of databases. Invariant: an entered connection or cursor is one of the same type, where nothing else is said.

use securecode_sdk::{ReturnType, spec::returns};

use super::methods;

pub(super) fn types() -> Vec<ReturnType> {
    [lite(), postgres(), mysql(), others(), documents()].concat()
}

fn lite() -> Vec<ReturnType> {
    let executes = ["cursor", "execute", "executemany", "executescript"];
    [
        returns(&[
            ("sqlite3.connect", "sqlite3.Connection"),
            ("sqlite3.dbapi2.connect", "sqlite3.Connection"),
            ("sqlite3.Connection.__enter__", "sqlite3.Connection"),
            ("sqlite3.Cursor.connection", "sqlite3.Connection"),
            ("aiosqlite.connect", "aiosqlite.Connection"),
            ("aiosqlite.Connection.__enter__", "aiosqlite.Connection"),
            ("apsw.Connection.cursor", "apsw.Cursor"),
        ]),
        methods(&["sqlite3.Connection", "sqlite3.Cursor"], &executes, "sqlite3.Cursor"),
        methods(&["aiosqlite.Connection", "aiosqlite.Cursor"], &executes, "aiosqlite.Cursor"),
    ]
    .concat()
}

fn postgres() -> Vec<ReturnType> {
    let pools = [
        "psycopg2.pool.AbstractConnectionPool",
        "psycopg2.pool.SimpleConnectionPool",
        "psycopg2.pool.ThreadedConnectionPool",
    ];
    [
        returns(&[
            ("psycopg2.connect", "psycopg2.extensions.connection"),
            ("psycopg2.extensions.connection.cursor", "psycopg2.extensions.cursor"),
            ("psycopg.connect", "psycopg.Connection"),
            ("psycopg.Connection.connect", "psycopg.Connection"),
            ("psycopg.AsyncConnection.connect", "psycopg.AsyncConnection"),
            ("psycopg_pool.ConnectionPool.connection", "psycopg.Connection"),
            ("psycopg_pool.ConnectionPool.getconn", "psycopg.Connection"),
            ("psycopg_pool.AsyncConnectionPool.connection", "psycopg.AsyncConnection"),
            ("psycopg_pool.AsyncConnectionPool.getconn", "psycopg.AsyncConnection"),
            ("asyncpg.connect", "asyncpg.Connection"),
            ("asyncpg.create_pool", "asyncpg.Pool"),
            ("asyncpg.Pool.acquire", "asyncpg.Connection"),
            ("aiopg.connect", "aiopg.Connection"),
            ("aiopg.create_pool", "aiopg.Pool"),
            ("aiopg.Pool.acquire", "aiopg.Connection"),
            ("aiopg.Connection.cursor", "aiopg.Cursor"),
            // A composed psycopg statement: its `format` takes only composed parts, never text.
            ("psycopg2.sql.SQL", "psycopg2.sql.SQL"),
            ("psycopg.sql.SQL", "psycopg.sql.SQL"),
        ]),
        methods(&pools, &["getconn"], "psycopg2.extensions.connection"),
        methods(&["psycopg.Connection", "psycopg.Cursor"], &["cursor", "execute"], "psycopg.Cursor"),
        methods(&["psycopg.AsyncConnection", "psycopg.AsyncCursor"], &["cursor", "execute"], "psycopg.AsyncCursor"),
    ]
    .concat()
}

fn mysql() -> Vec<ReturnType> {
    [
        methods(&["pymysql"], &["connect", "Connect", "Connection"], "pymysql.connections.Connection"),
        methods(&["MySQLdb"], &["connect", "Connect", "Connection"], "MySQLdb.connections.Connection"),
        methods(&["mysql.connector"], &["connect", "Connect"], "mysql.connector.MySQLConnection"),
        returns(&[
            ("pymysql.connections.Connection.cursor", "pymysql.cursors.Cursor"),
            ("MySQLdb.connections.Connection.cursor", "MySQLdb.cursors.Cursor"),
            ("mysql.connector.MySQLConnection.cursor", "mysql.connector.cursor.MySQLCursor"),
            ("mysql.connector.connection.MySQLConnection", "mysql.connector.MySQLConnection"),
            ("mysql.connector.pooling.MySQLConnectionPool.get_connection", "mysql.connector.MySQLConnection"),
            ("aiomysql.connect", "aiomysql.Connection"),
            ("aiomysql.create_pool", "aiomysql.Pool"),
            ("aiomysql.Pool.acquire", "aiomysql.Connection"),
            ("aiomysql.Connection.cursor", "aiomysql.Cursor"),
            ("asyncmy.connect", "asyncmy.Connection"),
            ("asyncmy.Connection.cursor", "asyncmy.cursors.Cursor"),
            // A Flask extension that gives the connection as an attribute.
            ("flask_mysqldb.MySQL.connection", "MySQLdb.connections.Connection"),
        ]),
    ]
    .concat()
}

fn others() -> Vec<ReturnType> {
    returns(&[
        ("pyodbc.connect", "pyodbc.Connection"),
        ("pyodbc.Connection.cursor", "pyodbc.Cursor"),
        ("pyodbc.Connection.execute", "pyodbc.Cursor"),
        ("pyodbc.Cursor.execute", "pyodbc.Cursor"),
        ("oracledb.connect", "oracledb.Connection"),
        ("oracledb.connect_async", "oracledb.AsyncConnection"),
        ("oracledb.create_pool", "oracledb.ConnectionPool"),
        ("oracledb.ConnectionPool.acquire", "oracledb.Connection"),
        ("oracledb.Connection.cursor", "oracledb.Cursor"),
        ("oracledb.AsyncConnection.cursor", "oracledb.AsyncCursor"),
        ("cx_Oracle.connect", "cx_Oracle.Connection"),
        ("cx_Oracle.Connection.cursor", "cx_Oracle.Cursor"),
        ("pymssql.connect", "pymssql.Connection"),
        ("pymssql.Connection.cursor", "pymssql.Cursor"),
        ("duckdb.connect", "duckdb.DuckDBPyConnection"),
        ("duckdb.DuckDBPyConnection.cursor", "duckdb.DuckDBPyConnection"),
        ("snowflake.connector.connect", "snowflake.connector.connection.SnowflakeConnection"),
        ("snowflake.connector.connection.SnowflakeConnection.cursor", "snowflake.connector.cursor.SnowflakeCursor"),
        ("trino.dbapi.connect", "trino.dbapi.Connection"),
        ("trino.dbapi.Connection.cursor", "trino.dbapi.Cursor"),
        ("firebirdsql.connect", "firebirdsql.Connection"),
        ("firebirdsql.Connection.cursor", "firebirdsql.Cursor"),
        ("clickhouse_connect.get_client", "clickhouse_connect.driver.client.Client"),
        ("cassandra.cluster.Cluster.connect", "cassandra.cluster.Session"),
        ("pyspark.sql.SparkSession.builder.getOrCreate", "pyspark.sql.SparkSession"),
        ("databases.Database.connection", "databases.core.Connection"),
        ("records.Database.get_connection", "records.Connection"),
    ])
}

fn documents() -> Vec<ReturnType> {
    [
        methods(
            &["pymongo.MongoClient", "motor.motor_asyncio.AsyncIOMotorClient"],
            &["get_database", "get_default_database"],
            "pymongo.database.Database",
        ),
        methods(&["pymongo.database.Database"], &["get_collection"], "pymongo.collection.Collection"),
        returns(&[
            ("redis.Redis.from_url", "redis.Redis"),
            ("redis.from_url", "redis.Redis"),
            ("redis.asyncio.from_url", "redis.asyncio.Redis"),
        ]),
    ]
    .concat()
}
