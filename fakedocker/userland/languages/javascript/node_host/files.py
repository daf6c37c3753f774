"""Natives of fs: one system call each. What fails gives an error object, which the library throws or hands to a callback."""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.kernel.program import APPEND, CREATE, EXCLUSIVE, READ, TRUNCATE, WRITE, Stat, System
from fakedocker.userland.languages.javascript.cells import Value
from fakedocker.userland.languages.javascript.natives import Host, argument, integer
from fakedocker.userland.languages.javascript.node_host.host import (
    data_from,
    native,
    new_buffer,
    problem_object,
    system_of,
    text_from,
)
from fakedocker.userland.languages.javascript.operators import to_boolean, to_text
from fakedocker.userland.languages.javascript.units import to_units

_FLAGS = {
    "r": READ, "r+": READ | WRITE, "rs": READ, "rs+": READ | WRITE, "w": WRITE | CREATE | TRUNCATE, "wx": WRITE | CREATE | TRUNCATE | EXCLUSIVE,
    "w+": READ | WRITE | CREATE | TRUNCATE, "wx+": READ | WRITE | CREATE | TRUNCATE | EXCLUSIVE, "a": WRITE | CREATE | APPEND,
    "ax": WRITE | CREATE | APPEND | EXCLUSIVE, "a+": READ | WRITE | CREATE | APPEND, "ax+": READ | WRITE | CREATE | APPEND | EXCLUSIVE,
}  # fmt: skip


def _described(realm: Host, found: Stat) -> Value:
    made = realm.new_object()
    made.props.update(
        kind=found.kind, mode=float(found.mode | {"file": 0o100000, "dir": 0o40000, "link": 0o120000, "fifo": 0o10000, "char": 0o20000, "block": 0o60000, "socket": 0o140000}[found.kind]),
        uid=float(found.uid), gid=float(found.gid), size=float(found.size_bytes), ino=float(found.inode), nlink=float(found.links),
        mtimeMs=found.mtime_ns / 1e6,
    )  # fmt: skip
    return made


