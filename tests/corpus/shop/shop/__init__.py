"""The shop's web application."""

import logging

from flask import Flask, render_template

from shop import accounts, admin, catalog, db, downloads, newsletter, orders, staff
from shop.config import Config


def create_app(overrides=None):
    """Builds the application; `overrides` replace configuration values, for tests."""
    app = Flask(__name__)
    app.config.from_object(Config)
    if overrides:
        app.config.update(overrides)

    logging.basicConfig(level=app.config["LOG_LEVEL"])
    db.init_app(app)
    for area in (catalog, orders, accounts, downloads, newsletter, staff, admin):
        app.register_blueprint(area.blueprint)

    @app.errorhandler(404)
    def not_found(error):
        return render_template("error.html", title="Not found", detail=error.description), 404

    return app
