"""What the terminal knows of the command line goes by the release of its client."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakedocker_shell.repl import completion
from fakedocker_shell.repl.highlighting import spans
from fakedocker_shell.scenarios import ran
from helpers.repl_screen import Terminal

ONLY_29 = ("docker commit --no-pause", "docker service create --memory-swap")


@pytest.mark.parametrize(("profile", "known"), [("28", False), ("29", True)])
def test_flags_are_those_of_the_release(tmp_path: Path, profile: str, known: bool) -> None:
    terminal = Terminal(tmp_path, profile=profile)
    for line in ONLY_29:
        flag = line.rpartition(" ")[2]
        found = {each.text for each in completion.candidates(terminal.console, line, True)}
        kinds = {line[span.start : span.end]: span.kind for span in spans(terminal.console, line)}
        assert (flag in found, kinds[flag]) == (known, "flag" if known else "unknown"), line


def test_what_ran_is_read_as_the_release_reads_it() -> None:
    commands = [["commit", "--no-pause", "web", "mine"]]
    assert ran.count("commit --no-pause web", commands, "29") == 1
    assert ran.count("commit --no-pause web", commands, "28") == 0
