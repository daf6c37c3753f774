"""Taking down what is typed at the terminal, and how long it was waited between, as the text of a scenario.

What is printed is not kept; it comes from playing the scenario, see `scenarios.recording`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence

from fakedocker.base import clock, units

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_SHORTEST_WAIT_NS = clock.SECOND_NS


class Recorder:
    """Takes down what is typed from now on.

    Args:
        name: the scenario's id, and its file's name without .md.
        seed: of the world.
        start_ns: when the session began.
        before: what had changed something until now; it becomes the setup.
        now_ns: the present.
        own_commands: those of the terminal's own commands that a scenario can have.
        profile, storage: which Docker it is; "" for what a scenario has that says nothing.

    Raises:
        ValueError: the name is none for a scenario.
    """

    def __init__(
        self,
        name: str,
        seed: int,
        start_ns: int,
        before: Sequence[str],
        now_ns: int,
        own_commands: Collection[str],
        profile: str = "",
        storage: str = "",
    ) -> None:
        if not _NAME.fullmatch(name):
            raise ValueError(f"a name is lower-case letters, digits and dashes, not {name!r}")
        self.name = name
        self._seed, self._start_ns, self._own_commands = seed, start_ns, own_commands
        self._docker = {"profile": profile, "storage": storage}
        self._before = list(before)
        self._last_ns = now_ns
        self.lines: list[tuple[str, int | None]] = []
        """Commands and their exit statuses; None for a wait that was put in."""

    def add(self, text: str, began_ns: int, ended_ns: int, status: int) -> None:
        """A command was run; what only shows something of the terminal's own is not kept.

        Args:
            began_ns, ended_ns: on the virtual clock.
        """
        text = text.strip()
        if text.startswith(":") and text[1:].partition(" ")[0] not in self._own_commands:
            return
        gap_ns = began_ns - self._last_ns
        if gap_ns >= _SHORTEST_WAIT_NS:
            seconds_ns = gap_ns // clock.SECOND_NS * clock.SECOND_NS
            self.lines.append((f":wait {units.format_duration(seconds_ns)}", None))
        self.lines.append((text, status))
        self._last_ns = ended_ns

    def text(self) -> str:
        """The scenario, without what its commands print."""
        head = [
            "+++", "format = 1", f'id = "{self.name}"', f'title = "{self.name}"', f"seed = {self._seed}",
            f'clock = "{clock.rfc3339_nano(self._start_ns)}"',
        ]  # fmt: skip
        head += [f'{key} = "{value}"' for key, value in self._docker.items() if value]
        if self._before:
            setup = (text if text.startswith(":") else f"{text}\ntrue" for text in self._before)
            head += ["[world]", "setup = [", *(f"  {json.dumps(text)}," for text in setup), "]"]
        return "\n".join([*head, "+++", f"# {self.name}", "", "```console", *self._commands(), "```", ""])

    def _commands(self) -> Iterable[str]:
        for text, _ in self.lines:
            first, *more = text.split("\n")
            yield from (f"$ {first}", *(f"> {line}" for line in more))
