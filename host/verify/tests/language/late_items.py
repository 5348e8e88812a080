"""What goes wrong only after many items is never proved, also where generators and the library take the items."""

import functools
import itertools
from collections import Counter, defaultdict, deque


def positive(numbers):
    for number in numbers:
        if number > 0:
            yield number


def counted(numbers: list[int]):
    count = 0
    for number in positive(numbers):
        count += 1
        assert number > 0  # verdict: bounded
    assert count < 20  # verdict: bounded


def summed(numbers: list[int]):
    assert sum(1 for number in numbers if number > 0) < 20  # verdict: bounded


def mapped(numbers: list[int]):
    shifted = list(map(lambda number: number + 1, numbers))
    assert len(shifted) < 20  # verdict: bounded


def filtered(numbers: list[int]):
    kept = list(filter(lambda number: number > 2, numbers))
    assert len(kept) < 20  # verdict: bounded


def folded(numbers: list[int]):
    largest = functools.reduce(lambda a, b: a if a > b else b, numbers, 0)
    assert largest >= 0  # verdict: bounded


def chained(numbers: list[int]):
    items = [item for item in itertools.chain([1], numbers)]
    assert len(items) < 20  # verdict: bounded


def tallied(numbers: list[int]):
    counts = Counter(numbers)
    assert len(counts) < 20  # verdict: bounded


def grouped(numbers: list[int]):
    groups = defaultdict(list)
    for number in numbers:
        groups[number % 2].append(number)
    assert len(groups) <= 2  # verdict: bounded


def queued(numbers: list[int]):
    waiting = deque(numbers)
    taken = 0
    while waiting:
        waiting.popleft()
        taken += 1
    assert taken < 20  # verdict: bounded


def taken_by_next(numbers: list[int]):
    items = iter(numbers)
    first = next(items, 0)
    rest = 0
    for _ in items:
        rest += 1
    assert rest < 20  # verdict: bounded


def endless(limit: int):
    for number in itertools.count():
        if number >= limit:
            break
    assert number < 20  # verdict: bounded


def stepped(limit: int):
    def numbers():
        at = 0
        while at < limit:
            yield at
            at += 1

    seen = 0
    for number in numbers():
        seen = number
    assert seen < 20  # verdict: bounded


def any_late(numbers: list[int]):
    found = any(100 // (number + 1000) > 30 for number in numbers)
    assert not found or len(numbers) < 20  # verdict: bounded


def sorted_late(numbers: list[int]):
    ordered = sorted(numbers, key=lambda number: -number)
    assert len(ordered) < 20  # verdict: bounded
