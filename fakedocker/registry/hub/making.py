"""Images of official repositories made by rule: the layers of what an image is built from, one for each of its steps.

What is in the layers is the family's description (templates), as far as there is one. Where it has none of an image's programs,
a program that nobody simulates stands at its path and says so. Everything follows from the facts, so that an image has the same
digests whenever it is made. This module must not know tags or days.
"""

from __future__ import annotations

import posixpath
import zlib
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from fakedocker.base import clock
from fakedocker.base.numbers import is_digits
from fakedocker.base.platform import Platform
from fakedocker.filesystem.content import append, read, zeros
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.program_files import HEADER_BYTES, MACHINES, PLACEHOLDER_FAMILY, program_head
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.images.model import HistoryEntry, Layer, chain_id, make_image
from fakedocker.registry import blobs
from fakedocker.registry.hub import lookup, roots, templates, versions
from fakedocker.registry.hub.archives import write_sparse_tar
from fakedocker.registry.hub.distributions import canonical_tag
from fakedocker.registry.hub.kept import ConfigRow
from fakedocker.registry.hub.lookup import Found
from fakedocker.registry.hub.templates import Example, Filled, Template
from fakedocker.registry.manifests import make_manifest
from fakedocker.registry.model import Manifest, RemoteLayer
from fakedocker.wire.image import ImageConfig

_HELPERS = frozenset(("tini", "tini-static", "dumb-init", "gosu", "su-exec"))
_DECLARED = frozenset(program_head("fakedocker", "declared", architecture=name) for name in MACHINES)
"""How the server of a declaration begins."""
COMMENT = "buildkit.dockerfile.v0"
UNKNOWN_STEP = "RUN /bin/sh -c # fakedocker does not know what this step ran # buildkit"
_SMALLEST_BYTES, _LARGEST_BYTES = 12_000_000, 240_000_000
"""What an image without a description adds to its base."""
_ENTRYPOINT = """#!/bin/sh
# What the real script prepares is not simulated; then it runs what it is given, as this does.
{default}exec "$@"
"""
_DEFAULT = """if [ $# -eq 0 ] || [ "${{1#-}}" != "$1" ]; then
	set -- {command} "$@"
fi
"""


class Recipe(NamedTuple):
    """What an image is made of."""

    config: ImageConfig
    own: ConfigRow
    base: Manifest | None
    pieces: list[Filled]
    architecture: str
    """The processor that its programs are for."""


_made: dict[tuple[Found, str, Platform], Manifest] = {}
_MOST_MADE = 256
"""How many images are kept, so that those on a common base share its layers without making them again."""


def make(found: Found, base: Manifest | None, elsewhere: str, platform: Platform) -> Manifest:
    """The image, for a platform that it is for.

    Args:
        base: what it is built from; None for one from scratch, or from what is kept elsewhere.
        elsewhere: the name of that.
    """
    key = (found, base.digest if base is not None else elsewhere, platform)
    if key not in _made:
        while len(_made) >= _MOST_MADE:
            del _made[next(iter(_made))]
        _made[key] = _make(found, base, elsewhere, platform)
    return _made[key]


def _make(found: Found, base: Manifest | None, elsewhere: str, platform: Platform) -> Manifest:
    image, own = lookup.image_of(found), lookup.config_of(found)
    template = templates.template(found.repository)
    below = base.image.config if base is not None else roots.config_elsewhere(elsewhere)
    if elsewhere and template is not None and template.config is not None:
        below = lookup.lay_over(template.config, below)
    config = lookup.lay_over(own, below)
    environment = dict(entry.split("=", 1) for entry in config.env or ())
    time_ns = lookup.instant_of(found.built)
    version = versions.version_of(image.tag, template.variable if template else "", environment)
    if template is not None and template.version_tag:
        version = lookup.other_tag(found, template.version_tag)
    pieces: list[Filled] = []
    if base is None and not elsewhere and template is None and _is_system(config):
        pieces += roots.pieces_of_system(found.repository, version, time_ns, platform.architecture)
    if base is None and elsewhere:
        pieces += roots.pieces_elsewhere(elsewhere, time_ns, platform.architecture)
    labels: dict[str, str] = {}
    if template is not None:
        root = base.image.config.labels if base is not None else None
        tag = canonical_tag(found.repository, image.tag, int(clock.utc(time_ns).strftime("%Y%m%d")))
        example = versions.nearest(template, tag, own.from_, _kind(found))
        pieces += _described(tag, template, example, version, environment, time_ns, platform.architecture)
        labels = {**(root or {}), **_labels(template, example, version)}
    if labels:
        config = replace(config, labels=labels)
    recipe = Recipe(config, own, base, pieces, platform.architecture)
    return _assemble(found, recipe, version, time_ns, platform)


