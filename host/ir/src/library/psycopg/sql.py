"""Statements put together of parts, as psycopg writes them: what is no part is a value."""

import psycopg2.sql


class Composed(psycopg2.sql.Composed):
    def _part(self, one):
        return _text_of(one)


class SQL(psycopg2.sql.SQL):
    def _part(self, one):
        return _text_of(one)


class Identifier(psycopg2.sql.Identifier):
    pass


class Literal(psycopg2.sql.Literal):
    pass


class Placeholder(psycopg2.sql.Placeholder):
    pass


def _text_of(one):
    if isinstance(one, psycopg2.sql.Composable):
        return one._text
    return Literal(one)._text
