"""Sockets: listening, connecting within and between networks, refusals, connections from outside."""

from __future__ import annotations

import errno
from typing import Any, ClassVar

from fakedocker.kernel.events import Closed, Output
from fakedocker.kernel.program import System
from fakedocker.kernel.router import Interface, InterfaceAddress, Route, loopback
from helpers.kernel_machine import Machine, call, once


class Bridge:
    """Two containers on one network, and port 8080 of the host published to port 80 of the first."""

    addresses: ClassVar[dict[str, str]] = {"10.0.0.2": "one", "10.0.0.3": "two"}

    def is_outside(self, network: str, host: str) -> bool:
        return False

    def resolve(self, network: str, name: str) -> list[str]:
        return [address for address, owner in self.addresses.items() if owner == name]

    def route(self, network: str, address: str, port: int, protocol: str) -> Route | int:
        if (address, port) == ("127.0.0.1", 8080) and network == "host":
            return Route("one", "10.0.0.2", 80, "10.0.0.1", proxied=True)
        if address not in self.addresses:
            return errno.EHOSTUNREACH
        return Route(self.addresses[address], address, port, "10.0.0.3")

    def interfaces(self, network: str) -> list[Interface]:
        own = [
            Interface(2, "eth0", "02:42:0a:00:00:02", (InterfaceAddress(address, 24),))
            for address, name in self.addresses.items()
            if name == network
        ]
        return [loopback(), *own]

    def reachable(self, network: str, address: str) -> bool:
        return address in self.addresses

    def may_listen(self, network: str, port: int, protocol: str) -> bool:
        return (network, port) != ("host", 8080)


def bridged() -> Machine:
    machine = Machine(Bridge())
    for name in ("one", "two", "host"):
        machine.container(name)
    return machine


def test_a_client_reaches_a_server_in_its_own_network() -> None:
    machine = Machine()
    machine.start("echo-server", "80")
    machine.settle()
    machine.start("send", "127.0.0.1", "80", "hello", stream="client")
    machine.settle()
    assert machine.output("client") == "HELLO\n"


def test_nobody_listening_refuses() -> None:
    assert Machine().run("send", "127.0.0.1", "80", "x")[0] == "ECONNREFUSED\n"


def test_containers_reach_one_another_by_address() -> None:
    machine = bridged()
    machine.start("echo-server", "80", name="one")
    machine.settle()
    assert machine.run("send", "10.0.0.2", "80", "hi", name="two", seconds=1)[0] == "HI\n"
    assert machine.run("send", "10.0.0.9", "80", "hi", name="host", seconds=1)[0] == "EHOSTUNREACH\n"


def test_a_server_bound_to_the_loopback_is_not_heard_from_outside() -> None:
    machine = bridged()
    machine.start("echo-server", "80", "127.0.0.1", name="one")
    machine.settle()
    assert machine.run("send", "10.0.0.2", "80", "hi", name="two", seconds=1)[0] == "ECONNREFUSED\n"


def test_a_published_port_answers_and_without_a_server_resets() -> None:
    machine = bridged()
    machine.start("each", "send 127.0.0.1 8080 early", name="host")
    machine.settle()
    assert machine.output("host", 2) == "send: Connection reset by peer\n"
    machine.start("echo-server", "80", name="one")
    machine.settle()
    machine.start("send", "127.0.0.1", "8080", "late", name="host", stream="late")
    machine.settle()
    assert machine.output("late") == "LATE\n"


def test_a_port_is_taken_once_per_address() -> None:
    def action(system: System) -> Any:
        system.listen(80, "127.0.0.1")
        system.listen(80, "127.0.0.2")
        system.listen(80)

    assert call(action) == "EADDRINUSE"
    assert call(lambda system: system.listen(80, "10.9.9.9")) == "EADDRNOTAVAIL"


def test_a_port_that_is_published_cannot_be_taken_by_a_process_of_the_host() -> None:
    machine = Machine(Bridge(), probe=once(lambda system: system.listen(8080)))
    machine.container("host")
    assert machine.run("probe", name="host")[0] == "EADDRINUSE\n"


def test_the_end_of_a_server_frees_its_port() -> None:
    machine = Machine(listen=once(lambda system: system.listen(80)))
    for _ in range(2):
        machine.start("listen")
        machine.settle()
        machine.kernel.destroy_namespace("box")
    assert [event.status for event in machine.exits()] == [0, 0]
    assert not list(machine.draft.ports)


def test_namespaces_may_share_a_network() -> None:
    machine = Machine()
    machine.start("echo-server", "80")
    machine.settle()
    machine.container("side", network="box")
    assert machine.run("send", "127.0.0.1", "80", "hi", name="side", seconds=1)[0] == "HI\n"


def test_connections_from_outside_are_streams() -> None:
    machine = Machine()
    machine.start("echo-server", "80")
    machine.settle()
    assert machine.kernel.connect_from_outside("box", 81) is None
    stream = machine.kernel.connect_from_outside("box", 80, source=("1.2.3.4", 5))
    assert stream is not None
    machine.settle()
    machine.kernel.feed(stream, b"get")
    machine.settle()
    assert Output(stream, 1, b"GET") in machine.events
    machine.kernel.hang_up(stream)
    machine.settle()
    assert Closed(stream, 1) in machine.events
    assert stream not in machine.draft.streams


def test_names_come_from_etc_hosts_and_then_from_the_router() -> None:
    def action(system: System) -> Any:
        system.write_file("/etc/hosts", b"127.0.0.1 localhost\n::1 localhost\n10.1.1.1 db database # x\n")
        return [system.resolve(name) for name in ("localhost", "DATABASE", "two", "nosuch", "8.8.8.8")]

    machine = Machine(Bridge(), probe=once(action))
    assert machine.run("probe")[0] == "[['127.0.0.1'], ['10.1.1.1'], ['10.0.0.3'], [], ['8.8.8.8']]\n"


def test_sockets_are_listed_with_their_owner() -> None:
    machine = Machine(probe=once(lambda system: system.sockets()))
    machine.start("echo-server", "80")
    machine.settle()
    assert machine.run("probe", stream="p", seconds=0)[0] == "[('tcp', '0.0.0.0', 80, '', 0, 'LISTEN', 1)]\n"


def test_an_unheard_datagram_is_refused_at_the_first_read() -> None:
    def action(system: System) -> Any:
        fd = system.connect("127.0.0.1", 53, "udp")
        system.put("question", fd)
        return system.read(fd)

    assert call(action) == "ECONNREFUSED"
