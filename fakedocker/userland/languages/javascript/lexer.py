"""Tokens of JavaScript. The parser asks for one at a time, since it alone knows whether a slash begins a pattern.

The source is text of UTF-16 code units.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from fakedocker.base.numbers import is_digits
from fakedocker.userland.languages.javascript.escapes import LINE_END, Refused, read_escape, read_unicode
from fakedocker.userland.languages.javascript.units import from_units, to_units

KEYWORDS: Final = frozenset(
    "break case catch class const continue debugger default delete do else export extends false finally for function if import in instanceof"
    " new null return super switch this throw true try typeof var void while with enum".split()
)
_PUNCTUATORS: Final = (
    ">>>= ... === !== **= <<= >>= >>> &&= ||= ??= => == != <= >= && || ?? ?. ++ -- += -= *= /= %= &= |= ^= << >> ** { } ( ) [ ] ; , < > + - * / %"
    " & | ^ ! ~ ? : = ."
).split()
_PUNCTUATOR: Final = re.compile("|".join(re.escape(text) for text in _PUNCTUATORS))
_SPACE: Final = re.compile(r"(?:[ \t\v\f\xa0\ufeff\u1680\u2000-\u200a\u202f\u205f\u3000]+|//[^\n\r\u2028\u2029]*)+")
_NAME: Final = re.compile(
    r"(?:[\w$\u200c\u200d]|[\ud800-\udbff][\udc00-\udfff]|\\u[0-9a-fA-F]{4}|\\u\{[0-9a-fA-F]+\})+"
)
_NUMBER: Final = re.compile(
    r"0[0-7]+(?![0-9])|0[0-9]+(?![0-9.eE])|0[xX][0-9a-fA-F](?:_?[0-9a-fA-F])*n?|0[oO][0-7](?:_?[0-7])*n?|0[bB][01](?:_?[01])*n?"
    r"|(?:(?:0|[1-9](?:_?[0-9])*)n)|(?:[0-9](?:_?[0-9])*\.?(?:[0-9](?:_?[0-9])*)?|\.[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9](?:_?[0-9])*)?"
)
_PLAIN_TEXT: Final = {quote: re.compile(rf"[^{quote}\\\n\r]*") for quote in "'\""}
_PLAIN_TEMPLATE: Final = re.compile(r"[^`\\$\r]*")
_ESCAPED: Final = re.compile(r"\\u(?:\{[0-9a-fA-F]+\}|[0-9a-fA-F]{4})")
_DECIMAL: Final = re.compile(r"(?:[0-9](?:_?[0-9])*)?\.?(?:[0-9](?:_?[0-9])*)?")
_PATTERN_FLAGS: Final = frozenset("dgimsuvy")
INVALID: Final = "Invalid or unexpected token"


class Token(NamedTuple):
    """kind: name, keyword, number, bigint, text, template, pattern, punctuator, private, end, illegal.

    `value` is what it means: the name, the number, the text; `line_before` is whether a line ends before it; `escaped`
    whether a name or text was written with escapes. A template token is one of its texts, up to `${` or the end; its value
    is None where an escape is wrong, and `raw` is how it is written. `problem` is what is wrong with what is no token, with a
    pattern, or with an escape of a template, which only a tag may have.
    """

    kind: str
    value: str | float | int | None
    at: int
    end: int
    line_before: bool
    escaped: bool = False
    raw: str = ""
    flags: str = ""
    problem: Refused | None = None


def _is_in_names(character: str) -> bool:
    return character in "$\\{}\u200c\u200d" or f"a{character}".isidentifier()


class Lexer:
    """A source read token by token.

    Attributes:
        octal: the last thing that strict code may not have, with its place.
    """

    def __init__(self, source: str, *, has_html_comments: bool = True) -> None:
        self.source = source
        self.place = 0
        self.octal: Refused | None = None
        self._has_html_comments = has_html_comments

    def next(self, pattern_allowed: bool) -> Token:
        """The next token; a slash begins a pattern where one may stand. What is none is of the kind "illegal"."""
        try:
            line_before = self._skip()
        except Refused as problem:
            return self._illegal(problem, False)
        source, at = self.source, self.place
        if at >= len(source):
            return Token("end", "", at, at, line_before)
        try:
            return self._token(source[at], pattern_allowed, line_before)
        except Refused as problem:
            return self._illegal(problem, line_before)

    def _illegal(self, problem: Refused, line_before: bool) -> Token:
        at = self.place
        self.place = max(at + 1, problem.end)
        return Token("illegal", "", at, self.place, line_before, problem=problem)

    def _token(self, character: str, pattern_allowed: bool, line_before: bool) -> Token:
        source, at = self.source, self.place
        if is_digits(character) or (character == "." and is_digits(source[at + 1 : at + 2])):
            return self._number(line_before)
        if character in "'\"":
            return self._text(character, line_before)
        if character == "`":
            self.place += 1
            return self.template(line_before)
        if character == "/" and pattern_allowed:
            return self._pattern(line_before)
        written = self._written_name(at)
        if written:
            return self._name(written, at, line_before, "name")
        if character == "#":
            written = self._written_name(at + 1)
            if written:
                return self._name(written, at, line_before, "private")
        found = _PUNCTUATOR.match(source, at)
        if found is None:
            raise self._wrong_character(at)
        text = found[0]
        if text == "?." and is_digits(source[at + 2 : at + 3]):
            text = "?"
        self.place = at + len(text)
        return Token("punctuator", text, at, self.place, line_before)

    def _written_name(self, at: int) -> str:
        """What stands at a place of letters, digits and escapes, up to a character that no name may have."""
        found = _NAME.match(self.source, at)
        if found is None or found[0].isascii():
            return found[0] if found else ""
        name = from_units(found[0])
        end = next((place for place, part in enumerate(name) if not _is_in_names(part)), len(name))
        return to_units(name[:end])

    def _wrong_character(self, at: int) -> Refused:
        """Of those beyond ASCII V8 points at nothing, but for the first half of a pair."""
        character = self.source[at]
        if character == "\\" and self.source.startswith("u", at + 1):
            problem = read_unicode(self.source, at + 1).problem
            if problem is not None:
                return problem
        if character == "\\" and at + 1 < len(self.source) and _NAME.match(self.source, at + 1):
            return Refused(INVALID, at)
        is_pointed_at = character.isascii() or "\ud800" <= character <= "\udbff"
        return Refused(INVALID, at, at + is_pointed_at)

    def _skip(self) -> bool:
        """Past space and comments; whether a line ends in them."""
        source = self.source
        line_before = self.place == 0
        if line_before and source.startswith("#!"):
            found = LINE_END.search(source)
            self.place = found.start() if found else len(source)
        while True:
            space = _SPACE.match(source, self.place)
            if space:
                self.place = space.end()
            line = LINE_END.match(source, self.place)
            if line:
                line_before = True
                self.place = line.end()
            elif source.startswith("/*", self.place):
                end = source.find("*/", self.place + 2)
                if end < 0:
                    raise Refused(INVALID, self.place, len(source))
                line_before = line_before or LINE_END.search(source, self.place, end) is not None
                self.place = end + 2
            elif self._has_html_comments and (
                source.startswith("<!--", self.place) or (line_before and source.startswith("-->", self.place))
            ):
                found = LINE_END.search(source, self.place)
                self.place = found.start() if found else len(source)
            elif not space:
                return line_before

    def _name(self, written: str, at: int, line_before: bool, kind: str) -> Token:
        end = at + len(written) + (kind == "private")
        name = written
        if "\\" in written:
            name = _ESCAPED.sub(lambda found: read_unicode(found[0], 1).meant, written)
            wrong = next((found for found in _ESCAPED.finditer(written) if read_unicode(found[0], 1).problem), None)
            if wrong is not None:
                problem = read_unicode(self.source, at + (kind == "private") + wrong.start() + 1).problem
                assert problem is not None
                raise problem
        if self.source.startswith("\\", end):
            wrong_one = self._wrong_character(end)
            raise wrong_one if wrong_one.message != INVALID else Refused(INVALID, at, end + 1)
        for found in _ESCAPED.finditer(written):
            if found.start() and not _is_in_names(from_units(read_unicode(found[0], 1).meant)):
                raise Refused(INVALID, at, at + (kind == "private") + found.end())
        first = name[0] if name.isascii() else from_units(name)[0]
        if not (first == "$" or first.isidentifier()):
            if name == written:
                raise self._wrong_character(at)
            escape = _ESCAPED.match(written)
            raise Refused(INVALID, at, at + escape.end() if escape else end)
        self.place = end
        if kind == "name" and name in KEYWORDS and name == written:
            kind = "keyword"
        return Token(kind, name, at, self.place, line_before, name != written)

    def _number(self, line_before: bool) -> Token:
        source, at = self.source, self.place
        found = _NUMBER.match(source, at)
        following = "" if found is None else source[found.end() : found.end() + 1]
        if (
            found is None
            or is_digits(following)
            or following == "_"
            or following == "\\"
            or _NAME.match(source, found.end())
        ):
            raise self._wrong_number(found.end() if found is not None else at + 1)
        if found[0].startswith("0_"):
            raise self._wrong_number(at + 1)
        text = found[0].replace("_", "")
        self.place = found.end()
        if text.endswith("n"):
            return Token("bigint", int(text[:-1], 0), at, self.place, line_before)
        if text[:2].lower() in ("0x", "0o", "0b"):
            return Token("number", float(int(text, 0)), at, self.place, line_before)
        if len(text) > 1 and text[0] == "0" and is_digits(text):  # as before ES5, outside strict code
            octal = all(digit < "8" for digit in text)
            said = "Octal literals" if octal else "Decimals with leading zeros"
            self.octal = Refused(f"{said} are not allowed in strict mode.", at, self.place)
            return Token("number", float(int(text, 8 if octal else 10)), at, self.place, line_before)
        return Token("number", float(text), at, self.place, line_before)

    def _wrong_number(self, end: int) -> Refused:
        """What is wrong with a number that is not read up to its end."""
        source, at = self.source, self.place
        text, following = source[at:end], source[end : end + 1]
        if following == "_":
            if text == "0":
                return Refused("Numeric separator can not be used after leading 0.", end)
            if source.startswith("__", end):
                return Refused("Only one underscore is allowed as numeric separator", end + 1)
            if is_digits(text) and text[0] == "0" and any(digit in "89" for digit in text):
                return Refused(INVALID, end)
            if text[-1] not in ".n" and not (text[0] == "0" and is_digits(text)):
                return Refused("Numeric separators are not allowed at the end of numeric literals", end + 1)
        if (
            following in ("e", "E")
            and _DECIMAL.fullmatch(text)
            and not (text[0] == "0" and is_digits(text) and text != "0")
        ):
            return Refused(INVALID, at, end + 1 + (source[end + 1 : end + 2] in ("+", "-")))
        if text == "0" and following in tuple("xXoObB"):
            return Refused(INVALID, at, end + 1)
        return Refused(INVALID, at, end)

    def _text(self, quote: str, line_before: bool) -> Token:
        source, at = self.source, self.place
        place = at + 1
        parts: list[str] = []
        problem: Refused | None = None
        octal: Refused | None = None
        escaped = False
        while True:
            plain = _PLAIN_TEXT[quote].match(source, place)
            assert plain is not None
            parts.append(plain[0])
            place = plain.end()
            following = source[place : place + 1]
            if following == quote:
                break
            if following != "\\" or place + 1 >= len(source):
                raise problem or Refused(INVALID, at, place + (following == "\\"))
            escaped = True
            escape = read_escape(source, place + 1)
            problem = problem or escape.problem
            if problem is not None:
                raise problem
            octal = escape.octal or octal
            parts.append(escape.meant)
            place = escape.end
        self.octal = octal or self.octal
        self.place = place + 1
        return Token("text", "".join(parts), at, self.place, line_before, escaped)

    def template(self, line_before: bool = False) -> Token:
        """A text of a template, from behind its backquote or a closing brace; flags: "end" for the last.

        One that the source ends in is not the last: it is what follows that is missing."""
        source, at = self.source, self.place
        place = at
        parts: list[str] = []
        problem: Refused | None = None
        while True:
            plain = _PLAIN_TEMPLATE.match(source, place)
            assert plain is not None
            parts.append(plain[0])
            place = plain.end()
            following = source[place : place + 1]
            if not following or following == "`" or source.startswith("${", place):
                self.place = place if not following else place + (1 if following == "`" else 2)
                raw = re.sub(r"\r\n?", "\n", source[at:place])
                value = None if problem is not None else "".join(parts)
                flags = "end" if following == "`" else ""
                return Token("template", value, at, self.place, line_before, raw=raw, flags=flags, problem=problem)
            if following == "\\":
                escape = read_escape(source, place + 1, in_template=True)
                problem = problem or escape.problem or escape.octal
                parts.append(escape.meant)
                place = max(escape.end, min(place + 2, len(source)))
            elif following == "\r":
                parts.append("\n")
                place += 2 if source.startswith("\r\n", place) else 1
            else:
                parts.append("$")
                place += 1

    def _pattern(self, line_before: bool) -> Token:
        """Where it is wrong, V8 points at the slash, and at an equals sign behind it."""
        source, at = self.source, self.place
        slash = at + 1 + source.startswith("=", at + 1)
        place, in_class = at + 1, False
        while True:
            character = source[place : place + 1]
            if not character or LINE_END.match(source, place):
                self.place = place
                problem = Refused("Invalid regular expression: missing /", at, slash)
                return Token("pattern", "", at, place, line_before, problem=problem)
            if character == "\\" and not LINE_END.match(source, place + 1):
                place += 1
            elif character == "[":
                in_class = True
            elif character == "]":
                in_class = False
            elif character == "/" and not in_class:
                break
            place += 1
        found = _NAME.match(source, place + 1)
        flags = found[0] if found else ""
        self.place = found.end() if found else place + 1
        is_right = (
            source[self.place : self.place + 1] != "\\"
            and len(set(flags)) == len(flags)
            and set(flags) <= _PATTERN_FLAGS
            and not {"u", "v"} <= set(flags)
        )
        problem_found = None if is_right else Refused("Invalid regular expression flags", at, slash)
        return Token("pattern", source[at + 1 : place], at, self.place, line_before, flags=flags, problem=problem_found)
