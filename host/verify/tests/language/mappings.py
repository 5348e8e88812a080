"""Dicts and sets."""

from collections import Counter, defaultdict


def counted(words: list[str]):
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    for word in counts:
        assert counts[word] >= 1  # verdict: bounded
    assert len(counts) == len(words)  # verdict: refuted


def known():
    ages = {"ann": 30, "bob": 25}
    ages["cy"] = 41
    assert ages["ann"] == 30  # verdict: proved
    assert "bob" in ages  # verdict: proved
    assert ages.get("dan") is None  # verdict: proved
    assert sorted(ages) == ["ann", "bob", "cy"]  # verdict: proved
    assert sum(ages.values()) == 96  # verdict: proved
    assert {k: v for k, v in ages.items() if v > 40} == {"cy": 41}  # verdict: proved
    assert ages.pop("bob") == 25 and len(ages) == 2  # verdict: proved
    assert {**ages, "x": 1} == {"ann": 30, "cy": 41, "x": 1}  # verdict: proved
    assert list(ages.items())[0] == ("ann", 30)  # verdict: proved
    assert dict([("a", 1)]) == {"a": 1}  # verdict: proved
    assert dict(zip("ab", [1, 2])) == {"a": 1, "b": 2}  # verdict: proved
    assert ages | {"z": 2} == {"ann": 30, "cy": 41, "z": 2}  # verdict: proved


def looked_up(key: str):
    table = {"a": 1, "b": 2}
    try:
        value = table[key]
    except KeyError:
        assert key != "a"  # verdict: proved
        return
    assert value > 0  # verdict: proved
    assert value != 2  # verdict: refuted


def with_default(key: str):
    table = {"a": 1, "b": 2}
    value = table.get(key, 0)
    assert 0 <= value <= 2  # verdict: proved
    assert value != 0  # verdict: refuted


def given(table: dict[str, int]):
    if "x" in table:
        assert table["x"] == table.get("x")  # verdict: bounded
        assert table["x"] > 0  # verdict: refuted


def merged(left: dict[str, int], key: str):
    left[key] = 5
    assert left[key] == 5  # verdict: bounded
    assert len(left) == 1  # verdict: refuted


def grouped():
    groups = defaultdict(list)
    for number in range(4):
        groups[number % 2].append(number)
    assert groups[0] == [0, 2]  # verdict: proved
    assert Counter("aab")["a"] == 2  # verdict: proved


def unique(values: list[int]):
    kept = set(values)
    assert len(kept) <= len(values)  # verdict: bounded
    assert len(kept) == len(values)  # verdict: refuted


def set_algebra():
    a, b = {1, 2, 3}, {2, 3, 4}
    assert a & b == {2, 3}  # verdict: proved
    assert a | b == {1, 2, 3, 4}  # verdict: proved
    assert a - b == {1}  # verdict: proved
    assert a ^ b == {1, 4}  # verdict: proved
    assert a.union([9]) == {1, 2, 3, 9}  # verdict: proved
    assert {2, 3} <= a  # verdict: proved
    assert a.isdisjoint({7})  # verdict: proved
    a.discard(1)
    assert 1 not in a  # verdict: proved


def in_set(role: str):
    if role in {"admin", "editor"}:
        assert role != "guest"  # verdict: proved
        assert role == "admin"  # verdict: refuted


def inverted(table: dict[str, int]):
    swapped = {value: key for key, value in table.items()}
    assert len(swapped) <= len(table)  # verdict: bounded
    assert len(swapped) == len(table)  # verdict: refuted


def duplicates(values: list[int]):
    seen = set()
    for value in values:
        if value in seen:
            assert len(values) > 1  # verdict: bounded
            return True
        seen.add(value)
    return False


def two_sum(values: list[int], target: int):
    seen = {}
    for i, value in enumerate(values):
        other = target - value
        if other in seen:
            assert values[seen[other]] + value == target  # verdict: bounded
            return seen[other], i
        seen[value] = i
    return None
