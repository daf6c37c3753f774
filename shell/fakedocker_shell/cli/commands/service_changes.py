"""docker service create and docker service update.

Source: docker/cli command/service/create.go and update.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakedocker_shell.cli.api import checked_name
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.swarm import convergence, requests, service_changes, service_spec

_NOT_CHANGES = frozenset({"rollback", "detach", "quiet"})


async def _network_id(call: Invocation, name: str) -> str:
    network = await call.api.get(f"/networks/{checked_name('network', name)}", {"scope": "swarm"})
    return str(network["Id"])


async def service_create(call: Invocation) -> int:
    """Make a service."""
    options = call.options
    spec = service_spec.build(call.context, options)
    task = spec["TaskTemplate"]
    for network in task.get("Networks") or []:
        network["Target"] = await _network_id(call, network["Target"])
    if "Networks" in task:
        task["Networks"].sort(key=lambda network: network["Target"])
    container = task["ContainerSpec"]
    if options["secret"]:
        container["Secrets"] = await requests.resolve_secrets(call, options["secret"])
    credential = options["credential-spec"] or {}
    configs = [*options["config"], *_runtime_config(credential.get("Config", ""))]
    if configs:
        container["Configs"] = await requests.resolve_configs(call, configs)
        _put_credential_id(container)
    image = container.get("Image", "")
    headers = requests.registry_header(call, image) if options["with-registry-auth"] else {}
    identifier = await requests.create(call, spec, headers, not options["no-resolve-image"])
    call.context.out(identifier + "\n")
    if not options["detach"]:
        await convergence.wait(call, identifier, options["quiet"])
    return 0


def _runtime_config(name: str) -> list[dict[str, Any]]:
    """A config that is no file of the containers: what they are started with."""
    return [{"ConfigName": name, "Runtime": {}}] if name else []


def _put_credential_id(container: dict[str, Any]) -> None:
    """Name the config of a credential specification by its id, which the engine wants."""
    credential = (container.get("Privileges") or {}).get("CredentialSpec") or {}
    for config in container.get("Configs") or []:
        if credential.get("Config") and config["ConfigName"] == credential["Config"]:
            credential["Config"] = config["ConfigID"]
            return


async def service_update(call: Invocation) -> int:
    """Change a service."""
    options = call.options
    name = call.arguments[0]
    service = await requests.service(call, name)
    spec = service["Spec"]
    query: dict[str, str] = {}
    if options["rollback"]:
        if any(options.changed(flag) for flag in call.command.flags if flag not in _NOT_CHANGES):
            raise CliError("other flags may not be combined with --rollback")
        query["rollback"] = "previous"
    await _change_networks(call, spec)
    service_changes.apply(spec, options)
    container = spec["TaskTemplate"]["ContainerSpec"]
    await _change_secrets(call, container)
    await _change_configs(call, container)
    headers: Mapping[str, str] = {}
    if options["with-registry-auth"]:
        headers = requests.registry_header(call, container.get("Image", ""))
    else:
        query["registryAuthFrom"] = "spec"
    ask_registry = options.changed("image") and not options["no-resolve-image"]
    await requests.update(call, service, spec, query, headers, ask_registry)
    call.context.out(name + "\n")
    if not options["detach"]:
        await convergence.wait(call, name, options["quiet"])
    return 0


async def _change_networks(call: Invocation, spec: dict[str, Any]) -> None:
    options = call.options
    if not options["network-add"] and not options["network-rm"]:
        return
    removed = [await _network_id(call, name) for name in options["network-rm"]]
    added = []
    for network in options["network-add"]:
        identifier = await _network_id(call, network["target"])
        added.append((network["target"], {**service_spec.attachment(network), "Target": identifier}))
    service_changes.networks(spec, removed, added)


async def _change_secrets(call: Invocation, container: dict[str, Any]) -> None:
    options = call.options
    kept = [one for one in container.get("Secrets") or [] if one["SecretName"] not in options["secret-rm"]]
    container["Secrets"] = [*kept, *await requests.resolve_secrets(call, options["secret-add"])]


async def _change_configs(call: Invocation, container: dict[str, Any]) -> None:
    """The configs that are files, and the one that a credential specification needs."""
    options = call.options
    credential: dict[str, str] | None = options["credential-spec"] if options.changed("credential-spec") else None
    current = (container.get("Privileges") or {}).get("CredentialSpec") or {}
    wanted = credential["Config"] if credential is not None else ""
    in_use = current.get("Config", "") if credential is None else ""
    kept = [
        one
        for one in container.get("Configs") or []
        if (
            one["ConfigName"] == wanted or one["ConfigID"] == in_use
            if one.get("Runtime") is not None
            else one["ConfigName"] not in options["config-rm"]
        )
    ]
    added = await requests.resolve_configs(call, [*options["config-add"], *_runtime_config(wanted)])
    container["Configs"] = [*kept, *added]
    if credential is None:
        return
    if any(credential.values()):
        privileges = container.get("Privileges") or {"SELinuxContext": None, "NoNewPrivileges": False}
        container["Privileges"] = {**privileges, "CredentialSpec": dict(credential)}
        _put_credential_id(container)
    elif container.get("Privileges"):
        container["Privileges"]["CredentialSpec"] = None
