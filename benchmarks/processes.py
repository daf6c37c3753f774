"""Whole processes against `python -c pass`: importing, starting, a first command."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from benchmarks.timing import command, milli, profile


def measure() -> Iterator[tuple[str, str, str]]:
    python = sys.executable
    shell_words = [python, "-m", "fakedocker_shell.main", "--profile", profile()]
    floor = command([python, "-c", "pass"])
    yield "python -c pass (the floor)", milli(floor), ""
    importing = command([python, "-c", "import fakedocker"])
    yield "import fakedocker", f"{importing / floor:.1f} x floor", "4 x"
    engine = command(
        [python, "-c", "from fakedocker.assembly import create_engine; create_engine(profile='" + profile() + "')"]
    )
    yield "create an engine", f"{engine / floor:.1f} x floor", ""
    shell = command([*shell_words, "-c", "true"])
    yield "fakedocker -c true", f"{shell / floor:.1f} x floor", "20 x to a prompt"
    script = "docker run --rm alpine true; docker ps -a"
    yield f"fakedocker -c '{script}'", milli(command([*shell_words, "-c", script])), ""
