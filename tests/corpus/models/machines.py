"""Looks after machines."""
import os
import subprocess

from flask import Flask, request

app = Flask(__name__)


@app.get("/ping")
def ping():
    host = request.args["host"]
    answer = subprocess.run(f"ping -c 1 {host} | tail -n 1", shell=True, capture_output=True, text=True)
    return answer.stdout


@app.get("/usage")
def usage():
    folder = request.args["folder"]
    command = "du -s"
    if request.args.get("human"):
        command = command + " -h"
    stream = os.popen(command + " " + folder)
    return stream.read()
