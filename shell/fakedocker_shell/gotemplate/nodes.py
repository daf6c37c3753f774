"""The parts of a parsed template. Each knows its position (an offset into the text) and how Go writes it in an error."""

from __future__ import annotations

from msgspec import Struct, field

from fakedocker_shell.gotemplate.printing import quote


class Node(Struct):
    """Anything in a template.

    Args:
        position: offset of the node in the template's text.
    """

    position: int


class Text(Node):
    """Text that is copied."""

    text: str

    def __str__(self) -> str:
        return self.text


class Dot(Node):
    """The cursor."""

    def __str__(self) -> str:
        return "."


class Nil(Node):
    """The constant nil."""

    def __str__(self) -> str:
        return "nil"


class Bool(Node):
    """true or false."""

    value: bool

    def __str__(self) -> str:
        return "true" if self.value else "false"


class Number(Node):
    """A number constant; `integer` and `real` are what it can be taken for."""

    text: str
    integer: int | None
    real: float | None
    character: bool = False

    def __str__(self) -> str:
        return self.text


class String(Node):
    """A string constant, and how it was written."""

    quoted: str
    text: str

    def __str__(self) -> str:
        return self.quoted


class FieldChain(Node):
    """.A.B: fields of the cursor."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return "".join(f".{name}" for name in self.names)


class Variable(Node):
    """$x.A.B: a variable, and fields of it."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(self.names)


class Identifier(Node):
    """The name of a function."""

    name: str

    def __str__(self) -> str:
        return self.name


class Chain(Node):
    """(pipeline).A.B: fields of what is neither the cursor nor a variable."""

    inner: Node
    names: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        shown = f"({self.inner})" if isinstance(self.inner, Pipe) else str(self.inner)
        return shown + "".join(f".{name}" for name in self.names)


class Command(Node):
    """A function or value with its arguments."""

    arguments: list[Node]

    def __str__(self) -> str:
        return " ".join(f"({a})" if isinstance(a, Pipe) else str(a) for a in self.arguments)


class Pipe(Node):
    """Commands joined by |, and the variables that get the result."""

    line: int
    variables: list[Variable] = field(default_factory=list)
    assigns: bool = False
    commands: list[Command] = field(default_factory=list)

    def __str__(self) -> str:
        head = ", ".join(map(str, self.variables))
        if head:
            head += " = " if self.assigns else " := "
        return head + " | ".join(map(str, self.commands))


class Action(Node):
    """{{pipeline}}"""

    line: int
    pipe: Pipe

    def __str__(self) -> str:
        return f"{{{{{self.pipe}}}}}"


class Block(Node):
    """A sequence of parts."""

    nodes: list[Node] = field(default_factory=list)

    def __str__(self) -> str:
        return "".join(map(str, self.nodes))


class Branch(Node):
    """if, with or range."""

    word: str
    line: int
    pipe: Pipe
    body: Block
    otherwise: Block | None

    def __str__(self) -> str:
        alternative = f"{{{{else}}}}{self.otherwise}" if self.otherwise is not None else ""
        return f"{{{{{self.word} {self.pipe}}}}}{self.body}{alternative}{{{{end}}}}"


class Jump(Node):
    """break or continue."""

    word: str
    line: int

    def __str__(self) -> str:
        return f"{{{{{self.word}}}}}"


class Call(Node):
    """{{template "name" pipeline}}"""

    line: int
    name: str
    pipe: Pipe | None

    def __str__(self) -> str:
        return f"{{{{template {quote(self.name)}{f' {self.pipe}' if self.pipe else ''}}}}}"
