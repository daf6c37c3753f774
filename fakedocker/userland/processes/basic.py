"""The smallest utilities: true, false, echo, printf, test, sleep, yes, seq, basename, dirname, pwd, env's kin."""

from __future__ import annotations

import posixpath
import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from fakedocker.base.clock import LAST_NS
from fakedocker.base.numbers import is_digits
from fakedocker.base.patterns import lazy_pattern
from fakedocker.kernel.program import System
from fakedocker.userland.processes.conditions import TestProblem, evaluate, problem_message
from fakedocker.userland.text.formatting import format_printf, too_wide
from fakedocker.userland.text.text_escapes import OutputEnds, decode_escapes
from fakedocker.userland.tools import (
    Register,
    UsageProblem,
    base_name,
    is_busybox,
    parse_options,
    program_name,
    say,
    tell,
)

PROGRAMS = Register()
_DURATION = lazy_pattern(r"((?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,4})?)([smhd]?)")
_UNIT_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


@lru_cache(256)
def parse_duration_ns(text: str) -> int | None:
    """A number of seconds, or with m, h, d; None for nonsense. "infinity" is longer than the clock goes."""
    if text in ("infinity", "inf"):
        return LAST_NS
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    return int(min(Decimal(match[1]) * _UNIT_SECONDS[match[2]] * 1_000_000_000, Decimal(LAST_NS)))


