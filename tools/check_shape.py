"""The shape of the code: how long modules and functions are, what public signatures say, where the daemon's words stand,
and what nobody uses.

Run as `python tools/check_shape.py`; prints one problem a line and exits with 1 if there is any.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGES = ("fakedocker", "shell/fakedocker_shell")
MODULE_LINES = 400
FUNCTION_LINES = 60
WORDS = "fakedocker/base/messages.py"
TABLES = {
    WORDS: "every word of the daemon, one after the other",
    "fakedocker/userland/languages/javascript/syntax.py": "every kind of node of a tree, one after the other",
    "shell/fakedocker_shell/cli/api_type_table.py": "written by a tool, one row a type",
}
"""Modules that may be longer, and why."""
DIGITS_IN_LOOPS = frozenset({"fakedocker/userland/sh/fusion.py", "fakedocker/userland/sh/closures.py"})
"""Modules whose loops ask it so often that a call would show; they look at the length themselves."""
OWN_WORDS = frozenset({"NOT_SIMULATED"})
"""Messages of ours, whose gaps say what is not there."""
KEPT_NAMES = frozenset({"_PROMISED", "TABLES_FILLED", "FAMILIES", "VOCABULARY", "BYTES_IO", "TWISTER"})
"""Names that stand for what happens where they are bound: a promise to mypy, an import, a class that enters itself in a table."""
FOUND_BY_NAME = ("/cli/commands/", "/python/guest/")
"""Modules whose names are looked up as texts: a command line's words, the names of a library that runs in containers."""
REASON_FIELDS = frozenset({"problem", "reason", "message"})
"""The gaps of messages that take words; others take names and values."""


@cache
def parsed(text: str) -> ast.Module:
    """A module's tree, made once for all that look at it."""
    return ast.parse(text)


def modules(root: Path) -> Iterator[tuple[str, str]]:
    """The modules of the project: path and text."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")


def long_modules(path: str, text: str) -> Iterator[str]:
    """A module owns one thing; one that has grown too long owns several."""
    lines = text.count("\n")
    if lines > MODULE_LINES and path not in TABLES:
        yield f"{path}: {lines} lines, {MODULE_LINES} are allowed"


def long_functions(path: str, text: str) -> Iterator[str]:
    for node in ast.walk(parsed(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {lines} lines, {FUNCTION_LINES} are allowed"


def unexplained_any(path: str, text: str) -> Iterator[str]:
    """Any in the signature of a public function, without a comment that begins with `# Any:` on one of its lines.

    A name for a shape that cannot be written down, such as a value of a language, is defined once, and said there what it stands for.
    """
    lines = text.splitlines()
    for function in _public_functions(parsed(text)):
        annotations = [argument.annotation for argument in _arguments(function)] + [function.returns]
        if any(_names_any(annotation) for annotation in annotations):
            head = lines[function.lineno - 1 : function.body[0].lineno]
            if not any("# Any: " in line for line in head):
                yield f"{path}:{function.lineno}: {function.name} takes or gives Any without a reason"


def literal_refusals(path: str, text: str) -> Iterator[str]:
    """Words of the daemon that stand where it refuses, and not in the table of its words."""
    if path == WORDS:
        return
    for node in ast.walk(parsed(text)):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        words: list[ast.expr] = []
        if name in ("Refusal", "Message"):
            words = [*node.args, *(keyword.value for keyword in node.keywords)]
        elif name.isupper() and name not in OWN_WORDS:
            words = [keyword.value for keyword in node.keywords if keyword.arg in REASON_FIELDS]
        elif name == "json_reply":
            parts = [argument for argument in node.args if isinstance(argument, ast.Dict)]
            words = [
                value
                for part in parts
                for key, value in zip(part.keys, part.values, strict=True)
                if isinstance(key, ast.Constant) and key.value == "message"
            ]
        if any(_has_words(word) for word in words):
            yield f"{path}:{node.lineno}: words of the daemon belong into {WORDS}"


def loose_digits(path: str, text: str) -> Iterator[str]:
    """Questions whether a text is a number that other scripts' digits pass too, or thousands of digits, which `int` refuses."""
    if path.startswith("fakedocker/base/") or path in DIGITS_IN_LOOPS:
        return
    for node in ast.walk(parsed(text)):
        if isinstance(node, ast.Attribute) and node.attr in ("isdigit", "isdecimal", "isnumeric"):
            yield f"{path}:{node.lineno}: {node.attr} takes more than int does; base.numbers.is_digits does not"


