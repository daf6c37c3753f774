"""The world that a recording shows, made by requests: what of it can be told, and in words what cannot."""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from fakedocker.assembly import create_engine
from fakedocker.base.json_types import Json, JsonObject
from fakedocker.base.profiles import PROFILES
from fakedocker.containers.model import CREATED, EXITED
from fakedocker.engine.engine import Engine
from fakedocker.kernel.program import Program
from fakedocker.network.model import PREDEFINED
from fakedocker.recordings import file
from fakedocker.recordings.answers import ID, Recorded, answers_of
from fakedocker.recordings.file import RecordingProblem
from fakedocker.recordings.showing import Shown, ShownContainer, shown_of, text
from fakedocker.recordings.told import by_request, profile_of
from fakedocker.testing import states
from fakedocker.wire.http import Request
from fakedocker.world.world import World

_MS_NS = 1_000_000


def world_of(path: str, seed: int, profile: str, storage: str, assume: bool, programs: dict[str, Program]) -> World:
    """The world that a recording begins with, which answers what is recorded.

    Args:
        path: of a file that `fakedocker record` has written.
        profile: which Docker the double is, "" for the recorded one.
        assume: whether what is not simulated has stand-ins.

    Raises:
        RecordingProblem: it is no recording, or of a Docker that the double is not.
        OSError: the file cannot be read.
    """
    with open(path, "rb") as kept:
        recording = file.read(kept)
    recorded = profile_of(recording.events)
    if not recorded:
        raise RecordingProblem(f"{path}: no docker engine has answered in it")
    if not profile and recorded not in PROFILES:
        raise RecordingProblem(f"{path}: it is of Docker {recorded}; profile takes {' or '.join(PROFILES)}")
    told = tuple(by_request(recording.events))
    engine = create_engine(
        seed, now_ns=recording.began_ms * _MS_NS, profile=profile or recorded, storage=storage, programs=programs
    )
    if assume:
        engine.change("assume", True)
    notes = _Beginning(engine).make(shown_of(told))
    engine.alter(lambda draft: setattr(draft, "recorded", Recorded(answers=answers_of(told), notes=notes)))
    return engine.snapshot()


class _Beginning:
    """A world in the making.

    Args:
        engine: as it is after installation.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._notes: list[str] = []

    def make(self, shown: Shown) -> tuple[str, ...]:
        """Make what was shown; what cannot be told, in words."""
        for image in shown.images:
            self._ask(f"image {image}", f"/images/create?fromImage={quote(image)}")
        for network in shown.networks:
            if text(network, "Name") not in PREDEFINED:
                self._network(network)
        for volume in shown.volumes:
            kept = {name: volume.get(name) for name in ("Name", "Driver", "Labels")}
            self._ask(
                f"volume {text(volume, 'Name')}", "/volumes/create", {**kept, "DriverOpts": volume.get("Options")}
            )
        for container in shown.containers:
            self._container(container)
        return tuple(self._notes)

    def _ask(self, what: str, target: str, body: Json = None, given_ids: dict[str, str] | None = None) -> bool:
        """Ask the engine for something; whether it did it. What it says against it is noted."""
        data = b"" if body is None else msgspec.json.encode(body)
        headers = {} if body is None else {"content-type": "application/json"}
        given = given_ids or {}
        self._engine.draft.given_ids = {kind: each for kind, each in given.items() if ID.fullmatch(each)}
        exchange = self._engine.perform(Request(method="POST", target=target, headers=headers, body=data))
        self._engine.draft.given_ids = {}
        told = (exchange.reply.body or b"" if exchange.reply is not None else b"") + exchange.take()
        problem = _problem(told)
        is_done = exchange.reply is not None and exchange.reply.status < 400 and not problem
        if not is_done:
            self._notes.append(f"{what}: {problem or 'it is refused'}")
        return is_done

    def _network(self, network: JsonObject) -> None:
        name = text(network, "Name")
        if network.get("Scope") == "swarm":
            self._notes.append(f"network {name}: it is a swarm's, which a recording does not show")
            return
        kept = ("Name", "Driver", "Internal", "Attachable", "EnableIPv6", "Options", "Labels", "IPAM")
        body = {key: network[key] for key in kept if network.get(key) is not None}
        self._ask(f"network {name}", "/networks/create", body, {"network": text(network, "Id")})

    def _container(self, container: ShownContainer) -> None:
        what = f"container {container.name}"
        body = _as_listed(container) if container.is_listed else _as_inspected(container.shown)
        if container.is_listed:
            self._notes.append(f"{what}: it was only listed: its command and most settings are not known")
        target = f"/containers/create?name={quote(container.name)}"
        if not self._ask(what, target, body, {"container": container.id}):
            return
        state = container.state
        if state in ("", CREATED):
            return
        exit_code = container.exit_code if state == EXITED else None
        why = ""
        try:
            states.put(self._engine, container.name, state, exit_code)
        except states.StateUnreachable as problem:
            why = f" ({problem})"
        made = states.container_named(self._engine, container.name)
        if (made.status, exit_code) != (state, made.exit_code if state == EXITED else None):
            wanted = f"{state} {exit_code}" if state == EXITED else state
            self._notes.append(f"{what}: recorded {wanted}, and it is {made.status} {made.exit_code} here{why}")


def _as_inspected(shown: JsonObject) -> JsonObject:
    """The request that makes a container which inspect shows so."""
    config = shown.get("Config")
    networks = _object(_object(shown.get("NetworkSettings")).get("Networks"))
    endpoints = {
        name: {key: _object(endpoint).get(key) for key in ("IPAMConfig", "Links", "Aliases", "DriverOpts")}
        for name, endpoint in networks.items()
    }
    mode = text(shown, "HostConfig", "NetworkMode")
    given = {} if mode.startswith(("container:", "host", "none")) else {"EndpointsConfig": endpoints}
    return {**_object(config), "HostConfig": _object(shown.get("HostConfig")), "NetworkingConfig": given}


def _as_listed(container: ShownContainer) -> JsonObject:
    """The request that makes a container of what a list shows of it."""
    shown = container.shown
    ports = shown.get("Ports")
    bindings: dict[str, list[JsonObject]] = {}
    for port in ports if isinstance(ports, list) else ():
        if isinstance(port, dict) and port.get("PublicPort") and ":" not in text(port, "IP"):
            bound = {"HostIp": text(port, "IP"), "HostPort": str(port["PublicPort"])}
            bindings.setdefault(f"{port.get('PrivatePort')}/{port.get('Type')}", []).append(bound)
    mode = text(shown, "HostConfig", "NetworkMode")
    host = {"PortBindings": bindings, "NetworkMode": mode}
    exposed: dict[str, JsonObject] = {port: {} for port in bindings}
    return {
        "Image": container.image,
        "Labels": _object(shown.get("Labels")),
        "ExposedPorts": exposed,
        "HostConfig": host,
    }


def _object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _problem(told: bytes) -> str:
    """What an answer says against it, in its message or among its lines."""
    for line in told.splitlines():
        try:
            value = msgspec.json.decode(line)
        except (msgspec.MsgspecError, RecursionError):
            continue
        found = text(value, "error") or text(value, "message")
        if found:
            return found
    return ""
