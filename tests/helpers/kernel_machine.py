"""A kernel with a few small programs, for the tests of the kernel: nothing of the userland is needed."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import Any

from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.program_files import program_file
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.filesystem.walk import Mount
from fakedocker.kernel.devices import standard_mounts
from fakedocker.kernel.events import Emission, Exited, Output
from fakedocker.kernel.kernel import Kernel, Stdio
from fakedocker.kernel.program import Program, System
from fakedocker.kernel.router import Router
from fakedocker.kernel.state import KernelDraft, KernelState

SECOND_NS = 1_000_000_000
START_NS = 1_700_000_000 * SECOND_NS
ROOT = (0, 0, ())
PATH = "/usr/bin:/bin"


def cat(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    while state.setdefault("index", 0) < len(argv[1:] or ("-",)):
        name = (argv[1:] or ("-",))[state["index"]]
        if "fd" not in state:
            state["fd"] = 0 if name == "-" else system.open(name)
        while chunk := system.read(state["fd"]):
            system.put(chunk)
        if state["fd"]:
            system.close(state["fd"])
        del state["fd"]
        state["index"] += 1
    return 0


def sleep(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    until = state.setdefault("until", system.now_ns + int(float(argv[1]) * SECOND_NS))
    system.sleep_until(until)
    return 0


def yes(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    while True:
        system.put(b"y\n" * 512)
        system.drain()


def echo(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    system.put(" ".join(argv[1:]) + "\n")
    return 0


def false(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    return 1


def head(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    """head BYTES"""
    while state.get("got", 0) < int(argv[1]):
        chunk = system.read(0, int(argv[1]) - state.get("got", 0))
        if not chunk:
            break
        state["got"] = state.get("got", 0) + len(chunk)
        system.put(chunk)
    return 0


def each(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    """each COMMAND ... -- COMMAND ...: run commands one after the other, and end as the last does."""
    commands = [part.split() for part in " ".join(argv[1:]).split(" -- ")]
    while state.setdefault("index", 0) < len(commands):
        command = commands[state["index"]]
        if "child" not in state:
            path = system.find_program(command[0], PATH)
            state["child"] = system.spawn(path, command, system.environment)
        system.wait_for_child(state["child"])
        state["status"] = system.reap(state["child"])
        del state["child"]
        state["index"] += 1
    return int(state["status"])


def echo_server(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    """echo-server PORT [ADDRESS]: send back, in capitals, what comes."""
    if "listener" not in state:
        state["listener"] = system.listen(int(argv[1]), *argv[2:3])
        state["open"] = []
    while True:
        for fd in system.poll([state["listener"], *state["open"]]):
            if fd == state["listener"]:
                state["open"].append(system.accept(fd))
                continue
            data = system.read(fd)
            if not data:
                state["open"].remove(fd)
                system.close(fd)
            else:
                system.put(data.upper(), fd)


def send(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    """send ADDRESS PORT TEXT: connect, send, and print what comes back."""
    if "fd" not in state:
        try:
            state["fd"] = system.connect(argv[1], int(argv[2]))
        except OSError as error:
            system.put(f"{errno.errorcode[error.errno or 0]}\n")
            return 1
        system.put(argv[3], state["fd"])
        system.shut_down(state["fd"])
    while chunk := system.read(state["fd"]):
        system.put(chunk)
    system.put("\n")
    return 0


def trap(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    """trap SIGNAL ...: name the signals that come; QUIT or the third ends it."""
    if "set" not in state:
        for signal in argv[1:]:
            system.catch(int(signal), "catch")
        state["set"] = state["seen"] = 0
    while state["seen"] < 3:
        while (signal := system.take_signal()) is not None:
            system.put(f"got {signal}\n")
            state["seen"] += 1
        if state["seen"] < 3:
            system.pause_for_signal()
    return 7


PROGRAMS: dict[str, Program] = {
    "cat": cat,
    "sleep": sleep,
    "yes": yes,
    "echo": echo,
    "false": false,
    "head": head,
    "each": each,
    "echo-server": echo_server,
    "send": send,
    "trap": trap,
}


def make_image(names: Sequence[str]) -> Tree:
    """An image with one program file, a link to it for every name, and a few directories."""
    entries = [
        *(LayerEntry(path, "dir", 0o755) for path in ("bin", "etc", "home", "root", "usr", "usr/bin")),
        LayerEntry("tmp", "dir", 0o1777),
        LayerEntry("etc/motd", "file", 0o644, content=b"welcome\n"),
        LayerEntry("bin/busybox", "file", 0o755, content=program_file("busybox", "busybox", 900_000)),
        *(LayerEntry(f"bin/{name}", "link", 0o777, target="busybox") for name in names),
    ]
    return apply_layer(Tree.empty(), entries)


class Machine:
    """A kernel and what has come out of it. Programs of a test's own are given as keyword arguments."""

    def __init__(self, router: Router | None = None, **programs: Program) -> None:
        self.programs = {**PROGRAMS, **programs}
        self.image = make_image(tuple(self.programs))
        self.draft = KernelDraft(KernelState(now_ns=START_NS, boot_ns=START_NS - 1000 * SECOND_NS), "seed")
        self.kernel = Kernel(self.draft, self.programs, router)
        self.router = router
        self.events: list[Emission] = []

    def container(self, name: str = "box", **settings: Any) -> str:
        self.kernel.create_root(name, self.image)
        mounts = standard_mounts(Mount("/", name, "overlay", "overlay", read_only=settings.pop("read_only", False)))
        self.kernel.create_namespace(name, hostname=name, mounts=settings.pop("mounts", mounts), **settings)
        return name

    def start(
        self,
        *argv: str,
        name: str = "box",
        stream: str | None = None,
        terminal: bool = False,
        stdin: bool = False,
        user: tuple[int, int, tuple[int, ...]] = ROOT,
        directory: str = "/",
    ) -> int:
        if name not in self.draft.namespaces:
            self.container(name)
        stdio = Stdio(stream or name, terminal, stdin, 24, 80)
        return self.kernel.start(name, argv, {"PATH": PATH, "HOME": "/root"}, directory, user, stdio)

    def settle(self) -> None:
        """Let everything run that can, without moving the clock."""
        for _ in range(100_000):
            if not self.kernel.run(100):
                break
        self.events += self.kernel.emitted
        self.kernel.emitted.clear()

    def wait(self, seconds: float) -> None:
        """Let virtual time go by."""
        until = self.draft.now_ns + int(seconds * SECOND_NS)
        self.settle()
        while (due := self.kernel.next_timer_ns()) is not None and due <= until:
            self.kernel.advance(due)
            self.settle()
        self.kernel.advance(until)

    def output(self, stream: str = "box", fd: int = 1) -> str:
        """All that has come out of a stream."""
        found = (event for event in self.events if isinstance(event, Output))
        return b"".join(event.data for event in found if (event.stream, event.fd) == (stream, fd)).decode()

    def exits(self) -> list[Exited]:
        return [event for event in self.events if isinstance(event, Exited)]

    def run(self, *argv: str, seconds: float = 100, **how: Any) -> tuple[str, int]:
        """Start a process, let time go by until it has ended, and give (its output, its status)."""
        pid = self.start(*argv, **how)
        self.wait(seconds)
        status = next(event.status for event in self.exits() if event.pid == pid)
        return self.output(how.get("stream") or how.get("name", "box")), status


