"""Writes functions whose outcome CPython decides: library calls on edge and random texts, as JSON on standard output.

Each case is a function with one assertion; `must_not` is the verdict that would contradict what CPython did.
Arguments: the number of cases and the seed.
"""

import builtins
import json
import random
import sys

EDGES = [
    "", "a", "A b", "ß", "Straße", "İ", "ı", "ſ", "Σ", "ΑΣ", "ΑΣ.", "ΣΑΣ Σ", "ŉ", "ǆ", "ǅ", "ﬁn", "\0", "a\0b", "\x1c",
    "a\x1cb", "a\x1f", "\x85", "a\x85b", "\u2028", "a\u2029b", "a\r\nb\rc\n", "\n", "\r", "\r\n\r", "a\n\n", "x\x0by\x0c",
    "\xa0", "\xa0x\u2003", "\ufeff1", "\u200b", " x ", "\t7\n", "１２", "²", "½", "Ⅷ", "١٢٣", "१", "-5", "+5", "--5", "-", "+",
    "- 5", "1_000", "_1", "1_", "1__0", "0x10", "0b1", "007", "-0", " 7 ", "12 3", "9" * 30, "-" + "9" * 50, "7_" * 40 + "7", "\x1c8", "\x0b\x858\x0c", "0" * 4301, "-" + "0" * 4300, "1e3", "1.5",
    "nan", "inf", "Infinity", "-.5", "5.", ".", "True", "None", "x'y", 'x"y', "'\"", "\\", "a\\'b", "`$(x)`", "$HOME", "~",
    "~root/x", "a/b/../c", "//a", "///a//b/", "/", "a/", "./a", "..", "../../x", "/../a", "a//b", "a.tar.gz", ".profile",
    "..x", "a.", "dir.d/file", "%41", "a%20b%2", "%zz", "%ff", "%C3%A9", "%E6%97", "%00", "a+b", "a&b=<c>", "&amp;", "&lt",
    "&#39;", "é", "e\u0301", "日本", "😀", "a" * 300, "ab" * 100, "a,b,,c", ",", "a, b", "key=value=x", "=", "hello world",
    "Hello World", "HELLO", "they're bill's", "abc123", "123abc", "a-b_c.d", "foo\tbar", "{}", "{0}", "%s", "%", "%%", "a:b",
    "\x7f", "\x1b[0m", "\u0660", "\U0001d7d8", "ᾳ", "ΐ", "Ა", "ა", "K", "\xad", "\x00\x01", "xn--", "__init__", "if", "é1",
]

LETTERS = "aAbzZ019 _-.,:;/\\'\"%&<>=+\t\n\r\0\x0b\x1c\x85\xa0\u2028éßΣİǆﬁ²１٣日😀"

