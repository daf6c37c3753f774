"""String literals of every kind: where they end, what their escapes stand for, and the fields of f-strings."""

from __future__ import annotations

import unicodedata
from typing import Any, Final

from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.python.old_fstrings import mistake_in
from fakedocker.userland.languages.python.source_errors import SourceError
from fakedocker.userland.languages.python.tokens import FSTRING, STRING, Field, Reader, Token

_SIMPLE: Final = {
    "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
}  # fmt: skip
_WIDTHS: Final = {"x": 2, "u": 4, "U": 8}
_HEX: Final = frozenset("0123456789abcdefABCDEF")
_MOST_NESTED: Final = 20


def read_string(lexer: Reader, column: int, prefix: str) -> None:
    """A whole literal, whose prefix stands at `column`. Adds its token. Raises SourceError."""
    line = lexer.line
    start = column + len(prefix)
    quote = line[start] * 3 if line[start : start + 3] == line[start] * 3 else line[start]
    row = lexer.row
    if "f" in prefix or "t" in prefix:
        if "t" in prefix:
            raise NotSimulated("template strings of Python")
        if lexer.minor < 12 and _is_wrong_before_312(lexer, column, quote, "r" in prefix, start + len(quote)):
            return
        _read_formatted(lexer, column, start + len(quote), quote, "r" in prefix)
        return
    lexer.column = start + len(quote)
    raw = _body(lexer, row, column, quote, "")
    at = (row + 1, column, lexer.row + 1, lexer.column)
    value: str | bytes | SourceError
    try:
        if "b" in prefix and not raw.isascii():
            raise lexer.fail("bytes can only contain ASCII literal characters", row, column, lexer.column)
        value = raw if "r" in prefix else unescaped(lexer, raw, at, is_bytes="b" in prefix)
    except SourceError as problem:  # which the parser tells of, when it comes there
        lexer.tokens.append(Token(STRING, prefix, at, problem.with_traceback(None)))
        return
    if "b" in prefix:
        assert isinstance(value, str)
        value = value.encode("latin-1")
    lexer.tokens.append(Token(STRING, "u" if "u" in prefix else prefix, at, value))


def _body(lexer: Reader, row: int, column: int, quote: str, kind: str) -> str:
    """The raw characters up to the closing quotes, which are passed."""
    found: list[str] = []
    while True:
        line = lexer.line
        place = lexer.column
        while place < len(line):
            character = line[place]
            if character == "\\" and place + 1 < len(line):
                place += 2
            elif character == quote[0] and line.startswith(quote, place):
                found.append(line[lexer.column : place])
                lexer.column = place + len(quote)
                return "".join(found)
            elif character == "\n" and len(quote) == 1:
                raise _unterminated(lexer, row, column, quote, kind)
            else:
                place += 1
        if len(quote) == 1 and not line.endswith("\\\n"):
            raise _unterminated(lexer, row, column, quote, kind)
        found.append(line[lexer.column :])
        if not _next_line(lexer):
            raise _unterminated(lexer, row, column, quote, kind)


def _next_line(lexer: Reader) -> bool:
    if lexer.row + 1 >= len(lexer.lines):
        return False
    lexer.row += 1
    lexer.line = lexer.lines[lexer.row]
    lexer.column = 0
    return True


def _unterminated(lexer: Reader, row: int, column: int, quote: str, kind: str) -> SourceError:
    """What is said of a literal without end: where it began, and at which line it was given up."""
    if lexer.minor < 10:
        raise NotSimulated("the words for an unfinished string in this version of Python")
    last = len(lexer.lines) if len(quote) == 3 else lexer.row + 1
    triple = "triple-quoted " if len(quote) == 3 else ""
    words = f"unterminated {triple}{kind if lexer.minor >= 12 else ''}string literal (detected at line {last})"
    text = lexer.lines[row].rstrip("\n")
    if lexer.minor >= 14 and len(quote) == 1 and not kind and "\\" + quote in text and not text.endswith("\\"):
        raise NotSimulated("the words for an unfinished string with escaped quotes")
    return lexer.fail(words, row, column)  # type: ignore[no-any-return]


