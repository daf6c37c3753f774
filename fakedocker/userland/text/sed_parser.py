"""sed's scripts: read to a list of commands, plain tuples, with the places that jumps lead to."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from fakedocker.base.numbers import is_digits
from fakedocker.userland.text.posix_regex import RegexProblem, translate
from fakedocker.userland.text.text_escapes import decode_escapes

# A bracket expression; what would end the command does not do so inside.
_BRACKET = re.compile(r"\[\^?\]?(?:\[:\w+:\]|\[\..*?\.\]|\[=.*?=\]|[^\]])*\]")


class Address(NamedTuple):
    """kind is line, last, regex, step, zero, plus or multiple."""

    kind: str
    number: int = 0
    expression: str = ""
    step: int = 0
    fold: bool = False


class Command(NamedTuple):
    name: str
    first: Address | None
    second: Address | None
    negated: bool
    text: str = ""  # of a i c r w b t y : , or the replacement of s
    expression: str = ""
    flags: str = ""
    target: int = 0  # where } or a label leads


class SedProblem(Exception):
    """The script is wrong: (message of GNU, of busybox)."""

    def __init__(self, gnu: str, busybox: str) -> None:
        super().__init__(gnu)
        self.gnu = gnu
        self.busybox = busybox


class _Parser:
    """Reads a script."""

    def __init__(self, source: str, extended: bool) -> None:
        self.source = source
        self.at = 0
        self.extended = extended
        self.commands: list[Command] = []
        self.open: list[int] = []

    def problem(self, message: str, busybox: str = "") -> SedProblem:
        return SedProblem(f"-e expression #1, char {self.at}: {message}", busybox or message)

    def run(self) -> tuple[Command, ...]:
        while True:
            self._skip(" \t\n;")
            if self.at >= len(self.source):
                break
            if self.source[self.at] == "#":
                self._rest_of_line()
                continue
            self._command()
        if self.open:
            raise self.problem("unmatched `{'", "unterminated {")
        labels = {command.text: place for place, command in enumerate(self.commands) if command.name == ":"}
        for place, command in enumerate(self.commands):
            if command.name in "btT" and command.text:
                if command.text not in labels:
                    raise SedProblem(
                        f"-e expression #1, char {len(self.source)}: can't find label for jump to `{command.text}'",
                        f"can't find label for jump to '{command.text}'",
                    )
                self.commands[place] = command._replace(target=labels[command.text])
            elif command.name in "btT":
                self.commands[place] = command._replace(target=len(self.commands))
        return tuple(self.commands)

    def _skip(self, characters: str) -> None:
        while self.at < len(self.source) and self.source[self.at] in characters:
            self.at += 1

    def _rest_of_line(self) -> str:
        end = self.source.find("\n", self.at)
        end = len(self.source) if end < 0 else end
        text = self.source[self.at : end]
        self.at = end + 1
        return text

    def _address(self) -> Address | None:
        character = self.source[self.at : self.at + 1]
        if is_digits(character):
            number = self._number()
            if self.source[self.at : self.at + 1] == "~":
                self.at += 1
                return Address("step", number, step=self._number())
            return Address("line", number)
        if character == "$":
            self.at += 1
            return Address("last")
        if character in ("/", "\\") and character:
            self.at += 1
            delimiter = character
            if character == "\\":
                delimiter = self.source[self.at]
                self.at += 1
            source = self._delimited(delimiter, "unterminated address regex")
            fold = self.source[self.at : self.at + 1] == "I"
            self.at += fold
            return Address("regex", expression=self._regex(source), fold=fold)
        return None

    def _number(self) -> int:
        match = re.compile(r"\d*").match(self.source, self.at)
        assert match is not None
        self.at = match.end()
        return int(match[0] or 0)

    def _delimited(self, delimiter: str, problem: str, pattern: bool = True) -> str:
        """Text up to the delimiter, which may stand inside brackets or after a backslash."""
        pieces: list[str] = []
        while self.at < len(self.source):
            character = self.source[self.at]
            if character == "\\" and self.at + 1 < len(self.source):
                following = self.source[self.at + 1]
                literal = following == delimiter and delimiter not in "()|{}+?.*[]^$"
                pieces.append(following if literal else "\\" + following)
                self.at += 2
            elif pattern and (match := _BRACKET.match(self.source, self.at)):
                pieces.append(match[0])
                self.at = match.end()
            elif character == delimiter:
                self.at += 1
                return "".join(pieces)
            else:
                pieces.append(character)
                self.at += 1
        raise self.problem(problem, f"unmatched '{delimiter}'")

    def _regex(self, source: str, by_line: bool = False) -> str:
        if not source:
            return ""
        try:
            return translate(source, extended=self.extended, by_line=by_line)
        except RegexProblem as problem:
            raise self.problem(str(problem), f"bad regex '{source}': {problem}") from None

    def _command(self) -> None:
        first = self._address()
        second = None
        self._skip(" \t")
        if first is not None and self.source[self.at : self.at + 1] == ",":
            self.at += 1
            self._skip(" \t")
            second = self._second_address()
        self._skip(" \t")
        negated = False
        while self.source[self.at : self.at + 1] == "!":
            negated = True
            self.at += 1
            self._skip(" \t")
        if self.at >= len(self.source):
            raise self.problem("missing command")
        name = self.source[self.at]
        self.at += 1
        command = Command(name, first, second, negated)
        self._with_arguments(command)

    def _second_address(self) -> Address:
        if self.source[self.at : self.at + 1] in ("+", "~") and self.at < len(self.source):
            kind = "plus" if self.source[self.at] == "+" else "multiple"
            self.at += 1
            return Address(kind, self._number())
        second = self._address()
        if second is None:
            raise self.problem("unexpected `,'", "no address after comma")
        return second

    def _with_arguments(self, command: Command) -> None:
        name = command.name
        if name == "{":
            self.open.append(len(self.commands))
            self.commands.append(command)
            return
        if name == "}":
            if not self.open:
                raise self.problem("unexpected `}'")
            start = self.open.pop()
            self.commands[start] = self.commands[start]._replace(target=len(self.commands) + 1)
            self.commands.append(command)
        elif name == "s":
            command = self._substitution(command)
            self.commands.append(command)
        elif name == "y":
            self.commands.append(self._transliteration(command))
        elif name in "aic":
            self.commands.append(command._replace(text=self._text()))
        elif name in ":btT":
            match = re.compile(r"[ \t]*([^\s;}]*)").match(self.source, self.at)
            assert match is not None
            self.at = match.end()
            self.commands.append(command._replace(text=match[1]))
        elif name in "rwRW":
            self._skip(" \t")
            self.commands.append(command._replace(text=self._rest_of_line()))
            return
        elif name in "qQlL":
            self._skip(" \t")
            self.commands.append(command._replace(target=self._number()))
        elif name in "dDgGhHnNpPxz=F":
            self.commands.append(command)
        else:
            raise self.problem(f"unknown command: `{name}'", f"unsupported command {name}")
        if name not in "aic":
            self._ends()

    def _ends(self) -> None:
        self._skip(" \t")
        following = self.source[self.at : self.at + 1]
        if following and following not in ";\n}#":
            raise self.problem("extra characters after command")

    def _text(self) -> str:
        """The text of a, i and c: on the same line (GNU), or after a backslash and newline."""
        self._skip(" \t")
        if self.source.startswith("\\\n", self.at):
            self.at += 2
        elif self.source.startswith("\\", self.at):
            self.at += 1
        pieces: list[str] = []
        while self.at < len(self.source):
            character = self.source[self.at]
            self.at += 1
            if character == "\\" and self.at < len(self.source):
                pieces.append(self.source[self.at])
                self.at += 1
            elif character == "\n":
                break
            else:
                pieces.append(character)
        return "".join(pieces) + "\n"

    def _substitution(self, command: Command) -> Command:
        delimiter = self.source[self.at : self.at + 1]
        self.at += 1
        source = self._delimited(delimiter, "unterminated `s' command")
        replacement = self._delimited(delimiter, "unterminated `s' command", pattern=False)
        match = re.compile(r"[gpiIeMm0-9]*(?:w[ \t]*([^\n]*))?").match(self.source, self.at)
        assert match is not None
        self.at = match.end()
        flags = match[0].partition("w")[0]
        following = self.source[self.at : self.at + 1]
        if following and following not in "; \t\n}#":
            self.at += 1
            raise self.problem("unknown option to `s'", "bad option in substitution expression")
        return command._replace(
            expression=self._regex(source, "m" in flags.lower()),
            text=replacement,
            flags=flags + (f"w{match[1]}" if match[1] else ""),
        )

    def _transliteration(self, command: Command) -> Command:
        delimiter = self.source[self.at : self.at + 1]
        self.at += 1
        left = decode_escapes(self._delimited(delimiter, "unterminated `y' command", pattern=False))
        right = decode_escapes(self._delimited(delimiter, "unterminated `y' command", pattern=False))
        if len(left) != len(right):
            raise self.problem("strings for `y' command are different lengths")
        return command._replace(expression=left, text=right)


@lru_cache(256)
def parse_script(source: str, extended: bool) -> tuple[Command, ...]:
    """Raises SedProblem."""
    return _Parser(source, extended).run()
