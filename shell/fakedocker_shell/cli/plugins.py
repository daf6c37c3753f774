"""The plugins of the docker command line: whether buildx and compose are installed where the client looks.

Source: docker/cli cli-plugins/manager. A file system that has none of these folders says nothing of plugins: there the
client has them.
"""

from __future__ import annotations

from typing import Final

from fakedocker_shell.cli.context import Context

NAMES: Final = ("buildx", "compose")
_FOLDERS: Final = (
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
)


def is_there(context: Context, name: str) -> bool:
    """Whether a plugin is installed."""
    home = context.environment.get("HOME", "")
    folders = [*([f"{home}/.docker/cli-plugins"] if home else ()), *_FOLDERS]
    if context.has_own_plugins or not any(_exists(context, folder) for folder in folders):
        return True
    return any(_exists(context, f"{folder}/docker-{name}") for folder in folders)


def _exists(context: Context, path: str) -> bool:
    try:
        context.files.stat(path)
    except OSError:
        return False
    return True
