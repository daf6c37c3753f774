"""The request that makes a container: from the flags of run and create to the JSON the engine takes.

Owns how flags become Config, HostConfig and NetworkingConfig. It asks nobody and shows nothing.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Sequence

from fakedocker.base.json_types import JsonObject
from fakedocker.network.hardware_addresses import is_hardware_address
from fakedocker_shell.cli import releases
from fakedocker_shell.cli.context import Context
from fakedocker_shell.cli.create_options import create_resources, label_map, restart_policy
from fakedocker_shell.cli.env_files import read_pairs
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.flags import Options
from fakedocker_shell.cli.ports import expose, publish

_HEALTH_FLAGS = (
    "health-cmd", "health-interval", "health-timeout", "health-start-period", "health-start-interval", "health-retries",
)  # fmt: skip
_BIND_SOURCES = (".", "/", "~")


def build_request(context: Context, options: Options) -> JsonObject:
    """The body of POST /containers/create. Raises CliError."""
    image, *command = options.arguments
    attach = _attached_streams(options)
    volumes, binds, tmpfs = _mounts(context, options)
    exposed, bindings = publish(options["publish"])
    for port in expose(options["expose"]):
        exposed.setdefault(port, {})
    policy = restart_policy(options["restart"])
    if options["rm"] and policy["Name"] not in ("", "no"):
        raise CliError("conflicting options: cannot specify both --restart and --rm")
    networks = _endpoints(options)
    if options["stop-timeout"] < 0 or (options["health-retries"] < 0):
        raise CliError(
            "--health-retries cannot be negative" if options["health-retries"] < 0 else "invalid stop timeout"
        )
    config = _config(context, options, image, command, attach, exposed, volumes)
    host = _host_config(options, binds, tmpfs, bindings, policy)
    host["NetworkMode"] = options["network"][0]["target"] if options["network"] else "default"
    return {**config, "HostConfig": host, "NetworkingConfig": {"EndpointsConfig": networks}}


def _attached_streams(options: Options) -> set[str]:
    """Which of stdin, stdout and stderr are attached."""
    attach = set(options["attach"])
    if options["interactive"]:
        attach.add("stdin")
    if not attach or (options["interactive"] and not options["attach"]):
        attach |= {"stdout", "stderr"}
    return attach


def _config(
    context: Context,
    options: Options,
    image: str,
    command: list[str],
    attach: set[str],
    exposed: JsonObject,
    volumes: JsonObject,
) -> JsonObject:
    open_stdin = options["interactive"]
    entrypoint = None
    if options.changed("entrypoint"):
        entrypoint = [options["entrypoint"]]
    labels = _pairs(context, options, "label", releases.LABEL_FILE)
    config: JsonObject = {
        "Hostname": options["hostname"],
        "Domainname": options["domainname"],
        "User": options["user"],
        "AttachStdin": "stdin" in attach,
        "AttachStdout": "stdout" in attach,
        "AttachStderr": "stderr" in attach,
        "ExposedPorts": exposed,
        "Tty": options["tty"],
        "OpenStdin": open_stdin,
        "StdinOnce": open_stdin and "stdin" in attach,
        "Env": _environment(context, options) or None,
        "Cmd": command or None,
        "Healthcheck": _health(options),
        "Image": image,
        "Volumes": volumes,
        "WorkingDir": options["workdir"],
        "Entrypoint": entrypoint,
        "OnBuild": None,
        "Labels": label_map(labels),
        "StopSignal": options["stop-signal"],
        "StopTimeout": options["stop-timeout"] if options.changed("stop-timeout") else None,
    }
    for key in ("ExposedPorts", "Healthcheck", "StopSignal", "StopTimeout"):
        if config[key] in (None, "", {}):
            del config[key]
    return config


def _environment(context: Context, options: Options) -> list[str]:
    return _pairs(context, options, "env", releases.ENV_FILE)


def _pairs(context: Context, options: Options, flag: str, complaint: str) -> list[str]:
    """The values of a flag, after those of its files. Raises CliError."""
    try:
        return [*read_pairs(context, options[f"{flag}-file"], flag, lookup=True), *options[flag]]
    except CliError as error:
        raise CliError(options.release.text(complaint, problem=error.message)) from None


def _health(options: Options) -> JsonObject | None:
    given = any(options[flag] for flag in _HEALTH_FLAGS)
    if options["no-healthcheck"]:
        if given:
            raise CliError("--no-healthcheck conflicts with --health-* options")
        return {"Test": ["NONE"]}
    if not given:
        return None
    for flag, name in (
        ("health-interval", "--health-interval"),
        ("health-timeout", "--health-timeout"),
        ("health-retries", "--health-retries"),
        ("health-start-period", "--health-start-period"),
        ("health-start-interval", "--health-start-interval"),
    ):
        if options[flag] < 0:
            raise CliError(f"{name} cannot be negative")
    check = {
        "Test": ["CMD-SHELL", options["health-cmd"]] if options["health-cmd"] else None,
        "Interval": options["health-interval"],
        "Timeout": options["health-timeout"],
        "StartPeriod": options["health-start-period"],
        "StartInterval": options["health-start-interval"],
        "Retries": options["health-retries"],
    }
    return {key: value for key, value in check.items() if value}


# volumes


def split_volume(text: str) -> tuple[str, str]:
    """(source, target) of a -v; the source is empty for a volume without a name. Raises CliError.

    A single letter before a colon is taken for a drive of Windows, as docker's client does everywhere.
    """
    if not text:
        raise CliError("invalid empty volume spec")
    if len(text) <= 2:
        return "", text
    sections: list[str] = []
    section = ""
    for character in text:
        if character == ":" and not (len(section) == 1 and section.isalpha()):
            sections.append(section)
            section = ""
        else:
            section += character
    sections.append(section)
    if "" in sections:
        raise CliError(f"invalid spec: {text}: empty section between colons")
    if len(sections) > 3:
        raise CliError(f"invalid spec: {text}: too many colons")
    return ("", sections[0]) if len(sections) == 1 else (sections[0], sections[1])


def _mounts(context: Context, options: Options) -> tuple[JsonObject, list[str] | None, dict[str, str]]:
    """(volumes without a name, binds, tmpfs mounts)."""
    volumes: JsonObject = {}
    binds: list[str] = []
    for text in dict.fromkeys(options["volume"]):
        source, _ = split_volume(text)
        if not source:
            volumes[text] = {}
            continue
        host, _, rest = text.partition(":")
        if source.startswith(_BIND_SOURCES) and (host == "." or host.startswith("./")):
            text = f"{posixpath.normpath(posixpath.join(context.directory, host))}:{rest}"
        binds.append(text)
    tmpfs = {path: rest for path, _, rest in (text.partition(":") for text in options["tmpfs"])}
    return volumes, binds or None, tmpfs


# host


def _host_config(
    options: Options,
    binds: list[str] | None,
    tmpfs: dict[str, str],
    bindings: JsonObject,
    policy: JsonObject,
) -> JsonObject:
    """HostConfig, a line per field in the order docker's client sends them."""
    host: JsonObject = {
        "Binds": binds,
        "ContainerIDFile": options["cidfile"],
        "LogConfig": {"Type": options["log-driver"], "Config": _log_options(options)},
        "NetworkMode": "default",
        "PortBindings": bindings,
        "RestartPolicy": policy,
        "AutoRemove": options["rm"],
        "VolumeDriver": options["volume-driver"],
        "VolumesFrom": options["volumes-from"] or None,
        "ConsoleSize": [0, 0],
        "Annotations": options["annotation"],
        "CapAdd": _capabilities(options["cap-add"]),
        "CapDrop": _capabilities(options["cap-drop"]),
        "CgroupnsMode": _mode("cgroupns", options["cgroupns"], ("", "host", "private"), "invalid CGROUP mode"),
        "Dns": options["dns"] or (None if options.release.parses_addresses else []),
        "DnsOptions": options["dns-option"],
        "DnsSearch": options["dns-search"],
        "ExtraHosts": options["add-host"] or None,
        "GroupAdd": options["group-add"] or None,
        "IpcMode": options["ipc"],
        "Cgroup": "",
        "Links": options["link"] or None,
        "OomScoreAdj": options["oom-score-adj"],
        "PidMode": _pid_mode(options["pid"]),
        "Privileged": options["privileged"],
        "PublishAllPorts": options["publish-all"],
        "ReadonlyRootfs": options["read-only"],
        "SecurityOpt": _security(options["security-opt"], options.release),
        "StorageOpt": _storage(options["storage-opt"]),
        "Tmpfs": tmpfs,
        "UTSMode": _mode("uts", options["uts"], ("", "host"), "invalid UTS mode"),
        "UsernsMode": _mode("userns", options["userns"], ("", "host"), "invalid USER mode"),
        "ShmSize": options["shm-size"],
        "Sysctls": options["sysctl"],
        "Runtime": options["runtime"],
        "Isolation": options["isolation"],
        **create_resources(options),
        "Mounts": options["mount"],
        "MaskedPaths": None,
        "ReadonlyPaths": None,
    }
    if "systempaths=unconfined" in options["security-opt"]:
        host["MaskedPaths"], host["ReadonlyPaths"] = [], []
    if options.changed("init"):
        host["Init"] = options["init"]
    for key in ("Annotations", "StorageOpt", "Tmpfs", "Sysctls", "Runtime", "Mounts"):
        if not host[key]:
            del host[key]
    return host


