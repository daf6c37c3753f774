"""A scenario as a film for asciinema's players: asciicast version 2, typed at an even pace, the same bytes every time.

Format: https://docs.asciinema.org/manual/asciicast/v2/
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from fakedocker_shell.scenarios.model import WRONG, Scenario
from fakedocker_shell.scenarios.replaying import Played

_COLUMNS, _ROWS = 100, 30
_PROMPT = "\x1b[1;32mroot@docker-host:~#\x1b[0m "
_CHARACTER_SECONDS, _ENTER_SECONDS, _READING_SECONDS, _LINE_SECONDS = 0.04, 0.3, 1.0, 0.15


def write(scenario: Scenario, played: Iterable[Played]) -> str:
    """The film of all blocks but the wrong answers."""
    film = _Film()
    for each in played:
        if each.block.kind != WRONG:
            film.show(_PROMPT)
            film.type(each.step.command)
            film.show("".join(f"{line}\r\n" for line in each.printed))
            film.wait(_READING_SECONDS + _LINE_SECONDS * len(each.printed))
    film.show(_PROMPT)
    head = {
        "version": 2, "width": _COLUMNS, "height": _ROWS, "timestamp": scenario.clock_ns // 1_000_000_000,
        "title": scenario.title, "env": {"TERM": "xterm-256color", "SHELL": "/bin/bash"},
    }  # fmt: skip
    return "\n".join([json.dumps(head), *film.lines, ""])


class _Film:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self._seconds = 0.0

    def wait(self, seconds: float) -> None:
        self._seconds += seconds

    def show(self, text: str) -> None:
        if text:
            self.lines.append(json.dumps([round(self._seconds, 3), "o", text], ensure_ascii=False))

    def type(self, command: str) -> None:
        for character in command:
            self.wait(_CHARACTER_SECONDS)
            self.show("\r\n> " if character == "\n" else character)
        self.wait(_ENTER_SECONDS)
        self.show("\r\n")
