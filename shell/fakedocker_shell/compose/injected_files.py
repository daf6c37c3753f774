"""Configs and secrets whose content is in the compose file or in a variable: put into a container before it starts.

Those that are files are bind mounts. Source: compose pkg/compose/secrets.go.
"""

from __future__ import annotations

import io
import posixpath
import tarfile
from collections.abc import Mapping

from fakedocker.base.clock import SECOND_NS
from fakedocker.base.json_types import Json, JsonObject
from fakedocker.base.numbers import is_digits
from fakedocker_shell.cli.api import Api
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.compose.normalizing import SECRETS_DIRECTORY
from fakedocker_shell.compose.project import Project, Service

_MODE = 0o444


async def inject(api: Api, project: Project, service: Service, identifier: str) -> None:
    """Copy them into a container that is about to start. CliError where a variable is missing."""
    for item in service.get("secrets", ()):
        content = _content(project, project.secrets[item["source"]])
        if content is not None:
            target = posixpath.join(SECRETS_DIRECTORY, item.get("target") or item["source"])
            await _put(api, identifier, target, item, content)
    for item in service.get("configs", ()):
        content = _content(project, project.configs[item["source"]])
        if content is not None:
            await _put(api, identifier, item.get("target") or f"/{item['source']}", item, content)


def _content(project: Project, source: Mapping[str, Json]) -> str | None:
    """What such a file holds; None for one that is mounted."""
    if source.get("environment"):
        value = project.environment.get(source["environment"])
        if value is None:
            name = source.get("name", "")
            raise CliError(f'environment variable "{source["environment"]}" required by file "{name}" is not set')
        return str(value)
    content = source.get("content")
    return None if content is None else str(content)


async def _put(api: Api, identifier: str, target: str, item: JsonObject, content: str) -> None:
    data = content.encode("utf-8", "surrogateescape")
    entry = tarfile.TarInfo(target)
    entry.size = len(data)
    mode = item.get("mode")
    entry.mode = _MODE if mode is None else int(str(mode), 8) if isinstance(mode, str) else int(mode)
    entry.uid, entry.gid = (int(item[key]) if is_digits(str(item.get(key, ""))) else 0 for key in ("uid", "gid"))
    entry.mtime = api.context.now_ns() // SECOND_NS
    buffer = io.BytesIO()
    with tarfile.TarFile(fileobj=buffer, mode="w") as archive:
        archive.addfile(entry, io.BytesIO(data))
    keeps_owner = {"copyUIDGID": "true"} if item.get("uid") or item.get("gid") else {}
    query = {"path": "/", "noOverwriteDirNonDir": "true", **keeps_owner}
    await api.request(
        "PUT", f"/containers/{identifier}/archive", query, buffer.getvalue(), {"Content-Type": "text/plain"}
    )
