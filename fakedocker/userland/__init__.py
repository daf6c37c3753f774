"""What runs inside containers and on the simulated host: a shell, utilities, services.

`PROGRAMS` is the table the kernel is given, `make_body` what gives a shell its body. Programs are imported when they are
first run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fakedocker.userland.catalogue import PROGRAMS

if TYPE_CHECKING:
    from fakedocker.kernel.program import Body, Identity

SHELLS = frozenset({"sh", "ash", "dash", "bash"})

__all__ = ["PROGRAMS", "SHELLS", "make_body"]


def make_body(identity: Identity, argv: tuple[str, ...], environment: Mapping[str, str]) -> Body | None:
    """The body of a program that is more than a utility: a shell's; None for all others."""
    if identity.name not in SHELLS:
        return None
    from fakedocker.userland.sh.machine import shell_for

    return shell_for(identity.name, argv)
