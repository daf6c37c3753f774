"""Who may see what: nginx's `allow`, `deny` and `auth_basic`."""

from __future__ import annotations

import base64
import hashlib

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import bytes_of
from fakedocker.userland.services.http import Request
from fakedocker.userland.services.nginx_config import Block, find


def is_denied(scope: tuple[Block, ...], address: str) -> bool:
    """By the first rule that covers the address, at the innermost level that has rules."""
    rules = next((block for block in scope if find(block, "allow") or find(block, "deny")), ())
    for item in rules:
        if item.name in ("allow", "deny") and _covers(item.arguments[0], address):
            return item.name == "deny"
    return False


def _covers(rule: str, address: str) -> bool:
    if rule == "all":
        return True
    from ipaddress import ip_address, ip_network

    try:
        return ip_address(address) in ip_network(rule, strict=False)
    except ValueError:
        return False


def authenticate(system: System, request: Request, path: str) -> tuple[str, str]:
    """(user, complaint) by a file of passwords; no complaint for who may go on.

    Of the file's hashes {SHA} and {PLAIN} are known; others match no password.
    """
    kind, _, word = request.header("Authorization").partition(" ")
    if kind.lower() != "basic":
        return "", "no user/password was provided for basic authentication"
    try:
        user, _, password = base64.b64decode(word, validate=True).decode("utf-8", "replace").partition(":")
        lines = system.read_file(path).decode("utf-8", "replace").splitlines()
    except OSError as problem:
        return "", f'open() "{path}" failed ({problem.errno}: {problem.strerror})'
    except ValueError:
        return "", "no user/password was provided for basic authentication"
    known = next((line.split(":")[1] for line in lines if line.startswith(f"{user}:")), None)
    if known is None:
        return user, f'user "{user}" was not found in "{path}"'
    return user, "" if _matches(known, password) else f'user "{user}": password mismatch'


def _matches(known: str, password: str) -> bool:
    if known.startswith("{SHA}"):
        return known[5:] == base64.b64encode(hashlib.sha1(bytes_of(password)).digest()).decode()
    return known.startswith("{PLAIN}") and known.removeprefix("{PLAIN}") == password
