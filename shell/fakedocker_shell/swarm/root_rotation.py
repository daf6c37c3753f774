"""Waiting until all nodes have certificates of a new root, and the progress that is shown meanwhile.

Source: docker/cli command/swarm/progress/root_rotation.go.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from fakedocker.base.clock import SECOND_NS
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.progress import Display

_POLL_NS: Final = SECOND_NS // 5
_DIGEST: Final = "desired root digest"
_BARS: Final = (("  rotated TLS certificates", ""), ("  rotated CA certificates", " "))
_ISSUER: Final = ("CertIssuerPublicKey", "CertIssuerSubject")


class _Progress:
    def __init__(self, call: Invocation, quiet: bool) -> None:
        context = call.context
        write = (lambda _: None) if quiet else context.out
        self._display = Display(context, write, context.is_terminal(1) and not quiet)
        for name, action in ((_DIGEST, ""), *_BARS):
            self._show(name, action)

    def _show(self, name: str, action: str, **detail: Any) -> None:
        self._display.show({"id": name, "status": action, "progressDetail": detail})

    def update(self, swarm: dict[str, Any], nodes: list[dict[str, Any]]) -> bool:
        """Show how many nodes are done; whether all are."""
        wanted = swarm.get("TLSInfo") or {}
        root = wanted.get("TrustRoot", "")
        self._show(_DIGEST, "sha256:" + hashlib.sha256(root.encode()).hexdigest())
        found = [node["Description"].get("TLSInfo") or {} for node in nodes]
        certificates = sum(all(tls.get(key) == wanted.get(key) for key in _ISSUER) for tls in found)
        roots = sum(tls.get("TrustRoot", "") == root for tls in found)
        total = len(nodes)
        settled = certificates == total and not swarm.get("RootRotationInProgress")
        for (name, action), count in zip(_BARS, (certificates, roots if settled else 0), strict=True):
            self._show(name, action, current=count, total=total, units="nodes")
        return settled and roots == total

    def leave(self) -> None:
        """The user waits no longer."""
        self._display.show({"status": "Operation continuing in background."})
        self._display.show({"status": "Use `swarmctl cluster inspect default` to check progress."})


async def wait(call: Invocation, quiet: bool) -> None:
    """Wait until the new root is everywhere, or until Ctrl-C. Raises CliError."""
    progress = _Progress(call, quiet)
    context = call.context
    done = False
    while True:
        swarm = await call.api.get("/swarm")
        if done:
            return
        done = progress.update(swarm, await call.api.get("/nodes"))
        until_ns = context.now_ns() + _POLL_NS
        while context.now_ns() < until_ns:
            await context.wait_any(signals=True, until_ns=until_ns)
            if context.take_signal() in ("INT", "TERM"):
                if not done:
                    progress.leave()
                return
