"""The back office."""

import ast
import shlex
import subprocess

import yaml
from flask import Blueprint, abort, current_app, jsonify, request, session

from shop.db import count_rows
from shop.payments import charge, refund

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@blueprint.before_request
def only_for_admins():
    if not session.get("is_admin"):
        abort(403)


@blueprint.get("/overview")
def overview():
    return jsonify({table: count_rows(table) for table in ("customer", "product", "purchase")})


@blueprint.get("/reachable")
def reachable():
    """Tells whether a supplier's server answers."""
    host = request.args.get("host", "localhost")
    done = subprocess.run(f"ping -c 1 -W 2 {host}", shell=True, capture_output=True, text=True)
    return jsonify({"reachable": done.returncode == 0, "output": done.stdout})


@blueprint.get("/route")
def route():
    """Shows the way to a supplier's server."""
    host = request.args.get("host", "localhost")
    command = "traceroute -m 12 -- " + shlex.quote(host) + " | tail -n 3"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    return jsonify({"hops": done.stdout.splitlines()})


@blueprint.get("/disk")
def disk():
    mount = request.args.get("mount", "/")
    done = subprocess.run(["df", "--output=pcent", "--", mount], capture_output=True, text=True, check=False)
    return jsonify({"used": done.stdout.strip()})


@blueprint.post("/discount")
def discount():
    """Tries a discount formula on a price, such as `price * 0.9 - 100`."""
    formula = request.form["formula"]
    price = int(request.form["price"])
    return jsonify({"price": price, "discounted": eval(formula, {"price": price})})


@blueprint.post("/opening-hours")
def opening_hours():
    """Takes hours as a Python literal, such as `[(9, 12), (14, 18)]`."""
    hours = ast.literal_eval(request.form["hours"])
    return jsonify({"hours": hours})


@blueprint.post("/import/products")
def import_products():
    """Reads a supplier's price list."""
    products = yaml.load(request.get_data(as_text=True), Loader=yaml.Loader)
    return jsonify({"read": len(products)})


@blueprint.post("/import/categories")
def import_categories():
    categories = yaml.safe_load(request.get_data(as_text=True))
    return jsonify({"read": len(categories)})


@blueprint.post("/charge")
def charge_by_hand():
    settings = current_app.config
    reference = charge(settings["PAYMENT_URL"], int(request.form["customer"]), int(request.form["cents"]))
    return jsonify({"reference": reference})


@blueprint.post("/refund")
def refund_by_hand():
    settings = current_app.config
    refund(settings["PAYMENT_URL"], request.form["reference"], settings["PAYMENT_CA_BUNDLE"])
    return "", 204
