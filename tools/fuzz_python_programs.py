"""Random Python programs of several kinds, each the same for the same seed, number and version: see tools/fuzz_python.py."""

from __future__ import annotations

import random
from typing import Final

from fuzz_python_classes import Objects
from fuzz_python_ends import Ends
from fuzz_python_statements import HEAD, NAMES
from fuzz_python_values import SHOWN, Values

PATTERNS: Final = (
    "_", "x", "1", "-1", "'a'", "None", "True", "1.5", "int()", "str()", "int(x)", "str() as y", "[]", "[x]", "[x, y]", "[x, *y]", "[*_, x]", "(1, x)", "(x, y, *z)", "{'k': x}", "{'k': 1, **y}", "{}", "{1: x}", "1 | 2", "'a' | 'b' | None",
    "(int() | float()) as x", "[int(x), str(y)]", "P()", "P(1)", "P(x, y)", "P(x=1)", "P(a=x, b=2)", "P(x, b=y)", "{'k': [x, *_]}", "[[x], y]", "list()", "dict()", "tuple(x)", "bool()", "float(x)", "K.v", "K.w", "[1, 2, *x]", "b'z'", "1+2j", "set()", "str(x, y)", "int(real=x)", "{'a': int(x), **y}", "(x)", "x, y", "x,",
    "[x, y] | [x, y, _]", "object()", "P(P(x))", "{-1: x}", "[None, *_]", "bytes(x)",
)  # fmt: skip


