"""What Python 3.11 says of a source that is wrong: its grammar tried as its parser tries it, twice, the second time with the rules for mistakes.

The parser of this package reads sources that are right, and is quick at it; where it refuses one, the place and the words depend on the order in
which the real one tries its rules, on how far it has looked, and on what the tokenizer says of the rest: so here these are followed to the letter
(Parser/pegen.c, pegen_errors.c and action_helpers.c).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.python.grammar import Action
from fakedocker.userland.languages.python.lexer import DEDENT, FSTRING, INDENT, STRING, Field, Lexer, Token
from fakedocker.userland.languages.python.source_errors import SourceError
from fakedocker.userland.languages.python.trial import FAIL, Found, Span, TokensEnd, Trial

_SHOWN: Final = {
    "Call": "function call", "BoolOp": "expression", "BinOp": "expression", "UnaryOp": "expression", "Compare": "comparison",
    "Attribute": "attribute", "Subscript": "subscript", "Starred": "starred", "List": "list", "Tuple": "tuple", "Lambda": "lambda",
    "Dict": "dict literal", "Set": "set display", "ListComp": "list comprehension", "DictComp": "dict comprehension",
    "SetComp": "set comprehension", "GeneratorExp": "generator expression", "Yield": "yield expression",
    "Await": "await expression", "IfExp": "conditional expression", "NamedExpr": "named expression",
    "JoinedStr": "f-string expression", "Constant": "literal", "Ellipsis": "ellipsis", "True": "True", "False": "False", "None": "None",
}  # fmt: skip
"""How messages call what nodes are."""


class Node:
    """What a rule has found: its kind, where it is, and its parts by their names."""

    __slots__ = ("at", "kind", "parts")

    def __init__(self, kind: str, at: Span, parts: dict[str, Found]) -> None:
        self.kind = kind
        self.at = at
        self.parts = parts


class _Mistakes(Trial):
    """A source that is wrong, and what there is to be said of it."""

    def __init__(self, lexer: Lexer, reads: Callable[[list[Token]], bool]) -> None:
        super().__init__(lexer)
        self.reads = reads

    # what comes of it

    def result(self, action: Action, start: int, parts: dict[str, Found]) -> Found:
        """The node of a way that fits, or FAIL. Raises SourceError."""
        name = action.name
        if name[0] == "=":
            return parts[name[1:]]
        if name[0].isupper():
            return Node(name, self.span(start), parts)
        if name == "joined":
            return [parts["y"], *(parts["z"] or ())]
        if name == "strings":
            self._check_strings(parts["a"])
            is_formatted = any(each.kind == FSTRING for each in parts["a"])
            return Node("JoinedStr" if is_formatted else "Constant", self.span(start), parts)
        if name == "kwargs":
            return [*parts["a"], *parts["b"]]
        if name == "args":
            return self._arguments(action, start, parts)
        if name in ("real", "imaginary"):
            if isinstance(parts["a"].value, complex) is (name == "real"):
                raise self.over(f"{name} number required in complex literal", parts["a"].at, parts["a"].at)
            return parts["a"]
        return self.mistake(action, parts)

    def _check_strings(self, tokens: list[Token]) -> None:
        """What is found wrong with literals when they are put together."""
        for token in tokens:
            problem = token.value if isinstance(token.value, SourceError) else None
            if problem is not None and problem.words.startswith("bytes can only"):
                raise self.over(problem.words, token.at, token.at)
            if problem is not None and token.kind == STRING:
                raise self.at_last(problem.words)
            if ("b" in token.text) is not ("b" in tokens[0].text):
                raise self.at_last("cannot mix bytes and nonbytes literals")
            if problem is not None:
                raise self.at_last(problem.words)
            for piece in token.value if token.kind == FSTRING else ():
                if isinstance(piece, Field):
                    self._check_field(piece)

    def _check_field(self, field: Field) -> None:
        """Refuse what a field's expression may be wrong with: it is told in other words and places."""
        if not self.reads(field.tokens):
            raise NotSimulated("the words for a wrong field of an f-string before Python 3.12")
        for piece in field.format or ():
            if isinstance(piece, Field):
                self._check_field(piece)

    def _arguments(self, action: Action, start: int, parts: dict[str, Found]) -> Found:
        named = parts.get("b") or []
        given = [each for each in parts.get("a") or [] if each is not None]
        given += [each for each in named if each.kind not in ("Keyword", "Unpacked")]
        keywords = [each for each in named if each.kind in ("Keyword", "Unpacked")]
        return Node("Call", self.span(start), {"args": given, "keywords": keywords})

    def mistake(self, action: Action, parts: dict[str, Found]) -> Found:
        """Tell of a mistake, or FAIL where it is none after all. Raises SourceError."""
        name, words = action.name, action.words
        first: Found
        last: Found
        first, last = self._ends(action, parts)
        if name == "target":
            first = last = _invalid_target(parts["a"], action.parts[1])
            if first is None:
                return FAIL
        elif name == "bare_genexp":
            if len(parts["a"].parts["args"]) <= 1:
                return FAIL
            first, last = parts["a"].parts["args"][-1], _last_of(parts["b"])
        elif (name == "legacy" and not _is_legacy(first)) or (
            name == "comma" and (_is_legacy(first) or self.levels[self.place - 1] == 0)
        ):
            return FAIL
        elif name == "positional":
            unpacks = any(each.kind == "Unpacked" for each in parts["a"].parts["keywords"])
            raise self.at_last(words + " unpacking" * unpacks)
        if "%" in words:
            words = words.replace("%k", _name_of(first)).replace("%t", getattr(first, "text", ""))
            words = words.replace("%l", str(first.at[0]) if first is not None else "")
        if name == "last":
            raise self.at_last(words)
        if name == "indent":
            raise self.at_last(words, "IndentationError")
        if name == "from":
            end = self.tokens[self.known - 1].at
            raise self.over(words, first.at, (*end[:3], end[3] - 1))
        if name == "key":
            at = first.at
            raise self.over(words, (at[0], at[3] - 1, at[2], -1), None)
        raise self.over(words, first.at, last.at)

    def _ends(self, action: Action, parts: dict[str, Found]) -> tuple[Found, Found]:
        """The first and the last part that a mistake is told of."""
        if not action.parts:
            return parts.get("a"), parts.get("a")
        ends = []
        for name, index in ((action.parts[0], 0), (action.parts[-1], -1)):
            found = parts.get(name.removeprefix("*"))
            if name[0] == "*":
                found = found[index] if found else None
                found = _last_of([found]) if isinstance(found, Node) and found.kind == "Clause" else found
            ends.append(found)
        return ends[0], ends[1]

    # what is raised

    def over(self, words: str, start: Span, end: Span | None) -> SourceError:
        """A SyntaxError over a range of the source."""
        line = self._line(start[0])
        stop = None if end is None else (end[2], _bytes(self._line(end[2]), end[3]))
        return SourceError("SyntaxError", words, (start[0], _bytes(line, start[1])), stop, line)

    def at_last(self, words: str, kind: str = "SyntaxError") -> SourceError:
        """An error where the tokenizer is."""
        token = self.tokens[self.known - 1]
        lines = self.lexer.lines
        at = token.at
        if at[0] > len(lines) > 0:
            return SourceError(kind, words, (len(lines), -1), None, lines[-1])
        line = self._line(at[0])
        if token.kind in (INDENT, DEDENT):
            return SourceError(kind, words, (at[0], at[3] - 1), None, line)
        stop = (at[2], _bytes(line, at[3])) if kind == "SyntaxError" else None
        return SourceError(kind, words, (at[0], _bytes(line, at[1])), stop, line)

    def _line(self, number: int) -> str:
        lines = self.lexer.lines
        return lines[number - 1] if number <= len(lines) else ""


