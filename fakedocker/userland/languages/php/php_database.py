"""What a page asks of a database: once, though the page is run again from its top after each wait."""

from __future__ import annotations

from fakedocker.kernel.program import System
from fakedocker.userland.languages.php.php_values import Thing, Value
from fakedocker.userland.services.sql_service import exchange


class Database:
    """The questions of a page, and the connections and rows that came of them.

    Args:
        memory: of the page's process: what has been answered.
    """

    def __init__(self, system: System, memory: dict[str, Value]) -> None:
        self._system = system
        self._memory = memory
        self._questions = 0
        self.things: list[Value] = []

    def ask(self, message: dict[str, Value]) -> dict[str, Value] | None:
        """The answer of the database; the one it gave before, where the page has been here already. Blocks."""
        asked = self._memory["asked"]
        self._questions += 1
        if self._questions > len(asked):
            asked.append(exchange(self._system, self._memory["database"], message))
        found: dict[str, Value] | None = asked[self._questions - 1]
        return found

    def keep(self, kind: str, held: dict[str, Value]) -> Thing:
        """Something that the page can name."""
        self.things.append(held)
        return Thing(kind, len(self.things) - 1)

    def rows(self, thing: Thing) -> list[dict[str, Value]]:
        """What is left of the rows of an answer."""
        held = self.things[thing.number]
        found = held.get("rows", [])[held.get("place", 0) :]
        held["place"] = len(held.get("rows", []))
        return list(found)
