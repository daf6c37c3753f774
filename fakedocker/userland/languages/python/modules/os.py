"""os and os.path: files, directories, processes and the environment."""

from __future__ import annotations

import errno
import posixpath
from typing import Any, Final

from fakedocker.kernel import program
from fakedocker.kernel.synthetic import CPUS
from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python import calls, files
from fakedocker.userland.languages.python.errors import EXCEPTIONS, error, os_error, type_error
from fakedocker.userland.languages.python.files import path_of
from fakedocker.userland.languages.python.library import names_for
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.structures import structure, structure_class
from fakedocker.userland.languages.python.types import native, payload_of, type_name
from fakedocker.userland.languages.python.values import ACTIVE

_BILLION: Final = 1_000_000_000
_KINDS: Final = {
    "dir": 0o040000,
    "file": 0o100000,
    "link": 0o120000,
    "fifo": 0o010000,
    "char": 0o020000,
    "block": 0o060000,
    "socket": 0o140000,
}
_STAT: Final = (
    "st_mode",
    "st_ino",
    "st_dev",
    "st_nlink",
    "st_uid",
    "st_gid",
    "st_size",
    "st_atime",
    "st_mtime",
    "st_ctime",
)
_SIZE: Final = ("columns", "lines")
_UNAME: Final = ("sysname", "nodename", "release", "version", "machine")


def _called(path: Value, function: Any, *args: Any, other: Value = None) -> Any:  # Any: a system call
    """A system call about a path; its OSError has the path as it was given."""
    try:
        return function(*args)
    except OSError as problem:
        raise os_error(problem.errno or 0, problem.strerror or "", _shown(path), _shown(other)) from None


def _shown(path: Value) -> Value:
    """A path as an OSError has it: what os.fspath gives."""
    if path is None or isinstance(payload_of(path), str | bytes | int):
        return payload_of(path)
    return path_of(ACTIVE.machine, path)


@native("getcwd", module="posix")
def _getcwd(m: Interpreter) -> Value:
    return m.system.directory


@native("chdir", module="posix")
def _chdir(m: Interpreter, path: Value) -> Value:
    _called(path, m.system.change_directory, path_of(m, path))


@native("listdir", module="posix")
def _listdir(m: Interpreter, path: Value = ".") -> Value:
    return _called(path, m.system.list_directory, path_of(m, "." if path is None else path))


@native("mkdir", keywords=True, module="posix")
def _mkdir(m: Interpreter, path: Value, mode: Value = 0o777) -> Value:
    _called(path, m.system.make_directory, path_of(m, path), mode)


@native("rmdir", module="posix")
def _rmdir(m: Interpreter, path: Value) -> Value:
    _called(path, m.system.remove_directory, path_of(m, path))


@native("remove", module="posix")
def _remove(m: Interpreter, path: Value) -> Value:
    _called(path, m.system.remove_file, path_of(m, path))


@native("rename", module="posix")
def _rename(m: Interpreter, src: Value, dst: Value) -> Value:
    _called(src, m.system.rename, path_of(m, src), path_of(m, dst), other=dst)


@native("symlink", module="posix")
def _symlink(m: Interpreter, src: Value, dst: Value) -> Value:
    _called(src, m.system.symlink, path_of(m, src), path_of(m, dst), other=dst)


@native("readlink", module="posix")
def _readlink(m: Interpreter, path: Value) -> Value:
    return _called(path, m.system.read_link, path_of(m, path))


@native("chmod", module="posix")
def _chmod(m: Interpreter, path: Value, mode: Value) -> Value:
    _called(path, m.system.change_mode, path_of(m, path), mode)


@native("access", module="posix")
def _access(m: Interpreter, path: Value, mode: Value) -> Value:
    try:
        m.system.stat(path_of(m, path))
    except OSError:
        return False
    return not mode or m.system.access(path_of(m, path), bool(mode & 4), bool(mode & 2), bool(mode & 1))


def _stat_of(m: Interpreter, path: Value, follow: bool) -> Value:
    found = m.system.fstat(path) if type(path) is int else _called(path, m.system.stat, path_of(m, path), follow)
    seconds = found.mtime_ns / _BILLION
    mode = _KINDS[found.kind] | found.mode
    made = structure(
        "os.stat_result",
        _STAT,
        (mode, found.inode, 66, found.links, found.uid, found.gid, found.size_bytes, seconds, seconds, seconds),
    )
    made.fields["st_mtime_ns"] = found.mtime_ns
    return made


