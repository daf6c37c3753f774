"""How values are coerced, cast and compared in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any, Final

from fakedocker.userland.languages.sql import pg_casts
from fakedocker.userland.languages.sql.binder import BinderBase
from fakedocker.userland.languages.sql.bound import Bound, Value, constant
from fakedocker.userland.languages.sql.collation import KEYS
from fakedocker.userland.languages.sql.pg_functions import FUNCTIONS
from fakedocker.userland.languages.sql.pg_moments import MOMENTS
from fakedocker.userland.languages.sql.pg_types import (
    BOOL,
    KNOWN,
    TEXTS,
    Type,
    from_text,
    shown_type,
    to_text,
)
from fakedocker.userland.languages.sql.problems import Outside, SqlError, outside
from fakedocker.userland.languages.sql.tree import TypeName

ALL: Final = FUNCTIONS | MOMENTS


@cache
def names_of(kind: str) -> frozenset[str]:
    """The names of all of PostgreSQL's functions, or types."""
    text = resources.files("fakedocker.userland.languages.sql").joinpath(f"pg_{kind}_names.txt").read_text()
    return frozenset(text.split())


class PgConversions(BinderBase):
    enumerations: dict[str, Type] = {}  # noqa: RUF012  # set for each statement
    sequence: Callable[[str, str, list[Value]], Value] | None = None
    collation = "en_US.utf8"
    extensions: frozenset[str] = frozenset()

    folded: list[SqlError]
    """What computing with constants gave, see PlannerBase."""

    # constants

    def _fold(self, found: Bound) -> None:
        """Note the error of an expression of constants (eval_const_expressions in clauses.c)."""
        try:
            found.run(((), None))
        except SqlError as problem:
            self.folded.append(problem)
        except Outside:
            pass  # it is said when it is run

    def taken(self, start: int) -> list[SqlError]:
        """What has been noted since, which is not noted any more."""
        found = self.folded[start:]
        del self.folded[start:]
        return found

    def is_settled(self, bound: Bound, test: Callable[[Value], bool]) -> bool:
        """Whether a constant's value is one of these; what comes from a query in FROM may be such a constant."""
        if bound.uses or bound.outer or bound.asks:
            return bool(bound.uses) and self.scope.is_derived
        try:
            return test(bound.run(((), None)))
        except (SqlError, Outside):
            return False

    # types and casts

    def type_of(self, name: TypeName) -> Type:
        return resolve_type(name, self.enumerations)

    def coerced(self, found: Bound, kind: Type, what: str = "") -> Bound:
        """A value as another type that it becomes by itself; a literal of no type is read as one."""
        if found.type.name == kind.name:
            return found
        if found.type.name == "unknown":
            return self._literal_as(found, kind)
        if kind.name == "unknown":
            return found
        if pg_casts.level(found.type, kind) != "implicit":
            if what:
                raise outside(f"{what} with such types")
            raise SqlError("42846", f"cannot cast type {shown_type(found.type, False)} to {shown_type(kind, False)}", found.at)  # fmt: skip
        return self._converted(found, kind)

    def _literal_as(self, found: Bound, kind: Type) -> Bound:
        if found.constant is None:
            if found.fixed:
                return found._replace(type=kind, shown=f"NULL::{shown_type(kind)}")
            run = found.run  # a text that no one has given a type yet
            return found._replace(
                type=kind, run=lambda env: None if (v := run(env)) is None else from_text(v, kind, found.at or None)
            )
        value = from_text(found.constant, kind, found.at)
        text = found.constant.replace("'", "''")
        if kind.name == "bool":
            shown = "true" if value else "false"
        elif kind.name in ("int4",):
            shown = str(value) if value >= 0 else f"'{value}'::integer"
        elif kind.name == "numeric":
            shown = found.constant if "-" not in found.constant else f"'{text}'::numeric"
        else:
            shown_value = to_text(value, kind) if kind.name not in TEXTS else found.constant
            shown = "'" + shown_value.replace("'", "''") + f"'::{shown_type(kind, False)}"
        return found._replace(type=kind, run=constant(value), shown=shown, constant=None)

    def _converted(self, found: Bound, kind: Type) -> Bound:
        convert = pg_casts.converter(found.type, kind)
        run = found.run
        shown = ""
        if found.shown:
            name = shown_type(kind, False)
            inner = found.shown if found.shown.startswith("(") and found.shown.endswith(")") and not found.fixed else f"({found.shown})"  # fmt: skip
            shown = f"{inner}::{name}"
        if found.fixed:
            value = run(None)
            done = None if value is None else convert(value)
            return found._replace(type=kind, run=constant(done), shown=shown, constant=None)
        return found._replace(type=kind, run=lambda env: None if (v := run(env)) is None else convert(v), shown=shown, constant=None, name="")  # fmt: skip

    def cast(self, found: Bound, kind: Type, at: int = 0) -> Bound:
        """An explicit cast, with modifiers."""
        name = found.name or _type_label(kind)
        fit = pg_casts.fitted(kind, explicit=True)
        if found.type.name == "unknown" and found.constant is not None and (kind.name != "regclass"):
            found = self._literal_as(found, Type(kind.name, (), kind.labels))
            if kind.modifiers and found.shown:
                found = found._replace(shown=found.shown.replace(f"::{shown_type(Type(kind.name), False)}", f"::{shown_type(kind)}"))  # fmt: skip
        elif found.type.name != kind.name:
            how = pg_casts.level(found.type, kind)
            if not how:
                said = f"cannot cast type {shown_type(found.type, False)} to {shown_type(kind, False)}"
                raise SqlError("42846", said, at)
            found = self._converted(found, Type(kind.name, (), kind.labels))
            if kind.modifiers and found.shown:
                found = found._replace(shown=found.shown.removesuffix(shown_type(Type(kind.name), False)) + shown_type(kind))  # fmt: skip
        if fit is not None:
            run = found.run
            found = found._replace(run=lambda env: None if (v := run(env)) is None else fit(v))
        return found._replace(type=kind, name=name, constant=None)

    def condition(self, found: Bound, clause: str) -> Bound:
        """A value that must be a truth."""
        if found.type.name == "unknown":
            return self._literal_as(found, BOOL)
        if found.type.name != "bool":
            said = f"argument of {clause} must be type boolean, not type {shown_type(found.type, False)}"
            raise SqlError("42804", said, found.at)
        return found

    # comparing

    def text_key(self) -> Callable[[str], Any]:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        return KEYS[self.collation]

    def sort_key(
        self, kind: Type
    ) -> Callable[[Value], Any] | None:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        """What makes a value that is not null comparable, None where it is so by itself."""
        if kind.name in ("text", "varchar", "unknown"):
            return self.text_key()
        if kind.name == "bpchar":
            key = self.text_key()
            return lambda value: key(value.rstrip(" "))
        if kind.name == "interval":
            from fakedocker.userland.languages.sql.dates import interval_length

            return interval_length
        if kind.labels:
            order = {label: place for place, label in enumerate(kind.labels)}
            return lambda value: order[value]
        if kind.name.endswith("[]"):
            inner = self.sort_key(kind.element) or (lambda value: value)
            return lambda value: [(True, 0) if each is None else (False, inner(each)) for each in value]
        if kind.name in ("json", "jsonb"):
            raise outside(f"the order of {shown_type(kind)}")
        return None

    def group_key(
        self, kind: Type
    ) -> Callable[[Value], Any] | None:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        """What makes equal values the same."""
        if kind.name == "bpchar":
            return lambda value: value.rstrip(" ")
        if kind.name == "interval":
            return self.sort_key(kind)
        if kind.name == "json":
            raise SqlError("42883", "could not identify an equality operator for type json")
        return None

    def comparison(self, operator: str, kind: Type) -> Callable[[Value, Value], bool]:
        equal = self.group_key(kind)
        if operator in ("=", "<>"):
            if equal is None:
                return (lambda a, b: bool(a == b)) if operator == "=" else (lambda a, b: bool(a != b))
            return (
                (lambda a, b: bool(equal(a) == equal(b)))
                if operator == "="
                else (lambda a, b: bool(equal(a) != equal(b)))
            )
        key = self.sort_key(kind)
        tests: dict[str, Callable[[Any, Any], bool]] = {
            "<": lambda a, b: a < b, ">": lambda a, b: a > b, "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b,
        }  # fmt: skip
        test = tests[operator]
        return test if key is None else lambda a, b: test(key(a), key(b))


