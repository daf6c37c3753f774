"""od, hexdump and xxd: bytes made visible."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, read_all
from fakedocker.userland.text.text_escapes import decode_escapes
from fakedocker.userland.tools import Register, UsageProblem, base_name, is_busybox, parse_options, say, strtol

PROGRAMS = Register()
_ESCAPES = {0: "\\0", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
_NAMES = (
    "nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp"
).split()


def _folded(data: bytes, width: int, verbose: bool) -> Iterator[tuple[int, bytes | None]]:
    """Lines of bytes with their offsets; None once for all that repeat the line before."""
    previous: bytes | None = None
    starred = False
    for at in range(0, len(data), width):
        block = data[at : at + width]
        if block == previous and not verbose:
            if not starred:
                yield at, None
            starred = True
        else:
            starred, previous = False, block
            yield at, block


def _character(byte: int) -> str:
    return _ESCAPES.get(byte) or (chr(byte) if 32 <= byte < 127 else f"{byte:03o}")


_OD_SUFFIXES = {"": 1, "b": 512, "k": 1 << 10, "K": 1 << 10, "m": 1 << 20, "M": 1 << 20, "kB": 1000, "MB": 10**6}


def _number(system: System, text: str, option: str) -> int:
    """The value of od's -j, -N and -w: no less than 0. Raises UsageProblem."""
    number, rest = strtol(text, 0 if not is_busybox(system) else 10)
    if is_busybox(system):
        if not text or number < 0 or rest not in _OD_SUFFIXES or number >= (1 << 63) - 1:
            raise UsageProblem(f"invalid number '{text}'", 1, bare=True)
    elif rest == text or number < 0:
        raise UsageProblem(f"invalid -{option} argument ‘{text}’", 1, bare=True)
    elif rest not in _OD_SUFFIXES:
        raise UsageProblem(f"invalid suffix in -{option} argument ‘{text}’", 1, bare=True)
    elif number >= (1 << 63) - 1:
        raise UsageProblem(f"-{option} argument ‘{text}’ too large", 1, bare=True)
    return number * _OD_SUFFIXES[rest]


# od


@PROGRAMS.program("od", usage="[-abcdfhilovxs] [-t TYPE] [-A RADIX] [-N SIZE] [FILE]...\n")
def _od(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"format=": "t", "address-radix=": "A", "read-bytes=": "N", "skip-bytes=": "j", "width=?": "w"}
    options = parse_options(system, argv, "abcdohxisvt:A:N:j:w:", long)
    skipped = _number(system, options.last("j", "0"), "j")
    width = _number(system, options.last("w", "16"), "w") or 16
    limit = _number(system, options.last("N"), "N") if "N" in options else 1 << 62
    data = read_all(system, state, options.operands)[skipped : skipped + limit]
    types = {"c": "c", "x": "x2", "h": "x2", "b": "o1", "a": "a", "d": "u2", "o": "o2", "i": "d4", "s": "d2"}
    kinds = [types.get(name, value) for name, value in options.given if name in types or name == "t"] or ["o2"]
    radix = options.last("A", "o")
    for at, block in _folded(data, width, "v" in options):
        if block is None:
            system.put("*\n")
            continue
        for number, kind in enumerate(kinds):
            front = _address(at + skipped, radix)
            system.put((front if not number else " " * len(front)) + _od_cells(block, kind) + "\n")
    if radix != "n":
        system.put(_address(len(data) + skipped, radix) + "\n")
    return 1 if state.get("input_failed") else 0


def _address(at: int, radix: str) -> str:
    return {"o": f"{at:07o}", "x": f"{at:06x}", "d": f"{at:07d}", "n": ""}.get(radix, "")


# (letter, bytes) -> columns of a cell
_OD_WIDTHS = {
    ("x", 1): 2, ("x", 2): 4, ("x", 4): 8, ("x", 8): 16, ("o", 1): 3, ("o", 2): 6, ("o", 4): 11, ("o", 8): 22,
    ("u", 1): 3, ("u", 2): 5, ("u", 4): 10, ("u", 8): 20, ("d", 1): 4, ("d", 2): 6, ("d", 4): 11, ("d", 8): 20,
}  # fmt: skip


