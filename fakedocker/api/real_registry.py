"""Errands to real registries on this machine's loopback interface, done with sockets.

What is said to them is in `registry.distribution.client`; here it is sent. Nothing else of the engine may reach a
network.
"""

from __future__ import annotations

import http.client
import ipaddress
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from fakedocker.base.messages import Refusal
from fakedocker.operations.images import manifest_parts
from fakedocker.registry import blobs
from fakedocker.registry.distribution import manifests
from fakedocker.registry.distribution.client import (
    EXISTS,
    MOUNTED,
    Client,
    Conversation,
    Credentials,
    Pulled,
    RegistryError,
)
from fakedocker.registry.errands import (
    AnyErrand,
    Failed,
    LoggedIn,
    PulledParts,
    PullErrand,
    PushedParts,
    PushErrand,
    Result,
    WebErrand,
)
from fakedocker.registry.model import RemoteLayer
from fakedocker.wire.http import Reply, Request

_TIMEOUT_SECONDS = 30.0


def is_loopback(host_port: str) -> bool:
    """Whether HOST:PORT is on this machine's loopback interface."""
    host = host_port.rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Registries:
    """Does errands to registries.

    Args:
        reading: to be entered while files of the engine's world are read.
    """

    def __init__(self, reading: Callable[[], AbstractContextManager[None]]) -> None:
        self._reading = reading

    def perform(self, errand: AnyErrand) -> Result | None:
        """Do an errand to a registry, however long it takes; None for another one."""
        if isinstance(errand, WebErrand):
            return None
        client = Client(f"http://{errand.host}", Credentials(errand.username, errand.password))
        try:
            if isinstance(errand, PullErrand):
                return _pull(client, errand)
            if isinstance(errand, PushErrand):
                return self._push(client, errand)
            _hold(client.check())
            return LoggedIn()
        except (RegistryError, Refusal) as problem:
            return Failed(problem.message)
        except (OSError, http.client.HTTPException) as problem:
            return Failed(f'Get "http://{errand.host}/v2/": {str(problem) or type(problem).__name__}')

    def _push(self, client: Client, errand: PushErrand) -> PushedParts:
        origins: dict[str, str] = {}
        for tag, manifest in errand.images:
            parts = {remote.digest: partial(self._blob, remote) for remote in manifest.layers}
            parts[manifest.image.config_digest] = partial(bytes, manifest.image.raw_config)
            media_type = manifests.read(manifest.raw, "").media_type
            outcomes = _hold(client.push(errand.path, tag, manifest.raw, media_type, parts, errand.mounts))
            for digest, (kind, origin) in outcomes.items():
                origins.setdefault(digest, {EXISTS: errand.path, MOUNTED: origin}.get(kind, ""))
        return PushedParts(origins)

    def _blob(self, remote: RemoteLayer) -> bytes:
        with self._reading():
            return blobs.bytes_of(remote)


def _pull(client: Client, errand: PullErrand) -> PulledParts:
    def wanted(raw: bytes, here: dict[str, bytes]) -> list[tuple[str, str]]:
        return list(manifest_parts.wanted(raw, here, errand.have))

    found: Pulled = _hold(client.pull(errand.path, errand.reference, wanted))
    return PulledParts(raw=found.raw, media_type=found.media_type, blobs=found.blobs)


def _hold(conversation: Conversation) -> Any:
    """Go through a conversation; gives what it returns."""
    try:
        request = next(conversation)
        while True:
            request = conversation.send(_exchange(request))
    except StopIteration as end:
        return end.value


def _exchange(request: Request) -> Reply:
    """Send one request. It goes nowhere but to the loopback interface, whatever a registry says. OSError, HTTPException."""
    place = urlsplit(request.target)
    if place.scheme != "http" or not is_loopback(place.netloc if ":" in place.netloc else f"{place.netloc}:80"):
        raise RegistryError(500, f"{request.target} is not on this machine's loopback interface")
    connection = http.client.HTTPConnection(place.netloc, timeout=_TIMEOUT_SECONDS)
    try:
        path = place.path + (f"?{place.query}" if place.query else "")
        connection.request(request.method, path, request.body or None, dict(request.headers))
        answer = connection.getresponse()
        return Reply(status=answer.status, headers=tuple(answer.getheaders()), body=answer.read())
    finally:
        connection.close()
