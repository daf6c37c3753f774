"""Fetching a URL for a build: by a simulated curl, which reaches what the simulation's host reaches.

Source: buildkit source/http.
"""

from __future__ import annotations

import hashlib
import posixpath

from fakedocker.filesystem import content as contents
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.filesystem.walk import Mount
from fakedocker.kernel.devices import standard_mounts
from fakedocker.kernel.loader import program_file
from fakedocker.network.model import HOST
from fakedocker.operations.containers import process_spec, rootfs
from fakedocker.operations.system import files
from fakedocker.world.draft import Draft

_ROOT = (0, 0, (0,))
_REASONS = {
    6: "no such host",
    7: "connection refused",
    22: "the server says that it has no such file",
    28: "i/o timeout",
}
"""What curl's exit codes mean."""
_LOCAL_NAMES = b"127.0.0.1\tlocalhost\n"
_CURL = LayerEntry("usr/bin/curl", "file", 0o755, content=program_file("gnu", "curl", 1))


def start(draft: Draft, sandbox: str, url: str, options: tuple[str, ...] = ("-fsSL",)) -> int:
    """Begin to fetch a URL, whose content comes out of the sandbox's stream.

    Args:
        options: what else curl is told.

    Returns:
        the pid of the process that does it.
    """
    hosts = LayerEntry("etc/hosts", "file", content=host_names(draft))
    draft.kernel.create_root(sandbox, apply_layer(Tree.empty(), [_CURL, hosts]))
    draft.kernel.create_namespace(
        sandbox,
        hostname=draft.host.hostname,
        mounts=standard_mounts(Mount("/", sandbox, "overlay", "overlay")),
        network=HOST,
    )
    words = ("curl", *options, url)
    return draft.kernel.start(sandbox, words, {"PATH": process_spec.DEFAULT_PATH}, "/", _ROOT, rootfs.pipes(sandbox))


def host_names(draft: Draft) -> bytes:
    """The host's own /etc/hosts, and what every machine knows."""
    try:
        node = files.node_at(draft, rootfs.host_mounts(draft), "/etc/hosts")
    except OSError:
        return _LOCAL_NAMES
    return contents.read(node.content, 0, len(node.content)) + _LOCAL_NAMES


class DownloadFailure(Exception):
    """A URL that cannot be fetched, or is not what was wanted."""


def end(draft: Draft, sandbox: str) -> None:
    """Take down what has fetched a URL, whether it has ended or not."""
    draft.kernel.destroy_namespace(sandbox)
    draft.kernel.remove_root(sandbox)


def checked(url: str, checksum: str, data: bytes, exit_code: int) -> bytes:
    """What was fetched, if it is what was wanted.

    Raises:
        DownloadFailure: it could not be fetched, or is something else.
    """
    if exit_code:
        reason = _REASONS.get(exit_code, f"curl ended with {exit_code}")
        raise DownloadFailure(f"failed to fetch {url}: {reason}")
    actual = f"sha256:{hashlib.sha256(data).hexdigest()}"
    if checksum and checksum != actual:
        raise DownloadFailure(f"digest mismatch for {url}: {actual} (expected: {checksum})")
    return data


def file_name(url: str) -> str:
    """What the file of a URL is called; "" where it does not say."""
    return posixpath.basename(url.partition("?")[0].partition("//")[2].partition("/")[2])
