def boolean(a, b, c):
    if (a and not b) or c:
        return a or b
    return a if b else c


def chained(a, b):
    return 0 < a <= b != 3, a not in b, a is not None


def numbers():
    return 0xFF, 0o17, 0b101, 1_000, -5, 1.5e3, 2j, ~7, 2**-1


def strings(a, b):
    return (
        "a\x41\n" 'b' r"\n",
        b"\xff\0",
        f"{a!r:>{b}} {{}} {a=} {a + 1:.2f}{b}" "tail",
        f"{a['k']}{f'{b}'}",
        rf"\d{a}",
        "%s" % a,
        "\N{DASH}",
    )


def displays(a, b):
    return [a, *b], (a,), {a, b}, {"k": a, **b}, {}, ()


def subscripts(a, i):
    return a[0], a[i:], a[:i:2], a[1:2, i], a[i,], a["k"]["l"]


def calls(f, a, b):
    f(a, *b, key=a, **b)
    f(x for x in a)
    return f(a).g(b)(1).h


def comprehensions(rows, x):
    a = [x.y for x in rows if x if not x.z]
    b = {k: v for k, v in rows for v in k}
    c = {x for x in x}
    return a, b, c, (y for y in x)


def walrus(data):
    if (n := len(data)) > 3 and (m := n):
        return n + (n := 1) + m
    return [last := d for d in data], last
