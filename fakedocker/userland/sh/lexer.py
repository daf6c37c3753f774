"""From characters to tokens and words, with exact positions.

Owns operators, words, here-document bodies and comments. It must not know the grammar of commands, nor what an
expansion gives.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from fakedocker.base.numbers import is_digits
from fakedocker.base.patterns import lazy_pattern
from fakedocker.userland.sh.dialect import Dialect, Incomplete, SyntaxProblem
from fakedocker.userland.sh.nodes import (
    Assignment,
    DoubleQuoted,
    Literal,
    Part,
    Parts,
    ProcessSubstitution,
    Quoted,
    Token,
    Word,
)
from fakedocker.userland.sh.part_reader import PartReader, merge

_BLANK = lazy_pattern(r"(?:[ \t\r]+|\\\n)+")
_PLAIN = lazy_pattern(r"[^\s|&;<>()$`\\\"']+")
_OPERATOR = lazy_pattern(r"&&|\|\||;;&|;;|;&|<<<|<<-|<<|>>|<&|>&|<>|>\||&>>|&>|\|&|[|&;()<>]")
_DESCRIPTOR = lazy_pattern(r"\d+(?=[<>])|\{[A-Za-z_][A-Za-z0-9_]*\}(?=[<>])")
_ASSIGNMENT = lazy_pattern(r"([A-Za-z_][A-Za-z0-9_]*)(\+?)=")
_SUBSCRIPTED = lazy_pattern(r"([A-Za-z_][A-Za-z0-9_]*)(?=\[)")
_ARRAY_START = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*\+?=")

PLAIN_OPERATORS: Final = frozenset(
    {"&&", "||", ";;", ";", "|", "&", "(", ")", "<", ">", ">>", "<<", "<<-", "<&", ">&", "<>", ">|"}
)
_EXTENSION_OF: Final = {
    "&>": "both-redirect",
    "&>>": "both-redirect",
    "<<<": "here-string",
    "|&": "pipe-both",
    ";&": "case-fall-through",
    ";;&": "case-fall-through",
}


class Lexeme(Struct, frozen=True):
    """kind is end, newline, operator, descriptor or word."""

    kind: str
    text: str
    start: int
    end: int
    word: Word | None = None
    elements: tuple[tuple[Parts | None, Parts], ...] | None = None


class PendingHere:
    """A here-document whose body has not been reached; `parts` is filled in when it has."""

    __slots__ = ("delimiter", "parts", "quoted", "strip_tabs")

    def __init__(self, delimiter: str, quoted: bool, strip_tabs: bool) -> None:
        self.delimiter = delimiter
        self.quoted = quoted
        self.strip_tabs = strip_tabs
        self.parts: Parts = ()


class Lexer(PartReader):
    """Reads tokens; see `PartReader` for the arguments."""

    def __init__(self, source: str, position: int, dialect: Dialect, final: bool) -> None:
        super().__init__(source, position, dialect, final)
        self.tokens: list[Token] = []
        self.pending_heres: list[PendingHere] = []
        self._ahead: Lexeme | None = None

    # tokens

    def peek(self) -> Lexeme:
        if self._ahead is None:
            self._ahead = self._read()
        return self._ahead

    def take(self) -> Lexeme:
        lexeme = self.peek()
        self._ahead = None
        return lexeme

    def _read(self) -> Lexeme:
        source = self.source
        blank = _BLANK.match(source, self.position)
        if blank:
            self.position = blank.end()
        start = self.position
        if start >= len(source):
            if source.endswith("\\\n") and not self.final and blank:
                raise Incomplete("end of file", start)
            return Lexeme("end", "", start, start)
        character = source[start]
        if character == "#":
            end = source.find("\n", start)
            self.position = len(source) if end < 0 else end
            self.tokens.append(Token("comment", start, self.position))
            return self._read()
        if character == "\n":
            self.position = start + 1
            self._read_here_documents()
            return Lexeme("newline", "\n", start, start + 1)
        if character in "<>" and source.startswith("(", start + 1) and self.has("process-substitution"):
            return self._read_word()
        operator = self._operator(start)
        if operator:
            self.position = start + len(operator)
            return Lexeme("operator", operator, start, self.position)
        if is_digits(character) or character == "{":
            descriptor = _DESCRIPTOR.match(source, start)
            if descriptor and (character != "{" or self.has("arrays")):
                self.position = descriptor.end()
                return Lexeme("descriptor", descriptor[0], start, self.position)
        return self._read_word()

    def _operator(self, start: int) -> str:
        match = _OPERATOR.match(self.source, start)
        if not match:
            return ""
        operator = match[0]
        while operator not in PLAIN_OPERATORS and not self.has(_EXTENSION_OF[operator]):
            operator = operator[:-1]
        return operator

    # words

    def _read_word(self) -> Lexeme:
        start = self.position
        parts: list[Part] = []
        elements = None
        while True:
            part = self._word_part(parts)
            if part is None:
                break
            parts.append(part)
            if self.source.startswith("(", self.position) and self._starts_array(parts):
                self.position += 1
                elements = self._array_elements()
                break
        if self.position == start:
            raise SyntaxProblem(self.source[start], start)
        return Lexeme("word", "", start, self.position, Word(merge(parts), start, self.position), elements)

    def _starts_array(self, parts: list[Part]) -> bool:
        first = parts[0]
        return (
            len(parts) == 1
            and isinstance(first, Literal)
            and self.has("arrays")
            and _ARRAY_START.fullmatch(first.text) is not None
        )

    def _word_part(self, before: list[Part]) -> Part | None:
        """The next part of an unquoted word, or None at its end. A line continuation gives an empty part."""
        source, at = self.source, self.position
        plain = _PLAIN.match(source, at)
        if plain:
            self.position = plain.end()
            return Literal(plain[0])
        if at >= len(source):
            return None
        character = source[at]
        if character == "\\":
            return self._backslash()
        if character == "'":
            return self._single_quoted()
        if character == '"':
            self.position += 1
            return DoubleQuoted(self._double_quoted())
        if character == "$":
            return self._dollar(False)
        if character == "`":
            return self._backquote(False)
        if character in "<>" and source.startswith("(", at + 1) and self.has("process-substitution"):
            self.position += 2
            return ProcessSubstitution(character, self.nested_commands("$("))
        if character == "(" and before and self.has("extended-patterns"):
            last = before[-1]
            if isinstance(last, Literal) and last.text[-1:] in set("@?*+!"):
                return self._pattern_list()
        return None

    def _pattern_list(self) -> Part:
        """`(a|b)` after one of @?*+! as one literal; the pattern compiler reads it."""
        depth, at = 0, self.position
        while at < len(self.source):
            character = self.source[at]
            if character == "(":
                depth += 1
            elif character == ")":
                depth -= 1
                if depth == 0:
                    text = self.source[self.position : at + 1]
                    self.position = at + 1
                    return Literal(text)
            at += 1
        raise Incomplete("(", self.position, kind="quote")

    def _array_elements(self) -> tuple[tuple[Parts | None, Parts], ...]:
        """The words of name=( ... ), after the parenthesis; `[subscript]=value` is taken apart."""
        elements: list[tuple[Parts | None, Parts]] = []
        self._ahead = None
        while True:
            lexeme = self.take()
            if lexeme.word is not None:
                elements.append(split_subscript(lexeme.word.parts) or (None, lexeme.word.parts))
            elif lexeme.kind == "operator" and lexeme.text == ")":
                return tuple(elements)
            elif lexeme.kind == "end":
                raise Incomplete("(", lexeme.start, kind="quote")
            elif lexeme.kind != "newline":
                raise SyntaxProblem(lexeme.text, lexeme.start)

    # here-documents

    def _read_here_documents(self) -> None:
        pending, self.pending_heres = self.pending_heres, []
        for here in pending:
            body = self._here_body(here)
            here.parts = (Quoted(body),) if here.quoted else self.parts_of(body)

    def _here_body(self, here: PendingHere) -> str:
        lines: list[str] = []
        while True:
            if self.position >= len(self.source):
                if self.final:
                    return "".join(lines)
                raise Incomplete("here-document", self.position)
            end = self.source.find("\n", self.position)
            line = self.source[self.position :] if end < 0 else self.source[self.position : end]
            self.position = len(self.source) if end < 0 else end + 1
            if here.strip_tabs:
                line = line.lstrip("\t")
            if line == here.delimiter:
                return "".join(lines)
            lines.append(line + "\n")


def split_subscript(parts: Parts) -> tuple[Parts, Parts] | None:
    """`[subscript]=value` taken apart, where the parts have that shape."""
    if not parts or not isinstance(parts[0], Literal) or not parts[0].text.startswith("["):
        return None
    subscript: list[Part] = []
    for place, part in enumerate(parts):
        text = part.text if isinstance(part, Literal) else None
        if text is not None and place == 0:
            text = text[1:]
        if text is not None and "]=" in text:
            inner, _, value = text.partition("]=")
            return merge([*subscript, Literal(inner)]), merge([Literal(value), *parts[place + 1 :]])
        subscript.append(part if text is None else Literal(text))
    return None


def assignment_of(lexeme: Lexeme, arrays: bool) -> Assignment | None:
    """A word as the assignment that it would be in front of a command; None where it is none.

    Args:
        arrays: whether name[subscript]=value is one.
    """
    assert lexeme.word is not None
    parts = lexeme.word.parts
    if not parts or not isinstance(parts[0], Literal):
        return None
    text = parts[0].text
    match = _ASSIGNMENT.match(text)
    if match:
        value = merge([Literal(text[match.end() :]), *parts[1:]])
        return Assignment(match[1], match[2] == "+", value, None, lexeme.elements)
    subscripted = _SUBSCRIPTED.match(text) if arrays else None
    if not subscripted:
        return None
    rest = merge([Literal(text[subscripted.end() :]), *parts[1:]])
    found = split_subscript(_without_plus(rest))
    if found is None:
        return None
    return Assignment(subscripted[1], _has_plus(rest), found[1], found[0])


def _has_plus(parts: Parts) -> bool:
    return any(isinstance(part, Literal) and "]+=" in part.text for part in parts)


def _without_plus(parts: Parts) -> Parts:
    return tuple(Literal(part.text.replace("]+=", "]=", 1)) if isinstance(part, Literal) else part for part in parts)
