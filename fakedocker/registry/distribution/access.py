"""Who may do what: nobody is asked, a name and password with every request, or a token that the registry's own server
gives.

Source: RFC 7617; distribution docs/spec/auth/{token,scope}.md. Tokens are opaque here: what they allow is in them, with
a digest that only this registry can make.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec

from fakedocker.registry.distribution.problems import Problem
from fakedocker.wire.http import Query, Reply, json_reply

NOBODY, BASIC, TOKEN = "none", "basic", "token"
TOKEN_PATH = "/token"
PULL, PUSH, DELETE = "pull", "push", "delete"
_SCOPE = re.compile(r"(repository|registry):([^:]+(?::\d+/[^:]+)?):([a-z*,]+)")
_TOKEN_SECONDS = 300
_SECOND_NS = 1_000_000_000


@dataclass(frozen=True)
class Access:
    """How a registry asks who somebody is.

    Args:
        mode: NOBODY, BASIC or TOKEN.
        users: passwords by name.
        anonymous_pull: whether everybody may pull.
        secret: what tokens are signed with.
        realm: where tokens are given; the host that was asked, where it is empty.
        service: what the registry is called in tokens, and in what asks for a password.
        lets_in: tells whether a name and a password belong together, in place of `users`.
    """

    mode: str = NOBODY
    users: Mapping[str, str] = field(default_factory=dict)
    anonymous_pull: bool = False
    secret: bytes = b""
    realm: str = ""
    service: str = "fakedocker"
    lets_in: Callable[[str, str], bool] | None = None

    def check(self, headers: Mapping[str, str], repository: str, action: str, now_ns: int) -> None:
        """Whether a request may do something.

        Args:
            repository: "" for the registry as a whole.

        Raises:
            Problem: it may not.
        """
        if self.mode == NOBODY or (self.anonymous_pull and action == PULL and repository and self.mode == BASIC):
            return
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if self.mode == BASIC:
            if scheme.lower() != "basic" or self.user(given) is None:
                raise Problem("UNAUTHORIZED", headers=(("WWW-Authenticate", f'Basic realm="{self.service}"'),))
            return
        claims = self._claims(given) if scheme.lower() == "bearer" else None
        allowed = claims is not None and (not repository or f"{repository}:{action}" in claims.allowed)
        if claims is None or claims.expires_ns < now_ns or not allowed:
            error = ',error="insufficient_scope"' if claims is not None and not allowed else ""
            raise Problem("UNAUTHORIZED", headers=self._challenge(headers, repository, action, error))

    def user(self, encoded: str) -> str | None:
        """The name in the credentials of basic authentication; None where they are wrong."""
        try:
            name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        if self.lets_in is not None:
            return name if self.lets_in(name, password) else None
        known = self.users.get(name)
        return name if known is not None and hmac.compare_digest(known.encode(), password.encode()) else None

    def _challenge(
        self, headers: Mapping[str, str], repository: str, action: str, error: str
    ) -> tuple[tuple[str, str], ...]:
        realm = self.realm or f"http://{headers.get('host', 'localhost')}{TOKEN_PATH}"
        actions = {PULL: "pull", PUSH: "pull,push", DELETE: "delete"}[action]
        scope = f',scope="repository:{repository}:{actions}"' if repository else ""
        return (("WWW-Authenticate", f'Bearer realm="{realm}",service="{self.service}"{scope}{error}'),)

    # tokens

    def give_token(self, query: Query, headers: Mapping[str, str], now_ns: int) -> Reply:
        """A token for the scopes asked for, as far as whoever asks may have them.

        Raises:
            Problem: the name or the password is wrong.
        """
        scheme, _, given = headers.get("authorization", "").partition(" ")
        user = self.user(given) if scheme.lower() == "basic" else None
        if scheme and user is None:
            raise Problem("UNAUTHORIZED")
        if user is None and not self.anonymous_pull:
            raise Problem("UNAUTHORIZED")
        allowed: set[str] = set()
        for text in query.all("scope"):
            for kind, name, actions in _SCOPE.findall(text):
                wanted = {PULL, PUSH, DELETE} if actions == "*" else set(actions.split(","))
                wanted &= {PULL, PUSH, DELETE} if user is not None else {PULL}
                allowed |= {f"{name}:{action}" for action in wanted if kind == "repository"}
        token = self._signed(_Claims(user or "", now_ns + _TOKEN_SECONDS * _SECOND_NS, tuple(sorted(allowed))))
        return json_reply({"token": token, "access_token": token, "expires_in": _TOKEN_SECONDS})

    def _signed(self, claims: _Claims) -> str:
        body = base64.urlsafe_b64encode(msgspec.json.encode(claims)).decode()
        return f"{body}.{self._signature(body)}"

    def _signature(self, body: str) -> str:
        return hmac.new(self.secret, body.encode(), hashlib.sha256).hexdigest()

    def _claims(self, token: str) -> _Claims | None:
        body, _, signature = token.partition(".")
        if not hmac.compare_digest(self._signature(body).encode(), signature.encode()):
            return None
        return msgspec.json.decode(base64.urlsafe_b64decode(body), type=_Claims)


class _Claims(msgspec.Struct, frozen=True):
    """What a token says: whose it is, until when it holds, and REPOSITORY:ACTION that it allows."""

    user: str
    expires_ns: int
    allowed: tuple[str, ...]
