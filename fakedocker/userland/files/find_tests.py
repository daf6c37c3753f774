"""What find can ask of a file and do with it: one predicate for each primary."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import Stat, System
from fakedocker.userland.files.modes import ModeProblem, letters, parse_mode
from fakedocker.userland.inputs import State
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.sh.patterns import compiled
from fakedocker.userland.tools import (
    UsageProblem,
    base_name,
    group_name,
    is_busybox,
    stat_or_none,
    tell,
    user_name,
)


class Found(NamedTuple):
    """A file met on the walk: `start` is the argument it was found under."""

    path: str
    stat: Stat
    depth: int
    start: str


Predicate = Callable[["Walk", Found], bool]


class Walk:
    """One run over the tree; what must outlive a pause is in `state` (see `find`)."""

    def __init__(self, system: System, state: State) -> None:
        self.system = system
        self.state = state
        self.pruned = False
        self.minimum_depth = 0
        self.maximum_depth = 1 << 30
        self.depth_first = False
        self.follow = False
        self.acts = False
        self.output: list[str] = []
        self.effects = 0

    def begin(self) -> None:
        """A file's expression is evaluated, perhaps once more."""
        self.output.clear()
        self.effects = 0

    def end(self) -> None:
        """A file's expression is done with."""
        self.flush()
        self.state.pop("emitted", None)
        self.state.pop("outcomes", None)

    def flush(self) -> None:
        """Print what was not printed before a pause."""
        emitted = self.state.get("emitted", 0)
        if len(self.output) > emitted:
            self.system.put("".join(self.output[emitted:]).encode("utf-8", "surrogateescape"))
            self.state["emitted"] = len(self.output)

    def once(self, act: Callable[[], bool]) -> bool:
        """The outcome of an act with effects, which is not repeated after a pause. May block."""
        outcomes: list[bool] = self.state.setdefault("outcomes", [])
        if self.effects == len(outcomes):
            self.flush()
            outcomes.append(act())
        self.effects += 1
        return outcomes[self.effects - 1]


def always(walk: Walk, item: Found) -> bool:
    return True


def print_path(walk: Walk, item: Found) -> bool:
    walk.output.append(f"{item.path}\n")
    return True


def _print0(walk: Walk, item: Found) -> bool:
    walk.output.append(f"{item.path}\0")
    return True


def _prune(walk: Walk, item: Found) -> bool:
    walk.pruned = True
    return True


def _quit(walk: Walk, item: Found) -> bool:
    walk.state["quit"] = True
    return True


def _delete(walk: Walk, item: Found) -> bool:
    def act() -> bool:
        try:
            if item.stat.kind == "dir":
                walk.system.remove_directory(item.path)
            else:
                walk.system.remove_file(item.path)
        except OSError as problem:
            tell(walk.system, f"{item.path}: {problem.strerror}", f"cannot delete ‘{item.path}’: {problem.strerror}")
            walk.state["status"] = 1
            return False
        return True

    return item.path == "." or walk.once(act)


def _empty(walk: Walk, item: Found) -> bool:
    if item.stat.kind == "dir":
        return not walk.system.list_directory(item.path)
    return item.stat.kind == "file" and not item.stat.size_bytes


