"""Random small Python programs: what the interpreter that runs this prints, and what the simulated one of its version prints.

Run as `python tools/fuzz_python.py [PROGRAMS] [SEED]`, with PYTHONHASHSEED=0. Every difference that is no mark is printed; exits with 1 if
there is any. Not a test: it has no end, and its answers depend on the interpreter.
"""

from __future__ import annotations

import contextlib
import io
import random
import sys
import warnings
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakedocker.userland.languages.python import running

NAMES = ("a", "b", "c", "d")
VALUES = (
    "0",
    "1",
    "-3",
    "7",
    "2.5",
    "True",
    "None",
    "'x'",
    "'ab'",
    "''",
    "[1, 2]",
    "[]",
    "(1, 'y')",
    "{'k': 1}",
    "{1, 2}",
    "range(4)",
    "b'z'",
    "1j",
)
BINARY = ("+", "-", "*", "/", "//", "%", "&", "|", "^", "==", "!=", "<", "<=", ">", "in", "not in", "is", "and", "or")
CALLS = (
    "len({})", "str({})", "repr({})", "int({})", "list({})", "tuple({})", "sorted({})", "sum({})", "max({})", "min({})", "bool({})",
    "abs({})", "set({})", "dict({})", "type({}).__name__", "f'{{{}!r:>6}}'", "f'{{{}}}'", "({}).upper()", "({}).split('a')", "({}).append(1)", "({}).get('k')",
    "({})[0]", "({})[-1:]", "({})['k']", "[x for x in {}]", "{{x: 1 for x in {}}}", "any({})", "enumerate({})", "list(zip({}, 'pq'))", "({}).index(1)",
    "({}).join(['p', 'q'])", "'%s' % {}", "'%d' % {}", "'{{}}'.format({})", "isinstance({}, int)", "float({})", "iter({})", "next(iter({}))", "not {}", "-{}", "~{}", "*{},", "round({})", "divmod({}, 2)", "bytes({})", "reversed({})", "list(map(str, {}))",
    "({})[::2]", "({})[1:2]", "({}).count(1)", "({}).replace('a', 'zz')", "({}).strip('x')", "({}).find('b')", "({}).startswith('a')", "({}).zfill(4)", "({}).center(5, '*')",
    "({}).title()", "({}).partition('a')", "({}).encode()", "({}).isdigit()", "({}).splitlines()", "({}).translate({{97: 'q'}})", "({}).casefold()", "({}).rsplit(None, 1)",
    "({}).items()", "({}).keys()", "sorted(({}).values())", "({}).pop()", "({}).pop('k', None)", "({}).setdefault('n', 2)", "({}).copy()", "({}).extend('xy')", "({}).insert(0, 9)",
    "({}).remove(1)", "({}).sort()", "({}).reverse()", "({}).clear()", "({}).update([('u', 1)])", "({}).union([3])", "({}).issubset([1, 2, 3])", "({}).add(2)", "({}).discard(1)",
    "f'{{{}:>8}}'", "f'{{{}:05}}'", "f'{{{}:.2f}}'", "f'{{{}:x}}'", "f'{{{}:,}}'", "f'{{{}!s:<6}}'", "f'{{{}=}}'", "'%5s|%-4r' % ({}, 1)", "'%x' % {}", "'%.1f' % {}", "'%(k)s' % {}",
    "'{{:>6}}'.format({})", "'{{0!r}} {{0}}'.format({})", "'{{k}}'.format(k={})", "format({}, '')", "format({}, '>4')", "int({}, 2)", "int(str({}))", "complex({})", "pow({}, 2)", "pow({}, 2, 3)",
    "round({}, 1)", "hash({}) == hash({})", "chr({})", "ord({})", "bin({})", "hex({})", "oct({})", "bytes({}, 'ascii')", "bytearray({})", "frozenset({})", "sum({}, start=1)", "max({}, default=0)",
    "min({}, key=str)", "sorted({}, key=repr, reverse=True)", "all({})", "list(filter(None, {}))", "list(enumerate({}, 1))", "dict(zip({}, range(9)))", "dict.fromkeys({}, 0)", "slice({})", "callable({})",
    "getattr({}, 'real', 'no')", "hasattr({}, 'append')", "({}).real", "({}).none", "({}).__class__.__name__", "({}).__len__()", "type({})()", "isinstance({}, (str, list))", "issubclass(type({}), int)",
    "[*{}, 0]", "{{*{}}}", "{{**{}, 'z': 0}}", "(lambda x: x + x)({})", "(lambda *a, **k: (a, k))(*{})", "(lambda *a, **k: sorted(k))(**{})", "[y for x in {} for y in x]", "{{x for x in {} if x}}",
    "list(x for x in {})", "next(iter({}), 'none')", "''.join(map(str, {}))", "(a := {})", "print({}, end=';')", "[x for x in range(len({}))]", "list(range({}))", "list(range(0, 9, {}))", "({}).bit_length()",
    "({}).is_integer()", "({}).as_integer_ratio()", "({}).conjugate()", "({}).hex()", "({}).decode()", "int.from_bytes({}, 'big')", "str({}, 'utf8')", "abs({}) > 1", "({}) * 2", "2 * ({})", "({}) + ({})",
    "({}) < 3 < 5", "({}) == ({}) != 1", "({})[0][0]", "({})[None]", "({})[1.5]", "({})['x':]", "({})()", "({}).index('b', 1)", "({}).ljust(3)[:3]", "({}).swapcase()", "({}).expandtabs(2)",
)  # fmt: skip


