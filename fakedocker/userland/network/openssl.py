"""openssl as far as bytes go: version, digests and HMACs, random bytes, base64, password hashes.

Keys, certificates and connections are not simulated, and say so.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State, bytes_of, read_all
from fakedocker.userland.network.crypt import apr1_or_md5, sha_crypt
from fakedocker.userland.packages.releases import upstream_version
from fakedocker.userland.tools import Register

PROGRAMS = Register()
_RELEASED: Final = {"3.0.13": "30 Jan 2024", "3.0.14": "4 Jun 2024", "3.3.2": "3 Sep 2024"}
# Option -> hashlib's name, and what openssl 3 prints before a digest it was asked for by name.
_DIGESTS: Final = {
    "md5": ("md5", "MD5"), "sha1": ("sha1", "SHA1"), "sha224": ("sha224", "SHA2-224"), "sha256": ("sha256", "SHA2-256"),
    "sha384": ("sha384", "SHA2-384"), "sha512": ("sha512", "SHA2-512"), "sha3-256": ("sha3_256", "SHA3-256"),
    "sha3-512": ("sha3_512", "SHA3-512"), "blake2b512": ("blake2b", "BLAKE2B-512"),
}  # fmt: skip
_KNOWN: Final = frozenset(
    "asn1parse ca ciphers cms crl dhparam dsa ec ecparam enc engine errstr gendsa genpkey genrsa help info kdf list mac"
    " ocsp pkcs12 pkcs7 pkcs8 pkey pkeyparam pkeyutl prime req rsa rsautl s_client s_server s_time sess_id smime speed"
    " spkac srp storeutl ts verify x509".split()
)
_BASE64_COLUMNS: Final = 64
_RANDOM_BYTES: Final = 1 << 20
_SALT_LETTERS: Final = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class _Problem(Exception):
    """A message to print as it is; the status is 1."""


@PROGRAMS.program("openssl")
def _openssl(system: System, argv: tuple[str, ...], state: State) -> int:
    command, words = (argv[1], argv[2:]) if len(argv) > 1 else ("", ())
    try:
        if command in ("version", "-v", "--version"):
            return _version(system)
        if command == "dgst" or command in _DIGESTS:
            return _digest(system, state, command, words)
        if command == "rand":
            return _random(system, words)
        if command in ("base64", "enc"):
            return _base64(system, state, command, words)
        if command == "passwd":
            return _password(system, state, words)
    except _Problem as problem:
        system.put(f"{problem}\n", 2)
        return 1
    if command in _KNOWN or not command:
        raise Unsimulated(f"openssl {command}" if command else "the interactive prompt")
    system.put(f"Invalid command '{command}'; type \"help\" for a list.\n", 2)
    return 1


def _version(system: System) -> int:
    version = upstream_version(system, "openssl")
    stamp = f"{version} {_RELEASED[version]}" if version in _RELEASED else version
    system.put(f"OpenSSL {stamp} (Library: OpenSSL {stamp})\n")
    return 0


def _options(command: str, words: tuple[str, ...], flags: str, valued: str) -> tuple[dict[str, str], list[str]]:
    """openssl's options: whole words after one dash or two; the first operand ends them."""
    given: dict[str, str] = {}
    rest = list(words)
    while rest and rest[0].startswith("-") and rest[0] != "-":
        word = rest.pop(0)
        name = word.lstrip("-")
        if name in valued.split():
            if not rest:
                raise _Problem(f"{command}: Option {word} needs a value\n{command}: Use -help for summary.")
            given[name] = rest.pop(0)
        elif name in flags.split():
            given[name] = ""
        else:
            what = "Unknown option or message digest" if command == "dgst" else "Unknown option"
            raise _Problem(f"{command}: {what}: {name}\n{command}: Use -help for summary.")
    return given, rest


def _write(system: System, given: dict[str, str], data: bytes) -> None:
    if "out" in given:
        try:
            system.write_file(given["out"], data)
        except OSError as problem:
            raise _Problem(f'Can\'t open "{given["out"]}" for writing, {problem.strerror}') from None
    else:
        system.put(data)


