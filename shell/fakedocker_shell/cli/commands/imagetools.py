"""docker buildx imagetools inspect: what a registry has under a name.

Source: buildx util/imagetools/printers.go, and its layout by text/tabwriter: a column is as wide as the widest of its cells
in lines that follow one another.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from fakedocker.base.json_types import Json, JsonObject
from fakedocker_shell.cli.commands.manifests import LISTS, fetch, named
from fakedocker_shell.cli.errors import CliError, UnsimulatedError
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.reference import Reference

_USUAL = ("", "{{.Manifest}}")


async def buildx_imagetools_inspect(call: Invocation) -> int:
    """Show a manifest or an index."""
    options = call.options
    if options["format"] not in _USUAL:
        raise UnsimulatedError("docker buildx imagetools inspect --format is not simulated")
    name = named(call.arguments[0])
    try:
        raw, media_type = await fetch(call, name)
    except CliError:
        raise CliError(f"ERROR: {name}: not found") from None
    if options["raw"]:
        call.context.out(raw)
        return 0
    digest = f"sha256:{hashlib.sha256(raw).hexdigest()}"
    lines = [f"Name:\t{name}", f"MediaType:\t{media_type}", f"Digest:\t{digest}"]
    call.context.out(_laid_out(lines))
    if media_type in LISTS:
        call.context.out(_laid_out(["\t", "Manifests:\t"]))
        call.context.out(_laid_out(_children(name, json.loads(raw)["manifests"])))
    return 0


def _children(name: Reference, manifests: Iterable[JsonObject]) -> list[str]:
    lines: list[str] = []
    for child in manifests:
        lines += ["\t"] if lines else []
        lines.append(f"  Name:\t{Reference(name.domain, name.path, name.tag, child['digest'])}")
        lines.append(f"  MediaType:\t{child['mediaType']}")
        platform = child.get("platform")
        if platform:
            lines.append(f"  Platform:\t{_platform(platform)}")
        annotations = child.get("annotations")
        if annotations:
            lines.append("  Annotations:\t")
            inner = _laid_out([f"    {key}:\t{value}" for key, value in sorted(annotations.items())])
            lines += inner.rstrip("\n").split("\n")
    return lines


def _platform(platform: Json) -> str:
    parts = (platform.get("os"), platform.get("architecture"), platform.get("variant"))
    return "/".join(part for part in parts if part)


def _laid_out(lines: list[str]) -> str:
    """Lines whose first cell ends with a tab, in columns; a line without one ends a column."""
    done: list[str] = []
    place = 0
    while place < len(lines):
        block = []
        while place < len(lines) and "\t" in lines[place]:
            block.append(lines[place].split("\t", 1))
            place += 1
        width = max((len(cell) for cell, _ in block), default=0) + 1
        done += [f"{cell:<{width}}{rest}" for cell, rest in block]
        if place < len(lines):
            done.append(lines[place])
            place += 1
    return "".join(f"{line}\n" for line in done)
