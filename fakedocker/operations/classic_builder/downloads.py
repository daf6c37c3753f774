"""Fetching a URL for a build: by a simulated curl, which reaches what the simulation's host reaches, or outside, by a
driver.

What is outside is said by `World.web`: sites that stand for folders of the machine, and servers on its loopback
interface. Source: buildkit source/{http,git}, moby builder/remotecontext/{remote.go,git}.
"""

from __future__ import annotations

import hashlib
import ipaddress
import posixpath
from http import HTTPStatus
from typing import Final
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from fakedocker.base import messages
from fakedocker.base.messages import Refusal
from fakedocker.build import git_urls, shipped
from fakedocker.build.git_reading import GitProblem
from fakedocker.build.git_urls import GitUrl
from fakedocker.filesystem import content as contents
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.program_files import program_file
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.filesystem.walk import Mount
from fakedocker.kernel import sockets
from fakedocker.kernel.devices import standard_mounts
from fakedocker.network.model import HOST
from fakedocker.operations.containers import process_spec, rootfs, stdio
from fakedocker.operations.registry import external
from fakedocker.operations.system import files
from fakedocker.registry.errands import Failed, Fetched, Result, WebErrand
from fakedocker.world.draft import Draft
from fakedocker.world.tasks import ErrandTask

URL_SCHEMES: Final = ("http://", "https://")
_KEPT: Final = (400, 401, 403, 404)
"""Statuses that the client gets as the server gave them."""
_ROOT = (0, 0, (0,))
_OPTIONS: Final = ("-sSL", "-w", "\n%{http_code}")
_REASONS: Final = {
    6: "dial tcp: lookup {name} on 192.168.65.7:53: no such host",
    7: "dial tcp {address}: connect: connection refused",
    28: "dial tcp {address}: i/o timeout",
}
"""What curl's exit codes mean, in Go's words."""
_GIT_REASONS: Final = {
    6: "Could not resolve host: {name}",
    7: "Failed to connect to {name} port {port} after 0 ms: Couldn't connect to server",
    28: "Failed to connect to {name} port {port} after 0 ms: Timeout was reached",
}
"""The same in git's."""
NO_SUCH_HOST: Final = 6
"""What curl ends with where a name cannot be looked up."""
_LOCAL_NAMES = b"127.0.0.1\tlocalhost\n"
_CURL = LayerEntry("usr/bin/curl", "file", 0o755, content=program_file("gnu", "curl", 1))


class Outcome(Struct, frozen=True, kw_only=True):
    """How fetching a URL has ended.

    Args:
        problem: why there is no answer, in the words of Go, or of git for a repository; "" where there is one.
        status: HTTP's.
        mtime_ns: when the file was changed, 0 where that is not known.
        commit, files: of a repository.
        note: what is said of it to whoever builds; "" for nothing.
    """

    problem: str = ""
    status: int = 200
    data: bytes = b""
    mtime_ns: int = 0
    commit: str = ""
    files: tuple[LayerEntry, ...] = ()
    note: str = ""


def start(draft: Draft, kind: str, sandbox: str, url: str) -> None:
    """Begin to fetch a URL, or the files of a repository.

    Args:
        kind: of the process that does it, which says who hears of its end.
        sandbox: a name of its own, which whoever hears of it knows it by.
    """
    git = git_urls.parse(url)
    wanted = git.remote if git is not None else url
    if is_outside(draft, wanted):
        task = ErrandTask(id=draft.draw(), name=url, sandbox=sandbox)
        draft.tasks[task.id] = task
        reference = git.reference if git is not None else ""
        draft.notify(external.NOTICE, task.id, WebErrand(url=wanted, git=git is not None, reference=reference))
        return
    if git is not None:
        wanted = f"{wanted.rstrip('/')}/info/refs?service=git-upload-pack"
    hosts = LayerEntry("etc/hosts", "file", content=host_names(draft))
    draft.kernel.create_root(sandbox, apply_layer(Tree.empty(), [_CURL, hosts]))
    draft.kernel.create_namespace(
        sandbox,
        hostname=draft.host.hostname,
        mounts=standard_mounts(Mount("/", sandbox, "overlay", "overlay")),
        network=HOST,
    )
    words = ("curl", *_OPTIONS, wanted)
    environment = {"PATH": process_spec.DEFAULT_PATH}
    pid = draft.kernel.start(sandbox, words, environment, "/", _ROOT, stdio.pipes(sandbox))
    draft.processes[pid] = (kind, sandbox)


