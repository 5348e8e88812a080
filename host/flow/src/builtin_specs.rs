//! What Python itself and its standard library do with data and types. Invariant: no rule here, only the meaning of
//! names; what a rule pack says of a name comes first.

/// Callables whose result holds none of their arguments' text.
const CLEAN: &[&str] = &[
    "abs",
    "all",
    "any",
    "bool",
    "callable",
    "complex",
    "divmod",
    "float",
    "hasattr",
    "hash",
    "id",
    "int",
    "isinstance",
    "issubclass",
    "len",
    "ord",
    "pow",
    "range",
    "round",
    "sum",
    "type",
    "os.path.exists",
    "os.path.isfile",
    "os.path.isdir",
    "os.path.getsize",
    "hmac.compare_digest",
    "uuid.UUID",
    "datetime.date.fromisoformat",
    "datetime.datetime.fromisoformat",
    "datetime.datetime.strptime",
    "decimal.Decimal",
    "ipaddress.ip_address",
    "re.compile",
    "logging.getLogger",
    "print",
];

/// Methods, of whatever receiver, whose result holds none of the text of receiver and arguments.
const CLEAN_METHODS: &[&str] = &[
    "find",
    "rfind",
    "index",
    "rindex",
    "count",
    "startswith",
    "endswith",
    "isdigit",
    "isalnum",
    "isalpha",
    "isdecimal",
    "isnumeric",
    "isidentifier",
    "islower",
    "isupper",
    "isspace",
    "istitle",
    "isascii",
    "isprintable",
    "hexdigest",
    "digest",
    "hex",
    "bit_length",
    "is_integer",
    "exists",
    "is_file",
    "is_dir",
    "issubset",
    "issuperset",
    "isdisjoint",
    "is_relative_to",
    "check_password_hash",
];

/// Methods of text, bytes and containers: data in, data out.
const DATA_METHODS: &[&str] = &[
    "strip",
    "lstrip",
    "rstrip",
    "lower",
    "upper",
    "title",
    "capitalize",
    "casefold",
    "swapcase",
    "replace",
    "format",
    "format_map",
    "join",
    "split",
    "rsplit",
    "splitlines",
    "partition",
    "rpartition",
    "encode",
    "decode",
    "zfill",
    "center",
    "ljust",
    "rjust",
    "expandtabs",
    "translate",
    "removeprefix",
    "removesuffix",
    "get",
    "items",
    "keys",
    "values",
    "pop",
    "popitem",
    "popleft",
    "copy",
    "getlist",
    "to_dict",
    "group",
    "groups",
    "groupdict",
    "read",
    "readline",
    "readlines",
    "union",
    "difference",
    "intersection",
    "as_posix",
    "joinpath",
    "with_name",
    "with_suffix",
    "resolve",
    "absolute",
    "getvalue",
    "append",
    "extend",
    "insert",
    "add",
    "update",
    "setdefault",
    "sort",
    "reverse",
    "remove",
    "discard",
    "clear",
    "appendleft",
    "extendleft",
    "write",
    "writelines",
    "put",
    "send",
    "isoformat",
    "strftime",
    "expanduser",
];

/// Methods whose result is a variant of the receiver with the same letters in another case, or without its margins.
const VARIANT_METHODS: &[&str] = &["strip", "lower", "upper", "casefold", "lstrip", "rstrip"];

/// Callables and modules of which it is known that data goes through them, so that a path keeps its confidence.
const KNOWN_PREFIXES: &[&str] = &[
    "os.path.",
    "os.environ.",
    "os.fspath",
    "os.getenv",
    "urllib.parse.",
    "json.",
    "base64.",
    "html.",
    "re.",
    "textwrap.",
    "string.",
    "shlex.",
    "itertools.",
    "functools.",
    "collections.",
    "copy.",
    "pathlib.",
    "io.",
    "codecs.",
    "binascii.",
    "typing.",
    "contextlib.",
    "operator.",
    "hashlib.",
    "sys.",
];

const KNOWN: &[&str] = &[
    "ascii",
    "bytearray",
    "bytes",
    "chr",
    "dict",
    "enumerate",
    "eval",
    "filter",
    "format",
    "frozenset",
    "getattr",
    "input",
    "iter",
    "list",
    "map",
    "max",
    "memoryview",
    "min",
    "next",
    "open",
    "repr",
    "reversed",
    "set",
    "sorted",
    "str",
    "super",
    "tuple",
    "vars",
    "zip",
];

/// Callables that give the container they are given, or one with the same elements.
const SAME_ELEMENTS: &[&str] = &["list", "tuple", "copy.copy", "copy.deepcopy", "dict"];

