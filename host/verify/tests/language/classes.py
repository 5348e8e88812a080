"""Classes of all sorts."""

from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import NamedTuple, Optional, Union


class Account:
    limit = 100

    def __init__(self, balance: int):
        self.balance = balance

    def withdraw(self, amount: int):
        if amount > self.balance:
            raise ValueError("too much")
        self.balance -= amount
        return self.balance

    @property
    def is_empty(self):
        return self.balance == 0

    @staticmethod
    def fee(amount):
        return amount // 10

    @classmethod
    def opened(cls):
        return cls(50)


def withdrawn(balance: int, amount: int):
    if balance < 0 or amount < 0:
        return
    account = Account(balance)
    try:
        account.withdraw(amount)
    except ValueError:
        assert account.balance == balance  # verdict: proved
        return
    assert account.balance >= 0  # verdict: proved
    assert not account.is_empty  # verdict: refuted


def class_things():
    account = Account.opened()
    assert account.balance == 50  # verdict: proved
    assert Account.fee(55) == 5  # verdict: proved
    assert account.limit == 100  # verdict: proved
    assert isinstance(account, Account)  # verdict: proved
    assert not isinstance(account, str)  # verdict: proved
    assert hasattr(account, "balance")  # verdict: proved
    assert type(account) is Account  # verdict: proved
    assert getattr(account, "missing", 3) == 3  # verdict: proved


class Base:
    def name(self):
        return "base"

    def greet(self):
        return "I am " + self.name()


class Left(Base):
    def name(self):
        return "left"


class Right(Base):
    def name(self):
        return "right " + super().name()


class Both(Left, Right):
    pass


class Diamond(Right, Base):
    def name(self):
        return "diamond " + super().name()


def resolution():
    assert Both().greet() == "I am left"  # verdict: proved
    assert Right().name() == "right base"  # verdict: proved
    assert Diamond().name() == "diamond right base"  # verdict: proved
    assert isinstance(Both(), Right)  # verdict: proved
    assert issubclass(Both, Base)  # verdict: proved


@dataclass
class Point:
    x: int
    y: int = 0
    tags: list = field(default_factory=list)

    def shifted(self, by: int):
        return Point(self.x + by, self.y)


def points():
    point = Point(1)
    assert point.y == 0  # verdict: proved
    assert point.shifted(2).x == 3  # verdict: proved
    assert Point(1, 2) == Point(1, 2)  # verdict: proved
    assert Point(1, 2) != Point(2, 1)  # verdict: proved
    assert point.tags == []  # verdict: proved
    assert repr(Point(1, 2)) == "Point(x=1, y=2, tags=[])"  # verdict: unknown


@dataclass
class Size:
    width: int
    height: int

    def area(self):
        return self.width * self.height


def given_point(size: Size):
    if size.width > 0 and size.height > 0:
        assert size.area() > 0  # verdict: proved
        assert size.area() != 6  # verdict: refuted


class Pair(NamedTuple):
    left: int
    right: int = 2


def named_tuples(number: int):
    pair = Pair(number)
    left, right = pair
    assert left == number and right == 2  # verdict: proved
    assert pair[0] == pair.left  # verdict: proved
    assert pair == (number, 2)  # verdict: proved
    assert pair._replace(left=9).left == 9  # verdict: proved
    assert pair.left != 3  # verdict: refuted


class Color(Enum):
    RED = 1
    GREEN = 2


class Level(IntEnum):
    LOW = 1
    HIGH = 5


def enums():
    assert Color.RED.value == 1  # verdict: proved
    assert Color.RED is not Color.GREEN  # verdict: proved
    assert Color(2) is Color.GREEN  # verdict: proved
    assert Color.RED.name == "RED"  # verdict: proved
    assert Level.HIGH > Level.LOW  # verdict: proved
    assert [c.name for c in Color] == ["RED", "GREEN"]  # verdict: proved


def given_color(color: Color):
    label = "stop" if color == Color.RED else "go"
    assert label in ("stop", "go")  # verdict: proved
    assert label == "stop"  # verdict: refuted


class Vector:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __eq__(self, other):
        return self.x == other.x and self.y == other.y

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return (self.x, self.y)[index]

    def __str__(self):
        return f"<{self.x} {self.y}>"

    def __bool__(self):
        return self.x != 0 or self.y != 0

    def __lt__(self, other):
        return self.x < other.x

    def __contains__(self, value):
        return value == self.x or value == self.y


def operators(a: int, b: int):
    total = Vector(a, b) + Vector(1, 2)
    assert total == Vector(a + 1, b + 2)  # verdict: proved
    assert len(total) == 2  # verdict: proved
    assert total[0] == a + 1  # verdict: proved
    assert str(Vector(1, 2)) == "<1 2>"  # verdict: proved
    assert a in Vector(a, b)  # verdict: proved
    assert Vector(1, 0) < Vector(2, 0)  # verdict: proved
    if Vector(a, b):
        assert a != 0 or b != 0  # verdict: proved
        assert a != 0  # verdict: refuted


def narrowed(value: Union[int, str]):
    if isinstance(value, str):
        assert value != "x"  # verdict: refuted
        return len(value)
    assert isinstance(value, int)  # verdict: proved
    assert value != 3  # verdict: refuted
    return value


def narrowed_none(value: Optional[int]):
    if value is None:
        value = 0
    assert value >= 0 or value < 0  # verdict: proved
    assert value == 0  # verdict: refuted


def attribute_of_none(text: Optional[str]):
    try:
        size = len(text.strip())
    except AttributeError:
        assert text is None  # verdict: proved
        return
    assert size >= 0  # verdict: unknown
    assert size > 0  # verdict: refuted


class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        if not self.items:
            raise IndexError("empty")
        return self.items.pop()


def stack(a: int, b: int):
    pile = Stack()
    pile.push(a)
    pile.push(b)
    assert pile.pop() == b  # verdict: proved
    assert pile.pop() == a  # verdict: proved
    try:
        pile.pop()
    except IndexError as error:
        assert str(error) == "empty"  # verdict: proved
    else:
        assert False  # verdict: unknown
