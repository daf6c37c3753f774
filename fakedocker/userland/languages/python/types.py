"""Which class a value has, and the tables of builtin classes with what the host does for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python.errors import OBJECT as OBJECT, TYPE as TYPE, type_error
from fakedocker.userland.languages.python.values import (
    ACTIVE,
    NOT_IMPLEMENTED,
    BuiltinClass,
    Class,
    ExceptionValue,
    Function,
    Generator,
    GetSet,
    Instance,
    Method,
    Module,
    Native,
    Opaque,
    Property,
    SlotMember,
    Super,
    UserClass,
    Wrapped,
)

INT: Final = BuiltinClass("int", OBJECT, host=int, kind="int")
BOOL: Final = BuiltinClass("bool", INT, host=bool)
FLOAT: Final = BuiltinClass("float", OBJECT, host=float, kind="float")
COMPLEX: Final = BuiltinClass("complex", OBJECT, host=complex, kind="complex")
STR: Final = BuiltinClass("str", OBJECT, host=str, kind="str")
BYTES: Final = BuiltinClass("bytes", OBJECT, host=bytes, kind="bytes")
BYTEARRAY: Final = BuiltinClass("bytearray", OBJECT, host=bytearray, kind="bytearray")
LIST: Final = BuiltinClass("list", OBJECT, host=list, kind="list")
TUPLE: Final = BuiltinClass("tuple", OBJECT, host=tuple, kind="tuple")
DICT: Final = BuiltinClass("dict", OBJECT, host=dict, kind="dict")
RANGE: Final = BuiltinClass("range", OBJECT, host=range)
SLICE: Final = BuiltinClass("slice", OBJECT, host=slice)
NONE_TYPE: Final = BuiltinClass("NoneType", OBJECT, host=type(None))
ELLIPSIS_TYPE: Final = BuiltinClass("ellipsis", OBJECT)
NOT_IMPLEMENTED_TYPE: Final = BuiltinClass("NotImplementedType", OBJECT)
FUNCTION: Final = BuiltinClass("function", OBJECT)
BUILTIN_FUNCTION: Final = BuiltinClass("builtin_function_or_method", OBJECT)
METHOD_DESCRIPTOR: Final = BuiltinClass("method_descriptor", OBJECT)
SLOT_WRAPPER: Final = BuiltinClass("wrapper_descriptor", OBJECT)
METHOD_WRAPPER: Final = BuiltinClass("method-wrapper", OBJECT)
METHOD: Final = BuiltinClass("method", OBJECT)
MODULE: Final = BuiltinClass("module", OBJECT)
PROPERTY: Final = BuiltinClass("property", OBJECT)
STATICMETHOD: Final = BuiltinClass("staticmethod", OBJECT)
CLASSMETHOD: Final = BuiltinClass("classmethod", OBJECT)
FRAME: Final = BuiltinClass("frame", OBJECT)
SUPER: Final = BuiltinClass("super", OBJECT)
MEMBER: Final = BuiltinClass("member_descriptor", OBJECT)
GETSET: Final = BuiltinClass("getset_descriptor", OBJECT)
GENERATORS: Final = {
    name: BuiltinClass(name, OBJECT)
    for name in (
        "generator coroutine async_generator async_generator_asend async_generator_athrow map filter zip enumerate iterator reversed"
    ).split()
}

OF_HOST: Final[dict[type, Class]] = {
    int: INT, bool: BOOL, float: FLOAT, complex: COMPLEX, str: STR, bytes: BYTES, bytearray: BYTEARRAY, list: LIST,
    tuple: TUPLE, dict: DICT, range: RANGE, slice: SLICE, type(None): NONE_TYPE, type(...): ELLIPSIS_TYPE,
    type(NOT_IMPLEMENTED): NOT_IMPLEMENTED_TYPE, Function: FUNCTION, Module: MODULE,
    Property: PROPERTY, SlotMember: MEMBER, GetSet: GETSET, Super: SUPER,
}  # fmt: skip
"""Classes by the class of the host whose objects they are."""


def class_of(value: Value) -> Class:
    """The class of a value, as type() gives it."""
    kind = type(value)
    found = OF_HOST.get(kind)
    if found is not None:
        return found if found.name != "set" else value.cls
    if kind is Instance or kind is ExceptionValue or kind is Opaque:
        return value.cls  # type: ignore[no-any-return]
    return _by_looking(value, kind)


_SLOTS: Final = frozenset(
    f"__{name}__"
    for name in (
        "abs add and bool buffer call contains del delattr delete delitem divmod eq float floordiv ge get getattribute getitem gt hash iadd iand "
        "imul index init int invert ior isub iter ixor le len lshift lt mod mul ne neg next or pos pow radd rand rdivmod release_buffer repr "
        "rfloordiv rlshift rmod rmul ror rpow rrshift rshift rsub rtruediv rxor set setattr setitem str sub truediv xor"
    ).split()
)
"""The special methods that classes written in C have as slots (slotdefs of CPython's typeobject.c)."""
_NO_SLOTS: Final = frozenset(
    (("list", "__getitem__"), ("dict", "__getitem__"), ("dict", "__contains__"), ("set", "__contains__"), ("frozenset", "__contains__"))
)  # fmt: skip
"""Those that some have as methods all the same (METH_COEXIST)."""


def is_slot(value: Native) -> bool:
    """Whether a method of a builtin class stands for a slot of the class in C."""
    return value.name in _SLOTS and (value.owner, value.name) not in _NO_SLOTS


def _by_looking(value: Value, kind: type) -> Class:
    if isinstance(value, Class):
        return value.meta
    if kind is Native:
        return (SLOT_WRAPPER if is_slot(value) else METHOD_DESCRIPTOR) if value.owner else BUILTIN_FUNCTION
    if kind is Method:
        if type(value.function) is Native:
            return METHOD_WRAPPER if is_slot(value.function) else BUILTIN_FUNCTION
        return METHOD
    if kind is Wrapped:
        return STATICMETHOD if value.kind == "staticmethod" else CLASSMETHOD
    if kind is Generator:
        return GENERATORS[value.shown or value.kind]
    found = getattr(value, "cls", None)
    if isinstance(found, Class):
        return found
    raise TypeError(f"{kind.__name__} has no class in Python")


def type_name(value: Value) -> str:
    """The name of a value's class, as messages have it: with its module for those that are written in C."""
    cls = class_of(value)
    if cls.module != "builtins" and (cls.module in _WITH_MODULE or cls.name in _WITH_MODULE_TOO.get(cls.module, ())):
        return f"{cls.module}.{cls.name}"
    return cls.name


_WITH_MODULE: Final = frozenset(("_io", "datetime", "decimal", "itertools", "re"))
_WITH_MODULE_TOO: Final = {
    "collections": ("OrderedDict", "defaultdict", "deque"),
    "functools": ("_lru_cache_wrapper", "partial"),
    "operator": ("attrgetter", "itemgetter", "methodcaller"),
    "types": ("GenericAlias", "SimpleNamespace", "UnionType"),
}
"""The classes that are written in C in modules that have classes of Python's own too."""


def is_instance(value: Value, cls: Class) -> bool:
    return cls in class_of(value).mro


def kind_of(cls: Class) -> str:
    """The kind of value that instances hold: that of the builtin class in its ancestry."""
    return cls.kind if isinstance(cls, BuiltinClass | UserClass) else ""


def payload_of(value: Value) -> Value:
    """The value of the host that an object is, or holds as an instance of a descendant of a builtin class."""
    if type(value) is Instance and value.payload is not None:
        return value.payload
    return value


def find_in_class(cls: Class, name: str) -> Value:
    """An attribute as it stands in the namespace of a class or one of its ancestors; None if there is none."""
    for each in cls.mro:
        names = each.names
        if name in names:
            found = names[name]
            return NONE_FOUND if found is None else found
    return None


class _NoneFound:
    """An attribute of a class whose value is None."""


NONE_FOUND: Final = _NoneFound()


def linearized(name: str, bases: tuple[Class, ...]) -> list[Class]:
    """The C3 order of the ancestors of a class with these bases. Raises TypeError in the program."""
    sequences = [list(base.mro) for base in bases] + [list(bases)]
    found: list[Class] = []
    while True:
        sequences = [sequence for sequence in sequences if sequence]
        if not sequences:
            return found
        for sequence in sequences:
            head = sequence[0]
            if not any(head in other[1:] for other in sequences):
                break
        else:
            left: list[Class] = []
            for sequence in sequences:
                if sequence[0] not in left:
                    left.append(sequence[0])
            names = ", ".join(each.name for each in left)
            between = " " if ACTIVE.machine.minor >= 13 else "\n"
            raise type_error(f"Cannot create a consistent method resolution{between}order (MRO) for bases {names}")
        found.append(head)
        for sequence in sequences:
            if sequence and sequence[0] is head:
                del sequence[0]


def native(
    name: str, owner: str = "", keywords: bool = False, module: str = "builtins"
) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Make a function of the host one that programs can call; its first parameter is the machine."""

    def register(function: Callable[..., Value]) -> Callable[..., Value]:
        made = Native(name, function, owner, keywords, module)
        if owner and f"{module}.{owner}" in BuiltinClass.known:
            BuiltinClass.known[f"{module}.{owner}"].names[name] = made
        return function

    return register


TYPE.kind = "type"
