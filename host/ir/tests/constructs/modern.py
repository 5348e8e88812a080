from collections.abc import Callable
from dataclasses import dataclass
from string.templatelib import Template


@dataclass
class Point:
    x: int
    y: int


def patterns(a):
    match a:
        case Point(0, q):
            return q
        case str(s) | bytes(s):
            return s
        case [1 | -2, *rest, last] if rest:
            return last
        case {"k": v, "j": _, **others}:
            return v, others
        case [[inner, _], {"deep": Point(x=z)}]:
            return inner, z
        case ():
            return None


def templates(name):
    return t"<p>{name}</p>", f"{"nested " + f"{name}"}", "\N{BULLET} one\t\\N{no}"


def only_by_position(a, b=1, /, c=2, *, d=3):
    return a, b, c, d


async def asynchronous(rows, lock):
    async with lock as held, rows.open() as opened:
        first = [row async for row in rows if await row.ready()]
        return {key: value async for key, value in opened}, first, held


def starred(rows, index):
    for row in *rows, 1:
        rows[*index] = row
    return *rows, index


type Pairs[K, V] = dict[K, list[V]]


class Box[T: (int, str)]:
    def get[U](self, make: Callable[[T], U]) -> U:
        return make(self.value)


buttons = [print]


@buttons[0]
@(lambda function: function)
def decorated():
    received = yield 1
    return received
