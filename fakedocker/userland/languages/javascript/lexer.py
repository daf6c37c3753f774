"""Tokens of JavaScript. The parser asks for one at a time, since it alone knows whether a slash begins a pattern.

Text is kept as JavaScript has it: a host's string of UTF-16 code units, in which a character beyond U+FFFF is two.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from fakedocker.base.numbers import is_digits

KEYWORDS: Final = frozenset(
    "break case catch class const continue debugger default delete do else export extends false finally for function if import in instanceof"
    " new null return super switch this throw true try typeof var void while with enum".split()
)
_PUNCTUATORS: Final = (
    ">>>= ... === !== **= <<= >>= >>> &&= ||= ??= => == != <= >= && || ?? ?. ++ -- += -= *= /= %= &= |= ^= << >> ** { } ( ) [ ] ; , < > + - * / %"
    " & | ^ ! ~ ? : = . @ #"
).split()
_PUNCTUATOR: Final = re.compile("|".join(re.escape(text) for text in _PUNCTUATORS))
_SPACE: Final = re.compile(r"(?:[ \t\v\f\xa0\ufeff\u1680\u2000-\u200a\u202f\u205f\u3000]+|//[^\n\r\u2028\u2029]*)+")
_LINE_END: Final = re.compile(r"\r\n|[\n\r\u2028\u2029]")
_NAME: Final = re.compile(
    r"(?:[\w$\u200c\u200d]|[\ud800-\udbff][\udc00-\udfff]|\\u[0-9a-fA-F]{4}|\\u\{[0-9a-fA-F]+\})+"
)
_NUMBER: Final = re.compile(
    r"0[xX][0-9a-fA-F](?:_?[0-9a-fA-F])*n?|0[oO][0-7](?:_?[0-7])*n?|0[bB][01](?:_?[01])*n?"
    r"|(?:(?:0|[1-9](?:_?[0-9])*)n)|(?:[0-9](?:_?[0-9])*\.?(?:[0-9](?:_?[0-9])*)?|\.[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9](?:_?[0-9])*)?"
)
_PLAIN_TEXT: Final = {quote: re.compile(rf"[^{quote}\\\n\r]*") for quote in "'\""}
_PLAIN_TEMPLATE: Final = re.compile(r"[^`\\$\r]*")
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_HEX: Final = re.compile(r"[0-9a-fA-F]+")


class Refused(Exception):
    """The source is no JavaScript: V8's word for it, and where it points.

    Args:
        message: without the kind, "SyntaxError".
        at: the offset that the caret stands under.
        end: where what is pointed at ends.
        is_end: whether it is the end of the source that was not expected.
    """

    def __init__(self, message: str, at: int, end: int = 0, *, is_end: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.end = max(end, at + 1)
        self.is_end = is_end


class Token(NamedTuple):
    """kind: name, keyword, number, bigint, text, template, pattern, punctuator, private, end.

    `value` is what it means: the name, the number, the text; `line_before` is whether a line ends before it; `escaped`
    whether a name or text was written with escapes. A template token is one of its texts, up to `${` or the end; its value
    is None where an escape is wrong, and `raw` is how it is written.
    """

    kind: str
    value: str | float | int | None
    at: int
    end: int
    line_before: bool
    escaped: bool = False
    raw: str = ""
    flags: str = ""


def to_units(text: str) -> str:
    """Text with each character beyond U+FFFF as the two code units of UTF-16."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    return "".join(character if character <= "\uffff" else _pair(ord(character)) for character in text)


def _pair(code: int) -> str:
    return chr(0xD800 + ((code - 0x10000) >> 10)) + chr(0xDC00 + ((code - 0x10000) & 0x3FF))


def from_units(text: str) -> str:
    """Text of code units with its pairs as characters; lone halves stay."""
    if text.isascii():
        return text
    return (
        text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        if _is_paired(text)
        else _joined(text)
    )


def _is_paired(text: str) -> bool:
    return not re.search(r"[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]", text)