def unescaped(lexer: Reader, raw: str, at: tuple[int, int, int, int], is_bytes: bool = False) -> str:
    """A literal's text with its escapes replaced. Raises SourceError for those that are malformed."""
    if "\\" not in raw:
        return raw
    found: list[str] = []
    place = 0
    while True:
        back = raw.find("\\", place)
        if back < 0:
            found.append(raw[place:])
            return "".join(found)
        found.append(raw[place:back])
        character = raw[back + 1]
        if character == "\n":
            place = back + 2
        elif character in _SIMPLE:
            found.append(_SIMPLE[character])
            place = back + 2
        elif character in "01234567":
            end = back + 2
            while end < back + 4 and raw[end : end + 1] in tuple("01234567"):
                end += 1
            number = int(raw[back + 1 : end], 8)
            if number > 0o377:
                lexer_warn(lexer, at, f"invalid octal escape sequence '\\{raw[back + 1 : end]}'")
            found.append(chr(number & 0xFF if is_bytes else number))
            place = end
        elif character == "x" or (character in "uU" and not is_bytes):
            place = _hexadecimal(lexer, raw, back, character, at, is_bytes, found)
        elif character == "N" and not is_bytes:
            place = _named(lexer, raw, back, at, found)
        else:
            lexer_warn(lexer, at, f"invalid escape sequence '\\{character}'")
            found.append("\\" + character)
            place = back + 2


def lexer_warn(lexer: Reader, at: tuple[int, int, int, int], words: str) -> None:
    """A SyntaxWarning of the versions that tell of it."""
    if lexer.minor >= 14:
        raise NotSimulated("the warning for an escape that there is not, in this version's words")
    if lexer.minor >= 12:
        lexer.warnings.append((at[0], words, len(lexer.tokens)))


def _hexadecimal(
    lexer: Reader, raw: str, back: int, character: str, at: tuple[int, int, int, int], is_bytes: bool, found: list[str]
) -> int:
    width = _WIDTHS[character]
    digits = raw[back + 2 : back + 2 + width]
    valid = 0
    while valid < len(digits) and digits[valid] in _HEX:
        valid += 1
    if valid < width:
        start = len(raw[:back].encode())
        if is_bytes:
            raise lexer.fail(f"(value error) invalid \\x escape at position {start}", at[0] - 1, at[1], at[3])
        shape = {"x": "\\xXX", "u": "\\uXXXX", "U": "\\UXXXXXXXX"}[character]
        raise _unicode_error(lexer, at, start, start + 1 + valid, f"truncated {shape} escape")
    number = int(digits, 16)
    if number > 0x10FFFF:
        start = len(raw[:back].encode())
        raise _unicode_error(lexer, at, start, start + 1 + width, "illegal Unicode character")
    found.append(chr(number))
    return back + 2 + width


def _unicode_error(lexer: Reader, at: tuple[int, int, int, int], start: int, end: int, why: str) -> SourceError:
    words = f"(unicode error) 'unicodeescape' codec can't decode bytes in position {start}-{end}: {why}"
    return lexer.fail(words, at[0] - 1, at[1], at[3] if at[0] == at[2] else None)  # type: ignore[no-any-return]


def _named(lexer: Reader, raw: str, back: int, at: tuple[int, int, int, int], found: list[str]) -> int:
    end = raw.find("}", back)
    start = len(raw[:back].encode())
    if raw[back + 2 : back + 3] != "{" or end < 0:
        raise _unicode_error(lexer, at, start, start + 1, "malformed \\N character escape")
    try:
        found.append(unicodedata.lookup(raw[back + 3 : end]))
    except KeyError:
        raise _unicode_error(lexer, at, start, end, "unknown Unicode character name") from None
    return end + 1


# f-strings


def _is_wrong_before_312(lexer: Reader, column: int, quote: str, is_raw: bool, start: int) -> bool:
    """Before 3.12 an f-string ends as any string does, and what is wrong with its fields is told when the parser comes there."""
    begun = lexer.row, lexer.line
    lexer.column = start
    raw = _body(lexer, lexer.row, column, quote, "")
    words, before = mistake_in(raw, is_raw)
    if not words:
        lexer.row, lexer.line = begun
        return False
    if before:
        raise NotSimulated("a mistake behind another field of an f-string before Python 3.12")
    at = (begun[0] + 1, column, lexer.row + 1, lexer.column)
    lexer.tokens.append(Token(FSTRING, "f", at, SourceError("SyntaxError", words, (at[0], at[1]), None, "")))
    return True


