"""The terminal without its line editor: takes one complete input after the other, and keeps what there is to go back
to.

Owns what happens around a command: the world before it, what it printed, the calls it made, an error of ours in it.
Lines that begin with a colon are the terminal's own commands, see `meta`; all others are the host's shell's. It must
not know prompt_toolkit.
"""

from __future__ import annotations

import os
import re
import traceback
import zlib
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

from fakedocker.base.profiles import DEFAULT
from fakedocker.engine.inflight import Exchange, TimeMode
from fakedocker.userland.sh.machine import is_complete
from fakedocker.world.world import Event, World
from fakedocker_shell.repl import explain, state_directory
from fakedocker_shell.repl.foreground import Foreground
from fakedocker_shell.repl.history import Moment
from fakedocker_shell.repl.interaction import Interaction, Typed, unattended
from fakedocker_shell.repl.pager import Pager
from fakedocker_shell.repl.terminal_session import TerminalSession
from fakedocker_shell.repl.words import nearest

KEPT_OUTPUT_BYTES = 1 << 16
_META = re.compile(r"\s*:[A-Za-z?]")
_SEQUENCE = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")
_UNKNOWN = re.compile(r"docker: unknown command: (docker(?: \S+)*) (\S+)")
_LEAVING = {"logout": "exit"}
"""A login shell's word, which the fed shell, being none, would refuse."""
_STATUS_AFTER_INTERRUPT = 130


