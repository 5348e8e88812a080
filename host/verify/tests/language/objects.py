"""Dataclasses, enumerations, questions about types and attributes, special methods."""

import dataclasses
import functools
from abc import ABC, abstractmethod
from dataclasses import asdict, astuple, dataclass, field, replace
from enum import Enum, IntEnum, auto
from typing import NamedTuple, Optional


@dataclass
class Point:
    x: int
    y: int = 0

    def moved(self, dx):
        return Point(self.x + dx, self.y)


@dataclass(frozen=True, order=True)
class Version:
    major: int
    minor: int


@dataclass
class Cart:
    owner: str
    items: list = field(default_factory=list)
    total: int = 0

    def add(self, name, price):
        self.items.append(name)
        self.total += price


@dataclass
class Span:
    start: int
    end: int
    size: int = field(init=False)

    def __post_init__(self):
        if self.end < self.start:
            raise ValueError("end before start")
        self.size = self.end - self.start


def equal_points(a: int, b: int):
    assert Point(a, b) == Point(a, b)  # verdict: proved
    assert Point(1) == Point(1, 0)  # verdict: proved
    assert Point(a, b) != Point(a, b + 1)  # verdict: proved
    assert Point(a, 1) == Point(b, 1)  # verdict: refuted
    assert Point(a, b).moved(1) == Point(a + 1, b)  # verdict: proved
    assert Point(x=a).y == 0  # verdict: proved
    assert Point(1, 2) != (1, 2)  # verdict: proved
    assert Point(a, 2) in [Point(1, 1), Point(a, 2)]  # verdict: proved


def ordered_versions(a: int, b: int):
    assert Version(1, 2) < Version(1, 3)  # verdict: proved
    assert Version(a, 0) <= Version(a, 1)  # verdict: proved
    if Version(a, b) < Version(2, 0):
        assert a < 2 or b < 0  # verdict: proved
        assert a < 2  # verdict: refuted
    assert max(Version(1, 0), Version(0, 9)) == Version(1, 0)  # verdict: proved
    assert sorted([Version(2, 0), Version(1, 5)])[0].major == 1  # verdict: proved


def frozen(a: int):
    version = Version(a, 0)
    try:
        version.major = 5
        changed = True
    except dataclasses.FrozenInstanceError:
        changed = False
    assert not changed  # verdict: proved
    assert version.major == a  # verdict: proved


def fresh_default(a: int):
    one = Cart("x")
    two = Cart("y")
    one.add("apple", a)
    assert one.items == ["apple"]  # verdict: proved
    assert two.items == []  # verdict: proved
    assert one.total == a  # verdict: proved
    assert one.total != 3  # verdict: refuted


def checked_span(a: int, b: int):
    try:
        span = Span(a, b)
    except ValueError:
        assert b < a  # verdict: proved
        return
    assert span.size >= 0  # verdict: proved
    assert span.size == b - a  # verdict: proved
    assert span.size != 4  # verdict: refuted


def copies(a: int):
    point = Point(a, 2)
    other = replace(point, y=5)
    assert other == Point(a, 5)  # verdict: proved
    assert point.y == 2  # verdict: proved
    assert asdict(point) == {"x": a, "y": 2}  # verdict: proved
    assert astuple(other) == (a, 5)  # verdict: proved
    assert dataclasses.replace(point, x=1).x == 1  # verdict: proved
    assert asdict(point)["x"] != 7  # verdict: refuted


