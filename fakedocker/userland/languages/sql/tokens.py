"""SQL's tokens, PostgreSQL's and MariaDB's, with their places in the text. It must not know grammar."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from fakedocker.userland.languages.sql.problems import Outside, SqlError, outside

POSTGRES: Final = "postgres"
MARIADB: Final = "mariadb"
MYSQL: Final = "mysql"
LONGEST_STATEMENT: Final = 1 << 20


class Token(NamedTuple):
    """A token.

    Args:
        kind: word (folded to small letters), name (quoted), string, bits, number, mark, variable, parameter, end, broken (what comes is no token).
        text: its value: of a string what it stands for.
        at, end: where it stands.
    """

    kind: str
    text: str
    at: int
    end: int


_SPACE: Final = re.compile(r"(?:[ \t\r\n\f\v]+|--[^\n]*)+")
_NO_VERSION = "999999"
"""A comment for a version that there will never be: for clients alone, as mariadb-dump writes one."""
_MY_SPACE: Final = re.compile(r"(?:[ \t\r\n\f\v]+|--(?=[ \t\r\n]|\Z)[^\n]*|#[^\n]*)+")
_NUMBER: Final = re.compile(r"(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
_WORD: Final = re.compile(r"[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_$\x80-\U0010ffff]*")
_MY_WORD: Final = re.compile(r"[A-Za-z0-9_$\x80-\uffff]*[A-Za-z_$\x80-\uffff][A-Za-z0-9_$\x80-\uffff]*")
_MY_AFTER_POINT: Final = re.compile(r"[A-Za-z0-9_$\x80-\uffff]+")
_DOLLAR: Final = re.compile(r"\$(?:[A-Za-z_\x80-\uffff][A-Za-z0-9_\x80-\uffff]*)?\$")
_OPERATOR: Final = re.compile(r"[-+*/<>=~!@#%^&|`?]+")
_MY_OPERATORS: Final = ("<=>", "->>", ":=", "<=", ">=", "<>", "!=", "||", "&&", "<<", ">>", "->")
_ESCAPES: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_MY_ESCAPES: Final = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}


def tokenize(text: str, dialect: str) -> tuple[list[Token], SqlError | Outside | None]:
    """The tokens of a statement, an end last; or up to where it cannot be read, and what is said when reading comes there.

    O(length). Raises Outside for one that is too long.
    """
    if len(text) > LONGEST_STATEMENT:
        raise outside("so long a statement")
    return _Lexer(text, dialect).tokens()


class _Lexer:
    def __init__(self, text: str, dialect: str) -> None:
        self.text = text
        self.mine = dialect != POSTGRES
        self.at = 0
        self.found: list[Token] = []
        self.conditional = 0  # comments of MariaDB's whose content counts

    def tokens(self) -> tuple[list[Token], SqlError | Outside | None]:
        add = self.found.append
        while True:
            start = self.at
            try:
                self._skip()
                if self.at >= len(self.text):
                    add(Token("end", "", len(self.text), len(self.text)))
                    return self.found, None
                start = self.at
                kind, value = self._my_token() if self.mine else self._pg_token()
            except (SqlError, Outside) as problem:
                add(Token("broken", "", start, start))
                return self.found, problem
            add(Token(kind, value, start, self.at))

    def _skip(self) -> None:
        pattern = _MY_SPACE if self.mine else _SPACE
        text = self.text
        while True:
            match = pattern.match(text, self.at)
            if match is not None:
                self.at = match.end()
            if self.conditional and text.startswith("*/", self.at):
                self.conditional -= 1
                self.at += 2
                continue
            if not text.startswith("/*", self.at):
                return
            if self.mine:
                opened = re.compile(r"/\*M?!(\d{5,6})?").match(text, self.at)
                if opened is not None and opened[1] != _NO_VERSION:
                    if opened[1] is not None and int(opened[1]) > 101118:
                        raise outside("a comment for a later version")
                    self.conditional += 1
                    self.at = opened.end()
                    continue
                end = text.find("*/", self.at + 2)
                if end < 0:
                    raise outside("a comment without end")
                self.at = end + 2
            else:
                self.at = self._comment_end()

    def _comment_end(self) -> int:
        """Where PostgreSQL's comment ends; they nest."""
        depth, at = 1, self.at + 2
        while depth:
            opened, closed = self.text.find("/*", at), self.text.find("*/", at)
            if closed < 0:
                rest = self.text[self.at :]
                raise SqlError("42601", f'unterminated /* comment at or near "{rest}"', self.at)
            if 0 <= opened < closed:
                depth, at = depth + 1, opened + 2
            else:
                depth, at = depth - 1, closed + 2
        return at

    # PostgreSQL

    def _pg_token(self) -> tuple[str, str]:
        text, start = self.text, self.at
        letter = text[start]
        if letter == "'":
            return "string", self._quoted(start, "'")
        if letter in "eE" and text.startswith("'", start + 1):
            return "string", self._escaped(start + 1)
        if letter in "bBxX" and text.startswith("'", start + 1):
            return "bits", letter.lower() + self._quoted(start + 1, "'")
        if letter in "nN" and text.startswith("'", start + 1):
            self.at = start + 1
            return "word", "nchar"  # as the real scanner reads it: the type, and a text behind it
        if letter in "uU" and text.startswith(("&'", '&"'), start + 1):
            raise outside("Unicode escapes in U&")
        if letter == '"':
            name = self._quoted(start, '"')
            if not name:
                raise SqlError("42601", 'zero-length delimited identifier at or near """"', start)
            return "name", _cut(name)
        match = _WORD.match(text, start)
        if match is not None:
            self.at = match.end()
            return "word", _cut(_fold(match[0]))
        match = _NUMBER.match(text, start)
        if match is not None:
            self.at = match.end()
            after = _WORD.match(text, self.at)
            if after is not None:
                raise SqlError("42601", f'trailing junk after numeric literal at or near "{match[0]}{after[0]}"', start)
            return "number", match[0]
        if letter == "$":
            dollar = _DOLLAR.match(text, start)
            if dollar is not None:
                end = text.find(dollar[0], dollar.end())
                if end < 0:
                    raise SqlError("42601", f'unterminated dollar-quoted string at or near "{text[start:]}"', start)
                self.at = end + len(dollar[0])
                return "string", text[dollar.end() : end]
            number = re.compile(r"\$\d+").match(text, start)
            if number is not None:
                self.at = number.end()
                return "parameter", number[0]
        for mark in ("::", ":=", ".."):
            if text.startswith(mark, start):
                self.at = start + 2
                return "mark", mark
        if letter in "(),.;[]:":
            self.at = start + 1
            return "mark", letter
        operator = _OPERATOR.match(text, start)
        if operator is not None:
            found = operator[0]
            for comment in ("--", "/*"):
                if comment in found:
                    found = found[: found.index(comment)]
            while len(found) > 1 and found[-1] in "+-" and not any(sign in "~!@#%^&|`?" for sign in found):
                found = found[:-1]
            self.at = start + len(found)
            return "mark", "<>" if found == "!=" else found
        raise SqlError("42601", f'syntax error at or near "{letter}"', start)

    def _quoted(self, start: int, quote: str) -> str:
        """What stands in quotes that are doubled inside; `at` is put behind."""
        parts: list[str] = []
        at = start + 1
        while True:
            end = self.text.find(quote, at)
            if end < 0:
                what = "quoted string" if quote == "'" else "quoted identifier"
                raise SqlError("42601", f'unterminated {what} at or near "{self.text[start:].rstrip(chr(10))}"', start)
            parts.append(self.text[at:end])
            if not self.text.startswith(quote, end + 1):
                self.at = end + 1
                return quote.join(parts)
            at = end + 2

    def _escaped(self, start: int) -> str:
        """E'...'."""
        parts: list[str] = []
        at = start + 1
        text = self.text
        while at < len(text):
            letter = text[at]
            if letter == "'":
                if not text.startswith("'", at + 1):
                    self.at = at + 1
                    return "".join(parts)
                parts.append("'")
                at += 2
            elif letter == "\\" and at + 1 < len(text):
                following = text[at + 1]
                if following in "xuU01234567":
                    raise outside("escapes by number in E''")
                parts.append(_ESCAPES.get(following, following))
                at += 2
            else:
                parts.append(letter)
                at += 1
        raise SqlError("42601", f'unterminated quoted string at or near "{text[start - 1 :]}"', start - 1)

    # MariaDB

    def _my_token(self) -> tuple[str, str]:
        text, start = self.text, self.at
        letter = text[start]
        if letter in "'\"":
            return "string", self._my_string(start)
        if letter == "`":
            return "name", self._quoted_name(start)
        if letter in "xXbB" and text.startswith("'", start + 1):
            self.at = start + 1
            return "bits", letter.lower() + self._my_string(start + 1)
        if letter in "nN" and text.startswith("'", start + 1):
            return "string", self._my_string(start + 1)  # in utf8mb3, which nothing here can tell
        if letter == "@":
            return self._variable(start)
        if text.startswith(("0x", "0b"), start):
            match = re.compile(r"0x[0-9a-fA-F]+|0b[01]+").match(text, start)
            if match is not None:
                self.at = match.end()
                return "bits", match[0][1] + match[0][2:]
        after_point = start > 0 and text[start - 1] == "."
        if letter == "." and self._touches_name():
            self.at = start + 1
            return "mark", letter
        if after_point and (match := _MY_AFTER_POINT.match(text, start)) is not None:
            self.at = match.end()
            return "word", match[0]
        number = None if after_point else _NUMBER.match(text, start)
        word = _MY_WORD.match(text, start)
        if word is not None and (number is None or (word.end() > number.end() and "." not in number[0])):
            self.at = word.end()
            return "word", word[0]
        if number is not None:
            self.at = number.end()
            return "number", number[0]
        for mark in _MY_OPERATORS:
            if text.startswith(mark, start):
                self.at = start + len(mark)
                return "mark", "<>" if mark == "!=" else mark
        if letter in "(),.;+-*/%<>=!~^&|?:{}":
            self.at = start + 1
            return "mark", letter
        raise outside(f"the sign {letter}")

    def _touches_name(self) -> bool:
        """Whether a name ends here, so that what follows its point is one too."""
        last = self.found[-1] if self.found else None
        return last is not None and last.end == self.at and last.kind in ("word", "name")

    def _quoted_name(self, start: int) -> str:
        parts: list[str] = []
        at = start + 1
        while True:
            end = self.text.find("`", at)
            if end < 0:
                raise outside("a name without an end")
            parts.append(self.text[at:end])
            if not self.text.startswith("`", end + 1):
                self.at = end + 1
                return "`".join(parts)
            at = end + 2

    def _my_string(self, start: int) -> str:
        quote = self.text[start]
        text, at = self.text, start + 1
        parts: list[str] = []
        while at < len(text):
            letter = text[at]
            if letter == quote:
                if not text.startswith(quote, at + 1):
                    self.at = at + 1
                    return "".join(parts)
                parts.append(quote)
                at += 2
            elif letter == "\\" and at + 1 < len(text):
                following = text[at + 1]
                parts.append("\\" + following if following in "%_" else _MY_ESCAPES.get(following, following))
                at += 2
            else:
                end = at + 1
                while end < len(text) and text[end] != quote and text[end] != "\\":
                    end += 1
                parts.append(text[at:end])
                at = end
        raise outside("a string without an end")

    def _variable(self, start: int) -> tuple[str, str]:
        match = re.compile(r"@@(?:(?:global|session|local)\.)?[A-Za-z_]\w*|@[A-Za-z0-9_.$]+", re.IGNORECASE).match(
            self.text, start
        )
        if match is not None:
            self.at = match.end()
            return "variable", match[0].lower()
        if self.text.startswith(("@'", "@`", '@"'), start) or self.text.startswith("@", start):
            self.at = start + 1
            return "mark", "@"
        raise outside("such a variable")


def _fold(word: str) -> str:
    return word.lower() if word.isascii() else "".join(c.lower() if c < "\x80" else c for c in word)


def _cut(name: str) -> str:
    """Names have 63 bytes at most."""
    return name if len(name) < 16 or len(name.encode()) <= 63 else name.encode()[:63].decode("utf-8", "ignore")
