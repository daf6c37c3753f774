"""docker swarm: ca, init, join, join-token, leave, unlock, unlock-key, update.

Source: docker/cli command/swarm.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any, Final

from fakedocker_shell.cli import releases
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.flags import Options
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.questions import read_line, read_password
from fakedocker_shell.cli.usage import flag_error, help_text
from fakedocker_shell.gotemplate.printing import quote
from fakedocker_shell.swarm import root_rotation

_AVAILABILITIES: Final = ("active", "pause", "drain")
_NOTHING_ROTATED: Final = {
    "rotateWorkerToken": "false",
    "rotateManagerToken": "false",
    "rotateManagerUnlockKey": "false",
}


# what the flags say


def _part(spec: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = spec.setdefault(name, {})
    return found


def _apply(call: Invocation, spec: dict[str, Any], certificate: str) -> None:
    """Change a swarm's specification as the flags say.

    Args:
        certificate: what external authorities are to sign with.
    """
    options = call.options
    for flag, part, key in (
        ("task-history-limit", "Orchestration", "TaskHistoryRetentionLimit"),
        ("dispatcher-heartbeat", "Dispatcher", "HeartbeatPeriod"),
        ("max-snapshots", "Raft", "KeepOldSnapshots"),
        ("snapshot-interval", "Raft", "SnapshotInterval"),
        ("autolock", "EncryptionConfig", "AutoLockManagers"),
    ):
        if options.changed(flag):
            _part(spec, part)[key] = options[flag]
    _apply_authorities(call, spec, certificate)


def _apply_authorities(call: Invocation, spec: dict[str, Any], certificate: str) -> None:
    options = call.options
    if options.changed("cert-expiry"):
        _part(spec, "CAConfig")["NodeCertExpiry"] = options["cert-expiry"]
    if options.changed("external-ca"):
        for one in options["external-ca"]:
            if one["CACert"]:
                _pem(call, "external-ca", one["CACert"], "CA cert for external CA")
        _part(spec, "CAConfig")["ExternalCAs"] = [{**one, "CACert": certificate} for one in options["external-ca"]]


def _pem(call: Invocation, flag: str, path: str, what: str = "file contents") -> str:
    """A certificate or a key from a file; nothing for no path. Raises CliError."""
    if not path:
        return ""
    start = f'invalid argument {quote(path)} for "--{flag}" flag: '
    try:
        text = call.context.files.read_bytes(posixpath.join(call.context.directory, path)).decode("utf-8", "replace")
    except OSError as problem:
        raise flag_error(call.command, f"{start}open {path}: {(problem.strerror or '').lower()}") from None
    if "-----BEGIN " not in text:
        raise flag_error(call.command, f"{start}{what} must be in PEM format")
    return text


def _availability(options: Options) -> str:
    if not options.changed("availability"):
        return ""
    wanted = str(options["availability"])
    if wanted.lower() not in _AVAILABILITIES:
        raise CliError(f"invalid availability {quote(wanted)}, only active, pause and drain are supported")
    return wanted.lower()


# beginning, joining, leaving


async def swarm_init(call: Invocation) -> int:
    """Begin a swarm."""
    options = call.options
    spec: dict[str, Any] = {"Labels": None}
    _apply(call, spec, "")
    body = {
        "ListenAddr": options["listen-addr"],
        "AdvertiseAddr": options["advertise-addr"],
        "DataPathAddr": options["data-path-addr"],
        "DataPathPort": options["data-path-port"],
        "ForceNewCluster": options["force-new-cluster"],
        "Spec": spec,
        "AutoLockManagers": options["autolock"],
        "Availability": _availability(options),
        "DefaultAddrPool": options["default-addr-pool"],
        "SubnetSize": options["default-addr-pool-mask-length"],
    }
    try:
        node = await call.api.post("/swarm/init", None, body)
    except CliError as error:
        if any(
            text in error.message
            for text in ("could not choose an IP address to advertise", "could not find the system's IP address")
        ):
            raise CliError(f"{error.message} - specify one with --advertise-addr") from None
        raise
    call.context.out(f"Swarm initialized: current node ({node}) is now a manager.\n\n")
    await _show_join_command(call, node, "worker")
    call.context.out(
        "To add a manager to this swarm, run 'docker swarm join-token manager' and follow the instructions.\n"
    )
    if options["autolock"]:
        _show_unlock_command(call, await _unlock_key(call))
    return 0


async def _show_join_command(call: Invocation, node_id: str, role: str) -> None:
    node = await call.api.get(f"/nodes/{node_id}")
    swarm = await call.api.get("/swarm")
    if node.get("ManagerStatus") is None:
        return
    token, address = swarm["JoinTokens"][role.title()], node["ManagerStatus"].get("Addr", "")
    call.context.out(
        f"To add a {role} to this swarm, run the following command:\n\n"
        f"    docker swarm join --token {token} {address}\n\n"
    )


async def swarm_join(call: Invocation) -> int:
    """Join a swarm."""
    options = call.options
    body = {
        "ListenAddr": options["listen-addr"],
        "AdvertiseAddr": options["advertise-addr"],
        "DataPathAddr": options["data-path-addr"],
        "RemoteAddrs": [call.arguments[0]],
        "JoinToken": options["token"],
        "Availability": _availability(options),
    }
    await call.api.post("/swarm/join", None, body)
    info = await call.api.get("/info")
    role = "manager" if (info.get("Swarm") or {}).get("ControlAvailable") else "worker"
    call.context.out(f"This node joined a swarm as a {role}.\n")
    return 0


async def swarm_leave(call: Invocation) -> int:
    """Leave the swarm."""
    await call.api.post("/swarm/leave", {"force": "1"} if call.options["force"] else None)
    call.context.out("Node left the swarm.\n")
    return 0


# changing it


async def _change(call: Invocation, swarm: Mapping[str, Any], rotated: str = "") -> None:
    """Give the engine a swarm's specification, and say which of its secrets is to be made anew."""
    query = {"version": str(swarm["Version"]["Index"]), **_NOTHING_ROTATED}
    if rotated:
        query[rotated] = "true"
    await call.api.post("/swarm/update", query, swarm["Spec"])


