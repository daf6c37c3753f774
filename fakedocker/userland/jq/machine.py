"""The machine that runs a program: one node or one continuation a step, with a stack of what else can be tried.

A continuation is a linked list of frames (operation, data, next, depth), never changed once made, so that a choice
keeps it by reference. A value travels with its path where a path expression is evaluated: None where none is asked for,
LOST where the value comes from somewhere else. Recursion of a program costs frames, not Python's stack.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fakedocker.userland.jq import paths, texts
from fakedocker.userland.jq.context import Context
from fakedocker.userland.jq.cursor import IDENTITY, Node
from fakedocker.userland.jq.values import JqError, OutOfMemory, Value

Path = tuple[Value, ...] | str | None
LOST: Final = "lost"
Data = Any
"""What an operation needs when it goes on: plain data."""
Frame = tuple[Any, ...]
Environment = tuple[Any, ...] | None
_MOST_DEPTH: Final = 400_000  # frames, about 100 MB
_MOST_CHOICES: Final = 400_000
EVALUATE: Final[dict[str, Callable[[Machine, Node], None]]] = {}
"""What the kinds of nodes do (`nodes`)."""
CONTINUE: Final[dict[str, Callable[[Machine, Frame], None]]] = {}
"""What the kinds of frames do (`frames`)."""


class Break(Exception):
    """break $label: the label's number."""


class Machine:
    """One program with one input.

    Args:
        functions: the library's, by name/arity.
    """

    def __init__(self, program: Node, functions: dict[str, Node], value: Value, context: Context) -> None:
        self.functions = functions
        self.context = context
        self.steps = 0
        self.label = 0
        self.choices: list[tuple[Any, ...]] = []
        self.node: Node | None = program
        self.environment: Environment = None
        self.value = value
        self.path: Path = None
        self.frame: Frame = ("output", None, None, 0)
        self.gave = False  # whether a value has been given out since the last step

    def run(self, most_steps: int) -> tuple[str, Value]:
        """Go on for some steps.

        Returns:
            ("output", value), ("end", None), or ("pause", None) when the steps are used up.

        Raises:
            JqError: an error that nobody catches.
            Incomplete: `input` needs more text.
            Halt, OutOfMemory
        """
        for _ in range(most_steps):
            try:
                if self.gave:
                    self.gave = False
                    self._try_next()
                elif self.node is not None:
                    EVALUATE[self.node[0]](self, self.node)
                elif self.frame[0] == "output":
                    self.gave = True
                    return "output", self.value
                else:
                    CONTINUE[self.frame[0]](self, self.frame)
            except _Finished:
                return "end", None
            except (JqError, Break) as problem:
                if not self._catch(problem):
                    return "end", None
            except RecursionError:
                raise OutOfMemory from None
            self.steps += 1
            if self.frame[3] > _MOST_DEPTH or len(self.choices) > _MOST_CHOICES:
                raise OutOfMemory
        return "pause", None

    # going on

    def evaluate(self, node: Node, environment: Environment, value: Value, path: Path, frame: Frame) -> None:
        self.node, self.environment, self.value, self.path, self.frame = node, environment, value, path, frame

    def give(self, value: Value, path: Path, frame: Frame) -> None:
        """Hand a value to a continuation."""
        self.node, self.value, self.path, self.frame = None, value, path, frame

    def push(self, operation: str, data: Data, following: Frame) -> Frame:
        return (operation, data, following, following[3] + 1)

    def choose(self, *choice: Data) -> None:
        self.choices.append(choice)

    def _try_next(self) -> None:
        """Go back to the last choice."""
        while True:
            if not self.choices:
                raise _Finished
            kind, *data = self.choices.pop()
            if kind == "evaluate":
                self.evaluate(*data)
                return
            if kind == "each":
                _next_of_each(self, *data)
                return
            if kind == "range":
                next_of_range(self, *data)
                return
            if kind == "give":
                self.give(*data)
                return
            if kind == "cell":  # the end of a reduce or an array
                cell, path, frame = data
                self.give(cell[0], path, frame)
                return
            if kind == "reduced":
                cell, frame = data
                self.give(cell[0], cell[1], frame)
                return
            if kind == "alternative" and not data[0][0]:
                self.evaluate(*data[1:6])
                return

    back = _try_next

    def _catch(self, problem: JqError | Break) -> bool:
        """Go on where an error or a break is caught; False where nothing is left to try. Raises what nobody catches."""
        while True:
            try:
                return self._unwind(problem)
            except JqError as another:
                if another is problem:
                    raise
                problem = another
            except _Finished:
                return False

    def _unwind(self, problem: JqError | Break) -> bool:
        """Errors after a value has left a `try` are not its own."""
        left: set[int] = set()
        while self.choices:
            kind, *data = self.choices.pop()
            if kind == "left":
                left.add(data[0])
            elif isinstance(problem, Break):
                if kind == "label" and data[0] == problem.args[0]:
                    self._try_next()
                    return True
            elif kind == "alternative" and data[6] not in left:
                if data[0][0]:
                    self._try_next()
                else:
                    self.evaluate(*data[1:6])
                return True
            elif kind == "patterns":
                next_pattern(self, *data)
                return True
            elif kind == "try" and data[0] not in left:
                _, handler, environment, path, frame = data
                if handler is None:
                    self._try_next()
                else:
                    self.evaluate(handler, environment, problem.value, None if path is None else LOST, frame)
                return True
        raise problem

    def cut(self, label: int) -> None:
        """Forget all choices since a label."""
        while self.choices:
            kind, *data = self.choices.pop()
            if kind == "label" and data[0] == label:
                return


class _Finished(Exception):
    """There is nothing left to try."""


def lost(path: Path) -> Path:
    return None if path is None else LOST


