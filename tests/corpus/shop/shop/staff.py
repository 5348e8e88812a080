"""The staff directory, kept in LDAP."""

import ldap3
from flask import Blueprint, current_app, jsonify, request
from ldap3.utils.conv import escape_filter_chars

blueprint = Blueprint("staff", __name__, url_prefix="/staff")

SHOWN = ["cn", "mail", "telephoneNumber"]


@blueprint.get("/person")
def person():
    """Looks a person up by login name."""
    uid = request.args["uid"]
    server = ldap3.Server(current_app.config["LDAP_SERVER"])
    connection = ldap3.Connection(server, auto_bind=True)
    connection.search(current_app.config["LDAP_BASE"], f"(&(objectClass=person)(uid={uid}))", attributes=SHOWN)
    return jsonify([entry.entry_attributes_as_dict for entry in connection.entries])


@blueprint.get("/team")
def team():
    name = escape_filter_chars(request.args["name"])
    server = ldap3.Server(current_app.config["LDAP_SERVER"])
    connection = ldap3.Connection(server, auto_bind=True)
    connection.search(current_app.config["LDAP_BASE"], f"(&(objectClass=person)(ou={name}))", attributes=SHOWN)
    return jsonify([entry.entry_attributes_as_dict for entry in connection.entries])
