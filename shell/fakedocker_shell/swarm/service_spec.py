"""A new service's specification, from the flags of `docker service create`. It asks nobody.

Networks, secrets and configs are still names in it: `requests` finds what they mean.
Source: docker/cli command/service/opts.go; swarmkit's defaults (api/defaults/service.go).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from fakedocker.base.clock import SECOND_NS
from fakedocker.base.json_types import Json, JsonObject
from fakedocker.base.numbers import is_digits
from fakedocker.base.units import format_duration
from fakedocker_shell.cli.context import Context
from fakedocker_shell.cli.create_options import label_map
from fakedocker_shell.cli.env_files import read_pairs
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.flags import Options
from fakedocker_shell.cli.usage import flag_error
from fakedocker_shell.gotemplate.printing import quote
from fakedocker_shell.swarm.requests import present

_UPDATE_FLAGS: Final = (
    ("parallelism", "Parallelism"), ("delay", "Delay"), ("failure-action", "FailureAction"), ("monitor", "Monitor"),
    ("max-failure-ratio", "MaxFailureRatio"), ("order", "Order"),
)  # fmt: skip
_RESTART_FLAGS: Final = (
    ("condition", "Condition"), ("delay", "Delay"), ("max-attempts", "MaxAttempts"), ("window", "Window"),
)  # fmt: skip
_UPDATE_DEFAULTS: Final = {
    "Parallelism": 1, "FailureAction": "pause", "Monitor": 5 * SECOND_NS, "MaxFailureRatio": 0, "Order": "stop-first",
}  # fmt: skip
_RESTART_DEFAULTS: Final = {"Condition": "any", "Delay": 5 * SECOND_NS, "MaxAttempts": 0}
_HEALTH_DURATIONS: Final = (
    ("interval", "Interval"), ("timeout", "Timeout"), ("start-period", "StartPeriod"), ("start-interval", "StartInterval"),
)  # fmt: skip
_ONLY_REPLICATED: Final = "can only be used with replicated or replicated-job mode"


def any_changed(options: Options, *flags: str) -> bool:
    """Whether one of the flags was given."""
    return any(options.changed(flag) for flag in flags)


def with_flags(
    options: Options, prefix: str, flags: Sequence[tuple[str, str]], below: Mapping[str, Json]
) -> JsonObject:
    """Settings with what flags say of them; `flags` are (end of the flag's name, setting)."""
    return {**below, **{key: options[f"{prefix}-{end}"] for end, key in flags if options.changed(f"{prefix}-{end}")}}


def update_config(options: Options, kind: str, current: Mapping[str, Json] | None = None) -> JsonObject | None:
    """How a service is updated or rolled back; None where no flag says anything about it.

    Args:
        kind: update or rollback, as the flags begin.
        current: what is said already.
    """
    if not any_changed(options, *(f"{kind}-{end}" for end, _ in _UPDATE_FLAGS)):
        return None
    return with_flags(options, kind, _UPDATE_FLAGS, _UPDATE_DEFAULTS if current is None else current)


def restart_policy(options: Options, current: Mapping[str, Json] | None = None) -> JsonObject | None:
    """When tasks are started again; None where no flag says anything about it."""
    if not any_changed(options, *(f"restart-{end}" for end, _ in _RESTART_FLAGS)):
        return None
    return with_flags(options, "restart", _RESTART_FLAGS, _RESTART_DEFAULTS if current is None else current)


def check_durations(options: Options) -> None:
    """Raise CliError where a health check's time is less than nothing."""
    for end, _ in _HEALTH_DURATIONS:
        name = f"health-{end}"
        if options[name] < 0:
            # The text that was typed is gone; Go's own way to write it is as good.
            text = quote(format_duration(options[name]))
            raise flag_error(
                options.command, f'invalid argument {text} for "--{name}" flag: duration cannot be negative'
            )


def health_durations(options: Options) -> dict[str, int]:
    """The times of a health check that were given."""
    return {key: options[f"health-{end}"] for end, key in _HEALTH_DURATIONS if options.changed(f"health-{end}")}


def _health(options: Options) -> JsonObject | None:
    check_durations(options)
    given = health_durations(options)
    has_settings = bool(given or options["health-cmd"] or options["health-retries"])
    if options["no-healthcheck"]:
        if has_settings:
            raise CliError("--no-healthcheck conflicts with --health-* options")
        return {"Test": ["NONE"]}
    if not has_settings:
        return None
    test = ["CMD-SHELL", options["health-cmd"]] if options["health-cmd"] else None
    return present({"Test": test, **given, "Retries": options["health-retries"]})


def _mode(options: Options) -> JsonObject:
    """How many tasks there are to be. Raises CliError for flags that do not go together."""
    mode = options["mode"]
    replicas = {"Replicas": options["replicas"]} if options.changed("replicas") else {}
    is_global = mode in ("global", "global-job")
    if mode not in ("replicated", "global", "replicated-job", "global-job"):
        raise CliError(f"Unknown mode: {mode}, only replicated and global supported")
    if mode == "global" and replicas:
        raise CliError(f"replicas {_ONLY_REPLICATED}")
    if is_global and options["replicas-max-per-node"]:
        raise CliError(f"replicas-max-per-node {_ONLY_REPLICATED}")
    if mode != "replicated-job" and options.changed("max-concurrent"):
        raise CliError("max-concurrent can only be used with replicated-job mode")
    if is_global and replicas:
        raise CliError(f"replicas {_ONLY_REPLICATED}")
    if mode == "replicated":
        return {"Replicated": replicas}
    if mode == "replicated-job":
        total = {"TotalCompletions": options["replicas"]} if replicas else {}
        if options.changed("max-concurrent"):
            return {"ReplicatedJob": {"MaxConcurrent": options["max-concurrent"], **total}}
        return {"ReplicatedJob": {**({"MaxConcurrent": options["replicas"]} if replicas else {}), **total}}
    return {"Global" if mode == "global" else "GlobalJob": {}}


def _environment(context: Context, options: Options) -> list[str]:
    """The variables, where the last of one name counts and stands last."""
    found: dict[str, str] = {}
    for pair in [*read_pairs(context, options["env-file"], "env", lookup=True), *options["env"]]:
        name = pair.partition("=")[0]
        found.pop(name, None)
        found[name] = pair
    return list(found.values())


def generic_resources(texts: Sequence[str]) -> list[JsonObject]:
    """Resources of the user's own, of which a number is reserved. Raises CliError.

    Source: swarmkit's api/genericresource/parse.go.
    """
    found = []
    for text in texts:
        kind, _, value = text.partition("=")
        if not is_digits(value):
            raise CliError(
                f"invalid generic-resource request `{kind}={value}`, Named Generic Resources is not supported for service "
                "create or update"
            )
        found.append({"DiscreteResourceSpec": present({"Kind": kind, "Value": int(value)})})
    return found


def _resources(options: Options) -> JsonObject:
    limits = {
        "NanoCPUs": options["limit-cpu"],
        "MemoryBytes": options["limit-memory"],
        "Pids": options["limit-pids"],
    }
    reservations = {
        "NanoCPUs": options["reserve-cpu"],
        "MemoryBytes": options["reserve-memory"],
        "GenericResources": generic_resources(options["generic-resource"]),
    }
    swap = {
        key: options[flag]
        for flag, key in (("memory-swap", "SwapBytes"), ("memory-swappiness", "MemorySwappiness"))
        if options.changed(flag)
    }
    return {"Limits": present(limits), "Reservations": present(reservations), **swap}


def swarm_hosts(texts: Sequence[str]) -> list[str]:
    """Lines of /etc/hosts of HOST:ADDRESS."""
    return [f"{address} {host}" for host, _, address in (text.partition(":") for text in texts)]


# capabilities


def capabilities(names: Sequence[str]) -> set[str]:
    """Names in their full form."""
    found = set()
    for name in names:
        full = name.strip().upper()
        found.add(full if full in ("ALL", "RESET") or full.startswith("CAP_") else f"CAP_{full}")
    return found


def effective_capabilities(add: Sequence[str], drop: Sequence[str]) -> tuple[list[str], list[str]]:
    """(added, dropped), each sorted: ALL makes the others needless, adding wins, RESET is nothing by itself."""
    added, dropped = ({"ALL"} if "ALL" in names else names for names in (capabilities(add), capabilities(drop)))
    return sorted(added - {"RESET"}), sorted(dropped - added - {"RESET"})


# the whole


def _container(context: Context, options: Options) -> JsonObject:
    added, dropped = effective_capabilities(options["cap-add"], options["cap-drop"])
    dns = {"Nameservers": options["dns"], "Search": options["dns-search"], "Options": options["dns-option"]}
    credential = options["credential-spec"]
    container = {
        "Image": options.arguments[0],
        "Labels": label_map(options["container-label"]),
        "Command": options["entrypoint"],
        "Args": options.arguments[1:],
        "Hostname": options["hostname"],
        "Env": _environment(context, options),
        "Dir": options["workdir"],
        "User": options["user"],
        "Groups": options["group"],
        "StopSignal": options["stop-signal"],
        "TTY": options["tty"],
        "ReadOnly": options["read-only"],
        "Mounts": options["mount"],
        "Healthcheck": _health(options),
        "Hosts": swarm_hosts(options["host"]),
        "Isolation": options["isolation"],
        "Sysctls": label_map(options["sysctl"]),
        "CapabilityAdd": added,
        "CapabilityDrop": dropped,
        "Ulimits": [limit for _, limit in sorted(options["ulimit"].items())],
        "OomScoreAdj": options["oom-score-adj"],
    }
    made = {**present(container), "Init": options["init"], "DNSConfig": present(dns)}
    if options.changed("stop-grace-period"):
        made["StopGracePeriod"] = options["stop-grace-period"]
    if credential is not None and any(credential.values()):
        made["Privileges"] = {"CredentialSpec": dict(credential), "SELinuxContext": None, "NoNewPrivileges": False}
    return made


def _log_driver(options: Options) -> JsonObject | None:
    if not options["log-driver"]:
        return None
    return present({"Name": options["log-driver"], "Options": label_map(options["log-opt"])})


def attachment(network: Mapping[str, Json]) -> JsonObject:
    """How a service is attached to a network, by what --network says."""
    return present({"Target": network["target"], "Aliases": network["aliases"], "DriverOpts": network["driver-opts"]})


def build(context: Context, options: Options) -> JsonObject:
    """The specification that the flags and arguments of create mean. Raises CliError."""
    container = _container(context, options)
    mode = _mode(options)
    updates, rollbacks = update_config(options, "update"), update_config(options, "rollback")
    if (updates or rollbacks) and {"ReplicatedJob", "GlobalJob"} & set(mode):
        raise CliError("update and rollback configuration is not supported for jobs")
    placement = {
        "Constraints": options["constraint"],
        "Preferences": options["placement-pref"],
        "MaxReplicas": options["replicas-max-per-node"],
    }
    task = {
        "ContainerSpec": container,
        "Resources": _resources(options),
        "RestartPolicy": restart_policy(options),
        "Placement": present(placement),
        "Networks": [attachment(network) for network in options["network"]],
        "LogDriver": _log_driver(options),
        "ForceUpdate": 0,
    }
    endpoint = {"Mode": options["endpoint-mode"].lower(), "Ports": options["publish"]}
    spec = {
        "Labels": label_map(options["label"]),
        "TaskTemplate": {key: value for key, value in task.items() if value not in (None, [])},
        "Mode": mode,
        "UpdateConfig": updates,
        "RollbackConfig": rollbacks,
        "EndpointSpec": present(endpoint),
    }
    name = {"Name": options["name"]} if options["name"] else {}
    return {**name, **{key: value for key, value in spec.items() if value is not None}}
