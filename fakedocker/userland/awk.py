"""awk: the interpreter.

Programs run to their end in one go for each batch of input. A program that starts commands (system, |) cannot stop in the
middle of an expression; it is run again from the beginning each time a command has ended, with the results so far: awk is
deterministic, so the second run repeats the first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from fakedocker.kernel.program import System
from fakedocker.userland.awk_parser import AwkProblem, Node, Program, parse_awk
from fakedocker.userland.children import start, wait
from fakedocker.userland.dates import format_date
from fakedocker.userland.formatting import format_printf
from fakedocker.userland.inputs import State, bytes_of, next_lines, read_each, text_of
from fakedocker.userland.posix_regex import RegexProblem, translate
from fakedocker.userland.text_escapes import decode_escapes
from fakedocker.userland.tools import Options, Register, UsageProblem, is_busybox, parse_options, say

PROGRAMS = Register()
_NUMBER = re.compile(
    r"\s*[-+]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|inf(?:inity)?|nan)", re.IGNORECASE
)
_LOOKS_NUMERIC = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*")
_MAXIMUM_CALLS = 150


class Numeric(str):
    """Text from input that looks like a number, and compares as one (POSIX: a numeric string)."""

    __slots__ = ()


Value = float | str


class _Break(Exception):
    pass


class _Continue(Exception):
    pass


class _Next(Exception):
    pass


class _NextFile(Exception):
    pass


class _Exit(Exception):
    pass


class _Return(Exception):
    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


class NeedsCommand(Exception):
    """A command's result is needed: (shell command, its standard input, whether its output is wanted)."""

    def __init__(self, command: str, data: str, captured: bool) -> None:
        super().__init__()
        self.request = (command, data, captured)


@lru_cache(512)
def _regex(source: str) -> re.Pattern[str]:
    try:
        return re.compile(translate(source, extended=True))
    except (RegexProblem, re.error) as problem:
        raise AwkProblem(f"bad regex '{source}': {problem}") from None


def number_of(value: Value) -> float:
    if isinstance(value, float):
        return value
    match = _NUMBER.match(value)
    if not match:
        return 0.0
    text = match[0].strip()
    if text[:2].lower() == "0x":
        return 0.0
    return float(text)


def from_input(text: str) -> str:
    return Numeric(text) if _LOOKS_NUMERIC.fullmatch(text) else text


def _whole(value: float) -> str | None:
    return str(int(value)) if math.isfinite(value) and value == int(value) else None


