"""Files of names and passwords as Apache's htpasswd writes them, as far as registries take them: bcrypt.

Source: distribution registry/auth/htpasswd (v2.8.3): other kinds of entries let nobody in.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from fakedocker.base.numbers import is_digits


def users(text: str) -> dict[str, str]:
    """Names and hashes of a file; blank lines and comments are nobody's."""
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.partition(":") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def lets_in(known: Mapping[str, str], name: str, password: str) -> bool:
    """Whether somebody is known with that password. Milliseconds, by the cost that the hash says."""
    return name in known and _matches(known[name], password)


MOST_COST = 12
"""bcrypt's cost doubles its time with each step; a hash that costs more than a second is taken for none."""


@lru_cache(maxsize=256)
def _matches(kept: str, password: str) -> bool:
    import bcrypt  # start-up time: seldom needed

    if not kept.startswith("$2") or not is_digits(kept[4:6]) or int(kept[4:6]) > MOST_COST:
        return False
    try:
        return bool(bcrypt.checkpw(password.encode()[:72], kept.encode()))
    except ValueError:  # no hash, though it begins like one
        return False


def entry(name: str, password: str, cost: int, salt: bytes) -> str:
    """A line of the file.

    Args:
        salt: 16 bytes.
    """
    import bcrypt

    letters = _letters(salt)
    hashed = bcrypt.hashpw(password.encode()[:72], f"$2b${cost:02d}${letters}".encode())
    return f"{name}:$2y${hashed.decode()[4:]}\n"


_ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def _letters(salt: bytes) -> str:
    """bcrypt's own base 64: 22 letters for 16 bytes, the last with the two bits that are left."""
    number = int.from_bytes(salt, "big") << 4
    return "".join(_ALPHABET[number >> shift & 63] for shift in range(126, -1, -6))
