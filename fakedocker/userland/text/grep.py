"""grep, with basic, extended and fixed patterns."""

from __future__ import annotations

import re

from fakedocker.base.regex import IGNORECASE, LimitExceeded, Pattern, PatternProblem, compile_pattern
from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of, next_lines
from fakedocker.userland.text.posix_regex import RegexProblem, compile_translated, translate
from fakedocker.userland.tools import (
    Options,
    Register,
    UsageProblem,
    base_name,
    is_busybox,
    join,
    parse_options,
    say,
    stat_or_none,
    whole,
)

PROGRAMS = Register()
_LONG = {
    "ignore-case": "i", "invert-match": "v", "count": "c", "files-with-matches": "l", "files-without-match": "L",
    "line-number": "n", "only-matching": "o", "quiet": "q", "silent": "q", "recursive": "r", "word-regexp": "w",
    "line-regexp": "x", "extended-regexp": "E", "fixed-strings": "F", "basic-regexp": "G", "perl-regexp": "P",
    "no-messages": "s", "with-filename": "H", "no-filename": "h", "max-count=": "m", "regexp=": "e", "file=": "f",
    "after-context=": "A", "before-context=": "B", "context=": "C", "color=?": "color", "colour=?": "color",
    "include=": "include", "exclude=": "exclude", "exclude-dir=": "exclude-dir", "line-buffered": "u", "text": "a",
    "null-data": "z", "byte-offset": "b", "null": "Z",
}  # fmt: skip
_USAGE = "[-HhnlLoqvsrRiwFEz] [-m N] [-A|B|C N] { PATTERN | -e PATTERN... | -f FILE... } [FILE]...\n"


_HINT = "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n"


@PROGRAMS.program("grep", "egrep", "fgrep", usage=_USAGE, usage_status=2, hint=_HINT)
def _grep(system: System, argv: tuple[str, ...], state: State) -> int:
    letters = "ivclLnoqrRwxEFGPsHhm:e:f:A:B:C:uazbyI"
    words = tuple(f"-C{word[1:]}" if place and re.fullmatch(r"-\d+", word) else word for place, word in enumerate(argv))
    options = parse_options(system, words, letters, _LONG)
    operands = list(options.operands)
    try:
        patterns = _patterns(system, options, operands)
        expression = _compile(system, base_name(argv[0]), options, patterns)
    except RegexProblem as problem:
        say(system, f"bad regex '{problem}'" if is_busybox(system) else str(problem))
        return 2
    if "files" not in state:
        state["files"] = _files(system, state, options, operands)
    files = tuple(state["files"])
    if not files and operands:
        return 2 if state.get("input_failed") else 1
    try:
        return _searched(system, state, options, files, expression, operands)
    except LimitExceeded:
        if options.last_of("EFGP") != "P":
            raise
        say(system, "exceeded PCRE's backtracking limit")
        return 2


def _searched(
    system: System, state: State, options: Options, files: tuple[str, ...], expression: Pattern, operands: list[str]
) -> int:
    recursive = "r" in options or "R" in options
    titled = "h" not in options and ("H" in options or len(operands) > 1 or recursive)
    return _search(system, state, options, files, expression, titled)


def _patterns(system: System, options: Options, operands: list[str]) -> list[str]:
    patterns = [line for text in options.values("e") for line in text.split("\n")]
    for path in options.values("f"):
        patterns += system.read_file(path).decode("utf-8", "surrogateescape").splitlines()
    if "e" not in options and "f" not in options:
        if not operands:
            raise UsageProblem(status=2)
        patterns = operands.pop(0).split("\n")
    return patterns


def _compile(system: System, name: str, options: Options, patterns: list[str]) -> Pattern:
    kind = options.last_of("EFGP", {"egrep": "E", "fgrep": "F"}.get(name, "G"))
    if kind == "F":
        sources = [re.escape(pattern) for pattern in patterns]
    elif kind == "P":
        sources = [_perl(pattern) for pattern in patterns]
    else:
        sources = [f"(?:{translate(pattern, extended=kind == 'E', lenient=True)})" for pattern in patterns]
    source = "|".join(sources) if sources else r"(?!)"
    if "x" in options:
        source = rf"^(?:{source})\Z"
    elif "w" in options:
        source = rf"(?<!\w)(?:{source})(?!\w)"
    fold = "i" in options or "y" in options
    if kind != "P":
        return compile_translated(source, fold=fold)
    try:
        return compile_pattern(source, IGNORECASE if fold else 0)
    except PatternProblem as problem:
        raise RegexProblem(str(problem)) from None


def _perl(pattern: str) -> str:
    """A pattern of Perl for Python: what \\K has passed is matched, but not shown."""
    passed, found, kept = pattern.partition("\\K")
    return f"(?:{passed}(?P<kept>{kept}))" if found else f"(?:{pattern})"


def _files(system: System, state: State, options: Options, operands: list[str]) -> list[str]:
    """The files to search; with -r everything below directories."""
    if "r" not in options and "R" not in options:
        return list(operands)
    found: list[str] = []
    for name in operands or ["."]:
        if stat_or_none(system, name) is None:
            found.append(name)
        else:
            _below(system, name, options, found)
    return found


