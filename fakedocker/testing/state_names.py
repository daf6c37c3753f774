"""The words for what a container can be in, as a type: a slip of the pen is found by a type checker, and told at run time."""

from __future__ import annotations

import difflib
import re
from typing import Final, Literal, TypeAlias, get_args

State: TypeAlias = Literal[
    "created", "running", "paused", "restarting", "removing", "exited", "dead",
    "stopped", "starting", "healthy", "unhealthy", "oom-killed",
]  # fmt: skip
"""What a container is in: one of docker's seven, exited by being stopped, what its health checks say, or out of memory."""
WORDS: Final[tuple[str, ...]] = get_args(State)
_WITH_CODE: Final = re.compile(r"exited[ (]+(\d+)\)?")


def check(state: str, exit_code: int | None = None) -> None:
    """Refuse what is no state, and a code that none can have. Raises ValueError, with what was meant."""
    if state not in WORDS:
        match = _WITH_CODE.fullmatch(state)
        near = difflib.get_close_matches(state, WORDS, 1, 0.5)
        meant = f"'exited', exit_code={match[1]}" if match is not None else repr(near[0]) if near else ""
        did_you = f"did you mean {meant}?" if meant else f"expected one of {', '.join(WORDS)}"
        raise ValueError(f"no state {state!r}; {did_you}")
    if exit_code is None:
        return
    if state != "exited":
        raise ValueError(f"only what has exited has an exit code, not what is {state}")
    if not isinstance(exit_code, int) or not 0 <= exit_code <= 255:
        raise ValueError(f"expected an exit code from 0 to 255, not {exit_code!r}")
