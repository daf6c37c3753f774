"""Ports as -p and --expose take them: [[ip:]host:]container[/protocol], each perhaps a range."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from fakedocker.base.json_types import JsonObject
from fakedocker_shell.cli.errors import CliError

_PROTOCOLS = ("tcp", "udp", "sctp")


def parse_range(text: str) -> tuple[int, int]:
    """The first and last port of "80" or "80-90". Raises ValueError."""
    if not text:
        raise ValueError("empty string specified for ports.")
    first, dash, last = text.partition("-")
    start = _number(first)
    end = _number(last) if dash else start
    if end < start:
        raise ValueError(f"invalid range specified for port: {text}")
    return start, end


def _number(text: str) -> int:
    if not re.fullmatch(r"\d+", text):
        raise ValueError(f'strconv.ParseUint: parsing "{text}": invalid syntax')
    number = int(text)
    if number > 65535:
        raise ValueError(f'strconv.ParseUint: parsing "{text}": value out of range')
    return number


def _split(specification: str) -> tuple[str, str, str]:
    """(address, host port, container port)."""
    parts = specification.split(":")
    if len(parts) == 1:
        return "", "", parts[0]
    if len(parts) == 2:
        return "", parts[0], parts[1]
    return ":".join(parts[:-2]), parts[-2], parts[-1]


def _address(text: str) -> str:
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if bare:
        try:
            ipaddress.ip_address(bare)
        except ValueError:
            raise CliError(f"invalid IP address: {text}") from None
    return bare


def parse_published(specification: str) -> list[tuple[str, dict[str, str]]]:
    """What one -p publishes: ("80/tcp", {"HostIp", "HostPort"}) for each port. Raises CliError."""
    address, host, container = _split(specification)
    container, slash, protocol = container.partition("/")
    protocol = protocol.lower() if slash and protocol else "tcp"
    if not container:
        raise CliError(f"no port specified: {specification}<empty>")
    address = _address(address)
    try:
        start, end = parse_range(container)
    except ValueError:
        raise CliError(f"invalid containerPort: {container}") from None
    host_start, host_end = 0, 0
    if host:
        try:
            host_start, host_end = parse_range(host)
        except ValueError:
            raise CliError(f"invalid hostPort: {host}") from None
        if end - start != host_end - host_start and end != start:
            raise CliError(f"invalid ranges specified for container and host Ports: {container} and {host}")
    if protocol not in _PROTOCOLS:
        raise CliError(f"invalid proto: {protocol}")
    result = []
    for offset in range(end - start + 1):
        host_port = str(host_start + offset) if host else ""
        if host and start == end and host_start != host_end:
            host_port = f"{host_start}-{host_end}"
        result.append((f"{start + offset}/{protocol}", {"HostIp": address, "HostPort": host_port}))
    return result


def publish(specifications: Sequence[str]) -> tuple[JsonObject, dict[str, list[dict[str, str]]]]:
    """(exposed ports, bindings) of all -p, in the shapes of the API. Raises CliError."""
    exposed: JsonObject = {}
    bindings: dict[str, list[dict[str, str]]] = {}
    for specification in specifications:
        if "=" in specification:
            specification = _long_form(specification)
        for port, binding in parse_published(specification):
            exposed[port] = {}
            bindings.setdefault(port, []).append(binding)
    return exposed, bindings


def _long_form(text: str) -> str:
    """The short form of "target=80,published=8080,protocol=tcp". Raises CliError."""
    fields = {"protocol": "tcp", "published": "", "target": ""}
    for field in text.split(","):
        key, equals, value = field.partition("=")
        if not equals or not value:
            raise CliError(f"invalid field {field}")
        key, value = key.lower(), value.lower()
        if key == "mode":
            continue
        if key not in fields:
            raise CliError(f"invalid field key {key}")
        if key == "protocol" and value not in _PROTOCOLS:
            raise CliError(f"invalid protocol value {value}")
        fields[key] = value
    if not fields["target"]:
        raise CliError(f"missing mandatory field '{'target'}'")
    return f"{fields['published']}:{fields['target']}/{fields['protocol']}"


def expose(specifications: Sequence[str]) -> JsonObject:
    """The exposed ports of all --expose. Raises CliError."""
    exposed: JsonObject = {}
    for specification in specifications:
        if ":" in specification:
            raise CliError(f"invalid port format for --expose: {specification}")
        ports, _, protocol = specification.partition("/")
        try:
            start, end = parse_range(ports)
        except ValueError as error:
            raise CliError(f"invalid range format for --expose: {specification}, error: {error}") from None
        for port in range(start, end + 1):
            exposed[f"{port}/{protocol or 'tcp'}"] = {}
    return exposed
