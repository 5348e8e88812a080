"""Runs programs: reads `[[text, arguments], ...]` as JSON, and writes each one's value or the class of its exception."""

import json
import signal
import sys


def stop(number, frame):
    """Ends a run that takes too long."""
    raise SystemExit


def outcome(text, arguments):
    """Runs one program."""
    module = {}
    exec(text, module)
    try:
        value = limited(lambda: eval("run" + arguments, module))
    except SystemExit:
        return None
    except MemoryError:
        return None
    except RecursionError:
        return None
    except Exception as error:
        return {"raised": type(error).__name__}
    shown = repr(value)
    return None if len(shown) > 2000 else {"value": shown}


def limited(run):
    """Runs a call with a limit on its processor time; the alarm may go off right before and after it, too."""
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.2)
        return run()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def main():
    signal.signal(signal.SIGVTALRM, stop)
    sys.set_int_max_str_digits(2000)
    json.dump([outcome(*program) for program in json.load(sys.stdin)], sys.stdout)


main()
