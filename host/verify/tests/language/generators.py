"""Generators, context managers made of them, and functions that take functions."""

import functools
import itertools
import operator
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress


def countdown(start: int) -> Iterator[int]:
    while start > 0:
        yield start
        start -= 1


def evens(numbers):
    for number in numbers:
        if number % 2 == 0:
            yield number


def loops_over_generator(a: int, b: int):
    found = []
    for number in evens([a, b, 4]):
        found.append(number)
    assert found[-1] == 4  # verdict: proved
    assert len(found) <= 3  # verdict: proved
    assert len(found) != 2  # verdict: refuted


def lists_generator(a: int):
    numbers = list(countdown(3))
    assert numbers == [3, 2, 1]  # verdict: proved
    assert sum(countdown(4)) == 10  # verdict: proved
    assert sum(evens([a, 3])) == a  # verdict: refuted


def takes_first(a: int, b: int):
    first = next(evens([a, b]), None)
    if first is not None:
        assert first % 2 == 0  # verdict: proved
        assert first == a  # verdict: refuted
    else:
        assert a % 2 == 1 and b % 2 == 1  # verdict: proved


def stops_early(a: int):
    for number in itertools.count(5):
        if number > 7:
            break
    assert number == 8  # verdict: proved
    assert number != a  # verdict: refuted


def two_at_once(a: int):
    left = countdown(3)
    right = countdown(3)
    pairs = []
    for number in left:
        pairs.append((number, next(right)))
    assert pairs == [(3, 3), (2, 2), (1, 1)]  # verdict: proved


def exhausted_only_once():
    numbers = countdown(2)
    first = list(numbers)
    second = list(numbers)
    assert first == [2, 1]  # verdict: proved
    assert second == []  # verdict: proved


def raises_at_its_end():
    numbers = countdown(1)
    next(numbers)
    try:
        next(numbers)
        ended = False
    except StopIteration:
        ended = True
    assert ended  # verdict: proved


def chained(values):
    yield 0
    yield from values
    yield from countdown(2)
    return 7


def outer(values):
    result = yield from chained(values)
    yield result


def delegates(a: int):
    assert list(chained([a])) == [0, a, 2, 1]  # verdict: proved
    assert list(outer((a,))) == [0, a, 2, 1, 7]  # verdict: proved
    assert list(chained([a]))[1] != 3  # verdict: refuted


def accumulator():
    total = 0
    while True:
        sent = yield total
        if sent is None:
            return
        total += sent


def sends(a: int):
    running = accumulator()
    assert next(running) == 0  # verdict: proved
    assert running.send(a) == a  # verdict: proved
    assert running.send(2) == a + 2  # verdict: proved
    assert running.send(3) != 9  # verdict: refuted


def unpacks(a: int):
    first, *rest = evens([2, a, 6])
    assert first == 2  # verdict: proved
    assert rest[-1] == 6  # verdict: proved
    assert len(rest) == 2  # verdict: refuted
    assert [*countdown(2), 9] == [2, 1, 9]  # verdict: proved
    assert ",".join(word for word in ["a", "b"]) == "a,b"  # verdict: proved


def looks_inside(a: int):
    assert 2 in countdown(3)  # verdict: proved
    assert 5 not in countdown(3)  # verdict: proved
    assert a in countdown(2)  # verdict: refuted


def failing(numbers):
    for number in numbers:
        yield 10 // number


def exception_comes_through(a: int):
    try:
        found = list(failing([1, a]))
    except ZeroDivisionError:
        assert a == 0  # verdict: proved
        return
    assert a != 0  # verdict: proved
    assert found[1] != 5  # verdict: refuted


def is_lazy():
    seen = []

    def noisy(numbers):
        for number in numbers:
            seen.append(number)
            yield number

    for number in noisy([1, 2, 3]):
        if number == 2:
            break
    assert seen == [1, 2]  # verdict: proved


@contextmanager
def tracked(log, name):
    log.append("enter " + name)
    try:
        yield name.upper()
    finally:
        log.append("exit " + name)