class Colour(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3

    @property
    def is_warm(self):
        return self is Colour.RED

    @classmethod
    def parse(cls, text):
        return cls[text.upper()]


class Level(IntEnum):
    LOW = 1
    HIGH = 10


class Kind(Enum):
    A = auto()
    B = auto()


class Suit(str, Enum):
    HEARTS = "hearts"
    SPADES = "spades"


def enumerated():
    names = [colour.name for colour in Colour]
    assert names == ["RED", "GREEN", "BLUE"]  # verdict: proved
    assert Colour["GREEN"] is Colour.GREEN  # verdict: proved
    assert Colour(3) is Colour.BLUE  # verdict: proved
    assert Colour.parse("red") == Colour.RED  # verdict: proved
    assert len(Colour) == 3  # verdict: proved
    assert Colour.RED in list(Colour)  # verdict: proved
    assert Colour.RED.is_warm and not Colour.BLUE.is_warm  # verdict: proved
    assert isinstance(Colour.RED, Colour)  # verdict: proved
    assert max(colour.value for colour in Colour) == 3  # verdict: proved


def integer_enum(level: Level):
    assert Level.LOW < Level.HIGH  # verdict: proved
    assert Level.HIGH == 10  # verdict: proved
    assert Level.LOW + 1 == 2  # verdict: proved
    assert int(Level.HIGH) == 10  # verdict: proved


def automatic():
    assert Kind.A.value == 1  # verdict: proved
    assert Kind.B.value == 2  # verdict: proved
    assert Kind(2) is Kind.B  # verdict: proved


def text_enum(text: str):
    assert Suit.HEARTS == "hearts"  # verdict: proved
    assert Suit("spades") is Suit.SPADES  # verdict: proved
    assert Suit.SPADES.value.upper() == "SPADES"  # verdict: proved


def unknown_member(number: int):
    try:
        colour = Colour(number)
    except ValueError:
        assert number < 1 or number > 3  # verdict: proved
        return
    assert 1 <= number <= 3  # verdict: proved
    assert colour.value == number  # verdict: proved
    assert colour is Colour.RED  # verdict: refuted


class Shape(ABC):
    @abstractmethod
    def area(self):
        raise NotImplementedError

    def describe(self):
        return f"{type(self).__name__}:{self.area()}"


class Square(Shape):
    sides = 4

    def __init__(self, side):
        self.side = side

    def area(self):
        return self.side * self.side


class Circle(Shape):
    def __init__(self, radius):
        self.radius = radius

    def area(self):
        return 3 * self.radius * self.radius


def types(a: int):
    square = Square(a)
    assert type(square) is Square  # verdict: proved
    assert type(square) is not Circle  # verdict: proved
    assert type(a) is int  # verdict: proved
    assert type("x") == str  # verdict: proved
    assert type([]) is list  # verdict: proved
    assert type(square).__name__ == "Square"  # verdict: proved
    assert issubclass(Square, Shape)  # verdict: proved
    assert not issubclass(Square, Circle)  # verdict: proved
    assert issubclass(bool, int)  # verdict: proved
    assert square.__class__ is Square  # verdict: proved
    assert Square(2).describe() == "Square:4"  # verdict: proved
    assert isinstance(square, (Circle, Shape))  # verdict: proved


def attributes(a: int):
    square = Square(a)
    assert hasattr(square, "side")  # verdict: proved
    assert hasattr(square, "area")  # verdict: proved
    assert not hasattr(square, "radius")  # verdict: proved
    assert getattr(square, "side") == a  # verdict: proved
    assert getattr(square, "missing", 7) == 7  # verdict: proved
    assert getattr(square, "sides", 7) == 4  # verdict: proved
    setattr(square, "colour", "red")
    assert square.colour == "red"  # verdict: proved
    assert getattr(square, "side", 0) != 9  # verdict: refuted
    assert callable(square.area)  # verdict: proved
    assert not callable(a)  # verdict: proved
    assert not hasattr("text", "nothing")  # verdict: unknown


class Money:
    def __init__(self, amount, currency="EUR"):
        self.amount = amount
        self.currency = currency

    def __eq__(self, other):
        if not isinstance(other, Money):
            return NotImplemented
        return (self.amount, self.currency) == (other.amount, other.currency)

    def __hash__(self):
        return hash((self.amount, self.currency))

    def __lt__(self, other):
        return self.amount < other.amount

    def __add__(self, other):
        return Money(self.amount + other.amount, self.currency)

    def __radd__(self, other):
        return Money(self.amount + other, self.currency)

    def __neg__(self):
        return Money(-self.amount, self.currency)

    def __iadd__(self, other):
        self.amount += other.amount
        return self

    def __repr__(self):
        return f"Money({self.amount})"


def arithmetic(a: int, b: int):
    assert Money(a) + Money(b) == Money(a + b)  # verdict: proved
    assert (-Money(a)).amount == -a  # verdict: proved
    assert sum([Money(a), Money(b)]).amount == a + b  # verdict: proved
    total = Money(a)
    total += Money(1)
    assert total.amount == a + 1  # verdict: proved
    assert min([Money(a), Money(b)]).amount <= a  # verdict: proved
    assert sorted([Money(a), Money(b)])[0].amount <= b  # verdict: proved
    assert (Money(a) == 3) is False  # verdict: proved
    assert total.amount != 8  # verdict: refuted


def shown():
    assert f"{Money(3)}" == "Money(3)"  # verdict: unknown


class Temperature:
    def __init__(self, celsius):
        self._celsius = celsius

    @property
    def celsius(self):
        return self._celsius

    @celsius.setter
    def celsius(self, value):
        if value < -273:
            raise ValueError("too cold")
        self._celsius = value

    @staticmethod
    def freezing():
        return Temperature(0)

    @classmethod
    def of(cls, value):
        return cls(value)


def properties(a: int):
    reading = Temperature(1)
    try:
        reading.celsius = a
    except ValueError:
        assert a < -273  # verdict: proved
        return
    assert reading.celsius == a  # verdict: proved
    assert reading.celsius >= -273  # verdict: proved
    assert Temperature.freezing().celsius == 0  # verdict: proved
    assert Temperature.of(a).celsius == a  # verdict: proved
    assert reading.celsius != 12  # verdict: refuted


def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        calls.append(function.__name__)
        return function(*args, **kwargs)

    return wrapper


calls = []


def twice(function):
    def wrapper(number):
        return function(function(number))

    return wrapper


@twice
def increment(number):
    return number + 1


@functools.lru_cache(maxsize=None)
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def decorated(a: int):
    assert increment(a) == a + 2  # verdict: unknown
    assert increment(a) != 7  # verdict: unknown
    assert fibonacci(3) == 2  # verdict: proved


class Pair(NamedTuple):
    left: int
    right: int = 5

    def total(self):
        return self.left + self.right


def named(a: int):
    pair = Pair(a)
    left, right = pair
    assert (left, right) == (a, 5)  # verdict: proved
    assert pair.total() == a + 5  # verdict: proved
    assert pair._replace(right=a).right == a  # verdict: proved
    assert pair._asdict() == {"left": a, "right": 5}  # verdict: proved
    assert Pair(1, 2) < Pair(1, 3)  # verdict: proved
    assert pair == (a, 5)  # verdict: proved
    assert pair[0] != 3  # verdict: refuted


def optional(value: Optional[int]):
    number = value or 0
    if value is None:
        assert number == 0  # verdict: proved
    else:
        assert number == value  # verdict: proved
    assert number != 5  # verdict: refuted


class Node:
    def __init__(self, value, children=()):
        self.value = value
        self.children = list(children)

    def total(self):
        return self.value + sum(child.total() for child in self.children)

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()


def recursive(a: int):
    tree = Node(a, [Node(2), Node(3)])
    assert tree.total() == a + 5  # verdict: proved
    assert [node.value for node in tree.walk()] == [a, 2, 3]  # verdict: proved
    assert tree.total() != 9  # verdict: refuted


class Base:
    registry = {}
    count = 0

    def __init__(self):
        self.log = ["base"]

    def name(self):
        return "base"


class Mixin:
    def name(self):
        return "mixin " + super().name()


class Child(Mixin, Base):
    def __init__(self):
        super().__init__()
        self.log.append("child")

    def name(self):
        return "child " + super().name()


def inherited():
    child = Child()
    assert child.name() == "child mixin base"  # verdict: proved
    assert child.log == ["base", "child"]  # verdict: proved
    assert Child.__name__ == "Child"  # verdict: proved
    assert Base.count == 0  # verdict: proved
