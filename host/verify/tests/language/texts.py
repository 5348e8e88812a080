"""Texts."""


def initial(name: str):
    if name:
        first = name[0]
        assert len(first) == 1  # verdict: proved
        assert first != "x"  # verdict: refuted


def first_character(name: str):
    try:
        first = name[0]
    except IndexError:
        assert name == ""  # verdict: proved
        return
    assert name.startswith(first)  # verdict: unknown


def shortened(text: str):
    short = text[:10]
    assert len(short) <= 10  # verdict: unknown
    assert len(short) == 10  # verdict: refuted


def joined(a: str, b: str):
    both = a + b
    assert both.startswith(a)  # verdict: unknown
    assert len(both) == len(a) + len(b)  # verdict: unknown
    assert both != "ab"  # verdict: refuted


def stripped(text: str):
    clean = text.strip()
    assert not clean.startswith(" ")  # verdict: proved
    assert clean == text  # verdict: refuted


def lowered(text: str):
    small = text.lower()
    assert "A" not in small  # verdict: proved
    assert small != "admin"  # verdict: refuted


def replaced(text: str):
    result = text.replace(" ", "_")
    assert " " not in result  # verdict: proved
    assert "_" not in result  # verdict: refuted


def numbered(count: int):
    label = f"item {count}"
    assert label.startswith("item ")  # verdict: proved
    assert label != "item 3"  # verdict: refuted


def known_methods():
    assert "a,b,c".split(",") == ["a", "b", "c"]  # verdict: proved
    assert "-".join(["x", "y"]) == "x-y"  # verdict: proved
    assert "hello".capitalize() == "Hello"  # verdict: proved
    assert "hello world".title() == "Hello World"  # verdict: proved
    assert "abc"[::-1] == "cba"  # verdict: proved
    assert "7".zfill(3) == "007"  # verdict: proved
    assert "abc".center(7, "*") == "**abc**"  # verdict: proved
    assert "a-b".partition("-") == ("a", "-", "b")  # verdict: proved
    assert "aXbX".count("X") == 2  # verdict: proved
    assert "banana".find("n") == 2  # verdict: proved
    assert "one two".split() == ["one", "two"]  # verdict: proved
    assert "x".rjust(3) + "|" == "  x|"  # verdict: proved
    assert "ab\ncd".splitlines() == ["ab", "cd"]  # verdict: proved
    assert "MiXed".swapcase() == "mIxED"  # verdict: proved
    assert "a.b.c".rsplit(".", 1) == ["a.b", "c"]  # verdict: proved
    assert "%05.2f" % 3.14159 == "03.14"  # verdict: unknown
    assert f"{3.14159:.2f}" == "3.14"  # verdict: unknown
    assert f"{255:#x} {7:03d}" == "0xff 007"  # verdict: proved


def slug(title: str):
    result = "".join(c for c in title.lower() if c.isalnum() or c == "-")
    assert " " not in result  # verdict: unknown


def palindrome(text: str):
    if text == text[::-1]:
        assert len(text) != 3  # verdict: unknown


def repeated(text: str):
    twice = text * 2
    assert len(twice) == 2 * len(text)  # verdict: unknown
    assert twice != "abab"  # verdict: refuted


def find_at(text: str):
    at = text.find("@")
    if at >= 0:
        assert "@" in text  # verdict: proved
        assert at > 0  # verdict: refuted


def user_of(address: str):
    if "@" not in address:
        return None
    user, _, host = address.partition("@")
    assert "@" not in user  # verdict: proved
    assert host != ""  # verdict: refuted


def split_pair(text: str):
    parts = text.split(":")
    assert len(parts) >= 1  # verdict: unknown
    if len(parts) == 2:
        assert ":" in text  # verdict: unknown
    assert len(parts) == 1  # verdict: refuted


def is_number(text: str):
    if text.isdecimal():
        assert int(text) >= 0  # verdict: unknown
        assert text != "12"  # verdict: refuted


def compared(a: str, b: str):
    if a < b:
        assert a != b  # verdict: unknown


def default_name(name: str = "world"):
    greeting = "Hello, " + (name or "world") + "!"
    assert greeting.endswith("!")  # verdict: proved
    assert greeting != "Hello, world!"  # verdict: refuted


def encoded(text: str):
    data = text.encode()
    assert data.decode() == text  # verdict: proved


def formatted_numbers(a: int):
    if a >= 0:
        assert f"{a:06}".isdigit()  # verdict: proved
        assert "-" not in f"{a:x}"  # verdict: proved
    assert " " not in f"{a:03d}"  # verdict: proved
    assert f"{a:04d}".isdigit()  # verdict: refuted