def _od_cells(block: bytes, kind: str) -> str:
    letter = kind[:1]
    if letter == "c":
        return "".join(f"{_character(byte):>4}" for byte in block)
    if letter == "a":
        codes = [byte & 127 for byte in block]
        return "".join(f"{_NAMES[code] if code <= 32 else 'del' if code == 127 else chr(code):>4}" for code in codes)
    digits = re.sub(r"\D", "", kind)
    size = int(digits) if digits else 1 if kind.endswith("C") else 2 if kind.endswith("S") else 4
    width = _OD_WIDTHS.get((letter, size))
    if width is None:
        raise UsageProblem(f"invalid type string ‘{kind}’", bare=True)
    cells = []
    for at in range(0, len(block), size):
        value = int.from_bytes(block[at : at + size].ljust(size, b"\0"), "little", signed=letter == "d")
        cells.append(f"{value:0{width}{letter}}" if letter in "xo" else f"{value:{width}d}")
    trailer = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in block) if kind.endswith("z") else ""
    return "".join(f" {cell}" for cell in cells) + (f"  >{trailer}<" if trailer else "")


# hexdump


def _words(form: str) -> Callable[[bytes], list[str]]:
    """Cells of two bytes, little-endian."""

    def cells(block: bytes) -> list[str]:
        return [
            form.format(int.from_bytes(block[at : at + 2].ljust(2, b"\0"), "little")) for at in range(0, len(block), 2)
        ]

    return cells


# option -> the cells of a line, and how wide a whole line is
_HEXDUMP_FORMS: dict[str, tuple[Callable[[bytes], list[str]], int]] = {
    "": (_words(" {:04x}"), 47),
    "x": (_words("    {:04x}"), 71),
    "d": (_words("   {:05d}"), 71),
    "o": (_words("  {:06o}"), 71),
    "b": (lambda block: [f" {byte:03o}" for byte in block], 71),
    "c": (lambda block: [f" {_character(byte):>3}" for byte in block], 71),
}


def _hexdump_number(system: System, text: str, what: str) -> int:
    """The value of hexdump's -s and -n: no less than 0. Raises UsageProblem."""
    number, rest = strtol(text, 0)
    large = number >= (1 << 63) - 1
    if text and number >= 0 and rest in _OD_SUFFIXES and not large and rest != text:
        return number * _OD_SUFFIXES[rest]
    said = f"failed to parse {what}: '{text}': {'Numerical result out of range' if large else 'Invalid argument'}"
    raise UsageProblem(f"invalid number '{text}'" if is_busybox(system) else said, 1, bare=True)


@PROGRAMS.program("hexdump", "hd", usage="[-bcdoxCv] [-e FMT] [-f FMT_FILE] [-n LEN] [-s OFS] [FILE]...\n")
def _hexdump(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "bcdoxCvn:s:e:")
    skip = _hexdump_number(system, options.last("s", "0"), "offset")
    limit = _hexdump_number(system, options.last("n"), "length") if "n" in options else 1 << 62
    data = read_all(system, state, options.operands)[skip : skip + limit]
    verbose = "v" in options
    if "e" in options:
        system.put(_by_format(data, "".join(options.values("e")), skip, verbose).encode("latin-1"))
        return 1 if state.get("input_failed") else 0
    canonical = "C" in options or base_name(argv[0]) == "hd"
    cells, width = _HEXDUMP_FORMS[options.last_of("xdobc")]
    digits = 8 if canonical else 7
    for at, block in _folded(data, 16, verbose):
        if block is None:
            system.put("*\n")
        elif canonical:
            system.put(_canonical_line(at + skip, block))
        else:
            system.put((f"{at + skip:07x}" + "".join(cells(block))).ljust(width) + "\n")
    if data:
        system.put(f"{len(data) + skip:0{digits}x}\n")
    return 1 if state.get("input_failed") else 0


def _canonical_line(at: int, block: bytes) -> str:
    pairs = [f"{byte:02x}" for byte in block]
    text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in block)
    return f"{at:08x}  {' '.join(pairs[:8]):<23}  {' '.join(pairs[8:]):<23}  |{text}|\n"


_UNIT = re.compile(r'\s*(?:(\d*)/(\d+)\s*)?"([^"]*)"')
_DIRECTIVE = re.compile(r"%(-?\d*(?:\.\d+)?)(_a[dox]|_[cpu]|[xXduoc])")


