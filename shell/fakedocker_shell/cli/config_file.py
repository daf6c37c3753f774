"""The client's configuration, ~/.docker/config.json: credentials of registries, formats, the context in use."""

from __future__ import annotations

import base64
import json
import posixpath
from collections.abc import Mapping

from fakedocker.base.json_types import JsonObject
from fakedocker_shell.cli.context import Context

HUB = "https://index.docker.io/v1/"
"""The key of Docker Hub's credentials."""


class ConfigFile:
    """The file's content; `save` writes it back.

    Args:
        directory: where it lies.
        content: the JSON, also keys nobody here knows.
    """

    def __init__(self, context: Context, directory: str, content: JsonObject) -> None:
        self._context = context
        self.directory = directory
        self.content = content

    @classmethod
    def load(cls, context: Context, directory: str = "") -> ConfigFile:
        """Read it from that directory, from $DOCKER_CONFIG or from ~/.docker; a file that is not there is empty."""
        home = context.environment.get("HOME") or "/root"
        directory = directory or context.environment.get("DOCKER_CONFIG") or posixpath.join(home, ".docker")
        directory = posixpath.join(context.directory, directory)
        path = posixpath.join(directory, "config.json")
        content: JsonObject = {}
        try:
            loaded = json.loads(context.files.read_bytes(path))
            content = loaded if isinstance(loaded, dict) else {}
        except OSError:
            pass
        except ValueError as error:
            context.err(f"WARNING: Error loading config file: {path}: {error}\n")
        return cls(context, directory, content)

    def text(self, key: str) -> str:
        """A setting that is a text; empty without it."""
        value = self.content.get(key, "")
        return value if isinstance(value, str) else ""

    @property
    def path(self) -> str:
        """The file."""
        return posixpath.join(self.directory, "config.json")

    def save(self) -> None:
        """Write the file, as docker lays it out. Raises OSError."""
        files = self._context.files
        make_directories(self._context, self.directory)
        document = json.dumps(self.content, indent="\t", ensure_ascii=False, sort_keys=True)
        files.write_bytes(self.path, document.encode(), 0o600)

    # credentials

    def credentials(self, registry: str) -> Mapping[str, str] | None:
        """{"username", "password"} for a registry, or None."""
        entry = (self.content.get("auths") or {}).get(registry)
        if not entry:
            return None
        if entry.get("identitytoken"):
            return {"identitytoken": entry["identitytoken"], "username": entry.get("username", "")}
        try:
            username, _, password = base64.b64decode(entry.get("auth", "")).decode().partition(":")
        except ValueError:
            return None
        return {"username": username, "password": password.rstrip("\0")}

    def store(self, registry: str, username: str, password: str) -> None:
        """Keep credentials, in the clear as docker does without a helper."""
        encoded = base64.b64encode(f"{username}:{password}".encode()).decode()
        self.content.setdefault("auths", {})[registry] = {"auth": encoded}

    def erase(self, registry: str) -> bool:
        """Forget credentials; whether there were any."""
        return (self.content.get("auths") or {}).pop(registry, None) is not None


def make_directories(context: Context, path: str, mode: int = 0o700) -> None:
    """Create a directory and those above it that are not there. Raises OSError."""
    try:
        context.files.stat(path)
    except OSError:
        parent = posixpath.dirname(path)
        if parent != path:
            make_directories(context, parent, mode)
        context.files.make_directory(path, mode)
