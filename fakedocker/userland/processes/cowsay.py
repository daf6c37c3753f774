"""cowsay and fortune: a cow, or docker's whale, that says something; something to say."""

from __future__ import annotations

import textwrap
from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of, read_text
from fakedocker.userland.tools import Register, UsageProblem, base_name, parse_options, stat_or_none

PROGRAMS = Register()
_WIDTH: Final = 39
_COW: Final = r"""
        {thoughts}   ^__^
         {thoughts}  ({eyes})\_______
            (__)\       )\/\
             {tongue} ||----w |
                ||     ||
"""
_WHALE: Final = r'''
    {thoughts}
     {thoughts}
      {thoughts}
                    ##        .
              ## ## ##       ==
           ## ## ## ##      ===
       /""""""""""""""""\___/ ===
  ~~~ {{~~ ~~~~ ~~~ ~~~~ ~~ ~ /  ===- ~~~
       \______ o          __/
        \    \        __/
          \____\______/
'''
_WHALE_FILE: Final = "/usr/local/share/cows/docker.cow"
_SAYINGS: Final = (
    "A container that does one thing does it until it is asked to stop.",
    "Who tags everything latest will one day ask which one it was.",
    "What is not in a volume is gone with its container.",
    "The cache knows what you built; it does not know what you meant.",
    "An image that nobody can rebuild is a souvenir.",
)


@PROGRAMS.program("cowsay", "cowthink")
def _cowsay(system: System, argv: tuple[str, ...], state: State) -> int:
    try:
        options = parse_options(system, argv, "bdgpstwye:f:hlLnNT:W:", permute=False)
    except UsageProblem:
        return 1
    if "l" in options:
        system.put("Cow files in /usr/share/cowsay/cows:\ndefault docker\n")
        return 0
    text = " ".join(options.operands) or read_text(system, state.setdefault("reading", {}), ()).rstrip("\n")
    width = (int(options.last("W")) if is_digits(options.last("W")) else _WIDTH + 1) - 1
    lines = [part for line in text.split("\n") for part in (textwrap.wrap(line, max(1, width)) or [""])]
    thinks = base_name(argv[0]) == "cowthink"
    moods = {"b": "==", "d": "xx", "g": "$$", "p": "@@", "s": "**", "t": "--", "w": "OO", "y": ".."}
    eyes = next((eyes for letter, eyes in moods.items() if letter in options), "oo")
    whale = options.last("f") == "docker" or ("f" not in options and stat_or_none(system, _WHALE_FILE) is not None)
    animal = (_WHALE if whale else _COW).format(
        thoughts="o" if thinks else "\\", eyes=(options.last("e") or eyes)[:2], tongue=(options.last("T") or ("U " if "d" in options else "  "))[:2],
    )  # fmt: skip
    system.put(bytes_of(_balloon(lines, thinks=thinks) + animal.removeprefix("\n")))
    return 0


def _balloon(lines: list[str], *, thinks: bool) -> str:
    width = max(map(len, lines))
    if thinks:
        sides = ["()"] * len(lines)
    elif len(lines) == 1:
        sides = ["<>"]
    else:
        sides = ["/\\", *["||"] * (len(lines) - 2), "\\/"]
    rows = [f"{side[0]} {line:<{width}} {side[1]}" for side, line in zip(sides, lines, strict=True)]
    return "\n".join([f" {'_' * (width + 2)} ", *rows, f" {'-' * (width + 2)} "]) + "\n"


@PROGRAMS.program("fortune")
def _fortune(system: System, argv: tuple[str, ...], state: State) -> int:
    system.put(f"{_SAYINGS[system.random(len(_SAYINGS))]}\n")
    return 0
