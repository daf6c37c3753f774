"""Import circles of the project: modules that, directly or through others, import one another.

Imports in functions and under TYPE_CHECKING count: whoever reads a module has to understand what it imports, wherever that stands.
Run as `python tools/find_circles.py [folder of a package ...]`; prints one circle a paragraph and exits with 1 if there is any.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("fakedocker", "shell/fakedocker_shell")


def modules_of(package: Path) -> dict[str, Path]:
    """The modules of a package: dotted name -> file."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = (package.name, *path.relative_to(package).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(path: Path, modules: dict[str, Path]) -> Iterator[str]:
    """The modules among the given ones that a file imports. `from package import module` is an import of the module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                if name in modules:
                    yield name
                elif node.module in modules:
                    yield node.module


def circles(graph: dict[str, list[str]]) -> list[list[str]]:
    """The strongly connected parts of more than one module (Tarjan's algorithm, without recursion). O(modules + imports)."""
    index: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_modules: list[str] = []
    found: list[list[str]] = []
    for root in graph:
        work = [] if root in index else [(root, iter(graph[root]))]
        if work:
            index[root] = lowest[root] = len(index)
            open_modules.append(root)
        while work:
            module, rest = work[-1]
            following = next(rest, None)
            if following is None:
                work.pop()
                if work:
                    lowest[work[-1][0]] = min(lowest[work[-1][0]], lowest[module])
                if lowest[module] == index[module]:
                    part = open_modules[open_modules.index(module) :]
                    del open_modules[open_modules.index(module) :]
                    if len(part) > 1:
                        found.append(sorted(part))
            elif following not in index:
                index[following] = lowest[following] = len(index)
                open_modules.append(following)
                work.append((following, iter(graph[following])))
            elif following in open_modules:
                lowest[module] = min(lowest[module], index[following])
    return sorted(found)


def main(arguments: list[str]) -> int:
    modules: dict[str, Path] = {}
    for name in arguments or PACKAGES:
        modules |= modules_of(Path(name))
    graph = {name: sorted(set(imports_of(path, modules)) - {name}) for name, path in modules.items()}
    found = circles(graph)
    for circle in found:
        print(f"A circle of {len(circle)} modules:")
        for module in circle:
            print(f"  {module} -> {', '.join(other for other in graph[module] if other in circle)}")
        print()
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