class Interpreter:
    """One program with its variables. Input lines are handed in; output is collected."""

    def __init__(self, program: Program, system: System, results: list[tuple[int, str]]) -> None:
        self.program = program
        self.system = system
        self.results = results
        self.used_results = 0
        self.variables: dict[str, Any] = {"FS": " ", "OFS": " ", "ORS": "\n", "RS": "\n", "NF": 0.0, "NR": 0.0, "FNR": 0.0, "SUBSEP": "\x1c", "CONVFMT": "%.6g", "OFMT": "%.6g", "FILENAME": "", "RSTART": 0.0, "RLENGTH": -1.0}  # fmt: skip
        self.locals: list[dict[str, Any]] = []
        self.record = ""
        self.fields: list[str] | None = []
        self.output: list[str] = []
        self.files: dict[str, list[str]] = {}
        self.appending: set[str] = set()
        self.pipes: dict[str, list[str]] = {}
        self.readers: dict[str, list[str]] = {}
        self.ranges: set[int] = set()
        self.more: Callable[[], str | None] = lambda: None
        self.status = 0
        self.seed = 0.0
        self.steps = 0

    # values

    def string_of(self, value: Value, output: bool = False) -> str:
        if not isinstance(value, float):
            return value
        whole = _whole(value)
        if whole is not None:
            return whole
        if math.isnan(value):
            return "nan"
        if math.isinf(value):
            return "inf" if value > 0 else "-inf"
        return format_printf(str(self.variables["OFMT" if output else "CONVFMT"]), (repr(value),)).text

    def truth(self, value: Value) -> bool:
        if isinstance(value, float):
            return value != 0
        if isinstance(value, Numeric):
            return number_of(value) != 0
        return value != ""

    # records and fields

    def set_record(self, text: str) -> None:
        self.record = text
        self.fields = None

    def split_fields(self) -> list[str]:
        if self.fields is None:
            self.fields = split_text(
                self.record, self.string_of(self.variables["FS"]), self.string_of(self.variables["RS"]) == ""
            )
            self.variables["NF"] = float(len(self.fields))
        return self.fields

    def field(self, place: int) -> str:
        if place == 0:
            return from_input(self.record)
        if place < 0:
            raise AwkProblem(f"attempt to access field {place}")
        fields = self.split_fields()
        return from_input(fields[place - 1]) if place <= len(fields) else ""

    def set_field(self, place: int, value: Value) -> None:
        text = self.string_of(value)
        if place == 0:
            self.set_record(text)
            return
        fields = self.split_fields()
        while len(fields) < place:
            fields.append("")
        fields[place - 1] = text
        self.variables["NF"] = float(len(fields))
        self.record = self.string_of(self.variables["OFS"]).join(fields)

    # variables

    def scope(self, name: str) -> dict[str, Any]:
        if self.locals and name in self.locals[-1]:
            return self.locals[-1]
        return self.variables

    def get(self, name: str) -> Value:
        if name == "NF":
            self.split_fields()
        value = self.scope(name).get(name, "")
        if isinstance(value, dict):
            raise AwkProblem(f"attempt to use array `{name}' in a scalar context")
        return value  # type: ignore[no-any-return]  # variables hold values or arrays

    def set(self, name: str, value: Value) -> None:
        self.scope(name)[name] = value
        if name == "NF":
            fields = self.split_fields()
            count = int(number_of(value))
            self.fields = (fields + [""] * count)[:count]
            self.variables["NF"] = float(count)
            self.record = self.string_of(self.variables["OFS"]).join(self.fields)

    def array(self, name: str) -> dict[str, Value]:
        scope = self.scope(name)
        held = scope.get(name)
        if not isinstance(held, dict):
            held = scope[name] = {}
        return held

    def store(self, target: Node, value: Value) -> None:
        kind = target[0]
        if kind == "name":
            self.set(target[1], value)
        elif kind == "field":
            self.set_field(int(number_of(self.value(target[1]))), value)
        elif kind == "element":
            self.array(target[1])[self.string_of(self.value(target[2]))] = value
        elif kind == "group":
            self.store(target[1], value)
        else:
            raise AwkProblem("assignment to what is no variable")

    # expressions

    def value(self, node: Node) -> Value:
        result: Value = _EXPRESSIONS[node[0]](self, node)
        return result

    def matcher(self, node: Node) -> re.Pattern[str]:
        """The regular expression that an operand of ~ stands for."""
        return _regex(node[1] if node[0] == "regex" else self.string_of(self.value(node)))

    # statements

    def run(self, node: Node | None) -> None:
        if node is None:
            return
        self.steps += 1
        _STATEMENTS[node[0]](self, node)

    def loop_body(self, node: Node) -> bool:
        """False when the loop was left with break."""
        try:
            self.run(node)
        except _Continue:
            pass
        except _Break:
            return False
        if self.steps > 10_000:
            self.system.charge(self.steps)
            self.steps = 0
        return True

    def process(self, line: str) -> None:
        """One record through all rules."""
        self.variables["NR"] += 1.0
        self.variables["FNR"] += 1.0
        self.set_record(line)
        try:
            for place, (pattern, last, action) in enumerate(self.program.rules):
                if self.selected(place, pattern, last):
                    if action is None:
                        self.output.append(self.record + self.string_of(self.variables["ORS"]))
                    else:
                        self.run(action)
        except _Next:
            pass

    def selected(self, place: int, pattern: Node | None, last: Node | None) -> bool:
        if pattern is None:
            return True
        if last is None:
            return self.truth(self.value(pattern))
        if place not in self.ranges:
            if not self.truth(self.value(pattern)):
                return False
            self.ranges.add(place)
        if self.truth(self.value(last)):
            self.ranges.discard(place)
        return True

    # commands and files

    def command(self, command: str, data: str = "", captured: bool = False) -> tuple[int, str]:
        """The result of running a shell command; see the module's docstring."""
        if self.used_results >= len(self.results):
            raise NeedsCommand(command, data, captured)
        self.used_results += 1
        return self.results[self.used_results - 1]

    def write(self, text: str, target: tuple[str, Node] | None) -> None:
        if target is None:
            self.output.append(text)
            return
        operator, node = target
        name = self.string_of(self.value(node))
        if operator == "|":
            self.pipes.setdefault(name, []).append(text)
        elif name in ("/dev/stdout", "-"):
            self.output.append(text)
        elif name == "/dev/stderr":
            self.system.put(bytes_of(text), 2)
        else:
            if operator == ">>" and name not in self.files:
                self.appending.add(name)
            self.files.setdefault(name, []).append(text)

    def close(self, name: str) -> float:
        if name in self.pipes:
            return float(self.command(name, "".join(self.pipes.pop(name)))[0])
        if name in self.files:
            self.flush_file(name)
            return 0.0
        return 0.0 if self.readers.pop(name, None) is not None else -1.0

    def flush_file(self, name: str) -> None:
        self.system.write_file(name, bytes_of("".join(self.files.pop(name))), append=name in self.appending)
        self.appending.add(name)

    def finish(self) -> None:
        for name in list(self.pipes):
            self.close(name)
        for name in list(self.files):
            self.flush_file(name)


