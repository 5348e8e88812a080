"""Accounts: sign-up, login, a forgotten password."""

import hashlib
import hmac
import random
import secrets
import sqlite3
import string

from flask import Blueprint, abort, current_app, jsonify, make_response, render_template, request, session
from werkzeug.security import check_password_hash, generate_password_hash

from shop.db import get_db

blueprint = Blueprint("accounts", __name__, url_prefix="/account")


def unsubscribe_signature(email: str) -> str:
    """Signs the link in every mail that takes its receiver off the list."""
    key = current_app.config["SIGNING_KEY"]
    return hashlib.md5((key + email).encode("utf-8")).hexdigest()


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
            (email, generate_password_hash(request.form["password"])),
        )
    return render_template("welcome.html", email=email), 201


@blueprint.post("/login")
def login():
    db: sqlite3.Connection = get_db()
    row = db.execute(
        "SELECT id, password_digest, is_admin FROM customer WHERE email = ?",
        (request.form["email"].strip().lower(),),
    ).fetchone()
    if row is None or not check_password_hash(row["password_digest"], request.form["password"]):
        abort(401)
    session["customer"] = row["id"]
    session["is_admin"] = bool(row["is_admin"])
    return "", 204


@blueprint.post("/unsubscribe")
def unsubscribe():
    email = request.form["email"]
    if not hmac.compare_digest(unsubscribe_signature(email), request.form["signature"]):
        abort(403)
    db: sqlite3.Connection = get_db()
    with db:
        db.execute("DELETE FROM subscriber WHERE email = ?", (email,))
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
