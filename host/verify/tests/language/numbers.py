"""Integers, truth values and floats."""


def clamp(value: int, low: int, high: int):
    if low > high:
        return low
    result = min(max(value, low), high)
    assert low <= result <= high  # verdict: proved
    return result


def clamp_wrong(value: int, low: int, high: int):
    result = max(low, min(value, high))
    assert result <= high  # verdict: refuted


def halves(total: int):
    left = total // 2
    right = total - left
    assert left + right == total  # verdict: proved
    assert right >= left  # verdict: proved
    assert left == right  # verdict: refuted


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def leap_years(year: int):
    if is_leap(year):
        assert year % 4 == 0  # verdict: proved
        assert year % 100 != 0  # verdict: refuted


def remainder_sign(number: int):
    assert 0 <= number % 7 < 7  # verdict: proved
    assert -7 < number % -7 <= 0  # verdict: proved
    assert number % 7 != 6  # verdict: refuted


def division(number: int, by: int):
    if by == 0:
        return None
    quotient, rest = divmod(number, by)
    assert quotient * by + rest == number  # verdict: proved
    if by > 0:
        assert 0 <= rest < by  # verdict: proved
    else:
        assert by < rest <= 0  # verdict: proved
    assert rest >= 0  # verdict: refuted
    return quotient


def negative_divisor(number: int):
    quotient = number // -3
    assert quotient * -3 + number % -3 == number  # verdict: proved
    assert quotient <= 0  # verdict: refuted


def absolute(a: int, b: int):
    assert abs(a) >= a  # verdict: proved
    assert abs(a - b) == abs(b - a)  # verdict: proved
    assert abs(a + b) == abs(a) + abs(b)  # verdict: refuted


def square(number: int):
    assert number**2 >= 0  # verdict: proved
    assert number**3 >= 0  # verdict: refuted


def truths_add(first: bool, second: bool):
    count = first + second
    assert 0 <= count <= 2  # verdict: proved
    assert count != 2  # verdict: refuted
    assert int(first) in (0, 1)  # verdict: unknown


def large_constants(number: int):
    big = 2**200
    if number > big:
        assert number > 2**199  # verdict: unknown
        assert number < 2**201  # verdict: unknown


def low_bits(number: int):
    assert number & 7 == number % 8  # verdict: proved
    assert 0 <= number & 0xFF <= 255  # verdict: proved
    assert number >> 2 == number // 4  # verdict: proved
    assert number << 3 == number * 8  # verdict: proved
    assert number & 1 == 0  # verdict: refuted


def even(number: int):
    if number & 1 == 0:
        assert number % 2 == 0  # verdict: proved


def chained(a: int, b: int, c: int):
    if a < b < c:
        assert a < c  # verdict: proved
        assert c - a > 2  # verdict: refuted


def sign(number: int):
    result = (number > 0) - (number < 0)
    assert -1 <= result <= 1  # verdict: proved
    assert result * number >= 0  # verdict: proved
    assert result != 0  # verdict: refuted


def conditional(a: int, b: int):
    bigger = a if a > b else b
    assert bigger >= a and bigger >= b  # verdict: proved
    assert bigger > b  # verdict: refuted


def three_way(a: int, b: int, c: int):
    top = max(a, b, c)
    assert top >= a and top >= b and top >= c  # verdict: proved
    assert top == a or top == b or top == c  # verdict: proved
    assert top != b  # verdict: refuted


def discount(price: int, percent: int):
    if not 0 <= percent <= 100 or price < 0:
        raise ValueError("out of range")
    reduced = price - price * percent // 100
    assert reduced <= price  # verdict: proved
    assert reduced < price  # verdict: refuted


def pages(items: int, size: int):
    if size <= 0 or items < 0:
        return 0
    count = (items + size - 1) // size
    assert count >= 0  # verdict: proved
    assert count * size >= items  # verdict: proved
    assert count > 0  # verdict: refuted
    return count


def celsius(fahrenheit: float):
    result = (fahrenheit - 32) * 5 / 9
    assert result < fahrenheit  # verdict: unknown
    return result


def float_constants():
    assert 0.1 + 0.2 != 0.3  # verdict: proved
    assert 7 / 2 == 3.5  # verdict: proved
    assert round(2.5) == 2  # verdict: proved
    assert int(-3.7) == -3  # verdict: proved
    assert 10 // 4.0 == 2.0  # verdict: proved


def float_identity(number: float):
    assert number == number  # verdict: unknown


def float_order(a: float, b: float):
    if a < b:
        assert b > a  # verdict: proved


def true_division(number: int):
    half = number / 2
    assert half * 2 == number  # verdict: unknown


def parsed(text: str):
    try:
        number = int(text)
    except ValueError:
        return None
    if number > 10:
        assert number > 9  # verdict: proved
        assert number > 11  # verdict: refuted
    return number


def rendered(number: int):
    assert int(str(number)) == number  # verdict: proved
    assert str(number) != ""  # verdict: proved
    assert str(number) != "42"  # verdict: refuted


def swapped(a: int, b: int):
    x, y = a, b
    x, y = y, x
    assert x == b and y == a  # verdict: proved
    x += y
    assert x == a + b  # verdict: proved
    assert x != y  # verdict: refuted


def inverted(number: int):
    assert ~number == -number - 1  # verdict: proved
    assert -(-number) == number  # verdict: proved
    assert ~number < 0  # verdict: refuted


def power_of_two(number: int):
    if number > 0 and number & (number - 1) == 0:
        assert number % 3 != 0  # verdict: unknown


def safe_ratio(a: int, b: int):
    try:
        result = a // b
    except ZeroDivisionError:
        assert b == 0  # verdict: proved
        result = 0
    else:
        assert b != 0  # verdict: proved
    assert result >= 0  # verdict: refuted


def inclusive(month: int):
    if month in range(1, 13):
        assert 1 <= month <= 12  # verdict: proved
        assert month != 12  # verdict: refuted


def walrus(number: int):
    if (rest := number % 10) > 5:
        assert rest >= 6  # verdict: proved
        assert rest < 9  # verdict: refuted


def unannotated(a, b):
    total = a * 2 + b
    if a > 3 and b > 3:
        assert total > 9  # verdict: unknown


def unannotated_difference(a, b):
    if a - b > 0:
        assert a > b  # verdict: unknown
