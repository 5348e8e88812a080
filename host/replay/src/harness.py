"""Runs one call of a project's function and tells what reached the place that a contract speaks of.

The job comes as JSON on standard input. The answer is one line on standard output that starts with the job's nonce.
Invariant: the code that is replayed is the project's own but for the watched place, which is wrapped in a recorder.
"""

import ast
import builtins
import importlib.abc
import importlib.machinery
import io
import json
import os
import re
import sys
import types

MAX_HITS = 16
MAX_TEXT = 1 << 16
MAX_STEPS = 2000
# What these modules do lies outside the sandbox, so they are stand-ins even where the interpreter has them.
OUTSIDE = {
    "subprocess", "socket", "ssl", "_socket", "select", "selectors", "multiprocessing", "concurrent", "asyncio",
    "ctypes", "urllib.request", "http.client", "http.server", "smtplib", "ftplib", "telnetlib", "imaplib", "poplib",
    "xmlrpc", "socketserver", "pty", "webbrowser", "signal", "threading", "_thread", "tkinter", "readline",
}

_write = os.write
_dumps = json.dumps
_job = json.loads(sys.stdin.buffer.read())
_nonce = _job.pop("nonce")
_hits = []
_asserts = []
_touched = {}
_missing = {}
_captured = []
_callee = [""]


class Enough(BaseException):
    """Ends the run once enough has been seen."""


class NotApplicable(Exception):
    """Says that a contract does not speak of this call."""


def touch(name):
    if len(_touched) < 20:
        _touched[name] = None


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
    return ast.literal_eval(text)


_parameters = {}
_sources = {}
_unread = set()
for _binding in _job["bindings"]:
    if _binding["is_parameter"]:
        _parameters[_binding["name"]] = literal(_binding["value"])
    else:
        try:
            _steps = steps_of(ast.parse(_binding["name"], mode="eval").body)
        except SyntaxError:
            _steps = None
        if _steps is None:
            _unread.add(_binding["name"])
        else:
            _sources[_steps] = literal(_binding["value"])
_NOTHING = object()


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
        touch(name_of(steps))
        return StandIn(steps, args, kwargs)

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        steps = self._sc[0] + (name,)
        value = chosen(steps)
        if value is not _NOTHING:
            return value
        made = StandIn(steps)
        if re.search(r"(Error|Exception|Warning|Exists|DoesNotExist|Http404)$", name):
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
        setattr(self, name, made)
        return made


# ---- The project's modules --------------------------------------------------------------------------------------

_files = _job["files"]
_entry_path = _job["entry"]


def roots_of(path):
    parts = path.strip("/").split("/")[:-1]
    return ["/".join(parts[:count]) for count in range(len(parts) + 1)]


_by_path = {path.strip("/"): path for path in _files}
_folders = {root for path in _files for root in roots_of(path)}
_roots = roots_of(_entry_path)


