"""Playing a scenario on a real engine: bash and the docker client of this machine, in a new folder.

This is the one way in which a scenario's commands run on the real machine, and it is only taken when asked for by name.
What a block has made on the engine (containers, networks, volumes, images) is removed before the next one begins;
images that the setup has pulled stay.
"""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

from fakedocker.base import units
from fakedocker_shell import host
from fakedocker_shell.scenarios.model import PULL, Scenario
from fakedocker_shell.scenarios.player import Outcome, Stuck
from fakedocker_shell.scenarios.problems import ScenarioProblem

_MARK = "@@ended"
_COMMAND_SECONDS = 600.0
_LOOP = f"""while IFS= read -r -d '' -u 3 command; do
eval "$command" < /dev/null 2>&1 3<&-
printf '\\n{_MARK} %d\\n' $?
done"""
_LISTS = {
    **{kind: f"docker {kind} ls -q 2> /dev/null" for kind in ("service", "secret", "config")},
    "swarm": "docker info --format '{{.Swarm.NodeID}}'",
    "container": "docker ps -aq --no-trunc",
    "network": "docker network ls -q --no-trunc --filter type=custom",
    "volume": "docker volume ls -q",
    "image": "docker images -q --no-trunc",
}
_REMOVALS = {
    **{kind: f"docker {kind} rm" for kind in ("service", "secret", "config")},
    "swarm": "docker swarm leave --force; :",
    "container": "docker rm -f -v", "network": "docker network rm", "volume": "docker volume rm", "image": "docker rmi -f",
}  # fmt: skip


def check_playable(scenario: Scenario) -> None:
    """Refuse what only the simulated engine can do.

    Raises:
        ScenarioProblem: with the line.
    """
    if scenario.faults:
        raise ScenarioProblem(scenario.path, scenario.faults[0].line, "faults happen on the simulated engine alone")
    for step in (step for block in scenario.blocks for step in block.steps):
        word = step.command.strip().partition(" ")[0]
        if word.startswith(":") and word not in (":wait", ":check"):
            raise ScenarioProblem(scenario.path, step.line, f"{word} works on the simulated engine alone")


class RealStage:
    """A real engine; to be used with `with`.

    Args:
        address: of the engine, as DOCKER_HOST has it.

    Raises:
        ScenarioProblem: bash or docker is missing, the engine does not answer, or the setup fails.
    """

    def __init__(self, scenario: Scenario, address: str) -> None:
        self._scenario = scenario
        self._folder = Path(tempfile.mkdtemp(prefix="fakedocker-against-"))
        self._environment = {
            "PATH": os.environ.get("PATH", os.defpath), "HOME": str(self._folder), "DOCKER_HOST": address,
            "DOCKER_CLI_HINTS": "false", "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        self._shell: subprocess.Popen[bytes] | None = None
        self._input = -1
        self._before: dict[str, set[str]] = {}

    def __enter__(self) -> RealStage:
        try:
            self._check()
            self._before = self._objects()
            self.begin()
        except BaseException:
            self._clean_up()
            raise
        return self

    def _check(self) -> None:
        for program in ("bash", "docker"):
            if shutil.which(program) is None:
                raise ScenarioProblem(self._scenario.path, 0, f"{program} was expected on this machine")
        self._open()
        if self.run("docker version").status:
            raise ScenarioProblem(self._scenario.path, 0, f"no engine answers at {self._environment['DOCKER_HOST']}")

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clean_up()

    def _clean_up(self) -> None:
        if self._before:
            self._remove_new()
        self._close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def begin(self) -> None:
        """Remove what was made, and do the setup again."""
        self._remove_new()
        self._close()
        for child in self._folder.iterdir():
            shutil.rmtree(child) if child.is_dir() else child.unlink()
        for file in self._scenario.files:
            path = self._folder / file.path.lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.content, encoding="utf-8")
        self._open()
        for command in self._scenario.setup:
            outcome = self.run(command.command)
            if outcome.status:
                raise ScenarioProblem(self._scenario.path, command.line, f"the setup fails: {outcome.output.strip()}")
            if command.command.startswith(PULL):
                image = command.command.removeprefix(PULL)
                self._before["image"] |= set(self.run(f"docker images -q --no-trunc {image}").output.split())

    def run(self, command: str) -> Outcome:
        """Run one command in the shell; `:wait` really waits."""
        word, _, argument = command.strip().partition(" ")
        if word == ":wait":
            time.sleep(units.parse_duration(argument.strip()) / 1e9)
        if word.startswith(":"):
            return Outcome("", 0)
        os.write(self._input, command.encode() + b"\0")
        text, status = self._answer(command)
        return Outcome(text.replace(str(self._folder), host.HOME), status)

    # parts

    def _open(self) -> None:
        reading, self._input = os.pipe()
        self._shell = subprocess.Popen(
            ["bash", "-c", f"exec 3<&{reading}; {_LOOP}"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, cwd=self._folder, env=self._environment, pass_fds=(reading,),
        )  # fmt: skip
        os.close(reading)

    def _close(self) -> None:
        if self._shell is not None:
            os.close(self._input)
            self._shell.kill()
            self._shell.wait()
            assert self._shell.stdout is not None
            self._shell.stdout.close()
            self._shell = None

    def _answer(self, command: str) -> tuple[str, int]:
        assert self._shell is not None and self._shell.stdout is not None
        output = b""
        end = time.monotonic() + _COMMAND_SECONDS
        while (at := output.rfind(f"\n{_MARK} ".encode())) < 0 or not output.endswith(b"\n"):
            ready, _, _ = select.select([self._shell.stdout], [], [], max(end - time.monotonic(), 0))
            data = os.read(self._shell.stdout.fileno(), 65536) if ready else b""
            if not data:
                raise Stuck(f"`{command}` has not ended after {_COMMAND_SECONDS:.0f} seconds, or has ended the shell")
            output += data
        return output[:at].decode("utf-8", "replace"), int(output[at:].split()[1])

    def _objects(self) -> dict[str, set[str]]:
        return {kind: set(self.run(listing).output.split()) for kind, listing in _LISTS.items()}

    def _remove_new(self) -> None:
        for kind, listing in _LISTS.items():
            new = set(self.run(listing).output.split()) - self._before.get(kind, set())
            if new:
                self.run(f"{_REMOVALS[kind]} {' '.join(sorted(new))}")
