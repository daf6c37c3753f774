"""Password hashes as crypt(3) writes them: MD5 ($1$, $apr1$) and SHA-2 ($5$, $6$). It must not know who asks.

The rules are Poul-Henning Kamp's of md5crypt and Ulrich Drepper's "Unix crypt using SHA-256 and SHA-512".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

_LETTERS: Final = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ROUNDS: Final = 1000
_SHA_ROUNDS: Final = 5000


def _letters(groups: Iterable[tuple[int, int]]) -> str:
    """Each (value, number of letters), six bits a letter, the lowest first."""
    return "".join(_LETTERS[value >> 6 * place & 63] for value, count in groups for place in range(count))


def _stretched(digest: bytes, size: int) -> bytes:
    return (digest * (size // len(digest) + 1))[:size]


def apr1_or_md5(secret: bytes, salt: str, kind: str) -> str:
    """$1$ and Apache's $apr1$, which differ in the name alone.

    Args:
        kind: "1" or "apr1".
    """
    magic, salted = f"${kind}$".encode(), salt.encode()
    inner = hashlib.md5(secret + salted + secret).digest()
    start = secret + magic + salted + _stretched(inner, len(secret))
    size = len(secret)
    while size:
        start += b"\0" if size & 1 else secret[:1]
        size >>= 1
    final = hashlib.md5(start).digest()
    for turn in range(_ROUNDS):
        mixed = secret if turn & 1 else final
        mixed += salted if turn % 3 else b""
        mixed += secret if turn % 7 else b""
        final = hashlib.md5(mixed + (final if turn & 1 else secret)).digest()
    order = ((0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5))
    groups = [(final[a] << 16 | final[b] << 8 | final[c], 4) for a, b, c in order]
    return f"${kind}${salt}${_letters([*groups, (final[11], 2)])}"


def sha_crypt(secret: bytes, salt: str, kind: str) -> str:
    """$5$ (SHA-256) and $6$ (SHA-512) with the usual 5000 rounds.

    Args:
        kind: "5" or "6".
    """
    make = hashlib.sha256 if kind == "5" else hashlib.sha512
    salted = salt.encode()
    inner = make(secret + salted + secret).digest()
    start = secret + salted + _stretched(inner, len(secret))
    size = len(secret)
    while size:
        start += inner if size & 1 else secret
        size >>= 1
    final = make(start).digest()
    secrets = _stretched(make(secret * len(secret)).digest(), len(secret)) if secret else b""
    salts = _stretched(make(salted * (16 + final[0])).digest(), len(salted))
    for turn in range(_SHA_ROUNDS):
        mixed = secrets if turn & 1 else final
        mixed += salts if turn % 3 else b""
        mixed += secrets if turn % 7 else b""
        final = make(mixed + (final if turn & 1 else secrets)).digest()
    return f"${kind}${salt}${_letters(_sha_groups(final))}"


def _sha_groups(digest: bytes) -> list[tuple[int, int]]:
    """The order in which three bytes each are written; the places turn by a third every time."""
    third = len(digest) // 3
    groups = []
    places = (0, third, 2 * third)
    for turn in range(third):
        # SHA-512's triple turns to the left, SHA-256's to the right.
        shift = turn % 3 if len(digest) == 64 else -turn % 3
        a, b, c = (digest[places[(shift + place) % 3] + turn] for place in range(3))
        groups.append((a << 16 | b << 8 | c, 4))
    if len(digest) == 64:
        return [*groups, (digest[63], 2)]
    return [*groups, (digest[31] << 8 | digest[30], 3)]
