"""jq's functions of texts: splitting, formats, regular expressions. They share the words for values in messages."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Callable
from typing import Final

from fakedocker.base.regex import IGNORECASE, Found, LimitExceeded, Pattern, PatternProblem, compile_pattern
from fakedocker.userland.jq.context import Context
from fakedocker.userland.jq.json_text import ParseProblem, parse_all
from fakedocker.userland.jq.json_writing import string_text, to_text
from fakedocker.userland.jq.values import JqError, OutOfMemory, Value, kind

MOST_TEXT: Final = 32 << 20
MOST_ITEMS: Final = 2_000_000
_SAFE_IN_URI: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")


def kind_of(value: Value) -> str:
    return kind(value)


def shortened(value: Value, size: int) -> str:
    """A value for a message, cut to fit a buffer (jv_dump_string_trunc)."""
    data = to_text(value).encode()
    if len(data) > size - 1:
        data = data[: size - 4] + b"..."
    return data.decode("utf-8", "ignore")


def described(value: Value) -> str:
    return f"{kind(value)} ({shortened(value, 11)})"


# plain texts


def split(text: str, separator: str) -> list[Value]:
    if not text:
        return []
    return list(text) if not separator else list(text.split(separator))


def places(text: str, wanted: str) -> list[Value]:
    """Where a text is found, also where the places overlap."""
    if not wanted:
        return []
    found: list[Value] = []
    at = text.find(wanted)
    while at >= 0:
        found.append(float(at))
        at = text.find(wanted, at + 1)
    return found


def number_of(text: str) -> float:
    if text == "nan":
        return math.nan
    if re.fullmatch(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*", text):
        return float(text)
    try:
        value = parse_all(text)
    except ParseProblem as problem:
        raise JqError(f"{problem} (while parsing '{text}')") from None
    if not isinstance(value, float):
        raise JqError(f"{described(text)} cannot be parsed as a number")
    return value


def _split(context: Context, value: Value, separator: Value) -> Value:
    if not isinstance(value, str) or not isinstance(separator, str):
        raise JqError("split input and separator must be strings")
    return split(value, separator)


def _affix(name: str, test: Callable[[str, str], bool]) -> Callable[[Context, Value, Value], Value]:
    def check(context: Context, value: Value, affix: Value) -> Value:
        if not isinstance(value, str) or not isinstance(affix, str):
            raise JqError(f"{name}() requires string inputs")
        return test(value, affix)

    return check


def _trimmed(value: Value, affix: Value, cut: Callable[[str, str], str]) -> Value:
    return cut(value, affix) if isinstance(value, str) and isinstance(affix, str) else value


def _trim(cut: Callable[[str], str]) -> Callable[[Context, Value], Value]:
    def trim(context: Context, value: Value) -> Value:
        if not isinstance(value, str):
            raise JqError(f"{described(value)} cannot be trimmed")
        return cut(value)

    return trim


def _case(name: str, change: Callable[[str], str]) -> Callable[[Context, Value], Value]:
    def changed(context: Context, value: Value) -> Value:
        if not isinstance(value, str):
            raise JqError(f"{name} input must be a string")
        return "".join(change(character) if character.isascii() else character for character in value)

    return changed


def _explode(context: Context, value: Value) -> Value:
    if not isinstance(value, str):
        raise JqError(f"{described(value)} cannot be exploded")
    return [float(ord(character)) for character in value]


def _implode(context: Context, value: Value) -> Value:
    if not isinstance(value, list):
        raise JqError("implode input must be an array")
    codes = [code for code in value if isinstance(code, float | int) and not isinstance(code, bool)]
    if len(codes) != len(value):
        raise JqError("Unicode codepoint must be numeric")
    return "".join(
        chr(int(code)) if 0 <= code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else "\ufffd" for code in codes
    )


def _byte_length(context: Context, value: Value) -> Value:
    if not isinstance(value, str):
        raise JqError(f"{described(value)} only strings have UTF-8 byte length")
    return float(len(value.encode()))


def _from_json(context: Context, value: Value) -> Value:
    if not isinstance(value, str):
        raise JqError(f"{described(value)} only strings can be parsed")
    try:
        return parse_all(value)
    except ParseProblem as problem:
        raise JqError(f"{problem} (while parsing '{value}')") from None


# formats


def formatted(form: str, value: Value) -> str:
    """@FORM of a value. Raises JqError."""
    if form == "text":
        return value if isinstance(value, str) else to_text(value)
    if form == "json":
        return to_text(value)
    if form in ("csv", "tsv"):
        return _row(form, value)
    if form == "sh":
        return " ".join(_shell_word(item) for item in (value if isinstance(value, list) else [value]))
    text = value if isinstance(value, str) else to_text(value)
    if form == "html":
        for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("'", "&#39;"), ('"', "&quot;")):
            text = text.replace(character, entity)
        return text
    if form == "uri":
        return "".join(chr(b) if chr(b) in _SAFE_IN_URI else f"%{b:02X}" for b in text.encode())
    if form == "base64":
        return base64.b64encode(text.encode()).decode()
    if form == "base32":
        return base64.b32encode(text.encode()).decode()
    if form in ("base64d", "base32d"):
        return _decoded(form, text)
    raise JqError(f"{form} is not a valid format")


def _decoded(form: str, text: str) -> str:
    try:
        if form == "base32d":
            return base64.b32decode(text + "=" * (-len(text) % 8)).decode("utf-8", "replace")
        plain = "".join(c for c in text.rstrip("=") if c.isascii() and (c.isalnum() or c in "+/"))
        data = base64.b64decode(plain[: len(plain) - (len(plain) % 4 == 1)] + "==")
    except (ValueError, binascii.Error):
        raise JqError(f"{described(text)} is not valid {form[:-1]} data") from None
    if text and not data:
        raise JqError(f"{described(text)} is not valid base64 data")
    return data.decode("utf-8", "replace")


def _row(form: str, value: Value) -> str:
    if not isinstance(value, list):
        raise JqError(f"{described(value)} cannot be {form}-formatted, only array")
    cells = []
    for item in value:
        if isinstance(item, str):
            if form == "csv":
                cells.append('"' + item.replace('"', '""') + '"')
            else:
                for character, escape in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
                    item = item.replace(character, escape)
                cells.append(item)
        elif isinstance(item, list | dict):
            raise JqError(f"{described(item)} is not valid in a csv row")
        else:
            cells.append("" if item is None else to_text(item))
    return ("," if form == "csv" else "\t").join(cells)


def _shell_word(value: Value) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "'\\''") + "'"
    if isinstance(value, list | dict):
        raise JqError(f"{described(value)} can not be escaped for shell")
    return to_text(value)


# regular expressions


def _expression(source: str, modifiers: Value) -> tuple[Pattern, bool, bool]:
    """The compiled expression, whether all matches are wanted, and whether empty ones are left out."""
    if not (modifiers is None or isinstance(modifiers, str)):
        raise JqError(f"{described(modifiers)} is not a string")
    flags, everywhere, no_empty = 0, False, False
    for letter in modifiers or "":
        if letter == "g":
            everywhere = True
        elif letter == "n":
            no_empty = True
        elif letter == "i":
            flags |= IGNORECASE
        elif letter == "x":
            flags |= int(re.VERBOSE)
        elif letter in "sp":
            flags |= int(re.DOTALL)
        elif letter != "l":
            raise JqError(f"{modifiers} is not a valid modifier string")
    try:
        named = re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", source).replace("\\h", "[0-9a-fA-F]")
        return compile_pattern(named, flags), everywhere, no_empty
    except PatternProblem as problem:
        raise JqError(f"{source} (at offset 0) is not a valid regex: {_in_its_words(problem)}") from None


def _in_its_words(problem: PatternProblem) -> str:
    """Oniguruma's messages for the usual mistakes."""
    said = str(problem)
    return next((words for beginning, words in _REGEX_WORDS.items() if said.startswith(beginning)), said)


