"""The pytest plugin: fixtures that give an engine, its clients and a socket; none of them is used unless asked for.

pytest imports this at every start, so that nothing of the engine may be imported outside of functions. Every fixture
makes its own worlds and files, which is why tests may run in parallel.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections import Counter

    import docker

    from fakedocker.engine.engine import Engine
    from fakedocker.serving import Served
    from fakedocker.testing.effects import Ineffective
    from fakedocker.testing.fake import FakeDocker
    from fakedocker.world.world import World

GUARD = "fakedocker_guard"
INEFFECTIVE = "fakedocker_ineffective"
_ineffective = pytest.StashKey["Counter[Ineffective]"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option of pytest's configuration that guards every test."""
    parser.addini(GUARD, "fail every test that reaches a docker daemon which is none of fakedocker's", "bool", False)


def pytest_configure(config: pytest.Config) -> None:
    """The marker that guards one test."""
    config.addinivalue_line(
        "markers", f"{GUARD}: fail if the test reaches a docker daemon which is none of fakedocker's"
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Watch over a test that is marked, or over all where the ini file says so."""
    if item.config.getini(GUARD) or item.get_closest_marker(GUARD) is not None:
        from fakedocker.testing.guarding import guard

        with guard():
            return (yield)
    return (yield)


# options without an effect, told at the end of a run


def _note(config: pytest.Config, found: Counter[Ineffective]) -> None:
    if found:
        config.stash.setdefault(_ineffective, type(found)()).update(found)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist hands over what it has seen."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None and _ineffective in session.config.stash:
        output[INEFFECTIVE] = [(*item, count) for item, count in session.config.stash[_ineffective].items()]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # Any: an object of pytest-xdist, which may be absent
    """Take over what a worker of pytest-xdist has seen."""
    told = getattr(node, "workeroutput", {}).get(INEFFECTIVE, ())
    if told:
        from collections import Counter

        from fakedocker.testing.effects import Ineffective

        _note(node.config, Counter({Ineffective(*item): count for *item, count in told}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Tell which options were accepted and had no effect."""
    if _ineffective in config.stash:
        from fakedocker.testing.effects import report

        terminalreporter.section("fakedocker: options that had no effect")
        for line in report(config.stash[_ineffective]):
            terminalreporter.line(line)


# worlds and engines


@pytest.fixture(scope="session")
def fakedocker_world() -> World:
    """The world that every other fixture begins with: an installed daemon without images. Override it to add some."""
    from fakedocker.assembly import create_engine

    return create_engine().snapshot()


def _begin(world: World, config: pytest.Config) -> Iterator[FakeDocker]:
    from fakedocker.testing.fake import FakeDocker

    with FakeDocker(world=world) as fake:
        yield fake
        _note(config, fake.ignored_options())


@pytest.fixture(name="fakedocker")
def _fakedocker(fakedocker_world: World, pytestconfig: pytest.Config) -> Iterator[FakeDocker]:
    """A docker engine of the test's own, with its client and everything a test can say about it."""
    yield from _begin(fakedocker_world, pytestconfig)


@pytest.fixture(scope="module")
def fakedocker_module(fakedocker_world: World, pytestconfig: pytest.Config) -> Iterator[FakeDocker]:
    """One that the tests of a module share."""
    yield from _begin(fakedocker_world, pytestconfig)


@pytest.fixture(scope="session")
def fakedocker_session(fakedocker_world: World, pytestconfig: pytest.Config) -> Iterator[FakeDocker]:
    """One that all tests share (with pytest-xdist: all of a worker)."""
    yield from _begin(fakedocker_world, pytestconfig)


@pytest.fixture
def fakedocker_engine(fakedocker: FakeDocker) -> Engine:
    """The engine of `fakedocker`."""
    return fakedocker.engine


@pytest.fixture
def fakedocker_client(fakedocker: FakeDocker) -> docker.DockerClient:
    """docker-py's client of `fakedocker`, in process."""
    return fakedocker.client


@pytest.fixture
def fakedocker_socket(fakedocker: FakeDocker) -> Iterator[Served]:
    """`fakedocker` behind a socket; DOCKER_HOST and DOCKER_CONFIG lead there, subprocesses too."""
    with fakedocker.served() as served:
        yield served


@pytest.fixture
def fakedocker_patched(fakedocker: FakeDocker) -> Iterator[FakeDocker]:
    """`fakedocker`, reached by every docker client of the test and of what it starts; published ports are open. See `patch`."""
    from fakedocker.testing.patching import patch

    with patch(fakedocker):
        yield fakedocker


@pytest.fixture(name=GUARD)
def _guard() -> Iterator[Any]:
    """Fail if the test reaches a docker daemon which is none of fakedocker's."""
    from fakedocker.testing.guarding import guard

    with guard() as watching:
        yield watching
