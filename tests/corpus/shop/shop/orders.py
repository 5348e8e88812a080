"""Orders of the customer who is logged in."""

import re
import sqlite3

from flask import Blueprint, abort, jsonify, request, session

from shop.db import get_db

blueprint = Blueprint("orders", __name__, url_prefix="/orders")


def find_purchases(db: sqlite3.Connection, status: str, customer_id: int):
    """Gives a customer's purchases in a state."""
    query = "SELECT id, status, total_cents FROM purchase WHERE status = '%s' AND customer_id = %d"
    return db.execute(query % (status, customer_id)).fetchall()


def current_customer() -> int:
    if "customer" not in session:
        abort(401)
    return int(session["customer"])


@blueprint.get("/")
def list_orders():
    status = request.args.get("status", "open")
    rows = find_purchases(get_db(), status.strip(), current_customer())
    return jsonify([dict(row) for row in rows])


@blueprint.get("/month")
def by_month():
    """Sums up a month, given as `2024-05`."""
    month = request.args.get("month", "")
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}", month):
        abort(400, "The month has the form 2024-05.")
    db: sqlite3.Connection = get_db()
    query = "SELECT SUM(total_cents) FROM purchase WHERE placed_on LIKE '" + month + "-%' AND customer_id = ?"
    total = db.execute(query, (current_customer(),)).fetchone()[0]
    return jsonify({"month": month, "total_cents": total or 0})


@blueprint.post("/<int:order_id>/cancel")
def cancel(order_id):
    db: sqlite3.Connection = get_db()
    with db:
        changed = db.execute(
            "UPDATE purchase SET status = 'cancelled' WHERE id = ? AND customer_id = ? AND status = 'open'",
            (order_id, current_customer()),
        )
    if changed.rowcount == 0:
        abort(404, "There is no such open order.")
    return "", 204
