//! The types that library calls return, so that methods get their full names. Invariant: every type named by a sink or
//! source of this pack can be reached from here.

use securecode_sdk::{ReturnType, spec::returns};

/// Gives the types.
pub(super) fn return_types() -> Vec<ReturnType> {
    [databases(), object_relational(), statements(), web(), directories(), processes()].concat()
}

fn databases() -> Vec<ReturnType> {
    returns(&[
        ("sqlite3.connect", "sqlite3.Connection"),
        ("sqlite3.dbapi2.connect", "sqlite3.Connection"),
        ("sqlite3.Connection.cursor", "sqlite3.Cursor"),
        ("sqlite3.Connection.__enter__", "sqlite3.Connection"),
        ("sqlite3.Connection.execute", "sqlite3.Cursor"),
        ("sqlite3.Connection.executemany", "sqlite3.Cursor"),
        ("sqlite3.Cursor.execute", "sqlite3.Cursor"),
        ("sqlite3.Cursor.executemany", "sqlite3.Cursor"),
        ("aiosqlite.connect", "aiosqlite.Connection"),
        ("aiosqlite.Connection.__enter__", "aiosqlite.Connection"),
        ("aiosqlite.Connection.cursor", "aiosqlite.Cursor"),
        ("aiosqlite.Connection.execute", "aiosqlite.Cursor"),
        ("psycopg2.connect", "psycopg2.extensions.connection"),
        ("psycopg2.extensions.connection.cursor", "psycopg2.extensions.cursor"),
        ("psycopg2.pool.SimpleConnectionPool.getconn", "psycopg2.extensions.connection"),
        ("psycopg2.pool.ThreadedConnectionPool.getconn", "psycopg2.extensions.connection"),
        ("psycopg.connect", "psycopg.Connection"),
        ("psycopg.Connection.connect", "psycopg.Connection"),
        ("psycopg.Connection.cursor", "psycopg.Cursor"),
        ("psycopg.Connection.execute", "psycopg.Cursor"),
        ("psycopg.Cursor.execute", "psycopg.Cursor"),
        ("psycopg.AsyncConnection.connect", "psycopg.AsyncConnection"),
        ("psycopg.AsyncConnection.cursor", "psycopg.AsyncCursor"),
        ("asyncpg.connect", "asyncpg.Connection"),
        ("asyncpg.create_pool", "asyncpg.Pool"),
        ("asyncpg.Pool.acquire", "asyncpg.Connection"),
        ("pymysql.connect", "pymysql.connections.Connection"),
        ("pymysql.connections.Connection.cursor", "pymysql.cursors.Cursor"),
        ("MySQLdb.connect", "MySQLdb.connections.Connection"),
        ("MySQLdb.connections.Connection.cursor", "MySQLdb.cursors.Cursor"),
        ("mysql.connector.connect", "mysql.connector.MySQLConnection"),
        ("mysql.connector.MySQLConnection.cursor", "mysql.connector.cursor.MySQLCursor"),
        ("pyodbc.connect", "pyodbc.Connection"),
        ("pyodbc.Connection.cursor", "pyodbc.Cursor"),
        ("pyodbc.Connection.execute", "pyodbc.Cursor"),
    ])
}

fn object_relational() -> Vec<ReturnType> {
    returns(&[
        ("sqlalchemy.text", "sqlalchemy.TextClause"),
        ("sqlalchemy.sql.text", "sqlalchemy.TextClause"),
        ("sqlalchemy.sql.expression.text", "sqlalchemy.TextClause"),
        ("sqlalchemy.create_engine", "sqlalchemy.Engine"),
        ("sqlalchemy.engine.create_engine", "sqlalchemy.Engine"),
        ("sqlalchemy.Engine.connect", "sqlalchemy.Connection"),
        ("sqlalchemy.Engine.begin", "sqlalchemy.Connection"),
        ("sqlalchemy.Connection.__enter__", "sqlalchemy.Connection"),
        ("sqlalchemy.orm.sessionmaker", "sqlalchemy.orm.sessionmaker"),
        ("sqlalchemy.orm.sessionmaker.__call__", "sqlalchemy.orm.Session"),
        ("sqlalchemy.orm.sessionmaker.begin", "sqlalchemy.orm.Session"),
        ("sqlalchemy.orm.scoped_session", "sqlalchemy.orm.Session"),
        ("sqlalchemy.orm.Session", "sqlalchemy.orm.Session"),
        ("sqlalchemy.orm.Session.__enter__", "sqlalchemy.orm.Session"),
        ("django.db.connection.cursor", "django.db.backends.utils.CursorWrapper"),
        ("django.db.backends.utils.CursorWrapper.__enter__", "django.db.backends.utils.CursorWrapper"),
        // A composed psycopg statement: its `format` takes only composed parts, never text.
        ("psycopg2.sql.SQL", "psycopg2.sql.SQL"),
        ("psycopg.sql.SQL", "psycopg.sql.SQL"),
    ])
}

