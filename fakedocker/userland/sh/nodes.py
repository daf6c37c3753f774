"""The syntax tree of the shell language: plain, immutable tuples with names.

A word is a tuple of parts, as POSIX's 2.2 (quoting) and 2.6 (expansion) distinguish them. Positions are offsets into
the source that was parsed. This module must not know how trees are made or what they are compiled to.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class Literal(NamedTuple):
    """Unquoted text; may hold pattern characters and a leading tilde."""

    text: str


class Quoted(NamedTuple):
    """Text that nothing touches any more: '...', $'...' or a character after a backslash."""

    text: str


class DoubleQuoted(NamedTuple):
    """Text in double quotes."""

    parts: Parts


class Parameter(NamedTuple):
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


class CommandSubstitution(NamedTuple):
    body: Command


class Arithmetic(NamedTuple):
    parts: Parts


class ProcessSubstitution(NamedTuple):
    direction: str  # "<" or ">"
    body: Command


class Substituted(NamedTuple):
    """The result of the n-th command substitution of a word; `exact` for a path that is not split."""

    place: int
    exact: bool


Part: TypeAlias = Literal | Quoted | DoubleQuoted | Parameter | CommandSubstitution | Arithmetic | ProcessSubstitution
Parts: TypeAlias = tuple[Part, ...]


class Word(NamedTuple):
    """A word, and where it stands in the source: its first character, and the one after its last."""

    parts: Parts
    start: int
    end: int

    @property
    def literal(self) -> str | None:
        """The text of a word that is nothing but one unquoted literal, else None."""
        return self.parts[0].text if len(self.parts) == 1 and type(self.parts[0]) is Literal else None


class Assignment(NamedTuple):
    name: str
    append: bool
    value: Parts
    subscript: Parts | None = None
    elements: tuple[tuple[Parts | None, Parts], ...] | None = None  # of name=(...): subscript, value


class Redirection(NamedTuple):
    """`operator` as written, except that both here-documents are `<<`; `target` is then the body."""

    operator: str
    descriptor: int | None
    target: Parts
    variable: str | None = None  # of {name}>file


class Simple(NamedTuple):
    """A simple command (POSIX 2.9.1), and where it begins in the source."""

    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirections: tuple[Redirection, ...]
    start: int
    end: int


class Sequence(NamedTuple):
    commands: tuple[Command, ...]


class AndOr(NamedTuple):
    operator: str
    left: Command
    right: Command


class Not(NamedTuple):
    command: Command


class Timed(NamedTuple):
    command: Command
    portable: bool  # time -p


class Pipeline(NamedTuple):
    commands: tuple[Command, ...]


class Background(NamedTuple):
    command: Command
    text: str


class If(NamedTuple):
    condition: Command
    body: Command
    otherwise: Command | None


class While(NamedTuple):
    condition: Command
    body: Command
    until: bool


class For(NamedTuple):
    name: str
    words: tuple[Word, ...] | None
    body: Command
    start: int


class ArithmeticFor(NamedTuple):
    initial: Parts
    condition: Parts
    step: Parts
    body: Command


class CaseItem(NamedTuple):
    patterns: tuple[Word, ...]
    body: Command
    terminator: str  # ";;", ";&" or ";;&"


class Case(NamedTuple):
    subject: Word
    items: tuple[CaseItem, ...]
    start: int


class Group(NamedTuple):
    body: Command


class Subshell(NamedTuple):
    body: Command


class Function(NamedTuple):
    name: str
    body: Command
    text: str


class Redirected(NamedTuple):
    command: Command
    redirections: tuple[Redirection, ...]


class ArithmeticCommand(NamedTuple):
    parts: Parts


class Test(NamedTuple):
    """A primary of [[ ]]: operator with one or two operands; "" with one operand tests for a non-empty string."""

    operator: str
    operands: tuple[Parts, ...]


class Conditional(NamedTuple):
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


class Token(NamedTuple):
    """A piece of source for a highlighter: kind is keyword, operator, command, word, assignment, redirection or comment."""

    kind: str
    start: int
    end: int


class Script(NamedTuple):
    """A whole source: its commands, and its tokens in order."""

    commands: tuple[Command, ...]
    tokens: tuple[Token, ...]
