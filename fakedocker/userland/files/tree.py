"""tree: a directory drawn as a tree, by the rules and words of Steve Baker's 2.1."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import Stat, System
from fakedocker.userland.files.modes import letters
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.packages.releases import is_alpine, upstream_version
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.sh.patterns import matches
from fakedocker.userland.tools import (
    Options,
    Register,
    UsageProblem,
    base_name,
    group_name,
    human_size,
    join,
    parse_options,
    speaks_unicode,
    user_name,
)

PROGRAMS = Register()
_RECENT_SECONDS: Final = 15778476  # half a year of 365.2425 days: ls's rule, and tree's
_UNICODE: Final = ("├── ", "└── ", "│\xa0\xa0 ", "    ")
_ASCII: Final = ("|-- ", "`-- ", "|   ", "    ")
_LONG: Final = {
    "dirsfirst": "dirs", "filesfirst": "files", "noreport": "quiet", "prune": "prune", "version": "version", "charset=": "charset",
    "sort=": "sort", "timefmt=": "D", "si": "si", "ignore-case": "case", "matchdirs": "matchdirs",
}  # fmt: skip
_USAGE: Final = """usage: tree [-acdfghilnpqrstuvxACDFJQNSUX] [-L level [-R]] [-H  baseHREF]
\t[-T title] [-o filename] [-P pattern] [-I pattern] [--gitignore]
\t[--gitfile[=]file] [--matchdirs] [--metafirst] [--ignore-case]
\t[--nolinks] [--hintro[=]file] [--houtro[=]file] [--inodes] [--device]
\t[--sort[=]<name>] [--dirsfirst] [--filesfirst] [--filelimit #] [--si]
\t[--du] [--prune] [--charset[=]X] [--timefmt[=]format] [--fromfile]
\t[--fflinks] [--info] [--infofile[=]file] [--noreport] [--version]
\t[--help] [--] [directory ...]
"""


class _Entry(NamedTuple):
    name: str
    path: str
    found: Stat
    target: str
    leads_to: Stat | None  # what a link points to


class _Count:
    """What the report at the end counts, and the output."""

    def __init__(self) -> None:
        self.directories = 0
        self.files = 0
        self.failed = False
        self.lines: list[str] = []


@PROGRAMS.program("tree")
def _tree(system: System, argv: tuple[str, ...], state: State) -> int:
    try:
        options = parse_options(system, argv, "adfilxqrtvcUsShpugDFnCJNQP:I:L:o:", _LONG)
    except UsageProblem as problem:
        wrong = problem.message.rpartition(" ")[2].strip("'")
        dash = "-" if "unrecognized" not in problem.message else ""
        system.put(f"tree: Invalid argument {dash}`{wrong}'.\n{_USAGE}", 2)
        return 1
    if "version" in options:
        system.put(
            f"tree v{upstream_version(system, 'tree')} © 1996 - 2022 by Steve Baker, Thomas Moore, Francesc Rocher,"
            " Florian Sesser, Kyosuke Tokoro\n"
        )
        return 0
    level = options.last("L")
    if "L" in options and (not is_digits(level) or level == "0"):
        system.put("tree: Invalid level, must be greater than 0.\n", 2)
        return 1
    count = _Count()
    roots = options.operands or (".",)
    if "J" in options:
        _draw_json(system, options, count, roots)
    else:
        for root in roots:
            _draw_root(system, options, count, root)
        if "quiet" not in options:
            count.lines.append(f"\n{_report(options, count)}\n")
    output = bytes_of("".join(count.lines))
    system.charge(len(count.lines))
    if "o" in options:
        system.write_file(options.last("o"), output)
    else:
        system.put(output)
    return 2 if count.failed else 0


def _report(options: Options, count: _Count) -> str:
    directories = f"{count.directories} director{'y' if count.directories == 1 else 'ies'}"
    return directories if "d" in options else f"{directories}, {count.files} file{'s' * (count.files != 1)}"


def _draw_root(system: System, options: Options, count: _Count, root: str) -> None:
    entry = _entry(system, root, root)
    if entry is None or (entry.leads_to or entry.found).kind != "dir":
        count.lines.append(f"{root}  [error opening dir]\n")
        count.failed = True
        count.files += entry is not None
        return
    count.directories += bool(_entries(system, options, root, 1))  # an empty one is not counted
    count.lines.append(_details(system, options, entry) + _name(system, options, entry, root) + "\n")
    lines = _ASCII
    charset = options.last("charset").lower()
    if "utf" in charset or (not charset and (speaks_unicode(system) or is_alpine(system))):
        lines = _UNICODE
    _draw(system, options, count, root, "", 1, lines)


def _draw(
    system: System, options: Options, count: _Count, path: str, indent: str, depth: int, lines: tuple[str, ...]
) -> None:
    entries = _entries(system, options, path, depth)
    for place, entry in enumerate(entries):
        last = place == len(entries) - 1
        is_directory = entry.found.kind == "dir"
        count.directories += is_directory or (entry.leads_to is not None and entry.leads_to.kind == "dir")
        count.files += not (is_directory or (entry.leads_to is not None and entry.leads_to.kind == "dir"))
        branch = "" if "i" in options else indent + lines[1 if last else 0]
        shown = _name(system, options, entry, entry.path if "f" in options else entry.name)
        count.lines.append(f"{branch}{_details(system, options, entry)}{shown}\n")
        if is_directory or (entry.leads_to is not None and entry.leads_to.kind == "dir" and "l" in options):
            if "L" in options and depth >= int(options.last("L")):
                continue
            _draw(system, options, count, entry.path, indent + lines[3 if last else 2], depth + 1, lines)


def _entry(system: System, path: str, name: str) -> _Entry | None:
    try:
        found = system.stat(path, follow=False)
    except OSError:
        return None
    if found.kind != "link":
        return _Entry(name, path, found, "", None)
    try:
        leads_to = system.stat(path)
    except OSError:
        leads_to = None
    return _Entry(name, path, found, system.read_link(path), leads_to)


def _entries(system: System, options: Options, path: str, depth: int) -> list[_Entry]:
    """What is shown of a directory, in order."""
    try:
        names = system.list_directory(path)
    except OSError:
        return []
    entries = []
    for name in names:
        entry = _entry(system, join(path, name), name)
        if entry is not None and _is_shown(system, options, entry, depth):
            entries.append(entry)
    key: Any = lambda entry: entry.name  # noqa: E731  # one of four orders
    order = options.last("sort") or {"t": "mtime", "U": "none"}.get(options.last_of("tU"), "name")
    if order in ("mtime", "size"):
        key = {
            "mtime": lambda entry: (entry.found.mtime_ns, entry.name),
            "size": lambda entry: (-entry.found.size_bytes, entry.name),
        }[order]
    entries.sort(key=key, reverse="r" in options)
    if "dirs" in options or "files" in options:
        entries.sort(key=lambda entry: (entry.found.kind == "dir") == ("files" in options))
    return entries


def _is_shown(system: System, options: Options, entry: _Entry, depth: int) -> bool:
    is_directory = entry.found.kind == "dir"
    if "a" not in options and entry.name.startswith("."):
        return False
    if any(_matches(pattern, entry.name, options) for pattern in options.values("I")):
        return False
    if "d" in options and not (is_directory or (entry.leads_to is not None and entry.leads_to.kind == "dir")):
        return False
    if "P" in options and not is_directory:
        return any(_matches(pattern, entry.name, options) for pattern in options.values("P"))
    if "prune" in options and is_directory:
        return bool(_entries(system, options, entry.path, depth + 1))
    return True


def _matches(patterns: str, name: str, options: Options) -> bool:
    if "case" in options:
        patterns, name = patterns.lower(), name.lower()
    return any(matches(pattern.rstrip("/"), name) for pattern in patterns.split("|"))


def _details(system: System, options: Options, entry: _Entry) -> str:
    """The columns in brackets before a name."""
    found, columns = entry.found, []
    if "p" in options:
        columns.append(letters(found.kind, found.mode))
    if "u" in options:
        columns.append(f"{user_name(system, found.uid):<8.8}")
    if "g" in options:
        columns.append(f"{group_name(system, found.gid):<8.8}")
    if "h" in options:
        columns.append(f"{human_size(found.size_bytes, busybox=False):>4}")
    elif "s" in options:
        columns.append(f"{found.size_bytes:>11}")
    if "D" in options:
        seconds = found.mtime_ns // 1_000_000_000
        recent = 0 <= system.now_ns // 1_000_000_000 - seconds < _RECENT_SECONDS
        columns.append(format_date(options.last("D") or ("%b %e %H:%M" if recent else "%b %e  %Y"), seconds))
    return f"[{' '.join(columns)}]  " if columns else ""


def _name(system: System, options: Options, entry: _Entry, shown: str) -> str:
    if "Q" in options:
        shown = f'"{shown}"'
    shown = _coloured(options, entry.found, shown, system) + _mark(options, entry.found)
    if entry.target:
        target = _coloured(options, entry.leads_to, entry.target, system)
        shown += f" -> {target}{_mark(options, entry.leads_to) if entry.leads_to else ''}"
    return shown


def _mark(options: Options, found: Stat) -> str:
    """What -F puts behind a name."""
    if "F" not in options:
        return ""
    if found.kind == "file":
        return "*" if found.mode & 0o111 else ""
    return {"dir": "/", "fifo": "|", "socket": "="}.get(found.kind, "")


def _coloured(options: Options, found: Stat | None, shown: str, system: System) -> str:
    if "C" not in options or "n" in options or "TERM" not in system.environment:
        return shown
    colour = "00"
    if found is None:
        colour = "40;31;01"
    elif found.kind != "file":
        colour = {"dir": "01;34", "link": "01;36", "fifo": "33", "socket": "01;35"}.get(found.kind, "00")
    elif found.mode & 0o111:
        colour = "01;32"
    return f"\x1b[{colour}m{shown}\x1b[0m"


def _draw_json(system: System, options: Options, count: _Count, roots: tuple[str, ...]) -> None:
    count.lines.append("[\n")
    for place, root in enumerate(roots):
        entry = _entry(system, root, root)
        if place:
            count.lines.append(",\n")
        if entry is None:
            count.lines.append(
                f'  {{"type":"directory","name":{_text(root)},"contents":[{{"error": "opening dir"}}\n  ]}}\n'
            )
            count.failed = True
            continue
        count.directories += bool(_entries(system, options, root, 1))
        count.lines.append(_json_of(system, options, count, entry, 1) + "\n")
    if "quiet" not in options:
        report = f'{{"type":"report","directories":{count.directories}'
        count.lines.append(f",\n  {report}" + (f',"files":{count.files}' if "d" not in options else "") + "}\n")
    count.lines.append("]\n")


def _text(value: str) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


def _json_of(system: System, options: Options, count: _Count, entry: _Entry, depth: int) -> str:
    kind = {"dir": "directory", "file": "file", "link": "link"}.get(entry.found.kind, entry.found.kind)
    name = base_name(entry.path) if depth > 1 and "f" not in options else entry.path
    parts = [f'"type":"{kind}"', f'"name":{_text(name)}']
    if entry.target:
        parts.append(f'"target":{_text(entry.target)}')
    if "s" in options or "h" in options:
        parts.append(f'"size":{entry.found.size_bytes}')
    head, indent = ",".join(parts), "  " * depth
    deep_enough = "L" in options and depth > int(options.last("L"))
    if kind != "directory" or deep_enough:
        return f"{indent}{{{head}}}"
    children = []
    for child in _entries(system, options, entry.path, depth):
        directory = (child.leads_to or child.found).kind == "dir"
        count.directories += directory
        count.files += not directory
        children.append(_json_of(system, options, count, child, depth + 1))
    if not children:
        return f"{indent}{{{head}}}"
    return f"{indent}{{{head}" + ',"contents":[\n' + ",\n".join(children) + f"\n{indent}]}}"