def _mode(flag: str, text: str, known: Sequence[str], complaint: str) -> str:
    if text not in known:
        raise CliError(f"--{flag}: {complaint}")
    return text


def _pid_mode(text: str) -> str:
    if text in ("", "host") or (text.startswith("container:") and text != "container:"):
        return text
    raise CliError("--pid: invalid PID mode")


def _log_options(options: Options) -> dict[str, str]:
    if options["log-driver"] == "none" and options["log-opt"]:
        raise CliError("invalid logging opts for driver none")
    return label_map(options["log-opt"])


def _capabilities(names: Sequence[str]) -> list[str] | None:
    """Names in their full form, sorted."""

    def full(name: str) -> str:
        name = name.strip().upper()
        return name if name == "ALL" or name.startswith("CAP_") else f"CAP_{name}"

    return sorted({full(name) for name in names}) or None


def _security(texts: Sequence[str], release: releases.Release) -> list[str] | None:
    result = []
    for text in texts:
        if text == "systempaths=unconfined":
            continue
        if "=" not in text and ":" not in text and text != "no-new-privileges":
            raise CliError(release.text(releases.SECURITY_OPTION, option=json.dumps(text)))
        result.append(text)
    return result or None


def _storage(texts: Sequence[str]) -> dict[str, str]:
    result = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals:
            raise CliError("invalid storage option")
        result[key] = value
    return result


