"""dd: blocks from one file to another, with a report."""

from __future__ import annotations

from typing import Any

from fakedocker.kernel.program import CREATE, TRUNCATE, WRITE, System
from fakedocker.userland.files.files import State
from fakedocker.userland.tools import (
    Register,
    UsageProblem,
    is_busybox,
    parse_size,
    say,
    tell,
)

PROGRAMS = Register()
PIECE_BYTES = 1 << 20
"""How much of a block is on its way at once."""


@PROGRAMS.program("dd", usage="[if=FILE] [of=FILE] [bs=N] [count=N] [skip=N] [seek=N]\n")
def _dd(system: System, argv: tuple[str, ...], state: State) -> int:
    """Restartable between pieces of blocks: everything it knows is in `state`. A block counts as memory, and is never held."""
    if "settings" not in state:
        state["settings"] = settings = _dd_settings(argv)
        state.update(whole=0, part=0, out=0, in_block=0, started_ns=system.now_ns)
        try:
            state["in"] = system.open(settings["if"]) if "if" in settings else 0
            state["to"] = 1
            if "of" in settings:
                cut = 0 if "notrunc" in settings.get("conv", "") else TRUNCATE
                state["to"] = system.open(settings["of"], WRITE | CREATE | cut)
                if int(settings.get("seek", 0)):
                    system.seek(state["to"], int(settings["seek"]) * settings["bytes"])
        except OSError as problem:
            name = settings.get("of") if "in" in state else settings.get("if")
            tell(system, f"can't open '{name}': {problem.strerror}", f"failed to open '{name}': {problem.strerror}")
            return 1
    settings = state["settings"]
    size, limit = settings["bytes"], settings.get("count")
    _dd_skip(system, state, int(settings.get("skip", 0)) * size)
    system.memory_use(size)
    full_blocks = "fullblock" in settings.get("iflag", "").split(",")
    while limit is None or state["whole"] + state["part"] < int(limit):
        asked = min(size - state["in_block"], PIECE_BYTES)
        data = system.read(state["in"], asked)
        try:
            system.put(data, state["to"])
        except OSError as problem:
            say(system, f"error writing '{settings.get('of', 'standard output')}': {problem.strerror}")
            return 1
        system.charge(len(data) // 4096)
        state["out"] += len(data)
        state["in_block"] += len(data)
        if state["in_block"] == size or (len(data) < asked and not (full_blocks and data)):
            if state["in_block"]:
                state["whole" if state["in_block"] == size else "part"] += 1
            state["in_block"] = 0
        if not data:
            break
    _dd_report(system, state)
    return 0


def _dd_skip(system: System, state: State, wanted: int) -> None:
    """Leave out so many bytes of the input: by seeking in a file, by reading from anything else. Blocks."""
    if "skipped" not in state:
        state["skipped"] = 0
        if system.fstat(state["in"]).kind == "file":
            system.seek(state["in"], wanted, 1)
            state["skipped"] = wanted
    while state["skipped"] < wanted and (data := system.read(state["in"], min(wanted - state["skipped"], PIECE_BYTES))):
        state["skipped"] += len(data)


def _dd_settings(argv: tuple[str, ...]) -> dict[str, Any]:
    settings: dict[str, Any] = {"bytes": 512}
    for word in argv[1:]:
        key, equals, value = word.partition("=")
        if not equals or key not in (
            "if",
            "of",
            "bs",
            "ibs",
            "obs",
            "count",
            "skip",
            "seek",
            "conv",
            "status",
            "iflag",
            "oflag",
        ):
            raise UsageProblem(f"unrecognized operand ‘{word}’")
        settings[key] = value
    for key in ("bs", "count", "skip", "seek"):
        if key in settings:
            number = parse_size(settings[key])
            if number is None:
                raise UsageProblem(f"invalid number: ‘{settings[key]}’", bare=True)
            settings["bytes" if key == "bs" else key] = number
    return settings


def _dd_report(system: System, state: State) -> None:
    if state["settings"].get("status") == "none":
        return
    records = f"{state['whole']}+{state['part']}"
    system.put(f"{records} records in\n{records} records out\n", 2)
    if state["settings"].get("status") == "noxfer":
        return
    seconds = max((system.now_ns - state["started_ns"]) / 1e9, 0.000001)
    total = state["out"]
    if is_busybox(system):
        system.put(
            f"{total} bytes ({_binary(total)}B) copied, {seconds:.6f} seconds, {_binary(int(total / seconds))}B/s\n", 2
        )
        return
    sizes = f" ({_decimal(total)}, {_binary(total, True)})" if total >= 1024 else ""
    plural = "byte" if total == 1 else "bytes"
    system.put(f"{total} {plural}{sizes} copied, {seconds:g} s, {_decimal(int(total / seconds))}/s\n", 2)


def _scaled(size: int, step: int, units: tuple[str, ...]) -> tuple[float, str]:
    """The size in the largest unit in which it is at least 1."""
    value, place = float(size), 0
    while value >= step and place < len(units) - 1:
        value /= step
        place += 1
    return value, units[place]


def _binary(size: int, long: bool = False) -> str:
    value, unit = _scaled(size, 1024, ("", "K", "M", "G", "T"))
    return f"{value:.1f} {unit}iB".replace(".0 ", " ") if long else f"{value:.1f}{unit}" if unit else f"{size}"


def _decimal(size: int) -> str:
    value, unit = _scaled(size, 1000, ("", "k", "M", "G", "T"))
    return f"{value:.1f} {unit}B".replace(".0 ", " ")
