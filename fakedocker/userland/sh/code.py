"""Compiled code: one complete command of some source as flat operations, and the closures linked from them.

The operations are plain tuples; the closures are a cache, and a `Code` is kept as the source it came from. Sources are
compiled command by command, as a shell reads them, so that an error late in a script does not stop what stands before
it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar, Final

from msgspec import Struct
from msgspec.structs import replace

from fakedocker.userland.sh.compiler import Compiler
from fakedocker.userland.sh.dialect import Dialect, SyntaxProblem
from fakedocker.userland.sh.linking import Linked, Operation, link
from fakedocker.userland.sh.nodes import Command
from fakedocker.userland.sh.parser import parse_command

BEFORE: Final = -1
"""The offset of code that does nothing but go on with the first command: an error in that is then met while running."""


class CodeKey(Struct, frozen=True):
    """What code is made from. `tail`: the last command of the source may replace the process (sh -c)."""

    source: str
    offset: int
    dialect: Dialect
    first_line: int = 1
    tail: bool = False
    aliases: tuple[tuple[str, str], ...] = ()


class Code:
    """`safe` holds the operations before which a trap may run; `end` is where the next command begins."""

    __slots__ = ("end", "key", "linked", "offsets", "operations", "safe")
    __stored__: ClassVar[dict[str, Any]] = {"key": CodeKey}

    def __init__(
        self, key: CodeKey, end: int, operations: tuple[Operation, ...], offsets: tuple[int, ...], safe: frozenset[int]
    ) -> None:
        self.key = key
        self.end = end
        self.operations = operations
        self.offsets = offsets
        self.safe = safe
        self.linked: tuple[Linked, ...] = ()

    def line(self, pc: int) -> int:
        """The source line of an operation."""
        offset = self.offsets[pc] if 0 <= pc < len(self.offsets) else self.key.offset
        return self.key.first_line + self.key.source.count("\n", 0, offset)

    def next(self, aliases: tuple[tuple[str, str], ...]) -> Code | None:
        """The code of the following command of the same source, None at its end."""
        if self.end >= len(self.key.source) and self.key.offset != BEFORE:
            return None
        return code_for(replace(self.key, offset=self.end, aliases=aliases))

    @staticmethod
    def restored(key: CodeKey) -> Code:
        """The code of what `__stored__` names. ValueError where there is none."""
        try:
            return code_for(key)
        except SyntaxProblem:
            raise ValueError("a shell's code that is wrong") from None


@lru_cache(4096)
def code_for(key: CodeKey) -> Code:
    """The code at an offset of a source. At the end of the source it has nothing but its end operation.

    Raises:
        SyntaxProblem: the source is wrong there.
    """
    command: Command | None = None
    end = 0
    if key.offset != BEFORE:
        command, end = parse_command(key.source, key.offset, key.dialect, True, dict(key.aliases))
    compiler = Compiler(key.dialect, key.source)
    if command is not None:
        compiler.command(command, check=True, tail=key.tail and not key.source[end:].strip())
    compiler.emit("end")
    code = Code(key, end, tuple(compiler.operations), tuple(compiler.offsets), frozenset(compiler.safe))
    code.linked = link(code.operations)
    return code
