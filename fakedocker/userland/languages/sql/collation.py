"""The order of texts: glibc's en_US.utf8 as PostgreSQL's images use it, C, and MariaDB's utf8mb4_general_ci.

Source: PostgreSQL 15 on glibc 2.36, asked for the order of all of ASCII and Latin-1. Letters beyond are outside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fakedocker.userland.languages.sql.problems import outside

_MARKS: Final = " !\"#%&'()*+,-./:;<=>?@[\\]^_`{|}~$"
"""ASCII but for letters, in their order."""
_ACCENTS: Final = {
    letter: (base, place)
    for base, letters in {
        "a": "áàăâåäãąā", "c": "ćĉčċç", "d": "ďđð", "e": "éèĕêěëėęē", "g": "ğĝġģ", "h": "ĥħ", "i": "íìĭîïĩįī", "j": "ĵ", "k": "ķ",
        "l": "ĺľļł", "n": "ńňñņ", "o": "óòŏôöőõøō", "r": "ŕřŗ", "s": "śŝšş", "t": "ťţŧ", "u": "úùŭûůüűũųū", "w": "ŵ", "y": "ýŷÿ",
        "z": "źžż",
    }.items()
    for place, letter in enumerate(letters, 1)
}  # fmt: skip
_PRIMARY: Final = {letter: place + 1 for place, letter in enumerate(_MARKS)} | {
    "\t": -4,
    "\n": -3,
    "\v": -2,
    "\f": -1,
    "\r": 0,
}
_NO_SIGN: Final = 1000
_KNOWN: dict[str, tuple[int, int, int, int]] = {}


def _weights(letter: str) -> tuple[int, int, int, int]:
    """(letter or figure, accent, capital, sign): a sign counts only among what is otherwise the same."""
    found = _KNOWN.get(letter)
    if found is None:
        small = letter.lower()
        base, accent = _ACCENTS.get(small, (small, 0))
        case = int(small != letter)
        if "a" <= base <= "z" and len(base) == 1:
            found = (100 + ord(base), accent, case, _NO_SIGN)
        elif "0" <= letter <= "9" and len(letter) == 1:
            found = (50 + int(letter), 0, 0, _NO_SIGN)
        elif letter == "$":
            found = (40, 0, 0, _NO_SIGN)
        elif letter in _PRIMARY:
            found = (0, 0, 0, _PRIMARY[letter])
        else:
            raise outside(f"the order of texts with the letter {letter!r}")
        _KNOWN[letter] = found
    return found


def english_key(text: str) -> Any:  # Any: a value of SQL's, what runs it, or a binder of either dialect
    """A key by which texts sort as in en_US.utf8."""
    weights = [_weights(letter) for letter in text]
    counted = [entry for entry in weights if entry[0]]
    first, second, third = ([entry[place] for entry in counted] for place in range(3))
    return first, second, third, [entry[3] for entry in weights], text


def c_key(text: str) -> Any:  # Any: a value of SQL's, what runs it, or a binder of either dialect
    """By code points."""
    return text


_GENERAL: Final = {
    **{letter: base for base, letters in {
        "A": "ÀÁÂÃÄÅàáâãäåĀāĂăĄą", "C": "ÇçĆćĈĉĊċČč", "E": "ÈÉÊËèéêëĒēĔĕĖėĘęĚě", "I": "ÌÍÎÏìíîïĨĩĪīĬĭĮįİı", "N": "ÑñŃńŅņŇň",
        "O": "ÒÓÔÕÖòóôõöŌōŎŏŐő", "S": "ŚśŜŝŞşŠšß", "U": "ÙÚÛÜùúûüŨũŪūŬŭŮůŰűŲų", "Y": "ÝýÿŶŷŸ", "Z": "ŹźŻżŽž",
        "D": "Ďď", "G": "ĜĝĞğĠġĢģ", "H": "Ĥĥ", "J": "Ĵĵ", "K": "Ķķ", "L": "ĹĺĻļĽľ", "R": "ŔŕŖŗŘř", "T": "ŢţŤť", "W": "Ŵŵ",
    }.items() for letter in letters},
}  # fmt: skip


def general_key(text: str) -> str:
    """A key by which texts are equal and sort as in utf8mb4_general_ci, spaces at their ends not counting."""
    found = text.rstrip(" ")
    if found.isascii():
        return found.upper()
    return "".join(_GENERAL.get(letter) or (letter.upper() if letter < "\x80" else _upper(letter)) for letter in found)


def _upper(letter: str) -> str:
    """The simple upper case of one letter; general_ci knows the first plane only."""
    if letter > "\uffff":
        return "\ufffd"
    found = letter.upper()
    return found if len(found) == 1 else letter


def swedish_key(text: str) -> str:
    """The same for latin1_swedish_ci, as far as ASCII goes. Raises Outside."""
    if not text.isascii():
        raise outside("other letters than ASCII's in latin1, compared or counted")
    return general_key(text)


def binary_key(text: str) -> str:
    return text.rstrip(" ")


KEYS: Final[dict[str, Callable[[str], Any]]] = {"en_US.utf8": english_key, "C": c_key}