# networks


def _endpoint(aliases: Sequence[str], links: Sequence[str], ipam: JsonObject, network: JsonObject) -> JsonObject:
    return {
        "IPAMConfig": ipam or None,
        "Links": list(links) or None,
        "Aliases": list(aliases) or None,
        "MacAddress": network.get("mac-address", ""),
        "DriverOpts": network.get("driver-opts") or None,
        "GwPriority": network.get("gw-priority", 0),
        "NetworkID": "",
        "EndpointID": "",
        "Gateway": "",
        "IPAddress": "",
        "IPPrefixLen": 0,
        "IPv6Gateway": "",
        "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0,
        "DNSNames": None,
    }


def _user_defined(mode: str) -> bool:
    return mode not in ("default", "bridge", "host", "none") and not mode.startswith("container:")


def _endpoints(options: Options) -> JsonObject:
    """EndpointsConfig: one entry per network. Flags such as --ip belong to the first of them. Raises CliError."""
    if options["mac-address"] and not is_hardware_address(options["mac-address"]):
        raise CliError(f"{options['mac-address']} is not a valid mac address")
    networks = options["network"] or [{"target": "default"}]
    endpoints: JsonObject = {}
    for index, network in enumerate(networks):
        name = network["target"]
        if index == 0:
            network = _with_flags(options, network)
        _check_attachment(network)
        if name == "host" and len(networks) == 1:
            continue
        if name in endpoints:
            raise CliError(f'network "{name}" is specified multiple times')
        ipam = {
            key: network[flag]
            for flag, key in (("ip", "IPv4Address"), ("ip6", "IPv6Address"), ("link-local-ips", "LinkLocalIPs"))
            if network.get(flag)
        }
        links = options["link"] if index == 0 and _user_defined(name) else ()
        endpoints[name] = _endpoint(network.get("aliases") or (), links, ipam, network)
    if len({_user_defined(network["target"]) for network in networks}) > 1:
        raise CliError("conflicting options: cannot attach both user-defined and non-user-defined network-modes")
    return endpoints


def _check_attachment(network: JsonObject) -> None:
    """Raise CliError for what the client itself refuses of a network (cli/command/container/opts.go
    parseNetworkAttachmentOpt)."""
    if network.get("aliases") and not _user_defined(network["target"]):
        raise CliError("network-scoped aliases are only supported for user-defined networks")
    mac = network.get("mac-address", "")
    if mac and not is_hardware_address(mac):
        raise CliError(f"{mac} is not a valid mac address")


def _with_flags(options: Options, network: JsonObject) -> JsonObject:
    """A network with what --ip, --network-alias and their like add; saying something twice is an error."""
    merged = dict(network)
    for flag, key, words in (
        ("network-alias", "aliases", "--network-alias and per-network alias"),
        ("ip", "ip", "--ip and per-network IPv4 address"),
        ("ip6", "ip6", "--ip6 and per-network IPv6 address"),
        ("link-local-ip", "link-local-ips", "--link-local-ip and per-network link-local IP addresses"),
        ("mac-address", "mac-address", "--mac-address and per-network MAC address"),
    ):
        if options[flag]:
            if merged.get(key):
                raise CliError(f"conflicting options: cannot specify both {words}")
            merged[key] = options[flag]
    return merged
