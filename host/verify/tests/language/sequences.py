"""Lists, tuples, and what is built of them."""

from typing import Optional


def first(values: list[int]):
    if values:
        assert values[0] == values[-len(values)]  # verdict: bounded
        assert values[0] >= 0  # verdict: refuted


def unguarded(values: list[int]):
    try:
        last = values[-1]
    except IndexError:
        assert len(values) == 0  # verdict: bounded
        return
    assert last != 7  # verdict: refuted


def total(values: list[int]):
    result = 0
    for value in values:
        if value > 0:
            result += value
    assert result >= 0  # verdict: proved
    return result


def total_wrong(values: list[int]):
    result = 0
    for value in values:
        result += value
    assert result >= 0  # verdict: refuted


def counted(values: list[int]):
    count = 0
    for value in values:
        if value % 2 == 0:
            count += 1
    assert count >= 0  # verdict: proved
    assert count <= len(values)  # verdict: bounded


def largest(values: list[int]):
    if not values:
        return None
    best = values[0]
    for value in values:
        if value > best:
            best = value
    assert best >= values[0]  # verdict: proved
    assert best == values[0]  # verdict: refuted
    return best


def built_max(values: list[int]):
    if values:
        assert max(values) >= min(values)  # verdict: bounded
        assert max(values) > min(values)  # verdict: refuted


def summed(values: list[int]):
    if all(value >= 0 for value in values):
        assert sum(values) >= 0  # verdict: bounded
    assert sum(values) != 5  # verdict: refuted


def any_negative(values: list[int]):
    if any(value < 0 for value in values):
        assert min(values) < 0  # verdict: bounded
        assert min(values) < -1  # verdict: refuted


def sorted_values(values: list[int]):
    ordered = sorted(values)
    for left, right in zip(ordered, ordered[1:]):
        assert left <= right  # verdict: bounded
    assert ordered == values  # verdict: refuted


def sorted_known():
    assert sorted([3, 1, 2]) == [1, 2, 3]  # verdict: proved
    assert sorted(["b", "a"], reverse=True) == ["b", "a"]  # verdict: proved
    assert sorted([(2, "a"), (1, "b")]) == [(1, "b"), (2, "a")]  # verdict: proved
    assert sorted([-3, 1, 2], key=abs) == [1, 2, -3]  # verdict: proved
    assert sorted(["bb", "a"], key=lambda text: len(text)) == ["a", "bb"]  # verdict: proved
    assert list(map(lambda n: n * 2, [1, 2])) == [2, 4]  # verdict: proved
    assert list(filter(lambda n: n > 1, [1, 2])) == [2]  # verdict: proved
    assert max(["aa", "b"], key=len) == "aa"  # verdict: proved
    assert sum([1, 2], 10) == 13  # verdict: unknown
    assert sum([0.5, 0.25]) == 0.75  # verdict: unknown
    assert min("b", "a") == "a"  # verdict: proved
    assert max([], default=3) == 3  # verdict: proved
    assert list(range(10, 0, -3)) == [10, 7, 4, 1]  # verdict: proved
    assert list(reversed([1, 2])) == [2, 1]  # verdict: proved
    assert [1, 2] * 2 == [1, 2, 1, 2]  # verdict: proved
    assert (1, 2) < (1, 3)  # verdict: proved
    assert [1, 2, 3].index(2) == 1  # verdict: proved
    assert [1, 1, 2].count(1) == 2  # verdict: proved
    assert list(enumerate("ab", start=1)) == [(1, "a"), (2, "b")]  # verdict: proved
    assert [[1], [2, 3]][1][0] == 2  # verdict: proved
    assert 2 in [1, 2] and 5 not in (1, 2)  # verdict: proved


def squares(values: list[int]):
    result = [value * value for value in values]
    for square in result:
        assert square >= 0  # verdict: bounded
    assert len(result) == len(values)  # verdict: bounded


def doubled(count: int):
    result = []
    for i in range(count):
        result.append(i * 2)
    for value in result:
        assert value % 2 == 0  # verdict: bounded


def indexes(count: int):
    for i in range(count):
        assert 0 <= i < count  # verdict: proved
        assert i != 3  # verdict: refuted


def pair(point: tuple[int, int]):
    x, y = point
    assert x + y == y + x  # verdict: proved
    assert x != y  # verdict: refuted


def starred(values: list[int]):
    if len(values) >= 2:
        head, *middle, last = values
        assert len(middle) == len(values) - 2  # verdict: bounded
        assert head == last  # verdict: refuted


def unpacked(values: list[int]):
    try:
        a, b = values
    except ValueError:
        assert len(values) != 2  # verdict: bounded
        return
    assert a < b  # verdict: refuted


def optional_list(values: Optional[list[int]] = None):
    if values is None:
        values = []
    assert len(values) >= 0  # verdict: bounded
    assert values == []  # verdict: refuted


def appended(values: list[int], value: int):
    before = len(values)
    values.append(value)
    assert values[-1] == value  # verdict: bounded
    assert len(values) == before + 1  # verdict: bounded
    assert value not in values[:-1]  # verdict: refuted


def inserted(values: list[int]):
    values.insert(0, 5)
    assert values[0] == 5  # verdict: bounded
    assert values.pop() == 5  # verdict: refuted


def each_text(names: list[str]):
    for name in names:
        assert len(name) >= 0  # verdict: proved
        assert name != "root"  # verdict: refuted


def chunk_sizes(values: list[int], size: int):
    if size < 1:
        raise ValueError("size")
    chunks = [values[i : i + size] for i in range(0, len(values), size)]
    for chunk in chunks:
        assert len(chunk) <= size  # verdict: unknown


def second_largest(values: list[int]):
    if len(values) < 2:
        return None
    ordered = sorted(values, reverse=True)
    assert ordered[0] >= ordered[1]  # verdict: bounded
    assert ordered[0] > ordered[1]  # verdict: refuted
    return ordered[1]


def nested(rows: list[list[int]]):
    for row in rows:
        for cell in row:
            assert cell < 1000  # verdict: refuted


def aliasing():
    a = [1]
    b = a
    b.append(2)
    c = a[:]
    c.append(3)
    assert a == [1, 2]  # verdict: proved
    assert len(c) == 3  # verdict: proved


def slice_assignment():
    values = [1, 2, 3, 4]
    values[1:3] = [9]
    assert values == [1, 9, 4]  # verdict: proved
    del values[0]
    assert values == [9, 4]  # verdict: proved
    values.sort()
    assert values == [4, 9]  # verdict: proved
    values.remove(4)
    assert values == [9]  # verdict: proved
