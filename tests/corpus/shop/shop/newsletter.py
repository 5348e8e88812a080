"""The newsletter: preview before it is sent."""

from flask import Blueprint, render_template_string, request

blueprint = Blueprint("newsletter", __name__, url_prefix="/newsletter")

FOOTER = "<p>You get this mail because you are a customer of ours.</p>"
LETTER = "<h1>{{ heading }}</h1><div>{{ body }}</div>" + FOOTER


@blueprint.post("/preview")
def preview():
    """Shows how a greeting will look."""
    greeting = request.form.get("greeting", "Dear customer")
    return render_template_string("<h1>" + greeting + "</h1>" + FOOTER)


@blueprint.post("/letter")
def letter():
    heading = request.form.get("heading", "News")
    return render_template_string(LETTER, heading=heading, body=request.form.get("body", ""))
