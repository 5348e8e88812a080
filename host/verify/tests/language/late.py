"""Assertions that fail only after more passes through a loop than are unrolled: none may be proved."""


def counts(number: int):
    total = 0
    while number > 0:
        total += 1
        number -= 1
    assert total <= 20  # verdict: bounded


def items(values: list[int]):
    count = 0
    for value in values:
        count += 1
    assert count <= 10  # verdict: bounded


def collected(values: list[int]):
    seen = []
    for value in values:
        seen.append(value)
    assert len(seen) <= 10  # verdict: bounded


def keyed(values: list[int]):
    table = {}
    for value in values:
        table[value] = 1
    assert len(table) < 9  # verdict: bounded


def aliased(values: list[int]):
    seen = []
    other = seen
    for value in values:
        other.append(value)
    assert len(seen) < 9  # verdict: bounded


def shared(values: list[int]):
    count = 0

    def add():
        nonlocal count
        count += 1

    for value in values:
        add()
    assert count < 9  # verdict: bounded


class Counter:
    def __init__(self):
        self.count = 0

    def add(self):
        self.count += 1


def attribute(values: list[int]):
    counter = Counter()
    for value in values:
        counter.add()
    assert counter.count < 9  # verdict: bounded


def stored(values: list[int]):
    counter = Counter()
    for value in values:
        counter.count += 1
    assert counter.count < 9  # verdict: bounded


def nested(rows: int, columns: int):
    cells = 0
    for row in range(rows):
        for column in range(columns):
            cells += 1
    assert cells < 99  # verdict: bounded


def delayed(number: int):
    a, b, c, d, e, f, g, h, i, j = 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    while number > 0:
        j, i, h, g, f, e, d, c, b, a = i, h, g, f, e, d, c, b, a, 1
        number -= 1
    assert j == 0  # verdict: bounded


def changed_kind(number: int):
    value = 0
    while number > 0:
        if number == 1:
            value = "text"
        number -= 1
    assert value == 0  # verdict: refuted


def skipping(values: list[int]):
    steps = 0
    for value in values:
        if value == 3:
            continue
        try:
            1 // value
        except ZeroDivisionError:
            continue
        steps += 1
        if steps > 12:
            break
    assert steps < 12  # verdict: bounded


def emptied(values: list[int]):
    left = 0
    while values:
        values.pop()
        left += 1
    assert left < 9  # verdict: bounded


def texts(number: int):
    text = ""
    while number > 0:
        text += "a"
        number -= 1
    assert text != "aaaaaaaaaaaa"  # verdict: bounded


def extended(values: list[int]):
    values.append(7)
    last = 0
    for value in values:
        last = value
    assert last != 8  # verdict: bounded


def ranges(count: int):
    last = 0
    for i in range(0, count, 3):
        last = i
    assert last != 36  # verdict: bounded


def inner_known(number: int):
    total = 0
    for step in [1, 2, 3]:
        left = number
        while left > 0:
            left -= 1
            total += step
    assert total < 99  # verdict: bounded


def flagged(values: list[str]):
    found = False
    count = 0
    for value in values:
        if found:
            count += 1
        if value == "x":
            found = True
    assert count < 9  # verdict: bounded


class Meter:
    """Its methods have names that change nothing on builtins."""

    def __init__(self):
        self.reads = 0

    def get(self, key):
        self.reads += 1
        return key


class Odometer:
    """Reading its attribute changes it."""

    def __init__(self):
        self.reads = 0

    @property
    def value(self):
        self.reads += 1
        return self.reads


reads = 0


def bump():
    global reads
    reads += 1


def shadowed_method(values: list[int]):
    meter = Meter()
    for value in values:
        meter.get(value)
    assert meter.reads <= 10  # verdict: bounded


def hidden_property(values: list[int]):
    odometer = Odometer()
    for value in values:
        value = odometer.value
    assert odometer.reads <= 10  # verdict: bounded


def rebound_global(values: list[int]):
    before = reads
    for value in values:
        bump()
    assert reads <= before + 10  # verdict: unknown


def rebound_nonlocal(values: list[int]):
    count = 0

    def step():
        nonlocal count
        count += 1

    def run():
        for value in values:
            step()

    run()
    assert count <= 10  # verdict: bounded


def shared_iterator(values: list[int]):
    numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    rest = iter(numbers)
    left = 12
    for value in values:
        if left > 0:
            tuple(rest)
            left = 0
    assert len(list(rest)) > 0  # verdict: refuted


def spent_iterator():
    rest = iter([1, 2, 3])
    tuple(rest)
    again = 0
    for item in rest:
        again += 1
    assert again == 3  # verdict: refuted


def spread_iterator():
    rest = iter([1, 2, 3])
    everything = [*rest]
    assert len(everything) == len(list(rest))  # verdict: refuted


def searched_iterator():
    rest = iter([1, 2, 3])
    found = 2 in rest
    assert next(rest) == 1  # verdict: unknown
