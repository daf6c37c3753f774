"""Builtins for variables and parameters: export, readonly, local, declare, unset, set's parameters, shift, getopts."""

from __future__ import annotations

import re
from typing import Any

from fakedocker.base.numbers import is_digits
from fakedocker.base.patterns import lazy_pattern
from fakedocker.userland.sh.builtin_table import builtin, complain
from fakedocker.userland.sh.commands import ReportedError
from fakedocker.userland.sh.control import save_variables
from fakedocker.userland.sh.dialect import ShellError
from fakedocker.userland.sh.evaluation import calculate
from fakedocker.userland.sh.parameters import text_of
from fakedocker.userland.sh.quoting import quote_bash, quote_double, quote_single
from fakedocker.userland.sh.state import CALL, ShellState, Value
from fakedocker.userland.sh.variables import assign, unset

_NAME = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_ASSIGNED = lazy_pattern(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[([^\]]*)\])?(\+?)=", re.DOTALL)


def check_name(shell: ShellState, word: str, shown: str, command: str) -> bool:
    """Whether a word is a variable's name; bash reports it and goes on, the others end."""
    if _NAME.fullmatch(word):
        return True
    if not shell.is_bash():
        raise ShellError(f"{word}: bad variable name")
    shell.complain(f"`{shown}': not a valid identifier", command)
    return False


def declare_word(shell: ShellState, word: str, command: str) -> str | None:
    """`name` or `name=value`: assign if there is a value, and give the name; None for a bad one."""
    match = _ASSIGNED.match(word)
    if match is None:
        name = word.partition("=")[0]
        return name if check_name(shell, name, word, command) else None
    name, subscript, plus = match.groups()
    key: Any = None
    if subscript is not None:
        key = subscript if "A" in shell.attributes.get(name, "") else calculate(shell, subscript)
    assign(shell, name, word[match.end() :], append=bool(plus), subscript=key)
    return name


def shown_value(shell: ShellState, value: Value) -> str:
    if isinstance(value, dict):
        return "(" + " ".join(f"[{key}]={quote_double(text)}" for key, text in value.items()) + ")"
    return quote_double(text_of(value)) if shell.is_bash() else quote_single(text_of(value))


def _letters(shell: ShellState, name: str) -> str:
    """The letters of declare -p."""
    found = shell.attributes.get(name, "")
    value = shell.variables.get(name)
    if isinstance(value, dict) and "A" not in found:
        found += "a"
    if name in shell.readonly:
        found += "r"
    if name in shell.exports:
        found += "x"
    return "".join(sorted(found, key="aAilrtux".index)) or "-"


def declaration(shell: ShellState, name: str) -> str:
    value = shell.variables.get(name)
    equals = "" if value is None else f"={shown_value(shell, value)}"
    return f"declare -{_letters(shell, name)} {name}{equals}"


def _listing(shell: ShellState, names: frozenset[str], command: str) -> None:
    for name in sorted(names):
        value = shell.variables.get(name)
        if shell.is_bash():
            shell.out(f"{declaration(shell, name)}\n")
        else:
            equals = "" if value is None else f"={shown_value(shell, value)}"
            shell.out(f"{command} {name}{equals}\n")


@builtin("export", "readonly", special=True)
def _export(shell: ShellState, argv: tuple[str, ...]) -> int:
    words = argv[1:]
    remove = False
    functions = False
    while words and words[0].startswith("-") and words[0] not in ("-", "--"):
        remove = remove or "n" in words[0]
        functions = functions or "f" in words[0]
        words = words[1:]
    if words[:1] == ("--",):
        words = words[1:]
    if functions:
        return 0
    if not words:
        _listing(shell, shell.exports if argv[0] == "export" else shell.readonly, argv[0])
        return 0
    status = 0
    for word in words:
        name = declare_word(shell, word, argv[0])
        if name is None:
            status = 1
        elif argv[0] == "readonly":
            shell.readonly |= {name}
        elif remove:
            shell.exports -= {name}
        else:
            shell.exports |= {name}
    shell.recompute_slow()
    return status


def _call_place(shell: ShellState) -> int | None:
    for place in range(len(shell.frames) - 1, -1, -1):
        if shell.frames[place][0] == CALL:
            return place
    return None


