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
        assert number > 2**199  # verdict: proved
        assert number < 2**201  # verdict: refuted


def large_arithmetic():
    big = 2**200
    assert big == 1606938044258990275541962092341162602522202993782792835301376  # verdict: proved
    assert (big + 1) * (big - 1) == big * big - 1  # verdict: proved
    assert big - big + 3 == 3  # verdict: proved
    assert -big == ~big + 1 and abs(-big) == big  # verdict: proved
    assert 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF == 2**160 - 1  # verdict: proved
    assert sum([big, big, -1]) == 2**201 - 1  # verdict: proved
    assert max(big, 2**199, -big) == big  # verdict: proved
    assert (-3) ** 101 < -(2**160)  # verdict: proved
    assert 0**10**40 == 0 and (-1) ** (10**40 + 1) == -1  # verdict: proved


def large_quotients():
    big = 2**200
    assert big // -3 == -535646014752996758513987364113720867507400997927597611767126  # verdict: proved
    assert big % -3 == -2 and -big % 3 == 2 and big % 3 == 1  # verdict: proved
    assert -big // -3 == 535646014752996758513987364113720867507400997927597611767125  # verdict: proved
    assert divmod(-big - 1, 2**100) == (-(2**100) - 1, 2**100 - 1)  # verdict: proved
    assert divmod(big, -(2**100)) == (-(2**100), 0)  # verdict: proved
    assert 5 % -big == 5 - big and -5 // big == -1  # verdict: proved
    assert pow(3, 10**30, 2**130 + 3) == 1292628763461062664920872665342868405274  # verdict: proved
    assert pow(3, -1, 2**200) * 3 % 2**200 == 1  # verdict: proved
    assert pow(7, 200, -13) == -10  # verdict: proved


def no_inverse():
    try:
        result = pow(2, -1, 2**200)
    except ValueError:
        result = None
    assert result is None  # verdict: proved


def large_bits():
    big = 2**200
    assert 1 << 200 == big and big >> 190 == 1024  # verdict: proved
    assert -big >> 300 == -1 and big >> 10**30 == 0 and 0 << 10**30 == 0  # verdict: proved
    assert -big & 255 == 0 and (-big - 1) & 255 == 255  # verdict: proved
    assert -1 ^ big == -big - 1 and (-big | 1) == 1 - big  # verdict: proved
    assert (-big - 1) & (2**210 - 1) == 2**210 - 2**200 - 1  # verdict: proved
    assert (-big - 12345) ^ (big + 999) == -13280  # verdict: proved


def large_texts():
    big = 2**200
    shown = str(big)
    assert len(shown) == 61 and shown.endswith("301376")  # verdict: proved
    assert int(shown) == big and int(f" -{big}\n") == -big  # verdict: proved
    assert f"{big:x}" == "1" + "0" * 50 and hex(-big) == "-0x1" + "0" * 50  # verdict: proved
    assert f"{2**70:,}" == "1,180,591,620,717,411,303,424"  # verdict: proved
    assert "%d" % -(2**130) == "-1361129467683753853853498429727072845824"  # verdict: proved
    assert f"{2**130:>+45}|" == "    +1361129467683753853853498429727072845824|"  # verdict: proved
    assert "{:#b}".format(2**130) == "0b1" + "0" * 130 and oct(2**132) == "0o1" + "0" * 44  # verdict: proved


def digits_read():
    assert int("9" * 860 * 5) == 10**4300 - 1  # verdict: proved
    try:
        number = int("9" * 860 * 5 + "9")
    except ValueError:
        number = None
    assert number is None  # verdict: proved


def digits_written():
    assert str(10**4300 - 1) == "9" * 860 * 5  # verdict: proved
    assert f"{10**4300:x}".startswith("1392bd7c2a")  # verdict: proved
    count = 0
    try:
        str(10**4300)
    except ValueError:
        count += 1
    try:
        f"{-(10**4300)}"
    except ValueError:
        count += 1
    try:
        repr([10**4300])
    except ValueError:
        count += 1
    try:
        "%d" % (10**4300)
    except ValueError:
        count += 1
    try:
        "{:>5}".format(10**4300)
    except ValueError:
        count += 1
    assert count == 5  # verdict: proved


def large_floats():
    assert float(2**100) == 1267650600228229401496703205376.0  # verdict: proved
    assert float(2**53 + 1) == 2**53 and 2**53 + 1 != 9007199254740992.0  # verdict: proved
    assert 2**2000 > 1e308 and -(2**2000) < float("-1e308")  # verdict: proved
    assert 2**2000 / 2**1999 == 2.0 and (2**2000 + 1) / -(2**1990) == -1024.0  # verdict: proved
    assert 10**20 / 3 == 3.3333333333333332e19  # verdict: proved
    assert int(1e300) % 2**900 == 0 and 10**299 < int(1e300) < 2 * 10**300  # verdict: proved
    assert round(1e22) == 10**22  # verdict: proved


def no_float():
    raised = 0
    try:
        float(2**2000)
    except OverflowError:
        raised += 1
    try:
        2**2000 + 0.5
    except OverflowError:
        raised += 1
    try:
        2**2000 / 3
    except OverflowError:
        raised += 1
    assert raised == 3  # verdict: proved


def large_and_open(number: int):
    big = 2**200
    assert number + big > number  # verdict: proved
    assert (number + big) % big == number % big  # verdict: proved
    assert number // -big * -big + number % -big == number  # verdict: proved
    assert 0 <= number & (big - 1) < big  # verdict: proved
    assert number >> 150 == number // 2**150  # verdict: proved
    assert number << 150 == number * 2**150  # verdict: proved
    assert number < big  # verdict: refuted


def beyond_machine_words(amount: int):
    total = amount * 1000
    assert total < 2**140  # verdict: refuted
    assert amount != -(3**90)  # verdict: refuted
    assert amount > -(2**135) + 7  # verdict: refuted


def only_large(amount: int):
    if amount > 2**130 and amount % 10**30 == 7:
        assert amount // 10**30 >= 2**130 // 10**30  # verdict: proved
        assert amount % 2 == 0  # verdict: refuted


def large_from_text(text: str):
    try:
        number = int(text)
    except ValueError:
        return
    if number > 2**140:
        assert number > 2**139  # verdict: proved
        assert number < 2**150  # verdict: refuted


def large_places(items: list[int]):
    assert "hello"[1 : 10**40] == "ello" and "hello"[: -(10**40)] == ""  # verdict: proved
    assert list(range(2**130, 2**130 + 5, 2)) == [2**130, 2**130 + 2, 2**130 + 4]  # verdict: proved
    try:
        found = "abc"[2**130]
    except IndexError:
        found = None
    assert found is None  # verdict: proved
    assert {2**130: "a"}[2**130] == "a"  # verdict: proved
    places, raised = [1, 2], 0
    try:
        places[2**130] = 3
    except IndexError:
        raised += 1
    try:
        del places[-(2**130)]
    except IndexError:
        raised += 1
    assert raised == 2 and places == [1, 2]  # verdict: proved


def too_large(number: int):
    huge = 1 << 100_000
    assert huge > number  # verdict: unknown
    assert huge != 0  # verdict: unknown


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
