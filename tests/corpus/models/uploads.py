"""Keeps what visitors upload."""
import pickle
import tarfile

from flask import Flask, request, send_file

app = Flask(__name__)
FOLDER = "/srv/uploads"


@app.get("/file")
def file():
    name = request.args["name"]
    path = FOLDER + "/" + name
    if not name.endswith(".txt"):
        return "only texts", 400
    return send_file(path)


@app.post("/read")
def read():
    name = request.form["name"]
    with open(f"{FOLDER}/{name}.log") as log:
        return log.read()


@app.post("/state")
def state():
    kept = pickle.loads(request.get_data())
    return {"items": len(kept)}


@app.post("/unpack")
def unpack():
    archive = request.files["archive"]
    with tarfile.open(fileobj=archive.stream) as packed:
        packed.extractall(FOLDER)
    return "done"
