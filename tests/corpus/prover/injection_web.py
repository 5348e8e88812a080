"""Functions of a web application; each says whether untrusted text stays data."""

import html
import json
import urllib.parse
import urllib.request

import ldap
import requests
from flask import Flask, Response, make_response, redirect, render_template_string, request
from lxml import etree
from markupsafe import Markup, escape

app = Flask(__name__)
directory = ldap.initialize("ldap://directory")
document = etree.parse("users.xml")


@app.route("/hello")
def hello():  # broken
    return "<h1>Hello " + request.args["name"] + "</h1>"


@app.route("/hello2")
def hello_escaped():  # holds
    return "<h1>Hello " + html.escape(request.args["name"]) + "</h1>"


@app.route("/link")
def link():  # broken
    return '<a href="' + html.escape(request.args["to"]) + '">go</a>'


@app.route("/link2")
def link_path():  # holds
    return '<a href="/pages/' + urllib.parse.quote(request.args["to"], safe="") + '">go</a>'


@app.route("/field")
def field():  # broken
    return "<input value='" + html.escape(request.args["value"], quote=False) + "'>"


@app.route("/field2")
def field_quoted():  # holds
    return "<input value='" + html.escape(request.args["value"]) + "'>"


@app.route("/width")
def width():  # broken
    return "<img width=" + html.escape(request.args["width"]) + ">"


@app.route("/width2")
def width_number():  # holds
    return "<img width=" + str(int(request.args["width"])) + ">"


@app.route("/comment")
def comment():  # broken
    text = request.args["text"].replace("<script>", "")
    return "<p>" + text + "</p>"


@app.route("/comment2")
def comment_replaced():  # holds
    text = request.args["text"].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "<p>" + text + "</p>"


@app.route("/note")
def note():  # broken
    return Markup("<b>" + request.args["note"] + "</b>")


@app.route("/note2")
def note_escaped():  # holds
    return Markup("<b>") + escape(request.args["note"]) + Markup("</b>")


@app.route("/go")
def go():  # broken
    return redirect(request.args["next"])


@app.route("/go2")
def go_listed():  # holds
    target = request.args["next"]
    if target not in ("/home", "/cart", "/help"):
        target = "/home"
    return redirect(target)


@app.route("/back")
def back():  # broken
    target = request.args["next"]
    if not target.startswith("/"):
        target = "/"
    return redirect(target)


@app.route("/back2")
def back_checked():  # holds
    name = request.args["next"]
    return redirect("/pages/" + urllib.parse.quote(name, safe=""))


@app.route("/fetch")
def fetch():  # broken
    return requests.get("https://" + request.args["host"] + ".example.com/status").status_code


@app.route("/fetch2")
def fetch_named():  # holds
    host = request.args["host"]
    if not (host.isascii() and host.isalnum()):
        raise ValueError(host)
    return requests.get("https://" + host + ".example.com/status").status_code


@app.route("/proxy")
def proxy():  # broken
    url = request.args["url"]
    if not url.startswith("https://api.example.com"):
        raise ValueError(url)
    with urllib.request.urlopen(url) as answer:
        return {"size": len(answer.read())}


@app.route("/proxy2")
def proxy_below():  # holds
    url = request.args["url"]
    if not url.startswith("https://api.example.com/"):
        raise ValueError(url)
    with urllib.request.urlopen(url) as answer:
        return {"size": len(answer.read())}


@app.route("/search")
def search():  # broken
    people = directory.search_s("dc=shop", ldap.SCOPE_SUBTREE, "(uid=" + request.args["user"] + ")")
    return "found" if people else "nobody"


@app.route("/search2")
def search_named():  # holds
    user = request.args["user"]
    if not user.isalnum():
        raise ValueError(user)
    people = directory.search_s("dc=shop", ldap.SCOPE_SUBTREE, "(uid=" + user + ")")
    return "found" if people else "nobody"


@app.route("/find")
def find():  # broken
    users = document.xpath("//user[@name='" + request.args["name"] + "']")
    return "found" if users else "nobody"


@app.route("/find2")
def find_checked():  # holds
    name = request.args["name"]
    if "'" in name:
        raise ValueError(name)
    users = document.xpath("//user[@name='" + name + "']")
    return "found" if users else "nobody"


@app.route("/language")
def language():  # broken
    response = Response("ok")
    response.headers["Content-Language"] = request.args["lang"]
    return response


@app.route("/language2")
def language_one_line():  # holds
    response = Response("ok")
    response.headers["Content-Language"] = request.args["lang"].replace("\r", "").replace("\n", "")
    return response


@app.route("/page")
def page():  # broken
    return render_template_string("<p>" + request.args["text"] + "</p>")


@app.route("/page2")
def page_value():  # holds
    return render_template_string("<p>{{ text }}</p>", text=request.args["text"])


@app.route("/format")
def format_text():  # broken
    return request.args["pattern"].format(app)


@app.route("/format2")
def format_value():  # holds
    return html.escape("{} of {}".format(request.args["part"], 7))


@app.route("/price")
def price():  # broken
    shown = "%s &euro;" % request.args["price"]
    return f"<td>{shown}</td>"


@app.route("/price2")
def price_number():  # holds
    shown = "%d &euro;" % int(request.args["price"])
    return f"<td>{shown}</td>"


@app.route("/rows")
def rows():  # broken
    lines = []
    for cell in (request.args["a"], request.args["b"]):
        lines.append("<td>" + cell + "</td>")
    return "<table><tr>" + "".join(lines) + "</tr></table>"


@app.route("/rows2")
def rows_escaped():  # holds
    lines = []
    for cell in (request.args["a"], request.args["b"]):
        lines.append("<td>" + html.escape(cell) + "</td>")
    return "<table><tr>" + "".join(lines) + "</tr></table>"


def shown(text):
    if text.isdecimal():
        return text
    return html.escape(text)


@app.route("/mixed")
def mixed():  # broken
    text = request.args["text"]
    return "<i>" + (text if len(text) > 40 else shown(text)) + "</i>"


@app.route("/mixed2")
def mixed_escaped():  # holds
    text = request.args["text"]
    return "<i>" + (shown(text[:40]) + "..." if len(text) > 40 else shown(text)) + "</i>"