async def swarm_join_token(call: Invocation) -> int:
    """Show the token to join with."""
    role = call.arguments[0]
    if role not in ("worker", "manager"):
        raise CliError(f"unknown role {role}")
    if call.options["rotate"]:
        await _change(call, await call.api.get("/swarm"), f"rotate{role.title()}Token")
        if not call.options["quiet"]:
            call.context.out(f"Successfully rotated {role} join token.\n\n")
    swarm = await call.api.get("/swarm")
    if call.options["quiet"]:
        call.context.out(swarm["JoinTokens"][role.title()] + "\n")
        return 0
    info = await call.api.get("/info")
    await _show_join_command(call, info["Swarm"]["NodeID"], role)
    return 0


async def swarm_update(call: Invocation) -> int:
    """Change the swarm; without flags there is nothing to change, and help is shown."""
    if not call.options.any_changed():
        call.context.out(help_text(call.command))
        return 0
    swarm = await call.api.get("/swarm")
    was_locked = bool((swarm["Spec"].get("EncryptionConfig") or {}).get("AutoLockManagers"))
    _apply(call, swarm["Spec"], (swarm.get("TLSInfo") or {}).get("TrustRoot", ""))
    await _change(call, swarm)
    call.context.out("Swarm updated.\n")
    if (swarm["Spec"].get("EncryptionConfig") or {}).get("AutoLockManagers") and not was_locked:
        _show_unlock_command(call, await _unlock_key(call))
    return 0


# the lock


async def _unlock_key(call: Invocation) -> str:
    try:
        answer = await call.api.get("/swarm/unlockkey")
    except CliError as error:
        raise CliError(f"could not fetch unlock key: {error.message}") from None
    return str(answer.get("UnlockKey") or "")


def _show_unlock_command(call: Invocation, key: str) -> None:
    if key:
        call.context.out(
            "To unlock a swarm manager after it restarts, run the `docker swarm unlock`\n"
            f"command and provide the following key:\n\n    {key}\n\n"
            "Remember to store this key in a password manager, since without it you\n"
            "will not be able to restart the manager.\n"
        )


async def swarm_unlock(call: Invocation) -> int:
    """Unlock the swarm."""
    info = await call.api.get("/info")
    state = (info.get("Swarm") or {}).get("LocalNodeState", "inactive")
    if state in ("", "inactive"):
        raise CliError(call.release.text(releases.NOT_IN_SWARM))
    if state != "locked":
        raise CliError(call.release.text(releases.NOT_LOCKED))
    if call.context.is_terminal(0):
        key = await read_password(call.context, "Enter unlock key: ")
    else:
        key = (await read_line(call.context)).strip()
    await call.api.post("/swarm/unlock", None, {"UnlockKey": key})
    return 0


async def swarm_unlock_key(call: Invocation) -> int:
    """Show the key that unlocks the swarm."""
    if call.options["rotate"]:
        swarm = await call.api.get("/swarm")
        if not (swarm["Spec"].get("EncryptionConfig") or {}).get("AutoLockManagers"):
            raise CliError("cannot rotate because autolock is not turned on")
        await _change(call, swarm, "rotateManagerUnlockKey")
        if not call.options["quiet"]:
            call.context.out("Successfully rotated manager unlock key.\n")
    key = await _unlock_key(call)
    if not key:
        raise CliError("no unlock key is set")
    if call.options["quiet"]:
        call.context.out(key + "\n")
    else:
        _show_unlock_command(call, key)
    return 0


# the root certificate


async def swarm_ca(call: Invocation) -> int:
    """Show the swarm's root certificate, or have a new one made."""
    options = call.options
    certificate, key = (_pem(call, flag, options[flag]) for flag in ("ca-cert", "ca-key"))
    swarm = await call.api.get("/swarm")
    if not options["rotate"]:
        for flag in ("ca-cert", "ca-key", "cert-expiry", "external-ca"):
            if options.changed(flag):
                raise CliError(f"`--{flag}` flag requires the `--rotate` flag to update the CA")
        _show_root(call, swarm)
        return 0
    if options["external-ca"] and not options.changed("ca-cert"):
        raise CliError(
            "rotating to an external CA requires the `--ca-cert` flag to specify the external CA's cert - to add an external "
            "CA with the current root CA certificate, use the `update` command instead"
        )
    if options.changed("ca-cert") and not options["external-ca"] and not options.changed("ca-key"):
        raise CliError("the --ca-cert flag requires that a --ca-key flag and/or --external-ca flag be provided as well")
    _apply_authorities(call, swarm["Spec"], certificate)
    config = _part(swarm["Spec"], "CAConfig")
    config |= {"SigningCACert": certificate, "SigningCAKey": key}
    if not certificate and not key:
        config["ForceRotate"] = config.get("ForceRotate", 0) + 1
    await _change(call, swarm)
    if options["detach"]:
        return 0
    await root_rotation.wait(call, options["quiet"])
    if not options["quiet"]:
        _show_root(call, await call.api.get("/swarm"))
    return 0


def _show_root(call: Invocation, swarm: Mapping[str, Any]) -> None:
    root = (swarm.get("TLSInfo") or {}).get("TrustRoot", "")
    if not root:
        raise CliError(call.release.text(releases.NO_AUTHORITY))
    call.context.out(root.strip() + "\n")
