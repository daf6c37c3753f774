"""Digests and encodings: md5sum and its kin, cksum, base64, od, hexdump, xxd, cmp, diff."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from typing import Any

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of, next_chunk, read_all, read_each, text_of
from fakedocker.userland.tools import (
    Register,
    UsageProblem,
    base_name,
    is_busybox,
    is_directory,
    join,
    parse_options,
    say,
    stat_or_none,
    tell,
)

PROGRAMS = Register()
_ALGORITHMS = {"md5sum": "md5", "sha1sum": "sha1", "sha224sum": "sha224", "sha256sum": "sha256", "sha384sum": "sha384", "sha512sum": "sha512", "sha3sum": "sha3_224", "b2sum": "blake2b"}  # fmt: skip


def _cannot_open(system: System, name: str, problem: OSError) -> None:
    tell(system, f"can't open '{name}': {problem.strerror}", f"{name}: {problem.strerror}")


@PROGRAMS.program(*_ALGORITHMS, usage="[-c[sw]] [FILE]...\n")
def _digest(system: System, argv: tuple[str, ...], state: State) -> int:
    algorithm = _ALGORITHMS[base_name(argv[0])]
    options = parse_options(
        system, argv, "cswbt", {"check": "c", "status": "s", "quiet": "q", "warn": "w", "binary": "b", "text": "t"}
    )
    if "c" in options:
        return _check_digests(system, state, options.operands, algorithm, "s" in options)
    # a digest cannot be kept as plain data between wake-ups, so the bytes are
    for name, data in read_each(system, state, options.operands, _cannot_open):
        if data is not None:
            system.charge(len(data) // 512)
            system.put(bytes_of(f"{hashlib.new(algorithm, data).hexdigest()}  {name}\n"))
    return 1 if state.get("input_failed") else 0


def _check_digests(system: System, state: State, names: tuple[str, ...], algorithm: str, quiet: bool) -> int:
    bad = missing = 0
    for line in text_of(read_all(system, state, names, _cannot_open)).splitlines():
        digest, _, name = line.partition(" ")
        name = name.lstrip(" *")
        try:
            fine = hashlib.new(algorithm, system.read_file(name)).hexdigest() == digest
            verdict = "OK" if fine else "FAILED"
            bad += not fine
        except OSError as problem:
            _cannot_open(system, name, problem)
            verdict = "FAILED open or read" if not is_busybox(system) else "FAILED"
            missing += 1
        if not quiet:
            system.put(bytes_of(f"{name}: {verdict}\n"))
    if bad and not quiet:
        plural = "" if bad == 1 else "s"
        tell(
            system,
            f"WARNING: {bad} of {bad} computed checksums did NOT match",
            f"WARNING: {bad} computed checksum{plural} did NOT match",
        )
    return 1 if bad or missing else 0


@PROGRAMS.program("cksum", usage="FILE...\n")
def _cksum(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "")
    for name, data in read_each(system, state, options.operands, _cannot_open):
        if data is not None:
            tail = f" {name}" if options.operands else ""
            system.put(bytes_of(f"{_posix_crc(data)} {len(data)}{tail}\n"))
    return 1 if state.get("input_failed") else 0


_CRC_TABLE: list[int] = []


def _posix_crc(data: bytes) -> int:
    """POSIX cksum: CRC-32 of the bytes and then of their number."""
    if not _CRC_TABLE:
        for index in range(256):
            value = index << 24
            for _ in range(8):
                value = (value << 1 ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
            _CRC_TABLE.append(value)
    crc, size = 0, len(data)
    while size:
        data += bytes([size & 255])
        size >>= 8
    for byte in data:
        crc = (crc << 8 ^ _CRC_TABLE[crc >> 24 ^ byte]) & 0xFFFFFFFF
    return crc ^ 0xFFFFFFFF


@PROGRAMS.program("crc32")
def _crc32(system: System, argv: tuple[str, ...], state: State) -> int:
    for _, data in read_each(system, state, argv[1:], _cannot_open):
        system.put(f"{zlib.crc32(data or b''):08x}\n")
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
            tell(system, "truncated input", "invalid input")
            return 1
        return 0
    text = (base64.b64encode(data) if wide else base64.b32encode(data)).decode()
    width = int(options.last("w", "76"))
    lines = [text[at : at + width] for at in range(0, len(text), width)] if width else [text]
    system.put("\n".join(lines) + ("\n" if width and text else ""))
    return 0


# dumps


@PROGRAMS.program("od", usage="[-abcdfhilovxs] [-t TYPE] [-A RADIX] [-N SIZE] [FILE]...\n")
def _od(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(
        system,
        argv,
        "abcdohxvt:A:N:j:w:",
        {"format=": "t", "address-radix=": "A", "read-bytes=": "N", "skip-bytes=": "j"},
    )
    data = read_all(system, state, options.operands)
    data = data[int(options.last("j", "0"), 0) :]
    if "N" in options:
        data = data[: int(options.last("N"), 0)]
    kind = options.last("t") or {"c": "c", "x": "x2", "b": "o1", "a": "a", "d": "u2", "h": "x2"}.get(
        options.last_of("cxbadh"), "o2"
    )
    radix = options.last("A", "o")
    previous = None
    starred = False
    for at in range(0, len(data), 16):
        block = data[at : at + 16]
        if block == previous and len(block) == 16 and "v" not in options:
            if not starred:
                system.put("*\n")
            starred = True
            continue
        starred, previous = False, block
        system.put(_address(at, radix) + _od_cells(block, kind) + "\n")
    if radix != "n":
        system.put(_address(len(data), radix) + "\n")
    return 1 if state.get("input_failed") else 0


def _address(at: int, radix: str) -> str:
    return {"o": f"{at:07o}", "x": f"{at:06x}", "d": f"{at:07d}", "n": ""}.get(radix, "")


_OD_NAMES = {0: "\\0", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}


def _od_cells(block: bytes, kind: str) -> str:
    if kind[0] == "c":
        return "".join(
            f"{_OD_NAMES.get(byte) or (chr(byte) if 32 <= byte < 127 else f'{byte:03o}'):>4}" for byte in block
        )
    size = int(re.sub(r"\D", "", kind) or {"o": 2, "x": 2, "u": 2, "d": 2}.get(kind[0], 1))
    width = {("x", 1): 2, ("x", 2): 4, ("x", 4): 8, ("x", 8): 16, ("o", 1): 3, ("o", 2): 6, ("o", 4): 11, ("u", 1): 3, ("u", 2): 5, ("u", 4): 10, ("d", 1): 4, ("d", 2): 6, ("d", 4): 11}.get((kind[0], size), 2 * size)  # fmt: skip
    cells = []
    for at in range(0, len(block), size):
        value = int.from_bytes(block[at : at + size].ljust(size, b"\0"), "little", signed=kind[0] == "d")
        cells.append(
            f"{value:0{width}x}" if kind[0] == "x" else f"{value:0{width}o}" if kind[0] == "o" else f"{value:{width}d}"
        )
    return "".join(f" {cell}" for cell in cells)


@PROGRAMS.program("hexdump", "hd", "xxd", usage="[-bcdoxCv] [-n LEN] [-s OFS] [FILE]...\n")
def _hexdump(system: System, argv: tuple[str, ...], state: State) -> int:
    name = base_name(argv[0])
    options = parse_options(system, argv, "bcdoxCvn:s:e:prl:g:u")
    data = read_all(system, state, options.operands)
    data = data[int(options.last("s", "0"), 0) :]
    limit = options.last("n") or options.last("l")
    if limit:
        data = data[: int(limit, 0)]
    if name == "xxd" and "r" in options:
        digits = re.sub(
            rb"[^0-9a-fA-F]",
            b"",
            data if "p" in options else b"".join(re.sub(rb"^[^:]*: ", b"", line)[:40] for line in data.splitlines()),
        )
        system.put(bytes.fromhex(digits.decode()))
        return 0
    if name == "xxd" and "p" in options:
        text = data.hex()
        system.put("".join(f"{text[at : at + 60]}\n" for at in range(0, len(text), 60)))
        return 0
    for at in range(0, len(data), 16):
        system.put(_hex_line(name, "C" in options or name == "hd", at, data[at : at + 16]))
    if name != "xxd" and data:
        system.put(f"{len(data):0{8 if 'C' in options or name == 'hd' else 7}x}\n")
    return 1 if state.get("input_failed") else 0


def _hex_line(name: str, canonical: bool, at: int, block: bytes) -> str:
    text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in block)
    if name == "xxd":
        pairs = " ".join(block[place : place + 2].hex() for place in range(0, len(block), 2))
        return f"{at:08x}: {pairs:<39}  {text}\n"
    if canonical:
        cells = [f"{byte:02x}" for byte in block]
        return f"{at:08x}  {' '.join(cells[:8]):<23}  {' '.join(cells[8:]):<23}  |{text}|\n"
    words = [
        f"{int.from_bytes(block[place : place + 2].ljust(2, chr(0).encode()), 'little'):04x}"
        for place in range(0, len(block), 2)
    ]
    return f"{at:07x} {' '.join(words)}\n"


# comparing


@PROGRAMS.program("cmp", usage="[-ls] [-n NUM] FILE1 [FILE2]\n", usage_status=2)
def _cmp(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "lsn:i:", {"silent": "s", "quiet": "s", "verbose": "l", "bytes=": "n"})
    if not options.operands:
        raise UsageProblem("" if is_busybox(system) else "missing operand after 'cmp'", 2)
    names = (*options.operands, "-")[:2]
    left, right = (data for _, data in read_each(system, state, names))
    if left is None or right is None:
        return 2
    if "n" in options:
        left, right = left[: int(options.last("n"))], right[: int(options.last("n"))]
    for at, (one, two) in enumerate(zip(left, right, strict=False)):
        if one != two:
            if "l" in options:
                system.put(f"{at + 1} {one:3o} {two:3o}\n")
                state["differs"] = True
                continue
            if "s" not in options:
                kind = "char" if is_busybox(system) else "byte"
                system.put(f"{names[0]} {names[1]} differ: {kind} {at + 1}, line {left[:at].count(10) + 1}\n")
            return 1
    if len(left) != len(right):
        if "s" not in options:
            shorter = names[0] if len(left) < len(right) else names[1]
            where = "" if is_busybox(system) else f" after byte {min(len(left), len(right))}"
            say(system, f"EOF on {shorter}{where}")
        return 1
    return 1 if state.get("differs") else 0


@PROGRAMS.program("diff", usage="[-abBdiNqrTstw] [-L LABEL] [-S FILE] [-U LINES] FILE1 FILE2\n", usage_status=2)
def _diff(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {
        "unified=?": "u",
        "recursive": "r",
        "brief": "q",
        "ignore-case": "i",
        "new-file": "N",
        "ignore-all-space": "w",
        "label=": "L",
        "color=?": "color",
    }
    options: Any = parse_options(system, argv, "abBdiNqrTstwuU:L:S:cy", long)
    if len(options.operands) != 2:
        raise UsageProblem("" if is_busybox(system) else "missing operand after 'diff'", 2)
    left, right = options.operands
    for name in (left, right):
        if name != "-" and stat_or_none(system, name) is None and "N" not in options:
            tell(system, f"can't stat '{name}': No such file or directory", f"{name}: No such file or directory")
            return 2
    if is_directory(system, left) and is_directory(system, right):
        return _diff_directories(system, left, right, options)
    if is_directory(system, left):
        left = join(left, base_name(right))
    elif is_directory(system, right):
        right = join(right, base_name(left))
    if "-" in (left, right):
        while (data := next_chunk(system, state, ("-",))) is not None:
            state["stdin"] = state.get("stdin", b"") + data
    return _diff_files(system, left, right, options, state.get("stdin", b""))


def _diff_directories(system: System, left: str, right: str, options: Any) -> int:
    status = 0
    names = sorted({*system.list_directory(left), *system.list_directory(right)})
    for name in names:
        one, two = join(left, name), join(right, name)
        have = [stat_or_none(system, path) for path in (one, two)]
        if None in have and "N" not in options:
            system.put(f"Only in {left if have[1] is None else right}: {name}\n")
            status = 1
            continue
        if have[0] is not None and have[1] is not None and have[0].kind == have[1].kind == "dir":
            if "r" in options:
                status = max(status, _diff_directories(system, one, two, options))
            else:
                system.put(f"Common subdirectories: {one} and {two}\n")
            continue
        if "q" not in options and _read(system, one, b"") != _read(system, two, b""):
            words = " ".join(f"-{letter}" for letter, _ in options.given)
            system.put(f"diff {words + ' ' if words else ''}{one} {two}\n")
        status = max(status, _diff_files(system, one, two, options, b""))
    return status


def _read(system: System, name: str, stdin: bytes) -> bytes:
    if name == "-":
        return stdin
    try:
        return system.read_file(name)
    except OSError:
        return b""


def _diff_files(system: System, left: str, right: str, options: Any, stdin: bytes) -> int:
    import difflib

    one, two = _read(system, left, stdin), _read(system, right, stdin)
    if one == two:
        if "s" in options:
            system.put(f"Files {left} and {right} are identical\n")
        return 0
    if "q" in options:
        system.put(f"Files {left} and {right} differ\n")
        return 1
    if b"\0" in one or b"\0" in two:
        system.put(f"{'Binary files' if not is_busybox(system) else 'Files'} {left} and {right} differ\n")
        return 1
    a, b = text_of(one).split("\n"), text_of(two).split("\n")
    ends = [lines.pop() if lines[-1] == "" else None for lines in (a, b)]

    def key(line: str) -> str:
        line = (
            re.sub(r"\s+", "", line)
            if "w" in options
            else re.sub(r"\s+", " ", line).rstrip()
            if "b" in options
            else line
        )
        return line.lower() if "i" in options else line

    matcher = difflib.SequenceMatcher(None, [key(line) for line in a], [key(line) for line in b], autojunk=False)
    system.charge(len(a) + len(b))
    if all(code[0] == "equal" for code in matcher.get_opcodes()) and ends[0] == ends[1]:
        return 0
    if "u" in options or "U" in options or is_busybox(system):
        _unified(system, left, right, a, b, matcher, options, ends)
    else:
        _normal(system, a, b, matcher)
    return 1


def _unified(
    system: System,
    left: str,
    right: str,
    a: list[str],
    b: list[str],
    matcher: Any,
    options: Any,
    ends: list[str | None],
) -> None:
    from fakedocker.userland.dates import format_date

    labels = options.values("L")
    for place, (mark, name) in enumerate((("---", left), ("+++", right))):
        found = stat_or_none(system, name)
        stamp = ""
        if found is not None and not is_busybox(system):
            stamp = "\t" + format_date("%Y-%m-%d %H:%M:%S.%N %z", *divmod(found.mtime_ns, 1_000_000_000))
        system.put(bytes_of(f"{mark} {labels[place] if place < len(labels) else name + stamp}\n"))
    context = int(options.last("U", "3"))
    for group in matcher.get_grouped_opcodes(context):
        first, last = group[0], group[-1]
        system.put(f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n")
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                _put_lines(system, " ", a, i1, i2, ends[0])
            else:
                _put_lines(system, "-", a, i1, i2, ends[0])
                _put_lines(system, "+", b, j1, j2, ends[1])


def _put_lines(system: System, mark: str, lines: list[str], start: int, end: int, ended: str | None) -> None:
    for place in range(start, end):
        system.put(bytes_of(f"{mark}{lines[place]}\n"))
        if place == len(lines) - 1 and ended is None:
            system.put("\\ No newline at end of file\n")


def _range(start: int, end: int) -> str:
    size = end - start
    if size == 1:
        return str(start + 1)
    return f"{start + 1 if size else start},{size}"


def _normal(system: System, a: list[str], b: list[str], matcher: Any) -> None:
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            continue
        left = f"{i1 + 1},{i2}" if i2 - i1 > 1 else str(i2 if i2 > i1 else i1)
        right = f"{j1 + 1},{j2}" if j2 - j1 > 1 else str(j2 if j2 > j1 else j1)
        letter = {"replace": "c", "delete": "d", "insert": "a"}[tag]
        system.put(f"{left}{letter}{right}\n")
        system.put(bytes_of("".join(f"< {line}\n" for line in a[i1:i2])))
        if letter == "c":
            system.put("---\n")
        system.put(bytes_of("".join(f"> {line}\n" for line in b[j1:j2])))
