"""A build in the middle of a step: what the step changes, and what it says.

A `Session` lives no longer than one reaction; everything that outlasts it is in the task, which `save` puts back.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from fakedocker.base.clock import MILLISECOND_NS
from fakedocker.build.lines import BadDockerfile
from fakedocker.build.substitution import expand, expand_words
from fakedocker.operations.containers import remove
from fakedocker.world import builds
from fakedocker.world.builds import BuildTask, StageState
from fakedocker.world.draft import Draft

STEP_NS = 10 * MILLISECOND_NS
"""How long a step takes that runs nothing."""
_DEFAULT_SHELL = ("/bin/sh", "-c")


class BuildFailure(Exception):
    """A step that fails.

    Args:
        message: docker's words.
        code: the exit code of a RUN, 0 for any other failure.
    """

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Session:
    """A build while one of its steps is looked at."""

    def __init__(self, draft: Draft, task: BuildTask) -> None:
        self.draft = draft
        self.task = task

    @property
    def stage(self) -> StageState:
        """The stage that is being built; there is one from its FROM on."""
        assert self.task.stage is not None
        return self.task.stage

    def change(self, **fields: object) -> None:
        """Other values for fields of the task."""
        self.task = replace(self.task, **fields)

    def change_stage(self, **fields: object) -> None:
        """Other values for fields of the stage."""
        self.change(stage=replace(self.stage, **fields))

    def configure(self, **fields: object) -> None:
        """Other values for fields of the configuration that the stage has come to."""
        self.change_stage(config=replace(self.stage.config, **fields))

    def save(self, after_ns: int = 0) -> None:
        """Put the task back into the world.

        Args:
            after_ns: when its next step comes, 0 when that is not for the clock to say.
        """
        if after_ns:
            self.change(timer=self.draft.kernel.set_timer(self.draft.now_ns + after_ns, (builds.ALARM, self.task.id)))
        self.draft.tasks[self.task.id] = self.task

    # telling

    def say(self, text: str) -> None:
        """A piece of the build's output."""
        self.send(encoded(stream=text))

    def say_error(self, text: str) -> None:
        """A piece of what a RUN writes to its standard error, in red."""
        self.say(f"\x1b[91m{text}\x1b[0m")

    def send(self, line: bytes) -> None:
        """A line for the client; a quiet build keeps it."""
        if self.task.options.quiet:
            self.change(kept_back=(*self.task.kept_back, line))
        else:
            self.draft.notify("progress", self.task.id, line)

    # what instructions share

    def variables(self) -> dict[str, str]:
        """What $NAME gives in this stage: the environment, and the arguments that it does not hide."""
        environment = self.stage.config.env or ()
        entries = (*environment, *self.stage.arguments.beside(environment))
        return {name: value for name, _, value in (entry.partition("=") for entry in entries)}

    def expanded(self, word: str) -> str:
        """A word with its variables replaced. BuildFailure."""
        try:
            return expand(word, self.variables(), self.task.plan.escape)
        except BadDockerfile as problem:
            raise BuildFailure(str(problem)) from None

    def expanded_words(self, word: str) -> list[str]:
        """The words that one word becomes. BuildFailure."""
        try:
            return expand_words(word, self.variables(), self.task.plan.escape)
        except BadDockerfile as problem:
            raise BuildFailure(str(problem)) from None

    def shell(self) -> tuple[str, ...]:
        """What runs the shell form of commands."""
        shell = self.stage.config.shell
        return shell if isinstance(shell, tuple) and shell else _DEFAULT_SHELL

    def remove_containers(self) -> None:
        """Remove what the step has left, and say so."""
        for identifier in self.task.containers:
            container = self.draft.containers.get(identifier)
            if container is None or container.removing:
                continue
            if container.is_running:
                remove.remove(self.draft, container, force=True, with_volumes=True)
            else:
                remove.discard(self.draft, container, with_volumes=True)
            self.say(f" ---> Removed intermediate container {identifier[:12]}\n")
        self.change(containers=())


def encoded(**fields: object) -> bytes:
    """A message of a build's stream."""
    return msgspec.json.encode(fields) + b"\r\n"


def needs_buildkit(flag: str) -> BuildFailure:
    """What the classic builder says to a flag that only the other one knows."""
    where = "Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled"
    return BuildFailure(f"the --{flag} option requires BuildKit. {where}")