@native("stat")
def _stat(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """stat(path, follow, call) -> description or error"""
    path, follow = text_from(realm, arguments, 0), to_boolean(argument(arguments, 1))
    try:
        return _described(realm, system_of(realm).stat(path, follow))
    except OSError as problem:
        return problem_object(realm, problem, "stat" if follow else "lstat", path)


@native("fstat", "fstat")
def _fstat(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return _described(realm, system_of(realm).fstat(integer(realm, argument(arguments, 0))))


@native("readFile", "open", of_path=True)
def _read_file(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """readFile(path) -> Buffer or error"""
    path = text_from(realm, arguments, 0)
    system = system_of(realm)
    if system.stat(path).kind == "dir":
        return problem_object(realm, OSError(21, "Is a directory"), "read")
    return new_buffer(realm, system.read_file(path))


@native("writeFile", "open", of_path=True)
def _write_file(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """writeFile(path, data, flag, mode) -> undefined or error"""
    path, data = text_from(realm, arguments, 0), data_from(realm, argument(arguments, 1))
    flag, mode = to_text(realm, argument(arguments, 2)), integer(realm, argument(arguments, 3), 0o666)
    system = system_of(realm)
    if flag not in _FLAGS:
        return realm.error(
            "TypeError", f"The argument 'flags' is invalid. Received '{flag}'", code="ERR_INVALID_ARG_VALUE"
        ).value
    if flag in ("wx", "ax", "wx+", "ax+"):
        descriptor = system.open(path, _FLAGS[flag], mode)
        system.close(descriptor)
    system.write_file(path, data, append="a" in flag, mode=mode)
    return None


@native("readInput", "read")
def _read_input(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """readInput(descriptor, size) -> Buffer, empty at the end, or error. Waits."""
    data = system_of(realm).read(integer(realm, argument(arguments, 0)), integer(realm, argument(arguments, 1), 65536))
    return new_buffer(realm, data)


@native("writeText", "write")
def _write_text(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """writeText(descriptor, data) -> undefined or error"""
    system_of(realm).put(data_from(realm, argument(arguments, 1)), integer(realm, argument(arguments, 0)))
    return None


@native("open", "open", of_path=True)
def _open(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """open(path, flags, mode) -> descriptor or error"""
    path, flag = text_from(realm, arguments, 0), to_text(realm, argument(arguments, 1))
    if flag not in _FLAGS:
        return realm.error(
            "TypeError", f"The argument 'flags' is invalid. Received '{flag}'", code="ERR_INVALID_ARG_VALUE"
        ).value
    return float(system_of(realm).open(path, _FLAGS[flag], integer(realm, argument(arguments, 2), 0o666)))


@native("close", "close")
def _close(realm: Host, this: Value, arguments: list[Value]) -> Value:
    system_of(realm).close(integer(realm, argument(arguments, 0)))
    return None


@native("seek", "lseek")
def _seek(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return float(
        system_of(realm).seek(
            integer(realm, argument(arguments, 0)),
            integer(realm, argument(arguments, 1)),
            integer(realm, argument(arguments, 2)),
        )
    )


@native("truncate", "ftruncate")
def _truncate(realm: Host, this: Value, arguments: list[Value]) -> Value:
    system_of(realm).truncate(integer(realm, argument(arguments, 0)), integer(realm, argument(arguments, 1)))
    return None


@native("list", "scandir", of_path=True)
def _list(realm: Host, this: Value, arguments: list[Value]) -> Value:
    path = text_from(realm, arguments, 0)
    return realm.array([to_units(name) for name in system_of(realm).list_directory(path)])


def _simple(name: str, call: str, act: Callable[[Host, System, str, list[Value]], None]) -> None:
    """A native that does one thing with a path, and gives undefined or an error."""

    def run(realm: Host, this: Value, arguments: list[Value]) -> Value:
        act(realm, system_of(realm), text_from(realm, arguments, 0), arguments)
        return None

    native(name, call, of_path=True)(run)


_simple(
    "makeDirectory",
    "mkdir",
    lambda realm, system, path, arguments: system.make_directory(path, integer(realm, argument(arguments, 1), 0o777)),
)
_simple("removeFile", "unlink", lambda realm, system, path, arguments: system.remove_file(path))
_simple("removeDirectory", "rmdir", lambda realm, system, path, arguments: system.remove_directory(path))
_simple(
    "changeMode", "chmod", lambda realm, system, path, arguments: system.change_mode(path, integer(realm, arguments[1]))
)
_simple(
    "changeOwner",
    "chown",
    lambda realm, system, path, arguments: system.change_owner(
        path, integer(realm, arguments[1]), integer(realm, arguments[2])
    ),
)
_simple("changeDirectory", "chdir", lambda realm, system, path, arguments: system.change_directory(path))
_simple("setTimes", "utime", lambda realm, system, path, arguments: system.set_times(path, int(arguments[1] * 1e9)))


def _pair(name: str, call: str, act: Callable[[System, str, str], None]) -> None:
    """A native over two paths."""

    def run(realm: Host, this: Value, arguments: list[Value]) -> Value:
        first, second = text_from(realm, arguments, 0), text_from(realm, arguments, 1)
        try:
            act(system_of(realm), first, second)
        except OSError as problem:
            made = problem_object(realm, problem, call, first)
            made.props["message"].value += f" -> '{to_units(second)}'"
            made.props["dest"] = to_units(second)
            made.props["stack"].value = realm.trace_text(made, made.props["stack"]).replace(
                f"'{to_units(first)}'", f"'{to_units(first)}' -> '{to_units(second)}'", 1
            )
            return made
        return None

    native(name)(run)


_pair("rename", "rename", lambda system, first, second: system.rename(first, second))
_pair("symlink", "symlink", lambda system, first, second: system.symlink(first, second))
_pair("link", "link", lambda system, first, second: system.link(first, second))


@native("readLink", "readlink", of_path=True)
def _read_link(realm: Host, this: Value, arguments: list[Value]) -> Value:
    path = text_from(realm, arguments, 0)
    return to_units(system_of(realm).read_link(path))


@native("resolvePath", "lstat", of_path=True)
def _resolve_path(realm: Host, this: Value, arguments: list[Value]) -> Value:
    path = text_from(realm, arguments, 0)
    return to_units(system_of(realm).real_path(path))


@native("access", "access", of_path=True)
def _access(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """access(path, mode) -> undefined or error"""
    path, mode = text_from(realm, arguments, 0), integer(realm, argument(arguments, 1))
    system = system_of(realm)
    system.stat(path)
    if not system.access(path, read=bool(mode & 4), write=bool(mode & 2), execute=bool(mode & 1)):
        raise OSError(13, "Permission denied")
    return None
