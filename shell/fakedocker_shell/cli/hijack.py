"""A terminal or pipe connected to a process in a container: input, output, signals, window size and detaching.

Owns what attach, run, start and exec have in common once the connection is upgraded.
"""

from __future__ import annotations

from msgspec import Struct

from fakedocker_shell.cli.api import Api
from fakedocker_shell.cli.context import Context, Stream
from fakedocker_shell.cli.demultiplex import Demultiplexer
from fakedocker_shell.cli.detach import DEFAULT_KEYS, DetachWatch, parse_keys
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.releases import NOT_TTY, RELEASES, USUAL, Release

_NOT_FORWARDED = frozenset({"CHLD", "PIPE", "URG"})


class Signals(Struct):
    """What to do with signals while connected.

    Args:
        kill_path: where to post them ("/containers/ID/kill"), or empty to leave them alone.
        resize_path: where to post a new window size, or empty.
    """

    kill_path: str = ""
    resize_path: str = ""

    @property
    def wanted(self) -> bool:
        """Whether signals matter at all."""
        return bool(self.kill_path or self.resize_path)


def check_terminal(context: Context, attach_stdin: bool, tty: bool, release: Release = RELEASES[USUAL]) -> None:
    """A terminal in the container needs one here, if input is attached.

    Args:
        release: whose words are said; compose has those of the older one.

    Raises:
        CliError: there is none.
    """
    if tty and attach_stdin and not context.is_terminal(0):
        raise CliError(release.text(NOT_TTY))


async def resize(api: Api, path: str, larger_by: int = 0) -> None:
    """Tell the daemon the size of the window, or one larger both ways; what it answers does not matter."""
    rows, columns = api.context.window_size()
    if rows or columns:
        try:
            await api.request("POST", path, {"h": str(rows + larger_by), "w": str(columns + larger_by)})
        except CliError:
            return


class Connection:
    """An upgraded connection and this side's streams.

    Args:
        tty: whether the other side is a terminal: the output is then one raw stream, and keys are handed on one by one.
        stdin, stdout, stderr: which streams are connected.
        detach_keys: as the user wrote them; empty for the usual ones.
    """

    def __init__(
        self,
        api: Api,
        stream: Stream,
        *,
        tty: bool,
        stdin: bool,
        stdout: bool = True,
        stderr: bool = True,
        detach_keys: str = "",
    ) -> None:
        self._api = api
        self._context = api.context
        self._stream = stream
        self._tty = tty
        self._input_open = stdin
        self.detached = False
        """Whether the user has typed the keys that detach."""
        out = self._context.out if stdout else _nowhere
        err = self._context.err if stderr else _nowhere
        raw_output = out if stdout else self._context.out if stderr else _nowhere
        self._feed = raw_output if tty else Demultiplexer(out, err).feed
        self._raw = tty and stdin and self._context.is_terminal(0)
        self._watch = DetachWatch(_keys(self._context, detach_keys)) if tty and stdin else None

    def abandon(self) -> None:
        """Close the connection unused."""
        self._stream.close()

    async def run(self, signals: Signals) -> None:
        """Pass everything on in both directions until the other side ends or the user detaches."""
        if self._raw:
            self._context.set_raw(True)
        try:
            while not self._stream.ended and not self.detached:
                await self._step(signals)
        finally:
            if self._raw:
                self._context.set_raw(False)
            self._stream.close()

    async def _step(self, signals: Signals) -> None:
        moved = False
        if data := self._stream.take():
            self._feed(data)
            moved = True
        if self._input_open and self._context.stdin.readable:
            moved = self._pass_input() or moved
        if signals.wanted and (name := self._context.take_signal()) is not None:
            await self.forward(signals, name)
            moved = True
        if moved or self._stream.ended or self.detached:
            return
        sources = (self._stream, self._context.stdin) if self._input_open else (self._stream,)
        await self._context.wait_any(*sources, signals=signals.wanted)

    def _pass_input(self) -> bool:
        stdin = self._context.stdin
        if data := stdin.take():
            passed = self._watch.feed(data) if self._watch is not None else data
            if passed:
                self._stream.write(passed)
            self.detached = self._watch is not None and self._watch.detached
            return True
        if stdin.ended:
            self._stream.close_write()
            self._input_open = False
            return True
        return False

    async def forward(self, signals: Signals, name: str) -> None:
        """Act on a signal: a new window size is told, the others are handed on to the container."""
        if name == "WINCH" and signals.resize_path:
            await resize(self._api, signals.resize_path)
        if signals.kill_path and name not in _NOT_FORWARDED:
            try:
                await self._api.request("POST", signals.kill_path, {"signal": name})
            except CliError:
                return


def _nowhere(_: bytes) -> None:
    """Takes what nobody wants to see."""


def _keys(context: Context, text: str) -> bytes:
    if not text:
        return DEFAULT_KEYS
    try:
        return parse_keys(text)
    except CliError:
        context.err("invalid detach escape keys, using default: ctrl-p,ctrl-q\n")
        return DEFAULT_KEYS