@native("stat", keywords=True, module="posix")
def _stat(m: Interpreter, path: Value, *, follow_symlinks: Value = True) -> Value:
    return _stat_of(m, path, m.truth(follow_symlinks))


@native("lstat", module="posix")
def _lstat(m: Interpreter, path: Value) -> Value:
    return _stat_of(m, path, False)


@native("utime_now", module="posix")
def _utime(m: Interpreter, path: Value, seconds: Value) -> Value:
    when = m.system.now_ns if seconds is None else int(seconds * _BILLION)
    _called(path, m.system.set_times, path_of(m, path), when)


@native("truncate", module="posix")
def _truncate(m: Interpreter, path: Value, length: Value) -> Value:
    fd = _called(path, m.system.open, path_of(m, path), program.WRITE)
    m.system.truncate(fd, length)
    m.system.close(fd)


for _name in ("getpid", "getppid", "getuid", "geteuid", "getgid", "getegid"):
    _what = {
        "getpid": "pid",
        "getppid": "parent_pid",
        "getuid": "uid",
        "geteuid": "uid",
        "getgid": "gid",
        "getegid": "gid",
    }[_name]
    native(_name, module="posix")(lambda m, what=_what: getattr(m.system, what))


@native("getgroups", module="posix")
def _getgroups(m: Interpreter) -> Value:
    return list(m.system.groups)


@native("environ_now", module="posix")
def _environ(m: Interpreter) -> Value:
    return dict(m.system.environment)


@native("urandom", module="posix")
def _urandom(m: Interpreter, size: Value) -> Value:
    if size > 1 << 16:
        raise NotSimulated("so many random bytes")
    return bytes(m.system.random(256) for _ in range(size))


@native("cpu_count", module="posix")
def _cpu_count(m: Interpreter) -> Value:
    """The machine's processors, whatever a container is limited to."""
    return CPUS


@native("uname", module="posix")
def _uname(m: Interpreter) -> Value:
    release = _text(m, "/proc/sys/kernel/osrelease")
    version = _text(m, "/proc/sys/kernel/version")
    return structure("posix.uname_result", _UNAME, ("Linux", m.system.hostname, release, version, "x86_64"))


def _text(m: Interpreter, path: str) -> str:
    try:
        return m.system.read_file(path).decode().strip()  # type: ignore[no-any-return]
    except OSError:
        raise NotSimulated("the kernel's release") from None


@native("kill", module="posix")
def _kill(m: Interpreter, pid: Value, number: Value) -> Value:
    try:
        m.system.kill(pid, int(payload_of(number)))
    except OSError as problem:
        raise os_error(problem.errno or 0, problem.strerror or "") from None


@native("_exit", module="posix")
def _exit(m: Interpreter, status: Value) -> Value:
    from fakedocker.userland.languages.machine.machine import Exit

    raise Exit(status & 0xFF)


@native("umask", module="posix")
def _umask(m: Interpreter, mask: Value) -> Value:
    before = m.system.umask
    m.system.set_umask(mask)
    return before


@native("get_terminal_size", module="posix")
def _get_terminal_size(m: Interpreter, fd: Value = 1) -> Value:
    try:
        rows, columns = m.system.window_size(fd)
    except OSError:
        raise os_error(errno.ENOTTY, "Inappropriate ioctl for device") from None
    return structure("os.terminal_size", _SIZE, (columns, rows))


@native("isatty", module="posix")
def _isatty(m: Interpreter, fd: Value) -> Value:
    return m.system.is_terminal(fd)


@native("write", module="posix")
def _write(m: Interpreter, fd: Value, data: Value) -> Value:
    m.system.put(bytes(data), fd)
    return len(data)


@native("read", module="posix")
def _read(m: Interpreter, fd: Value, size: Value) -> Value:
    return m.system.read(fd, size)


@native("close", module="posix")
def _close(m: Interpreter, fd: Value) -> Value:
    try:
        m.system.close(fd)
    except OSError as problem:
        raise os_error(problem.errno or 0, problem.strerror or "") from None


@native("pipe", module="posix")
def _pipe(m: Interpreter) -> Value:
    return m.system.pipe()


@native("fspath", module="posix")
def _fspath(m: Interpreter, path: Value) -> Value:
    plain = payload_of(path)
    return plain if isinstance(plain, str | bytes) else path_of(m, path)


