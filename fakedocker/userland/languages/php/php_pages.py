"""PHP pages run: their statements and expressions, and what they print, for whom.

A page is run from its top each time it goes on after a wait; what it has asked of databases until then is remembered.
"""

from __future__ import annotations

import contextlib
import posixpath
from typing import Final, NamedTuple

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, text_of
from fakedocker.userland.languages.php.php_database import Database
from fakedocker.userland.languages.php.php_functions import FUNCTIONS, METHODS, end_of, made, wordpress
from fakedocker.userland.languages.php.php_interpolation import Node
from fakedocker.userland.languages.php.php_language import parse
from fakedocker.userland.languages.php.php_tokens import Problem
from fakedocker.userland.languages.php.php_values import (
    Exit,
    NotSimulated,
    Thing,
    Value,
    calculate,
    copied,
    key_of,
    next_key,
    number,
    of_type,
    text,
    truth,
    whole,
)
from fakedocker.userland.versions import version_of

_EVERYWHERE: Final = frozenset({"_SERVER", "_GET", "_POST", "_ENV", "_REQUEST", "_COOKIE"})
_CONSTANTS: Final = {"PHP_EOL": "\n", "PHP_OS": "Linux", "PHP_OS_FAMILY": "Linux", "E_ALL": 32767}
_OF_PDO: Final = frozenset({"ATTR_ERRMODE", "ERRMODE_EXCEPTION", "FETCH_ASSOC", "FETCH_COLUMN"})
_MOST_STEPS: Final = 20_000
_LONGEST: Final = 2_000_000


class Page(NamedTuple):
    """What a page has come to.

    Args:
        exit_status: of the process that ran it as a script.
    """

    status: int
    headers: dict[str, str]
    body: str
    exit_status: int = 0


class _Return(Exception):
    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


def run(system: System, state: State, path: str, source: str, facts: dict[str, Value]) -> Page:
    """What a page gives. Blocks.

    Args:
        path: of its file.
        facts: `server`, `get`, `post`: what the page finds of its request.
    """
    memory = state.setdefault("page", {"asked": [], "database": {}})
    page = _Run(system, memory, path, facts)
    status, exit_status = 0, 0
    try:
        page.statements(parse(source))
    except Exit as end:
        exit_status = end.status
    except _Return:  # outside of functions it ends the page
        pass
    except (Problem, NotSimulated) as problem:
        place = f"line {problem.line} of {path}: " if isinstance(problem, Problem) else ""
        system.unsimulated(f"{place}{problem}")
        status, exit_status = 500, 255
    except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RecursionError) as problem:
        system.unsimulated(f"such an expression ({type(problem).__name__})")
        status, exit_status = 500, 255
    if "socket" in memory["database"]:
        system.close(memory["database"]["socket"])
    del state["page"]
    return Page(status or page.status, page.headers, "".join(page.printed), exit_status)


