"""Lists products in the order that the visitor asks for."""
import sqlite3

from flask import Flask, request

app = Flask(__name__)
COLUMNS = ("id", "name", "price")


@app.get("/products")
def products():
    column = request.args.get("sort", "name")
    with sqlite3.connect("shop.db") as connection:
        rows = connection.execute(f"SELECT id, name, price FROM products ORDER BY {column}").fetchall()
    return {"products": rows}


@app.get("/chosen")
def chosen():
    numbers = request.args["ids"].split(",")
    with sqlite3.connect("shop.db") as connection:
        rows = connection.execute("SELECT name FROM products WHERE id IN (" + ",".join(numbers) + ")").fetchall()
    return {"names": [name for (name,) in rows]}


@app.get("/count")
def count():
    table = request.args["table"]
    with sqlite3.connect("shop.db") as connection:
        query = "SELECT COUNT(*) FROM " + table
        found = connection.execute(query).fetchone()
    return {"count": found[0]}
