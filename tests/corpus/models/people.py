"""Finds people in a directory."""
import re

from flask import Flask, request
from lxml import etree

app = Flask(__name__)


@app.get("/person")
def person():
    document = etree.parse("people.xml")
    name = request.args["name"]
    expression = "//person[@name='%s' and @active='yes']" % name
    found = document.xpath(expression)
    return {"found": len(found)}


@app.get("/search")
def search():
    wanted = re.compile(request.args["wanted"])
    names = ["ada", "grace", "linus"]
    return {"names": [name for name in names if wanted.search(name)]}
