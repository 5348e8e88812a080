"""llama_server.py MODEL PORT NAME KEY THREADS: llama.cpp's own HTTP server, on this machine only.

Invariant: it reaches for nothing on the network.
"""

import sys
import time

import xllamacpp

path, port, name, key, threads = sys.argv[1:6]
SLOTS = 4
CONTEXT = 4096

settings = xllamacpp.CommonParams()
settings.model.path = path
settings.offline = True
settings.hostnames = ["127.0.0.1"]
settings.port = int(port)
settings.api_keys = [key]
settings.n_parallel = SLOTS
settings.n_ctx = CONTEXT * SLOTS
settings.use_jinja = True
settings.warmup = False
settings.endpoint_metrics = True
settings.cpuparams.n_threads = int(threads)
settings.cpuparams_batch.n_threads = int(threads)
# The type of this setting differs between releases.
alias = settings.model_alias
settings.model_alias = name if isinstance(alias, str) else type(alias)([name])
server = xllamacpp.Server(settings)
print("listening on", server.listening_address, flush=True)
while True:
    time.sleep(60)
