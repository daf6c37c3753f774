"""PHP pages run: what they print, for whom. Values are Python's own; an array is a dict, an object of a package's a Thing.

A page is run from its top each time it goes on after a wait; what it has asked of databases until then is remembered.
"""

from __future__ import annotations

import html
import json
import posixpath
import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from fakedocker.kernel.program import System
from fakedocker.userland.dates import format_date
from fakedocker.userland.inputs import State, text_of
from fakedocker.userland.services.php_language import Node, Problem, parse
from fakedocker.userland.services.sql_service import exchange

_MOST_STEPS: Final = 20_000
_LONGEST: Final = 2_000_000
_MINE: Final = "fakedocker simulates only a little of PHP, without "


class Page(NamedTuple):
    status: int
    headers: dict[str, str]
    body: str
    complaint: str = ""


class _Thing(NamedTuple):
    """A connection, or the rows of an answer; `number` is where it is kept."""

    kind: str
    number: int


class _Return(Exception):
    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class _Exit(Exception):
    pass


class _Raised(Exception):
    """An exception of PHP's that nobody catches here."""


class NotSimulated(Exception):
    """The page needs something that is not simulated."""


def run(system: System, state: State, path: str, source: str, facts: dict[str, Any]) -> Page:
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
    except (_Exit, _Return):
        pass
    except (Problem, NotSimulated) as problem:
        missing = isinstance(problem, NotSimulated) or problem.missing
        line = getattr(problem, "line", page.line)
        complaint = f"{_MINE}{problem}\n" if missing else f"PHP Parse error:  {problem} in {path} on line {line}\n"
        status = 500
    except _Raised as problem:
        complaint = f"PHP Fatal error:  Uncaught {problem} in {path}\n"
        status = 500
    except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RecursionError) as problem:
        complaint, status = f"{_MINE}such an expression ({type(problem).__name__})\n", 500
    if "socket" in memory["database"]:
        system.close(memory["database"]["socket"])
    del state["page"]
    body = "".join(page.printed)
    if complaint and not complaint.startswith(_MINE):
        body += f"\n{complaint.removeprefix('PHP ').replace('  ', ' ')}"
    return Page(status or page.status, page.headers, body, complaint)


