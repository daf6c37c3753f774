"""What utilities share: the register of a module, options, messages in the words of busybox or GNU, users and groups.

It must not know any single utility.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from fakedocker.base.numbers import is_digits
from fakedocker.base.patterns import lazy_pattern
from fakedocker.base.regex import LimitExceeded
from fakedocker.kernel.program import Program, Stat, System, Unsimulated
from fakedocker.userland.versions import busybox_banner

_Function = TypeVar("_Function", bound=Program)
_PLAIN_NAME = lazy_pattern(r"[\w@%+:,./-][\w@%+=:,./~#-]*")


class UsageProblem(Exception):
    """The command line is wrong.

    Args:
        message: what is wrong, "" for the usage alone.
        status: the exit status, 0 for the program's usual one.
        bare: print the message only, without the usage or the hint to it.
    """

    def __init__(self, message: str = "", status: int = 1, bare: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.bare = bare


class Register(dict[str, Program]):
    """The programs of a module, by name."""

    def program(
        self, *names: str, usage: str = "", usage_status: int = 1, hint: str = ""
    ) -> Callable[[Callable[..., int]], Program]:
        """Enter a function under its names.

        Args:
            usage: the synopsis that busybox shows, without the program's name.
            usage_status: what GNU's program exits with after a wrong option.
            hint: what GNU's program says then, where that is not the usual pointer to --help.
        """

        def enter(function: Callable[..., int]) -> Program:
            def run(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
                try:
                    return function(system, argv, state)
                except UsageProblem as problem:
                    return _report_usage(system, problem, usage, usage_status, hint)
                except Unsimulated as boundary:
                    system.unsimulated(boundary.what, boundary.why)
                    return boundary.status
                except LimitExceeded:  # glibc's word for an expression that it cannot match
                    say(system, "memory exhausted")
                    return 2

            for name in names:
                self[name] = run
            return run

        return enter


def is_busybox(system: System) -> bool:
    return system.identity.family == "busybox"


def program_name(system: System) -> str:
    """What messages begin with: the applet's name for busybox, argv[0] for GNU's."""
    name = system.argv[0] if system.argv else system.identity.name
    return name.rpartition("/")[2] if is_busybox(system) else name


def speaks_unicode(system: System) -> bool:
    """Whether the locale is one of UTF-8; a container's is POSIX unless its image or user sets another."""
    environment = system.environment
    locale = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or ""
    return "utf8" in locale.lower().replace("-", "")


def quoted_if_needed(name: str) -> str:
    """A file name as GNU's messages show it: quoted where a shell would need that."""
    return name if _PLAIN_NAME.fullmatch(name) else "'" + name.replace("'", "'\\''") + "'"


def say(system: System, message: str) -> None:
    """An error message with the program's name in front. GNU's ‘quotes’ become plain ones in the POSIX locale."""
    if "‘" in message and not speaks_unicode(system):
        message = message.replace("‘", "'").replace("’", "'")
    system.put(f"{program_name(system)}: {message}\n", 2)


def tell(system: System, busybox: str, gnu: str) -> None:
    """An error message in the words of the program's family."""
    say(system, busybox if is_busybox(system) else gnu)


def _report_usage(system: System, problem: UsageProblem, usage: str, usage_status: int, hint: str) -> int:
    name = program_name(system)
    if problem.message:
        say(system, problem.message)
    if not problem.bare:
        if is_busybox(system):
            text = f"{busybox_banner(system)} multi-call binary.\n\nUsage: {name} {usage}\n"
            system.put(text if problem.message else text + "\n", 2)
        else:
            system.put(hint or f"Try '{name} --help' for more information.\n", 2)
    return problem.status if is_busybox(system) or problem.status != 1 else usage_status


class Options:
    """Options in the order given, as (name, value), and the operands; `"n" in options` asks for one."""

    __slots__ = ("given", "operands")

    def __init__(self, given: tuple[tuple[str, str], ...], operands: tuple[str, ...]) -> None:
        self.given = given
        self.operands = operands

    def __contains__(self, name: object) -> bool:
        for given, _ in self.given:  # noqa: SIM110  # asked for each option of each program: any() costs twice as much
            if given == name:
                return True
        return False

    def last(self, name: str, default: str = "") -> str:
        """The value of the last option of a name."""
        for given, value in reversed(self.given):
            if given == name:
                return value
        return default

    def values(self, name: str) -> list[str]:
        return [value for given, value in self.given if given == name]

    def last_of(self, names: str, default: str = "") -> str:
        """Which of some single letters was given last."""
        for given, _ in reversed(self.given):
            if given in names:
                return given
        return default


