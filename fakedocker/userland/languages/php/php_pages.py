"""PHP pages run: their statements and expressions, and what they print, for whom.

A page is run from its top each time it goes on after a wait; what it has asked of databases until then is remembered.
"""

from __future__ import annotations

import posixpath
import re
from typing import Final, NamedTuple

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, text_of
from fakedocker.userland.languages.php.php_functions import FUNCTIONS, METHODS, connect, wordpress
from fakedocker.userland.languages.php.php_language import Node, parse
from fakedocker.userland.languages.php.php_tokens import Problem
from fakedocker.userland.languages.php.php_values import (
    Exit,
    NotSimulated,
    Raised,
    Thing,
    Value,
    calculate,
    next_key,
    number,
    text,
    truth,
)
from fakedocker.userland.services.sql_service import exchange
from fakedocker.userland.versions import version_of

_MOST_STEPS: Final = 20_000
_LONGEST: Final = 2_000_000


class Page(NamedTuple):
    status: int
    headers: dict[str, str]
    body: str
    complaint: str = ""
    failed: bool = False


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
    complaint, status = "", 0
    try:
        page.statements(parse(source))
    except (Exit, _Return):
        pass
    except (Problem, NotSimulated) as problem:
        missing = isinstance(problem, NotSimulated) or problem.missing
        line = getattr(problem, "line", page.line)
        if missing:
            system.unsimulated(str(problem))
        else:
            complaint = f"PHP Parse error:  {problem} in {path} on line {line}\n"
        status = 500
    except Raised as problem:
        complaint = f"PHP Fatal error:  Uncaught {problem} in {path}\n"
        status = 500
    except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RecursionError) as problem:
        system.unsimulated(f"such an expression ({type(problem).__name__})")
        status = 500
    if "socket" in memory["database"]:
        system.close(memory["database"]["socket"])
    del state["page"]
    body = "".join(page.printed)
    if complaint:
        body += f"\n{complaint.removeprefix('PHP ').replace('  ', ' ')}"
    return Page(status or page.status, page.headers, body, complaint, bool(status))


