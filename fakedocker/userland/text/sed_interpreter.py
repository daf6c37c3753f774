"""sed's commands, run for each line."""

from __future__ import annotations

from collections import deque
from contextlib import suppress

from fakedocker.base.numbers import is_digits
from fakedocker.base.regex import Found, Pattern
from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of, text_of
from fakedocker.userland.text.posix_regex import compile_translated
from fakedocker.userland.text.sed_parser import Address, Command
from fakedocker.userland.tools import Options, UsageProblem, is_busybox

_STEPS = 10_000  # how many commands run before they are accounted for


class Run:
    """The interpreter for one stream of lines; `memory` is the part that survives between batches (plain data).

    Pattern space and hold space are lists of lines, joined when somebody looks: N and H only add one.
    """

    def __init__(self, commands: tuple[Command, ...], options: Options, memory: State, system: System) -> None:
        self.commands = commands
        self.quiet = "n" in options
        self.end = "\0" if "z" in options else "\n"  # what ends a line
        self.memory = memory
        self.system = system
        self.output: list[str] = []
        self.last_regex = memory.get("regex", "")
        self.steps = 0
        self.accounted = False  # whether some work has been accounted for: a time to rest

    @property
    def space(self) -> str:
        """The pattern space."""
        return _joined(self._space)

    @space.setter
    def space(self, text: str) -> None:
        self._space = [text]

    def cycle(self, line: str, is_last: bool, lookahead: deque[str]) -> bool:
        """Run the script on one line; `lookahead` holds the lines that n and N take. True to go on."""
        memory = self.memory
        memory["number"] = memory.get("number", 0) + 1
        self.newline = self.end if line.endswith(self.end) else ""
        self.space = line.removesuffix(self.end)
        self.is_last = is_last
        self.lookahead = lookahead
        self.appended: list[str] = []
        self.replaced = False
        self.going = True
        self.printing = not self.quiet
        place: int | None = 0
        while place is not None and place < len(self.commands):
            place = self._execute(self.commands[place], place)
        if self.printing:
            self.output.append(self.space + self.newline)
        self._flush_appended()
        memory["regex"] = self.last_regex
        return self.going

    def _execute(self, command: Command, place: int) -> int | None:
        """Carry out one command; the place of the next, None when the cycle ends."""
        self._count(1 + (len(self._space[0]) >> 10))
        if not self._selected(command, place):
            return command.target if command.name == "{" else place + 1
        if command.name == "s":
            self.replaced = self._substitute(command) or self.replaced
        elif command.name in "btT":
            jump = command.name == "b" or (command.name == "t") == self.replaced
            if command.name != "b":
                self.replaced = False
            return command.target if jump else place + 1
        elif command.name in "dDnNqQ":
            return place + 1 if self._take_or_end(command) else None
        else:
            self.printing = self._simple(command, self.printing)
            if command.name == "c" and not self.printing:
                return None
        return place + 1

    def _count(self, steps: int) -> None:
        """Count commands, and what they handle in KiB; now and then account for them."""
        self.steps += steps
        if self.steps > _STEPS:
            self.system.charge(self.steps // 2)
            self.steps = 0
            self.accounted = True

    def emit(self) -> None:
        """Put out what has been printed."""
        self.system.put(bytes_of("".join(self.output)))
        self.output.clear()

    def _take_or_end(self, command: Command) -> bool:
        """d, D, n, N, q and Q: False where they end the cycle."""
        name = command.name
        if name in "nN":
            if self._at_end():
                if name == "n":
                    self.going = False
                return False
            if name == "n":
                if not self.quiet:
                    self._print(self.space)
                self._flush_appended()
            held = self._space if name == "N" else []
            self._take(self.lookahead.popleft())
            held += self._space
            self._space = held
            return True
        if name in "qQ":
            self.printing = self.printing and name == "q"
            self.memory["status"] = command.target
            self.going = False
            return False
        self.printing = False
        _, newline, rest = self.space.partition("\n")
        if name == "D" and newline:
            self.lookahead.appendleft(rest + self.newline)
            self.memory["number"] -= 1
        return False

    def _at_end(self) -> bool:
        return self.is_last and not self.lookahead

    def _take(self, line: str) -> None:
        self.memory["number"] += 1
        self.newline = self.end if line.endswith(self.end) else ""
        self.space = line.removesuffix(self.end)

    def _print(self, text: str) -> None:
        self.output.append(text + self.end)

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
            self.space = self._held()
        elif name == "G":
            self._space.append(self._held())
        elif name == "h":
            memory["hold"] = [self.space]
        elif name == "H":
            memory.setdefault("hold", [""]).append(self.space)
        elif name == "x":
            self.space, memory["hold"] = self._held(), [self.space]
        elif name == "z":
            self.space = ""
        elif name == "l":
            self._print(_unambiguous(self.space))
        elif name == "F":
            self._print(str(memory.get("file", "-")))
        return printing

    def _held(self) -> str:
        """The hold space."""
        held = _joined(self.memory.setdefault("hold", [""]))
        self._count(len(held) >> 10)
        return held

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
                memory[key] = (number // second.number + 1) * second.number if second.number else None
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
        return self._expression(address.expression, fold=address.fold).finds(self.space)

    def _expression(self, source: str, *, fold: bool = False, by_line: bool = False) -> Pattern:
        """An empty expression is the last one used."""
        if source:
            self.last_regex = source
        return compile_translated(source or self.last_regex, fold=fold, by_line=by_line)

    def _substitute(self, command: Command) -> bool:
        flags = command.flags.partition("w")[0]
        expression = self._expression(command.expression, fold="i" in flags.lower(), by_line="m" in flags.lower())
        digits = "".join(letter for letter in flags if is_digits(letter))
        everything = "g" in flags
        wanted = (
            1 if everything and is_busybox(self.system) else int(digits or 1)
        )  # with a number and g, GNU heeds both
        count = 0

        def replace(match: Found) -> str:
            nonlocal count
            count += 1
            if count < wanted or (not everything and count > wanted):
                return match[0] or ""
            return _replacement(command.text, match)

        self.space = expression.sub(replace, self.space)
        if count < wanted:
            return False
        if "p" in flags:
            self._print(self.space)
        target = command.flags.partition("w")[2]
        if target:
            self._write(target, self.space + "\n")
        return True


def _replacement(template: str, match: Found) -> str:
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
            add(match[0] or "")
        elif character == "\\" and at < len(template):
            following = template[at]
            at += 1
            if is_digits(following):
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


def _joined(lines: list[str]) -> str:
    """Lines as one text, which takes their place."""
    if len(lines) > 1:
        lines[:] = ["\n".join(lines)]
    return lines[0]
