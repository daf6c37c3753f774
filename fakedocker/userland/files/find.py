"""find: a tree walked, an expression evaluated for each file.

The walk can stop at every command of -exec: the files still to visit are a stack in the program's state, and so is what
has already been done for the file at hand. After a wake-up its expression is evaluated again from the beginning; what
it did before (commands run, files deleted, text printed) is remembered and not done twice.
"""

from __future__ import annotations

from fakedocker.kernel.program import Stat, System
from fakedocker.userland.files.find_expression import ExpressionParser
from fakedocker.userland.files.find_tests import Found, Predicate, Walk
from fakedocker.userland.inputs import State
from fakedocker.userland.processes.children import run_and_wait
from fakedocker.userland.tools import Register, join, stat_or_none, tell

PROGRAMS = Register()


@PROGRAMS.program("find", usage="[-HL] [PATH]... [OPTIONS] [ACTIONS]\n")
def _find(system: System, argv: tuple[str, ...], state: State) -> int:
    walk = Walk(system, state)
    words = list(argv[1:])
    while words and words[0] in ("-H", "-L", "-P"):
        walk.follow = words.pop(0) == "-L"
    starts = []
    while words and not words[0].startswith("-") and words[0] not in ("(", "!"):
        starts.append(words.pop(0))
    predicate = ExpressionParser(walk, words).whole()
    if "starts" not in state:
        state["starts"], state["stack"] = starts or ["."], []
    while not state.get("quit") and (state["stack"] or _next_start(walk)):
        system.drain()
        _visit(walk, predicate)
    return _run_gathered(system, state)


def _next_start(walk: Walk) -> bool:
    """Put the next argument that exists on the stack; False when there is none."""
    starts = walk.state["starts"]
    while starts:
        start = starts.pop(0)
        found = stat_or_none(walk.system, start, follow=walk.follow)
        if found is not None:
            walk.state["stack"].append((start, tuple(found), 0, start, False))
            return True
        tell(walk.system, f"{start}: No such file or directory", f"‘{start}’: No such file or directory")
        walk.state["status"] = 1
    return False


def _visit(walk: Walk, predicate: Predicate) -> None:
    """One step with the top of the stack: look at it, or, where its contents come first, go into it. Blocks."""
    stack = walk.state["stack"]
    path, stat, depth, start, entered = stack[-1]
    item = Found(path, Stat(*stat), depth, start)
    if walk.depth_first and not entered and item.stat.kind == "dir":
        stack[-1] = (path, stat, depth, start, True)
        _enter(walk, item)
        return
    walk.pruned = False
    if walk.minimum_depth <= depth <= walk.maximum_depth:
        walk.begin()
        predicate(walk, item)
        walk.end()
    stack.pop()
    if not walk.depth_first and item.stat.kind == "dir" and not walk.pruned and not walk.state.get("quit"):
        _enter(walk, item)


def _enter(walk: Walk, item: Found) -> None:
    """Put a directory's entries on the stack, the first on top."""
    if item.depth >= walk.maximum_depth:
        return
    try:
        names = walk.system.list_directory(item.path)
    except OSError as problem:
        tell(walk.system, f"{item.path}: {problem.strerror}", f"‘{item.path}’: {problem.strerror}")
        walk.state["status"] = 1
        return
    walk.system.charge(len(names))
    for name in reversed(names):
        path = join(item.path, name)
        found = stat_or_none(walk.system, path, follow=walk.follow) or stat_or_none(walk.system, path, follow=False)
        if found is not None:
            walk.state["stack"].append((path, tuple(found), item.depth + 1, item.start, False))


def _run_gathered(system: System, state: State) -> int:
    """The commands of -exec ... {} +, each once for all files. Blocks."""
    gathered: dict[int, tuple[tuple[str, ...], list[str]]] = state.get("gathered", {})
    while gathered:
        number = min(gathered)
        template, paths = gathered[number]
        command = tuple(word for part in template for word in (paths if part == "{}" else [part]))
        if run_and_wait(system, state, command):
            state["status"] = 1
        del gathered[number]
    return int(state.get("status", 0))
