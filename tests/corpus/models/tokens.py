"""Makes and keeps tokens."""
import hashlib
import random
import string


def token(length):
    return "".join(random.choice(string.ascii_letters) for _ in range(length))


def kept(password):
    return hashlib.md5(password.encode()).hexdigest()
