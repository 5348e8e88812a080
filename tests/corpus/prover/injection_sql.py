"""Functions that talk to databases; each says whether its statement keeps its structure (holds) or not (broken)."""

import sqlite3

connection = sqlite3.connect("shop.db")

COLUMNS = ("name", "price", "added")


def find_user(name: str):  # broken
    return connection.execute("SELECT id FROM users WHERE name = '" + name + "'").fetchone()


def find_user_bound(name: str):  # holds
    return connection.execute("SELECT id FROM users WHERE name = ?", (name,)).fetchone()


def find_order(number: str):  # broken
    return connection.execute(f"SELECT * FROM orders WHERE number = {number}").fetchone()


def find_order_checked(number: str):  # holds
    return connection.execute(f"SELECT * FROM orders WHERE number = {int(number)}").fetchone()


def list_products(column: str):  # broken
    return connection.execute("SELECT * FROM products ORDER BY " + column).fetchall()


def list_products_listed(column: str):  # holds
    if column not in COLUMNS:
        column = "name"
    return connection.execute("SELECT * FROM products ORDER BY " + column).fetchall()


def quote_half(text):
    return text.replace("'", "\\'")


def quote_text(text):
    return text.replace("'", "''")


def search_notes(word: str):  # broken
    return connection.execute("SELECT * FROM notes WHERE body LIKE '%" + quote_half(word) + "%'").fetchall()


def search_notes_doubled(word: str):  # holds
    return connection.execute("SELECT * FROM notes WHERE body = '" + quote_text(word) + "'").fetchall()


def delete_session(token: str):  # broken
    if len(token) == 32:
        connection.execute("DELETE FROM sessions WHERE token = '%s'" % token)


def delete_session_hex(token: str):  # holds
    if len(token) == 32 and token.isalnum():
        connection.execute("DELETE FROM sessions WHERE token = '%s'" % token)


def sort_direction(direction: str):  # broken
    suffix = direction.upper()
    return connection.execute("SELECT * FROM logs ORDER BY at " + suffix).fetchall()


def sort_direction_mapped(direction: str):  # holds
    suffix = {"up": "ASC", "down": "DESC"}.get(direction, "ASC")
    return connection.execute("SELECT * FROM logs ORDER BY at " + suffix).fetchall()


class Reports:
    """Builds statements step by step."""

    def __init__(self, table):
        self.table = table
        self.parts = []

    def where(self, text):
        self.parts.append(text)
        return self

    def statement(self):
        return "SELECT * FROM " + self.table + " WHERE " + " AND ".join(self.parts)


def report(year: str):  # broken
    query = Reports("sales").where("closed = 1").where("year = " + year)
    return connection.execute(query.statement()).fetchall()


def report_checked(year: str):  # holds
    if not year.isdecimal() or not year.isascii():
        raise ValueError(year)
    query = Reports("sales").where("closed = 1").where("year = " + year)
    return connection.execute(query.statement()).fetchall()


def tagged(tags: str):  # broken
    shown = ", ".join("'" + tag + "'" for tag in tags.split(","))
    return connection.execute("SELECT * FROM posts WHERE tag IN (" + shown + ")").fetchall()


def tagged_bound(tags: str):  # holds
    chosen = tags.split(",")
    return connection.execute("SELECT * FROM posts WHERE tag = ? OR tag = ?", (chosen[0], chosen[-1])).fetchall()


def rename(table: str, name: str):  # broken
    connection.execute('ALTER TABLE items RENAME TO "' + name.strip() + '"')


def rename_quoted(table: str, name: str):  # holds
    connection.execute('ALTER TABLE items RENAME TO "' + name.strip().replace('"', '""').replace("\0", "") + '"')


def limit_rows(count: str):  # broken
    try:
        number = int(count)
    except ValueError:
        number = count
    return connection.execute(f"SELECT * FROM rows LIMIT {number}").fetchall()


def limit_rows_default(count: str):  # holds
    try:
        number = int(count)
    except ValueError:
        number = 10
    return connection.execute(f"SELECT * FROM rows LIMIT {number}").fetchall()


def cities(country: str):  # broken
    parts = ["SELECT city FROM places"]
    if country:
        parts.append("WHERE country = '{}'".format(country))
    return connection.execute(" ".join(parts)).fetchall()


def cities_bound(country: str):  # holds
    parts, values = ["SELECT city FROM places"], []
    if country:
        parts.append("WHERE country = ?")
        values.append(country)
    return connection.execute(" ".join(parts), values).fetchall()


def identifier(text):
    known = ("height", "weight", "age")
    return known[known.index(text)] if text in known else "age"


def statistics(column: str):  # broken
    query = "SELECT avg(" + column.split(" ")[0] + ") FROM numbers"
    return connection.execute(query).fetchone()


def statistics_checked(column: str):  # holds
    query = "SELECT avg(" + identifier(column) + ") FROM numbers"
    return connection.execute(query).fetchone()


def archive_year(year: str):  # broken
    table = f"sales_{year[:4]}_{year[4:]}"
    connection.execute("DROP TABLE " + table)


def archive_year_number(year: str):  # holds
    number = int(year)
    if not 2000 <= number <= 2100:
        raise ValueError(year)
    connection.execute(f"DROP TABLE sales_{number:04d}")