def _list(walk: Walk, item: Found) -> bool:
    found, system = item.stat, walk.system
    stamp = format_date("%b %e %H:%M", found.mtime_ns // 1_000_000_000)
    walk.output.append(
        f"{found.inode:9d} {-(-found.size_bytes // 4096) * 4:6d} {letters(found.kind, found.mode)} {found.links:3d} "
        f"{user_name(system, found.uid):<8} {group_name(system, found.gid):<8} {found.size_bytes:8d} {stamp} {item.path}\n"
    )
    return True


PLAIN: dict[str, Predicate] = {
    "-print": print_path,
    "-print0": _print0,
    "-prune": _prune,
    "-quit": _quit,
    "-delete": _delete,
    "-empty": _empty,
    "-ls": _list,
    "-true": always,
    "-false": lambda walk, item: False,
    "-depth": always,
    "-d": always,
    "-xdev": always,
    "-mount": always,
    "-noleaf": always,
    "-executable": lambda walk, item: walk.system.access(item.path, execute=True),
    "-readable": lambda walk, item: walk.system.access(item.path, read=True),
    "-writable": lambda walk, item: walk.system.access(item.path, write=True),
    "-nouser": lambda walk, item: is_digits(user_name(walk.system, item.stat.uid)),
    "-nogroup": lambda walk, item: is_digits(group_name(walk.system, item.stat.gid)),
}


def _name(fold: bool, whole: bool) -> Callable[[System, str], Predicate]:
    def make(system: System, pattern: str) -> Predicate:
        match = compiled(pattern, fold).fullmatch
        return lambda walk, item: match(item.path if whole else base_name(item.path)) is not None

    return make


def _regex(system: System, source: str) -> Predicate:
    from fakedocker.userland.text.posix_regex import RegexProblem, compile_posix

    try:
        expression = compile_posix(source, extended=False)
    except RegexProblem as problem:
        raise UsageProblem(f"{problem}", bare=is_busybox(system)) from None
    return lambda walk, item: expression.fullmatch(item.path) is not None


def _type(system: System, text: str) -> Predicate:
    kinds = {
        {"f": "file", "d": "dir", "l": "link", "p": "fifo", "c": "char", "b": "block", "s": "socket"}.get(letter)
        for letter in text.split(",")
    }
    if None in kinds:
        raise UsageProblem(f"Unknown argument to -type: {text}", bare=True)
    return lambda walk, item: item.stat.kind in kinds


def _compare(text: str, value: int) -> bool:
    """+n more than, -n less than, n exactly."""
    number = int(text.lstrip("+-"))
    if text.startswith("+"):
        return value > number
    return value < number if text.startswith("-") else value == number


def _size(system: System, text: str) -> Predicate:
    units = {"c": 1, "w": 2, "b": 512, "k": 1024, "M": 1 << 20, "G": 1 << 30}
    unit = units.get(text[-1:], 512)
    number = text.rstrip("cwbkMG")
    return lambda walk, item: _compare(number, -(-item.stat.size_bytes // unit))


def _age(unit_seconds: int) -> Callable[[System, str], Predicate]:
    def make(system: System, text: str) -> Predicate:
        return lambda walk, item: _compare(
            text, (walk.system.now_ns - item.stat.mtime_ns) // 1_000_000_000 // unit_seconds
        )

    return make


def _newer(system: System, path: str) -> Predicate:
    reference = stat_or_none(system, path)
    if reference is None:
        said = "No such file or directory"
        raise UsageProblem(f"can't stat '{path}': {said}" if is_busybox(system) else f"‘{path}’: {said}", bare=True)
    mtime_ns = reference.mtime_ns
    return lambda walk, item: item.stat.mtime_ns > mtime_ns


def _perm(system: System, text: str) -> Predicate:
    kind, digits = ("", text) if text[:1] not in "-/+" else (text[0], text[1:])
    try:
        mode = parse_mode(digits, 0, False, 0)
    except ModeProblem:
        raise UsageProblem(f"invalid mode '{text}'", bare=True) from None
    if kind == "-":
        return lambda walk, item: item.stat.mode & mode == mode
    if kind:
        return lambda walk, item: not mode or bool(item.stat.mode & mode)
    return lambda walk, item: item.stat.mode == mode


def _user(system: System, name: str) -> Predicate:
    return lambda walk, item: name in (user_name(walk.system, item.stat.uid), str(item.stat.uid))


def _group(system: System, name: str) -> Predicate:
    return lambda walk, item: name in (group_name(walk.system, item.stat.gid), str(item.stat.gid))


def _links(system: System, text: str) -> Predicate:
    return lambda walk, item: _compare(text, item.stat.links)


def _inum(system: System, text: str) -> Predicate:
    return lambda walk, item: _compare(text, item.stat.inode)


def _printf(system: System, form: str) -> Predicate:
    from fakedocker.userland.text.text_escapes import decode_escapes

    text = decode_escapes(form)

    def act(walk: Walk, item: Found) -> bool:
        values: dict[str, Any] = {
            "p": item.path, "f": base_name(item.path), "s": item.stat.size_bytes, "m": f"{item.stat.mode:o}", "M": letters(item.stat.kind, item.stat.mode),
            "u": user_name(system, item.stat.uid), "g": group_name(system, item.stat.gid), "d": item.depth, "i": item.stat.inode,
            "h": item.path.rpartition("/")[0] or ".", "P": item.path[len(item.start) :].lstrip("/"), "U": item.stat.uid, "G": item.stat.gid,
            "y": {"file": "f", "dir": "d", "link": "l"}.get(item.stat.kind, "?"), "n": item.stat.links, "%": "%", "l": system.read_link(item.path) if item.stat.kind == "link" else "",
            "t": format_date("%a %b %e %H:%M:%S %Y", item.stat.mtime_ns // 1_000_000_000),
        }  # fmt: skip
        pieces, at = [], 0
        while at < len(text):
            if text[at] == "%" and at + 1 < len(text):
                at += 1
                pieces.append(str(values.get(text[at], f"%{text[at]}")))
            else:
                pieces.append(text[at])
            at += 1
        walk.output.append("".join(pieces))
        return True

    return act


WITH_ARGUMENT: dict[str, Callable[[System, str], Predicate]] = {
    "-name": _name(False, False),
    "-iname": _name(True, False),
    "-path": _name(False, True),
    "-wholename": _name(False, True),
    "-ipath": _name(True, True),
    "-regex": _regex,
    "-type": _type,
    "-size": _size,
    "-mtime": _age(86400),
    "-ctime": _age(86400),
    "-atime": _age(86400),
    "-mmin": _age(60),
    "-cmin": _age(60),
    "-amin": _age(60),
    "-newer": _newer,
    "-perm": _perm,
    "-user": _user,
    "-uid": _user,
    "-group": _group,
    "-gid": _group,
    "-links": _links,
    "-inum": _inum,
    "-printf": _printf,
}
