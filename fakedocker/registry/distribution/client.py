"""The distribution protocol, client's side, without sockets: conversations that give requests and are sent the answers.

A conversation is a generator; whoever holds it sends each request it gives to the registry, and the answer back into
it. What it returns is what the registry had or has taken. Source: OCI distribution-spec 1.1; moby
distribution/{pull_v2,push_v2}.go.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

from fakedocker.registry.distribution import manifests
from fakedocker.wire.http import Reply, Request

Conversation = Generator[Request, Reply, Any]
"""Requests have absolute URLs as their targets."""
ACCEPTED = ", ".join((manifests.OCI_MANIFEST, manifests.DOCKER_MANIFEST, manifests.OCI_INDEX, manifests.DOCKER_LIST))
PUSHED, EXISTS, MOUNTED = "pushed", "exists", "mounted"
_PARAMETER = re.compile(r'(\w+)="([^"]*)"')


class RegistryError(Exception):
    """A registry has refused, or answers with something else than was asked for.

    Args:
        status: of the answer.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Credentials(NamedTuple):
    """Who asks; nobody, where the name is empty."""

    username: str = ""
    password: str = ""


@dataclass
class Pulled:
    """What a registry has under a name.

    Args:
        raw: the manifest or index itself.
        blobs: what it needs, by digest; manifests of an index too.
    """

    raw: bytes
    media_type: str
    blobs: dict[str, bytes] = field(default_factory=dict)


class Client:
    """Somebody who asks one registry.

    Args:
        base: where it is: http://localhost:5000.
    """

    def __init__(self, base: str, credentials: Credentials) -> None:
        self._base = base
        self._credentials = credentials
        self._authorization = ""

    # asking

    def _ask(self, method: str, target: str, body: bytes = b"", **headers: str) -> Conversation:
        """One request; one that is refused for want of a name is asked again with it. Returns the answer."""
        reply: Reply = yield self._request(method, target, body, headers)
        if reply.status == 401 and (yield from self._authorize(header(reply, "www-authenticate"))):
            reply = yield self._request(method, target, body, headers)
        return reply

    def _request(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> Request:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if self._authorization:
            fields["authorization"] = self._authorization
        return Request(method=method, target=urljoin(self._base, target), headers=fields, body=body)

    def _authorize(self, challenge: str) -> Conversation:
        """Do as a registry wants; whether it is worth asking again."""
        scheme, _, rest = challenge.partition(" ")
        basic = base64.b64encode(f"{self._credentials.username}:{self._credentials.password}".encode()).decode()
        if scheme.lower() == "basic" and self._credentials.username:
            self._authorization = f"Basic {basic}"
            return True
        if scheme.lower() != "bearer":
            return False
        wanted = dict(_PARAMETER.findall(rest))
        query = [(name, wanted[name]) for name in ("service", "scope") if name in wanted]
        separator = "&" if urlsplit(wanted.get("realm", "")).query else "?"
        fields = {"authorization": f"Basic {basic}"} if self._credentials.username else {}
        target = urljoin(self._base, wanted.get("realm", "")) + separator + urlencode(query)
        reply: Reply = yield Request(method="GET", target=target, headers=fields)
        try:
            answer = json.loads(reply.body or b"")
            token = answer.get("token") or answer.get("access_token") or ""
        except (ValueError, AttributeError):
            token = ""
        self._authorization = f"Bearer {token}" if token else ""
        return bool(token)

    # conversations

    def check(self) -> Conversation:
        """Whether the registry is one, and lets in whoever asks. RegistryError."""
        reply = yield from self._ask("GET", "/v2/")
        _expect(reply, 200)

    def pull(
        self, name: str, reference: str, wanted: Callable[[bytes, dict[str, bytes]], Iterable[tuple[str, str]]]
    ) -> Conversation:
        """What is under a tag or a digest, as `Pulled`.

        Args:
            wanted: given the manifest and what is here by then, what is still missing, as ("manifests" or "blobs",
                digest); asked until that is nothing.

        Raises:
            RegistryError: it is not there, or is not what its digest says.
        """
        reply = yield from self._ask("GET", f"/v2/{name}/manifests/{reference}", accept=ACCEPTED)
        _expect(reply, 200)
        raw = reply.body or b""
        if ":" in reference:
            _verify(reference, raw)
        found = Pulled(raw, header(reply, "content-type").partition(";")[0])
        while missing := list(wanted(raw, found.blobs)):
            for kind, digest in missing:
                accepted = ACCEPTED if kind == "manifests" else "*/*"
                reply = yield from self._ask("GET", f"/v2/{name}/{kind}/{digest}", accept=accepted)
                _expect(reply, 200)
                found.blobs[digest] = _verify(digest, reply.body or b"")
        return found

    def push(
        self, name: str, reference: str, raw: bytes, media_type: str, blobs: Mapping[str, Callable[[], bytes]], mounts: Collection[str] = ()
    ) -> Conversation:  # fmt: skip
        """Put a manifest and what it needs; returns for each blob how it came there: (PUSHED | EXISTS | MOUNTED,
        repository).

        Args:
            blobs: what gives each, by digest.
            mounts: repositories of the registry that may have them.

        Raises:
            RegistryError: it is refused.
        """
        outcomes: dict[str, tuple[str, str]] = {}
        for digest, make in blobs.items():
            outcomes[digest] = yield from self._put_blob(name, digest, make, mounts)
        reply = yield from self._ask("PUT", f"/v2/{name}/manifests/{reference}", raw, content_type=media_type)
        _expect(reply, 201)
        return outcomes

    def _put_blob(self, name: str, digest: str, make: Callable[[], bytes], mounts: Collection[str]) -> Conversation:
        reply = yield from self._ask("HEAD", f"/v2/{name}/blobs/{digest}")
        if reply.status == 200:
            return (EXISTS, "")
        for origin in mounts:
            target = f"/v2/{name}/blobs/uploads/?mount={quote(digest)}&from={quote(origin, safe='')}"
            reply = yield from self._ask("POST", target)
            if reply.status == 201:
                return (MOUNTED, origin)
            if reply.status == 202:
                yield from self._ask("DELETE", header(reply, "location"))
        reply = yield from self._ask("POST", f"/v2/{name}/blobs/uploads/")
        _expect(reply, 202)
        place = urlsplit(header(reply, "location"))
        query = urlencode([*parse_qsl(place.query, keep_blank_values=True), ("digest", digest)])
        target = place._replace(query=query).geturl()
        reply = yield from self._ask("PUT", target, make(), content_type="application/octet-stream")
        _expect(reply, 201)
        return (PUSHED, "")


def header(reply: Reply, name: str) -> str:
    """A header's value, whatever the case of its name; "" without it."""
    return next((value for key, value in reply.headers if key.lower() == name), "")


def _verify(digest: str, data: bytes) -> bytes:
    algorithm, _, expected = digest.partition(":")
    if algorithm not in ("sha256", "sha512") or hashlib.new(algorithm, data).hexdigest() != expected:
        raise RegistryError(500, f"content does not have the digest {digest}")
    return data


def _expect(reply: Reply, status: int) -> None:
    """Raise RegistryError, in the registry's own words, for another status."""
    if reply.status == status:
        return
    try:
        error = json.loads(reply.body or b"")["errors"][0]
        message = f"{error['code'].lower().replace('_', ' ')}: {error['message']}"
    except (ValueError, LookupError, TypeError, AttributeError):
        message = f"unexpected status {reply.status}"
    raise RegistryError(reply.status, message)
