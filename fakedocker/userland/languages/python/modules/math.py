"""math: the host's functions over numbers, with bounds."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python.attributes import special
from fakedocker.userland.languages.python.errors import type_error
from fakedocker.userland.languages.python.library import names_for
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native, payload_of, type_name

_OF_FLOATS = (
    "acos acosh asin asinh atan atan2 atanh copysign cos cosh degrees erf erfc exp expm1 fabs fmod gamma"
    " isfinite isinf isnan ldexp lgamma log10 log1p log2 modf radians sin sinh sqrt tan tanh pow frexp"
).split()


def number(m: Interpreter, value: Value) -> Any:  # Any: int or float
    """A real number. Raises TypeError in the program."""
    plain = payload_of(value)
    if isinstance(plain, int | float):
        return plain
    for name in ("__float__", "__index__"):
        method = special(m, value, name)
        if method is not None:
            return m.call_now(method, [])
    raise type_error(f"must be real number, not {type_name(value)}")


def _wrapped(name: str) -> Callable[..., Value]:
    function = getattr(math, name)

    def wrapper(m: Interpreter, *values: Value) -> Value:
        return function(*[number(m, each) for each in values])

    return wrapper


for _name in _OF_FLOATS:
    native(_name, module="math")(_wrapped(_name))


def _rounding(name: str) -> Callable[..., Value]:
    function = getattr(math, name)

    def wrapper(m: Interpreter, value: Value) -> Value:
        method = special(m, value, f"__{name}__")
        if method is not None and not isinstance(payload_of(value), int | float):
            return m.call_now(method, [])
        if name == "trunc" and not isinstance(payload_of(value), int | float):
            raise type_error(f"type {type_name(value)} doesn't define __trunc__ method")
        return function(number(m, value))

    return wrapper


for _name in ("ceil", "floor", "trunc"):
    native(_name, module="math")(_rounding(_name))


def _index(m: Interpreter, value: Value) -> int:
    return m.as_index(value, f"'{type_name(value)}' object cannot be interpreted as an integer")  # type: ignore[no-any-return]


@native("factorial", module="math")
def _factorial(m: Interpreter, n: Value) -> Value:
    count = _index(m, n)
    if count > 20_000:
        raise NotSimulated("so large a factorial")
    m.grown(count)
    return math.factorial(count)


@native("comb", module="math")
def _comb(m: Interpreter, n: Value, k: Value) -> Value:
    if _index(m, n) > 100_000:
        raise NotSimulated("so large a number of combinations")
    return math.comb(_index(m, n), _index(m, k))


@native("perm", module="math")
def _perm(m: Interpreter, n: Value, k: Value = None) -> Value:
    if _index(m, n) > 20_000:
        raise NotSimulated("so large a number of permutations")
    return math.perm(_index(m, n), None if k is None else _index(m, k))


@native("gcd", module="math")
def _gcd(m: Interpreter, *values: Value) -> Value:
    return math.gcd(*[_index(m, each) for each in values])


@native("lcm", module="math")
def _lcm(m: Interpreter, *values: Value) -> Value:
    return math.lcm(*[_index(m, each) for each in values])


@native("isqrt", module="math")
def _isqrt(m: Interpreter, value: Value) -> Value:
    return math.isqrt(_index(m, value))


@native("log", module="math")
def _log(m: Interpreter, value: Value, base: Value = None) -> Value:
    return math.log(number(m, value)) if base is None else math.log(number(m, value), number(m, base))


@native("hypot", module="math")
def _hypot(m: Interpreter, *values: Value) -> Value:
    return math.hypot(*[number(m, each) for each in values])


@native("dist", module="math")
def _dist(m: Interpreter, p: Value, q: Value) -> Value:
    return math.dist([number(m, each) for each in m.items_now(p)], [number(m, each) for each in m.items_now(q)])


@native("fsum", module="math")
def _fsum(m: Interpreter, values: Value) -> Value:
    return math.fsum(number(m, each) for each in m.items(values))


@native("prod", keywords=True, module="math")
def _prod(m: Interpreter, iterable: Value, *, start: Value = 1) -> Value:
    from fakedocker.userland.languages.python.operators import binary

    total = start
    for each in m.items(iterable):
        total = binary(m, "*", total, each)
    return total


@native("isclose", keywords=True, module="math")
def _isclose(m: Interpreter, a: Value, b: Value, *, rel_tol: Value = 1e-09, abs_tol: Value = 0.0) -> Value:
    return math.isclose(number(m, a), number(m, b), rel_tol=rel_tol, abs_tol=abs_tol)


@names_for("math")
def _names(m: Interpreter) -> dict[str, Value]:
    return {"pi": math.pi, "e": math.e, "tau": math.tau, "inf": math.inf, "nan": math.nan}
