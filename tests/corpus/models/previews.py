"""Shows previews of pages, and sends visitors on."""
import urllib.request

from flask import Flask, make_response, redirect, request

app = Flask(__name__)
HOSTS = {"news.example.org", "blog.example.org"}


@app.get("/preview")
def preview():
    address = request.args["url"]
    with urllib.request.urlopen(address, timeout=5) as answer:
        return answer.read(2000)


@app.get("/login")
def login():
    target = request.args.get("next", "/")
    if request.args.get("stay"):
        target = target + "?stay=1"
    return redirect(target)


@app.get("/hello")
def hello():
    name = request.args["name"]
    return make_response("<h1>Hello " + name + "</h1>")
