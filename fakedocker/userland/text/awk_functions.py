"""awk's functions that take values: strings, arithmetic, time, bits."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from fakedocker.userland.inputs import bytes_of
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.text.awk_machine import Machine
from fakedocker.userland.text.awk_values import Value, formatted, number_of, whole_text


def _substr(self: Machine, values: list[Value]) -> Value:
    text = self.string_of(values[0])
    start = round(number_of(values[1]))
    if self.dialect != "gawk":
        start = max(1, start)  # POSIX, and gawk, count what lies before the text too
    whole = len(values) < 3 or not math.isfinite(number_of(values[2]))
    end = len(text) + 1 if whole else start + round(number_of(values[2]))
    return text[max(1, start) - 1 : max(1, end) - 1]


def sprintf(self: Machine, values: list[Value]) -> str:
    if not values:
        return ""
    words = tuple(
        self.string_of(value) if not isinstance(value, float) or whole_text(value) else repr(value)
        for value in values[1:]
    )
    return formatted(self.string_of(values[0]), words, values[1:])


def _strftime(self: Machine, values: list[Value]) -> Value:
    form = self.string_of(values[0]) if values else "%a %b %e %H:%M:%S %Z %Y"
    seconds = int(number_of(values[1])) if len(values) > 1 else self.system.now_ns // 1_000_000_000
    return format_date(form, seconds)


def _system(self: Machine, values: list[Value]) -> Value:
    self.system.put(bytes_of(""))
    return float(self.command(self.string_of(values[0]))[0])


def _srand(self: Machine, values: list[Value]) -> Value:
    old, self.seed = self.seed, number_of(values[0]) if values else float(self.system.now_ns // 1_000_000_000)
    return old


def _bits(operation: Callable[[int, int], int]) -> Callable[[Machine, list[Value]], Value]:
    return lambda self, values: float(operation(int(number_of(values[0])), int(number_of(values[1]))))


FUNCTIONS: dict[str, Callable[[Machine, list[Value]], Value]] = {
    "substr": _substr,
    "index": lambda self, values: float(self.string_of(values[0]).find(self.string_of(values[1])) + 1),
    "sprintf": sprintf,
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