class System:
    """Enough of a system for programs that only print."""

    environment = {"PYTHONHASHSEED": "0"}  # noqa: RUF012
    directory = "/"
    argv = ("python3",)
    uid = 0
    now_ns = 0

    def __init__(self) -> None:
        self.output: list[str] = []
        self.errors: list[str] = []
        self.marked = ""

    def put(self, data: bytes | str, fd: int = 1) -> None:
        text = data if isinstance(data, str) else data.decode("utf-8", "replace")
        if fd != 2:
            self.output.append(text)
        elif "Warning: " not in text.split("\n")[0]:
            self.errors.append(text)

    def unsimulated(self, what: str, why: str = "") -> None:
        self.marked = what

    def stat(self, path: str, follow: bool = True) -> Any:
        raise FileNotFoundError(2, "No such file or directory")

    open = list_directory = read_file = real_path = identify = stat

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **keywords: 0


class Maker:
    """Makes programs."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def expression(self, depth: int) -> str:
        kind = self.chance.random()
        if depth <= 0 or kind < 0.25:
            return self.chance.choice(VALUES + NAMES)
        if kind < 0.6:
            return f"({self.expression(depth - 1)} {self.chance.choice(BINARY)} {self.expression(depth - 1)})"
        if kind < 0.9:
            call = self.chance.choice(CALLS)
            given = [self.chance.choice(VALUES + NAMES) for _ in range(call.count("{}"))]
            return "(" + call.format(*given) + ")"
        return f"({self.expression(depth - 1)} if {self.expression(depth - 1)} else {self.expression(depth - 1)})"

    def block(self, depth: int, indent: str) -> list[str]:
        lines: list[str] = []
        for _ in range(self.chance.randint(1, 3)):
            lines += self.statement(depth, indent)
        return lines

    def statement(self, depth: int, indent: str) -> list[str]:
        kind = self.chance.random()
        name = self.chance.choice(NAMES)
        if depth <= 0 or kind < 0.45:
            if kind < 0.25:
                return [f"{indent}{name} = {self.expression(2)}"]
            if kind < 0.3:
                return [f"{indent}{name} {self.chance.choice(('+=', '*=', '-=', '|='))} {self.expression(1)}"]
            return [f"{indent}print({self.expression(2)})"]
        inner = indent + "    "
        if kind < 0.6:
            return [
                f"{indent}if {self.expression(1)}:",
                *self.block(depth - 1, inner),
                f"{indent}else:",
                *self.block(depth - 1, inner),
            ]
        if kind < 0.75:
            return [f"{indent}for {name} in {self.expression(1)}:", *self.block(depth - 1, inner)]
        return [
            f"{indent}try:", *self.block(depth - 1, inner), f"{indent}except Exception as e:",
            f"{inner}print(type(e).__name__, e)", f"{indent}finally:", f"{inner}print('f')",
        ]  # fmt: skip

    def program(self) -> str:
        body = self.block(2, "        ")
        head = [f"{name} = {self.chance.choice(VALUES)}" for name in NAMES]
        lines = [
            *head,
            "def go(a, b=2, *c):",
            "    d = 1",
            "    try:",
            *body,
            "    except Exception as e:",
            "        print('last', type(e).__name__, e)",
        ]
        return (
            "\n".join([*lines, f"go({self.expression(1) if self.chance.random() < 0.3 else 1})", *self.block(1, "")])
            + "\n"
        )


def real(source: str) -> str:
    """What the interpreter that runs this prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            exec(compile(source, "main.py", "exec"), {"__name__": "__main__"})
        except Exception as problem:
            print(f"{type(problem).__name__}: {problem}" if str(problem) else type(problem).__name__)
    return out.getvalue()


def ours(source: str) -> tuple[str, str]:
    """What the simulated one prints, and what it marks."""
    system: Any = System()
    running.run_text(system, sys.version_info[:3], source, "/main.py", ["main.py"], "/")
    told = "".join(system.errors).rstrip("\n").rpartition("\n")[2]
    if told.startswith("AttributeError: "):
        told = told.partition(". Did you mean: ")[0]  # which the message itself does not have
    return "".join(system.output) + (f"{told}\n" if told else ""), system.marked


def main() -> int:
    warnings.simplefilter("ignore")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    chance = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    maker = Maker(chance)
    marks = wrong = 0
    for _ in range(count):
        source = maker.program()
        try:
            expected = real(source)
        except (SyntaxError, MemoryError):
            continue
        if " at 0x" in expected or "SyntaxError: " in expected or len(expected) > 100_000:
            continue
        found, marked = ours(source)
        if marked:
            marks += 1
        elif found != expected:
            wrong += 1
            print(f"### {wrong}\n{source}--- real\n{expected}--- ours\n{found}")
    print(f"{count} programs, {marks} marks, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
