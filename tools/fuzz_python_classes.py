"""Random classes with special methods and what is done to them, and generators, closures and decorators."""

from __future__ import annotations

from typing import Final

from fuzz_python_statements import HEAD, NAMES, Statements
from fuzz_python_values import Values

DUNDERS: Final = {
    "__init__": "self, *v", "__repr__": "self", "__str__": "self", "__eq__": "self, o", "__lt__": "self, o", "__hash__": "self", "__len__": "self",
    "__bool__": "self", "__getitem__": "self, i", "__setitem__": "self, i, v", "__delitem__": "self, i", "__iter__": "self", "__next__": "self",
    "__contains__": "self, x", "__call__": "self, *v, **k", "__add__": "self, o", "__radd__": "self, o", "__iadd__": "self, o", "__mul__": "self, o",
    "__sub__": "self, o", "__neg__": "self", "__abs__": "self", "__int__": "self", "__float__": "self", "__index__": "self", "__enter__": "self",
    "__exit__": "self, *v", "__getattr__": "self, name", "__setattr__": "self, name, v", "__format__": "self, spec", "__le__": "self, o",
    "__or__": "self, o", "__reversed__": "self", "__matmul__": "self, o", "__divmod__": "self, o", "__round__": "self, n=None", "__missing__": "self, k",
    "__init_subclass__": "cls, **k", "__class_getitem__": "cls, i", "__get__": "self, o, t=None", "__set__": "self, o, v", "__set_name__": "self, o, n",
    "__new__": "cls, *v", "__del__x": "self", "__dir__": "self", "__bytes__": "self", "__complex__": "self", "__getattribute__x": "self, name",
    "__length_hint__": "self", "__delattr__": "self, name", "__invert__": "self", "__pow__": "self, o", "__rsub__": "self, o", "__ne__": "self, o", "__gt__": "self, o",
}  # fmt: skip
USES: Final = (
    "{o}", "str({o})", "repr({o})", "f'{{{o}}}'", "f'{{{o}:>9}}'", "f'{{{o}!r:9}}'", "{o} == {p}", "{o} != {p}", "{o} < {p}", "{o} > {p}", "{o} <= {p}", "len({o})", "bool({o})", "{o}[0]",
    "{o}['k']", "{o}[1:2]", "list({o})", "next({o})", "iter({o})", "1 in {o}", "{o}()", "{o}(1, k=2)", "{o} + {p}", "{o} + 1", "1 + {o}", "{o} * 2", "{o} - {p}", "1 - {o}", "-{o}",
    "abs({o})", "int({o})", "float({o})", "[5, 6, 7][{o}]", "{o}.x", "{o}.y", "{o}.none", "{o}.m()", "{o}.p", "{C}.m({o})", "{C}.p", "{C}.s()", "{C}.c()", "{o}.s()", "{o}.c()", "{C}[int]", "{o} | 1",
    "sorted([{o}, {p}])", "max({o}, {p})", "{{{o}: 1}}", "reversed({o})", "list(reversed({o}))", "{o} @ 1", "divmod({o}, 2)", "round({o})", "round({o}, 1)", "isinstance({o}, {C})", "type({o}).__name__",
    "{C}.__name__", "{C}.__mro__", "{C}.__bases__", "vars({o})", "{o}.__dict__", "{o}.__class__", "getattr({o}, 'x', 'no')", "hasattr({o}, 'p')", "range({o})", "'%s %r' % ({o}, {o})", "'%d' % {o}",
    "bytes({o})", "complex({o})", "~{o}", "{o} ** 2", "not {o}", "{o} and 1", "[*{o}]", "(lambda *v: v)(*{o})", "{{**{o}}}", "dict({o})", "sum([{o}, {p}])", "{o} is {o}", "{C}()", "{C}(1)", "{C}(1, 2)", "chr({o})",
    "'ab' * {o}", "issubclass({C}, A)", "super({C}, {o}).m()", "{C}.x", "setattr({o}, 'x', 5)", "delattr({o}, 'x')", "{o}.__len__()", "{o}.__doc__", "{C}.__doc__", "{C}.__qualname__", "{C}.__module__", "callable({o})", "tuple({o})",
    "dict.fromkeys({o})", "enumerate({o})", "zip({o})", "map(str, {o})", "any({o})", "'-'.join({o})", "format({o}, 'x')", "{o}.__eq__({p})", "{o}.z", "slice({o})", "{o}.q", "{C}.__annotations__",
)  # fmt: skip