def _bytes(line: str, column: int) -> int:
    """A place in a line in bytes, as they are told before 3.13."""
    return column if column < 0 or line.isascii() else len(line[:column].encode()) + max(column - len(line), 0)


def _last_of(clauses: list[Found]) -> Found:
    """The last condition or the last thing to go through of a comprehension."""
    parts = clauses[-1].parts
    return parts["b"][-1] if parts["b"] else parts["a"]


def _is_legacy(found: Found) -> bool:
    return isinstance(found, Token) and found.text in ("print", "exec")


def _name_of(found: Found) -> str:
    return _SHOWN[found.kind] if isinstance(found, Node) else "name"


def _invalid_target(found: Found, kind: str) -> Found:
    """The part that cannot be assigned to, deleted, or be what a loop assigns to; None for none."""
    if not isinstance(found, Node) or found.kind in ("Subscript", "Attribute"):
        return None
    if found.kind in ("List", "Tuple"):
        parts = [*_listed(found.parts.get("a")), *_listed(found.parts.get("b"))]
        return next((wrong for each in parts if (wrong := _invalid_target(each, kind)) is not None), None)
    if found.kind == "Starred":
        return found if kind == "del" else _invalid_target(found.parts["a"], kind)
    if found.kind == "Compare" and kind == "for":
        return _invalid_target(found.parts["a"], kind) if found.parts["b"][0].text == "in" else None
    return found


def _listed(found: Found) -> list[Found]:
    return found if isinstance(found, list) else [] if found is None else [found]


def diagnosed(
    lexer: Lexer, problem: SourceError | None, reads: Callable[[list[Token]], bool]
) -> tuple[SourceError | None, int]:
    """What is said of a source, and of how many of its tokens warnings are told: None where the grammar takes it.

    Args:
        problem: what ended the tokens, if that was a mistake.
        reads: whether an expression of these tokens can be read.

    Time: about as that of a parser without hurry, some 20 microseconds for each token and rule.
    """
    trial = _Mistakes(lexer, reads)
    ending = problem or lexer.unclosed()
    wrong: SourceError | None = None
    last = 0
    try:
        try:
            if trial.rule("file") is not FAIL:
                return None, 0
        except SourceError as found:
            return _after_the_rest(trial, problem, found.with_traceback(None)), len(trial.tokens)
        last = trial.known
        trial.memory.clear()
        trial.place, trial.second = 0, True
        try:
            trial.rule("file")
        except SourceError as found:
            wrong = found.with_traceback(None)
    except TokensEnd:
        if ending is None:
            raise NotSimulated("the words for this mistake in Python") from None
        return ending, last if trial.second else len(trial.tokens)
    except RecursionError:
        raise NotSimulated("so deeply nested a source") from None
    if wrong is None:
        token = trial.tokens[last - 1]
        if token.kind in (INDENT, DEDENT):
            words = "unexpected indent" if token.kind == INDENT else "unexpected unindent"
            return trial.at_last(words, "IndentationError"), last
        wrong = trial.over("invalid syntax", token.at, token.at)
        if token.at[0] > len(lexer.lines) > 0:
            wrong = SourceError("SyntaxError", "invalid syntax", (len(lexer.lines), -1), None, lexer.lines[-1])
    return _after_the_rest(trial, problem, wrong), last


def _after_the_rest(trial: _Mistakes, problem: SourceError | None, wrong: SourceError) -> SourceError:
    """What the tokenizer says of the rest comes before what the parser has found."""
    if problem is not None and not problem.is_late:
        return problem
    unclosed = trial.lexer.unclosed()
    if unclosed is not None and trial.tokens[trial.known - 1].at[0] > unclosed.start[0]:
        return unclosed
    return wrong
