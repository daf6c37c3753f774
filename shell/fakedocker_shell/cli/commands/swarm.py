"""Swarm's commands: each asks the engine what docker's client asks first, and the engine says that it is in no swarm."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from fakedocker_shell.cli import reference
from fakedocker_shell.cli.api import checked_name, filters_query
from fakedocker_shell.cli.commands.images import read_input
from fakedocker_shell.cli.commands.inspect import inspect_all
from fakedocker_shell.cli.create_options import label_map
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.many import one_by_one
from fakedocker_shell.cli.usage import help_text

_STACK_LABEL = "com.docker.stack.namespace"
_NOT_SIMULATED = "Swarm is not simulated"


def _done() -> int:
    """The engine has agreed to something of Swarm's, which nobody here can go on with."""
    raise CliError(_NOT_SIMULATED)


async def _list(call: Invocation, path: str, query: Mapping[str, Any] | None = None) -> int:
    filters = call.options["filter"] if "filter" in call.command.flags else {}
    await call.api.get(path, {**(query or {}), **filters_query(filters)})
    return _done()


async def _inspect(call: Invocation, kind: str, path: str, query: dict[str, str] | None = None) -> int:
    async def fetch(name: str) -> tuple[str, bytes]:
        answer = await call.api.request("GET", path.format(checked_name(kind, name)), query)
        return kind, answer.body

    return await inspect_all(call, call.arguments, call.options["format"], fetch)


async def _remove(call: Invocation, kind: str, path: str, query: dict[str, str] | None = None) -> int:
    async def remove(name: str) -> None:
        await call.api.delete(path.format(checked_name(kind, name)), query)
        call.context.out(name + "\n")

    await one_by_one(call.arguments, remove)
    return 0


async def _look_up(call: Invocation, kind: str, path: str, query: dict[str, str] | None = None) -> int:
    await call.api.get(path.format(checked_name(kind, call.arguments[0])), query)
    return _done()


# configs and secrets


async def _create_data(call: Invocation, kind: str, path: str) -> int:
    name, source = [*call.arguments, ""][:2]
    content = b""
    if source:
        try:
            content = await read_input(call.context, source)
        except CliError as error:
            failure = f"error reading from {source}: {error.message}"
            if kind == "config":
                failure = f'Error reading content from "{source}": {failure}'
            raise CliError(failure) from None
    body = {"Name": name, "Labels": label_map(call.options["label"]), "Data": base64.b64encode(content).decode()}
    answer = await call.api.post(path, None, body)
    call.context.out(answer["ID"] + "\n")
    return 0


async def config_create(call: Invocation) -> int:
    """Make a config."""
    return await _create_data(call, "config", "/configs/create")


async def config_inspect(call: Invocation) -> int:
    """Inspect configs."""
    return await _inspect(call, "config", "/configs/{}")


async def config_ls(call: Invocation) -> int:
    """List configs."""
    return await _list(call, "/configs")


async def config_rm(call: Invocation) -> int:
    """Remove configs."""
    return await _remove(call, "config", "/configs/{}")


async def secret_create(call: Invocation) -> int:
    """Make a secret."""
    return await _create_data(call, "secret", "/secrets/create")


async def secret_inspect(call: Invocation) -> int:
    """Inspect secrets."""
    return await _inspect(call, "secret", "/secrets/{}")


async def secret_ls(call: Invocation) -> int:
    """List secrets."""
    return await _list(call, "/secrets")


async def secret_rm(call: Invocation) -> int:
    """Remove secrets."""
    return await _remove(call, "secret", "/secrets/{}")


# nodes


async def node_ls(call: Invocation) -> int:
    """List nodes."""
    return await _list(call, "/nodes")


async def _node_reference(call: Invocation, name: str) -> str:
    """The id of "self". Raises CliError if the engine is in no swarm."""
    if name != "self":
        return name
    info = await call.api.get("/info")
    identifier = (info.get("Swarm") or {}).get("NodeID") or ""
    if not identifier:
        await call.api.get("/nodes")
    return str(identifier)


