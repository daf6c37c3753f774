"""Utilities that pass text through whole: cat, wc, tee, rev, tac, split, strings.

It must not know columns, order or layout, which have modules of their own.
"""

from __future__ import annotations

import codecs
import re

from fakedocker.kernel.program import APPEND, CREATE, TRUNCATE, WRITE, System
from fakedocker.userland.inputs import (
    State,
    bytes_of,
    each_input,
    next_chunk,
    next_lines,
    read_all,
    read_each,
    read_text,
)
from fakedocker.userland.tools import (
    Options,
    Register,
    is_busybox,
    parse_options,
    parse_size,
    quoted_if_needed,
    say,
    stat_or_none,
    tell,
    whole,
)

PROGRAMS = Register()
_OUT_OF_RANGE = "Numerical result out of range"


def cannot_open(system: System, name: str, problem: OSError) -> None:
    if problem.errno == 21:
        tell(system, f"read error: {problem.strerror}", f"{quoted_if_needed(name)}: {problem.strerror}")
    else:
        gnu = f"{quoted_if_needed(name)}: {problem.strerror}"
        tell(system, f"can't open '{name}': {problem.strerror}", gnu)


def input_status(state: State) -> int:
    return 1 if state.get("input_failed") else 0


@PROGRAMS.program("cat", usage="[-nbvteA] [FILE]...\n")
def _cat(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {
        "number": "n", "number-nonblank": "b", "show-all": "A", "show-ends": "E", "show-tabs": "T",
        "squeeze-blank": "s", "show-nonprinting": "v",
    }  # fmt: skip
    options = parse_options(system, argv, "nbvteAETsu", long)
    names = options.operands
    if not options.given or all(name == "u" for name, _ in options.given):
        while (data := next_chunk(system, state, names, cannot_open)) is not None:
            if data:
                system.put(data)
        return input_status(state)
    while (lines := next_lines(system, state, names, cannot_open)) is not None:
        system.put(bytes_of("".join(_cat_line(line, options, state) for line in lines)))
    return input_status(state)


def _cat_line(line: str, options: Options, state: State) -> str:
    body = line.removesuffix("\n")
    if "s" in options and not body:
        if state.get("was_blank"):
            return ""
        state["was_blank"] = True
    else:
        state["was_blank"] = False
    shown = body
    if any(letter in options for letter in "vteA"):
        shown = "".join(_visible(character) for character in body)
    if any(letter in options for letter in "tAT"):
        shown = shown.replace("\t", "^I")
    if any(letter in options for letter in "eAE") and line.endswith("\n"):
        shown += "$"
    if ("n" in options and "b" not in options) or ("b" in options and body):
        state["number"] = state.get("number", 0) + 1
        shown = f"{state['number']:6d}\t{shown}"
    return shown + ("\n" if line.endswith("\n") else "")


def _visible(character: str) -> str:
    code = ord(character)
    if character == "\t" or 32 <= code < 127:
        return character
    if code < 32:
        return f"^{chr(code + 64)}"
    if code == 127:
        return "^?"
    return "".join(f"M-{_visible(chr(byte & 127))}" for byte in bytes_of(character))


# counting and sorting


@PROGRAMS.program("wc", usage="[-clwL] [FILE]...\n")
def _wc(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"bytes": "c", "chars": "m", "lines": "l", "words": "w", "max-line-length": "L"}
    options = parse_options(system, argv, "clwLm", long)
    wanted = [letter for letter in "lwmcL" if letter in options] or ["l", "w", "c"]
    rows: list[tuple[list[int], str]] = state.setdefault("rows", [])
    for name, single, chunks in each_input(system, state, options.operands):
        for data in chunks:
            _count(single, data, wanted)
            system.charge(len(data) // 512)
        if not single.get("input_failed"):
            _count(single, b"", wanted, final=True)
            rows.append(([single[letter] for letter in wanted], name if options.operands else ""))
    if len(options.operands) > 1:
        rows.append(
            ([sum(column) for column in zip(*(row for row, _ in rows), strict=True)] or [0] * len(wanted), "total")
        )
    width = _wc_width(system, wanted, options.operands)
    for numbers, name in rows:
        if is_busybox(system):
            line = (
                str(numbers[0])
                if len(numbers) == 1 and len(rows) == 1
                else " ".join(f"{number:9d}" for number in numbers)
            )
        else:
            line = " ".join(f"{number:{width}d}" for number in numbers)
        system.put(bytes_of(f"{line}{' ' + name if name else ''}\n"))
    return input_status(state)


def _count(single: State, data: bytes, wanted: list[str], final: bool = False) -> None:
    """Add some bytes to what has been counted; what is in the middle of a word, a character or a line there goes on
    with the next."""
    for letter in "lwcmL":
        single.setdefault(letter, 0)
    single["c"] += len(data)
    single["l"] += data.count(b"\n")
    if "w" in wanted and data:
        single["w"] += len(data.split()) - (single.get("in_word", False) and not data[:1].isspace())
        single["in_word"] = not data[-1:].isspace()
    if "m" not in wanted and "L" not in wanted:
        return
    text, single["partial"] = _decoded(single.get("partial", b"") + data, final)
    single["m"] += len(text)
    if "L" in wanted:
        first, *others = text.split("\n")
        for place, line in enumerate((first, *others)):
            column = single.get("column", 0) if place == 0 else 0
            for index, part in enumerate(line.split("\t")):
                column = (column // 8 + 1) * 8 + len(part) if index else column + len(part)
            single["L"] = max(single["L"], column)
            single["column"] = column


def _decoded(data: bytes, final: bool) -> tuple[str, bytes]:
    """Bytes as text, and what is the beginning of a character that is not whole yet."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    text = decoder.decode(data, final)
    return text, decoder.getstate()[0]


def _wc_width(system: System, wanted: list[str], names: tuple[str, ...]) -> int:
    """GNU: one number of one input has no width; else as the size of all files together, 7 with any other input."""
    if len(wanted) == 1 and len(names) <= 1:
        return 1
    total = 0
    for name in names or ("-",):
        found = None if name == "-" else stat_or_none(system, name)
        if found is None:
            if name == "-":
                return 7
            continue
        if found.kind != "file":
            return 7
        total += found.size_bytes
    return len(str(total))


@PROGRAMS.program("tee", usage="[-ai] [FILE]...\n")
def _tee(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "ai", {"append": "a", "ignore-interrupts": "i"})
    if "open" not in state:
        state["open"] = []
        mode = APPEND if "a" in options else TRUNCATE
        for name in options.operands:
            try:
                state["open"].append(system.open(name, WRITE | CREATE | mode))
            except OSError as problem:
                say(system, f"{name}: {problem.strerror}")
                state["failed"] = True
    while data := system.read(0):
        for descriptor in (1, *state["open"]):
            system.put(data, descriptor)
    return 1 if state.get("failed") else 0


@PROGRAMS.program("rev", usage="[FILE]...\n")
def _rev(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "")

    def report(system: System, name: str, problem: OSError) -> None:
        tell(system, f"can't open '{name}': {problem.strerror}", f"cannot open {name}: {problem.strerror}")

    lines = read_text(system, state, options.operands, report).split("\n")
    system.put(bytes_of("\n".join(line[::-1] for line in lines)))
    return input_status(state)


@PROGRAMS.program("tac", usage="[FILE]...\n")
def _tac(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "")

    def report(system: System, name: str, problem: OSError) -> None:
        gnu = f"failed to open '{name}' for reading: {problem.strerror}"
        tell(system, f"{name}: {problem.strerror}", gnu)

    for _, data in read_each(system, state, options.operands, report):
        lines = (data or b"").split(b"\n")
        last = lines.pop()
        whole = [line + b"\n" for line in lines]
        system.put(last + b"".join(reversed(whole)))
    return input_status(state)


@PROGRAMS.program("split", usage="[OPTIONS] [INPUT [PREFIX]]\n")
def _split(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(
        system, argv, "b:l:a:d", {"bytes=": "b", "lines=": "l", "suffix-length=": "a", "numeric-suffixes": "d"}
    )
    data = read_all(system, state, options.operands[:1])
    prefix = options.operands[1] if len(options.operands) > 1 else "x"
    length = whole(system, options.last("a", "2"), "invalid suffix length: ‘{}’")
    if "b" in options:
        size = parse_size(options.last("b")) or 1
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
    else:
        wrong = "invalid number of lines: ‘{}’"
        count = whole(system, options.last("l", "1000"), wrong, least=1, below=f"{wrong}: {_OUT_OF_RANGE}")
        lines = data.splitlines(keepends=True)
        pieces = [b"".join(lines[at : at + count]) for at in range(0, len(lines), count)]
    letters = "0123456789" if "d" in options else "abcdefghijklmnopqrstuvwxyz"
    for number, piece in enumerate(pieces):
        suffix = ""
        for _ in range(length):
            number, digit = divmod(number, len(letters))
            suffix = letters[digit] + suffix
        system.write_file(prefix + suffix, piece)
    return input_status(state)


@PROGRAMS.program("strings", usage="[-fo] [-t o|d|x] [-n LEN] [FILE]...\n")
def _strings(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "afon:t:")
    data = read_all(system, state, options.operands)
    least = whole(
        system, options.last("n", "4"), "invalid integer argument {}", least=1, below="invalid minimum string length {}"
    )
    for match in re.finditer(rb"[\x20-\x7e\t]{%d,}" % min(least, len(data) + 1), data):
        system.put(match[0] + b"\n")
    return input_status(state)
