"""Reading input in a restartable way: whole, by chunks, or by lines, from standard input or named files.

All memory is in the `state` of the calling program, under keys that begin with "input". It must not know what is done
with what is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from fakedocker.kernel.program import System
from fakedocker.userland.tools import is_busybox, quoted_if_needed, say

State = dict[str, Any]
Report = Callable[[System, str, OSError], None]


def report_plain(system: System, name: str, problem: OSError) -> None:
    """wc: x: No such file or directory."""
    shown = name if is_busybox(system) else quoted_if_needed(name)
    say(system, f"{shown}: {problem.strerror}")


def next_chunk(system: System, state: State, names: tuple[str, ...], report: Report = report_plain) -> bytes | None:
    """The next bytes of all inputs one after the other; b"" where one ends, None at the end of all. Blocks.

    `state["input_index"]` is the input's number, `state["input_failed"]` whether one could not be read.
    """
    files = names or ("-",)
    while True:
        index = state.setdefault("input_index", 0)
        if index >= len(files):
            return None
        name = files[index]
        try:
            if "input_fd" not in state:
                state["input_fd"] = 0 if name == "-" else system.open(name)
            data = system.read(state["input_fd"])
        except OSError as problem:
            report(system, name, problem)
            state["input_failed"] = True
            _close(system, state)
            state["input_index"] = index + 1
            continue
        if not data:
            _close(system, state)
            state["input_index"] = index + 1
        return data


def _close(system: System, state: State) -> None:
    descriptor = state.pop("input_fd", 0)
    if descriptor:
        system.close(descriptor)


def next_lines(
    system: System, state: State, names: tuple[str, ...], report: Report = report_plain, separator: bytes = b"\n"
) -> list[str] | None:
    """The next whole lines, each with its newline (the last of an input may lack it); None at the end. Blocks.

    All lines of one call are of one input. At the end of an input an empty list may come.
    """
    data = next_chunk(system, state, names, report)
    if data is None:
        return None
    if not data:
        rest = b"".join(state.pop("input_rest", ()))
        return [text_of(rest)] if rest else []
    if separator not in data:  # pieces are joined when their line is whole, as it may be a long one
        state.setdefault("input_rest", []).append(data)
        return []
    whole, _, rest = b"".join((*state.pop("input_rest", ()), data)).rpartition(separator)
    if rest:
        state["input_rest"] = [rest]
    return [text_of(line + separator) for line in whole.split(separator)]


def read_all(system: System, state: State, names: tuple[str, ...], report: Report = report_plain) -> bytes:
    """Everything, joined. Blocks; what was read so far is kept as a list of chunks."""
    if "input_whole" in state:
        whole: bytes = state["input_whole"]
        return whole
    chunks: list[bytes] = state.setdefault("input_chunks", [])
    while (data := next_chunk(system, state, names, report)) is not None:
        if data:
            chunks.append(data)
    state["input_whole"] = b"".join(state.pop("input_chunks"))
    system.charge(len(state["input_whole"]) // 64)
    return bytes(state["input_whole"])


def read_each(
    system: System, state: State, names: tuple[str, ...], report: Report = report_plain
) -> list[tuple[str, bytes | None]]:
    """Every input whole: (name, bytes), with None for one that could not be read. Blocks."""
    files = names or ("-",)
    done: list[tuple[str, bytes | None]] = state.setdefault("input_done", [])
    while len(done) < len(files):
        name = files[len(done)]
        single: State = state.setdefault("input_single", {})
        data = read_all(system, single, (name,), report)
        failed = single.get("input_failed", False)
        state["input_failed"] = state.get("input_failed", False) or failed
        done.append((name, None if failed else data))
        state["input_single"] = {}
    return done


def each_input(
    system: System, state: State, names: tuple[str, ...], report: Report = report_plain
) -> Iterator[tuple[str, State, Iterator[bytes]]]:
    """Every input as a stream: (name, the memory for what is made of it, its chunks). Blocks, and goes on where it was.

    What is not plain data must be put into the memory before each chunk is asked for. `state["input_failed"]` says in
    the end whether one could not be read; of such a one the memory has it too.
    """
    files = names or ("-",)
    while state.setdefault("input_place", 0) < len(files):
        name = files[state["input_place"]]
        single: State = state.setdefault("input_single", {})
        yield name, single, _chunks(system, single, name, report)
        state["input_failed"] = state.get("input_failed", False) or single.get("input_failed", False)
        state["input_place"] += 1
        state["input_single"] = {}


def _chunks(system: System, single: State, name: str, report: Report) -> Iterator[bytes]:
    while (data := next_chunk(system, single, (name,), report)) is not None:
        if data:
            yield data


def read_text(system: System, state: State, names: tuple[str, ...], report: Report = report_plain) -> str:
    return text_of(read_all(system, state, names, report))


def text_of(data: bytes) -> str:
    """Bytes as text that keeps what is no UTF-8."""
    return data.decode("utf-8", "surrogateescape")


def bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