def split_text(text: str, separator: str, paragraphs: bool = False) -> list[str]:
    """Fields of a text, by awk's rules for FS."""
    if separator == " ":
        return text.split()
    if not text:
        return []
    if separator == "":
        return list(text)
    if len(separator) == 1 and separator not in "\\":
        return re.split(f"[{re.escape(separator)}\n]", text) if paragraphs else text.split(separator)
    return _regex(separator).split(text)


def _arithmetic(self: Interpreter, node: Node) -> Value:
    _, operator, left_node, right_node = node
    return calculate(operator, number_of(self.value(left_node)), number_of(self.value(right_node)))


def calculate(operator: str, left: float, right: float) -> float:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    if operator == "^":
        try:
            return float(left**right)
        except (OverflowError, ZeroDivisionError):
            return math.inf
    if right == 0:
        raise AwkProblem("Division by zero")
    return left / right if operator == "/" else math.fmod(left, right)


def _assign(self: Interpreter, node: Node) -> Value:
    _, operator, target, source = node
    value = self.value(source)
    if operator != "=":
        kind = operator.rstrip("=").replace("**", "^")
        value = calculate(kind, number_of(self.value(target)), number_of(value))
    self.store(target, value)
    return value


def _compare(self: Interpreter, node: Node) -> Value:
    _, operator, left_node, right_node = node
    left, right = self.value(left_node), self.value(right_node)
    numeric = all(
        isinstance(value, float | Numeric) or (value == "" and _is_unset(self, part))
        for value, part in ((left, left_node), (right, right_node))
    )
    a: Any = number_of(left) if numeric else self.string_of(left)
    b: Any = number_of(right) if numeric else self.string_of(right)
    truth = {"<": a < b, "<=": a <= b, "==": a == b, "!=": a != b, ">": a > b, ">=": a >= b}[operator]
    return 1.0 if truth else 0.0


def _is_unset(self: Interpreter, node: Node) -> bool:
    """An uninitialised variable compares as a number too."""
    return node[0] in ("name", "element", "field")


def _step(self: Interpreter, node: Node) -> Value:
    kind, operator, target = node
    old = number_of(self.value(target))
    new = old + (1.0 if operator == "++" else -1.0)
    self.store(target, new)
    return new if kind == "before" else old


def _call(self: Interpreter, node: Node) -> Value:
    _, name, arguments = node
    if name not in self.program.functions:
        raise AwkProblem(f"Call to undefined function: {name}")
    parameters, body = self.program.functions[name]
    if len(self.locals) >= _MAXIMUM_CALLS:
        raise AwkProblem("function calls are nested too deeply")
    frame: dict[str, Any] = {}
    backs: list[tuple[str, str]] = []
    for place, parameter in enumerate(parameters):
        if place >= len(arguments):
            frame[parameter] = ""
            continue
        argument = arguments[place]
        if argument[0] == "name":
            held = self.scope(argument[1]).get(argument[1], "")
            frame[parameter] = held
            if held == "" and not isinstance(held, dict):
                backs.append((parameter, argument[1]))
        else:
            frame[parameter] = self.value(argument)
    self.locals.append(frame)
    result: Value = ""
    try:
        self.run(body)
    except _Return as returned:
        result = returned.value
    finally:
        self.locals.pop()
    for parameter, name in backs:
        if isinstance(frame[parameter], dict):  # an unset variable that the function made an array of
            self.scope(name)[name] = frame[parameter]
    return result


