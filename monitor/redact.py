"""Credentials never leave: no log line, page or message shows one."""

import re

_SECRET = re.compile(r"pass|pwd|psw|token|key|secret|auth|credential", re.IGNORECASE)


def redact(text: str) -> str:
    """The text with the credentials of every address in it replaced by `***`.

    Hides everything before the last `@` of an address (passwords may hold any character, also
    `@` and `/`) and the value of every `key=value` whose key looks like a password or a token.
    Where it is unclear what belongs to a password, more is hidden rather than less.
    """
    words = re.split(r"(\s+)", text)
    text = "".join(_without_user(word) for word in words)
    return "".join(_without_value(part) for part in re.split(r"([\s&;#?\"'<>]+)", text))


def _without_user(word: str) -> str:
    before, at, after = word.rpartition("@")
    if at and (":" in before or "/" in before):
        scheme, slashes, _ = before.partition("://")
        word = f"{scheme}{slashes}***@{after}" if slashes else f"***@{after}"
    begin, end = word.lower().find("%3a%2f%2f"), word.lower().rfind("%40")
    return f"{word[: begin + 9]}***{word[end:]}" if 0 <= begin < end else word


def _without_value(part: str) -> str:
    """`a=b=c`: cameras also write `user=admin_password=…`."""
    pieces = part.split("=")
    for number, piece in enumerate(pieces[:-1], start=1):
        if _SECRET.search(piece.rpartition("/")[2]):
            return "=".join([*pieces[:number], "***"])
    return part
