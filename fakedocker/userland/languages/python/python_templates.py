"""jinja2's templates, as far as small pages need them: values, if and for. Expressions are Python's."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Callable
from typing import Final

from fakedocker.userland.languages.python.python_values import Evaluator, Value
from fakedocker.userland.languages.script_machine import NotSimulated

_MARKS: Final = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})", re.DOTALL)
_FILTERS: Final[dict[str, Callable[[Value], Value]]] = {
    "safe": str,
    "upper": lambda value: str(value).upper(),
    "lower": lambda value: str(value).lower(),
    "length": len,
    "e": str,
}
_LONGEST: Final = 1_000_000


def render(own: Evaluator, text: str, names: dict[str, Value]) -> str:
    """A template filled in. Raises NotSimulated, and what its expressions raise."""
    parts = _MARKS.split(text)
    return _Renderer(own, parts).block(0, names, ())[0]


class _Renderer:
    def __init__(self, own: Evaluator, parts: list[str]) -> None:
        self._own = own
        self._parts = parts

    def block(self, at: int, names: dict[str, Value], ends: tuple[str, ...]) -> tuple[str, int]:
        """What is shown from a part on to one of the words that end it, and where that stands."""
        shown: list[str] = []
        while at < len(self._parts):
            part = self._parts[at]
            if part.startswith("{%"):
                word, _, rest = part[2:-2].strip(" -+").partition(" ")
                if word in ends:
                    break
                text, at = self._statement(word, rest.strip(), at, names)
                shown.append(text)
            elif part.startswith("{{"):
                shown.append(self._shown(part[2:-2].strip(" -+"), names))
                at += 1
            else:
                shown.append("" if part.startswith("{#") else part)
                at += 1
        return "".join(shown), at

    def _statement(self, word: str, rest: str, at: int, names: dict[str, Value]) -> tuple[str, int]:
        if word == "if":
            return self._if(rest, at, names)
        if word == "for":
            return self._for(rest, at, names)
        if word == "set":
            name, _, expression = rest.partition("=")
            names[name.strip()] = self._value(expression, names)
            return "", at + 1
        raise NotSimulated(f"{word} in a template")

    def _word(self, at: int) -> str:
        return self._parts[at][2:-2].strip(" -+")

    def _if(self, condition: str, at: int, names: dict[str, Value]) -> tuple[str, int]:
        shown, done = "", False
        while True:
            holds = not done and bool(self._value(condition, names))
            text, at = self.block(at + 1, names, ("elif", "else", "endif")) if holds else ("", self._skipped(at + 1))
            shown, done = shown + text, done or holds
            word, _, condition = self._word(at).partition(" ")
            if word == "endif":
                return shown, at + 1
            condition = condition if word == "elif" else "True"

    def _for(self, rest: str, at: int, names: dict[str, Value]) -> tuple[str, int]:
        targets, _, expression = rest.partition(" in ")
        wanted = [name.strip() for name in targets.split(",")]
        shown = ""
        end = self._skipped(at + 1)
        for value in self._value(expression, names):
            values = value if len(wanted) > 1 else (value,)
            text, _ = self.block(at + 1, {**names, **dict(zip(wanted, values, strict=True))}, ("endfor",))
            shown += text
            if len(shown) > _LONGEST:
                raise NotSimulated("so large a page")
        return shown, end + 1

    def _skipped(self, at: int) -> int:
        """Past a block and those in it, to what ends it."""
        depth = 0
        while at < len(self._parts):
            if self._parts[at].startswith("{%"):
                word = self._word(at).partition(" ")[0]
                if depth == 0 and word in ("elif", "else", "endif", "endfor"):
                    return at
                depth += {"if": 1, "for": 1, "endif": -1, "endfor": -1}.get(word, 0)
            at += 1
        raise NotSimulated("a template whose blocks do not end")

    def _shown(self, expression: str, names: dict[str, Value]) -> str:
        expression, *filters = [part.strip() for part in re.split(r"(?<!\|)\|(?!\|)", expression)]
        value = self._value(expression, names)
        for name in filters:
            if name not in _FILTERS:
                raise NotSimulated(f"the filter {name} of a template")
            value = _FILTERS[name](value)
        return str(value) if "safe" in filters else html.escape(str(value))

    def _value(self, expression: str, names: dict[str, Value]) -> Value:
        """A Python expression over the template's names; one that is not there is an empty text."""
        try:
            node = ast.parse(expression.strip(), mode="eval").body
        except SyntaxError:
            raise NotSimulated(f"the expression {expression} of a template") from None
        return self._own.evaluate(_Filled(names).visit(node))


class _Filled(ast.NodeTransformer):
    """Puts values in place of names, and lets an attribute be a key."""

    def __init__(self, names: dict[str, Value]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:  # named after the node
        return ast.Constant(self._names.get(node.id, ""))

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:  # named after the node
        self.generic_visit(node)
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, dict):
            return ast.Constant(node.value.value.get(node.attr, ""))
        return node
