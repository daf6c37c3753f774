"""Utilities that pass text through: cat, head, tail, wc, sort, uniq, cut, tr, tee, rev, nl, tac, fold, paste, comm, split."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cmp_to_key
from typing import Any

from fakedocker.kernel.program import APPEND, CREATE, TRUNCATE, WRITE, System
from fakedocker.userland.inputs import (
    State,
    bytes_of,
    next_chunk,
    next_lines,
    read_all,
    read_each,
    read_text,
    text_of,
)
from fakedocker.userland.text_escapes import decode_escapes
from fakedocker.userland.tools import Options, Register, UsageProblem, is_busybox, parse_options, parse_size, say, tell

PROGRAMS = Register()


def _cannot_open(system: System, name: str, problem: OSError) -> None:
    if problem.errno == 21:
        tell(system, f"read error: {problem.strerror}", f"{name}: {problem.strerror}")
    else:
        tell(system, f"can't open '{name}': {problem.strerror}", f"{name}: {problem.strerror}")


def _for_reading(system: System, name: str, problem: OSError) -> None:
    if problem.errno == 21:
        tell(system, f"{name}: {problem.strerror}", f"error reading '{name}': {problem.strerror}")
    else:
        tell(system, f"{name}: {problem.strerror}", f"cannot open '{name}' for reading: {problem.strerror}")


def _status(state: State) -> int:
    return 1 if state.get("input_failed") else 0


@PROGRAMS.program("cat", usage="[-nbvteA] [FILE]...\n")
def _cat(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"number": "n", "number-nonblank": "b", "show-all": "A", "show-ends": "E", "show-tabs": "T", "squeeze-blank": "s", "show-nonprinting": "v"}  # fmt: skip
    options = parse_options(system, argv, "nbvteAETsu", long)
    names = options.operands
    if not options.given or all(name == "u" for name, _ in options.given):
        while (data := next_chunk(system, state, names, _cannot_open)) is not None:
            if data:
                system.put(data)
        return _status(state)
    while (lines := next_lines(system, state, names, _cannot_open)) is not None:
        system.put(bytes_of("".join(_cat_line(line, options, state) for line in lines)))
    return _status(state)


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


# head and tail


def _count_of(system: System, text: str) -> int:
    number = parse_size(text)
    if number is None:
        said = f"invalid number '{text}'" if is_busybox(system) else f"invalid number of lines: ‘{text}’"
        raise UsageProblem(said, bare=True)
    return number


def _obsolete(argv: tuple[str, ...]) -> tuple[str, ...]:
    """head -5 as head -n 5; only the first word may be so."""
    if len(argv) > 1 and re.fullmatch(r"-\d+", argv[1]):
        return (argv[0], f"-n{argv[1][1:]}", *argv[2:])
    return argv


@PROGRAMS.program("head", usage="[OPTIONS] [FILE]...\n")
def _head(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"lines=": "n", "bytes=": "c", "quiet": "q", "verbose": "v"}
    options = parse_options(system, _obsolete(argv), "n:c:qv", long)
    in_bytes = options.last_of("nc", "n") == "c"
    text = options.last("c" if in_bytes else "n", "10")
    if text.startswith("-"):
        return _head_but(system, options, state, in_bytes, _count_of(system, text[1:]))
    count = _count_of(system, text)
    names = options.operands or ("-",)
    titled = "v" in options or (len(names) > 1 and "q" not in options)
    while state.setdefault("place", 0) < len(names):
        name = names[state["place"]]
        single: State = state.setdefault("single", {"left": count})
        while single["left"] > 0 and (data := next_chunk(system, single, (name,), _for_reading)) is not None:
            if data and not single.get("titled"):
                single["titled"] = True
                _title(system, state, name, titled)
            system.put(_taken(single, data, in_bytes))
        if single.get("input_failed"):
            state["input_failed"] = True
        elif not single.get("titled"):
            _title(system, state, name, titled)
        if single.get("input_fd"):
            system.close(single["input_fd"])
        state["place"] += 1
        state.pop("single")
    return _status(state)


def _taken(single: State, data: bytes, in_bytes: bool) -> bytes:
    """As much of the data as is still wanted."""
    if in_bytes:
        part = data[: single["left"]]
        single["left"] -= len(part)
        return part
    end = 0
    while single["left"] and (found := data.find(b"\n", end)) >= 0:
        end = found + 1
        single["left"] -= 1
    return data if single["left"] else data[:end]


def _title(system: System, state: State, name: str, wanted: bool) -> None:
    if wanted:
        shown = "standard input" if name == "-" else name
        system.put(bytes_of(f"{chr(10) if state.get('some') else ''}==> {shown} <==\n"))
    state["some"] = True


def _head_but(system: System, options: Options, state: State, in_bytes: bool, count: int) -> int:
    """All but the last so many."""
    data = read_all(system, state, options.operands, _for_reading)
    pieces: Any = data if in_bytes else data.splitlines(keepends=True)
    kept = pieces[: len(pieces) - count] if count else pieces
    system.put(kept if in_bytes else b"".join(kept))
    return _status(state)


@PROGRAMS.program("tail", usage="[OPTIONS] [FILE]...\n")
def _tail(system: System, argv: tuple[str, ...], state: State) -> int:
    words = _obsolete(argv)
    if len(words) > 1 and re.fullmatch(r"\+\d+", words[1]):
        words = (words[0], f"-n{words[1]}", *words[2:])
    long = {"lines=": "n", "bytes=": "c", "follow=?": "f", "quiet": "q", "verbose": "v", "retry": "r", "pid=": "p", "sleep-interval=": "s"}  # fmt: skip
    options = parse_options(system, words, "n:c:fFqvs:", long)
    in_bytes = options.last_of("nc", "n") == "c"
    text = options.last("c" if in_bytes else "n", "10")
    count = _count_of(system, text.lstrip("+-"))
    names = options.operands or ("-",)
    follow = "f" in options or "F" in options
    titled = "v" in options or (len(names) > 1 and "q" not in options)
    descriptors: dict[str, int] = state.setdefault("open", {})
    while state.setdefault("place", 0) < len(names):
        name = names[state["place"]]
        data = _whole(system, state, name, descriptors, follow)
        if data is not None:
            _title(system, state, name, titled)
            system.put(_last(data, count, in_bytes, text.startswith("+")))
            state["last"] = name
        state["place"] += 1
        state.pop("chunks", None)
    if is_busybox(system) and not descriptors and state.get("input_failed") and "-" not in names:
        say(system, "no files")
        return 1
    if not follow or not descriptors:
        return _status(state)
    return _follow(system, state, descriptors, titled)


def _whole(system: System, state: State, name: str, descriptors: dict[str, int], follow: bool) -> bytes | None:
    """All of a file that is there now; its descriptor stays open for following."""
    try:
        if name not in descriptors:
            descriptors[name] = 0 if name == "-" else system.open(name)
        chunks: list[bytes] = state.setdefault("chunks", [])
        while data := system.read(descriptors[name]):
            chunks.append(data)
    except OSError as problem:
        descriptors.pop(name, None)
        state["input_failed"] = True
        tell(
            system, f"can't open '{name}': {problem.strerror}", f"cannot open '{name}' for reading: {problem.strerror}"
        )
        return None
    if name == "-" and (not follow or system.fstat(0).kind != "file"):
        descriptors.pop(name)
    return b"".join(chunks)


def _last(data: bytes, count: int, in_bytes: bool, from_start: bool) -> bytes:
    if in_bytes:
        return data[max(0, count - 1) :] if from_start else data[-count:] if count else b""
    lines = data.splitlines(keepends=True)
    return b"".join(lines[max(0, count - 1) :] if from_start else lines[-count:] if count else [])


def _follow(system: System, state: State, descriptors: dict[str, int], titled: bool) -> int:
    """tail -f: with one file wait until it grows; with several look at each once a second."""
    single = next(iter(descriptors.values())) if len(descriptors) == 1 else None
    while True:
        if single is not None:
            system.wait_for_growth(single)
        elif "wake_ns" in state:
            system.sleep_until(state.pop("wake_ns"))
        for name, descriptor in descriptors.items():
            if system.fstat(descriptor).size_bytes < system.seek(descriptor, 0, 1):
                system.seek(descriptor, 0)
            data = system.read(descriptor)
            if data:
                if titled and state.get("last") != name:
                    _title(system, state, name, True)
                state["last"] = name
                system.put(data)
        if single is None:
            state["wake_ns"] = system.now_ns + 1_000_000_000


# counting and sorting


@PROGRAMS.program("wc", usage="[-clwL] [FILE]...\n")
def _wc(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"bytes": "c", "chars": "m", "lines": "l", "words": "w", "max-line-length": "L"}
    options = parse_options(system, argv, "clwLm", long)
    wanted = [letter for letter in "lwmcL" if letter in options] or ["l", "w", "c"]
    rows: list[tuple[list[int], str]] = []
    for name, data in read_each(system, state, options.operands):
        if data is not None:
            rows.append((_counts(data, wanted), name if options.operands else ""))
    if len(options.operands) > 1:
        rows.append(
            ([sum(column) for column in zip(*(row for row, _ in rows), strict=True)] or [0] * len(wanted), "total")
        )
    width = _wc_width(system, wanted, rows, bool(options.operands))
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
    return _status(state)


def _counts(data: bytes, wanted: list[str]) -> list[int]:
    found = {"l": data.count(b"\n"), "w": len(data.split()), "c": len(data), "m": len(text_of(data))}
    if "L" in wanted:
        found["L"] = max((len(text_of(line).expandtabs()) for line in data.split(b"\n")), default=0)
    return [found[letter] for letter in wanted]


def _wc_width(system: System, wanted: list[str], rows: list[tuple[list[int], str]], named: bool) -> int:
    """GNU: one number alone has no width; of standard input it is 7; else as the largest size."""
    if len(wanted) == 1 and len(rows) == 1:
        return 1
    if not named:
        return 7
    return max((len(str(number)) for numbers, _ in rows for number in numbers), default=1)


_SORT_KEY = re.compile(r"(\d+)(?:\.(\d+))?([bdfginMhrRV]*)(?:,(\d+)(?:\.(\d+))?([bdfginMhrRV]*))?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@PROGRAMS.program(
    "sort",
    usage="[-nrughMcszbdfiokt] [-o FILE] [-k START[.OFS][OPTS][,END[.OFS][OPTS]] [-t CHAR] [FILE]...\n",
    usage_status=2,
)
def _sort(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {
        "reverse": "r", "numeric-sort": "n", "unique": "u", "key=": "k", "field-separator=": "t", "output=": "o",
        "human-numeric-sort": "h", "version-sort": "V", "ignore-case": "f", "stable": "s", "check": "c", "zero-terminated": "z",
        "random-sort": "R", "general-numeric-sort": "g", "month-sort": "M", "ignore-leading-blanks": "b", "dictionary-order": "d", "merge": "m",
    }  # fmt: skip
    options = parse_options(system, argv, "nrughMcCszbdfimVRk:t:o:S:T:", long)

    def report(system: System, name: str, problem: OSError) -> None:
        tell(system, f"{name}: {problem.strerror}", f"cannot read: {name}: {problem.strerror}")

    data = read_text(system, state, options.operands, report)
    if state.get("input_failed"):
        return 2
    end = "\0" if "z" in options else "\n"
    lines = data.split(end)
    if lines[-1] == "":
        lines.pop()
    system.charge(len(lines))
    compare = _comparison(options)
    if "c" in options or "C" in options:
        return _check_sorted(system, lines, compare, options)
    ordered = sorted(lines, key=cmp_to_key(compare))
    if "u" in options:
        keys_only = _comparison(options, last_resort=False)
        ordered = [line for place, line in enumerate(ordered) if not place or keys_only(ordered[place - 1], line) != 0]
    output = bytes_of("".join(line + end for line in ordered))
    if "o" in options:
        system.write_file(options.last("o"), output)
    else:
        system.put(output)
    return 0


def _check_sorted(system: System, lines: list[str], compare: Callable[[str, str], int], options: Options) -> int:
    for place in range(1, len(lines)):
        order = compare(lines[place - 1], lines[place])
        if order > 0 or (order == 0 and "u" in options):
            if "c" in options:
                say(system, f"-:{place + 1}: disorder: {lines[place]}")
            return 1
    return 0


def _comparison(options: Options, last_resort: bool = True) -> Callable[[str, str], int]:
    """A function that compares two lines by the keys, or as a whole."""
    general = "".join(name for name, _ in options.given if name in "bdfginMhrRV")
    separator = options.last("t") or None
    if separator == "\\t":
        separator = "\t"
    keys = []
    for text in options.values("k"):
        match = _SORT_KEY.fullmatch(text)
        if match is None or match[1] == "0":
            raise UsageProblem(f"invalid number at field start: invalid count at start of ‘{text}’", 2, bare=True)
        flags = (match[3] or "") + (match[6] or "") or general
        keys.append((match, flags))

    def compare(left: str, right: str) -> int:
        for match, flags in keys:
            order = _compare_text(_field(left, match, separator), _field(right, match, separator), flags)
            if order:
                return order
        if not keys:
            order = _compare_text(left, right, general)
            if order:
                return order
        if "s" in options or "u" in options or not last_resort:
            return 0
        order = (left > right) - (left < right)
        return -order if "r" in general else order

    return compare


def _field(line: str, match: re.Match[str], separator: str | None) -> str:
    """The part of a line that a key means."""
    if separator is None:
        starts = [found.start() for found in re.finditer(r"\s*\S+", line)] or [0]
        ends = [found.end() for found in re.finditer(r"\s*\S+", line)] or [0]
    else:
        starts, ends, at = [], [], 0
        for piece in line.split(separator):
            starts.append(at)
            ends.append(at + len(piece))
            at += len(piece) + len(separator)
    first = int(match[1]) - 1
    if first >= len(starts):
        return ""
    start = starts[first]
    if match[2]:
        if "b" in (match[3] or ""):
            start += len(line[start:]) - len(line[start:].lstrip())
        start += int(match[2]) - 1
    if match[4] is None:
        return line[start:]
    last = int(match[4]) - 1
    if last >= len(ends):
        return line[start:]
    end = starts[last] + int(match[5]) if match[5] and match[5] != "0" else ends[last]
    return line[start:end]


def _compare_text(left: str, right: str, flags: str) -> int:
    a, b = _sort_value(left, flags), _sort_value(right, flags)
    order = int(a > b) - int(a < b)
    return -order if "r" in flags else order


def _sort_value(text: str, flags: str) -> Any:
    if "n" in flags or "g" in flags:
        match = re.match(r"\s*(-?\d*\.?\d*(?:[eE][-+]?\d+)?)" if "g" in flags else r"\s*(-?\d*\.?\d*)", text)
        digits = match[1] if match else ""
        try:
            return float(digits)
        except ValueError:
            return 0.0
    if "h" in flags:
        match = re.match(r"\s*(-?\d+\.?\d*)([kKMGTPE]?)", text)
        return (float(match[1]) * 1024 ** " KMGTPE".index(match[2].upper() or " ")) if match else 0.0
    if "M" in flags:
        month = text.strip().lower()[:3]
        return _MONTHS.index(month) + 1 if month in _MONTHS else 0
    if "V" in flags:
        return [
            (0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in re.split(r"(\d+)", text) if piece
        ]
    if "b" in flags:
        text = text.lstrip()
    if "d" in flags:
        text = "".join(character for character in text if character.isalnum() or character.isspace())
    return text.upper() if "f" in flags else text


@PROGRAMS.program("uniq", usage="[-cduiz] [-f,s,w N] [FILE [OUTFILE]]\n")
def _uniq(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"count": "c", "repeated": "d", "unique": "u", "ignore-case": "i", "skip-fields=": "f", "skip-chars=": "s", "check-chars=": "w"}  # fmt: skip
    options = parse_options(system, argv, "cduizDf:s:w:", long)
    lines = read_text(system, state, options.operands[:1], _cannot_open).splitlines()
    if state.get("input_failed"):
        return 1
    skip_fields, skip = int(options.last("f", "0")), int(options.last("s", "0"))
    width = int(options.last("w", "0"))

    def key(line: str) -> str:
        rest = re.sub(rf"^(\s*\S+){{0,{skip_fields}}}", "", line)[skip:]
        rest = rest[:width] if width else rest
        return rest.lower() if "i" in options else rest

    groups: list[tuple[str, int]] = []
    for line in lines:
        if groups and key(groups[-1][0]) == key(line):
            groups[-1] = (groups[-1][0], groups[-1][1] + 1)
        else:
            groups.append((line, 1))
    shown = []
    for line, count in groups:
        if ("d" in options and count < 2) or ("u" in options and count > 1):
            continue
        shown.append(f"{count:7d} {line}\n" if "c" in options else f"{line}\n")
    output = bytes_of("".join(shown))
    if len(options.operands) > 1:
        system.write_file(options.operands[1], output)
    else:
        system.put(output)
    return 0


@PROGRAMS.program("cut", usage="{-b|c LIST | -f LIST [-d SEP] [-s]} [-D] [-O SEP] [FILE]...\n")
def _cut(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"bytes=": "b", "characters=": "c", "fields=": "f", "delimiter=": "d", "only-delimited": "s", "output-delimiter=": "O", "complement": "C"}  # fmt: skip
    options = parse_options(system, argv, "b:c:f:d:snO:", long)
    kind = options.last_of("bcf")
    if not kind:
        if is_busybox(system):
            raise UsageProblem("expected a list of bytes, characters, or fields", bare=True)
        raise UsageProblem("you must specify a list of bytes, characters, or fields")
    ranges = _ranges(system, options.last(kind))
    delimiter = options.last("d", "\t")
    if len(delimiter) > 1:
        raise UsageProblem("the delimiter must be a single character")
    joiner = options.last("O", delimiter)
    while (lines := next_lines(system, state, options.operands)) is not None:
        output = []
        for line in lines:
            body = line.removesuffix("\n")
            if kind == "f":
                if delimiter not in body:
                    if "s" not in options:
                        output.append(body + "\n")
                    continue
                pieces = body.split(delimiter)
                output.append(joiner.join(_chosen(pieces, ranges, "C" in options)) + "\n")
            else:
                output.append("".join(_chosen(list(body), ranges, "C" in options)) + "\n")
        system.put(bytes_of("".join(output)))
    return _status(state)


def _ranges(system: System, text: str) -> list[tuple[int, int]]:
    """1,3-5,7- as (first, last) from 0; last is huge where open."""
    found = []
    for piece in text.split(","):
        first, dash, last = piece.partition("-")
        good = (
            (first.isdecimal() or (dash and not first))
            and (last.isdecimal() or not last)
            and piece != "-"
            and first != "0"
        )
        if not good:
            said = f"invalid field value ‘{piece}’" if not is_busybox(system) else f"invalid number '{piece}'"
            raise UsageProblem(said, bare=is_busybox(system))
        start = int(first or 1) - 1
        end = (int(last) - 1 if last else 1 << 60) if dash else start
        found.append((start, end))
    return sorted(found)


def _chosen(pieces: list[str], ranges: list[tuple[int, int]], complement: bool) -> list[str]:
    return [
        piece for place, piece in enumerate(pieces) if any(start <= place <= end for start, end in ranges) != complement
    ]


# single characters


_TR_CLASSES: dict[str, str] = {
    "lower": "abcdefghijklmnopqrstuvwxyz",
    "upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "digit": "0123456789",
    "space": "\t\n\v\f\r ",
    "blank": "\t ",
}


def _tr_set(text: str) -> str:
    """A set of tr written out: ranges, classes, escapes, [x*n]."""
    classes = {
        **_TR_CLASSES,
        "alpha": _TR_CLASSES["upper"] + _TR_CLASSES["lower"],
        "alnum": _TR_CLASSES["digit"] + _TR_CLASSES["upper"] + _TR_CLASSES["lower"],
        "punct": "".join(chr(code) for code in range(33, 127) if not chr(code).isalnum()),
        "cntrl": "".join(chr(code) for code in (*range(32), 127)),
        "print": "".join(chr(code) for code in range(32, 127)),
        "graph": "".join(chr(code) for code in range(33, 127)),
        "xdigit": "0123456789ABCDEFabcdef",
    }
    expanded = re.sub(r"\[:(\w+):\]", lambda match: classes.get(match[1], match[0]), text)
    expanded = re.sub(r"\[(.)\*\]", lambda match: match[1] * 256, expanded)
    decoded = decode_escapes(expanded)
    return (
        re.sub(
            r"([^\\])-(.)",
            lambda match: "".join(chr(code) for code in range(ord(match[1]), ord(match[2]) + 1)),
            decoded,
            flags=re.DOTALL,
        )
        if "[:" not in text
        else decoded
    )


@PROGRAMS.program("tr", usage="[-cds] STRING1 [STRING2]\n")
def _tr(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"complement": "c", "delete": "d", "squeeze-repeats": "s", "truncate-set1": "t"}
    options = parse_options(system, argv, "cCdst", long, permute=False)
    sets = [_tr_set(text) for text in options.operands]
    if not sets:
        raise UsageProblem("" if is_busybox(system) else "missing operand")
    if len(sets) < 2 and "d" not in options and "s" not in options and not is_busybox(system):
        raise UsageProblem(
            f"missing operand after ‘{options.operands[0]}’\nTwo strings must be given when translating."
        )
    complement = "c" in options or "C" in options
    translate = _tr_function(sets, complement, "d" in options)
    squeezed = set(sets[-1]) if "s" in options else set()
    while (data := next_chunk(system, state, ())) is not None:
        held = state.pop("cut", b"") + data
        text = held.decode("utf-8", "surrogateescape")
        text = translate(text)
        if squeezed:
            inverted = complement and len(sets) == 1
            text = _squeeze(text, squeezed, state, inverted)
        system.put(bytes_of(text))
    return 0


def _tr_function(sets: list[str], complement: bool, delete: bool) -> Callable[[str], str]:
    first = set(sets[0])
    if delete:
        return lambda text: "".join(character for character in text if (character in first) == complement)
    if len(sets) < 2:
        return lambda text: text
    target = sets[1]
    if complement:
        last = target[-1:]
        return lambda text: "".join(character if character in first else last for character in text)
    padded = target + target[-1:] * max(0, len(sets[0]) - len(target))
    table = {ord(character): padded[place] for place, character in enumerate(sets[0]) if place < len(padded)}
    return lambda text: text.translate(table)


def _squeeze(text: str, squeezed: set[str], state: State, inverted: bool) -> str:
    previous = state.get("previous", "")
    kept = []
    for character in text:
        if character != previous or (character in squeezed) == inverted:
            kept.append(character)
        previous = character
    state["previous"] = previous
    return "".join(kept)


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


@PROGRAMS.program("rev", "tac", "nl", "fold", "expand", "unexpand", usage="[OPTIONS] [FILE]...\n")
def _whole_lines(system: System, argv: tuple[str, ...], state: State) -> int:
    name = argv[0].rpartition("/")[2]
    options = parse_options(
        system, argv, {"fold": "bsw:", "nl": "b:w:s:v:n:ai:", "expand": "it:", "unexpand": "at:"}.get(name, "")
    )
    lines = read_text(system, state, options.operands, _cannot_open).splitlines()
    if name == "rev":
        shown = [line[::-1] for line in lines]
    elif name == "tac":
        shown = lines[::-1]
    elif name == "fold":
        width = int(options.last("w", "80"))
        shown = [part for line in lines for part in _folded(line, width, "s" in options)]
    elif name == "nl":
        shown = _numbered(lines, options)
    elif name == "expand":
        shown = [line.expandtabs(int(options.last("t", "8"))) for line in lines]
    else:
        shown = [re.sub(r"^( {8})+", lambda match: "\t" * (len(match[0]) // 8), line) for line in lines]
    system.put(bytes_of("".join(f"{line}\n" for line in shown)))
    return _status(state)


def _folded(line: str, width: int, at_spaces: bool) -> list[str]:
    parts = []
    while len(line) > width:
        cut = line.rfind(" ", 0, width) + 1 if at_spaces else 0
        cut = cut or width
        parts.append(line[:cut])
        line = line[cut:]
    return [*parts, line]


def _numbered(lines: list[str], options: Options) -> list[str]:
    width, separator = int(options.last("w", "6")), options.last("s", "\t")
    number = int(options.last("v", "1"))
    shown = []
    for line in lines:
        if line or options.last("b") == "a":
            shown.append(f"{number:{width}d}{separator}{line}")
            number += int(options.last("i", "1"))
        else:
            shown.append(" " * (width + len(separator)))
    return shown


@PROGRAMS.program("paste", usage="[-d LIST] [-s] [FILE]...\n")
def _paste(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "sd:", {"serial": "s", "delimiters=": "d"})
    delimiters = decode_escapes(options.last("d", "\t")) or "\0"
    columns = [text_of(data or b"").splitlines() for _, data in read_each(system, state, options.operands)]
    if "s" in options:
        rows = columns
    else:
        height = max((len(column) for column in columns), default=0)
        rows = [[column[place] if place < len(column) else "" for column in columns] for place in range(height)]
    for row in rows:
        text = row[0] if row else ""
        for place, cell in enumerate(row[1:]):
            text += delimiters[place % len(delimiters)].replace("\0", "") + cell
        system.put(bytes_of(text + "\n"))
    return _status(state)


@PROGRAMS.program("comm", usage="[-123] FILE1 FILE2\n")
def _comm(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "123")
    if len(options.operands) != 2:
        raise UsageProblem("" if is_busybox(system) else "missing operand")
    left, right = (text_of(data or b"").splitlines() for _, data in read_each(system, state, options.operands))
    indent = {"1": "", "2": "" if "1" in options else "\t", "3": "\t" * (("1" not in options) + ("2" not in options))}
    a = b = 0
    while a < len(left) or b < len(right):
        if b >= len(right) or (a < len(left) and left[a] < right[b]):
            column, line = "1", left[a]
            a += 1
        elif a >= len(left) or left[a] > right[b]:
            column, line = "2", right[b]
            b += 1
        else:
            column, line = "3", left[a]
            a, b = a + 1, b + 1
        if column not in options:
            system.put(bytes_of(f"{indent[column]}{line}\n"))
    return _status(state)


@PROGRAMS.program("split", usage="[OPTIONS] [INPUT [PREFIX]]\n")
def _split(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(
        system, argv, "b:l:a:d", {"bytes=": "b", "lines=": "l", "suffix-length=": "a", "numeric-suffixes": "d"}
    )
    data = read_all(system, state, options.operands[:1])
    prefix = options.operands[1] if len(options.operands) > 1 else "x"
    length = int(options.last("a", "2"))
    if "b" in options:
        size = parse_size(options.last("b")) or 1
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
    else:
        count = int(options.last("l", "1000"))
        lines = data.splitlines(keepends=True)
        pieces = [b"".join(lines[at : at + count]) for at in range(0, len(lines), count)]
    letters = "0123456789" if "d" in options else "abcdefghijklmnopqrstuvwxyz"
    for number, piece in enumerate(pieces):
        suffix = ""
        for _ in range(length):
            number, digit = divmod(number, len(letters))
            suffix = letters[digit] + suffix
        system.write_file(prefix + suffix, piece)
    return _status(state)


@PROGRAMS.program("strings", usage="[-fo] [-t o|d|x] [-n LEN] [FILE]...\n")
def _strings(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "afon:t:")
    data = read_all(system, state, options.operands)
    for match in re.finditer(rb"[\x20-\x7e\t]{%d,}" % int(options.last("n", "4")), data):
        system.put(match[0] + b"\n")
    return _status(state)