/// SQLAlchemy statements and the methods that give a statement of the same type.
pub(super) const STATEMENTS: [(&str, &str); 4] =
    [("select", "Select"), ("insert", "Insert"), ("update", "Update"), ("delete", "Delete")];
pub(super) const BUILDERS: [&str; 12] = [
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

fn statements() -> Vec<ReturnType> {
    let of = |callee: String, name: &str| ReturnType { callee, returns: format!("sqlalchemy.{name}") };
    let made = |(function, name): (&str, &str)| {
        let builders = BUILDERS.map(|builder| of(format!("sqlalchemy.{name}.{builder}"), name));
        let functions = [of(format!("sqlalchemy.{function}"), name), of(format!("sqlalchemy.sql.{function}"), name)];
        functions.into_iter().chain(builders)
    };
    STATEMENTS.into_iter().flat_map(made).collect()
}

fn web() -> Vec<ReturnType> {
    returns(&[
        ("flask.Flask", "flask.Flask"),
        ("flask.Blueprint", "flask.Blueprint"),
        ("quart.Quart", "quart.Quart"),
        ("fastapi.FastAPI", "fastapi.FastAPI"),
        ("fastapi.APIRouter", "fastapi.APIRouter"),
        ("bottle.Bottle", "bottle.Bottle"),
        ("cgi.FieldStorage", "cgi.FieldStorage"),
        ("jinja2.Environment", "jinja2.Environment"),
        ("jinja2.sandbox.SandboxedEnvironment", "jinja2.sandbox.SandboxedEnvironment"),
        ("jinja2.Template", "jinja2.Template"),
        ("django.template.Engine", "django.template.Engine"),
        ("argparse.ArgumentParser", "argparse.ArgumentParser"),
        ("optparse.OptionParser", "optparse.OptionParser"),
        ("typer.Typer", "typer.Typer"),
    ])
}

fn directories() -> Vec<ReturnType> {
    returns(&[
        ("ldap.initialize", "ldap.ldapobject.LDAPObject"),
        ("ldap.open", "ldap.ldapobject.LDAPObject"),
        ("ldap3.Connection", "ldap3.Connection"),
        ("ldap3.Connection.__enter__", "ldap3.Connection"),
        ("lxml.etree.parse", "lxml.etree._ElementTree"),
        ("lxml.etree.ElementTree", "lxml.etree._ElementTree"),
        ("lxml.etree.fromstring", "lxml.etree._Element"),
        ("lxml.etree.XML", "lxml.etree._Element"),
        ("lxml.etree.HTML", "lxml.etree._Element"),
        ("lxml.etree._ElementTree.getroot", "lxml.etree._Element"),
        ("lxml.html.fromstring", "lxml.etree._Element"),
        ("lxml.html.parse", "lxml.etree._ElementTree"),
        ("xml.etree.ElementTree.parse", "xml.etree.ElementTree.ElementTree"),
        ("xml.etree.ElementTree.fromstring", "xml.etree.ElementTree.Element"),
        ("xml.etree.ElementTree.XML", "xml.etree.ElementTree.Element"),
        ("xml.etree.ElementTree.ElementTree.getroot", "xml.etree.ElementTree.Element"),
        ("pathlib.Path", "pathlib.Path"),
        ("pathlib.Path.resolve", "pathlib.Path"),
        ("pathlib.Path.joinpath", "pathlib.Path"),
        ("pathlib.Path.absolute", "pathlib.Path"),
        ("pathlib.Path.cwd", "pathlib.Path"),
        ("pathlib.Path.home", "pathlib.Path"),
        ("zipfile.ZipFile", "zipfile.ZipFile"),
        ("zipfile.ZipFile.__enter__", "zipfile.ZipFile"),
    ])
}

fn processes() -> Vec<ReturnType> {
    returns(&[
        ("paramiko.SSHClient", "paramiko.SSHClient"),
        ("paramiko.SSHClient.__enter__", "paramiko.SSHClient"),
        ("paramiko.client.SSHClient", "paramiko.SSHClient"),
        ("fabric.Connection", "fabric.Connection"),
        ("invoke.Context", "invoke.Context"),
        ("concurrent.futures.ThreadPoolExecutor", "concurrent.futures.ThreadPoolExecutor"),
    ])
}
