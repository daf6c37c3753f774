"""nginx's configuration files: tokens, directives and blocks, includes, and the complaints nginx has about them.

What is read is kept as a `Sources` value, so that a worker serves what its master has read, and a parse can be repeated
without the files. It must not know requests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from fakedocker.kernel.program import System
from fakedocker.userland.services.nginx_directives import CONTEXT_OF_BLOCK, DIRECTIVES, FREE_BLOCKS, NAMES, Kind
from fakedocker.userland.sh.patterns import is_wild, matches

PREFIX: Final = "/etc/nginx"


class ConfigProblem(Exception):
    """The configuration is wrong. The message is nginx's, without its level."""

    def __init__(self, message: str, place: tuple[str, int] | None = None) -> None:
        super().__init__(message if place is None else f"{message} in {place[0]}:{place[1]}")


class Directive(NamedTuple):
    name: str
    arguments: tuple[str, ...]
    block: tuple[Directive, ...] | None
    file: str
    line: int

    @property
    def place(self) -> tuple[str, int]:
        return self.file, self.line


Block = tuple[Directive, ...]
Sources = tuple[tuple[str, str], ...]
"""(path, text) of each file in the order in which it is first included; (pattern, names one per line) of each pattern."""

Load = Callable[[str, tuple[str, int] | None], str]


class _Token(NamedTuple):
    kind: str  # "word" or one of { } ;
    text: str
    line: int


