import os.path
import subprocess as sp
import xml.etree.ElementTree
from flask import request, Flask as Web
from . import sibling
from ..up.deep import thing as other
from shop import db

try:
    import fast as codec
except ImportError:
    import slow as codec

try:
    import maybe
except ImportError:
    maybe = None

app = Web(__name__)
total = 0
twice = 1
twice = 2


def folded():
    a = os.path.join("x", os.sep)
    b = request.args.get("q")
    c = sp.run(xml.etree.ElementTree.parse(a).getroot())
    codec.load(maybe.call(b), maybe)
    sibling.f(other(c), db.connection.cursor())
    app.config["k"] = len(undefined)


def scopes(os):
    import json

    global total
    total += 1
    len = 3
    return os.path, json.dumps(len), str.join(",", [])


def outer(n):
    count = 0
    shared = []

    def inner(step=n, *, flag=True):
        nonlocal count
        count += step
        shared.append(n)
        return lambda: count

    return inner, [lambda: v for v in shared]
