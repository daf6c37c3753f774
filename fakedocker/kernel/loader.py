"""Which simulated program a file is.

A program file begins with the magic of an ELF file and has a line `fakedocker:FAMILY/NAME` at byte 64; the rest is
filler up to its size. So programs are files like any other: copied, linked, removed. A binary made elsewhere is none of
them, whatever its name: what it would do is not simulated. This module must not know processes or paths.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from fakedocker.filesystem.content import Content, filler, join
from fakedocker.filesystem.node import Node
from fakedocker.kernel.program import Identity, Program

HEADER_BYTES = 256
PLACEHOLDER_FAMILY = "placeholder"
"""The family of programs that are made up for want of the real ones: none of them is simulated."""
ELF_MAGIC = b"\x7fELF"
_ELF_HEADER = ELF_MAGIC + b"\x02\x01\x01" + bytes(9) + b"\x02\x00\x3e\x00\x01\x00\x00\x00" + bytes(40)
_LINE_AT = 64
_LINE_MARK = b"fakedocker:"


class Image(NamedTuple):
    """What the head of a file says.

    kind is "program" (with `identity`), "script" (with the interpreter and its one argument), "elf" for a binary made
    elsewhere, or "text" for what a shell would run itself.
    """

    kind: str
    identity: Identity | None = None
    interpreter: str = ""
    argument: str = ""


class Runnable(NamedTuple):
    """What exec found: `argv` has the interpreter in front for a script."""

    path: str
    identity: Identity
    argv: tuple[str, ...]
    executable: str


class Command(NamedTuple):
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


def program_file(family: str, name: str, size_bytes: int) -> Content:
    """The content of a program's file, of at least 256 bytes. Only its head is held."""
    line = _LINE_MARK + f"{family}/{name}\n".encode()
    head = (_ELF_HEADER + line).ljust(HEADER_BYTES, b"\0")
    return join(head, filler(f"program:{family}/{name}", max(0, size_bytes - len(head))))


@lru_cache(maxsize=512)
def read_image(head: bytes) -> Image:
    """What the first 256 bytes of a file say about running it."""
    if head.startswith(ELF_MAGIC):
        if head[_LINE_AT:].startswith(_LINE_MARK):
            line = head[_LINE_AT + len(_LINE_MARK) :].split(b"\n", 1)[0].decode("utf-8", "replace")
            family, _, name = line.partition("/")
            return Image("program", Identity(family, name))
        return Image("elf")
    if head.startswith(b"#!"):
        line = head[2:].split(b"\n", 1)[0].decode("utf-8", "surrogateescape").strip()
        interpreter, _, argument = line.partition(" ")
        if interpreter:
            return Image("script", None, interpreter, argument.strip())
    return Image("text")
