"""How the streams of processes go: a terminal, or pipes whose stream has an id."""

from __future__ import annotations

from fakedocker.containers.model import Container, Exec
from fakedocker.kernel.kernel import Stdio


def of_container(container: Container) -> Stdio:
    """How process 1's streams go: a terminal, or three pipes whose stream has the container's id."""
    config = container.config
    rows, columns = container.host_config.console_size
    return Stdio(container.id, terminal=config.tty, stdin=config.open_stdin, rows=rows, columns=columns)


def of_exec(execution: Exec, console: tuple[int, int] | None) -> Stdio:
    rows, columns = console or (0, 0)
    return Stdio(execution.id, terminal=execution.terminal, stdin=execution.attach_stdin, rows=rows, columns=columns)


def pipes(stream: str) -> Stdio:
    """Three pipes without input, whose output goes to a stream of that id."""
    return Stdio(stream, terminal=False, stdin=False)
