"""errno."""

from __future__ import annotations

import errno
from typing import Final

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python.library import names_for
from fakedocker.userland.languages.python.signs import Interpreter

WORDS: Final = {
    1: "Operation not permitted", 2: "No such file or directory", 3: "No such process", 4: "Interrupted system call",
    5: "Input/output error", 9: "Bad file descriptor", 11: "Resource temporarily unavailable",
    12: "Cannot allocate memory", 13: "Permission denied", 17: "File exists", 20: "Not a directory",
    21: "Is a directory", 22: "Invalid argument", 24: "Too many open files", 28: "No space left on device",
    30: "Read-only file system", 32: "Broken pipe", 39: "Directory not empty", 98: "Address already in use",
    104: "Connection reset by peer", 110: "Connection timed out", 111: "Connection refused",
}  # fmt: skip


@names_for("errno")
def _names(m: Interpreter) -> dict[str, Value]:
    names = {name: code for code, name in errno.errorcode.items() if code in WORDS}
    return {**names, "errorcode": {code: name for name, code in names.items()}}
