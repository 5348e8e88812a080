"""Files that customers download."""

import os

from flask import Blueprint, Response, abort, current_app, request, send_from_directory

blueprint = Blueprint("downloads", __name__, url_prefix="/downloads")

MANUALS = "/var/lib/shop/manuals"
INVOICES = "/var/lib/shop/invoices"


@blueprint.get("/invoice")
def invoice():
    name = request.args["name"]
    with open(os.path.join(INVOICES, name), "rb") as document:
        return Response(document.read(), mimetype="application/pdf")


@blueprint.get("/manual")
def manual():
    path = os.path.realpath(os.path.join(MANUALS, request.args["name"]))
    if not path.startswith(MANUALS + os.sep):
        abort(404, "There is no such manual.")
    with open(path, "rb") as document:
        return Response(document.read(), mimetype="application/pdf")


@blueprint.get("/picture/<path:name>")
def picture(name):
    return send_from_directory(current_app.config["PICTURE_FOLDER"], name)
