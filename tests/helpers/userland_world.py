"""A small machine for tests of the userland: a kernel, one namespace, a file system with a shell and utilities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from fakedocker.base.persistent import Map
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.program_files import program_file
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.filesystem.walk import Mount
from fakedocker.kernel.devices import standard_mounts
from fakedocker.kernel.events import Exited, Fault, Output
from fakedocker.kernel.kernel import Kernel, Stdio
from fakedocker.kernel.state import KernelDraft, KernelState
from fakedocker.userland import PROGRAMS, body_of

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PASSWD = b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n"
START_NS = 1_700_000_000_000_000_000


class Result(NamedTuple):
    stdout: str
    stderr: str
    status: int | None


def image(
    family: str = "busybox", shells: tuple[str, ...] = ("dash", "bash"), files: Mapping[str, bytes] | None = None
) -> Tree:
    """A file system: every program of the table in /bin (links to busybox, or one file each), /tmp, /etc."""
    entries = [
        LayerEntry(name, "dir", 0o755) for name in ("bin", "usr", "usr/bin", "etc", "root", "dev", "proc", "sys")
    ]
    entries += [LayerEntry("tmp", "dir", 0o1777), LayerEntry("etc/passwd", "file", 0o644, content=PASSWD)]
    entries += [LayerEntry("etc/group", "file", 0o644, content=b"root:x:0:\nnobody:x:65534:\n")]
    if family == "busybox":
        entries.append(LayerEntry("bin/busybox", "file", 0o755, content=program_file("busybox", "busybox", 4096)))
        names = ["sh", "ash", *(name for name in PROGRAMS if name != "busybox")]
        entries += [LayerEntry(f"bin/{name}", "link", 0o777, target="/bin/busybox") for name in names]
    else:
        entries += [
            LayerEntry(f"bin/{name}", "file", 0o755, content=program_file("gnu", name, 4096)) for name in PROGRAMS
        ]
        entries.append(LayerEntry("bin/sh", "link", 0o777, target="dash"))
    for name in shells:
        entries.append(LayerEntry(f"bin/{name}", "file", 0o755, content=program_file("gnu", name, 4096)))
    for path, content in (files or {}).items():
        entries.append(LayerEntry(path, "file", 0o644, content=content))
    return apply_layer(Tree.empty(), entries)


_IMAGES: dict[str, Tree] = {}


class Machine:
    """One namespace called "box". `run` runs a command to its end on the virtual clock."""

    def __init__(self, family: str = "busybox", files: Mapping[str, bytes] | None = None) -> None:
        if files is None:
            if family not in _IMAGES:
                _IMAGES[family] = image(family)
            tree = _IMAGES[family]
        else:
            tree = image(family, files=files)
        self.draft = KernelDraft(KernelState(now_ns=START_NS), seed="test")
        self.kernel = Kernel(self.draft, PROGRAMS, body_of=body_of)
        self.kernel.create_root("box", tree)
        self.kernel.create_namespace(
            "box", hostname="box", mounts=standard_mounts(Mount("/", "box", "overlay", "overlay"))
        )
        self.started = 0
        self.output: dict[str, bytes] = {}
        self.exited: dict[int, int] = {}

    def start(
        self,
        *argv: str,
        stdin: bytes | None = None,
        terminal: bool = False,
        environment: Mapping[str, str] | None = None,
        user: tuple[int, int] = (0, 0),
        directory: str = "/",
        init: bool = True,
    ) -> tuple[int, str]:
        """Start a process (under a sleeping process 1 where `init`); gives its host pid and stream."""
        if init and not self.started:
            self._start_one(("sleep", "1000000000"), None, False, {}, (0, 0), "/")
        return self._start_one(argv, stdin, terminal, environment or {}, user, directory)

    def _start_one(
        self,
        argv: tuple[str, ...],
        stdin: bytes | None,
        terminal: bool,
        environment: Mapping[str, str],
        user: tuple[int, int],
        directory: str,
    ) -> tuple[int, str]:
        self.started += 1
        stream = f"s{self.started}"
        base = {"PATH": PATH, "HOSTNAME": "box", "HOME": "/root"} | ({"TERM": "xterm"} if terminal else {})
        stdio = Stdio(stream, terminal=terminal, stdin=stdin is not None, rows=24, columns=120)
        pid = self.kernel.start("box", argv, {**base, **environment}, directory, (*user, ()), stdio)
        if stdin is not None:
            self.kernel.feed(stream, stdin)
            self.kernel.hang_up(stream)
        return pid, stream

    def collect(self) -> None:
        for emission in self.kernel.emitted:
            if isinstance(emission, Output):
                key = f"{emission.stream}/{emission.fd}"
                self.output[key] = self.output.get(key, b"") + emission.data
            elif isinstance(emission, Fault):
                raise AssertionError(emission.report)
            elif isinstance(emission, Exited):
                self.exited[emission.pid] = emission.status
        self.kernel.emitted.clear()

    def settle(self, pid: int | None = None, seconds: float = 3600, slices: int = 200_000) -> None:
        """Run until a process ends, nothing can happen, or so much virtual time has gone by."""
        end_ns = self.draft.now_ns + int(seconds * 1e9)
        while slices > 0:
            busy = self.kernel.run(1000)
            slices -= 1000
            self.collect()
            if pid is not None and pid in self.exited:
                return
            if busy:
                continue
            due = self.kernel.next_timer_ns()
            if due is None or due > end_ns:
                return
            self.kernel.advance(due)

    def run(self, *argv: str, seconds: float = 3600, **options: object) -> Result:
        """Run a command and give its output; status None when it does not end."""
        pid, stream = self.start(*argv, **options)  # type: ignore[arg-type]  # the options of `start`
        self.settle(pid, seconds)
        texts = [self.output.get(f"{stream}/{fd}", b"").decode("utf-8", "surrogateescape") for fd in (1, 2)]
        return Result(texts[0], texts[1], self.exited.get(pid))


__all__ = ["Machine", "Map", "Result", "image"]
