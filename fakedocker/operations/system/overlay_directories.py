"""/var/lib/docker/overlay2 as the host's root sees it: the files of each layer and container, made when somebody looks.

Nothing can be written there: what a real machine shows when somebody meddles with it is not simulated.

Source: moby daemon/graphdriver/overlay2/overlay.go (create, getLower, Get: the directories, their files and modes).
"""

from __future__ import annotations

import errno
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any

from msgspec import Struct

from fakedocker.containers.model import Container
from fakedocker.filesystem import diff
from fakedocker.filesystem.content import Content
from fakedocker.filesystem.errors import failure
from fakedocker.filesystem.node import OPAQUE_MARKER, WHITEOUT_PREFIX, LayerEntry, Node
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.filesystem.walk import Mount
from fakedocker.images import overlay_names
from fakedocker.kernel.devices import INITIAL_ENTRIES
from fakedocker.world.draft import Draft

FILES = "overlay2"
"""What the tree is called where file systems have ids."""
MOUNT = Mount(overlay_names.DIRECTORY, FILES, root="", read_only=True, listed=False)
_INITIAL = "-init"
_LINKS = "l"
_TREES_KEPT = 64
_made: OrderedDict[Hashable, tuple[Any, Filesystem]] = OrderedDict()
"""Trees that were looked at, with what each was made of."""


class _Layer(Struct, frozen=True):
    """A directory below overlay2.

    Args:
        name: of the directory.
        chain: of the layer; of a container the layer that it stands on, "" for none.
        container: whose it is; None for a layer's.
    """

    name: str
    chain: str
    container: Container | None = None

    @property
    def is_initial(self) -> bool:
        return self.name.endswith(_INITIAL)