class _Run:
    """A page on its way."""

    def __init__(self, system: System, memory: dict[str, Value], path: str, facts: dict[str, Value]) -> None:
        self.system = system
        self.memory = memory
        self.path = path
        self.names: dict[str, Value] = {
            "_SERVER": facts["server"], "_GET": facts["get"], "_POST": facts["post"], "_ENV": dict(system.environment),
            "_REQUEST": {**facts["get"], **facts["post"]}, "_COOKIE": {}, "_SESSION": {},
        }  # fmt: skip
        self.facts = facts
        self.functions: dict[str, tuple[list[tuple[str, Node]], list[Node]]] = {}
        self.constants: dict[str, Value] = {}
        self.things: list[Value] = []
        self.printed: list[str] = []
        self.length = 0
        self.status = 200
        self.headers: dict[str, str] = {}
        self.questions = 0
        self.steps = 0
        self.depth = 0
        self.line = 1

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
        rows = self.rows(found) if isinstance(found, Thing) else found
        for name, each in list(rows.items() if isinstance(rows, dict) else enumerate(rows or ())):
            if key:
                self.names[key] = name
            self.names[value] = each
            self.statements(body)

    def _do_while(self, condition: Node, body: list[Node]) -> None:
        while truth(self.value(condition)):
            self.statements(body)

    def _do_function(self, name: str, parameters: list[tuple[str, Node]], body: list[Node]) -> None:
        self.functions[name] = (parameters, body)

    def _do_return(self, value: Node) -> None:
        raise _Return(self.value(value))

    def _do_exit(self, value: Node) -> None:
        found = self.value(value)
        if isinstance(found, str):
            self.write(found)
        raise Exit

    def _do_require(self, value: Node) -> None:
        name = text(self.value(value))
        path = posixpath.join(posixpath.dirname(self.path), name)
        if posixpath.basename(path) == "wp-blog-header.php":
            wordpress(self)
            return
        try:
            source = text_of(self.system.read_file(path))
        except OSError:
            raise Raised(f"Error: Failed opening required '{name}'") from None
        outer, self.path = self.path, path
        self.depth += 1
        if self.depth > 30:
            raise NotSimulated("a file so deep within files")
        self.statements(parse(source))
        self.path = outer
        self.depth -= 1

    # expressions

    def value(self, node: Node) -> Value:
        return getattr(self, f"_of_{node[0]}")(*node[1:])

    def _of_value(self, value: Value) -> Value:
        return value

    def _of_var(self, name: str) -> Value:
        return self.names.get(name)

    def _of_text(self, parts: tuple[Node, ...]) -> str:
        return "".join(text(self.value(part)) for part in parts)

    def _of_array(self, pairs: list[tuple[Node | None, Node]]) -> dict[Value, Value]:
        found: dict[Value, Value] = {}
        for key, value in pairs:
            found[next_key(found) if key is None else self.value(key)] = self.value(value)
        return found

    def _of_index(self, inner: Node, key: Node) -> Value:
        container, place = self.value(inner), self.value(key)
        if isinstance(container, dict):
            found = container.get(place)
            return container.get(int(place)) if found is None and isinstance(place, str) and is_digits(place) else found
        return (
            container[place]
            if isinstance(container, str) and isinstance(place, int) and place < len(container)
            else None
        )

    def _of_property(self, inner: Node, name: str) -> Value:
        thing = self.value(inner)
        if isinstance(thing, Thing):
            held = self.things[thing.number]
            return {
                "connect_error": held.get("error"),
                "connect_errno": 2002 if held.get("error") else 0,
                "error": held.get("error", ""),
                "num_rows": len(held.get("rows", ())),
                "server_info": held.get("welcome", ""),
                "host_info": "via TCP/IP",
            }.get(name)
        return thing.get(name) if isinstance(thing, dict) else self.constants.get(name, name)

    def _of_constant(self, name: str) -> Value:
        known = {
            "PHP_EOL": "\n", "PHP_VERSION": self.version, "PHP_OS": "Linux", "__DIR__": posixpath.dirname(self.path),
            "__FILE__": self.path, "PHP_OS_FAMILY": "Linux", "E_ALL": 32767,
        }  # fmt: skip
        if name in known or name in self.constants:
            return known.get(name, self.constants.get(name))
        return 0 if name.isupper() else name

    @property
    def version(self) -> str:
        return version_of(self.system, "PHP_VERSION", "8.3.12")

    def _of_set(self, operator: str, target: Node, inner: Node) -> Value:
        if operator == "??" and (before := self.value(target)) is not None:
            return before
        value = self.value(inner)
        if operator and operator != "??":
            value = calculate(operator, self.value(target), value)
        if target[0] == "var":
            self.names[target[1]] = value
        elif target[0] == "index":
            container = self.value(target[1])
            if container is None:
                container = {}
                self._of_set("", target[1], ("value", container))
            key = self.value(target[2])
            container[next_key(container) if key is None else key] = value
        else:
            raise NotSimulated("such an assignment")
        return value

    def _of_step(self, by: int, target: Node) -> Value:
        before = self.value(target) or 0
        self._of_set("", target, ("value", before + by))
        return before

    def _of_binary(self, operator: str, left: Node, right: Node) -> Value:
        first = self.value(left)
        if operator in ("&&", "and"):
            return truth(first) and truth(self.value(right))
        if operator in ("||", "or"):
            return truth(first) or truth(self.value(right))
        if operator == "??":
            return first if first is not None else self.value(right)
        return calculate(operator, first, self.value(right))

    def _of_unary(self, operator: str, inner: Node) -> Value:
        value = self.value(inner)
        return not truth(value) if operator == "!" else -number(value) if operator == "-" else number(value)

    def _of_cast(self, kind: str, inner: Node) -> Value:
        value = self.value(inner)
        if kind in ("int", "integer"):
            return int(number(value))
        if kind == "float":
            return float(number(value))
        return text(value) if kind == "string" else truth(value) if kind.startswith("bool") else value

    def _of_if(self, condition: Node, first: Node, second: Node) -> Value:
        return self.value(first) if truth(self.value(condition)) else self.value(second)

    def _of_call(self, name: str, arguments: list[Node]) -> Value:
        if name in ("isset", "empty"):
            found = [self.value(each) for each in arguments]
            return all(each is not None for each in found) if name == "isset" else not truth(found[0])
        given = [self.value(each) for each in arguments]
        if name in self.functions:
            return self._own_function(name, given)
        function = FUNCTIONS.get(name)
        if function is None:
            raise NotSimulated(f"the function {name}()")
        return function(self, *given)

    def _own_function(self, name: str, given: list[Value]) -> Value:
        parameters, body = self.functions[name]
        outer = self.names
        values = [given[at] if at < len(given) else self.value(default) for at, (_, default) in enumerate(parameters)]
        super_names = {key: value for key, value in outer.items() if key.startswith("_")}
        self.names = {**super_names, **dict(zip((each for each, _ in parameters), values, strict=True))}
        self.depth += 1
        if self.depth > 50:
            raise NotSimulated("so deep a recursion")
        try:
            self.statements(body)
        except _Return as leaving:
            return leaving.value
        finally:
            self.names = outer
            self.depth -= 1
        return None

    # databases

    def _of_new(self, name: str, arguments: list[Node]) -> Value:
        given = [self.value(each) for each in arguments]
        if name == "mysqli":
            return connect(self, *given)
        if name == "pdo":
            words = dict(re.findall(r"(\w+)=([^;]+)", text(given[0])))
            if not text(given[0]).startswith("mysql:"):
                raise NotSimulated("a database but MySQL's")
            return connect(
                self,
                words.get("host", "localhost"),
                *(given[1:3] or ["root", ""]),
                words.get("dbname", ""),
                words.get("port", 3306),
            )
        raise NotSimulated(f"the class {name}")

    def _of_method(self, inner: Node, name: str, arguments: list[Node]) -> Value:
        thing = self.value(inner)
        given = [self.value(each) for each in arguments]
        if isinstance(thing, Thing):
            return METHODS[thing.kind][name](self, thing, *given) if name in METHODS[thing.kind] else None
        raise NotSimulated(f"the method {name}()")

    def ask(self, message: dict[str, Value]) -> dict[str, Value] | None:
        """The answer of the database; the one it gave before, where the page has been here already. Blocks."""
        asked = self.memory["asked"]
        self.questions += 1
        if self.questions > len(asked):
            asked.append(exchange(self.system, self.memory["database"], message))
        found: dict[str, Value] | None = asked[self.questions - 1]
        return found

    def keep(self, kind: str, held: dict[str, Value]) -> Thing:
        self.things.append(held)
        return Thing(kind, len(self.things) - 1)

    def rows(self, thing: Thing) -> list[dict[str, Value]]:
        """What is left of the rows of an answer."""
        held = self.things[thing.number]
        found = held.get("rows", [])[held.get("place", 0) :]
        held["place"] = len(held.get("rows", []))
        return list(found)