def _read_formatted(lexer: Reader, column: int, start: int, quote: str, is_raw: bool) -> None:
    row = lexer.row
    lexer.column = start
    lexer.strings += 1
    if lexer.strings > _MOST_NESTED:
        raise lexer.fail("too many nested f-strings", row, column)
    outer = lexer.brackets
    lexer.brackets = []
    parts = _parts(lexer, row, column, quote, is_raw, 0)
    lexer.brackets = outer
    lexer.strings -= 1
    at = (row + 1, column, lexer.row + 1, lexer.column)
    lexer.tokens.append(Token(FSTRING, "f", at, parts))


def _parts(lexer: Reader, row: int, column: int, quote: str, is_raw: bool, depth: int) -> list[Any]:
    """Literal pieces and fields up to the closing quotes (passed), or in a format to its `}` (not passed)."""
    found: list[Any] = []
    raw: list[str] = []
    begun = (lexer.row, lexer.column)

    def flush() -> None:
        text = "".join(raw)
        raw.clear()
        if text:
            at = (begun[0] + 1, begun[1], lexer.row + 1, lexer.column)
            value = text if is_raw else unescaped(lexer, text, at)
            found.append((value, at))

    while True:
        line = lexer.line
        if lexer.column >= len(line):
            if len(quote) == 1 or not _next_line(lexer):
                raise _unterminated(lexer, row, column, quote, "f-")
            continue
        character = line[lexer.column]
        if line.startswith(quote, lexer.column):
            if depth:
                raise lexer.fail("f-string: expecting '}'", lexer.row, lexer.column)
            flush()
            lexer.column += len(quote)
            return found
        if character == "\n" and len(quote) == 1:
            if depth and lexer.minor < 13:
                raise NotSimulated("a line's end in the format of an f-string")
            raise _unterminated(lexer, row, column, quote, "f-")
        if character == "\\":
            _escape(lexer, line, raw, is_raw, quote)
        elif line.startswith("{{", lexer.column) and not depth:
            raw.append("{")
            lexer.column += 2
        elif line.startswith("}}", lexer.column) and not depth:
            raw.append("}")
            lexer.column += 2
        elif character == "{":
            flush()
            found.append(_field(lexer, row, column, quote, is_raw, depth))
            begun = (lexer.row, lexer.column)
        elif character == "}":
            if depth:
                flush()
                return found
            raise lexer.fail("f-string: single '}' is not allowed", lexer.row, lexer.column)
        else:
            raw.append(character)
            lexer.column += 1


def _escape(lexer: Reader, line: str, raw: list[str], is_raw: bool, quote: str) -> None:
    follows = line[lexer.column + 1 : lexer.column + 2]
    if not is_raw and line.startswith("\\N{", lexer.column):
        end = line.find("}", lexer.column)
        end = len(line) if end < 0 else end + 1
        raw.append(line[lexer.column : end])
        lexer.column = end
    elif follows in ("{", "}"):
        if not is_raw:
            lexer_warn(lexer, (lexer.row + 1, 0, 0, 0), f"invalid escape sequence '\\{follows}'")
            raw.append("\\\\")
        else:
            raw.append("\\")
        lexer.column += 1
    elif follows == "\n":
        raw.append("\\\n")
        if not _next_line(lexer):
            lexer.column = len(lexer.line)
    else:
        raw.append("\\" + follows)
        lexer.column += 2