def _joined(text: str) -> str:
    return re.sub(
        r"([\ud800-\udbff])([\udc00-\udfff])",
        lambda found: chr(0x10000 + ((ord(found[1]) - 0xD800) << 10) + ord(found[2]) - 0xDC00),
        text,
    )


class Lexer:
    """A source read token by token."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.place = 0

    def next(self, pattern_allowed: bool) -> Token:
        """The next token; a slash begins a pattern where one may stand. Raises Refused."""
        line_before = self._skip()
        source, at = self.source, self.place
        if at >= len(source):
            return Token("end", "", at, at, line_before)
        character = source[at]
        if is_digits(character) or (character == "." and is_digits(source[at + 1 : at + 2])):
            return self._number(line_before)
        if character in "'\"":
            return self._text(character, line_before)
        if character == "`":
            self.place += 1
            return self.template(line_before)
        if character == "/" and pattern_allowed:
            return self._pattern(line_before)
        name = _NAME.match(source, at)
        if name is not None:
            return self._name(name[0], at, line_before, "name")
        if character == "#":
            name = _NAME.match(source, at + 1)
            if name is not None:
                return self._name(name[0], at, line_before, "private")
        found = _PUNCTUATOR.match(source, at)
        if found is None:
            raise Refused("Invalid or unexpected token", at)
        text = found[0]
        if text == "?." and is_digits(source[at + 2 : at + 3]):
            text = "?"
        self.place = at + len(text)
        return Token("punctuator", text, at, self.place, line_before)

    def _skip(self) -> bool:
        """Past space and comments; whether a line ends in them."""
        source = self.source
        line_before = self.place == 0
        if line_before and source.startswith("#!"):
            found = _LINE_END.search(source)
            self.place = found.start() if found else len(source)
        while True:
            space = _SPACE.match(source, self.place)
            if space:
                self.place = space.end()
            line = _LINE_END.match(source, self.place)
            if line:
                line_before = True
                self.place = line.end()
            elif source.startswith("/*", self.place):
                end = source.find("*/", self.place + 2)
                if end < 0:
                    raise Refused("Invalid or unexpected token", self.place)
                line_before = line_before or _LINE_END.search(source, self.place, end) is not None
                self.place = end + 2
            elif not space:
                return line_before

    def _name(self, written: str, at: int, line_before: bool, kind: str) -> Token:
        self.place = at + len(written) + (kind == "private")
        name = written
        if "\\" in written:
            name = re.sub(
                r"\\u(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{4}))",
                lambda found: to_units(chr(min(int(found[1] or found[2], 16), 0x10FFFF))),
                written,
            )
        if is_digits(name[0]):
            raise Refused("Invalid or unexpected token", at)
        if kind == "name" and name in KEYWORDS and name == written:
            kind = "keyword"
        return Token(kind, name, at, self.place, line_before, name != written)

    def _number(self, line_before: bool) -> Token:
        source, at = self.source, self.place
        found = _NUMBER.match(source, at)
        if found is None:
            raise Refused("Invalid or unexpected token", at)
        text = found[0].replace("_", "")
        self.place = found.end()
        if self.place < len(source) and (_NAME.match(source, self.place) is not None):
            raise Refused("Invalid or unexpected token", at, self.place)
        if (text.endswith("n") and not text.startswith(("0x", "0X"))) or (
            text[:2] in ("0x", "0X") and text.endswith("n")
        ):
            return Token("bigint", int(text[:-1], 0), at, self.place, line_before)
        if text[:2].lower() in ("0x", "0o", "0b"):
            return Token("number", float(int(text, 0)), at, self.place, line_before)
        if len(text) > 1 and text[0] == "0" and is_digits(text):  # as before ES5, outside strict code
            octal = all(digit < "8" for digit in text)
            return Token("number", float(int(text, 8 if octal else 10)), at, self.place, line_before, flags="octal")
        return Token("number", float(text), at, self.place, line_before)

    def _text(self, quote: str, line_before: bool) -> Token:
        source, at = self.source, self.place
        place = at + 1
        parts: list[str] = []
        escaped = False
        while True:
            plain = _PLAIN_TEXT[quote].match(source, place)
            assert plain is not None
            parts.append(plain[0])
            place = plain.end()
            following = source[place : place + 1]
            if following == quote:
                self.place = place + 1
                return Token("text", "".join(parts), at, self.place, line_before, escaped)
            if following != "\\":
                raise Refused("Invalid or unexpected token", at, place)
            escaped = True
            meant, place = self._escape(place + 1)
            if meant is None:
                raise Refused(self._wrong_escape(place), place)
            parts.append(meant)

    def _wrong_escape(self, place: int) -> str:
        kind = self.source[place : place + 1]
        return f"Invalid {'hexadecimal' if kind == 'x' else 'Unicode'} escape sequence"

    def _escape(self, place: int) -> tuple[str | None, int]:
        """What stands for an escape after its backslash, and where it ends; None where it is wrong."""
        source = self.source
        character = source[place : place + 1]
        line = _LINE_END.match(source, place)
        if line:
            return "", line.end()
        if character == "x":
            digits = source[place + 1 : place + 3]
            return (chr(int(digits, 16)), place + 3) if len(digits) == 2 and _HEX.fullmatch(digits) else (None, place)
        if character == "u":
            if source[place + 1 : place + 2] == "{":
                end = source.find("}", place)
                digits = source[place + 2 : max(end, 0)]
                if not _HEX.fullmatch(digits) or len(digits.lstrip("0")) > 6 or int(digits, 16) > 0x10FFFF:
                    return None, place
                return to_units(chr(int(digits, 16))), end + 1
            digits = source[place + 1 : place + 5]
            return (chr(int(digits, 16)), place + 5) if len(digits) == 4 and _HEX.fullmatch(digits) else (None, place)
        if character and character in "01234567" and (character != "0" or is_digits(source[place + 1 : place + 2])):
            octal = re.compile(r"[0-3][0-7]{0,2}|[4-7][0-7]?").match(source, place)
            assert octal is not None
            return chr(int(octal[0], 8)), octal.end()
        return _ESCAPES.get(character, character), place + 1

    def template(self, line_before: bool = False) -> Token:
        """A text of a template, from behind its backquote or a closing brace; flags: "end" for the last."""
        source, at = self.source, self.place
        place = at
        parts: list[str] = []
        is_right = True
        while True:
            plain = _PLAIN_TEMPLATE.match(source, place)
            assert plain is not None
            parts.append(plain[0])
            place = plain.end()
            following = source[place : place + 1]
            if not following:
                raise Refused("Unterminated template literal", len(source), is_end=True)
            if following == "`" or source.startswith("${", place):
                self.place = place + (1 if following == "`" else 2)
                raw = re.sub(r"\r\n?", "\n", source[at:place])
                value = "".join(parts) if is_right else None
                return Token(
                    "template", value, at, self.place, line_before, raw=raw, flags="end" if following == "`" else ""
                )
            if following == "\\":
                meant, ended = self._escape(place + 1)
                if meant is None or (source[place + 1] in "01234567" and source[place + 1 : ended] != "0"):
                    is_right, meant, ended = False, "", max(ended, place + 2)
                parts.append(meant)
                place = ended
            elif following == "\r":
                parts.append("\n")
                place += 2 if source.startswith("\r\n", place) else 1
            else:
                parts.append("$")
                place += 1

    def _pattern(self, line_before: bool) -> Token:
        source, at = self.source, self.place
        place, in_class = at + 1, False
        while True:
            character = source[place : place + 1]
            if not character or _LINE_END.match(source, place):
                raise Refused("Invalid regular expression: missing /", at, place)
            if character == "\\":
                place += 1
            elif character == "[":
                in_class = True
            elif character == "]":
                in_class = False
            elif character == "/" and not in_class:
                break
            place += 1
        flags = _NAME.match(source, place + 1)
        self.place = flags.end() if flags else place + 1
        return Token("pattern", source[at + 1 : place], at, self.place, line_before, flags=flags[0] if flags else "")
