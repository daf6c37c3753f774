"""sysctl: settings of the kernel, as /proc/sys has them. None can be changed from inside."""

from __future__ import annotations

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, text_of
from fakedocker.userland.tools import Register, is_busybox, parse_options

PROGRAMS = Register()
_ROOT = "/proc/sys"
_DEEPEST = 6


@PROGRAMS.program("sysctl", usage="[-enq] { -a | -p [FILE]... | [-w] [KEY[=VALUE]]... }\n")
def _sysctl(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "aAbdeNnpqrwX", {"all": "a", "values": "n", "quiet": "q", "write": "w"})
    names = _all(system, "", 0) if "a" in options or "A" in options else list(options.operands)
    status = 0
    for word in names:
        name, sign, _ = (part.strip() for part in word.partition("="))
        path = f"{_ROOT}/{name.replace('.', '/')}"
        try:
            found = text_of(system.read_file(path)).rstrip("\n")
        except OSError:
            kind = "error" if is_busybox(system) else "sysctl"
            system.put(
                f"sysctl: {'error: ' if kind == 'error' else ''}{_missing(name, path, kind)}\n"
                if "e" not in options
                else "",
                2,
            )
            status = 1 if is_busybox(system) else 255
            continue
        if sign:
            said = (
                f"error setting key '{name}'" if is_busybox(system) else f'permission denied on key "{name}", ignoring'
            )
            system.put(f"sysctl: {said}{': Read-only file system' if is_busybox(system) else ''}\n", 2)
            status = 1
            continue
        system.put(f"{found}\n" if "n" in options else f"{name} = {found}\n")
    return status


def _missing(name: str, path: str, kind: str) -> str:
    if kind == "error":
        return f"'{name}' is an unknown key"
    return f"cannot stat {path}: No such file or directory"


def _all(system: System, folder: str, depth: int) -> list[str]:
    """Every setting below a folder, sorted."""
    found: list[str] = []
    for name in sorted(system.list_directory(f"{_ROOT}/{folder}")) if depth < _DEEPEST else []:
        path = f"{folder}/{name}" if folder else name
        if system.stat(f"{_ROOT}/{path}").kind == "dir":
            found += _all(system, path, depth + 1)
        else:
            found.append(path.replace("/", "."))
    return found
