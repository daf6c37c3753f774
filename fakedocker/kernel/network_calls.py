"""The system calls of the network, seen by the process that is running; see `program.System` for the others."""

from __future__ import annotations

from typing import Protocol

from fakedocker.kernel.router import Interface


class NetworkCalls(Protocol):
    """Calls raise OSError with errno and Linux's own text in `strerror`."""

    def resolve(self, name: str) -> list[str]:
        """Addresses of a name, by /etc/hosts and then DNS; [] where there is none."""

    def listen(self, port: int, address: str = "0.0.0.0", protocol: str = "tcp") -> int:
        """A listening socket. EADDRINUSE, EACCES."""

    def accept(self, fd: int) -> int:
        """A connection. Blocks."""

    def connect(self, address: str, port: int, protocol: str = "tcp") -> int:
        """A connected socket, or one that connects while the process goes on, where that takes time: what is put waits for it, and
        its errors are those of the next read. ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT."""

    def await_connection(self, fd: int, until_ns: int | None = None) -> bool:
        """Wait until a socket is connected: True then, False once the time has come. Blocks. ECONNREFUSED, ECONNRESET, ETIMEDOUT."""

    def connect_path(self, path: str) -> int:
        """A connected socket of the unix family, by its place in the file system. ENOENT, EACCES, ECONNREFUSED."""

    def connect_daemon(self, name: str) -> int:
        """A connection of a client of the engine, whose bytes are none of the kernel's. When it is closed, by the
        process or by its end, `Closed(name)` is emitted."""

    def shut_down(self, fd: int) -> None:
        """No more bytes from this side."""

    def peer(self, fd: int) -> tuple[str, int]: ...
    def sockets(self) -> list[tuple[str, str, int, str, int, str, int]]:
        """(protocol, local address, local port, remote address, remote port, state, pid) of this network namespace."""

    def interfaces(self) -> list[Interface]:
        """The interfaces of this network namespace, lo first."""

    def default_gateway(self, version: int = 4) -> tuple[str, str] | None:
        """(address, interface) of the way to all other networks; None where there is none."""

    def echo(self, address: str) -> int | None:
        """How long the way to an address and back takes an echo request, in ns beside what it always takes; None where no answer comes."""
