"""Parts of a container's configuration that several commands take from flags: limits, restart policies, labels."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fakedocker.base.json_types import Json, JsonObject
from fakedocker.base.units import parse_binary_size
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.flags import Options


def label_map(pairs: Sequence[str]) -> dict[str, str]:
    """{"a": "b", "c": ""} of ["a=b", "c"]; the last of several counts."""
    return {key: value for key, _, value in (pair.partition("=") for pair in pairs)}


def restart_policy(text: str) -> JsonObject:
    """{"Name", "MaximumRetryCount"} of "on-failure:3". Raises CliError."""
    if not text:
        return {"Name": "", "MaximumRetryCount": 0}
    name, colon, count = text.partition(":")
    if colon and not name:
        raise CliError("invalid restart policy format: no policy provided before colon")
    if count and not re.fullmatch(r"[+-]?\d+", count):
        raise CliError("invalid restart policy format: maximum retry count must be an integer")
    return {"Name": name, "MaximumRetryCount": int(count or 0)}


def resources(options: Options, nothing: Json = None) -> JsonObject:
    """The API's Resources of the flags that both create and update know.

    Args:
        nothing: what stands for a list without entries, and for numbers that may be absent.
    """
    return {
        "CpuShares": options["cpu-shares"],
        "Memory": options["memory"],
        "NanoCpus": options["cpus"],
        "CgroupParent": options.get("cgroup-parent") or "",
        "BlkioWeight": options["blkio-weight"],
        "BlkioWeightDevice": nothing,
        "BlkioDeviceReadBps": nothing,
        "BlkioDeviceWriteBps": nothing,
        "BlkioDeviceReadIOps": nothing,
        "BlkioDeviceWriteIOps": nothing,
        "CpuPeriod": options["cpu-period"],
        "CpuQuota": options["cpu-quota"],
        "CpuRealtimePeriod": options["cpu-rt-period"],
        "CpuRealtimeRuntime": options["cpu-rt-runtime"],
        "CpusetCpus": options["cpuset-cpus"],
        "CpusetMems": options["cpuset-mems"],
        "Devices": nothing,
        "DeviceCgroupRules": None,
        "DeviceRequests": None,
        "MemoryReservation": options["memory-reservation"],
        "MemorySwap": options["memory-swap"],
        "MemorySwappiness": None,
        "OomKillDisable": None,
        "PidsLimit": options["pids-limit"] if options.changed("pids-limit") else None,
        "Ulimits": nothing,
        "CpuCount": 0,
        "CpuPercent": 0,
        "IOMaximumIOps": 0,
        "IOMaximumBandwidth": 0,
    }


def create_resources(options: Options) -> JsonObject:
    """The API's Resources of all flags of create. Raises CliError."""
    devices = [_device(text) for text in options["device"] if not _is_cdi(text)]
    requests = list(options["gpus"])
    cdi = [text for text in options["device"] if _is_cdi(text)]
    if cdi:
        requests.append({"Driver": "cdi", "Count": 0, "DeviceIDs": cdi, "Capabilities": None, "Options": None})
    return {
        **resources(options, []),
        "BlkioWeightDevice": [
            {"Path": path, "Weight": int(weight)}
            for path, _, weight in (text.partition(":") for text in options["blkio-weight-device"])
        ],
        "BlkioDeviceReadBps": _rates(options["device-read-bps"]),
        "BlkioDeviceWriteBps": _rates(options["device-write-bps"]),
        "BlkioDeviceReadIOps": _rates(options["device-read-iops"]),
        "BlkioDeviceWriteIOps": _rates(options["device-write-iops"]),
        "Devices": devices,
        "DeviceCgroupRules": options["device-cgroup-rule"] or None,
        "DeviceRequests": requests or None,
        "MemorySwappiness": options["memory-swappiness"],
        "OomKillDisable": options["oom-kill-disable"],
        "PidsLimit": options["pids-limit"],
        "Ulimits": [limit for _, limit in sorted(options["ulimit"].items())],
        "CpuCount": options["cpu-count"],
        "CpuPercent": options["cpu-percent"],
        "IOMaximumIOps": options["io-maxiops"],
        "IOMaximumBandwidth": options["io-maxbandwidth"],
    }


def _rates(texts: Sequence[str]) -> list[JsonObject]:
    return [
        {"Path": path, "Rate": parse_binary_size(rate)} for path, _, rate in (text.partition(":") for text in texts)
    ]


def _is_cdi(text: str) -> bool:
    return not text.startswith("/") and re.fullmatch(r"[\w.-]+/[\w.-]+=[\w.:-]+", text) is not None


def _device(text: str) -> dict[str, str]:
    """{"PathOnHost", "PathInContainer", "CgroupPermissions"} of host[:container][:permissions]."""
    parts = text.split(":")
    if len(parts) > 3 or not parts[0]:
        raise CliError(f"invalid device specification: {text}")
    inside, permissions = parts[0], "rwm"
    if len(parts) == 3:
        inside, permissions = parts[1], parts[2]
    elif len(parts) == 2:
        if _valid_mode(parts[1]):
            permissions = parts[1]
        else:
            inside = parts[1]
    if not inside.startswith("/"):
        raise CliError(f"{inside} is not an absolute path")
    if not _valid_mode(permissions):
        raise CliError(f"bad mode specified: {permissions}")
    return {"PathOnHost": parts[0], "PathInContainer": inside, "CgroupPermissions": permissions}


def _valid_mode(text: str) -> bool:
    return bool(text) and set(text) <= set("rwm") and len(set(text)) == len(text)
