"""Linux's signals by name and number, and how docker reads a signal's name."""

from __future__ import annotations

from fakedocker.base.numbers import parse_whole

NUMBERS: dict[str, int] = {
    "HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "TRAP": 5, "ABRT": 6, "IOT": 6, "BUS": 7, "FPE": 8, "KILL": 9, "USR1": 10,
    "SEGV": 11, "USR2": 12, "PIPE": 13, "ALRM": 14, "TERM": 15, "STKFLT": 16, "CHLD": 17, "CLD": 17, "CONT": 18, "STOP": 19,
    "TSTP": 20, "TTIN": 21, "TTOU": 22, "URG": 23, "XCPU": 24, "XFSZ": 25, "VTALRM": 26, "PROF": 27, "WINCH": 28, "IO": 29,
    "POLL": 29, "PWR": 30, "SYS": 31, "RTMIN": 34,
    **{f"RTMIN+{n}": 34 + n for n in range(1, 16)},
    **{f"RTMAX-{n}": 64 - n for n in range(1, 15)},
    "RTMAX": 64,
}  # fmt: skip
"""Name without SIG to number, on x86-64."""

NAMES: dict[int, str] = {}
for _name, _number in NUMBERS.items():
    NAMES.setdefault(_number, _name)

HUP, INT, QUIT, KILL, USR1, SEGV, USR2, PIPE, ALRM, TERM = 1, 2, 3, 9, 10, 11, 12, 13, 14, 15
CHLD, CONT, STOP, TSTP, TTIN, TTOU, WINCH = 17, 18, 19, 20, 21, 22, 28


def parse(text: str) -> int | None:
    """The number of a signal given by name (with or without SIG, any case) or by number; None where it is none.

    Source: moby signal.ParseSignal.
    """
    number = parse_whole(text)
    if number is not None:
        return number or None
    return NUMBERS.get(text.upper().removeprefix("SIG"))


def name(number: int) -> str:
    """SIGTERM for 15."""
    return "SIG" + NAMES.get(number, str(number))