def _file_getline(self: Interpreter, node: Node) -> Value:
    _, source, target = node
    name = self.string_of(self.value(source))
    if name not in self.readers:
        try:
            self.readers[name] = text_of(self.system.read_file(name)).splitlines()
        except OSError:
            return -1.0
    return _take_line(self, self.readers[name], target)


def _take_line(self: Interpreter, lines: list[str], target: Node | None) -> Value:
    if not lines:
        return 0.0
    line = lines.pop(0)
    if target is None:
        self.set_record(line)
    else:
        self.store(target, from_input(line))
    return 1.0


def _command_getline(self: Interpreter, node: Node) -> Value:
    _, source, target = node
    command = self.string_of(self.value(source))
    if command not in self.readers:
        self.readers[command] = self.command(command, captured=True)[1].splitlines()
    value = _take_line(self, self.readers[command], target)
    if value == 1.0:
        self.variables["NR"] += 1.0
    return value


def _getline(self: Interpreter, node: Node) -> Value:
    line = self.more()
    if line is None:
        return 0.0
    self.variables["NR"] += 1.0
    self.variables["FNR"] += 1.0
    return _take_line(self, [line], node[1])


def _joined(self: Interpreter, node: Node) -> Value:
    return self.string_of(self.variables["SUBSEP"]).join(self.string_of(self.value(part)) for part in node[1])


def _match(self: Interpreter, node: Node) -> Value:
    _, negated, left, right = node
    found = self.matcher(right).search(self.string_of(self.value(left))) is not None
    return 1.0 if found != negated else 0.0


def _element(self: Interpreter, node: Node) -> Value:
    held = self.array(node[1])
    key = self.string_of(self.value(node[2]))
    if key not in held:
        held[key] = ""
    return held[key]


_EXPRESSIONS: dict[str, Callable[[Interpreter, Node], Value]] = {
    "number": lambda self, node: node[1],
    "string": lambda self, node: node[1],
    "regex": lambda self, node: 1.0 if _regex(node[1]).search(self.record) else 0.0,
    "name": lambda self, node: self.get(node[1]),
    "field": lambda self, node: self.field(int(number_of(self.value(node[1])))),
    "element": _element,
    "group": lambda self, node: self.value(node[1]),
    "joined": _joined,
    "assign": _assign,
    "ternary": lambda self, node: self.value(node[2] if self.truth(self.value(node[1])) else node[3]),
    "or": lambda self, node: 1.0 if self.truth(self.value(node[1])) or self.truth(self.value(node[2])) else 0.0,
    "and": lambda self, node: 1.0 if self.truth(self.value(node[1])) and self.truth(self.value(node[2])) else 0.0,
    "in": lambda self, node: 1.0 if self.string_of(self.value(node[2])) in self.array(node[1]) else 0.0,
    "match": _match,
    "compare": _compare,
    "concatenate": lambda self, node: self.string_of(self.value(node[1])) + self.string_of(self.value(node[2])),
    "arithmetic": _arithmetic,
    "not": lambda self, node: 0.0 if self.truth(self.value(node[1])) else 1.0,
    "negative": lambda self, node: -number_of(self.value(node[1])),
    "positive": lambda self, node: number_of(self.value(node[1])),
    "before": _step,
    "after": _step,
    "call": _call,
    "builtin": lambda self, node: _builtin(self, node),
    "getline": _getline,
    "file_getline": _file_getline,
    "command_getline": _command_getline,
}


# builtin functions


def _builtin(self: Interpreter, node: Node) -> Value:
    _, name, arguments = node
    if name in ("sub", "gsub"):
        return _substitute(self, name, arguments)
    if name == "split":
        return _split(self, arguments)
    if name == "length":
        if (
            arguments
            and arguments[0][0] == "name"
            and isinstance(self.scope(arguments[0][1]).get(arguments[0][1]), dict)
        ):
            return float(len(self.array(arguments[0][1])))
        return float(len(self.string_of(self.value(arguments[0])) if arguments else self.record))
    if name == "match":
        found = self.matcher(arguments[1]).search(self.string_of(self.value(arguments[0])))
        self.variables["RSTART"] = float(found.start() + 1) if found else 0.0
        self.variables["RLENGTH"] = float(found.end() - found.start()) if found else -1.0
        return float(self.variables["RSTART"])
    if name in ("asort", "asorti"):
        held = self.array(arguments[0][1])
        items: list[Value] = sorted(held) if name == "asorti" else sorted(held.values(), key=lambda value: (not isinstance(value, float | Numeric), number_of(value), str(value)))  # fmt: skip
        held.clear()
        held.update({str(place): item for place, item in enumerate(items, 1)})
        return float(len(items))
    if name == "gensub":
        return _gensub(self, arguments)
    values = [self.value(argument) for argument in arguments]
    function = _FUNCTIONS.get(name)
    if function is None:
        raise AwkProblem(f"function {name} is not supported")
    return function(self, values)


