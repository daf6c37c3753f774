"""find: a tree walked, an expression evaluated for each file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from fakedocker.kernel.program import Stat, System
from fakedocker.userland.children import run_and_wait
from fakedocker.userland.dates import format_date
from fakedocker.userland.inputs import State
from fakedocker.userland.modes import ModeProblem, letters, parse_mode
from fakedocker.userland.sh.patterns import compiled
from fakedocker.userland.tools import (
    Register,
    UsageProblem,
    base_name,
    group_name,
    is_busybox,
    join,
    stat_or_none,
    tell,
    user_name,
)

PROGRAMS = Register()


class Found(NamedTuple):
    """A file met on the walk: `start` is the argument it was found under."""

    path: str
    stat: Stat
    depth: int
    start: str


Predicate = Callable[["_Walk", Found], bool]


class _Walk:
    """One run over the tree. Everything is computed at once except commands of -exec, which are remembered."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.output: list[str] = []
        self.commands: list[tuple[str, ...]] = []
        self.gathered: dict[tuple[str, ...], list[str]] = {}
        self.pruned = False
        self.quit = False
        self.status = 0
        self.minimum_depth = 0
        self.maximum_depth = 1 << 30
        self.depth_first = False
        self.follow = False
        self.acts = False

    def flush(self) -> None:
        if self.output:
            self.system.put("".join(self.output).encode("utf-8", "surrogateescape"))
            self.output.clear()


@PROGRAMS.program("find", usage="[-HL] [PATH]... [OPTIONS] [ACTIONS]\n")
def _find(system: System, argv: tuple[str, ...], state: State) -> int:
    if "commands" not in state:
        walk = _Walk(system)
        words = list(argv[1:])
        while words and words[0] in ("-H", "-L", "-P"):
            walk.follow = words.pop(0) == "-L"
        starts = []
        while words and not words[0].startswith("-") and words[0] not in ("(", "!"):
            starts.append(words.pop(0))
        predicate = _Parser(walk, words).whole()
        for start in starts or ["."]:
            found = stat_or_none(system, start, follow=walk.follow)
            if found is None:
                tell(system, f"{start}: No such file or directory", f"‘{start}’: No such file or directory")
                walk.status = 1
            else:
                _visit(walk, predicate, Found(start, found, 0, start))
        walk.flush()
        commands = walk.commands
        for template, paths in walk.gathered.items():
            commands.append(tuple(word for part in template for word in (paths if part == "{}" else [part])))
        state["commands"], state["status"] = commands, walk.status
    commands = state["commands"]
    while state.setdefault("place", 0) < len(commands):
        run_and_wait(system, state, commands[state["place"]])
        state["place"] += 1
    return int(state["status"])


def _visit(walk: _Walk, predicate: Predicate, item: Found) -> None:
    if walk.quit:
        return
    shown = walk.minimum_depth <= item.depth <= walk.maximum_depth
    walk.pruned = False
    if shown and not walk.depth_first:
        predicate(walk, item)
    if item.stat.kind == "dir" and not walk.pruned and item.depth < walk.maximum_depth:
        try:
            names = walk.system.list_directory(item.path)
        except OSError as problem:
            tell(walk.system, f"{item.path}: {problem.strerror}", f"‘{item.path}’: {problem.strerror}")
            walk.status = 1
            names = []
        walk.system.charge(len(names))
        for name in names:
            path = join(item.path, name)
            found = stat_or_none(walk.system, path, follow=walk.follow) or stat_or_none(walk.system, path, follow=False)
            if found is not None:
                _visit(walk, predicate, Found(path, found, item.depth + 1, item.start))
    if shown and walk.depth_first and not walk.quit:
        predicate(walk, item)


class _Parser:
    """The expression of find: or, and, not, primaries."""

    def __init__(self, walk: _Walk, words: list[str]) -> None:
        self.walk = walk
        self.words = words

    def whole(self) -> Predicate:
        if not self.words:
            return _print
        predicate = self.disjunction()
        if self.words:
            raise UsageProblem(
                f"unrecognized: {self.words[0]}" if is_busybox(self.walk.system) else "you have too many ')'"
            )
        if self.walk.acts:
            return predicate
        return lambda walk, item: predicate(walk, item) and _print(walk, item)

    def disjunction(self) -> Predicate:
        left = self.conjunction()
        while self.words and self.words[0] in ("-o", "-or"):
            self.words.pop(0)
            left = _either(left, self.conjunction())
        return left

    def conjunction(self) -> Predicate:
        left = self.negation()
        while self.words and self.words[0] not in ("-o", "-or", ")", ","):
            if self.words[0] in ("-a", "-and"):
                self.words.pop(0)
            left = _both(left, self.negation())
        return left

    def negation(self) -> Predicate:
        if self.words and self.words[0] in ("!", "-not"):
            self.words.pop(0)
            inner = self.negation()
            return lambda walk, item: not inner(walk, item)
        return self.primary()

    def argument(self, name: str) -> str:
        if not self.words:
            raise UsageProblem(f"missing argument to `{name}'", bare=True)
        return self.words.pop(0)

    def primary(self) -> Predicate:
        if not self.words:
            raise UsageProblem("expected an expression", bare=True)
        name = self.words.pop(0)
        if name == "(":
            inner = self.disjunction()
            if not self.words or self.words.pop(0) != ")":
                raise UsageProblem(
                    "invalid expression; I was expecting to find a ')' somewhere but did not see one.", bare=True
                )
            return inner
        if name in _PLAIN:
            self.walk.acts = self.walk.acts or name in ("-print", "-print0", "-delete", "-quit", "-ls")
            self.walk.depth_first = self.walk.depth_first or name in ("-delete", "-depth", "-d")
            return _PLAIN[name]
        if name in ("-exec", "-ok", "-execdir"):
            return self.execution()
        if name in ("-maxdepth", "-mindepth"):
            number = int(self.argument(name))
            if name == "-maxdepth":
                self.walk.maximum_depth = number
            else:
                self.walk.minimum_depth = number
            return _true
        maker = _WITH_ARGUMENT.get(name)
        if maker is None:
            said = f"unrecognized: {name}" if is_busybox(self.walk.system) else f"unknown predicate `{name}'"
            raise UsageProblem(said, bare=not is_busybox(self.walk.system))
        if name == "-printf":
            self.walk.acts = True
        return maker(self.walk.system, self.argument(name))

    def execution(self) -> Predicate:
        template: list[str] = []
        while self.words and self.words[0] != ";" and not (self.words[0] == "+" and template[-1:] == ["{}"]):
            template.append(self.words.pop(0))
        if not self.words:
            raise UsageProblem("missing argument to `-exec'", bare=True)
        gather = self.words.pop(0) == "+"
        self.walk.acts = True
        parts = tuple(template)

        def act(walk: _Walk, item: Found) -> bool:
            if gather:
                walk.gathered.setdefault(parts, []).append(item.path)
            else:
                walk.flush()
                walk.commands.append(tuple(part.replace("{}", item.path) for part in parts))
            return True

        return act