@PROGRAMS.program("true")
def _true(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    return 0


@PROGRAMS.program("false")
def _false(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    return 1


@PROGRAMS.program("echo")
def _echo(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    words, newline, escapes = argv[1:], "\n", False
    while words and len(words[0]) > 1 and words[0][0] == "-" and not words[0][1:].strip("neE"):
        newline = "" if "n" in words[0] else newline
        escapes = words[0].rfind("e") > words[0].rfind("E") if set(words[0]) & {"e", "E"} else escapes
        words = words[1:]
    text = " ".join(words) + newline
    if escapes:
        try:
            text = decode_escapes(text, stop=True, echo=True)
        except OutputEnds as end:
            text = end.text
    system.put(text)
    return 0


@PROGRAMS.program("printf", usage="FORMAT [ARG]...")
def _printf(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    if len(argv) < 2:
        raise UsageProblem("" if is_busybox(system) else "missing operand")
    result = format_printf(argv[1], argv[2:])
    system.put(result.text)
    for kind, word in result.problems:
        if kind == "directive":
            tell(system, f"{word}: invalid format", f"{word}: invalid conversion specification")
        elif kind == "width":
            system.unsimulated(too_wide(word))
        elif kind == "number":
            tell(system, f"invalid number '{word}'", f"‘{word}’: expected a numeric value")
        else:
            tell(system, f"invalid number '{word}'", f"‘{word}’: value not completely converted")
    return 1 if result.problems else 0


@PROGRAMS.program("test", "[")
def _test(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    words = argv[1:]
    if base_name(argv[0]) == "[":
        if words[-1:] != ("]",):
            tell(system, "missing ]", "missing ‘]’")
            return 2
        words = words[:-1]
    try:
        return 0 if evaluate(system, words) else 1
    except TestProblem as problem:
        say(system, problem_message(problem, "ash" if is_busybox(system) else "bash", words))
        return 2


@PROGRAMS.program("sleep", usage="[N]...")
def _sleep(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    if "until_ns" not in state:
        if len(argv) < 2:
            raise UsageProblem("" if is_busybox(system) else "missing operand")
        total_ns = 0
        for word in argv[1:]:
            duration_ns = parse_duration_ns(word)
            exponent = word not in ("inf", "infinity") and "e" in word.lower()  # which busybox does not know
            if duration_ns is None or (exponent and is_busybox(system)):
                said = f"invalid number '{word}'" if is_busybox(system) else f"invalid time interval ‘{word}’"
                raise UsageProblem(said, bare=is_busybox(system))
            total_ns = min(total_ns + duration_ns, LAST_NS)
        state["until_ns"] = system.now_ns + total_ns
    return system.sleep_and_end(state["until_ns"])


@PROGRAMS.program("usleep", usage="N\n")
def _usleep(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    if "until_ns" not in state:
        if len(argv) != 2:
            raise UsageProblem("")
        if not is_digits(argv[1]):
            raise UsageProblem(f"invalid number '{argv[1]}'", bare=True)
        state["until_ns"] = system.now_ns + int(argv[1]) * 1000
    system.sleep_until(state["until_ns"])
    return 0


@PROGRAMS.program("yes", usage="[STRING]")
def _yes(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    line = " ".join(argv[1:] or ("y",)) + "\n"
    block = line * max(1, 8192 // len(line))
    while True:
        system.put(block)
        system.drain()
        system.charge(100)


@PROGRAMS.program("seq", usage="[-w] [-s SEP] [FIRST [INC]] LAST\n")
def _seq(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    words, separator, width, form = _seq_options(argv)
    try:
        numbers = [Decimal(word) for word in words]
    except InvalidOperation:
        bad = next(word for word in words if not re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", word))
        raise UsageProblem("" if is_busybox(system) else f"invalid floating point argument: ‘{bad}’") from None
    if not 1 <= len(numbers) <= 3:
        raise UsageProblem("" if is_busybox(system) else "missing operand")
    first = numbers[0] if len(numbers) > 1 else Decimal(1)
    step = numbers[1] if len(numbers) == 3 else Decimal(1)
    last = numbers[-1]
    if step == 0:
        raise UsageProblem("invalid Zero increment value: ‘0’")
    places = max(0, *(-int(number.as_tuple().exponent) for number in (first, step)))
    digits = max(len(f"{number:.{places}f}") for number in (first, last)) if width else 0
    count = int((last - first) / step) + 1 if (last - first) / step >= 0 else 0
    done: int = state.setdefault("done", 0)
    while done < count:
        block = range(done, min(count, done + 2000))
        texts = [_seq_text(first + step * place, places, digits, form) for place in block]
        done += len(texts)
        state["done"] = done
        system.put(separator.join(texts) + (separator if done < count else "\n"))
        system.charge(len(texts))
        system.drain()
    return 0


def _seq_options(argv: tuple[str, ...]) -> tuple[list[str], str, bool, str]:
    words, separator, width, form = list(argv[1:]), "\n", False, ""
    while words and len(words[0]) > 1 and words[0][0] == "-" and not re.match(r"-[\d.]", words[0]):
        word = words.pop(0)
        if word == "--":
            break
        name, equals, value = word.partition("=")
        if name == "--equal-width":
            width = True
        elif name in ("--separator", "--format"):
            value = value if equals else words.pop(0) if words else ""
            separator, form = (value, form) if name == "--separator" else (separator, value)
        elif word.startswith("-s"):
            separator = word[2:] or (words.pop(0) if words else "")
        elif word.startswith("-f"):
            form = word[2:] or (words.pop(0) if words else "")
        elif word == "-w":
            width = True
        else:
            raise UsageProblem(f"invalid option -- '{word[1]}'")
    return words, separator, width, form


def _seq_text(number: Decimal, places: int, digits: int, form: str) -> str:
    if form:
        return format_printf(form, (str(number),)).text
    text = f"{number:.{places}f}"
    return "-" + text[1:].rjust(digits - 1, "0") if text.startswith("-") else text.rjust(digits, "0")


@PROGRAMS.program("basename", usage="FILE [SUFFIX] | -a FILE... | -s SUFFIX FILE...\n")
def _basename(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    options = parse_options(system, argv, "as:z", {"multiple": "a", "suffix=": "s", "zero": "z"}, permute=False)
    names = options.operands
    if not names:
        raise UsageProblem("" if is_busybox(system) else "missing operand")
    suffix = options.last("s")
    if "a" not in options and "s" not in options:
        if len(names) > 2:
            raise UsageProblem("" if is_busybox(system) else f"extra operand ‘{names[2]}’")
        suffix = names[1] if len(names) == 2 else ""
        names = names[:1]
    for name in names:
        base = base_name(name)
        if suffix and base != suffix:
            base = base.removesuffix(suffix)
        system.put(f"{base}\n")
    return 0


@PROGRAMS.program("dirname", usage="FILENAME\n")
def _dirname(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    names = parse_options(system, argv, "z", {"zero": "z"}).operands
    if not names or (is_busybox(system) and len(names) > 1):
        raise UsageProblem("" if is_busybox(system) else "missing operand")
    for name in names:
        stripped = name.rstrip("/") or name[:1]
        parent = stripped.rpartition("/")[0].rstrip("/")
        system.put(f"{parent or ('/' if stripped.startswith('/') else '.')}\n")
    return 0


@PROGRAMS.program("pwd", usage="[-LP]")
def _pwd(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    options = parse_options(system, argv, "LP", {"logical": "L", "physical": "P"})
    logical = system.environment.get("PWD", "")
    use_logical = options.last_of("LP", "P") == "L" and posixpath.isabs(logical)
    system.put(f"{logical if use_logical and system.real_path(logical) == system.directory else system.directory}\n")
    return 0


# the environment


@PROGRAMS.program("env", "printenv", usage="[-i0] [-u NAME]... [-] [NAME=VALUE]... [PROG ARGS]\n", usage_status=125)
def _env(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    if base_name(argv[0]) == "printenv":
        return _printenv(system, argv)
    long = {"ignore-environment": "i", "unset=": "u", "null": "0", "chdir=": "C", "split-string=": "S"}
    options = parse_options(system, argv, "iu:0C:S:", long, permute=False)
    words = [*options.last("S").split(), *options.operands]
    clear = "i" in options or words[:1] == ["-"]
    if words[:1] == ["-"]:
        words = words[1:]
    environment = {} if clear else dict(system.environment)
    for name in options.values("u"):
        environment.pop(name, None)
    while words and "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        environment[name] = value
    if not words:
        end = "\0" if "0" in options else "\n"
        system.put("".join(f"{name}={value}{end}" for name, value in environment.items()))
        return 0
    if "C" in options:
        system.change_directory(options.last("C"))
    return execute(system, tuple(words), environment)


def _printenv(system: System, argv: tuple[str, ...]) -> int:
    names = [word for word in argv[1:] if not word.startswith("-")]
    environment = system.environment
    if not names:
        system.put("".join(f"{name}={value}\n" for name, value in environment.items()))
        return 0
    status = 0
    for name in names:
        if name in environment:
            system.put(f"{environment[name]}\n")
        else:
            status = 1
    return status


def execute(system: System, argv: tuple[str, ...], environment: dict[str, str] | None = None) -> int:
    """Become another program; a message and 126 or 127 when that fails."""
    variables = dict(system.environment) if environment is None else environment
    path = variables.get("PATH", system.environment.get("PATH", "/bin:/usr/bin"))
    try:
        system.execute(system.find_program(argv[0], path), argv, variables)
    except OSError as problem:
        said = problem.strerror
        if program_name(system) in ("timeout", "nohup", "nice"):
            tell(system, f"can't execute '{argv[0]}': {said}", f"failed to run command ‘{argv[0]}’: {said}")
        else:
            tell(system, f"can't execute '{argv[0]}': {said}", f"‘{argv[0]}’: {said}")
        return 127 if problem.errno == 2 else 126
    return 126
