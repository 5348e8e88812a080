"""Holds the verdicts on docstring contracts against CPython: reads `{"file", "verdicts": [{"function", "verdict", "call"}]}`
as JSON, and writes one line for each verdict that a run contradicts. A proved contract is tried with 10,000 inputs."""

import importlib.util
import inspect
import json
import random
import signal
import sys
import typing

LETTERS = "abzAZ019 '\"<>&/\\.;:,-_=*()|\n\r\t\0éßİΣ²１日😀"
WORDS = ["start", "stop", "no", "yes", "y", "root", "port", "ff", "g1", "a/b", "../", "x.html", "user:", "65535", "0", "-1", " 7 "]


def number(rng):
    """Makes a number, mostly a small one."""
    limit = rng.choice([3, 6, 40, 110] * 10 + [2030, 70_000, 10**30])
    return rng.randint(-limit, limit)


def text(rng):
    """Makes a text of letters that matter in some syntax, or of words."""
    if rng.random() < 0.3:
        return rng.choice(WORDS) + rng.choice(["", rng.choice(LETTERS), rng.choice(WORDS)])
    return "".join(rng.choice(LETTERS) for _ in range(rng.choice([0, 1, 2, 3, 4, 6, 12, 21, 40])))


def make(kind, rng):
    """Makes a value of an annotated type."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if kind is bool:
        return rng.random() < 0.5
    if kind is int:
        return number(rng)
    if kind is str:
        return text(rng)
    if kind is type(None):
        return None
    if origin is list:
        return [make(args[0], rng) for _ in range(rng.choice([0, 1, 2, 2, 3, 7]))]
    if origin is tuple:
        return tuple(make(arg, rng) for arg in args)
    if origin is dict:
        keys = rng.sample(WORDS, rng.randint(0, 4))
        return {rng.choice([key, make(args[0], rng)]): make(args[1], rng) for key in keys}
    if args:
        return make(rng.choice(args), rng)
    raise TypeError(f"no values of {kind}")


def clauses(function, word):
    """Lists the conditions of a docstring's clauses."""
    lines = [line.strip() for line in (inspect.getdoc(function) or "").splitlines()]
    return [line.removeprefix(word).strip() for line in lines if line.startswith(word)]


def breaks(function, module, args, kwargs):
    """Tells whether a call breaks the contract; `None` when the call does not meet the preconditions."""
    bound = inspect.signature(function).bind(*args, **kwargs)
    names = dict(vars(module), **bound.arguments)
    if not all(eval(condition, names) for condition in clauses(function, "pre:")):
        return None
    allowed = [name.strip() for line in clauses(function, "raises:") for name in line.split(",")]
    try:
        names["_"] = function(*args, **kwargs)
    except TimeoutError:
        raise
    except Exception as error:
        return type(error).__name__ not in allowed
    return not all(eval(condition, names) for condition in clauses(function, "post:"))


def stop(signal_number, frame):
    """Ends a run that takes too long; it counts neither way."""
    raise TimeoutError


def verdict_breaks(function, module, args, kwargs):
    """Judges one call within a limit of time."""
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    try:
        return breaks(function, module, args, kwargs)
    except TimeoutError:
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def main():
    signal.signal(signal.SIGALRM, stop)
    question = json.load(sys.stdin)
    spec = importlib.util.spec_from_file_location("judged", question["file"])
    module = importlib.util.module_from_spec(spec)
    sys.modules["judged"] = module
    spec.loader.exec_module(module)
    for case in question["verdicts"]:
        function = getattr(module, case["function"])
        if case["verdict"] == "refuted":
            calls = []
            recorded = lambda *args, **kwargs: calls.append((args, kwargs))
            eval(case["call"], dict(vars(module), **{case["function"]: recorded}))
            if verdict_breaks(function, module, *calls[0]) is not True:
                print(f"{case['function']}: refuted, but {case['call']} keeps the contract")
        if case["verdict"] == "proved":
            hints = typing.get_type_hints(function)
            rng = random.Random(5)
            for _ in range(10_000):
                kwargs = {name: make(hints[name], rng) for name in inspect.signature(function).parameters}
                if verdict_breaks(function, module, (), kwargs):
                    print(f"{case['function']}: proved, but {kwargs} breaks the contract")
                    break


main()