class Watch(ast.NodeTransformer):
    """Wraps the watched place of one file in a recorder, and notes the entry function."""

    def __init__(self, source, path):
        self.source = source.encode()
        self.starts = [0] + [found.end() for found in re.finditer(rb"\r\n|\r|\n", self.source)]
        watch = _job["watch"]
        self.span = (watch["start"], watch["end"]) if watch and watch["path"] == path else None
        self.kind = watch["kind"] if watch else None
        self.qualname = _job["function"].split(".") if path == _entry_path else None
        self.way = []
        self.found = False

    def is_watched(self, node):
        if self.span is None or not hasattr(node, "lineno"):
            return False
        at = (self.starts[node.lineno - 1] + node.col_offset, self.starts[node.end_lineno - 1] + node.end_col_offset)
        return at == self.span

    def record(self, name, node, args, keywords=()):
        func = ast.copy_location(ast.Name(id=name, ctx=ast.Load()), node)
        return ast.copy_location(ast.Call(func=func, args=list(args), keywords=list(keywords)), node)

    def visit_Call(self, node):
        watched = self.is_watched(node)
        self.generic_visit(node)
        if watched and self.kind == "sink":
            self.found = True
            _callee[0] = ast.unparse(node.func)[:200]
            return self.record("__sc_call__", node, [node.func, *node.args], node.keywords)
        return node

    def visit_Return(self, node):
        watched = self.is_watched(node)
        self.generic_visit(node)
        if watched and node.value is not None:
            self.found = True
            node.value = self.record("__sc_value__", node, [node.value])
        return node

    def visit_Assign(self, node):
        watched = self.is_watched(node) or any(self.is_watched(target) for target in node.targets)
        self.generic_visit(node)
        if watched:
            self.found = True
            node.value = self.record("__sc_value__", node, [node.value])
        return node

    def visit_Assert(self, node):
        watched = self.is_watched(node)
        self.generic_visit(node)
        if watched and self.kind == "assert":
            self.found = True
            node.test = self.record("__sc_assert__", node.test, [node.test])
        return node

    def visit_ClassDef(self, node):
        self.way.append(node.name)
        self.generic_visit(node)
        self.way.pop()
        return node

    def visit_FunctionDef(self, node):
        self.way.append(node.name)
        way = list(self.way)
        self.generic_visit(node)
        self.way.pop()
        if way == self.qualname:
            marker = ast.copy_location(ast.Name(id="__sc_entry__", ctx=ast.Load()), node)
            node.decorator_list.append(marker)
        return node

    visit_AsyncFunctionDef = visit_FunctionDef


def value_of(value, depth=0):
    """What a recorded value is, as data."""
    if isinstance(value, StandIn):
        for inner in list(value._sc[1]) + list(value._sc[2].values()):
            if depth < 3 and isinstance(inner, (str, bytes, StandIn)):
                return value_of(inner, depth + 1)
        return {"kind": "stand-in", "text": name_of(value._sc[0])}
    if isinstance(value, str):
        return {"kind": "text", "text": str.__str__(value)[:MAX_TEXT].encode("utf-8", "replace").decode()}
    if isinstance(value, (bytes, bytearray)):
        return {"kind": "text", "text": bytes(value)[:MAX_TEXT].decode("utf-8", "replace")}
    if isinstance(value, (list, tuple)) and depth < 2:
        return {"kind": "list", "items": [value_of(item, depth + 1) for item in value[:32]]}
    if isinstance(value, os.PathLike):
        return {"kind": "text", "text": os.fsdecode(os.fspath(value))[:MAX_TEXT]}
    read = getattr(value, "getvalue", None)
    if isinstance(value, (io.StringIO, io.BytesIO)) and read:
        return value_of(read(), depth + 1)
    return {"kind": "other", "text": repr(value)[:MAX_TEXT].encode("utf-8", "replace").decode()}


def add_hit(hit):
    if len(_hits) >= MAX_HITS:
        raise Enough
    _hits.append(hit)


def sc_call(func, *args, **kwargs):
    position, keyword = _job["watch"]["position"], _job["watch"]["keyword"]
    receiver = getattr(func, "__self__", None)
    wanted = _NOTHING
    if position is not None and position < len(args):
        wanted = args[position]
    elif keyword is not None and keyword in kwargs:
        wanted = kwargs[keyword]
    elif position is None and keyword is None:
        wanted = list(args) + list(kwargs.values())
    add_hit({
        "callee": _callee[0],
        "value": None if wanted is _NOTHING else value_of(wanted),
        "receiver": value_of(receiver) if isinstance(receiver, (str, bytes)) else None,
    })
    return StandIn(("result of the watched call",))


def sc_value(value):
    add_hit({"callee": "", "value": value_of(value), "receiver": None})
    return value


def sc_assert(value):
    held = bool(value)
    if len(_asserts) < MAX_HITS:
        _asserts.append(held)
    return held


def sc_entry(function):
    _captured.append(function)
    return function