class Console(TerminalSession):
    """A session on the simulated host, one command at a time.

    Args:
        write: shows bytes as they are.
        size: rows and columns of the screen at the beginning; later it comes with what is typed.
        meta: runs a command of the terminal's own: (console, name, argument) -> what to show.
        seed: see `genesis`.
        environment: of the real machine; only NO_COLOR, TERM, FAKEDOCKER_PAGER and where the state directory is are
            looked at.
        profile, date, assume, storage: see `TerminalSession`.
    """

    def __init__(
        self,
        write: Callable[[bytes], None],
        size: tuple[int, int],
        meta: Callable[[Console, str, str], Interaction[str]],
        seed: int = 0,
        environment: Mapping[str, str] | None = None,
        profile: str = DEFAULT,
        date: str = "",
        assume: bool = False,
        storage: str = "",
    ) -> None:
        self._write = write
        self._size = size
        self.shown_sum = 0
        """The CRC of all that was shown, but for where reports of errors are: whether a session that is played again is
        the same."""
        self.journal_text: Callable[[], bytes] = bytes
        """The session's journal until now, for reports; b"" where none is kept."""
        self._meta = meta
        variables = os.environ if environment is None else environment
        self.colours = "NO_COLOR" not in variables and variables.get("TERM") != "dumb"
        super().__init__(self._output, TimeMode.LEAP, size, seed, None, variables, profile, date, assume, storage)
        self.foreground = Foreground(self.session, 0)
        self.paging = bool(self.environment.get("FAKEDOCKER_PAGER"))
        self._recent: deque[str] = deque(maxlen=state_directory.COMMANDS_IN_REPORT)
        self._held: list[bytes] | None = None
        self._pending: list[str] = []
        self._line_open = False
        self._broken = False

    # what the line editor asks

    @property
    def columns(self) -> int:
        return self._size[1]

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
    def prompt(self) -> str:
        """What the shell asks for a line with."""
        return f"root@docker-host:{self.directory}# "

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

    def run(self, text: str, typed: Typed) -> Interaction[bytes]:
        """Run one complete input. An error of ours leaves the world as it was, and one line is told about it.

        Args:
            typed: the time, and what was typed after it already.

        Returns:
            what of the keys, and of those typed meanwhile, nobody has read.
        """
        keys = typed.keys
        self._see(typed)
        if not text.strip():
            return keys
        self._recent.append(text)
        self._broken = False
        self._held = None
        if self.recorder is not None:
            self.foreground.pacer.catch_up(
                self.foreground.share()
            )  # what was waited at the prompt is none of the command's time
        before, began_ns, recorder = self.moment(), self.engine.now_ns, self.recorder
        try:
            if _META.match(text):
                yield from self._run_meta(text.strip())
            else:
                keys = yield from self._run_command(text, keys)
            if recorder is not None:
                recorder.add(text, began_ns, self.engine.now_ns, self.status)
            self._look_at_goal()
        except KeyboardInterrupt:
            self.status = _STATUS_AFTER_INTERRUPT
        except Exception:
            self._failed(traceback.format_exc(), world_is_kept=self._back_to(before))
        self._report_faults()
        return keys

    def _see(self, typed: Typed) -> None:
        self._size = typed.size
        self.foreground.see(typed)

    def _look_at_goal(self) -> None:
        """Tell when a lesson's goal is reached."""
        if self.lesson is None or self.lesson.is_solved:
            return
        from fakedocker_shell.scenarios.learning import after_command

        told = after_command(self, self.lesson, self.environment)
        if told:
            self.announce(told, "1;32")

    def _run_meta(self, text: str) -> Interaction[None]:
        name, _, argument = text[1:].partition(" ")
        shown = yield from self._meta(self, name, argument.strip())
        yield from self._paged(lambda: self.say(shown))

    def _paged(self, show: Callable[[], None]) -> Interaction[None]:
        """Show something a screenful after the other, if that is wanted."""
        if not self.paging:
            show()
            return
        self.foreground.pager = Pager(self._put, self._size[0])
        try:
            show()
            yield from self.foreground.page()
        finally:
            self.foreground.pager = None

    def _run_command(self, text: str, keys: bytes) -> Interaction[bytes]:
        self.foreground.pacer.catch_up(self.foreground.share())
        before = self.engine.snapshot()
        self._line_open = False
        with self.noting(text):
            self.foreground.pager = Pager(self._put, self._size[0]) if self.paging else None
            try:
                unread = yield from self.foreground.run(_LEAVING.get(text.strip(), text), keys)
                yield from self.foreground.page()
            finally:
                self.foreground.pager = None
            self.close_line(unread)
        self.suggest()
        if self.explaining:
            explanation = self._explanation(before)
            yield from self._paged(lambda: self.say(explanation))
        elif self.diffing:
            changes = "\n".join(explain.changes(before, self.engine.snapshot()))
            yield from self._paged(lambda: self.say(changes))
        return unread

    def tick(self, now_ns: int) -> bytes:
        """Let time at the prompt pass: background work goes on. Gives what it has printed meanwhile.

        Args:
            now_ns: the wall's clock.
        """
        self.foreground.now_ns = now_ns
        if self._broken or self.ended:
            return b""
        self._held = []
        before = self.moment()
        try:
            share = self.foreground.share()
            self.foreground.pacer.catch_up(share)
            for _ in range(20):
                if not self.engine.turn(pause=share):
                    break
        except Exception:
            self._broken = True  # it would come again with every tick
            self._failed(traceback.format_exc(), world_is_kept=self._back_to(before))
        finally:
            printed = b"".join(self._held)
            self._held = None
            self.shown_sum = zlib.crc32(printed, self.shown_sum)
        told = b"".join(self._lines(text, "31") for text in self._pending)
        self._pending.clear()
        return told + printed

    def glance(self, name: str) -> str:
        """What one of the terminal's own commands shows that takes no argument and changes nothing, between two inputs."""
        status = self.status
        shown = unattended(self._meta(self, name, ""))
        self.status = status
        return shown

    def wait(self, duration_ns: int) -> Interaction[list[Event]]:
        """As `TerminalSession.wait`, from the present on. Ctrl-C ends it early, with what has passed until then."""
        self.foreground.pacer.catch_up(self.foreground.share())
        events = yield from super().wait(duration_ns)
        self.keep_pace()
        return events

    def keep_pace(self) -> None:
        self.foreground.pacer.rebase()

    # going back

    def restore(self, moment: Moment) -> None:
        super().restore(moment)
        self.session.resize(*self._size)
        self.keep_pace()

    def _back_to(self, moment: Moment) -> bool:
        """After an error of ours: whether the state before it could be put back."""
        try:
            self.restore(moment)
        except Exception:
            return False
        return True

    # what is shown

    def say(self, text: str) -> None:
        """Show words of the terminal's own: dim, and never where docker's output goes."""
        if text:
            self.show(text, "2")

    def announce(self, text: str, attributes: str = "1") -> None:
        first, newline, rest = text.partition("\n")
        self.show(first, attributes)
        if newline:
            self.show(rest)

    def show(self, text: str, attributes: str = "") -> None:
        """Show text.

        Args:
            attributes: of the terminal's SGR sequence: "2" is dim; left out without colours.
        """
        data = self._lines(text, attributes)
        if self._held is not None:
            self._held.append(data)
        elif self.foreground.pager is not None:
            self.foreground.pager.write(data)
        else:
            self._put(data)

    def _lines(self, text: str, attributes: str) -> bytes:
        """Text as a terminal takes it that is in raw mode."""
        lines = text.rstrip("\n").split("\n")
        if attributes and self.colours:
            lines = [f"\x1b[{attributes}m{line}\x1b[m" for line in lines]
        return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape")

    def _put(self, data: bytes) -> None:
        """Show bytes, and count them as shown."""
        self.shown_sum = zlib.crc32(data, self.shown_sum)
        self._write(data)

    def close_line(self, unread: bytes = b"") -> None:
        """Begin a new line where output has ended within one.

        Args:
            unread: what was typed early: its echo is wiped out, as the prompt shows it again.
        """
        if not self._line_open:
            return
        self._line_open = False
        if unread and self.last_output.rpartition(b"\n")[2] == unread:
            self._put(b"\r\x1b[K")
        else:
            self.show("" if self.last_output.endswith(b"^C") else "⏎", "2")

    def suggest(self) -> None:
        """After an unknown docker command: the one that may have been meant."""
        match = _UNKNOWN.search(self.last_output.decode("utf-8", "replace")) if self.status else None
        if match is None:
            return
        from fakedocker_shell.cli.table import find

        parent = find(match[1].removeprefix("docker").strip(), self.engine.draft.profile.client.release)
        near = nearest(match[2], parent.subcommands if parent is not None else ())
        if near:
            self.say(f"did you mean `{near}`?")

    def _explanation(self, before: World) -> str:
        lines = [f"call   {line}" for line in explain.calls(self.exchanges)]
        lines += [f"world  {line}" for line in explain.changes(before, self.engine.snapshot())]
        return "\n".join(lines) or "no calls to the engine, nothing changed"

    def _begun(self, exchange: Exchange) -> None:
        super()._begun(exchange)
        self.foreground.begun(exchange)

    def _output(self, fd: int, data: bytes) -> None:
        del fd  # a terminal has one stream
        self.last_output = (self.last_output + data)[-KEPT_OUTPUT_BYTES:]
        self.foreground.pacer.on_output()
        if self._held is not None:
            self._held.append(data)
            return
        tail = _SEQUENCE.sub(b"", data).strip(b"\r")  # clearing the screen leaves the cursor in an empty line
        if tail:
            self._line_open = not tail.endswith(b"\n")
        pager = self.foreground.pager
        if pager is not None and (pager.asks or self._is_cooked()):
            pager.write(data)
        else:
            self._put(data)

    def _is_cooked(self) -> bool:
        """Whether the terminal is in its usual mode; programs that take it over are not paged."""
        return self.session.is_cooked

    # errors of ours

    def _failed(self, problem: str, world_is_kept: bool) -> None:
        self.status = state_directory.ERROR_STATUS
        self._tell_report(self._report(problem), world_is_kept)

    def _tell_report(self, report: Path | None, world_is_kept: bool) -> None:
        """Say where a report is, which is another place each time and so is not counted as shown."""
        text = state_directory.told(report, world_is_kept)
        if self._held is not None:
            self._pending.append(text)
        else:
            self._write(self._lines(text, "31"))

    def _report(self, problem: str) -> Path | None:
        return state_directory.write_report(self.environment, problem, list(self._recent), self.journal_text())

    def report_failure(self) -> None:
        """Write down the exception that is being handled, which was none of the world's; it is told at the next tick."""
        self._pending.append(state_directory.told(self._report(traceback.format_exc()), world_is_kept=False))

    def _report_faults(self) -> None:
        """A simulated program of ours that has failed was ended alone; the world goes on."""
        faults = self.engine.draft.faults
        if faults:
            report = self._report("\n".join(faults))
            faults.clear()
            self._tell_report(report, world_is_kept=False)
