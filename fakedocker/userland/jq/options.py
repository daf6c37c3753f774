"""jq's command line. Source: jq's src/main.c."""

from __future__ import annotations

from typing import Final, NamedTuple

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import text_of
from fakedocker.userland.jq.json_text import ParseProblem, Reader, parse_all
from fakedocker.userland.jq.json_writing import Style
from fakedocker.userland.jq.values import Value

_SHORT: Final = {
    "s": "slurp", "r": "raw_output", "j": "join_output", "a": "ascii_output", "c": "compact", "C": "color", "M": "monochrome",
    "S": "sort_keys", "n": "null_input", "R": "raw_input", "e": "exit_status", "f": "from_file", "h": "help", "V": "version", "L": "search",
}  # fmt: skip
_LONG: Final = {
    "slurp": "slurp", "raw-output": "raw_output", "join-output": "join_output", "ascii-output": "ascii_output",
    "compact-output": "compact", "color-output": "color", "monochrome-output": "monochrome", "sort-keys": "sort_keys",
    "null-input": "null_input", "raw-input": "raw_input", "exit-status": "exit_status", "from-file": "from_file", "help": "help",
    "version": "version", "tab": "tab", "unbuffered": "unbuffered", "seq": "seq", "stream": "stream", "args": "args",
    "jsonargs": "jsonargs", "argfile": "slurpfile", "arg": "arg", "argjson": "argjson", "slurpfile": "slurpfile", "rawfile": "rawfile",
    "indent": "indent",
}  # fmt: skip


class UsageError(Exception):
    """The command line ends here: a text, where it goes, the exit status."""

    def __init__(self, text: str, status: int = 2, descriptor: int = 2) -> None:
        super().__init__(text)
        self.text = text
        self.status = status
        self.descriptor = descriptor


class JqOptions(NamedTuple):
    source: str | None
    files: tuple[str, ...]
    variables: dict[str, Value]
    style: Style
    coloured: bool | None  # None: as the terminal is
    raw_output: bool
    join_output: bool
    ascii_output: bool
    slurp: bool
    null_input: bool
    raw_input: bool
    exit_status: bool
    seq: bool
    stream: bool


def is_old(system: System) -> bool:
    """Whether it is Debian's jq 1.6, not 1.7.1."""
    try:
        release = system.read_file("/etc/os-release")
    except OSError:
        return False
    return b"bookworm" in release or b"bullseye" in release


def _version(system: System) -> str:
    return "1.6" if is_old(system) else "1.7.1"


def usage(system: System) -> str:
    """What jq says without a program."""
    return (
        f"jq - commandline JSON processor [version {_version(system)}]\n\nUsage:\tjq [options] <jq filter> [file...]\n"
        "\tjq [options] --args <jq filter> [strings...]\n\tjq [options] --jsonargs <jq filter> [JSON_TEXTS...]\n\n"
        "jq is a tool for processing JSON inputs, applying the given filter to\nits JSON text inputs and producing the "
        "filter's results as JSON on\nstandard output.\n\n"
        "The simplest filter is ., which copies jq's input to its output\nunmodified (except for formatting, but note that "
        "IEEE754 is used\nfor number representation internally, with all that that implies).\n\n"
        'For more advanced filters see the jq(1) manpage ("man jq")\nand/or https://stedolan.github.io/jq\n'
    )


def _problem(system: System, text: str) -> UsageError:
    site = "https://stedolan.github.io/jq" if is_old(system) else "https://jqlang.github.io/jq"
    return UsageError(
        f"jq: {text}\nUse jq --help for help with command-line options,\nor see the jq manpage, or online docs  at {site}\n"
    )


