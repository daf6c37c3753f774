"""Reading quotes and `$` in all its forms: what a word, a here-document or an arithmetic expression is made of.

Commands inside `$( )` are left to the parser, which extends this class by way of the lexer. It must not know tokens.
"""

from __future__ import annotations

import re
from typing import Final, NoReturn

from fakedocker.base.patterns import lazy_pattern
from fakedocker.userland.sh.dialect import Dialect, Incomplete, SyntaxProblem
from fakedocker.userland.sh.nodes import (
    Arithmetic,
    Command,
    CommandSubstitution,
    DoubleQuoted,
    Literal,
    Parameter,
    Part,
    Parts,
    Quoted,
)
from fakedocker.userland.text.text_escapes import decode_escapes

_QUOTED_RUN = lazy_pattern(r'[^$`\\"]+')
_OPERAND_RUN = lazy_pattern(r"[^}$`\\\"':/]+")
_HERE_RUN = lazy_pattern(r"[^$`\\]+")
_NAME = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_BRACED_NAME = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*|\d+|[@*#?$!-]")
_BRACED_OPERATOR = lazy_pattern(r":[-=?+]|[-=?+]|##?|%%?|//|/[#%]?|\^\^?|,,?|:|@[A-Za-z]")
_DOLLAR_QUOTE = lazy_pattern(r"((?:[^'\\]|\\.)*)'", re.DOTALL)
_MAXIMUM_DEPTH: Final = 45  # each level takes about 14 of Python's own frames


class PartReader:
    """Reads parts of words from `source`, beginning at `position`.

    Args:
        source: the text; offsets in everything returned refer to it.
        position: where to begin.
        dialect: which extensions to understand.
        final: whether nothing can follow `source`: an open here-document then ends with it.
    """

    def __init__(self, source: str, position: int, dialect: Dialect, final: bool) -> None:
        self.source = source
        self.position = position
        self.dialect = dialect
        self.final = final
        self.depth = 0

    def has(self, feature: str) -> bool:
        return feature in self.dialect.features

    # quotes

    def _backslash(self) -> Part:
        at = self.position
        if at + 1 >= len(self.source):
            if not self.final:
                raise Incomplete("end of file", at)
            self.position += 1
            return Quoted("\\")
        self.position += 2
        following = self.source[at + 1]
        return Literal("") if following == "\n" else Quoted(following)

    def _single_quoted(self) -> Part:
        end = self.source.find("'", self.position + 1)
        if end < 0:
            raise Incomplete("'", self.position, kind="quote")
        text = self.source[self.position + 1 : end]
        self.position = end + 1
        return Quoted(text)

    def _double_quoted(self) -> Parts:
        """The inside of double quotes, past the closing one."""
        source, parts = self.source, list[Part]()
        start = self.position - 1
        while True:
            run = _QUOTED_RUN.match(source, self.position)
            if run:
                self.position = run.end()
                parts.append(Literal(run[0]))
            if self.position >= len(source):
                raise Incomplete('"', start, kind="quote")
            if source[self.position] == '"':
                self.position += 1
                return merge(parts)
            parts.append(self._inside_quotes('"'))

    def _inside_quotes(self, escapable: str) -> Part:
        """A backslash, dollar or backquote where double-quote rules hold."""
        character = self.source[self.position]
        if character == "$":
            return self._dollar(True)
        if character == "`":
            return self._backquote(True)
        following = self.source[self.position + 1 : self.position + 2]
        self.position += 1 + len(following)
        if following == "\n":
            return Literal("")
        if following and following in "$`\\" + escapable:
            return Quoted(following)
        return Literal("\\" + following)

    def here_parts(self) -> Parts:
        """All of this lexer's source as the body of a here-document, or of an arithmetic expression."""
        parts: list[Part] = []
        while self.position < len(self.source):
            run = _HERE_RUN.match(self.source, self.position)
            if run:
                self.position = run.end()
                parts.append(Literal(run[0]))
            else:
                parts.append(self._inside_quotes(""))
        return merge(parts)

    # dollars

    def _dollar(self, quoted: bool) -> Part:
        source, start = self.source, self.position
        after = start + 1
        if source.startswith("((", after):
            found = self._arithmetic(after + 2)
            if found is not None:
                return found
        if source.startswith("(", after):
            self.position = after + 1
            return CommandSubstitution(self.nested_commands("$("))
        if source.startswith("{", after):
            return self._braced(quoted)
        name = _NAME.match(source, after)
        if name:
            self.position = name.end()
            return Parameter(name[0])
        following = source[after : after + 1]
        if following and following in "@*#?-$!0123456789":
            self.position = after + 1
            return Parameter(following)
        if not quoted and self.has("dollar-quote"):
            if following == "'":
                text = _DOLLAR_QUOTE.match(source, after + 1)
                if not text:
                    raise Incomplete("'", start, kind="quote")
                self.position = text.end()
                return Quoted(decode_escapes(text[1], quote_too=True))
            if following == '"':
                self.position = after + 1
                return DoubleQuoted(self._double_quoted())
        self.position = after
        return Literal("$")

    def _arithmetic(self, start: int) -> Arithmetic | None:
        """$(( ... )) whose inside begins at `start`; None where it turns out to be a subshell in $( )."""
        depth, at, source = 0, start, self.source
        while at < len(source):
            character = source[at]
            if character == "(":
                depth += 1
            elif character == ")":
                if depth == 0:
                    if not source.startswith("))", at):
                        return None
                    self.position = at + 2
                    return Arithmetic(self._without_quotes(self.parts_of(source[start:at])))
                depth -= 1
            elif character == "\\":
                at += 1
            at += 1
        raise Incomplete("((", start - 3, kind="quote")

    def _without_quotes(self, parts: Parts) -> Parts:
        """In bash's arithmetic, double quotes mean nothing."""
        if self.dialect.name != "bash":
            return parts
        return tuple(Literal(part.text.replace('"', "")) if isinstance(part, Literal) else part for part in parts)

    def parts_of(self, text: str) -> Parts:
        """`text` read by the rules of double quotes, without an end."""
        inner = type(self)(text, 0, self.dialect, True)
        inner.depth = self.depth + 1
        inner._check_depth()
        return inner.here_parts()

    def _braced(self, quoted: bool) -> Part:
        """${ ... }. The forms are those of POSIX 2.6.2 and, where the dialect has them, bash's."""
        start = self.position
        self.position = start + 2
        special = ""
        if self._at("#") and not self._at("#}"):
            special = "length"
        elif self._at("!") and not self._at("!}") and self.has("indirect"):
            special = "indirect"
        if special:
            self.position += 1
        name = _BRACED_NAME.match(self.source, self.position)
        if not name:
            self._bad_substitution(start)
        self.position = name.end()
        index = self._subscript() if self._at("[") and self.has("arrays") else None
        if special == "indirect":
            if index is not None:
                special = "keys"
            elif self._at("*}") or self._at("@}"):
                self.position += 1
                special = "prefix"
        if self._at("}"):
            self.position += 1
            return Parameter(name[0], special, (), None, index, self.source[start : self.position])
        if special == "length":
            self._bad_substitution(start)
        return self._braced_operator(start, name[0], index, quoted, special == "indirect")

    def _braced_operator(self, start: int, name: str, index: Parts | None, quoted: bool, indirect: bool) -> Part:
        operator = _BRACED_OPERATOR.match(self.source, self.position)
        if not operator or not self._allows(operator[0]) or indirect:
            self._bad_substitution(start)
        self.position = operator.end()
        kind = operator[0]
        second: Parts | None = None
        if kind == ":":
            word = self._operand("}:", quoted)
        elif kind.startswith("/"):
            word = self._operand("}/", False)
        else:
            word = self._operand("}", quoted and kind[-1] in "-=?+")
        if self._at(":") or self._at("/"):
            self.position += 1
            second = self._operand("}", quoted)
        self.position += 1
        return Parameter(name, kind, word, second, index, self.source[start : self.position])

    def _allows(self, operator: str) -> bool:
        if operator[0] in "/:" and operator not in (":-", ":=", ":?", ":+"):
            return self.has("substring")
        if operator[0] in "^,@":
            return self.has("case-change")
        return True

    def _at(self, text: str) -> bool:
        return self.source.startswith(text, self.position)

    def _bad_substitution(self, start: int) -> NoReturn:
        if "}" not in self.source[start:]:
            raise Incomplete("${", start, kind="quote")
        end = self.source.find("}", start) + 1
        text = self.source[start:end]
        said = f"{text}: bad substitution" if self.dialect.name == "bash" else "bad substitution"
        raise SyntaxProblem(said, start, kind="sentence", text=text)

    def _subscript(self) -> Parts:
        end, depth = self.position, 0
        while end < len(self.source):
            depth += {"[": 1, "]": -1}.get(self.source[end], 0)
            if depth == 0:
                text = self.source[self.position + 1 : end]
                self.position = end + 1
                return self.parts_of(text)
            end += 1
        raise Incomplete("${", self.position, kind="quote")

    def _operand(self, stops: str, quoted: bool) -> Parts:
        """The word inside ${x op word}, up to one of `stops`, which is left; inside double quotes ' is a plain character."""
        source, start, parts = self.source, self.position, list[Part]()
        while True:
            run = _OPERAND_RUN.match(source, self.position)
            if run:
                self.position = run.end()
                parts.append(Literal(run[0]))
            if self.position >= len(source):
                raise Incomplete("${", start, kind="quote")
            character = source[self.position]
            if character in stops:
                return merge(parts)
            if character == '"':
                self.position += 1
                parts.append(DoubleQuoted(self._double_quoted()))
            elif character == "'" and not quoted:
                parts.append(self._single_quoted())
            elif character == "\\" and not quoted:
                parts.append(self._backslash())
            elif character == "$":
                parts.append(self._dollar(quoted))
            elif character in "`\\":
                parts.append(self._backquote(quoted) if character == "`" else self._inside_quotes('"}'))
            else:
                self.position += 1
                parts.append(Literal(character))

    def _backquote(self, quoted: bool) -> Part:
        """`...`: its inside loses one level of backslashes and is then parsed by itself (POSIX 2.6.3)."""
        start = self.position
        escapable = '`\\$"' if quoted else "`\\$"
        inside: list[str] = []
        at = start + 1
        while True:
            if at >= len(self.source):
                raise Incomplete("`", start, kind="quote")
            character = self.source[at]
            if character == "`":
                break
            if character == "\\" and self.source[at + 1 : at + 2] in tuple(escapable):
                at += 1
                character = self.source[at]
            inside.append(character)
            at += 1
        self.position = at + 1
        return CommandSubstitution(self.separate_commands("".join(inside)))

    # the parser's part

    def nested_commands(self, opening: str) -> Command:
        """Commands up to the closing parenthesis, in this same source."""
        raise NotImplementedError

    def separate_commands(self, source: str) -> Command:
        """All commands of another source."""
        raise NotImplementedError

    def _check_depth(self) -> None:
        if self.depth > _MAXIMUM_DEPTH:
            raise SyntaxProblem("nested too deeply", self.position, kind="sentence")


def merge(parts: list[Part]) -> Parts:
    """The parts without empty literals, neighbouring literals joined."""
    merged: list[Part] = []
    for part in parts:
        if isinstance(part, Literal):
            if not part.text:
                continue
            if merged and isinstance(merged[-1], Literal):
                merged[-1] = Literal(merged[-1].text + part.text)
                continue
        merged.append(part)
    return tuple(merged)
