"""What the values of flags look like, kind by kind, and what docker's client says of those it refuses.

A kind is a function of (value so far, text, environment) that gives the new value or raises ValueError with the reason.
Some flags check each value of their list besides. Flags whose value is a small language of its own (mounts, networks)
are in `flag_languages`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from importlib import import_module
from typing import Any, Final

from fakedocker.base.numbers import is_digits
from fakedocker.base.units import parse_binary_size, parse_duration
from fakedocker_shell.cli.go_values import parse_bool, parse_integer, split_csv
from fakedocker_shell.gotemplate.printing import quote

Kind = Callable[[Any, str, Mapping[str, str]], Any]


def parse_cpus(text: str) -> int:
    """Billionths of a CPU from a decimal or a fraction."""
    try:
        nano = Fraction(text) * 1_000_000_000
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"failed to parse {text} as a rational number") from None
    if nano.denominator != 1:
        raise ValueError("value is too precise")
    return int(nano)


def _float(_: Any, text: str, __: Mapping[str, str]) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"strconv.ParseFloat: parsing {quote(text)}: invalid syntax") from None


def _bytes(_: Any, text: str, __: Mapping[str, str]) -> int:
    return -1 if text == "-1" else parse_binary_size(text)


def _list(value: list[str], text: str, _: Mapping[str, str]) -> list[str]:
    return [*value, text]


def _strings(value: list[str], text: str, _: Mapping[str, str]) -> list[str]:
    return [*value, *split_csv(text)]


def _map(value: dict[str, str], text: str, _: Mapping[str, str]) -> dict[str, str]:
    key, _equals, content = text.partition("=")
    return {**value, key: content}


def _string_to_string(value: dict[str, str], text: str, _: Mapping[str, str]) -> dict[str, str]:
    added = {}
    for pair in split_csv(text):
        key, equals, content = pair.partition("=")
        if not equals:
            raise ValueError(f"{pair} must be formatted as key=value")
        added[key] = content
    return {**value, **added}


def _filter(value: dict[str, list[str]], text: str, _: Mapping[str, str]) -> dict[str, list[str]]:
    if not text:
        return value
    name, equals, content = text.partition("=")
    if not equals:
        raise ValueError("bad format of filter (expected name=value)")
    name, content = name.strip().lower(), content.strip()
    known = value.get(name, [])
    return value if content in known else {**value, name: [*known, content]}


_ULIMITS: Final = frozenset(
    [
        "core",
        "cpu",
        "data",
        "fsize",
        "locks",
        "memlock",
        "msgqueue",
        "nice",
        "nofile",
        "nproc",
        "rss",
        "rtprio",
        "rttime",
        "sigpending",
        "stack",
    ]
)


def _ulimit(value: dict[str, Any], text: str, _: Mapping[str, str]) -> dict[str, Any]:
    name, equals, limits = text.partition("=")
    if not equals:
        raise ValueError(f"invalid ulimit argument: {text}")
    if name not in _ULIMITS:
        raise ValueError(f"invalid ulimit type: {name}")
    soft_text, colon, hard_text = limits.partition(":")
    if hard_text.count(":"):
        raise ValueError(f"too many limit value arguments - {limits}, can only have up to two, `soft[:hard]`")
    soft = _ulimit_number(soft_text)
    hard = _ulimit_number(hard_text) if colon else soft
    if hard != -1 and (soft > hard or soft == -1):
        raise ValueError(f"ulimit soft limit must be less than or equal to hard limit: {soft} > {hard}")
    return {**value, name: {"Name": name, "Hard": hard, "Soft": soft}}


def _ulimit_number(text: str) -> int:
    return parse_integer(text) if re.fullmatch(r"-?\d+", text) else _reject_integer(text)


def _reject_integer(text: str) -> int:
    raise ValueError(f"strconv.ParseInt: parsing {quote(text)}: invalid syntax")


def _gpus(value: list[Any], text: str, _: Mapping[str, str]) -> list[Any]:
    request: dict[str, Any] = {"Driver": "", "Count": 0, "DeviceIDs": None, "Capabilities": None, "Options": {}}
    for index, part in enumerate(split_csv(text)):
        key, equals, content = part.partition("=")
        if not equals:
            if index:
                raise ValueError(f"invalid gpu request: {part}")
            key, content = "count", key
        match key:
            case "count":
                request["Count"] = -1 if content == "all" else _gpu_count(content)
            case "driver":
                request["Driver"] = content
            case "device":
                request["DeviceIDs"] = content.split(",")
            case "capabilities":
                request["Capabilities"] = [[*content.split(","), "gpu"]]
            case "options":
                request["Options"] = dict(pair.partition("=")[::2] for pair in content.split(","))
            case _:
                raise ValueError(f"unexpected key '{key}' in '{part}'")
    if not request["Count"] and request["DeviceIDs"] is None:
        request["Count"] = 1
    if request["Capabilities"] is None:
        request["Capabilities"] = [["gpu"]]
    return [*value, request]


def _gpu_count(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d+", text):
        raise ValueError(f'invalid count ({text}): value must be either "all" or an integer: invalid syntax')
    return int(text)


def language(name: str, module: str = "flag_languages") -> Kind:
    """A list of what a module's parser makes of each text; imported when such a flag is given."""

    def parse(value: Any, text: str, environment: Mapping[str, str]) -> Any:
        languages = import_module(f"fakedocker_shell.cli.{module}")
        return [*value, getattr(languages, name)(text, environment)]

    return parse


