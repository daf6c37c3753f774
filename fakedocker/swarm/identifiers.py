"""Ids, join tokens and unlock keys of a swarm, made of a digest that the world's seed gives.

Sources: swarmkit identity/randomid.go, ca/config.go GenerateJoinToken and ParseJoinToken, manager/encryption
HumanReadableKey.
"""

from __future__ import annotations

import base64

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_ID_LENGTH = 25
_TOKEN_DIGEST_LENGTH = 50
_TOKEN_PREFIX = "SWMTKN-1"
_KEY_PREFIX = "SWMKEY-1-"
_ID_BYTES = 17
_SECRET_BYTES = 16


def _base36(number: int, length: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits.rjust(length, "0")


def object_id(digest: str) -> str:
    """25 digits of base 36, of 64 hexadecimal ones: the first bit of 17 bytes is set, and the digit that comes of it is
    dropped."""
    data = bytearray.fromhex(digest)[:_ID_BYTES]
    data[0] |= 0x80
    return _base36(int.from_bytes(data, "big"), 0)[1 : _ID_LENGTH + 1]


def join_token(root_digest: str, secret_digest: str) -> str:
    """What a node shows to join: the digest of the root's certificate, and a secret."""
    secret = int(secret_digest[: _SECRET_BYTES * 2], 16)
    return f"{_TOKEN_PREFIX}-{_base36(int(root_digest, 16), _TOKEN_DIGEST_LENGTH)}-{_base36(secret, _ID_LENGTH)}"


def is_join_token(text: str) -> bool:
    """Whether a text has the form of a join token."""
    parts = text.split("-")
    if len(parts) < 4 or parts[0] != "SWMTKN" or parts[1] not in ("1", "2"):
        return False
    if len(parts) != (4 if parts[1] == "1" else 5) or (parts[1] == "2" and parts[2] not in ("0", "1")):
        return False
    return len(parts[-2]) == _TOKEN_DIGEST_LENGTH and len(parts[-1]) == _ID_LENGTH


def unlock_key(digest: str) -> str:
    """A key that unlocks managers."""
    return _KEY_PREFIX + base64.b64encode(bytes.fromhex(digest)).decode().rstrip("=")


def is_unlock_key(text: str) -> bool:
    """Whether a text has the form of such a key."""
    rest = text.removeprefix(_KEY_PREFIX)
    if rest == text:
        return False
    try:
        base64.b64decode(rest + "=" * (-len(rest) % 4), validate=True)
    except ValueError:
        return False
    return True