def make_local(shell: ShellState, name: str) -> None:
    """Save a variable until the function returns; in bash it is unset meanwhile."""
    place = _call_place(shell)
    assert place is not None
    frame = shell.frames[place]
    if any(saved[0] == name for saved in frame[6]):
        return
    shell.frames[place] = (*frame[:6], frame[6] + save_variables(shell, (name,)), *frame[7:])
    if shell.is_bash():
        shell.variables.pop(name, None)


@builtin("local")
def _local(shell: ShellState, argv: tuple[str, ...]) -> int:
    if _call_place(shell) is None:
        if shell.is_bash():
            return complain(shell, "local", "can only be used in a function")
        shell.complain("not in a function", "local")
        raise ReportedError(2)
    return _declare(shell, argv) if shell.is_bash() else _local_words(shell, argv[1:])


def _local_words(shell: ShellState, words: tuple[str, ...]) -> int:
    for word in words:
        name = word.partition("=")[0]
        if word == "-":
            continue
        check_name(shell, name, word, "local")
        make_local(shell, name)
        declare_word(shell, word, "local")
    return 0


@builtin("declare", "typeset", only="bash", writes=True)
def _declare(shell: ShellState, argv: tuple[str, ...]) -> int:
    words = argv[1:]
    on = off = ""
    while words and len(words[0]) > 1 and words[0][0] in "-+" and words[0] != "--":
        if words[0][0] == "-":
            on += words[0][1:]
        else:
            off += words[0][1:]
        words = words[1:]
    if words[:1] == ("--",):
        words = words[1:]
    if "f" in on or "F" in on:
        return _show_functions(shell, words, "F" in on)
    if "p" in on or not words:
        return _show_declarations(shell, words, on.replace("p", ""))
    status = 0
    local = _call_place(shell) is not None and "g" not in on
    for word in words:
        name = re.split(r"\+?=|\[", word, maxsplit=1)[0]
        if not check_name(shell, name, word, argv[0]):
            status = 1
            continue
        if local:
            make_local(shell, name)
        _set_attributes(shell, name, on, off)
        if "=" in word:
            declare_word(shell, word, argv[0])
        elif ("a" in on or "A" in on) and name not in shell.variables:
            shell.variables[name] = {}
        if "r" in on:
            shell.readonly |= {name}
    shell.recompute_slow()
    return status


def _set_attributes(shell: ShellState, name: str, on: str, off: str) -> None:
    letters = (set(shell.attributes.get(name, "")) | (set(on) & set("ilutA"))) - set(off)
    if "u" in on:
        letters.discard("l")
    if "l" in on:
        letters.discard("u")
    others = {key: value for key, value in shell.attributes.items() if key != name}
    shell.attributes = {**others, name: "".join(sorted(letters))} if letters else others
    if "x" in on:
        shell.exports |= {name}
    if "x" in off:
        shell.exports -= {name}
    shell.recompute_slow()


def _show_functions(shell: ShellState, names: tuple[str, ...], only_names: bool) -> int:
    status = 0
    for name in names or sorted(shell.functions):
        if name not in shell.functions:
            status = 1
        elif only_names:
            shell.out(f"{name}\n" if names else f"declare -f {name}\n")
        else:
            shell.out(f"{shell.functions[name][2]}\n")
    return status


def _show_declarations(shell: ShellState, names: tuple[str, ...], letters: str) -> int:
    status = 0
    for name in names or sorted(shell.variables):
        if name not in shell.variables and name not in shell.exports:
            status = complain(shell, "declare", f"{name}: not found")
        elif set(letters) <= set(_letters(shell, name)):
            shell.out(f"{declaration(shell, name)}\n")
    return status


@builtin("unset", special=True)
def _unset(shell: ShellState, argv: tuple[str, ...]) -> int:
    words = argv[1:]
    kind = ""
    while words and words[0] in ("-v", "-f", "-n", "--"):
        kind = words[0][1]
        words = words[1:]
    for word in words:
        if kind == "f":
            shell.functions = {name: entry for name, entry in shell.functions.items() if name != word}
            continue
        name, bracket, rest = word.partition("[")
        if bracket and shell.is_bash():
            _unset_element(shell, name, rest.rstrip("]"))
            continue
        if not _NAME.fullmatch(word):
            if shell.is_bash():
                continue
            raise ShellError(f"{word}: bad variable name")
        if word in shell.variables or word in shell.readonly or kind == "v":
            unset(shell, word)
        elif shell.is_bash() and word in shell.functions:
            shell.functions = {name: entry for name, entry in shell.functions.items() if name != word}
        else:
            unset(shell, word)
    return 0