async def node_inspect(call: Invocation) -> int:
    """Inspect nodes."""

    async def fetch(name: str) -> tuple[str, bytes]:
        node = await _node_reference(call, name)
        answer = await call.api.request("GET", f"/nodes/{checked_name('node', node)}")
        return "node", answer.body

    return await inspect_all(call, call.arguments, call.options["format"], fetch)


async def node_ps(call: Invocation) -> int:
    """List the tasks of nodes."""
    node = await _node_reference(call, (call.arguments or ["self"])[0])
    return await _look_up_name(call, f"/nodes/{checked_name('node', node)}")


async def _look_up_name(call: Invocation, path: str) -> int:
    await call.api.get(path)
    return _done()


async def node_rm(call: Invocation) -> int:
    """Remove nodes."""
    return await _remove(call, "node", "/nodes/{}", {"force": "1"} if call.options["force"] else None)


async def node_promote(call: Invocation) -> int:
    """Make managers of workers."""
    return await _look_up(call, "node", "/nodes/{}")


async def node_demote(call: Invocation) -> int:
    """Make workers of managers."""
    return await _look_up(call, "node", "/nodes/{}")


async def node_update(call: Invocation) -> int:
    """Change a node."""
    return await _look_up(call, "node", "/nodes/{}")


# services and stacks


async def service_create(call: Invocation) -> int:
    """Make a service."""
    try:
        image = reference.parse(call.arguments[0]).with_default_tag()
    except ValueError as error:
        raise CliError(str(error)) from None
    body = {
        "Name": call.options["name"],
        "Labels": label_map(call.options["label"]),
        "TaskTemplate": {"ContainerSpec": {"Image": image.familiar, "Args": call.arguments[1:]}},
        "Mode": {"Replicated": {}},
    }
    await call.api.post("/services/create", None, body)
    return _done()


async def service_inspect(call: Invocation) -> int:
    """Inspect services."""
    return await _inspect(call, "service", "/services/{}", {"insertDefaults": "true"})


async def service_logs(call: Invocation) -> int:
    """Show a service's logs."""
    return await _look_up(call, "service", "/services/{}", {"insertDefaults": "false"})


async def service_ls(call: Invocation) -> int:
    """List services."""
    return await _list(call, "/services", {"status": "true"})


async def service_ps(call: Invocation) -> int:
    """List the tasks of services."""
    await call.api.get("/services", filters_query({"id": call.arguments}))
    return _done()


async def service_rm(call: Invocation) -> int:
    """Remove services."""
    return await _remove(call, "service", "/services/{}")


async def service_rollback(call: Invocation) -> int:
    """Undo the last change of a service."""
    return await _look_up(call, "service", "/services/{}", {"insertDefaults": "false"})


async def service_update(call: Invocation) -> int:
    """Change a service."""
    return await _look_up(call, "service", "/services/{}", {"insertDefaults": "false"})


async def service_scale(call: Invocation) -> int:
    """Set how many replicas services have."""
    wanted = []
    for text in call.arguments:
        name, equals, count = text.partition("=")
        if not equals or not name:
            raise CliError(f"invalid scale specifier '{text}'.\nSee 'docker service scale --help'.")
        if not count.isdigit():
            raise CliError(f'invalid replicas value {count}: strconv.ParseUint: parsing "{count}": invalid syntax')
        wanted.append(name)

    async def scale(name: str) -> None:
        try:
            await call.api.get(f"/services/{checked_name('service', name)}", {"insertDefaults": "false"})
        except CliError as error:
            raise CliError(f"{name}: {error.message}") from None

    await one_by_one(wanted, scale)
    return _done()


def _of_stack(name: str) -> dict[str, Sequence[str]]:
    return {"label": [f"{_STACK_LABEL}={name}"]}


async def stack_config(call: Invocation) -> int:
    """Show a stack's configuration."""
    if not call.options["compose-file"]:
        raise CliError("specify a Compose file (with --compose-file)")
    return _done()


