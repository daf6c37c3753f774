"""docker version, info, system df and system prune."""

from __future__ import annotations

import re
from typing import Any

from fakedocker.base.units import binary_size, human_size
from fakedocker_shell.cli.api import filters_query
from fakedocker_shell.cli.api_types import go_type, parse_time
from fakedocker_shell.cli.commands.containers import deleted_containers
from fakedocker_shell.cli.commands.images import deleted_caches, deleted_images
from fakedocker_shell.cli.commands.networks import deleted_networks
from fakedocker_shell.cli.commands.volumes import deleted_volumes
from fakedocker_shell.cli.disk_usage import show_usage, show_verbose_usage
from fakedocker_shell.cli.endpoints import current_context
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.questions import confirm
from fakedocker_shell.cli.tabwriter import align
from fakedocker_shell.gotemplate import Template, TemplateError, Value
from fakedocker_shell.swarm import info as swarm_info


def _client_version(call: Invocation) -> dict[str, Any]:
    client = call.context.profile.client
    vendor = {"Platform": {"Name": call.release.vendor}} if call.release.vendor else {}
    return {
        **vendor,
        "Version": client.version,
        "ApiVersion": call.api.version,
        "DefaultAPIVersion": client.api_version,
        "GitCommit": client.commit,
        "GoVersion": client.go_version,
        "Os": "linux",
        "Arch": "amd64",
        "BuildTime": client.built,
        "Context": current_context(call.context, call.config, call.global_options),
    }


def _template(format_text: str, name: str) -> Template:
    """The template of --format. Raises CliError."""
    try:
        return Template("{{json .}}" if format_text == "json" else format_text, name)
    except TemplateError as error:
        raise CliError(f"template parsing error: {error}", 64) from None


def _through_template(call: Invocation, format_text: str, type_name: str, data: Any, name: str) -> str:
    """Show data through --format. Raises CliError."""
    template = _template(format_text, name)
    try:
        return template.execute(Value(go_type(type_name, call.command.release), data)) + "\n"
    except TemplateError as error:
        call.context.out(error.printed + "\n")
        raise CliError(str(error)) from None


def _build_time(text: str) -> str:
    try:
        moment, _ = parse_time(text)
    except ValueError:
        return text
    return f"{moment:%a %b} {moment.day:2d} {moment:%H:%M:%S %Y}"


def _client_lines(client: dict[str, Any]) -> str:
    api = client["ApiVersion"]
    if api != client["DefaultAPIVersion"]:
        api += f" (downgraded from {client['DefaultAPIVersion']})"
    return (
        f"Client:{_vendor(client)}\n Version:\t{client['Version']}\n API version:\t{api}\n Go version:\t{client['GoVersion']}\n"
        f" Git commit:\t{client['GitCommit']}\n Built:\t{client['BuildTime']}\n"
        f" OS/Arch:\t{client['Os']}/{client['Arch']}\n Context:\t{client['Context']}\n"
    )


def _vendor(client: dict[str, Any]) -> str:
    name = client.get("Platform", {}).get("Name", "")
    return f" {name}" if name else ""


def _server_lines(server: dict[str, Any]) -> str:
    platform = (server.get("Platform") or {}).get("Name", "")
    text = f"\nServer:{f' {platform}' if platform else ''}\n"
    for component in server.get("Components") or []:
        details = component.get("Details") or {}
        text += f" {component['Name']}:\n  Version:\t{component['Version']}\n"
        if component["Name"] != "Engine":
            text += "".join(f"  {key}:\t{details[key]}\n" for key in sorted(details))
            continue
        text += (
            f"  API version:\t{details.get('ApiVersion', '')} (minimum version {details.get('MinAPIVersion', '')})\n"
            f"  Go version:\t{details.get('GoVersion', '')}\n  Git commit:\t{details.get('GitCommit', '')}\n"
            f"  Built:\t{_build_time(details.get('BuildTime', ''))}\n"
            f"  OS/Arch:\t{details.get('Os', '')}/{details.get('Arch', '')}\n"
            f"  Experimental:\t{details.get('Experimental', '')}\n"
        )
    return text


async def version(call: Invocation) -> int:
    """Show the versions of client and daemon."""
    _template(call.options["format"], "version")
    failure = None
    try:
        server = await call.api.get("/version")
    except CliError as error:
        failure, server = error, None
    client = _client_version(call)
    format_text = call.options["format"]
    if format_text:
        data = {"Client": client, "Server": server}
        call.context.out(_version_text(call, format_text, data, failure))
    else:
        text = _client_lines(client) + (_server_lines(server) if server is not None else "")
        call.context.out(align(text, minimum=20, padding=1))
    if failure is not None:
        raise failure
    return 0


