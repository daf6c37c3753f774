"""The classes of exceptions, and how the host raises one for a program."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python.values import BuiltinClass, Class, ExceptionValue

OBJECT: Final = BuiltinClass("object", None)
TYPE: Final = BuiltinClass("type", OBJECT, host=BuiltinClass)
for _each in (OBJECT, TYPE):
    _each.meta = TYPE

_TREE: Final = """
BaseException: BaseExceptionGroup Exception GeneratorExit KeyboardInterrupt SystemExit
Exception: ArithmeticError AssertionError AttributeError BufferError EOFError ImportError LookupError MemoryError NameError OSError ReferenceError RuntimeError StopAsyncIteration StopIteration SyntaxError SystemError TypeError ValueError Warning
BaseExceptionGroup: ExceptionGroup
ArithmeticError: FloatingPointError OverflowError ZeroDivisionError
ImportError: ModuleNotFoundError
LookupError: IndexError KeyError
NameError: UnboundLocalError
OSError: BlockingIOError ChildProcessError ConnectionError FileExistsError FileNotFoundError InterruptedError IsADirectoryError NotADirectoryError PermissionError ProcessLookupError TimeoutError
ConnectionError: BrokenPipeError ConnectionAbortedError ConnectionRefusedError ConnectionResetError
RuntimeError: NotImplementedError RecursionError
SyntaxError: IndentationError
IndentationError: TabError
ValueError: UnicodeError
UnicodeError: UnicodeDecodeError UnicodeEncodeError UnicodeTranslateError
Warning: BytesWarning DeprecationWarning EncodingWarning FutureWarning ImportWarning PendingDeprecationWarning ResourceWarning RuntimeWarning SyntaxWarning UnicodeWarning UserWarning
"""

EXCEPTIONS: Final[dict[str, BuiltinClass]] = {
    "BaseException": BuiltinClass("BaseException", OBJECT, kind="exception"),
}
for _line in _TREE.strip().split("\n"):
    _base, _, _names = _line.partition(": ")
    for _name in _names.split():
        EXCEPTIONS[_name] = BuiltinClass(_name, EXCEPTIONS[_base])
EXCEPTIONS["IOError"] = EXCEPTIONS["EnvironmentError"] = EXCEPTIONS["OSError"]

OF_ERRNO: Final[dict[int, str]] = {
    11: "BlockingIOError", 10: "ChildProcessError", 17: "FileExistsError", 2: "FileNotFoundError", 4: "InterruptedError",
    21: "IsADirectoryError", 20: "NotADirectoryError", 13: "PermissionError", 1: "PermissionError",
    3: "ProcessLookupError", 110: "TimeoutError", 32: "BrokenPipeError", 103: "ConnectionAbortedError",
    111: "ConnectionRefusedError", 104: "ConnectionResetError",
}  # fmt: skip


class Raised(Exception):
    """An exception of the program, raised by the host for it."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


def error(name: str, *args: Value) -> Raised:
    """An exception of a builtin class, to be raised."""
    return Raised(ExceptionValue(EXCEPTIONS[name], args))


def type_error(words: str) -> Raised:
    return error("TypeError", words)


def os_error(number: int, words: str, filename: Value = None, other: Value = None) -> Raised:
    """An OSError of the class that belongs to its number."""
    args: tuple[Value, ...] = (number, words)
    value = ExceptionValue(EXCEPTIONS[OF_ERRNO.get(number, "OSError")], args)
    value.fields["filename"] = filename
    value.fields["filename2"] = other
    return Raised(value)


def classes_caught(wanted: Value) -> list[Class]:
    """The classes that `except wanted` names, tuples within tuples too. Raises TypeError in the script for anything else."""
    found, pending = [], [wanted]
    for each in pending:
        if type(each) is tuple:
            pending += each
        elif not (isinstance(each, Class) and EXCEPTIONS["BaseException"] in each.mro):
            raise type_error("catching classes that do not inherit from BaseException is not allowed")
        else:
            found.append(each)
    return found
