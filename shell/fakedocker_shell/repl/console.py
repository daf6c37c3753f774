"""The terminal without its line editor: takes one complete input after the other, and keeps what there is to go back to.

Owns what happens around a command: the world before it, what it printed, the calls it made, an error of ours in it. Lines
that begin with a colon are the terminal's own commands, see `meta`; all others are the host's shell's. It must not know
prompt_toolkit.
"""

from __future__ import annotations

import difflib
import os
import re
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from fakedocker.exchanges import Exchange, TimeMode
from fakedocker.userland.sh.machine import Shell, is_complete
from fakedocker.world.world import Event, World
from fakedocker_shell.repl import explain, state_directory
from fakedocker_shell.repl.foreground import Foreground
from fakedocker_shell.repl.pager import Pager
from fakedocker_shell.repl.screen import Screen
from fakedocker_shell.repl.timeline import Timeline, differs
from fakedocker_shell.session import Session, make_engine

KEPT_OUTPUT_BYTES = 1 << 16
WAIT_STEP_NS = 10_000_000_000
"""How much virtual time passes in `wait` between two looks at the keys."""
_META = re.compile(r"\s*:[A-Za-z?]")
_SEQUENCE = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")
_UNKNOWN = re.compile(r"docker: unknown command: (docker(?: \S+)*) (\S+)")
_LEAVING = {"logout": "exit"}
"""A login shell's word, which the fed shell, being none, would refuse."""
_STATUS_AFTER_INTERRUPT = 130
_FLEETING_VARIABLES = frozenset({"_", "PIPESTATUS", "LINENO", "RANDOM", "SECONDS", "BASH_COMMAND"})


def nearest(word: str, names: Iterable[str]) -> str:
    """The name that a mistyped word most likely stands for; "" where none is near."""
    known = list(names)
    swapped = [name for name in known if sorted(name) == sorted(word)]
    return (swapped or difflib.get_close_matches(word, known, 1) or [""])[0]


def _memory(shell: Shell | None) -> tuple[object, ...]:
    """What of a shell's memory counts as changed by a command; $_ and its like change with each."""
    if shell is None:
        return ()
    variables = {name: value for name, value in shell.variables.items() if name not in _FLEETING_VARIABLES}
    return variables, shell.functions, shell.aliases, shell.options, shell.exports, shell.traps


