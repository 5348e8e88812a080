"""Containers of `collections`, slices that are stored, and containers in general."""

from collections import Counter, OrderedDict, defaultdict, deque


def groups(words: list[str]):
    by_size = defaultdict(list)
    for word in ["a", "bb", "cc"]:
        by_size[len(word)].append(word)
    assert by_size[2] == ["bb", "cc"]  # verdict: proved
    assert by_size[9] == []  # verdict: proved
    assert len(by_size) == 3  # verdict: proved
    assert by_size[1] != ["a"]  # verdict: refuted


def counts_by_hand(a: int, b: int):
    counts = defaultdict(int)
    for number in [a, b, a]:
        counts[number] += 1
    assert counts[a] >= 2  # verdict: proved
    assert counts[a] == 2  # verdict: refuted
    assert sum(counts.values()) == 3  # verdict: proved
    assert isinstance(counts, dict)  # verdict: proved


def own_default(a: int):
    scores = defaultdict(lambda: 10)
    scores["x"] += a
    assert scores["x"] == a + 10  # verdict: proved
    assert scores["y"] == 10  # verdict: proved
    assert "z" not in scores  # verdict: proved
    assert scores.get("q") is None  # verdict: proved
    nested = defaultdict(lambda: defaultdict(int))
    nested["a"]["b"] += 1
    assert nested["a"]["b"] == 1  # verdict: proved
    assert nested["a"]["b"] == a  # verdict: refuted


def no_factory(a: int):
    plain = defaultdict(None, x=a)
    try:
        plain["y"]
        missing = False
    except KeyError:
        missing = True
    assert missing  # verdict: proved
    assert plain["x"] == a  # verdict: proved


def tally(a: int):
    counter = Counter(["x", "y", "x"])
    assert counter["x"] == 2  # verdict: proved
    assert counter["z"] == 0  # verdict: proved
    assert "z" not in counter  # verdict: proved
    assert counter.most_common(1) == [("x", 2)]  # verdict: proved
    counter.update(["z", "z", "z"])
    assert counter.most_common(1)[0][0] == "z"  # verdict: proved
    counter["y"] += a
    assert counter["y"] == a + 1  # verdict: proved
    assert counter["y"] != 4  # verdict: refuted
    assert sum(counter.values()) == 6 + a  # verdict: proved
    both = Counter(a=1, b=2) + Counter(b=3)
    assert both["b"] == 5 and both["a"] == 1  # verdict: proved
    left = Counter("aab") - Counter("ab")
    assert dict(left) == {"a": 1}  # verdict: proved


def letters(text: str):
    counter = Counter("hello")
    assert counter["l"] == 2  # verdict: proved
    assert list(counter.elements())[0] == "h"  # verdict: proved
    assert isinstance(counter, Counter)  # verdict: proved


def ordered():
    cache = OrderedDict()
    cache["a"] = 1
    cache["b"] = 2
    cache.move_to_end("a")
    assert list(cache) == ["b", "a"]  # verdict: proved
    assert cache.popitem(last=False) == ("b", 2)  # verdict: proved
    assert len(cache) == 1  # verdict: proved
    assert OrderedDict(a=1, b=2) != OrderedDict(b=2, a=1)  # verdict: proved


def queue(a: int):
    waiting = deque([a, 2])
    waiting.append(3)
    waiting.appendleft(0)
    assert waiting.popleft() == 0  # verdict: proved
    assert waiting.popleft() == a  # verdict: proved
    assert list(waiting) == [2, 3]  # verdict: proved
    assert waiting.pop() == a  # verdict: refuted
    recent = deque(maxlen=2)
    for number in range(5):
        recent.append(number)
    assert list(recent) == [3, 4]  # verdict: proved
    ring = deque([1, 2, 3])
    ring.rotate(1)
    assert ring[0] == 3  # verdict: proved
    assert deque([1]) != [1]  # verdict: proved


def breadth_first(a: int):
    graph = {1: [2, 3], 2: [4], 3: [4], 4: []}
    seen = {1}
    order = []
    pending = deque([1])
    while pending:
        node = pending.popleft()
        order.append(node)
        for other in graph[node]:
            if other not in seen:
                seen.add(other)
                pending.append(other)
    assert order == [1, 2, 3, 4]  # verdict: proved


def slices_stored(a: int):
    numbers = [1, 2, 3, 4]
    numbers[1:3] = [a]
    assert numbers == [1, a, 4]  # verdict: proved
    numbers[:0] = [9, 8]
    assert numbers[0] == 9 and len(numbers) == 5  # verdict: proved
    del numbers[:2]
    assert numbers[1] == a  # verdict: proved
    del numbers[-1]
    assert len(numbers) == 2  # verdict: proved
    numbers[::2] = [7]
    assert numbers[0] == 7  # verdict: proved
    assert numbers[1] != 5  # verdict: refuted
    numbers[:] = []
    assert not numbers  # verdict: proved


def merged(a: int):
    defaults = {"x": 1, "y": 2}
    merged = defaults | {"y": a}
    assert merged == {"x": 1, "y": a}  # verdict: proved
    defaults |= {"z": 3}
    assert len(defaults) == 3  # verdict: proved
    assert {**defaults, "x": a}["x"] != 4  # verdict: refuted
    key, value = defaults.popitem()
    assert (key, value) == ("z", 3)  # verdict: proved
    assert "z" not in defaults  # verdict: proved
    assert dict.fromkeys(["p", "q"], a)["p"] == a  # verdict: proved
    assert dict(zip(["a", "b"], [1, 2])) == {"a": 1, "b": 2}  # verdict: proved


def joined(*parts, sep="-", **options):
    return sep.join(parts) + str(len(options))


