"""jq, by the jq library: its language is not written again. Where the library is not installed, it says so."""

from __future__ import annotations

import json
from typing import Any

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of, read_text, text_of
from fakedocker.userland.tools import Options, Register, parse_options

PROGRAMS = Register()
_LONG = {
    "raw-output": "r", "compact-output": "c", "slurp": "s", "null-input": "n", "exit-status": "e", "sort-keys": "S", "raw-input": "R",
    "join-output": "j", "tab": "tab", "indent=": "indent", "color-output": "C", "monochrome-output": "M", "ascii-output": "a", "version": "V", "from-file=": "f",
}  # fmt: skip


@PROGRAMS.program("jq")
def _jq(system: System, argv: tuple[str, ...], state: State) -> int:
    words, variables = _variables(system, argv)
    options = parse_options(system, words, "rcsneSRjCMaVf:", _LONG)
    if "V" in options:
        system.put("jq-1.7.1\n")
        return 0
    operands = list(options.operands)
    source = text_of(system.read_file(options.last("f"))) if "f" in options else operands.pop(0) if operands else ""
    if not source and "f" not in options and not options.operands:
        system.put("jq - commandline JSON processor [version 1.7.1]\n\nUsage:\tjq [OPTIONS] FILTER [FILES...]\n", 2)
        return 2
    try:
        import jq  # type: ignore[import-not-found]  # it has no type information
    except ImportError:
        system.put("jq: the Python package `jq` is not installed (pip install jq)\n", 2)
        return 2
    text = "" if "n" in options and not operands else read_text(system, state, tuple(operands), _report)
    if state.get("input_failed"):
        return 2
    try:
        program = jq.compile(source, args=variables)
    except ValueError as problem:
        first = str(problem).splitlines()[0]
        system.put(
            f"{first}\njq: 1 compile error\n"
            if first.startswith("jq: ")
            else f"jq: error: {first}\njq: 1 compile error\n",
            2,
        )
        return 3
    return _run(system, options, program, text)


def _variables(system: System, argv: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Take --arg name value and --argjson name value out."""
    words: list[str] = []
    found: dict[str, Any] = {}
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        if word in ("--arg", "--argjson", "--slurpfile", "--rawfile") and len(rest) >= 2:
            name, value = rest.pop(0), rest.pop(0)
            if word == "--argjson":
                found[name] = json.loads(value)
            elif word in ("--slurpfile", "--rawfile"):
                content = text_of(system.read_file(value))
                found[name] = content if word == "--rawfile" else [json.loads(content)]
            else:
                found[name] = value
        else:
            words.append(word)
    return tuple(words), found


def _report(system: System, name: str, problem: OSError) -> None:
    system.put(f"jq: error: Could not open {name}: {problem.strerror}\n", 2)


def _inputs(options: Options, text: str) -> list[Any]:
    """The values of the input. Raises ValueError after the first that is wrong."""
    if "n" in options:
        return [None]
    if "R" in options:
        return [text] if "s" in options else text.splitlines()
    values, decoder, at = [], json.JSONDecoder(), 0
    while True:
        while at < len(text) and text[at] in " \t\r\n\ufeff":
            at += 1
        if at >= len(text):
            break
        value, at = decoder.raw_decode(text, at)
        values.append(value)
    return [values] if "s" in options else values


def _run(system: System, options: Options, program: Any, text: str) -> int:
    try:
        values = _inputs(options, text)
    except ValueError as problem:
        line = text.count("\n", 0, getattr(problem, "pos", 0)) + 1
        system.put(f"jq: parse error: Invalid literal at line {line}, column {getattr(problem, 'colno', 0)}\n", 2)
        return 2
    status, last = 0, None
    system.charge(len(text) // 64)
    for value in values:
        results = iter(program.input_value(value))
        while True:
            try:
                result = next(results)
            except StopIteration:
                break
            except ValueError as problem:
                system.put(f"jq: error (at <stdin>:{text.count(chr(10))}): {problem}\n", 2)
                status = 5
                break
            last = result
            system.put(bytes_of(_shown(options, result)))
    if status:
        return status
    if "e" in options:
        return 1 if last in (None, False) else 0
    return 0


def _shown(options: Options, value: Any) -> str:
    raw = isinstance(value, str) and ("r" in options or "j" in options)
    if raw:
        text = str(value)
    elif "c" in options:
        text = json.dumps(_numbers(value), separators=(",", ":"), ensure_ascii="a" in options, sort_keys="S" in options)
    else:
        indent: int | str = "\t" if "tab" in options else int(options.last("indent", "2"))
        text = json.dumps(_numbers(value), indent=indent, ensure_ascii="a" in options, sort_keys="S" in options)
    return text if "j" in options else text + "\n"


def _numbers(value: Any) -> Any:
    """Whole floats as integers, as jq prints them."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e17:
        return int(value)
    if isinstance(value, dict):
        return {key: _numbers(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_numbers(part) for part in value]
    return value
