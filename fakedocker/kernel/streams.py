"""The kernel's streams: bytes into a process from outside, terminals typed at and resized, connections from outside."""

from __future__ import annotations

from fakedocker.kernel import pipes, sockets, terminals
from fakedocker.kernel.kernel_base import KernelBase


class Streams(KernelBase):
    """See the module's docstring. What comes out is emitted as `Output`."""

    def feed(self, stream: str, data: bytes) -> None:
        """Bytes for a stream's input or a terminal; heed `room`. Lost where nobody can read them any more."""
        draft = self.draft
        if stream in draft.terminals:
            terminals.type_in(draft, stream, data)
            return
        record = draft.streams.get(stream)
        if record is not None and data and record.input in draft.pipes:
            pipes.pour(draft, record.input, data)

    def terminal_input(self, terminal: str, data: bytes) -> None:
        """Bytes typed at a terminal; lost where it is gone."""
        if terminal in self.draft.terminals:
            terminals.type_in(self.draft, terminal, data)

    def room(self, stream: str) -> int:
        """How many bytes may be fed now."""
        if stream in self.draft.terminals:
            return terminals.room(self.draft, stream)
        record = self.draft.streams.get(stream)
        return pipes.room(self.draft, record.input) if record is not None else 0

    def hang_up(self, stream: str) -> None:
        """No more bytes will be fed: the end of file, or for a terminal a hang-up."""
        draft = self.draft
        if stream in draft.terminals:
            terminals.hang_up(draft, stream)
            return
        record = draft.streams.get(stream)
        if record is not None and (pipe := draft.pipes.get(record.input)) is not None and pipe.writers:
            pipes.add_ends(draft, record.input, writers=-pipe.writers)

    def is_reading(self, stream: str) -> bool:
        """Whether a process sleeps until this stream, or terminal, is fed."""
        draft = self.draft
        terminal = draft.terminals.get(stream)
        if terminal is not None:
            waiters = terminal.read_waiters
        else:
            record = draft.streams.get(stream)
            pipe = draft.pipes.get(record.input) if record is not None else None
            waiters = pipe.read_waiters if pipe is not None else ()
        return any((process := draft.processes.get(pid)) is not None and process.waiting for pid in waiters)

    def resize(self, terminal: str, rows: int, columns: int) -> None:
        """Another window size; nothing happens without that terminal."""
        if terminal in self.draft.terminals:
            terminals.resize(self.draft, terminal, rows, columns)

    def connect_from_outside(
        self, network: str, port: int, address: str = "0.0.0.0", source: tuple[str, int] = ("172.17.0.1", 40000)
    ) -> str | None:
        """A connection from outside to a listener of a network namespace; None where nobody listens.

        Args:
            address: where it arrives; a listener bound to another does not hear it.
            source: whom the listener sees as its peer.

        Returns:
            the id of the stream that is its outside end.
        """
        return sockets.connect_from_outside(self.draft, network, address, port, source)