def _either(left: Predicate, right: Predicate) -> Predicate:
    return lambda walk, item: left(walk, item) or right(walk, item)


def _both(left: Predicate, right: Predicate) -> Predicate:
    return lambda walk, item: left(walk, item) and right(walk, item)


def _true(walk: _Walk, item: Found) -> bool:
    return True


def _print(walk: _Walk, item: Found) -> bool:
    walk.output.append(f"{item.path}\n")
    return True


def _print0(walk: _Walk, item: Found) -> bool:
    walk.output.append(f"{item.path}\0")
    return True


def _prune(walk: _Walk, item: Found) -> bool:
    walk.pruned = True
    return True


def _quit(walk: _Walk, item: Found) -> bool:
    walk.quit = True
    return True


def _delete(walk: _Walk, item: Found) -> bool:
    if item.path == ".":
        return True
    try:
        if item.stat.kind == "dir":
            walk.system.remove_directory(item.path)
        else:
            walk.system.remove_file(item.path)
    except OSError as problem:
        tell(walk.system, f"{item.path}: {problem.strerror}", f"cannot delete ‘{item.path}’: {problem.strerror}")
        walk.status = 1
        return False
    return True


def _empty(walk: _Walk, item: Found) -> bool:
    if item.stat.kind == "dir":
        return not walk.system.list_directory(item.path)
    return item.stat.kind == "file" and not item.stat.size_bytes


def _list(walk: _Walk, item: Found) -> bool:
    found, system = item.stat, walk.system
    stamp = format_date("%b %e %H:%M", found.mtime_ns // 1_000_000_000)
    walk.output.append(
        f"{found.inode:9d} {-(-found.size_bytes // 4096) * 4:6d} {letters(found.kind, found.mode)} {found.links:3d} "
        f"{user_name(system, found.uid):<8} {group_name(system, found.gid):<8} {found.size_bytes:8d} {stamp} {item.path}\n"
    )
    return True


_PLAIN: dict[str, Predicate] = {
    "-print": _print,
    "-print0": _print0,
    "-prune": _prune,
    "-quit": _quit,
    "-delete": _delete,
    "-empty": _empty,
    "-ls": _list,
    "-true": _true,
    "-false": lambda walk, item: False,
    "-depth": _true,
    "-d": _true,
    "-xdev": _true,
    "-mount": _true,
    "-noleaf": _true,
    "-executable": lambda walk, item: walk.system.access(item.path, execute=True),
    "-readable": lambda walk, item: walk.system.access(item.path, read=True),
    "-writable": lambda walk, item: walk.system.access(item.path, write=True),
    "-nouser": lambda walk, item: user_name(walk.system, item.stat.uid).isdecimal(),
    "-nogroup": lambda walk, item: group_name(walk.system, item.stat.gid).isdecimal(),
}


def _name(fold: bool, whole: bool) -> Callable[[System, str], Predicate]:
    def make(system: System, pattern: str) -> Predicate:
        match = compiled(pattern, fold).fullmatch
        return lambda walk, item: match(item.path if whole else base_name(item.path)) is not None

    return make


def _regex(system: System, source: str) -> Predicate:
    import re

    from fakedocker.userland.posix_regex import translate

    expression = re.compile(translate(source, extended=False))
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
        raise UsageProblem(f"‘{path}’: No such file or directory", bare=True)
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
    from fakedocker.userland.text_escapes import decode_escapes

    text = decode_escapes(form)

    def act(walk: _Walk, item: Found) -> bool:
        values: dict[str, Any] = {
            "p": item.path, "f": base_name(item.path), "s": item.stat.size_bytes, "m": f"{item.stat.mode:o}", "M": letters(item.stat.kind, item.stat.mode),
            "u": user_name(system, item.stat.uid), "g": group_name(system, item.stat.gid), "d": item.depth, "i": item.stat.inode,
            "h": item.path.rpartition("/")[0] or ".", "P": item.path[len(item.start) :].lstrip("/"), "U": item.stat.uid, "G": item.stat.gid,
            "y": {"file": "f", "dir": "d", "link": "l"}.get(item.stat.kind, "?"), "n": item.stat.links, "%": "%", "l": "",
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


_WITH_ARGUMENT: dict[str, Callable[[System, str], Predicate]] = {
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
