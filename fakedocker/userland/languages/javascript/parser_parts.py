"""What the parts of the parser ask of each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol, cast

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.escapes import Refused
from fakedocker.userland.languages.javascript.lexer import Token
from fakedocker.userland.languages.javascript.patterns import Covers
from fakedocker.userland.languages.javascript.private_names import PrivateNames
from fakedocker.userland.languages.javascript.syntax import Node


class Key(NamedTuple):
    """What a property or a member of a class begins with: its name, and the words before it.

    accessor: "get", "set" or "". `token` is that of the name, the bracket where it is computed.
    """

    node: Node
    computed: bool
    token: Token
    is_async: bool = False
    is_generator: bool = False
    accessor: str = ""

    @property
    def is_method(self) -> bool:
        """Whether a word before it says that it is one."""
        return self.is_async or self.is_generator or bool(self.accessor)

    def called(self, function: syntax.Function) -> syntax.Function:
        """The method of this key: under one in brackets it gets its name when it is made."""
        return function._replace(name="") if self.computed else function


class FunctionParts(Protocol):
    """What is asked of the parser of functions."""

    privates: PrivateNames
    class_: Callable[..., syntax.Class]

    def use_private(self, token: Token, at: int) -> None: ...
    def cover_rest(self) -> syntax.Rest: ...
    def arrow_head(self, *, is_async: bool) -> list[Node]: ...
    def function(self, at: int, *, is_async: bool = False, is_declaration: bool = False) -> syntax.Function: ...
    def method(self, kind: str, key: Node, is_async: bool = False, is_generator: bool = False) -> syntax.Function: ...


class LiteralParts(Protocol):
    """What is asked of the parser of literals."""

    def template(self, *, is_tagged: bool = False) -> syntax.Template: ...
    def array(self) -> syntax.ArrayLiteral: ...
    def object(self) -> syntax.ObjectLiteral: ...
    def key(self) -> Key: ...


class Outer(Protocol):
    """What is asked of the parser of expressions."""

    parse_body: Callable[[], tuple[Node, ...]]
    covers: Covers

    @property
    def functions(self) -> FunctionParts: ...
    @property
    def literals(self) -> LiteralParts: ...

    def expression(self, in_allowed: bool = True) -> Node: ...
    def cover_expression(self, in_allowed: bool = True) -> Node: ...
    def assignment(self, in_allowed: bool = True) -> Node: ...
    def cover_assignment(self, in_allowed: bool) -> Node: ...
    def left_hand_side(self) -> Node: ...
    def parent(self) -> Node: ...


def keep_block(problem: Refused, found: Iterable[Node]) -> None:
    """A block that has a problem, as far as it has been read."""
    problem.partial = (syntax.Block(problem.at, (*found, *cast("tuple[Node, ...]", problem.partial))),)
