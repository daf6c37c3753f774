"""Make's variables and functions: $(name), $(subst a,b,text), and the values they give.

A command's output ($(shell)) is asked for by an exception and handed in as a result; the expansion is then made again.
It must not know rules.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.make.model import Database, MakeProblem, NeedsShell
from fakedocker.userland.sh.patterns import matches
from fakedocker.userland.tools import stat_or_none

_CLOSING: Final = {"(": ")", "{": "}"}
_DEPTH: Final = 200
_REFERENCES: Final = 500_000  # of one reading: beyond it a text is taken to double at every level
_LENGTH: Final = 16 << 20
_UNLIMITED: Final = -1


class Expander:
    """Expands texts with the variables of a database.

    Args:
        results: outputs of the commands that were asked for, in order.
        said: how many messages have been written already by an earlier try.
    """

    def __init__(self, system: System, database: Database, results: list[str], said: int = 0) -> None:
        self.system = system
        self.database = database
        self.results = results
        self.said = said
        self.overlay: Mapping[str, list[str]] = {}
        self.where = ""
        self.evaluate: Callable[[str], None] | None = None
        self._used = 0
        self._messages = 0
        self._depth = 0
        self._references = 0
        self._arguments: list[list[str]] = []

    def say(self, text: str, descriptor: int) -> None:
        """Write a message, once however often the expansion is made again."""
        self._messages += 1
        if self._messages > self.said:
            self.said = self._messages
            self.system.put(text, descriptor)

    def variable(self, name: str) -> list[str] | None:
        """[flavor, value, origin]"""
        found = self.overlay.get(name)
        if found is None:
            found = self.database["variables"].get(name)
        return found

    def value(self, name: str) -> str:
        """A variable's value, expanded where it is recursive."""
        if self._arguments and is_digits(name):
            arguments = self._arguments[-1]
            return arguments[int(name)] if int(name) < len(arguments) else ""
        found = self.variable(name)
        if found is None:
            return ""
        return self.expand(found[1]) if found[0] == "recursive" else found[1]

    def expand(self, text: str) -> str:
        if "$" not in text:
            return text
        self._depth += 1
        try:
            if self._depth > _DEPTH:
                raise MakeProblem("Recursive variable references itself (eventually)", self.where)
            return self._expanded(text)
        finally:
            self._depth -= 1

    def _expanded(self, text: str) -> str:
        parts, at = [], 0
        while True:
            dollar = text.find("$", at)
            if dollar < 0 or dollar + 1 >= len(text):
                parts.append(text[at:].removesuffix("$") if dollar >= 0 else text[at:])
                return "".join(parts)
            parts.append(text[at:dollar])
            self._references += 1
            if self._references > _REFERENCES or len(text) > _LENGTH:
                raise MakeProblem("virtual memory exhausted", self.where)
            letter = text[dollar + 1]
            if letter in _CLOSING:
                inner, at = self._reference(text, dollar + 1)
                parts.append(self._dereferenced(inner))
            else:
                parts.append("$" if letter == "$" else self.value(letter))
                at = dollar + 2

    def _reference(self, text: str, opening: int) -> tuple[str, int]:
        """What is between brackets, and where it goes on behind them."""
        end = closing_place(text, opening)
        if end < 0:
            raise MakeProblem("unterminated variable reference", self.where)
        return text[opening + 1 : end], end + 1

    def _dereferenced(self, inner: str) -> str:
        name, _, rest = inner.partition(" ")
        if "\t" in name:
            name, _, rest = inner.partition("\t")
        if rest and name in FUNCTIONS:
            self.system.charge(1)
            return self._call(name, rest.lstrip())
        colon = _colon_place(inner)
        if colon > 0 and "=" in inner[colon:]:
            variable = self.expand(inner[:colon])
            old, _, new = inner[colon + 1 :].partition("=")
            old, new = self.expand(old), self.expand(new)
            if "%" not in old:
                old, new = f"%{old}", f"%{new}"
            return substituted(self.value(variable), old, new)
        return self.value(self.expand(inner))

    def _call(self, name: str, rest: str) -> str:
        count, lazy, function = FUNCTIONS[name]
        arguments = split_arguments(rest, count)
        if not lazy:
            arguments = [self.expand(argument) for argument in arguments]
        return function(self, arguments)

    # functions that need more than texts

    def shell(self, arguments: list[str]) -> str:
        self._used += 1
        if self._used > len(self.results):
            raise NeedsShell(arguments[0])
        return self.results[self._used - 1].rstrip("\n").replace("\n", " ")

    def call(self, arguments: list[str]) -> str:
        words = [self.expand(argument) for argument in arguments]
        name = words[0].strip()
        if name in FUNCTIONS:
            return FUNCTIONS[name][2](self, words[1:])
        found = self.variable(name)
        if found is None:
            return ""
        self._arguments.append([name, *words[1:]])
        try:
            return self.expand(found[1])
        finally:
            self._arguments.pop()

    def each(self, arguments: list[str]) -> str:
        name, words, text = ([*arguments, "", ""])[:3]
        name = self.expand(name).strip()
        before, results = self.overlay, []
        for word in self.expand(words).split():
            self.overlay = {**before, name: ["simple", word, "automatic"]}
            results.append(self.expand(text))
        self.overlay = before
        return " ".join(results)

    def evaluated(self, arguments: list[str]) -> str:
        if self.evaluate is None:
            raise Unsimulated("eval in a recipe", 2)
        self.evaluate(arguments[0])
        return ""

    def message(self, kind: str, arguments: list[str]) -> str:
        text = ",".join(arguments)
        if kind == "error":
            raise MakeProblem(text, self.where)
        if kind == "warning":
            self.say(f"{self.where}: {text}\n", 2)
        else:
            self.say(f"{text}\n", 1)
        return ""

    def condition(self, arguments: list[str]) -> str:
        chosen = 1 if self.expand(arguments[0].strip()) else 2
        return self.expand(arguments[chosen]) if chosen < len(arguments) else ""

    def any_of(self, arguments: list[str]) -> str:
        return next((value for argument in arguments if (value := self.expand(argument.strip()))), "")

    def all_of(self, arguments: list[str]) -> str:
        value = ""
        for argument in arguments:
            value = self.expand(argument.strip())
            if not value:
                return ""
        return value

    def wildcard(self, arguments: list[str]) -> str:
        return " ".join(name for pattern in arguments[0].split() for name in self.glob(pattern))

    def glob(self, pattern: str) -> list[str]:
        """The files that a pattern fits, sorted; a plain name where there is one."""
        if not any(letter in pattern for letter in "*?["):
            return [pattern] if stat_or_none(self.system, pattern) is not None else []
        directory, slash, last = pattern.rpartition("/")
        folders = self.glob(directory) if directory else ["/" if slash else ""]
        found: list[str] = []
        for folder in folders:
            try:
                names = self.system.list_directory(folder or ".")
            except OSError:
                continue
            front = folder if folder in ("", "/") else f"{folder}/"
            hidden = last.startswith(".")
            found += [front + name for name in names if (hidden or not name.startswith(".")) and matches(last, name)]
        return found

    def real_path(self, name: str) -> str:
        try:
            return self.system.real_path(name)
        except OSError:
            return ""

    def origin(self, arguments: list[str]) -> str:
        found = self.variable(arguments[0].strip())
        return "undefined" if found is None else found[2]

    def flavor(self, arguments: list[str]) -> str:
        found = self.variable(arguments[0].strip())
        return "undefined" if found is None else found[0]

    def raw_value(self, arguments: list[str]) -> str:
        found = self.variable(arguments[0].strip())
        return "" if found is None else found[1]


