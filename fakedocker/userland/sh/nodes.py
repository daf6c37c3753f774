"""The syntax tree of the shell language: plain, immutable values.

A word is a tuple of parts, as POSIX's 2.2 (quoting) and 2.6 (expansion) distinguish them. Positions are offsets into
the source that was parsed. This module must not know how trees are made or what they are compiled to.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct


class Literal(Struct, frozen=True):
    """Unquoted text; may hold pattern characters and a leading tilde."""

    text: str


class Quoted(Struct, frozen=True):
    """Text that nothing touches any more: '...', $'...' or a character after a backslash."""

    text: str


class DoubleQuoted(Struct, frozen=True):
    """Text in double quotes."""

    parts: Parts


class Parameter(Struct, frozen=True):
    """$name or ${name...}.

    `operator` is "" for the plain value, "length" for ${#name}, "keys" for ${!name[@]}, "indirect" for ${!name},
    "prefix" for ${!name*}, else the operator as written (`:-`, `##`, `//`, `:` for a substring, `^^`, `@` ...).
    `word` is its operand; `second` the replacement, or the length of a substring; `subscript` an array's.
    """

    name: str
    operator: str = ""
    word: Parts = ()
    second: Parts | None = None
    subscript: Parts | None = None
    text: str = ""  # as written, for error messages


class CommandSubstitution(Struct, frozen=True):
    body: Command


class Arithmetic(Struct, frozen=True):
    parts: Parts


class ProcessSubstitution(Struct, frozen=True):
    direction: str  # "<" or ">"
    body: Command


class Substituted(Struct, frozen=True):
    """The result of the n-th command substitution of a word; `exact` for a path that is not split."""

    place: int
    exact: bool


Part: TypeAlias = Literal | Quoted | DoubleQuoted | Parameter | CommandSubstitution | Arithmetic | ProcessSubstitution
Parts: TypeAlias = tuple[Part, ...]


class Word(Struct, frozen=True):
    """A word, and where it stands in the source: its first character, and the one after its last."""

    parts: Parts
    start: int
    end: int

    @property
    def literal(self) -> str | None:
        """The text of a word that is nothing but one unquoted literal, else None."""
        return self.parts[0].text if len(self.parts) == 1 and type(self.parts[0]) is Literal else None


class Assignment(Struct, frozen=True):
    name: str
    append: bool
    value: Parts
    subscript: Parts | None = None
    elements: tuple[tuple[Parts | None, Parts], ...] | None = None  # of name=(...): subscript, value


class Redirection(Struct, frozen=True):
    """`operator` as written, except that both here-documents are `<<`; `target` is then the body."""

    operator: str
    descriptor: int | None
    target: Parts
    variable: str | None = None  # of {name}>file


class Simple(Struct, frozen=True):
    """A simple command (POSIX 2.9.1), and where it begins in the source."""

    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirections: tuple[Redirection, ...]
    start: int
    end: int


class Sequence(Struct, frozen=True):
    commands: tuple[Command, ...]


class AndOr(Struct, frozen=True):
    operator: str
    left: Command
    right: Command


class Not(Struct, frozen=True):
    command: Command


class Timed(Struct, frozen=True):
    command: Command
    portable: bool  # time -p


class Pipeline(Struct, frozen=True):
    commands: tuple[Command, ...]


class Background(Struct, frozen=True):
    command: Command
    text: str


class If(Struct, frozen=True):
    condition: Command
    body: Command
    otherwise: Command | None


class While(Struct, frozen=True):
    condition: Command
    body: Command
    until: bool


class For(Struct, frozen=True):
    name: str
    words: tuple[Word, ...] | None
    body: Command
    start: int


class ArithmeticFor(Struct, frozen=True):
    initial: Parts
    condition: Parts
    step: Parts
    body: Command


class CaseItem(Struct, frozen=True):
    patterns: tuple[Word, ...]
    body: Command
    terminator: str  # ";;", ";&" or ";;&"


class Case(Struct, frozen=True):
    subject: Word
    items: tuple[CaseItem, ...]
    start: int


class Group(Struct, frozen=True):
    body: Command


class Subshell(Struct, frozen=True):
    body: Command


class Function(Struct, frozen=True):
    name: str
    body: Command
    text: str


class Redirected(Struct, frozen=True):
    command: Command
    redirections: tuple[Redirection, ...]


class ArithmeticCommand(Struct, frozen=True):
    parts: Parts


class Test(Struct, frozen=True):
    """A primary of [[ ]]: operator with one or two operands; "" with one operand tests for a non-empty string."""

    operator: str
    operands: tuple[Parts, ...]


class Conditional(Struct, frozen=True):
    """[[ ... ]]: a tree of Test, Not and AndOr."""

    expression: Command


Command: TypeAlias = (
    Simple
    | Sequence
    | AndOr
    | Not
    | Timed
    | Pipeline
    | Background
    | If
    | While
    | For
    | ArithmeticFor
    | Case
    | Group
    | Subshell
    | Function
    | Redirected
    | ArithmeticCommand
    | Test
    | Conditional
)


class Token(Struct, frozen=True):
    """A piece of source for a highlighter: kind is keyword, operator, command, word, assignment, redirection or comment."""

    kind: str
    start: int
    end: int


class Script(Struct, frozen=True):
    """A whole source: its commands, and its tokens in order."""

    commands: tuple[Command, ...]
    tokens: tuple[Token, ...]
