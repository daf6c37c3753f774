"""docker stack: config, deploy.

Source: docker/cli command/stack/config.go, deploy.go, command/stack/swarm/deploy_composefile.go.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from fakedocker_shell.cli import reference, releases
from fakedocker_shell.cli.api import checked_name
from fakedocker_shell.cli.commands.stacks import check_name, members, remove_members
from fakedocker_shell.cli.errors import CliError, DaemonError
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.many import raise_all
from fakedocker_shell.swarm import convergence, requests, stack_file, stack_services
from fakedocker_shell.swarm.requests import present
from fakedocker_shell.swarm.stack_file import Stack

_NOT_MANAGER = (
    'this node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and '
    "try again"
)
_IN_THE_BACKGROUND = (
    "Since --detach=false was not specified, tasks will be created in the background.\n"
    "In a future release, --detach=false will become the default.\n"
)
_PREDEFINED = ("default", "bridge", "host", "none")


async def stack_config(call: Invocation) -> int:
    """Show what the files of a stack say together."""
    options = call.options
    stack = await stack_file.load(call.context, options["compose-file"], not options["skip-interpolation"])
    call.context.out(stack_file.as_yaml(stack))
    return 0


async def stack_deploy(call: Invocation) -> int:
    """Make a stack, or change it into what its files say."""
    options = call.options
    name = check_name(call.arguments[0])
    try:
        stack = await stack_file.load(call.context, options["compose-file"])
    except stack_file.Forbidden as problem:
        raise CliError(call.release.text(releases.UNSUPPORTED_OPTIONS, options=problem.descriptions)) from None
    stack_file.complain(call.context, stack)
    _check_images(stack)
    if options["resolve-image"] not in ("always", "changed", "never"):
        raise CliError(call.release.text(releases.RESOLVE_IMAGE, option=options["resolve-image"]))
    if options["detach"] and not options.changed("detach"):
        call.context.err(_IN_THE_BACKGROUND)
    info = await call.api.get("/info")
    if not (info.get("Swarm") or {}).get("ControlAvailable"):
        raise CliError(_NOT_MANAGER)
    identifiers = await _Deployment(call, name, stack).run()
    complaints = []
    for identifier in [] if options["detach"] else identifiers:
        try:
            await convergence.wait(call, identifier, options["quiet"])
        except CliError as error:
            complaints.append(f"{identifier}: {error.message}")
    raise_all(complaints)
    return 0


def _check_images(stack: Stack) -> None:
    for name, service in stack.services.items():
        start = f"invalid image reference for service {name}: "
        if not service.get("image"):
            raise CliError(f"{start}no image specified")
        try:
            reference.parse(service["image"])
        except ValueError as problem:
            raise CliError(f"{start}{problem}") from None


class _Deployment:
    """One run of `stack deploy`: networks, then secrets and configs, then services.

    Args:
        name: the stack's.
    """

    def __init__(self, call: Invocation, name: str, stack: Stack) -> None:
        self._call = call
        self._name = name
        self._stack = stack

    async def run(self) -> list[str]:
        """Do it, and give the ids of the services. Raises CliError."""
        if self._call.options["prune"]:
            await self._prune()
        await self._networks()
        for kind, found in (("secret", self._stack.secrets), ("config", self._stack.configs)):
            for name, settings in found.items():
                if not settings.get("external"):
                    await self._put_data(kind, self._data(name, settings))
        specs = {name: await self._specification(name) for name in self._stack.services}
        existing = {one["Spec"]["Name"]: one for one in await members(self._call, self._name, "services")}
        return [
            await self._put_service(spec, existing.get(stack_services.scoped(self._name, name)))
            for name, spec in specs.items()
        ]

    def _say(self, text: str) -> None:
        self._call.context.out(text + "\n")

    def _scoped(self, name: str) -> str:
        return stack_services.scoped(self._name, name)

    async def _prune(self) -> None:
        """Remove the services that the files no longer have."""
        prefix = self._scoped("")
        found = await members(self._call, self._name, "services")
        gone = [one for one in found if one["Spec"]["Name"].removeprefix(prefix) not in self._stack.services]
        await remove_members(self._call, "service", sorted(gone, key=lambda one: str(one["Spec"]["Name"])))

    # networks

    async def _networks(self) -> None:
        used = sorted({name for one in self._stack.services.values() for name in one.get("networks") or ("default",)})
        wanted: dict[str, dict[str, Any]] = {}
        for name in used:
            settings = self._stack.networks.get(name, {})
            if settings.get("external"):
                await self._check_external(settings["name"])
            else:
                wanted[settings.get("name") or self._scoped(name)] = settings
        existing = {network["Name"] for network in await members(self._call, self._name, "networks")}
        for name, settings in wanted.items():
            if name not in existing:
                await self._create_network(name, settings)

    async def _check_external(self, name: str) -> None:
        if name in _PREDEFINED or name.startswith("container:"):
            return
        start = f'network "{name}" is declared as external, but '
        try:
            network = await self._call.api.get(f"/networks/{checked_name('network', name)}")
        except DaemonError as error:
            if error.http_status != 404:
                raise
            raise CliError(
                f"{start}could not be found. You need to create a swarm-scoped network before the stack is deployed"
            ) from None
        if network["Scope"] != "swarm":
            raise CliError(f'{start}it is not in the right scope: "{network["Scope"]}" instead of "swarm"')

    async def _create_network(self, name: str, settings: Mapping[str, Any]) -> None:
        ipam = settings.get("ipam") or {}
        body: dict[str, Any] = {
            "Name": name,
            "Driver": settings.get("driver") or "overlay",
            "Scope": "",
            "Internal": bool(settings.get("internal")),
            "Attachable": bool(settings.get("attachable")),
            "Ingress": False,
            "ConfigOnly": False,
            "ConfigFrom": None,
            "Options": settings.get("driver_opts"),
            "Labels": stack_services.labelled(self._name, settings.get("labels")),
        }
        if ipam:
            pools = [present({"Subnet": pool.get("subnet")}) for pool in ipam.get("config", ())]
            body["IPAM"] = {"Driver": ipam.get("driver", ""), "Options": None, "Config": pools}
        self._say(f"Creating network {name}")
        try:
            await self._call.api.post("/networks/create", None, body)
        except CliError as error:
            raise CliError(f"failed to create network {name}: {error.message}") from None

    # secrets and configs

    def _data(self, name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        """What the engine is to keep. Raises CliError for a file that cannot be read."""
        content = b""
        if not settings.get("driver"):
            path = settings.get("file", "")
            try:
                content = self._call.context.files.read_bytes(path)
            except OSError as problem:
                raise CliError(f"open {path}: {(problem.strerror or '').lower()}") from None
        body: dict[str, Any] = {
            "Name": settings.get("name") or self._scoped(name),
            "Labels": stack_services.labelled(self._name, settings.get("labels")),
        }
        if content:
            body["Data"] = base64.b64encode(content).decode()
        if settings.get("driver"):
            body["Driver"] = present({"Name": settings["driver"], "Options": settings.get("driver_opts")})
        if settings.get("template_driver"):
            body["Templating"] = {"Name": settings["template_driver"]}
        return body

    async def _put_data(self, kind: str, body: dict[str, Any]) -> None:
        name = body["Name"]
        try:
            found = await self._call.api.get(f"/{kind}s/{checked_name(kind, name)}")
        except DaemonError as error:
            if error.http_status != 404:
                raise
            self._say(f"Creating {kind} {name}")
            path, query, verb = f"/{kind}s/create", None, "create"
        else:
            path, query, verb = f"/{kind}s/{found['ID']}/update", {"version": str(found["Version"]["Index"])}, "update"
        try:
            await self._call.api.post(path, query, body)
        except CliError as error:
            raise CliError(f"failed to {verb} {kind} {name}: {error.message}") from None

    # services

    async def _specification(self, name: str) -> dict[str, Any]:
        service = self._stack.services[name]
        try:
            secrets = [
                stack_services.file_reference("secret", self._name, one, self._stack.secrets)
                for one in service.get("secrets", ())
            ]
            found_secrets = await requests.resolve_secrets(self._call, secrets)
            configs = [
                stack_services.file_reference("config", self._name, one, self._stack.configs)
                for one in service.get("configs", ())
            ]
            credential = (service.get("credential_spec") or {}).get("config")
            if credential:
                named = stack_services.file_reference("config", self._name, {"source": credential}, self._stack.configs)
                configs.append({"ConfigName": named["ConfigName"], "Runtime": {}})
            found_configs = await requests.resolve_configs(self._call, configs)
            found_secrets.sort(key=lambda one: str(one["SecretName"]))
            found_configs.sort(key=lambda one: str(one["ConfigName"]))
            return stack_services.specification(name, self._name, self._stack, found_secrets, found_configs)
        except CliError as error:
            raise CliError(f"service {name}: {error.message}") from None

    async def _put_service(self, spec: dict[str, Any], existing: dict[str, Any] | None) -> str:
        """Make a service or change it, and give its id."""
        options = self._call.options
        name, container = spec["Name"], spec["TaskTemplate"]["ContainerSpec"]
        image = container.get("Image", "")
        container["Image"] = image
        headers = requests.registry_header(self._call, image) if options["with-registry-auth"] else {}
        resolve = options["resolve-image"]
        try:
            if existing is None:
                self._say(f"Creating service {name}")
                return await requests.create(self._call, spec, headers, resolve != "never", warns=False)
            self._say(f"Updating service {name} (id: {existing['ID']})")
            is_same = image == (existing["Spec"].get("Labels") or {}).get(stack_services.IMAGE)
            if resolve != "always" and is_same:
                container["Image"] = existing["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"]
            spec["TaskTemplate"]["ForceUpdate"] = existing["Spec"]["TaskTemplate"].get("ForceUpdate", 0)
            asks = resolve == "always" or (resolve == "changed" and not is_same)
            await requests.update(self._call, existing, spec, {}, headers, asks)
            return str(existing["ID"])
        except CliError as error:
            verb = "create" if existing is None else "update"
            raise CliError(f"failed to {verb} service {name}: {error.message}") from None
