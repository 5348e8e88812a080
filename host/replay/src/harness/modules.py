"""The project's modules, with the watched place wrapped. Invariant: nothing else of the code is changed."""

# ---- The project's modules --------------------------------------------------------------------------------------

_files = _job["files"]
_entry_path = _job["entry"]


def roots_of(path):
    parts = path.strip("/").split("/")[:-1]
    return ["/".join(parts[:count]) for count in range(len(parts) + 1)]


_by_path = {path.strip("/"): path for path in _files}
_folders = {root for path in _files for root in roots_of(path)}
_roots = roots_of(_entry_path)


class Watch:
    """Wraps the watched place of one file in a recorder, and notes the entry function."""

    def __init__(self, source, path):
        self.source = source.encode()
        self.starts = [0]
        for line in io.BytesIO(self.source.replace(b"\r\n", b" \n").replace(b"\r", b"\n")):
            self.starts.append(self.starts[-1] + len(line))
        watch = _job["watch"]
        self.span = (watch["start"], watch["end"]) if watch and watch["path"] == path else None
        self.kind = watch["kind"] if watch else None
        self.qualname = _job["function"].split(".") if path == _entry_path else None
        self.way = []
        self.found = False

    def visit(self, node):
        return getattr(self, "visit_" + type(node).__name__, self.generic_visit)(node)

    def generic_visit(self, node):
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, list):
                value[:] = [self.visit(item) if isinstance(item, ast.AST) else item for item in value]
            elif isinstance(value, ast.AST):
                setattr(node, field, self.visit(value))
        return node

    def span_of(self, node):
        return (self.starts[node.lineno - 1] + node.col_offset, self.starts[node.end_lineno - 1] + node.end_col_offset)

    def is_watched(self, node):
        return self.span is not None and hasattr(node, "lineno") and self.span_of(node) == self.span

    def record(self, name, node, args, keywords=()):
        at = {key: getattr(node, key) for key in ("lineno", "col_offset", "end_lineno", "end_col_offset")}
        func = ast.Name(id=name, ctx=ast.Load(), **at)
        return ast.Call(func=func, args=list(args), keywords=list(keywords), **at)

    def visit_Call(self, node):
        watched = self.is_watched(node)
        self.generic_visit(node)
        if watched and self.kind == "sink":
            self.found = True
            start, end = self.span_of(node.func)
            _callee[0] = " ".join(self.source[start:end].decode("utf-8", "replace").split())[:200]
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
            at = {"lineno": node.lineno, "col_offset": 0, "end_lineno": node.lineno, "end_col_offset": 0}
            node.decorator_list.append(ast.Name(id="__sc_entry__", ctx=ast.Load(), **at))
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
    if watch.span is None and watch.qualname is None:
        return compile(source, path, "exec", dont_inherit=True)
    tree = watch.visit(parse(source, path))
    if watch.span is not None:
        _watched.append(watch.found)
    return compile(tree, path, "exec", dont_inherit=True)


# As `importlib.machinery` has it, whose import takes as long as all others together.
ModuleSpec = type(sys.__spec__)


class Finder:
    """Gives the project's modules, and stand-ins for what is outside or not installed; a finder and a loader."""

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
        made = ModuleSpec(name, self, origin=what[1], is_package=is_package)
        made.loader_state = what
        return made

    def create_module(self, spec):
        return StandInModule(spec.name) if spec.loader_state[0] == "stand-in" else None

    def exec_module(self, module):
        kind, what = module.__spec__.loader_state
        if kind == "file":
            module.__file__ = what
            exec(compile_file(what), module.__dict__)
