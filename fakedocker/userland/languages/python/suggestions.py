"""`Did you mean: 'x'?`: which of the names there are is nearest to one that there is not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fakedocker.userland.languages.python.errors import EXCEPTIONS
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.values import ExceptionValue, Module

_MOVE: Final = 2
_CASE: Final = 1
_LONGEST: Final = 40
_MOST_NAMES: Final = 750


def _substitution(a: str, b: str) -> int:
    if a == b:
        return 0
    return _CASE if a.lower() == b.lower() and a.isascii() and b.isascii() else _MOVE


def _distance(a: str, b: str, most: int) -> int:
    """The cost of making one name of another, or more than `most`."""
    if a == b:
        return 0
    while a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    if not a or not b:
        return _MOVE * (len(a) + len(b))
    if len(a) > _LONGEST or len(b) > _LONGEST:
        return most + 1
    if len(b) < len(a):
        a, b = b, a
    if (len(b) - len(a)) * _MOVE > most:
        return most + 1
    row = list(range(_MOVE, _MOVE * (len(a) + 1), _MOVE))
    result = 0
    for index, character in enumerate(b):
        distance = result = index * _MOVE
        lowest = most + 1
        for place, other in enumerate(a):
            substitute = distance + _substitution(character, other)
            distance = row[place]
            insert_delete = min(result, distance) + _MOVE
            result = min(insert_delete, substitute)
            row[place] = result
            lowest = min(lowest, result)
        if lowest > most:
            return most + 1
    return result


def nearest(wrong: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant; None if none is near."""
    known = list(names)
    if len(known) >= _MOST_NAMES or not wrong or len(wrong) > _LONGEST:
        return None
    best: str | None = None
    best_distance = -1
    for name in known:
        if name == wrong:
            continue
        most = (len(name) + len(wrong) + 3) * _MOVE // 6
        if best_distance >= 0:
            most = min(most, best_distance - 1)
        distance = _distance(wrong, name, most)
        if distance > most:
            continue
        if best is None or distance < best_distance:
            best, best_distance = name, distance
    return best


def suggestion(m: Interpreter, value: ExceptionValue) -> str:
    """What a traceback adds to the message of an exception."""
    from fakedocker.userland.languages.python import real_names

    if m.minor < 10:
        return ""
    name = value.fields.get("name")
    if type(name) is not str:
        return ""
    mro = value.cls.mro
    if EXCEPTIONS["AttributeError"] in mro and "obj" in value.fields:
        found = _nearest_hidden_last(m, name, real_names.directory(m, value.fields["obj"]))
        return f". Did you mean: '{found}'?" if found is not None else ""
    if EXCEPTIONS["NameError"] in mro:
        return _for_name(m, value, name)
    if EXCEPTIONS["ImportError"] in mro and m.minor >= 12 and "name_from" in value.fields:
        module = m.modules.get(name)
        if isinstance(module, Module):
            found = nearest(value.fields["name_from"], sorted(real_names.directory(m, module)))
            return f". Did you mean: '{found}'?" if found is not None else ""
    return ""


def _nearest_hidden_last(m: Interpreter, wrong: str, names: list[str]) -> str | None:
    if m.minor >= 13 and not wrong.startswith("_"):
        names = [name for name in names if not name.startswith("_")]
    return nearest(wrong, names)


_IN_ORDER: Final = (
    "__name__ __doc__ __package__ __loader__ __spec__ __build_class__ __import__ abs all any ascii bin breakpoint callable chr compile"
    " delattr dir divmod eval exec format getattr globals hasattr hash hex id input isinstance issubclass iter aiter len locals max min"
    " next anext oct ord pow print repr round setattr sorted sum vars None Ellipsis NotImplemented False True bool memoryview bytearray"
    " bytes classmethod complex dict enumerate filter float frozenset property int list map object range reversed set slice"
    " staticmethod str super tuple type zip __debug__ BaseException BaseExceptionGroup Exception GeneratorExit KeyboardInterrupt"
    " SystemExit ArithmeticError AssertionError AttributeError BufferError EOFError ImportError LookupError MemoryError NameError OSError"
    " ReferenceError RuntimeError StopAsyncIteration StopIteration SyntaxError SystemError TypeError ValueError Warning"
    " FloatingPointError OverflowError ZeroDivisionError BytesWarning DeprecationWarning EncodingWarning FutureWarning ImportWarning"
    " PendingDeprecationWarning ResourceWarning RuntimeWarning SyntaxWarning UnicodeWarning UserWarning BlockingIOError"
    " ChildProcessError ConnectionError FileExistsError FileNotFoundError InterruptedError IsADirectoryError NotADirectoryError"
    " PermissionError ProcessLookupError TimeoutError IndentationError _IncompleteInputError IndexError KeyError ModuleNotFoundError"
    " NotImplementedError PythonFinalizationError RecursionError UnboundLocalError UnicodeError BrokenPipeError"
    " ConnectionAbortedError ConnectionRefusedError ConnectionResetError TabError UnicodeDecodeError UnicodeEncodeError"
    " UnicodeTranslateError ExceptionGroup EnvironmentError IOError open quit exit copyright credits license help"
).split()
"""The names of the builtins as their dict has them; of two that are as near as each other the first is meant."""


def _builtins(minor: int) -> list[str]:
    from fakedocker.userland.languages.python import real_names

    known = set(real_names.builtin_names(minor))
    return [name for name in _IN_ORDER if name in known]


def _for_name(m: Interpreter, value: ExceptionValue, name: str) -> str:
    from fakedocker.userland.languages.python import real_names
    from fakedocker.userland.languages.python.frame_names import local_names

    frame = value.fields.get("@frame")
    if frame is None:
        return ""
    local, around = local_names(m, frame), frame.globals  # as they are now: a handler's name may be gone
    found = None
    if m.minor >= 12 and value.cls.name == "NameError" and local.get("self") is not None:
        self_names = real_names.directory(m, local["self"])
        if name in self_names:
            return f". Did you mean: 'self.{name}'?"
    if m.minor >= 13:
        found = nearest(name, [*local, *around, *_builtins(m.minor)])
    else:
        for known in (local, around, _builtins(m.minor)):
            found = nearest(name, known)
            if found is not None:
                break
    text = f". Did you mean: '{found}'?" if found is not None else ""
    if m.minor >= 12 and name in real_names.module_names(m.minor):
        text += f"{' Or did' if found is not None else '. Did'} you forget to import '{name}'?"
    return text