_TOKEN = re.compile(
    r"""\s+ | \#[^\n]* | (?P<mark>[{};]) | "(?P<double>(?:[^"\\]|\\.)*)" | '(?P<single>(?:[^'\\]|\\.)*)'
    | (?P<word>(?:\$\{\w*\}?|[^\s{};\\"']|\\.)(?:\$\{\w*\}?|[^\s{};\\]|\\.)*)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES: Final = {"t": "\t", "r": "\r", "n": "\n"}


# files


def read_sources(system: System, path: str, globals_text: str = "") -> Sources:
    """A configuration file and all it includes.

    Args:
        globals_text: the directives given with -g.

    Raises:
        ConfigProblem: a file cannot be read, or nginx would stop reading before it is through.
    """
    found: dict[str, str] = {"-g": globals_text}

    def load(name: str, place: tuple[str, int] | None) -> str:
        if name not in found:
            found[name] = _read(system, name, place)
        return found[name]

    _parse(path, load)
    return tuple(found.items())


@lru_cache(maxsize=64)
def parse_sources(path: str, sources: Sources) -> Block:
    """The directives of what `read_sources` has read, those of -g first."""
    texts = dict(sources)
    return _parse(path, lambda name, place: texts[name])


def _read(system: System, name: str, place: tuple[str, int] | None) -> str:
    if is_wild(name):
        directory, _, last = name.rpartition("/")
        try:
            return "\n".join(entry for entry in system.list_directory(directory or "/") if matches(last, entry))
        except OSError:
            return ""
    try:
        return system.read_file(name).decode("utf-8", "surrogateescape")
    except OSError as problem:
        raise ConfigProblem(f'open() "{name}" failed ({problem.errno}: {problem.strerror})', place) from None


# directives


def _parse(path: str, load: Load) -> Block:
    top = _parse_file("-g", load, "m") if load("-g", None) else ()
    return top + _parse_file(path, load, "m")


def _parse_file(name: str, load: Load, context: str, place: tuple[str, int] | None = None) -> Block:
    """The directives of one file, which stand in a context of nginx_directives, or in a free block ("")."""
    return _Parser(name, load, _tokens(load(name, place), name)).block(context, top=True)


def _tokens(text: str, name: str) -> list[_Token]:
    found: list[_Token] = []
    at, line = 0, 1
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ConfigProblem('unexpected end of file, expecting ";" or "}"', (name, text.count("\n") + 1))
        line += match[0].count("\n")
        at = match.end()
        if match["mark"]:
            found.append(_Token(match["mark"], match["mark"], line))
        elif (quoted := match["double"] if match["double"] is not None else match["single"]) is not None:
            found.append(_Token("word", re.sub(r"\\(.)", lambda hit: _ESCAPES.get(hit[1], hit[1]), quoted), line))
        elif match["word"]:
            found.append(_Token("word", re.sub(r"\\([\"'\\])", r"\1", match["word"]), line))
    found.append(_Token("end", "", text.count("\n") + 1))
    return found


class _Parser:
    """Goes through the tokens of one file."""

    def __init__(self, name: str, load: Load, tokens: Sequence[_Token]) -> None:
        self.name = name
        self.load = load
        self.tokens = tokens
        self.at = 0

    def problem(self, message: str, token: _Token) -> ConfigProblem:
        return ConfigProblem(message, None if self.name == "-g" else (self.name, token.line))

    def block(self, context: str, *, top: bool) -> Block:
        """Up to the closing brace, or the end of the file where it is the file's own level."""
        found: list[Directive] = []
        while True:
            words, token = self.words()
            if not words:
                if token.kind == "end" and top:
                    return tuple(found)
                if token.kind == "end":
                    raise self.problem('unexpected end of file, expecting "}"', token)
                if token.kind == "}" and not top:
                    return tuple(found)
                raise self.problem(f'unexpected "{token.text}"', token)
            if token.kind == "end":
                raise self.problem('unexpected end of file, expecting ";" or "}"', token)
            if token.kind == "}":
                raise self.problem('unexpected "}"', token)
            found += self.directive(context, words, token, found)

    def words(self) -> tuple[list[str], _Token]:
        """The words up to a mark, and the mark."""
        words: list[str] = []
        while (token := self.tokens[self.at]).kind == "word":
            words.append(token.text)
            self.at += 1
        self.at += token.kind != "end"
        return words, token

    def directive(self, context: str, words: list[str], token: _Token, before: list[Directive]) -> Block:
        name, *arguments = words
        if context == "":
            if name == "include" and len(arguments) == 1:
                return self.included(arguments[0], token, "")
            return (Directive(name, tuple(arguments), None, self.name, token.line),)
        kind = self.kind(context, name, arguments, token)
        if not kind.repeats and any(other.name == name for other in before):
            raise self.problem(f'"{name}" directive is duplicate', token)
        if name == "include":
            return self.included(arguments[0], token, context)
        if name == "if" and not (arguments[0].startswith("(") and arguments[-1].endswith(")")):
            raise self.problem(f'invalid condition "{arguments[0]}"', token)
        block = None
        if kind.block:
            inner = "" if name in FREE_BLOCKS else CONTEXT_OF_BLOCK[name]
            block = self.block(inner, top=False)
        return (Directive(name, tuple(arguments), block, self.name, token.line),)

    def kind(self, context: str, name: str, arguments: list[str], token: _Token) -> Kind:
        """What the table says of a directive; nginx's complaint where it may not stand so."""
        if context == "t":  # what is in stream and mail is not served, so it is not looked at
            return Kind(frozenset("t"), 0, len(arguments), token.kind == "{", False, True)
        kind = DIRECTIVES.get((context, name))
        if kind is None:
            said = f'"{name}" directive is not allowed here' if name in NAMES else f'unknown directive "{name}"'
            raise self.problem(said, token)
        if kind.block != (token.kind == "{"):
            said = 'has no opening "{"' if kind.block else 'is not terminated by ";"'
            raise self.problem(f'directive "{name}" {said}', token)
        if not (kind.least <= len(arguments) <= kind.most or name == "if"):
            raise self.problem(f'invalid number of arguments in "{name}" directive', token)
        if kind.flag and arguments[0] not in ("on", "off"):
            said = f'invalid value "{arguments[0]}" in "{name}" directive, it must be "on" or "off"'
            raise self.problem(said, token)
        return kind

    def included(self, pattern: str, token: _Token, context: str) -> Block:
        full = pattern if pattern.startswith("/") else f"{PREFIX}/{pattern}"
        place = (self.name, token.line)
        if not is_wild(full):
            return _parse_file(full, self.load, context, place)
        directory = full.rpartition("/")[0]
        found: Block = ()
        for name in self.load(full, place).splitlines():
            found += _parse_file(f"{directory}/{name}", self.load, context, place)
        return found


# looking at them


def find(block: Block | None, name: str) -> Directive | None:
    """The directive of a name."""
    return next((directive for directive in block or () if directive.name == name), None)


def all_of(block: Block | None, name: str) -> list[Directive]:
    return [directive for directive in block or () if directive.name == name]


def argument(block: Block | None, name: str, default: str) -> str:
    """The first argument of a directive."""
    found = find(block, name)
    return found.arguments[0] if found is not None and found.arguments else default
