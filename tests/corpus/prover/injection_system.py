"""Functions that start programs, open files and run code; each says whether untrusted text stays data."""

import os
import re
import shlex
import subprocess

ROOT = "/srv/files"


def ping(host: str):  # broken
    os.system("ping -c 1 " + host)


def ping_quoted(host: str):  # holds
    os.system("ping -c 1 -- " + shlex.quote(host))


def archive(name: str):  # broken
    subprocess.run(f"tar czf '/backup/{name}.tgz' /data", shell=True, check=True)


def archive_named(name: str):  # holds
    if not re.fullmatch(r"[a-z0-9]{1,20}", name):
        raise ValueError(name)
    subprocess.run(f"tar czf '/backup/{name}.tgz' /data", shell=True, check=True)


def convert(size: str):  # broken
    size = size.replace(";", "").replace("&", "")
    subprocess.call("convert -resize " + size + " in.png out.png", shell=True)


def convert_number(size: str):  # holds
    width = int(size)
    subprocess.call("convert -resize " + str(width) + " in.png out.png", shell=True)


def look_up(domain: str):  # broken
    if " " in domain:
        return None
    return os.popen("dig +short " + domain).read()


def look_up_named(domain: str):  # holds
    if re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", domain) is None:
        return None
    return os.popen("dig +short " + domain).read()


def restart(service: str):  # broken
    if service.startswith("web"):
        os.system("systemctl restart " + service)


def restart_listed(service: str):  # holds
    if service in ("web", "mail", "db"):
        os.system("systemctl restart " + service)


def grep_log(word: str):  # broken
    return subprocess.check_output('grep "' + word.replace('"', '\\"') + '" /var/log/app.log', shell=True)


def grep_log_quoted(word: str):  # holds
    return subprocess.check_output("grep -e " + shlex.quote(word) + " /var/log/app.log", shell=True)


def read_file(name: str):  # broken
    with open(os.path.join(ROOT, name)) as file:
        return file.read()


def read_file_base(name: str):  # holds
    base = os.path.basename(name)
    if base in ("", ".", ".."):
        raise ValueError(name)
    with open(os.path.join(ROOT, base)) as file:
        return file.read()


def read_note(name: str):  # broken
    name = name.replace("../", "")
    with open(ROOT + "/notes/" + name + ".txt") as file:
        return file.read()


def read_note_named(name: str):  # holds
    if not name.isalnum():
        raise ValueError(name)
    with open(ROOT + "/notes/" + name + ".txt") as file:
        return file.read()


def download(path: str):  # broken
    target = os.path.abspath(os.path.join(ROOT, path))
    if not target.startswith(ROOT):
        raise ValueError(path)
    with open(target, "rb") as file:
        return file.read()


def download_below(path: str):  # holds
    target = os.path.abspath(os.path.join(ROOT, path))
    if not target.startswith(ROOT + "/"):
        raise ValueError(path)
    with open(target, "rb") as file:
        return file.read()


def remove_upload(name: str):  # broken
    if name.endswith(".tmp"):
        os.remove(ROOT + "/uploads/" + name)


def remove_upload_number(name: str):  # holds
    os.remove(ROOT + "/uploads/%d.tmp" % int(name))


def theme(name: str):  # broken
    if name.startswith("/"):
        name = name[1:]
    with open(ROOT + "/themes/" + name) as file:
        return file.read()


def theme_listed(name: str):  # holds
    themes = {"dark": "dark.css", "light": "light.css"}
    with open(ROOT + "/themes/" + themes.get(name, "light.css")) as file:
        return file.read()


def calculate(expression: str):  # broken
    return eval("1 + " + expression)


def calculate_number(expression: str):  # holds
    return eval("1 + " + str(int(expression)))


def calculate_digits(expression: str):  # broken
    if re.match(r"\d+", expression):
        return eval(expression)
    return 0


def calculate_all_digits(expression: str):  # holds
    if re.fullmatch(r"[1-9][0-9]*", expression):
        return eval(expression)
    return 0


def run_setting(name: str):  # broken
    exec("value = settings." + name.strip())


def run_setting_listed(name: str):  # holds
    if name not in ("debug", "verbose"):
        raise KeyError(name)
    exec("value = settings." + name)


def filter_names(pattern: str, names: list):  # broken
    return re.search(pattern, "some long text that is searched")


def filter_names_escaped(pattern: str, names: list):  # holds
    return re.search(re.escape(pattern), "some long text that is searched")


def thumbnail(name: str):  # broken
    stem, dot, ending = name.rpartition(".")
    os.system("convert " + stem + "." + ending.lower() + " small.png")


def thumbnail_quoted(name: str):  # holds
    stem, dot, ending = name.rpartition(".")
    os.system("convert -- " + shlex.quote(stem + "." + ending.lower()) + " small.png")


def color(name: str):  # broken
    value = "".join(name.split())
    os.system("tput setaf " + value)


def color_code(name: str):  # holds
    codes = {"red": 1, "green": 2, "blue": 4}
    os.system("tput setaf " + str(codes.get(name, 7)))


def avatar(user: str):  # broken
    with open(f"{ROOT}/avatars/{user.lower()}.png", "rb") as file:
        return file.read()


def avatar_cleaned(user: str):  # holds
    name = re.sub(r"[^a-z0-9]", "", user.lower())
    with open(f"{ROOT}/avatars/{name}.png", "rb") as file:
        return file.read()


def constant(name: str):  # broken
    return eval("constants." + name.replace(" ", "").replace("(", ""))


def constant_named(name: str):  # holds
    index = int(name) % 10
    return eval("constants[" + str(index) + "]")
