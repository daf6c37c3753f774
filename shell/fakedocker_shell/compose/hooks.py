"""`post_start` and `pre_stop`: commands that compose runs in a service's containers after it has started and before it stops them.

Source: compose pkg/compose/hook.go of version 2.30, in which they came; 2.26.1 reads them and does nothing.
"""

from __future__ import annotations

from fakedocker_shell.cli.api import Api
from fakedocker_shell.cli.errors import CliError, DaemonError
from fakedocker_shell.compose.project import Service
from fakedocker_shell.compose.watching import run_inside

_GONE = (404, 409)


async def run(api: Api, service: Service | None, key: str, container: str) -> None:
    """Run a service's hooks in a container, one after the other. CliError for the first that fails.

    Args:
        key: "post_start" or "pre_stop".
    """
    for hook in service.get(key, ()) if service is not None else ():
        body = {
            "User": hook.get("user", ""),
            "Privileged": bool(hook.get("privileged")),
            "Env": [f"{name}={value}" for name, value in (hook.get("environment") or {}).items() if value is not None],
            "WorkingDir": hook.get("working_dir", ""),
            "Cmd": hook.get("command") or [],
        }
        try:
            status = await run_inside(api, container, body)
        except DaemonError as problem:
            if key == "pre_stop" and problem.http_status in _GONE:  # it does not run, so there is nothing to prepare
                return
            raise
        if status:
            assert service is not None
            raise CliError(f"{service.name} hook exited with status {status}")