/// Callables that undo an encoding or escaping: what is harmless before can be anything behind them.
const DECODING: &[&str] = &[
    "base64.b64decode",
    "base64.standard_b64decode",
    "base64.urlsafe_b64decode",
    "base64.b32decode",
    "base64.b16decode",
    "base64.a85decode",
    "base64.b85decode",
    "base64.decodebytes",
    "binascii.unhexlify",
    "binascii.a2b_hex",
    "binascii.a2b_base64",
    "bytes.fromhex",
    "codecs.decode",
    "html.unescape",
    "xml.sax.saxutils.unescape",
    "urllib.parse.unquote",
    "urllib.parse.unquote_plus",
    "urllib.parse.unquote_to_bytes",
    "urllib.parse.parse_qs",
    "urllib.parse.parse_qsl",
    "json.loads",
    "shlex.split",
    "zlib.decompress",
    "gzip.decompress",
    "ast.literal_eval",
];

/// Callables whose result is a path without `..`.
const NORMALISING: &[&str] =
    &["os.path.realpath", "os.path.abspath", "os.path.normpath", "pathlib.Path.resolve", "*.resolve"];

/// The built-in types, under their plain names.
pub(crate) const TYPES: &[&str] =
    &["str", "bytes", "bytearray", "int", "float", "bool", "complex", "list", "tuple", "set", "frozenset", "dict"];

const STR_TO_STR: &[&str] = &[
    "strip",
    "lstrip",
    "rstrip",
    "lower",
    "upper",
    "title",
    "capitalize",
    "casefold",
    "swapcase",
    "replace",
    "format",
    "format_map",
    "join",
    "zfill",
    "center",
    "ljust",
    "rjust",
    "expandtabs",
    "translate",
    "removeprefix",
    "removesuffix",
];

fn last(callee: &str) -> &str {
    callee.rsplit_once('.').map_or(callee, |(_, name)| name)
}

/// Tells whether a callable's result is clean; the name is normalised.
pub(crate) fn is_clean(callee: &str) -> bool {
    CLEAN.contains(&callee)
}

/// Tells whether a method's result is clean on every receiver.
pub(crate) fn is_clean_method(name: &str) -> bool {
    CLEAN_METHODS.contains(&name)
}

/// Tells whether a method belongs to data: text, bytes, containers.
pub(crate) fn is_data_method(name: &str) -> bool {
    DATA_METHODS.contains(&name) || CLEAN_METHODS.contains(&name)
}

/// Tells whether a method's result is a variant of its receiver that a comparison of the one limits the other.
pub(crate) fn is_variant_method(name: &str) -> bool {
    VARIANT_METHODS.contains(&name)
}

/// Tells whether it is known how data goes through a callable.
pub(crate) fn is_known(callee: &str) -> bool {
    KNOWN.contains(&callee)
        || KNOWN_PREFIXES.iter().any(|prefix| callee.starts_with(prefix))
        || TYPES.iter().any(|of| callee.strip_prefix(of).is_some_and(|rest| rest.starts_with('.')))
}

/// Tells whether the result has the same elements under the same keys.
pub(crate) fn keeps_elements(callee: &str) -> bool {
    SAME_ELEMENTS.contains(&callee)
}

/// Tells whether a constant argument's elements are the result's.
pub(crate) fn keeps_constants(callee: &str) -> bool {
    keeps_elements(callee) || matches!(callee, "set" | "frozenset" | "sorted")
}

/// Tells whether the callable undoes an encoding.
pub(crate) fn decodes(callee: &str) -> bool {
    DECODING.contains(&callee)
}

/// Tells whether the result is a path without `..`.
pub(crate) fn normalises(callee: &str) -> bool {
    NORMALISING.contains(&callee)
}

/// Gives the type of a builtin callable's result.
pub(crate) fn return_type(callee: &str) -> Option<&'static str> {
    if let Some(found) = TYPES.iter().find(|of| **of == callee) {
        return Some(found);
    }
    if let Some((of @ ("str" | "bytes"), method)) = callee.split_once('.') {
        return match method {
            "split" | "rsplit" | "splitlines" => Some("list"),
            "partition" | "rpartition" => Some("tuple"),
            "encode" => Some("bytes"),
            "decode" => Some("str"),
            _ if STR_TO_STR.contains(&method) => Some(if of == "str" { "str" } else { "bytes" }),
            _ => None,
        };
    }
    match callee {
        "len" | "ord" | "hash" | "id" => Some("int"),
        "repr" | "ascii" | "chr" | "format" | "hex" | "bin" | "oct" | "os.path.join" | "os.path.basename"
        | "os.path.dirname" | "os.path.realpath" | "os.path.abspath" | "os.path.normpath" | "os.path.expanduser"
        | "os.getcwd" | "shlex.quote" | "shlex.join" | "html.escape" | "json.dumps" | "urllib.parse.quote" => {
            Some("str")
        }
        "sorted" | "shlex.split" => Some("list"),
        "isinstance" | "callable" | "hasattr" | "any" | "all" => Some("bool"),
        "input" => Some("str"),
        _ => None,
    }
}

/// Tells whether a last component looks like a class.
pub(crate) fn looks_like_class(path: &str) -> bool {
    path.contains('.') && last(path).starts_with(|first: char| first.is_ascii_uppercase()) && {
        last(path).bytes().any(|byte| byte.is_ascii_lowercase())
    }
}