def private_imports(path: str, text: str) -> Iterator[str]:
    """A name that is its module's own, and is taken from another module."""
    for node in ast.walk(parsed(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("fakedocker"):
            for name in node.names:
                if name.name.startswith("_") and "/guest/" not in path:
                    yield f"{path}:{node.lineno}: {name.name} is private to {node.module}"


def unused_names(root: Path) -> Iterator[str]:
    """What a module defines at its top and nobody names again: in the module if it is private, in the repository if not."""
    texts = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in _sources(root)}
    inside = {path: Counter(_NAME.findall(text)) for path, text in texts.items()}
    anywhere = sum(inside.values(), Counter[str]())
    for path, text in modules(root):
        if any(folder in path for folder in FOUND_BY_NAME):
            continue
        for name, line in _bound_names(parsed(text)):
            seen = inside[path] if name.startswith("_") else anywhere
            if seen[name] == 1 and name not in KEPT_NAMES and not name.startswith(("__", "pytest_")):
                yield f"{path}:{line}: {name} is used nowhere"


RULES = (long_modules, long_functions, unexplained_any, literal_refusals, loose_digits, private_imports)


def problems(root: Path) -> list[str]:
    """What is wrong with the project, one line each."""
    found = [problem for path, text in modules(root) for rule in RULES for problem in rule(path, text)]
    return [*found, *unused_names(root)]


_NAME = re.compile(r"\w+")
_WORDS = re.compile(r"[a-z] | [a-z]", re.IGNORECASE)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def _sources(root: Path) -> Iterator[Path]:
    for folder in (*PACKAGES, "tests", "tools", "benchmarks", "page", "docs"):
        yield from (root / folder).rglob("*.py")


def _bound_names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Functions and classes without a decorator, which could enter them in a table, and constants."""
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.decorator_list:
            yield node.name, node.lineno
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, node.lineno
        elif isinstance(node, ast.Assign):
            yield from ((target.id, node.lineno) for target in node.targets if isinstance(target, ast.Name))


def _public_functions(node: ast.AST) -> Iterator[Function]:
    """The functions and methods that others may call."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            if not child.name.startswith("_") or child.name == "__init__":
                yield child
        elif isinstance(child, ast.ClassDef):
            if not child.name.startswith("_"):
                yield from _public_functions(child)
        elif isinstance(child, ast.If):
            yield from _public_functions(child)


def _arguments(function: Function) -> list[ast.arg]:
    given = function.args
    more = [argument for argument in (given.vararg, given.kwarg) if argument is not None]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *more]


def _names_any(annotation: ast.expr | None) -> bool:
    return annotation is not None and any(
        isinstance(part, ast.Name) and part.id == "Any" for part in ast.walk(annotation)
    )


def _has_words(node: ast.expr) -> bool:
    """Whether an expression is a text with words in it: a literal one, or one with gaps."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and _WORDS.search(node.value) is not None
    if isinstance(node, ast.JoinedStr):
        return any(map(_has_words, node.values))
    if isinstance(node, ast.IfExp):
        return _has_words(node.body) or _has_words(node.orelse)
    if isinstance(node, ast.BinOp):
        return _has_words(node.left) or _has_words(node.right)
    return False


def main() -> int:
    found = problems(Path(__file__).parents[1])
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