CALLS = [
    "{}.lower()", "{}.upper()", "{}.casefold()", "{}.title()", "{}.capitalize()", "{}.swapcase()", "{}.strip()", "{}.lstrip()",
    "{}.rstrip()", "{}.strip('a/')", "{}.lstrip('-+0')", "{}.rstrip('/.')", "{}.strip('')", "{}.replace('a', 'bb')",
    "{}.replace('', '-')", "{}.replace('ab', '')", "{}.replace('a', 'x', 1)", "{}.replace('a', 'x', 0)",
    "{}.replace('a', 'x', -1)", "{}.replace('..', '')", "{}.replace('aa', 'a')", "{}.removeprefix('a')", "{}.removesuffix('b')",
    "{}.removeprefix('')", "{}.removesuffix('')", "{}.startswith('a')", "{}.endswith('b')", "{}.startswith(('/', 'a'))",
    "{}.endswith(('.gz', ''))", "{}.startswith('')", "{}.startswith('b', 1)", "{}.isdigit()", "{}.isdecimal()",
    "{}.isnumeric()", "{}.isalpha()", "{}.isalnum()", "{}.isascii()", "{}.isspace()", "{}.islower()", "{}.isupper()",
    "{}.istitle()", "{}.isprintable()", "{}.isidentifier()", "{}.find('b')", "{}.rfind('a')", "{}.find('')", "{}.rfind('')",
    "{}.index('b')", "{}.rindex('a')", "{}.count('a')", "{}.count('')", "{}.count('aa')", "{}.find('a', 1)", "{}.split()",
    "{}.split(',')", "{}.split(',', 1)", "{}.rsplit(',', 1)", "{}.split('a')", "{}.split(None, 1)", "{}.rsplit(None, 1)",
    "{}.split('')", "{}.split('/', 0)", "{}.split('/', -1)", "{}.splitlines()", "{}.splitlines(True)", "{}.partition('=')",
    "{}.rpartition('/')", "{}.partition('')", "{}.zfill(5)", "{}.zfill(-1)", "{}.ljust(6)", "{}.rjust(6, '*')",
    "{}.center(7)", "{}.center(6, '.')", "{}.center(4, '.')", "{}.ljust(3, 'ab')", "{}.expandtabs()", "{}.expandtabs(4)",
    "{}.encode()", "{}.encode('ascii')", "{}.encode('utf-8').decode()", "{}.encode('ascii', 'ignore').decode()", "len({})",
    "{}[0]", "{}[-1]", "{}[1:]", "{}[:-1]", "{}[::-1]", "{}[1:4:2]", "{}[-3:]", "{}[:3]", "{}[5:2]", "{}[:0]", "{}[-1:0]",
    "{} * 2", "{} + 'x'", "'a' in {}", "'' in {}", "{} in 'abc'", "{} < 'b'", "{} >= 'a'", "int({})", "float({})", "bool({})", "str({})",
    "repr({})", "ascii({})", "'%s' % {}", "'%r' % {}", "'%5s|' % {}", "'%-5s|' % {}", "'%.2s' % {}", "'{{}}'.format({})",
    "'{{:>5}}'.format({})", "'{{!r}}'.format({})", "'{{:.2}}'.format({})", "f'{{{}:^5}}'", "f'{{{}!r}}'", "f'{{{}:_<4}}'",
    "format({}, '<4')", "ord({})", "sorted({})", "list({})", "''.join(reversed({}))", "set({}) == set('a')", "max({})",
    "min({})", "list(enumerate({}))", "'-'.join({})", "{}.translate({{97: 'bb', 98: None}})", "int({}, 16)", "int({}, 0)", "int({}, 2)",
    "all(c.isdigit() for c in {})", "any(c == 'a' for c in {})", "[c for c in {} if c.isalnum()]",
    "html.escape({})", "html.escape({}, quote=False)", "html.unescape({})", "shlex.quote({})", "shlex.split({})",
    "urllib.parse.quote({})", "urllib.parse.quote({}, safe='')", "urllib.parse.quote_plus({})", "urllib.parse.unquote({})",
    "urllib.parse.unquote_plus({})", "urllib.parse.urlparse({}).scheme", "urllib.parse.urlparse({}).netloc",
    "urllib.parse.urlparse({}).hostname", "urllib.parse.urlparse({}).path", "urllib.parse.urljoin('http://h/p', {})",
    "urllib.parse.urlsplit('http://' + {}).hostname", "urllib.parse.urlencode({{'q': {}}})",
    "os.path.basename({})", "os.path.dirname({})", "os.path.join('/base', {})", "os.path.join('base', {}, 'x')",
    "os.path.join({}, 'x')", "os.path.normpath({})", "os.path.normpath('/base/' + {})", "os.path.split({})",
    "os.path.splitext({})", "os.path.isabs({})", "os.path.splitext({})[1]", "posixpath.join('a', {})",
    "os.path.commonprefix(['/base', {}])", "json.dumps({})", "json.loads({})", "json.loads(json.dumps({}))",
    "re.escape({})", "re.sub('[^a-z]', '', {})", "re.sub(r'\\s+', ' ', {})", "re.sub('a', 'b', {})", "re.sub(r'\\d', '#', {})",
    "re.match('[a-z]+$', {}) is not None", "re.match('[a-z]+', {}) is None", "re.fullmatch('[a-z]+', {}) is None",
    "re.fullmatch(r'\\d+', {}) is None", "re.fullmatch(r'\\w*', {}) is None", "re.search('^a', {}) is None",
    "re.search('b$', {}) is None", "re.search(r'\\s', {}) is None", "re.match('(?i)[k-s]+$', {}) is None",
    "re.match('.*$', {}) is None", "re.fullmatch('.*', {}) is None", "re.match(r'.*\\Z', {}) is None", "re.search('(?m)^b', {}) is None",
    "re.match('(?a:\\\\w+)$', {}) is None", "re.search(r'\\bb', {}) is None", "re.search('a|b', {}) is None",
    "re.match('a?b*$', {}) is None", "re.match('[^/]+$', {}) is None", "re.fullmatch('[A-Z]+', {}, re.I) is None",
    "re.split(',', {})", "re.findall('[a-z]', {})", "re.match('[a-z]*', {}).group()",
]