_REGEX_WORDS: Final = {
    "missing )": "end pattern with unmatched parenthesis", "unterminated character set": "premature end of char-class",
    "nothing to repeat": "target of repeat operator is not specified", "unbalanced parenthesis": "unmatched close parenthesis",
    "bad escape (end": "end pattern at escape", "bad character range": "empty range in char class",
}  # fmt: skip


def _match(context: Context, value: Value, source: Value, modifiers: Value, testing: Value) -> Value:
    for each in (value, source):
        if not isinstance(each, str):
            raise JqError(f"{described(each)} cannot be matched, as it is not a string")
    pattern, everywhere, no_empty = _expression(source, modifiers)
    try:
        if testing:
            return pattern.finds(value)
        found: list[Value] = []
        names = {number: name for name, number in pattern.groupindex.items()}
        for match in pattern.finditer(value):
            if no_empty and match.start() == match.end():
                continue
            found.append(_described_match(match, names))
            if not everywhere:
                break
            if len(found) * (pattern.groups + 1) > MOST_ITEMS:
                raise OutOfMemory
        return found
    except LimitExceeded:
        raise JqError(f"{shortened(source, 30)} takes too many steps to match") from None


def _described_match(match: Found, names: dict[int, str]) -> Value:
    captures = []
    for number in range(1, match.re.groups + 1):
        start, end = match.span(number)
        text = match[number]
        captures.append(
            {
                "offset": float(start),
                "length": float(end - start) if text is not None else 0.0,
                "string": text,
                "name": names.get(number),
            }
        )
    start, end = match.span()
    return {"offset": float(start), "length": float(end - start), "string": match[0], "captures": captures}


def _sub(context: Context, value: Value, edits: Value) -> Value:
    """sub's last step: edits are [offset, length, [replacements]]; several replacements are not taken together."""
    pieces: list[str] = []
    at = 0
    for offset, length, replacements in edits:
        if not replacements:
            return None
        if not isinstance(replacements[0], str):
            raise JqError(f"{described(value[at : int(offset)])} and {described(replacements[0])} cannot be added")
        pieces += (value[at : int(offset)], replacements[0])
        at = int(offset + length)
    if sum(map(len, pieces)) > MOST_TEXT:
        raise OutOfMemory
    return "".join(pieces) + value[at:]


FUNCTIONS: Final[dict[str, Callable[..., Value]]] = {
    "split/1": _split,
    "startswith/1": _affix("startswith", str.startswith),
    "endswith/1": _affix("endswith", str.endswith),
    "ltrimstr/1": lambda context, value, affix: _trimmed(value, affix, str.removeprefix),
    "rtrimstr/1": lambda context, value, affix: _trimmed(value, affix, lambda text, end: text.removesuffix(end)),
    "trim/0": _trim(str.strip),
    "ltrim/0": _trim(str.lstrip),
    "rtrim/0": _trim(str.rstrip),
    "ascii_downcase/0": _case("ascii_downcase", str.lower),
    "ascii_upcase/0": _case("ascii_upcase", str.upper),
    "explode/0": _explode,
    "implode/0": _implode,
    "utf8bytelength/0": _byte_length,
    "fromjson/0": _from_json,
    "format/1": lambda context, value, form: formatted(form, value),
    "_match_impl/3": _match,
    "_sub_impl/1": _sub,
}
__all__ = [
    "FUNCTIONS",
    "MOST_ITEMS",
    "MOST_TEXT",
    "described",
    "formatted",
    "kind_of",
    "number_of",
    "places",
    "shortened",
    "split",
    "string_text",
]
