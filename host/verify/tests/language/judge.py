"""Holds verdicts against CPython: a refuted assertion must fail for its call, a proved one for no random input."""

import dataclasses
import enum
import inspect
import json
import random
import signal
import sys
import traceback
import typing


class Small(random.Random):
    """Chooses only what lies within the bounds of a bounded verdict: few items, and few passes through a loop."""

    def choice(self, items):
        numbers = [item for item in items if isinstance(item, int) and -3 <= item <= 3]
        return super().choice(numbers or items)

    def randint(self, low, high):
        return super().randint(max(low, -3), min(high, 3))


def make(annotation, rng, module):
    """Makes a random value of an annotated type."""
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is int:
        return rng.choice([0, 1, -1, 2, 3, 7, 10, 100, -5, rng.randint(-20, 20), rng.randint(-200, 200), rng.randint(-(10**6), 10**6)])
    if annotation is bool:
        return rng.random() < 0.5
    if annotation is float:
        return rng.choice([0.0, -0.0, 1.0, -1.5, 0.1, 1e308, float("inf"), float("nan"), rng.uniform(-10, 10)])
    if annotation is str:
        return "".join(rng.choice("ab A1_-,.:é\n9") for _ in range(rng.choice([0, 1, 2, 3, 5, 9])))
    if annotation is bytes:
        return bytes(rng.choice(b"ab1\n") for _ in range(rng.choice([0, 1, 2, 5])))
    if origin is typing.Union or type(annotation).__name__ == "UnionType":
        return make(rng.choice(args), rng, module)
    if annotation is type(None):
        return None
    size = rng.choice([0, 1, 2, 3, 5, 16])
    if origin is list:
        return [make(args[0], rng, module) for _ in range(size)]
    if origin is set:
        return {make(args[0], rng, module) for _ in range(size)}
    if origin is dict:
        return {make(args[0], rng, module): make(args[1], rng, module) for _ in range(size)}
    if origin is tuple:
        if args[1:] == (...,):
            return tuple(make(args[0], rng, module) for _ in range(size))
        return tuple(make(arg, rng, module) for arg in args)
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return rng.choice(list(annotation))
    if isinstance(annotation, type) and (dataclasses.is_dataclass(annotation) or hasattr(annotation, "_fields")):
        hints = typing.get_type_hints(annotation, module)
        names = getattr(annotation, "_fields", None) or [field.name for field in dataclasses.fields(annotation)]
        return annotation(**{name: make(hints[name], rng, module) for name in names})
    return make(rng.choice([int, str]), rng, module)


def failing_line(path, run):
    """Gives the line of the assertion that a call breaks, or the exception's name."""
    try:
        return timed(path, run)
    except TimeoutError:
        # The alarm went off while the outcome of the call was being read.
        return "TimeoutError"


def timed(path, run):
    """Runs a call until it ends or the alarm goes off."""
    try:
        limited(run)
    except AssertionError as error:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
        return frames[-1].lineno
    except Exception as error:
        return type(error).__name__
    return None


def limited(run):
    """Runs a call with a limit on its processor time. The alarm may go off before the call begins and after it has ended;
    whoever calls this expects it there as well."""
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.05)
        return run()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def stop(number, frame):
    """Ends a run that takes too long; it counts neither way."""
    raise TimeoutError


def main():
    signal.signal(signal.SIGVTALRM, stop)
    path = sys.argv[1]
    with open(path, encoding="utf-8") as file:
        source = file.read()
    sys.setrecursionlimit(400)
    for case in json.load(sys.stdin):
        module = {"__name__": "judged"}
        exec(compile(source, path, "exec"), module)
        if case["verdict"] == "refuted":
            got = failing_line(path, lambda: eval(case["call"], dict(module)))
            if got != case["line"]:
                print(f"line {case['line']}: {case['call']} gives {got}")
        if case["verdict"] in ("proved", "bounded") and "." not in case["function"]:
            function = module[case["function"]]
            hints = typing.get_type_hints(function, module)
            rng = random.Random(7) if case["verdict"] == "proved" else Small(7)
            for _ in range(500):
                args = {name: make(hints.get(name), rng, module) for name in inspect.signature(function).parameters}
                got = failing_line(path, lambda: function(**args))
                if got == case["line"]:
                    print(f"line {case['line']}: {case['verdict']}, but {args} fails")
                    break


if __name__ == "__main__":
    main()
