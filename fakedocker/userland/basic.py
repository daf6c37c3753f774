"""The smallest programs: cat, echo, sleep, true, false, yes."""

from __future__ import annotations
from typing import Any
from fakedocker.kernel.program import Program, System

PROGRAMS: dict[str, Program] = {}


def program(f: Program) -> Program:
    PROGRAMS[f.__name__.strip("_")] = f
    return f


@program
def cat(io, argv, state):
    names = argv[1:] or ("-",)
    while state.setdefault("index", 0) < len(names):
        name = names[state["index"]]
        if "fd" not in state:
            try:
                state["fd"] = 0 if name == "-" else io.open(name)
            except OSError as error:
                io.put(f"cat: can't open '{name}': {error.strerror}\n", 2)
                state["status"], state["index"] = 1, state["index"] + 1
                continue
        while chunk := io.read(state["fd"]):
            io.put(chunk)
        if state["fd"]:
            io.close(state["fd"])
        del state["fd"]
        state["index"] += 1
    return state.get("status", 0)


@program
def echo(io, argv, state):
    io.put(" ".join(argv[1:]) + "\n")
    return 0


@program
def true(io, argv, state):
    return 0


@program
def false(io, argv, state):
    return 1


@program
def sleep(io, argv, state):
    if "t" not in state:
        state["t"] = io.now_ns + int(float(argv[1]) * 1e9)
    io.sleep_until(state["t"])
    return 0


@program
def yes(io, argv, state):
    while True:
        io.put("y\n" * 1000)
        io.drain()
