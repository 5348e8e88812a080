"""Lists, dicts, records and exceptions with contracts; each function says whether its contract holds."""

from dataclasses import dataclass


def first_or_zero(values: list[int]) -> int:  # holds
    """post: _ == 0 or _ in values"""
    return values[0] if values else 0


def last_index(values: list[int]) -> int:  # broken
    """post: 0 <= _"""
    return len(values) - 1


def swapped(pair: tuple[int, int]) -> tuple[int, int]:  # holds
    """post: _[0] == pair[1] and _[1] == pair[0]"""
    left, right = pair
    return right, left


def ordered(pair: tuple[int, int]) -> tuple[int, int]:  # broken
    """post: _[0] < _[1]"""
    left, right = pair
    return (left, right) if left < right else (right, left)


def with_item(values: list[int], item: int) -> list[int]:  # holds
    """post: item in _ and len(_) == len(values) + 1"""
    return values + [item]


def without_item(values: list[int], item: int) -> list[int]:  # broken
    """
    pre: item in values
    post: item not in _
    """
    copy = list(values)
    copy.remove(item)
    return copy


def price(prices: dict[str, int], name: str) -> int:  # holds
    """
    pre: name not in prices or prices[name] > 0
    post: _ >= 0
    """
    return prices.get(name, 0)


def price_missing(prices: dict[str, int], name: str) -> int:  # broken
    """post: True"""
    return prices[name]


def largest(a: int, b: int, c: int) -> int:  # holds
    """post: _ >= a and _ >= b and _ >= c"""
    best = a
    for value in (b, c):
        if value > best:
            best = value
    return best


def largest_of_negative(a: int, b: int, c: int) -> int:  # broken
    """post: _ in (a, b, c)"""
    best = 0
    for value in (a, b, c):
        if value > best:
            best = value
    return best


def sorted_three(a: int, b: int, c: int) -> list[int]:  # holds
    """post: _[0] <= _[1] <= _[2]"""
    if a > b:
        a, b = b, a
    if b > c:
        b, c = c, b
    if a > b:
        a, b = b, a
    return [a, b, c]


def sorted_three_one_pass(a: int, b: int, c: int) -> list[int]:  # broken
    """post: _[0] <= _[1] <= _[2]"""
    if a > b:
        a, b = b, a
    if b > c:
        b, c = c, b
    return [a, b, c]


@dataclass
class Interval:
    """A span of numbers."""

    low: int
    high: int

    def width(self) -> int:
        """Gives the span's size."""
        return self.high - self.low


def make_interval(a: int, b: int) -> int:  # holds
    """post: _ >= 0"""
    return Interval(min(a, b), max(a, b)).width()


def make_interval_raw(a: int, b: int) -> int:  # broken
    """post: _ >= 0"""
    return Interval(a, b).width()


def overlap(a: int, b: int, c: int, d: int) -> int:  # holds
    """
    pre: a <= b and c <= d
    post: 0 <= _ <= b - a
    """
    return max(0, min(b, d) - max(a, c))


def overlap_negative(a: int, b: int, c: int, d: int) -> int:  # broken
    """
    pre: a <= b and c <= d
    post: 0 <= _
    """
    return min(b, d) - max(a, c)


class Stack:
    """A stack with a limit."""

    def __init__(self, limit: int):
        self.items = []
        self.limit = limit

    def push(self, item: int) -> bool:
        """Adds an item unless the stack is full."""
        if len(self.items) >= self.limit:
            return False
        self.items.append(item)
        return True


def fill(limit: int) -> int:  # holds
    """
    pre: 0 <= limit <= 3
    post: _ <= limit
    """
    stack = Stack(limit)
    for number in range(5):
        stack.push(number)
    return len(stack.items)


def fill_above(limit: int) -> int:  # broken
    """
    pre: 0 <= limit <= 9
    post: _ == limit
    """
    stack = Stack(limit)
    for number in range(5):
        stack.push(number)
    return len(stack.items)


def safe_divide(a: int, b: int) -> int:  # holds
    """post: b != 0 or _ == 0"""
    try:
        return a // b
    except ZeroDivisionError:
        return 0


def divide_wrong_handler(a: int, b: int) -> int:  # broken
    """post: True"""
    try:
        return a // b
    except ValueError:
        return 0


def config_port(settings: dict[str, int]) -> int:  # holds
    """post: 1 <= _ <= 65535"""
    value = settings.get("port", 8080)
    return value if 1 <= value <= 65535 else 8080


def config_port_zero(settings: dict[str, int]) -> int:  # broken
    """post: 1 <= _ <= 65535"""
    return settings.get("port") or 8080


def median(a: int, b: int, c: int) -> int:  # holds
    """post: (a <= _ or b <= _) and (_ <= a or _ <= c or _ <= b)"""
    return sorted([a, b, c])[1]


def median_first(a: int, b: int, c: int) -> int:  # broken
    """post: _ == max(min(a, b), min(b, c))"""
    return sorted([a, b, c])[1]


def total(values: list[int]) -> int:  # holds
    """
    pre: len(values) == 2 and values[0] >= 0 and values[1] >= 0
    post: _ >= values[0]
    """
    result = 0
    for value in values:
        result += value
    return result


def total_signed(values: list[int]) -> int:  # broken
    """
    pre: len(values) == 2
    post: _ >= values[0]
    """
    result = 0
    for value in values:
        result += value
    return result


def optional_length(text: str | None) -> int:  # holds
    """post: _ >= 0"""
    return 0 if text is None else len(text)


def optional_length_unchecked(text: str | None) -> int:  # broken
    """post: _ >= 0"""
    return len(text)


def state_after(events: list[bool]) -> str:  # holds
    """post: _ in ("open", "closed")"""
    state = "closed"
    for event in events:
        state = "open" if event else "closed"
    return state


def state_after_many(events: list[bool]) -> str:  # broken
    """post: _ in ("open", "closed")"""
    state = "closed"
    for event in events:
        if event and state == "open":
            state = "locked"
        elif event:
            state = "open"
    return state


def unique_pair(a: int, b: int) -> int:  # holds
    """post: (_ == 1) == (a == b)"""
    return len({a, b})


def unique_pair_counted(a: int, b: int) -> int:  # broken
    """post: _ == 2"""
    return len({a, b})
