"""Lists, dicts, sets and tuples."""

import dataclasses


def first(values: list[int]):  # exceptions: refuted
    return values[0]


def guarded_first(values: list[int]):  # exceptions: bounded
    if not values:
        return 0
    return values[0]


def at(values: tuple[int, int, int], index: int):  # exceptions: refuted
    return values[index]


def guarded_at(values: tuple[int, int, int], index: int):  # exceptions: proved
    if 0 <= index < 3:
        return values[index] + values[-index]
    return 0


def by_name(values: tuple[int, int]):  # exceptions: refuted
    return values["a"]


def total(values: list[int]):  # exceptions: proved
    result = 0
    for value in values:
        result += value
    return result


def concatenated(values: list[str]):  # exceptions: proved
    result = ""
    for value in values:
        result = result + value
    return result


def largest(values: list[int]):  # exceptions: refuted
    return max(values)


def largest_or_zero(values: list[int]):  # exceptions: bounded
    return max(values, default=0)


def popped(values: list[int]):  # exceptions: refuted
    return values.pop()


def removed(values: list[int], value: int):  # exceptions: refuted
    values.remove(value)
    return values


def guarded_removal(values: list[int], value: int):  # exceptions: bounded
    if value in values:
        values.remove(value)
    return values


def place(values: list[int]):  # exceptions: refuted
    return values.index(3)


def looked_up(table: dict[str, int], key: str):  # exceptions: refuted
    return table[key]


def looked_up_or_zero(table: dict[str, int], key: str):  # exceptions: bounded
    return table.get(key, 0)


def checked_lookup(key: str):  # exceptions: proved
    table = {"a": 1, "b": 2}
    if key in table:
        return table[key]
    return 0


def caught_lookup(key: str):  # exceptions: proved
    table = {"a": 1, "b": 2}
    try:
        return table[key]
    except KeyError:
        return 0


def popped_key(key: str):  # exceptions: refuted
    table = {"a": 1}
    return table.pop(key)


def unhashable(n: int):  # exceptions: refuted
    return {[n]: 1}


def unhashable_member(n: int):  # exceptions: refuted
    return {(1, [n])}


def hashable(n: int, text: str):  # exceptions: proved
    return {(n, text): 1, text: 2}


def unhashable_key(n: int):  # exceptions: refuted
    table = {}
    table[[n]] = 1
    return table


def unhashable_search(n: int):  # exceptions: refuted
    return {"a": 1}.get([n])


def unpacked(values: list[int]):  # exceptions: refuted
    a, b = values
    return a + b


def unpacked_number(n: int):  # exceptions: refuted
    a, b = n
    return a


def unpacked_pair(pair: tuple[int, int]):  # exceptions: proved
    a, b = pair
    return a + b


def loop_over_number(n: int):  # exceptions: refuted
    for value in n:
        return value
    return 0


def loop_over_nothing(n: int):  # exceptions: refuted
    values = None
    if n > 2:
        values = [n]
    return [value for value in values]


def item_of_nothing(n: int):  # exceptions: refuted
    values = {}.get(n)
    return values[0]


def item_of_number(n: int):  # exceptions: refuted
    return n[0]


def frozen(n: int):  # exceptions: refuted
    pair = (1, 2)
    pair[0] = n
    return pair


def changed_text(text: str):  # exceptions: refuted
    text[0] = "a"
    return text


def deleted(key: str):  # exceptions: refuted
    table = {"a": 1}
    del table[key]
    return table


def keys_by_index(n: int):  # exceptions: refuted
    table = {"a": n}
    return table.keys()[0]


def rows_by_index(n: int):  # exceptions: refuted
    return zip([n], [n])[0]


def sorted_mixed(n: int, text: str):  # exceptions: refuted
    return sorted([n, text])


def sorted_numbers(a: int, b: int, c: int):  # exceptions: proved
    return sorted([a, b, c])[0]


def list_and_tuple(a: list[int], b: tuple[int, int]):  # exceptions: refuted
    return a + b


def extended(a: list[int], b: tuple[int, int]):
    a += b
    return a


def members(a: int):  # exceptions: proved
    seen = {1, 2, 3}
    seen.discard(a)
    return a in seen and len(seen) < 3


def removed_member(a: int):  # exceptions: refuted
    seen = {1, 2, 3}
    seen.remove(a)
    return seen


def set_minus_list(a: int):  # exceptions: refuted
    return {a} - [a]


def counted(words: list[str]):
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return counts


def grown_meanwhile(n: int):  # exceptions: unknown
    table = {1: 1}
    for key in table:
        table[key + n] = 1
    return table


def paired(names: list[str], values: list[int]):
    return {name: value for name, value in zip(names, values)}


def any_above(values: list[int]):
    return any(value > 3 for value in values)


def total_of(values: list[int]):
    return sum(values)


def total_of_texts():  # exceptions: unknown
    return sum(["a", "b"])


def from_place(values: list[int], at: int):  # exceptions: bounded
    return values[at:]


def every(values: list[int], step: int):  # exceptions: refuted
    return values[::step]


def zeros(n: int):  # exceptions: bounded
    return [0] * n


@dataclasses.dataclass
class Account:
    owner: str
    balance: int = 0


def deposited(owner: str, amount: int):  # exceptions: proved
    account = Account(owner)
    account.balance += amount
    return account.balance


def first_of_set(n: int):  # exceptions: unknown
    for divisor in {1, 0}:
        return n // divisor


def each_of_set(n: int):  # exceptions: proved
    total = 0
    for divisor in {1, 2, 3}:
        total += n // divisor
    return total
