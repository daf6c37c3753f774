"""Flags of Swarm's commands whose values are small languages: published ports, secrets, configs, preferences,
addresses.

Source: docker/cli opts/port.go, secret.go, config.go, hosts.go, command/service/opts.go, command/swarm/opts.go.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Final

from fakedocker.base.json_types import JsonObject
from fakedocker.base.numbers import is_digits
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.go_values import parse_integer, split_csv
from fakedocker_shell.cli.ports import parse_published, parse_range

_LONG_SYNTAX = re.compile(r"\w+=\w+(,\w+=\w+)*")
_PROTOCOLS: Final = ("tcp", "udp", "sctp")
_MODES: Final = ("ingress", "host")
_READABLE: Final = 0o444
_LAST_PORT: Final = 65535
LISTEN_ADDRESS: Final = ("0.0.0.0", "2377")


def parse_command(text: str, _: Mapping[str, str]) -> list[str]:
    """The words of a command. Raises ValueError."""
    try:
        return shlex.split(text, comments=True)
    except ValueError:
        raise ValueError("EOF found when expecting closing quote") from None


# ports


def port_config(protocol: str, target: int, published: int, mode: str) -> JsonObject:
    """A port as a service publishes it; a port of the host that is to be picked is left out."""
    config: JsonObject = {
        "Protocol": protocol,
        "TargetPort": target,
        "PublishedPort": published,
        "PublishMode": mode,
    }
    return {key: value for key, value in config.items() if value}


def parse_ports(text: str, _: Mapping[str, str]) -> list[JsonObject]:
    """What one --publish publishes, in the short or the long syntax. Raises ValueError."""
    if _LONG_SYNTAX.search(text):
        return [_long_port(text)]
    try:
        return short_ports(text, refuse_address=True)
    except CliError as problem:
        raise ValueError(problem.message) from None


def short_ports(text: str, refuse_address: bool = False) -> list[JsonObject]:
    """The ports of "8080-8081:80-81/tcp". Raises CliError, and ValueError where an address is given and refused."""
    found = []
    for port, binding in parse_published(text):
        if binding["HostIp"] and refuse_address:
            raise ValueError("hostip is not supported")
        target, protocol = port.split("/")
        first, last = parse_range(binding["HostPort"]) if binding["HostPort"] else (0, 0)
        found += [port_config(protocol, int(target), number, "ingress") for number in range(first, last + 1)]
    return found


def _long_port(text: str) -> JsonObject:
    given = {"protocol": "tcp", "mode": "ingress", "target": "0", "published": "0"}
    for field in split_csv(text):
        key, equals, value = field.lower().partition("=")
        if not equals or not key:
            raise ValueError(f"invalid field {field}")
        if key not in given:
            raise ValueError(f"invalid field key: {key}")
        if key == "protocol" and value not in _PROTOCOLS:
            raise ValueError(f"invalid protocol value '{value}'")
        if key == "mode" and value not in _MODES:
            raise ValueError(f"invalid publish mode value ({value}): must be either 'ingress' or 'host'")
        if key in ("target", "published"):
            value = str(_port_number(key, value))
        given[key] = value
    if given["target"] == "0":
        raise ValueError("missing mandatory field 'target'")
    return port_config(given["protocol"], int(given["target"]), int(given["published"]), given["mode"])


def _port_number(key: str, text: str) -> int:
    problem = (
        "invalid syntax" if not re.fullmatch(r"\d+", text) else "value out of range" if int(text) > _LAST_PORT else ""
    )
    if problem:
        raise ValueError(f"invalid {key} port ({text}): value must be an integer: {problem}")
    return int(text)


# secrets and configs


def parse_secret(text: str, _: Mapping[str, str]) -> JsonObject:
    """A reference to a secret, whose id is not known yet. Raises ValueError."""
    name, target = _file_reference("secret", text)
    return {"File": target, "SecretName": name}


def parse_config(text: str, _: Mapping[str, str]) -> JsonObject:
    """A reference to a config, whose id is not known yet. Raises ValueError."""
    name, target = _file_reference("config", text)
    return {"File": target, "ConfigName": name}


def _file_reference(kind: str, text: str) -> tuple[str, JsonObject]:
    fields = split_csv(text)
    if not fields:
        raise ValueError("EOF")
    target: JsonObject = {"Name": "", "UID": "0", "GID": "0", "Mode": _READABLE}
    if len(fields) == 1 and "=" not in fields[0]:
        return fields[0], {**target, "Name": fields[0]}
    source = ""
    for field in fields:
        key, equals, value = field.partition("=")
        if not equals or not key:
            raise ValueError(f"invalid field '{field}' must be a key=value pair")
        match key.lower():
            case "source" | "src":
                source = value
            case "target":
                target["Name"] = value
            case "uid" | "gid":
                target[key.upper()] = value
            case "mode":
                try:
                    target["Mode"] = parse_integer(value, 32, signed=False)
                except ValueError as problem:
                    raise ValueError(f"invalid mode specified: {problem}") from None
            case _:
                raise ValueError(f"invalid field in {kind} request: {key}")
    if not source:
        raise ValueError("source is required")
    return source, {**target, "Name": target["Name"] or source}


# the rest of a service's


def parse_preference(text: str, _: Mapping[str, str]) -> JsonObject:
    """A placement preference. Raises ValueError."""
    strategy, equals, argument = text.partition("=")
    if not equals or not strategy:
        raise ValueError('placement preference must be of the format "<strategy>=<arg>"')
    if strategy != "spread":
        raise ValueError(f"unsupported placement preference {strategy} (only spread is supported)")
    return {"Spread": {"SpreadDescriptor": argument}}


def parse_credential(text: str, _: Mapping[str, str]) -> dict[str, str]:
    """Where a credential specification is; all empty for none. Raises ValueError."""
    found = {"Config": "", "File": "", "Registry": ""}
    if not text:
        return found
    for key in found:
        prefix = f"{key.lower()}://"
        if text.startswith(prefix):
            return {**found, key: text.removeprefix(prefix)}
    raise ValueError('invalid credential spec: value must be prefixed with "config://", "file://", or "registry://"')


# the swarm's own


def parse_address(text: str, _: Mapping[str, str]) -> str:
    """Where a node listens, its host and port filled in. Raises ValueError."""
    host, port = LISTEN_ADDRESS
    if text in ("", "tcp://"):
        return f"{host}:{port}"
    rest = text.removeprefix("tcp://")
    if not rest or "://" in rest:
        raise ValueError(f"invalid proto, expected tcp: {text}")
    match = re.fullmatch(r"(\[[^\]]*\]|[^:\[\]]*)(?::([^:]*))?", rest)
    if match is None or (match[2] and not is_digits(match[2])):
        raise ValueError(f"invalid bind address format: {text}")
    return f"{match[1] or host}:{match[2] or port}"


def parse_external_ca(text: str, _: Mapping[str, str]) -> JsonObject:
    """An external certificate authority; its certificate is still the path of a file. Raises ValueError."""
    found: JsonObject = {"Protocol": "", "URL": "", "Options": {}, "CACert": ""}
    given = set()
    for field in split_csv(text):
        key, equals, value = field.partition("=")
        if not equals:
            raise ValueError(f"invalid field '{field}' must be a key=value pair")
        given.add(key.lower())
        match key.lower():
            case "protocol":
                if value.lower() != "cfssl":
                    raise ValueError(f"unrecognized external CA protocol {value}")
                found["Protocol"] = "cfssl"
            case "url":
                found["URL"] = value
            case "cacert":
                found["CACert"] = value
            case _:
                found["Options"][key] = value
    for needed in ("protocol", "url"):
        if needed not in given:
            raise ValueError(f"the external-ca option needs a {needed}= parameter")
    return found