def closing_place(text: str, opening: int) -> int:
    """Where the bracket of the same kind closes; -1 where it does not. O(length)."""
    open_letter, close_letter, depth = text[opening], _CLOSING[text[opening]], 0
    for place in range(opening, len(text)):
        if text[place] == open_letter:
            depth += 1
        elif text[place] == close_letter:
            depth -= 1
            if not depth:
                return place
    return -1


def _colon_place(inner: str) -> int:
    """The colon of $(name:old=new) outside of nested references."""
    depth = 0
    for place, letter in enumerate(inner):
        depth += (letter in "({") - (letter in ")}")
        if letter == ":" and not depth:
            return place
    return -1


def split_arguments(text: str, count: int) -> list[str]:
    """A function's arguments at the commas outside of brackets; what is beyond `count` belongs to the last one."""
    found: list[str] = []
    depth = start = 0
    for place, letter in enumerate(text):
        depth += (letter in "({") - (letter in ")}")
        if letter == "," and not depth and len(found) != count - 1:
            found.append(text[start:place])
            start = place + 1
    return [*found, text[start:]]


def substituted(text: str, old: str, new: str) -> str:
    """patsubst: every word that a pattern fits."""
    before, percent, after = old.partition("%")
    words = []
    for word in text.split():
        if not percent:
            words.append(new if word == old else word)
        elif len(word) >= len(before) + len(after) and word.startswith(before) and word.endswith(after):
            words.append(new.replace("%", word[len(before) : len(word) - len(after)], 1))
        else:
            words.append(word)
    return " ".join(words)


