"""Values of the standard library: JSON, patterns, URLs, dates, random values, big numbers, formats, bytes."""

import datetime
import json
import math
import random
import re
import secrets
import shlex
import uuid
from datetime import date, timedelta
from urllib.parse import parse_qs, quote, unquote, urlparse


def round_trip(a: int, text: str):
    data = {"name": "x", "count": 3, "tags": ["p", "q"], "none": None}
    copied = json.loads(json.dumps(data))
    assert copied == data  # verdict: proved
    assert copied["tags"][1] == "q"  # verdict: proved
    parsed = json.loads('{"a": [1, 2.5, true, null], "b": "\\u00e9"}')
    assert parsed["a"][0] == 1 and parsed["a"][2] is True  # verdict: proved
    assert parsed["b"] == "é"  # verdict: proved


def bad_json():
    try:
        json.loads("{")
        failed = False
    except ValueError:
        failed = True
    assert failed  # verdict: proved


def groups(text: str):
    found = re.fullmatch(r"([a-z]+)-(\d+)", text)
    if found:
        assert found.group(2).isdigit()  # verdict: unknown
        assert found.group(1) != ""  # verdict: proved
        assert found[2] != "12"  # verdict: unknown
        number = int(found.group(2))
        assert number >= 0  # verdict: unknown


def known_groups():
    found = re.match(r"(\w+)@(\w+)\.com", "ann@shop.com")
    assert found is not None  # verdict: proved
    assert found.group(1) == "ann"  # verdict: proved
    assert found.groups() == ("ann", "shop")  # verdict: proved
    named = re.search(r"(?P<year>\d{4})-(?P<month>\d\d)", "on 2024-05-01")
    assert named.group("year") == "2024"  # verdict: proved
    assert re.findall(r"\d+", "a1b22") == ["1", "22"]  # verdict: proved
    assert re.sub(r"\s+", " ", "a  b") == "a b"  # verdict: proved
    assert re.split(r"[,;]", "a,b;c") == ["a", "b", "c"]  # verdict: proved


def urls():
    parts = urlparse("https://shop.example:8080/items?id=3#top")
    assert parts.scheme == "https"  # verdict: proved
    assert parts.netloc == "shop.example:8080"  # verdict: proved
    assert parts.hostname == "shop.example"  # verdict: proved
    assert parts.port == 8080  # verdict: proved
    assert parts.path == "/items"  # verdict: proved
    assert quote("a b/c") == "a%20b/c"  # verdict: proved
    assert unquote("a%20b") == "a b"  # verdict: proved


def words():
    assert shlex.split("cp 'a b' c") == ["cp", "a b", "c"]  # verdict: proved


def dates(days: int):
    start = date(2024, 2, 28)
    assert start.year == 2024  # verdict: proved
    assert start + timedelta(days=2) == date(2024, 3, 1)  # verdict: proved
    assert (date(2024, 3, 1) - start).days == 2  # verdict: proved
    assert start < date(2024, 3, 1)  # verdict: proved
    assert start.isoformat() == "2024-02-28"  # verdict: proved
    assert timedelta(hours=1).total_seconds() == 3600  # verdict: proved


def chosen(a: int):
    number = random.randint(1, 6)
    assert 1 <= number <= 6  # verdict: proved
    assert random.choice(["x", "y"]) in ("x", "y")  # verdict: proved
    assert len(secrets.token_hex(4)) == 8  # verdict: proved
    assert len(str(uuid.uuid4())) == 36  # verdict: proved
    assert 0 <= random.random() < 1  # verdict: unknown
    assert random.randrange(10) < 10  # verdict: proved


def big_numbers(a: int):
    large = 2**200
    assert large > 0  # verdict: proved
    assert large % 2 == 0  # verdict: proved
    assert 10**40 // 10**39 == 10  # verdict: proved
    assert a * 10**30 // 10**30 == a  # verdict: proved
    assert math.factorial(5) == 120  # verdict: proved
    assert math.gcd(12, 18) == 6  # verdict: proved
    assert math.isqrt(17) == 4  # verdict: proved
    assert math.prod([2, 3]) == 6  # verdict: proved


def overflowing(a: int):
    assert 2**127 + 2**127 == 2**128  # verdict: proved
    assert 2**128 > 2**127  # verdict: proved
    assert -(2**127) - 1 < 0  # verdict: proved


def formats(a: int):
    assert "{:>5}|{:<3}|{:^3}".format("ab", "c", "d") == "   ab|c  | d "  # verdict: unknown
    assert f"{3.14159:.2f}" == "3.14"  # verdict: unknown
    assert f"{255:x} {255:#b} {1234567:,}" == "ff 0b11111111 1,234,567"  # verdict: proved
    assert "{name}-{0}".format(1, name="x") == "x-1"  # verdict: proved
    assert f"{7:03d}" == "007"  # verdict: proved
    assert f"{'x'!r:>5}" == "  'x'"  # verdict: unknown
    assert "%05.1f|%-3s|%x" % (2.25, "a", 255) == "002.2|a  |ff"  # verdict: unknown


