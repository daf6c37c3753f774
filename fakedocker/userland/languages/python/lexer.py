"""The tokens of Python source: names, numbers, strings, operators, and the lines and indents between them.

Columns are counted in characters. What CPython's tokenizer refuses is refused in its words (`SourceError`).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from fakedocker.base.numbers import is_digits
from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.python import lexer_strings
from fakedocker.userland.languages.python.source_errors import SourceError
from fakedocker.userland.languages.python.tokens import (
    DEDENT as DEDENT,
    END as END,
    FSTRING as FSTRING,
    INDENT as INDENT,
    NAME as NAME,
    NEWLINE as NEWLINE,
    NUMBER as NUMBER,
    OP as OP,
    STRING as STRING,
    Field as Field,
    Token as Token,
)

KEYWORDS: Final = frozenset(
    "False None True and as assert async await break class continue def del elif else except finally for from global"
    " if import in is lambda nonlocal not or pass raise return try while with yield".split()
)
MOST_INDENTS: Final = 99
MOST_BRACKETS: Final = 200
_OPERATOR: Final = re.compile(
    r"\*\*=|//=|>>=|<<=|\.\.\.|->|:=|\+=|-=|\*=|/=|%=|@=|&=|\|=|\^=|==|!=|<=|>=|<>|<<|>>|\*\*|//|[-+*/%@&|^~<>()\[\]{},:.;=!]"
)
_NUMBER: Final = re.compile(
    r"0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+"
    r"|(?:[0-9](?:_?[0-9])*\.?(?:[0-9](?:_?[0-9])*)?|\.[0-9](?:_?[0-9])*)(?:[eE][-+]?[0-9](?:_?[0-9])*)?[jJ]?"
)
_NAME: Final = re.compile(r"\w+")
_BEHIND_NUMBERS: Final = re.compile(r"(?:and|else|for|or|not)(?!\w)|i[fns]")
"""Words that may follow a number at once, and are warned of."""
_BLANK: Final = re.compile(r"[ \t\f]*")
_PREFIXES: Final = frozenset(("r", "u", "b", "f", "br", "rb", "fr", "rf", "t", "tr", "rt"))
_CLOSERS: Final = {"(": ")", "[": "]", "{": "}"}


class Lexer:
    """One source, read once from its beginning. `minor` is the 12 of Python 3.12."""

    def __init__(self, source: str, minor: int) -> None:
        self.lines = source.split("\n")
        if self.lines[-1] == "":
            self.lines.pop()
        self.lines = [line + "\n" for line in self.lines]
        self.minor = minor
        self.tokens: list[Token] = []
        self.row = 0
        self.column = 0
        self.line = ""
        self.indents = [0]
        self.alternative_indents = [0]
        self.brackets: list[tuple[str, int, int]] = []
        self.strings = 0
        self.warnings: list[tuple[int, str, int]] = []  # line, words, how many tokens there were before

    def fail(self, words: str, row: int, column: int, end: int | None = None, kind: str = "SyntaxError") -> SourceError:
        text = self.lines[row] if row < len(self.lines) else ""
        stop = (row + 1, end) if end is not None else None
        return SourceError(kind, words, (row + 1, column), stop, text)

    def run(self) -> list[Token]:
        """All tokens. Raises SourceError; `tokens` then has those before."""
        continued = False
        while self.row < len(self.lines):
            self.line = self.lines[self.row]
            self.column = 0
            if not self.brackets and not continued:
                blank = _BLANK.match(self.line)
                assert blank is not None
                self.column = blank.end()
                if self.line[self.column] in "#\n\r":
                    self.row += 1
                    continue
                self._check_continuation()
                self._indent(self.line[: self.column])
            continued = self._rest_of_line()
            if not self.brackets and not continued:
                at = (self.row + 1, self.column, self.row + 1, self.column + 1)
                self.tokens.append(Token(NEWLINE, "\n", at))
            self.row += 1
        return self._finish(continued)

    def _finish(self, continued: bool) -> list[Token]:
        if continued and not self.brackets:
            row = len(self.lines) - 1
            column = len(self.lines[row].rstrip("\n"))
            raise self.fail("unexpected EOF while parsing", row, column, column + 1).late()
        end = (len(self.lines) + 1, 0, len(self.lines) + 1, 0)
        if not self.brackets:  # else who comes here is told which bracket nothing closes
            self.tokens.extend(Token(DEDENT, "", end) for _ in self.indents[1:])
            self.tokens.append(Token(END, "", end))
        return self.tokens

    def unclosed(self) -> SourceError | None:
        """What is said of a bracket that nothing closes."""
        if not self.brackets:
            return None
        opener, row, column = self.brackets[-1]
        if self.minor < 13:  # which count bytes
            column = len(self.lines[row][:column].encode("utf-8", "replace"))
        return self.fail(f"'{opener}' was never closed", row, column)

    def _indent(self, blank: str) -> None:
        """Indents and dedents before a line. Tabs go to the next multiple of 8; counted as 1 it must come out alike."""
        column = alternative = 0
        for character in blank:
            if character == " ":
                column, alternative = column + 1, alternative + 1
            elif character == "\t":
                column, alternative = (column // 8 + 1) * 8, alternative + 1
            else:
                column = alternative = 0
        at = (self.row + 1, 0, self.row + 1, len(blank))
        if column == self.indents[-1]:
            if alternative != self.alternative_indents[-1]:
                raise self._mixed()
        elif column > self.indents[-1]:
            if alternative <= self.alternative_indents[-1]:
                raise self._mixed()
            if len(self.indents) > MOST_INDENTS:
                row, column = self.row, len(self.line) - 1
                raise self.fail("too many levels of indentation", row, column, 0, "IndentationError").late()
            self.indents.append(column)
            self.alternative_indents.append(alternative)
            self.tokens.append(Token(INDENT, blank, at))
        else:
            at = (self.row + 1, len(blank), self.row + 1, len(blank))
            count = sum(each > column for each in self.indents)
            del self.indents[-count:], self.alternative_indents[-count:]
            if column != self.indents[-1]:
                words = "unindent does not match any outer indentation level"
                text = self.line.rstrip("\n")
                column = len(text) if self.minor >= 13 else len(text.encode("utf-8", "replace"))
                raise self.fail(words, self.row, column, None, "IndentationError").late()
            if alternative != self.alternative_indents[-1]:
                raise self._mixed()
            self.tokens.extend(Token(DEDENT, "", at) for _ in range(count))

    def _mixed(self) -> SourceError:
        words = "inconsistent use of tabs and spaces in indentation"
        if self.minor >= 13:
            raise NotSimulated("the words for mixed tabs and spaces in this version of Python")
        return self.fail(words, self.row, -1, None, "TabError").late()

    def _rest_of_line(self) -> bool:
        """Tokens up to the line's end; whether a backslash goes on in the next line."""
        while True:
            line = self.line
            blank = _BLANK.match(line, self.column)
            assert blank is not None
            self.column = blank.end()
            if self.column >= len(line) or line[self.column] == "\n":
                return False
            character = line[self.column]
            if character == "#":
                self.column = len(line) - 1
                return False
            if character == "\\":
                self._check_continuation()
                return True
            if character == "\r" and line[self.column + 1 :] == "\n":
                return False
            self.next_token()

    def _check_continuation(self) -> None:
        """Raise SourceError for a backslash here that does not end its line."""
        if self.line[self.column] == "\\" and self.line[self.column + 1 :] not in ("\n", "\r\n"):
            words = "unexpected character after line continuation character"
            raise self.fail(words, self.row, self.column + 1).late()

    def next_token(self) -> None:
        """One token from the place where a character stands. Raises SourceError."""
        line, column = self.line, self.column
        character = line[column]
        if character.isalpha() or character == "_" or ord(character) > 127:
            self._name(line, column)
        elif "0" <= character <= "9" or (character == "." and "0" <= line[column + 1 : column + 2] <= "9"):
            self._number(line, column)
        elif character in "\"'":
            self._string(column, "")
        else:
            self._operator(line, column)

    def _name(self, line: str, column: int) -> None:
        found = _NAME.match(line, column)
        text = found.group() if found else ""
        stop = column + len(text)
        if line[stop : stop + 1] in ('"', "'") and text.lower() in _PREFIXES:
            prefix = text.lower()
            if "t" not in prefix or self.minor >= 14:
                self._string(column, prefix)
                return
        if not text.isidentifier():
            valid = next(
                (i for i in range(column, max(stop, column + 1)) if not line[column : i + 1].isidentifier()), column
            )
            raise self._bad_character(line[valid], valid)
        if not text.isascii():
            text = unicodedata.normalize("NFKC", text)
        self._add(NAME, text, column, stop)

    def _bad_character(self, character: str, column: int) -> SourceError:
        shown = f"U+{ord(character):04X}"
        if character.isprintable():
            return self.fail(f"invalid character '{character}' ({shown})", self.row, column)
        return self.fail(f"invalid non-printable character {shown}", self.row, column)

    def _add(self, kind: str, text: str, column: int, stop: int, value: Any = None) -> None:
        self.tokens.append(Token(kind, text, (self.row + 1, column, self.row + 1, stop), value))
        self.column = stop

    def _number(self, line: str, column: int) -> None:
        found = _NUMBER.match(line, column)
        assert found is not None
        text, stop = found.group(), found.end()
        self._check_number(line, text, column, stop)
        plain = text.replace("_", "")
        value: Any
        if plain[:2].lower() in ("0x", "0b", "0o"):
            value = int(plain, 0)
        elif plain[-1] in "jJ":
            value = complex(0, float(plain[:-1]))
        elif is_digits(plain):
            if len(plain) > 4300:
                words = (
                    f"Exceeds the limit (4300 digits) for integer string conversion: value has {len(plain)} digits;"
                    " use sys.set_int_max_str_digits() to increase the limit"
                )
                raise self.fail(
                    f"{words} - Consider hexadecimal for huge integer literals to avoid decimal conversion limits.",
                    self.row,
                    column,
                )
            value = int(plain)
        else:
            value = float(plain)
        self._add(NUMBER, text, column, stop, value)

    def _check_number(self, line: str, text: str, column: int, stop: int) -> None:
        follows = line[stop : stop + 1]
        kind = {"0x": "hexadecimal", "0b": "binary", "0o": "octal"}.get(line[column : column + 2].lower(), "")
        if text == "0" and kind:
            digit = line[column + 2 : column + 3]
            if is_digits(digit) and kind != "hexadecimal":
                raise self.fail(f"invalid digit '{digit}' in {kind} literal", self.row, column + 2)
            raise self.fail(f"invalid {kind} literal", self.row, column + 1 + (line[column + 2 : column + 3] == "_"))
        if kind in ("octal", "binary") and is_digits(follows):
            raise self.fail(f"invalid digit '{follows}' in {kind} literal", self.row, stop)
        if (
            text[0] == "0"
            and len(text) > 1
            and is_digits(text.replace("_", ""))
            and text.strip("0_")
            and follows not in ("e", "E")
        ):
            words = "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers"
            zeros = len(text) - len(text.lstrip("0"))
            raise self.fail(words, self.row, column, column + zeros)
        if follows in ("e", "E") and line[stop + 1 : stop + 2] in ("+", "-") and not kind:
            raise self.fail("invalid decimal literal", self.row, stop + 1)
        if follows == "_" and text[-1] != ".":
            raise self.fail(f"invalid {kind or 'decimal'} literal", self.row, stop)
        if follows and (
            follows == "_" or (follows.isalnum() and follows.isascii()) or (ord(follows) > 127 and self.minor < 11)
        ):
            name_kind = "imaginary" if text[-1] in "jJ" else kind or "decimal"
            if _BEHIND_NUMBERS.match(line, stop):
                if self.minor >= 11:
                    self.warnings.append((self.row + 1, f"invalid {name_kind} literal", len(self.tokens)))
                return
            raise self.fail(f"invalid {name_kind} literal", self.row, stop - 1)

    def _operator(self, line: str, column: int) -> None:
        found = _OPERATOR.match(line, column)
        if found is None:
            if line[column] in "$?`":  # a token, which no rule takes
                self._add(OP, line[column], column, column + 1)
                return
            raise self._bad_character(line[column], column)
        text = found.group()
        if text in _CLOSERS:
            if len(self.brackets) >= MOST_BRACKETS:
                raise self.fail("too many nested parentheses", self.row, column)
            self.brackets.append((text, self.row, column))
        elif text in ")]}":
            self._close(text, column)
        self._add(OP, text, column, found.end())

    def _close(self, text: str, column: int) -> None:
        if not self.brackets:
            raise self.fail(f"unmatched '{text}'", self.row, column)
        opener, row, _ = self.brackets.pop()
        if _CLOSERS[opener] != text:
            words = f"closing parenthesis '{text}' does not match opening parenthesis '{opener}'"
            if row != self.row:
                words += f" on line {row + 1}"
            raise self.fail(words, self.row, column)

    def _string(self, column: int, prefix: str) -> None:
        lexer_strings.read_string(self, column, prefix)
