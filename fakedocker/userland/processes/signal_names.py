"""Linux's signals by number and name, and what is said of a process one has killed."""

from __future__ import annotations

from typing import Final

from fakedocker.base.numbers import is_digits

_NAMES: Final = (
    "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU"
    " XFSZ VTALRM PROF WINCH IO PWR SYS"
)

SIGNALS: Final[dict[int, str]] = {
    **dict(enumerate(_NAMES.split(), 1)),
    34: "RTMIN",
    **{34 + offset: f"RTMIN+{offset}" for offset in range(1, 16)},
    **{64 - offset: f"RTMAX-{offset}" for offset in range(14, 0, -1)},
    64: "RTMAX",
}

_NUMBERS: Final = {name: number for number, name in SIGNALS.items()} | {"IOT": 6, "POLL": 29, "CLD": 17}


def signal_number(name: str) -> int | None:
    """The number of a signal, with or without SIG, in any case; None where there is no such signal."""
    if is_digits(name):
        return int(name) if int(name) in SIGNALS or name == "0" else None
    return _NUMBERS.get(name.upper().removeprefix("SIG"))