def _by_format(data: bytes, form: str, skip: int, verbose: bool) -> str:
    """hexdump -e: units of count/size "format", applied again and again while there are bytes."""
    units = [
        (int(match[1] or 1), int(match[2] or 0), decode_escapes(match[3], quote_too=True))
        for match in _UNIT.finditer(form)
    ]
    width = sum(count * size for count, size, _ in units)
    if not width:
        raise UsageProblem(f"bad format {{{form}}}", bare=True)
    pieces: list[str] = []
    for at, block in _folded(data, width, verbose):
        if block is None:
            pieces.append("*\n")
            continue
        place = 0
        for count, size, text in units:
            for turn in range(count):
                if size and place >= len(block):
                    break
                last = count > 1 and turn == count - 1
                pieces.append(_unit_text(text.rstrip() if last else text, block[place : place + size], skip + at))
                place += size
    return "".join(pieces)


def _unit_text(text: str, cell: bytes, at: int) -> str:
    value = int.from_bytes(cell, "little")

    def shown(match: re.Match[str]) -> str:
        width, kind = match[1], match[2]
        if kind.startswith("_a"):
            return f"%{width}{kind[2]}" % at
        if kind in ("c", "_c", "_u", "_p"):
            printable = chr(value) if 32 <= value < 127 else "."
            return f"%{width}s" % (printable if kind == "_p" else chr(value) if kind == "c" else _character(value))
        return f"%{width}{kind}" % value

    return _DIRECTIVE.sub(shown, text)


# xxd


@PROGRAMS.program("xxd", usage="[-pr] [-g N] [-c N] [-l LEN] [-s OFS] [FILE]\n")
def _xxd(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "prul:s:g:c:b", {"plain": "p", "revert": "r", "len=": "l", "cols=": "c"})
    skip = _xxd_number(system, options.last("s", "0"))
    limit = _xxd_number(system, options.last("l")) if "l" in options else -1
    width = _xxd_number(system, options.last("c", "0")) or (30 if "p" in options else 16)
    group = _xxd_number(system, options.last("g", "2"))
    data = read_all(system, state, options.operands[:1])
    if "r" in options:
        system.put(_reverted(data, "p" in options))
        return 1 if state.get("input_failed") else 0
    if skip >= 1 << 62 or -skip > len(data):
        say(system, "Sorry, cannot seek.")
        return 4
    skip = skip if skip >= 0 else len(data) + skip
    data = data[skip:] if limit < 0 else data[skip : skip + limit]
    if not 0 < width <= (1 << 20 if "p" in options else 256):
        say(system, "invalid number of columns (max. 256).")
        return 1
    if "p" in options:
        digits = data.hex()
        system.put("".join(f"{digits[at : at + 2 * width]}\n" for at in range(0, len(digits), 2 * width)))
        return 1 if state.get("input_failed") else 0
    group = group if 0 < group < width else 2 if group < 0 else width
    column = 2 * width + -(-width // group) - 1
    for at in range(0, len(data), width):
        block = data[at : at + width]
        pairs = " ".join(block[place : place + group].hex() for place in range(0, len(block), group))
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in block)
        shown = pairs.upper() if "u" in options else pairs
        system.put(f"{at + skip:08x}: {shown:<{column}}  {text}\n")
    return 1 if state.get("input_failed") else 0


def _xxd_number(system: System, text: str) -> int:
    """The value of an option of xxd: what strtol(3) makes of it; for busybox's a whole number. Raises UsageProblem."""
    number, rest = strtol(text, 0)
    if is_busybox(system) and (not text or rest or not 0 <= number < 1 << 32):
        raise UsageProblem(f"invalid number '{text}'", 1, bare=True)
    return number


def _reverted(data: bytes, plain: bool) -> bytes:
    """The bytes that a dump shows."""
    if not plain:
        data = b"".join(re.sub(rb"^[^:]*: ", b"", line).partition(b"  ")[0] for line in data.splitlines())
    digits = re.sub(rb"[^0-9a-fA-F]", b"", data)
    return bytes.fromhex(digits[: len(digits) // 2 * 2].decode())
