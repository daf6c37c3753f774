"""The certificate of a swarm's root: self-signed, for the name swarm-ca, with a key of the curve P-256, for twenty
years.

Nothing here keeps a secret: the key comes from the world's seed, so that the certificate is the same in every run. It
is a valid one all the same, as clients read it. Sources: swarmkit ca/certificates.go CreateRootCA; FIPS 186-4, RFC
5280, RFC 5480.
"""

from __future__ import annotations

import base64
import hashlib

from fakedocker.base import clock

_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
_COMMON_NAME = "swarm-ca"
_VALID_DAYS = 20 * 365
_ECDSA_WITH_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
_P256_KEY = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107")
_AUTHORITY = bytes.fromhex("300f0603551d130101ff040530030101ff")
_KEY_USAGE = bytes.fromhex("300e0603551d0f0101ff040403020106")

Point = tuple[int, int] | None


def _add(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return one or other
    if one[0] == other[0] and (one[1] + other[1]) % _P == 0:
        return None
    if one == other:
        slope = (3 * one[0] * one[0] - 3) * pow(2 * one[1], -1, _P)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, _P)
    x = (slope * slope - one[0] - other[0]) % _P
    return x, (slope * (one[0] - x) - one[1]) % _P


def _multiply(factor: int) -> tuple[int, int]:
    total: Point = None
    power: Point = _G
    while factor:
        if factor & 1:
            total = _add(total, power)
        power = _add(power, power)
        factor >>= 1
    assert total is not None
    return total


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _number(value: int) -> bytes:
    return _der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _time(at_ns: int) -> bytes:
    moment = clock.utc(at_ns)
    if moment.year < 2050:
        return _der(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())
    return _der(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())


def _name() -> bytes:
    attribute = _der(0x30, bytes.fromhex("0603550403"), _der(0x13, _COMMON_NAME.encode()))
    return _der(0x30, _der(0x31, attribute))


SUBJECT = base64.b64encode(_name()).decode()
"""The issuer's name, as nodes show it."""


def public_key(secret_digest: str) -> str:
    """The issuer's key as nodes show it, of the digest that its certificate was made of."""
    return base64.b64encode(_public_key(_secret(secret_digest))).decode()


def _secret(digest: str) -> int:
    return int(digest, 16) % (_N - 1) + 1


def _public_key(secret: int) -> bytes:
    x, y = _multiply(secret)
    return _der(0x30, _P256_KEY, _der(3, b"\0\x04", x.to_bytes(32, "big"), y.to_bytes(32, "big")))


def root_certificate(secret_digest: str, now_ns: int) -> str:
    """A root's certificate in PEM.

    Args:
        secret_digest: 64 hexadecimal digits that its key comes from.
    """
    secret = _secret(secret_digest)
    start_ns = now_ns // clock.MINUTE_NS * clock.MINUTE_NS - 5 * clock.MINUTE_NS
    end_ns = start_ns + _VALID_DAYS * 24 * 60 * clock.MINUTE_NS
    serial = int.from_bytes(hashlib.sha256(b"serial" + secret_digest.encode()).digest()[:19], "big")
    key = _public_key(secret)
    identifier = hashlib.sha1(key[-65:]).digest()
    key_identifier = _der(0x30, bytes.fromhex("0603551d0e"), _der(4, _der(4, identifier)))
    extensions = _der(0xA3, _der(0x30, _KEY_USAGE, _AUTHORITY, key_identifier))
    version = _der(0xA0, _number(2))
    validity = _der(0x30, _time(start_ns), _time(end_ns))
    content = _der(
        0x30, version, _number(serial), _ECDSA_WITH_SHA256, _name(), validity, _name(), key, extensions,
    )  # fmt: skip
    whole = _der(0x30, content, _ECDSA_WITH_SHA256, _der(3, b"\0", _signature(secret, content)))
    text = base64.b64encode(whole).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])


def _signature(secret: int, content: bytes) -> bytes:
    """ECDSA with a number that comes from the key and the content, as chance has no place here."""
    hashed = int.from_bytes(hashlib.sha256(content).digest(), "big")
    once = int.from_bytes(hashlib.sha256(secret.to_bytes(32, "big") + content).digest(), "big") % (_N - 1) + 1
    r = _multiply(once)[0] % _N
    s = pow(once, -1, _N) * (hashed + r * secret) % _N
    return _der(0x30, _number(r), _number(s))


def digest(certificate: str) -> str:
    """The SHA-256 of a certificate as it stands in join tokens."""
    return hashlib.sha256(certificate.encode()).hexdigest()
