"""Names and targets: reading, storing and deleting variables wherever they are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python import syntax as s
from fakedocker.userland.languages.python.compiler import BaseBuilder, Evaluation, Storing
from fakedocker.userland.languages.python.errors import Raised, error
from fakedocker.userland.languages.python.library import BUILTINS
from fakedocker.userland.languages.python.values import UNBOUND, Live, PyFrame

Deleting = Callable[[PyFrame, Any], None]


def unbound_local(m: Live, name: str) -> Raised:  # Any: the interpreter
    """The exception of a local variable without value, in the version's words."""
    if m.minor >= 11:
        return error(
            "UnboundLocalError", f"cannot access local variable '{name}' where it is not associated with a value"
        )
    return error("UnboundLocalError", f"local variable '{name}' referenced before assignment")


def unbound_free(m: Live, name: str) -> Raised:  # Any: the interpreter
    words = "cannot access free variable '{}' where it is not associated with a value in enclosing scope"
    if m.minor < 11:
        words = "free variable '{}' referenced before assignment in enclosing scope"
    found = error("NameError", words.format(name))
    found.value.fields["name"] = name
    return found


def unknown_name(name: str) -> Raised:
    """The NameError of a name that is nowhere; NotSimulated if it is a builtin that is not there."""
    from fakedocker.userland.languages.python import real_names

    real_names.check_builtin(name)
    found = error("NameError", f"name '{name}' is not defined")
    found.value.fields["name"] = name
    return found


class NameBuilder(BaseBuilder):
    def load(self, name: str, at: s.Span) -> Evaluation:
        """What reads a variable."""
        name = self.scope.mangled(name)
        where, number = self.place_of(name, self.scope)
        if where == "slot":
            is_outer = self.scope.kind == "comprehension" and name not in self.scope.bound and self.unit.minor < 12
            return self._load_slot(name, number, at, unbound_free if is_outer else unbound_local)
        if where == "box":
            return self._load_box(name, number, at)
        builtins = BUILTINS

        if where in ("name", "class box"):

            def from_class(frame: PyFrame, m: Live, at: s.Span = at) -> Value:
                names = frame.names
                if names is not None and name in names:
                    return names[name]
                if where == "class box":
                    value = frame.boxes[number].value
                    if value is UNBOUND:
                        raise unbound_free(m, name)
                    return value
                if name in frame.globals:
                    return frame.globals[name]
                if name in m.changed_builtins:
                    return m.changed_builtins[name]
                if name in builtins:
                    return builtins[name]
                raise unknown_name(name)

            return from_class

        def from_globals(frame: PyFrame, m: Live, at: s.Span = at) -> Value:
            found = frame.globals.get(name, UNBOUND)
            if found is not UNBOUND:
                return found
            if m.changed_builtins and name in m.changed_builtins:
                return m.changed_builtins[name]
            found = builtins.get(name, UNBOUND)
            if found is not UNBOUND:
                return found
            raise unknown_name(name)

        return from_globals

    def _load_slot(self, name: str, number: int, at: s.Span, unbound: Callable[[Any, str], Raised]) -> Evaluation:
        def from_slot(frame: PyFrame, m: Live, at: s.Span = at) -> Value:
            value = frame.slots[number]
            if value is UNBOUND:
                raise unbound(m, name)
            return value

        return from_slot

    def _load_box(self, name: str, number: int, at: s.Span) -> Evaluation:
        is_own = (0, name) not in self.boxes or self.boxes[(0, name)] != number

        def from_box(frame: PyFrame, m: Live, at: s.Span = at) -> Value:
            value = frame.boxes[number].value
            if value is UNBOUND:
                raise unbound_local(m, name) if is_own else unbound_free(m, name)
            return value

        return from_box

    def store(self, name: str) -> Storing:
        """What gives a variable a value."""
        name = self.scope.mangled(name)
        where, number = self.place_of(name, self.scope)
        if where == "slot":

            def to_slot(frame: PyFrame, m: Live, value: Value) -> None:
                frame.slots[number] = value

            return to_slot
        if where == "box":

            def to_box(frame: PyFrame, m: Live, value: Value) -> None:
                frame.boxes[number].value = value

            return to_box
        if where in ("name", "class box"):

            def to_names(frame: PyFrame, m: Live, value: Value) -> None:
                assert frame.names is not None
                frame.names[name] = value

            return to_names

        def to_globals(frame: PyFrame, m: Live, value: Value) -> None:
            frame.globals[name] = value

        return to_globals

    def delete(self, name: str, at: s.Span) -> Deleting:
        """What takes a variable away."""
        name = self.scope.mangled(name)
        where, number = self.place_of(name, self.scope)
        if where == "slot":

            def from_slot(frame: PyFrame, m: Live, at: s.Span = at) -> None:
                if frame.slots[number] is UNBOUND:
                    raise unbound_local(m, name)
                frame.slots[number] = UNBOUND

            return from_slot
        if where == "box":

            def from_box(frame: PyFrame, m: Live, at: s.Span = at) -> None:
                if frame.boxes[number].value is UNBOUND:
                    raise unbound_local(m, name)
                frame.boxes[number].value = UNBOUND

            return from_box

        def from_names(frame: PyFrame, m: Live, at: s.Span = at) -> None:
            names = frame.names if where == "name" and frame.names is not None else frame.globals
            if name not in names:
                raise unknown_name(name)
            del names[name]

        return from_names

    def clear(self, name: str) -> None:
        """Emit: the name of a handler's exception is forgotten, if it is still there."""
        name = self.scope.mangled(name)
        where, number = self.place_of(name, self.scope)

        def forget(frame: Live, m: Live) -> None:
            if where == "slot":
                frame.slots[number] = UNBOUND
            elif where == "box":
                frame.boxes[number].value = UNBOUND
            elif where in ("name", "class box"):
                frame.names.pop(name, None)
            else:
                frame.globals.pop(name, None)

        self.emit(forget)
