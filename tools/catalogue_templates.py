"""Families of images as templates: a description's layers with their variables left open, for images made by rule.

A description may have, beside what `catalogue_sources` says:

    [rule]
    variable = "NODE_VERSION"        what the family's programs ask for as their version
    vars = { minor = "{2}" }         how variables follow: {1} and {2} are the first one and two numbers of the version, {point} the second,
                                     {version} is all of it, ${NAME} or ${NAME:-otherwise} a variable of the image's environment
    replace = { "3.1.5" = "@version@" }   texts of the description that are true of one version only, and what stands for them
    version_tag = "(\\d+\\.\\d+)-slim"   a pattern for another tag of the image, which says the version (its first group)
    config = { cmd = ["server"] }    the configuration of a base that is kept elsewhere, as the facts have one
    [[rule.tells]]                   a table: `of` is a pattern for the image's tag, all others are variables
    [rule.layer]                     a layer that is in images by rule alone, as [layers.NAME]; it comes last. Its table `tells`
                                     has programs that only print: path = { "arguments" = "what is printed" }

A description without images is of images by rule alone.

This module makes the templates. It must not know facts or what is made of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from catalogue_sources import ImageSource, SourceError, Sources, mode_and_owner, rows_of

from fakedocker.registry.hub.kept import ConfigRow
from fakedocker.registry.hub.templates import Example, Row, Template, TemplateLayer, size_bytes

_RULE_KEYS = {"variable", "vars", "replace", "tells", "layer", "version_tag", "config"}
_TEXTS = ("dirs", "links", "hardlinks", "programs", "fillers")
BY_RULE = "by-rule"
"""The name of the layer that only images by rule have."""


def make_template(sources: Sources, family: str) -> Template:
    """A family's template.

    Raises:
        SourceError: the description makes no sense.
    """
    images = [image for image in sources.images if image.family == family]
    rule = sources.rules.get(family, {})
    if unknown := sorted(set(rule) - _RULE_KEYS):
        raise SourceError(f"{family}: rule: unknown key {unknown[0]}")
    replace = rule.get("replace", {})
    layers = {
        name: _layer(sources, f"{family}: layer {name}", described, replace)
        for (owner, name), described in sources.layers.items()
        if owner == family
    }
    if "layer" in rule:
        layers[BY_RULE] = _layer(sources, f"{family}: rule", {"created_by": "", **rule["layer"]}, {})
    steps: dict[str, tuple[str, ...]] = {}
    labels: dict[str, dict[str, str]] = {}
    for image in images:
        names = tuple(rest for keyword, rest in image.steps if keyword == "LAYER")
        steps[image.steps_name] = (*names, BY_RULE) if BY_RULE in layers else names
        labels[image.steps_name] = dict(rest.split("=", 1) for keyword, rest in image.open_steps if keyword == "LABEL")
    if not images:
        steps[BY_RULE] = tuple(layers)
    return Template(
        variable=rule.get("variable", ""),
        variables=rule.get("vars", {}),
        layers=layers,
        steps=steps,
        labels={name: found for name, found in labels.items() if found},
        examples=tuple(_example(image) for image in images) or (Example("", "", BY_RULE),),
        tells=tuple(rule.get("tells", ())),
        version_tag=rule.get("version_tag", ""),
        config=msgspec.convert(rule["config"], ConfigRow) if "config" in rule else None,
    )


def _example(image: ImageSource) -> Example:
    return Example(image.tags[0], image.base, image.steps_name, image.variables)


def _layer(sources: Sources, where: str, described: Mapping[str, Any], replace: Mapping[str, str]) -> TemplateLayer:
    tables = [*(sources.set(key, where) for key in described.get("include", ())), described]
    rows: dict[str, Row] = {}
    append: dict[str, str] = {}
    modes: list[tuple[str, str]] = []
    for table in tables:
        for row in _rows(table):
            rows[row.path] = row
        append.update(table.get("append", {}))
        modes += rows_of(table.get("modes", ""))
    for path, rest in modes:
        known = rows.get(path.strip("/"))
        if known is None:
            continue  # one of those that share what is missing
        mode, uid, gid = mode_and_owner(rest)
        rows[known.path] = Row(known.path, known.kind, mode, uid, gid, known.body, known.size)
    ordered = sorted(rows.values(), key=lambda row: (row.kind == "hardlink", row.path))
    return TemplateLayer(
        created_by=_replaced(described["created_by"], replace),
        rows=tuple(
            Row(
                _replaced(f"/{row.path}", replace).strip("/"),
                row.kind,
                row.mode,
                row.uid,
                row.gid,
                _replaced(row.body, replace),
                row.size,
            )
            for row in ordered
        ),
        append=append,
        size=described.get("size", ""),
        rest=tuple((path, int(weight or 1)) for path, weight in rows_of(described.get("rest", ""))),
    )


def _rows(table: Mapping[str, Any]) -> Iterator[Row]:
    for kind in _TEXTS:
        for path, rest in rows_of(table.get(kind, "")):
            yield _row(kind, path, rest)
    for path, told in table.get("tells", {}).items():
        yield Row(path.strip("/"), "teller", 0o755, "", "", json.dumps(told, sort_keys=True))
    for path, text in table.get("files", {}).items():
        yield Row(path.strip("/"), "file", 0o755 if text.startswith("#!") else 0o644, "", "", text)


def _row(kind: str, path: str, rest: str) -> Row:
    name = path.strip("/")
    if kind == "dirs":
        mode, uid, gid = mode_and_owner(rest or "0755")
        return Row(name, "dir", mode, uid, gid)
    if kind in ("links", "hardlinks"):
        arrow, _, target = rest.partition(" ")
        if arrow != "->" or not target:
            raise SourceError(f"{path}: expected -> and a target, not {rest!r}")
        if kind == "links":
            return Row(name, "link", 0o777, "", "", target.strip())
        return Row(name, "hardlink", 0o755, "", "", target.strip().strip("/"))
    if kind == "programs":
        identity, _, size = rest.partition(" ")
        family, _, program = identity.partition("/")
        own = path.rpartition("/")[2]
        return Row(name, "program", 0o755, "", "", f"{family}/{own if program == '*' else program}", _known(size, path))
    return Row(name, "filler", 0o644, "", "", "", _known(rest, path))


def _known(size: str, path: str) -> str:
    """A size as a number, unless it is a variable."""
    return size if "@" in size else str(size_bytes(size, path.strip("/")))


def _replaced(text: str, replace: Mapping[str, str]) -> str:
    for old, new in replace.items():
        text = text.replace(old, new)
    return text
