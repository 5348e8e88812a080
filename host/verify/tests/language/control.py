"""Exceptions, matching, closures, generators, recursion."""

import math
from contextlib import contextmanager, suppress


class Problem(Exception):
    def __init__(self, code):
        super().__init__(f"problem {code}")
        self.code = code


def raised(number: int):
    try:
        if number > 3:
            raise Problem(number)
    except Problem as problem:
        assert problem.code > 3  # verdict: proved
        assert problem.code != 9  # verdict: refuted
    else:
        assert number <= 3  # verdict: proved


def order_of_finally(number: int):
    steps = []
    try:
        steps.append("try")
        if number == 0:
            raise KeyError("k")
        steps.append("end")
    except KeyError:
        steps.append("except")
    else:
        steps.append("else")
    finally:
        steps.append("finally")
    assert steps[-1] == "finally"  # verdict: proved
    if number == 0:
        assert steps == ["try", "except", "finally"]  # verdict: proved
    else:
        assert steps == ["try", "end", "else", "finally"]  # verdict: proved
        assert len(steps) == 3  # verdict: refuted


def classify(number: int):
    match number:
        case 0:
            kind = "zero"
        case 1 | 2 | 3:
            kind = "small"
        case n if n < 0:
            kind = "negative"
        case _:
            kind = "large"
    if kind == "large":
        assert number > 3  # verdict: proved
        assert number > 4  # verdict: refuted


def command(words: list[str]):
    match words:
        case ["go", where]:
            assert len(words) == 2  # verdict: bounded
            assert where != "north"  # verdict: refuted
        case [single]:
            assert words[0] == single  # verdict: proved
        case _:
            pass


def adder(step: int):
    def add(value):
        return value + step

    assert add(1) == step + 1  # verdict: proved
    assert add(step) != 4  # verdict: refuted


def counter():
    count = 0

    def increase():
        nonlocal count
        count += 1
        return count

    increase()
    increase()
    assert count == 2  # verdict: proved


def factorial(number: int) -> int:
    if number <= 1:
        return 1
    return number * factorial(number - 1)


def factorials(number: int):
    assert factorial(4) == 24  # verdict: proved
    if number < 4:
        assert factorial(number) >= 1  # verdict: proved
        assert factorial(number) < 6  # verdict: refuted


def fibonacci(count: int):
    a, b = 0, 1
    for _ in range(count):
        a, b = b, a + b
    assert a >= 0  # verdict: proved
    assert a != 8  # verdict: refuted


def greatest_divisor(a: int, b: int):
    if a <= 0 or b <= 0:
        return 0
    while b:
        a, b = b, a % b
    assert a > 0  # verdict: unknown
    assert a != 3  # verdict: refuted
    return a


def countdown(start: int):
    if start < 0:
        return
    steps = 0
    while start > 0:
        start -= 1
        steps += 1
    assert start == 0  # verdict: proved
    assert steps >= 0  # verdict: proved
    assert steps != 5  # verdict: refuted


def evens(limit):
    for number in range(limit):
        if number % 2 == 0:
            yield number


def generated():
    assert list(evens(5)) == [0, 2, 4]  # verdict: proved
    assert sum(n for n in evens(7)) == 12  # verdict: proved
    assert next(evens(3)) == 0  # verdict: proved


def defaults(a, b=2, *rest, c=3, **more):
    return a + b + c + len(rest) + len(more)


def arguments(number: int):
    assert defaults(1) == 6  # verdict: proved
    assert defaults(number, 0, c=0) == number  # verdict: proved
    assert defaults(1, 2, 3, 4, x=5) == 9  # verdict: proved
    assert defaults(*[1, 2], **{"c": number}) != 7  # verdict: refuted


@contextmanager
def opened(log):
    log.append("open")
    try:
        yield "handle"
    finally:
        log.append("close")


class Guard:
    def __init__(self):
        self.state = "new"

    def __enter__(self):
        self.state = "in"
        return self

    def __exit__(self, kind, value, trace):
        self.state = "out"
        return kind is ValueError


def managed():
    guard = Guard()
    with guard as inner:
        assert inner.state == "in"  # verdict: proved
        raise ValueError("swallowed")
    assert guard.state == "out"  # verdict: proved


def managed_by_generator():
    log = []
    with opened(log) as handle:
        assert handle == "handle"  # verdict: proved
    assert log == ["open", "close"]  # verdict: proved


def suppressed(key: str):
    value = 0
    with suppress(KeyError):
        value = {"a": 1}[key]
    assert value in (0, 1)  # verdict: proved
    assert value == 0  # verdict: refuted


def mathematics():
    assert math.gcd(12, 18) == 6  # verdict: proved
    assert math.isqrt(17) == 4  # verdict: proved
    assert math.floor(2.7) == 2 and math.ceil(2.1) == 3  # verdict: proved
    assert math.sqrt(9) == 3  # verdict: proved
    assert math.pi > 3.14  # verdict: proved
    assert math.factorial(5) == 120  # verdict: proved
    assert math.isclose(0.1 + 0.2, 0.3)  # verdict: unknown


def type_error(number: int):
    try:
        result = "n" + number
    except TypeError:
        result = "failed"
    assert result == "failed"  # verdict: proved


def nested_handlers(number: int):
    caught = ""
    try:
        try:
            1 // number
        except KeyError:
            caught = "key"
    except ArithmeticError:
        caught = "arithmetic"
    assert caught != "key"  # verdict: proved
    assert caught == ""  # verdict: refuted


def reraised(number: int):
    try:
        try:
            [1, 2][number]
        except IndexError:
            raise ValueError("bad") from None
    except ValueError:
        assert not -2 <= number < 2  # verdict: proved
        assert number > 0  # verdict: refuted


def early(values: list[int]):
    for value in values:
        if value < 0:
            break
    else:
        assert all(value >= 0 for value in values)  # verdict: bounded
        return
    assert value < 0  # verdict: proved


def lambdas(number: int):
    twice = lambda value: value * 2
    assert twice(number) == number + number  # verdict: proved
    compose = lambda f, g: lambda value: f(g(value))
    assert compose(twice, abs)(number) >= 0  # verdict: proved


def unknown_library(number: int):
    import elsewhere

    assert elsewhere.check(number) > 0  # verdict: unknown


def binary_search(values: list[int], wanted: int):
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if values[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    assert 0 <= low <= len(values)  # verdict: bounded
    return low


def collatz(number: int):
    if number < 1:
        return 0
    steps = 0
    while number != 1 and steps < 50:
        number = number // 2 if number % 2 == 0 else 3 * number + 1
        steps += 1
    return steps


def digits(number: int):
    if number < 0:
        return 0
    total = 0
    while number > 0:
        total += number % 10
        number //= 10
    assert total >= 0  # verdict: proved
    assert total != 10  # verdict: refuted
