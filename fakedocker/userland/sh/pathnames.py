"""Pathname expansion (POSIX 2.13.3): a pattern becomes the sorted paths that match it.

It must not know where the pattern came from.
"""

from __future__ import annotations

from fakedocker.userland.sh.patterns import compiled, is_wild, unescape
from fakedocker.userland.sh.state import ShellState


def expand_pathnames(shell: ShellState, pattern: str) -> list[str]:
    """The paths that match, sorted by code points; [] when there are none. Time grows with the directories listed."""
    if not is_wild(pattern):
        return []
    components = pattern.split("/")
    found = [""]
    for place, component in enumerate(components):
        last = place == len(components) - 1
        if component == "":
            found = [prefix + "/" if not last or prefix else prefix for prefix in found] if not last else found
            continue
        found = _matching(shell, found, component, last)
        if not found:
            return []
        if not last:
            found = [f"{path}/" for path in found]
    shell.system.charge(len(found))
    return sorted(found)


def _matching(shell: ShellState, prefixes: list[str], component: str, last: bool) -> list[str]:
    system = shell.system
    if not is_wild(component):
        name = unescape(component)
        return [prefix + name for prefix in prefixes if _exists(shell, prefix + name)]
    match = compiled(component).fullmatch
    hidden = component.startswith((".", "\\.")) or "dotglob" in shell.options
    found: list[str] = []
    for prefix in prefixes:
        try:
            names = system.list_directory(prefix or ".")
        except OSError:
            continue
        system.charge(len(names))
        found += [
            prefix + name
            for name in names
            if (name[0] != "." or hidden) and match(name) and (last or _is_directory(shell, prefix + name))
        ]
    return found


def _exists(shell: ShellState, path: str) -> bool:
    try:
        shell.system.stat(path, follow=False)
    except OSError:
        return False
    return True


def _is_directory(shell: ShellState, path: str) -> bool:
    try:
        return shell.system.stat(path).kind == "dir"
    except OSError:
        return False