def _version_text(call: Invocation, format_text: str, data: dict[str, Any], failure: CliError | None) -> str:
    try:
        return _through_template(call, format_text, "system.versionInfo", data, "version")
    except CliError:
        if failure is not None:
            raise failure from None
        raise


# info


def _list_lines(title: str, items: list[str] | None) -> str:
    return f" {title}:\n" + "".join(f"  {item}\n" for item in items) if items else ""


def _plugin_lines(plugins: dict[str, Any]) -> str:
    text = " Plugins:\n"
    for title, key in (
        ("Volume", "Volume"),
        ("Network", "Network"),
        ("Authorization", "Authorization"),
        ("Log", "Log"),
    ):
        if plugins.get(key) or key in ("Volume", "Network", "Log"):
            text += f"  {title}: {' '.join(plugins.get(key) or [])}\n"
    return text


def _security_lines(options: list[str] | None) -> str:
    if not options:
        return ""
    text = " Security Options:\n"
    for option in options:
        pairs = [pair.partition("=")[::2] for pair in option.split(",")]
        name = next((value for key, value in pairs if key == "name"), "")
        text += f"  {name}\n"
        for key, value in pairs:
            if key != "name":
                text += f"   {'Profile' if key == 'profile' else key}: {value}\n"
    return text


def _server_info(info: dict[str, Any]) -> str:
    swarm = info.get("Swarm") or {}
    commits = [(info.get(key) or {}).get("ID", "") for key in ("ContainerdCommit", "RuncCommit", "InitCommit")]
    runtimes = " ".join(sorted(info.get("Runtimes") or {}))
    registry = info.get("RegistryConfig") or {}
    text = (
        f" Containers: {info['Containers']}\n  Running: {info['ContainersRunning']}\n"
        f"  Paused: {info['ContainersPaused']}\n  Stopped: {info['ContainersStopped']}\n Images: {info['Images']}\n"
    )
    text += f" Server Version: {info['ServerVersion']}\n" if info.get("ServerVersion") else ""
    text += f" Storage Driver: {info['Driver']}\n" if info.get("Driver") else ""
    text += "".join(f"  {key}: {value}\n" for key, value in info.get("DriverStatus") or [])
    text += f" Logging Driver: {info['LoggingDriver']}\n Cgroup Driver: {info['CgroupDriver']}\n"
    text += f" Cgroup Version: {info['CgroupVersion']}\n" if info.get("CgroupVersion") else ""
    text += _plugin_lines(info.get("Plugins") or {})
    text += _list_lines("CDI spec directories", info.get("CDISpecDirs"))
    text += f" Swarm: {swarm.get('LocalNodeState') or 'inactive'}\n" + swarm_info.lines(swarm)
    text += f" Runtimes: {runtimes}\n" if runtimes else ""
    text += f" Default Runtime: {info['DefaultRuntime']}\n" if info.get("DefaultRuntime") else ""
    if info.get("OSType") == "linux":
        text += f" Init Binary: {info.get('InitBinary', '')}\n"
        for title, commit in zip(("containerd", "runc", "init"), commits, strict=True):
            text += f" {title} version: {commit}\n"
        text += _security_lines(info.get("SecurityOptions"))
    text += f" Kernel Version: {info['KernelVersion']}\n Operating System: {info['OperatingSystem']}\n"
    text += f" OSType: {info['OSType']}\n Architecture: {info['Architecture']}\n CPUs: {info['NCPU']}\n"
    text += f" Total Memory: {binary_size(info['MemTotal'])}\n Name: {info['Name']}\n ID: {info['ID']}\n"
    text += f" Docker Root Dir: {info['DockerRootDir']}\n Debug Mode: {'true' if info['Debug'] else 'false'}\n"
    for title, key in (("HTTP Proxy", "HttpProxy"), ("HTTPS Proxy", "HttpsProxy"), ("No Proxy", "NoProxy")):
        text += f" {title}: {info[key]}\n" if info.get(key) else ""
    text += _list_lines("Labels", info.get("Labels"))
    text += f" Experimental: {'true' if info.get('ExperimentalBuild') else 'false'}\n"
    text += _list_lines("Insecure Registries", registry.get("InsecureRegistryCIDRs"))
    text += _list_lines("Registry Mirrors", registry.get("Mirrors"))
    text += f" Live Restore Enabled: {'true' if info.get('LiveRestoreEnabled') else 'false'}\n"
    text += f" Product License: {info['ProductLicense']}\n" if info.get("ProductLicense") else ""
    return text + _address_pools(info)