class Console:
    """A session on the simulated host, one command at a time.

    Args:
        screen: where output goes and, while a command runs, keys come from.
        clock: the wall's, in nanoseconds.
        meta: runs a command of the terminal's own: (console, name, argument) -> what to show.
        seed: see `genesis`.
        environment: of the real machine; only NO_COLOR, TERM, FAKEDOCKER_PAGER and where the state directory is are looked at.
    """

    def __init__(
        self,
        screen: Screen,
        clock: Callable[[], int],
        meta: Callable[[Console, str, str], str],
        seed: int = 0,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.screen = screen
        self._meta = meta
        self.environment = os.environ if environment is None else environment
        self.colours = "NO_COLOR" not in self.environment and self.environment.get("TERM") != "dumb"
        self.engine, live = make_engine(seed, TimeMode.LEAP)
        self.engine.journaling = False
        live.observe = self._begun
        self.session = Session(self.engine, self._output, screen.size())
        self.session.run_fed()
        while self.engine.turn():
            continue
        self.foreground = Foreground(self.session, screen, clock)
        self.timeline = Timeline(self.engine.snapshot())
        self.explaining = False
        self.paging = bool(self.environment.get("FAKEDOCKER_PAGER"))
        self.status = 0
        """Of the last command, as the prompt shows it."""
        self.last_output = b""
        self.last_command = ""
        self.last_status = 0
        self._exchanges: list[Exchange] = []
        self._recent: deque[str] = deque(maxlen=state_directory.COMMANDS_IN_REPORT)
        self._pager: Pager | None = None
        self._held: list[bytes] | None = None
        self._pending: list[str] = []
        self._line_open = False
        self._broken = False

    # what the line editor asks

    @property
    def ended(self) -> bool:
        """Whether the shell has been left."""
        return self.session.status is not None

    @property
    def exit_status(self) -> int:
        return self.session.status or 0

    @property
    def directory(self) -> str:
        """Where the shell is, as a prompt shows it: with ~ for the home directory."""
        shell = self.session.shell
        if shell is None:
            return "~"
        path, home = (str(shell.variables.get(name, "")) for name in ("PWD", "HOME"))
        if home not in ("", "/") and (path == home or path.startswith(home + "/")):
            return "~" + path[len(home) :]
        return path or "/"

    @property
    def editing_mode(self) -> str:
        """vi, emacs, or "" when the shell was told neither (set -o vi)."""
        options: frozenset[str] = self.session.shell.options if self.session.shell is not None else frozenset()
        return "vi" if "V" in options else "emacs" if "E" in options else ""

    def is_complete(self, text: str) -> bool:
        """Whether Enter runs this, rather than asking for another line."""
        if _META.match(text) or not text.strip():
            return True
        shell = self.session.shell
        return is_complete(text, aliases=dict(shell.active_aliases()) if shell is not None else None)

    # running

    def run(self, text: str, keys: bytes = b"") -> bytes:
        """Run one complete input. An error of ours leaves the world as it was, and one line is told about it.

        Args:
            keys: what was typed after it already.

        Returns:
            what of the keys, and of those typed meanwhile, nobody has read.
        """
        if not text.strip():
            return keys
        self._recent.append(text)
        self._broken = False
        self.open_output()
        before = self.engine.snapshot()
        try:
            if _META.match(text):
                self._run_meta(text.strip())
            else:
                keys = self._run_command(text, keys)
        except KeyboardInterrupt:
            self.status = _STATUS_AFTER_INTERRUPT
        except Exception:
            self._failed(traceback.format_exc(), world_is_kept=self._back_to(before))
        self._report_faults()
        return keys

    def _run_meta(self, text: str) -> None:
        name, _, argument = text[1:].partition(" ")
        self.say(self._meta(self, name, argument.strip()))

    def _run_command(self, text: str, keys: bytes) -> bytes:
        self.foreground.pacer.catch_up()
        before, shell_before = self.engine.snapshot(), _memory(self.session.shell)
        self._exchanges.clear()
        self.last_output, self.last_command = b"", text
        self._pager = Pager(self.screen) if self.paging else None
        self._line_open = False
        try:
            unread = self.foreground.run(_LEAVING.get(text.strip(), text), keys)
        finally:
            self._pager = None
        self.close_line(unread)
        shell = self.session.shell
        self.status = self.last_status = self.exit_status if shell is None else shell.last_status
        if differs(before, self.engine.snapshot()) or shell_before != _memory(shell):
            self.timeline.push(text, before)
        self.suggest()
        if self.explaining:
            self.say(self._explanation(before))
        return unread

    def tick(self) -> bytes:
        """Let time at the prompt pass: background work goes on. Gives what it has printed meanwhile."""
        if self._broken or self.ended:
            return b""
        self._held = []
        for text in self._pending:
            self.show(text, "31")
        self._pending.clear()
        before = self.engine.snapshot()
        try:
            self.foreground.pacer.catch_up()
            for _ in range(20):
                if not self.engine.turn():
                    break
        except Exception:
            self._broken = True  # it would come again with every tick
            self._failed(traceback.format_exc(), world_is_kept=self._back_to(before))
        finally:
            printed = b"".join(self._held)
            self._held = None
        return printed

    def open_output(self) -> None:
        """From here on output is shown at once."""
        self._held = None

    def wait(self, duration_ns: int) -> list[Event]:
        """Let virtual time pass; gives the events on the way. Ctrl-C ends it early, with what has passed until then."""
        engine = self.engine
        self.foreground.pacer.catch_up()
        first = engine.world.events.end
        target_ns = engine.now_ns + duration_ns
        with self.screen.raw():
            while engine.now_ns < target_ns and b"\x03" not in self.screen.read(0.0):
                due_ns = engine.draft.kernel.next_timer_ns()
                quiet_ns = target_ns if due_ns is None else max(due_ns, engine.now_ns + WAIT_STEP_NS)
                engine.advance(min(target_ns, quiet_ns))
                while engine.turn():
                    continue
        self.foreground.pacer.rebase()
        return engine.world.events.entries(first)

    # going back

    def restore(self, world: World) -> None:
        """Put another world in place of the present one."""
        self.engine.restore(world)
        self.session.resize(*self.screen.size())
        self.foreground.pacer.rebase()
        shell = self.session.shell
        self.status = shell.last_status if shell is not None else 0

    def _back_to(self, world: World) -> bool:
        """After an error of ours: whether the world before it could be put back."""
        try:
            self.restore(world)
        except Exception:
            return False
        return True

    # what is shown

    def say(self, text: str) -> None:
        """Show words of the terminal's own: dim, and never where docker's output goes."""
        if text:
            self.show(text, "2")

    def show(self, text: str, attributes: str = "") -> None:
        """Show text.

        Args:
            attributes: of the terminal's SGR sequence: "2" is dim; left out without colours.
        """
        lines = text.rstrip("\n").split("\n")
        if attributes and self.colours:
            lines = [f"\x1b[{attributes}m{line}\x1b[m" for line in lines]
        data = "".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape")
        if self._held is not None:
            self._held.append(data)
        else:
            (Pager(self.screen) if self.paging else self.screen).write(data)

    def close_line(self, unread: bytes = b"") -> None:
        """Begin a new line where output has ended within one.

        Args:
            unread: what was typed early: its echo is wiped out, as the prompt shows it again.
        """
        if not self._line_open:
            return
        self._line_open = False
        if unread and self.last_output.rpartition(b"\n")[2] == unread:
            self.screen.write(b"\r\x1b[K")
        else:
            self.show("" if self.last_output.endswith(b"^C") else "⏎", "2")

    def suggest(self) -> None:
        """After an unknown docker command: the one that may have been meant."""
        match = _UNKNOWN.search(self.last_output.decode("utf-8", "replace")) if self.status else None
        if match is None:
            return
        from fakedocker_shell.cli.table import find

        parent = find(match[1].removeprefix("docker").strip())
        near = nearest(match[2], parent.subcommands if parent is not None else ())
        if near:
            self.say(f"did you mean `{near}`?")

    def _explanation(self, before: World) -> str:
        lines = [f"call   {line}" for line in explain.calls(self._exchanges)]
        lines += [f"world  {line}" for line in explain.changes(before, self.engine.snapshot())]
        return "\n".join(lines) or "no calls to the engine, nothing changed"

    def _begun(self, exchange: Exchange) -> None:
        self.foreground.begun(exchange)
        if self.explaining:
            self._exchanges.append(exchange)

    def _output(self, fd: int, data: bytes) -> None:
        del fd  # a terminal has one stream
        self.last_output = (self.last_output + data)[-KEPT_OUTPUT_BYTES:]
        self.foreground.pacer.spoke()
        if self._held is not None:
            self._held.append(data)
            return
        tail = _SEQUENCE.sub(b"", data).strip(b"\r")  # clearing the screen leaves the cursor in an empty line
        if tail:
            self._line_open = not tail.endswith(b"\n")
        pager = self._pager
        (pager if pager is not None and self._is_cooked() else self.screen).write(data)

    def _is_cooked(self) -> bool:
        """Whether the terminal is in its usual mode; programs that take it over are not paged."""
        return self.session.is_cooked

    # errors of ours

    def _failed(self, problem: str, world_is_kept: bool) -> None:
        report = self._report(problem)
        self.status = state_directory.ERROR_STATUS
        self.show(state_directory.told(report, world_is_kept), "31")

    def _report(self, problem: str) -> Path | None:
        return state_directory.write_report(self.environment, problem, list(self._recent))

    def report_failure(self) -> None:
        """Write down the exception that is being handled, which was none of the world's; it is told at the next tick."""
        self._pending.append(state_directory.told(self._report(traceback.format_exc()), world_is_kept=False))

    def _report_faults(self) -> None:
        """A simulated program of ours that has failed was ended alone; the world goes on."""
        faults = self.engine.draft.faults
        if faults:
            report = self._report("\n".join(faults))
            faults.clear()
            self.show(state_directory.told(report, world_is_kept=False), "31")
