"""The memory of a shell: plain data, copied in under a microsecond, the same whenever it is looked at.

Everything that is a tuple, a frozenset or a mapping is replaced, never changed in place; only `stack`, `frames` and
`variables` are changed, and those are copied. Linked code is a cache that is kept as its source. This module must not
know operations or builtins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any, ClassVar, Final, NamedTuple

from fakedocker.kernel.program import System
from fakedocker.kernel.utility import measure_plain
from fakedocker.userland.sh.code import Code
from fakedocker.userland.sh.dialect import ASH, Dialect, SyntaxProblem
from fakedocker.userland.sh.variable_order import foreign, in_buckets

Value = str | int | dict[Any, str]
"""A variable: text, the integer that arithmetic left, or an array (subscript or key -> text)."""

Array = dict[Any, str]
"""An array: subscripts, which are numbers, or texts where it is an associative one, and their values."""
Frame = tuple[Any, ...]
"""Its kind, and what that needs."""
Progress = tuple[Any, ...]
"""How far a call that blocks has come: plain data."""

# Kinds of frames, the first item of each. Of those that return, the next are: code, pc, stack depth, suppress.
LOOP: Final = "loop"  # code, pc of break, pc of continue, stack depth after break, and after continue
REDIRECTION: Final = "redirection"  # table to put back, or None
PREFIX: Final = "prefix"  # saved variables, as `save_variables` gives them
CALL: Final = "call"  # ... parameters, saved local variables, whether failure counts, name of the function
EVAL: Final = "eval"  # ...
DOT: Final = "dot"  # ... parameters or None, name of the file
TRAP: Final = "trap"  # ... status to restore
EXIT_TRAP: Final = "exit trap"  # status

IFS_DEFAULT: Final = " \t\n"
LARGE_TEXT: Final = 256 * 1024  # values longer than this are accounted for as they are made
HELD_TEXT: Final = 128 << 20
SHELL_BYTES: Final = 1 << 20
TOO_MUCH_BYTES: Final = 1 << 50
_EMPTY: Final[frozenset[Any]] = frozenset()


@lru_cache(1024)
def _values_of(names: tuple[str, ...]) -> Callable[[Mapping[str, Value]], Any]:
    """What takes the values of some variables, at least two, as a tuple. KeyError where one is not set."""
    return itemgetter(*names)


class Job(NamedTuple):
    """Processes started together: `state` is Running, Stopped or Done; `statuses` of those that ended, by pid."""

    number: int
    pids: tuple[int, ...]
    text: str
    state: str = "Running"
    statuses: tuple[tuple[int, int], ...] = ()
    group: int = 0  # process group, 0 without job control
    asked: bool = False  # its end was already shown, or is not to be
    inherited: bool = False  # of the shell that this one was forked from: listed, and never waited for

    @property
    def status(self) -> int:
        return dict(self.statuses).get(self.pids[-1], 0)


class ShellState:
    """See the module; `Shell` adds running."""

    __slots__ = (
        "aliases",
        "attention",
        "attributes",
        "code",
        "dialect",
        "directories",
        "editor",
        "exports",
        "fed",
        "frames",
        "fuel",
        "functions",
        "getopts_offset",
        "hashed",
        "held_bytes",
        "history",
        "idle",
        "jobs",
        "last_background",
        "mode",
        "name",
        "options",
        "parameters",
        "passed",
        "pc",
        "pending_source",
        "pipe_statuses",
        "prompted",
        "readonly",
        "reaped",
        "reset_signals",
        "results",
        "root_pid",
        "script",
        "slow",
        "source_line",
        "stack",
        "started_ns",
        "status",
        "subshell_level",
        "substituted",
        "suppress",
        "system",
        "traps",
        "variables",
        "warned_of_jobs",
    )

    STORED: ClassVar[dict[str, Any]] = {
        "aliases": tuple[tuple[str, str], ...],
        "attributes": Mapping[str, str],
        "code": Code | None,
        "dialect": Dialect,
        "directories": tuple[str, ...],
        "editor": tuple[Any, ...] | None,
        "exports": frozenset[str],
        "fed": tuple[str, ...],
        "frames": list[tuple[Any, ...]],
        "fuel": int,
        "functions": Mapping[str, tuple[Code, int, str]],
        "getopts_offset": int,
        "hashed": tuple[str, ...],
        "held_bytes": bytes,
        "history": tuple[str, ...],
        "idle": bool,
        "jobs": tuple[Job, ...],
        "last_background": int,
        "mode": str,
        "name": str,
        "options": frozenset[str],
        "parameters": tuple[str, ...],
        "passed": tuple[Any, ...] | None,
        "pc": int,
        "pending_source": str,
        "pipe_statuses": tuple[int, ...],
        "prompted": bool,
        "readonly": frozenset[str],
        "reaped": Mapping[int, int],
        "reset_signals": tuple[tuple[int, str], ...],
        "root_pid": int,
        "script": str,
        "slow": bool,
        "source_line": int,
        "stack": list[Any],
        "started_ns": int,
        "status": int,
        "substituted": int,
        "subshell_level": int,
        "suppress": int,
        "traps": Mapping[int, str],
        "variables": dict[str, Value],
        "warned_of_jobs": bool,
    }
    """What is kept of it between slices; the rest is there only while it runs."""

    system: System  # only while running
    attention: bool  # a signal may have arrived in mid-slice; only while running
    results: tuple[str, ...]  # of command substitutions, only while a word is expanded

    def __init__(self, dialect: Dialect = ASH, name: str = "sh") -> None:
        self.dialect = dialect
        self.name = name
        self.mode = "command"  # command, script, stdin, interactive or fed
        self.script = ""  # the file to read, or the source of -c
        self.code: Code | None = None
        self.pc = 0
        self.stack: list[Any] = []
        self.frames: list[tuple[Any, ...]] = []
        self.variables: dict[str, Value] = {"IFS": IFS_DEFAULT, "OPTIND": "1"}
        self.exports: frozenset[str] = _EMPTY
        self.passed: tuple[Any, ...] | None = None  # exports, their names in order, their values, what was made of them
        self.readonly: frozenset[str] = _EMPTY
        self.attributes: Mapping[str, str] = {}  # name -> letters of declare: i, l, u, A
        self.parameters: tuple[str, ...] = ()
        self.functions: Mapping[str, tuple[Code, int, str]] = {}
        self.aliases: tuple[tuple[str, str], ...] = ()
        self.options: frozenset[str] = _EMPTY  # letters of set, long names for those without one
        self.traps: Mapping[int, str] = {}  # 0 is EXIT, -1 ERR, -2 DEBUG
        self.status = 0
        self.substituted = 0  # the status of the last command substitution of this command
        self.suppress = 0  # > 0 where a failure does not count for set -e
        self.fuel = 0
        self.slow = False  # fused operations do not hold: tracing, read-only variables ...
        self.jobs: tuple[Job, ...] = ()
        self.reaped: Mapping[int, int] = {}  # statuses of background children already forgotten by the kernel
        self.last_background = 0
        self.pipe_statuses: tuple[int, ...] = (0,)
        self.getopts_offset = 0
        self.reset_signals: tuple[tuple[int, str], ...] = ()  # what a forked child does with them first: number, how
        self.root_pid = 0
        self.subshell_level = 0
        self.directories: tuple[str, ...] = ()
        self.hashed: tuple[str, ...] = ()
        self.started_ns = 0
        self.pending_source = ""  # read from a terminal or standard input, not yet a command
        self.held_bytes = b""  # of standard input, the beginning of a character
        self.prompted = False
        self.warned_of_jobs = False
        self.source_line = 1  # of the first line of pending_source
        self.fed: tuple[str, ...] = ()
        self.idle = False
        self.editor: tuple[Any, ...] | None = None
        self.history: tuple[str, ...] = ()

    def copy_into(self, other: ShellState) -> None:
        """Everything but the system. Written out: a loop over the names takes five times as long."""
        other.aliases = self.aliases
        other.attributes = self.attributes
        other.code = self.code
        other.dialect = self.dialect
        other.directories = self.directories
        other.editor = self.editor
        other.exports = self.exports
        other.fed = self.fed
        other.frames = self.frames[:]
        other.fuel = self.fuel
        other.functions = self.functions
        other.getopts_offset = self.getopts_offset
        other.hashed = self.hashed
        other.held_bytes = self.held_bytes
        other.history = self.history
        other.idle = self.idle
        other.jobs = self.jobs
        other.last_background = self.last_background
        other.mode = self.mode
        other.name = self.name
        other.options = self.options
        other.parameters = self.parameters
        other.passed = self.passed
        other.pc = self.pc
        other.pending_source = self.pending_source
        other.pipe_statuses = self.pipe_statuses
        other.prompted = self.prompted
        other.readonly = self.readonly
        other.reaped = self.reaped
        other.reset_signals = self.reset_signals
        other.root_pid = self.root_pid
        other.script = self.script
        other.slow = self.slow
        other.source_line = self.source_line
        other.stack = self.stack[:]
        other.started_ns = self.started_ns
        other.status = self.status
        other.substituted = self.substituted
        other.subshell_level = self.subshell_level
        other.suppress = self.suppress
        other.traps = self.traps
        other.variables = self.variables.copy()
        other.warned_of_jobs = self.warned_of_jobs

    # small questions

    def is_bash(self) -> bool:
        return self.dialect.name == "bash"

    @property
    def interactive(self) -> bool:
        return self.mode == "interactive" and self.subshell_level == 0

    def environment(self) -> Mapping[str, str]:
        """What a child gets: the exported variables that are set; dash and ash list them by the buckets of their table.

        The same mapping as before while nothing has changed; it must not be changed.
        """
        variables, exports = self.variables, self.exports
        passed = self.passed
        if passed is not None and passed[0] is exports:
            try:
                if _values_of(passed[1])(variables) == passed[2]:
                    return passed[3]  # type: ignore[no-any-return]  # what was made below
            except KeyError:  # one of them has been unset
                pass
        names = tuple([name for name in variables if name in exports])
        names = names if self.is_bash() else in_buckets(names)
        made = {
            name: value if type(value) is str else str(value)
            for name in names
            if type(value := variables[name]) is not dict
        }
        made |= foreign(self.system.environment) if self.is_bash() else {}
        if len(names) == len(exports) > 1:
            self.passed = (exports, names, _values_of(names)(variables), made)
        return made

    def memory_bytes(self) -> int:
        return measure_plain([self.variables, self.stack])

    def account_memory(self) -> None:
        """Tell the kernel how much the variables hold: it may kill the shell for it.

        Simulated memory is real memory here, so past a bound the shell counts as having asked for more than any machine
        has.
        """
        held = self.memory_bytes()
        self.system.memory_use(SHELL_BYTES + held if held <= HELD_TEXT else TOO_MUCH_BYTES)

    def recompute_slow(self) -> None:
        self.slow = bool(
            self.readonly or self.attributes or self.options & {"x", "a", "u", "n", "v"} or -2 in self.traps
        )

    def active_aliases(self) -> tuple[tuple[str, str], ...]:
        """Those that the parser replaces: bash does so only when it is interactive, or told to."""
        if not self.is_bash() or self.mode in ("interactive", "fed") or "expand_aliases" in self.options:
            return self.aliases
        return ()

    def trace_prefix(self) -> str:
        """What set -x puts before a line: PS4, its first character doubled in bash's subshells."""
        prefix = str(self.variables.get("PS4", "+ "))
        return prefix[:1] * self.subshell_level + prefix if self.is_bash() and self.subshell_level else prefix

    # what the machine adds

    def run(self, system: System) -> int | None:
        """One slice; see `Body`."""
        raise NotImplementedError

    def copy(self) -> ShellState:
        """Likewise."""
        raise NotImplementedError

    def for_child(self, pc: int, ignored: tuple[int, ...] = ()) -> ShellState:
        """A copy that begins at `pc`, as a forked child."""
        raise NotImplementedError

    def for_script(self, path: str, argv: tuple[str, ...], source: str) -> ShellState:
        """A shell that runs a file without #!."""
        raise NotImplementedError

    def default_disposition(self, number: int) -> str:
        """How a signal without a trap is taken."""
        raise NotImplementedError

    def caught_signals(self) -> list[int]:
        """Those for which the kernel was told to catch."""
        raise NotImplementedError

    def next_signal(self) -> int | None:
        """The next caught signal."""
        raise NotImplementedError

    def peek_signal(self) -> int | None:
        """The next caught signal, which stays to be taken."""
        raise NotImplementedError

    def report_syntax(self, problem: SyntaxProblem, source: str, context: str = "") -> None:
        """Print a syntax error as the shell does."""
        raise NotImplementedError

    def start_source(self, source: str, first_line: int = 1) -> int:
        """Begin with a new top-level source."""
        raise NotImplementedError

    def next_input(self) -> int:
        """At the end of the source: read on, or exit."""
        raise NotImplementedError

    # output

    def out(self, text: str) -> None:
        self.system.put(text.encode("utf-8", "surrogateescape"), 1)

    def error(self, text: str) -> None:
        self.system.put(text.encode("utf-8", "surrogateescape"), 2)

    def line(self) -> int:
        """The number of the source line that is running."""
        return self.code.line(self.pc) if self.code is not None else self.source_line

    def complain(self, message: str, command: str = "") -> None:
        """An error message on standard error with the shell's own prefix, each in its own form."""
        self.error(f"{self.prefix(command)}{message}\n")

    def prefix(self, command: str = "") -> str:
        named = f"{command}: " if command else ""
        if self.dialect.name == "dash":
            return f"{self.name}: {self.line()}: {named}"
        if self.dialect.name == "bash":
            where = "" if self.interactive or self.mode == "fed" else f"line {self.line()}: "
            name = "bash" if self.mode == "fed" else self.name
            return f"{name}: {where}{named}"
        if self.mode == "script" or (command and not self.interactive):
            return f"{self.name}: {named}line {self.line() - (self.mode == 'command')}: "
        return f"{self.name}: {named}"
