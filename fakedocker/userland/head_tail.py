"""head and tail: the beginning and the end of files, and what is appended to them."""

from __future__ import annotations

import re
from typing import Any

from fakedocker.base.clock import SECOND_NS
from fakedocker.kernel.program import System
from fakedocker.userland.basic import parse_duration_ns
from fakedocker.userland.inputs import (
    State,
    bytes_of,
    next_chunk,
    read_all,
)
from fakedocker.userland.text import input_status
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
    """All but the last so many."""
    data = read_all(system, state, options.operands, _for_reading)
    pieces: Any = data if in_bytes else data.splitlines(keepends=True)
    kept = pieces[: len(pieces) - count] if count else pieces
    system.put(kept if in_bytes else b"".join(kept))
    return input_status(state)


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
        return input_status(state)
    state["interval_ns"] = parse_duration_ns(options.last("s", "1")) or SECOND_NS
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
