"""Playing a scenario's commands where nobody looks: a shell with pipes, and time that leaps.

What a command prints is what `fakedocker -c` would print; the terminal's own commands print nothing here, as their
words are for the terminal alone.
"""

from __future__ import annotations

from typing import NamedTuple

from fakedocker.engine.inflight import TimeMode
from fakedocker.engine.waiting import WaitCannotEnd, WaitTooLong
from fakedocker.operations.containers import rootfs
from fakedocker.operations.system import files
from fakedocker.world.world import World
from fakedocker_shell import host
from fakedocker_shell.repl import meta_checks, meta_faults, meta_time
from fakedocker_shell.repl.history import Moment
from fakedocker_shell.repl.interaction import unattended
from fakedocker_shell.repl.meta_base import MetaProblem, run_command
from fakedocker_shell.repl.terminal_session import TerminalSession
from fakedocker_shell.repl.timeline import Timeline
from fakedocker_shell.scenarios.model import Scenario
from fakedocker_shell.scenarios.problems import ScenarioProblem
from fakedocker_shell.session import SCRIPT_HORIZON_NS, SCRIPT_JUMPS, new_world

OWN_COMMANDS = {**meta_time.COMMANDS, **meta_checks.COMMANDS, **meta_faults.COMMANDS}
"""The terminal's own commands that a scenario can have: those that do something, and need nobody to look."""


class Outcome(NamedTuple):
    """What a command has printed, both streams as they came, and its exit status."""

    output: str
    status: int


class Stuck(Exception):
    """A command waits for what never comes; the text says for what."""


class Player(TerminalSession):
    """A terminal without a screen.

    Args:
        world: where it starts; a new one unless given.
    """

    def __init__(self, world: World | None = None) -> None:
        self._printed: list[bytes] = []
        super().__init__(lambda fd, data: self._printed.append(data), TimeMode.FAST, world=world)

    def open_shell(self) -> None:
        super().open_shell()
        self.session.hang_up()  # nobody types: who reads standard input finds its end

    def run(self, command: str) -> Outcome:
        """Run one complete command.

        Raises:
            Stuck: it does not end.
        """
        if command.lstrip().startswith(":"):
            name, _, argument = command.strip()[1:].partition(" ")
            return Outcome("", self._run_own(name, argument.strip()))
        self._printed.clear()
        with self.noting(command):
            self._drive(command)
        self.last_output = b"".join(self._printed)
        return Outcome(self.last_output.decode("utf-8", "replace"), self.status)

    def _run_own(self, name: str, argument: str) -> int:
        """One of the terminal's own commands; gives its status."""
        self.status = 0
        try:
            unattended(run_command(OWN_COMMANDS[name], self, argument))
        except MetaProblem:
            self.status = 2
        return self.status

    def _drive(self, command: str) -> None:
        self.session.execute(command)
        try:
            self.engine.drive(lambda: self.session.is_idle, f"`{command}`", SCRIPT_HORIZON_NS, SCRIPT_JUMPS)
        except (WaitCannotEnd, WaitTooLong) as problem:
            raise Stuck(str(problem)) from None

    def go_back_to_start(self, first: Moment) -> None:
        """As a new player, in the state that one began with."""
        self.restore(first)
        self.timeline = Timeline(first)

    def leave(self) -> None:
        """End this player's shell; its world goes on without one."""
        self.session.execute("exit")
        self.engine.drive(lambda: self.session.status is not None, "leaving the shell")


def prepare(scenario: Scenario) -> World:
    """The world in which a scenario begins: its files, and its setup done; no shell is open.

    Raises:
        ScenarioProblem: a file cannot be put there, or a setup command fails.
    """
    player = Player(new_world(scenario.seed, scenario.clock_ns, scenario.profile, storage=scenario.storage))
    draft = player.engine.draft
    for file in scenario.files:
        path = file.path if file.path.startswith("/") else f"{host.HOME}/{file.path}"
        mode = 0o755 if file.content.startswith("#!") else 0o644
        try:
            files.make_file(draft, rootfs.host_mounts(draft), path, file.content.encode(), mode)
        except OSError as problem:
            raise ScenarioProblem(scenario.path, file.line, f"{file.path}: {problem.strerror}") from None
    player.engine.turn()
    for command in scenario.setup:
        try:
            outcome = player.run(command.command)
        except Stuck as problem:
            raise ScenarioProblem(
                scenario.path, command.line, f"a setup command that ends was expected: {problem}"
            ) from None
        if outcome.status:
            told = outcome.output.strip() or "it printed nothing"
            raise ScenarioProblem(
                scenario.path,
                command.line,
                f"`{command.command}` was expected to succeed, and ends with {outcome.status}: {told}",
            )
    player.leave()
    for fault in scenario.faults:
        player.engine.inject(fault.rule)
    return player.engine.snapshot()