class Maker(Objects):
    """Makes the lines of one program of each kind."""

    def expressions(self) -> list[str]:
        """Many expressions, each shown or its error."""
        lines = [HEAD]
        kind = self.chance.choice((*SHOWN, ""))
        for _ in range(12):
            found = self.bare.shown(kind if self.chance.random() < 0.7 else "", 1)
            if self.chance.random() < 0.7:
                lines.append(f"show(lambda: {found})")
            else:
                lines += [
                    "try:",
                    f"    x = {found}" if self.chance.random() < 0.3 else f"    print({found})",
                    "except Exception as e:",
                    "    print(type(e).__name__, e)",
                ]
        return lines

    def methods(self) -> list[str]:
        """What statements do to one value."""
        kind = self.chance.choice(("list", "dict", "set", "str", "tuple", "bytes"))
        values = Values(self.chance, ("v", "v", "v", "w"), self.minor)
        lines = [HEAD, f"v = {self.bare.literal(kind)}", f"w = {self.bare.literal(kind)}"]
        for _ in range(8):
            part = self.pick("0", "1:", ":1", "::2", "-1", "1:1", "::-1", "5", "'k'", "1")
            line = self.pick(
                f"v[{part}] = {values.any_literal()}",
                f"del v[{part}]",
                f"v += {values.any_literal()}",
                f"v *= {self.pick('2', '0', '-1')}",
                f"v |= {values.any_literal()}",
                f"v &= {values.any_literal()}",
                f"v -= {values.any_literal()}",
                f"print({values.shown(kind, 1)})",
                f"print({values.shown(kind, 1)})",
            )
            lines += ["try:", f"    {line}", "except Exception as e:", "    print(type(e).__name__, e)", "print(v, w)"]
        return lines

    def flow(self) -> list[str]:
        """Statements in a function and at the top, with errors that are caught or not."""
        lines = [f"{name} = {self.bare.any_literal()}" for name in NAMES]
        if self.chance.random() < 0.5:
            lines += [
                "class Guard:",
                "    def __init__(self, quiet): self.quiet = quiet",
                "    def __enter__(self): return [1, 2]",
                "    def __exit__(self, *v):",
                "        print('exit', v[0] and v[0].__name__, v[1])",
                "        return self.quiet",
            ]
        else:
            lines += [
                "from contextlib import contextmanager",
                "@contextmanager",
                "def Guard(quiet):",
                "    try:",
                "        yield {'k': 1}",
                "    except LookupError as e:",
                "        print('guard', e)",
                "    except ValueError:",
                "        print('left')",
            ]
        lines += ["def go(a, b=2, *c):", "    d = 1", *self.block(2, "    "), "    return a"]
        lines += [
            "try:",
            f"    print(go({self.expression()}))",
            "except Exception as e:",
            "    print('last', type(e).__name__, e)",
        ]
        return [*lines, *self.block(2, "")]

    def matches(self) -> list[str]:
        """Match statements."""
        lines = [
            "class P:",
            f"    {self.pick('__match_args__ = (' + repr('a') + ', ' + repr('b') + ')', 'pass', '__match_args__ = (1,)', '__match_args__ = ' + repr('a'), '__match_args__ = (' + repr('a') + ',)')}",
            "    def __init__(self, a=1, b=2): self.a, self.b = a, b",
            "    def __repr__(self): return f'P({self.a}, {self.b})'",
            "class K: v = 1; w = 'a'",
            "def go(s):",
            "    match s:",
        ]
        cases = [self.chance.choice(PATTERNS) for _ in range(self.chance.randint(2, 6))]
        for number, pattern in enumerate(cases):
            lines += [
                f"        case {pattern}{self.pick('', '', '', ' if x', ' if s')}:",
                f"            return {number}, {{k: v for k, v in locals().items() if k != 's'}}",
            ]
        subjects = (
            "1",
            "2",
            "-1",
            "'a'",
            "'b'",
            "None",
            "True",
            "1.5",
            "[]",
            "[1]",
            "[1, 2]",
            "(1, 2, 3)",
            "{'k': 1}",
            "{}",
            "{'k': [1, 2]}",
            "P()",
            "P(1, 2)",
            "P(P(3))",
            "[1, 'x']",
            "b'z'",
            "1+2j",
            "{1, 2}",
            "range(3)",
            "'ab'",
            "0",
            "[[1], 2]",
            "{'a': 5, 'c': 6}",
            "(1,)",
            "{1: 'x', -1: 'y'}",
            "3.0",
        )
        for _ in range(8):
            lines += [
                "try:",
                f"    print(go({self.chance.choice(subjects)}))",
                "except Exception as e:",
                "    print(type(e).__name__, e)",
            ]
        return lines

    def traced(self) -> list[str]:
        """An error that nothing catches, through some frames and several causes."""
        say = lambda: self.bare.shown("", 2)  # noqa: E731
        one = self.pick(
            say(),
            f"[\n        {say()},\n        {say()}]",
            f"({say()} +\n            {say()})",
            f"print({say()}, {say()})",
            f"(lambda x: {say()})(1)",
            f"[{say()} for x in [1, 2]]",
            f"f'{{{self.bare.literal('int')}}} {{1 / 0}}'",
            "undefined_name",
            "a.append.x",
            "prnt(1)",
            "a.appendd(1)",
            f"{self.bare.literal('str')}.uper()",
            "go()",
            "go(1, 2, 3)",
            "go(q=1)",
            "int(x='1')",
            "import_()",
            f"max({say()}, key=lambda v: v.none)",
            f"sorted([3, 'a', {say()}])",
        )
        lines = [
            "a = [1, 2]",
            "def inner(x):",
            f"    y = {one}",
            f"    {self.pick('return ' + one, 'raise ValueError(x) from None', 'assert x == 5, ' + one, 'return y', 'raise KeyError', 'del y, z', 'y.z = 1', 'y[0][1] = 2', 'y += []')}",
            "class T:",
            "    def go(self, v):",
            f"        {self.pick('return inner(v)', 'return [inner(x) for x in v]', 'return {inner(x): 1 for x in v}', 'for x in v: inner(x)', 'yield from inner(v)', 'return (inner(x) for x in v)')}",
        ]
        return [*lines, *self.pick("T().go([1])", "try:\n    T().go([1])\nexcept Exception as e:\n    raise RuntimeError('outer') from e", "try:\n    inner(1)\nexcept Exception:\n    T().go('ab')", "try:\n    T().go((1, 2))\nfinally:\n    print('f')", "list(T().go([1, 2]))", "next(T().go([1]))", "for i in T().go([1, 2]):\n    print(i)", "print(\n    T(\n    ).go([1])\n)", "with T() as t: pass", "inner()", "T.go()", "T().gone()", "x = T().go([0])[0] + T().go([1])[1]").split("\n"), say()]  # fmt: skip

    def broken(self) -> list[str]:
        """Text that the parser may refuse: a few lines of another kind with a token or a character changed."""
        kind = self.chance.choice(("flow", "matches", "generators", "classes", "methods", "traced"))
        lines = "\n".join(getattr(self, kind)()).split("\n")
        begin = self.chance.randrange(len(lines))
        lines = lines[begin : begin + self.chance.randint(1, 8)]
        indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
        text = "\n".join(line[indent:] for line in lines)
        for _ in range(self.chance.choice((1, 1, 1, 2))):
            place = self.chance.randrange(len(text) + 1)
            part = self.pick(
                "(",
                ")",
                "[",
                "]",
                "{",
                "}",
                ":",
                ",",
                "=",
                "==",
                ":=",
                "'",
                '"',
                "\\",
                "\n",
                " ",
                "    ",
                "*",
                "**",
                "if",
                " else ",
                " in ",
                "for ",
                "def ",
                "class ",
                "return ",
                "lambda",
                "1",
                "x",
                ".",
                "...",
                "@",
                "!",
                "$",
                "?",
                ";",
                "->",
                "not ",
                "await ",
                "yield ",
                "import ",
                "from ",
                "f'",
                "b'",
                "None",
                "True",
                "+",
                "-",
                "as ",
                "try:",
                "except ",
                "pass",
                "\t",
                "0x",
                "1_",
                "0777",
                "é",
                "del ",
                "global x",
                "async ",
            )
            way = self.chance.random()
            if way < 0.4:
                text = text[:place] + part + text[place:]
            elif way < 0.75:
                text = text[:place] + text[place + self.chance.choice((1, 1, 1, 2, 4)) :]
            else:
                text = text[:place] + part + text[place + self.chance.choice((1, 1, 3)) :]
        return [text]


KINDS: Final = ("expressions", "methods", "flow", "classes", "generators", "matches", "traced", "broken", "ends")
_WEIGHTS: Final = (6, 2, 4, 3, 2, 1, 3, 3, 3)


def make_program(seed: int, number: int, kind: str, minor: int) -> tuple[str, str]:
    """(kind, text) of a program; of a kind by chance if that is ""."""
    chance = random.Random(f"{seed}/{number}")
    kind = kind or chance.choices(KINDS, _WEIGHTS)[0]
    lines: list[str] = Ends(chance).program() if kind == "ends" else getattr(Maker(chance, minor), kind)()
    return kind, "\n".join(lines) + "\n"
