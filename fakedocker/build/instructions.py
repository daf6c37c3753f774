"""The instructions of a Dockerfile as values.

A front end walks over these; what each does to an image is the builder's business. Variables in them are not replaced
yet, as their values are known only when a step's turn comes. `text` is the instruction as docker shows it.
"""

from __future__ import annotations

from msgspec import Struct

from fakedocker.build.lines import Heredoc
from fakedocker.wire.container import HealthConfig


class Instruction(Struct, frozen=True, kw_only=True):
    text: str
    lines: tuple[int, int] = (0, 0)
    """Its first and last line in the Dockerfile, from 1; zeros for one that is not in it."""


class Arg(Instruction, frozen=True, kw_only=True):
    """Names with their defaults, None where there is none."""

    pairs: tuple[tuple[str, str | None], ...]


class Env(Instruction, frozen=True, kw_only=True):
    """ENV: names and values."""

    pairs: tuple[tuple[str, str], ...]


class Label(Instruction, frozen=True, kw_only=True):
    """LABEL: names and values."""

    pairs: tuple[tuple[str, str], ...]
    literal: bool = False
    """Whether dollars and quotes mean themselves: labels of the command line."""


class Maintainer(Instruction, frozen=True, kw_only=True):
    """MAINTAINER: who made the image."""

    name: str


class CommandLine(Struct, frozen=True, kw_only=True):
    """The arguments of RUN, CMD and ENTRYPOINT: a list in JSON, or a line for the shell."""

    words: tuple[str, ...]
    shell: bool
    heredocs: tuple[Heredoc, ...] = ()


class Run(Instruction, frozen=True, kw_only=True):
    """RUN."""

    command: CommandLine
    flags: tuple[str, ...] = ()
    """Names of the flags it has, in order."""
    mounts: tuple[str, ...] = ()
    """What --mount says, each."""
    network: str = ""
    security: str = ""


class Cmd(Instruction, frozen=True, kw_only=True):
    """CMD: what containers run, or the arguments of ENTRYPOINT."""

    command: CommandLine


class Entrypoint(Instruction, frozen=True, kw_only=True):
    """ENTRYPOINT: what containers run."""

    command: CommandLine


class Copy(Instruction, frozen=True, kw_only=True):
    """COPY, or with `unpacks` ADD."""

    sources: tuple[str, ...]
    destination: str
    heredocs: tuple[Heredoc, ...] = ()
    """Files whose content is in the Dockerfile."""
    stage: str = ""
    """What --from says: a stage or an image."""
    owner: str = ""
    mode: str = ""
    """What --chmod says."""
    parents: bool = False
    link: bool = False
    excludes: tuple[str, ...] = ()
    checksum: str = ""
    keep_git: bool = False
    """Whether a repository keeps its .git."""
    flags: tuple[str, ...] = ()
    unpacks: bool = False

    @property
    def keyword(self) -> str:
        return "ADD" if self.unpacks else "COPY"


class Expose(Instruction, frozen=True, kw_only=True):
    """EXPOSE: ports, each with its protocol or without."""

    ports: tuple[str, ...]


class Volume(Instruction, frozen=True, kw_only=True):
    """VOLUME: where containers get a volume of their own."""

    paths: tuple[str, ...]


class User(Instruction, frozen=True, kw_only=True):
    """USER: NAME[:GROUP], or numbers."""

    user: str


class Workdir(Instruction, frozen=True, kw_only=True):
    """WORKDIR: relative to the one before, where it does not begin with a slash."""

    path: str


class Shell(Instruction, frozen=True, kw_only=True):
    """SHELL: what runs the lines of later instructions."""

    words: tuple[str, ...]


class Stopsignal(Instruction, frozen=True, kw_only=True):
    """STOPSIGNAL: a name or a number."""

    signal: str


class Healthcheck(Instruction, frozen=True, kw_only=True):
    """HEALTHCHECK: durations in nanoseconds."""

    health: HealthConfig


class Onbuild(Instruction, frozen=True, kw_only=True):
    """ONBUILD."""

    trigger: str
    """The instruction to run in a build on top of this image."""


Step = (
    Arg | Env | Label | Maintainer | Run | Cmd | Entrypoint | Copy | Expose | Volume | User | Workdir | Shell | Stopsignal | Healthcheck | Onbuild
)  # fmt: skip


class From(Instruction, frozen=True, kw_only=True):
    """The beginning of a stage."""

    base: str
    name: str = ""
    """Lower case, "" for a stage without one."""
    platform: str = ""
