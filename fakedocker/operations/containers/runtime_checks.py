"""What is refused of a container only when it starts: by the daemon that writes its specification, by runc, and by the
kernel.

Source: moby daemon/seccomp_linux.go, profiles/seccomp (LoadProfile, setupSeccomp); runc 1.2 libcontainer/specconv,
libcontainer/configs/validate (sysctl), rlimit_linux.go, libcontainer/{rootfs,standard_init,process}_linux.go; Linux
kernel/sys.c (sethostname, do_prlimit), mm/shmem.c. What all of them take in silence is taken here: AppArmor's profiles
(this host has no AppArmor, so moby's WithApparmor gives none to runc), letters of a device's permissions that are none
(runc's devices.Permissions drops them), MemorySwap below -1, and UsernsMode, which no daemon without --userns-remap
reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from fakedocker.base import messages
from fakedocker.base.go_addresses import address_problem
from fakedocker.base.patterns import lazy_pattern
from fakedocker.containers.model import Container
from fakedocker.kernel.privileges import RESOURCES
from fakedocker.network.model import HOST
from fakedocker.operations.containers import resources, restrictions, rootfs
from fakedocker.wire.container import HostConfig
from fakedocker.wire.decode import syntax_problem
from fakedocker.world.draft import Draft

_DEFAULT_RULES: Final = 16
"""How many rules for devices come before those of a container: moby's own 8, twice (daemon/oci_linux.go WithDevices)."""
_IPC_SYSCTLS: Final = frozenset(
    (
        "kernel.msgmax kernel.msgmnb kernel.msgmni kernel.sem kernel.shmall kernel.shmmax kernel.shmmni kernel.shm_rmid_forced"
    ).split()
)
_SECCOMP_ACTIONS: Final = frozenset(
    f"SCMP_ACT_{name}" for name in "KILL ERRNO TRAP ALLOW TRACE LOG NOTIFY KILL_THREAD KILL_PROCESS".split()
)
_GO_KINDS: Final = {list: "array", str: "string", bool: "bool", int: "number", float: "number"}
_TMPFS_VALUES: Final = {
    "size": lazy_pattern(r"((0[xX][0-9a-fA-F]+|[0-9]+)[kKmMgGtTpPeE]?%?)?"),
    "nr_blocks": lazy_pattern(r"((0[xX][0-9a-fA-F]+|[0-9]+)[kKmMgGtTpPeE]?)?"),
    "nr_inodes": lazy_pattern(r"((0[xX][0-9a-fA-F]+|[0-9]+)[kKmMgGtTpPeE]?)?"),
    "mode": lazy_pattern(r"[0-7]{1,11}"),
    "uid": lazy_pattern(r"[0-9]{1,10}"),
    "gid": lazy_pattern(r"[0-9]{1,10}"),
}
"""What the kernel can read of a tmpfs' options."""
_MOUNT_FLAGS: Final = {"nosuid": 0x2, "nodev": 0x4, "noexec": 0x8}
_HOST_NAME_BYTES: Final = 64
_MOST_OPEN_FILES: Final = 0x3FFFFFF8
"""fs.nr_open as systemd sets it when the host comes up."""
_INT_MAX: Final = (1 << 31) - 1
_NUMBER: Final = lazy_pattern(r"-?[0-9]{1,10}")
_NUMBERS: Final = {
    "kernel.msgmax": (0, _INT_MAX),
    "kernel.shm_rmid_forced": (0, 1),
    "net.core.somaxconn": (0, _INT_MAX),
    "net.ipv4.ip_forward": (-_INT_MAX, _INT_MAX),
    "net.ipv4.ip_unprivileged_port_start": (0, 65535),
}
"""The least and the most of settings that are one number (Linux ipc/ipc_sysctl.c, net/core/sysctl_net_core.c, net/ipv4)."""
_UNSIGNED: Final = 1 << 64


def check(draft: Draft, container: Container) -> None:
    """Refuse a start, in the order in which the real ones look.

    Raises:
        Refusal: in the words of the daemon, or of runc.
    """
    host = container.host_config
    profile = _seccomp_profile(host)
    _check_device_access(host)
    _check_actions(profile)
    _check_sysctls(draft, container)
    for limit in host.ulimits or ():
        if limit.name.lower() not in RESOURCES:
            raise messages.RUNC_FAILED(problem=messages.RLIMIT_VALUE.format(name=limit.name.upper()))
    _check_tmpfs(container)
    if problem := resources.processor_problem(container.id, host):
        raise messages.RUNC_INIT(problem=messages.CGROUP_CONFIG.format(problem=problem))
    if host.uts_mode != HOST and len(container.config.hostname.encode()) > _HOST_NAME_BYTES:
        raise messages.RUNC_INIT(problem=messages.SETHOSTNAME)
    _check_values(host)
    _check_limits(host)


# seccomp