def _digest(system: System, state: State, command: str, words: tuple[str, ...]) -> int:
    flags = "binary hex r c " + " ".join(_DIGESTS)
    given, names = _options("dgst", words, flags, "hmac out sign verify signature mac macopt passin")
    if not {"sign", "verify", "signature", "mac"}.isdisjoint(given):
        raise Unsimulated("a signature")
    chosen = next((name for name in reversed(given) if name in _DIGESTS), command if command in _DIGESTS else "")
    algorithm, label = _DIGESTS[chosen] if chosen else ("sha256", "SHA256")
    status, output = 0, b""
    for place, name in enumerate(names or ["-"]):
        stdin = not names
        single = state.setdefault(f"input{place}", {})
        try:
            data = read_all(system, single, ()) if stdin else system.read_file(name, 1 << 40)
        except OSError as problem:
            system.put(f"{name}: {problem.strerror}\n", 2)
            status = 1
            continue
        if "hmac" in given:
            digest = hmac.new(bytes_of(given["hmac"]), data, algorithm).digest()
        else:
            digest = hashlib.new(algorithm, data).digest()
        system.charge(len(data) // 512)
        output += _shown_digest(given, label, "stdin" if stdin else name, digest)
    _write(system, given, output)
    return status


def _shown_digest(given: dict[str, str], label: str, name: str, digest: bytes) -> bytes:
    if "binary" in given:
        return digest
    if "r" in given:
        return bytes_of(f"{digest.hex()} *{name}\n")
    shown = digest.hex(":") if "c" in given else digest.hex()
    return bytes_of(f"{f'HMAC-{label}' if 'hmac' in given else label}({name})= {shown}\n")


def _random(system: System, words: tuple[str, ...]) -> int:
    given, rest = _options("rand", words, "hex base64", "out rand writerand")
    if len(rest) > 1:
        raise _Problem("rand: Use -help for summary.")
    text = rest[0] if rest else ""
    if not is_digits(text):
        raise _Problem(
            f'rand: Can\'t parse "{text}" as a number\nrand: Use -help for summary.'
            if text
            else "rand: Use -help for summary."
        )
    if int(text) > _RANDOM_BYTES:
        raise Unsimulated("more than 1 MiB of random bytes")
    system.charge(int(text))
    data = bytes(system.random(256) for _ in range(int(text)))
    if "hex" in given:
        data = data.hex().encode() + b"\n"
    elif "base64" in given:
        data = _encoded(data, one_line=False)
    _write(system, given, data)
    return 0


def _encoded(data: bytes, one_line: bool) -> bytes:
    text = base64.b64encode(data)
    if one_line:
        return text
    return b"".join(text[at : at + _BASE64_COLUMNS] + b"\n" for at in range(0, len(text), _BASE64_COLUMNS))


def _base64(system: System, state: State, command: str, words: tuple[str, ...]) -> int:
    if (command == "enc" and not {"-base64", "-a"} & set(words)) or any(word.startswith("-aes") for word in words):
        raise Unsimulated("a cipher")
    given, _ = _options(command, words, "d e a A base64", "in out")
    if "in" in given:
        try:
            data = system.read_file(given["in"], 1 << 40)
        except OSError as problem:
            raise _Problem(f'Can\'t open "{given["in"]}" for reading, {problem.strerror}') from None
    else:
        data = read_all(system, state, ())
    if "d" not in given:
        _write(system, given, _encoded(data, "A" in given))
        return 0
    try:
        plain = base64.b64decode(b"".join(data.split()), validate=True)
    except ValueError:
        plain = b""  # as the real one: nothing comes out, and the status is 0
    _write(system, given, plain)
    return 0


def _password(system: System, state: State, words: tuple[str, ...]) -> int:
    """passwd: MD5-based by default, as openssl 3 has it."""
    given, rest = _options("passwd", words, "1 5 6 apr1 stdin noverify quiet", "salt in")
    if "stdin" in given:
        rest = read_all(system, state, ()).decode("utf-8", "surrogateescape").splitlines()
    if not rest:
        raise Unsimulated("asking for a password, which can be an argument or come with -stdin,")
    kind = next((name for name in reversed(given) if name in ("1", "5", "6", "apr1")), "1")
    size = 16 if kind in ("5", "6") else 8
    salt = given.get("salt", "")[:size] or "".join(_SALT_LETTERS[system.random(64)] for _ in range(size))
    for word in rest:
        secret = bytes_of(word)
        hashed = sha_crypt(secret, salt, kind) if kind in ("5", "6") else apr1_or_md5(secret, salt, kind)
        system.put(f"{hashed}\n")
    return 0
