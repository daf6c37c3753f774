"""Images that say what their containers do: in a line of keywords, or by a Python function that is their process.

A declared image lies on Alpine unless said otherwise, so that `docker exec ... sh` works in it; it is here as if it had been
pulled, and its registry has it too.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeAlias, TypedDict

from msgspec import UNSET
from msgspec.structs import replace

from fakedocker.base import reference
from fakedocker.base.clock import SECOND_NS
from fakedocker.engine.engine import Engine
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.program_files import program_file
from fakedocker.images.model import HistoryEntry, Image
from fakedocker.operations.images import images
from fakedocker.operations.images.made_images import file_entry, manifest_over, remote_of, with_directories
from fakedocker.operations.system import lookup
from fakedocker.registry import catalogue
from fakedocker.registry.hub.lookup import day_of
from fakedocker.registry.model import Registry, RemoteLayer
from fakedocker.testing.clock import Duration, nanoseconds
from fakedocker.userland.services import declared
from fakedocker.userland.services.declared import Answer, Declaration, Line
from fakedocker.wire.container import HealthConfig
from fakedocker.wire.image import ImageConfig
from fakedocker.world.draft import Draft

Log: TypeAlias = str | tuple[Duration, str]
"""A line printed at once, or so long after the start."""
Page: TypeAlias = str | int | tuple[int, str]
"""A body, a status, or both."""

PROGRAM_PATH = f"{declared.FOLDER}/process"
_PROGRAM_BYTES = 1 << 20
_CHECK_EVERY_NS = SECOND_NS


class Behaviour(TypedDict, total=False):
    """What the containers of an image do, see `declare`."""

    logs: Iterable[Log]
    errors: Iterable[Log]
    ready_after: Duration
    unready_after: Duration | None
    exit_code: int | None
    exits_after: Duration | None
    stops_after: Duration | None
    stop_code: int
    ports: Mapping[int, Page | Mapping[str, Page]] | None
    health: bool | None
    commands: Mapping[str, str] | None
    files: Mapping[str, str | bytes] | None
    env: Mapping[str, str] | None
    labels: Mapping[str, str] | None
    user: str
    base: str
    local: bool


def check_keywords(given: Iterable[str]) -> None:
    """Refuse what is no keyword of `declare`. Raises TypeError, with what was meant."""
    known = sorted(Behaviour.__annotations__)
    for keyword in given:
        if keyword not in known:
            near = difflib.get_close_matches(keyword, known, 1)
            meant = f"did you mean {near[0]}=?" if near else f"expected some of {', '.join(known)}"
            raise TypeError(f"an image has no {keyword}=; {meant}")


class NotAnImage(ValueError):
    """A declaration that makes no sense; the message says what was expected."""


def declare(
    engine: Engine,
    name: str,
    *,
    logs: Iterable[Log] = (),
    errors: Iterable[Log] = (),
    ready_after: Duration = 0,
    unready_after: Duration | None = None,
    exit_code: int | None = None,
    exits_after: Duration | None = None,
    stops_after: Duration | None = 0,
    stop_code: int = 0,
    ports: Mapping[int, Page | Mapping[str, Page]] | None = None,
    health: bool | None = None,
    commands: Mapping[str, str] | None = None,
    files: Mapping[str, str | bytes] | None = None,
    env: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    user: str = "",
    base: str = "alpine",
    program: str = "",
    local: bool = True,
) -> str:
    """Put an image into an engine's world whose containers do what is said here.

    Args:
        name: with or without a tag.
        logs, errors: what they print on standard output and standard error.
        ready_after: when they listen and are healthy.
        unready_after: when they stop doing so.
        exit_code: they end with it, after the last line or at `exits_after`; None for those that run until they are stopped.
        stops_after, stop_code: how long they take to end after the stop signal (None: they ignore it), and with what.
        ports: TCP ports with the answer to HTTP requests, or one answer per path.
        health: whether the image has a health check (every second; healthy while ready); None for one if readiness is spoken of.
        commands: what is printed instead for some arguments, such as {"--version": "server 1.0\\n"}.
        base: an image of the catalogue or of this world; "" for none.
        program: what runs instead, by its name in the engine's table of programs.
        local: False for an image that only its registry has.

    Returns:
        its id.

    Raises:
        NotAnImage: the declaration makes no sense.
    """
    lines = sorted([*_lines(logs, 1), *_lines(errors, 2)], key=lambda line: line.after_ns)
    declaration = Declaration(
        lines=tuple(lines),
        ready_ns=nanoseconds(ready_after),
        unready_ns=-1 if unready_after is None else nanoseconds(unready_after),
        exit_ns=_exit_ns(exit_code, exits_after, lines),
        exit_code=exit_code or 0,
        ports={str(port): _answers(port, page) for port, page in (ports or {}).items()},
        stop_ns=-1 if stops_after is None else nanoseconds(stops_after),
        stop_code=stop_code,
        commands=dict(commands or {}),
    )
    config = _config(declaration, env or {}, labels or {}, user, health)
    entries = _entries((declared.FAMILY, program or declared.NAME), declared.declaration_file(declaration), files or {})
    return engine.alter(lambda draft: _add(draft, _reference(name), base, config, entries, local))


def _config(
    declaration: Declaration, env: Mapping[str, str], labels: Mapping[str, str], user: str, health: bool | None
) -> ImageConfig:
    checked = health if health is not None else bool(declaration.ready_ns or declaration.unready_ns >= 0)
    check = HealthConfig(test=("CMD", PROGRAM_PATH, declared.CHECK), interval=_CHECK_EVERY_NS)
    return ImageConfig(
        entrypoint=(PROGRAM_PATH,),
        env=tuple(f"{key}={value}" for key, value in env.items()),
        exposed_ports={f"{port}/tcp": {} for port in declaration.ports} or UNSET,
        labels=dict(labels) if labels else UNSET,
        user=user or UNSET,
        healthcheck=check if checked else UNSET,
    )


def _lines(logs: Iterable[Log], descriptor: int) -> list[Line]:
    if isinstance(logs, str):
        raise NotAnImage(f"expected a list of lines, such as [{logs!r}], not the text {logs!r}")
    found = []
    for log in logs:
        if not isinstance(log, str) and (not isinstance(log, tuple) or len(log) != 2 or not isinstance(log[1], str)):
            raise NotAnImage(f"expected a line, or when it comes and the line, such as ('2s', 'ready'), not {log!r}")
        after, text = (0, log) if isinstance(log, str) else log
        found.append(Line(nanoseconds(after), text, descriptor))
    return found


def _exit_ns(exit_code: int | None, exits_after: Duration | None, lines: list[Line]) -> int:
    if exit_code is not None and not 0 <= exit_code <= 255:
        raise NotAnImage(f"expected an exit code from 0 to 255, not {exit_code}")
    if exits_after is not None:
        return nanoseconds(exits_after)
    return -1 if exit_code is None else max((line.after_ns for line in lines), default=0)


def _answers(port: int, pages: Page | Mapping[str, Page]) -> tuple[Answer, ...]:
    if not isinstance(port, int):
        raise NotAnImage(f"expected the number of a port with what it answers, such as {{80: 'hello'}}, not {port!r}")
    if not 0 < port < 65536:
        raise NotAnImage(f"expected a port from 1 to 65535, not {port}")
    by_path = pages.items() if isinstance(pages, Mapping) else [("", pages)]
    found = []
    for path, page in by_path:
        status, body = page if isinstance(page, tuple) else (page, "") if isinstance(page, int) else (200, page)
        if not isinstance(status, int) or not isinstance(body, str) or not 200 <= status <= 599:
            raise NotAnImage(
                f"expected what port {port} answers: a body, a status from 200 to 599, or both such as (404, 'no'), not {page!r}"
            )
        found.append(Answer(path, status, body))
    return tuple(found)


def _reference(name: str) -> reference.Reference:
    try:
        parsed = reference.parse(name)
    except reference.InvalidReference as problem:
        raise NotAnImage(f"{name!r} is no name of an image: {problem}") from None
    if parsed.digest:
        raise NotAnImage(f"expected a name with or without a tag, not the digest in {name!r}")
    return parsed.with_default_tag()


def _entries(identity: tuple[str, str], declaration: bytes, files: Mapping[str, str | bytes]) -> tuple[LayerEntry, ...]:
    own = (
        LayerEntry(declared.FOLDER.lstrip("/"), "dir", 0o777),
        LayerEntry(PROGRAM_PATH.lstrip("/"), "file", 0o755, content=program_file(*identity, _PROGRAM_BYTES)),
        LayerEntry(declared.DECLARATION.lstrip("/"), "file", content=declaration),
    )
    try:
        return with_directories([*own, *(file_entry(path, data) for path, data in files.items())])
    except ValueError as problem:
        raise NotAnImage(str(problem)) from None


def _add(
    draft: Draft,
    name: reference.Reference,
    base: str,
    config: ImageConfig,
    entries: tuple[LayerEntry, ...],
    local: bool,
) -> str:
    below, remotes = _base(draft, base) if base else (None, ())
    made = HistoryEntry(created_ns=draft.now_ns, created_by=f"fakedocker declares {name.familiar}")
    manifest = manifest_over(below, remotes, entries, config, made)
    image = manifest.image
    registry = draft.registries.get(name.domain) or Registry(host=name.domain)
    draft.registries[name.domain] = replace(
        registry,
        tags=registry.tags.set(f"{name.path}:{name.tag}", manifest.digest),
        manifests=registry.manifests.set(f"{name.path}@{manifest.digest}", manifest),
    )
    if local:
        image = images.add_offered(draft, manifest)
        if image.target is None:
            images.set_reference(draft, f"{name.name}@{manifest.digest}", image.id)
        images.set_reference(draft, f"{name.name}:{name.tag}", image.id)
    return image.id


def _base(draft: Draft, name: str) -> tuple[Image, tuple[RemoteLayer, ...]]:
    """An image to lie upon: one of this world, or one of the catalogue."""
    known = lookup.find_image(draft, name)
    if known is not None:
        layers = [draft.layers[chain] for chain in known.layers]
        return known, tuple(catalogue.remote_layer(layer) or remote_of(layer) for layer in layers)
    parsed = _reference(name)
    manifest = catalogue.manifest(parsed.path, parsed.tag, day_of(draft.now_ns))
    if manifest is None:
        raise NotAnImage(f"expected a base image that is here or in the catalogue, not {name!r}")
    return manifest.image, manifest.layers
