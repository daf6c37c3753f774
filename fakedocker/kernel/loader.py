"""Which simulated program a file is.

A binary made elsewhere is none of the programs that `program_files` makes, whatever its name: what it would do is not simulated.
This module must not know processes or paths.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from msgspec import Struct

from fakedocker.filesystem.node import Node
from fakedocker.filesystem.program_files import ELF_MAGIC, LINE_AT, LINE_MARK, MACHINE_AT, MACHINES
from fakedocker.kernel.program import Identity, Program

_FOREIGN = frozenset(MACHINES.values()) - {MACHINES["amd64"], MACHINES["386"]}


class Image(Struct, frozen=True):
    """What the head of a file says.

    kind is "program" (with `identity`, and in `argument` its version as VARIABLE=VERSION), "script" (with the interpreter and its one argument), "elf" for a binary made
    elsewhere, "foreign" for one of another processor, or "text" for what a shell would run itself.
    """

    kind: str
    identity: Identity | None = None
    interpreter: str = ""
    argument: str = ""


class Runnable(Struct, frozen=True):
    """What exec found: `argv` has the interpreter in front for a script."""

    path: str
    identity: Identity
    argv: tuple[str, ...]
    executable: str


class Command(Struct, frozen=True):
    """What a command line runs, but for its words.

    Args:
        inode, node: the file, by which it is seen whether what was found before still holds.
        utility: the name of the utility that it is; "" for a program with a body of its own.
        program: that utility.
    """

    inode: Any
    node: Node | None
    path: str
    identity: Identity
    executable: str
    utility: str
    program: Program


@lru_cache(maxsize=512)
def read_image(head: bytes) -> Image:
    """What the first 256 bytes of a file say about running it."""
    if head.startswith(ELF_MAGIC):
        if head[MACHINE_AT : MACHINE_AT + 1] and head[MACHINE_AT] in _FOREIGN:
            return Image("foreign")
        if head[LINE_AT:].startswith(LINE_MARK):
            line = head[LINE_AT + len(LINE_MARK) :].split(b"\n", 1)[0].decode("utf-8", "replace")
            program, _, version = line.partition("\t")
            family, _, name = program.partition("/")
            return Image("program", Identity(family, name), argument=version)
        return Image("elf")
    if head.startswith(b"#!"):
        line = head[2:].split(b"\n", 1)[0].decode("utf-8", "surrogateescape").strip()
        interpreter, _, argument = line.partition(" ")
        if interpreter:
            return Image("script", None, interpreter, argument.strip())
    return Image("text")
