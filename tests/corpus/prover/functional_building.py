"""Functions that build statements, commands and pages, with the postcondition that keeps what is put in as data."""

import html
import os.path
import shlex
import urllib.parse


def where_name(name: str) -> str:  # holds
    """post: _.count("'") % 2 == 0"""
    return "name = '" + name.replace("'", "") + "'"


def where_name_raw(name: str) -> str:  # broken
    """post: _.count("'") % 2 == 0"""
    return "name = '" + name + "'"


def cell(text: str) -> str:  # holds
    """post: "<" not in _[4:-5]"""
    return "<td>" + html.escape(text) + "</td>"


def cell_raw(text: str) -> str:  # broken
    """post: "<" not in _[4:-5]"""
    return "<td>" + text + "</td>"


def title_attribute(text: str) -> str:  # holds
    """post: '"' not in _"""
    return html.escape(text)


def title_attribute_unquoted(text: str) -> str:  # broken
    """post: '"' not in _"""
    return html.escape(text, quote=False)


def upload_name(name: str) -> str:  # holds
    """post: "/" not in _"""
    return os.path.basename(name)


def upload_name_cut(name: str) -> str:  # broken
    """post: "/" not in _"""
    return name[1:] if name.startswith("/") else name


def upload_path(name: str) -> str:  # holds
    """
    post: ".." not in _
    """
    return "/srv/" + name.replace("..", "").replace(".", "") + ".bin"


def upload_path_once(name: str) -> str:  # broken
    """post: "../" not in _"""
    return "/srv/" + name.replace("../", "") + ".bin"


def query_value(value: str) -> str:  # holds
    """post: "&" not in _ and "#" not in _"""
    return urllib.parse.quote(value, safe="")


def query_value_safe(value: str) -> str:  # broken
    """post: "&" not in _ and "#" not in _"""
    return urllib.parse.quote(value, safe="&/")


def shell_word(word: str) -> str:  # holds
    """post: _ != "" """
    return shlex.quote(word)


def shell_word_quoted(word: str) -> str:  # broken
    """post: ";" not in _ or "'" in _"""
    return word.replace(" ", "\\ ")


def log_line(user: str) -> str:  # holds
    r"""post: "\n" not in _"""
    return "login " + user.replace("\n", " ") + " ok"


def log_line_stripped(user: str) -> str:  # broken
    r"""post: "\n" not in _"""
    return "login " + user.strip() + " ok"


def column(name: str) -> str:  # holds
    """
    post: _ in ("id", "name", "created")
    """
    allowed = {"id": "id", "name": "name", "date": "created"}
    return allowed.get(name, "id")


def column_prefixed(name: str) -> str:  # broken
    """post: ";" not in _"""
    return name if name.startswith("col_") else "id"


def table(suffix: str) -> str:  # holds
    """
    post: " " not in _
    raises: ValueError
    """
    if not suffix.isalnum():
        raise ValueError(suffix)
    return "data_" + suffix


def table_checked_once(suffix: str) -> str:  # broken
    """
    pre: len(suffix) > 0
    post: " " not in _
    """
    if not suffix[0].isalnum():
        return "data_0"
    return "data_" + suffix


def ldap_value(value: str) -> str:  # holds
    """post: "*" not in _ and "(" not in _ and ")" not in _"""
    escaped = value.replace("\\", "\\5c").replace("*", "\\2a")
    return escaped.replace("(", "\\28").replace(")", "\\29")


def ldap_value_star(value: str) -> str:  # broken
    """post: "*" not in _ and "(" not in _ and ")" not in _"""
    return value.replace("*", "\\2a").replace("(", "\\28")


def site(path: str) -> str:  # holds
    """post: _.startswith("https://shop.example/")"""
    return "https://shop.example/" + path.lstrip("/")


def site_joined(path: str) -> str:  # broken
    """post: _.startswith("https://shop.example/")"""
    return "https://shop.example" + path


def template_name(name: str) -> str:  # holds
    """post: _.endswith(".html")"""
    return (name if name.isidentifier() else "index") + ".html"


def template_name_given(name: str) -> str:  # broken
    """post: _.endswith(".html")"""
    return name if "." in name else name + ".html"