def with_manager(a: int):
    log = []
    with tracked(log, "x") as name:
        log.append(name)
    assert log == ["enter x", "X", "exit x"]  # verdict: proved
    try:
        with tracked(log, "y"):
            if a > 3:
                raise ValueError
    except ValueError:
        assert a > 3  # verdict: proved
        assert log[-1] == "exit y"  # verdict: proved
        return
    assert a <= 3  # verdict: proved
    assert a != 3  # verdict: refuted


@contextmanager
def translating():
    try:
        yield
    except KeyError as error:
        raise LookupError("translated") from error


def translated(a: int):
    try:
        with translating():
            if a == 1:
                raise KeyError
    except KeyError:
        assert False  # verdict: unknown
    except LookupError:
        assert a == 1  # verdict: proved


def suppressed(a: int):
    reached = False
    with suppress(ZeroDivisionError, KeyError):
        10 // a
        reached = True
    assert reached == (a != 0)  # verdict: proved
    assert reached  # verdict: refuted


def early_return_in_with(a: int):
    log = []

    def inner():
        with tracked(log, "z"):
            if a > 0:
                return "early"
        return "late"

    got = inner()
    assert log[-1] == "exit z"  # verdict: proved
    assert (got == "early") == (a > 0)  # verdict: proved


class Handle:
    def __init__(self):
        self.is_open = True

    def close(self):
        self.is_open = False


def closes():
    handle = Handle()
    with closing(handle) as same:
        assert same.is_open  # verdict: proved
    assert not handle.is_open  # verdict: proved


def maps(a: int, b: int):
    assert list(map(lambda n: n + 1, [a, b])) == [a + 1, b + 1]  # verdict: proved
    assert list(map(str, [1, 2])) == ["1", "2"]  # verdict: proved
    assert list(map(lambda x, y: x - y, [a, b], [b, a])) == [a - b, b - a]  # verdict: proved
    assert sum(map(abs, [a, b])) >= 0  # verdict: proved
    assert max(map(lambda n: n * 2, [a, b])) != 8  # verdict: refuted


def filters(a: int, b: int):
    kept = list(filter(lambda n: n > 0, [a, b, 5]))
    assert all(n > 0 for n in kept)  # verdict: proved
    assert kept[-1] == 5  # verdict: proved
    assert len(kept) == 3  # verdict: refuted
    assert list(filter(None, [0, 1, "", "x"])) == [1, "x"]  # verdict: proved


def by_length(word: str):
    words = sorted(["pear", "fig", "banana"], key=len)
    assert words == ["fig", "pear", "banana"]  # verdict: proved
    assert max(["a", "ccc", "bb"], key=len) == "ccc"  # verdict: proved
    assert min(["Bob", "alice"], key=str.lower) == "alice"  # verdict: proved


def by_key(a: int, b: int):
    people = [("x", a), ("y", b)]
    people.sort(key=lambda person: person[1])
    assert people[0][1] <= people[1][1]  # verdict: proved
    assert people[0][0] == "x"  # verdict: refuted
    oldest = max([("x", a), ("y", b)], key=operator.itemgetter(1))
    assert oldest[1] >= a and oldest[1] >= b  # verdict: proved
    least = sorted([a, b], key=lambda n: -n)
    assert least[0] >= least[1]  # verdict: proved
    assert sorted([a, b], key=lambda n: n, reverse=True)[0] >= a  # verdict: proved


def reduces(a: int, b: int):
    assert functools.reduce(lambda x, y: x + y, [a, b, 1]) == a + b + 1  # verdict: proved
    assert functools.reduce(operator.mul, [2, 3], 4) == 24  # verdict: proved
    assert functools.reduce(lambda x, y: x if x > y else y, [a, b]) >= a  # verdict: proved
    assert functools.reduce(lambda x, y: x - y, [a, b]) != 5  # verdict: refuted


def scale(factor, number, *, offset=0):
    return factor * number + offset


def partials(a: int):
    double = functools.partial(scale, 2)
    assert double(a) == a + a  # verdict: proved
    assert double(a, offset=1) == 2 * a + 1  # verdict: proved
    shifted = functools.partial(scale, offset=10)
    assert shifted(3, a) == 3 * a + 10  # verdict: proved
    assert shifted(1, a) != 12  # verdict: refuted


