"""The database connection of a request."""

import sqlite3

import click
from flask import current_app, g
from flask.cli import with_appcontext


def get_db() -> sqlite3.Connection:
    """Gives the request's connection, opened when first asked for."""
    if "db" not in g:
        g.db = sqlite3.connect(current_app.config["DATABASE"])
        g.db.row_factory = sqlite3.Row
    return g.db


def close_db(_error=None):
    connection = g.pop("db", None)
    if connection is not None:
        connection.close()


def count_rows(table):
    """Counts a table's rows, for the back office's overview."""
    tables = {"customer": "customer", "product": "product", "purchase": "purchase"}
    query = "SELECT COUNT(*) FROM " + tables[table]
    return get_db().execute(query).fetchone()[0]


@click.command("init-db")
@with_appcontext
def init_db():
    """Creates the tables that are not there yet."""
    with current_app.open_resource("schema.sql") as schema:
        get_db().executescript(schema.read().decode("utf-8"))
    click.echo("database is ready")


def init_app(app):
    app.teardown_appcontext(close_db)
    app.cli.add_command(init_db)
