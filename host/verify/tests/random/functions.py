"""Writes random functions with annotated parameters: `functions.py SEED COUNT`. Each parses, and most can raise."""

import random
import sys

LISTS, TEXTS, COUNTS, PAIR, NUMBERS = "list[int]", "list[str]", "dict[str, int]", "tuple[int, str]", "set[int]"
TYPES = ["int", "str", "bool", "float", LISTS, TEXTS, COUNTS, PAIR, NUMBERS]

# What a type's simplest values are.
LEAVES = {
    "int": ["(0)", "(1)", "(-1)", "(2)", "(7)"],
    "str": ["''", "'a'", "'ab'", "'x,y'", "'5'"],
    "bool": ["True", "False"],
    "float": ["(0.5)", "(1.0)", "(-2.0)"],
    LISTS: ["[]", "[1]", "[1, 2, 3]"],
    TEXTS: ["[]", "['a']", "['a', 'b']"],
    COUNTS: ["{}", "{'a': 1}"],
    PAIR: ["(1, 'a')"],
    NUMBERS: ["set()", "{1}"],
}

# Ways to make a value of a type: `<int>` stands for another value of that type, `<name>` for a variable.
WAYS = {
    "int": [
        "(<int> + <int>)", "(<int> - <int>)", "(<int> * <int>)", "(<int> // <int>)", "(<int> % <int>)", "(<int> & <int>)",
        "len(<str>)", f"len(<{LISTS}>)", f"len(<{COUNTS}>)", f"len(<{NUMBERS}>)", f"<{LISTS}>[<int>]",
        f"<{COUNTS}>[<str>]", f"<{COUNTS}>.get(<str>, <int>)", "int(<str>)", "int(<float>)", "abs(<int>)",
        f"max(<{LISTS}>)", "max(<int>, <int>)", f"sum(<{LISTS}>)", "<str>.find(<str>)", "<str>.index(<str>)",
        f"<{PAIR}>[0]", "ord(<str>)", f"<{LISTS}>.index(<int>)", "(<int> if <bool> else <int>)",
        f"next(iter(<{LISTS}>), <int>)", f"min(<{NUMBERS}>, default=<int>)",
        "<str>.count(<str>)", f"sorted(<{LISTS}>)[<int>]", f"len(list(<{COUNTS}>.values()))",
    ],
    "str": [
        "(<str> + <str>)", "str(<int>)", "str(<float>)", f"str(<{LISTS}>)", "<str>[<int>]", "<str>[<int>:]",
        "<str>.upper()", "<str>.strip()", "<str>.title()", "<str>.split(<str>)[<int>]", "<str>.split()[0]",
        "<str>.replace(<str>, <str>)", "(<str> * <int>)", f"','.join(<{TEXTS}>)", "format(<int>, '>5')",
        "f'{<name>}-{<name>!r}'", f"<{TEXTS}>[<int>]", f"<{PAIR}>[1]", "chr(<int>)", "<str>.partition('-')[2]",
        "('%d' % (<int>))", "('%s' % (<str>))", "<str>.zfill(<int>)", "'{}'.format(<int>)",
        "<str>.encode().decode()", f"<{TEXTS}>.pop()",
    ],
    "bool": [
        "(<int> < <int>)", "(<int> == <int>)", "(<int> >= <int>)", "(<str> == <str>)", "(<str> in <str>)",
        f"(<int> in <{LISTS}>)", f"(<str> in <{COUNTS}>)", f"(not <{LISTS}>)", "(<bool> and <bool>)",
        "<str>.startswith(<str>)", "<str>.isdigit()", f"any(v > <int> for v in <{LISTS}>)",
        f"all(<int> // v for v in <{LISTS}>)", f"(<{LISTS}> < <{LISTS}>)", "bool(<str>)", "(<float> < <int>)",
        f"(<{NUMBERS}> <= <{NUMBERS}>)",
    ],
    "float": [
        "(<int> / <int>)", "(<float> * <float>)", "float(<str>)", "float(<int>)", "round(<float>, 2)", "abs(<float>)",
        "(<float> / <float>)",
    ],
    LISTS: [
        "[<int>, <int>]", f"<{LISTS}>[<int>:]", f"sorted(<{LISTS}>)", f"[v + <int> for v in <{LISTS}>]",
        "list(range(<int>))", f"(<{LISTS}> + <{LISTS}>)", f"list(<{COUNTS}>.values())", f"list(map(int, <{TEXTS}>))",
        "[int(c) for c in <str>]", f"list(reversed(<{LISTS}>))", f"[a * b for a, b in zip(<{LISTS}>, <{LISTS}>)]",
        f"list(<{NUMBERS}>)", f"[10 // v for v in <{LISTS}> if v]",
    ],
    TEXTS: [
        "<str>.split()", "<str>.split(',')", "list(<str>)", f"list(<{COUNTS}>)", "[<str>]",
        f"sorted(<{TEXTS}>, key=len)", f"[s[0] for s in <{TEXTS}>]", f"[s[:1] for s in <{TEXTS}>]",
    ],
    COUNTS: [
        "{<str>: <int>}", f"dict(<{COUNTS}>)", f"{{k: v for k, v in <{COUNTS}>.items()}}",
        f"dict(zip(<{TEXTS}>, <{LISTS}>))", f"{{s: len(s) for s in <{TEXTS}>}}",
    ],
    PAIR: ["(<int>, <str>)", "divmod(<int>, <int>)[0:1] + (<str>,)"],
    NUMBERS: ["{<int>}", f"set(<{LISTS}>)", f"(<{NUMBERS}> | <{NUMBERS}>)"],
}

