"""Source and version in, syntax tree out; what is said of a source that is wrong."""

from __future__ import annotations

from functools import partial

from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.python import syntax as s
from fakedocker.userland.languages.python.lexer import Lexer, Token
from fakedocker.userland.languages.python.mistakes import diagnosed
from fakedocker.userland.languages.python.parser import Parser
from fakedocker.userland.languages.python.parser_base import Failed, OutOfTokens, generic_error
from fakedocker.userland.languages.python.source_errors import SourceError


def parse(source: str, minor: int, warnings: list[tuple[int, str]] | None = None) -> s.Module:
    """The tree of a source in a version, 12 for Python 3.12. O(length).

    Args:
        warnings: gets what is warned of, with its lines.

    Raises SourceError in the words of that version, NotSimulated where they or the syntax are not known.
    """
    if "\0" in source:
        raise NotSimulated("a null character in Python source")
    source = source.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    lexer = Lexer(source, minor)
    problem: SourceError | None = None
    wrong: SourceError | None = None
    told: SourceError | None = None
    try:
        lexer.run()
    except SourceError as error:
        problem = error.with_traceback(None)  # else it is in a circle with its traceback, and all that leads here stays
    try:
        return _tree(lexer, problem, minor)
    except SourceError as error:
        wrong, known = error.with_traceback(None), len(lexer.tokens)
        wrong.__context__ = None
        if minor == 11:
            told, known = diagnosed(lexer, problem, partial(_reads, lexer, minor))
            wrong = told or wrong
        wrong.warnings += [
            (line, words) for line, words, place in lexer.warnings if place < known or known == len(lexer.tokens)
        ]
        raise wrong from None
    finally:
        wrong = told = problem = None
        if warnings is not None:
            warnings += [(line, words) for line, words, _ in lexer.warnings]
        del lexer  # whose tokens may hold what is raised


def _reads(lexer: Lexer, minor: int, tokens: list[Token]) -> bool:
    """Whether the expression of a field of an f-string can be read."""
    try:
        Parser(lexer, tokens, minor, False).field_value(tokens)
    except (Failed, OutOfTokens, SourceError, NotSimulated):
        return False
    return True


def _tree(lexer: Lexer, problem: SourceError | None, minor: int) -> s.Module:
    """The tree of a source's tokens. Raises SourceError, NotSimulated."""
    first = None
    wrong: SourceError | None = None
    for second in (False, True):
        try:
            parser = Parser(lexer, lexer.tokens, minor, second)
            if first is None:
                first = parser
            return s.Module(parser.file())
        except Failed:
            if second:
                wrong = generic_error(first or parser)
                if wrong.kind == "IndentationError":
                    raise wrong from None  # before the rest of the source is looked at
                break
        except OutOfTokens:
            raise problem or lexer.unclosed() or NotSimulated("the words for this mistake in Python") from None
        except SourceError as found:
            wrong = found.with_traceback(None)
            if problem is None or second or found.kind != "SyntaxError":
                break
    if problem is not None and problem.kind == "SyntaxError":
        raise problem  # while what is wrong with indents is told when the parser comes there
    if minor < 10:
        raise NotSimulated(f"the words of Python 3.{minor} for a mistake in the source")
    unclosed = lexer.unclosed()
    if unclosed is not None and first is not None and first.tokens[first.furthest].at[0] > unclosed.start[0]:
        raise unclosed
    assert wrong is not None
    raise wrong
