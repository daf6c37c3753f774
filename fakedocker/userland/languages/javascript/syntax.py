"""The syntax tree of JavaScript: one named tuple a kind of node. `at` is the offset in the source that messages point at.

Source of the kinds: ECMA-262, whose names they have. `Pattern` is what can be assigned to or declared: a name, a member,
an array or object pattern, or one of these with a default.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from fakedocker.userland.languages.javascript.numbers import number_text


class Node(Protocol):
    """Any of the kinds below."""

    @property
    def at(self) -> int:
        """The offset that messages point at."""


class Name(NamedTuple):
    at: int
    name: str


class Literal(NamedTuple):
    """A number (float), big integer (int), text, True, False, or None for null."""

    at: int
    value: float | int | str | bool | None


class RegExpLiteral(NamedTuple):
    at: int
    pattern: str
    flags: str


class Template(NamedTuple):
    """Texts around expressions; `raws` are the texts as written, for tags. A text is None where an escape is wrong."""

    at: int
    texts: tuple[str | None, ...]
    raws: tuple[str, ...]
    parts: tuple[Node, ...]


class Tagged(NamedTuple):
    at: int
    tag: Node
    template: Template


class ArrayLiteral(NamedTuple):
    """None stands for a hole. `has_comma`: whether a comma stands behind the last item."""

    at: int
    items: tuple[Node | None, ...]
    has_comma: bool = False


class Property(NamedTuple):
    """kind: init, get, set, or spread, which has no key. `computed` keys are expressions, others literals."""

    at: int
    kind: str
    key: Node
    value: Node
    computed: bool = False


class ObjectLiteral(NamedTuple):
    at: int
    properties: tuple[Property, ...]
    has_comma: bool = False


class Function(NamedTuple):
    """Any function. `body` is a block's statements, or an expression for a short arrow function.

    kind: function, arrow, method, getter, setter, constructor, derived (the constructor of a class that extends), static (a block of
    a class).
    start: where its parameters begin.
    """

    at: int
    end: int
    kind: str
    name: str
    parameters: tuple[Node, ...]
    body: tuple[Node, ...] | Node
    is_async: bool = False
    is_generator: bool = False
    is_strict: bool = False
    start: int = 0


class Field(NamedTuple):
    """A field of a class, or a static block, whose key is None and whose value is a function."""

    at: int
    key: Node | None
    value: Node | None
    computed: bool
    is_static: bool


class Method(NamedTuple):
    """kind: method, get, set."""

    at: int
    kind: str
    key: Node
    function: Function
    computed: bool
    is_static: bool


class Class(NamedTuple):
    at: int
    end: int
    name: str
    parent: Node | None
    constructor: Function | None
    members: tuple[Field | Method, ...]


class PrivateName(NamedTuple):
    at: int
    name: str


class This(NamedTuple):
    at: int


class Super(NamedTuple):
    at: int


class NewTarget(NamedTuple):
    at: int


class ImportMeta(NamedTuple):
    at: int


class Member(NamedTuple):
    """`key` is a literal for a.b, an expression for a[b], a private name for a.#b."""

    at: int
    target: Node
    key: Node
    computed: bool
    optional: bool = False


class Chain(NamedTuple):
    """An expression in which a `?.` ends all of it."""

    at: int
    expression: Node


class Call(NamedTuple):
    at: int
    callee: Node
    arguments: tuple[Node, ...]
    optional: bool = False


class New(NamedTuple):
    at: int
    callee: Node
    arguments: tuple[Node, ...]


class ImportCall(NamedTuple):
    at: int
    source: Node


class Spread(NamedTuple):
    at: int
    value: Node


class Unary(NamedTuple):
    at: int
    operator: str
    value: Node


class Delete(NamedTuple):
    at: int
    value: Node


class Update(NamedTuple):
    at: int
    operator: str
    target: Node
    is_prefix: bool


class Binary(NamedTuple):
    at: int
    operator: str
    left: Node
    right: Node


class Logical(NamedTuple):
    at: int
    operator: str
    left: Node
    right: Node


class Conditional(NamedTuple):
    at: int
    test: Node
    yes: Node
    no: Node


class Assign(NamedTuple):
    at: int
    operator: str
    target: Node
    value: Node


class WrongTarget(NamedTuple):
    """An assignment to a call: a ReferenceError with this message, when the call has been made."""

    at: int
    call: Node
    message: str


class Sequence(NamedTuple):
    at: int
    parts: tuple[Node, ...]


class Yield(NamedTuple):
    at: int
    value: Node | None
    delegates: bool


class Await(NamedTuple):
    at: int
    value: Node


