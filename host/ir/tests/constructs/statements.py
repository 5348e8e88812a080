def assignments(a, b):
    x = y = a
    x, (y, *z) = a, b
    a.b = a[0] = x
    x += 1
    a.b -= 2
    a[b] *= 3
    a[1:2] = b
    w: int = 4
    v: str
    x, y = y, x
    del x, a.b, a[0], a[1:]


def loops(items):
    for i, item in items:
        if not i:
            continue
        break
    else:
        items = []
    while items:
        items.pop()
    else:
        return None


def conditions(a):
    if a == 1:
        return "one"
    elif a == 2:
        pass
    else:
        a = 3
    assert a, "message"
    assert a
    raise ValueError(a) from None


async def asynchronous(a):
    async with a as b, b.c():
        await b
    async for x in a:
        yield x
    return


def generator():
    x = yield
    y = yield x, 1
    yield from y


def matching(a):
    match a, 1:
        case [1 | -2, *rest] if rest:
            return rest
        case {"k": v, **others}:
            return v, others
        case Point(0, y=z) | {"p": z}:
            return z
        case None | True | "s":
            return None
        case Color.RED:
            return 1
        case (b, _) as whole:
            return b, whole
        case _:
            return 2
