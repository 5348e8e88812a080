"""Operators as functions."""


def itemgetter(item, /, *items):
    if not items:
        return lambda value: value[item]
    return lambda value: (*[value[key] for key in (item, *items)],)


def attrgetter(attr, /, *attrs):
    if not attrs:
        return lambda value: _attribute(value, attr)
    return lambda value: (*[_attribute(value, name) for name in (attr, *attrs)],)


def _attribute(value, path):
    for name in path.split("."):
        value = getattr(value, name)
    return value


def add(a, b, /):
    return a + b


def sub(a, b, /):
    return a - b


def mul(a, b, /):
    return a * b


def truediv(a, b, /):
    return a / b


def floordiv(a, b, /):
    return a // b


def mod(a, b, /):
    return a % b


def neg(a, /):
    return -a


def eq(a, b, /):
    return a == b


def ne(a, b, /):
    return a != b


def lt(a, b, /):
    return a < b


def le(a, b, /):
    return a <= b


def gt(a, b, /):
    return a > b


def ge(a, b, /):
    return a >= b


def not_(a, /):
    return False if a else True


def truth(a, /):
    return True if a else False


def and_(a, b, /):
    return a & b


def or_(a, b, /):
    return a | b


def xor(a, b, /):
    return a ^ b


def contains(a, b, /):
    return b in a


def getitem(a, b, /):
    return a[b]


def concat(a, b, /):
    return a + b


def _is_in(item, iterable):
    for other in iterable:
        if other == item:
            return True
    return False


def _is_not_in(item, iterable):
    for other in iterable:
        if other == item:
            return False
    return True


def _is_not_held(item, container):
    return not (item in container)


def _equals(left, right):
    result = left.__eq__(right)
    if result is NotImplemented:
        return left is right
    return result


def _equals_both(left, right):
    result = left.__eq__(right)
    if result is NotImplemented:
        result = right.__eq__(left)
        if result is NotImplemented:
            return left is right
    return result


def _differs(left, right):
    result = left.__eq__(right)
    if result is NotImplemented:
        return left is not right
    return not result


def _asked(first, second, left, right):
    result = NotImplemented
    if first is not None:
        result = first(right)
    if result is NotImplemented and second is not None:
        result = second(left)
    if result is NotImplemented:
        raise TypeError("unsupported operand type(s)")
    return result