def _is_system(config: ImageConfig) -> bool:
    """Whether an image from scratch is a distribution: it starts a shell."""
    return bool(config.cmd) and str((config.cmd or ("",))[0]).rpartition("/")[2] in ("bash", "sh")


def _kind(found: Found) -> str:
    """Whether the lowest image below is alpine."""
    for _ in range(16):
        base = lookup.base_of(found)
        if base.official is None:
            return versions.kind_of(base.elsewhere or found.repository)
        found = base.official
    return "other"


def _described(
    tag: str,
    template: Template,
    example: Example,
    version: str,
    environment: dict[str, str],
    time_ns: int,
    architecture: str,
) -> list[Filled]:
    variables = versions.variables_for(template, example, tag, version, environment)
    told = _told(template.variable, variables, version, environment)
    return [
        templates.fill(template.layers[name], variables, told, time_ns, architecture)
        for name in template.steps[example.steps]
    ]


def _told(variable: str, variables: dict[str, str], version: str, environment: dict[str, str]) -> str:
    """What the family's programs tell: the image's variable where it is of that version, as it may say more."""
    packaged = environment.get(variable, "")
    told = variables.get("told") or (packaged if version in packaged else version)
    return f"{variable}={told}" if variable and told else ""


def _labels(template: Template, example: Example, version: str) -> dict[str, str]:
    variables = {**example.variables, "version": version}
    return {
        name: templates.substitute(value, variables) for name, value in template.labels.get(example.steps, {}).items()
    }


def _assemble(found: Found, recipe: Recipe, version: str, time_ns: int, platform: Platform) -> Manifest:
    below = list(recipe.base.layers) if recipe.base is not None else []
    history = list(recipe.base.image.history) if recipe.base is not None else []
    steps = recipe.own.steps if below or recipe.own.steps else 1
    grouped = _grouped(recipe.pieces, steps)
    sizes = _sizes(found, steps, described=bool(recipe.pieces))
    layers: list[RemoteLayer] = list(below)
    for number, (pieces, size) in enumerate(zip(grouped, sizes, strict=True)):
        tree = layers[-1].layer.tree if layers else Tree.empty()
        entries = _merged(pieces, tree)
        if size:
            name = f"usr/lib/{found.repository}/parts{f'-{number + 1}' if number else ''}.bin"
            entries.setdefault(name, LayerEntry(name, "file", 0o644, 0, 0, time_ns, content=zeros(size)))
        ordered = _ordered(entries, tree, time_ns)
        there = apply_layer(tree, ordered)
        if number == steps - 1 and (missing := _missing(recipe, there, time_ns)):
            added = _ordered(missing, there, time_ns)
            ordered = _sorted({entry.path: entry for entry in (*ordered, *added)})
            there = apply_layer(there, added)
        layers.append(_layer(layers[-1].layer if layers else None, ordered, there))
        created_by = next((piece.created_by for piece in pieces if piece.created_by), UNKNOWN_STEP)
        history.append(HistoryEntry(created_ns=time_ns, created_by=created_by, comment=COMMENT))
    history += _instructions(recipe.own, time_ns)
    image = make_image(
        created_ns=time_ns,
        config=recipe.config,
        layers=tuple(remote.layer for remote in layers),
        history=tuple(history),
        architecture=platform.architecture,
        os=platform.os,
        variant=platform.variant,
    )
    return make_manifest(image, layers)


def _grouped(pieces: Sequence[Filled], steps: int) -> list[list[Filled]]:
    """Pieces by layer: one each from the first on, what is left over in the last."""
    grouped: list[list[Filled]] = [[] for _ in range(steps)]
    for number, piece in enumerate(pieces):
        if steps:
            grouped[min(number, steps - 1)].append(piece)
    return grouped