def _in_place(name: str) -> Kind:
    """The same of Swarm's, where the last text given counts."""

    def parse(_: Any, text: str, environment: Mapping[str, str]) -> Any:
        languages = import_module("fakedocker_shell.cli.swarm_flags")
        return getattr(languages, name)(text, environment)

    return parse


def _many(name: str) -> Kind:
    """The same where one text may stand for several."""
    parse_one = _in_place(name)
    return lambda value, text, environment: [*value, *parse_one([], text, environment)]


KINDS: Final[Mapping[str, tuple[Any, Kind]]] = {
    "bool": (False, lambda _, text, __: parse_bool(text)),
    "string": ("", lambda _, text, __: text),
    "int": (0, lambda _, text, __: parse_integer(text)),
    "uint": (0, lambda _, text, __: parse_integer(text, signed=False)),
    "uint16": (0, lambda _, text, __: parse_integer(text, 16, signed=False)),
    "uint32": (0, lambda _, text, __: parse_integer(text, 32, signed=False)),
    "float": (0.0, _float),
    "decimal": (0, lambda _, text, __: parse_cpus(text)),
    "bytes": (0, _bytes),
    "duration": (0, lambda _, text, __: parse_duration(text)),
    "list": ([], _list),
    "strings": ([], _strings),
    "stringArray": ([], _list),
    "ipNetSlice": ([], _strings),
    "map": ({}, _map),
    "stringToString": ({}, _string_to_string),
    "filter": ({}, _filter),
    "ulimit": ({}, _ulimit),
    "gpu-request": ([], _gpus),
    "mount": ([], language("parse_mount")),
    "network": ([], language("parse_network")),
    "command": ([], _in_place("parse_command")),
    "config": ([], language("parse_config", "swarm_flags")),
    "credential-spec": (None, _in_place("parse_credential")),
    "external-ca": ([], language("parse_external_ca", "swarm_flags")),
    "node-addr": ("0.0.0.0:2377", _in_place("parse_address")),
    "pem-file": ("", lambda _, text, __: text),
    "port": ([], _many("parse_ports")),
    "pref": ([], language("parse_preference", "swarm_flags")),
    "secret": ([], language("parse_secret", "swarm_flags")),
}
"""Kind -> (value without the flag, parser)."""


# checks of single values


def _check_env(text: str, environment: Mapping[str, str]) -> str:
    name, equals, _ = text.partition("=")
    if not name:
        raise ValueError(f"invalid environment variable: {text}")
    return text if equals or name not in environment else f"{name}={environment[name]}"


def _check_label(text: str, _: Mapping[str, str]) -> str:
    if not text.partition("=")[0].strip():
        raise ValueError(f"invalid label '{text}': empty name")
    return text


def _check_attach(text: str, _: Mapping[str, str]) -> str:
    if text.lower() not in ("stdin", "stdout", "stderr"):
        raise ValueError("valid streams are STDIN, STDOUT and STDERR")
    return text.lower()


def _check_host(text: str, _: Mapping[str, str]) -> str:
    host, separator, address = text.partition("=") if "=" in text else text.partition(":")
    if not separator or not host:
        raise ValueError(f"bad format for add-host: {quote(text)}")
    if address != "host-gateway":
        bare = address[1:-1] if address.startswith("[") and address.endswith("]") else address
        try:
            ipaddress.ip_address(bare)
        except ValueError:
            raise ValueError(f"invalid IP address in add-host: {quote(address)}") from None
        address = bare
    return f"{host}:{address}"


