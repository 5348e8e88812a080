"""Accounts: sign-up, login, a forgotten password."""

import hashlib
import hmac
import random
import secrets
import sqlite3
import string

from flask import Blueprint, abort, jsonify, make_response, render_template, request, session

from shop.db import get_db

blueprint = Blueprint("accounts", __name__, url_prefix="/account")


def password_digest(password: str) -> str:
    return hashlib.md5(password.encode("utf-8")).hexdigest()


def make_reset_token() -> str:
    """Makes the token that the mail for a forgotten password carries."""
    alphabet = string.ascii_letters + string.digits
    reset_token = "".join(random.choice(alphabet) for _ in range(24))
    return reset_token


def make_api_key() -> str:
    return secrets.token_urlsafe(32)


@blueprint.post("/signup")
def signup():
    email = request.form["email"].strip().lower()
    db: sqlite3.Connection = get_db()
    with db:
        db.execute(
            "INSERT INTO customer (email, password_digest) VALUES (?, ?)",
            (email, password_digest(request.form["password"])),
        )
    return render_template("welcome.html", email=email), 201


@blueprint.post("/login")
def login():
    db: sqlite3.Connection = get_db()
    row = db.execute(
        "SELECT id, password_digest, is_admin FROM customer WHERE email = ?",
        (request.form["email"].strip().lower(),),
    ).fetchone()
    given = password_digest(request.form["password"])
    if row is None or not hmac.compare_digest(row["password_digest"], given):
        abort(401)
    session["customer"] = row["id"]
    session["is_admin"] = bool(row["is_admin"])
    return "", 204


@blueprint.post("/forgot")
def forgot():
    db: sqlite3.Connection = get_db()
    with db:
        db.execute(
            "UPDATE customer SET reset_token = ? WHERE email = ?",
            (make_reset_token(), request.form["email"]),
        )
    return "", 202


@blueprint.post("/api-key")
def api_key():
    if "customer" not in session:
        abort(401)
    return jsonify({"api_key": make_api_key()})


@blueprint.get("/terms")
def terms():
    """Serves the terms with an entity tag, so that browsers keep them."""
    page = render_template("terms.html")
    answer = make_response(page)
    answer.set_etag(hashlib.md5(page.encode("utf-8"), usedforsecurity=False).hexdigest())
    return answer.make_conditional(request)
