"""What the processes of a container may: capabilities, limits, settings of the kernel, options of security."""

from __future__ import annotations

from fakedocker.kernel import privileges
from fakedocker.network.model import HOST
from fakedocker.wire.container import HostConfig


def security_options(host: HostConfig, name: str) -> list[str]:
    """The values of a security option, which may follow = or, as once, a colon (moby daemon/daemon_unix.go parseSecurityOpt)."""
    found = []
    for option in host.security_opt or ():
        key, separator, value = option.partition("=") if "=" in option else option.partition(":")
        if key == name:
            found.append(value if separator else "true")
    return found


def no_new_privileges(host: HostConfig) -> bool:
    return security_options(host, "no-new-privileges")[-1:] in (["true"], ["1"], ["t"], ["T"], ["TRUE"], ["True"])


def capabilities(host: HostConfig) -> int:
    """Source: moby oci/caps/utils.go TweakCapabilities."""
    if host.privileged:
        return privileges.ALL_CAPABILITIES
    added, dropped = (
        {name.upper().removeprefix("CAP_") for name in names or ()} for names in (host.cap_add, host.cap_drop)
    )
    if "ALL" in added:
        return privileges.ALL_CAPABILITIES & ~privileges.mask(dropped - {"ALL"})
    usual = 0 if "ALL" in dropped else privileges.USUAL_CAPABILITIES & ~privileges.mask(dropped)
    return usual | privileges.mask(added)


def limits(host: HostConfig) -> privileges.Limits:
    return tuple((limit.name.lower(), limit.soft, limit.hard) for limit in host.ulimits or ())


_NETWORK_SYSCTLS = {"net.ipv4.ip_unprivileged_port_start": "0", "net.ipv4.ping_group_range": "0 2147483647"}
"""What the daemon sets in a network of one's own, so that nobody needs to be the superuser for that (moby
daemon/oci_linux.go)."""


_USUAL_SYSCTLS = tuple(sorted(_NETWORK_SYSCTLS.items()))


def sysctls(host: HostConfig) -> tuple[tuple[str, str], ...]:
    if not host.sysctls:
        return () if host.network_mode == HOST else _USUAL_SYSCTLS
    own = {} if host.network_mode == HOST else _NETWORK_SYSCTLS
    return tuple(sorted((own | {dotted(name): value for name, value in host.sysctls.items()}).items()))


def dotted(name: str) -> str:
    """The name of a setting of the kernel with dots, which may be given with slashes (runc
    convertSysctlVariableToDotsSeparator)."""
    first = next((character for character in name if character in "./"), "")
    return name.translate(str.maketrans("./", "/.")) if first == "/" else name