def _check_ip(text: str, _: Mapping[str, str]) -> str:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        raise ValueError(f"IP address is not correctly formatted: {text}") from None


def _check_search(text: str, _: Mapping[str, str]) -> str:
    text = text.strip(" ")
    if text == ".":
        return text
    if not re.search("[a-zA-Z]", text) or not re.fullmatch(
        r"(:?[a-zA-Z0-9]|(:?[a-zA-Z0-9][a-zA-Z0-9\-]*[a-zA-Z0-9]))(:?\.(:?[a-zA-Z0-9]|(:?[a-zA-Z0-9][a-zA-Z0-9\-]*[a-zA-Z0-9])))*\.?",
        text,
    ):
        raise ValueError(f"{text} is not a valid domain")
    return text


def _check_link(text: str, _: Mapping[str, str]) -> str:
    if not text:
        raise ValueError("empty string specified for links")
    if text.count(":") > 1:
        raise ValueError(f"bad format for links: {text}")
    return text


def _check_sysctl(text: str, _: Mapping[str, str]) -> str:
    name = text.partition("=")[0]
    allowed = {
        "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax",
        "kernel.shmmni", "kernel.shm_rmid_forced",
    }  # fmt: skip
    if "=" not in text or not (name in allowed or name.startswith(("net.", "fs.mqueue."))):
        raise ValueError(f"sysctl '{text}' is not allowed")
    return text


def _check_weight(text: str, _: Mapping[str, str]) -> str:
    path, colon, weight = text.partition(":")
    if not colon or not weight:
        raise ValueError(f"bad format: {text}")
    if not path.startswith("/dev/"):
        raise ValueError(f"bad format for device path: {text}")
    if not is_digits(weight) or (int(weight) and not 10 <= int(weight) <= 1000):
        raise ValueError(f"invalid weight for device: {text}")
    return text


def _check_rate(text: str, _: Mapping[str, str]) -> str:
    path, colon, rate = text.partition(":")
    if not colon or not rate:
        raise ValueError(f"bad format: {text}")
    if not path.startswith("/dev/"):
        raise ValueError(f"bad format for device path: {text}")
    try:
        parse_binary_size(rate)
    except ValueError:
        raise ValueError(
            f"invalid rate for device: {text}. The correct format is <device-path>:<number>[<unit>]. Number must be a "
            "positive integer. Unit is optional and can be kb, mb, or gb"
        ) from None
    return text


def _check_operations(text: str, _: Mapping[str, str]) -> str:
    path, colon, rate = text.partition(":")
    if not colon or not rate:
        raise ValueError(f"bad format: {text}")
    if not path.startswith("/dev/"):
        raise ValueError(f"bad format for device path: {text}")
    if not is_digits(rate):
        raise ValueError(
            f"invalid rate for device: {text}. The correct format is <device-path>:<number>. Number must be a positive integer"
        )
    return text


def _check_tag(text: str, _: Mapping[str, str]) -> str:
    from fakedocker_shell.cli import reference

    reference.parse(text)
    return text


def _unchecked(text: str, _: Mapping[str, str]) -> str:
    return text


def _check_generic_resource(text: str, _: Mapping[str, str]) -> str:
    if "=" not in text:
        raise ValueError(f"invalid generic-resource format `{text}` expected `name=value`")
    return text


CHECKS: Final[Mapping[str, Callable[[str, Mapping[str, str]], str]]] = {
    "add-host": _check_host,
    "attach": _check_attach,
    "blkio-weight-device": _check_weight,
    "build-arg": _check_env,
    "container-label": _check_label,
    "container-label-add": _check_label,
    "device-read-bps": _check_rate,
    "device-read-iops": _check_operations,
    "device-write-bps": _check_rate,
    "device-write-iops": _check_operations,
    "dns": _check_ip,
    "dns-add": _check_ip,
    "dns-search": _check_search,
    "dns-search-add": _check_search,
    "env": _check_env,
    "env-add": _check_env,
    "generic-resource": _check_generic_resource,
    "generic-resource-add": _check_generic_resource,
    "host-add": _check_host,
    "label": _check_label,
    "link": _check_link,
    "service create host": _check_host,
    "service create log-opt": _check_env,
    "service create sysctl": _unchecked,
    "service update label-add": _check_label,
    "service update log-opt": _check_env,
    "sysctl": _check_sysctl,
    "tag": _check_tag,
}
"""Flag of kind list or map, where needed with its command -> the check of each of its values, which may complete it."""
