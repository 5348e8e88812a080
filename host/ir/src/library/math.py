"""Functions on numbers that go over items or compare."""


def prod(iterable, /, *, start=1):
    total = start
    for item in iterable:
        total = total * item
    return total


def isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0):
    if rel_tol < 0.0 or abs_tol < 0.0:
        raise ValueError("tolerances must be non-negative")
    if a == b:
        return True
    infinity = float("inf")
    if abs(a) == infinity or abs(b) == infinity:
        return False
    return abs(b - a) <= max(rel_tol * max(abs(a), abs(b)), abs_tol)
