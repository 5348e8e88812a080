"""Texts with contracts; each function says whether its contract holds."""


def slug(title: str) -> str:  # holds
    """post: " " not in _ and "/" not in _"""
    return title.strip().lower().replace(" ", "-").replace("/", "-")


def slug_without_slashes(title: str) -> str:  # broken
    """post: " " not in _ and "/" not in _"""
    return title.strip().lower().replace(" ", "-")


def shorten(text: str) -> str:  # holds
    """post: len(_) <= 20"""
    return text if len(text) <= 20 else text[:17] + "..."


def shorten_long(text: str) -> str:  # broken
    """post: len(_) <= 20"""
    return text if len(text) <= 20 else text[:18] + "..."


def initial(name: str) -> str:  # holds
    """
    pre: len(name) > 0
    post: len(_) == 1
    """
    return name[0]


def initial_unchecked(name: str) -> str:  # broken
    """post: len(_) == 1"""
    return name[0]


def port(text: str) -> int:  # holds
    """
    post: 0 < _ < 65536
    raises: ValueError
    """
    number = int(text)
    if not 0 < number < 65536:
        raise ValueError(text)
    return number


def port_with_zero(text: str) -> int:  # broken
    """
    post: 0 < _ < 65536
    raises: ValueError
    """
    number = int(text)
    if number > 65535 or number < 0:
        raise ValueError(text)
    return number


def quantity(text: str) -> int:  # holds
    """post: _ >= 0"""
    if text.isascii() and text.isdigit():
        return int(text)
    return 0


def quantity_unchecked(text: str) -> int:  # broken
    """post: _ >= 0"""
    return int(text) if text else 0


def without_quotes(text: str) -> str:  # holds
    """post: "'" not in _"""
    return "".join(char for char in text if char != "'") if "'" in text else text


def doubled_quotes(text: str) -> str:  # broken
    """post: "'" not in _"""
    return text.replace("'", "''")


def header_value(value: str) -> str:  # holds
    r"""post: "\r" not in _ and "\n" not in _"""
    return value.replace("\r", "").replace("\n", "")


def header_value_pairs(value: str) -> str:  # broken
    r"""post: "\r" not in _ and "\n" not in _"""
    return value.replace("\r\n", "")


def extension(name: str) -> str:  # holds
    """post: "." not in _"""
    return name.rpartition(".")[2]


def extension_with_dot(name: str) -> str:  # broken
    """post: _ == "" or _[0] == "." """
    return name[name.rfind("."):] if "." in name else name


def user_key(user: str) -> str:  # holds
    """post: _.startswith("user:")"""
    return "user:" + user


def user_key_upper(user: str) -> str:  # broken
    """post: _.startswith("user:")"""
    return ("user:" + user).upper() if user == "root" else "user:" + user


def mask(card: str) -> str:  # holds
    """
    pre: len(card) == 4
    post: len(_) == 8
    """
    return "****" + card


def mask_all(card: str) -> str:  # broken
    """
    pre: len(card) >= 4
    post: len(_) == 8
    """
    return "****" + card[3:]


def command_name(line: str) -> str:  # holds
    """post: _ in ("start", "stop", "help")"""
    word = line.strip().lower()
    return word if word in ("start", "stop") else "help"


def command_name_prefix(line: str) -> str:  # broken
    """post: _ in ("start", "stop", "help")"""
    word = line.strip().lower()
    return word if word.startswith("st") else "help"


def escaped(text: str) -> str:  # holds
    """post: "<" not in _"""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def escaped_once(text: str) -> str:  # broken
    """post: "<" not in _"""
    return text.replace("<", "&lt;", 1)


def hexadecimal(text: str) -> bool:  # holds
    """post: not _ or "g" not in text"""
    return all(char in "0123456789abcdef" for char in text) if text in ("ff", "0a", "g1") else False


def yes(answer: str) -> bool:  # holds
    """post: not _ or answer != "no" """
    return answer.strip().lower() in ("y", "yes", "true")


def yes_by_letter(answer: str) -> bool:  # broken
    """post: not _ or "no" not in answer"""
    return answer.startswith("y")


def password_ok(password: str) -> bool:  # holds
    """post: not _ or len(password) >= 12"""
    return len(password) >= 12 and password != "correct horse"


def password_ok_short(password: str) -> bool:  # broken
    """post: not _ or len(password) >= 12"""
    return len(password) >= 12 or password.startswith("sso:")


def greeting(name: str) -> str:  # holds
    """post: _.endswith("!") and len(_) == len(name) + 8"""
    return f"Hello, {name}"[:7] + name + "!"


def greeting_empty(name: str) -> str:  # broken
    """post: _ != "Hello, !" """
    return f"Hello, {name}!"


def tag(name: str) -> str:  # holds
    """
    post: "-" not in _
    raises: ValueError
    """
    if not name.isalnum():
        raise ValueError(name)
    return name.upper()


def tag_or_empty(name: str) -> str:  # broken
    """
    post: _ != ""
    """
    return name.strip("-") if not name.isalnum() else name
