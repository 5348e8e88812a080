"""Holds verdicts about exceptions against CPython: a refuted one must be raised by its call, a proved absence must survive
random typed inputs."""

import importlib.util
import inspect
import json
import os
import random
import signal
import sys
import typing


def language_judge():
    """Loads the judge of assertions, which makes random values."""
    path = os.path.join(os.path.dirname(__file__), "..", "language", "judge.py")
    spec = importlib.util.spec_from_file_location("language_judge", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def raised(judge, run, allowed):
    """Gives the name of the exception that leaves a call against what is allowed."""
    try:
        judge.limited(run)
    except (TimeoutError, MemoryError, RecursionError):
        return None
    except Exception as error:
        return None if isinstance(error, allowed) else type(error).__name__
    return None


def main():
    sys.dont_write_bytecode = True
    judge = language_judge()
    signal.signal(signal.SIGVTALRM, judge.stop)
    path, runs = sys.argv[1], int(sys.argv[2])
    with open(path, encoding="utf-8") as file:
        source = file.read()
    # What is printed is no matter here.
    module = {"__name__": "judged", "print": lambda *values: [str(value) for value in values] and None}
    exec(compile(source, path, "exec"), module)
    for case in json.load(sys.stdin):
        allowed = tuple(eval(name, dict(module)) for name in case["allowed"])
        if case["verdict"] == "refuted":
            got = raised(judge, lambda: eval(case["call"], dict(module)), allowed)
            if got != case["raises"]:
                print(f"line {case['line']}: {case['call']} raises {got}, not {case['raises']}")
        if case["verdict"] in ("proved", "bounded") and "." not in case["function"]:
            function = module[case["function"]]
            hints = typing.get_type_hints(function, module)
            rng = random.Random(7) if case["verdict"] == "proved" else judge.Small(7)
            for _ in range(runs):
                args = {name: judge.make(hints.get(name), rng, module) for name in inspect.signature(function).parameters}
                shown = repr(args)
                got = raised(judge, lambda: function(**args), allowed)
                if got is not None:
                    print(f"line {case['line']}: {case['verdict']}, but {shown} raises {got}")
                    break


main()