def _sizes(found: Found, steps: int, described: bool) -> list[int]:
    """How much filler each layer has. A description has its own."""
    if described or not steps:
        return [0] * steps
    seed = zlib.crc32(found.repository.encode())
    total = _SMALLEST_BYTES + seed % (_LARGEST_BYTES - _SMALLEST_BYTES)
    largest = seed % steps
    return [total // (1 if number == largest else 40 + (seed >> number) % 400) for number in range(steps)]


def _merged(pieces: Sequence[Filled], tree: Tree) -> dict[str, LayerEntry]:
    entries: dict[str, LayerEntry] = {}
    for piece in pieces:
        entries.update((entry.path, entry) for entry in piece.entries)
        for path, text in piece.append.items():
            if (known := _file_at(path, entries, tree)) is not None:
                entries[path] = replace(known, content=append(known.content, text))
    return entries


def _file_at(path: str, entries: dict[str, LayerEntry], tree: Tree) -> LayerEntry | None:
    if path in entries:
        return entries[path]
    inode = tree.find(path)
    if inode is None or tree.nodes[inode].kind != "file":
        return None
    node = tree.nodes[inode]
    return LayerEntry(path, "file", node.mode, node.uid, node.gid, node.mtime_ns, content=node.content)


def _missing(recipe: Recipe, there: Tree, time_ns: int) -> dict[str, LayerEntry]:
    """What the configuration names and nobody has described: programs, an account, the directories of volumes and for work."""
    config = recipe.config
    entries: dict[str, LayerEntry] = {}
    path = next((entry[5:] for entry in config.env or () if entry.startswith("PATH=")), lookup.PATH)
    entrypoint, command = tuple(config.entrypoint or ()), tuple(config.cmd or ())
    words = [*entrypoint[:1], *_after_helper(entrypoint), *command[:1]]
    for name in words:
        if not name or name.startswith("-") or _finds(there, name, path, config.working_dir or "/"):
            continue
        where = name if "/" in name else f"usr/local/bin/{name}"
        place = posixpath.normpath(posixpath.join(config.working_dir or "/", where) if "/" in name else where).lstrip(
            "/"
        )
        entries.setdefault(place, _made_up(place, name in entrypoint, command, recipe, time_ns))
        if name in entrypoint and not command and _is_script(place):
            program = _unknown_program(place).lstrip("/")
            entries.setdefault(program, _placeholder(program, recipe, time_ns))
    _put_user(config.user or "", entries, there)
    for directory in (*(config.volumes or {}), config.working_dir or ""):
        place = directory.strip("/")
        if place and not roots.resolves(there, place) and place not in entries:
            entries[place] = LayerEntry(place, "dir", 0o755, mtime_ns=time_ns)
    return entries


def _put_user(user: str, entries: dict[str, LayerEntry], tree: Tree) -> None:
    """An account that the configuration names and the base has not."""
    for name, path, line in (
        (user.partition(":")[0], "etc/passwd", "{name}:x:999:999::/nonexistent:/usr/sbin/nologin\n"),
        (user.partition(":")[2] or user, "etc/group", "{name}:x:999:\n"),
    ):
        known = _file_at(path, entries, tree)
        if not name or is_digits(name) or known is None:
            continue
        text = read(known.content, 0, len(known.content))
        if not any(row.startswith(f"{name}:".encode()) for row in text.splitlines()):
            entries[path] = replace(known, content=text + line.format(name=name).encode())


def _after_helper(entrypoint: tuple[str, ...]) -> tuple[str, ...]:
    """What an entry point like `tini -- docker-entrypoint.sh` starts."""
    if not entrypoint or entrypoint[0].rpartition("/")[2] not in _HELPERS:
        return ()
    return tuple(word for word in entrypoint[1:] if not word.startswith("-"))[:1]


def _made_up(path: str, is_entrypoint: bool, command: tuple[str, ...], recipe: Recipe, time_ns: int) -> LayerEntry:
    """A program that nobody has described: a helper, a script that runs what it is given, one that is described elsewhere, the
    declared server, or one that says that it is not simulated."""
    name = path.rpartition("/")[2]
    if name in _HELPERS:
        head = program_head("gnu", name, architecture=recipe.architecture)
        return LayerEntry(path, "file", 0o755, mtime_ns=time_ns, content=head)
    if is_entrypoint and _is_script(path):
        return _script(path, command or (_unknown_program(path),), time_ns)
    described = [entry for piece in recipe.pieces for entry in piece.entries if entry.kind == "file"]
    same = (entry.path for entry in described if entry.path.endswith(f"/{name}") and entry.mode & 0o111)
    server = next(same, "") or next((entry.path for entry in described if _is_declared(entry)), "")
    if server:
        return LayerEntry(path, "link", 0o777, mtime_ns=time_ns, target=f"/{server}")
    return _placeholder(path, recipe, time_ns)


def _placeholder(path: str, recipe: Recipe, time_ns: int) -> LayerEntry:
    """A program that says that it is not simulated."""
    head = program_head(PLACEHOLDER_FAMILY, path.rpartition("/")[2], architecture=recipe.architecture)
    return LayerEntry(path, "file", 0o755, mtime_ns=time_ns, content=head)


def _is_script(path: str) -> bool:
    """Whether an entry point prepares something and then runs what it is given."""
    name = path.rpartition("/")[2]
    return name not in _HELPERS and (name.endswith(".sh") or "entrypoint" in name)


def _unknown_program(entrypoint: str) -> str:
    """What an entry point starts that is given no command: it knows by itself, and nobody here does."""
    return f"/{entrypoint.strip('/')}.program"


def _is_declared(entry: LayerEntry) -> bool:
    return entry.kind == "file" and read(entry.content, 0, HEADER_BYTES) in _DECLARED


def _finds(tree: Tree, name: str, path: str, directory: str) -> bool:
    if "/" in name:
        return roots.resolves(tree, posixpath.normpath(posixpath.join(directory, name)))
    return any(roots.resolves(tree, f"{part}/{name}") for part in path.split(":"))


def _script(path: str, command: tuple[str, ...], time_ns: int) -> LayerEntry:
    text = _ENTRYPOINT.format(default=_DEFAULT.format(command=command[0]))
    return LayerEntry(path, "file", 0o755, mtime_ns=time_ns, content=text.encode())


def _ordered(entries: dict[str, LayerEntry], below: Tree, time_ns: int) -> tuple[LayerEntry, ...]:
    """Directories before what is in them, those that are missing too; hard links at the end. A path below a link goes where that leads."""
    moved: dict[str, LayerEntry] = {}
    parents: dict[str, str] = {}
    for path in sorted(entries):
        parent, _, name = path.rpartition("/")
        if parent not in parents:
            parents[parent] = roots.real_path(f"{parent}/-", moved, below).removesuffix("-") if parent else ""
        place = f"{parents[parent]}{name}"
        moved[place] = entries[path] if place == path else replace(entries[path], path=place)
    for path in list(moved):
        parent = path.rpartition("/")[0]
        while parent and parent not in moved and below.find(parent) is None:
            moved[parent] = LayerEntry(parent, "dir", 0o755, mtime_ns=time_ns)
            parent = parent.rpartition("/")[0]
    return _sorted(moved)


def _sorted(entries: dict[str, LayerEntry]) -> tuple[LayerEntry, ...]:
    return tuple(sorted(entries.values(), key=lambda entry: (entry.kind == "hardlink", entry.path)))


def _layer(below: Layer | None, ordered: tuple[LayerEntry, ...], tree: Tree) -> RemoteLayer:
    archive = write_sparse_tar(ordered)
    sums = blobs.archive_sums(archive)
    parent = below.chain_id if below is not None else ""
    layer = Layer(
        chain_id=chain_id(parent, sums.diff_id),
        parent=parent,
        diff_id=sums.diff_id,
        size_bytes=sum(len(entry.content) for entry in ordered),
        entries=ordered,
        tree=tree,
        original=archive,
    )
    return RemoteLayer(digest=sums.digest, size_bytes=sums.size_bytes, layer=layer)


def _instructions(own: ConfigRow, time_ns: int) -> list[HistoryEntry]:
    """How history tells the instructions that change no files."""
    told = [f"ENV {name}={value}" for name, value in own.env.items()]
    if own.volume:
        told.append(f"VOLUME [{' '.join(own.volume)}]")
    if own.workdir is not msgspec.UNSET:
        told.append(f"WORKDIR {own.workdir}")
    if own.entrypoint is not msgspec.UNSET:
        told.append(f"ENTRYPOINT {_go_list(own.entrypoint)}")
    if own.stopsignal is not msgspec.UNSET:
        told.append(f"STOPSIGNAL {own.stopsignal}")
    if own.expose:
        told.append(f"EXPOSE map[{' '.join(f'{port}:{{}}' for port in sorted(own.expose))}]")
    if own.user is not msgspec.UNSET:
        told.append(f"USER {own.user}")
    if own.cmd is not msgspec.UNSET:
        told.append(f"CMD {_go_list(own.cmd)}")
    return [HistoryEntry(created_ns=time_ns, created_by=text, comment=COMMENT, empty_layer=True) for text in told]


def _go_list(items: tuple[str, ...]) -> str:
    return "[" + " ".join(msgspec.json.encode(item).decode() for item in items) + "]"