builtins.__sc_call__ = sc_call
builtins.__sc_value__ = sc_value
builtins.__sc_assert__ = sc_assert
builtins.__sc_entry__ = sc_entry
_watched = []


def compile_file(path):
    source = _files[path]
    watch = Watch(source, path)
    tree = watch.visit(ast.parse(source, path))
    if watch.span is not None:
        _watched.append(watch.found)
    return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the project's modules, and stand-ins for what is outside or not installed."""

    def __init__(self, is_last):
        self.is_last = is_last

    def find_spec(self, name, path=None, target=None):
        if self.is_last:
            return self.stand_in(name)
        if name in OUTSIDE or name.partition(".")[0] in OUTSIDE:
            return self.stand_in(name)
        relative = name.replace(".", "/")
        for root in _roots:
            base = f"{root}/{relative}" if root else relative
            for candidate, is_package in ((f"{base}/__init__.py", True), (f"{base}.py", False)):
                if candidate in _by_path:
                    return self.spec(name, ("file", _by_path[candidate]), is_package)
            if base in _folders and name.partition(".")[0] not in sys.stdlib_module_names:
                return self.spec(name, ("folder", base), True)
        parent = sys.modules.get(name.rpartition(".")[0])
        return self.stand_in(name) if isinstance(parent, StandInModule) else None

    def stand_in(self, name):
        top = name.partition(".")[0]
        if name.startswith("_") or top in sys.stdlib_module_names and name not in OUTSIDE and top not in OUTSIDE and "." not in name:
            return None
        _missing[name] = None
        return self.spec(name, ("stand-in", name), True)

    def spec(self, name, what, is_package):
        made = importlib.machinery.ModuleSpec(name, self, origin=what[1], is_package=is_package)
        made.loader_state = what
        return made

    def create_module(self, spec):
        return StandInModule(spec.name) if spec.loader_state[0] == "stand-in" else None

    def exec_module(self, module):
        kind, what = module.__spec__.loader_state
        if kind == "file":
            module.__file__ = what
            exec(compile_file(what), module.__dict__)


# ---- The surroundings -------------------------------------------------------------------------------------------

def file_of(name):
    text = os.fsdecode(os.fspath(name)) if not isinstance(name, int) else ""
    path = os.path.normpath(text).strip("/")
    return next((content for known, content in _others.items() if known == path or known.endswith("/" + path)), None)


_others = {path.strip("/"): text for path, text in _files.items()}


def guarded_open(name, mode="r", *args, **kwargs):
    content = None if isinstance(name, StandIn) else file_of(name)
    if content is not None and not set(mode) & set("wax+"):
        return io.BytesIO(content.encode()) if "b" in mode else io.StringIO(content)
    touch("open")
    return io.BytesIO() if "b" in mode else io.StringIO()


def outside(name, result=None):
    def stand_in(*args, **kwargs):
        touch(name)
        return StandIn((name, ("()", None))) if result is None else result
    return stand_in


def fence():
    builtins.open = io.open = guarded_open
    for name in ("system", "popen", "execv", "execve", "execvp", "execl", "execlp", "spawnv", "spawnl", "fork", "kill", "remove",
                 "unlink", "rename", "replace", "mkdir", "makedirs", "rmdir", "removedirs", "listdir", "scandir", "walk", "stat",
                 "startfile", "chmod", "chown", "symlink", "link", "_exit", "abort", "access", "utime", "truncate"):
        setattr(os, name, outside("os." + name))
    for name in ("exists", "isfile", "isdir", "lexists"):
        setattr(os.path, name, outside("os.path." + name, True))
    import time
    time.sleep = lambda seconds: None
    sys.argv = ["program"]
    environment = {}
    typed = []
    for steps, value in _sources.items():
        tail = steps[-1]
        if steps[-2:-1] == ("argv",) and tail[0] == "[]" and isinstance(tail[1], int) and 0 < tail[1] < 64:
            sys.argv += ["x"] * (tail[1] + 1 - len(sys.argv))
            sys.argv[tail[1]] = value
        elif ("environ" in steps or "getenv" in steps) and isinstance(tail[1], str):
            environment[tail[1]] = value
        elif "input" in steps or "stdin" in steps:
            typed.append(value)
    os.environ.clear()
    for name, value in environment.items():
        if isinstance(value, str):
            os.environ[name] = value
    lines = iter(typed)

    def read_line(prompt=""):
        value = next(lines, None)
        if value is None:
            touch("input")
            raise EOFError
        return value

    builtins.input = read_line
    text = "\n".join(value for value in typed if isinstance(value, str))
    sys.stdin = io.TextIOWrapper(io.BytesIO(text.encode("utf-8", "replace")), encoding="utf-8")


