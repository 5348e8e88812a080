"""URLs, percent-encoding, and words of a command line."""

import shlex
from urllib.parse import urljoin, urlparse, urlsplit, urlunsplit, unquote, unquote_plus


def known():
    parts = urlparse("https://user:pw@Example.COM:8443/a/b;x?q=1&r=2#top")
    assert parts.scheme == "https"  # verdict: proved
    assert parts.netloc == "user:pw@Example.COM:8443"  # verdict: proved
    assert parts.hostname == "example.com" and parts.port == 8443  # verdict: proved
    assert parts.username == "user" and parts.password == "pw"  # verdict: proved
    assert parts.path == "/a/b" and parts.params == "x"  # verdict: proved
    assert parts.query == "q=1&r=2" and parts.fragment == "top"  # verdict: proved
    assert parts[1] == parts.netloc and len(parts) == 6  # verdict: proved
    scheme, netloc, path, query, fragment = urlsplit("//host/p?q")
    assert (scheme, netloc, path, query, fragment) == ("", "host", "/p", "q", "")  # verdict: proved
    assert urlsplit("/only/path").hostname is None  # verdict: proved
    assert urlunsplit(("http", "h", "/p", "q", "")) == "http://h/p?q"  # verdict: proved
    assert urlparse("http://h/a").geturl() == "http://h/a"  # verdict: proved
    assert parts.hostname == "Example.COM"  # verdict: refuted


def checked(url: str):
    parts = urlsplit(url)
    if parts.scheme == "https":
        assert ":" in url  # verdict: proved
        assert url.startswith("https:")  # verdict: refuted


def folders(url: str):
    path = urlsplit(url).path
    assert "?" not in path  # verdict: proved
    assert "#" not in path  # verdict: proved
    assert path.startswith("/")  # verdict: refuted


def decoded():
    assert unquote("a%20b%2Fc") == "a b/c"  # verdict: proved
    assert unquote("100%") == "100%"  # verdict: proved
    assert unquote("%C3%A9") == "é"  # verdict: proved
    assert unquote_plus("a+b%2B") == "a b+"  # verdict: proved
    assert unquote("a+b") == "a b"  # verdict: refuted


def joined():
    assert urljoin("http://h/a/b", "c") == "http://h/a/c"  # verdict: proved
    assert urljoin("http://h/a/b", "/c") == "http://h/c"  # verdict: proved
    assert urljoin("http://h/a/b", "//other/c") == "http://other/c"  # verdict: proved
    assert urljoin("http://h/a/b", "https://x/") == "https://x/"  # verdict: proved


def words():
    assert shlex.split("a 'b c' \"d\\\"e\" f\\ g") == ["a", "b c", 'd"e', "f g"]  # verdict: proved
    assert shlex.split("") == []  # verdict: proved
    assert shlex.split("a ''") == ["a", ""]  # verdict: proved
    try:
        shlex.split("it's")
        failed = False
    except ValueError:
        failed = True
    assert failed  # verdict: proved
