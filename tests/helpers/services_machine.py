"""A machine for tests of services: servers run in the background, commands of a shell are run against them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.program_files import program_file
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.filesystem.walk import Mount
from fakedocker.kernel.devices import standard_mounts
from fakedocker.kernel.kernel import Kernel, Stdio
from fakedocker.kernel.state import KernelDraft, KernelState
from fakedocker.userland import PROGRAMS, body_of
from helpers.userland_world import START_NS, Machine as UserlandMachine, Result, image

SERVICES = (
    "nginx/nginx redis/redis-server redis/redis-cli postgres/postgres postgres/psql postgres/pg_isready mysql/mysqld"
    " mysql/mysql mysql/mysqladmin mongo/mongod mongo/mongosh node/node python/python3 golang/go whoami/whoami echo-server/echo-server"
    " golang/gofmt rust/cargo rust/rustc java/java java/javac java/jar java/mvn java/gradle php/php php/composer ruby/bundle gnu/gcc"
    " httpd/apache2"
    " registry/registry testcontainers/ryuk memcached/memcached hello-world/hello httpd/httpd gettext/envsubst"
).split()
PASSWD = "root:x:0:0:root:/root:/bin/sh\nnginx:x:101:101::/:/bin/false\nnobody:x:65534:65534:nobody:/:/bin/false\n"
PATH = "/srv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@cache
def _base() -> Tree:
    return image("busybox", files={})


def _layer(files: Mapping[str, str]) -> list[LayerEntry]:
    contents = {f"srv/bin/{name.rpartition('/')[2]}": program_file(*name.split("/"), 4096) for name in SERVICES}
    contents |= {
        path.lstrip("/"): text.encode()
        for path, text in {"etc/passwd": PASSWD, "etc/hosts": "127.0.0.1\tlocalhost\n", **files}.items()
    }
    folders = {parent for path in contents for parent in _parents(path)}
    return [
        *(LayerEntry(path, "dir", 0o755) for path in sorted(folders - {"etc", "bin", "usr"})),
        *(LayerEntry(path, "file", 0o755, content=content) for path, content in sorted(contents.items())),
    ]


def _parents(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: place + 1]) for place in range(len(parts))]


class Machine(UserlandMachine):
    """One namespace with busybox's utilities, and the services' own programs, which come first in PATH."""

    def __init__(self, files: Mapping[str, str] | None = None, links: Mapping[str, str] | None = None) -> None:
        entries = _layer(files or {})
        entries += [
            LayerEntry(path.lstrip("/"), "link", 0o777, target=target) for path, target in (links or {}).items()
        ]
        self.draft = KernelDraft(KernelState(now_ns=START_NS), seed="test")
        self.kernel = Kernel(self.draft, PROGRAMS, body_of=body_of)
        self.kernel.create_root("box", apply_layer(_base(), entries))
        mounts = standard_mounts(Mount("/", "box", "overlay", "overlay"))
        self.kernel.create_namespace("box", hostname="box", mounts=mounts)
        self.started = 0
        self.output: dict[str, bytes] = {}
        self.exited: dict[int, int] = {}

    def serve(self, *argv: str, seconds: float = 5, init: bool = True, **environment: str) -> Service:
        """Start a server and let it come up. Its pid is 2 and up; without `init` it is process 1."""
        pid, stream = self.start(*argv, environment={"PATH": PATH, **environment}, init=init)
        self.settle(pid, seconds)
        return Service(self, pid, stream)

    def sh(
        self,
        script: str,
        *,
        seconds: float = 60,
        terminal: bool = False,
        stdin: bytes | None = None,
        **environment: str,
    ) -> Result:
        """Run a shell script."""
        return self.run(
            "sh", "-c", script, seconds=seconds, terminal=terminal, stdin=stdin, environment={"PATH": PATH, **environment}
        )  # fmt: skip

    def session(self, *argv: str, lines: tuple[str, ...], **environment: str) -> str:
        """Type lines at a program on a terminal; all that is shown, echo included."""
        if not self.started:
            self.start("sleep", "1000000000", init=False)
        self.started += 1
        stream = f"s{self.started}"
        variables = {"PATH": PATH, "HOME": "/root", "TERM": "xterm", **environment}
        stdio = Stdio(stream, terminal=True, stdin=True, rows=24, columns=120)
        pid = self.kernel.start("box", argv, variables, "/", (0, 0, ()), stdio)
        self.settle(pid, 10)
        for line in lines:
            self.kernel.feed(stream, line.encode() + b"\n")
            self.settle(pid, 10)
        return self.output.get(f"{stream}/1", b"").decode("utf-8", "surrogateescape").replace("\r\n", "\n")


class Service:
    """A server in the background."""

    def __init__(self, machine: Machine, pid: int, stream: str) -> None:
        self.machine = machine
        self.pid = pid
        self.stream = stream

    @property
    def stdout(self) -> str:
        return self.machine.output.get(f"{self.stream}/1", b"").decode("utf-8", "surrogateescape")

    @property
    def stderr(self) -> str:
        return self.machine.output.get(f"{self.stream}/2", b"").decode("utf-8", "surrogateescape")

    @property
    def status(self) -> int | None:
        return self.machine.exited.get(self.pid)

    def signal(self, name: str, seconds: float = 30) -> None:
        """Send a signal from outside, as `docker kill` does, and let it be dealt with."""
        number = {"HUP": 1, "INT": 2, "QUIT": 3, "KILL": 9, "USR1": 10, "TERM": 15, "WINCH": 28}[name]
        self.machine.kernel.kill_from_outside(self.pid, number)
        self.machine.settle(self.pid, seconds)
