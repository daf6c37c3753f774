"""$(( )): expressions of 64-bit integers, compiled to closures over the shell's variables.

The grammar is C's, as POSIX 2.6.4 wants it, with assignment, increments and (bash, busybox) `**`. It must not know the
rest of the shell: names are looked up in a mapping, and array elements through the two functions it is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping
from functools import lru_cache
from typing import Any, Final

from fakedocker.base.numbers import is_digits
from fakedocker.base.patterns import lazy_pattern
from fakedocker.userland.sh.integers import BINARY, MAXIMUM, MINIMUM, ArithmeticProblem, divide, number, raise_to, wrap

Variables = MutableMapping[str, Any]
Expression = Callable[[Variables], int]

_TOKEN = lazy_pattern(
    r"\s*(?:(\d+#[0-9a-zA-Z@_]+|0[xX][0-9a-fA-F]*|\d+[0-9a-zA-Z_]*)|([A-Za-z_][A-Za-z0-9_]*)"
    r"|(<<=|>>=|\*\*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%<>=!~?:&|^(),\[\]]))"
)
_LEVELS: Final = (
    ("||",),
    ("&&",),
    ("|",),
    ("^",),
    ("&",),
    ("==", "!="),
    ("<", ">", "<=", ">="),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%"),
    ("**",),
)
_ASSIGNMENTS: Final = frozenset({"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="})
_RECURSION_LIMIT = 100


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, source: str, depth: int) -> None:
        self.source = source
        self.depth = depth
        self.tokens: list[tuple[str | None, str | None, str | None, int]] = []
        at, text = 0, source.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if not match:
                rest = text[at:].lstrip()
                if not self.tokens:
                    raise ArithmeticProblem("primary", source, rest)
                self.tokens.append((None, None, "?" + rest[:1], len(text) - len(rest)))
                break
            start = match.end() - len(match[0].lstrip())
            if match[3] in ("++", "--") and not self._touches_name(text, match.end()):
                self.tokens.append((None, None, match[3][0], start))  # 2--1 is 2 - -1
                at = start + 1
                continue
            self.tokens.append((match[1], match[2], match[3], start))
            at = match.end()
        self.tokens.append((None, None, None, len(source)))
        self.place = 0

    def _touches_name(self, text: str, end: int) -> bool:
        """Whether ++ or -- has a variable before or after it."""
        before = bool(self.tokens) and (self.tokens[-1][1] is not None or self.tokens[-1][2] == "]")
        return before or re.match(r"\s*[A-Za-z_]", text[end:]) is not None

    def problem(self, kind: str, place: int | None = None) -> ArithmeticProblem:
        place = self.place if place is None else place
        start = self.tokens[min(place, len(self.tokens) - 1)][3]
        rest = self.source[start:].strip()
        if not rest and place > 0:
            rest = self.source[self.tokens[place - 1][3] :].strip()
        return ArithmeticProblem(kind, self.source, rest)

    def next_operator(self) -> str | None:
        return self.tokens[self.place][2]

    def comma(self) -> Expression:
        left = self.assignment()
        while self.next_operator() == ",":
            self.place += 1
            left = _then(left, self.assignment())
        return left

    def assignment(self) -> Expression:
        name = self.tokens[self.place][1]
        if name is not None:
            following = self.tokens[self.place + 1][2]
            if following in _ASSIGNMENTS:
                self.place += 2
                return self._assign(name, None, following)
            if following == "[":
                saved = self.place
                self.place += 2
                index = self.comma()
                if self.next_operator() == "]" and self.tokens[self.place + 1][2] in _ASSIGNMENTS:
                    following = self.tokens[self.place + 1][2]
                    self.place += 2
                    return self._assign(name, index, following or "=")
                self.place = saved
        return self.conditional()

    def _assign(self, name: str, index: Expression | None, kind: str) -> Expression:
        right = self.assignment()
        if kind != "=":
            right = self._binary(kind[:-1], _reader(name, index, self.depth), right, self.place)
        return _writer(name, index, right)

    def conditional(self) -> Expression:
        condition = self.binary(0)
        if self.next_operator() != "?":
            return condition
        self.place += 1
        yes = self.comma()
        if self.next_operator() != ":":
            raise self.problem("primary")
        self.place += 1
        no = self.assignment()
        return lambda variables: yes(variables) if condition(variables) else no(variables)

    def binary(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while (kind := self.next_operator()) in _LEVELS[level]:
            assert kind is not None
            self.place += 1
            place = self.place
            right = self.binary(level if kind == "**" else level + 1)
            left = self._binary(kind, left, right, place)
        return left

    def _binary(self, kind: str, left: Expression, right: Expression, place: int) -> Expression:
        if kind == "&&":
            return lambda variables: 1 if left(variables) and right(variables) else 0
        if kind == "||":
            return lambda variables: 1 if left(variables) or right(variables) else 0
        if kind in "/%":
            return self._division(kind, left, right, place)
        if kind == "**":
            return self._raise(left, right, place)
        function = BINARY[kind]
        return _specialised(kind, left, right) or (lambda variables: function(left(variables), right(variables)))

    def _division(self, kind: str, left: Expression, right: Expression, place: int) -> Expression:
        problem = self.problem("divide", place)

        def quotient(variables: Variables) -> int:
            dividend, divisor = left(variables), right(variables)
            if divisor == 0:
                raise ArithmeticProblem("divide", problem.source, problem.rest)
            result = divide(dividend, divisor)
            return wrap(result) if kind == "/" else dividend - result * divisor

        return quotient

    def _raise(self, left: Expression, right: Expression, place: int) -> Expression:
        problem = self.problem("exponent", place)

        def power(variables: Variables) -> int:
            base, exponent = left(variables), right(variables)
            if exponent < 0:
                raise ArithmeticProblem("exponent", problem.source, problem.rest)
            return raise_to(base, exponent)

        return power

    def unary(self) -> Expression:
        digits, name, kind, _ = self.tokens[self.place]
        if kind in ("++", "--"):
            target = self.tokens[self.place + 1][1]
            if target is not None:
                self.place += 2
                index = self._index()
                return _step(target, index, 1 if kind == "++" else -1, True, self.depth)
        self.place += 1
        if digits is not None:
            return _constant(number(digits))
        if name is not None:
            return self._named(name)
        if kind == "(":
            inside = self.comma()
            if self.next_operator() != ")":
                raise self.problem("primary")
            self.place += 1
            return inside
        if kind in ("++", "--"):
            operand = self.unary()
            return operand if kind == "++" else (lambda variables: operand(variables))
        if kind in ("-", "+", "~", "!"):
            return _prefixed(kind, self.unary())
        self.place -= 1
        raise self.problem("primary")

    def _index(self) -> Expression | None:
        if self.next_operator() != "[":
            return None
        self.place += 1
        index = self.comma()
        if self.next_operator() != "]":
            raise self.problem("primary")
        self.place += 1
        return index

    def _named(self, name: str) -> Expression:
        index = self._index()
        kind = self.next_operator()
        if kind in ("++", "--"):
            self.place += 1
            return _step(name, index, 1 if kind == "++" else -1, False, self.depth)
        return _reader(name, index, self.depth)


def _then(first: Expression, second: Expression) -> Expression:
    def both(variables: Variables) -> int:
        first(variables)
        return second(variables)

    return both


def _constant(value: int) -> Expression:
    def constant(_: Variables) -> int:
        return value

    constant.value = value  # type: ignore[attr-defined]  # read by _specialised
    return constant


def _prefixed(kind: str, operand: Expression) -> Expression:
    if kind == "-":
        return lambda variables: wrap(-operand(variables))
    if kind == "~":
        return lambda variables: ~operand(variables)
    if kind == "!":
        return lambda variables: 0 if operand(variables) else 1
    return operand


def _reader(name: str, index: Expression | None, depth: int) -> Expression:
    if index is not None:
        subscript = index

        def element(variables: Variables) -> int:
            values = variables.get(name)
            held = values if isinstance(values, dict) else {0: values}
            return value_of({"": held.get(subscript(variables))}, "", depth)

        return element

    def read(variables: Variables) -> int:
        value = variables.get(name)
        return value if type(value) is int else value_of(variables, name, depth)

    read.name = name  # type: ignore[attr-defined]  # read by _specialised
    return read


def _store(variables: Variables, name: str, index: Expression | None, value: int) -> None:
    if index is None:
        variables[name] = value
        return
    held = variables.get(name)
    values = dict(held) if isinstance(held, dict) else {} if held is None else {0: str(held)}
    values[index(variables)] = str(value)
    variables[name] = dict(sorted(values.items()))


def _writer(name: str, index: Expression | None, right: Expression) -> Expression:
    def write(variables: Variables) -> int:
        value = right(variables)
        _store(variables, name, index, value)
        return value

    return write


def _step(name: str, index: Expression | None, amount: int, before: bool, depth: int) -> Expression:
    read = _reader(name, index, depth)

    def step(variables: Variables) -> int:
        old = read(variables)
        new = wrap(old + amount)
        _store(variables, name, index, new)
        return new if before else old

    return step


def _specialised(kind: str, left: Expression, right: Expression) -> Expression | None:
    """Variable plus or minus a constant, the commonest expression of all, without calls in between."""
    name, value = getattr(left, "name", None), getattr(right, "value", None)
    if name is None or value is None or kind not in "+-":
        return None
    amount = value if kind == "+" else -value

    def add(variables: Variables) -> int:
        held = variables.get(name)
        result: int = (held if type(held) is int else value_of(variables, name)) + amount
        return result if MINIMUM <= result <= MAXIMUM else wrap(result)

    return add


@lru_cache(8192)
def expression(source: str, depth: int = 0) -> Expression:
    """Compile an expression; an empty one is 0.

    Raises:
        ArithmeticProblem: from here for bad syntax, from the closure for what depends on values.
    """
    if not source.strip():
        return _constant(0)
    parser = _Parser(source, depth)
    result = parser.comma()
    if parser.place != len(parser.tokens) - 1:
        raise parser.problem("end")
    return result


@lru_cache(4096)
def assigned_names(source: str) -> frozenset[str]:
    """The variables an expression may set; the shell asks before it writes to read-only ones."""
    if "=" not in source and "++" not in source and "--" not in source:
        return frozenset()
    steps = re.findall(r"(?:\+\+|--)\s*([A-Za-z_]\w*)|([A-Za-z_]\w*)\s*(?:\+\+|--)", source)
    names = re.findall(r"([A-Za-z_]\w*)\s*(?:\[[^\]]*\])?\s*(?:<<|>>|[-+*/%&|^])?=(?!=)", source)
    return frozenset(names) | {first or second for first, second in steps}


def value_of(variables: Variables, name: str, depth: int = 0) -> int:
    """A variable's value: unset and empty are 0, anything that is no number is an expression itself."""
    held = variables.get(name)
    if type(held) is int:
        return held
    if not held:
        return 0
    value = str(held.get(0, held.get("0", "0")) if isinstance(held, dict) else held)
    if is_digits(value) and value[0] != "0":
        return wrap(int(value))
    try:
        return number(value)
    except ArithmeticProblem:
        if depth > _RECURSION_LIMIT:
            raise ArithmeticProblem("recursion", value, value) from None
    return expression(value, depth + 1)(variables)