class Objects(Statements):
    """Makes programs about classes, and about generators."""

    def classes(self) -> list[str]:
        """Classes with special methods, and what operators do to them."""
        lines = [HEAD]
        for name, bases in (
            ("A", ""),
            ("B", self.pick("(A)", "(A)", "(dict)", "(list)", "(int)", "(str)", "(Exception)", "")),
            ("C", self.pick("(A, B)", "(B, A)", "(B)", "(A)")),
        ):
            lines += self.one_class(name, bases)
        lines += [
            "try:",
            f"    o, p = {self.pick('A(1), A(2)', 'B(), A()', 'C(), C()', 'B(1), B(1)')}",
            "except Exception as e:",
            "    print('made', type(e).__name__, e)",
            "    o = p = None",
        ]
        for _ in range(10):
            use = self.chance.choice(USES).format(
                o=self.pick("o", "o", "p"), p=self.pick("p", "o", "1", "'x'"), C=self.pick("A", "B", "C")
            )
            lines.append(f"show(lambda: {use})")
        lines += (
            ["with o as q: print(q)"]
            if self.chance.random() < 0.2
            else ["o += 1", "print(o)"]
            if self.chance.random() < 0.2
            else []
        )
        return lines

    def one_class(self, name: str, bases: str) -> list[str]:
        lines = [f"class {name}{bases}:"]
        if self.chance.random() < 0.15:
            lines.append(f"    __slots__ = {self.pick(repr(('x', 'v')), repr('x'), '()')}")
        if self.chance.random() < 0.2:
            lines.append("    '''A text.'''")
        lines.append(f"    {self.pick('x = 1', 'y = [1]', 'z: int = 3', 'q = property(lambda self: 7)')}")
        values = Values(self.chance, ("self", "v", "o") if self.chance.random() < 0.2 else (), self.minor)
        for method in self.chance.sample(tuple(DUNDERS), self.chance.randint(1, 5)):
            if method[-1] == "x":
                continue
            above = f"super().{method}({DUNDERS[method].partition(', ')[2].replace('=None', '')})"
            result = self.pick(
                "1",
                "'t'",
                "NotImplemented",
                "self.x",
                "len(self)",
                "[1, 2]",
                "None",
                "iter([3, 4])",
                above,
                "o",
                "v",
                values.any_literal(),
                values.shown("", 0),
                "self",
            )
            if method == "__new__":
                result = self.pick("object.__new__(cls)", "super().__new__(cls, *v)", "1", "super().__new__(cls)")
            lines.append(f"    def {method}({DUNDERS[method]}):")
            if method == "__next__":
                lines += ["        self.n_ = getattr(self, 'n_', 0) + 1", "        if self.n_ > 3: raise StopIteration"]
            if method == "__getitem__":
                lines.append("        if isinstance(i, int) and i > 3: raise IndexError(i)")
            if method in ("__init__", "__setattr__", "__init_subclass__", "__set_name__"):
                lines.append(
                    f"        {self.pick('self.v = v', 'print(' + chr(39) + method + chr(39) + ')', 'super().__init__()', 'self.__dict__[name] = v')}"
                )
            elif self.chance.random() < 0.2:
                lines += [
                    f"        {self.pick('yield 1', 'raise ValueError(5)', 'raise AttributeError', 'print(self)' if method not in ('__repr__', '__str__') else 'pass', 'raise StopIteration')}",
                    f"        return {result}",
                ]
            else:
                lines.append(f"        return {result}")
        extra = self.pick(
            "def m(self): return super().m()",
            "def m(self): return 'm'",
            "@property\n    def p(self): return self.x",
            "@staticmethod\n    def s(*v): return v",
            "@classmethod\n    def c(cls): return cls.__name__",
            "@property\n    def p(self): return 1\n    @p.setter\n    def p(self, v): self.v = v",
            "__hash__ = None",
            "__eq__ = None",
            "m = len",
            "p = 5",
        )
        return [*lines, *f"    {extra}".split("\n")]

    def generators(self) -> list[str]:
        """Generators, closures, decorators and iteration."""
        say = self.values.any_literal
        lines = [
            HEAD,
            *(f"{name} = {self.bare.any_literal()}" for name in NAMES),
            "def gen(n=3):",
            "    got = None",
            "    try:",
            "        for i in range(n):",
            f"            got = yield {self.pick('i', '(i, got)', say())}",
            f"            {self.pick('print(got)', 'if got: return got', f'yield from {say()}', 'yield', self.simple(True))}",
        ]
        lines += [
            self.pick(
                "    except ValueError as e:\n        yield e",
                "    except GeneratorExit:\n        raise",
                "    except (TypeError, RuntimeError) as e:\n        print(e)",
            ),
            f"    return {say()}",
            "def outer(*v):",
            f"    r = yield from {self.pick('gen(*v)', 'v', '[1, 2]', say())}",
            "    print('r', r)",
            "    return r",
        ]
        lines += [
            "def deco(*v, **k):",
            "    def wrap(f):",
            "        def inner(*w, **l):",
            "            print(f.__name__, w, l)",
            f"            return {self.pick('f(*w, **l)', 'f(*v, *w)', 'f', 'v')}",
            "        return inner",
            "    return wrap",
            f"@deco({say()})",
            f"def add(x, y={say()}, *z, k=0): return x, y, z, k",
            "def counter():",
            "    n = 0",
            "    def up(by=1):",
            f"        {self.pick('nonlocal n', 'global n', 'pass')}",
            "        n += by",
            "        return n",
            "    return up",
        ]
        uses = (
            "list(g)",
            "next(g)",
            "next(g, 'no')",
            "g.send(None)",
            "g.send(5)",
            "g.throw(ValueError('t'))",
            "g.throw(KeyError)",
            "g.close()",
            "list(outer(2))",
            "list(outer())",
            "add(1)",
            "add(1, 2, 3)",
            "add(k=1)",
            "add(*'ab', **{'k': 2})",
            "up()",
            "up(5)",
            "up('x')",
            "sum(g)",
            "tuple(zip(g, g))",
            "dict(enumerate(g))",
            "[*g, *outer()]",
            "(x for x in g)",
            "max(outer(4), default=1)",
            "[(x, y) for x in gen(2) for y in gen(x)]",
            "sorted(g, key=str)",
            "list(map(add, g))",
            "g.gi_running",
            "5 in g",
            "any(g)",
            "outer.__name__",
            "gen().__next__()",
            "list(iter(up, 3))",
            "[f() for f in [lambda: i for i in range(3)]]",
            "[f() for f in [lambda i=i: i for i in range(3)]]",
            "print(*gen())",
            "(lambda: (yield))()",
            "list(filter(up, [1, 2]))",
            "add.__name__",
            "''.join(str(x) for x in outer(3))",
            "{**dict(zip('ab', gen()))}",
            "next(outer(1))",
            "g.gi_frame is None",
        )
        lines += [f"g = {self.pick('gen()', 'outer()', 'gen(0)', 'iter(gen())', 'outer(2)')}", "up = counter()"]
        return lines + [f"show(lambda: {self.chance.choice(uses)})" for _ in range(9)]
