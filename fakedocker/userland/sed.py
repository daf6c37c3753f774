"""sed: a small interpreter. A script is parsed to commands (plain tuples in a list), run for each line."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of, next_lines, read_all, text_of
from fakedocker.userland.posix_regex import RegexProblem, translate
from fakedocker.userland.text_escapes import decode_escapes
from fakedocker.userland.tools import Options, Register, UsageProblem, is_busybox, parse_options, say, tell

PROGRAMS = Register()
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_USAGE = "[-i[SFX]] [-nrE] [-f FILE]... [-e CMD]... [FILE]...\nor: sed [-i[SFX]] [-nrE] CMD [FILE]...\n"


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
        if character.isdecimal():
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
        bracket = False
        while self.at < len(self.source):
            character = self.source[self.at]
            if character == "\\" and self.at + 1 < len(self.source):
                following = self.source[self.at + 1]
                pieces.append(
                    following if following == delimiter and delimiter not in "()|{}+?.*[]^$" else "\\" + following
                )
                self.at += 2
                continue
            if pattern and character == "[" and not bracket:
                bracket = True
                pieces.append(character)
                self.at += 1
                if self.source[self.at : self.at + 1] == "^":
                    pieces.append("^")
                    self.at += 1
                if self.source[self.at : self.at + 1] == "]":
                    pieces.append("]")
                    self.at += 1
                continue
            if character == "]" and bracket and not self.source[: self.at].endswith((":", ".", "=")):
                bracket = False
            if character == delimiter and not bracket:
                self.at += 1
                return "".join(pieces)
            pieces.append(character)
            self.at += 1
        raise self.problem(problem)

    def _regex(self, source: str) -> str:
        if not source:
            return ""
        try:
            return translate(source, extended=self.extended)
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
            raise self.problem("unknown option to `s'", "bad option in substitution expression")
        return command._replace(
            expression=self._regex(source), text=replacement, flags=flags + (f"w{match[1]}" if match[1] else "")
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


class _Run:
    """The interpreter for one stream of lines; `memory` is the part that survives between batches (plain data)."""

    def __init__(self, commands: tuple[Command, ...], options: Options, memory: State, system: System) -> None:
        self.commands = commands
        self.quiet = "n" in options
        self.memory = memory
        self.system = system
        self.output: list[str] = []
        self.last_regex = memory.get("regex", "")

    def cycle(self, line: str, is_last: bool, lookahead: list[str]) -> bool:
        """Run the script on one line; `lookahead` holds the lines that n and N take. True to go on."""
        memory = self.memory
        memory["number"] = memory.get("number", 0) + 1
        self.newline = "\n" if line.endswith("\n") else ""
        self.space = line.removesuffix("\n")
        self.is_last = is_last
        self.lookahead = lookahead
        self.appended: list[str] = []
        replaced = False
        place = 0
        going = True
        printing = not self.quiet
        while place < len(self.commands):
            command = self.commands[place]
            place += 1
            if not self._selected(command, place - 1):
                if command.name == "{":
                    place = command.target
                continue
            name = command.name
            if name == "s":
                done = self._substitute(command)
                replaced = replaced or done
            elif name == "d":
                printing = False
                break
            elif name in "bt" or (name == "T"):
                if name == "b" or (name == "t") == replaced:
                    place = command.target
                if name != "b":
                    replaced = False
            elif name == "q" or name == "Q":
                printing = printing and name == "q"
                memory["status"] = command.target
                going = False
                break
            elif name == "D":
                _, newline, rest = self.space.partition("\n")
                printing = False
                if newline:
                    lookahead.insert(0, rest + self.newline)
                    memory["number"] -= 1
                break
            elif name == "n":
                if self._at_end():
                    if not self.quiet:
                        self._print(self.space)
                    printing = going = False
                    break
                if not self.quiet:
                    self._print(self.space)
                self._flush_appended()
                self._take(lookahead.pop(0))
            elif name == "N":
                if self._at_end():
                    break
                held = self.space
                self._take(lookahead.pop(0))
                self.space = f"{held}\n{self.space}"
            else:
                printing = self._simple(command, printing)
                if name == "c" and not printing:
                    break
        if printing:
            self.output.append(self.space + self.newline)
        self._flush_appended()
        memory["regex"] = self.last_regex
        return going

    def _at_end(self) -> bool:
        return self.is_last and not self.lookahead

    def _take(self, line: str) -> None:
        self.memory["number"] += 1
        self.newline = "\n" if line.endswith("\n") else ""
        self.space = line.removesuffix("\n")

    def _print(self, text: str) -> None:
        self.output.append(f"{text}\n")

    def _flush_appended(self) -> None:
        if self.appended and self.output and not self.output[-1].endswith("\n"):
            self.output.append("\n")
        self.output += self.appended
        self.appended = []

    def _simple(self, command: Command, printing: bool) -> bool:
        name, memory = command.name, self.memory
        if name == "p":
            self._print(self.space)
        elif name == "P":
            self._print(self.space.partition("\n")[0])
        elif name == "=":
            self._print(str(memory["number"]))
        elif name == "a":
            self.appended.append(command.text)
        elif name == "i":
            self.output.append(command.text)
        elif name == "c":
            if command.second is None or command.negated or not memory.get(f"range{self.commands.index(command)}"):
                self.output.append(command.text)
            return False
        elif name == "r":
            with suppress(OSError):  # a file that is not there adds nothing
                self.appended.append(text_of(self.system.read_file(command.text)))
        elif name == "w":
            self._write(command.text, self.space + "\n")
        elif name == "y":
            self.space = self.space.translate(str.maketrans(command.expression, command.text))
        elif name == "g":
            self.space = memory.get("hold", "")
        elif name == "G":
            self.space += "\n" + memory.get("hold", "")
        elif name == "h":
            memory["hold"] = self.space
        elif name == "H":
            memory["hold"] = memory.get("hold", "") + "\n" + self.space
        elif name == "x":
            self.space, memory["hold"] = memory.get("hold", ""), self.space
        elif name == "z":
            self.space = ""
        elif name == "l":
            self._print(_unambiguous(self.space))
        elif name == "F":
            self._print(str(memory.get("file", "-")))
        return printing

    def _write(self, path: str, text: str) -> None:
        if path == "/dev/stdout":
            self.output.append(text)
            return
        written = self.memory.setdefault("written", [])
        self.system.write_file(path, bytes_of(text), append=path in written)
        if path not in written:
            written.append(path)

    def _selected(self, command: Command, place: int) -> bool:
        if command.first is None:
            return not command.negated
        if command.second is None:
            return self._matches(command.first) != command.negated
        return self._in_range(command, place) != command.negated

    def _in_range(self, command: Command, place: int) -> bool:
        key = f"range{place}"
        memory, number = self.memory, self.memory["number"]
        end = memory.get(key)
        second = command.second
        assert second is not None and command.first is not None
        if end is None:
            zero = command.first == Address("line", 0) and second.kind == "regex"
            if zero and number == 1 and f"zero{place}" not in memory:
                memory[f"zero{place}"] = True
                if not self._matches(second):
                    memory[key] = -1
                return True
            if not self._matches(command.first):
                return False
            if second.kind == "line":
                memory[key] = second.number if second.number > number else None
            elif second.kind == "plus":
                memory[key] = number + second.number if second.number else None
            elif second.kind == "multiple":
                memory[key] = (
                    -(-number // second.number) * second.number if second.number and number % second.number else None
                )
            elif second.kind == "last":
                memory[key] = None if self._at_end() else -1
            else:
                memory[key] = -1
            return True
        if end >= 0:
            if number >= end:
                memory[key] = None
            return bool(number <= end)
        if self._matches(second):
            memory[key] = None
        return True

    def _matches(self, address: Address) -> bool:
        number: int = self.memory["number"]
        if address.kind == "line":
            return number == address.number
        if address.kind == "last":
            return self._at_end()
        if address.kind == "step":
            return (
                number == address.number
                if not address.step
                else number >= address.number and (number - address.number) % address.step == 0
            )
        return self._expression(address.expression, re.IGNORECASE if address.fold else 0).search(self.space) is not None

    def _expression(self, source: str, flags: int) -> re.Pattern[str]:
        """An empty expression is the last one used."""
        if source:
            self.last_regex = source
        return re.compile(source or self.last_regex, flags)

    def _substitute(self, command: Command) -> bool:
        flags = command.flags.partition("w")[0]
        expression = self._expression(
            command.expression,
            (re.IGNORECASE if "i" in flags.lower() else 0) | (re.MULTILINE if "m" in flags.lower() else 0),
        )
        digits = "".join(letter for letter in flags if letter.isdecimal())
        wanted = int(digits or 1)
        count = 0

        def replace(match: re.Match[str]) -> str:
            nonlocal count
            count += 1
            if count < wanted or ("g" not in flags and count > wanted):
                return match[0]
            return _replacement(command.text, match)

        self.space = _substituted(expression, replace, self.space)
        if count < wanted:
            return False
        if "p" in flags:
            self._print(self.space)
        target = command.flags.partition("w")[2]
        if target:
            self._write(target, self.space + "\n")
        return True


def _substituted(expression: re.Pattern[str], replace: object, text: str) -> str:
    """As re.sub, but an empty match right after another match is no match (POSIX)."""
    pieces: list[str] = []
    end = 0
    previous_end = -1
    for match in expression.finditer(text):
        if match.start() == match.end() == previous_end:
            continue
        pieces.append(text[end : match.start()])
        pieces.append(replace(match))  # type: ignore[operator]  # a function of one match
        end = previous_end = match.end()
    return "".join(pieces) + text[end:]


def _replacement(template: str, match: re.Match[str]) -> str:
    """& and \\1 filled in; \\U \\L \\u \\l \\E change case (GNU)."""
    pieces: list[str] = []
    mode = once = ""

    def add(text: str) -> None:
        nonlocal once
        if mode:
            text = text.upper() if mode == "U" else text.lower()
        if once and text:
            text = (text[0].upper() if once == "u" else text[0].lower()) + text[1:]
            once = ""
        pieces.append(text)

    at = 0
    while at < len(template):
        character = template[at]
        at += 1
        if character == "&":
            add(match[0])
        elif character == "\\" and at < len(template):
            following = template[at]
            at += 1
            if following.isdecimal():
                if int(following) > (match.re.groups or 0):
                    raise UsageProblem(
                        f"-e expression #1, char 0: invalid reference \\{following} on `s' command's RHS", bare=True
                    )
                add(match[int(following)] or "")
            elif following in "ULE":
                mode = "" if following == "E" else following
            elif following in "ul":
                once = following
            else:
                add({"n": "\n", "t": "\t", "r": "\r"}.get(following, following))
        else:
            add(character)
    return "".join(pieces)


def _unambiguous(text: str) -> str:
    names = {"\\": "\\\\", "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
    return (
        "".join(
            names.get(c) or (c if 32 <= ord(c) < 127 else "".join(f"\\{byte:03o}" for byte in bytes_of(c)))
            for c in text
        )
        + "$"
    )


@PROGRAMS.program("sed", usage=_USAGE)
def _sed(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"quiet": "n", "silent": "n", "expression=": "e", "file=": "f", "in-place=?": "i", "regexp-extended": "E", "separate": "s", "null-data": "z", "posix": "P", "unbuffered": "u"}  # fmt: skip
    options = parse_options(system, argv, "nrEsuze:f:i::", long)
    operands = list(options.operands)
    pieces: list[str] = []
    for name, value in options.given:
        if name == "e":
            pieces.append(value)
        elif name == "f":
            pieces.append(text_of(system.read_file(value)).removesuffix("\n"))
    if not pieces:
        if not operands:
            raise UsageProblem()
        pieces.append(operands.pop(0))
    source = "\n".join(pieces)
    try:
        commands = parse_script(source, "E" in options or "r" in options)
    except SedProblem as problem:
        tell(system, problem.busybox, problem.gnu)
        return 1
    if source.startswith("#n\n") or source == "#n":
        options = Options((*options.given, ("n", "")), options.operands)
    if "i" in options:
        return _in_place(system, state, commands, options, tuple(operands))
    return _stream(system, state, commands, options, tuple(operands))


def _report(system: System, name: str, problem: OSError) -> None:
    tell(system, f"{name}: {problem.strerror}", f"can't read {name}: {problem.strerror}")


def _stream(
    system: System, state: State, commands: tuple[Command, ...], options: Options, names: tuple[str, ...]
) -> int:
    """Lines as they come, but always one behind, so that the last is known as such. Commands that take lines read all first."""
    memory: State = state.setdefault("memory", {})
    if any(command.name in "nND" for command in commands):
        text = text_of(read_all(system, state, names, _report))
        lines = _LINE.findall(text)
        run = _Run(commands, options, memory, system)
        while lines:
            line = lines.pop(0)
            if not run.cycle(line, True, lines):
                break
        system.put(bytes_of("".join(run.output)))
        return _status(system, state, memory)
    needs_last = any(
        address is not None and address.kind == "last"
        for command in commands
        for address in (command.first, command.second)
    )
    while True:
        batch = next_lines(system, state, names, _report)
        held = state.get("held", [])
        lines = held + (batch or [])
        ready = lines if batch is None or not needs_last else lines[:-1]
        run = _Run(commands, options, memory, system)
        going = True
        for place, line in enumerate(ready):
            going = run.cycle(line, batch is None and place == len(ready) - 1, [])
            if not going:
                break
        state["held"] = lines[len(ready) :]
        system.put(bytes_of("".join(run.output)))
        system.charge(len(ready) // 4)
        if not going or batch is None:
            return _status(system, state, memory)


def _status(system: System, state: State, memory: State) -> int:
    if memory.get("status"):
        return int(memory["status"])
    return (1 if is_busybox(system) else 2) if state.get("input_failed") else 0


def _in_place(
    system: System, state: State, commands: tuple[Command, ...], options: Options, names: tuple[str, ...]
) -> int:
    status = 0
    if not names:
        say(system, "no input files")
        return 1 if is_busybox(system) else 4
    for name in names:
        try:
            data = system.read_file(name)
        except OSError as problem:
            _report(system, name, problem)
            status = 1 if is_busybox(system) else 2
            continue
        run = _Run(commands, options, {}, system)
        lines = _LINE.findall(text_of(data))
        while lines and run.cycle(lines.pop(0), True, lines):
            pass
        output = "".join(run.output) + "".join(lines)
        suffix = options.last("i")
        if suffix:
            system.write_file(suffix.replace("*", name) if "*" in suffix else name + suffix, data)
        system.write_file(name, bytes_of(output))
    return status