def whole(
    system: System, text: str, gnu: str, *, least: int = 0, most: int = (1 << 31) - 1, below: str = "", status: int = 1
) -> int:
    """The number that an option is given, in decimal digits.

    Args:
        gnu: what GNU's program says of anything else, {} for the text; what it says in a second line comes after a newline.
        least, most: busybox names them where the number is less.
        below: what GNU's program says then.

    Raises:
        UsageProblem: it is none, or less.
    """
    number = int(text) if is_digits(text) else -1
    if number >= least:
        return number
    if is_busybox(system):
        known = number >= 0
        message = f"number {text} is not in {least}..{most} range" if known else f"invalid number '{text}'"
        raise UsageProblem(message, bare=True)
    template = (below or gnu) if number >= 0 else gnu
    raise UsageProblem(template.removesuffix("\n").format(text), status, bare=not template.endswith("\n"))


def port_number(text: str) -> int:
    """The port that a server is told to listen at; what it says of anything else is not simulated."""
    if not is_digits(text) or int(text) > 0xFFFF:
        raise Unsimulated(f"the port {text}")
    return int(text)


_NO_OPTIONS = Options((), ())


def parse_options(
    system: System, argv: tuple[str, ...], letters: str, long: dict[str, str] | None = None, *, permute: bool = True
) -> Options:
    """getopt: letters followed by : take a value; "::" an optional one that is joined.

    Args:
        long: long names -> the letter (or name) they stand for; a name ending in = takes a value, in =? may have one.
        permute: options may follow operands (GNU); else the first operand ends them.

    Raises:
        UsageProblem: an option is unknown or lacks its value.
    """
    if len(argv) == 1:
        return _NO_OPTIONS
    if permute and not any(word[:1] == "-" for word in argv[1:]):
        return Options((), argv[1:])
    takes = _takes(letters)
    given: list[tuple[str, str]] = []
    operands: list[str] = []
    words = list(argv[1:])
    while words:
        word = words.pop(0)
        if word == "--":
            operands += words
            break
        if word.startswith("--") and long is not None:
            given.append(_long_option(system, word, words, long))
        elif len(word) > 1 and word[0] == "-":
            _short_options(system, word, words, takes, given)
        elif permute:
            operands.append(word)
        else:
            operands += [word, *words]
            break
    return Options(tuple(given), tuple(operands))


@lru_cache(256)
def _takes(letters: str) -> dict[str, str]:
    """Letter -> what begins with one or two : where it takes a value."""
    return {letter: letters[place + 1 : place + 3] for place, letter in enumerate(letters) if letter != ":"}


def _short_options(
    system: System, word: str, words: list[str], takes: dict[str, str], given: list[tuple[str, str]]
) -> None:
    for place, letter in enumerate(word[1:], 1):
        kind = takes.get(letter)
        if kind is None:
            raise UsageProblem(f"invalid option -- '{letter}'")
        if not kind.startswith(":"):
            given.append((letter, ""))
            continue
        rest = word[place + 1 :]
        if not rest and kind != "::":
            if not words:
                raise UsageProblem(f"option requires an argument -- '{letter}'")
            rest = words.pop(0)
        given.append((letter, rest))
        return


def _long_option(system: System, word: str, words: list[str], long: dict[str, str]) -> tuple[str, str]:
    name, equals, value = word[2:].partition("=")
    known = {key.rstrip("=?"): key for key in long}
    matches = [name] if name in known else [key for key in known if key.startswith(name)]
    if len(matches) != 1:
        said = f"unrecognized option '{word}'" if not matches else f"option '{word}' is ambiguous"
        raise UsageProblem(f"unrecognized option: {name}" if is_busybox(system) and not matches else said)
    key = known[matches[0]]
    if key.endswith("=") and not equals:
        if not words:
            raise UsageProblem(f"option '--{matches[0]}' requires an argument")
        value = words.pop(0)
    return long[key], value


# numbers


_MULTIPLES = {
    "": 1, "b": 512, "c": 1, "w": 2, "k": 1 << 10, "K": 1 << 10, "kB": 1000, "m": 1 << 20, "M": 1 << 20, "MB": 10**6,
    "g": 1 << 30, "G": 1 << 30, "GB": 10**9, "T": 1 << 40,
}  # fmt: skip


