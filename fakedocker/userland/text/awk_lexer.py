"""awk's source as tokens. Whether a slash begins a regular expression depends on the token before it."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from fakedocker.userland.text.text_escapes import decode_escapes

KEYWORDS: Final = frozenset(
    {"BEGIN", "END", "function", "func", "if", "else", "while", "for", "do", "break", "continue", "next", "nextfile",
     "exit", "return", "delete", "in", "getline", "print", "printf"}
)  # fmt: skip
FUNCTIONS: Final = frozenset(
    {"length", "substr", "index", "split", "sub", "gsub", "match", "sprintf", "sin", "cos", "atan2", "exp", "log", "sqrt",
     "int", "rand", "srand", "tolower", "toupper", "system", "close", "fflush", "gensub", "strftime", "systime", "mktime",
     "and", "or", "xor", "lshift", "rshift", "compl", "strtonum", "asort", "asorti"}
)  # fmt: skip
_TOKEN = re.compile(
    r"(?P<space>[ \t\r]+|\\\n|#[^\n]*)|(?P<newline>\n)|(?P<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
    r"|(?P<string>\"(?:[^\"\\\n]|\\.)*\")|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<operator>\*\*=|&&|\|\||\+\+|--|\+=|-=|\*=|/=|%=|\^=|\*\*|==|<=|>=|!=|!~|>>|[-+*/%^!<>|?:~$=(){}\[\];,])",
    re.DOTALL,
)
_ENDS_OPERAND: Final = frozenset({")", "]", "$", "++", "--"})


class AwkProblem(Exception):
    """The program is wrong, or did something that cannot be done: in busybox's words, and in mawk's where they differ."""

    def __init__(self, message: str, mawk: str = "") -> None:
        super().__init__(message)
        self.mawk = mawk or message


class Token(NamedTuple):
    kind: str  # number, string, regex, name, funcall, keyword, builtin, operator, newline, end
    text: str
    line: int


def tokens_of(source: str) -> list[Token]:
    found: list[Token] = []
    at, line = 0, 1
    while at < len(source):
        if source[at] == "/" and _regex_may_begin(found):
            end = _regex_end(source, at + 1)
            found.append(Token("regex", source[at + 1 : end], line))
            at = end + 1
            continue
        match = _TOKEN.match(source, at)
        if match is None:
            raise AwkProblem(f"cmd. line:{line}: Unexpected token", f"line {line}: unexpected character {source[at]!r}")
        kind, text = str(match.lastgroup), match[0]
        at = match.end()
        if kind == "name":
            if text in KEYWORDS:
                kind = "keyword"
                text = "function" if text == "func" else text
            elif text in FUNCTIONS:
                kind = "builtin"
            elif source.startswith("(", at):
                kind = "funcall"
        elif kind == "string":
            text = decode_escapes(text[1:-1].replace('\\"', '"').replace("\\/", "/"))
        if kind != "space":
            found.append(Token(kind, text, line))
        line += match[0].count("\n")
    return [*found, Token("newline", "\n", line), Token("end", "", line)]


def _regex_may_begin(found: list[Token]) -> bool:
    if not found:
        return True
    last = found[-1]
    if last.kind in ("number", "string", "regex", "name", "builtin"):
        return False
    return last.kind in ("keyword", "newline") or last.text not in _ENDS_OPERAND


def _regex_end(source: str, at: int) -> int:
    bracket = False
    while at < len(source):
        character = source[at]
        if character == "\\":
            at += 2
            continue
        if character == "[":
            bracket = True
        elif character == "]":
            bracket = False
        elif character == "/" and not bracket:
            return at
        elif character == "\n":
            break
        at += 1
    raise AwkProblem("cmd. line:1: unterminated regexp")