def chains(a: int):
    assert list(itertools.chain([a], (1, 2))) == [a, 1, 2]  # verdict: proved
    assert list(itertools.islice(itertools.count(a), 3)) == [a, a + 1, a + 2]  # verdict: proved
    assert list(itertools.islice([1, 2, 3, 4], 1, None, 2)) == [2, 4]  # verdict: proved
    assert list(itertools.zip_longest([1, 2], [a], fillvalue=0)) == [(1, a), (2, 0)]  # verdict: proved
    assert list(itertools.takewhile(lambda n: n < 3, [1, 2, 3, 1])) == [1, 2]  # verdict: proved
    assert list(itertools.accumulate([1, 2, a])) == [1, 3, 3 + a]  # verdict: proved
    assert list(itertools.pairwise([1, 2, 3])) == [(1, 2), (2, 3)]  # verdict: proved
    assert list(itertools.product([1, 2], "ab")) == [(1, "a"), (1, "b"), (2, "a"), (2, "b")]  # verdict: proved
    assert list(itertools.combinations([1, 2, 3], 2)) == [(1, 2), (1, 3), (2, 3)]  # verdict: proved
    assert [(k, list(g)) for k, g in itertools.groupby([1, 1, 2])] == [(1, [1, 1]), (2, [2])]  # verdict: proved


class Countdown:
    def __init__(self, start):
        self.start = start

    def __iter__(self):
        number = self.start
        while number > 0:
            yield number
            number -= 1


class Stepper:
    def __init__(self, stop):
        self.at = 0
        self.stop = stop

    def __iter__(self):
        return self

    def __next__(self):
        if self.at >= self.stop:
            raise StopIteration
        self.at += 1
        return self.at


def own_iterables(a: int):
    assert list(Countdown(2)) == [2, 1]  # verdict: proved
    assert [n for n in Stepper(3)] == [1, 2, 3]  # verdict: proved
    total = 0
    for number in Stepper(2):
        total += number * a
    assert total == 3 * a  # verdict: proved
    assert total != 9  # verdict: refuted
    assert sum(Countdown(3)) == 6  # verdict: proved
    assert 2 in Countdown(3)  # verdict: proved


class Basket:
    def __init__(self, items):
        self.items = list(items)

    def __len__(self):
        return len(self.items)

    def __contains__(self, item):
        return item in self.items

    def __getitem__(self, place):
        return self.items[place]

    def __setitem__(self, place, item):
        self.items[place] = item

    def __delitem__(self, place):
        del self.items[place]

    def __call__(self, item):
        self.items.append(item)
        return len(self)


class Flag:
    def __init__(self, value):
        self.value = value

    def __bool__(self):
        return self.value > 0


def own_containers(a: int):
    basket = Basket([a])
    assert basket  # verdict: proved
    assert not Basket([])  # verdict: proved
    assert a in basket  # verdict: proved
    assert a + 1 not in basket  # verdict: proved
    assert basket[0] == a  # verdict: proved
    assert basket(5) == 2  # verdict: proved
    basket[0] = 7
    assert basket[0] == 7  # verdict: proved
    del basket[0]
    assert len(basket) == 1  # verdict: proved
    assert bool(Flag(a)) == (a > 0)  # verdict: proved
    if Flag(a):
        assert a > 0  # verdict: proved
        assert a > 1  # verdict: refuted
    assert (1 if not Flag(a) else 2) == (2 if a > 0 else 1)  # verdict: proved


