"""Texts: positions, searches, conversions and formats."""


def parsed(text: str):  # exceptions: refuted
    return int(text)


def parsed_or_nothing(text: str):  # exceptions: proved
    try:
        return int(text)
    except ValueError:
        return None


def parsed_digits(text: str):  # exceptions: refuted
    if text.isdigit():
        return int(text)
    return 0


def parsed_decimal(text: str):  # exceptions: bounded
    if text.isdecimal():
        return int(text)
    return 0


def parsed_short(text: str):  # exceptions: proved
    if text.isdecimal() and len(text) < 10:
        return int(text)
    return 0


def as_float(text: str):  # exceptions: refuted
    return float(text)


def as_float_or_nothing(text: str):  # exceptions: proved
    try:
        return float(text)
    except ValueError:
        return None


def initial(text: str):  # exceptions: refuted
    return text[0]


def guarded_initial(text: str):  # exceptions: proved
    return text[0] if text else ""


def third(text: str):  # exceptions: proved
    if len(text) < 3:
        return ""
    return text[2] + text[-3]


def fourth(text: str):  # exceptions: refuted
    if len(text) < 3:
        return ""
    return text[3]


def sliced(text: str, n: int):  # exceptions: proved
    return text[1:3] + text[-2:] + text[:n]


def strided(text: str, n: int):  # exceptions: refuted
    return text[::n]


def no_stride(text: str):  # exceptions: refuted
    return text[::0]


def by_text(text: str):  # exceptions: refuted
    return text["a"]


def place(text: str):  # exceptions: refuted
    return text.index(":")


def guarded_place(text: str):  # exceptions: proved
    if ":" in text:
        return text.index(":")
    return -1


def found(text: str):  # exceptions: proved
    return text.find(":")


def cleaned(text: str):  # exceptions: proved
    return text.strip().lower().replace("-", "_").removeprefix("x").title()


def wrong_name(text: str):  # exceptions: refuted
    return text.trim()


def wrong_part(text: str):  # exceptions: refuted
    return 3 in text


def right_part(text: str):  # exceptions: proved
    return "3" in text and text.startswith(("a", "b"))


def wrong_start(text: str):  # exceptions: refuted
    return text.startswith(3)


def joined(a: str, b: str):  # exceptions: proved
    return ", ".join([a, b, a])


def joined_numbers(a: int):  # exceptions: refuted
    return ", ".join([a, a])


def pieces(text: str):  # exceptions: refuted
    name, value = text.split("=")
    return name


def partition(text: str):  # exceptions: proved
    name, _, value = text.partition("=")
    return name + value


def split_by(text: str, separator: str):  # exceptions: refuted
    return text.split(separator)


def formatted(name: str, count: int):  # exceptions: bounded
    return "%s: %d" % (name, count)


def formatted_wrong(name: str):  # exceptions: refuted
    return "%d" % name


def too_few(name: str):  # exceptions: refuted
    return "%s and %s" % (name,)


def braces(name: str):  # exceptions: proved
    return "<{}>{}".format(name, name)


def too_few_braces(name: str):  # exceptions: refuted
    return "{} {}".format(name)


def padded(name: str):  # exceptions: proved
    return f"{name:>10}|{name!r}"


def padded_number(name: str):  # exceptions: refuted
    return f"{name:d}"


def padded_nothing():  # exceptions: refuted
    return f"{None:>10}"


def encoded(text: str):  # exceptions: bounded
    return text.encode()


def encoded_constant():  # exceptions: proved
    return "abc".encode("utf-8")


def code(text: str):  # exceptions: refuted
    return ord(text)


def size(text: str):  # exceptions: proved
    return len(text) + len("abc")


def size_of_number(n: int):  # exceptions: refuted
    return len(n)


def of_number(n: int):  # exceptions: refuted
    return n.upper()


def optional(text: str | None):  # exceptions: refuted
    return text.strip()


def guarded_optional(text: str | None):  # exceptions: proved
    if text is None:
        return ""
    return text.strip()


def optional_length(text: str | None):  # exceptions: refuted
    return len(text)


def letters(text: str):
    return [letter for letter in text if letter.isalpha()]


def decoded(data: bytes):  # exceptions: unknown
    return data.decode()


def parts(text: str):  # exceptions: proved
    return len(text.split(","))


def second_part(text: str):  # exceptions: refuted
    return text.split(",")[1]


def trimmed_parts(text: str):
    return [part.strip() for part in text.split(",")]


def words(text: str):
    total = 0
    for word in text.split():
        total += len(word)
    return total


def not_converted(text: str):  # exceptions: refuted
    return "nothing" % text


def one_too_many(text: str):  # exceptions: refuted
    return "%s" % (text, text)