def _seccomp_profile(host: HostConfig) -> dict[str, Any]:
    """The profile that a container was given, its keys in small letters; {} for none of its own."""
    text = next(iter(restrictions.security_options(host, "seccomp")[::-1]), "")
    if text in ("", "builtin", "unconfined"):
        return {}
    try:
        profile = json.loads(text, parse_int=lambda _: 0)
    except RecursionError:
        raise messages.SECCOMP_PROFILE(problem=messages.TOO_DEEP) from None
    except ValueError:
        problem = syntax_problem(text.encode())
        raise messages.SECCOMP_PROFILE(problem=messages.JSON_END if problem.endswith("EOF") else problem) from None
    if profile is None:
        return {}
    if not isinstance(profile, dict):
        kind = _GO_KINDS[type(profile)]
        raise messages.SECCOMP_PROFILE(problem=messages.SECCOMP_KIND.format(kind=kind))
    profile = _small_keys(profile)
    if not profile.get("defaultaction") and not profile.get("syscalls"):
        return {}
    if profile.get("architectures") and profile.get("archmap"):
        raise messages.SECCOMP_BOTH(one="architectures", other="archMap")
    for call in _calls(profile):
        if call.get("name") and call.get("names"):
            raise messages.SECCOMP_BOTH(one="name", other="names")
    return profile


def _small_keys(found: dict[str, Any]) -> dict[str, Any]:
    return {key.lower(): value for key, value in found.items()}


def _calls(profile: dict[str, Any]) -> Iterator[dict[str, Any]]:
    calls = profile.get("syscalls")
    for call in calls if isinstance(calls, list) else ():
        if isinstance(call, dict):
            yield _small_keys(call)


def _check_actions(profile: dict[str, Any]) -> None:
    if not profile:
        return
    always = [
        call.get("action", "") for call in _calls(profile) if not call.get("includes") and not call.get("excludes")
    ]
    for action in (profile.get("defaultaction", ""), *always):
        if action not in _SECCOMP_ACTIONS:
            raise messages.RUNC_FAILED(problem=messages.SECCOMP_ACTION.format(action=action))


# devices, settings of the kernel


def _check_device_access(host: HostConfig) -> None:
    if host.privileged:
        return
    for index, mapping in enumerate(host.devices or ()):
        if not mapping.cgroup_permissions:
            raise messages.RUNC_FAILED(problem=messages.DEVICE_ACCESS.format(index=_DEFAULT_RULES + index))


def _check_sysctls(draft: Draft, container: Container) -> None:
    host = container.host_config
    names = {restrictions.dotted(name) for name in host.sysctls or ()}
    if container.config.domainname:
        names.add("kernel.domainname")
    for name in sorted(names):
        problem = _sysctl_problem(draft, container, name)
        if problem:
            raise messages.RUNC_FAILED(problem=messages.SYSCTL.format(name=name, problem=problem))


def _sysctl_problem(draft: Draft, container: Container, name: str) -> str:
    host = container.host_config
    if name in _IPC_SYSCTLS or name.startswith("fs.mqueue."):
        return messages.SYSCTL_HOST_IPC if host.ipc_mode == HOST else ""
    if name.startswith("net."):
        return messages.SYSCTL_HOST_NETWORK if rootfs.network_namespace(draft, container) == HOST else ""
    if host.uts_mode != HOST:
        if name == "kernel.domainname":
            return ""
        if name == "kernel.hostname":
            return messages.SYSCTL_HOSTNAME
    return messages.SYSCTL_NO_NAMESPACE


# the kernel's


def _check_tmpfs(container: Container) -> None:
    """Refuse sizes and the like that the kernel cannot read."""
    for mount in container.mounts:
        options = mount.options.split(",") if mount.type == "tmpfs" and mount.options else []
        values = [option for option in options if "=" in option]
        for name, _, value in (option.partition("=") for option in values):
            readable = _TMPFS_VALUES.get(name)
            if readable is not None and readable.fullmatch(value) is None:
                allowed = {option[2:] for option in ("nosuid", "nodev", "noexec") if option[2:] in options}
                flags = sum(flag for option, flag in _MOUNT_FLAGS.items() if option[2:] not in allowed)
                shown = f", flags={flags:#x}" if flags else ""
                target, data = mount.target, ",".join(values)
                raise messages.RUNC_INIT(problem=messages.TMPFS_MOUNT.format(target=target, flags=shown, data=data))


def _check_values(host: HostConfig) -> None:
    """Refuse values that the kernel does not take for the settings that are known here."""
    for name, value in sorted((host.sysctls or {}).items()):
        least, most = _NUMBERS.get(restrictions.dotted(name), (0, 0))
        if most and value and not (_NUMBER.fullmatch(value.strip()) and least <= int(value) <= most):
            path = f"/proc/sys/{restrictions.dotted(name).replace('.', '/')}"
            raise messages.RUNC_INIT(problem=messages.WRITE_INVALID.format(path=path))


def _check_limits(host: HostConfig) -> None:
    for limit in host.ulimits or ():
        name, soft, hard = limit.name.lower(), limit.soft % _UNSIGNED, limit.hard % _UNSIGNED
        if soft > hard:
            reason = messages.INVALID_VALUE
        elif name == "nofile" and hard > _MOST_OPEN_FILES:
            reason = messages.NOT_PERMITTED
        else:
            continue
        number = list(RESOURCES).index(name)
        raise messages.RUNC_INIT(problem=messages.RLIMIT_SETTING.format(number=number, reason=reason))


# name servers


def check_name_servers(container: Container) -> None:
    """Refuse what is no address of a name server (moby libnetwork/sandbox_dns_unix.go loadResolvConf)."""
    for server in container.host_config.dns or ():
        problem = address_problem(server)
        if problem:
            raise messages.NAME_SERVER(server=server, problem=problem)
