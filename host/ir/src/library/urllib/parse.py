"""The parts of URLs, and percent-encoding."""

import re
from typing import NamedTuple

import elsewhere

_SCHEME = "[A-Za-z][A-Za-z0-9+.-]*"
_ORDINARY = r"[\x00-Z\\^-\x7f]*"
_BRACKETED = r"[^\[\]]*|(.*@)?\[([vV][a-fA-F0-9]+\.[^\[\]@]+|[0-9a-fA-F:.]+(%[^\[\]@]*)?)\](:[^@]*)?"
_WITH_PARAMETERS = ("", "ftp", "hdl", "prospero", "http", "https", "shttp", "imap", "rtsp", "rtsps", "rtspu", "sip", "sips", "mms",
                    "sftp", "tel")

_WITH_HOST = ("", "ftp", "http", "gopher", "nntp", "telnet", "imap", "wais", "file", "mms", "https", "shttp", "snews",
              "prospero", "rtsp", "rtsps", "rtspu", "rsync", "svn", "svn+ssh", "sftp", "nfs", "git", "git+ssh", "ws", "wss")
_WITH_RELATIVE = ("", "ftp", "http", "gopher", "nntp", "imap", "wais", "file", "https", "shttp", "mms", "prospero", "rtsp", "rtsps",
                  "rtspu", "sftp", "svn", "svn+ssh", "ws", "wss")


def _cleaned(url):
    for one in "\t\r\n":
        url = url.replace(one, "")
    return url


def _ends_host(rest):
    """Splits what follows two slashes into the host and what comes behind it."""
    host = rest.partition("/")[0].partition("?")[0].partition("#")[0]
    return host, rest[len(host) :]


def _checked_host(netloc):
    if not re.fullmatch(_ORDINARY, netloc):
        if not re.fullmatch(_BRACKETED, netloc):
            raise ValueError("Invalid IPv6 URL")
        # What these raise for is a matter of their tables.
        elsewhere.ipaddress.ip_address(netloc)
        elsewhere.unicodedata.normalize("NFKC", netloc)
    return netloc


def _username(netloc):
    user, at, _host = netloc.rpartition("@")
    return user.partition(":")[0] if at else None


def _password(netloc):
    _name, colon, password = netloc.rpartition("@")[0].partition(":")
    return password if colon else None


def _hostname(netloc):
    host = netloc.rpartition("@")[2]
    if "[" in host:
        host = host.partition("[")[2].partition("]")[0]
    else:
        host = host.partition(":")[0]
    if not host:
        return None
    if "%" in host:
        name, percent, zone = host.partition("%")
        return name.lower() + percent + zone
    return host.lower()


def _port(netloc):
    host = netloc.rpartition("@")[2]
    if "[" in host:
        host = host.partition("]")[2]
    port = host.partition(":")[2]
    if not port:
        return None
    if not (port.isdigit() and port.isascii()):
        raise ValueError("Port could not be cast to integer value")
    number = int(port)
    if not 0 <= number <= 65535:
        raise ValueError("Port out of range 0-65535")
    return number


class SplitResult(NamedTuple):
    scheme: str
    netloc: str
    path: str
    query: str
    fragment: str

    @property
    def username(self):
        return _username(self.netloc)

    @property
    def password(self):
        return _password(self.netloc)

    @property
    def hostname(self):
        return _hostname(self.netloc)

    @property
    def port(self):
        return _port(self.netloc)

    def geturl(self):
        return urlunsplit((self.scheme, self.netloc, self.path, self.query, self.fragment))


class ParseResult(NamedTuple):
    scheme: str
    netloc: str
    path: str
    params: str
    query: str
    fragment: str

    @property
    def username(self):
        return _username(self.netloc)

    @property
    def password(self):
        return _password(self.netloc)

    @property
    def hostname(self):
        return _hostname(self.netloc)

    @property
    def port(self):
        return _port(self.netloc)

    def geturl(self):
        return urlunparse((self.scheme, self.netloc, self.path, self.params, self.query, self.fragment))


def urlsplit(url, scheme="", allow_fragments=True):
    blank = (
        "\0\1\2\3\4\5\6\7\b\t\n\v\f\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f "
    )
    url = _cleaned(url.lstrip(blank))
    scheme = _cleaned(scheme.strip(blank))
    netloc = fragment = ""
    before, colon, rest = url.partition(":")
    if colon and re.fullmatch(_SCHEME, before):
        scheme = before.lower()
        url = rest
    if url.startswith("//"):
        netloc, url = _ends_host(url[2:])
        netloc = _checked_host(netloc)
    # Without the mark these give the whole text and an empty one.
    if allow_fragments:
        url, _mark, fragment = url.partition("#")
    url, _mark, query = url.partition("?")
    return SplitResult(scheme, netloc, url, query, fragment)


def urlparse(url, scheme="", allow_fragments=True):
    parts = urlsplit(url, scheme, allow_fragments)
    path = parts.path
    params = ""
    if ";" in path and parts.scheme in _WITH_PARAMETERS:
        folder, slash, name = path.rpartition("/")
        if ";" in name:
            name, _mark, params = name.partition(";")
            path = folder + slash + name
    return ParseResult(parts.scheme, parts.netloc, path, params, parts.query, parts.fragment)


def urlunparse(components, /):
    scheme, netloc, url, params, query, fragment = components
    if params:
        url = f"{url};{params}"
    return urlunsplit((scheme, netloc, url, query, fragment))


def urlunsplit(components, /):
    scheme, netloc, url, query, fragment = components
    if netloc or (scheme in _WITH_HOST and scheme and not url.startswith("//")):
        if url and not url.startswith("/"):
            url = "/" + url
        url = "//" + netloc + url
    if scheme:
        url = scheme + ":" + url
    if query:
        url = url + "?" + query
    if fragment:
        url = url + "#" + fragment
    return url


def urljoin(base, url, allow_fragments=True):
    if not base:
        return url
    if not url:
        return base
    old = urlparse(base, "", allow_fragments)
    new = urlparse(url, old.scheme, allow_fragments)
    if new.scheme != old.scheme or new.scheme not in _WITH_RELATIVE:
        return url
    netloc = new.netloc
    if new.scheme in _WITH_HOST:
        if netloc:
            return urlunparse((new.scheme, netloc, new.path, new.params, new.query, new.fragment))
        netloc = old.netloc
    if not new.path and not new.params:
        query = new.query or old.query
        return urlunparse((new.scheme, netloc, old.path, old.params, query, new.fragment))
    folders = old.path.split("/")
    if folders[-1] != "":
        folders = folders[:-1]
    if new.path.startswith("/"):
        parts = new.path.split("/")
    else:
        parts = folders + new.path.split("/")
        parts[1:-1] = [part for part in parts[1:-1] if part]
    path = []
    for part in parts:
        if part == "..":
            if path:
                path.pop()
        elif part != ".":
            path.append(part)
    if parts[-1] in (".", ".."):
        path.append("")
    return urlunparse((new.scheme, netloc, "/".join(path) or "/", new.params, new.query, new.fragment))
