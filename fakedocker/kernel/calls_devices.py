"""System calls about terminals and the network (termios(3), tty_ioctl(4), socket(7))."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from fakedocker.base.numbers import is_digits
from fakedocker.filesystem.errors import failure
from fakedocker.filesystem.node import OUTSIDE_LISTENS
from fakedocker.filesystem.walk import WRITE_PERMISSION, allowed
from fakedocker.kernel import files, marks, sockets, terminals, transit
from fakedocker.kernel.calls_base import CallsBase
from fakedocker.kernel.calls_boundary import BoundaryCalls
from fakedocker.kernel.program import READ, WRITE
from fakedocker.kernel.records import Terminal
from fakedocker.kernel.router import Interface, NoSuchName


class TerminalCalls(CallsBase):
    """isatty, window size, modes, the foreground group."""

    __slots__ = ()

    def is_terminal(self, fd: int) -> bool:
        number = self._draft.tables[self._process.table].entries.get(fd)
        return number is not None and self._draft.files[number].kind == "terminal"

    def window_size(self, fd: int) -> tuple[int, int]:
        terminal = self._terminal(fd)
        return terminal.rows, terminal.columns

    def terminal_mode(self, fd: int) -> Mapping[str, bool]:
        return dict(self._terminal(fd).modes)

    def set_terminal_mode(self, fd: int, **modes: bool) -> None:
        self._terminal(fd)
        terminals.set_modes(self._draft, self._file(fd).target, modes)

    def terminal_name(self, fd: int) -> str:
        return f"/dev/pts/{self._terminal(fd).number}"

    def set_foreground(self, group: int) -> None:
        name = self._process.terminal
        terminal = self._draft.terminals.get(name)
        if (
            terminal is None
            or terminal.session != self._process.session
            or terminal.namespace != self._process.namespace
        ):
            raise failure(errno.ENOTTY)
        self._draft.terminals.for_update(name).foreground = group

    def _terminal(self, fd: int) -> Terminal:
        file = self._file(fd)
        if file.kind != "terminal":
            raise failure(errno.ENOTTY)
        return self._draft.terminals[file.target]


class NetworkCalls(BoundaryCalls):
    """Names, listening, connecting."""

    __slots__ = ()

    def resolve(self, name: str) -> list[str]:
        if _is_address(name):
            return [name]
        found = [address for address, names in self._hosts() if name.lower() in names]
        ipv4 = [address for address in found if ":" not in address]
        try:
            found = ipv4 or found or self._kernel.router.resolve(self.network, name)
        except NoSuchName:
            return []
        if not found:
            self._meet_outside(name)
        return found

    def listen(self, port: int, address: str = "0.0.0.0", protocol: str = "tcp") -> int:
        number = sockets.listen(self._draft, self._kernel.router, self._process, self.network, port, address, protocol)
        return self._add_socket(number)

    def accept(self, fd: int) -> int:
        self._settle()
        file = self._file(fd)
        if file.kind != "socket":
            raise failure(errno.ENOTSOCK)
        number = sockets.accept(self._draft, self._process, file.target)
        if number is None:
            self._sleep("accept")
        return self._add_socket(number)

    def connect(self, address: str, port: int, protocol: str = "tcp") -> int:
        self._settle()
        try:
            number = sockets.connect(
                self._draft, self._kernel.router, self._process, self.network, address, port, protocol
            )
        except TimeoutError:
            self._meet_outside(address)
            raise
        return self._add_socket(number)

    def await_connection(self, fd: int, until_ns: int | None = None) -> bool:
        self._settle()
        file = self._file(fd)
        if file.kind != "socket":
            raise failure(errno.ENOTSOCK)
        if sockets.is_connected(self._draft, self._process, file.target):
            return True
        if until_ns is not None and self._draft.now_ns >= until_ns:
            return False
        self._sleep_until("connect", until_ns)

    def connect_path(self, path: str) -> int:
        self._settle()
        location = self._existing(path)
        node = location.tree.node(location.inode)
        who = self._who()
        if not who.overrides and not allowed(node, WRITE_PERMISSION, who):
            raise failure(errno.EACCES)
        if node.kind != "socket" or node.rdev != OUTSIDE_LISTENS:
            raise failure(errno.ECONNREFUSED)
        return self._add_socket(sockets.connect_outward(self._draft, self._process, self.network, path))

    def shut_down(self, fd: int) -> None:
        file = self._file(fd)
        if file.kind != "socket":
            raise failure(errno.ENOTSOCK)
        self._settle()
        sockets.shut_down(self._draft, file.target)

    def peer(self, fd: int) -> tuple[str, int]:
        file = self._file(fd)
        if file.kind != "socket":
            raise failure(errno.ENOTSOCK)
        remote = self._draft.sockets[file.target].remote
        if not remote[1]:
            raise failure(errno.ENOTCONN)
        return remote

    def sockets(self) -> list[tuple[str, str, int, str, int, str, int]]:
        network = self.network
        visible = self.view.visible_pid
        found = [
            (socket.protocol, *socket.local, *socket.remote, socket.state, visible(socket.owner))
            for _, socket in sorted(self._draft.sockets.items())
            if socket.network == network and socket.protocol != "unix"
        ]
        held = self._kernel.router.held_ports(network)
        return [
            *found,
            *(
                (protocol, address, port, "", 0, "LISTEN" if protocol == "tcp" else "", 0)
                for protocol, address, port in held
            ),
        ]

    def interfaces(self) -> list[Interface]:
        return self._kernel.router.interfaces(self.network)

    def default_gateway(self, version: int = 4) -> tuple[str, str] | None:
        return self._kernel.router.default_gateway(self.network, version)

    def echo(self, address: str) -> int | None:
        if address.startswith("127."):
            return 0
        route = self._kernel.router.route(self.network, address, 0, "icmp")
        if isinstance(route, int):
            self._meet_outside(address)
            return None
        way = route.way
        if way is None:
            return 0
        is_lost = transit.is_lost(self._draft, way) or transit.is_lost(self._draft, way)
        return None if is_lost else 2 * way.delay_ns

    def connect_daemon(self, name: str) -> int:
        return files.add_descriptor(self._draft, self._process, files.add_file(self._draft, "daemon", name))

    def _meet_outside(self, host: str) -> None:
        """Say of a host that lies outside of the simulation that it does; nothing of those that are nowhere."""
        if self._kernel.router.is_outside(self.network, host):
            self.unsimulated(f"the host {host}", marks.HOST)

    def _add_socket(self, number: int) -> int:
        file = files.add_file(self._draft, "socket", number, READ | WRITE)
        return files.add_descriptor(self._draft, self._process, file)

    def _hosts(self) -> list[tuple[str, list[str]]]:
        """/etc/hosts as (address, names); nothing where it cannot be read."""
        try:
            text = self._kernel.outside(self._process.namespace).read_file("/etc/hosts").decode("utf-8", "replace")
        except OSError:
            return []
        lines = (line.partition("#")[0].split() for line in text.splitlines())
        return [(words[0], [word.lower() for word in words[1:]]) for words in lines if words]


def _is_address(name: str) -> bool:
    """Whether a text is an address and no name."""
    if ":" in name:
        return True
    parts = name.split(".")
    return len(parts) == 4 and all(is_digits(part) and int(part) < 256 for part in parts)
