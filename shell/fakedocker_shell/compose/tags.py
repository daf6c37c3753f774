"""The tags !reset and !override: what a file takes back of those before it.

Source: compose-go loader/reset.go: a value with !reset is left out, one with !override stands alone; either way what is at
its place in the files before is dropped first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import yaml

from fakedocker.base.json_types import Json, JsonObject

Path = tuple[str, ...]
_RESET: Final = "!reset"
_OVERRIDE: Final = "!override"
_MOST_DEEP: Final = 100


def take_out(node: yaml.Node | None) -> tuple[Path, ...]:
    """Take the tags out of a document that is read, and what is reset with them: the places of both."""
    found: list[Path] = []
    if node is not None:
        _walk(node, (), found, set())
    return tuple(found)


def _walk(node: yaml.Node, path: Path, found: list[Path], seen: set[int]) -> None:
    if id(node) in seen or len(path) > _MOST_DEEP:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        kept = []
        for key, value in node.value:
            here = (*path, str(key.value))
            if _is_kept(value, here, found):
                _walk(value, here, found, seen)
                kept.append((key, value))
        node.value = kept
    elif isinstance(node, yaml.SequenceNode):
        kept = []
        for number, value in enumerate(node.value):
            here = (*path, str(number))
            if _is_kept(value, here, found):
                _walk(value, here, found, seen)
                kept.append(value)
        node.value = kept


def _is_kept(node: yaml.Node, path: Path, found: list[Path]) -> bool:
    if node.tag not in (_RESET, _OVERRIDE):
        return True
    found.append(path)
    if node.tag == _RESET:
        return False
    kind = "map" if isinstance(node, yaml.MappingNode) else "seq" if isinstance(node, yaml.SequenceNode) else "str"
    node.tag = f"tag:yaml.org,2002:{kind}"
    return True


def drop(paths: tuple[Path, ...], document: JsonObject, services: dict[str, JsonObject]) -> None:
    """Drop what stands at these places in what earlier files came to."""
    for path in paths:
        if path[:1] == ("services",) and len(path) > 1:
            _drop(services, path[1:])
        else:
            _drop(document, path)


def _drop(mapping: Json, path: Path) -> None:
    for name in path[:-1]:
        if not isinstance(mapping, Mapping) or name not in mapping:
            return
        mapping = mapping[name]
    if isinstance(mapping, dict):
        mapping.pop(path[-1], None)
