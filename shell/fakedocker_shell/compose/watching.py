"""`docker compose watch`: what has changed below the paths of `develop.watch`, and what is done about it.

Source: compose pkg/compose/watch.go and pkg/watch/ephemeral.go of version 2.26.1. Files are looked at every half second,
which is how long compose waits for more changes.
"""

from __future__ import annotations

import io
import posixpath
import tarfile
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from fakedocker.base.clock import SECOND_NS
from fakedocker.base.json_types import Json
from fakedocker.build.ignore import IgnoreRules, read_patterns
from fakedocker_shell.cli.api import Api
from fakedocker_shell.cli.context import Context, Files
from fakedocker_shell.cli.errors import CliError, UnsimulatedError
from fakedocker_shell.compose.existing import Found
from fakedocker_shell.compose.project import Service

QUIET_SECONDS: Final = 0.5
_EPHEMERAL: Final = (
    "**/*___jb_old___ **/*___jb_tmp___ **/.idea/** **/.#* **/#*# **/4913 **/*~ **/.*.swp **/.*.swx **/.*.swo **/.*.swn"
    " **/.*.kate-swp **/*-go-tmp-umask **/.git .git"
).split()
_MOST_FILES: Final = 20_000
_MOST_TOLD: Final = 10
Stamp = tuple[str, int, int, str]
"""Of a file: kind, size, time and target."""


class Change(NamedTuple):
    """A file that changed, and what is to be done: the action, its path, and where it is in the container."""

    action: str
    path: str
    target: str


class Watched:
    """The files that one service is watched for."""

    def __init__(self, context: Context, service: Service) -> None:
        self.service = service
        self._files = context.files
        self._triggers: list[Mapping[str, Json]] = []
        binds = [one["source"] for one in service.get("volumes", ()) if one.get("type") == "bind"]
        self.mounted = []
        for trigger in service.get("develop", {}).get("watch") or ():
            if any(trigger["path"].startswith(source) for source in binds):
                self.mounted.append(trigger["path"])
            else:
                self._triggers.append(trigger)
        self._general = IgnoreRules([*_dockerignore(context, service), *_EPHEMERAL])
        self._context_path = str(service.get("build", {}).get("context", "/"))
        self._own = [
            IgnoreRules(read_patterns("\n".join(map(str, _list(one.get("ignore")))))) for one in self._triggers
        ]
        self._seen = self._look()

    def changes(self) -> list[Change]:
        """What has changed since the last time it was asked."""
        now, before = self._look(), self._seen
        self._seen = now
        changed = sorted(path for path in now.keys() | before.keys() if now.get(path) != before.get(path))
        return [change for path in changed for change in self._asked_for(path)]

    def _asked_for(self, path: str) -> Iterable[Change]:
        for trigger, own in zip(self._triggers, self._own, strict=True):
            root = trigger["path"]
            if path != root and not path.startswith(f"{root.rstrip('/')}/"):
                continue
            inside = posixpath.relpath(path, root)
            if inside != "." and own.excludes(inside):
                continue
            target = trigger.get("target")
            place = posixpath.normpath(posixpath.join(target, inside)) if target else ""
            yield Change(trigger["action"], path, place)

    def _look(self) -> dict[str, Stamp]:
        found: dict[str, Stamp] = {}
        for trigger in self._triggers:
            self._walk(trigger["path"], found)
        return found

    def _walk(self, root: str, found: dict[str, Stamp]) -> None:
        pending = [root]
        while pending:
            path = pending.pop()
            if path in found or self._is_ignored(path):
                continue
            try:
                status = self._files.lstat(path)
            except OSError:
                continue
            if len(found) >= _MOST_FILES:
                raise UnsimulatedError(f"watching more than {_MOST_FILES} files is not simulated")
            is_directory = status.kind == "directory"
            times = (0, 0) if is_directory else (status.size_bytes, status.mtime_ns)
            found[path] = (status.kind, *times, status.target)
            if is_directory:
                pending += [posixpath.join(path, name) for name in self._files.list_directory(path)]

    def _is_ignored(self, path: str) -> bool:
        inside = posixpath.relpath(path, self._context_path)
        return inside != "." and self._general.excludes(inside.removeprefix("../"))