class _Run:
    """A page on its way."""

    def __init__(self, system: System, memory: dict[str, Any], path: str, facts: dict[str, Any]) -> None:
        self.system = system
        self.memory = memory
        self.path = path
        self.names: dict[str, Any] = {
            "_SERVER": facts["server"], "_GET": facts["get"], "_POST": facts["post"], "_ENV": dict(system.environment),
            "_REQUEST": {**facts["get"], **facts["post"]}, "_COOKIE": {}, "_SESSION": {},
        }  # fmt: skip
        self.facts = facts
        self.functions: dict[str, tuple[list[tuple[str, Node]], list[Node]]] = {}
        self.constants: dict[str, Any] = {}
        self.things: list[Any] = []
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
        rows = self.rows(found) if isinstance(found, _Thing) else found
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
        raise _Exit

    def _do_require(self, value: Node) -> None:
        name = text(self.value(value))
        path = posixpath.join(posixpath.dirname(self.path), name)
        if posixpath.basename(path) == "wp-blog-header.php":
            _wordpress(self)
            return
        try:
            source = text_of(self.system.read_file(path))
        except OSError:
            raise _Raised(f"Error: Failed opening required '{name}'") from None
        outer, self.path = self.path, path
        self.depth += 1
        if self.depth > 30:
            raise NotSimulated("so many files within files")
        self.statements(parse(source))
        self.path = outer
        self.depth -= 1

    # expressions

    def value(self, node: Node) -> Any:
        return getattr(self, f"_of_{node[0]}")(*node[1:])

    def _of_value(self, value: Any) -> Any:
        return value

    def _of_var(self, name: str) -> Any:
        return self.names.get(name)

    def _of_text(self, parts: tuple[Node, ...]) -> str:
        return "".join(text(self.value(part)) for part in parts)

    def _of_array(self, pairs: list[tuple[Node | None, Node]]) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key, value in pairs:
            found[_next_key(found) if key is None else self.value(key)] = self.value(value)
        return found

    def _of_index(self, inner: Node, key: Node) -> Any:
        container, place = self.value(inner), self.value(key)
        if isinstance(container, dict):
            found = container.get(place)
            return (
                container.get(int(place)) if found is None and isinstance(place, str) and place.isdecimal() else found
            )
        return (
            container[place]
            if isinstance(container, str) and isinstance(place, int) and place < len(container)
            else None
        )

    def _of_property(self, inner: Node, name: str) -> Any:
        thing = self.value(inner)
        if isinstance(thing, _Thing):
            held = self.things[thing.number]
            return {"connect_error": held.get("error"), "connect_errno": 2002 if held.get("error") else 0, "error": held.get("error", ""),
                    "num_rows": len(held.get("rows", ())), "server_info": held.get("welcome", ""), "host_info": "via TCP/IP"}.get(name)  # fmt: skip
        return thing.get(name) if isinstance(thing, dict) else self.constants.get(name, name)

    def _of_constant(self, name: str) -> Any:
        known = {"PHP_EOL": "\n", "PHP_VERSION": self.version, "PHP_OS": "Linux", "__DIR__": posixpath.dirname(self.path), "__FILE__": self.path, "PHP_OS_FAMILY": "Linux", "E_ALL": 32767}  # fmt: skip
        if name in known or name in self.constants:
            return known.get(name, self.constants.get(name))
        return 0 if name.isupper() else name

    @property
    def version(self) -> str:
        return self.system.environment.get("PHP_VERSION", "8.3.12")

    def _of_set(self, operator: str, target: Node, inner: Node) -> Any:
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
            container[_next_key(container) if key is None else key] = value
        else:
            raise NotSimulated("such an assignment")
        return value

    def _of_step(self, by: int, target: Node) -> Any:
        before = self.value(target) or 0
        self._of_set("", target, ("value", before + by))
        return before

    def _of_binary(self, operator: str, left: Node, right: Node) -> Any:
        first = self.value(left)
        if operator in ("&&", "and"):
            return truth(first) and truth(self.value(right))
        if operator in ("||", "or"):
            return truth(first) or truth(self.value(right))
        if operator == "??":
            return first if first is not None else self.value(right)
        return calculate(operator, first, self.value(right))

    def _of_unary(self, operator: str, inner: Node) -> Any:
        value = self.value(inner)
        return not truth(value) if operator == "!" else -number(value) if operator == "-" else number(value)

    def _of_cast(self, kind: str, inner: Node) -> Any:
        value = self.value(inner)
        if kind in ("int", "integer"):
            return int(number(value))
        if kind == "float":
            return float(number(value))
        return text(value) if kind == "string" else truth(value) if kind.startswith("bool") else value

    def _of_if(self, condition: Node, first: Node, second: Node) -> Any:
        return self.value(first) if truth(self.value(condition)) else self.value(second)

    def _of_call(self, name: str, arguments: list[Node]) -> Any:
        if name in ("isset", "empty"):
            found = [self.value(each) for each in arguments]
            return all(each is not None for each in found) if name == "isset" else not truth(found[0])
        given = [self.value(each) for each in arguments]
        if name in self.functions:
            return self._own_function(name, given)
        function = _FUNCTIONS.get(name)
        if function is None:
            raise NotSimulated(f"the function {name}()")
        return function(self, *given)

    def _own_function(self, name: str, given: list[Any]) -> Any:
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

    def _of_new(self, name: str, arguments: list[Node]) -> Any:
        given = [self.value(each) for each in arguments]
        if name == "mysqli":
            return connect(self, *given)
        if name == "pdo":
            words = dict(re.findall(r"(\w+)=([^;]+)", text(given[0])))
            if not text(given[0]).startswith("mysql:"):
                raise NotSimulated("databases but for MySQL's")
            return connect(
                self,
                words.get("host", "localhost"),
                *(given[1:3] or ["root", ""]),
                words.get("dbname", ""),
                words.get("port", 3306),
            )
        raise NotSimulated(f"the class {name}")

    def _of_method(self, inner: Node, name: str, arguments: list[Node]) -> Any:
        thing = self.value(inner)
        given = [self.value(each) for each in arguments]
        if isinstance(thing, _Thing):
            return _METHODS[thing.kind][name](self, thing, *given) if name in _METHODS[thing.kind] else None
        raise NotSimulated(f"the method {name}()")

    def ask(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """The answer of the database; the one it gave before, where the page has been here already. Blocks."""
        asked = self.memory["asked"]
        self.questions += 1
        if self.questions > len(asked):
            asked.append(exchange(self.system, self.memory["database"], message))
        found: dict[str, Any] | None = asked[self.questions - 1]
        return found

    def keep(self, kind: str, held: dict[str, Any]) -> _Thing:
        self.things.append(held)
        return _Thing(kind, len(self.things) - 1)

    def rows(self, thing: _Thing) -> list[dict[str, Any]]:
        """What is left of the rows of an answer."""
        held = self.things[thing.number]
        found = held.get("rows", [])[held.get("place", 0) :]
        held["place"] = len(held.get("rows", []))
        return list(found)


def connect(
    own: _Run,
    host: Any = "localhost",
    user: Any = "",
    password: Any = "",
    database: Any = "",
    port: Any = 3306,
    *_: Any,
) -> _Thing:
    """A connection to MySQL. Blocks. Raises _Raised where there is none, as since PHP 8.1."""
    name, mark, own_port = text(host).removeprefix("p:").partition(":")
    connection = own.memory["database"]
    asked = own.memory["asked"]
    said = ""
    if not asked and "socket" not in connection:
        addresses = ["127.0.0.1"] if name == "localhost" else own.system.resolve(name)
        if not addresses:
            said = f"php_network_getaddresses: getaddrinfo for {name} failed: Name or service not known"
        else:
            try:
                connection["socket"] = own.system.connect(addresses[0], int(own_port if mark else number(port) or 3306))
            except OSError as problem:
                said = str(problem.strerror)
    if not said:
        login = {"user": text(user), "password": text(password), "database": text(database)}
        answer = own.ask({"login": login})
        said = "MySQL server has gone away" if answer is None else answer.get("error", "").partition(": ")[2]
    if said:
        raise _Raised(f"mysqli_sql_exception: {said}")
    return own.keep("connection", {"welcome": "8.0.39"})


def _query(own: _Run, connection: _Thing, sql: Any, *_: Any) -> Any:
    answer = own.ask({"sql": text(sql)})
    if answer is None or "error" in answer:
        raise _Raised(
            f"mysqli_sql_exception: {answer['error'].partition(': ')[2] if answer else 'MySQL server has gone away'}"
        )
    if answer["columns"] is None:
        return True
    names = [name for name, *_ in answer["columns"]]
    return own.keep("result", {"rows": [dict(zip(names, row, strict=True)) for row in answer["rows"]]})


def _fetch(own: _Run, result: _Thing, *_: Any) -> Any:
    held = own.things[result.number]
    place = held.get("place", 0)
    if place >= len(held["rows"]):
        return None
    held["place"] = place + 1
    return held["rows"][place]


_METHODS: Final[dict[str, dict[str, Callable[..., Any]]]] = {
    "connection": {"query": _query, "exec": _query, "close": lambda own, thing: True},
    "result": {
        "fetch_assoc": _fetch, "fetch": _fetch, "fetch_array": _fetch, "close": lambda own, thing: True,
        "fetch_all": lambda own, thing, *_: dict(enumerate(own.rows(thing))), "fetchall": lambda own, thing, *_: dict(enumerate(own.rows(thing))),
        "fetch_row": lambda own, thing: dict(enumerate((_fetch(own, thing) or {}).values())) or None,
        "fetchcolumn": lambda own, thing, *_: next(iter((_fetch(own, thing) or {}).values()), False),
    },
}  # fmt: skip


# values


def text(value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return "Array" if isinstance(value, dict) else str(value)


def truth(value: Any) -> bool:
    return bool(value) and value != "0"


def number(value: Any) -> int | float:
    if isinstance(value, bool) or value is None:
        return int(bool(value))
    if isinstance(value, int | float):
        return value
    match = re.match(r"\s*[-+]?\d+(\.\d+)?", text(value))
    return 0 if match is None else float(match[0]) if match[1] else int(match[0])


def calculate(operator: str, left: Any, right: Any) -> Any:
    if operator == ".":
        return text(left) + text(right)
    if operator in ("===", "!=="):
        return (type(left) is type(right) and left == right) == (operator == "===")
    if operator in ("==", "!=", "<>"):
        loose = left == right if type(left) is type(right) else truth(left) == truth(right) if isinstance(left, bool) or isinstance(right, bool) or left is None or right is None else number(left) == number(right)  # fmt: skip
        return loose == (operator == "==")
    a, b = number(left), number(right)
    if operator in ("/", "%") and b == 0:
        raise _Raised(
            "DivisionByZeroError: Division by zero" if operator == "/" else "DivisionByZeroError: Modulo by zero"
        )
    if operator == "/":
        return a // b if isinstance(a, int) and isinstance(b, int) and a % b == 0 else a / b
    results: dict[str, Callable[[], Any]] = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "%": lambda: int(a) % int(b), "<": lambda: a < b, ">": lambda: a > b, "<=": lambda: a <= b, ">=": lambda: a >= b}  # fmt: skip
    return results[operator]()


def _next_key(array: dict[Any, Any]) -> int:
    return max((key for key in array if isinstance(key, int)), default=-1) + 1


# functions

_LETTERS: Final = {"Y": "%Y", "m": "%m", "d": "%d", "H": "%H", "i": "%M", "s": "%S", "D": "%a", "M": "%b", "F": "%B", "l": "%A", "y": "%y", "g": "%l", "h": "%I", "A": "%p", "a": "%P", "j": "%e", "N": "%u"}  # fmt: skip


def _date(own: _Run, form: Any = "Y-m-d", when: Any = None) -> str:
    seconds = own.system.now_ns // 1_000_000_000 if when is None else int(number(when))
    return "".join(
        format_date(_LETTERS[letter], seconds).strip() if letter in _LETTERS else letter for letter in text(form)
    )


def _phpinfo(own: _Run, *_: Any) -> bool:
    version, host = own.version, own.system.hostname
    api = (
        "Apache 2.0 Handler"
        if own.facts["server"].get("SERVER_SOFTWARE", "").startswith("Apache")
        else "Command Line Interface"
    )
    rows = (
        ("System", f"Linux {host} 6.12.43 x86_64"),
        ("Server API", api),
        ("PHP Version", version),
        ("Loaded Configuration File", "(none)"),
    )
    if "Command" in api:
        own.write(f"phpinfo()\nPHP Version => {version}\n\n" + "".join(f"{name} => {value}\n" for name, value in rows))
        return True
    lines = "".join(f'<tr><td class="e">{name} </td><td class="v">{value} </td></tr>\n' for name, value in rows)
    own.write(
        f'<!DOCTYPE html>\n<html><head><title>PHP {version} - phpinfo()</title></head>\n<body><h1 class="p">PHP Version {version}</h1>\n<table>\n{lines}</table>\n</body></html>\n'
    )
    return True


def _header(own: _Run, line: Any, *rest: Any) -> None:
    name, _, value = text(line).partition(":")
    own.headers[name.strip().title()] = value.strip()
    if name.strip().lower() == "location" and own.status == 200:
        own.status = 302
    if len(rest) > 1:
        own.status = int(rest[1])


def _status(own: _Run, code: Any = None) -> int:
    own.status = int(code or own.status)
    return own.status


def _format(own: _Run, form: Any, *given: Any) -> str:
    rest = list(given)

    def filled(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        value = rest.pop(0) if rest else ""
        return (
            text(value)
            if match[2] == "s"
            else str(int(number(value))).rjust(int(match[1].strip(".0") or 0), "0")
            if match[2] == "d"
            else f"{float(number(value)):{match[1] or '.6'}f}"
        )

    return re.sub(r"%(0?\d*\.?\d*)([sdf%])", filled, text(form))


def _mysqli_connect(own: _Run, *given: Any) -> Any:
    return connect(own, *given)


def _print_r(own: _Run, value: Any, returns: Any = False) -> Any:
    shown = text(value)
    if isinstance(value, dict):
        shown = "Array\n(\n" + "".join(f"    [{key}] => {text(each)}\n" for key, each in value.items()) + ")\n"
    if truth(returns):
        return shown
    own.write(shown)
    return True


def _define(own: _Run, name: Any, value: Any, *_: Any) -> bool:
    own.constants[text(name)] = value
    return True


def _read(own: _Run, path: Any, *_: Any) -> Any:
    try:
        return text_of(own.system.read_file(posixpath.join(posixpath.dirname(own.path), text(path))))
    except OSError:
        return False


def _end(own: _Run, value: Any = None) -> None:
    own._do_exit(("value", value))


_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "phpinfo": _phpinfo, "phpversion": lambda own, *_: own.version, "gethostname": lambda own: own.system.hostname, "date": _date,
    "time": lambda own: own.system.now_ns // 1_000_000_000, "getenv": lambda own, name="", *_: own.system.environment.get(text(name), False) if name else dict(own.system.environment),
    "php_uname": lambda own, mode="a": {"n": own.system.hostname, "s": "Linux"}.get(text(mode), f"Linux {own.system.hostname} 6.12.43 x86_64"), "php_sapi_name": lambda own: "cli",
    "header": _header, "http_response_code": _status, "define": _define, "exit": _end, "printf": lambda own, *given: own.write(_format(own, *given)), "sprintf": _format,
    "print_r": _print_r, "var_dump": lambda own, value, *_: own.write(f"{json.dumps(value, default=str)}\n"), "print": lambda own, value: own.write(text(value)),
    "strtoupper": lambda own, value: text(value).upper(), "strtolower": lambda own, value: text(value).lower(), "ucfirst": lambda own, value: text(value)[:1].upper() + text(value)[1:],
    "strlen": lambda own, value: len(text(value)), "strrev": lambda own, value: text(value)[::-1], "trim": lambda own, value, *_: text(value).strip(),
    "str_replace": lambda own, old, new, value: text(value).replace(text(old), text(new)), "str_repeat": lambda own, value, count: text(value) * min(int(count), 10_000),
    "htmlspecialchars": lambda own, value, *_: html.escape(text(value)), "nl2br": lambda own, value: text(value).replace("\n", "<br />\n"),
    "explode": lambda own, by, value, *_: dict(enumerate(text(value).split(text(by)))), "implode": lambda own, by, values: text(by).join(text(each) for each in values.values()),
    "count": lambda own, values: len(values), "array_keys": lambda own, values: dict(enumerate(values)), "array_values": lambda own, values: dict(enumerate(values.values())),
    "in_array": lambda own, wanted, values, *_: any(each == wanted for each in values.values()), "json_encode": lambda own, value, *_: json.dumps(_plain(value), separators=(",", ":")),
    "rand": lambda own, low=0, high=2147483647: int(low) + own.system.random(int(high) - int(low) + 1), "mt_rand": lambda own, low=0, high=2147483647: int(low) + own.system.random(int(high) - int(low) + 1),
    "round": lambda own, value, places=0: round(float(number(value)), int(places)), "intval": lambda own, value, *_: int(number(value)), "abs": lambda own, value: abs(number(value)),
    "is_null": lambda own, value: value is None, "file_get_contents": _read, "file_exists": lambda own, path: _read(own, path) is not False, "function_exists": lambda own, name: text(name) in _FUNCTIONS,
    "error_reporting": lambda own, *_: 0, "ini_set": lambda own, *_: False, "session_start": lambda own, *_: True, "date_default_timezone_set": lambda own, *_: True,
    "mysqli_connect": _mysqli_connect, "mysqli_query": _query, "mysqli_fetch_assoc": _fetch, "mysqli_fetch_array": _fetch, "mysqli_close": lambda own, *_: True,
    "mysqli_connect_error": lambda own: None, "mysqli_connect_errno": lambda own: 0, "mysqli_error": lambda own, *_: "", "mysqli_report": lambda own, *_: True,
    "mysqli_num_rows": lambda own, thing: len(own.things[thing.number]["rows"]), "extension_loaded": lambda own, *_: True,
}  # fmt: skip


def _plain(value: Any) -> Any:
    """An array as JSON has it: a list where its keys are 0, 1, 2 ..."""
    if not isinstance(value, dict):
        return value
    found = {key: _plain(each) for key, each in value.items()}
    return list(found.values()) if list(found) == list(range(len(found))) else found


def _wordpress(own: _Run) -> None:
    """WordPress's front page: its installer, if the database of its environment lets it in."""
    environment = own.system.environment
    given = [environment.get(f"WORDPRESS_DB_{name}", default) for name, default in (("HOST", "mysql"), ("USER", "example username"), ("PASSWORD", "example password"), ("NAME", "wordpress"))]  # fmt: skip
    try:
        connect(own, *given)
    except _Raised:
        own.status = 500
        own.write(
            '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Database Error</title></head>\n<body><h1>Error establishing a database connection</h1></body>\n</html>\n'
        )
        return
    path = own.facts["server"].get("REQUEST_URI", "/").partition("?")[0]
    if path != "/wp-admin/install.php":
        own.status = 302
        own.headers["Location"] = f"http://{own.facts['server'].get('HTTP_HOST', 'localhost')}/wp-admin/install.php"
        return
    own.write(
        '<!DOCTYPE html>\n<html lang="en-US">\n<head><meta charset="utf-8"><title>WordPress &rsaquo; Installation</title></head>\n<body class="wp-core-ui language-chooser"><h1>WordPress</h1>\n<p>The database answers. This page is simulated: nothing more can be installed.</p></body>\n</html>\n'
    )
