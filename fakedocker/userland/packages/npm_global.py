"""npm -g: packages for all projects, in the image's own node_modules, each with what it needs within itself."""

from __future__ import annotations

import posixpath

from fakedocker.kernel import marks
from fakedocker.kernel.program import System
from fakedocker.userland.packages import facts, npm_project, npm_registry
from fakedocker.userland.packages.npm_changes import offline, putting
from fakedocker.userland.packages.npm_project import GLOBAL, commands_folder
from fakedocker.userland.packages.npm_registry import commands_of
from fakedocker.userland.packages.plan import Plan, Step, is_online


def install_plan(system: System, words: tuple[str, ...], *, force: bool) -> Plan:
    """Each package of a global install has what it needs in a node_modules of its own."""
    late = facts.count(system.now_ns)
    asked = dict(map(npm_project.split, words))
    before = npm_project.present(system, GLOBAL)
    versions: dict[str, str] = {}
    lacking: list[str] = []
    for name, bound in asked.items():
        if (path := _in_the_way(system, name)) and not force:
            return (("fail", "EEXIST", _words(path)),)
        made = npm_registry.resolve({name: bound}, {}, late=late)
        lacking += made.lacking
        for each, version in made.versions.items():
            versions[each if each == name else f"{name}/node_modules/{each}"] = version
    if not is_online(system):
        return offline(versions)
    steps: list[Step] = [("lack", what, marks.PACKAGE) for what in lacking]
    steps += putting(GLOBAL, npm_project.Planned(versions, tuple(lacking), {}), versions)
    fresh = len([place for place in versions if place.partition("/node_modules/")[0] not in before])
    told = npm_project.counted(("added", fresh), ("changed", len(versions) - fresh))
    if lacking and not versions:
        return (*steps, ("exit", 1))
    steps.append(("report", told, 0, system.now_ns, False))
    return (*steps, ("exit", 1)) if lacking else tuple(steps)


def _words(path: str) -> tuple[str, ...]:
    return (
        f"path {path}", "EEXIST: file already exists", f"File exists: {path}",
        "Remove the existing file and try again, or run npm", "with --force to overwrite files recklessly.",
    )  # fmt: skip


def _in_the_way(system: System, name: str) -> str:
    """The path of a command that a global package would replace, and that is no command of its own; "" for none.

    npm refuses such a package (bin-links, check-bin.js).
    """
    own = posixpath.join(GLOBAL, "node_modules", name) + "/"
    for program in commands_of(name):
        path = f"{commands_folder(GLOBAL)}/{program}"
        try:
            if system.stat(path, follow=False).kind != "link":
                return path
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), system.read_link(path)))
        except OSError:
            continue
        if not target.startswith(own):
            return path
    return ""


def uninstall_plan(system: System, words: tuple[str, ...]) -> Plan:
    before = npm_project.present(system, GLOBAL)
    going = [name for name in words if name in before]
    steps: list[Step] = [("take", GLOBAL, name) for name in going]
    told = npm_project.counted(("removed", len(going))) or "up to date"
    return (*steps, ("report", told, 0, system.now_ns, False))