class _Arguments:
    """The words, taken one after the other."""

    def __init__(self, system: System, words: list[str]) -> None:
        self.system = system
        self.words = words
        self.given: set[str] = set()
        self.indent = 2
        self.named: dict[str, Value] = {}
        self.operands: list[str] = []
        self.positional: list[Value] = []
        self.collecting = ""  # args or jsonargs
        self.plain = False  # after --
        self.has_source = False

    def run(self) -> None:
        while self.words:
            word = self.words.pop(0)
            if self.plain or not word.startswith("-") or not (word[1:2].isalpha() or word[1:2] == "-"):
                self._operand(word)
            elif word == "--":
                self.plain = True
            elif word.startswith("--"):
                self._long(word)
            else:
                for letter in word[1:]:
                    if letter not in _SHORT:
                        raise _problem(
                            self.system, f"Unknown option {word}" if is_old(self.system) else f"Unknown option: {word}"
                        )
                    self.given.add(_SHORT[letter])

    def _operand(self, word: str) -> None:
        if not self.has_source:
            self.operands.append(word)
            self.has_source = True
        elif self.collecting == "args":
            self.positional.append(word)
        elif self.collecting == "jsonargs":
            try:
                self.positional.append(parse_all(word))
            except ParseProblem:
                raise _problem(self.system, "Invalid JSON text passed to --jsonargs") from None
        else:
            self.operands.append(word)

    def _long(self, word: str) -> None:
        name = _LONG.get(word[2:])
        if name is None:
            raise _problem(self.system, f"Unknown option {word}" if is_old(self.system) else f"Unknown option: {word}")
        if name in ("args", "jsonargs"):
            self.collecting = name
        elif name == "indent":
            self._indent()
        elif name in ("arg", "argjson", "slurpfile", "rawfile"):
            self._named(word, name)
        else:
            self.given.add(name)

    def _indent(self) -> None:
        if not self.words:
            raise _problem(self.system, "--indent takes one parameter")
        text = self.words.pop(0)
        number = int(text) if is_digits(text.lstrip("-")) else 0
        if number < -1 or number > 7:
            raise _problem(
                self.system,
                "--indent takes a number between -1 and 7"
                if is_old(self.system)
                else "Cannot indent more than 7 characters"
                if number > 7
                else "Cannot indent less than zero",
            )
        self.indent = number
        self.given.discard("tab")

    def _named(self, word: str, name: str) -> None:
        if len(self.words) < 2:
            shown = {"arg": "varname value", "argjson": "varname text"}.get(name, "varname filename")
            raise _problem(self.system, f"{word} takes two parameters (e.g. {word} {shown})")
        variable, text = self.words.pop(0), self.words.pop(0)
        value: Value = text
        if name == "argjson":
            try:
                value = parse_all(text)
            except ParseProblem:
                raise _problem(
                    self.system, f"{'i' if is_old(self.system) else 'I'}nvalid JSON text passed to --argjson"
                ) from None
        elif name in ("slurpfile", "rawfile"):
            value = self._from_file(word, variable, text, whole=name == "rawfile")
        self.named.setdefault(variable, value)

    def _from_file(self, word: str, variable: str, path: str, *, whole: bool) -> Value:
        try:
            text = text_of(self.system.read_file(path))
        except OSError as problem:
            raise UsageError(
                f"jq: Bad JSON in {word} {variable} {path}: Could not open {path}: {problem.strerror}\n"
            ) from None
        if whole:
            return text
        reader = Reader(keep_literals=False)
        reader.text, reader.finished = text, True
        found = []
        while True:
            try:
                found.append(reader.next())
            except StopIteration:
                return found
            except ParseProblem as problem:
                raise UsageError(f"jq: Bad JSON in {word} {variable} {path}: {problem}\n") from None


def parse_arguments(system: System, argv: tuple[str, ...]) -> JqOptions:
    """The command line; files that it names are read. Raises UsageError."""
    arguments = _Arguments(system, list(argv[1:]))
    arguments.run()
    given = arguments.given
    if "help" in given:
        raise UsageError(usage(system), 0, 1)
    if "version" in given:
        raise UsageError(f"jq-{_version(system)}\n", 0, 1)
    if "search" in given:
        raise Unsimulated("the option -L", 2)
    source, files = _source(system, arguments)
    variables = {**arguments.named, "ENV": dict(system.environment)}
    variables["ARGS"] = {"positional": arguments.positional, "named": dict(arguments.named)}
    return JqOptions(
        source,
        tuple(files),
        variables,
        _style(arguments),
        True if "color" in given else False if "monochrome" in given else None,
        raw_output=bool(given & {"raw_output", "join_output"}),
        join_output="join_output" in given,
        ascii_output="ascii_output" in given,
        slurp="slurp" in given,
        null_input="null_input" in given,
        raw_input="raw_input" in given,
        exit_status="exit_status" in given,
        seq="seq" in given,
        stream="stream" in given,
    )


def _source(system: System, arguments: _Arguments) -> tuple[str | None, list[str]]:
    operands = arguments.operands
    if "from_file" not in arguments.given:
        return (operands[0], operands[1:]) if operands else (None, [])
    if not operands:
        return None, []
    try:
        return text_of(system.read_file(operands[0])), operands[1:]
    except OSError as problem:
        raise UsageError(f"jq: error: Could not open {operands[0]}: {problem.strerror}\n") from None


def _style(arguments: _Arguments) -> Style:
    given = arguments.given
    indent = "\t" if "tab" in given else "" if "compact" in given else " " * max(arguments.indent, 0)
    if arguments.indent == -1 and not given & {"compact", "tab"}:
        indent = "\t"
    return Style(indent, "sort_keys" in given, "ascii_output" in given, "color" in given)