# Changes of a variable of a type.
CHANGES = {
    LISTS: ["<it>.append(<int>)", "<it>.remove(<int>)", "<it>.pop()", "<it>[<int>] = <int>", "del <it>[0]"],
    COUNTS: ["<it>[<str>] = <int>", "del <it>[<str>]", "<it>.pop(<str>)", "<it>[<str>] += 1"],
}

CAUGHT = ["ValueError", "KeyError", "IndexError", "(ValueError, TypeError)", "ZeroDivisionError", "Exception", "LookupError"]


class Writer:
    """Writes one function."""

    def __init__(self, rng):
        self.rng = rng

    def filled(self, way, known, depth):
        """Replaces the holes of a way."""
        text = ""
        while "<" in way:
            before, _, rest = way.partition("<")
            kind, closed, after = rest.partition(">")
            if closed and kind in TYPES:
                text += before + self.value(kind, known, depth)
            elif closed and kind == "name":
                text += before + self.rng.choice(list(known))
            else:
                text, after = text + before + "<", rest
            way = after
        return text + way

    def value(self, kind, known, depth=0):
        """Writes an expression of a type."""
        names = [name for name, its in known.items() if its == kind]
        if names and self.rng.random() < (0.7 if depth > 1 else 0.4):
            return self.rng.choice(names)
        if depth > 1:
            return self.rng.choice(LEAVES[kind])
        return self.filled(self.rng.choice(WAYS[kind]), known, depth + 1)

    def body(self, known, indent, depth=0):
        """Writes statements."""
        lines, margin = [], "    " * indent
        inner = lambda names: self.body(names, indent + 1, depth + 1)
        for _ in range(self.rng.randint(1, 2)):
            chance = self.rng.random()
            if chance < 0.45:
                kind, name = self.rng.choice(TYPES), f"v{len(known)}"
                lines.append(f"{margin}{name} = {self.value(kind, known)}")
                known[name] = kind
            elif chance < 0.6 and depth < 2:
                lines += [f"{margin}if {self.value('bool', known)}:", *inner(dict(known))]
                if self.rng.random() < 0.4:
                    lines += [f"{margin}else:", *inner(dict(known))]
            elif chance < 0.7 and depth < 2:
                lines += [f"{margin}try:", *inner(dict(known)), f"{margin}except {self.rng.choice(CAUGHT)}:", *inner(dict(known))]
            elif chance < 0.78 and depth < 2:
                name, over = f"i{len(known)}", self.value(self.rng.choice([LISTS, NUMBERS]), known)
                lines += [f"{margin}for {name} in {over}:", *inner({**known, name: "int"})]
            elif chance < 0.92:
                names = [name for name, kind in known.items() if kind in CHANGES]
                if names:
                    name = self.rng.choice(names)
                    change = self.rng.choice(CHANGES[known[name]]).replace("<it>", name)
                    lines.append(margin + self.filled(change, known, 0))
            elif depth:
                lines.append(f"{margin}return {self.value(self.rng.choice(TYPES), known)}")
        return lines or [margin + "pass"]


def main():
    rng, count = random.Random(int(sys.argv[1])), int(sys.argv[2])
    written = 0
    while written < count:
        parameters = {f"p{number}": rng.choice(TYPES) for number in range(rng.randint(1, 3))}
        writer, known = Writer(rng), dict(parameters)
        head = ", ".join(f"{name}: {kind}" for name, kind in parameters.items())
        lines = [f"def f{written}({head}):", *writer.body(known, 1)]
        lines.append(f"    return {writer.value(rng.choice(TYPES), known)}")
        text = "\n".join(lines) + "\n\n\n"
        try:
            compile(text, "function", "exec")
        except SyntaxError:
            continue
        print(text, end="")
        written += 1


main()
