"""What natives ask of values: truth, equality, hashes, addresses, indices, and all items of what can be gone through."""

from __future__ import annotations

from typing import Any, Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.machine.machine import Machine
from fakedocker.userland.languages.python import calls, hashing, iteration, sets, watching
from fakedocker.userland.languages.python.attributes import MISSING, special
from fakedocker.userland.languages.python.binding import Keywords
from fakedocker.userland.languages.python.comparisons import MIRRORED, equal, order
from fakedocker.userland.languages.python.errors import EXCEPTIONS, error, type_error
from fakedocker.userland.languages.python.operators import PLAIN
from fakedocker.userland.languages.python.types import NONE_FOUND, class_of, find_in_class, payload_of, type_name
from fakedocker.userland.languages.python.values import (
    ACTIVE,
    END,
    Class,
    Function,
    Generator,
    Instance,
    Native,
    UserClass,
)

_FIRST_ADDRESS: Final = 0x7F4E1C0A2000


_OF_GOING_THROUGH: Final = ("__iter__", "__len__", "__length_hint__")
"""What a program's own object may be asked where it is gone through."""
MAXSIZE: Final = (1 << 63) - 1
"""sys.maxsize."""


class ValueServices(Machine):
    """The half of the interpreter that knows values."""

    hash_key: hashing.Key
    asked: str  # the comparison of lists or tuples, or of sorting, that the host is making
    minor: int
    me: Any
    """The interpreter, as natives know it."""

    def call_now(self, callee: Value, args: list[Value], kwargs: Keywords = None) -> Value:
        raise NotImplementedError

    def hidden_function(self, name: str) -> Function:
        raise NotImplementedError

    def truth(self, value: Value) -> bool:
        """bool(value)."""
        if type(value) in PLAIN:
            return bool(value)
        for name in ("__bool__", "__len__"):
            method = special(self.me, value, name)
            if method is not None:
                found = self.call_now(method, [])
                if name == "__len__":
                    return self.length(found) > 0
                if type(found) is not bool:
                    raise type_error(f"__bool__ should return bool, returned {type_name(found)}")
                return found
        plain = payload_of(value)
        return len(plain) > 0 if isinstance(plain, sets.SetValue) else bool(plain) if plain is not value else True

    def length(self, found: Value) -> int:
        """What `__len__` has given, if it is a length."""
        if type(found) is not int:
            found = self.as_index(found, f"'{type_name(found)}' object cannot be interpreted as an integer")
        if found < 0:
            raise error("ValueError", "__len__() should return >= 0")
        if found > MAXSIZE:
            raise error("OverflowError", "cannot fit 'int' into an index-sized integer")
        return int(found)

    def equals(self, a: Value, b: Value) -> bool:
        return a is b or self.truth(equal(self.me, a, b))

    def compares(self, op: str, a: Value, b: Value) -> bool:
        asked = self.asked
        if asked and op != asked and op == MIRRORED[asked]:
            a, b, op = b, a, asked  # the host asks so for `b asked a`
        return self.truth(order(self.me, op, a, b))

    def shown(self, value: Value) -> str:
        from fakedocker.userland.languages.python.texts import to_repr

        return to_repr(self.me, value)

    def text(self, value: Value) -> str:
        from fakedocker.userland.languages.python.texts import to_str

        return to_str(self.me, value)

    def percent(self, text: Value, values: Value) -> Value:
        """`text % values`."""
        from fakedocker.userland.languages.python.percent import percent

        return percent(self.me, text, values)

    def exception_text(self, value: Value) -> str:
        """str() of an exception."""
        from fakedocker.userland.languages.python.exceptions import exception_text

        return exception_text(self.me, value)

    def exception_repr(self, value: Value) -> str:
        """repr() of an exception."""
        from fakedocker.userland.languages.python.exceptions import exception_repr

        return exception_repr(self.me, value)

    def hash_instance(self, value: Instance) -> int:
        """hash() of an instance, as the host's tables see it."""
        cls = value.cls
        found = find_in_class(cls, "__hash__")
        if found is NONE_FOUND:
            raise type_error(f"unhashable type: '{cls.name}'")
        if type(found) is Function:
            hashed = self.call_now(found, [value])
            if type(hashed) is not int:
                raise type_error("__hash__ method should return an integer")
            return hash(hashed)
        if value.payload is not None:
            return hash(value.payload)
        if type(found) is Native and found.owner != "object":
            return int(found.function(self, value))
        return self.address_of(value) >> 4

    def hash_of(self, value: Value) -> int:
        """hash(value), as CPython computes it."""
        kind = type(value)
        if kind is str or kind is bytes:
            return hashing.hash_text(self.hash_key, value)
        if kind is tuple:
            return hashing.hash_tuple([self.hash_of(each) for each in value])
        if value is None:
            return self.address_of(value) >> 4 if self.minor < 12 else 0xFCA86420
        if kind is float and value != value and self.minor >= 10:
            return self.address_of(value) >> 4
        if isinstance(value, Instance):
            if (
                type(value.payload) in (str, bytes, tuple)
                and type(find_in_class(value.cls, "__hash__")) is not Function
            ):
                return self.hash_of(value.payload)
            return self.hash_instance(value)
        if kind in PLAIN or kind is sets.SetValue:
            return hash(value)
        if kind is iteration.DictView:
            raise type_error(f"unhashable type: '{value.cls.name}'")
        return self.address_of(value) >> 4

    def address_of(self, value: Value) -> int:
        """id(value)."""
        roots = self.memory.roots
        given = getattr(value, "address", None)
        if type(given) is int:
            if given:
                return given
            found = roots["next_address"] = int(roots.get("next_address", _FIRST_ADDRESS)) + 0x50
            value.address = found
            return found
        if type(value) is int and -6 < value < 257:
            return 0x563A10F40 + 32 * value
        pairs: list[Value] = roots.setdefault("addresses", [])
        for known, number in pairs:
            if known is value or (type(known) is type(value) and type(value) in (int, str, float) and known == value):
                return int(number)
        if len(pairs) > 2000:
            raise NotSimulated("addresses of so many objects")
        if self.me.lifetimes.ends and watching.holds_watched(value):
            raise NotSimulated("the address of what holds objects whose end is awaited")
        found = roots["next_address"] = int(roots.get("next_address", _FIRST_ADDRESS)) + 0x50
        pairs.append((value, found))
        return found

    def address_text(self, value: Value) -> str:
        return f"0x{self.address_of(value):x}"

    def as_index(self, value: Value, words: str) -> int:
        """An integer by `__index__`."""
        plain = payload_of(value)
        if isinstance(plain, int):
            return plain
        method = special(self.me, value, "__index__")
        if method is not None:
            return self.whole(self.call_now(method, []), "__index__")
        raise type_error(words)

    def whole(self, found: Value, name: str) -> int:
        """What `__index__` or `__int__` has given, if it is a whole number."""
        plain = payload_of(found)
        if not isinstance(plain, int):
            raise type_error(f"{name} returned non-int (type {type_name(found)})")
        if type(found) is not int:
            self.warn(
                "DeprecationWarning",
                f"{name} returned non-int (type {type_name(found)}).  The ability to return an instance of a strict"
                " subclass of int is deprecated, and may be removed in a future version of Python.",
            )
        return int(plain)

    def warn(self, category: str, words: str) -> None:
        """Warn of what the program's line does, as `warnings.warn` would."""
        self.call_now(self.hidden_function("warn"), [EXCEPTIONS[category], words])

    def is_mapping(self, value: Value) -> bool:
        return type(payload_of(value)) is dict or (
            isinstance(value, Instance) and find_in_class(value.cls, "__getitem__") is not None
        )

    def empty_payload(self, kind: str) -> Value:
        return {"list": list, "dict": dict, "set": sets.SetValue, "bytearray": bytearray}[kind]()

    # iteration

    def plain_items(self, value: Value, silently: bool = False) -> Any:  # Any: an iterable of the host
        """All items of what is gone through without running code of the program; MISSING for anything else.

        Args:
            silently: whether nobody asks how many there are.
        """
        kind = type(value)
        if kind is list or kind is tuple or kind is dict or kind is str or kind is bytes or kind is bytearray:
            return value
        if kind is range:
            if len(value) > 4096:
                from fakedocker.userland.languages.python.operators import check_size

                check_size(self.me, len(value))
            return value
        if kind is sets.SetValue:
            return value.ordered()
        if kind is iteration.DictView:
            return value.listed()
        if kind in iteration.NATIVE_ITERATORS:
            return self._drained(value)
        if (
            kind is Instance
            and value.payload is not None
            and all(
                type(find_in_class(value.cls, name)) is not Function
                for name in (_OF_GOING_THROUGH[:1] if silently else _OF_GOING_THROUGH)
            )
        ):
            return self.plain_items(value.payload)
        return MISSING

    def _drained(self, iterator: iteration.Iterator) -> list[Value]:
        found = []
        while (item := iterator.step(self.me)) is not END:
            found.append(item)
            if len(found) & 0xFFFF == 0:
                from fakedocker.userland.languages.python.operators import check_size

                check_size(self.me, len(found))
        return found

    def items(self, value: Value, words: str | None = "") -> list[Value]:
        """All items as a list of its own, for a native: where code of the program must run for it, the native is called again.

        The words are of the TypeError for what cannot be gone through, whatever its own is; None: nor is it asked for how many they are.
        """
        found = self.plain_items(value, words is None)
        if found is not MISSING:
            return list(found)
        self.check_iterable(value, words or "")
        raise calls.Collect(value, words)

    def items_now(self, value: Value, words: str = "") -> list[Value]:
        """The same at once."""
        found = self.plain_items(value)
        if found is not MISSING:
            return list(found)
        self.check_iterable(value, words)
        return self.collected_now(value, words)

    def collected_now(self, value: Value, words: str | None = "") -> list[Value]:
        found = self.call_now(*self.collector(value, words))
        assert isinstance(found, list)
        return found

    def contains_now(self, container: Value, value: Value, words: str) -> bool:
        """Go through something for a value; the words are of the TypeError for what cannot be gone through."""
        return bool(self.call_now(self.hidden_function("contains"), [container, value, words]))

    def is_iterator(self, value: Value) -> bool:
        return type(value) is Generator or isinstance(value, iteration.Iterator)

    def collector(self, value: Value, words: str | None) -> tuple[Function, list[Value]]:
        """What is called for all items of something, with its arguments."""
        if words is None:
            return self.hidden_function("collect_silently"), [value]
        return (
            (self.hidden_function("collect_fast"), [value, words])
            if words
            else (self.hidden_function("collect"), [value])
        )

    def check_iterable(self, value: Value, words: str = "") -> None:
        """Raises TypeError in the program for what cannot be gone through."""
        if self.plain_is_iterable(value) or (type(value) is Generator and value.kind == "generator"):
            return
        for name in ("__iter__", "__getitem__"):
            found = find_in_class(class_of(value), name)
            if found is not None and found is not NONE_FOUND and not isinstance(value, Class | type):
                return
        if isinstance(value, UserClass) and find_in_class(value.meta, "__iter__") is not None:
            return
        raise type_error(
            words
            or f"'{'type' if isinstance(value, Class) and type_name(value) == 'type' else type_name(value)}' object is not iterable"
        )

    def special(self, value: Value, name: str) -> Value:
        """A special method, bound; None if there is none."""
        return special(self.me, value, name)

    def plain_items_are_lazy(self, value: Value) -> bool:
        """Whether going through something may run code of the program, or for ever."""
        return type(value) is Generator or (isinstance(value, Instance) and self.plain_items_missing(value))

    def plain_items_missing(self, value: Instance) -> bool:
        return value.payload is None and find_in_class(value.cls, "__iter__") is not None

    def frozenset_of(self, values: Any) -> Value:  # Any: an iterable of the host
        """A frozenset, in an order that depends on nothing."""
        before = ACTIVE.machine
        ACTIVE.machine = self
        try:
            return sets.set_of(sorted(values), sets.FROZENSET)
        finally:
            ACTIVE.machine = before

    def items_of_mapping(self, value: Value) -> dict[str, Value]:
        from fakedocker.userland.languages.python.displays import mapping_items

        return mapping_items(self.me, value, f"type.__new__() argument 3 must be dict, not {type_name(value)}")

    def runs_no_code(self, value: Value) -> bool:
        """Whether something can be gone through without running code of the program."""
        if type(value) is Instance and value.payload is not None:
            return type(find_in_class(value.cls, "__iter__")) is not Function and self.plain_is_iterable(value.payload)
        return self.plain_is_iterable(value)

    def plain_is_iterable(self, value: Value) -> bool:
        return type(value) in (
            list,
            tuple,
            dict,
            str,
            bytes,
            bytearray,
            range,
            sets.SetValue,
            iteration.DictView,
        ) or isinstance(value, iteration.Iterator)

    def class_item(self, cls: Class, index: Value) -> Value:
        """`cls[...]`."""
        method = special(self.me, cls, "__getitem__")
        if method is not None:
            return self.call_now(method, [index])
        found = find_in_class(cls, "__class_getitem__")
        if found is not None:
            function = getattr(found, "function", found)
            return (
                self.call_now(function, [cls, index])
                if type(function) is Function
                else self.call_now(found, [cls, index])
            )
        from fakedocker.userland.languages.python import generics

        return generics.generic_alias(self.me, cls, index)