def parse_size(text: str) -> int | None:
    """A number of bytes with a suffix (k, M, G, b, kB ...); None for nonsense."""
    digits = text.rstrip("bcwkKmMgGTB")
    suffix = text[len(digits) :]
    if not is_digits(digits) or suffix not in _MULTIPLES:
        return None
    return int(digits) * _MULTIPLES[suffix]


def strtol(text: str, base: int = 10) -> tuple[int, str]:
    """What strtol(3) makes of a text: the number that it begins with, 0 for none, and what follows. Never beyond 64
    bits.

    Args:
        base: 10, or 0 for one that begins with 0x or 0 to say its own.
    """
    bare = text.lstrip(" \t\n\v\f\r")
    match = _INTEGER[base].match(bare)
    if match is None:
        return 0, text
    sign, digits = -1 if match[1] == "-" else 1, match[2]
    prefix = digits[:2].lower() if base == 0 else ""
    own = 16 if prefix == "0x" else 8 if prefix[:1] == "0" else 10
    number = int(digits, own) if own != 8 else int(digits[1:] or "0", 8)
    return max(-(1 << 63), min(sign * number, (1 << 63) - 1)), bare[match.end() :]


_INTEGER = {
    10: lazy_pattern(r"([-+]?)(\d{1,4000})\d*", re.A),
    0: lazy_pattern(r"([-+]?)(0[xX][0-9a-fA-F]{1,4000}|0[0-7]{0,4000}|[1-9]\d{0,4000})", re.A),
}


def human_size(size_bytes: int, *, busybox: bool) -> str:
    """As ls -h and du -h: 1.2M, 4.0K. GNU rounds up."""
    if size_bytes < 1024:
        return str(size_bytes)
    value = float(size_bytes)
    for unit in "KMGTPE":
        value /= 1024
        if value < 1024 - 0.05 or unit == "E":
            break
    if busybox:
        return f"{value:.1f}{unit}"
    if value < 9.95:
        import math

        return f"{math.ceil(value * 10) / 10:.1f}{unit}"
    return f"{-int(-value // 1)}{unit}"


# users and groups


def _lines(system: System, path: str) -> list[list[str]]:
    try:
        text = system.read_file(path).decode("utf-8", "surrogateescape")
    except OSError:
        return []
    return [line.split(":") for line in text.splitlines() if line and not line.startswith("#")]


def users(system: System) -> list[list[str]]:
    """The lines of /etc/passwd with at least 7 fields."""
    return [fields for fields in _lines(system, "/etc/passwd") if len(fields) >= 7]


def user_name(system: System, uid: int) -> str:
    """The name of a user, its number where there is none."""
    return next((fields[0] for fields in users(system) if fields[2] == str(uid)), str(uid))


def group_name(system: System, gid: int) -> str:
    return next(
        (fields[0] for fields in _lines(system, "/etc/group") if len(fields) > 2 and fields[2] == str(gid)), str(gid)
    )


def find_user(system: System, name: str) -> list[str] | None:
    return next((fields for fields in users(system) if fields[0] == name), None)


def find_group(system: System, name: str) -> int | None:
    """The gid of a group by name."""
    for fields in _lines(system, "/etc/group"):
        if fields[0] == name and len(fields) > 2 and is_digits(fields[2]):
            return int(fields[2])
    return None


def groups_of(system: System, name: str) -> list[int]:
    """The supplementary groups of a user by /etc/group."""
    return [
        int(fields[2])
        for fields in _lines(system, "/etc/group")
        if len(fields) > 3 and is_digits(fields[2]) and name in fields[3].split(",")
    ]


# files


def stat_or_none(system: System, path: str, follow: bool = True) -> Stat | None:
    try:
        return system.stat(path, follow=follow)
    except OSError:
        return None


def is_directory(system: System, path: str) -> bool:
    found = stat_or_none(system, path)
    return found is not None and found.kind == "dir"


def join(directory: str, name: str) -> str:
    return directory + name if directory.endswith("/") else f"{directory}/{name}"


def base_name(path: str) -> str:
    """The last component, as basename(1) gives it."""
    stripped = path.rstrip("/")
    return stripped.rpartition("/")[2] if stripped else "/" if path else ""
