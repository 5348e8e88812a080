"""Functions on functions."""


def reduce(function, iterable, /, *initial):
    items = iter(iterable)
    if initial:
        result = initial[0]
    else:
        try:
            result = next(items)
        except StopIteration:
            raise TypeError("reduce() of empty iterable with no initial value")
    for item in items:
        result = function(result, item)
    return result


def partial(function, /, *first, **named):
    def call(*more, **others):
        return function(*first, *more, **{**named, **others})

    return call

