"""What other packages bring: programs, services, images, pictures, kinds of faults and courses, by entry points.

A package says so in its metadata (see docs/extending.md). Nothing is looked up before something is asked for that no
table of ours has, and nothing of ours is replaced. What cannot be loaded is named in one line on standard error, once,
and counts as not there. This module must not know the terminal.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Final, TypeVar, cast

from msgspec import Struct

from fakedocker.faults import model
from fakedocker.faults.model import FaultKind
from fakedocker.images.model import HistoryEntry
from fakedocker.kernel import programs
from fakedocker.kernel.program import Program
from fakedocker.registry.brought import BROUGHT
from fakedocker.registry.model import Manifest
from fakedocker.wire.image import ImageConfig

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint
    from importlib.resources.abc import Traversable

PROGRAMS: Final = "fakedocker.programs"
SERVICES: Final = "fakedocker.services"
IMAGES: Final = "fakedocker.images"
PICTURES: Final = "fakedocker.pictures"
FAULTS: Final = "fakedocker.faults"
COURSES: Final = "fakedocker.courses"
FAMILY: Final = "fakedocker"
PROGRAM_BYTES: Final = 1 << 20
MADE_NS: Final = 1_735_689_600 * 10**9
"""When images that are brought were made: as long ago for everybody, so that their ids are the same."""
T = TypeVar("T")


class BroughtImage(Struct, frozen=True, kw_only=True):
    """An image that a package brings: some files over an image of the catalogue.

    Args:
        base: the image below, such as "alpine:3.20"; "" for none.
        programs: absolute path -> the program that stands there, ours or a brought one, by its name.
        files: absolute path -> content.
        config: what containers of it are given. The environment of the image below comes first.
    """

    base: str = "alpine"
    programs: Mapping[str, str] = {}
    files: Mapping[str, str | bytes] = {}
    config: ImageConfig = ImageConfig()


def offer() -> None:
    """Let engines of this process find what is brought. Nothing is looked up by this."""
    programs.BROUGHT.fill(_program, lambda: tuple(sorted({*names(PROGRAMS), *names(SERVICES)})))
    BROUGHT.fill(_images, lambda: names(IMAGES))
    model.BROUGHT.fill(_fault_kind, lambda: names(FAULTS))


def names(group: str) -> tuple[str, ...]:
    """What is brought of a group, sorted."""
    return tuple(sorted(_points(group)))


def load(group: str, name: str) -> object | None:
    """What is brought by a name, loaded now if it has not been; None where nobody brings it, or it cannot be loaded."""
    point = _points(group).get(name)
    return None if point is None else _loaded(group, point)


def complain(group: str, name: str, problem: str) -> None:
    """Say in one line that something brought is not usable."""
    point = _points(group).get(name)
    package = point.dist.name if point is not None and point.dist is not None else "a package"
    line = " ".join(problem.split())
    print(f"fakedocker: {name} of {package} ({group}) is left out: {line}", file=sys.stderr)


def forget() -> None:
    """Look again which packages are there, and what they bring."""
    for function in (_points, _loaded, _program, _images, _fault_kind):
        function.cache_clear()


@cache
def _points(group: str) -> dict[str, EntryPoint]:
    """The entry points of a group. Of two by the same name that of the first package counts, by its name."""
    from importlib.metadata import entry_points  # read when something is looked for: start-up time matters

    found: dict[str, EntryPoint] = {}
    for point in sorted(
        entry_points(group=group), key=lambda point: (point.name, point.dist.name if point.dist else "")
    ):
        found.setdefault(point.name, point)
    return found


@cache
def _loaded(group: str, point: EntryPoint) -> object | None:
    try:
        loaded: object = point.load()
    except Exception as problem:  # whatever a package does while it is imported
        complain(group, point.name, f"{type(problem).__name__}: {problem}")
        return None
    return loaded


def _checked(group: str, name: str, make: Callable[[object], T | None], expected: str) -> T | None:
    """What is brought, as what it is to be; None, and a line that says so, where it is something else."""
    loaded = load(group, name)
    if loaded is None:
        return None
    try:
        made = make(loaded)
    except Exception as problem:  # a function of the package's, or a description that makes no sense
        complain(group, name, f"{type(problem).__name__}: {problem}")
        return None
    if made is None:
        complain(group, name, f"expected {expected}, not {loaded!r:.80}")
    return made


@cache
def _program(name: str) -> Program | None:
    if name in _points(PROGRAMS):
        return _checked(
            PROGRAMS, name, lambda loaded: cast(Program, loaded) if callable(loaded) else None, "a function"
        )
    if name in _points(SERVICES):
        return _checked(SERVICES, name, _service, "a Declaration")
    return None


def _service(loaded: object) -> Program | None:
    from fakedocker.userland.services import declared

    return declared.service(loaded) if isinstance(loaded, declared.Declaration) else None


@cache
def _fault_kind(name: str) -> FaultKind | None:
    return _checked(FAULTS, name, lambda loaded: cast(FaultKind, loaded) if callable(loaded) else None, "a function")


@cache
def _images(path: str) -> Mapping[str, Manifest] | None:
    return _checked(IMAGES, path, lambda loaded: _manifests(path, loaded), "a BroughtImage, or a dict of such by tag")


def _manifests(path: str, loaded: object) -> Mapping[str, Manifest] | None:
    tags = loaded if isinstance(loaded, Mapping) else {"latest": loaded}
    found: dict[str, Manifest] = {}
    for tag, image in tags.items():
        if not isinstance(image, BroughtImage):
            return None
        found[str(tag)] = _manifest(f"{path}:{tag}", image)
    return found


def _manifest(name: str, image: BroughtImage) -> Manifest:
    from fakedocker.base import reference
    from fakedocker.filesystem.node import LayerEntry
    from fakedocker.filesystem.program_files import program_file
    from fakedocker.operations.images.made_images import file_entry, manifest_over, with_directories
    from fakedocker.registry import catalogue
    from fakedocker.registry.hub.lookup import last_day
    from fakedocker.userland.services import declared

    below = None
    if image.base:
        parsed = reference.parse(image.base).with_default_tag()
        below = catalogue.manifest(catalogue.path_at(parsed.domain, parsed.path), parsed.tag, last_day())
        if below is None:
            raise ValueError(f"its base image {image.base} is not in the catalogue")
    entries = [LayerEntry(declared.FOLDER.strip("/"), "dir", 0o777)]
    entries += [file_entry(path, data) for path, data in image.files.items()]
    for path, program in image.programs.items():
        content = program_file(FAMILY, program, PROGRAM_BYTES)
        entries.append(LayerEntry(file_entry(path, b"").path, "file", 0o755, content=content))
    made = HistoryEntry(created_ns=MADE_NS, created_by=f"a package brings {name}")
    base_image, remotes = (below.image, below.layers) if below is not None else (None, ())
    return manifest_over(base_image, remotes, with_directories(entries), image.config, made)


def folder(name: str) -> Traversable | None:
    """The folder of a course: that of a package, or a path. None where it is none."""
    from importlib.resources import files
    from importlib.resources.abc import Traversable
    from pathlib import Path
    from types import ModuleType

    def make(loaded: object) -> Traversable | None:
        if isinstance(loaded, ModuleType):
            return files(loaded)
        return Path(loaded) if isinstance(loaded, str) else loaded if isinstance(loaded, Traversable) else None

    return _checked(COURSES, name, make, "a package, or a path")