def _list(value: Json) -> list[Json]:
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def _dockerignore(context: Context, service: Service) -> list[str]:
    path = posixpath.join(str(service.get("build", {}).get("context", "/")), ".dockerignore")
    try:
        return read_patterns(context.files.read_bytes(path).decode("utf-8", "replace"))
    except OSError:
        return []


def check(service: Service, *, named: bool) -> bool:
    """Whether a service is to be watched. Raises CliError where it is meant to be and cannot."""
    triggers = service.get("develop", {}).get("watch")
    if triggers is None:
        return False
    if not service.get("build"):
        if any(trigger["action"] == "rebuild" for trigger in triggers):
            raise CliError(f"can't watch service {_quoted(service.name)} with action rebuild without a build context")
        if named:
            raise CliError(f"can't watch service {_quoted(service.name)} without a build context")
        return False
    lacking = next((trigger["action"] for trigger in triggers if trigger["action"] in ("restart", "sync+exec")), "")
    if lacking:
        raise UnsimulatedError(f"the action {lacking} of develop.watch is not simulated")
    return True


def _quoted(name: str) -> str:
    return f'"{name}"'


def told(service: str, changes: list[Change]) -> str:
    """What is said of a synchronisation."""
    if len(changes) <= _MOST_TOLD:
        return f"Syncing {_quoted(service)} after changes were detected"
    return f"Syncing service {_quoted(service)} after {len(changes)} changes were detected"


async def sync(api: Api, containers: Iterable[Found], changes: list[Change]) -> None:
    """Copy what has changed into containers, and remove there what is gone. Raises CliError."""
    files = api.context.files
    gone = [change.target for change in changes if not _is_there(files, change.path)]
    archive = _archive(files, [change for change in changes if change.target not in gone], api.context.now_ns())
    for one in containers:
        if gone:
            await run_inside(api, one.id, {"Cmd": ["rm", "-rf", *gone], "AttachStderr": True})
        query = {"path": "/", "noOverwriteDirNonDir": "true", "copyUIDGID": "true"}
        await api.request("PUT", f"/containers/{one.id}/archive", query, archive, {"Content-Type": "text/plain"})


async def run_inside(api: Api, container: str, body: dict[str, Json]) -> int:
    """Run a command in a container to its end; its exit status."""
    made = await api.post(f"/containers/{container}/exec", None, body)
    await api.post(f"/exec/{made['Id']}/start", None, {"Detach": True, "Tty": False})
    while (found := await api.get(f"/exec/{made['Id']}/json"))["Running"]:
        await api.context.sleep(0.1)  # as compose does, for there is nothing to wait with
    return int(found["ExitCode"] or 0)


def _is_there(files: Files, path: str) -> bool:
    try:
        files.lstat(path)
    except OSError:
        return False
    return True


def _archive(files: Files, changes: list[Change], now_ns: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.TarFile(fileobj=buffer, mode="w") as archive:
        for change in changes:
            status = files.lstat(change.path)
            entry = tarfile.TarInfo(change.target.lstrip("/"))
            entry.mode, entry.uid, entry.gid = status.mode & 0o7777, status.uid, status.gid
            entry.mtime = (status.mtime_ns or now_ns) // SECOND_NS
            if status.kind == "directory":
                entry.type = tarfile.DIRTYPE
                archive.addfile(entry)
            elif status.kind == "link":
                entry.type, entry.linkname = tarfile.SYMTYPE, status.target
                archive.addfile(entry)
            elif status.kind == "file":
                data = files.read_bytes(change.path)
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()