def _field(lexer: Reader, row: int, column: int, quote: str, is_raw: bool, depth: int) -> Field:
    """One `{...}`, whose opening brace stands here; its closing one is passed."""
    if depth >= 2 and lexer.minor < 12:
        raise lexer.fail("f-string: expressions nested too deeply", row, column)
    opened = (lexer.row, lexer.column)
    lexer.column += 1
    kept, lexer.tokens = lexer.tokens, []
    outer, lexer.brackets = lexer.brackets, []
    text_from = (lexer.row, lexer.column)
    try:
        stop = _expression_tokens(lexer, row, column, quote, opened)
    except SourceError:
        kept.extend(lexer.tokens)
        lexer.tokens = kept
        raise
    tokens, lexer.tokens = lexer.tokens, kept
    lexer.brackets = outer
    shown: str | None = None
    if stop == "=":
        lexer.column += 1
        while lexer.line[lexer.column] in " \t" or (lexer.line[lexer.column] == "\n" and len(quote) == 3):
            if lexer.line[lexer.column] == "\n" and not _next_line(lexer):
                raise _unterminated(lexer, row, column, quote, "f-")
            elif lexer.line[lexer.column] in " \t":
                lexer.column += 1
        shown = _between(lexer, text_from, (lexer.row, lexer.column))
        stop = lexer.line[lexer.column]
    conversion = -1
    if stop == "!":
        conversion = _conversion(lexer)
        stop = lexer.line[lexer.column]
    format_parts: list[Any] | None = None
    if stop == ":":
        lexer.column += 1
        format_parts = _parts(lexer, row, column, quote, is_raw, depth + 1)
        stop = lexer.line[lexer.column]
    if stop != "}":
        raise lexer.fail("f-string: expecting '}'", lexer.row, lexer.column)
    lexer.column += 1
    end = (opened[0] + 1, opened[1], lexer.row + 1, lexer.column)
    tokens.append(Token("end", "", (lexer.row + 1, lexer.column - 1, lexer.row + 1, lexer.column)))
    return Field(tokens, shown, conversion, format_parts, end)


def _between(lexer: Reader, start: tuple[int, int], end: tuple[int, int]) -> str:
    if start[0] == end[0]:
        return lexer.lines[start[0]][start[1] : end[1]]  # type: ignore[no-any-return]
    middle = lexer.lines[start[0] + 1 : end[0]]
    return "".join([lexer.lines[start[0]][start[1] :], *middle, lexer.lines[end[0]][: end[1]]])


def _conversion(lexer: Reader) -> int:
    name = lexer.line[lexer.column + 1 : lexer.column + 2]
    after = lexer.line[lexer.column + 2 : lexer.column + 3]
    if name not in ("r", "s", "a") or after not in ("}", ":"):
        raise NotSimulated("the words for a conversion of an f-string that there is not")
    lexer.column += 2
    return ord(name)


def _expression_tokens(lexer: Reader, row: int, column: int, quote: str, opened: tuple[int, int]) -> str:
    """The tokens of a field's expression; which of `=`, `!`, `:`, `}` ends it, which stands here then."""
    while True:
        line = lexer.line
        while lexer.column < len(line) and line[lexer.column] in " \t\f":
            lexer.column += 1
        if lexer.column >= len(line) or line[lexer.column] in "\r\n#":
            if len(quote) == 1 and (lexer.minor < 12):
                raise _unterminated(lexer, row, column, quote, "f-")
            if not _next_line(lexer):
                error = lexer.fail("'{' was never closed", *opened)
                raise error
            continue
        character = line[lexer.column]
        if not lexer.brackets:
            two = line[lexer.column : lexer.column + 2]
            if character in "}:" or (character == "!" and two != "!="):
                if not lexer.tokens:
                    shown = "'!'" if character == "!" else f"'{character}'"
                    words = f"f-string: valid expression required before {shown}"
                    raise lexer.fail(words, lexer.row, lexer.column)
                return character  # type: ignore[no-any-return]
            if character == "=" and two != "==" and lexer.tokens:
                return character  # type: ignore[no-any-return]
        if character == quote[0] and line.startswith(quote, lexer.column) and lexer.minor < 12:
            raise NotSimulated("quotes within an f-string before Python 3.12")
        if character == "\\":
            if line[lexer.column + 1 :] != "\n" or not _next_line(lexer):
                words = "unexpected character after line continuation character"
                raise lexer.fail(words, lexer.row, lexer.column + 1)
            continue
        try:
            lexer.next_token()
        except SourceError as problem:
            if problem.words.startswith("unterminated string") and character == quote and lexer.minor >= 12:
                raise lexer.fail("f-string: expecting '}'", problem.start[0] - 1, problem.start[1]) from None
            raise
