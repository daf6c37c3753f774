"""htpasswd: files of names and passwords, hashed by bcrypt, Apache's MD5 or SHA-1."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.registry.distribution import htpasswd
from fakedocker.userland.inputs import State, text_of
from fakedocker.userland.network import crypt
from fakedocker.userland.services.line_input import next_line
from fakedocker.userland.tools import Register, UsageProblem, parse_options, stat_or_none

PROGRAMS = Register()
_USAGE: Final = (
    "Usage:\n\thtpasswd [-cimBdpsDv] [-C cost] passwordfile username\n\thtpasswd -b[cmBdpsDv] [-C cost] passwordfile username password\n\n"
    "\thtpasswd -n[imBdps] [-C cost] username\n\thtpasswd -nb[mBdps] [-C cost] username password\n"
)
_LETTERS: Final = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@PROGRAMS.program("htpasswd")
def _htpasswd(system: System, argv: tuple[str, ...], state: State) -> int:
    try:
        options = parse_options(system, argv, "cinmB25dspDvbC:r:", permute=False)
    except UsageProblem:
        system.put(_USAGE, 2)
        return 2
    wanted = (0 if "n" in options else 1) + 1 + (1 if "b" in options else 0)
    if len(options.operands) != wanted or ("n" in options and "c" in options):
        system.put(_USAGE, 2)
        return 2
    *files, name = options.operands[:-1] if "b" in options else options.operands
    path = files[0] if files else ""
    known = _read(system, path)
    if path and "c" not in options and known is None:
        system.put(f"htpasswd: cannot modify file {path}; use '-c' to create it\n", 2)
        return 1
    if "D" in options:
        return _delete(system, path, known or [], name)
    password = options.operands[-1] if "b" in options else _ask(system, state, quiet="i" in options)
    if password is None:
        system.put("htpasswd: password verification error\n", 2)
        return 3
    kind = next((letter for letter in "Bspd" if letter in options), "m")
    line = _line(system, name, password, kind, int(cost) if is_digits(cost := options.last("C")) else 5)
    if not path:
        system.put(f"{line}\n")
        return 0
    rest = [] if "c" in options or known is None else known
    place = next((at for at, old in enumerate(rest) if old.partition(":")[0] == name), len(rest))
    told = "Updating" if place < len(rest) else "Adding"
    rest[place : place + 1] = [line.rstrip("\n")]
    system.write_file(path, "".join(f"{entry}\n" for entry in rest).encode())
    system.put(f"{told} password for user {name}\n", 2)
    return 0


def _read(system: System, path: str) -> list[str] | None:
    """The lines of a file; None where there is none."""
    if not path or stat_or_none(system, path) is None:
        return None
    return text_of(system.read_file(path)).splitlines()


def _delete(system: System, path: str, lines: list[str], name: str) -> int:
    rest = [line for line in lines if line.partition(":")[0] != name]
    if len(rest) == len(lines):
        system.put(f"User {name} not found\n", 2)
        return 0
    system.write_file(path, "".join(f"{line}\n" for line in rest).encode())
    system.put(f"Deleting password for user {name}\n", 2)
    return 0


def _ask(system: System, state: State, *, quiet: bool) -> str | None:
    """The password from standard input, asked for twice unless quiet; None where the two differ. Blocks."""
    given: list[str] = state.setdefault("given", [])
    for prompt in ("New password: ", "Re-type new password: ")[: 1 if quiet else 2][len(given) :]:
        if not quiet and not state.get("prompted"):
            system.put(prompt)
            state["prompted"] = True
            if system.is_terminal(0):
                system.set_terminal_mode(0, echo=False)
        line = next_line(system, state)
        if not quiet:
            system.put("\n")
            if system.is_terminal(0):
                system.set_terminal_mode(0, echo=True)
        state["prompted"] = False
        given.append(line or "")
    return given[0] if len(set(given)) == 1 else None


def _line(system: System, name: str, password: str, kind: str, cost: int) -> str:
    """An entry of the file, and a blank line's end where bcrypt's is printed alone."""
    if kind == "B":
        if cost > htpasswd.MOST_COST:
            raise Unsimulated(f"a cost of more than {htpasswd.MOST_COST}")
        try:
            return htpasswd.entry(name, password, cost, system.random(1 << 128).to_bytes(16, "big"))
        except ModuleNotFoundError:
            raise Unsimulated("bcrypt, for which this Python has no module,") from None
    if kind == "s":
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
        return f"{name}:{{SHA}}{base64.b64encode(digest).decode()}\n"
    if kind == "p":
        return f"{name}:{password}\n"
    salt = "".join(_LETTERS[system.random(64)] for _ in range(8))
    return f"{name}:{crypt.apr1_or_md5(password.encode(), salt, 'apr1')}\n"
