"""Names that a module may not have bound."""

import os

FLAG = os.environ.get("FLAG")

if FLAG:
    SOMETIMES = 1

try:
    SURELY = int("3")
except ValueError:
    SURELY = 0


def takes(value) -> int:
    return 1


def sometimes(n: int):  # exceptions: unknown
    return SOMETIMES


def handed_on(n: int):  # exceptions: unknown
    return takes(SOMETIMES)


def kept_in_list(n: int):  # exceptions: unknown
    return [n, SOMETIMES]


def asked(n: int):  # exceptions: unknown
    if SOMETIMES:
        return n
    return 0


def surely(n: int):
    return SURELY


def default(n: int):  # exceptions: unknown
    def inner(m: int = SOMETIMES):
        return m

    return inner(n)


def misspelt(n: int):  # exceptions: unknown
    return lenght(n)


def of_module(n: int):  # exceptions: unknown
    return os.no_such_thing


def separator(n: int):  # exceptions: proved
    return os.sep * 2
