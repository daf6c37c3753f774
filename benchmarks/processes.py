"""Whole processes against `python -c pass`: importing, starting, a first command."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.timing import best, command, compiling, milli, profile


def measure() -> Iterator[tuple[str, str, str]]:
    python = sys.executable
    shell_words = [python, "-m", "fakedocker_shell", "--profile", profile()]
    floor = command([python, "-c", "pass"])
    yield "python -c pass (the floor)", milli(floor), ""
    importing = command([python, "-c", "import fakedocker"])
    yield "import fakedocker", f"{importing / floor:.1f} x floor", "4 x"
    engine = command(
        [python, "-c", "from fakedocker.assembly import create_engine; create_engine(profile='" + profile() + "')"]
    )
    yield "create an engine", f"{engine / floor:.1f} x floor", ""
    shell = command([*shell_words, "-c", "true"])
    yield "fakedocker -c true", f"{shell / floor:.1f} x floor", "10 x"
    script = "docker run --rm alpine true; docker ps -a"
    seconds = command([*shell_words, "-c", script])
    yield f"fakedocker -c '{script}'", f"{milli(seconds)}, {seconds / floor:.1f} x floor", ""
    prompt = best(lambda: _on_terminal(shell_words[:-2], b"", b":~#"), 7)
    yield "fakedocker on a terminal, until the prompt", f"{prompt / floor:.1f} x floor", "14 x"
    echo = best(lambda: _on_terminal(shell_words[:-2], b"zz", b"zz"), 7)
    yield "the same, until a key is shown that was typed at the prompt at once", f"{echo / floor:.1f} x floor", ""
    yield from _shim([python, "-m", "fakedocker_shell"], floor)


def _on_terminal(words: list[str], keys: bytes, mark: bytes) -> None:
    """Start the terminal on a terminal of its own, type at its prompt, and read until it shows something."""
    inside, outside = pty.openpty()
    process = subprocess.Popen(
        words, stdin=outside, stdout=outside, stderr=outside, start_new_session=True, env=compiling()
    )
    os.close(outside)
    shown = b""
    while b":~#" not in shown:
        shown += os.read(inside, 1 << 16)
    os.write(inside, keys)
    while mark not in shown:
        shown += os.read(inside, 1 << 16)
    process.kill()
    process.wait()
    os.close(inside)


def _shim(fakedocker: list[str], floor: float) -> Iterator[tuple[str, str, str]]:
    """A docker of `fakedocker shim`, first with and then without an engine that runs."""
    with tempfile.TemporaryDirectory(prefix="fd-") as folder:
        docker = str(Path(folder) / "docker")
        install = [*fakedocker, "shim", "install", "--profile", profile(), folder]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
        stop = [*fakedocker, "shim", "stop", folder]
        try:
            first = command([docker, "ps"], repeats=1, warm=False)
            yield "shim: the first docker ps, which starts the engine", f"{first / floor:.1f} x floor", ""
            later = command([docker, "ps"], repeats=20)
            yield "shim: docker ps", f"{milli(later)}, {later / floor:.1f} x floor", "3 x"
            once = command([docker, "run", "--rm", "alpine", "true"])
            yield "shim: docker run --rm alpine true", f"{milli(once)}, {once / floor:.1f} x floor", ""
        finally:
            subprocess.run(stop, check=True, stdout=subprocess.DEVNULL)
