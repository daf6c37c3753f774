"""--mount as the client 29 reads it: what only the engine can know, such as a missing target, it leaves to the engine.

Source: docker/cli 29.7.2 opts/mount.go and opts/mount_utils.go.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping

from fakedocker.base.json_types import JsonObject
from fakedocker.base.units import parse_binary_size
from fakedocker_shell.cli.flag_languages import MOUNT_ORDER
from fakedocker_shell.cli.go_values import split_csv
from fakedocker_shell.gotemplate.printing import quote

_BOOLEANS = frozenset({"readonly", "ro", "volume-nocopy", "bind-nonrecursive", "bind-create-src"})
_TRUTH = {"1": True, "true": True, "0": False, "false": False}
_OPTIONS = {"bind": "BindOptions", "volume": "VolumeOptions", "image": "ImageOptions", "tmpfs": "TmpfsOptions"}
"""Type of a mount -> its options, which no other type may have; in the order in which that is looked at."""
_RECURSIVE = {"disabled": "NonRecursive", "writable": "ReadOnlyNonRecursive", "readonly": "ReadOnlyForceRecursive"}
_MODE_LIMIT = 1 << 32


def parse_mount(text: str, environment: Mapping[str, str]) -> JsonObject:
    """A mount as the API takes it. Relative sources begin at $PWD. Raises ValueError."""
    text = text.strip()
    if not text:
        raise ValueError("value is empty")
    mount: JsonObject = {"Type": "volume"}
    for field in split_csv(text):
        _note(mount, field, environment)
    _check(mount)
    return {key: mount[key] for key in MOUNT_ORDER if key in mount and mount[key] not in ("", False)}


def _note(mount: JsonObject, field: str, environment: Mapping[str, str]) -> None:
    """Note one pair."""
    key, equals, value = field.partition("=")
    if key.strip() != key:
        raise ValueError(f"invalid option '{key.strip()}' in '{field}': option should not have whitespace")
    if equals and not value.strip():
        raise ValueError(f"invalid value for '{key}': value is empty")
    if value.strip() != value:
        raise ValueError(f"invalid value for '{key}' in '{field}': value should not have whitespace")
    key = key.lower()
    if not equals and key not in _BOOLEANS:
        raise ValueError(f"invalid field '{field}' must be a key=value pair")
    if key == "bind-nonrecursive":
        raise ValueError("bind-nonrecursive is deprecated, use bind-recursive=disabled instead")
    if key in _BOOLEANS:
        _note_boolean(mount, key, value if equals else "true")
    elif key.partition("-")[0] in _OPTIONS and "-" in key:
        _note_option(mount, key, value, field)
    elif key == "type":
        mount["Type"] = value.lower()
    elif key in ("source", "src"):
        is_relative = value.startswith(".")
        here = environment.get("PWD", "/")
        mount["Source"] = posixpath.normpath(posixpath.join(here, value)) if is_relative else value
    elif key in ("target", "dst", "destination"):
        mount["Target"] = value
    elif key == "consistency":
        mount["Consistency"] = value.lower()
    else:
        raise ValueError(f"unknown option '{key}' in '{field}'")


def _note_boolean(mount: JsonObject, key: str, value: str) -> None:
    if value not in _TRUTH:
        raise ValueError(
            f"invalid value for '{key}': invalid boolean value ({quote(value)}): must be one of "
            '"true", "1", "false", or "0" (default "true")'
        )
    if key == "bind-create-src":
        mount.setdefault("BindOptions", {})["CreateMountpoint"] = _TRUTH[value]
    elif key == "volume-nocopy":
        mount.setdefault("VolumeOptions", {})["NoCopy"] = _TRUTH[value]
    else:
        mount["ReadOnly"] = _TRUTH[value]


def _note_option(mount: JsonObject, key: str, value: str, field: str) -> None:
    """Note an option of one type of mounts: a case per key."""
    family = key.partition("-")[0]
    name, _, content = value.partition("=")

    def part() -> JsonObject:
        inner: JsonObject = mount.setdefault(_OPTIONS[family], {})
        return inner

    def driver() -> JsonObject:
        inner: JsonObject = part().setdefault("DriverConfig", {})
        return inner

    match key:
        case "bind-propagation":
            part()["Propagation"] = value.lower()
        case "bind-recursive":
            _note_recursion(part, value)
        case "volume-subpath" | "image-subpath":
            part()["Subpath"] = value
        case "volume-label":
            labels = part()
            if name:
                labels.setdefault("Labels", {})[name] = content
        case "volume-driver":
            driver()["Name"] = value
        case "volume-opt":
            options = driver()
            if name:
                options.setdefault("Options", {})[name] = content
        case "tmpfs-size":
            try:
                part()["SizeBytes"] = parse_binary_size(value)
            except ValueError:
                raise ValueError(f"invalid value for {key}: {value}") from None
        case "tmpfs-mode":
            if not value or set(value) - set("01234567") or int(value, 8) >= _MODE_LIMIT:
                raise ValueError(f"invalid value for {key}: {value}")
            part()["Mode"] = int(value, 8)
        case _:
            raise ValueError(f"unknown option '{key}' in '{field}'")


def _note_recursion(part: Callable[[], JsonObject], value: str) -> None:
    if value in _RECURSIVE:
        part()[_RECURSIVE[value]] = True
    elif value != "enabled":
        raise ValueError(
            f'invalid value for bind-recursive: {value} (must be "enabled", "disabled", "writable", or "readonly")'
        )


def _check(mount: JsonObject) -> None:
    """Refuse options that do not go together."""
    if not mount["Type"]:
        raise ValueError("type is required")
    for family, options in _OPTIONS.items():
        if options in mount and mount["Type"] != family:
            raise ValueError(f"cannot mix '{family}-*' options with mount type '{mount['Type']}'")
    bind = mount.get("BindOptions", {})
    for option, value in (("ReadOnlyNonRecursive", "writable"), ("ReadOnlyForceRecursive", "readonly")):
        if bind.get(option) and not mount.get("ReadOnly"):
            raise ValueError(f"option 'bind-recursive={value}' requires 'readonly' to be specified in conjunction")
    if bind.get("ReadOnlyForceRecursive") and bind.get("Propagation") != "rprivate":
        raise ValueError(
            "option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' to be specified in conjunction"
        )
