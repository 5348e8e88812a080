def handlers(f):
    try:
        f()
    except (KeyError, ValueError) as e:
        raise
    except OSError:
        return 1
    except TypeError, IndexError:
        return 2
    except:
        f = None
    else:
        f.ok()
    return f


def cleanup(f):
    for x in f:
        try:
            if x:
                return x.value
            if f:
                break
            continue
        finally:
            f.close()
    return None


def nested(f):
    try:
        try:
            f()
        finally:
            f.inner()
    except Exception:
        f.handled()
    finally:
        f.outer()


def managed_in_parentheses(path):
    with (open(path) as f):
        f.read()
    with (path, open(path)):
        return


def managed(path):
    with open(path) as f, lock:
        return f.read()


def grouped(f):
    try:
        import fast
    except* ValueError as group:
        return group
