def before():
    return 1


def broken(a):
    x = a +
    y = (a
    return y


def conditions(a):
    if a b:
        return 1
    elif (a +):
        c()
    while x y z:
        pass
    with open( as f:
        f.g()


def parameters(a, b=):
    return a


def old(a):
    print "x", a
    exec "code"
    return a


def after():
    return 2
