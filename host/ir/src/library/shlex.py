"""Words as a POSIX shell splits them."""

import elsewhere


def split(s, comments=False, posix=True):
    if comments or not posix or s is None:
        return elsewhere.shlex.split(s, comments, posix)
    words = []
    word = None
    quote = ""
    escaped = False
    for one in s:
        if escaped:
            # Within double quotes only these lose their backslash.
            if quote and one not in '"\\':
                word += "\\"
            word += one
            escaped = False
        elif quote == "'":
            if one == "'":
                quote = ""
            else:
                word += one
        elif one == "\\":
            word = word or ""
            escaped = True
        elif quote:
            if one == quote:
                quote = ""
            else:
                word += one
        elif one in "'\"":
            word = word or ""
            quote = one
        elif one in " \t\r\n":
            if word is not None:
                words.append(word)
            word = None
        else:
            word = (word or "") + one
    if escaped:
        raise ValueError("No escaped character")
    if quote:
        raise ValueError("No closing quotation")
    if word is not None:
        words.append(word)
    return words
