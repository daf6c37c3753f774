"""Bringing node_modules from one set of versions to another: the steps, and what is noted of what is not known. It must
not know command lines."""

from __future__ import annotations

import json
from typing import Final

from fakedocker.kernel import marks
from fakedocker.userland.packages import npm_project, npm_registry
from fakedocker.userland.packages.npm_project import Project
from fakedocker.userland.packages.plan import Plan, Step, download_ns, unpack_ns

_RESOLVING_NS: Final = 900_000_000
"""How long it takes to ask the registry what there is."""


def change(
    project: Project,
    before: dict[str, str],
    plan: npm_project.Planned,
    *,
    saved: dict[str, str] | None,
    started_ns: int,
) -> Plan:
    """Bring node_modules from one set of versions to another.

    Args:
        saved: what the lock file is to say; None leaves the project's files alone.
    """
    tree = plan.tree
    coming = {name: version for name, version in tree.items() if before.get(name) != version}
    going = [name for name in before if name not in tree]
    steps: list[Step] = [("wait", _RESOLVING_NS)] if coming else []
    steps += [("lack", what, marks.PACKAGE) for what in plan.lacking]
    if plan.lacking and not coming and not going:
        return (*steps, ("exit", 1))
    steps += putting(project.folder, plan, coming)
    steps += [("take", project.folder, name) for name in going]
    direct = {name for kind in npm_project.KINDS for name in npm_project.bounds_of(project.manifest, kind)}
    if saved is not None and not plan.lacking:
        steps.append(("save", project.folder, json.dumps(project.manifest), tuple(saved.items())))
    fresh = len([name for name in coming if name not in before])
    told = npm_project.counted(("added", fresh), ("removed", len(going)), ("changed", len(coming) - fresh))
    steps.append(("report", told, len(tree) + 1, started_ns, bool(direct)))
    return (*steps, ("exit", 1)) if plan.lacking else tuple(steps)


def putting(folder: str, plan: npm_project.Planned, coming: dict[str, str]) -> list[Step]:
    """The steps that write packages, and a note where not all is known of them."""
    steps: list[Step] = []
    for place, version in coming.items():
        size = npm_registry.size_bytes(place)
        entry = plan.entries.get(place)
        commands, link = (entry.commands, entry.link) if entry is not None else ((), "")
        steps.append(("wait", (download_ns(size // 4) + unpack_ns(size)) // 4))
        steps.append(("put", folder, place, version, commands, link))
        if entry is None and not npm_registry.is_whole(npm_registry.name_at(place)):
            steps.append(("note", f"what {place} depends on", marks.PACKAGE))
    return steps


def offline(tree: dict[str, str]) -> Plan:
    """What happens where the registry is not reached."""
    name = next(iter(tree), "")
    lines = (
        "syscall getaddrinfo", "errno EAI_AGAIN",
        f"request to https://registry.npmjs.org/{name} failed, reason: getaddrinfo EAI_AGAIN registry.npmjs.org",
    )  # fmt: skip
    return (("wait", 70_000_000_000), ("fail", "EAI_AGAIN", lines))
