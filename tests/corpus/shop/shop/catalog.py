"""The catalogue: search, product pages, reviews."""

import random
import sqlite3

from flask import Blueprint, abort, jsonify, render_template, request

from shop.db import get_db

blueprint = Blueprint("catalog", __name__)

SORTABLE = ("name", "price_cents", "stock")


@blueprint.get("/search")
def search():
    """Finds products whose name holds the words."""
    words = request.args.get("q", "")
    db: sqlite3.Connection = get_db()
    rows = db.execute(f"SELECT id, name, price_cents FROM product WHERE name LIKE '%{words}%' LIMIT 50").fetchall()
    return render_template("products.html", title="Search", products=rows)


@blueprint.get("/products/<int:product_id>")
def product(product_id):
    db: sqlite3.Connection = get_db()
    row = db.execute("SELECT * FROM product WHERE id = ?", (product_id,)).fetchone()
    if row is None:
        abort(404, "There is no such product.")
    return render_template("product.html", product=row)


@blueprint.get("/products")
def listing():
    """Lists a category in an order that the visitor chooses."""
    category = request.args.get("category", "other")
    sort = request.args.get("sort", "name")
    if sort not in SORTABLE:
        sort = "name"
    db: sqlite3.Connection = get_db()
    rows = db.execute(f"SELECT * FROM product WHERE category = ? ORDER BY {sort}", (category,)).fetchall()
    return render_template("products.html", title=category, products=rows)


@blueprint.get("/products/cheapest")
def cheapest():
    count = int(request.args.get("count", "10"))
    db: sqlite3.Connection = get_db()
    rows = db.execute(f"SELECT * FROM product ORDER BY price_cents LIMIT {count}").fetchall()
    return render_template("products.html", title="Cheapest", products=rows)


@blueprint.get("/products/featured")
def featured():
    """Shows three products, others at each visit."""
    db: sqlite3.Connection = get_db()
    rows = db.execute("SELECT * FROM product WHERE stock > 0").fetchall()
    chosen = random.sample(rows, min(3, len(rows)))
    return render_template("products.html", title="Featured", products=chosen)


@blueprint.get("/reviews")
def reviews():
    """Gives a product's reviews as JSON, for the page's script."""
    product_id = request.args["product"].replace("'", "''")
    query = "SELECT author, stars, body FROM review WHERE product_id = " + product_id
    db: sqlite3.Connection = get_db()
    rows = db.execute(query).fetchall()
    return jsonify([dict(row) for row in rows])