def _address_pools(info: dict[str, Any]) -> str:
    pools = info.get("DefaultAddressPools") or []
    if not pools:
        return ""
    return " Default Address Pools:\n" + "".join(f"   Base: {pool['Base']}, Size: {pool['Size']}\n" for pool in pools)


def _firewall(info: dict[str, Any]) -> str:
    backend = info.get("FirewallBackend")
    if backend is None:
        return ""
    details = "".join(f"  {key}: {value}\n" for key, value in backend.get("Info") or [])
    return f" Firewall Backend: {backend['Driver']}\n{details}"


_NO_INFO: dict[str, Any] = {}


def _needs_daemon(format_text: str) -> bool:
    """Whether a format shows anything that the client does not know by itself."""
    return not re.fullmatch(r"\s*\{\{\s*(json\s+)?\.ClientInfo[\w.]*\s*\}\}\s*", format_text)


async def system_info(call: Invocation) -> int:
    """Show what the daemon is and has."""
    format_text = call.options["format"]
    failure = None
    info = _NO_INFO
    if not format_text or _needs_daemon(format_text):
        try:
            info = await call.api.get("/info")
        except CliError as error:
            failure = error
    client = {**_client_version(call), "Debug": bool(call.global_options["debug"]), "Plugins": []}
    del client["ApiVersion"]
    if format_text:
        data = {**info, "ClientInfo": client, **({"ServerErrors": [failure.message]} if failure else {})}
        call.context.out(_through_template(call, format_text, "system.dockerInfo", data, ""))
        if failure is not None and format_text != "json":
            raise failure
        return 0
    debug = "true" if client["Debug"] else "false"
    call.context.out(
        f"Client:{_vendor(client)}\n Version:    {client['Version']}\n Context:    {client['Context']}\n Debug Mode: {debug}\n\nServer:\n"
    )
    if failure is not None:
        raise failure
    call.context.out(_server_info(info) + (_firewall(info) if call.release.shows_firewall else "") + "\n")
    for warning in info.get("Warnings") or []:
        call.context.err(f"{warning}\n")
    return 0


# disk usage and pruning


async def system_df(call: Invocation) -> int:
    """Show what docker needs of the disk."""
    verbose = {"verbose": "1"} if call.options["verbose"] and await call.api.speaks("1.52") else {}
    usage = await call.api.get("/system/df", verbose)
    show = show_verbose_usage if call.options["verbose"] else show_usage
    call.context.out(show(usage, call.options["format"], call.context.now_ns(), call.release))
    return 0


def _prune_warning(call: Invocation) -> str:
    every, volumes = call.options["all"], call.options["volumes"]
    what = ["all stopped containers", "all networks not used by at least one container"]
    if volumes:
        what.append("all anonymous volumes not used by at least one container")
    if every:
        what += ["all images without at least one container associated to them", "all build cache"]
    else:
        what += ["all dangling images", "unused build cache"]
    text = "WARNING! This will remove:\n" + "".join(f"  - {item}\n" for item in what)
    filters = [f"{key}={value}" for key, values in sorted(call.options["filter"].items()) for value in sorted(values)]
    if filters:
        text += "\n  Items to be pruned will be filtered with:\n" + "".join(f"  - {item}\n" for item in filters)
    return text


async def system_prune(call: Invocation) -> int:
    """Remove whatever is not in use."""
    filters = call.options["filter"]
    if call.options["volumes"] and "until" in filters:
        raise CliError('ERROR: The "until" filter is not supported with "--volumes"')
    if not call.options["force"] and not await confirm(call.context, _prune_warning(call)):
        return 0
    every = call.options["all"]
    images = {**filters, "dangling": ["false" if every else "true"]}
    steps = [
        ("/containers/prune", filters_query(filters), deleted_containers),
        ("/networks/prune", filters_query(filters), deleted_networks),
    ]
    if call.options["volumes"]:
        steps.append(("/volumes/prune", filters_query(filters), deleted_volumes))
    steps += [
        ("/images/prune", filters_query(images), deleted_images),
        ("/build/prune", {"filters": "", **filters_query(filters), **({"all": "1"} if every else {})}, deleted_caches),
    ]
    reclaimed = 0
    for path, query, describe in steps:
        answer = await call.api.post(path, query)
        call.context.out(describe(answer))
        reclaimed += answer.get("SpaceReclaimed") or 0
    call.context.out(f"Total reclaimed space: {human_size(reclaimed)}\n")
    return 0
