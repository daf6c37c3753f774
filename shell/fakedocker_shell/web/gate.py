"""Who may come in: the names that this server answers to, the page that a websocket comes from, and tokens.

A web page anywhere can make a browser ask this server. What such a page sends has another Host or Origin, and no token.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from urllib.parse import parse_qs, urlsplit

from fakedocker.api.request_reader import Head

TOKEN_BYTES = 16
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


class Denied(Exception):
    """Somebody is not let in; the text says why.

    Args:
        status: of the HTTP answer.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def is_loopback(host: str) -> bool:
    """Whether an address can only be reached from this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def token() -> str:
    """A new one, which nobody guesses."""
    return secrets.token_urlsafe(TOKEN_BYTES)


class Gate:
    """See the module's docstring.

    Args:
        scheme: http or https.
        learners, teacher: the two tokens; "" for no teacher.
    """

    def __init__(self, scheme: str, learners: str, teacher: str) -> None:
        self._scheme = scheme
        self.hosts: frozenset[str] = frozenset()
        """What a client may call this server, each with its port unless that is the scheme's own."""
        self._learners, self._teacher = learners, teacher

    def check_host(self, head: Head) -> None:
        """Raises Denied for a name that is none of this server's."""
        if head.headers.get("host", "").lower() not in self.hosts:
            raise Denied(421, "this server has another name")

    def check_origin(self, head: Head) -> None:
        """Raises Denied for a websocket that no page of this server has opened."""
        scheme, _, host = head.headers.get("origin", "").lower().partition("://")
        if scheme != self._scheme or host not in self.hosts:
            raise Denied(403, "a page from elsewhere may not connect here")

    def check_learner(self, head: Head) -> None:
        """Raises Denied for a wrong token."""
        self._check(head, self._learners)

    def check_teacher(self, head: Head) -> None:
        """Raises Denied for a wrong token, and where there is no teacher."""
        if not self._teacher:
            raise Denied(404, "there is no class here: `fakedocker web --class` has one")
        self._check(head, self._teacher)

    def _check(self, head: Head, expected: str) -> None:
        try:
            given = parse_qs(urlsplit(head.target).query, max_num_fields=20).get("token", [""])[0]
        except ValueError:
            given = ""
        if not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode()):
            raise Denied(403, "the address has a wrong token, or none: take the one that was handed out")