def lazy_any(numbers: list[int]):
    found = any(10 // number > 4 for number in [1, 0])
    assert found  # verdict: proved


def next_of_expression(a: int):
    found = next((n for n in [1, a, 5] if n > 3), None)
    assert found is not None  # verdict: proved
    assert found > 3  # verdict: proved
    assert found == 5  # verdict: refuted


def taken_once(a: int):
    pairs = zip([1, 2], [a, 3])
    assert list(pairs) == [(1, a), (2, 3)]  # verdict: proved
    assert list(pairs) == []  # verdict: proved
    numbered = enumerate("ab")
    assert next(numbered) == (0, "a")  # verdict: proved
    assert list(numbered) == [(1, "b")]  # verdict: proved
    backwards = reversed([1, a])
    assert [*backwards] == [a, 1]  # verdict: proved
    assert not [*backwards]  # verdict: proved


def sees_later_changes(a: int):
    limit = 1

    def below():
        at = 0
        while at < limit:
            yield at
            at += 1

    numbers = below()
    first = next(numbers)
    limit = 3
    assert first == 0  # verdict: proved
    assert list(numbers) == [1, 2]  # verdict: proved


def cleans_up(a: int):
    log = []

    def guarded():
        try:
            yield 1
            yield 2
        finally:
            log.append("closed")

    for number in guarded():
        if a > 0:
            break
    assert number >= 1  # verdict: bounded
    assert log == ["closed"]  # verdict: unknown


def shared_by_two(a: int):
    numbers = iter([1, 2, 3, 4])
    pairs = [(one, next(numbers)) for one in numbers]
    assert pairs == [(1, 2), (3, 4)]  # verdict: proved


def swallowed_inside(a: int):
    def careful(numbers):
        for number in numbers:
            try:
                yield 10 // number
            except ZeroDivisionError:
                yield 0

    assert list(careful([5, a]))[0] == 2  # verdict: proved
    assert list(careful([a]))[0] != 0  # verdict: refuted


def nested_managers(a: int):
    log = []
    with tracked(log, "p"), tracked(log, "q"):
        log.append("body")
    assert log == ["enter p", "enter q", "body", "exit q", "exit p"]  # verdict: proved


@contextmanager
def silent():
    try:
        yield
    except KeyError:
        pass


def silenced(a: int):
    steps = 0
    with silent():
        steps += 1
        if a > 0:
            raise KeyError
        steps += 1
    assert steps == (1 if a > 0 else 2)  # verdict: proved
    assert steps == 2  # verdict: refuted


def stop_inside(a: int):
    def broken():
        yield 1
        raise StopIteration

    try:
        list(broken())
        kind = "none"
    except RuntimeError:
        kind = "runtime"
    assert kind == "runtime"  # verdict: proved


def views_are_live(a: int):
    ages = {"x": a}
    names, years, pairs = ages.keys(), ages.values(), ages.items()
    ages["y"] = 2
    assert len(names) == 2  # verdict: proved
    ages["x"] = 5
    assert list(years)[0] == 5  # verdict: proved
    assert list(pairs)[0] == ("x", 5)  # verdict: proved
    assert list(years)[0] == a  # verdict: refuted


def iterators_are_live(a: int):
    numbers = [1, a]
    following = iter(numbers)
    numbers.append(3)
    assert len(list(following)) == 3  # verdict: proved
    numbers.append(4)
    assert list(following) == []  # verdict: proved


def made_of_what_changes(a: int):
    numbers = [1]
    pairs = zip(numbers, [a, a])
    places = enumerate(numbers)
    turned = reversed(numbers)
    numbers.append(a)
    assert len(list(pairs)) == 1  # verdict: unknown
    assert len(list(places)) == 1  # verdict: unknown
    assert list(turned)[0] == 1  # verdict: unknown


def grows_while_it_is_read(a: int):
    numbers = [1, a]
    for number in numbers:
        if number == a and len(numbers) < 4:
            numbers.append(a)
    assert len(numbers) == 4  # verdict: proved


def values_change_in_a_loop(a: int):
    ages = {"x": a, "y": 1}
    for name, age in ages.items():
        ages[name] = age + 1
    assert ages["x"] == a + 1  # verdict: proved
    assert ages["y"] == 2  # verdict: proved


def kept_expression(a: int):
    numbers = [1, 2]
    later = (number + a for number in numbers)
    numbers.append(3)
    assert len(list(later)) == 2  # verdict: unknown


def kept_expression_has_effects(a: int):
    seen = []
    later = (seen.append(number) for number in [1, a])
    assert len(seen) == 2  # verdict: unknown


def used_twice(numbers):
    return sum(numbers) + sum(numbers)


def given_expression(a: int):
    assert used_twice(number for number in [1, a]) == 1 + a  # verdict: proved
    assert used_twice([1, a]) == 2 + 2 * a  # verdict: proved
