"""Marks: where processes have met a boundary of the simulation, as a part of the world.

Nothing that is missing pretends to work, and nothing that exists is called missing: a process that needs what nobody
has simulated says so, once for each thing, and the kernel keeps a mark of it; they are counted by namespace
(`Namespace.marks`).

A mark is no excuse for whatever comes after it. Of every process is known (`Process.marked`) whether a failure of it
would be that of a boundary: it has said aloud that it lacks something, or of those that it has waited for the last one
that failed did so at a boundary. One that went on and ended well excuses nothing, nor does a quiet mark. A shell takes
each of its commands as one that it has waited for: what fails by itself is the last failure then, a pipeline failed at
a boundary if any of it did, a command that is not found may be what an earlier failure would have made
(`Process.bereft`), and tests and `exit` go by what was before them. Among files of which some are only assumed to have
been made (`Namespace.tainted`) who fails after it has looked for one in vain counts as having failed at a boundary.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

PROGRAM: Final = "program"
FEATURE: Final = "feature"
MODULE: Final = "module"
HOST: Final = "host"
PACKAGE: Final = "package"
BINARY: Final = "binary"
FILE: Final = "file"
REASONS: Final[dict[str, str]] = {
    PROGRAM: "the program is known, and nobody has simulated it",
    FEATURE: "the program is simulated, but for this",
    MODULE: "the module is installed or known, and nobody has simulated it",
    HOST: "it lies outside, and the simulation has no Internet",
    PACKAGE: "it may exist, and the list of packages that fakedocker has is not the whole one",
    BINARY: "a binary that was made elsewhere cannot run here",
    FILE: "the real file is not at hand, and another one stands for it",
}
"""Why something is not simulated, in words."""
THIS_PROGRAM: Final = "this program"
TOO_LARGE: Final = "so large a number"
"""What has thousands of digits, or is beyond what a double has."""
KEPT: Final = 1_000
"""How many marks are kept, the last ones."""
KEPT_OF_PROCESS: Final = 64
"""How many things one process can say that it lacks; it is silent about more."""
LONGEST: Final = 300
LONGEST_NAME: Final = 80
"""Of what is said, in characters."""


class Mark(Struct, frozen=True, gc=False):
    """A process has met a boundary of the simulation.

    Args:
        namespace: where: the id of a container, the name of a build step's sandbox, or "host".
        program: which program, by the name that it was called by.
        what: what is not simulated.
        why: a key of `REASONS`.
        at_ns: when.
    """

    namespace: str
    program: str
    what: str
    why: str
    at_ns: int

    @property
    def words(self) -> str:
        """What the process says."""
        return f"fakedocker: {self.program}: {self.what} is not simulated"
