"""nl, fold, expand and unexpand: lines laid out for reading."""

from __future__ import annotations

import re

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State, bytes_of, read_text
from fakedocker.userland.text.formatting import LARGEST_FIELD, too_wide
from fakedocker.userland.text.posix_regex import RegexProblem, compile_posix
from fakedocker.userland.text.text import cannot_open, input_status
from fakedocker.userland.tools import Options, Register, UsageProblem, parse_options, whole

PROGRAMS = Register()
_OUT_OF_RANGE = "Numerical result out of range"


@PROGRAMS.program("nl", usage="[-b STYLE] [-i N] [-s STR] [-v N] [-w N] [FILE]...\n")
def _nl(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {
        "body-numbering=": "b", "number-width=": "w", "number-separator=": "s", "starting-line-number=": "v",
        "line-increment=": "i", "number-format=": "n",
    }  # fmt: skip
    options = parse_options(system, argv, "b:w:s:v:n:i:", long)
    lines = read_text(system, state, options.operands, cannot_open).split("\n")
    if lines[-1] == "":
        lines.pop()
    system.put(bytes_of("".join(f"{line}\n" for line in _numbered(system, lines, options))))
    return input_status(state)


def _numbered(system: System, lines: list[str], options: Options) -> list[str]:
    wrong = "invalid line number field width: ‘{}’"
    width = whole(system, options.last("w", "6"), wrong, least=1, below=f"{wrong}: {_OUT_OF_RANGE}")
    separator = options.last("s", "\t")
    if width > LARGEST_FIELD // max(len(lines), 1):
        raise Unsimulated(too_wide(str(width)))
    number = _signed(system, options.last("v", "1"), "invalid starting line number: ‘{}’")
    step = _signed(system, options.last("i", "1"), "invalid line number increment: ‘{}’")
    style = options.last("b", "t")
    form = {"ln": f"<{width}", "rz": f"0{width}"}.get(options.last("n"), f"{width}")
    try:
        expression = compile_posix(style[1:], extended=False) if style[:1] == "p" else None
    except RegexProblem as problem:
        raise UsageProblem(str(problem), bare=True) from None
    shown = []
    for line in lines:
        if style == "a" or (style == "t" and line) or (expression is not None and expression.finds(line)):
            shown.append(f"{number:{form}}{separator}{line}")
            number += step
        else:
            shown.append(" " * (width + len(separator)) + line)
    return shown


def _signed(system: System, text: str, gnu: str) -> int:
    sign = -1 if text.startswith("-") else 1
    return sign * whole(system, text.removeprefix("-"), gnu.replace("{}", text.replace("{", "{{").replace("}", "}}")))


@PROGRAMS.program("fold", usage="[-bs] [-w WIDTH] [FILE]...\n")
def _fold(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "bsw:", {"width=": "w", "spaces": "s", "bytes": "b"})
    wrong = "invalid number of columns: ‘{}’"
    width = whole(system, options.last("w", "80"), wrong, least=1, most=10_000, below=f"{wrong}: {_OUT_OF_RANGE}")
    lines = read_text(system, state, options.operands, cannot_open).split("\n")
    system.put(bytes_of("\n".join("\n".join(_folded(line, width, "s" in options)) for line in lines)))
    return input_status(state)


def _folded(line: str, width: int, at_spaces: bool) -> list[str]:
    parts = []
    while len(line) > width:
        cut = (line.rfind(" ", 0, width) + 1 if at_spaces else 0) or width
        parts.append(line[:cut])
        line = line[cut:]
    return [*parts, line]


@PROGRAMS.program("expand", "unexpand", usage="[-fai] [-t N] [FILE]...\n")
def _expand(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "aift:", {"tabs=": "t", "all": "a", "initial": "i", "first-only": "f"})
    stop = whole(
        system,
        options.last("t", "8"),
        "tab size contains invalid character(s): ‘{}’",
        least=1,
        most=(1 << 32) - 1,
        below="tab size cannot be 0",
    )
    text = read_text(system, state, options.operands, cannot_open)
    if argv[0].endswith("unexpand"):
        everywhere = "a" in options or ("t" in options and "f" not in options)
        shown = "\n".join(_with_tabs(line, stop, everywhere) for line in text.split("\n"))
    elif "i" in options:
        shown = re.sub(r"^[ \t]+", lambda match: match[0].expandtabs(stop), text, flags=re.MULTILINE)
    else:
        shown = text.expandtabs(stop)
    system.put(bytes_of(shown))
    return input_status(state)


def _with_tabs(line: str, stop: int, everywhere: bool) -> str:
    """Blanks that reach a tab stop as tabs (POSIX: a single blank before a stop stays, unless a tab follows it)."""
    plain = line.expandtabs(stop)
    head = len(plain) - len(plain.lstrip(" "))
    pieces = []
    for at in range(0, len(plain), stop):
        cell = plain[at : at + stop]
        body = cell.rstrip(" ")
        blanks = len(cell) - len(body)
        whole = len(cell) == stop and blanks > 0 and (everywhere or at + stop <= head)
        pieces.append(body + "\t" if whole and (blanks > 1 or not body) else cell)
    return "".join(pieces)
