"""Context managers."""

from contextlib import contextmanager


@contextmanager
def suppress(*classes):
    try:
        yield
    except classes:
        pass


@contextmanager
def closing(thing):
    try:
        yield thing
    finally:
        thing.close()


@contextmanager
def nullcontext(enter_result=None):
    yield enter_result