def _unset_element(shell: ShellState, name: str, subscript: str) -> None:
    held = shell.variables.get(name)
    if not isinstance(held, dict):
        return
    if subscript in ("@", "*"):
        unset(shell, name)
        return
    key: Any = subscript if "A" in shell.attributes.get(name, "") else calculate(shell, subscript)
    if isinstance(key, int) and key < 0:
        key += max(held, default=-1) + 1
    shell.variables[name] = {other: text for other, text in held.items() if other != key}


@builtin("shift", special=True)
def _shift(shell: ShellState, argv: tuple[str, ...]) -> int:
    text = argv[1] if len(argv) > 1 else "1"
    if not is_digits(text):
        if shell.is_bash():
            return complain(shell, "shift", f"{text}: numeric argument required")
        raise ShellError(f"Illegal number: {text}")
    count = int(text)
    if count > len(shell.parameters):
        if shell.dialect.name == "dash":
            raise ShellError("can't shift that many")
        return 1
    shell.parameters = shell.parameters[count:]
    return 0


@builtin("getopts")
def _getopts(shell: ShellState, argv: tuple[str, ...]) -> int:
    if len(argv) < 3:
        said = {
            "dash": "Usage: getopts optstring var [arg...]",
            "ash": "usage: getopts optstring var [arg]",
        }.get(shell.dialect.name)
        if said is None:
            shell.error("getopts: usage: getopts optstring name [arg ...]\n")
            return 2
        raise ShellError(said)
    letters, name = argv[1], argv[2]
    words = argv[3:] if len(argv) > 3 else shell.parameters
    quiet = letters.startswith(":")
    letter, argument, problem = _next_option(shell, letters.lstrip(":"), words)
    shell.variables.pop("OPTARG", None)
    if letter is None:
        assign(shell, name, "?")
        return 1
    if problem:
        if quiet:
            shell.variables["OPTARG"] = letter
            assign(shell, name, ":" if problem == "argument" else "?")
        else:
            _option_problem(shell, letter, problem)
            assign(shell, name, "?")
        return 0
    if argument is not None:
        shell.variables["OPTARG"] = argument
    assign(shell, name, letter)
    return 0


def _next_option(shell: ShellState, letters: str, words: tuple[str, ...]) -> tuple[str | None, str | None, str]:
    """(letter, argument, problem); no letter at the end. OPTIND and the offset in a word move on."""
    place = int(text_of(shell.variables.get("OPTIND", "1")) or 1)
    offset = shell.getopts_offset or 1
    word = words[place - 1] if place <= len(words) else ""
    if offset == 1 and (len(word) < 2 or word[0] != "-" or word == "--"):
        shell.getopts_offset = 0
        shell.variables["OPTIND"] = str(place + (word == "--"))
        return None, None, ""
    letter = word[offset]
    offset += 1
    found = letters.find(letter) if letter != ":" else -1
    takes = found >= 0 and letters[found + 1 : found + 2] == ":"
    argument: str | None = None
    problem = "" if found >= 0 else "unknown"
    if takes:
        argument = word[offset:]
        if not argument:
            place += 1
            if place <= len(words):
                argument = words[place - 1]
            else:
                argument, problem = None, "argument"
        offset = len(word)
    if offset >= len(word):
        place, offset = place + 1, 0
    shell.getopts_offset = offset
    shell.variables["OPTIND"] = str(place)
    return letter, argument, problem


def _option_problem(shell: ShellState, letter: str, problem: str) -> None:
    if shell.is_bash():
        said = "option requires an argument" if problem == "argument" else "illegal option"
        shell.error(f"{shell.name}: {said} -- {letter}\n")
    elif problem == "argument":
        shell.error(f"No arg for -{letter} option\n")
    else:
        shell.error(f"Illegal option -{letter}\n")


def show_all_variables(shell: ShellState) -> None:
    """`set` without arguments."""
    quote = quote_bash if shell.is_bash() else quote_single
    for name in sorted(shell.variables):
        value = shell.variables[name]
        shown = shown_value(shell, value) if isinstance(value, dict) else quote(text_of(value))
        shell.out(f"{name}={shown}\n")
    if shell.is_bash():
        for name in sorted(shell.functions):
            shell.out(f"{shell.functions[name][2]}\n")
