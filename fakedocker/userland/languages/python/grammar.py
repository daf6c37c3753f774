"""The grammar in facts/grammar.txt, read into rules: what mistakes.py tries on a source that the parser has refused."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(r"""\s*(->|&&|'[^']*'|"[^"]*"|\??[A-Za-z_]\w*|[\[\](){}|&!~?*+.=])""")
_ACTION: Final = re.compile(r"\s*(=?\w+)((?: \*?\w+)*)(?: : (.*?)(?= \| |$))?")


class Action(NamedTuple):
    """What comes of a way: `name` is a kind of node, `=x` or what is told of a mistake in `words`; `parts` are the names of parts."""

    name: str
    parts: tuple[str, ...]
    words: str


class Item(NamedTuple):
    """A step of a way. `kind`: literal, soft, token, rule, optional, many (`least` times), and, not, demand, cut."""

    kind: str
    text: str = ""
    label: str = ""
    inner: tuple[Item, ...] = ()
    least: int = 0


class Way(NamedTuple):
    """One way to a rule. `is_search`: whether it is nothing but a rule for mistakes, and is left out the first time."""

    items: tuple[Item, ...]
    action: Action | None
    is_search: bool


class _Reader:
    """Reads one line of the grammar."""

    def __init__(self, name: str, text: str, rules: dict[str, tuple[Way, ...]]) -> None:
        self.name = name
        self.text = text
        self.place = 0
        self.rules = rules

    def peek(self) -> str:
        found = _TOKEN.match(self.text, self.place)
        return found[1] if found else ""

    def take(self) -> str:
        found = _TOKEN.match(self.text, self.place)
        assert found is not None, (self.name, self.text[self.place :])
        self.place = found.end()
        return found[1]

    def ways(self) -> tuple[Way, ...]:
        found = [self.way()]
        while self.peek() == "|":
            self.take()
            found.append(self.way())
        return tuple(found)

    def way(self) -> Way:
        items: list[Item] = []
        while self.peek() not in ("", "|", ")", "]", "->"):
            items.append(self.labelled())
        action = None
        if self.peek() == "->":
            self.take()
            found = _ACTION.match(self.text, self.place)
            assert found is not None
            self.place = found.end()
            action = Action(found[1], tuple(found[2].split()), found[3] or "")
        return Way(tuple(items), action, len(items) == 1 and not items[0].label and items[0].text.startswith("?"))

    def labelled(self) -> Item:
        found = _TOKEN.match(self.text, self.place)
        assert found is not None
        if found[1].isidentifier() and self.text[found.end() : found.end() + 1] == "=":
            self.place = found.end() + 1
            return self.item()._replace(label=found[1])
        return self.item()

    def item(self) -> Item:
        token = self.take()
        if token in ("&", "!"):
            return Item("and" if token == "&" else "not", inner=(self.item(),))
        if token == "&&":
            return Item("demand", self.take()[1:-1])
        if token == "~":
            return Item("cut")
        if token in "([":
            name = f"#{len(self.rules)}"
            self.rules[name] = ()
            self.rules[name] = self.ways()
            self.take()
            found = Item("rule", name)
            found = Item("optional", inner=(found,)) if token == "[" else found
        elif token[0] in "'\"":
            found = Item("literal" if token[0] == "'" else "soft", token[1:-1])
        else:
            found = Item("token" if token.isupper() else "rule", token)
        return self._repeated(found)

    def _repeated(self, found: Item) -> Item:
        following = self.text[self.place : self.place + 1]
        if following == ".":
            self.take()
            each = self.item()  # with its plus
            return Item("many", inner=(each.inner[0], found), least=1)
        if following in ("?", "*", "+") and following:
            self.take()
            return (
                Item("optional", inner=(found,))
                if following == "?"
                else Item("many", inner=(found,), least=int(following == "+"))
            )
        return found


@cache
def rules() -> dict[str, tuple[Way, ...]]:
    """The ways of all rules, those in brackets under names of their own."""
    found: dict[str, tuple[Way, ...]] = {}
    text = resources.files("fakedocker.userland.languages.python").joinpath("facts/grammar.txt").read_text("utf-8")
    for line in text.split("\n"):
        if line and not line.startswith("#"):
            name, _, ways = line.partition(": ")
            found[name] = _Reader(name, ways, found).ways()
    return found


LEFT_RECURSIVE: Final = frozenset(
    "dotted_name attr bitwise_or bitwise_xor bitwise_and shift_expr sum term primary t_primary".split()
)
"""Rules that begin with themselves."""
REMEMBERED: Final = frozenset(
    "simple_stmt block expression star_expression disjunction conjunction inversion factor await_primary strings arguments star_target"
    " target_with_star_atom del_target closed_pattern star_pattern ?named_expression".split()
)
"""Rules whose findings are kept, with what was found while mistakes were not looked for."""
