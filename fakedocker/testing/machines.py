"""A ready state machine for code that manages containers: things go wrong around it, in any order, and it has to cope.

Subclass `OrchestratorMachine`, say what is to be tested, and let pytest run its `TestCase`. Hypothesis looks for a
short sequence of steps after which a promise is broken; the failure prints as docker commands.
"""

from __future__ import annotations

import sys

from hypothesis import note, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from fakedocker.containers.model import Container
from fakedocker.faults.model import FaultError
from fakedocker.testing.commands import docker_command
from fakedocker.testing.fake import FakeDocker
from fakedocker.testing.state_names import State
from fakedocker.testing.states import StateUnreachable

DEFAULT_FAULTS = (
    "registry docker.io down for 1m",
    "create error 500 once",
    "start error 500 once",
    "create lost once",
    "start lost once",
    "remove error 500 once",
    "list reset once",
    "wire latency 2s for 30s",
    "disk full for 1m",
    "daemon restart",
)


class OrchestratorMachine(RuleBasedStateMachine):
    """Containers end, fail, are removed by somebody else; the daemon, the disk and the registry have their troubles.

    To override: `begin`, `step`, `check`, `check_settled`; `faults` and `settling_steps` where others are wanted.
    """

    faults: tuple[str, ...] = DEFAULT_FAULTS
    """What may go wrong, in the words of `Engine.inject`."""
    settling_steps = 120
    """How many steps, with `step_seconds` between them, the code gets at most to recover once nothing goes wrong any more."""
    step_seconds = 1.0
    seed = 0

    def __init__(self) -> None:
        super().__init__()
        self.fake = FakeDocker(self.seed)
        self._told = 0

    # to override

    def begin(self, fake: FakeDocker) -> None:
        """Make images, and what is to be tested."""

    def step(self) -> None:
        """Let the code do one turn of its work. An exception is a failure."""
        raise NotImplementedError("let the code that is tested do a turn of its work")

    def check(self) -> None:
        """Assert what must hold at any time."""

    def check_settled(self) -> None:
        """Assert what must hold after nothing has gone wrong for a while."""

    # what happens

    @initialize()
    def _start(self) -> None:
        self.begin(self.fake)
        self._tell()

    @rule(turns=st.integers(1, 15))
    def the_code_works(self, turns: int) -> None:
        """Some turns of the code, `step_seconds` apart."""
        for _ in range(turns):
            self._work()
            self.fake.advance(self.step_seconds)
            self.check()

    @rule(seconds=st.integers(1, 90))
    def time_passes(self, seconds: int) -> None:
        """So many seconds of the virtual clock pass."""
        note(f"$ sleep {seconds}")
        self.fake.advance(seconds)

    @rule(
        data=st.data(),
        change=st.sampled_from(
            [
                ("exited", 0),
                ("exited", 1),
                ("oom-killed", None),
                ("unhealthy", None),
                ("paused", None),
                ("stopped", None),
            ]
        ),
    )
    def a_container_changes(self, data: st.DataObject, change: tuple[State, int | None]) -> None:
        """A container gets into another state behind the code's back."""
        container = self._pick(data, running=True)
        state, exit_code = change
        if container is not None:
            note(f"# container {container.name} becomes {state}{'' if exit_code is None else f' ({exit_code})'}")
            try:
                self.fake.put(container.name, state, exit_code)
            except (StateUnreachable, FaultError) as problem:
                note(f"#   but {problem}")
            self._told = len(self.fake.calls)

    @rule(data=st.data())
    def a_container_is_removed(self, data: st.DataObject) -> None:
        """Somebody removes a container by hand."""
        container = self._pick(data, running=False)
        if container is not None:
            try:
                self.fake.client.api.remove_container(container.id, force=True)
            except Exception as problem:
                note(f"#   but {problem}")
            self._tell()

    @rule(data=st.data())
    def something_goes_wrong(self, data: st.DataObject) -> None:
        """One of `faults` is injected, where it is about something that is there."""
        fault = data.draw(st.sampled_from(self.faults), label="fault")
        note(f":fault {fault}")
        try:
            self.fake.fault(fault)
        except FaultError as problem:
            note(f"#   but {problem}")

    @rule()
    def all_is_well_again(self) -> None:
        """Every fault ends."""
        if self.fake.clear_faults():
            note(":fault clear")

    @invariant()
    def _holds(self) -> None:
        self.check()

    # the end

    def teardown(self) -> None:
        """Let the code recover, and see that it has; not after a failure, which is to be told as it is."""
        try:
            if sys.exception() is None:
                note("# nothing goes wrong any more")
                self.fake.clear_faults()
                self._settle()
        finally:
            self.fake.close()

    def _settle(self) -> None:
        for _ in range(self.settling_steps):
            self._work()
            self.fake.advance(self.step_seconds)
            self.check()
            try:
                self.check_settled()
            except AssertionError:
                continue
            return
        self.check_settled()

    # parts

    def containers(self) -> list[Container]:
        """All there are, in the order in which they were made."""
        return sorted(self.fake.engine.world.containers.values(), key=lambda container: container.number)

    def _pick(self, data: st.DataObject, running: bool) -> Container | None:
        found = [container for container in self.containers() if container.is_running or not running]
        if not found:
            return None
        return found[data.draw(st.integers(0, len(found) - 1), label="container")]

    def _work(self) -> None:
        try:
            self.step()
        finally:
            self._tell()

    def _tell(self) -> None:
        """Note what the engine was asked since, as docker commands."""
        calls = self.fake.calls
        told, self._told = self._told, len(calls)
        for call in calls[told:]:
            command = docker_command(call)
            if command:
                note(
                    f"$ {command}"
                    + (f"   # {call.status}" if call.status >= 400 else "" if call.status else "   # no answer")
                )
