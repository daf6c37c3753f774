"""The command line of a shell: sh [-options] [-c command [name [argument...]] | file [argument...]]."""

from __future__ import annotations

from msgspec import Struct

from fakedocker.base.sharing import one_set
from fakedocker.userland.sh.dialect import Dialect

_LONG_FLAGS = frozenset({"--login", "--norc", "--noprofile", "--noediting", "--posix", "--restricted", "--verbose"})
_LONG_NAMES = {
    "errexit": "e",
    "nounset": "u",
    "xtrace": "x",
    "noglob": "f",
    "noexec": "n",
    "verbose": "v",
    "monitor": "m",
}


class Invocation(Struct, frozen=True):
    """mode is command, script, stdin, interactive, fed, or "auto" where a terminal on standard input decides."""

    mode: str
    source: str  # of -c, or the path of a script
    name: str  # $0
    parameters: tuple[str, ...]
    options: frozenset[str]


class InvocationProblem(Exception):
    """The command line is wrong; the message has no prefix."""


def parse_invocation(argv: tuple[str, ...], dialect: Dialect) -> Invocation:
    """Raises InvocationProblem."""
    name = argv[0] if argv else dialect.name
    login = name.startswith("-")
    name = name.removeprefix("-")
    words = list(argv[1:])
    options: set[str] = {"login"} if login else set()
    while words and len(words[0]) > 1 and words[0][0] in "-+":
        word = words.pop(0)
        if word in ("--", "-"):
            break
        if word.startswith("--"):
            _long_option(word, dialect, options)
            continue
        for letter in word[1:]:
            if letter in "oO":
                if not words:
                    raise InvocationProblem(f"{word}: option requires an argument")
                text = words.pop(0)
                options.add(_LONG_NAMES.get(text, text))
            elif letter not in "aefhimnuvxCbBHIEVPTkptslcr":
                raise InvocationProblem(_illegal(word[0] + letter, dialect))
            elif word[0] == "-":
                options.add("login" if letter == "l" else letter)
            else:
                options.discard(letter)
    return _with_operands(name, words, options, dialect)


def _long_option(word: str, dialect: Dialect, options: set[str]) -> None:
    if dialect.name != "bash":
        raise InvocationProblem(_illegal("--", dialect))
    if word in ("--version", "--help"):
        options.add(word)
    elif word not in _LONG_FLAGS:
        raise InvocationProblem(f"{word}: invalid option")


def _illegal(text: str, dialect: Dialect) -> str:
    if dialect.name == "bash":
        return f"{text}: invalid option"
    return f"{'Illegal' if dialect.name == 'dash' else 'illegal'} option {text}"


def _with_operands(name: str, words: list[str], options: set[str], dialect: Dialect) -> Invocation:
    if "c" in options:
        options.discard("c")
        if not words:
            said = "-c: option requires an argument" if dialect.name == "bash" else "-c requires an argument"
            raise InvocationProblem(said)
        zero = words[1] if len(words) > 1 else name
        return Invocation("command", words[0], zero, tuple(words[2:]), one_set(options))
    stdin = "s" in options
    options.discard("s")
    if words and not stdin:
        return Invocation("script", words[0], words[0], tuple(words[1:]), one_set(options))
    mode = "interactive" if "i" in options else "stdin" if stdin else "auto"
    return Invocation(mode, "", name, tuple(words), one_set(options))
