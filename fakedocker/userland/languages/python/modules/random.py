"""random: CPython's Mersenne twister; unseeded it begins with the world's seed."""

from __future__ import annotations

import random
from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python.errors import OBJECT
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native, payload_of
from fakedocker.userland.languages.python.values import BuiltinClass, Class, Opaque

TWISTER: Final = BuiltinClass("Twister", OBJECT, module="_random")


def _generator(m: Interpreter, value: Opaque) -> random.Random:
    """The host's generator in the state of this one."""
    made = random.Random(0)
    made.setstate(value.state)
    return made


@native("__new__", "Twister", module="_random")
def _new(m: Interpreter, cls: Class) -> Value:
    made = Opaque(cls, None)
    _seed(m, made, None)
    return made


@native("seed", "Twister", module="_random")
def _seed(m: Interpreter, value: Opaque, seed: Value) -> Value:
    plain = payload_of(seed)
    if plain is None:
        plain = (m.system.random(1 << 30) << 30) | m.system.random(1 << 30)
    if not isinstance(plain, int | float | str | bytes | bytearray):
        raise NotSimulated("a seed of this type")
    if isinstance(plain, float):
        plain = hash(plain)
    value.state = random.Random(plain).getstate()


def _drawing(name: str) -> None:
    def draw(m: Interpreter, value: Opaque, *args: Value) -> Value:
        generator = _generator(m, value)
        found = getattr(generator, name)(*args)
        value.state = generator.getstate()
        return found

    native(name, "Twister", module="_random")(draw)


for _name in ("random", "getrandbits"):
    _drawing(_name)


def _batch(m: Interpreter, value: Opaque, count: Value) -> Value:
    """Many random() at once."""
    generator = _generator(m, value)
    found = [generator.random() for _ in range(count)]
    value.state = generator.getstate()
    return found


native("batch", "Twister", module="_random")(_batch)
native("getstate", "Twister", module="_random")(lambda m, value: value.state)


@native("setstate", "Twister", module="_random")
def _setstate(m: Interpreter, value: Opaque, state: Value) -> Value:
    value.state = state
