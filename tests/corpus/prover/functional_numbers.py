"""Numbers with contracts; each function says whether its contract holds."""


def clamp_percentage(value: int) -> int:  # holds
    """post: 0 <= _ <= 100"""
    return max(0, min(100, value))


def clamp_percentage_swapped(value: int) -> int:  # broken
    """post: 0 <= _ <= 100"""
    return max(100, min(0, value)) if value < 0 else value


def page_count(items: int, size: int) -> int:  # holds
    """
    pre: items >= 0 and size == 25
    post: _ * 25 >= items
    """
    return (items + size - 1) // size


def page_count_floor(items: int, size: int) -> int:  # broken
    """
    pre: items >= 0 and size == 25
    post: _ * 25 >= items
    """
    return items // size


def is_leap(year: int) -> bool:  # holds
    """
    pre: year > 0
    post: not _ or year % 4 == 0
    """
    return year % 400 == 0 or (year % 4 == 0 and year % 100 != 0)


def is_leap_century(year: int) -> bool:  # broken
    """
    pre: year > 0
    post: not _ or year % 100 != 0
    """
    return year % 400 == 0 or (year % 4 == 0 and year % 100 != 0)


def seconds_to_clock(seconds: int) -> tuple[int, int, int]:  # holds
    """
    pre: seconds >= 0
    post: _[0] * 3600 + _[1] * 60 + _[2] == seconds and _[1] < 60 and _[2] < 60
    """
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return hours, minutes, rest


def seconds_to_clock_overflow(seconds: int) -> tuple[int, int]:  # broken
    """
    pre: seconds >= 0
    post: _[0] < 60 and _[1] < 60
    """
    return seconds // 60, seconds % 60


def shipping_fee(weight: int, express: bool) -> int:  # holds
    """
    pre: weight > 0
    post: _ >= 5
    """
    fee = 5 if weight < 10 else 5 + (weight - 10) // 2
    if express:
        fee *= 2
    return fee


def shipping_fee_discounted(weight: int, express: bool) -> int:  # broken
    """
    pre: weight > 0
    post: _ >= 5
    """
    fee = 5 if weight < 10 else 5 + (weight - 10) // 2
    if not express and weight == 11:
        fee -= 1
    return fee


def next_multiple(value: int) -> int:  # holds
    """post: _ % 8 == 0 and value <= _ < value + 8"""
    return value + (-value) % 8


def next_multiple_strict(value: int) -> int:  # broken
    """post: _ % 8 == 0 and value <= _ < value + 8"""
    return value + 8 - value % 8


def sign(value: int) -> int:  # holds
    """post: _ * value >= 0 and -1 <= _ <= 1"""
    if value > 0:
        return 1
    return -1 if value < 0 else 0


def sign_of_large(value: int) -> int:  # broken
    """post: (_ == 0) == (value == 0)"""
    if value > 1000:
        return 1
    return -1 if value < 0 else 0


def average(total: int, count: int) -> int:  # holds
    """
    pre: count > 0
    post: _ * count <= total
    """
    return total // count


def average_unguarded(total: int, count: int) -> int:  # broken
    """
    pre: count >= 0
    post: True
    """
    return total // count


def retry_delay(attempt: int) -> int:  # holds
    """
    pre: attempt >= 0
    post: 1 <= _ <= 60
    """
    delay = 1
    for _ in range(min(attempt, 5)):
        delay *= 2
    return min(delay, 60)


def retry_delay_unbounded(attempt: int) -> int:  # broken
    """
    pre: attempt >= 0
    post: 1 <= _ <= 60
    """
    delay = 1
    for _ in range(min(attempt, 7)):
        delay *= 2
    return delay


def count_down(start: int) -> int:  # holds
    """
    pre: start >= 0
    post: _ == 0
    """
    while start > 0:
        start -= 1
    return start


def count_down_by_two(start: int) -> int:  # broken
    """
    pre: start >= 0
    post: _ == 0
    """
    while start > 0:
        start -= 2
    return start


def tax(cents: int) -> int:  # holds
    """
    pre: cents >= 0
    post: 0 <= _ <= cents
    """
    if cents <= 1000:
        return 0
    if cents <= 5000:
        return (cents - 1000) // 10
    return 400 + (cents - 5000) // 4


def tax_with_step(cents: int) -> int:  # broken
    """
    pre: cents >= 0
    post: cents - _ >= cents // 2
    """
    if cents <= 1000:
        return 0
    if cents <= 5000:
        return 700
    return 400 + (cents - 5000) // 4


def days_in_month(month: int) -> int:  # holds
    """
    pre: 1 <= month <= 12
    post: 28 <= _ <= 31
    """
    if month == 2:
        return 28
    return 30 if month in (4, 6, 9, 11) else 31


def days_in_month_table(month: int) -> int:  # broken
    """
    pre: 1 <= month <= 12
    post: 28 <= _ <= 31
    """
    return [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month]


def parity(value: int) -> str:  # holds
    """post: _ in ("even", "odd")"""
    return {0: "even", 1: "odd"}[value % 2]


def parity_of_remainder(value: int) -> str:  # broken
    """post: _ in ("even", "odd")"""
    return {0: "even", 1: "odd"}[value % 3]


def low_byte(value: int) -> int:  # holds
    """post: 0 <= _ <= 255 and (value - _) % 256 == 0"""
    return value & 255


def high_nibble(value: int) -> int:  # broken
    """post: 0 <= _ <= 15"""
    return (value & 511) >> 4


def seat(row: int, column: int) -> int:  # holds
    """
    pre: 0 <= row < 30 and 0 <= column < 6
    post: _ // 6 == row and _ % 6 == column
    """
    return row * 6 + column


def seat_from_one(row: int, column: int) -> int:  # broken
    """
    pre: 0 <= row < 30 and 1 <= column <= 6
    post: _ // 6 == row
    """
    return row * 6 + column


def withdraw(balance: int, amount: int) -> int:  # holds
    """
    pre: balance >= 0
    post: _ >= 0
    raises: ValueError
    """
    if amount < 0 or amount > balance:
        raise ValueError("amount")
    return balance - amount


def withdraw_negative(balance: int, amount: int) -> int:  # broken
    """
    pre: balance >= 0
    post: _ <= balance
    raises: ValueError
    """
    if amount > balance:
        raise ValueError("amount")
    return balance - amount


def score(points: int) -> str:  # holds
    """
    pre: 0 <= points <= 100
    post: (_ == "A") == (points >= 90)
    """
    if points >= 90:
        return "A"
    if points >= 80:
        return "B"
    return "C"


def score_shifted(points: int) -> str:  # broken
    """
    pre: 0 <= points <= 100
    post: (_ == "A") == (points >= 90)
    """
    if points > 90:
        return "A"
    if points >= 80:
        return "B"
    return "C"
