"""head and tail: the beginning and the end of files, and what is appended to them."""

from __future__ import annotations

import re
from typing import NamedTuple

from fakedocker.base.clock import SECOND_NS
from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of, each_input, next_chunk
from fakedocker.userland.processes.basic import parse_duration_ns
from fakedocker.userland.text.text import input_status
from fakedocker.userland.tools import Options, Register, UsageProblem, is_busybox, parse_options, parse_size, say, tell

PROGRAMS = Register()


def _for_reading(system: System, name: str, problem: OSError) -> None:
    if problem.errno == 21:
        tell(system, f"{name}: {problem.strerror}", f"error reading '{name}': {problem.strerror}")
    else:
        tell(system, f"{name}: {problem.strerror}", f"cannot open '{name}' for reading: {problem.strerror}")


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
    return input_status(state)


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
    """All but the last so many, of which no more than these are held."""
    names = options.operands or ("-",)
    titled = "v" in options or (len(names) > 1 and "q" not in options)
    for name, single, chunks in each_input(system, state, names, _for_reading):
        kept = Kept(single, count, in_bytes)
        for data in chunks:
            _title_once(system, state, single, name, titled)
            system.put(kept.add(data))
        if not single.get("input_failed"):
            _title_once(system, state, single, name, titled)
            system.put(kept.split()[0])
    return input_status(state)


def _title_once(system: System, state: State, single: State, name: str, wanted: bool) -> None:
    if not single.get("titled"):
        single["titled"] = True
        _title(system, state, name, wanted)


class End(NamedTuple):
    """What tail is to show of each file: so many lines or bytes at the end, or from that one on."""

    number: int
    in_bytes: bool
    from_start: bool
    titled: bool
    follow: bool


class Kept:
    """The end of a stream: so many bytes or lines, and what has come before it.

    Args:
        single: the memory, plain data.
    """

    def __init__(self, single: State, count: int, in_bytes: bool) -> None:
        self._single = single
        self._count = count
        self._in_bytes = in_bytes
        single.setdefault("kept", [])
        single.setdefault("held", 0)

    def add(self, data: bytes) -> bytes:
        """More of the stream; gives what is not among the last any more."""
        single = self._single
        single["kept"].append(data)
        single["held"] += self._size(data)
        given: list[bytes] = []
        kept: list[bytes] = single["kept"]
        while len(kept) > 1 and single["held"] - self._size(kept[0]) > self._count:
            single["held"] -= self._size(kept[0])
            given.append(kept.pop(0))
        return b"".join(given)

    def _size(self, data: bytes) -> int:
        return len(data) if self._in_bytes else data.count(b"\n")

    def split(self) -> tuple[bytes, bytes]:
        """What is left, as what comes before the last ones and these."""
        data = b"".join(self._single["kept"])
        if self._in_bytes:
            place = max(0, len(data) - self._count)
        else:
            lines = _lines(data)
            place = sum(len(line) for line in lines[: max(0, len(lines) - self._count)])
        return data[:place], data[place:]


def _lines(data: bytes) -> list[bytes]:
    """Lines with their newlines."""
    parts = data.split(b"\n")
    last = parts.pop()
    return [part + b"\n" for part in parts] + ([last] if last else [])


@PROGRAMS.program("tail", usage="[OPTIONS] [FILE]...\n")
def _tail(system: System, argv: tuple[str, ...], state: State) -> int:
    words = _obsolete(argv)
    if len(words) > 1 and re.fullmatch(r"\+\d+", words[1]):
        words = (words[0], f"-n{words[1]}", *words[2:])
    long = {
        "lines=": "n", "bytes=": "c", "follow=?": "f", "quiet": "q", "verbose": "v", "retry": "r", "pid=": "p",
        "sleep-interval=": "s",
    }  # fmt: skip
    options = parse_options(system, words, "n:c:fFqvs:", long)
    in_bytes = options.last_of("nc", "n") == "c"
    text = options.last("c" if in_bytes else "n", "10")
    count = _count_of(system, text.lstrip("+-"))
    names = options.operands or ("-",)
    follow = "f" in options or "F" in options
    titled = "v" in options or (len(names) > 1 and "q" not in options)
    descriptors: dict[str, int] = state.setdefault("open", {})
    end = End(count, in_bytes, text.startswith("+"), titled, follow)
    while state.setdefault("place", 0) < len(names):
        name = names[state["place"]]
        _show_end(system, state, name, descriptors, end)
        state["place"] += 1
        state.pop("single", None)
    if is_busybox(system) and not descriptors and state.get("input_failed") and "-" not in names:
        say(system, "no files")
        return 1
    if not follow or not descriptors:
        return input_status(state)
    state["interval_ns"] = parse_duration_ns(options.last("s", "1")) or SECOND_NS
    return _follow(system, state, descriptors, titled)


def _show_end(system: System, state: State, name: str, descriptors: dict[str, int], end: End) -> None:
    """The end of a file as it is now; its descriptor stays open for following. No more than what is wanted is held. Blocks."""
    single: State = state.setdefault("single", {})
    kept = None if end.from_start else Kept(single, end.number, end.in_bytes)
    single.setdefault("skipped", 0)
    try:
        if name not in descriptors:
            descriptors[name] = 0 if name == "-" else system.open(name)
        while data := system.read(descriptors[name]):
            if kept is not None:
                kept.add(data)
                continue
            _title_once(system, state, single, name, end.titled)
            system.put(_past_start(single, data, end))
    except OSError as problem:
        descriptors.pop(name, None)
        state["input_failed"] = True
        tell(
            system, f"can't open '{name}': {problem.strerror}", f"cannot open '{name}' for reading: {problem.strerror}"
        )
        return
    if name == "-" and (not end.follow or system.fstat(0).kind != "file"):
        descriptors.pop(name)
    _title_once(system, state, single, name, end.titled)
    if kept is not None:
        system.put(kept.split()[1])
    state["last"] = name


def _past_start(single: State, data: bytes, end: End) -> bytes:
    """What of some more bytes comes after those that tail -n +N and -c +N leave out."""
    missing = max(0, end.number - 1) - single["skipped"]
    if not missing:
        return data
    if end.in_bytes:
        single["skipped"] += min(missing, len(data))
        return data[missing:]
    place = 0
    while missing and (found := data.find(b"\n", place)) >= 0:
        place = found + 1
        missing -= 1
        single["skipped"] += 1
    return b"" if missing else data[place:]


def _follow(system: System, state: State, descriptors: dict[str, int], titled: bool) -> int:
    """tail -f: with one file wait until it grows; look at several, or at a pipe, once a second."""
    single = next(iter(descriptors.values())) if len(descriptors) == 1 else None
    if single is not None and (system.fstat(single).kind not in ("file", "char") or system.is_terminal(single)):
        single = None
    while True:
        if single is not None:
            system.wait_for_growth(single)
        elif "wake_ns" in state:
            system.sleep_until(state["wake_ns"])
        for name, descriptor in descriptors.items():
            kind = system.fstat(descriptor).kind
            if kind == "file" and system.fstat(descriptor).size_bytes < system.seek(descriptor, 0, 1):
                system.seek(descriptor, 0)
            if single is None and not system.poll((descriptor,), system.now_ns):
                continue
            data = system.read(descriptor)
            if data:
                if titled and state.get("last") != name:
                    _title(system, state, name, True)
                state["last"] = name
                system.put(data)
        if single is None:
            state["wake_ns"] = system.now_ns + state["interval_ns"]
