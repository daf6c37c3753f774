"""What RUN --mount says: type=cache,target=/c and its kin.

Source: the Dockerfile reference, "RUN --mount"; buildkit frontend/dockerfile/instructions/commands_runmount.go.
"""

from __future__ import annotations

import csv
import posixpath

from msgspec import Struct

from fakedocker.base.numbers import is_digits
from fakedocker.base.paths import clean
from fakedocker.build.lines import BadDockerfile
from fakedocker.build.suggestions import with_suggestion

BIND, CACHE, TMPFS, SECRET, SSH = "bind", "cache", "tmpfs", "secret", "ssh"
_TYPES = (BIND, CACHE, SECRET, SSH, TMPFS)
_KEYS = (
    "env", "from", "gid", "id", "mode", "readonly", "readwrite", "ro", "required", "rw", "sharing", "size", "source", "src", "target", "dst",
    "destination", "type", "uid",
)  # fmt: skip
_SHARING = ("locked", "private", "shared")
_SECRETS = "/run/secrets"
_AGENTS = "/run/buildkit/ssh_agent"


class RunMount(Struct, frozen=True, kw_only=True):
    """A mount of a RUN.

    Args:
        origin: the stage or image that a bind or a cache's beginning is of, "" for the context or nothing.
        identifier: of a cache, secret or agent.
        environment: the variable that gets a secret, "" for none.
    """

    type: str = BIND
    target: str = ""
    source: str = ""
    origin: str = ""
    identifier: str = ""
    sharing: str = "shared"
    read_only: bool = False
    required: bool = False
    mode: int | None = None
    uid: int = 0
    gid: int = 0
    size: str = ""
    environment: str = ""


def parse_mount(text: str) -> RunMount:
    """A mount as it is written.

    Raises:
        BadDockerfile: in docker's words.
    """
    values: dict[str, str] = {}
    for field in next(csv.reader([text]), []):
        key, equals, value = field.partition("=")
        key = key.lower()
        if key not in _KEYS:
            raise BadDockerfile(with_suggestion(f"unexpected key '{key}' in '{field}'", key, _KEYS))
        if not equals and key not in ("readonly", "ro", "readwrite", "rw", "required"):
            raise BadDockerfile(f"invalid field '{field}' must be a key=value pair")
        values[key] = value if equals else "true"
    kind = values.get("type", BIND).lower()
    if kind not in _TYPES:
        raise BadDockerfile(
            with_suggestion(f"unsupported mount type {values['type']!r}".replace("'", '"'), kind, _TYPES)
        )
    sharing = values.get("sharing", "shared").lower()
    if sharing not in _SHARING:
        raise BadDockerfile(with_suggestion(f'unsupported sharing value "{sharing}"', sharing, _SHARING))
    mount = RunMount(
        type=kind,
        target=values.get("target", values.get("dst", values.get("destination", ""))),
        source=values.get("source", values.get("src", "")),
        origin=values.get("from", ""),
        identifier=values.get("id", ""),
        sharing=sharing,
        read_only=_is_read_only(kind, values),
        required=_flag(values, "required"),
        mode=_octal(values["mode"]) if "mode" in values else None,
        uid=_number(values, "uid"),
        gid=_number(values, "gid"),
        size=values.get("size", ""),
        environment=values.get("env", ""),
    )
    return _completed(mount)


def _completed(mount: RunMount) -> RunMount:
    """A mount with what follows from what is said. BadDockerfile."""
    if mount.type in (BIND, CACHE, TMPFS) and not mount.target:
        raise BadDockerfile("target is required")
    if mount.type == CACHE:
        return _with(mount, identifier=mount.identifier or clean(mount.target))
    if mount.type == SECRET:
        identifier = mount.identifier or posixpath.basename(mount.source or mount.target)
        if not identifier:
            raise BadDockerfile("one of source, target, or id required")
        target = mount.target or ("" if mount.environment else posixpath.join(_SECRETS, identifier))
        return _with(mount, identifier=identifier, target=target)
    if mount.type == SSH:
        return _with(mount, identifier=mount.identifier or "default")
    return mount


def below(mount: RunMount, directory: str) -> RunMount:
    """A mount whose target, where it is no absolute path, is one below the step's directory (BuildKit dispatchRunMounts)."""
    if not mount.target or mount.target.startswith("/"):
        return mount
    return _with(mount, target=posixpath.normpath(posixpath.join("/", directory, mount.target)))


def with_sockets(found: list[RunMount]) -> list[RunMount]:
    """Mounts with a place for every agent's socket. Source: buildkit client/llb/exec.go (AddSSHSocket)."""
    placed: list[RunMount] = []
    count = 0
    for mount in found:
        if mount.type == SSH:
            mount = _with(mount, target=mount.target or f"{_AGENTS}.{count}")
            count += 1
        placed.append(mount)
    return placed


def _with(mount: RunMount, **fields: object) -> RunMount:
    from msgspec.structs import replace

    return replace(mount, **fields)


def _is_read_only(kind: str, values: dict[str, str]) -> bool:
    """A bind is read-only unless it is said to be writable."""
    if "rw" in values or "readwrite" in values:
        return not (_flag(values, "rw") or _flag(values, "readwrite"))
    return kind == BIND or _flag(values, "ro") or _flag(values, "readonly")


def _flag(values: dict[str, str], key: str) -> bool:
    value = values.get(key, "false").lower()
    if value not in ("true", "false", "1", "0"):
        raise BadDockerfile(f"invalid value for {key}: {values[key]}")
    return value in ("true", "1")


def _number(values: dict[str, str], key: str) -> int:
    value = values.get(key, "0")
    if not is_digits(value):
        raise BadDockerfile(f"invalid value {value} for {key}")
    return int(value)


def _octal(text: str) -> int:
    try:
        return int(text, 8)
    except ValueError:
        raise BadDockerfile(f"invalid value {text} for mode") from None
