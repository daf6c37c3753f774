"""Random statements, one in another: what the programs of tools/fuzz_python_programs.py are made of."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from fuzz_python_values import Values

NAMES: Final = ("a", "b", "c", "d")
HEAD: Final = """\
def show(f):
    try:
        print(repr(f()))
    except Exception as e:
        print(type(e).__name__, e)
"""
EXCEPTIONS: Final = (
    "Exception",
    "ValueError",
    "TypeError",
    "KeyError",
    "(IndexError, KeyError)",
    "ArithmeticError",
    "LookupError",
    "AttributeError",
)


class Statements:
    """Makes the lines of one program."""

    def __init__(self, chance: random.Random, minor: int) -> None:
        self.chance = chance
        self.minor = minor
        self.values = Values(chance, NAMES, minor)
        self.bare = Values(chance, (), minor)

    def pick(self, *ways: str) -> str:
        return self.chance.choice(ways)

    def expression(self, depth: int = 1) -> str:
        chance = self.chance.random()
        if chance < 0.3:
            return self.values.any_literal() if chance < 0.15 else self.chance.choice(NAMES)
        return self.values.shown("", depth)

    def block(self, depth: int, indent: str, loop: bool = False) -> list[str]:
        lines: list[str] = []
        for _ in range(self.chance.randint(1, 3)):
            lines += self.statement(depth, indent, loop)
        return lines

    def statement(self, depth: int, indent: str, loop: bool = False) -> list[str]:
        kind = self.chance.random()
        if depth <= 0 or kind < 0.5:
            return [indent + self.simple(loop)]
        return [indent + line for line in self.compound(depth, loop)]

    def simple(self, loop: bool) -> str:
        name, other = self.chance.choice(NAMES), self.chance.choice(NAMES)
        say = self.expression
        ways: list[Callable[[], str]] = [
            lambda: f"print({say()})", lambda: f"print({say()})", lambda: f"print(repr({say()}))", lambda: f"{name} = {say()}", lambda: f"{name} = {say()}",
            lambda: f"{name} {self.pick('+=', '*=', '-=', '|=', '//=', '%=', '&=', '@=', '>>=')} {self.values.any_literal()}", lambda: f"{name} **= {self.pick('2', '0', '-1', '0.5')}", lambda: f"{name}, {other} = {say()}", lambda: f"{name}, *{other} = {say()}",
            lambda: f"print({name} := {say()}, {name})", lambda: f"{name}[{self.pick('0', '-1', chr(39) + 'k' + chr(39), '1:2', '::2', 'None')}] = {say()}", lambda: f"del {name}[{self.pick('0', chr(39) + 'k' + chr(39), '-1:')}]", lambda: f"del {name}",
            lambda: f"assert {say()}, {say()}", lambda: f"raise {self.pick('ValueError', 'KeyError', 'TypeError', 'StopIteration', 'OSError')}({say()})", lambda: f"{name} = {other} = {say()}",
            lambda: f"({name}, ({other}, *_)) = {say()}", lambda: f"{name}: int = {say()}", lambda: f"print(*{say()}, sep={self.pick('None', chr(39) + '-' + chr(39), '1')})", lambda: f"print({name}.{self.pick('x', 'real', 'append', 'upper()', 'keys()')})",
            lambda: f"print([{name} for {name} in {say()} if {other}])", lambda: f"print({{{name}: {other} for {name} in {say()}}})", lambda: f"print(list({name} for {other} in {say()} for {name} in {other}))", lambda: f"print({name} {self.pick('<', '==', 'in', 'is', 'is not', 'not in')} {other})",
        ]  # fmt: skip
        if loop:
            ways += [lambda: "break", lambda: "continue"]
        return self.chance.choice(ways)()

    def compound(self, depth: int, loop: bool) -> list[str]:
        name, inner, kind = self.chance.choice(NAMES), "    ", self.chance.random()
        body = self.block(depth - 1, inner, loop)
        if kind < 0.2:
            return [
                f"if {self.expression()}:",
                *body,
                *(["else:", *self.block(depth - 1, inner, loop)] if kind < 0.1 else []),
            ]
        if kind < 0.4:
            looped = self.block(depth - 1, inner, True)
            head = f"for {self.pick(name, name, f'{name}, _', f'_, *{name}')} in {self.expression()}:"
            return [head, *looped, *(["else:", *body] if kind < 0.27 else [])]
        if kind < 0.45:
            return [
                "n_ = 0",
                f"while n_ < 3 and {self.expression()}:",
                "    n_ += 1",
                *self.block(depth - 1, inner, True),
            ]
        if kind < 0.75:
            lines = ["try:", *body]
            for _ in range(self.chance.randint(0, 2)):
                lines += [
                    f"except {self.chance.choice(EXCEPTIONS)} as e:",
                    "    print(type(e).__name__, e, e.args)",
                    *self.block(0, inner, loop),
                ]
            if "except" in "".join(lines) and self.chance.random() < 0.3:
                lines += ["else:", "    print('no error')"]
            return [*lines, "finally:", "    print('finally')"]
        if kind < 0.85:
            return [f"with Guard({self.chance.random() < 0.5}) as {name}:", *body]
        return [
            f"def f_({self.pick('x', 'x, y=1', '*x', '**x', 'x, /, y', '*, x')}):",
            *self.block(depth - 1, inner),
            f"    return {self.expression()}",
            f"print(f_({self.pick('1', '', '1, 2', '*a', 'x=1', '**a', 'y=2, x=1', '1, x=1')}))",
        ]
