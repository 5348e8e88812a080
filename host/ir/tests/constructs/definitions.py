from typing import Optional

import flask
from django.http import HttpRequest

app = flask.Flask(__name__)
LIMITS = {"a": [1, 2], "b": (None, -1)}
current = make()


@app.route("/x", methods=["GET"])
def handler(
    request: HttpRequest, a, /, b: "flask.Request", *rest: int, c: Optional[str] = None, d=[1], e=make(), **more
) -> Optional[str]:
    """Says what it does."""
    return a


class Base:
    limit = 3
    names = ["a", "b"]
    computed = make()

    @property
    def value(self):
        return self._value

    @value.setter
    def value(self, new):
        self._value = new

    @staticmethod
    def build(x):
        return Base(x)


@app.register
class Child(Base, flask.views.View, metaclass=Meta):
    def run(self, *args):
        def helper(x):
            return self.value + x

        return helper(args)


def typed[T](x: list[T]) -> T:
    type Alias = list[T]
    return x[0]
