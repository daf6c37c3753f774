"""The strategies give what docker takes, and the state machine drives what it is pointed at."""

from __future__ import annotations

import io
from typing import Any

import docker
import pytest
from hypothesis import Phase, given, settings
from hypothesis.stateful import run_state_machine_as_test

from fakedocker.base import reference
from fakedocker.testing import FakeDocker, strategies
from fakedocker.testing.commands import docker_command
from fakedocker.testing.machines import OrchestratorMachine
from fakedocker.world.check import check
from fakedocker_shell.main import main

WORLD = FakeDocker(images=["alpine", "busybox"]).snapshot()


@given(strategies.references())
def test_references_are_references(text: str) -> None:
    assert reference.parse(text).path


@given(strategies.configurations(images=("alpine", "busybox")))
@settings(deadline=None, max_examples=60)
def test_configurations_make_containers(configuration: dict[str, Any]) -> None:
    fake = FakeDocker(world=WORLD)
    container = fake.client.containers.create(**configuration)
    fake.assert_asked("create", Image=configuration["image"], Cmd=configuration["command"])
    try:
        container.start()
    except docker.errors.APIError as refused:
        assert refused.status_code in (400, 403, 404, 500)  # two host ports may be one
    check(fake.engine.world)


@given(strategies.dockerfiles())
@settings(deadline=None, max_examples=30)
def test_dockerfiles_are_built_up_to_a_step_that_fails(text: str) -> None:
    fake = FakeDocker(world=WORLD)
    try:
        image, _ = fake.client.images.build(fileobj=io.BytesIO(text.encode()))
    except docker.errors.BuildError as problem:
        words = ("returned a non-zero code", "COPY failed", "not a directory", "file exists")
        assert any(word in str(problem) for word in words)
    else:
        assert image.id.startswith("sha256:")
    check(fake.engine.world)


@given(strategies.command_lines())
@settings(deadline=None, max_examples=15)
def test_command_lines_are_typed_in_a_terminal(lines: list[str]) -> None:
    assert main(["-c", "\n".join(["exec > /dev/null 2>&1", *lines])]) in range(256)


class Keeper(OrchestratorMachine):
    """Keeps one container called box, and forgets about it when it has broken it."""

    careless = False
    settling_steps = 5

    def begin(self, fake: FakeDocker) -> None:
        fake.image("box")

    def step(self) -> None:
        try:
            self.keep()
        except Exception as problem:
            if self.careless:
                raise
            assert not isinstance(problem, AssertionError)

    def keep(self) -> None:
        found = self.fake.client.containers.list(all=True, filters={"name": "^/?box$"}, ignore_removed=True)
        if found and found[0].status != "running":
            found[0].remove(force=True)
        elif not found:
            self.fake.client.containers.run("box", name="box", detach=True)

    def check_settled(self) -> None:
        assert [container.status for container in self.containers() if container.name == "box"] == ["running"]


SETTINGS = settings(max_examples=10, stateful_step_count=10, deadline=None, derandomize=True, database=None)


def test_the_machine_passes_who_copes() -> None:
    run_state_machine_as_test(Keeper, settings=SETTINGS)


def test_the_machine_fails_who_does_not() -> None:
    class Careless(Keeper):
        careless = True

    with pytest.raises(Exception) as caught:
        run_state_machine_as_test(Careless, settings=settings(SETTINGS, max_examples=50, phases=[Phase.generate]))
    notes = "\n".join(getattr(caught.value, "__notes__", ()))
    assert ":fault " in notes


def test_commands_read_like_docker() -> None:
    fake = FakeDocker(world=WORLD)
    client = fake.client
    client.networks.create("net")
    box = client.containers.run(
        "alpine", ["sleep", "100"], name="box", detach=True, environment={"A": "b c"}, ports={"80/tcp": 8080}, network="net",
        restart_policy={"Name": "on-failure", "MaximumRetryCount": 3}, volumes=["data:/data"], mem_limit="64m",
    )  # fmt: skip
    box.exec_run(["echo", "hi"])
    box.remove(force=True)
    told = [command for call in fake.calls if (command := docker_command(call))]
    assert [command for command in told if "inspect" not in command] == [
        "docker network create net",
        "docker create --name box --env 'A=b c' --publish 8080:80/tcp --volume data:/data --restart on-failure:3"
        " --network net --memory 67108864 alpine sleep 100",
        "docker start box",
        "docker exec box echo hi",
        "docker rm --force box",
    ]
