"""tr: single characters translated, deleted, squeezed."""

from __future__ import annotations

import re
from collections.abc import Callable

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import (
    State,
    bytes_of,
    next_chunk,
)
from fakedocker.userland.text.text_escapes import decode_escapes
from fakedocker.userland.tools import Register, UsageProblem, is_busybox, parse_options

PROGRAMS = Register()
# single characters


_TR_CLASSES: dict[str, str] = {
    "lower": "abcdefghijklmnopqrstuvwxyz",
    "upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "digit": "0123456789",
    "space": "\t\n\v\f\r ",
    "blank": "\t ",
}


def _tr_set(text: str) -> str:
    """A set of tr written out: ranges, classes, escapes, [x*n]."""
    classes = {
        **_TR_CLASSES,
        "alpha": _TR_CLASSES["upper"] + _TR_CLASSES["lower"],
        "alnum": _TR_CLASSES["digit"] + _TR_CLASSES["upper"] + _TR_CLASSES["lower"],
        "punct": "".join(chr(code) for code in range(33, 127) if not chr(code).isalnum()),
        "cntrl": "".join(chr(code) for code in (*range(32), 127)),
        "print": "".join(chr(code) for code in range(32, 127)),
        "graph": "".join(chr(code) for code in range(33, 127)),
        "xdigit": "0123456789ABCDEFabcdef",
    }
    expanded = re.sub(r"\[:(\w+):\]", lambda match: classes.get(match[1], match[0]), text)
    expanded = re.sub(r"\[(.)\*\]", lambda match: match[1] * 256, expanded)
    decoded = decode_escapes(expanded)
    return (
        re.sub(
            r"([^\\])-(.)",
            lambda match: "".join(chr(code) for code in range(ord(match[1]), ord(match[2]) + 1)),
            decoded,
            flags=re.DOTALL,
        )
        if "[:" not in text
        else decoded
    )


@PROGRAMS.program("tr", usage="[-cds] STRING1 [STRING2]\n")
def _tr(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"complement": "c", "delete": "d", "squeeze-repeats": "s", "truncate-set1": "t"}
    options = parse_options(system, argv, "cCdst", long, permute=False)
    sets = [_tr_set(text) for text in options.operands]
    if not sets:
        raise UsageProblem("" if is_busybox(system) else "missing operand")
    if len(sets) < 2 and "d" not in options and "s" not in options and not is_busybox(system):
        raise UsageProblem(
            f"missing operand after ‘{options.operands[0]}’\nTwo strings must be given when translating."
        )
    complement = "c" in options or "C" in options
    translate = _tr_function(sets, complement, "d" in options)
    squeezed = set(sets[-1]) if "s" in options else set()
    while (data := next_chunk(system, state, ())) is not None:
        held = state.pop("cut", b"") + data
        text = held.decode("utf-8", "surrogateescape")
        text = translate(text)
        if squeezed:
            inverted = complement and len(sets) == 1
            text = _squeeze(text, squeezed, state, inverted)
        system.put(bytes_of(text))
    return 0


def _tr_function(sets: list[str], complement: bool, delete: bool) -> Callable[[str], str]:
    first = set(sets[0])
    if delete:
        return lambda text: "".join(character for character in text if (character in first) == complement)
    if len(sets) < 2:
        return lambda text: text
    target = sets[1]
    if complement:
        last = target[-1:]
        return lambda text: "".join(character if character in first else last for character in text)
    padded = target + target[-1:] * max(0, len(sets[0]) - len(target))
    table = {ord(character): padded[place] for place, character in enumerate(sets[0]) if place < len(padded)}
    return lambda text: text.translate(table)


def _squeeze(text: str, squeezed: set[str], state: State, inverted: bool) -> str:
    previous = state.get("previous", "")
    kept = []
    for character in text:
        if character != previous or (character in squeezed) == inverted:
            kept.append(character)
        previous = character
    state["previous"] = previous
    return "".join(kept)
