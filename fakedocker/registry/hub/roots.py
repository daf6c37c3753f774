"""What images by rule stand on: paths in the trees below, and bases that are kept elsewhere than among the official images.

This module must not know facts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.tree import Tree
from fakedocker.registry.hub import templates, versions
from fakedocker.registry.hub.templates import Filled
from fakedocker.wire.image import ImageConfig

_MOST_LINKS: Final = 20
_PATH: Final = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SYSTEM: Final = "linux"
"""The template of distributions that have no description of their own."""
ELSEWHERE: Final = "elsewhere"
"""The template of roots that are none of the official images'."""


def resolves(tree: Tree, path: str) -> bool:
    """Whether a file or directory is at a path, links followed."""
    return _followed(tree, path) is not None


def _followed(tree: Tree, path: str) -> int | None:
    parts = [part for part in path.split("/") if part and part != "."]
    for _ in range(_MOST_LINKS):
        done: list[str] = []
        for position, part in enumerate(parts):
            if part == "..":
                done = done[:-1]
                continue
            inode = tree.find("/".join((*done, part)))
            if inode is None:
                return None
            node = tree.nodes[inode]
            if node.kind == "link":
                above = [] if node.target.startswith("/") else done
                parts = [
                    *above,
                    *(word for word in node.target.split("/") if word and word != "."),
                    *parts[position + 1 :],
                ]
                break
            done.append(part)
        else:
            return tree.find("/".join(done))
    return None


def real_path(path: str, own: Mapping[str, LayerEntry], below: Tree) -> str:
    """Where a file of a layer goes: below a directory that is a link, to where the link leads."""
    parts = path.split("/")
    for _ in range(_MOST_LINKS):
        for position in range(1, len(parts)):
            place = "/".join(parts[:position])
            target = _link_at(place, own, below)
            if target:
                above = [] if target.startswith("/") else parts[: position - 1]
                parts = _normal([*above, *target.split("/"), *parts[position:]])
                break
        else:
            break
    return "/".join(parts)


def _link_at(place: str, own: Mapping[str, LayerEntry], below: Tree) -> str:
    if place in own:
        return own[place].target if own[place].kind == "link" else ""
    inode = below.find(place)
    node = below.nodes[inode] if inode is not None else None
    return node.target if node is not None and node.kind == "link" else ""


def _normal(parts: list[str]) -> list[str]:
    kept: list[str] = []
    for part in parts:
        if part == "..":
            kept = kept[:-1]
        elif part and part != ".":
            kept.append(part)
    return kept


def config_elsewhere(name: str) -> ImageConfig:
    """The configuration of a base that is kept elsewhere, as far as every such base has it."""
    return ImageConfig(env=(_PATH,)) if name else ImageConfig()


def pieces_elsewhere(name: str, time_ns: int, architecture: str) -> list[Filled]:
    """The files of such a base: those of a system like Red Hat's, under the name that it has."""
    root = templates.template(ELSEWHERE)
    if root is None or not name:
        return []
    match = re.search(r"ubi(\d+)", name)
    major = match[1] if match else "9"
    return [templates.fill(layer, {"major": major}, "", time_ns, architecture) for layer in root.layers.values()]


def pieces_of_system(name: str, version: str, time_ns: int, architecture: str) -> list[Filled]:
    """The files of a distribution of which little more than the name is known."""
    root = templates.template(SYSTEM)
    if root is None:
        return []
    variables = versions.variables_for(root, root.examples[0], name, "", {})
    variables["version"] = f" {version}" if version else ""
    return [templates.fill(layer, variables, "", time_ns, architecture) for layer in root.layers.values()]