class ArrayPattern(NamedTuple):
    """`place` is where a message points at if the value cannot be gone through, and `said` what it says; see `rendering`.

    `held` is what is said of the object whose property it takes apart, see `Held`. `rest_at` is where the dots are.
    """

    at: int
    items: tuple[Node | None, ...]
    rest: Node | None
    place: int = -1
    said: str = ""
    held: Held | None = None
    rest_at: int = -1


class Held(NamedTuple):
    """The expression of an object, nothing where it is a parameter: V8 tells of it when a property cannot be gone through."""

    expression: str


class ObjectPattern(NamedTuple):
    """Pairs of a key (literal, or expression where computed) and a pattern.

    `said` is the expression that is taken apart, for messages; `is_inner` whether it stands in another pattern.
    """

    at: int
    pairs: tuple[tuple[Node, bool, Node], ...]
    rest: Node | None
    said: str = ""
    is_inner: bool = False

    @property
    def targets(self) -> Iterator[Node]:
        """The patterns of its pairs, those of arrays with what is said of it."""
        for _, _, target in self.pairs:
            if isinstance(target, ArrayPattern) and not self.is_inner:
                yield target._replace(held=Held(self.said))
            else:
                yield target

    @property
    def place(self) -> int:
        """Where a message points at if there is nothing to take apart."""
        if not self.pairs:
            return self.rest.at if self.rest is not None else self.at
        _, computed, target = self.pairs[0]
        if computed:
            return self.at
        target = target.target if isinstance(target, WithDefault) else target
        while isinstance(target, Member):
            target = target.target
        return target.at

    @property
    def reads_first(self) -> bool:
        """Whether the first property is read by V8 before it says that there is nothing to take apart: where it has a default
        or goes to a member."""
        target = self.pairs[0][2]
        return isinstance(target, Member) or (
            isinstance(target, WithDefault) and not isinstance(target.target, ObjectPattern)
        )

    @property
    def first(self) -> str:
        """The name of the first property, if it has one."""
        if not self.pairs or not isinstance(self.pairs[0][0], Literal) or self.pairs[0][1]:
            return ""
        name = self.pairs[0][0].value
        return number_text(name) if isinstance(name, float) else str(name)


class WithDefault(NamedTuple):
    at: int
    target: Node
    default: Node


class Rest(NamedTuple):
    """The last of some parameters."""

    at: int
    target: Node


# statements


class ExpressionStatement(NamedTuple):
    at: int
    expression: Node


class Declaration(NamedTuple):
    """kind: var, let, const."""

    at: int
    kind: str
    pairs: tuple[tuple[Node, Node | None], ...]


class FunctionDeclaration(NamedTuple):
    at: int
    function: Function


class ClassDeclaration(NamedTuple):
    at: int
    value: Class


class Block(NamedTuple):
    at: int
    body: tuple[Node, ...]


class Empty(NamedTuple):
    at: int


class If(NamedTuple):
    at: int
    test: Node
    yes: Node
    no: Node | None


class For(NamedTuple):
    at: int
    first: Node | None
    test: Node | None
    step: Node | None
    body: Node


class ForIn(NamedTuple):
    """`kind` is in, of, or await. `target` is a Declaration of one pattern, or a pattern; `place` is where each step is."""

    at: int
    kind: str
    target: Node
    value: Node
    body: Node
    place: int


class While(NamedTuple):
    at: int
    test: Node
    body: Node


class DoWhile(NamedTuple):
    at: int
    body: Node
    test: Node


class Return(NamedTuple):
    at: int
    value: Node | None


class Break(NamedTuple):
    at: int
    label: str


class Continue(NamedTuple):
    at: int
    label: str


class Labelled(NamedTuple):
    at: int
    label: str
    body: Node


class Throw(NamedTuple):
    at: int
    value: Node


class Try(NamedTuple):
    at: int
    body: Block
    parameter: Node | None
    handler: Block | None
    last: Block | None


class Case(NamedTuple):
    at: int
    test: Node | None
    body: tuple[Node, ...]


class Switch(NamedTuple):
    at: int
    value: Node
    cases: tuple[Case, ...]


class Import(NamedTuple):
    """Pairs of what a module exports ("default", "*" for all) and the name that it gets here, and where both are written."""

    at: int
    names: tuple[tuple[str, str], ...]
    source: str
    places: tuple[tuple[int, int], ...] = ()


class Export(NamedTuple):
    """What a module exports: its own names or those of another one, or a declaration, or a default.

    names: pairs of a name here (of `source` where there is one) and of that outside; ("*", "") is all of a source's.
    places: where the names in braces are written.
    """

    at: int
    names: tuple[tuple[str, str], ...]
    source: str | None
    declaration: Node | None
    places: tuple[int, ...] = ()


class Program(NamedTuple):
    at: int
    body: tuple[Node, ...]
    is_module: bool
    is_strict: bool
