"""Checksums and encodings: md5sum and its family, cksum, sum, crc32, base64, base32."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from fakedocker.kernel.program import Block, System
from fakedocker.userland.inputs import State, bytes_of, each_input, read_all, text_of
from fakedocker.userland.tools import Options, Register, base_name, is_busybox, parse_options, say, tell, whole

PROGRAMS = Register()
_ALGORITHMS = {
    "md5sum": "md5", "sha1sum": "sha1", "sha224sum": "sha224", "sha256sum": "sha256", "sha384sum": "sha384",
    "sha512sum": "sha512", "sha3sum": "sha3_224", "b2sum": "blake2b",
}  # fmt: skip


_RUNNING: OrderedDict[tuple[str, int, str], Any] = OrderedDict()
"""Digests in the middle of a stream, by what they have come to: a program's memory is plain data, which these are not."""
_RUNNING_LIMIT = 4_096


class DigestLost(OSError):
    """A digest in the middle of a stream that only an earlier process of this program knew."""

    def __init__(self) -> None:
        super().__init__(0, "fakedocker: a checksum in the middle of a stream is not kept when the engine starts again")


def running_digest(system: System, single: State, chunks: Iterator[bytes], algorithm: str) -> str:
    """The digest of a stream, of which nothing is held. Blocks."""
    place: tuple[str, int, str] | None = single.get("digest")
    if place is None:
        digest, count = hashlib.new(algorithm), 0
    else:
        place = (str(place[0]), int(place[1]), str(place[2]))
        if place not in _RUNNING:
            raise DigestLost
        digest, count = _RUNNING[place].copy(), place[1]
    try:
        for data in chunks:
            digest.update(data)
            count += len(data)
            system.charge(len(data) // 512)
    except Block:
        single["digest"] = place = (algorithm, count, digest.hexdigest())
        _RUNNING[place] = digest
        _RUNNING.move_to_end(place)
        if len(_RUNNING) > _RUNNING_LIMIT:
            _RUNNING.popitem(last=False)
        raise
    return str(digest.hexdigest())


def _cannot_open(system: System, name: str, problem: OSError) -> None:
    tell(system, f"can't open '{name}': {problem.strerror}", f"{name}: {problem.strerror}")


@PROGRAMS.program(*_ALGORITHMS, usage="[-c[sw]] [FILE]...\n")
def _digest(system: System, argv: tuple[str, ...], state: State) -> int:
    algorithm = _ALGORITHMS[base_name(argv[0])]
    options = parse_options(
        system, argv, "cswbt", {"check": "c", "status": "s", "quiet": "q", "warn": "w", "binary": "b", "text": "t"}
    )
    if "c" in options:
        return _check_digests(system, state, options.operands, algorithm, options)
    for name, single, chunks in each_input(system, state, options.operands, _cannot_open):
        digest = running_digest(system, single, chunks, algorithm)
        if not single.get("input_failed"):
            system.put(bytes_of(f"{digest}  {name}\n"))
    return 1 if state.get("input_failed") else 0


def _check_digests(system: System, state: State, names: tuple[str, ...], algorithm: str, options: Options) -> int:
    silent = "s" in options
    size = hashlib.new(algorithm).digest_size * 2
    bad = missing = read = 0
    for line in text_of(read_all(system, state, names, _cannot_open)).splitlines():
        match = re.fullmatch(r"([0-9a-fA-F]+) [ *](.+)", line)
        if match is None or len(match[1]) != size:
            continue
        digest, name = match[1].lower(), match[2]
        read += 1
        try:
            fine = hashlib.new(algorithm, system.read_file(name)).hexdigest() == digest
            verdict = "OK" if fine else "FAILED"
            bad += not fine
        except OSError as problem:
            _cannot_open(system, name, problem)
            verdict = "FAILED open or read" if not is_busybox(system) else "FAILED"
            missing += 1
        if not silent and not ("q" in options and verdict == "OK"):
            system.put(bytes_of(f"{name}: {verdict}\n"))
    if state.get("input_failed"):
        return 1
    if not read:
        kind = algorithm.upper().replace("BLAKE2B", "BLAKE2")
        source = names[0] if names and names[0] != "-" else "'standard input'"
        tell(system, "no checksum lines found", f"{source}: no properly formatted {kind} checksum lines found")
        return 1
    if not silent:
        _warn(system, bad, missing, read)
    return 1 if bad or missing else 0


def _warn(system: System, bad: int, missing: int, read: int) -> None:
    if is_busybox(system):
        if bad or missing:
            say(system, f"WARNING: {bad + missing} of {read} computed checksums did NOT match")
        return
    if missing:
        say(system, f"WARNING: {missing} listed file{'s' * (missing > 1)} could not be read")
    if bad:
        say(system, f"WARNING: {bad} computed checksum{'s' * (bad > 1)} did NOT match")


@PROGRAMS.program("cksum", usage="FILE...\n")
def _cksum(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "")
    for name, single, chunks in each_input(system, state, options.operands, _cannot_open):
        single.setdefault("sum", (0, 0))
        for data in chunks:
            crc, size = single["sum"]
            single["sum"] = (_posix_crc(data, crc), size + len(data))
            system.charge(len(data) // 16)
        if not single.get("input_failed"):
            crc, size = single["sum"]
            ending = bytes((size >> shift) & 255 for shift in range(0, size.bit_length(), 8))
            tail = f" {name}" if options.operands else ""
            system.put(bytes_of(f"{_posix_crc(ending, crc) ^ 0xFFFFFFFF} {size}{tail}\n"))
    return 1 if state.get("input_failed") else 0


_CRC_TABLE: list[int] = []


def _posix_crc(data: bytes, crc: int) -> int:
    """POSIX cksum: CRC-32 of some more bytes; their number comes in the end, the lowest byte first."""
    if not _CRC_TABLE:
        for index in range(256):
            value = index << 24
            for _ in range(8):
                value = (value << 1 ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
            _CRC_TABLE.append(value)
    for byte in data:
        crc = (crc << 8 ^ _CRC_TABLE[crc >> 24 ^ byte]) & 0xFFFFFFFF
    return crc


@PROGRAMS.program("crc32")
def _crc32(system: System, argv: tuple[str, ...], state: State) -> int:
    for _, single, chunks in each_input(system, state, argv[1:], _cannot_open):
        for data in chunks:
            single["sum"] = zlib.crc32(data, single.get("sum", 0))
        system.put(f"{single.get('sum', 0):08x}\n")
    return 0


@PROGRAMS.program("base64", "base32", usage="[-d] [-w COL] [FILE]\n")
def _base64(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "dDiw:", {"decode": "d", "wrap=": "w", "ignore-garbage": "i"})
    data = read_all(system, state, options.operands[:1])
    if state.get("input_failed"):
        return 1
    wide = base_name(argv[0]) == "base64"
    if "d" in options or "D" in options:
        clean = b"".join(data.split())
        try:
            system.put(base64.b64decode(clean, validate=True) if wide else base64.b32decode(clean))
        except ValueError:
            if is_busybox(system):  # it leaves out what is no letter of the alphabet
                return 0
            say(system, "invalid input")
            return 1
        return 0
    text = (base64.b64encode(data) if wide else base64.b32encode(data)).decode()
    width = whole(system, options.last("w", "76"), "invalid wrap size: ‘{}’")
    lines = [text[at : at + width] for at in range(0, len(text), width)] if width else [text]
    system.put("\n".join(lines) + ("\n" if width and text else ""))
    return 0


@PROGRAMS.program("sum", usage="[-rs] [FILE]...\n")
def _sum(system: System, argv: tuple[str, ...], state: State) -> int:
    """BSD's sum: 16 bits, rotated before each byte is added, and the size in KiB."""
    options = parse_options(system, argv, "rs")
    for name, single, chunks in each_input(system, state, options.operands, _cannot_open):
        single.setdefault("sum", (0, 0))
        for data in chunks:
            value, size = single["sum"]
            if "s" in options:
                value = (value + sum(data)) & 0xFFFFFFFF
            else:
                for byte in data:
                    value = ((value >> 1) + ((value & 1) << 15) + byte) & 0xFFFF
            single["sum"] = (value, size + len(data))
            system.charge(len(data) // 16)
        if single.get("input_failed"):
            continue
        value, size = single["sum"]
        folded = (value & 0xFFFF) + (value >> 16)
        shown = (folded & 0xFFFF) + (folded >> 16)
        numbers = f"{shown} {-(-size // 512)}" if "s" in options else f"{value:05d} {-(-size // 1024):5d}"
        system.put(bytes_of(f"{numbers}{f' {name}' if options.operands else ''}\n"))
    return 1 if state.get("input_failed") else 0