def _substitute(self: Interpreter, name: str, arguments: tuple[Node, ...]) -> Value:
    expression = self.matcher(arguments[0])
    template = self.string_of(self.value(arguments[1]))
    target: Node = arguments[2] if len(arguments) > 2 else ("field", ("number", 0.0))
    text = self.string_of(self.value(target))
    count = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return re.sub(r"\\\\|\\&|&", lambda part: {"\\\\": "\\", "\\&": "&"}.get(part[0], match[0]), template)

    changed = expression.sub(replace, text, count=0 if name == "gsub" else 1)
    if count:
        self.store(target, changed)
    return float(count)


def _gensub(self: Interpreter, arguments: tuple[Node, ...]) -> Value:
    expression = self.matcher(arguments[0])
    template = self.string_of(self.value(arguments[1]))
    how = self.string_of(self.value(arguments[2]))
    text = self.string_of(self.value(arguments[3])) if len(arguments) > 3 else self.record
    wanted = int(how) if how.isdecimal() else 0
    count = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        if wanted and count != wanted:
            return match[0]
        return re.sub(
            r"\\(\d)|\\&|&",
            lambda part: (match[int(part[1])] or "") if part[1] else "&" if part[0] == "\\&" else match[0],
            template,
        )

    return expression.sub(replace, text)


def _split(self: Interpreter, arguments: tuple[Node, ...]) -> Value:
    text = self.string_of(self.value(arguments[0]))
    if len(arguments) < 3:
        pieces = split_text(text, self.string_of(self.variables["FS"]))
    elif arguments[2][0] == "regex":
        pieces = _regex(arguments[2][1]).split(text) if text else []
    else:
        pieces = split_text(text, self.string_of(self.value(arguments[2])))
    held = self.array(arguments[1][1])
    held.clear()
    held.update({str(place): from_input(piece) for place, piece in enumerate(pieces, 1)})
    return float(len(pieces))


def _substr(self: Interpreter, values: list[Value]) -> Value:
    text = self.string_of(values[0])
    start = round(number_of(values[1]))
    end = (
        start + round(number_of(values[2]))
        if len(values) > 2 and math.isfinite(number_of(values[2]))
        else len(text) + 1
    )
    return text[max(1, start) - 1 : max(1, end) - 1]


def _sprintf(self: Interpreter, values: list[Value]) -> str:
    if not values:
        return ""
    words = tuple(
        self.string_of(value) if not isinstance(value, float) or _whole(value) else repr(value) for value in values[1:]
    )
    return _format(self.string_of(values[0]), words, values[1:])


_DIRECTIVE = re.compile(r"%[-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+))?([a-zA-Z%])")


def _format(template: str, words: tuple[str, ...], values: list[Value]) -> str:
    """printf's directives, each with its argument made what it wants."""
    prepared: list[str] = []
    place = 0
    for match in _DIRECTIVE.finditer(template):
        if match[1] == "%":
            continue
        stars = match[0].count("*")
        for _ in range(stars):
            prepared.append(words[place] if place < len(words) else "0")
            place += 1
        word = words[place] if place < len(words) else ""
        value = values[place] if place < len(values) else ""
        if match[1] in "dioxXu":
            number = number_of(value)
            word = str(int(number)) if math.isfinite(number) else "0"
        elif match[1] in "eEfFgG":
            word = repr(number_of(value))
        elif match[1] == "c" and isinstance(value, float):
            word = chr(int(value)) if value else ""
        prepared.append(word)
        place += 1
    escaped = template.replace("\\", "\\\\")
    if not prepared:
        return format_printf(escaped, ()).text
    return format_printf(escaped, tuple(prepared)).text


