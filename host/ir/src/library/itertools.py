"""Iterators."""


def chain(*iterables):
    for iterable in iterables:
        for item in iterable:
            yield item


def islice(iterable, /, *bounds):
    start, step = 0, 1
    if len(bounds) == 1:
        stop = bounds[0]
    elif len(bounds) == 2:
        start, stop = bounds
    elif len(bounds) == 3:
        start, stop, step = bounds
    else:
        raise TypeError("islice expected at most 4 arguments")
    start = 0 if start is None else start
    step = 1 if step is None else step
    if start < 0 or step < 1 or (stop is not None and stop < 0):
        raise ValueError("Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.")
    place = 0
    wanted = start
    items = iter(iterable)
    while stop is None or place < stop:
        try:
            item = next(items)
        except StopIteration:
            return
        if place == wanted:
            yield item
            wanted += step
        place += 1


def zip_longest(*iterables, fillvalue=None):
    columns = [[*iterable] for iterable in iterables]
    longest = 0
    for column in columns:
        if len(column) > longest:
            longest = len(column)
    for place in range(longest):
        row = []
        for column in columns:
            row.append(column[place] if place < len(column) else fillvalue)
        yield (*row,)


def takewhile(predicate, iterable, /):
    for item in iterable:
        if not predicate(item):
            return
        yield item


def dropwhile(predicate, iterable, /):
    is_dropping = True
    for item in iterable:
        if is_dropping and predicate(item):
            continue
        is_dropping = False
        yield item


def filterfalse(predicate, iterable, /):
    for item in iterable:
        if not (item if predicate is None else predicate(item)):
            yield item


def starmap(function, iterable, /):
    for items in iterable:
        yield function(*items)


def pairwise(iterable, /):
    items = iter(iterable)
    try:
        before = next(items)
    except StopIteration:
        return
    for item in items:
        yield before, item
        before = item


def accumulate(iterable, func=None, *, initial=None):
    items = iter(iterable)
    if initial is None:
        try:
            total = next(items)
        except StopIteration:
            return
    else:
        total = initial
    yield total
    for item in items:
        total = total + item if func is None else func(total, item)
        yield total


def count(start=0, step=1):
    number = start
    while True:
        yield number
        number += step


def cycle(iterable, /):
    saved = []
    for item in iterable:
        saved.append(item)
        yield item
    while saved:
        for item in saved:
            yield item


def repeat(object, times=None):
    if times is not None:
        for _ in range(times):
            yield object
        return
    while True:
        yield object


def product(*iterables, repeat=1):
    pools = [[*iterable] for iterable in iterables] * repeat
    rows = [()]
    for pool in pools:
        rows = [(*row, item) for row in rows for item in pool]
    for row in rows:
        yield row


def _chosen(items, size):
    if size == 0:
        return [()]
    rows = []
    for place in range(len(items) - size + 1):
        for rest in _chosen(items[place + 1 :], size - 1):
            rows.append((items[place], *rest))
    return rows


def combinations(iterable, r):
    if r < 0:
        raise ValueError("r must be non-negative")
    for row in _chosen([*iterable], r):
        yield row


def _arranged(items, size):
    if size == 0:
        return [()]
    rows = []
    for place in range(len(items)):
        for rest in _arranged(items[:place] + items[place + 1 :], size - 1):
            rows.append((items[place], *rest))
    return rows


def permutations(iterable, r=None):
    items = [*iterable]
    size = len(items) if r is None else r
    if size < 0:
        raise ValueError("r must be non-negative")
    for row in _arranged(items, size):
        yield row


def compress(data, selectors):
    for item, is_selected in zip(data, selectors):
        if is_selected:
            yield item


def _members(items, turn, own):
    for item in items:
        if turn[0] != own:
            return
        yield item


def groupby(iterable, key=None):
    groups = []
    for item in iterable:
        value = item if key is None else key(item)
        if groups and groups[-1][0] == value:
            groups[-1][1].append(item)
        else:
            groups.append((value, [item]))
    turn = [0]
    for value, items in groups:
        turn[0] += 1
        yield value, _members(items, turn, turn[0])
