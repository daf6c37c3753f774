"""gettext's envsubst."""

from __future__ import annotations

import re

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of, read_text
from fakedocker.userland.tools import Register

PROGRAMS = Register()
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")


@PROGRAMS.program("envsubst")
def _envsubst(system: System, argv: tuple[str, ...], state: State) -> int:
    """Standard input with $NAME and ${NAME} replaced, only those in the argument where there is one."""
    words = argv[1:]
    chosen = None
    if words and words[0] not in ("-v", "--variables"):
        chosen = {match[1] or match[2] for match in _VARIABLE.finditer(words[0])}
    elif len(words) > 1:
        system.put("".join(f"{match[1] or match[2]}\n" for match in _VARIABLE.finditer(words[1])))
        return 0

    def replaced(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        return match[0] if chosen is not None and name not in chosen else system.environment.get(name, "")

    system.put(bytes_of(_VARIABLE.sub(replaced, read_text(system, state, ()))))
    return 0