def _fits(pattern: str, word: str) -> bool:
    before, percent, after = pattern.partition("%")
    if not percent:
        return pattern == word
    return len(word) >= len(before) + len(after) and word.startswith(before) and word.endswith(after)


def _filtered(arguments: list[str], wanted: bool) -> str:
    patterns = arguments[0].split()
    return " ".join(
        word for word in arguments[1].split() if any(_fits(pattern, word) for pattern in patterns) is wanted
    )


def _each_word(change: Callable[[str], str]) -> Callable[[Expander, list[str]], str]:
    return lambda _, arguments: " ".join(filter(None, (change(word) for word in arguments[0].split())))


def _directory(word: str) -> str:
    return word[: word.rfind("/") + 1] or "./"


def _suffix(word: str) -> str:
    return posixpath.splitext(word)[1]


def _chosen_words(arguments: list[str], first: int, last: int) -> str:
    return " ".join(arguments[-1].split()[first - 1 : last])


def _joined(arguments: list[str]) -> str:
    left, right = arguments[0].split(), arguments[1].split()
    size = max(len(left), len(right))
    return " ".join("".join((*left[at : at + 1], *right[at : at + 1])) for at in range(size))


Function = Callable[[Expander, list[str]], str]
# Name -> how many arguments (-1: any number), whether it expands them itself, what it does.
FUNCTIONS: Final[dict[str, tuple[int, bool, Function]]] = {
    "subst": (3, False, lambda _, a: a[2].replace(a[0], a[1]) if a[0] else a[2] + a[1]),
    "patsubst": (3, False, lambda _, a: substituted(a[2], a[0].strip(), a[1].strip())),
    "strip": (1, False, lambda _, a: " ".join(a[0].split())),
    "findstring": (2, False, lambda _, a: a[0] if a[0] in a[1] else ""),
    "filter": (2, False, lambda _, a: _filtered(a, True)),
    "filter-out": (2, False, lambda _, a: _filtered(a, False)),
    "sort": (1, False, lambda _, a: " ".join(sorted(set(a[0].split())))),
    "word": (2, False, lambda _, a: _chosen_words(a, int(a[0]), int(a[0]))),
    "wordlist": (3, False, lambda _, a: _chosen_words(a, int(a[0]), int(a[1]))),
    "words": (1, False, lambda _, a: str(len(a[0].split()))),
    "firstword": (1, False, lambda _, a: _chosen_words(a, 1, 1)),
    "lastword": (1, False, lambda _, a: "".join(a[0].split()[-1:])),
    "dir": (1, False, _each_word(_directory)),
    "notdir": (1, False, _each_word(lambda word: word.rpartition("/")[2])),
    "suffix": (1, False, _each_word(_suffix)),
    "basename": (1, False, _each_word(lambda word: word.removesuffix(_suffix(word)))),
    "addsuffix": (2, False, lambda _, a: " ".join(word + a[0] for word in a[1].split())),
    "addprefix": (2, False, lambda _, a: " ".join(a[0] + word for word in a[1].split())),
    "join": (2, False, lambda _, a: _joined(a)),
    "wildcard": (1, False, Expander.wildcard),
    "realpath": (1, False, lambda e, a: " ".join(filter(None, map(e.real_path, a[0].split())))),
    "abspath": (
        1,
        False,
        lambda e, a: " ".join(posixpath.normpath(posixpath.join(e.system.directory, word)) for word in a[0].split()),
    ),
    "error": (1, False, lambda e, a: e.message("error", a)),
    "warning": (1, False, lambda e, a: e.message("warning", a)),
    "info": (1, False, lambda e, a: e.message("info", a)),
    "shell": (1, False, Expander.shell),
    "origin": (1, False, Expander.origin),
    "flavor": (1, False, Expander.flavor),
    "value": (1, False, Expander.raw_value),
    "eval": (1, False, Expander.evaluated),
    "call": (_UNLIMITED, True, Expander.call),
    "foreach": (3, True, Expander.each),
    "if": (3, True, Expander.condition),
    "or": (_UNLIMITED, True, Expander.any_of),
    "and": (_UNLIMITED, True, Expander.all_of),
}