def fence_sqlite():
    """Keeps databases in memory, and gives no rows where a table is missing there."""
    import sqlite3

    class Cursor(sqlite3.Cursor):
        def execute(self, *args):
            return lenient(super().execute, self, args)

        def executemany(self, *args):
            return lenient(super().executemany, self, args)

        def executescript(self, *args):
            return lenient(super().executescript, self, args)

    class Connection(sqlite3.Connection):
        def cursor(self, factory=Cursor):
            return super().cursor(factory)

        def execute(self, *args):
            return self.cursor().execute(*args)

    def lenient(run, cursor, args):
        try:
            return run(*args)
        except sqlite3.OperationalError:
            touch("the database's tables")
            return cursor

    connect = sqlite3.connect
    sqlite3.connect = lambda *args, **kwargs: connect(":memory:", factory=Connection)


# ---- The call ---------------------------------------------------------------------------------------------------

def module_name(path):
    parts = path.strip("/").removesuffix(".py").split("/")
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    while len(parts) > 1 and not all(part.isidentifier() for part in parts):
        parts.pop(0)
    return ".".join(parts)


def finish(value):
    """Runs what a call leaves to its caller: a coroutine, or a generator."""
    if isinstance(value, types.CoroutineType):
        for _ in range(MAX_STEPS):
            try:
                value.send(None)
            except StopIteration as end:
                return end.value
    if isinstance(value, types.GeneratorType):
        items = []
        for item in value:
            items.append(item)
            if len(items) >= MAX_STEPS:
                break
        return items
    return value


def instance(owner):
    try:
        return owner(*[StandIn((f"argument of {owner.__name__}",)) for _ in range(required(owner.__init__))])
    except Exception:
        touch(f"an object of {owner.__name__}")
        lax = type(owner.__name__, (owner,), {"__getattr__": StandInBase.__getattr__})
        return lax.__new__(lax)


def required(function):
    code = getattr(function, "__code__", None)
    return max(0, code.co_argcount - 1 - len(function.__defaults__ or ())) if code else 0


def arguments(function, skip):
    """The call's arguments: the attacker's where chosen, stand-ins for what has no default."""
    code = function.__code__
    names = code.co_varnames[:code.co_argcount][skip:]
    defaults = len(function.__defaults__ or ())
    positional = []
    keywords = {}
    for index, name in enumerate(names):
        if name in _parameters:
            value = _parameters[name]
        elif index >= len(names) - defaults:
            value = function.__defaults__[index - (len(names) - defaults)]
        else:
            value = StandIn((name,))
        positional.append(value)
    for name in code.co_varnames[code.co_argcount:code.co_argcount + code.co_kwonlyargcount]:
        if name in _parameters:
            keywords[name] = _parameters[name]
        elif name not in (function.__kwdefaults__ or {}):
            keywords[name] = StandIn((name,))
    if code.co_flags & 0x04:
        rest = code.co_varnames[code.co_argcount + code.co_kwonlyargcount]
        more = _parameters.get(rest)
        positional += list(more) if isinstance(more, (list, tuple)) else []
    return positional, keywords


