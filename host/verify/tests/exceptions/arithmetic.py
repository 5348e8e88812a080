"""Numbers: what divides, shifts and converts."""

import math


def added(a: int, b: int):  # exceptions: proved
    return a + b * 2 - (a & 7)


def quotient(a: int, b: int):  # exceptions: refuted
    return a // b


def guarded_quotient(a: int, b: int):  # exceptions: proved
    if b == 0:
        return 0
    return a // b + a % b


def quotient_or_nothing(a: int, b: int):  # exceptions: proved
    try:
        return a // b
    except ZeroDivisionError:
        return None


def wrong_handler(a: int, b: int):  # exceptions: refuted
    try:
        return a % b
    except ValueError:
        return None


def pair(a: int, b: int):  # exceptions: refuted
    return divmod(a, b)


def guarded_pair(a: int, b: int):  # exceptions: proved
    if not b:
        return (0, 0)
    return divmod(a, b)


def mean(total: int, count: int):  # exceptions: bounded
    if count == 0:
        return 0.0
    return total / count


def small_mean(total: int, count: int):  # exceptions: proved
    if count == 0 or total < 0 or total > 1000:
        return 0.0
    return total / count


def halved(a: float):  # exceptions: proved
    return a / 2 + 1.5


def inverse(a: float):  # exceptions: refuted
    return 1.0 / a


def shifted(a: int, by: int):  # exceptions: refuted
    return a >> by


def guarded_shift(a: int, by: int):  # exceptions: proved
    if by < 0 or by > 64:
        return 0
    return a << by


def far_shift(a: int, by: int):  # exceptions: bounded
    if by < 0:
        return 0
    return a << by


def text_and_number(a: int, b: str):  # exceptions: refuted
    return a + b


def number_and_text(a: int, b: str):  # exceptions: refuted
    return b + a


def repeated(a: str, n: int):  # exceptions: bounded
    return a * n


def repeated_a_little(a: str, n: int):  # exceptions: proved
    if n > 10 or n < 0:
        n = 10
    return a * n


def float_repeat(a: str, n: float):  # exceptions: refuted
    return "ab" * 2.5 if a == "x" else a


def none_plus(a: int):  # exceptions: refuted
    b = None
    if a > 3:
        b = a
    return b + 1


def negative_of_text(a: str):  # exceptions: refuted
    return -a


def inverted(a: int):  # exceptions: proved
    return ~a ^ 3 | 5


def inverted_float(a: float):  # exceptions: refuted
    return ~a


def power(a: int):  # exceptions: proved
    return a**3


def open_power(a: int, b: int):  # exceptions: unknown
    return a**b


def root(a: int):  # exceptions: refuted
    return math.sqrt(a)


def guarded_root(a: int):  # exceptions: proved
    if a < 0 or a > 10000:
        return 0.0
    return math.sqrt(a)


def whole_root(a: int):  # exceptions: proved
    return math.isqrt(abs(a))


def character(code: int):  # exceptions: refuted
    return chr(code)


def guarded_character(code: int):  # exceptions: proved
    if 0 <= code < 256:
        return chr(code)
    return ""


def ordered(a: int, b: str):  # exceptions: refuted
    return a < b


def compared(a: int, b: str):  # exceptions: proved
    return a == b


def largest(a: int, b: int, c: int):  # exceptions: proved
    return max(a, b, c) - min(a, b)


def largest_mixed(a: int, b: str):  # exceptions: refuted
    return max(a, b)


def whole(a: float):  # exceptions: unknown
    return int(a)


def as_float(a: int):  # exceptions: bounded
    return float(a)


def small_as_float(a: bool):  # exceptions: proved
    return float(a) + 1


def shown(a: int):  # exceptions: bounded
    return str(a)


def small_shown(a: int):  # exceptions: proved
    return f"{a % 100:02d} of 100"


def counted(n: int):  # exceptions: proved
    total = 0
    for number in range(n):
        total += number
    return total


def stepped(n: int, by: int):  # exceptions: refuted
    return [number for number in range(0, n, by)]


def no_step():  # exceptions: refuted
    return list(range(0, 10, 0))


def not_a_number():  # exceptions: refuted
    return range("3")


def bits(flag: bool, n: int):  # exceptions: proved
    return flag & (n > 3) | (n == 0)


def large(n: int):  # exceptions: proved
    return (n * 2**200 - 10**90) // 3**150 + (n << 130) % 2**140


def large_shown(n: int):  # exceptions: proved
    return f"{2**200} {10**4299:,} {10**4400:#x} %d" % -(2**200)


def too_large_shown():  # exceptions: refuted
    return f"{10**4300}"


def too_large_in_a_list():  # exceptions: refuted
    return str([1, 10**4300])


def too_large_for_a_float():  # exceptions: refuted
    return float(2**1024)


def large_float():  # exceptions: proved
    return float(2**1024 - 2**970 - 1) + 2**1000 + 2**2000 / 2**1990


def too_large_a_quotient():  # exceptions: refuted
    return 2**2000 / 3


def open_quotient(n: int):  # exceptions: refuted
    return 2**2000 / (n * n + 1)


def modular_inverse():  # exceptions: proved
    return pow(3, -1, 2**200), pow(2**200, 2**100, 10**30)


def no_inverse():  # exceptions: refuted
    return pow(4, -1, 2**200)


def read_back():  # exceptions: proved
    return int(str(2**200)) + int(1e300) + abs(-(2**200)) + round(1e30)
