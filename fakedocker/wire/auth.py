"""Messages about logging in."""

from __future__ import annotations

from msgspec import Struct


class AuthRequest(Struct, frozen=True, kw_only=True):
    """The body of POST /auth."""

    username: str = ""
    password: str = ""
    email: str = ""
    serveraddress: str = ""
    identitytoken: str = ""
    registrytoken: str = ""
