"""Groups of exceptions: how they are made, split by `except*`, raised again, and printed as a tree."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised, classes_caught, error, type_error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import find_in_class, native, type_name
from fakedocker.userland.languages.python.values import Class, ExceptionValue, Function, GetSet

BASE: Final = EXCEPTIONS["BaseExceptionGroup"]
GROUP: Final = EXCEPTIONS["ExceptionGroup"]
GROUP.bases = (BASE, EXCEPTIONS["Exception"])
GROUP.mro = (GROUP, BASE, EXCEPTIONS["Exception"], *BASE.mro[1:])
_DEEPEST: Final = 40
_WIDEST: Final = 15
_MOST_LEVELS: Final = 10
Test = Callable[[ExceptionValue], bool]


def is_group(value: Value) -> bool:
    return type(value) is ExceptionValue and BASE in value.cls.mro


def exceptions_of(value: ExceptionValue) -> list[ExceptionValue]:
    """What is in a group."""
    return list(value.args[1]) if len(value.args) == 2 else []


def group_text(m: Interpreter, value: ExceptionValue) -> str:
    """str() of a group."""
    count = len(exceptions_of(value))
    return f"{m.text(value.args[0])} ({count} sub-exception{'' if count == 1 else 's'})"


@native("__new__", "BaseExceptionGroup")
def _new(m: Interpreter, cls: Class, *args: Value) -> Value:
    if m.minor < 11:
        raise NotSimulated("groups of exceptions before Python 3.11")
    if len(args) != 2:
        raise type_error(f"BaseExceptionGroup.__new__() takes exactly 2 arguments ({len(args)} given)")
    message, found = args
    if type(message) is not str:
        raise type_error(f"BaseExceptionGroup.__new__() argument 1 must be str, not {type_name(message)}")
    if type(found) not in (list, tuple):
        raise type_error("second argument (exceptions) must be a sequence")
    if not found:
        raise error("ValueError", "second argument (exceptions) must be a non-empty sequence")
    for place, each in enumerate(found):
        if type(each) is not ExceptionValue:
            raise error("ValueError", f"Item {place} of second argument (exceptions) is not an exception")
    all_plain = all(EXCEPTIONS["Exception"] in each.cls.mro for each in found)
    if cls is BASE and all_plain:
        cls = GROUP
    elif cls is GROUP and not all_plain:
        raise type_error("Cannot nest BaseExceptions in an ExceptionGroup")
    return ExceptionValue(cls, (message, found))


BASE.names["message"] = GetSet("BaseExceptionGroup", "message", lambda m, value: value.args[0])
BASE.names["exceptions"] = GetSet("BaseExceptionGroup", "exceptions", lambda m, value: tuple(exceptions_of(value)))


@native("derive", "BaseExceptionGroup")
def _derive(m: Interpreter, value: ExceptionValue, found: Value) -> Value:
    return _new(m, BASE, value.args[0], found)


def derived(m: Interpreter, value: ExceptionValue, found: list[ExceptionValue]) -> ExceptionValue | None:
    """A group like this one, with some of its exceptions."""
    if not found:
        return None
    own = find_in_class(value.cls, "derive")
    made = m.call_now(own, [value, found]) if type(own) is Function else _derive(m, value, found)
    if not is_group(made):
        raise type_error("derive must return an instance of BaseExceptionGroup")
    made.entries = list(value.entries)
    made.cause, made.context, made.suppress = value.cause, value.context, value.suppress
    if "__notes__" in value.fields:
        made.fields["__notes__"] = list(value.fields["__notes__"])
    return made  # type: ignore[no-any-return]


Halves = tuple[ExceptionValue | None, ExceptionValue | None]


def split(m: Interpreter, value: ExceptionValue, test: Test, depth: int = 0) -> Halves:
    """What of a group a test holds for, and the rest."""
    if depth > _DEEPEST:
        raise NotSimulated("groups of exceptions so deep")
    if test(value):
        return value, None
    if not is_group(value):
        return None, value
    matching, rest = [], []
    for each in exceptions_of(value):
        first, second = split(m, each, test, depth + 1)
        matching += [first] if first is not None else []
        rest += [second] if second is not None else []
    if not matching:
        return None, value
    return derived(m, value, matching), derived(m, value, rest)


def _test(m: Interpreter, wanted: Value) -> Test:
    if type(wanted) is Function:
        return lambda value: bool(m.truth(m.call_now(wanted, [value])))
    classes = wanted if type(wanted) is tuple else (wanted,)
    if not all(isinstance(each, Class) and EXCEPTIONS["BaseException"] in each.mro for each in classes):
        raise type_error("expected an exception type, a tuple of exception types, or a callable (other than a class)")
    return lambda value: any(each in value.cls.mro for each in classes)


@native("split", "BaseExceptionGroup")
def _split(m: Interpreter, value: ExceptionValue, wanted: Value) -> Value:
    return split(m, value, _test(m, wanted))


@native("subgroup", "BaseExceptionGroup")
def _subgroup(m: Interpreter, value: ExceptionValue, wanted: Value) -> Value:
    return split(m, value, _test(m, wanted))[0]


# except*


def caught(m: Interpreter, value: ExceptionValue, wanted: Value) -> Halves:
    """What `except* wanted` catches of an exception, as a group, and what is left."""
    classes = classes_caught(wanted)
    if any(BASE in each.mro for each in classes):
        raise type_error("catching ExceptionGroup with except* is not allowed. Use except instead.")

    def test(each: ExceptionValue) -> bool:
        return any(cls in each.cls.mro for cls in classes)

    if is_group(value):
        return split(m, value, test)
    if not test(value):
        return None, value
    made: ExceptionValue = _new(m, BASE, "", (value,))
    made.entries = list(value.entries[-1:])
    return made, None


def left_over(
    m: Interpreter, value: ExceptionValue, raised: list[ExceptionValue], rest: ExceptionValue | None
) -> ExceptionValue | None:
    """What is raised after all `except*` clauses of a try; None for nothing."""
    if not is_group(value):
        return raised[0] if raised else rest
    again = [each for each in raised if _is_part(each, value)]
    new = [each for each in raised if not _is_part(each, value)]
    kept = _projection(m, value, [*again, *([rest] if rest is not None else [])])
    if not new:
        return kept
    found: ExceptionValue = _new(m, BASE, "", [*new, *([kept] if kept is not None else [])])
    found.context = None
    return found


def _is_part(each: ExceptionValue, value: ExceptionValue) -> bool:
    """Whether a group was made of another one by splitting it: it is raised again."""
    return (
        is_group(each)
        and each.args[0] == value.args[0]
        and each.cause is value.cause
        and _leaves(each) <= _leaves(value)
    )


def _leaves(value: ExceptionValue) -> set[int]:
    found: set[int] = set()
    pending = [value]
    while pending:
        each = pending.pop()
        if is_group(each):
            pending += exceptions_of(each)
        else:
            found.add(id(each))
    return found


def _projection(m: Interpreter, value: ExceptionValue, parts: list[ExceptionValue]) -> ExceptionValue | None:
    """What of a group is in some of its parts."""
    leaves: set[int] = set()
    for each in parts:
        leaves |= _leaves(each)
    if not leaves:
        return None
    return (
        split(m, value, lambda each: not is_group(each) and id(each) in leaves)[0]
        if leaves != _leaves(value)
        else value
    )


# printing


class Printing:
    """A tree of exceptions that is being printed.

    Args:
        chain: gives (words between, exception) of an exception and of those that led to it, the first one first.
        stack: gives the lines of an exception's traceback; last: its last line.
    """

    def __init__(
        self,
        chain: Callable[[ExceptionValue], list[tuple[str, ExceptionValue]]],
        stack: Callable[[ExceptionValue], str],
        last: Callable[[ExceptionValue], str],
    ) -> None:
        self.chain, self.stack, self.last = chain, stack, last
        self.depth = 0
        self.needs_end = False
        self.parts: list[str] = []

    def _emit(self, text: str, margin: str = "|") -> None:
        indent = "  " * self.depth + (f"{margin} " if self.depth else "")
        self.parts.append(textwrap.indent(text, indent, lambda line: True))

    def whole(self, value: ExceptionValue) -> None:
        for words, each in self.chain(value):
            if words:
                self._emit(words)
            if not is_group(each):
                if each.entries:
                    self._emit("Traceback (most recent call last):\n")
                    self._emit(self.stack(each))
                self._emit(self.last(each))
            elif self.depth > _MOST_LEVELS:
                self._emit(f"... (max_group_depth is {_MOST_LEVELS})\n")
            else:
                self._group(each)

    def _group(self, value: ExceptionValue) -> None:
        is_first = self.depth == 0
        self.depth += is_first
        if value.entries:
            self._emit("Exception Group Traceback (most recent call last):\n", "+" if is_first else "|")
            self._emit(self.stack(value))
        self._emit(self.last(value))
        found = exceptions_of(value)
        count = min(len(found), _WIDEST + 1)
        self.needs_end = False
        for place in range(count):
            if place == count - 1:
                self.needs_end = True
            title = str(place + 1) if place < _WIDEST else "..."
            self.parts.append(
                "  " * self.depth + ("+-" if place == 0 else "  ") + f"+---------------- {title} ----------------\n"
            )
            self.depth += 1
            if place < _WIDEST:
                self.whole(found[place])
            else:
                more = len(found) - _WIDEST
                self._emit(f"and {more} more exception{'s' if more > 1 else ''}\n")
            if place == count - 1 and self.needs_end:
                self.parts.append("  " * self.depth + "+------------------------------------\n")
                self.needs_end = False
            self.depth -= 1
        self.depth -= is_first


__all__ = ["Raised"]
