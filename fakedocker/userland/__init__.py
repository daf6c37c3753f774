"""What runs inside containers and on the simulated host: a shell, utilities, services.

`PROGRAMS` is the table the kernel is given, `body_of` what gives a shell its body. Programs are imported when they are
first run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakedocker.userland.catalogue import PROGRAMS

if TYPE_CHECKING:
    from fakedocker.kernel.program import Body, Identity
    from fakedocker.kernel.programs import MakeBody

SHELLS = frozenset({"sh", "ash", "dash", "bash"})

__all__ = ["PROGRAMS", "SHELLS", "body_of"]


def body_of(identity: Identity) -> MakeBody | None:
    """What makes the body of a program that is more than a utility: a shell's; None for all others."""
    return _make_shell if identity.name in SHELLS else None


def _make_shell(identity: Identity, argv: tuple[str, ...]) -> Body:
    from fakedocker.userland.sh.machine import shell_for

    return shell_for(identity.name, argv)
