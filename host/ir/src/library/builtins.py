"""Builtins that take functions, or iterables whose items are made one by one."""


def map(function, iterable, /, *iterables):
    if not iterables:
        for item in iterable:
            yield function(item)
        return
    for items in zip(iterable, *iterables):
        yield function(*items)


def filter(function, iterable, /):
    for item in iterable:
        if item if function is None else function(item):
            yield item


def any(iterable, /):
    for item in iterable:
        if item:
            return True
    return False


def all(iterable, /):
    for item in iterable:
        if not item:
            return False
    return True


def sum(iterable, /, start=0):
    if isinstance(start, str):
        raise TypeError("sum() can't sum strings [use ''.join(seq) instead]")
    total = start
    for item in iterable:
        total = total + item
    return total


def list(iterable=(), /):
    result = []
    for item in iterable:
        result.append(item)
    return result


def tuple(iterable=(), /):
    result = []
    for item in iterable:
        result.append(item)
    return (*result,)


def set(iterable=(), /):
    result = {*()}
    for item in iterable:
        result.add(item)
    return result


def frozenset(iterable=(), /):
    result = {*()}
    for item in iterable:
        result.add(item)
    return result


def dict(pairs=(), /, **named):
    result = {}
    for key, value in pairs:
        result[key] = value
    result.update(named)
    return result


def enumerate(iterable, start=0):
    number = start
    for item in iterable:
        yield number, item
        number += 1


def zip(*iterables, strict=False):
    if not iterables:
        return
    if strict:
        columns = [[*iterable] for iterable in iterables]
        for column in columns:
            if len(column) != len(columns[0]):
                raise ValueError("zip() arguments have different lengths")
        for number in range(len(columns[0])):
            yield (*[column[number] for column in columns],)
        return
    iterators = [iter(iterable) for iterable in iterables]
    while True:
        row = []
        for iterator in iterators:
            try:
                row.append(next(iterator))
            except StopIteration:
                return
        yield (*row,)


def sorted(iterable, /, *, key=None, reverse=False):
    items = [*iterable]
    keys = items
    if key is not None:
        keys = []
        for item in items:
            keys.append(key(item))
    places = _order_of(keys, reverse=reverse)
    return [items[place] for place in places]


def _order_of(keys, *, reverse=False):
    places = []
    for place in range(len(keys)):
        at = len(places)
        while at > 0:
            before = keys[places[at - 1]]
            if not (before < keys[place] if reverse else keys[place] < before):
                break
            at -= 1
        places.insert(at, place)
    return places


def _sort(items, /, *, key=None, reverse=False):
    items[:] = sorted(items, key=key, reverse=reverse)


def min(*values, key=None, **options):
    items = [*values[0]] if len(values) == 1 else values
    if len(items) == 0:
        if "default" in options:
            return options["default"]
        raise ValueError("min() iterable argument is empty")
    best = items[0]
    best_key = best if key is None else key(best)
    for item in items[1:]:
        item_key = item if key is None else key(item)
        if item_key < best_key:
            best = item
            best_key = item_key
    return best


def max(*values, key=None, **options):
    items = [*values[0]] if len(values) == 1 else values
    if len(items) == 0:
        if "default" in options:
            return options["default"]
        raise ValueError("max() iterable argument is empty")
    best = items[0]
    best_key = best if key is None else key(best)
    for item in items[1:]:
        item_key = item if key is None else key(item)
        if item_key > best_key:
            best = item
            best_key = item_key
    return best


def _missing(mapping, factory, key):
    value = factory()
    mapping[key] = value
    return value


def _fromkeys(keys, value=None, /):
    result = {}
    for key in keys:
        result[key] = value
    return result


def _formatted(parts):
    text = ""
    for part in parts:
        if isinstance(part, str):
            text = text + part
        else:
            write, spec = part
            text = text + (write() if spec is None else write(spec))
    return text
