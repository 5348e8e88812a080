"""Makes calls of a project's function, one for each set of inputs, and tells what reached the place that a contract speaks of.

The job comes as JSON in `_input`. The answer is one line on standard output that starts with the job's nonce.
Invariant: the code that is replayed is the project's own but for the watched place, which is wrapped in a recorder.

Only modules that the interpreter holds in machine code, or has loaded by itself, are imported: `ast`, `json` and `re` would
take longer than everything else that the harness does.
"""

import _ast as ast
import builtins
import importlib
import io
import os
import sys
import types
from _json import encode_basestring_ascii

MAX_HITS = 16
MAX_TEXT = 1 << 16
MAX_STEPS = 2000
MAX_RETURNED = 4000
# What these modules do lies outside the sandbox, so they are stand-ins even where the interpreter has them.
OUTSIDE = {
    "subprocess", "socket", "ssl", "_socket", "select", "selectors", "multiprocessing", "concurrent", "asyncio",
    "ctypes", "urllib.request", "http.client", "http.server", "smtplib", "ftplib", "telnetlib", "imaplib", "poplib",
    "xmlrpc", "socketserver", "pty", "webbrowser", "signal", "threading", "_thread", "tkinter", "readline",
}

_write = os.write
# The host's JSON has no escapes that Python reads otherwise.
_job = eval(_input.decode(), {"__builtins__": {}, "null": None, "true": True, "false": False})
_nonce = _job.pop("nonce")
_hits = []
_asserts = []
_touched = {}
_leaned_on = {}
_missing = {}
_captured = []
_made_for_call = [False]
_callee = [""]


class Enough(BaseException):
    """Ends the run once enough has been seen."""


class NotApplicable(Exception):
    """Says that a contract does not speak of this call."""


def pass_by(name):
    """Notes what was called or read, whether or not anything came of it."""
    if len(_touched) < 20:
        _touched[name] = None


def touch(name):
    """Notes what decided how the call went on."""
    pass_by(name)
    if len(_leaned_on) < 20:
        _leaned_on[name] = None


def parse(source, path, mode="exec"):
    return compile(source, path, mode, flags=ast.PyCF_ONLY_AST, dont_inherit=True)


def dumps(value):
    """Writes data as JSON; numbers are whole."""
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if isinstance(value, dict):
        return "{" + ",".join(encode_basestring_ascii(key) + ":" + dumps(item) for key, item in value.items()) + "}"
    return "[" + ",".join(map(dumps, value)) + "]"


# ---- Inputs -----------------------------------------------------------------------------------------------------

def steps_of(node):
    """The names, subscripts and calls of an expression, outermost last; None for any other expression."""
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute):
        inner = steps_of(node.value)
        return inner and inner + (node.attr,)
    if isinstance(node, ast.Subscript):
        inner = steps_of(node.value)
        return inner and isinstance(node.slice, ast.Constant) and inner + (("[]", node.slice.value),) or None
    if isinstance(node, ast.Call):
        inner = steps_of(node.func)
        first = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        return inner and inner + (("()", first),)
    return None


def literal(text):
    return eval(text, {"__builtins__": {}})


_parameters = {}
_sources = {}
_unread = set()
_NOTHING = object()


def choose(bindings):
    """Makes these the inputs of the next call."""
    _parameters.clear()
    _sources.clear()
    _unread.clear()
    for binding in bindings:
        if binding["is_parameter"]:
            _parameters[binding["name"]] = literal(binding["value"])
            continue
        try:
            steps = steps_of(parse(binding["name"], "<input>", "eval").body)
        except SyntaxError:
            steps = None
        if steps is None:
            _unread.add(binding["name"])
        else:
            _sources[steps] = literal(binding["value"])


def chosen(steps):
    """The value that the attacker chose for an expression, by the end of its way."""
    for source, value in _sources.items():
        if steps[-len(source):] == source:
            return value
    return _NOTHING


# ---- Stand-ins for what is not in the sandbox -------------------------------------------------------------------

