"""A box for tests of package managers: the file system of an image of the catalogue, and a network that leads out or not."""

from __future__ import annotations

import errno

from fakedocker.base.clock import instant
from fakedocker.filesystem.walk import Mount
from fakedocker.kernel.devices import standard_mounts
from fakedocker.kernel.kernel import Kernel
from fakedocker.kernel.router import Loopback, Route
from fakedocker.kernel.state import KernelDraft, KernelState
from fakedocker.registry import catalogue
from fakedocker.registry.hub.lookup import day_of
from fakedocker.userland import PROGRAMS, body_of
from helpers.userland_world import START_NS, Machine, Result

DAY = day_of(instant("2024-10-01"))
"""On which the images are those of the recordings."""


class Outside(Loopback):
    """A default route that leads to nobody, as the simulated networks have it."""

    def route(self, network: str, address: str, port: int, protocol: str) -> Route | int:
        found = super().route(network, address, port, protocol)
        return errno.ETIMEDOUT if found == errno.ENETUNREACH else found


class Box(Machine):
    """A machine with an image's files."""

    def __init__(self, image: str, *, online: bool = True, read_only: bool = False) -> None:
        name, _, tag = image.partition(":")
        manifest = catalogue.manifest(f"library/{name}", tag or "latest", DAY)
        assert manifest is not None
        self.draft = KernelDraft(KernelState(now_ns=START_NS), seed="test")
        self.kernel = Kernel(self.draft, PROGRAMS, router=Outside() if online else Loopback(), body_of=body_of)
        self.kernel.create_root("box", manifest.layers[-1].layer.tree)
        root = Mount("/", "box", "overlay", "overlay", read_only=read_only)
        self.kernel.create_namespace("box", hostname="box", mounts=standard_mounts(root))
        self.started = 0
        self.output: dict[str, bytes] = {}
        self.exited: dict[int, int] = {}

    def sh(self, script: str, **options: object) -> Result:
        """Run a script."""
        return self.run("sh", "-c", script, **options)

    def seconds(self, script: str) -> float:
        """How much virtual time a script takes, which must succeed."""
        before_ns = self.draft.now_ns
        assert self.sh(script).status == 0
        return (self.draft.now_ns - before_ns) / 1e9
