"""What a check has found, as values: what --json prints."""

from __future__ import annotations

from msgspec import Struct


class Step(Struct, frozen=True, kw_only=True):
    """A step of a build.

    Args:
        name: as BuildKit shows it: "[build 2/5] RUN make".
        seconds: of virtual time.
        assumed: whether it only was taken to have worked.
    """

    name: str
    seconds: float = 0.0
    cached: bool = False
    assumed: bool = False


class LayerSize(Struct, frozen=True, kw_only=True):
    """A layer of the image: what made it, and how large it is."""

    made_by: str
    size_bytes: int


class Change(Struct, frozen=True, kw_only=True):
    """What building again does after a file has changed.

    Args:
        files: the sources of a COPY or ADD, as they are written.
        step: that step.
        again: the steps that are then made again, in order.
    """

    files: str
    step: str
    again: tuple[str, ...]


class Build(Struct, frozen=True, kw_only=True):
    """A Dockerfile, built.

    Args:
        dockerfile, context: relative to the folder.
        target: the stage, "" for the last.
        problem: docker's words for why it failed, "" for a build that went through.
        unused: of the context, what is sent and no step copies: names, with how many files and bytes.
    """

    dockerfile: str
    context: str
    target: str = ""
    problem: str = ""
    steps: tuple[Step, ...] = ()
    layers: tuple[LayerSize, ...] = ()
    size_bytes: int = 0
    changes: tuple[Change, ...] = ()
    unused: tuple[Unused, ...] = ()


class Unused(Struct, frozen=True, kw_only=True):
    """A file or a folder of a context that no step copies."""

    name: str
    files: int
    size_bytes: int


class Port(Struct, frozen=True, kw_only=True):
    """A published TCP port, and whether something answered there."""

    host: int
    container: int
    answers: bool


class Service(Struct, frozen=True, kw_only=True):
    """A service of a compose file, after it has been brought up.

    Args:
        state: "running (healthy)", "exited (1)" and so on.
        stand_in: whether a stand-in runs in place of its program.
        reaches: the services that it reaches by their names.
        logs: its last lines, where it did not come up.
    """

    name: str
    image: str
    state: str
    ok: bool
    stand_in: bool = False
    ports: tuple[Port, ...] = ()
    reaches: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()


class Project(Struct, frozen=True, kw_only=True):
    """A compose file, brought up.

    Args:
        problem: docker's words for why `up` failed, "" if it went through.
        order: the services in the order in which they were started.
    """

    file: str
    problem: str = ""
    services: tuple[Service, ...] = ()
    order: tuple[str, ...] = ()


class Boundary(Struct, frozen=True, kw_only=True):
    """Where something was needed that is not simulated, and how often."""

    where: str
    what: str
    why: str
    times: int


class Report(Struct, frozen=True, kw_only=True):
    """All of it.

    Args:
        assumed: whether what is not simulated was taken to have worked.
        problems: of the check itself: a folder that cannot be read whole, more files than are looked at.
    """

    assumed: bool = True
    builds: tuple[Build, ...] = ()
    projects: tuple[Project, ...] = ()
    boundaries: tuple[Boundary, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether anything failed on its own account."""
        services = [service for project in self.projects for service in project.services]
        return (
            any(build.problem for build in self.builds)
            or any(project.problem for project in self.projects)
            or any(not service.ok for service in services)
        )
