"""cmp and diff: how two files, or two trees, differ."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State, bytes_of, next_chunk, read_each, text_of
from fakedocker.userland.tools import (
    Options,
    Register,
    UsageProblem,
    base_name,
    is_busybox,
    is_directory,
    join,
    parse_options,
    say,
    speaks_unicode,
    stat_or_none,
    tell,
    whole,
)

if TYPE_CHECKING:
    from difflib import SequenceMatcher

PROGRAMS = Register()
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
MOST_STEPS = 20_000_000


def comparing_steps(left: Sequence[Hashable], right: Sequence[Hashable]) -> int:
    """Roughly how many pairs of equal lines are looked at to compare two texts: each line with all its like, once for
    each part."""
    counts = Counter(right)
    return sum(counts[line] for line in left) * (1 + min(len(left), len(right)) // 1000)


def _hint(name: str) -> str:
    """What these programs say after a wrong option, with their name in front."""
    return f"{name}: Try '{name} --help' for more information.\n"


@PROGRAMS.program("cmp", usage="[-ls] [-n NUM] FILE1 [FILE2]\n", usage_status=2, hint=_hint("cmp"))
def _cmp(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "lsn:i:", {"silent": "s", "quiet": "s", "verbose": "l", "bytes=": "n"})
    if not options.operands:
        raise UsageProblem("" if is_busybox(system) else "missing operand after 'cmp'", 2)
    names = (*options.operands, "-")[:2]
    left, right = (data for _, data in read_each(system, state, names))
    if left is None or right is None:
        return 2
    if "n" in options:
        limit = whole(system, options.last("n"), "invalid --bytes value '{}'\n", status=2)
        left, right = left[:limit], right[:limit]
    for at, (one, two) in enumerate(zip(left, right, strict=False)):
        if one != two:
            if "l" in options:
                system.put(f"{at + 1} {one:3o} {two:3o}\n")
                state["differs"] = True
                continue
            if "s" not in options:
                kind = "byte" if speaks_unicode(system) and not is_busybox(system) else "char"
                system.put(f"{names[0]} {names[1]} differ: {kind} {at + 1}, line {left[:at].count(10) + 1}\n")
            return 1
    if len(left) != len(right):
        if "s" not in options:
            shorter = names[0] if len(left) < len(right) else names[1]
            where = "" if is_busybox(system) else f" after byte {min(len(left), len(right))}"
            say(system, f"EOF on {shorter}{where}")
        return 1
    return 1 if state.get("differs") else 0


@PROGRAMS.program(
    "diff", usage="[-abBdiNqrTstw] [-L LABEL] [-S FILE] [-U LINES] FILE1 FILE2\n", usage_status=2, hint=_hint("diff")
)
def _diff(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {
        "unified=?": "u",
        "ignore-blank-lines": "B",
        "ignore-space-change": "b",
        "report-identical-files": "s",
        "text": "a",
        "recursive": "r",
        "brief": "q",
        "ignore-case": "i",
        "new-file": "N",
        "ignore-all-space": "w",
        "label=": "L",
        "color=?": "color",
    }
    options = parse_options(system, argv, "abBdiNqrTstwuU:L:S:", long)
    if len(options.operands) != 2:
        raise UsageProblem("" if is_busybox(system) else "missing operand after 'diff'", 2)
    left, right = options.operands
    for name in (left, right):
        if name != "-" and stat_or_none(system, name) is None and "N" not in options:
            tell(system, f"can't stat '{name}': No such file or directory", f"{name}: No such file or directory")
            return 2
    if is_directory(system, left) and is_directory(system, right):
        return _diff_directories(system, left, right, options)
    if is_directory(system, left):
        left = join(left, base_name(right))
    elif is_directory(system, right):
        right = join(right, base_name(left))
    if "-" in (left, right):
        while (data := next_chunk(system, state, ("-",))) is not None:
            state["stdin"] = state.get("stdin", b"") + data
    return _diff_files(system, left, right, options, state.get("stdin", b""))


def _diff_directories(system: System, left: str, right: str, options: Options) -> int:
    status = 0
    names = sorted({*system.list_directory(left), *system.list_directory(right)})
    for name in names:
        one, two = join(left, name), join(right, name)
        have = [stat_or_none(system, path) for path in (one, two)]
        if None in have and "N" not in options:
            system.put(f"Only in {left if have[1] is None else right}: {name}\n")
            status = 1
            continue
        if have[0] is not None and have[1] is not None and have[0].kind == have[1].kind == "dir":
            if "r" in options:
                status = max(status, _diff_directories(system, one, two, options))
            else:
                system.put(f"Common subdirectories: {one} and {two}\n")
            continue
        if "q" not in options and _read(system, one, b"") != _read(system, two, b""):
            words = " ".join(f"-{letter}" for letter, _ in options.given)
            system.put(f"diff {words + ' ' if words else ''}{one} {two}\n")
        status = max(status, _diff_files(system, one, two, options, b""))
    return status


def _read(system: System, name: str, stdin: bytes) -> bytes:
    if name == "-":
        return stdin
    try:
        return system.read_file(name)
    except OSError:
        return b""


def _diff_files(system: System, left: str, right: str, options: Options, stdin: bytes) -> int:
    import difflib

    one, two = _read(system, left, stdin), _read(system, right, stdin)
    if one == two:
        if "s" in options:
            system.put(f"Files {left} and {right} are identical\n")
        return 0
    if "q" in options:
        system.put(f"Files {left} and {right} differ\n")
        return 1
    if b"\0" in one or b"\0" in two:
        system.put(f"{'Binary files' if not is_busybox(system) else 'Files'} {left} and {right} differ\n")
        return 1
    a, b = (_LINE.findall(text_of(data)) for data in (one, two))

    def key(line: str) -> str:
        if "w" in options:
            line = re.sub(r"\s+", "", line)
        elif "b" in options:
            line = re.sub(r"\s+", " ", line).rstrip()
        return line.lower() if "i" in options else line

    keys = [key(line) for line in a], [key(line) for line in b]
    if comparing_steps(*keys) > MOST_STEPS:
        raise Unsimulated("comparing so many equal lines", 2)
    matcher = difflib.SequenceMatcher(None, *keys, autojunk=False)
    system.charge(len(a) + len(b))
    changes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    if "B" in options:
        changes = [code for code in changes if "".join(a[code[1] : code[2]] + b[code[3] : code[4]]).strip("\n")]
    if not changes:
        return 0
    if "u" in options or "U" in options or is_busybox(system):
        _unified_titles(system, left, right, options)
        lines = whole(system, options.last("U", "3"), "invalid context length '{}'\n", status=2)
        _unified(system, a, b, matcher, lines)
    else:
        _normal(system, a, b, changes)
    return 1


def _unified_titles(system: System, left: str, right: str, options: Options) -> None:
    from fakedocker.userland.processes.dates import format_date

    labels = options.values("L")
    for place, (mark, name) in enumerate((("---", left), ("+++", right))):
        found = stat_or_none(system, name)
        stamp = ""
        if found is not None and not is_busybox(system):
            stamp = "\t" + format_date("%Y-%m-%d %H:%M:%S.%N %z", *divmod(found.mtime_ns, 1_000_000_000))
        system.put(bytes_of(f"{mark} {labels[place] if place < len(labels) else name + stamp}\n"))


def _unified(system: System, a: list[str], b: list[str], matcher: SequenceMatcher[str], context: int) -> None:
    for group in matcher.get_grouped_opcodes(context):
        first, last = group[0], group[-1]
        system.put(f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n")
        for tag, i1, i2, j1, j2 in group:
            _put_lines(system, " " if tag == "equal" else "-", a[i1:i2])
            if tag != "equal":
                _put_lines(system, "+", b[j1:j2])


def _put_lines(system: System, mark: str, lines: list[str]) -> None:
    for line in lines:
        end = "" if line.endswith("\n") else "\n\\ No newline at end of file\n"
        system.put(bytes_of(f"{mark}{line}{end}"))


def _range(start: int, end: int) -> str:
    size = end - start
    if size == 1:
        return str(start + 1)
    return f"{start + 1 if size else start},{size}"


def _normal(system: System, a: list[str], b: list[str], changes: Sequence[tuple[str, int, int, int, int]]) -> None:
    for tag, i1, i2, j1, j2 in changes:
        left = f"{i1 + 1},{i2}" if i2 - i1 > 1 else str(i2 if i2 > i1 else i1)
        right = f"{j1 + 1},{j2}" if j2 - j1 > 1 else str(j2 if j2 > j1 else j1)
        letter = {"replace": "c", "delete": "d", "insert": "a"}[tag]
        system.put(f"{left}{letter}{right}\n")
        _put_lines(system, "< ", a[i1:i2])
        if letter == "c":
            system.put("---\n")
        _put_lines(system, "> ", b[j1:j2])