def _below(system: System, path: str, options: Options, found: list[str]) -> None:
    from fakedocker.userland.sh.patterns import matches

    held = stat_or_none(system, path)
    if held is None:
        return
    if held.kind == "dir":
        if any(matches(pattern, base_name(path)) for pattern in options.values("exclude-dir")):
            return
        for name in system.list_directory(path):
            _below(system, join(path, name), options, found)
        return
    name = base_name(path)
    includes = options.values("include")
    if includes and not any(matches(pattern, name) for pattern in includes):
        return
    if held.kind == "file" and not any(matches(pattern, name) for pattern in options.values("exclude")):
        found.append(path)


def _search(
    system: System, state: State, options: Options, files: tuple[str, ...], expression: Pattern, titled: bool
) -> int:
    names = files or ("-",)
    limit = -1 if options.last("m", "-1").startswith("-") else whole(system, options.last("m"), "invalid max count")
    around = [
        whole(system, options.last(side) or options.last("C") or "0", "{}: invalid context length argument")
        for side in "BA"
    ]

    def report(system: System, name: str, problem: OSError) -> None:
        if problem.errno == 21 and not is_busybox(system):
            say(system, f"{name}: Is a directory")
        elif "s" not in options:
            say(system, f"{name}: {problem.strerror}")

    colour = options.last("color", "never") or "auto"
    coloured = colour == "always" or (colour == "auto" and system.is_terminal(1))
    while state.setdefault("place", 0) < len(names):
        name = names[state["place"]]
        single: State = state.setdefault("single", {"number": 0, "count": 0, "before": [], "after": 0, "last": 0})
        while single["count"] != limit and (lines := next_lines(system, single, (name,), report)) is not None:
            printer = _Printer(single, options, name, titled, coloured)
            shown = _lines(single, lines, options, expression, printer, (limit, *around))
            if single["count"] and "q" in options:
                return 0
            if single["count"] and ("l" in options or "L" in options):
                break
            if shown:
                system.put(bytes_of(shown))
            system.charge(len(lines) // 8)
        state["failed"] = state.get("failed", False) or single.get("input_failed", False)
        state["found"] = state.get("found", False) or (single["count"] > 0) != ("L" in options)
        if not single.get("input_failed"):
            _finish_file(system, single, options, name, titled)
        if single.get("input_fd"):
            system.close(single["input_fd"])
        state["place"] += 1
        state.pop("single")
    if state.get("failed") and not ("q" in options and state.get("found")):
        return 2
    return 0 if state.get("found") else 1


def _finish_file(system: System, single: State, options: Options, name: str, titled: bool) -> None:
    shown = "(standard input)" if name == "-" else name
    if "c" in options:
        system.put(bytes_of(f"{shown}:{single['count']}\n" if titled else f"{single['count']}\n"))
    elif ("l" in options and single["count"]) or ("L" in options and not single["count"]):
        system.put(bytes_of(f"{shown}\n"))


class _Printer:
    """What is printed of one file: titles, numbers, separators between groups of context, colours."""

    def __init__(self, single: State, options: Options, name: str, titled: bool, coloured: bool) -> None:
        self.single = single
        self.title = ("(standard input)" if name == "-" else name) if titled else ""
        self.numbered = "n" in options
        self.coloured = coloured
        self.context = any(letter in options for letter in "ABC")
        self.output: list[str] = []

    def paint(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m\x1b[K{text}\x1b[m\x1b[K" if self.coloured else text

    def show(self, number: int, text: str, mark: str) -> None:
        if self.context and self.single["last"] and number > self.single["last"] + 1:
            self.output.append(self.paint("--", "36") + "\n")
        self.single["last"] = number
        head = self.paint(self.title, "35") + self.paint(mark, "36") if self.title else ""
        head += self.paint(str(number), "32") + self.paint(mark, "36") if self.numbered else ""
        self.output.append(f"{head}{text}\n")

    def painted(self, text: str, expression: Pattern) -> str:
        if not self.coloured:
            return text
        return expression.sub(lambda match: self.paint(match[0] or "", "01;31") if match[0] else "", text)


def _lines(
    single: State, lines: list[str], options: Options, expression: Pattern, printer: _Printer, bounds: tuple[int, ...]
) -> str:
    """Search some lines; what to print of them.

    Args:
        bounds: how many lines at most, negative for all; how many before and after each are shown.
    """
    limit, before, after = bounds
    silent = any(letter in options for letter in "clLq")
    for line in lines:
        text = line.removesuffix("\n")
        single["number"] += 1
        number = single["number"]
        if expression.finds(text) == ("v" in options):
            if single["after"] > 0 and not silent:
                single["after"] -= 1
                printer.show(number, text, "-")
            elif before:
                single["before"] = [*single["before"], (number, text)][-before:]
            continue
        single["count"] += 1
        if silent:
            if single["count"] == limit or "c" not in options:
                break
            continue
        for held_number, held_text in single["before"]:
            printer.show(held_number, held_text, "-")
        single["before"] = []
        _show_match(printer, options, expression, number, text)
        single["after"] = after
        if single["count"] == limit:
            break
    return "".join(printer.output)


def _show_match(printer: _Printer, options: Options, expression: Pattern, number: int, text: str) -> None:
    if "o" in options:
        group: str | int = "kept" if "kept" in expression.groupindex else 0
        for found in expression.finditer(text):
            shown = found[group]
            if shown and "v" not in options:
                printer.show(number, printer.paint(shown, "01;31"), ":")
    else:
        printer.show(number, text if "v" in options else printer.painted(text, expression), ":")
