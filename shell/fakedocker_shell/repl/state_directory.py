"""What the terminal keeps on the real machine: the history of what was typed, and reports of errors of ours.

Nothing else of a session outlives it. Only the user's own state directory is written to, and a machine on which that is
impossible gets a terminal without a history.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from fakedocker import VERSION

ERROR_STATUS = 70
"""EX_SOFTWARE of sysexits.h: what a script ends with when the error was ours."""
COMMANDS_IN_REPORT = 20


def program_version() -> str:
    """This fakedocker's version."""
    return VERSION


def find(environment: Mapping[str, str]) -> Path:
    """Where the state belongs (XDG Base Directory Specification); it need not exist."""
    base = environment.get("XDG_STATE_HOME", "")
    if not os.path.isabs(base):  # the specification: relative paths are to be ignored
        base = os.path.join(os.path.expanduser("~"), ".local", "state")
    return Path(base) / "fakedocker"


def history_file(environment: Mapping[str, str]) -> Path | None:
    """The file of the history, its directory made; None where there can be none."""
    directory = find(environment)
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return None
    return directory / "history" if os.access(directory, os.W_OK) else None


def write_report(
    environment: Mapping[str, str], problem: str, commands: Sequence[str], journal: bytes = b""
) -> Path | None:
    """Write down an error of ours for whoever can mend it: a session's journal that begins with comments.

    Args:
        problem: a traceback.
        commands: what was run, the newest last.
        journal: the session's, whole; b"" where none was kept.

    Returns:
        the file, in the temporary directory if need be; None where nothing can be written.
    """
    lines = [
        f"fakedocker {program_version()}, Python {sys.version.split()[0]} on {sys.platform}",
        "",
        *problem.rstrip().split("\n"),
    ]
    lines += ["", "The last commands, the newest last:"]
    lines += [f"  {line}" for text in commands for line in text.splitlines()]
    lines += [
        "",
        "`fakedocker replay --cut FILE` does it again, with this file." if journal else "No journal was kept.",
    ]
    text = "".join(f"# {line}".rstrip() + "\n" for line in lines).encode("utf-8", "replace")
    import tempfile  # read when something went wrong: start-up time matters

    for directory in (find(environment), Path(tempfile.gettempdir())):
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(prefix="report-", suffix=".txt", dir=directory, delete=False) as file:
                file.write(text + journal)
            return Path(file.name)
        except OSError:
            continue
    return None


def told(report: Path | None, world_is_kept: bool) -> str:
    """The one line about an error of ours."""
    kept = "; the world is as it was before" if world_is_kept else ""
    return f"fakedocker: an error of ours{kept}. Report: {report or 'could not be written'}"