def find_function(module):
    way = _job["function"].split(".")
    owner, found = None, module
    for name in way:
        owner, found = found, getattr(found, name, None)
        if found is None or isinstance(found, StandIn):
            break
    if not _captured and isinstance(getattr(module, way[0], None), types.FunctionType) and len(way) > 1:
        outer = getattr(module, way[0])
        positional, keywords = arguments(outer, 0)
        finish(outer(*positional, **keywords))
    if not _captured:
        raise LookupError(f"there is no function {_job['function']}")
    return owner if isinstance(owner, type) else None, found, _captured[0]


def run_call(module):
    owner, shown, raw = find_function(module)
    _hits.clear()
    _asserts.clear()
    _touched.clear()
    plain = raw.__func__ if isinstance(raw, (staticmethod, classmethod)) else raw
    bound = None
    if owner is None:
        call = shown if callable(shown) and not isinstance(shown, StandIn) else plain
        positional, keywords = arguments(plain, 0)
    else:
        slot = owner.__dict__.get(plain.__name__)
        if isinstance(slot, staticmethod):
            call, skip = shown, 0
        elif isinstance(slot, classmethod):
            call, skip = shown, 1
        else:
            bound = instance(owner)
            # Making the object may have run watched code, which is no part of the call.
            _hits.clear()
            _asserts.clear()
            call, skip = types.MethodType(plain, bound), 1
        positional, keywords = arguments(plain, skip)
    names = dict(plain.__globals__) | dict(zip(plain.__code__.co_varnames, ([bound] if bound else []) + positional)) | keywords
    for text in _job["requires"]:
        if not eval(text, names):
            raise NotApplicable(f"the precondition {text} does not hold")
    outcome = finish(call(*positional, **keywords))
    broken = [text for text in _job["ensures"] if not eval(text, names | {"__return__": outcome})]
    return outcome, broken


def main():
    answer = {"problem": None, "ended": None, "broken": [], "returned": ""}
    sys.meta_path.insert(0, Finder(is_last=False))
    sys.meta_path.append(Finder(is_last=True))
    if any("sqlite3" in text for text in _files.values()):
        fence_sqlite()
    fence()
    sys.stdout = io.StringIO()
    sys.stderr = io.StringIO()
    sys.setrecursionlimit(600)
    stage = "load"
    try:
        if _job["function"] == "<module>":
            stage = "call"
            scope = {"__name__": "__main__", "__file__": _entry_path, "__package__": module_name(_entry_path).rpartition(".")[0]}
            exec(compile_file(_entry_path), scope)
        else:
            module = importlib.import_module(module_name(_entry_path))
            stage = "find"
            find_function(module)
            stage = "call"
            outcome, answer["broken"] = run_call(module)
            answer["returned"] = value_of(outcome).get("text", "")[:400]
    except Enough:
        pass
    except NotApplicable as error:
        answer["problem"] = str(error)
    except BaseException as error:
        trace, line, path = error.__traceback__, None, None
        while trace is not None:
            if trace.tb_frame.f_code.co_filename in _files:
                line, path = trace.tb_lineno, trace.tb_frame.f_code.co_filename
            trace = trace.tb_next
        said = f"{type(error).__name__}: {error}"[:400].encode("utf-8", "replace").decode()
        if stage == "call":
            answer["ended"] = {"kind": type(error).__name__, "said": said, "line": line, "path": path}
        else:
            answer["problem"] = f"the {'module' if stage == 'load' else 'function'} cannot be loaded: {said}"
    if _watched and not any(_watched):
        answer["problem"] = "the watched place is no call, return, assignment or assertion"
    if _unread:
        answer["problem"] = "the input " + ", ".join(sorted(_unread)) + " cannot be chosen from outside"
    answer.update(hits=_hits, asserts=_asserts, touched=list(_touched), missing=list(_missing)[:20])
    data = ("\n" + _nonce + _dumps(answer) + "\n").encode()
    while data:
        data = data[_write(1, data):]


main()
