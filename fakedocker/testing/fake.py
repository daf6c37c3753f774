"""An engine and its clients in one object: what the fixtures give, and what other test runners use as a context
manager.

It holds no rules: it puts together what the other modules here do with an engine.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import os
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from fakedocker.assembly import create_engine
from fakedocker.base.profiles import DEFAULT
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import TimeMode
from fakedocker.faults.model import Rule
from fakedocker.kernel.marks import Mark
from fakedocker.testing import assertions, clock, effects, processes, settings
from fakedocker.testing.assertions import Call, CallLog
from fakedocker.world.plugins import NewPlugin
from fakedocker.world.world import World

if TYPE_CHECKING:
    from typing import Unpack

    import docker as docker_py

    from fakedocker.recordings.answers import Recorded
    from fakedocker.serving import Served
    from fakedocker.testing.declaring import Behaviour
    from fakedocker.testing.settings import Profile, Settings, Storage
    from fakedocker.testing.state_names import State
    from fakedocker.testing.usage import Size
    from fakedocker.world.plugins import Kind as PluginKind, Plugin

T = TypeVar("T")

CALLS_KEPT = 10_000


class FakeDocker:
    """A docker engine for tests. As a context manager it closes what it has opened.

    Args:
        seed: where ids, names and addresses come from.
        world: where it starts instead, such as a snapshot with images in it.
        mode: how time passes: by itself while a client waits (fast), or only when told (manual).
        images: pulled at first.
        profile: which Docker a new one is: "28" or "29", which is the default.
        api_version: the newest version of the API that a new one speaks, such as "1.41"; None for the profile's own. Older
            clients get what they always get, newer ones are refused.
        storage: in which store a new one keeps its images; None for the profile's own.
        date: the day on which a new one begins, as YYYY-MM-DD: images are those that their tags named then.
        assume: take what fails only because it is not simulated to have worked, see docs/assume.md.

    Raises:
        TypeError: an argument is none of these, or says what the world given has settled already.
        ValueError: there is no such profile, or it has no such store or version, or the date is none.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        world: World | None = None,
        mode: TimeMode = TimeMode.FAST,
        images: tuple[str, ...] | list[str] = (),
        profile: Profile | None = None,
        api_version: str | None = None,
        storage: Storage | None = None,
        assume: bool = False,
        date: str = "",
    ) -> None:
        settings.check(seed, world, mode, images)
        if world is not None and (seed or profile or api_version or storage or date):
            raise TypeError(
                "the world has a seed, a profile, an API version, a storage and a date of its own: expected no other"
            )
        engine = create_engine(
            seed,
            world=world,
            mode=mode,
            programs=processes.TABLE,
            profile=profile or DEFAULT,
            api_version=api_version or "",
            storage=storage or "",
            date=date,
        )
        self._begin(engine)
        if assume:
            self.engine.change("assume", True)
        for name in images:
            self.client.images.pull(name)

    @classmethod
    def from_recording(
        cls, path: str | os.PathLike[str], *, seed: int = 0, profile: str = "", storage: str = "", assume: bool = True
    ) -> FakeDocker:
        """One that begins in the world which a recording of `fakedocker record` shows, and answers what it holds word for word.

        See docs/verified.md. `recorded` says how far it has been followed.

        Args:
            path: of the recording.
            profile: which Docker it is: "28" or "29"; "" for the recorded one.
            storage: in which store it keeps its images; "" for the profile's own.
            assume: let stand-ins be what of the recorded engine's images and programs is not simulated, see docs/assume.md.

        Raises:
            RecordingProblem: it is no recording, or is damaged, or of a Docker that this is not.
            OSError: the file cannot be read.
        """
        from fakedocker.testing.recorded import world_of

        return cls(world=world_of(os.fspath(path), seed, profile, storage, assume, processes.TABLE))

    @property
    def recorded(self) -> Recorded | None:
        """How far the recording has been followed that it began from (`left`), and what is otherwise here than there
        (`notes`); None without one."""
        return self.engine.world.recorded

    def _begin(self, engine: Engine) -> None:
        self.engine = engine
        engine.journaling = False  # nobody replays a double, and a journal grows with every request
        self._log = CallLog(engine, CALLS_KEPT)
        self._client: docker_py.DockerClient | None = None

    @property
    def client(self) -> docker_py.DockerClient:
        """docker-py's client of the engine, in process: no socket and no thread."""
        if self._client is None:
            from fakedocker.testing.docker_py import docker_client

            self._client = docker_client(self.engine)
        return self._client

    def __enter__(self) -> FakeDocker:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the client."""
        if self._client is not None:
            self._client.close()
            self._client = None

    # the world

    def snapshot(self) -> World:
        """The world as it is now, for `restore` or for another `FakeDocker`. Constant time."""
        return self.engine.snapshot()

    def restore(self, world: World) -> None:
        """Go back to a snapshot; every open stream ends. Constant time but for those.

        Raises:
            TypeError: it is none.
            ValueError: it is the snapshot of another engine, which was made from another seed.
        """
        if not isinstance(world, World):
            raise TypeError(f"expected a snapshot, as `snapshot` gives it, not {type(world).__name__}")
        own = self.engine.world
        if world.host.daemon_id != own.host.daemon_id:
            raise ValueError(
                f"this is a snapshot of another engine, made from seed {world.seed}, not {own.seed};"
                " begin another one with it: FakeDocker(world=...)"
            )
        with self.engine.lock:
            self.engine.restore(world)

    def fork(self) -> FakeDocker:
        """Another one that goes on from here; neither sees what the other does. Constant time."""
        made = FakeDocker.__new__(FakeDocker)
        made._begin(self.engine.fork())
        return made

    # what runs

    def image(self, name: str, process: processes.Main | None = None, **behaviour: Unpack[Behaviour]) -> str:
        """Make an image whose containers do what is said: `fake.image("api", logs=["up"], ports={80: "hello"})`.

        Args:
            process: a Python function that is their process, see `processes`.
            behaviour: what they do otherwise, see `declaring.declare`.

        Returns:
            its id.

        Raises:
            NotAnImage: it makes no sense.
            TypeError: there is no such keyword.
        """
        from fakedocker.testing import declaring

        declaring.check_keywords(behaviour)
        program = processes.register(process) if process is not None else ""
        return declaring.declare(self.engine, name, program=program, **behaviour)

    def put(self, container: str, state: State, exit_code: int | None = None) -> None:
        """Bring a container into a state: running, paused, healthy, unhealthy, restarting, oom-killed, dead, exited ...

        It goes the shortest honest way, by requests and faults and the time they take.

        Raises:
            StateUnreachable: there is no such state or container, or no way from where it is.
        """
        from fakedocker.testing import states

        states.put(self.engine, container, state, exit_code)

    def usage(
        self,
        container: str,
        *,
        cpu: float | None = None,
        memory: Size | None = None,
        network: tuple[Size, Size] | None = None,
        disk: tuple[Size, Size] | None = None,
        size: Size | None = None,
    ) -> None:
        """Let a container use something, as `docker stats` and `docker ps -s` tell it: `fake.usage("web", cpu=1.5, memory="300m")`.

        Args:
            cpu: how many CPUs it keeps busy from now on.
            memory: in use; more than its limit ends it for want of memory.
            network: what it has received and sent, in all.
            disk: what it has read and written, in all.
            size: of its files above the image.

        What is not said stays as it was; what is said of a run ends with it, the size does not.

        Raises:
            ValueError: no such container or size, one that does not run (but for its size), or more than the machine has.
            TypeError: nothing is said.
        """
        from fakedocker.testing import usage

        usage.say(self.engine, container, cpu, memory, network, disk, size)

    # time

    def now(self) -> datetime.datetime:
        """What the virtual clock shows, in UTC."""
        return clock.now(self.engine)

    def advance(self, duration: clock.Duration) -> None:
        """Let so much time pass: "90s", "5m", a timedelta, or seconds. ValueError for a negative one."""
        clock.advance(self.engine, duration)

    def advance_to(self, moment: str | datetime.datetime) -> None:
        """Let time pass until the clock shows this. ValueError where that has passed."""
        clock.advance_to(self.engine, moment)

    def frozen(self) -> contextlib.AbstractContextManager[None]:
        """Let no time pass by itself while the context is open; `advance` still moves it."""
        return clock.frozen(self.engine)

    def run_until(self, condition: Callable[[], object], within: clock.Duration = "1h", what: str = "") -> None:
        """Let time pass until a condition holds.

        Raises:
            WaitCannotEnd: nothing is under way that could bring it about.
            WaitTooLong: it does not hold within that time.
        """
        clock.run_until(self.engine, condition, within, what)

    # what was asked, and what came of it

    @property
    def calls(self) -> list[Call]:
        """What the engine was asked, in order: the last 10,000 requests with the status of their answers."""
        return self._log.calls()

    def assert_asked(
        self, operation: str, name: str = "", times: int | None = None, **fields: Any
    ) -> None:  # Any: values of JSON
        """Fail unless the engine was asked for something: `fake.assert_asked("create", "web", Image="nginx")`.

        See `assertions.assert_asked`.
        """
        assertions.assert_asked(self.calls, operation, name, times, **fields)

    def assert_container(self, name: str, state: State, exit_code: int | None = None) -> None:
        """Fail unless a container is in a state; the error says in which it is, and what led there."""
        assertions.assert_container(self.engine, name, state, exit_code)

    def assert_logged(self, name: str, text: str) -> None:
        """Fail unless a container has printed a text; the error shows what it has printed."""
        assertions.assert_logged(self.engine, name, text)

    def ignored_options(self) -> Counter[effects.Ineffective]:
        """Options that were accepted and have no effect here, and how often; printed, each says why."""
        return effects.ignored_options(exchange.request for exchange in self._log.exchanges)

    def unsimulated(self) -> list[Mark]:
        """Where processes have met a boundary of the simulation, the eldest first: the last 1,000. See `Engine.unsimulated`."""
        return self.engine.unsimulated()

    def assert_all_simulated(self) -> None:
        """Fail if a process has met a boundary of the simulation; the error says which, and where."""
        assertions.assert_all_simulated(self.engine)

    # what goes wrong

    def fault(self, fault: str | Rule) -> Rule:
        """Let something go wrong: `fake.fault("registry docker.io down for 2m")`. See `Engine.inject`."""
        return self.engine.inject(fault)

    def plugin(self, name: str, kind: PluginKind = "volume", *, description: str = "", enabled: bool = True) -> Plugin:
        """Install a plugin that is a driver of volumes or of networks: what it makes is as the engine's own drivers make it.

        Raises:
            NoSuchPlugin: its name is none, or taken; or another kind of plugin, of which none is simulated.
        """
        made: Plugin = self.engine.change(
            "plugin", NewPlugin(name=name, kind=kind, description=description, enabled=enabled)
        )
        return made

    def clear_faults(self, number: int | None = None) -> int:
        """Take one fault away, or all. See `Engine.clear_faults`."""
        return self.engine.clear_faults(number)

    # a socket

    def served(
        self, mode: TimeMode = TimeMode.LEAP, publish: bool = False, tcp: bool = False
    ) -> contextlib.AbstractContextManager[Served]:
        """Serve the engine on a socket while the context is open; DOCKER_HOST and DOCKER_CONFIG of this process lead
        there.

        Args:
            mode: how time passes meanwhile: never slower than the wall, as clients behind a socket sleep by the wall's
                clock.
            publish: whether published ports are opened on this machine's loopback address, whoever starts the container.
                Testcontainers is told to look there.
            tcp: whether it listens on a TCP port of the loopback address too.
        """
        from fakedocker.testing import served_double

        return served_double.served(self.engine, mode, publish, tcp)


class docker:  # noqa: N801  # reads as the word that it stands for: with docker() as client
    """A docker client of an engine of its own, as a context manager or as a decorator.

        with docker(images=["alpine"]) as client: ...

        @docker()
        def test_something(client): ...

    Args: those of `FakeDocker`. A decorated function gets the client as its last positional argument.
    """

    def __init__(self, seed: int = 0, **given: Unpack[Settings]) -> None:
        self._make = functools.partial(FakeDocker, seed, **given)
        self._open: list[FakeDocker] = []

    def __enter__(self) -> docker_py.DockerClient:
        fake = self._make()
        self._open.append(fake)
        return fake.client

    def __exit__(self, *exception: object) -> None:
        self._open.pop().close()

    def __call__(self, function: Callable[..., T]) -> Callable[..., T]:
        @functools.wraps(function)
        def run(*arguments: Any, **named: Any) -> T:
            with self._make() as fake:
                return function(*arguments, fake.client, **named)

        run.__dict__.pop("__wrapped__", None)  # else pytest would look for a fixture of the argument's name
        return run
