"""What a script's process remembers: the graph of cells below its roots, as the kernel and a state on disk see it."""

from __future__ import annotations

from importlib import import_module
from typing import ClassVar, Final

from fakedocker.kernel.utility import Memory
from fakedocker.userland.languages.machine.cells import Value, copy_graph, measure
from fakedocker.userland.languages.machine.storing import Row, flatten, rebuild

LANGUAGES: Final = {
    "python": "fakedocker.userland.languages.python.everything",
    "javascript": "fakedocker.userland.languages.javascript.runtime",
}
"""The modules by which scripts of a language are run; importing one registers all of its cells and what it shares."""


class ScriptMemory(Memory):
    """All that lasts of a script.

    Args:
        language: a name in `LANGUAGES`.
        roots: what the language keeps, by name. The machine's own is "top", the frame on top.
    """

    __slots__ = ("language", "roots")
    __stored__: ClassVar[dict[str, type]] = {"language": str, "rows": list}

    def __init__(self, language: str, roots: dict[str, Value]) -> None:
        self.language = language
        self.roots = roots

    @property
    def rows(self) -> list[Row]:
        """The graph as plain data."""
        return flatten(self.roots)

    @classmethod
    def restored(cls, language: str, rows: list[Row]) -> ScriptMemory:
        """The memory of such data. Raises ValueError, TypeError or LookupError if it is none."""
        import_module(LANGUAGES[language])
        roots = rebuild(rows)
        if type(roots) is not dict:
            raise ValueError("a memory without roots")
        return cls(language, roots)

    def copy(self) -> ScriptMemory:
        return ScriptMemory(self.language, copy_graph(self.roots))

    def memory_bytes(self) -> int:
        return measure(self.roots)