class _Run:
    """A page on its way."""

    def __init__(self, system: System, memory: dict[str, Value], path: str, facts: dict[str, Value]) -> None:
        self.system = system
        self.memory = memory
        self.path = path
        self.names: dict[str, Value] = {
            "_SERVER": facts["server"], "_GET": facts["get"], "_POST": facts["post"], "_ENV": dict(system.environment),
            "_REQUEST": {**facts["get"], **facts["post"]}, "_COOKIE": {},
        }  # fmt: skip
        self.facts = facts
        self.functions: dict[str, tuple[list[tuple[str, Node | None, str]], str, list[Node]]] = {}
        self.included: set[str] = set()
        self.constants: dict[str, Value] = {}
        database = Database(system, memory)
        self.things, self.ask, self.keep, self.rows = database.things, database.ask, database.keep, database.rows
        self.printed: list[str] = []
        self.length = 0
        self.status = 200
        self.headers: dict[str, str] = {}
        self.steps = 0
        self.depth = 0
        self.is_quiet = False

    # statements

    def statements(self, nodes: list[Node]) -> None:
        for node in nodes:
            self.steps += 1
            if self.steps > _MOST_STEPS:
                raise NotSimulated("so long a calculation")
            getattr(self, f"_do_{node[0]}")(*node[1:])

    def _do_echo(self, parts: tuple[Node, ...]) -> None:
        for part in parts:
            self.write(text(self.value(part)))

    def write(self, shown: str) -> None:
        self.length += len(shown)
        if self.length > _LONGEST:
            raise NotSimulated("so large a page")
        self.printed.append(shown)

    def _do_do(self, expression: Node) -> None:
        self.value(expression)

    def _do_if(self, branches: list[tuple[Node, list[Node]]], otherwise: list[Node]) -> None:
        for condition, body in branches:
            if truth(self.value(condition)):
                self.statements(body)
                return
        self.statements(otherwise)

    def _do_foreach(self, values: Node, key: str, value: str, body: list[Node]) -> None:
        found = self.value(values)
        rows = dict(enumerate(self.rows(found))) if isinstance(found, Thing) else found
        if not isinstance(rows, dict):
            raise NotSimulated("foreach over what is no array")
        for name, each in list(rows.items()):
            if key:
                self.names[key] = name
            self.names[value] = copied(each)
            self.statements(body)

    def _do_while(self, condition: Node, body: list[Node]) -> None:
        while truth(self.value(condition)):
            self.statements(body)

    def _do_function(
        self, name: str, parameters: list[tuple[str, Node | None, str]], kind: str, body: list[Node]
    ) -> None:
        if name in self.functions or name in FUNCTIONS:
            raise NotSimulated(f"{name}() once more")
        self.functions[name] = (parameters, kind, body)

    def _do_return(self, value: Node) -> None:
        raise _Return(self.value(value))

    def _do_exit(self, value: Node) -> None:
        raise end_of(self, self.value(value))

    def _do_require(self, value: Node, once: bool) -> None:
        name = text(self.value(value))
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), name))
        if once and path in self.included:
            return
        self.included.add(path)
        if posixpath.basename(path) == "wp-blog-header.php":
            wordpress(self)
            return
        try:
            source = text_of(self.system.read_file(path))
        except OSError:
            raise NotSimulated(f"what follows when {name} is not there") from None
        outer, self.path = self.path, path
        self.depth += 1
        if self.depth > 30:
            raise NotSimulated("a file so deep within files")
        with contextlib.suppress(_Return):  # which ends this file alone
            self.statements(parse(source))
        self.path = outer
        self.depth -= 1

    # expressions

    def value(self, node: Node) -> Value:
        return getattr(self, f"_of_{node[0]}")(*node[1:])

    def _of_value(self, value: Value) -> Value:
        return value

    def quietly(self, node: Node) -> Value:
        """A value that may not be there: None then, without a warning."""
        outer, self.is_quiet = self.is_quiet, True
        try:
            return self.value(node)
        finally:
            self.is_quiet = outer

    def _missing(self, what: str) -> None:
        """None where that is asked for quietly; PHP warns otherwise. Raises NotSimulated."""
        if not self.is_quiet:
            raise NotSimulated(f"the warning of {what}")

    def _of_var(self, name: str) -> Value:
        return self.names[name] if name in self.names else self._missing(f"the undefined variable ${name}")

    def _of_text(self, parts: tuple[Node, ...]) -> str:
        return "".join(text(self.value(part)) for part in parts)

    def _of_array(self, pairs: list[tuple[Node | None, Node]]) -> dict[Value, Value]:
        found: dict[Value, Value] = {}
        for key, value in pairs:
            found[next_key(found) if key is None else key_of(self.value(key))] = copied(self.value(value))
        return found

    def _of_index(self, inner: Node, key: Node) -> Value:
        container, place = self.value(inner), self.value(key)
        if isinstance(container, dict):
            name = key_of(place)
            return container[name] if name in container else self._missing(f"the undefined key {name}")
        if (
            isinstance(container, str)
            and isinstance(place, int)
            and 0 <= place < len(container)
            and container.isascii()
        ):
            return container[place]
        if container is None and self.is_quiet:
            return None
        raise NotSimulated("a part of what is no array")

    def _of_property(self, inner: Node, name: str) -> Value:
        thing = self.value(inner)
        if isinstance(thing, Thing):
            held = self.things[thing.number]
            known = {
                "connect_error": held.get("error"),
                "connect_errno": 2002 if held.get("error") else 0,
                "error": held.get("error", ""),
                "num_rows": len(held.get("rows", ())),
                "server_info": held.get("welcome", ""),
                "host_info": "via TCP/IP",
            }
            if name in known:
                return known[name]
        elif inner == ("constant", "PDO") and name in _OF_PDO:
            return f"PDO::{name}"
        raise NotSimulated(f"the property {name}")

    def _of_constant(self, name: str) -> Value:
        folder = posixpath.dirname(self.path)
        known = {**_CONSTANTS, "PHP_VERSION": self.version, "__DIR__": folder, "__FILE__": self.path, **self.constants}
        if name in known:
            return known[name]
        raise NotSimulated(f"the constant {name}")

    @property
    def version(self) -> str:
        return version_of(self.system, "PHP_VERSION", "8.3.12")

    def _of_set(self, operator: str, target: Node, inner: Node) -> Value:
        if operator == "??" and (before := self.quietly(target)) is not None:
            return before
        value = copied(self.value(inner))
        if operator and operator != "??":
            value = calculate(operator, self.value(target), value)
        if target[0] == "var":
            self.names[target[1]] = value
        elif target[0] == "index":
            container = self._container(target[1])
            appends = target[2] == ("value", None)
            container[next_key(container) if appends else key_of(self.value(target[2]))] = value
        else:
            raise NotSimulated("such an assignment")
        return value

    def _container(self, target: Node) -> dict[Value, Value]:
        """The array that a place holds, which is made where there is none."""
        found = self.quietly(target)
        if found is None:
            return self._made(target)
        if not isinstance(found, dict):
            raise NotSimulated("such an assignment")
        return found

    def _made(self, target: Node) -> dict[Value, Value]:
        made: dict[Value, Value] = {}
        if target[0] == "var":
            self.names[target[1]] = made
        elif target[0] == "index":
            outer = self._container(target[1])
            outer[next_key(outer) if target[2] == ("value", None) else key_of(self.value(target[2]))] = made
        else:
            raise NotSimulated("such an assignment")
        return made

    def _of_step(self, by: int, target: Node, is_before: bool) -> Value:
        before = self.value(target)
        if type(before) not in (int, float):
            raise NotSimulated("counting up what is no number")
        after = calculate("+", before, by)
        self._of_set("", target, ("value", after))
        return after if is_before else before

    def _of_binary(self, operator: str, left: Node, right: Node) -> Value:
        if operator == "??":
            first = self.quietly(left)
            return first if first is not None else self.value(right)
        first = self.value(left)
        if operator == "&&":
            return truth(first) and truth(self.value(right))
        if operator == "||":
            return truth(first) or truth(self.value(right))
        return calculate(operator, first, self.value(right))

    def _of_unary(self, operator: str, inner: Node) -> Value:
        value = self.value(inner)
        return not truth(value) if operator == "!" else calculate("*", value, -1 if operator == "-" else 1)

    def _of_cast(self, kind: str, inner: Node) -> Value:
        value = self.value(inner)
        if kind in ("int", "integer"):
            return whole(value)
        if kind == "float":
            return float(number(value))
        if kind == "array" and not isinstance(value, dict):
            raise NotSimulated("making an array of it")
        return text(value) if kind == "string" else truth(value) if kind.startswith("bool") else value

    def _of_if(self, condition: Node, first: Node | None, second: Node) -> Value:
        found = self.value(condition)
        if not truth(found):
            return self.value(second)
        return found if first is None else self.value(first)

    def _of_call(self, name: str, arguments: list[Node]) -> Value:
        if name in ("isset", "empty"):
            found = [self.quietly(each) for each in arguments]
            return all(each is not None for each in found) if name == "isset" else not truth(found[0])
        outer, self.is_quiet = self.is_quiet, False
        try:
            return self._called(name, [self.value(each) for each in arguments])
        finally:
            self.is_quiet = outer

    def _called(self, name: str, given: list[Value]) -> Value:
        if name in self.functions:
            return self._own_function(name, given)
        function = FUNCTIONS.get(name)
        if function is None:
            raise NotSimulated(f"the function {name}()")
        return function(self, *given)

    def _own_function(self, name: str, given: list[Value]) -> Value:
        parameters, kind, body = self.functions[name]
        outer = self.names
        values = {key: value for key, value in outer.items() if key in _EVERYWHERE}
        for at, (parameter, default, wanted) in enumerate(parameters):
            if at >= len(given) and default is None:
                raise NotSimulated(f"the error of too few arguments for {name}()")
            values[parameter] = of_type(given[at] if at < len(given) else self.value(default or ()), wanted)
        self.names = values
        self.depth += 1
        if self.depth > 50:
            raise NotSimulated("so deep a recursion")
        try:
            self.statements(body)
        except _Return as leaving:
            return of_type(leaving.value, kind)
        finally:
            self.names = outer
            self.depth -= 1
        return of_type(None, kind)

    def has_function(self, name: str) -> bool:
        """Whether a function of that name is known here."""
        return name in FUNCTIONS or name in self.functions

    def _of_new(self, name: str, arguments: list[Node]) -> Value:
        return made(self, name, [self.value(each) for each in arguments])

    def _of_method(self, inner: Node, name: str, arguments: list[Node]) -> Value:
        thing = self.value(inner)
        given = [self.value(each) for each in arguments]
        if isinstance(thing, Thing) and name in METHODS[thing.kind]:
            return METHODS[thing.kind][name](self, thing, *given)
        raise NotSimulated(f"the method {name}()")
