"""Statements put together of parts, as psycopg2 and psycopg write them for PostgreSQL.

What a part becomes in the statement is its `_text`: what a cursor gets that is handed the part.
"""

import elsewhere


class Composable:
    def __init__(self, wrapped):
        self._text = wrapped

    def as_string(self, context=None):
        return self._text

    def __add__(self, other):
        return Composed([self, other])


    def _part(self, one):
        if not isinstance(one, Composable):
            raise TypeError("Composed elements must be Composable")
        return one._text


class Composed(Composable):
    def __init__(self, seq):
        text = ""
        for one in seq:
            text += self._part(one)
        self._text = text


class SQL(Composable):
    def __init__(self, string):
        if not isinstance(string, str):
            raise TypeError("SQL values must be strings")
        self._text = string

    def format(self, *args, **kwargs):
        texts = [self._part(one) for one in args]
        named = {name: self._part(one) for name, one in kwargs.items()}
        return Composable(self._text.format(*texts, **named))

    def join(self, seq):
        return Composable(self._text.join([self._part(one) for one in seq]))


class Identifier(Composable):
    def __init__(self, *strings):
        if not strings:
            raise TypeError("Identifier cannot be empty")
        self._text = ".".join(['"' + one.replace('"', '""') + '"' for one in strings])


class Literal(Composable):
    def __init__(self, wrapped):
        if isinstance(wrapped, str):
            quoted = "'" + wrapped.replace("'", "''").replace("\\", "\\\\") + "'"
            self._text = " E" + quoted if "\\" in wrapped else quoted
        elif isinstance(wrapped, int) and not isinstance(wrapped, bool):
            self._text = str(wrapped)
        else:
            self._text = elsewhere.psycopg2.extensions.adapt(wrapped)


class Placeholder(Composable):
    def __init__(self, name=None):
        if name is None:
            self._text = "%s"
        else:
            self._text = "%(" + name + ")s"