def once(action: Any) -> Program:
    """A program of one call, which prints what the call gives, or the name of its error."""

    def program(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        try:
            result = action(system)
        except OSError as error:
            system.put(f"{errno.errorcode[error.errno or 0]}\n")
            return 1
        if result is not None:
            system.put(f"{result}\n")
        return 0

    return program


def call(action: Any, **how: Any) -> str:
    """What a call gives in a fresh container, as text: its result, or the name of its errno."""
    machine = Machine(probe=once(action))
    text, _ = machine.run("probe", **how)
    return text.rstrip("\n")


def pipeline(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    """pipeline A | B ...: run commands joined by pipes, and say how each ended."""
    commands = [part.split() for part in " ".join(argv[1:]).split(" | ")]
    if "children" not in state:
        state["children"] = []
        own = dict(system.descriptors())
        before = own[0]
        for index, command in enumerate(commands):
            entries = {**own, 0: before}
            if index < len(commands) - 1:
                before, entries[1] = system.make_pipe()
            table = system.use_table(entries)
            state["children"].append(system.spawn(f"/bin/{command[0]}", command, {}))
            system.restore_table(table)
    for child in state["children"]:
        system.wait_for_child(child)
    system.put(" ".join(str(system.reap(child)) for child in state["children"]) + "\n")
    return 0
