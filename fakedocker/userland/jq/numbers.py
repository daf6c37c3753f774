"""jq's functions of numbers, most of which are C's (jq's src/libm.h)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from fakedocker.userland.jq.context import Context
from fakedocker.userland.jq.texts import described
from fakedocker.userland.jq.values import JqError, Value, is_number


def _math(name: str, function: Callable[[float], float]) -> Callable[[Context, Value], Value]:
    def calculate(context: Context, value: Value) -> Value:
        if not is_number(value):
            raise JqError(f"{described(value)} number required")
        return _calculated(function, float(value))

    return calculate


def _math2(name: str, function: Callable[[float, float], float]) -> Callable[[Context, Value, Value, Value], Value]:
    def calculate(context: Context, value: Value, left: Value, right: Value) -> Value:
        for each in (left, right):
            if not is_number(each):
                raise JqError(f"{described(each)} number required")
        return _calculated(function, float(left), float(right))

    return calculate


def _calculated(function: Callable[..., float], *values: float) -> float:
    try:
        return float(function(*values))
    except OverflowError:
        return math.inf
    except ZeroDivisionError:
        return math.inf
    except ValueError:
        return values[0] if any(math.isinf(value) for value in values) and len(values) == 1 else math.nan


def _round(value: float) -> float:
    return math.copysign(math.floor(abs(value) + 0.5), value) if math.isfinite(value) else value


def _log(base: Callable[[float], float]) -> Callable[[float], float]:
    return lambda value: -math.inf if value == 0 else base(value)


def _integral(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda value: function(value) if math.isfinite(value) else value


def _exponent(value: float) -> float:
    return (
        float(math.frexp(value)[1] - 1) if value and math.isfinite(value) else -math.inf if value == 0 else abs(value)
    )


_MATH: Final[dict[str, Callable[[float], float]]] = {
    "floor": _integral(math.floor), "ceil": _integral(math.ceil), "trunc": _integral(math.trunc), "round": _round,
    "rint": _integral(round), "nearbyint": _integral(round), "sqrt": math.sqrt, "cbrt": math.cbrt, "fabs": abs, "exp": math.exp,
    "exp2": lambda value: 2.0**value, "exp10": lambda value: 10.0**value, "expm1": math.expm1, "log": _log(math.log),
    "log2": _log(math.log2), "log10": _log(math.log10), "log1p": math.log1p, "sin": math.sin, "cos": math.cos, "tan": math.tan,
    "asin": math.asin, "acos": math.acos, "atan": math.atan, "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh,
    "asinh": math.asinh, "acosh": math.acosh, "atanh": math.atanh, "gamma": math.lgamma, "lgamma": math.lgamma, "tgamma": math.gamma,
    "logb": _exponent, "significand": lambda value: math.frexp(value)[0] * 2 if math.isfinite(value) else value,
}  # fmt: skip


_MATH2: Final[dict[str, Callable[[float, float], float]]] = {
    "pow": math.pow, "atan2": math.atan2, "fmin": min, "fmax": max, "fmod": math.fmod, "hypot": math.hypot, "drem": math.remainder,
    "ldexp": lambda value, power: math.ldexp(value, int(power)), "scalb": lambda value, power: math.ldexp(value, int(power)),
    "scalbln": lambda value, power: math.ldexp(value, int(power)), "copysign": math.copysign, "nextafter": math.nextafter,
}  # fmt: skip


def _frexp(context: Context, value: Value) -> Value:
    part, power = math.frexp(float(value))
    return [part, float(power)]


def _modf(context: Context, value: Value) -> Value:
    part, whole = math.modf(float(value))
    return [part, whole]


def _needs_number(test: Callable[[float], bool]) -> Callable[[Context, Value], Value]:
    def check(context: Context, value: Value) -> Value:
        if not is_number(value):
            raise JqError(f"{described(value)} number required")
        return test(float(value))

    return check


FUNCTIONS: Final[dict[str, Callable[..., Value]]] = {
    "isinfinite/0": _needs_number(math.isinf),
    "isnan/0": _needs_number(math.isnan),
    "isnormal/0": _needs_number(lambda value: math.isfinite(value) and abs(value) >= 2.2250738585072014e-308),
    "frexp/0": _frexp,
    "modf/0": _modf,
    **{f"{name}/0": _math(name, function) for name, function in _MATH.items()},
    **{f"{name}/2": _math2(name, function2) for name, function2 in _MATH2.items()},
}