def is_outside(draft: Draft, url: str) -> bool:
    """Whether a driver fetches a URL: of a site that was declared, or of a loopback server where nothing of the
    simulation listens."""
    web = draft.web
    if any(url == site or url.startswith(f"{site}/") for site in web.sites):
        return True
    parts = urlsplit(url)
    if not web.loopback or parts.scheme != "http" or not _is_loopback(parts.hostname or ""):
        return False
    port = _port_of(parts)
    if any((port, "tcp", version) in draft.ports for version in (4, 6)):
        return False
    return sockets.find_listener(draft.kernel_draft, HOST, "127.0.0.1", port, "tcp") is None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _port_of(parts: SplitResult) -> int:
    try:
        return parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return 0


def host_names(draft: Draft) -> bytes:
    """The host's own /etc/hosts, and what every machine knows."""
    try:
        node = files.node_at(draft, rootfs.host_mounts(draft), "/etc/hosts")
    except OSError:
        return _LOCAL_NAMES
    return contents.read(node.content, 0, len(node.content)) + _LOCAL_NAMES


def end(draft: Draft, sandbox: str) -> None:
    """Take down what fetches a URL, whether it has ended or not."""
    draft.kernel.destroy_namespace(sandbox)
    if sandbox in draft.kernel_draft.filesystems:
        draft.kernel.remove_root(sandbox)
    for task in [one for one in draft.tasks.values() if isinstance(one, ErrandTask) and one.sandbox == sandbox]:
        del draft.tasks[task.id]


def of_curl(url: str, output: bytes, exit_code: int) -> Outcome:
    """What a simulated curl has come to, by what it has written."""
    git = git_urls.parse(url)
    if git is not None and (folder := shipped.folder_at(git.remote)):
        return _of_shipped(git, folder)
    parts = urlsplit(git.remote if git is not None else url)
    name, port = parts.hostname or "", _port_of(parts)
    if exit_code and git is not None:
        reason = _GIT_REASONS.get(exit_code, "Empty reply from server").format(name=name, port=port)
        return Outcome(problem=f"fatal: unable to access '{git.remote}/': {reason}")
    if exit_code:
        address = f"{'127.0.0.1' if name == 'localhost' else name}:{port}"
        reason = _REASONS.get(exit_code, "EOF").format(name=name, address=address)
        return Outcome(problem=f'Get "{url}": {reason}')
    data, _, code = output.rpartition(b"\n")
    if git is None:
        return Outcome(status=int(code), data=data)
    if int(code) < 400:
        return Outcome(
            problem=f"fatal: fakedocker: git from {git.remote}, a server of the simulation, is not simulated"
        )
    return Outcome(problem=f"fatal: repository '{git.remote}/' not found")


def _of_shipped(git: GitUrl, folder: str) -> Outcome:
    try:
        commit, files = shipped.checkout(folder, git.reference)
    except GitProblem as problem:
        return Outcome(problem=str(problem))
    return Outcome(commit=commit, files=files, note=shipped.note(git.remote))


def of_errand(result: Result) -> Outcome:
    """What a driver has brought back."""
    if isinstance(result, Failed):
        return Outcome(problem=result.problem)
    assert isinstance(result, Fetched)
    return Outcome(
        status=result.status, data=result.data, mtime_ns=result.mtime_ns, commit=result.commit, files=result.files
    )


def content_of(url: str, outcome: Outcome) -> bytes:
    """What the server has sent. Refusal where it has not, or an error (moby builder/remotecontext/remote.go)."""
    if outcome.problem:
        raise messages.FETCH_FAILED(problem=outcome.problem)
    if outcome.status >= HTTPStatus.BAD_REQUEST:
        body = outcome.data.decode(errors="replace").strip()
        problem = messages.FETCH_STATUS(url=url, status=_status_line(outcome.status), body=body)
        raise Refusal(outcome.status if outcome.status in _KEPT else problem.status, problem.message)
    return outcome.data


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def checksum_problem(url: str, checksum: str, data: bytes) -> str:
    """What is said of data with another checksum; "" for the wanted one."""
    actual = f"sha256:{hashlib.sha256(data).hexdigest()}"
    return f"digest mismatch for {url}: {actual} (expected: {checksum})" if checksum not in ("", actual) else ""


def checked_out(outcome: Outcome, directory: str, now_ns: int) -> Tree:
    """The files of a repository, or of a directory in it. FileNotFoundError, NotADirectoryError."""
    below = f"{directory}/" if directory else ""
    kinds = {entry.path: entry.kind for entry in outcome.files}
    if directory and kinds.get(directory) != "dir":
        raise NotADirectoryError(directory) if directory in kinds else FileNotFoundError(directory)
    entries = [
        LayerEntry(entry.path[len(below) :], entry.kind, entry.mode, mtime_ns=now_ns, content=entry.content, target=entry.target)
        for entry in outcome.files
        if entry.path.startswith(below)
    ]  # fmt: skip
    return apply_layer(Tree.empty(), entries)


def file_name(url: str) -> str:
    """What the file of a URL is called; "" where it does not say."""
    return posixpath.basename(url.partition("?")[0].partition("//")[2].partition("/")[2])
