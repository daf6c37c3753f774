"""Messages about docker exec."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from fakedocker.wire.naming import pascal


class ProcessConfig(Struct, frozen=True, kw_only=True):
    """ProcessConfig of GET /exec/ID/json, whose names are in small letters."""

    tty: bool
    entrypoint: str
    arguments: tuple[str, ...]
    privileged: bool
    user: str | UnsetType = UNSET


class ExecInspect(Struct, frozen=True, kw_only=True, rename=pascal(container_id="ContainerID")):
    """The answer of GET /exec/ID/json."""

    id: str
    running: bool
    exit_code: int | None
    process_config: ProcessConfig
    open_stdin: bool
    open_stderr: bool
    open_stdout: bool
    can_remove: bool
    container_id: str
    detach_keys: str
    pid: int


class ExecRequest(Struct, frozen=True, kw_only=True, rename=pascal()):
    """The body of POST /containers/ID/exec."""

    user: str = ""
    privileged: bool = False
    tty: bool = False
    console_size: tuple[int, int] | None = None
    attach_stdin: bool = False
    attach_stderr: bool = False
    attach_stdout: bool = False
    detach_keys: str = ""
    env: tuple[str, ...] | None = None
    working_dir: str = ""
    cmd: tuple[str, ...] | None = None


class ExecStartRequest(Struct, frozen=True, kw_only=True, rename=pascal()):
    """The body of POST /exec/ID/start."""

    detach: bool = False
    tty: bool = False
    console_size: tuple[int, int] | None = None
