"""Fetching a URL for the daemon: by a simulated curl, which reaches what the simulation's host reaches.

Source: buildkit source/http.
"""

from __future__ import annotations

import hashlib

from fakedocker.filesystem import content as contents
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.filesystem.walk import Mount
from fakedocker.kernel.devices import standard_mounts
from fakedocker.kernel.loader import program_file
from fakedocker.network.model import HOST
from fakedocker.operations import files, launch, rootfs
from fakedocker.operations.solving.telling import SolveFailure
from fakedocker.world.draft import Draft

_ROOT = (0, 0, (0,))
_LOCAL_NAMES = b"127.0.0.1\tlocalhost\n"
_CURL = LayerEntry("usr/bin/curl", "file", 0o755, content=program_file("gnu", "curl", 1))


def start(draft: Draft, sandbox: str, url: str) -> int:
    """Begin to fetch a URL, whose content comes out of the sandbox's stream.

    Returns:
        the pid of the process that does it.
    """
    hosts = LayerEntry("etc/hosts", "file", content=_host_names(draft))
    draft.kernel.create_root(sandbox, apply_layer(Tree.empty(), [_CURL, hosts]))
    draft.kernel.create_namespace(
        sandbox,
        hostname=draft.host.hostname,
        mounts=standard_mounts(Mount("/", sandbox, "overlay", "overlay")),
        network=HOST,
    )
    words = ("curl", "-fsSL", url)
    return draft.kernel.start(sandbox, words, {"PATH": launch.DEFAULT_PATH}, "/", _ROOT, rootfs.pipes(sandbox))


def _host_names(draft: Draft) -> bytes:
    """The host's own /etc/hosts, and what every machine knows."""
    try:
        node = files.node_at(draft, rootfs.host_mounts(draft), "/etc/hosts")
    except OSError:
        return _LOCAL_NAMES
    return contents.read(node.content, 0, len(node.content)) + _LOCAL_NAMES


def checked(url: str, checksum: str, data: bytes, exit_code: int) -> bytes:
    """What was fetched, if it is what was wanted.

    Raises:
        SolveFailure: it could not be fetched, or is something else.
    """
    if exit_code:
        raise SolveFailure(f"failed to load cache key: failed to fetch {url}: curl ended with {exit_code}")
    actual = f"sha256:{hashlib.sha256(data).hexdigest()}"
    if checksum and checksum != actual:
        raise SolveFailure(f"digest mismatch for {url}: {actual} (expected: {checksum})")
    return data
