"""Random programs about when values end: objects with destructors, and generators with something to do at the end."""

from __future__ import annotations

import random
from typing import Final

_HEAD: Final = """\
LIVE = [1]
class D:
    def __init__(self, n, *more):
        self.n, self.more = n, more
    def __del__(self):
        if LIVE: print('del', self.n)
    def __repr__(self): return f'D({self.n})'
    def me(self): return self
    def fail(self): raise ValueError(self.n)
class E(Exception): pass
class W:
    def __init__(self, n): self.d = D(n)
    def __enter__(self): return D(self.d.n + 100)
    def __exit__(self, *details): print('exit'); return True
def g(n):
    d = D(n)
    try:
        yield n
        yield D(n + 200)
    finally:
        if LIVE: print('fin', n)
def h(n):
    yield D(n)
    yield from g(n + 300)
def keep(*values, **named): return values
def first(*values): return values[0]
def nothing(*values): pass
def fails(d): raise KeyError(d.n)
def closing(n):
    d = D(n)
    def inner(): return d
    return inner
a = b = c = None
x, y, z = [], {}, ()
"""
_VALUES: Final = (
    "D({n})", "D({n})", "D({n})", "[D({n}), {v}]", "({v}, D({n}))", "{{'k': D({n})}}", "g({n})", "h({n})", "D({n}, {v})", "closing({n})", "closing({n})()", "D({n}).me()", "D({n}).me",
    "keep({v}, {v})", "first({v}, {v})", "next(g({n}))", "next(h({n}))", "[D(i) for i in range(2)]", "(D(i) for i in range({n}, {n} + 2))", "{v} or {v}", "{v} and {v}", "{v} if {v} else {v}",
    "lambda d=D({n}): d", "D({n}).n", "str(D({n}))", "list(g({n}))[0]", "{{D({n})}}", "[*{v},] if isinstance({v}, (list, tuple)) else 1", "sorted([D({n})], key=lambda d: d.n)", "{v} is D({n})", "max(D({n}), D(1), key=str)",
    "dict(a=D({n}))", "(q := D({n}))", "[D({n})][0]", "(D({n}), D(1))[1]", "E({v})", "W({n})", "iter([D({n})])", "zip(g({n}), [1])", "map(str, [D({n})])", "print(D({n}))", "f'{{D({n})}}'", "'%s' % D({n})", "D({n}) == D(1)",
)  # fmt: skip
_NAMES: Final = ("a", "b", "c")


class Ends:
    """Makes programs about ends."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.count = 0

    def value(self, depth: int = 2) -> str:
        """An expression."""
        if depth == 0 or self.chance.random() < 0.3:
            return self.chance.choice(_NAMES)
        text = self.chance.choice(_VALUES)
        while "{v}" in text:
            text = text.replace("{v}", self.value(depth - 1).replace("{", "{{").replace("}", "}}"), 1)
        self.count += 1
        return text.format(n=self.count)

    def statement(self, depth: int) -> list[str]:
        """A statement with its blocks."""
        name, other, value = self.chance.choice(_NAMES), self.chance.choice(_NAMES), self.value()
        simple = (
            f"{name} = {value}", f"{name} = {value}", f"{name} = {other} = {value}", f"{name} = None", f"{name}, {other} = {value}, {self.value()}", f"{name}, {other} = {other}, {name}", value, f"x.append({value})",
            "x.clear()", "del x[:]", f"y['{name}'] = {value}", "y.clear()", "y.pop('a', None)", "x = x[1:]", f"z = ({name}, {value})", "z = ()", f"{name} = x and x.pop()", f"nothing({value}, {self.value()})", f"print({value})",
            f"x += [{value}]", f"x[:1] = [{value}]", f"for {name} in {value} if isinstance({other}, int) else [D({self.count + 50})]: break", f"assert not {value}", f"next({name})", f"{name}.send(None)", f"{name}.close()", f"raise {value}",
            f"{name}.fail()", f"fails({value})", f"{name} = {other}.more", f"{name}.d = {value}", f"raise E({value})",
        )  # fmt: skip
        if depth == 0 or self.chance.random() < 0.6:
            return [self.chance.choice(simple)]
        inner = self.block(depth - 1)
        kind = self.chance.randrange(8)
        if kind == 0:
            return ["try:", *inner, "except Exception as e:", "    print(type(e).__name__)", *self.block(depth - 1)]
        if kind == 1:
            return ["try:", *inner, "except ValueError:", *self.block(depth - 1), "finally:", *self.block(depth - 1)]
        if kind == 2:
            self.count += 1
            return [f"for {name} in {self.chance.choice((f'g({self.count})', f'h({self.count})', f'[D({self.count}), D(7)]', 'range(2)'))}:", *inner]  # fmt: skip
        if kind == 3:
            self.count += 1
            return [f"with W({self.count}){self.chance.choice(('', f' as {name}'))}:", *inner]
        if kind == 4:
            self.count += 1
            called = f"f{self.count}"
            given = self.chance.choice(("", "return a", f"return {self.value()}", "yield a"))
            return [f"def {called}(a, b=None, c=None, x=[], y={{}}, z=()):", *inner, *([f"    {given}"] if given else []), f"{name} = {called}({value})"]  # fmt: skip
        if kind == 5:
            return [f"if {value}:", *inner, "else:", *self.block(depth - 1)]
        if kind == 6:
            return ["while True:", *inner, "    break"]
        return [
            "try:",
            *inner,
            "except (ValueError, KeyError) as e:",
            f"    {name} = e",
            f"    raise E({other}) from e",
        ]

    def block(self, depth: int) -> list[str]:
        """Some statements, indented."""
        lines = [line for _ in range(self.chance.randint(1, 3)) for line in self.statement(depth)]
        return [f"    {line}" for line in lines]

    def program(self) -> list[str]:
        """A whole program; whatever is left at its end says nothing."""
        lines = _HEAD.split("\n")[:-1]
        for number in range(self.chance.randint(3, 8)):
            lines += [
                "try:",
                *self.block(2),
                "except Exception as e:",
                "    print(type(e).__name__, e)",
                f"print('-- {number}')",
            ]
        return [*lines, "LIVE.clear()"]
