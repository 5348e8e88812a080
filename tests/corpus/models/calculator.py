"""Calculates."""
from flask import Flask, request

app = Flask(__name__)


@app.post("/settings")
def settings():
    chosen = eval(request.form["settings"])
    return {"theme": chosen.get("theme", "light")}


@app.post("/sum")
def add():
    numbers = [eval(part) for part in request.form["numbers"].split("+")]
    return {"sum": sum(numbers)}