async def stack_deploy(call: Invocation) -> int:
    """Start a stack."""
    if not call.options["compose-file"]:
        raise CliError("Specify a Compose file (with --compose-file)")
    for path in call.options["compose-file"]:
        await read_input(call.context, path)
    info = await call.api.get("/info")
    if not (info.get("Swarm") or {}).get("ControlAvailable"):
        raise CliError(
            'this node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node '
            "to swarm and try again"
        )
    return _done()


async def stack_ls(call: Invocation) -> int:
    """List stacks."""
    await call.api.get("/services", filters_query({"label": [_STACK_LABEL]}))
    return _done()


async def stack_ps(call: Invocation) -> int:
    """List the tasks of a stack."""
    await call.api.get("/tasks", filters_query({**call.options["filter"], **_of_stack(call.arguments[0])}))
    return _done()


async def stack_rm(call: Invocation) -> int:
    """Remove stacks."""

    async def remove(name: str) -> None:
        await call.api.get("/services", filters_query(_of_stack(name)))

    await one_by_one(call.arguments, remove)
    return _done()


async def stack_services(call: Invocation) -> int:
    """List the services of a stack."""
    filters = {**call.options["filter"], **_of_stack(call.arguments[0])}
    await call.api.get("/services", {"status": "true", **filters_query(filters)})
    return _done()


# the swarm itself


async def swarm_ca(call: Invocation) -> int:
    """Show the swarm's root certificate."""
    return await _look_up_name(call, "/swarm")


async def swarm_init(call: Invocation) -> int:
    """Begin a swarm."""
    options = call.options
    body = {
        "ListenAddr": (options["listen-addr"] or ["0.0.0.0:2377"])[-1],
        "AdvertiseAddr": options["advertise-addr"],
        "DataPathAddr": options["data-path-addr"],
        "DataPathPort": options["data-path-port"],
        "ForceNewCluster": options["force-new-cluster"],
        "AutoLockManagers": options["autolock"],
        "Availability": options["availability"],
    }
    await call.api.post("/swarm/init", None, body)
    return _done()


async def swarm_join(call: Invocation) -> int:
    """Join a swarm."""
    options = call.options
    body = {
        "ListenAddr": (options["listen-addr"] or ["0.0.0.0:2377"])[-1],
        "AdvertiseAddr": options["advertise-addr"],
        "DataPathAddr": options["data-path-addr"],
        "RemoteAddrs": [call.arguments[0]],
        "JoinToken": options["token"],
        "Availability": options["availability"] if options.changed("availability") else "",
    }
    await call.api.post("/swarm/join", None, body)
    return _done()


async def swarm_join_token(call: Invocation) -> int:
    """Show the token to join with."""
    if call.arguments[0] not in ("worker", "manager"):
        raise CliError(f"unknown role {call.arguments[0]}")
    return await _look_up_name(call, "/swarm")


async def swarm_leave(call: Invocation) -> int:
    """Leave the swarm."""
    await call.api.post("/swarm/leave", {"force": "1"} if call.options["force"] else None)
    call.context.out("Node left the swarm.\n")
    return 0


async def swarm_unlock(call: Invocation) -> int:
    """Unlock the swarm."""
    info = await call.api.get("/info")
    if (info.get("Swarm") or {}).get("LocalNodeState", "inactive") in ("", "inactive"):
        raise CliError("Error: This node is not part of a swarm")
    raise CliError("Error: swarm is not locked")


async def swarm_unlock_key(call: Invocation) -> int:
    """Show the key that unlocks the swarm."""
    return await _look_up_name(call, "/swarm" if call.options["rotate"] else "/swarm/unlockkey")


async def swarm_update(call: Invocation) -> int:
    """Change the swarm; without flags there is nothing to change, and help is shown."""
    if not call.options.any_changed():
        call.context.out(help_text(call.command))
        return 0
    return await _look_up_name(call, "/swarm")