def resolve_type(name: TypeName, enumerations: dict[str, Type]) -> Type:
    """The type that a name means. Raises SqlError."""
    base = name.name
    if base in enumerations:
        found = enumerations[base]
    elif base in ("serial", "bigserial", "smallserial", "serial4", "serial8"):
        return Type(base)
    elif base in KNOWN:
        found = Type(base, tuple(int(part) for part in name.modifiers))
    elif base in names_of("type") or base in ("timetz", "bit", "varbit"):
        raise outside(f"the type {base}")
    else:
        raise SqlError("42704", f'type "{base}{"[]" if name.array else ""}" does not exist', name.at)
    if name.modifiers and base == "numeric":
        precision = int(name.modifiers[0])
        if not 1 <= precision <= 1000:
            raise SqlError("22023", f"NUMERIC precision {precision} must be between 1 and 1000", name.at)
    if name.modifiers and base in ("varchar", "bpchar") and int(name.modifiers[0]) < 1:
        raise SqlError(
            "22023", f"length for type {'varchar' if base == 'varchar' else 'char'} must be at least 1", name.at
        )
    if name.modifiers and base in ("int4", "int8", "text", "bool", "date", "uuid", "jsonb", "json"):
        if base in ("int4", "int8", "bool"):
            raise outside("such modifiers of a type")
        raise SqlError("42601", f'type modifier is not allowed for type "{base}"', name.at)
    if name.array:
        return Type(found.name + "[]", found.modifiers)
    return found


def _type_label(kind: Type) -> str:
    return kind.name.removesuffix("[]")
