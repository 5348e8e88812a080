"""Containers that count or have defaults."""


def Counter(iterable=None, /, **counts):
    result = _counter()
    if iterable is not None:
        _count(result, iterable)
    _count(result, counts)
    return result


def _count(counter, iterable):
    if isinstance(iterable, dict):
        for key, number in iterable.items():
            counter[key] = counter[key] + number
    else:
        for item in iterable:
            counter[item] = counter[item] + 1


def _most_common(counter, n=None):
    pairs = sorted(counter.items(), key=lambda pair: pair[1], reverse=True)
    return pairs if n is None else pairs[: max(n, 0)]


def _elements(counter):
    for key, number in counter.items():
        for _ in range(number):
            yield key


def _subtract(counter, iterable):
    if isinstance(iterable, dict):
        for key, number in iterable.items():
            counter[key] = counter[key] - number
    else:
        for item in iterable:
            counter[item] = counter[item] - 1


def _total(counter):
    return sum(counter.values())


def _joined(first, second, join):
    result = _counter()
    for key in [*first, *second]:
        number = join(first[key], second[key])
        if number > 0:
            result[key] = number
    return result


def _add(first, second):
    return _joined(first, second, lambda a, b: a + b)


def _less(first, second):
    return _joined(first, second, lambda a, b: a - b)


def _most(first, second):
    return _joined(first, second, lambda a, b: a if a > b else b)


def _least(first, second):
    return _joined(first, second, lambda a, b: a if a < b else b)