class OverlayDirectories:
    """The tree; an inode is a path from its root, "" being the root."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    # what a walk asks

    def lookup(self, directory: str, name: str) -> str | None:
        path = f"{directory}/{name}" if directory else name
        inside = self._inside(directory)
        if inside is not None:
            filesystem, inode = inside
            return path if filesystem.lookup(inode, name) is not None else None
        if not directory:
            return path if name == _LINKS or self._find(name) is not None else None
        return path if name in self.names(directory) else None

    def node(self, inode: str) -> Node:
        inside = self._inside(inode)
        if inside is not None:
            filesystem, number = inside
            return filesystem.node(number)
        parts = inode.split("/")
        started_ns = self._draft.host.started_ns
        if parts[0] in ("", _LINKS):
            if len(parts) == 2:
                return Node("link", 0o777, mtime_ns=started_ns, target=f"../{self._linked(parts[1])}/diff")
            return Node("dir", 0o710, mtime_ns=started_ns)
        layer = self._existing(parts[0])
        made_ns = self._made_ns(layer)
        if len(parts) == 2 and parts[1] in ("link", "lower"):
            return Node("file", 0o644, mtime_ns=made_ns, content=self.content(inode))
        return Node("dir", {1: 0o710, 2: 0o700, 3: 0}[len(parts)], mtime_ns=made_ns)

    def is_directory(self, inode: str) -> bool:
        inside = self._inside(inode)
        if inside is not None:
            return inside[0].is_directory(inside[1])
        parts = inode.split("/")
        return len(parts) == 1 or (parts[0] != _LINKS and parts[1] == "work")

    def names(self, directory: str) -> list[str]:
        inside = self._inside(directory)
        if inside is not None:
            return inside[0].names(inside[1])
        if not directory:
            return sorted([_LINKS, *(layer.name for layer in self._layers())])
        if directory == _LINKS:
            return sorted(overlay_names.link_of(layer.name) for layer in self._layers())
        name, _, part = directory.partition("/")
        if part:
            return ["work"] if part == "work" else []
        layer = self._existing(name)
        above = ["lower", "work"] if self.lower(layer) else []
        return sorted(["diff", "link", *above, *(["merged"] if _is_mounted(layer) else [])])

    def links(self, inode: str) -> int:
        inside = self._inside(inode)
        if inside is not None:
            return inside[0].links(inside[1])
        if not self.is_directory(inode):
            return 1
        return 2 + sum(self.is_directory(f"{inode}/{name}".lstrip("/")) for name in self.names(inode))

    def content(self, inode: str) -> Content:
        inside = self._inside(inode)
        if inside is not None:
            return inside[0].content(inside[1])
        name, _, part = inode.partition("/")
        if part == "link":
            return overlay_names.link_of(name).encode()
        below = [f"{_LINKS}/{overlay_names.link_of(lower)}" for lower in self.lower(self._existing(name))]
        return ":".join(below).encode()

    # which directories there are

    def _layers(self) -> Iterator[_Layer]:
        for chain in self._draft.layers:
            yield _Layer(overlay_names.of_layer(chain), chain)
        for container in self._draft.containers.values():
            name = overlay_names.of_container(container.id)
            yield _Layer(name, container.top_layer, container)
            yield _Layer(f"{name}{_INITIAL}", container.top_layer, container)

    def _find(self, name: str) -> _Layer | None:
        digits = name.removesuffix(_INITIAL)
        if len(digits) != 64 or not digits.isalnum():
            return None
        try:
            chain, identifier = overlay_names.chain_of(digits), overlay_names.container_of(digits)
        except ValueError:
            return None
        container = self._draft.containers.get(identifier)
        if container is not None and overlay_names.of_container(identifier) == digits:
            return _Layer(name, container.top_layer, container)
        if name == digits and chain in self._draft.layers and overlay_names.of_layer(chain) == digits:
            return _Layer(name, chain)
        return None

    def _existing(self, name: str) -> _Layer:
        found = self._find(name)
        if found is None:
            raise failure(errno.ENOENT)
        return found

    def _made_ns(self, layer: _Layer) -> int:
        return layer.container.created_ns if layer.container is not None else self._draft.host.started_ns

    def _linked(self, link: str) -> str:
        """Which directory a short name is of."""
        for layer in self._layers():
            if overlay_names.link_of(layer.name) == link:
                return layer.name
        raise failure(errno.ENOENT)

    def lower(self, layer: _Layer) -> list[str]:
        """The directories below one, from the top."""
        below = []
        chain = layer.chain
        if layer.container is None:
            chain = self._draft.layers[chain].parent
        elif not layer.is_initial:
            below.append(f"{layer.name}{_INITIAL}")
        while chain:
            below.append(overlay_names.of_layer(chain))
            chain = self._draft.layers[chain].parent
        return below

    # their files

    def _inside(self, inode: str) -> tuple[Filesystem, int] | None:
        """The file system that a path below diff or merged is of, and the inode there; None for another path."""
        name, _, below = inode.partition("/")
        part, _, path = below.partition("/")
        if part not in ("diff", "merged") or name == _LINKS:
            return None
        layer = self._existing(name)
        filesystem = self._merged(layer) if part == "merged" else self._diff(layer)
        number = filesystem.find(path)
        if number is None:
            raise failure(errno.ENOENT)
        return filesystem, number

    def _merged(self, layer: _Layer) -> Filesystem:
        if not _is_mounted(layer):
            raise failure(errno.ENOENT)
        return self._own(layer)

    def _own(self, layer: _Layer) -> Filesystem:
        assert layer.container is not None
        found = self._draft.kernel_draft.filesystems.get(layer.container.id)
        return found if isinstance(found, Filesystem) else Filesystem.empty()

    def _diff(self, layer: _Layer) -> Filesystem:
        draft, made_ns = self._draft, self._made_ns(layer)
        if layer.container is None:
            known = draft.layers[layer.chain]
            return _kept(layer.name, made_ns, known.entries, lambda: known.entries)
        if layer.is_initial:
            below = draft.layers[layer.chain].tree if layer.chain else Tree.empty()
            missing = (one for one in INITIAL_ENTRIES if below.find(one.path) is None)
            return _kept(layer.name, made_ns, below, lambda: missing)
        own = self._own(layer)
        return _kept(layer.name, made_ns, own, lambda: diff.layer_entries(own))


def _is_mounted(layer: _Layer) -> bool:
    return layer.container is not None and layer.container.has_process and not layer.is_initial


def _kept(name: str, made_ns: int, source: Any, entries: Callable[[], Iterable[LayerEntry]]) -> Filesystem:
    """What is made of a source, made anew when that is another one. Bounded in number."""
    known = _made.get(name)
    if known is not None and known[0] is source:
        _made.move_to_end(name)
        return known[1]
    made = Filesystem.on(apply_layer(Tree.empty(), _on_disk(entries(), made_ns)))
    _made[name] = (source, made)
    _made.move_to_end(name)
    if len(_made) > _TREES_KEPT:
        _made.popitem(last=False)
    return made


def _on_disk(entries: Iterable[LayerEntry], made_ns: int) -> Iterator[LayerEntry]:
    """A layer's entries as overlayfs has them: what is gone is a character device 0/0, an opaque directory has a mark
    that is no file."""
    yield LayerEntry("", "dir", 0o755, mtime_ns=made_ns)
    for entry in entries:
        directory, _, name = entry.path.rpartition("/")
        if name == OPAQUE_MARKER:
            continue
        if name.startswith(WHITEOUT_PREFIX):
            yield LayerEntry(
                f"{directory}/{name.removeprefix(WHITEOUT_PREFIX)}".lstrip("/"),
                "char",
                0,
                mtime_ns=made_ns,
                rdev=(0, 0),
            )
        else:
            yield entry
