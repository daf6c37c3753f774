"""RUN, and every other step that needs a container: making it, starting it, and making an image of what it leaves.

Source: moby builder/dockerfile (dispatchers.go, containerbackend.go).
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from fakedocker.base.identity import short
from fakedocker.build.instructions import Run
from fakedocker.containers.model import Container
from fakedocker.images.model import Image
from fakedocker.kernel.events import Exited
from fakedocker.operations.classic_builder import cache, configuring
from fakedocker.operations.classic_builder.session import BuildFailure, Session, needs_buildkit
from fakedocker.operations.containers import commit as committing, create, rootfs, start
from fakedocker.operations.system import assume, files
from fakedocker.operations.system.event_attributes import container_event
from fakedocker.wire.container import Config, CreateRequest, HealthConfig
from fakedocker.wire.image import ImageConfig
from fakedocker.world.builds import RunningStep

_CONFIG_FIELDS = tuple(field.name for field in msgspec.structs.fields(Config))
_SCRATCH = Image(id="", created_ns=0, config=ImageConfig())
"""What a container is made of in a stage that has no image yet."""


def metadata(session: Session, *comment: str) -> None:
    """A step that changes the configuration alone: a container that never runs, and an image of it.

    Args:
        comment: what stands for a command in its history.
    """
    wanted = cache.comparable(replace(session.stage.config, cmd=(*session.shell(), *comment)))
    if cache.probe(session, wanted):
        return
    make_container(session, replace(session.stage.config, cmd=(*session.shell(), *comment)))
    cache.commit(session, wanted, None)


def workdir(session: Session, path: str) -> None:
    """WORKDIR: the directory is made at once, where there is none (moby Container.SetupWorkingDirectory)."""
    config = replace(session.stage.config, cmd=(*session.shell(), f"#(nop) WORKDIR {path}"))
    wanted = cache.comparable(config)
    if cache.probe(session, wanted):
        return
    container = make_container(session, config)
    table = rootfs.mount_table(session.draft, container)
    try:
        files.make_directories(session.draft, table, path)
    except OSError as problem:
        if files.exists(session.draft, table, path):
            raise BuildFailure(f"Cannot mkdir: {path} is not a directory") from None
        raise BuildFailure(f"mkdir {path}: {str(problem.strerror).lower()}") from None
    cache.commit(session, wanted, committing.changes_as_layer(session.draft, container))


def make_container(session: Session, config: Config) -> Container:
    """A container for a step.

    Raises:
        Refusal: the daemon does not make such a container.
    """
    draft = session.draft
    fields = {field: getattr(config, field) for field in _CONFIG_FIELDS}
    request = CreateRequest(**{**fields, "image": session.stage.image_id}, host_config=session.task.options.host_config)
    image = draft.images[session.stage.image_id] if session.stage.image_id else _SCRATCH
    container = create.create(draft, "", request, image)
    session.change(containers=(*session.task.containers, container.id))
    session.say(f" ---> Running in {short(container.id)}\n")
    return container


def run(session: Session, step: Run) -> None:
    """RUN: from the cache, or a container that is started; `finish` goes on when it has ended."""
    if step.flags:
        raise needs_buildkit(step.flags[0])
    config = session.stage.config
    command = configuring.command_words(session, step.command)
    environment = config.env or ()
    arguments = session.stage.arguments.beside(environment)
    counted = [entry for entry in arguments if session.stage.arguments.counts(entry.partition("=")[0])]
    filed = (f"|{len(counted)}", *counted, *command) if arguments else command
    wanted = cache.comparable(replace(config, cmd=filed, entrypoint=None))
    if cache.probe(session, wanted):
        return
    entrypoint = ("",) if command else config.entrypoint  # `RUN []` runs what the image itself would
    container = make_container(
        session,
        replace(config, cmd=command, entrypoint=entrypoint, env=(*environment, *arguments), healthcheck=HealthConfig(test=("NONE",))),
    )  # fmt: skip
    session.change(running=RunningStep(container.id, wanted))
    container_event(session.draft, container, "attach")
    start.start(session.draft, container)


def finish(session: Session, step: RunningStep, exited: Exited) -> None:
    """The container of a RUN has ended.

    Raises:
        BuildFailure: not with 0, or it has been removed meanwhile.
    """
    session.change(running=None)
    container = session.draft.containers[step.container_id]
    exit_code = exited.status
    assumed = assume.forgives_step(session.draft, container.top_layer, exit_code, exited.marked)
    if assumed:
        session.say(assume.step_note(exit_code))
    elif exit_code:
        command = " ".join(container.config.cmd or ())
        raise BuildFailure(f"The command '{command}' returned a non-zero code: {exit_code}", exit_code)
    if container.removing:
        raise BuildFailure(f"Container {container.id} is marked for removal and cannot be committed")
    layer = committing.changes_as_layer(session.draft, container)
    if assumed or (session.draft.assume and exited.bereft):
        layer = replace(layer or committing.make_layer(session.draft, container.top_layer, ()), assumed=True)
    cache.commit(session, step.container_config, layer)
