"""node and python3, as far as small commands need them: versions, one-line scripts of prints, strings and sums, a REPL.

Not an implementation of either language. What goes beyond numbers, strings, variables, the environment and printing is
answered by a message that says so, with status 1.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of, text_of
from fakedocker.userland.tools import Register, say

PROGRAMS = Register()
NODE_VERSION: Final = "v20.15.0"
PYTHON_VERSION: Final = "3.12.5"
_TOKEN = re.compile(
    r"\s+|(\d+\.?\d*(?:[eE][-+]?\d+)?)|([\"'`])((?:\\.|(?!\2).)*)\2|([A-Za-z_$][\w$]*)|(===|!==|==|!=|<=|>=|&&|\|\||\*\*|//|[-+*/%()<>.,;=\[\]!{}:?])",
    re.DOTALL,
)


class NotSimulated(Exception):
    """The script needs more than is simulated here."""


class Language(NamedTuple):
    name: str
    prompt: str
    none: str
    true: str
    false: str


NODE: Final = Language("node", "> ", "undefined", "true", "false")
PYTHON: Final = Language("python3", ">>> ", "None", "True", "False")
_NOTHING: Final = object()


class _Evaluator:
    """Expressions of numbers and strings with the common operators, calls of print and console.log, assignments."""

    def __init__(
        self, system: System, language: Language, variables: dict[str, Any], arguments: tuple[str, ...]
    ) -> None:
        self.system = system
        self.language = language
        self.variables = variables
        self.arguments = arguments
        self.tokens: list[tuple[str, str]] = []
        self.at = 0

    def run(self, source: str) -> Any:
        """Every statement of a source; the value of the last."""
        value: Any = _NOTHING
        for statement in self._statements(source):
            value = self._statement(statement)
        return value

    def _statements(self, source: str) -> list[list[tuple[str, str]]]:
        statements: list[list[tuple[str, str]]] = [[]]
        at, depth = 0, 0
        comment = "//" if self.language is NODE else "#"
        while at < len(source):
            if source.startswith(comment, at) and (
                comment == "#" or source[at:].startswith("// ") or (source.startswith("//", at) and not statements[-1])
            ):
                end = source.find("\n", at)
                at = len(source) if end < 0 else end
                continue
            match = _TOKEN.match(source, at)
            if match is None:
                raise NotSimulated
            at = match.end()
            if match[2]:
                statements[-1].append(("template" if match[2] == "`" else "string", _unescaped(match[3])))
            elif match[1]:
                statements[-1].append(("number", match[1]))
            elif match[4]:
                statements[-1].append(("name", match[4]))
            elif match[5] == ";" and depth == 0:
                statements.append([])
            elif match[5]:
                depth += {"(": 1, ")": -1, "[": 1, "]": -1}.get(match[5], 0)
                statements[-1].append(("operator", match[5]))
            elif "\n" in match[0] and depth == 0 and statements[-1]:
                statements.append([])
        return [statement for statement in statements if statement]

    def _statement(self, tokens: list[tuple[str, str]]) -> Any:
        self.tokens, self.at = [*tokens, ("end", "")], 0
        kind, text = self.tokens[0]
        if text in ("import", "from") and self.language is PYTHON:
            modules = [word for word_kind, word in tokens[1:] if word_kind == "name"]
            if not set(modules) <= {"os", "sys", "platform", "socket", "import", "environ", "time"}:
                raise NotSimulated
            return _NOTHING
        if text in ("const", "let", "var") and self.language is NODE:
            self.at = 1
            kind, text = self.tokens[1]
            self._assign(text)
            return _NOTHING
        if kind == "name" and self.tokens[1] == ("operator", "=") and self.tokens[2] != ("operator", "="):
            value = self._assign(text)
            return value if self.language is NODE else _NOTHING
        value = self._expression(0)
        if self.tokens[self.at][0] != "end":
            raise NotSimulated
        return value

    def _assign(self, name: str) -> Any:
        self.at += 2
        self.variables[name] = value = self._expression(0)
        return value

    _LEVELS: Final = (
        ("||", "or"),
        ("&&", "and"),
        ("===", "!==", "==", "!=", "<", ">", "<=", ">="),
        ("+", "-"),
        ("*", "/", "%", "//"),
        ("**",),
    )

    def _expression(self, level: int) -> Any:
        if level == len(self._LEVELS):
            return self._unary()
        left = self._expression(level + 1)
        while self.tokens[self.at][1] in self._LEVELS[level] and self.tokens[self.at][0] in ("operator", "name"):
            operator = self.tokens[self.at][1]
            self.at += 1
            left = self._applied(operator, left, self._expression(level + 1))
        return left

    def _applied(self, operator: str, left: Any, right: Any) -> Any:
        if operator in ("||", "or"):
            return left or right
        if operator in ("&&", "and"):
            return left and right
        if operator == "+" and (isinstance(left, str) or isinstance(right, str)) and self.language is NODE:
            return self.shown(left) + self.shown(right)
        try:
            if operator == "**" and isinstance(right, int | float) and abs(right) > 1000:
                raise NotSimulated
            if operator == "/" and self.language is NODE and right == 0:
                return float("inf") if left else float("nan")
            return {
                "+": lambda: left + right, "-": lambda: left - right, "*": lambda: left * right, "/": lambda: left / right, "%": lambda: left % right,
                "//": lambda: left // right, "**": lambda: left**right, "===": lambda: left == right, "!==": lambda: left != right, "==": lambda: left == right,
                "!=": lambda: left != right, "<": lambda: left < right, ">": lambda: left > right, "<=": lambda: left <= right, ">=": lambda: left >= right,
            }[operator]()  # fmt: skip
        except (TypeError, ZeroDivisionError, OverflowError):
            raise NotSimulated from None

    def _unary(self) -> Any:
        kind, text = self.tokens[self.at]
        if kind == "operator" and text == "-":
            self.at += 1
            return -self._number(self._unary())
        if (kind, text) in (("operator", "!"), ("name", "not")):
            self.at += 1
            return not self._unary()
        return self._postfix(self._primary())

    def _number(self, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise NotSimulated
        return value

    def _primary(self) -> Any:
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return float(text) if "." in text or "e" in text.lower() else int(text)
        if kind == "string":
            return text
        if kind == "template":
            return re.sub(
                r"\$\{([^}]*)\}",
                lambda match: self.shown(
                    _Evaluator(self.system, self.language, self.variables, self.arguments).run(match[1])
                ),
                text,
            )
        if kind == "operator" and text == "(":
            value = self._expression(0)
            self._expect(")")
            return value
        if kind == "operator" and text == "[":
            return self._list("]")
        if kind == "name":
            return self._name(text)
        raise NotSimulated

    def _expect(self, text: str) -> None:
        if self.tokens[self.at] != ("operator", text):
            raise NotSimulated
        self.at += 1

    def _list(self, closing: str) -> list[Any]:
        values: list[Any] = []
        while self.tokens[self.at] != ("operator", closing):
            values.append(self._expression(0))
            if self.tokens[self.at] == ("operator", ","):
                self.at += 1
            elif self.tokens[self.at] != ("operator", closing):
                raise NotSimulated
        self.at += 1
        return values

    def _name(self, text: str) -> Any:
        if text in self.variables:
            return self.variables[text]
        constants = (
            {"true": True, "false": False, "null": None, "undefined": _NOTHING}
            if self.language is NODE
            else {"True": True, "False": False, "None": None}
        )
        if text in constants:
            return constants[text]
        path = text
        while self.tokens[self.at] == ("operator", ".") and self.tokens[self.at + 1][0] == "name":
            path += "." + self.tokens[self.at + 1][1]
            self.at += 2
        return self._path(path)

    def _path(self, path: str) -> Any:
        """A dotted global name: printing, the environment, facts about the process."""
        environment = dict(self.system.environment)
        if path in ("console.log", "console.error", "print", "console.info"):
            self._expect("(")
            values = self._list(")")
            text = " ".join(self.shown(value) for value in values) + "\n"
            self.system.put(bytes_of(text), 2 if path == "console.error" else 1)
            return _NOTHING if self.language is NODE else None
        if path.startswith("process.env."):
            return environment.get(path.removeprefix("process.env."), _NOTHING)
        if path in ("process.env", "os.environ"):
            return environment
        if path in ("os.getenv", "os.environ.get"):
            self._expect("(")
            values = self._list(")")
            return environment.get(str(values[0]), values[1] if len(values) > 1 else None)
        if path in ("len", "str", "int", "float", "repr", "String", "Number"):
            self._expect("(")
            return self._converted(path, self._list(")"))
        if path in ("process.exit", "exit", "sys.exit", "quit"):
            self._expect("(")
            values = self._list(")")
            raise SystemExit(int(values[0]) if values else 0)
        if path in (
            "process.cwd",
            "os.getcwd",
            "socket.gethostname",
            "os.getpid",
            "platform.python_version",
            "os.hostname",
        ):
            self._expect("(")
            self._list(")")
        facts = {
            "process.version": NODE_VERSION, "process.pid": self.system.pid, "process.platform": "linux", "process.arch": "x64", "process.cwd": self.system.directory,
            "os.getcwd": self.system.directory, "socket.gethostname": self.system.hostname, "os.hostname": self.system.hostname, "os.getpid": self.system.pid,
            "platform.python_version": PYTHON_VERSION, "sys.version": f"{PYTHON_VERSION} (main, Aug 13 2024, 02:19:05) [GCC 12.2.0]", "sys.platform": "linux",
            "process.argv": ["/usr/local/bin/node", *self.arguments], "sys.argv": list(self.arguments) or [""], "process.versions.node": NODE_VERSION[1:], "process.uptime": 0,
        }  # fmt: skip
        if path in facts:
            return facts[path]
        raise NotSimulated

    def _converted(self, name: str, values: list[Any]) -> Any:
        try:
            value = values[0]
            if name == "len":
                return len(value)
            if name in ("str", "String"):
                return self.shown(value)
            if name == "repr":
                return self.displayed(value)
            return float(value) if name == "float" else int(value)
        except (TypeError, ValueError, IndexError):
            raise NotSimulated from None

    def _postfix(self, value: Any) -> Any:
        while True:
            if self.tokens[self.at] == ("operator", "["):
                self.at += 1
                key = self._expression(0)
                self._expect("]")
                try:
                    value = value[key]
                except (KeyError, IndexError, TypeError):
                    if self.language is PYTHON:
                        raise NotSimulated from None
                    value = _NOTHING
            elif self.tokens[self.at] == ("operator", ".") and self.tokens[self.at + 1][0] == "name":
                value = self._method(value, self.tokens[self.at + 1][1])
            else:
                return value

    def _method(self, value: Any, name: str) -> Any:
        self.at += 2
        if name == "length":
            return len(value)
        methods = {
            "toUpperCase": str.upper,
            "upper": str.upper,
            "toLowerCase": str.lower,
            "lower": str.lower,
            "trim": str.strip,
            "strip": str.strip,
        }
        if isinstance(value, str) and name in methods:
            self._expect("(")
            self._expect(")")
            return methods[name](value)
        raise NotSimulated

    # output

    def shown(self, value: Any) -> str:
        """As printing shows it."""
        if isinstance(value, str):
            return value
        return self.displayed(value)

    def displayed(self, value: Any) -> str:
        """As the REPL shows it."""
        if value is _NOTHING:
            return self.language.none
        if value is None:
            return "null" if self.language is NODE else "None"
        if isinstance(value, bool):
            return self.language.true if value else self.language.false
        if isinstance(value, float) and self.language is NODE:
            return (
                "NaN"
                if value != value
                else "Infinity"
                if value == float("inf")
                else str(int(value))
                if value.is_integer()
                else repr(value)
            )
        if isinstance(value, str):
            return "'" + value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"
        if isinstance(value, list):
            inner = ", ".join(self.displayed(part) for part in value)
            return f"[ {inner} ]" if self.language is NODE and value else f"[{inner}]"
        if isinstance(value, dict):
            if self.language is NODE:
                return "{\n" + ",\n".join(f"  {key}: {self.displayed(part)}" for key, part in value.items()) + "\n}"
            return (
                "environ({"
                + ", ".join(f"{self.displayed(key)}: {self.displayed(part)}" for key, part in value.items())
                + "})"
            )
        return str(value)


def _unescaped(text: str) -> str:
    from fakedocker.userland.text_escapes import decode_escapes

    return decode_escapes(text, quote_too=True).replace("\\`", "`")


def _run_source(
    system: System, language: Language, source: str, arguments: tuple[str, ...], show: bool, what: str
) -> int:
    evaluator = _Evaluator(system, language, {}, arguments)
    try:
        value = evaluator.run(source)
        if show:
            system.put(bytes_of(evaluator.shown(value) + "\n"))
    except SystemExit as leaving:
        return int(leaving.code or 0) & 255
    except NotSimulated:
        say(
            system,
            f"fakedocker simulates {language.name} only for numbers, strings, variables, the environment and printing; {what} needs more",
        )
        return 1
    return 0


@PROGRAMS.program("node", "nodejs")
def _node(system: System, argv: tuple[str, ...], state: State) -> int:
    words = argv[1:]
    if words and words[0] in ("--version", "-v"):
        system.put(f"{NODE_VERSION}\n")
        return 0
    if words and words[0] in ("-e", "--eval", "-p", "--print", "-pe"):
        return _run_source(
            system,
            NODE,
            words[1] if len(words) > 1 else "",
            words[2:],
            words[0] in ("-p", "--print", "-pe"),
            "this script",
        )
    return _file_or_session(
        system, state, NODE, words, f'Welcome to Node.js {NODE_VERSION}.\nType ".help" for more information.\n'
    )


@PROGRAMS.program("python3", "python")
def _python(system: System, argv: tuple[str, ...], state: State) -> int:
    words = tuple(word for word in argv[1:] if word not in ("-u", "-B", "-I"))
    if words and words[0] in ("--version", "-V"):
        system.put(f"Python {PYTHON_VERSION}\n")
        return 0
    if words and words[0] == "-c":
        return _run_source(system, PYTHON, words[1] if len(words) > 1 else "", ("-c", *words[2:]), False, "this script")
    if words[:2] == ("-m", "http.server"):
        return _http_server(system, state, words[2:])
    return _file_or_session(
        system,
        state,
        PYTHON,
        words,
        f'Python {PYTHON_VERSION} (main, Aug 13 2024, 02:19:05) [GCC 12.2.0] on linux\nType "help", "copyright", "credits" or "license" for more information.\n',
    )


def _http_server(system: System, state: State, words: tuple[str, ...]) -> int:
    """python3 -m http.server [port]."""
    from fakedocker.userland.dates import format_date
    from fakedocker.userland.services.http_server import Request, Response
    from fakedocker.userland.services.small_servers import file_response, run_server

    port = int(words[0]) if words and words[0].isdecimal() else 8000
    if "started" not in state:
        state["started"] = True
        system.put(f"Serving HTTP on 0.0.0.0 port {port} (http://0.0.0.0:{port}/) ...\n")

    def handle(request: Request, memory: dict[str, Any]) -> Response:
        response = file_response(system, ".", request)
        stamp = format_date("%d/%b/%Y %H:%M:%S", system.now_ns // 1_000_000_000)
        system.put(
            f'{request.peer} - - [{stamp}] "{request.method} {request.target} {request.version}" {response.status} -\n',
            2,
        )
        return response

    if run_server(system, state, port, handle, f"SimpleHTTP/0.6 Python/{PYTHON_VERSION}") is None:
        system.put(f"OSError: [Errno 98] {state['problem']}\n", 2)
        return 1
    return 143


def _file_or_session(system: System, state: State, language: Language, words: tuple[str, ...], banner: str) -> int:
    if words and not words[0].startswith("-"):
        try:
            source = text_of(system.read_file(words[0]))
        except OSError as problem:
            if language is NODE:
                system.put(
                    f"node:internal/modules/cjs/loader:1148\n  throw err;\n  ^\n\nError: Cannot find module '{system.directory.rstrip('/')}/{words[0]}'\n\nNode.js {NODE_VERSION}\n",
                    2,
                )
                return 1
            system.put(
                f"python3: can't open file '{system.directory.rstrip('/')}/{words[0]}': [Errno {problem.errno}] {problem.strerror}\n",
                2,
            )
            return 2
        return _run_source(system, language, source, words, False, words[0])
    if not system.is_terminal(0):
        while data := system.read(0):
            state["source"] = state.get("source", b"") + data
        return _run_source(system, language, text_of(state.get("source", b"")), words, False, "this script")
    return _session(system, state, language, banner)


def _session(system: System, state: State, language: Language, banner: str) -> int:
    """A REPL, a line at a time."""
    variables: dict[str, Any] = state.setdefault("variables", {})
    if "greeted" not in state:
        state["greeted"] = True
        system.put(banner)
    while True:
        if not state.get("prompted"):
            state["prompted"] = True
            system.put(language.prompt)
        data = system.read(0)
        state["prompted"] = False
        if not data:
            system.put("\n")
            return 0
        line = text_of(data).strip()
        if line == ".exit":
            return 0
        if not line:
            continue
        evaluator = _Evaluator(system, language, variables, ())
        try:
            value = evaluator.run(line)
        except SystemExit as leaving:
            return int(leaving.code or 0) & 255
        except NotSimulated:
            system.put("(fakedocker simulates only numbers, strings, variables, the environment and printing)\n")
            continue
        if language is NODE or value not in (None, _NOTHING):
            system.put(bytes_of(evaluator.displayed(value) + "\n"))