def then_index(
    machine: Machine, key: Value, target: Node, environment: Environment, value: Value, path: Path, frame: Frame
) -> None:
    if target is IDENTITY:
        give_index(machine, value, path, key, frame)
    else:
        machine.evaluate(target, environment, value, path, machine.push("index", key, frame))


def give_index(machine: Machine, value: Value, path: Path, key: Value, frame: Frame) -> None:
    must_have_path(machine, value, path, key)
    found = paths.index(value, key)
    machine.give(found, path if path is None else (*path, key), frame)


def must_have_path(machine: Machine, value: Value, path: Path, key: Value) -> None:
    if path == LOST:
        shown = texts.shortened(value, 30)
        doing = f"iterate through {shown}" if key is None else f"access element {texts.shortened(key, 30)} of {shown}"
        raise JqError(f"Invalid path expression near attempt to {doing}")


def give_each(machine: Machine, value: Value, path: Path, frame: Frame) -> None:
    must_have_path(machine, value, path, None)
    if isinstance(value, list):
        _next_of_each(machine, value, range(len(value)), 0, path, frame)
    elif isinstance(value, dict):
        _next_of_each(machine, value, list(value), 0, path, frame)
    else:
        raise JqError(f"Cannot iterate over {texts.described(value)}")


def _next_of_each(machine: Machine, value: Value, keys: Any, place: int, path: Path, frame: Frame) -> None:
    if place >= len(keys):
        machine.back()
        return
    if place + 1 < len(keys):
        machine.choose("each", value, keys, place + 1, path, frame)
    key = keys[place]
    along = path if path is None else (*path, float(key) if isinstance(key, int) else key)
    machine.give(value[key], along, frame)


def next_pair(machine: Machine, data: Data, frame: Frame) -> None:
    pairs, place, made, environment, value, path = data
    if place == len(pairs):
        machine.give(made, path, frame)
        return
    machine.evaluate(pairs[place][0], environment, value, None, machine.push("object_key", data, frame))


def next_part(machine: Machine, data: Data, frame: Frame) -> None:
    """Parts are evaluated from the last, as jq adds them up."""
    form, parts, place, text, environment, value, path = data
    while place >= 0 and isinstance(parts[place], str):
        text = parts[place] + text
        place -= 1
    if place < 0:
        machine.give(text, path, frame)
        return
    data = (form, parts, place - 1, text, environment, value, path)
    machine.evaluate(parts[place], environment, value, None, machine.push("part", data, frame))


def next_parameter(machine: Machine, data: Data, frame: Frame) -> None:
    values, place, body, environment, caller, value, path = data
    if place == len(values):
        machine.evaluate(body, environment, value, path, frame)
        return
    machine.evaluate(values[place][1], caller, value, None, machine.push("parameter", data, frame))


def next_argument(machine: Machine, data: Data, frame: Frame) -> None:
    """Arguments are evaluated from the last."""
    function, arguments, place, values, environment, value, path = data
    if place < 0:
        machine.give(function(machine.context, value, *values), path, frame)
        return
    machine.evaluate(arguments[place], environment, value, None, machine.push("argument", data, frame))


def next_of_range(machine: Machine, at: float, end: float, path: Path, frame: Frame) -> None:
    if at >= end:
        machine.back()
        return
    if at + 1 < end:
        machine.choose("range", at + 1, end, path, frame)
    machine.give(at, path, frame)


def limited(machine: Machine, most: float, data: Data, following: Frame) -> None:
    machine.label += 1
    machine.choose("label", machine.label)
    frame = machine.push("limit_item", ([0], most, machine.label), following)
    node, environment, value, path = data
    machine.evaluate(node, environment, value, path, frame)


def next_pattern(
    machine: Machine,
    patterns: tuple[Node, ...],
    names: tuple[str, ...],
    place: int,
    held: Value,
    after: Frame,
    environment: Environment,
    value: Value,
    path: Path,
) -> None:
    if place + 1 < len(patterns):
        machine.choose("patterns", patterns, names, place + 1, held, after, environment, value, path)
    if len(patterns) > 1:
        for name in names:
            environment = ("variable", name, None, environment)
    match_patterns(machine, ((patterns[place], held),), environment, value, path, after)


def match_patterns(
    machine: Machine, pending: tuple[Data, ...], environment: Environment, value: Value, path: Path, after: Frame
) -> None:
    """Bind the variables of patterns that are left; then the body runs with them."""
    while pending:
        (pattern, held), *rest = pending
        if pattern[0] == "bind":
            environment = ("variable", pattern[1], held, environment)
        elif pattern[0] == "items":
            if not (held is None or isinstance(held, list)):
                raise JqError(f"Cannot index {texts.kind_of(held)} with number")
            items = [(inner, paths.index(held, float(place))) for place, inner in enumerate(pattern[1])]
            rest = [*items, *rest]
        elif pattern[1]:
            (key, bound, inner), *others = pattern[1]
            more = (("members", tuple(others)), held)
            data = (bound, inner, held, (more, *rest), environment, value, path, after)
            if key[0] == "constant":
                pending, environment = member(data, key[1])
                continue
            machine.evaluate(key, environment, value, None, machine.push("member", data, after))
            return
        pending = tuple(rest)
    body = after[1][0]
    machine.evaluate(body, environment, value, path, after[2])


def member(data: Data, key: Value) -> tuple[tuple[Data, ...], Environment]:
    bound, inner, held, rest, environment, *_ = data
    if not isinstance(key, str):
        raise JqError(f"Cannot index {texts.kind_of(held)} with {texts.kind_of(key)}")
    found = paths.index(held, key)
    if bound is not None:
        environment = ("variable", bound, found, environment)
    return (((inner, found), *rest) if inner is not None else rest), environment