def _strftime(self: Interpreter, values: list[Value]) -> Value:
    form = self.string_of(values[0]) if values else "%a %b %e %H:%M:%S %Z %Y"
    seconds = int(number_of(values[1])) if len(values) > 1 else self.system.now_ns // 1_000_000_000
    return format_date(form, seconds)


def _system(self: Interpreter, values: list[Value]) -> Value:
    self.system.put(bytes_of(""))
    return float(self.command(self.string_of(values[0]))[0])


def _srand(self: Interpreter, values: list[Value]) -> Value:
    old, self.seed = self.seed, number_of(values[0]) if values else float(self.system.now_ns // 1_000_000_000)
    return old


def _bits(operation: Callable[[int, int], int]) -> Callable[[Interpreter, list[Value]], Value]:
    return lambda self, values: float(operation(int(number_of(values[0])), int(number_of(values[1]))))


_FUNCTIONS: dict[str, Callable[[Interpreter, list[Value]], Value]] = {
    "substr": _substr,
    "index": lambda self, values: float(self.string_of(values[0]).find(self.string_of(values[1])) + 1),
    "sprintf": _sprintf,
    "sin": lambda self, values: math.sin(number_of(values[0])),
    "cos": lambda self, values: math.cos(number_of(values[0])),
    "atan2": lambda self, values: math.atan2(number_of(values[0]), number_of(values[1])),
    "exp": lambda self, values: math.exp(min(709.0, number_of(values[0]))),
    "log": lambda self, values: math.log(number_of(values[0])) if number_of(values[0]) > 0 else -math.inf,
    "sqrt": lambda self, values: math.sqrt(max(0.0, number_of(values[0]))),
    "int": lambda self, values: float(int(number_of(values[0]))),
    "rand": lambda self, values: self.system.random(1 << 30) / (1 << 30),
    "srand": _srand,
    "tolower": lambda self, values: self.string_of(values[0]).lower(),
    "toupper": lambda self, values: self.string_of(values[0]).upper(),
    "system": _system,
    "close": lambda self, values: self.close(self.string_of(values[0])),
    "fflush": lambda self, values: 0.0,
    "strftime": _strftime,
    "systime": lambda self, values: float(self.system.now_ns // 1_000_000_000),
    "strtonum": lambda self, values: (
        float(int(str(values[0]), 0)) if re.fullmatch(r"0[xX][0-9a-fA-F]+", str(values[0])) else number_of(values[0])
    ),
    "and": _bits(lambda a, b: a & b),
    "or": _bits(lambda a, b: a | b),
    "xor": _bits(lambda a, b: a ^ b),
    "lshift": _bits(lambda a, b: a << b),
    "rshift": _bits(lambda a, b: a >> b),
}


# statements


def _block(self: Interpreter, node: Node) -> None:
    for statement in node[1]:
        self.run(statement)


def _if(self: Interpreter, node: Node) -> None:
    _, condition, yes, no = node
    self.run(yes if self.truth(self.value(condition)) else no)


def _while(self: Interpreter, node: Node) -> None:
    _, condition, body = node
    while self.truth(self.value(condition)):
        if not self.loop_body(body):
            break


def _do(self: Interpreter, node: Node) -> None:
    _, body, condition = node
    while self.loop_body(body) and self.truth(self.value(condition)):
        pass


def _for(self: Interpreter, node: Node) -> None:
    _, initial, condition, step, body = node
    self.run(initial)
    while condition is None or self.truth(self.value(condition)):
        if not self.loop_body(body):
            break
        self.run(step)


def _for_in(self: Interpreter, node: Node) -> None:
    _, name, array, body = node
    for key in list(self.array(array)):
        self.set(name, from_input(key))
        if not self.loop_body(body):
            break


def _print(self: Interpreter, node: Node) -> None:
    _, arguments, target = node
    values = [self.value(argument) for argument in arguments]
    text = (
        self.string_of(self.variables["OFS"]).join(self.string_of(value, output=True) for value in values)
        if arguments
        else self.record
    )
    self.write(text + self.string_of(self.variables["ORS"]), target)


def _printf(self: Interpreter, node: Node) -> None:
    _, arguments, target = node
    self.write(_sprintf(self, [self.value(argument) for argument in arguments]), target)


def _delete(self: Interpreter, node: Node) -> None:
    _, name, index = node
    if index is None:
        self.array(name).clear()
    else:
        self.array(name).pop(self.string_of(self.value(index)), None)


def _raising(make: Callable[[Interpreter, Node], Exception]) -> Callable[[Interpreter, Node], None]:
    def run(self: Interpreter, node: Node) -> None:
        raise make(self, node)

    return run


def _exit(self: Interpreter, node: Node) -> None:
    if node[1] is not None:
        self.status = int(number_of(self.value(node[1]))) & 255
    raise _Exit


_STATEMENTS: dict[str, Callable[[Interpreter, Node], None]] = {
    "block": _block,
    "expression": lambda self, node: (self.value(node[1]), None)[1],
    "if": _if,
    "while": _while,
    "do": _do,
    "for": _for,
    "for_in": _for_in,
    "print": _print,
    "printf": _printf,
    "delete": _delete,
    "break": _raising(lambda self, node: _Break()),
    "continue": _raising(lambda self, node: _Continue()),
    "next": _raising(lambda self, node: _Next()),
    "nextfile": _raising(lambda self, node: _NextFile()),
    "exit": _exit,
    "return": _raising(lambda self, node: _Return("" if node[1] is None else self.value(node[1]))),
}


# the utility


@PROGRAMS.program("awk", "gawk", "mawk", usage="[OPTIONS] [AWK_PROGRAM] [FILE]...\n")
def _awk(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(
        system, argv, "F:v:f:e:", {"field-separator=": "F", "assign=": "v", "file=": "f", "version": "V"}, permute=False
    )
    operands = list(options.operands)
    sources = [text_of(system.read_file(path)) for path in options.values("f")] + options.values("e")
    if not sources:
        if not operands:
            raise UsageProblem()
        sources = [operands.pop(0)]
    try:
        program = parse_awk("\n".join(sources))
        return _whole_run(system, state, program, options, tuple(operands))
    except AwkProblem as problem:
        say(system, str(problem))
        return 2 if not is_busybox(system) else 1


def _prepared(
    system: System, program: Program, options: Options, operands: tuple[str, ...], results: list[tuple[int, str]]
) -> Interpreter:
    interpreter = Interpreter(program, system, results)
    interpreter.variables["ENVIRON"] = {name: from_input(value) for name, value in system.environment.items()}
    interpreter.variables["ARGC"] = float(len(operands) + 1)
    interpreter.variables["ARGV"] = {str(place): word for place, word in enumerate(("awk", *operands))}
    if "F" in options:
        separator = options.last("F")
        interpreter.variables["FS"] = "\t" if separator == "t" else decode_escapes(separator)
    for text in options.values("v"):
        name, _, value = text.partition("=")
        interpreter.variables[name] = from_input(decode_escapes(value))
    return interpreter


def _report(system: System, name: str, problem: OSError) -> None:
    said = "can't open file" if is_busybox(system) else "cannot open"
    say(system, f"{said} {name}: {problem.strerror}" if is_busybox(system) else f'{said} "{name}" ({problem.strerror})')


def _whole_run(system: System, state: State, program: Program, options: Options, operands: tuple[str, ...]) -> int:
    """All input is read first unless the program is a plain filter of lines, which is run as they come."""
    plain = not program.uses_commands and not program.uses_getline and not any("=" in word for word in operands)
    files = tuple(word for word in operands if not re.match(r"[A-Za-z_]\w*=", word))
    if program.begin and not program.rules and not program.end and not program.uses_getline:
        inputs: list[tuple[str, bytes | None]] = []
    elif plain and not files and "RS" not in repr(program):
        return _stream(system, state, program, options)
    else:
        inputs = read_each(system, state, files, _report)
    results: list[tuple[int, str]] = state.setdefault("results", [])
    while True:
        if "request" in state:
            results.append(_run_command(system, state))
            continue
        interpreter = _prepared(system, program, options, operands, results)
        try:
            _all_records(interpreter, inputs, operands)
        except NeedsCommand as needed:
            state["request"] = needed.request
            emitted = state.get("emitted", 0)
            text = "".join(interpreter.output)
            system.put(bytes_of(text[emitted:]))
            state["emitted"] = len(text)
            continue
        system.put(bytes_of("".join(interpreter.output)[state.get("emitted", 0) :]))
        failed = 2 if state.get("input_failed") else 0
        return interpreter.status or failed


def _all_records(interpreter: Interpreter, inputs: list[tuple[str, bytes | None]], operands: tuple[str, ...]) -> None:
    try:
        for block in interpreter.program.begin:
            interpreter.run(block)
        if interpreter.program.rules or interpreter.program.end:
            _feed(interpreter, inputs, operands)
    except _Exit:
        pass
    try:
        for block in interpreter.program.end:
            interpreter.run(block)
    except _Exit:
        pass
    interpreter.finish()


def _feed(interpreter: Interpreter, inputs: list[tuple[str, bytes | None]], operands: tuple[str, ...]) -> None:
    """Records of all inputs; operands of the form name=value are carried out when their turn comes."""
    contents = dict(inputs)
    words = list(operands) if any(name != "-" for name, _ in inputs) else [*operands, "-"]
    for word in words:
        if re.match(r"[A-Za-z_]\w*=", word):
            name, _, value = word.partition("=")
            interpreter.variables[name] = from_input(decode_escapes(value))
            continue
        data = contents.get(word)
        if data is None:
            continue
        interpreter.variables["FILENAME"] = "" if word == "-" else word
        interpreter.variables["FNR"] = 0.0
        records = split_records(text_of(data), interpreter.string_of(interpreter.variables["RS"]))[::-1]
        interpreter.more = lambda: records.pop() if records else None  # noqa: B023  # used only within this turn
        try:
            while records:
                interpreter.process(records.pop())
        except _NextFile:
            pass


def split_records(text: str, separator: str) -> list[str]:
    if separator == "\n":
        records = text.split("\n")
    elif separator == "":
        records = re.split(r"\n\n+", text.strip("\n"))
        return records if records != [""] else []
    elif len(separator) == 1:
        records = text.split(separator)
    else:
        records = _regex(separator).split(text)
    if records and records[-1] in ("", "\n"):
        records.pop()
    return records


def _run_command(system: System, state: State) -> tuple[int, str]:
    """Run the command that was asked for, with a temporary pipe for its input or output. Blocks."""
    command, data, captured = state["request"]
    if "child" not in state:
        entries = dict(system.descriptors())
        if captured:
            reader, writer = system.make_pipe()
            old = system.use_table({**entries, 9: reader, 1: writer})
        else:
            new = {**entries, 0: system.make_reader(bytes_of(data))} if data else entries
            old = system.use_table(new)
        try:
            state["child"] = start(system, ("sh", "-c", command))
        finally:
            mine = {**entries, 9: system.descriptors()[9]} if captured else entries
            system.release_table(system.use_table(mine))
            system.release_table(old)
        state["captured"] = b""
    if captured:
        while chunk := system.read(9):
            state["captured"] += chunk
    status = wait(system, state)
    if captured:
        system.close(9)
    del state["request"]
    return status, text_of(state.pop("captured"))


def _stream(system: System, state: State, program: Program, options: Options) -> int:
    """Lines from standard input as they come; the interpreter's variables are kept in the state between batches."""
    interpreter = _prepared(system, program, options, (), [])
    memory: dict[str, Any] | None = state.get("memory")
    if memory is not None:
        interpreter.variables, interpreter.ranges = memory["variables"], set(memory["ranges"])
        interpreter.record, interpreter.files = memory["record"], memory["files"]
        interpreter.appending = set(memory["appending"])
    try:
        if memory is None:
            for block in program.begin:
                interpreter.run(block)
        while True:
            _emit(system, state, interpreter)
            lines = next_lines(system, state, ())
            if lines is None:
                break
            system.charge(len(lines) // 2)
            for line in lines:
                interpreter.process(line.removesuffix("\n"))
    except _Exit:
        pass
    try:
        for block in program.end:
            interpreter.run(block)
    except _Exit:
        pass
    interpreter.finish()
    _emit(system, state, interpreter)
    return interpreter.status


def _emit(system: System, state: State, interpreter: Interpreter) -> None:
    if interpreter.output:
        system.put(bytes_of("".join(interpreter.output)))
        interpreter.output.clear()
    state["memory"] = {
        "variables": interpreter.variables,
        "ranges": sorted(interpreter.ranges),
        "record": interpreter.record,
        "files": interpreter.files,
        "appending": sorted(interpreter.appending),
    }
