"""The surroundings and the calls themselves. Invariant: exactly one line carries the nonce."""

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
        if result is None:
            pass_by(name)
            return StandIn((name, ("()", None)))
        touch(name)
        return result
    return stand_in


def fence():
    builtins.open = io.open = guarded_open
    for name in ("system", "popen", "execv", "execve", "execvp", "execl", "execlp", "spawnv", "spawnl", "fork", "kill", "remove",
                 "unlink", "rename", "replace", "mkdir", "makedirs", "rmdir", "removedirs", "listdir", "scandir", "walk", "stat",
                 "startfile", "chmod", "chown", "symlink", "link", "_exit", "abort", "access", "utime", "truncate"):
        setattr(os, name, outside("os." + name))
    for name in ("exists", "isfile", "isdir", "lexists"):
        setattr(os.path, name, outside("os.path." + name, True))
    # Where there is `fork`, the standard library's modules count on this as well.
    os.register_at_fork = lambda **hooks: None
    import time
    time.sleep = lambda seconds: None


def fence_inputs():
    """Puts the chosen arguments, environment and standard input of the process in place."""
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
    sys.stdout = io.StringIO()
    sys.stderr = io.StringIO()


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
        _made_for_call[0] = True
        positional, keywords = arguments(outer, 0)
        finish(outer(*positional, **keywords))
    if not _captured:
        raise LookupError(f"there is no function {_job['function']}")
    return owner if isinstance(owner, type) else None, found, _captured[0]


def run_call(module):
    owner, shown, raw = find_function(module)
    forget()
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


def forget():
    for seen in (_hits, _asserts, _touched, _leaned_on):
        seen.clear()


def shown(value):
    """What a call returned, as text that is the same for equal values."""
    try:
        text = repr(value)
    except Exception as error:
        text = f"<no text: {type(error).__name__}>"
    first, *rest = text.split(" at 0x")
    text = first + "".join(part.lstrip("0123456789abcdefABCDEF") for part in rest)
    return text[:MAX_RETURNED].encode("utf-8", "replace").decode()


def make_call(bindings):
    """One call with its answer."""
    answer = {"problem": None, "ended": None, "broken": [], "returned": None}
    forget()
    stage = "load"
    if _made_for_call[0]:
        # A function within another is made anew, since the outer one saw the inputs of the call before.
        _captured.clear()
    try:
        choose(bindings)
        fence_inputs()
        if _job["function"] == "<module>":
            stage = "call"
            scope = {"__name__": "__main__", "__file__": _entry_path, "__package__": module_name(_entry_path).rpartition(".")[0]}
            exec(compile_file(_entry_path), scope)
            answer["returned"] = "None"
        else:
            module = importlib.import_module(module_name(_entry_path))
            stage = "find"
            find_function(module)
            stage = "call"
            outcome, answer["broken"] = run_call(module)
            answer["returned"] = shown(outcome)
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
    answer.update(hits=list(_hits), asserts=list(_asserts), touched=list(_touched), leaned_on=list(_leaned_on))
    return answer


def main():
    sys.meta_path.insert(0, Finder(is_last=False))
    sys.meta_path.append(Finder(is_last=True))
    if any("sqlite3" in text for text in _files.values()):
        fence_sqlite()
    fence()
    sys.setrecursionlimit(600)
    answer = {"calls": [make_call(bindings) for bindings in _job["inputs"]], "missing": list(_missing)[:20]}
    data = ("\n" + _nonce + dumps(answer) + "\n").encode()
    while data:
        data = data[_write(1, data):]


main()
