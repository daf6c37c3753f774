"""The shell that runs: a process body made of `ShellState`, the loop over linked operations, and where commands come
from.

Between operations the state is consistent: errors are caught here, a call that blocks leaves the shell at the operation
that made it, and signals are looked at when a slice begins and at safe places. It must not know single operations.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from fakedocker.base.numbers import is_too_large
from fakedocker.base.regex import LimitExceeded
from fakedocker.kernel.marks import TOO_LARGE
from fakedocker.kernel.program import Block, System
from fakedocker.userland.sh import (
    builtins,
    commands,
    control,
    fusion,
    operations,
    prefixes,
    processes,
    redirections,
    words,
)
from fakedocker.userland.sh.code import Code, CodeKey, code_for
from fakedocker.userland.sh.commands import ReportedError
from fakedocker.userland.sh.dialect import (
    ASH,
    BASH,
    DIALECTS,
    Dialect,
    Incomplete,
    ShellError,
    SyntaxProblem,
    syntax_message,
)
from fakedocker.userland.sh.invocation import Invocation, InvocationProblem, parse_invocation
from fakedocker.userland.sh.parser import Parser
from fakedocker.userland.sh.startup import begin
from fakedocker.userland.sh.state import ShellState

VOCABULARY: Final = (builtins, commands, fusion, operations, prefixes, processes, redirections, words)
"""Imported for what they enter in the tables of operations and builtins."""

SLICE_FUEL: Final = 2000  # back edges and calls
_INTERRUPT: Final = 2
_JOB_SIGNALS: Final = (3, 15, 20, 21, 22)  # QUIT, TERM, TSTP, TTIN, TTOU: ignored by an interactive shell


class Shell(ShellState):
    """A shell as a process body; see `ShellState` for its memory."""

    __slots__ = ("pending_signals",)
    __stored__: ClassVar[dict[str, Any]] = {**ShellState.STORED, "pending_signals": tuple[int, ...]}

    def __init__(self, dialect: Dialect = ASH, name: str = "sh") -> None:
        super().__init__(dialect, name)
        self.pending_signals: tuple[int, ...] = ()  # taken from the kernel, their traps not yet run

    # making

    @classmethod
    def from_command(
        cls, source: str, name: str = "sh", parameters: tuple[str, ...] = (), options: str = "", dialect: Dialect = ASH
    ) -> Shell:
        """sh -c source name parameters, with the option letters given."""
        return cls._made(Invocation("command", source, name, parameters, frozenset(options)), dialect)

    @classmethod
    def from_script(
        cls, path: str, parameters: tuple[str, ...] = (), options: str = "", dialect: Dialect = ASH
    ) -> Shell:
        """sh path parameters; the file is read when the shell first runs."""
        return cls._made(Invocation("script", path, path, parameters, frozenset(options)), dialect)

    @classmethod
    def from_argv(cls, argv: tuple[str, ...], dialect: Dialect) -> Shell:
        """From a command line. A wrong one is complained of when the shell first runs."""
        try:
            return cls._made(parse_invocation(argv, dialect), dialect)
        except InvocationProblem as problem:
            shell = cls(dialect, argv[0] if argv else dialect.name)
            shell.mode, shell.script = "broken", str(problem)
            return shell

    @classmethod
    def for_terminal(cls, name: str = "bash", dialect: Dialect = BASH) -> Shell:
        """A shell that is fed complete commands by a driver; see `feed`."""
        return cls._made(Invocation("fed", "", name, (), frozenset()), dialect)

    @classmethod
    def _made(cls, invocation: Invocation, dialect: Dialect) -> Shell:
        shell = cls(dialect, invocation.name)
        shell.mode = invocation.mode
        shell.script = invocation.source
        shell.parameters = invocation.parameters
        shell.options = invocation.options
        return shell

    # what a driver sees

    def feed(self, source: str) -> None:
        """Queue one complete command (lines as `parse` accepts them). The process must be made to run afterwards."""
        self.fed = (*self.fed, source)
        self.idle = False

    @property
    def last_status(self) -> int:
        """$? as the driver may show it."""
        return self.status

    # a body

    def copy(self) -> Shell:
        other = type(self).__new__(type(self))
        self.copy_into(other)
        other.pending_signals = self.pending_signals
        return other

    def run(self, system: System) -> int | None:
        """One slice; see `Body`."""
        self.system = system
        self.attention = False
        self.fuel = SLICE_FUEL
        if self.code is None or self.reset_signals or self.root_pid < 0:
            self._prepare()
        while True:
            result = self._interpret()
            if result == control.EXITED:
                return self.status & 255
            if result == control.YIELD:
                return None
            if result == control.BLOCKED:
                raise Block

    def _prepare(self) -> None:
        """Before the first operation of a new shell or a forked child."""
        for number, how in self.reset_signals:
            self.system.catch(number, how)
        self.reset_signals = ()
        if self.root_pid < 0:
            self.root_pid = self.system.pid
            self.started_ns = self.system.now_ns
        if self.code is None:
            begin(self)

    def _interpret(self) -> int:
        """Run operations until control is given up; gives SWITCH, YIELD, EXITED or BLOCKED."""
        code = self.code
        assert code is not None
        linked = code.linked
        pc = self.pc
        try:
            if self.pending_signals or self.system.signals_pending():
                safe = code.safe
                while pc >= 0:
                    if pc in safe and (caught := self.next_signal()) is not None:
                        pc = self._caught(caught, pc)
                        continue
                    pc = linked[pc](self)
            else:
                while pc >= 0:
                    pc = linked[pc](self)
        except Block:
            self.pc = pc
            raise
        except ShellError as problem:
            self.pc = pc
            if not isinstance(problem, ReportedError):
                self.complain(problem.message)
            pc = control.fail(self, problem)
        except SyntaxProblem as problem:
            self.pc = pc
            pc = self._syntax_failed(problem)
        except (RecursionError, LimitExceeded):
            self.pc = pc
            self.complain("expression too complex")
            pc = control.fail(self, ShellError("", 2))
        except (ValueError, OverflowError) as problem:
            if not is_too_large(problem):
                raise
            self.pc = pc
            self.system.unsimulated(TOO_LARGE)
            pc = control.fail(self, ShellError("", 2))
        return pc

    # signals

    def next_signal(self) -> int | None:
        """The next caught signal; `wait` looks at it and leaves it for its trap."""
        if self.pending_signals:
            first, *rest = self.pending_signals
            self.pending_signals = tuple(rest)
            return first
        return self.system.take_signal()

    def peek_signal(self) -> int | None:
        """The same, but it stays to be taken."""
        number = self.next_signal()
        if number is not None:
            self.pending_signals = (number, *self.pending_signals)
        return number

    def _caught(self, number: int, pc: int) -> int:
        action = self.traps.get(number)
        if action:
            return control.run_trap(self, action, pc)
        if number != _INTERRUPT or action == "":
            return pc
        if self.interactive or self.mode == "fed":
            control.abandon(self)
            self.status = 130
            assert self.code is not None
            self.code = self._empty()
            self.pc = 0
            return control.SWITCH
        # busybox and dash catch SIGINT themselves and then die of it; as process 1, which the signal spares, they exit
        self.system.catch(_INTERRUPT, "default")
        self.system.kill(self.system.pid, _INTERRUPT)
        return control.exit_shell(self, 130)

    def default_disposition(self, number: int) -> str:
        """How a signal without a trap is taken."""
        if self.subshell_level:
            return "default"
        if self.mode in ("interactive", "fed"):
            if number == _INTERRUPT:
                return "catch"
            return "ignore" if number in _JOB_SIGNALS and self.mode == "interactive" else "default"
        if number == _INTERRUPT and self.mode == "command" and not self.is_bash():
            return "catch"
        return "default"

    def caught_signals(self) -> list[int]:
        """Those for which the kernel was told to catch."""
        numbers = {number for number, action in self.traps.items() if number > 0 and action}
        return sorted(numbers | {number for number in (_INTERRUPT,) if self.default_disposition(number) == "catch"})

    # children

    def for_child(self, pc: int, ignored: tuple[int, ...] = ()) -> Shell:
        """A copy that begins at `pc` as a forked child: traps are reset, what was ignored stays so (POSIX 2.12).

        Args:
            ignored: further signals to ignore: of a background child without job control, INT and QUIT.
        """
        child = self.copy()
        child.pc = pc
        child.stack = []
        child.frames = []
        child.subshell_level += 1
        child.jobs = ()
        child.reaped = {}
        child.pending_signals = ()
        changed = [(number, "default") for number in self.caught_signals()]
        if self.interactive:
            changed += [(number, "default") for number in _JOB_SIGNALS if number not in self.traps]
        changed += [(number, "ignore") for number in ignored]
        child.reset_signals = tuple(changed)
        child.traps = {number: action for number, action in self.traps.items() if not action and number > 0}
        child.options -= {"m"}
        return child

    def for_script(self, path: str, argv: tuple[str, ...], source: str) -> Shell:
        """A shell for a file without #!, which execve refuses (ENOEXEC)."""
        child = Shell.from_script(path, argv[1:], dialect=self.dialect)
        child.reset_signals = tuple((number, "default") for number in self.caught_signals())
        child.variables.update(self.environment())
        child.exports = frozenset(self.environment())
        child.root_pid = -1  # its own, once it runs
        child.code = code_for(CodeKey(source, 0, self.dialect))
        return child

    # where commands come from

    def _empty(self) -> Code:
        return code_for(CodeKey("", 0, self.dialect))

    def next_input(self) -> int:
        """At the end of a source at top level: the next one, or the end of the shell."""
        if self.subshell_level or self.mode in ("command", "script"):
            return self._exit_at_end()
        if self.mode == "fed":
            return self._next_fed()
        from fakedocker.userland.sh import interactive

        if self.mode == "interactive":
            return interactive.next_command(self)
        return interactive.next_from_stdin(self)

    def _exit_at_end(self) -> int:
        """Exit after the last command, once the signals are looked at that it brought."""
        assert self.code is not None
        end = len(self.code.operations) - 1
        while (number := self.next_signal()) is not None:
            following = self._caught(number, end)
            if following != end:
                return following
        return control.exit_shell(self, self.status)

    def _next_fed(self) -> int:
        """Wait, in a way the driver can see, until there is something to do."""
        if not self.fed:
            self.idle = True
            self.system.drain()
            self.system.pause_for_signal()
            if (number := self.next_signal()) is not None and (action := self.traps.get(number)):
                return control.run_trap(self, action, self.pc)
            return control.SWITCH
        self.idle = False
        source, *rest = self.fed
        self.fed = tuple(rest)
        return self.start_source(source)

    def start_source(self, source: str, first_line: int = 1) -> int:
        """Begin with a new top-level source."""
        key = CodeKey(source, 0, self.dialect, first_line, False, self.active_aliases())
        self.code = code_for(key)
        self.pc = 0
        return control.SWITCH

    # syntax errors

    def _syntax_failed(self, problem: SyntaxProblem) -> int:
        code = self.code
        assert code is not None
        if problem.kind == "sentence" and self.is_bash():  # bash finds these out when it runs the command
            self.complain(problem.token)
            self.status = 1
        else:
            self.report_syntax(problem, code.key.source)
            self.status = 2
        self.system.set_marked(False)
        if (self.interactive or self.mode == "fed") and not self.subshell_level:
            control.abandon(self)
            self.code = self._empty()
            self.pc = 0
            return control.SWITCH
        return control.exit_shell(self, self.status)

    def report_syntax(self, problem: SyntaxProblem, source: str, context: str = "") -> None:
        """Print a syntax error as the shell does; bash shows the line again."""
        assert self.code is not None
        said = syntax_message(self.dialect, problem)
        line = self.code.key.first_line + source.count("\n", 0, problem.offset)
        if self.dialect.name == "dash":
            named = f"{context}: " if context else ""
            self.error(f"{self.name}: {line}: {named}{said}\n")
            return
        if self.dialect.name == "ash":
            self._report_ash(said, line, context)
            return
        quiet = self.interactive or self.mode == "fed"
        at_end = problem.token == "end of file"
        where = "" if quiet else f"line {line + (at_end and not source.endswith(chr(10)))}: "
        if problem.kind == "quote":
            where = "" if quiet else f"line {line}: "
        named = f"{context}: " if context else "-c: " if self.mode == "command" else ""
        self.error(f"{self.name}: {named}{where}{said}\n")
        if problem.kind == "token" and not at_end and not quiet:
            lines = source.split("\n")
            self.error(f"{self.name}: {named}{where}`{lines[source.count(chr(10), 0, problem.offset)]}'\n")

    def _report_ash(self, said: str, line: int, context: str) -> None:
        if self.mode == "script":
            self.error(f"{self.name}: line {line}: {said}\n")
        elif context:
            self.error(f"{self.name}: {context}: line {line - 1}: {said}\n")
        else:
            self.error(f"{self.name}: {said}\n")


def is_complete(source: str, dialect: Dialect = BASH, aliases: Mapping[str, str] | None = None) -> bool:
    """Whether a shell would run this, or complain of it, rather than ask for another line."""
    try:
        parser = Parser(source, 0, dialect, False, aliases)
        while parser.complete_command() is not None:
            pass
    except Incomplete:
        return False
    except SyntaxProblem:
        return True
    return True


def shell_for(name: str, argv: tuple[str, ...]) -> Shell:
    """The body of a shell program: `name` is that of the program (sh, ash, dash, bash)."""
    return Shell.from_argv(argv, DIALECTS[name])
