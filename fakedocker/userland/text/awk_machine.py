"""The memory of an awk program: variables, arrays, the record and its fields, open files and commands.

It must not know the language: what a program does with its memory is `awk_expressions` and `awk_interpreter`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from fakedocker.kernel.program import System
from fakedocker.kernel.utility import measure_plain
from fakedocker.userland.inputs import bytes_of
from fakedocker.userland.text.awk_lexer import AwkProblem
from fakedocker.userland.text.awk_parser import Program
from fakedocker.userland.text.awk_values import UNSET, Numeric, Value, from_input, number_of, split_text, whole_text
from fakedocker.userland.text.formatting import format_printf
from fakedocker.userland.tools import is_busybox

LARGE_TEXT = 64 * 1024  # longer texts are accounted for as they are made
_STEPS = 10_000  # how many statements run before they are accounted for
_STEP_BYTES = 64  # what a statement may have left behind
_MEASURED_BYTES = 1 << 20  # how much may have been made before memory is looked at

# Where each awk stops printing whole numbers with all their digits, and goes by OFMT instead.
_WHOLE_LIMITS = {"busybox": 2.0**63, "mawk": 2.0**31, "gawk": math.inf}


class NeedsCommand(Exception):
    """A command's result is needed: (shell command, its standard input, whether its output is wanted)."""

    def __init__(self, command: str, data: str, captured: bool) -> None:
        super().__init__()
        self.request = (command, data, captured)


class Machine:
    """One program with its memory. Input lines are handed in; output is collected."""

    def __init__(self, program: Program, system: System, results: list[tuple[int, str]]) -> None:
        self.dialect = "busybox" if is_busybox(system) else "gawk" if system.identity.name == "gawk" else "mawk"
        self.program = program
        self.system = system
        self.results = results
        self.used_results = 0
        self.variables: dict[str, Any] = {
            "FS": " ", "OFS": " ", "ORS": "\n", "RS": "\n", "NF": 0.0, "NR": 0.0, "FNR": 0.0, "SUBSEP": "\x1c",
            "CONVFMT": "%.6g", "OFMT": "%.6g", "FILENAME": "", "RSTART": 0.0, "RLENGTH": -1.0,
        }  # fmt: skip
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
        self.made_bytes = 0
        self.unmeasured_bytes = 0
        self.accounted = False  # whether some work has been accounted for: a time to rest

    def count(self, steps: int, made_bytes: int = 0) -> None:
        """Count statements run and bytes of long texts made; now and then account for them.

        Raises:
            Ended: as the kernel does, when that was too much time or memory.
        """
        self.steps += steps
        self.made_bytes += made_bytes
        if self.steps > _STEPS or self.made_bytes > _MEASURED_BYTES:
            self._account()

    def _account(self) -> None:
        system = self.system
        if not self.program.uses_commands:  # else it may be run again, and would print this again
            self.emit()
        self.unmeasured_bytes += self.made_bytes + self.steps * _STEP_BYTES
        system.charge(self.steps + self.made_bytes // 1000)
        self.steps = self.made_bytes = 0
        self.accounted = True
        if self.unmeasured_bytes > _MEASURED_BYTES:
            held = measure_plain([self.variables, self.locals, self.output, self.files, self.pipes])
            system.memory_held(held)
            self.unmeasured_bytes = -held // 4

    def emit(self) -> None:
        """Put out what has been printed."""
        if self.output:
            self.system.put(bytes_of("".join(self.output)))
            self.output.clear()

    def string_of(self, value: Value, output: bool = False) -> str:
        if not isinstance(value, float):
            return value
        whole = whole_text(value)
        if whole is not None and abs(value) < _WHOLE_LIMITS[self.dialect]:
            return whole
        if math.isnan(value):
            return "-nan" if self.dialect == "mawk" else "nan"
        if math.isinf(value):
            return "inf" if value > 0 else "-inf"
        return format_printf(str(self.variables["OFMT" if output else "CONVFMT"]), (repr(value),)).text

    def truth(self, value: Value) -> bool:
        if isinstance(value, float):
            return value != 0
        if isinstance(value, Numeric):
            return number_of(value) != 0
        return value != ""

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
        return from_input(fields[place - 1]) if place <= len(fields) else UNSET

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

    def scope(self, name: str) -> dict[str, Any]:  # Any: cells, which are text, number or array
        if self.locals and name in self.locals[-1]:
            return self.locals[-1]
        return self.variables

    def get(self, name: str) -> Value:
        if name == "NF":
            self.split_fields()
        value = self.scope(name).get(name, UNSET)
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

    def command(self, command: str, data: str = "", captured: bool = False) -> tuple[int, str]:
        """The result of running a shell command; see the module's docstring."""
        if self.used_results >= len(self.results):
            raise NeedsCommand(command, data, captured)
        self.used_results += 1
        return self.results[self.used_results - 1]

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
