"""No program sees the machine, its clock or its environment, and none spends without bound."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import fakedocker.userland
from fakedocker.userland import plain_yaml
from helpers.userland_world import Machine

ROOT = Path(fakedocker.userland.__file__).parent
PURE = frozenset(
    "__future__ abc base64 binascii bisect calendar codecs codeop collections contextlib copy dataclasses decimal difflib enum errno functools hashlib"
    " heapq hmac html io itertools json math operator posixpath re shlex string struct textwrap tomllib typing unicodedata urllib wcwidth fakedocker".split()
)
REASONS = {
    "random": "the twister of a program's own random numbers, from a seed that it is given",
    "threading": "which interpreter runs in this thread",
    "time": "moments of the virtual clock as text",
    "bcrypt": "a password at a time, whose cost is bounded (tests/services/test_traefik.py)",
    "yaml": "within bounds, see userland/plain_yaml.py (test below)",
    "ast": "parses Python's syntax; nothing is compiled or run",
    "builtins": "names of exceptions, which python3 shows",
    "bz2": "compression: its input is bounded (test below)",
    "datetime": "arithmetic on given times alone; now() and today() are looked for below",
    "gc": "whether the collector of circles is under way, whose finds are left alone",
    "gzip": "as bz2, with a fixed time",
    "http": "the table of status words",
    "importlib": "the table of programs imports its own modules",
    "ipaddress": "arithmetic",
    "lzma": "as bz2",
    "msgspec": "encodes values in memory",
    "os": "strerror alone",
    "pkgutil": "the tables of packages, which are in the package",
    "sqlite3": "in memory alone, under an authorizer and limits, see userland/languages/sql/embedded.py",
    "sys": "stdlib_module_names and recursion alone",
    "tarfile": "constants and headers in memory",
    "warnings": "silences the parser of Python's syntax",
    "weakref": "closes what is in memory alone",
    "zipfile": "archives in memory",
    "zlib": "as bz2",
}
ONLY = {
    "time": ("languages/python/modules/time.py", {"gmtime", "strftime", "strptime", "asctime"}),
    "random": ("languages/python/modules/random.py", {"Random"}),
    "threading": ("languages/python/signs.py", {"local"}),
}
"""Modules that would show the machine's clock or chance, or start threads: the one file that has each, and all that it takes."""
FORBIDDEN = frozenset(
    {
        "os.environ", "os.getenv", "os.listdir", "os.open", "os.popen", "os.system", "os.stat", "os.urandom", "os.getpid", "sys.argv", "sys.stdin",
        "sys.stdout", "datetime.now", "datetime.today", "datetime.utcnow", "date.today", "datetime.fromtimestamp", "http.client", "http.server",
        "urllib.request", "builtins.open",
    }
)  # fmt: skip
_CALLS = frozenset({"open", "eval", "exec", "compile", "__import__", "input"})


def _modules() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


def test_programs_import_nothing_that_sees_the_machine() -> None:
    found: dict[str, set[str]] = {}
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for name in names:
                assert name not in FORBIDDEN, (path, name)
                if name.partition(".")[0] not in PURE:
                    found.setdefault(name.partition(".")[0], set()).add(path.name)
    assert set(found) <= set(REASONS), {name: sorted(found[name]) for name in set(found) - set(REASONS)}


def _taken(tree: ast.AST, module: str) -> set[str]:
    """The names of a module that a file uses, "*" for its import under another name."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == module and not node.level:
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.Import) and any(alias.name == module and alias.asname for alias in node.names):
            found.add("*")
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == module:
            found.add(node.attr)
    return found


@pytest.mark.parametrize("module", ONLY)
def test_the_clock_chance_and_threads_are_not_taken_from_the_machine(module: str) -> None:
    file, names = ONLY[module]
    for path in _modules():
        tree = ast.parse(path.read_text())
        imported = any(
            (isinstance(node, ast.Import) and any(alias.name == module for alias in node.names))
            or (isinstance(node, ast.ImportFrom) and node.module == module and not node.level)
            for node in ast.walk(tree)
        )
        if imported:
            assert path == ROOT / file
            assert _taken(tree, module) <= names
    seeded = [
        node
        for node in ast.walk(ast.parse((ROOT / ONLY["random"][0]).read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "Random"
    ]
    assert all(node.args for node in seeded)


def test_programs_call_nothing_that_sees_the_machine() -> None:
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                assert f"{node.value.id}.{node.attr}" not in FORBIDDEN, (path, node.lineno)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in _CALLS, (path, node.lineno)


BOUNDED = [
    ("printf %1000000000d 1; echo $?", "1\n", "a field of 1000000000 characters is not simulated"),
    ("env printf %.1000000000d 1; echo $?", "1\n", "a field of 1000000000 characters is not simulated"),
    ("printf '%9000000d%9000000d' 1 2 | wc -c", "9000000\n", "a field of 9000000 characters is not simulated"),
    ("awk 'BEGIN{printf \"%1000000000d\", 1}'; echo $?", "2\n", "a field of 1000000000 characters is not simulated"),
    ("nl -w 1000000000 /etc/passwd; echo $?", "1\n", "a field of 1000000000 characters is not simulated"),
    ("xxd -c 1000000000 /etc/passwd; echo $?", "1\n", "xxd: invalid number of columns (max. 256)."),
    ("date -d '9999999999999999 days'; echo $?", "1\n", "date:"),
    ("timeout 5 sleep 1e18; echo $?", "124\n", ""),
    ("timeout 5 sleep inf inf; echo $?", "124\n", ""),
    ("seq 1 1e12 | head -1", "1\n", ""),
    ("head -c 100M /dev/zero | gzip > /tmp/z; gunzip -c /tmp/z | wc -c", "0\n", "is not simulated"),
    (
        "yes | head -n 20000 > /tmp/a; (yes | head -n 20001; echo x) > /tmp/b; diff /tmp/a /tmp/b; echo $?",
        "2\n",
        "equal lines is not simulated",
    ),
    ("htpasswd -nbB -C 17 u p; echo $?", "1\n", "a cost of more than 12 is not simulated"),
]


@pytest.mark.parametrize(("script", "stdout", "said"), BOUNDED, ids=[script for script, _, _ in BOUNDED])
def test_bounded(script: str, stdout: str, said: str) -> None:
    result = Machine("gnu").run("bash", "-c", script)
    assert result.stdout == stdout, result.stderr
    assert said in result.stderr


def test_a_hash_that_would_take_hours_is_none() -> None:
    from fakedocker.registry.distribution import htpasswd

    assert not htpasswd._matches("$2y$31$" + "a" * 53, "x")


def test_yaml_is_read_within_bounds() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + level)}: &{chr(98 + level)} [{', '.join([f'*{chr(97 + level)}'] * 9)}]\n" for level in range(9)
    )
    for text in (bomb, "[" * 100_000, "x: 1\n" * 100_000):
        with pytest.raises(plain_yaml.UnreadableYAML):
            plain_yaml.load(text)
    assert plain_yaml.load("a: {b: [1, two]}") == {"a": {"b": [1, "two"]}}