def stars(a: int):
    words = ["a", "b"]
    assert joined(*words) == "a-b0"  # verdict: proved
    assert joined(*words, "c", sep="", x=1) == "abc1"  # verdict: proved
    assert joined(*words[1:], **{"y": a}) == "b1"  # verdict: proved
    first, *middle, last = [1, a, 3, 4]
    assert middle == [a, 3]  # verdict: proved
    (x, y), z = (1, a), 3
    assert (x, y, z) == (1, a, 3)  # verdict: proved
    *start, end = "abc"
    assert start == ["a", "b"] and end == "c"  # verdict: proved
    assert first == a  # verdict: refuted


def nested_state(a: int):
    total = 0

    def add(number):
        nonlocal total
        total += number
        return total

    add(a)
    add(2)
    assert total == a + 2  # verdict: proved
    assert total != 7  # verdict: refuted


def searching(a: int):
    tries = 0
    while tries < 3:
        if tries == a:
            break
        tries += 1
    else:
        assert tries == 3  # verdict: proved
        assert a not in (0, 1, 2)  # verdict: proved
        return
    assert tries == a  # verdict: proved
    assert a == 0  # verdict: refuted


def returning(a: int):
    try:
        if a > 0:
            return "positive"
        return "other"
    finally:
        assert a != 12  # verdict: refuted


def overriding(a: int):
    def inner():
        try:
            raise KeyError
        finally:
            return a

    assert inner() == a  # verdict: proved


def flatten(tree):
    if isinstance(tree, list):
        result = []
        for part in tree:
            result.extend(flatten(part))
        return result
    return [tree]


def trees(a: int):
    assert flatten([1, [a, [3]], []]) == [1, a, 3]  # verdict: proved
    assert flatten([a])[0] != 2  # verdict: refuted


def depth(node):
    if node is None:
        return 0
    left, right = node
    return 1 + max(depth(left), depth(right))


def tuples_as_trees():
    assert depth(((None, None), None)) == 2  # verdict: proved


def classify(command):
    match command:
        case {"op": "add", "args": [x, y]}:
            return x + y
        case {"op": "neg", **rest} if rest:
            return -rest["value"]
        case [first, *others]:
            return first + len(others)
        case str() as text:
            return len(text)
        case int(n) | float(n):
            return n
        case None:
            return 0
        case _:
            return -1


def matches(a: int):
    assert classify({"op": "add", "args": [a, 1]}) == a + 1  # verdict: proved
    assert classify({"op": "neg", "value": a}) == -a  # verdict: proved
    assert classify([a, 2, 3]) == a + 2  # verdict: proved
    assert classify("abc") == 3  # verdict: proved
    assert classify(a) == a  # verdict: proved
    assert classify(None) == 0  # verdict: proved
    assert classify({"other": 1}) == -1  # verdict: proved
    assert classify([a]) != 6  # verdict: refuted


def comprehended(a: int):
    table = {number: number * a for number in range(3) if number}
    assert table == {1: a, 2: 2 * a}  # verdict: proved
    pairs = [(x, y) for x in range(2) for y in range(2) if x != y]
    assert pairs == [(0, 1), (1, 0)]  # verdict: proved
    assert {n % 2 for n in [1, 2, 3]} == {0, 1}  # verdict: proved
    assert [row[0] for row in [[a, 1], [2, 3]]] == [a, 2]  # verdict: proved
    assert table[1] != 3  # verdict: refuted


def reversing(a: int):
    assert list(reversed([1, 2, a])) == [a, 2, 1]  # verdict: proved
    assert [1, 2, 3][::-1] == [3, 2, 1]  # verdict: proved
    assert (1, 2) + (a,) == (1, 2, a)  # verdict: proved
    assert [0] * 3 == [0, 0, 0]  # verdict: proved
    assert [1, 2] < [1, 3]  # verdict: proved
    assert (1, a) < (2, 0)  # verdict: proved
    assert max((1, "b"), (1, "a")) == (1, "b")  # verdict: proved
    grid = [[0] * 2 for _ in range(2)]
    grid[1][0] = a
    assert grid == [[0, 0], [a, 0]]  # verdict: proved


def sets(a: int):
    first, second = {1, 2}, {2, 3}
    first.update([4])
    assert first == {1, 2, 4}  # verdict: proved
    first |= second
    assert len(first) == 4  # verdict: proved
    first -= {1}
    assert 1 not in first  # verdict: proved
    assert {1} <= {1, 2}  # verdict: proved
    assert {1, 2}.issubset([1, 2, 3])  # verdict: proved
    assert frozenset([1, 2]) == {2, 1}  # verdict: proved
    first.add(a)
    assert len(first) == 4  # verdict: refuted


def places_in_tuples(a: int):
    known = (3, 1, 4, 1)
    assert known.count(1) == 2  # verdict: proved
    assert known.index(1) == 1  # verdict: proved
    if a in known:
        assert known[known.index(a)] == a  # verdict: proved
        assert known.index(a) < 2  # verdict: refuted
    try:
        place = known.index(a)
    except ValueError:
        assert a not in known  # verdict: proved
        return
    assert place in (0, 1, 2)  # verdict: proved


def months(month: int):
    days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    if 1 <= month <= 12:
        assert 28 <= days[month - 1] <= 31  # verdict: proved
        assert days[month - 1] != 28  # verdict: refuted


def orders_of_sets(a: int):
    assert sum({1, 2, 3}) == 6  # verdict: proved
    assert sorted({3, 1, 2}) == [1, 2, 3]  # verdict: proved
    total = 0
    for number in {1, 2, 3}:
        total += number
    assert total == 6  # verdict: proved
    last = 0
    for number in {4, 9}:
        last = number
    assert last in (4, 9)  # verdict: proved
    assert list({4, 9})[0] == 4  # verdict: unknown