def raw(data: bytes):
    assert b"abc"[0] == 97  # verdict: proved
    assert len(b"abc") == 3  # verdict: proved
    assert b"ab" + b"c" == b"abc"  # verdict: proved
    assert b"a,b".split(b",") == [b"a", b"b"]  # verdict: unknown
    assert "é".encode() == b"\xc3\xa9"  # verdict: proved
    assert b"ff".hex() == "6666"  # verdict: unknown
    assert bytes([65, 66]) == b"AB"  # verdict: unknown
    assert list(b"AB") == [65, 66]  # verdict: unknown


def translated():
    table = str.maketrans({"a": "1", "b": None})
    assert "abc".translate(table) == "1c"  # verdict: proved
    assert "hello".translate(str.maketrans("el", "ip")) == "hippo"  # verdict: proved


def floats(value: float, a: int):
    assert 0.1 + 0.2 != 0.3  # verdict: proved
    assert abs(0.1 + 0.2 - 0.3) < 1e-9  # verdict: proved
    assert math.floor(2.7) == 2 and math.ceil(2.1) == 3  # verdict: proved
    assert math.sqrt(16) == 4.0  # verdict: proved
    assert round(2.5) == 2  # verdict: proved
    assert math.isclose(0.1 + 0.2, 0.3)  # verdict: unknown
    assert value == value  # verdict: unknown


def doubled(value: float):
    assert value * 2 >= value  # verdict: refuted


def beside_floats(value: float, a: int):
    total = value + 1
    scaled = [total * a, value]
    assert len(scaled) == 2  # verdict: proved
    assert a + 1 > a  # verdict: proved
    assert a != 3  # verdict: refuted


def texts():
    assert "a-b-c".rsplit("-", 1) == ["a-b", "c"]  # verdict: proved
    assert "x=1".partition("=") == ("x", "=", "1")  # verdict: proved
    assert "abc".zfill(5) == "00abc"  # verdict: proved
    assert "a,b".split(",") == ["a", "b"]  # verdict: proved
    assert " x ".strip() + "y".center(3, "*") == "x*y*"  # verdict: proved
    assert "Hello World".swapcase() == "hELLO wORLD"  # verdict: proved
    assert "abcabc".rfind("b") == 4  # verdict: proved
    assert "banana".count("an") == 2  # verdict: proved
    assert "file.txt".removesuffix(".txt") == "file"  # verdict: unknown
    assert "a\nb".splitlines() == ["a", "b"]  # verdict: proved
    assert ord("a") == 97 and chr(98) == "b"  # verdict: proved
    assert "abc".isalpha() and not "ab1".isalpha()  # verdict: proved
    assert hex(255) == "0xff" and bin(5) == "0b101" and oct(8) == "0o10"  # verdict: proved
    assert int("ff", 16) == 255 and int("0b11", 2) == 3  # verdict: unknown
    assert "abc" < "abd" and max("b", "a") == "b"  # verdict: proved
    assert "x" * 3 == "xxx"  # verdict: proved
    assert list(enumerate("ab", 1)) == [(1, "a"), (2, "b")]  # verdict: proved
    assert sorted("bca") == ["a", "b", "c"]  # verdict: proved
    assert "".join(reversed("abc")) == "cba"  # verdict: proved
    assert pow(3, 4, 5) == 1 and divmod(7, 2) == (3, 1)  # verdict: proved


def sent(name: str, count: int):
    text = json.dumps({"name": name, "count": count, 7: [True, None]})
    back = json.loads(text)
    assert back["name"] == name and back["count"] == count  # verdict: proved
    assert back["7"] == [True, None]  # verdict: proved
    assert list(back) == ["name", "count", "7"]  # verdict: proved
    assert back["name"] != "x"  # verdict: refuted


def found_in_known_texts():
    line = "2024-05-06 WARN disk=91% path=/var"
    found = re.match(r"(\d+)-(\d+)-(\d+) (?P<level>\w+)( x)?", line)
    assert found.groups() == ("2024", "05", "06", "WARN", None)  # verdict: proved
    assert found.group("level") == "WARN" and found[1] == "2024"  # verdict: proved
    assert found.span(2) == (5, 7) and found.start() == 0 and found.end("level") == 15  # verdict: proved
    assert re.findall(r"(\w+)=(\S+)", line) == [("disk", "91%"), ("path", "/var")]  # verdict: proved
    assert re.findall(r"\d+", line) == ["2024", "05", "06", "91"]  # verdict: proved
    assert re.split(r"[ -]", line, maxsplit=2) == ["2024", "05", "06 WARN disk=91% path=/var"]  # verdict: proved
    assert re.split(r"(=)", "a=b") == ["a", "=", "b"]  # verdict: proved
    assert re.sub(r"(\w+)=(\w+)", r"\2:\1", "a=b c=d") == "b:a d:c"  # verdict: proved
    assert re.search("[/?#]", "host/path").start() == 4  # verdict: proved


def parts(name: str):
    suffix = name.rsplit(".", 1)[-1]
    assert "." not in suffix  # verdict: proved
    assert name.endswith(suffix)  # verdict: unknown
    assert name.split("/")[0] != "etc"  # verdict: refuted
    before, dot, after = name.partition(".")
    assert dot in ("", ".") and "." not in before  # verdict: proved
    assert after == ""  # verdict: refuted
