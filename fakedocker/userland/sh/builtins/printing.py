"""Builtins that compute and print: echo, printf, test, let, true, false, :."""

from __future__ import annotations

from fakedocker.userland.processes.conditions import TestProblem, evaluate, problem_message
from fakedocker.userland.sh.builtin_table import builtin, complain
from fakedocker.userland.sh.conditions import evaluate_test
from fakedocker.userland.sh.evaluation import calculate
from fakedocker.userland.sh.quoting import quote_backslash
from fakedocker.userland.sh.state import ShellState
from fakedocker.userland.sh.variables import assign
from fakedocker.userland.text.formatting import format_printf, too_wide
from fakedocker.userland.text.text_escapes import OutputEnds, decode_escapes

_DASH_KEEPS = "xuUcE?"  # letters of escapes that dash's printf does not know


@builtin(":", special=True)
@builtin("true")
def _true(shell: ShellState, argv: tuple[str, ...]) -> int:
    return 0


@builtin("false")
def _false(shell: ShellState, argv: tuple[str, ...]) -> int:
    return 1


@builtin("echo", writes=True)
def _echo(shell: ShellState, argv: tuple[str, ...]) -> int:
    shell.out(echo_text(argv[1:], shell.dialect.name))
    return 0


def echo_text(words: tuple[str, ...], dialect: str) -> str:
    """What echo prints: dash always decodes escapes and knows only -n; the others have -n, -e and -E."""
    newline, escapes = "\n", dialect == "dash"
    options = "n" if dialect == "dash" else "neE"
    while words and len(words[0]) > 1 and words[0][0] == "-" and not words[0][1:].strip(options):
        for letter in words[0][1:]:
            if letter == "n":
                newline = ""
            else:
                escapes = letter == "e"
        words = words[1:]
        if dialect == "dash":
            break
    text = " ".join(words)
    if not escapes:
        return text + newline
    try:
        return decode_escapes(text, stop=True, echo=True) + newline
    except OutputEnds as end:
        return end.text


@builtin("printf", writes=True)
def _printf(shell: ShellState, argv: tuple[str, ...]) -> int:
    words = argv[1:]
    target = ""
    if shell.is_bash() and words[:1] == ("-v",) and len(words) > 1:
        target, words = words[1], words[2:]
    if words[:1] == ("--",):
        words = words[1:]
    if not words:
        said = "usage: printf [-v var] format [arguments]" if shell.is_bash() else "usage: printf format [arg ...]"
        shell.error(f"printf: {said}\n")
        return 2
    quote = quote_backslash if shell.is_bash() else None
    kept = _DASH_KEEPS if shell.dialect.name == "dash" else ""
    result = format_printf(words[0], words[1:], quote, shell.system.now_ns // 1_000_000_000, kept)
    if target:
        assign(shell, target, result.text)
    else:
        shell.out(result.text)
    for kind, word in result.problems:
        _printf_problem(shell, kind, word, words[0])
    if result.broken and shell.dialect.name == "dash":
        return 2
    return 1 if result.problems else 0


def _printf_problem(shell: ShellState, kind: str, word: str, template: str) -> None:
    name = shell.dialect.name
    if kind == "width":
        shell.system.unsimulated(too_wide(word), program="printf")
    elif kind == "directive":
        if name == "bash":
            shell.complain(f"`{word[-1]}': invalid format character", "printf")
        elif name == "dash":
            shell.complain(f"{word}: invalid directive", "printf")
        else:
            shell.error(f"sh: {word}: invalid format\n")
    elif name == "bash":
        shell.complain(f"{word}: invalid number", "printf")
    elif name == "dash":
        said = "expected numeric value" if kind == "number" else "not completely converted"
        shell.complain(f"{word}: {said}", "printf")
    else:
        shell.error(f"sh: invalid number '{word}'\n")


@builtin("test", "[")
def _test(shell: ShellState, argv: tuple[str, ...]) -> int:
    words = argv[1:]
    dialect = shell.dialect.name
    if argv[0] == "[":
        if words[-1:] != ("]",):
            said = "missing `]'" if dialect == "bash" else "missing ]"
            return _test_problem(shell, argv[0], said)
        words = words[:-1]
    try:
        return 0 if evaluate(shell.system, words) else 1
    except TestProblem as problem:
        return _test_problem(shell, argv[0], problem_message(problem, dialect, words))


@builtin("[[", only="ash")
def _double_bracket(shell: ShellState, argv: tuple[str, ...]) -> int:
    """busybox's [[ is test with && and ||, patterns after == and regular expressions after =~."""
    if argv[-1] != "]]":
        return _test_problem(shell, "[[", "missing ]]")
    words = argv[1:-1]
    for operator, stops_at in (("||", 0), ("&&", 1)):
        if operator in words:
            place = words.index(operator)
            status = _double_bracket(shell, ("[[", *words[:place], "]]"))
            if status == stops_at or status > 1:
                return status if status > 1 else stops_at
            return _double_bracket(shell, ("[[", *words[place + 1 :], "]]"))
    if len(words) == 3 and words[1] in ("=", "==", "!=", "=~"):
        return evaluate_test(shell, words[1], [words[0], words[2]])
    try:
        return 0 if evaluate(shell.system, words) else 1
    except TestProblem as problem:
        return _test_problem(shell, "[[", problem_message(problem, "ash", words))


def _test_problem(shell: ShellState, name: str, said: str) -> int:
    if shell.dialect.name == "ash":
        shell.error(f"sh: {said}\n")
        return 2
    return complain(shell, name, said, 2)


@builtin("let", only="ash bash")
def _let(shell: ShellState, argv: tuple[str, ...]) -> int:
    if len(argv) < 2:
        return complain(shell, "let", "expression expected")
    value = 0
    for word in argv[1:]:
        value = calculate(shell, word)
    return 0 if value else 1
