"""Names, calls, attributes and classes."""

import functools
from dataclasses import dataclass

LIMIT = 10


class Account:
    fee = 2

    def __init__(self, balance: int):
        self.balance = balance

    def take(self, amount: int) -> int:
        if amount > self.balance:
            raise ValueError("too much")
        self.balance -= amount
        return self.balance

    def broken(self) -> int:
        return self.amount


class Empty:
    pass


class Problem(Exception):
    def __init__(self, code: int, text: str):
        super().__init__(text)
        self.code = code


@dataclass
class Point:
    x: int
    y: int


def double(n: int) -> int:  # exceptions: proved
    return 2 * n


def unbound(n: int):  # exceptions: refuted
    if n > 0:
        result = n
    return result


def always_bound(n: int):  # exceptions: proved
    if n > 0:
        result = n
    else:
        result = 0
    return result


def undefined(n: int):  # exceptions: unknown
    return n + missing_name


def global_limit(n: int):  # exceptions: proved
    return min(n, LIMIT)


def too_many(n: int):  # exceptions: refuted
    return double(n, n)


def too_few():  # exceptions: refuted
    return double()


def by_wrong_name(n: int):  # exceptions: refuted
    return double(m=n)


def inlined(n: int):  # exceptions: proved
    return double(double(n)) + 1


def taken(balance: int, amount: int):  # exceptions: refuted
    return Account(balance).take(amount)


def caught(balance: int, amount: int):  # exceptions: proved
    account = Account(balance)
    try:
        return account.take(amount)
    except ValueError:
        return account.balance


def missing_attribute(n: int):  # exceptions: refuted
    return Account(n).broken()


def wrong_method(n: int):  # exceptions: refuted
    return Account(n).give(n)


def class_constant(n: int):  # exceptions: proved
    return Account(n).fee + n


def arguments_for_nothing(n: int):  # exceptions: refuted
    return Empty(n)


def empty():  # exceptions: proved
    return Empty()


def point(n: int):  # exceptions: proved
    where = Point(n, 2)
    return where.x + where.y


def half_a_point(n: int):  # exceptions: refuted
    return Point(n)


def distance(a: Point, b: Point):  # exceptions: proved
    return abs(a.x - b.x) + abs(a.y - b.y)


def called_number(n: int):  # exceptions: refuted
    return n(3)


def called_nothing(n: int):  # exceptions: refuted
    action = None
    return action(n)


def own_exception(n: int):  # exceptions: proved
    if n > 3:
        raise Problem(n, "large")
    return n


def exception_class_alone(n: int):
    if n > 3:
        raise Problem
    return n


def raised_text(n: int):  # exceptions: refuted
    if n > 3:
        raise "large"
    return n


def from_library(n: int):  # exceptions: unknown
    import colorsys

    return colorsys.rgb_to_hsv(n, n, n)


@functools.cache
def remembered(values: tuple[int, int]) -> int:  # exceptions: proved
    return values[0]


def forgets(n: int):  # exceptions: refuted
    return remembered([n, n])


def recursive(n: int) -> int:  # exceptions: bounded
    if n <= 0:
        return 0
    return recursive(n - 1)


def nested(n: int):  # exceptions: proved
    def inner(m: int) -> int:
        return m + n

    return inner(3)


def finally_runs(n: int):  # exceptions: proved
    steps = []
    try:
        steps.append(10 // n)
    except ZeroDivisionError:
        steps.append(0)
    finally:
        steps.append(1)
    return steps


def handler_fails(n: int):  # exceptions: refuted
    try:
        return 10 // n
    except ZeroDivisionError:
        return 10 % n


def instance_test(value: int | str):  # exceptions: proved
    if isinstance(value, str):
        return value.upper()
    return value + 1


def without_test(value: int | str):  # exceptions: refuted
    return value + 1


def untyped(value):
    return value + 1


def missing_method_of_none(n: int):  # exceptions: refuted
    return [1, n].sort().index(1)


def conditional(n: int):  # exceptions: proved
    return (lambda m: m * 2)(n)


class Base:
    def __init__(self, n: int):
        super().__init__()
        self.n = n


class Derived(Base):
    def __init__(self, n: int):
        super().__init__(n)


class Wrong:
    def __init__(self, n: int):
        super().__init__(n)


def derived(n: int):  # exceptions: proved
    return Derived(n).n + 1


def wrong_parent(n: int):  # exceptions: unknown
    return Wrong(n)


def twice(n: int):  # exceptions: refuted
    return double(n=n, **{"n": n})
