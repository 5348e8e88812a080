def before():
    return 1


def broken(a):
    x = a +
    y = (a
    return y


def old(a):
    print "x", a
    exec "code"
    return a


def after():
    return 2
