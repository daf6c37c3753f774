"""Flags whose value is a list of key=value pairs: --mount and --network."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from fakedocker.base.json_types import JsonObject
from fakedocker.base.units import parse_binary_size
from fakedocker_shell.cli.go_values import parse_bool, split_csv

_LONG_NETWORK = re.compile(r"\w+=\w+(,\w+=\w+)*")


def parse_mount(text: str, environment: Mapping[str, str]) -> JsonObject:
    """A mount as the API takes it. Relative sources begin at $PWD. Raises ValueError."""
    if not text.strip():
        raise ValueError("EOF")
    mount: JsonObject = {"Type": "volume"}
    for field in split_csv(text.strip()):
        key, equals, value = field.partition("=")
        key = key.lower()
        if not equals and key in ("readonly", "ro", "volume-nocopy", "bind-nonrecursive"):
            value = "true"
        elif not equals:
            raise ValueError(f"invalid field '{field}' must be a key=value pair")
        _mount_field(mount, key, value, field, environment)
    for family, option in (("volume", "VolumeOptions"), ("bind", "BindOptions"), ("tmpfs", "TmpfsOptions")):
        if option in mount and mount["Type"] != family:
            raise ValueError(f"cannot mix '{family}-*' options with mount type '{mount['Type']}'")
    if not mount["Type"]:
        raise ValueError("type is required")
    if not mount.get("Target"):
        raise ValueError("target is required")
    return {key: mount[key] for key in MOUNT_ORDER if key in mount and mount[key] not in ("", False)}


MOUNT_ORDER = (
    "Type", "Source", "Target", "ReadOnly", "Consistency", "BindOptions", "VolumeOptions", "ImageOptions",
    "TmpfsOptions",
)  # fmt: skip


def _mount_field(mount: JsonObject, key: str, value: str, field: str, environment: Mapping[str, str]) -> None:
    """Note one pair of a --mount: a case per key."""

    def part(name: str) -> JsonObject:
        inner: JsonObject = mount.setdefault(name, {})
        return inner

    def boolean() -> bool:
        try:
            return parse_bool(value)
        except ValueError:
            raise ValueError(f"invalid value for {key}: {value}") from None

    match key:
        case "type":
            mount["Type"] = value.lower()
        case "source" | "src":
            relative = value == "." or value.startswith("./")
            mount["Source"] = (
                posixpath.normpath(posixpath.join(environment.get("PWD", "/"), value)) if relative else value
            )
        case "target" | "dst" | "destination":
            mount["Target"] = value
        case "readonly" | "ro":
            mount["ReadOnly"] = boolean()
        case "consistency":
            mount["Consistency"] = value.lower()
        case "bind-propagation":
            part("BindOptions")["Propagation"] = value.lower()
        case "bind-nonrecursive":
            part("BindOptions")["NonRecursive"] = boolean()
        case "bind-recursive":
            _recursive(part("BindOptions"), value)
        case "volume-subpath":
            part("VolumeOptions")["Subpath"] = value
        case "volume-nocopy":
            part("VolumeOptions")["NoCopy"] = boolean()
        case "volume-label":
            name, _, content = value.partition("=")
            part("VolumeOptions").setdefault("Labels", {})[name] = content
        case "volume-driver":
            part("VolumeOptions").setdefault("DriverConfig", {})["Name"] = value
        case "volume-opt":
            name, _, content = value.partition("=")
            part("VolumeOptions").setdefault("DriverConfig", {}).setdefault("Options", {})[name] = content
        case "image-subpath":
            part("ImageOptions")["Subpath"] = value
        case "tmpfs-size":
            try:
                part("TmpfsOptions")["SizeBytes"] = parse_binary_size(value)
            except ValueError:
                raise ValueError(f"invalid value for {key}: {value}") from None
        case "tmpfs-mode":
            if not re.fullmatch("[0-7]+", value):
                raise ValueError(f"invalid value for {key}: {value}")
            part("TmpfsOptions")["Mode"] = int(value, 8)
        case _:
            raise ValueError(f"unexpected key '{key}' in '{field}'")


def _recursive(options: JsonObject, value: str) -> None:
    names = {"disabled": "NonRecursive", "writable": "ReadOnlyNonRecursive", "readonly": "ReadOnlyForceRecursive"}
    if value in names:
        options[names[value]] = True
    elif value != "enabled":
        raise ValueError(
            f'invalid value for bind-recursive: {value} (must be "enabled", "disabled", "writable", or "readonly")'
        )


def parse_network(text: str, _: Mapping[str, str]) -> JsonObject:
    """A network and how to join it: {"target": name, "aliases": [...], "ip": ...}. Raises ValueError."""
    network: JsonObject = {"target": text, "aliases": [], "link-local-ips": [], "driver-opts": {}}
    if not _LONG_NETWORK.search(text):
        return network
    network["target"] = ""
    for field in split_csv(text):
        key, equals, value = field.lower().partition("=")
        key, value = key.strip(), value.strip()
        if not equals or not key:
            raise ValueError(f"invalid field {field}")
        match key:
            case "name":
                network["target"] = value
            case "alias":
                network["aliases"].append(value)
            case "ip" | "ip6" | "mac-address":
                network[key] = value
            case "link-local-ip":
                network["link-local-ips"].append(value)
            case "driver-opt":
                name, inner, content = value.partition("=")
                if not inner or not name:
                    raise ValueError("invalid key value pair format in driver options")
                network["driver-opts"][name.strip()] = content.strip()
            case "gw-priority":
                if not re.fullmatch(r"[+-]?\d+", value):
                    raise ValueError(f"invalid gw-priority ({value}): invalid syntax")
                network["gw-priority"] = int(value)
            case _:
                raise ValueError(f"invalid field key {key}")
    if not network["target"]:
        raise ValueError("network name/id is not specified")
    return network