@native("strerror", module="posix")
def _strerror(m: Interpreter, code: Value) -> Value:
    from fakedocker.userland.languages.python.modules.errno import WORDS

    return WORDS.get(code, f"Unknown error {code}")


@names_for("posix")
def _names(m: Interpreter) -> dict[str, Value]:
    return {
        "F_OK": 0, "R_OK": 4, "W_OK": 2, "X_OK": 1, "O_RDONLY": 0, "O_WRONLY": 1, "O_RDWR": 2, "O_CREAT": 64,
        "error": EXCEPTIONS["OSError"], "stat_result": structure_class("os.stat_result", _STAT),
    }  # fmt: skip


# os.path

_OF_TEXT: Final = "basename dirname isabs normcase normpath split splitdrive splitext".split()


def _pathlike(name: str) -> None:
    function = getattr(posixpath, name)

    def wrapper(m: Interpreter, path: Value) -> Value:
        return function(_text_of(m, path))

    native(name, module="posixpath")(wrapper)


def _text_of(m: Interpreter, path: Value) -> str:
    plain = payload_of(path)
    if isinstance(plain, int) or plain is None:
        raise type_error(f"expected str, bytes or os.PathLike object, not {type_name(path)}")
    return path_of(m, path)


for _name in _OF_TEXT:
    _pathlike(_name)


@native("join", module="posixpath")
def _join(m: Interpreter, path: Value, *paths: Value) -> Value:
    for each in paths:
        if not isinstance(payload_of(each), str | bytes) and m.special(each, "__fspath__") is None:
            raise type_error(f"join() argument must be str, bytes, or os.PathLike object, not '{type_name(each)}'")
    return posixpath.join(_text_of(m, path), *[path_of(m, each) for each in paths])


@native("abspath", module="posixpath")
def _abspath(m: Interpreter, path: Value) -> Value:
    return posixpath.normpath(posixpath.join(m.system.directory, _text_of(m, path)))


@native("realpath", keywords=True, module="posixpath")
def _realpath(m: Interpreter, path: Value, *, strict: Value = False) -> Value:
    try:
        return m.system.real_path(path_of(m, path))
    except OSError:
        return _abspath(m, path)


@native("relpath", module="posixpath")
def _relpath(m: Interpreter, path: Value, start: Value = ".") -> Value:
    here, there = _abspath(m, "." if start is None else start), _abspath(m, path)
    a = [part for part in here.split("/") if part]
    b = [part for part in there.split("/") if part]
    shared = len(posixpath.commonprefix([a, b]))
    return "/".join([".."] * (len(a) - shared) + b[shared:]) or "."


@native("expanduser", module="posixpath")
def _expanduser(m: Interpreter, path: Value) -> Value:
    text = _text_of(m, path)
    if text == "~" or text.startswith("~/"):
        home = m.system.environment.get("HOME") or ("/root" if m.system.uid == 0 else "/")
        return (home.rstrip("/") + text[1:]) or "/"
    if text.startswith("~"):
        raise NotSimulated("the home of another user")
    return text


@native("commonpath", module="posixpath")
def _commonpath(m: Interpreter, paths: Value) -> Value:
    return posixpath.commonpath([path_of(m, each) for each in m.items(paths)])


@native("commonprefix", module="posixpath")
def _commonprefix(m: Interpreter, paths: Value) -> Value:
    return posixpath.commonprefix([path_of(m, each) for each in m.items(paths)])


def _kind(m: Interpreter, path: Value, follow: bool = True) -> str:
    try:
        return m.system.stat(path_of(m, path), follow).kind  # type: ignore[no-any-return]
    except OSError:
        return ""


native("exists", module="posixpath")(lambda m, path: bool(_kind(m, path)))
native("lexists", module="posixpath")(lambda m, path: bool(_kind(m, path, False)))
native("isfile", module="posixpath")(lambda m, path: _kind(m, path) == "file")
native("isdir", module="posixpath")(lambda m, path: _kind(m, path) == "dir")
native("islink", module="posixpath")(lambda m, path: _kind(m, path, False) == "link")
native("getsize", module="posixpath")(lambda m, path: _called(path, m.system.stat, path_of(m, path)).size_bytes)
native("getmtime", module="posixpath")(
    lambda m, path: _called(path, m.system.stat, path_of(m, path)).mtime_ns / _BILLION
)


__all__ = ["calls", "error", "files"]


for _name, _fields in (("os.stat_result", _STAT), ("posix.uname_result", _UNAME), ("os.terminal_size", _SIZE)):
    structure_class(_name, _fields)