NUMBERS = [
    "abs({})", "-{}", "{} // 3", "{} % 3", "{} // -3", "{} % -3", "{} * {}", "{} ** 2", "{} & 6", "{} | 6", "{} ^ 6", "~{}", "{} >> 1",
    "{} << 2", "divmod({}, 7)", "divmod({}, -7)", "str({})", "hex({})", "bin({})", "oct({})", "'%d' % {}", "'%05d' % {}",
    "'{{:,}}'.format({})", "'{{:05d}}'.format({})", "'{{:+d}}'.format({})", "'%x' % {}", "f'{{{}:>6}}'", "f'{{{}:x}}'", "int(str({}))", "bool({})", "chr({})",
    "min({}, 3)", "max({}, 3)", "pow({}, 2, 5)", "round({})", "list(range({}))", "'ab' * {}", "[1, 2] * {}", "'hello'[{}]",
    "[1, 2, 3][{}]", "'hello'[{}:]", "'hello'[:{}]", "[1, 2, 3][:{}]", "10 // {}", "10 % {}", "{} / 2 == 1", "math.gcd({}, 12)",
    "math.isqrt({})", "sum([{}, 1])", "sorted([{}, 2, -1])", "{}.bit_length()", "float({}) == 2.0", "'%5.1f' % {}", "2 ** ({} % 9)", "-{} // 2",
    "({}) % 2 == 1", "1 < {} < 9", "{} == True", "str(bool({}))", "'x'.zfill({})", "'x'.center({}, '-')", "'a,b,c'.split(',', {})", "'aaa'.replace('a', 'b', {})",
    "{} * ({} + 1)", "{} ** 5", "{} << 150", "{} >> 100", "{} | -256", "{} ^ -1", "pow({}, -1, 7)", "pow({}, 5, -12)", "pow(3, {}, 10)",
    "{} / 3 > 10", "float({}) > 1e15", "{} == 1e20", "{} > 1e300", "{} <= 0.5", "int(float({}))", "int({} / 3)", "{} * 0.5 > 2",
    "'{{:#x}}'.format({})", "'{{:_b}}'.format({})", "'{{:>+30,}}'.format({})", "f'{{{}:*^12d}}'", "'%o' % {}", "math.floor({} / 2)",
    "math.gcd({}, 2**64 + 2)", "{} // 10**30", "{} % -(10**30)", "{} < 2**100", "'hello'[{}:-1]", "1e300 + {} > 0", "{} in (2**128 + 1, 3)",
]
INTEGERS = [0, 1, -1, 2, 3, 4, 5, 6, 7, -2, -3, -7, 8, 10, 12, -10, 48, 97, 255, 256, 1000, -1000, 65536, 2**31, 2**63, -(2**63), 2**64, 10**20, 2**127, 2**128 + 1, -(2**200) - 1, 10**400]

IMPORTS = "import html\nimport json\nimport math\nimport os.path\nimport posixpath\nimport re\nimport shlex\nimport urllib.parse\n\n\n"


def is_literal(value):
    """Tells whether a value can be written down and compared."""
    if isinstance(value, (list, tuple)):
        return len(value) < 40 and all(is_literal(item) for item in value)
    return value is None or isinstance(value, (bool, int, str, bytes))


def filled(expression, operand):
    """Puts an operand into a template, whose own braces are doubled."""
    marked = expression.replace("{{", "\1").replace("}}", "\2").replace("{}", operand)
    return marked.replace("\1", "{").replace("\2", "}")


def holds_surrogate(value):
    """Tells whether a text (or a text in a list) holds half of a pair."""
    if isinstance(value, (list, tuple)):
        return any(holds_surrogate(item) for item in value)
    return isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value)


def functions(number, expression, value):
    """Writes the functions of one call on one value."""
    names = {}
    exec(IMPORTS, names)
    names["s"] = value
    try:
        result, raised = eval(filled(expression, "s"), names), None
    except Exception as error:
        result, raised = None, error
    if raised is None and (not is_literal(result) or holds_surrogate(result) or len(repr(result)) > 2000):
        return
    call = filled(expression, "s")
    kind = "int" if isinstance(value, int) else "str"
    if raised is None:
        body = f"        got = {call}\n"
        right = f"raised == 0 and got == {result!r}"
        if result is None or isinstance(result, bool):
            right = f"raised == 0 and got is {result!r}"
        handler = "Exception"
    else:
        body = f"        {call}\n"
        right = "raised == 1"
        handler = type(raised).__name__
        if not hasattr(builtins, handler):
            handler = next(base.__name__ for base in type(raised).__mro__ if hasattr(builtins, base.__name__))
    for form in ("fixed", "chosen"):
        for polarity, must_not in (("", "refuted"), ("not ", "proved")):
            name = f"c{number}_{form}_{must_not}"
            if form == "fixed":
                head = f"def {name}():\n    s = {value!r}\n"
            else:
                head = f"def {name}(s: {kind}):\n    if s != {value!r}:\n        return\n"
            text = (
                f"{head}    raised = 0\n    got = None\n    try:\n{body}    except {handler}:\n        raised = 1\n"
                f"    assert {polarity}({right})\n"
            )
            yield {"name": name, "text": text, "must_not": must_not, "shown": f"{call} for s = {value!r} ({form})"}


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(seed)
    pairs = [(call, text) for call in CALLS for text in EDGES] + [(call, number) for call in NUMBERS for number in INTEGERS]
    rng.shuffle(pairs)
    for _ in range(len(pairs) // 4):
        text = "".join(rng.choice(LETTERS) for _ in range(rng.choice([1, 2, 3, 4, 6])))
        pairs.insert(rng.randrange(len(pairs)), (rng.choice(CALLS), text))
    cases = []
    for number, (call, value) in enumerate(pairs):
        if isinstance(value, int) and abs(value) > 10**6 and any(part in call for part in ("range", "* {}", "zfill", "center", "ljust")):
            continue
        cases.extend(functions(number, call, value))
        if len(cases) >= count:
            break
    json.dump({"imports": IMPORTS, "cases": cases[:count]}, sys.stdout)


main()