class StandInMeta(type):
    def __getattr__(cls, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return StandIn((cls.__name__, name))


class StandInBase(metaclass=StandInMeta):
    """What a class gets that inherits from a stand-in."""

    def __init__(self, *args, **kwargs):
        self.__dict__.update(kwargs)

    def __init_subclass__(cls, **kwargs):
        pass

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return StandIn((type(self).__name__, name))


class StandIn:
    """An object that accepts everything: it gives the attacker's value where one was chosen, else more stand-ins."""

    def __init__(self, steps, args=(), kwargs=None):
        object.__setattr__(self, "_sc", (tuple(steps)[-12:], args, kwargs or {}))

    def _sc_next(self, step, args=(), kwargs=None):
        steps = self._sc[0] + (step,)
        value = chosen(steps)
        if value is not _NOTHING:
            return value
        pass_by(name_of(steps))
        return StandIn(steps, args, kwargs)

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        steps = self._sc[0] + (name,)
        value = chosen(steps)
        if value is not _NOTHING:
            return value
        made = StandIn(steps)
        if name.endswith(("Error", "Exception", "Warning", "Exists", "DoesNotExist", "Http404")):
            made = type(name, (Exception,), {})
        object.__setattr__(self, name, made)
        return made

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)

    def __call__(self, *args, **kwargs):
        if len(args) == 1 and not kwargs and isinstance(args[0], (types.FunctionType, type, classmethod, staticmethod)):
            return args[0]
        first = args[0] if args and isinstance(args[0], (str, int, bytes)) else None
        return self._sc_next(("()", first), args, kwargs)

    def __getitem__(self, key):
        return self._sc_next(("[]", key) if isinstance(key, (str, int, bytes)) else ("[]", None))

    def __setitem__(self, key, value):
        pass

    def __delitem__(self, key):
        pass

    def __iter__(self):
        touch(name_of(self._sc[0]))
        return iter([StandIn(self._sc[0] + (("[]", 0),))])

    def __contains__(self, key):
        if chosen(self._sc[0] + (("[]", key),)) is not _NOTHING or chosen(self._sc[0] + ("get", ("()", key))) is not _NOTHING:
            return True
        touch(name_of(self._sc[0]))
        return False

    def __bool__(self):
        touch(name_of(self._sc[0]))
        return True

    def __len__(self):
        touch(name_of(self._sc[0]))
        return 1

    def __int__(self):
        touch(name_of(self._sc[0]))
        return 1

    __index__ = __int__

    def __float__(self):
        return float(int(self))

    def __str__(self):
        touch(name_of(self._sc[0]))
        return "stub"

    def __repr__(self):
        return "<stub>"

    def __format__(self, spec):
        return str(self)

    def __bytes__(self):
        return b"stub"

    def __fspath__(self):
        return str(self)

    def __hash__(self):
        return hash(self._sc[0])

    def __eq__(self, other):
        if other is self:
            return True
        touch(name_of(self._sc[0]))
        return False

    def __mro_entries__(self, bases):
        return (StandInBase,)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return False

    async def __aenter__(self):
        return self

    async def __aexit__(self, *exc):
        return False

    def __await__(self):
        return self
        yield

    def __aiter__(self):
        return self

    async def __anext__(self):
        raise StopAsyncIteration

    def _sc_operate(self, other=None):
        touch(name_of(self._sc[0]))
        return StandIn(self._sc[0])

    def _sc_compare(self, other):
        touch(name_of(self._sc[0]))
        return False

    __lt__ = __le__ = __gt__ = __ge__ = _sc_compare
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _sc_operate
    __floordiv__ = __rfloordiv__ = __mod__ = __or__ = __ror__ = __and__ = __rand__ = __neg__ = __invert__ = _sc_operate
    __rshift__ = __lshift__ = __matmul__ = __xor__ = __rxor__ = __pow__ = _sc_operate


def name_of(steps):
    text = ""
    for step in steps:
        if isinstance(step, str):
            text += ("." if text else "") + step
        else:
            text += "(…)" if step[0] == "()" else "[…]"
    return text


class StandInModule(types.ModuleType):
    def __getattr__(self, name):
        if name == "__path__":
            return []
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        whole = self.__name__ + "." + name
        if whole in sys.modules:
            return sys.modules[whole]
        made = getattr(StandIn(tuple(self.__name__.split("."))), name)
        if isinstance(made, (StandIn, type)):
            # What is chosen for it differs from call to call, so only stand-ins are kept.
            setattr(self, name, made)
        return made
