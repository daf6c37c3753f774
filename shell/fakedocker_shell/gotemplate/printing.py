"""Go's formatted printing: Print, Println and Printf with all their verbs, flags, widths and complaints.

Owns how a Go value looks as text. It must not know templates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from fakedocker.base.patterns import lazy_pattern
from fakedocker_shell.gotemplate.types import Value

_ESCAPES = {
    "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\",
}  # fmt: skip
_DIRECTIVE = lazy_pattern(
    r"%(?P<flags>[#0+\- ]*)(?P<width>\*|\d*)(?:(?P<dot>\.)(?P<precision>\*|\d*))?(?:\[(?P<operand>\d+)\])?(?P<verb>.?)",
    re.DOTALL,
)


def quote(text: str, mark: str = '"', ascii_only: bool = False) -> str:
    """A Go string literal of the text."""
    parts = [mark]
    for character in text:
        if character == mark:
            parts.append("\\" + character)
        elif character in _ESCAPES:
            parts.append(_ESCAPES[character])
        elif character.isprintable() and not (ascii_only and ord(character) > 127):
            parts.append(character)
        elif ord(character) < 0x80:
            parts.append(f"\\x{ord(character):02x}")
        elif ord(character) < 0x10000:
            parts.append(f"\\u{ord(character):04x}")
        else:
            parts.append(f"\\U{ord(character):08x}")
    return "".join(parts) + mark


def format_float(number: float, verb: str = "g", precision: int = -1, limit: int = 21) -> str:
    """A float as strconv.FormatFloat writes it; precision -1 is the shortest that reads back the same.

    `limit` is the exponent from which %g without precision turns to the exponent form: 21 for fmt's %v.
    """
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "+Inf" if number > 0 else "-Inf"
    if precision >= 0:
        return f"{number:.{precision}{verb}}"
    digits, _, exponent_text = f"{number!r}".partition("e")
    if verb in "eE":
        return _exponent_form(number, verb)
    if verb in "fF":
        text = f"{number:.340f}" if exponent_text.startswith("-") else f"{number:f}"
        return f"{number:.0f}" if float(number).is_integer() else (digits if not exponent_text else text.rstrip("0"))
    exponent = int(_exponent_form(number, "e").partition("e")[2])
    if exponent < -4 or exponent >= limit:
        return _exponent_form(number, "e" if verb == "g" else "E")
    if float(number).is_integer():
        return f"{number:.0f}"
    return digits if not exponent_text else f"{number:.{max(0, len(digits) - 2 - exponent)}f}".rstrip("0")


def _exponent_form(number: float, verb: str) -> str:
    for precision in range(18):
        text = f"{number:.{precision}{verb}}"
        if float(text) == number:
            return text
    return f"{number:.17{verb}}"


def go_syntax(value: Value) -> str:
    """A value as %#v shows it."""
    kind, data = value.kind, value.data
    if kind == "invalid":
        return "<nil>"
    if kind == "interface":
        return f"{value.type_name}(nil)" if data is None else go_syntax(value.concrete())
    if kind == "string":
        return quote(data)
    if kind == "bool":
        return "true" if data else "false"
    if kind == "uint":
        return f"0x{data:x}"
    if kind == "float":
        return format_float(data)
    if kind == "pointer":
        return f"({value.type_name})(nil)" if data is None else f"&{go_syntax(value.element())}"
    if kind == "slice":
        if data is None:
            return f"{value.type_name}(nil)"
        return f"{value.type_name}{{{', '.join(map(go_syntax, value.elements()))}}}"
    if kind == "map":
        if data is None:
            return f"{value.type_name}(nil)"
        return f"{value.type_name}{{{', '.join(f'{go_syntax(k)}:{go_syntax(v)}' for k, v in value.items())}}}"
    if kind == "struct" and value.type is not None:
        fields = ", ".join(f"{own.name}:{go_syntax(value.field(own))}" for own in value.type.fields)
        return f"{value.type_name}{{{fields}}}"
    return str(data)


def plain(value: Value, plus: bool = False, depth: int = 0) -> str:
    """A value as %v shows it (%+v with `plus`)."""
    kind, data = value.kind, value.data
    if value.type is not None and value.type.text is not None and not value.is_nil:
        return value.type.text(data)
    if kind == "invalid":
        return "<nil>"
    if kind == "interface":
        return "<nil>" if data is None else plain(value.concrete(), plus, depth)
    if kind == "bool":
        return "true" if data else "false"
    if kind == "string":
        return str(data)
    if kind in ("int", "uint"):
        return str(data)
    if kind == "float":
        return format_float(data)
    if kind == "pointer":
        if data is None:
            return "<nil>"
        if depth > 0 or value.element().kind not in ("struct", "map", "slice"):
            return f"0xc{id(data) & 0xFFFFFFFFF:09x}"
        return "&" + plain(value.element(), plus, depth + 1)
    if kind == "slice":
        return "[" + " ".join(plain(element, plus, depth + 1) for element in value.elements()) + "]"
    if kind == "map":
        return "map[" + " ".join(f"{plain(k, plus, 1)}:{plain(v, plus, 1)}" for k, v in value.items()) + "]"
    if kind == "struct" and value.type is not None:
        texts = []
        for own in value.type.fields:
            text = plain(value.field(own), plus, depth + 1)
            texts.append(f"{own.name}:{text}" if plus else text)
        return "{" + " ".join(texts) + "}"
    return f"0x{id(data) & 0xFFFFFF:x}"


def print_values(values: Sequence[Value]) -> str:
    """fmt.Sprint: a blank between two operands neither of which is a string."""
    parts: list[str] = []
    previous_is_string = True
    for value in values:
        is_string = value.kind == "string"
        if parts and not is_string and not previous_is_string:
            parts.append(" ")
        parts.append(plain(value))
        previous_is_string = is_string
    return "".join(parts)


def print_line(values: Sequence[Value]) -> str:
    """fmt.Sprintln: blanks between all operands, and a newline."""
    return " ".join(plain(value) for value in values) + "\n"


def _bad_verb(verb: str, value: Value) -> str:
    if not value.valid:
        return f"%!{verb}(<nil>)"
    return f"%!{verb}({value.type_name}={plain(value)})"


def _integer(value: int, verb: str, flags: str, precision: int) -> tuple[str, str]:
    """Sign or prefix, and digits."""
    digits = {
        "d": lambda n: str(n), "v": lambda n: str(n), "b": lambda n: f"{n:b}", "o": lambda n: f"{n:o}",
        "O": lambda n: f"{n:o}", "x": lambda n: f"{n:x}", "X": lambda n: f"{n:X}",
    }[verb](abs(value))  # fmt: skip
    if precision >= 0:
        digits = digits.rjust(precision, "0")
    sign = "-" if value < 0 else "+" if "+" in flags else " " if " " in flags else ""
    prefix = "0o" if verb == "O" else ""
    if "#" in flags:
        prefix = {"b": "0b", "o": "0", "x": "0x", "X": "0X"}.get(verb, prefix)
    return sign + prefix, digits


def _string_verb(text: str, verb: str, flags: str, precision: int) -> str | None:
    if verb in "vs":
        return text[:precision] if precision >= 0 else text
    if verb == "q":
        text = text[:precision] if precision >= 0 else text
        if "#" in flags and "`" not in text and text.isprintable():
            return f"`{text}`"
        return quote(text, ascii_only="+" in flags)
    if verb in "xX":
        data = text.encode()[: precision if precision >= 0 else None]
        separator = " " if " " in flags else ""
        shown = separator.join(f"{byte:02x}" for byte in data)
        return shown.upper() if verb == "X" else shown
    return None


def _pad(text: str, width: int, flags: str, prefix: str = "", zeros: bool = False) -> str:
    if "-" in flags:
        return (prefix + text).ljust(width)
    if zeros and "0" in flags:
        return prefix + text.rjust(width - len(prefix), "0")
    return (prefix + text).rjust(width)


def format_verb(value: Value, verb: str, flags: str, width: int, precision: int, nested: bool = False) -> str:
    """One operand under one verb. Composite values have the verb applied to their elements, as fmt does.

    Args:
        nested: whether the value is an element of another one.
    """
    value = value.concrete()
    if nested and value.kind == "pointer" and value.data is not None and verb != "v":
        return f"%!{verb}({value.type_name}={plain(value)})"
    if verb == "T":
        return _pad(value.type_name, width, flags)
    if verb == "p":
        return _pad(_bad_verb("p", value) if value.kind != "pointer" else plain(value, depth=1), width, flags)
    if not value.valid:
        return _pad("<nil>", width, flags) if verb == "v" else _bad_verb(verb, value)
    if verb == "v" and "#" in flags:
        return _pad(go_syntax(value), width, flags)
    if value.type is not None and value.type.text is not None and verb in "vsxXq" and not value.is_nil:
        shown = value.type.characters if value.type.characters is not None and verb != "v" else value.type.text
        return _pad(_string_verb(shown(value.data), verb, flags, precision) or "", width, flags)
    return _format_kind(value, verb, flags, width, precision)


def _format_kind(value: Value, verb: str, flags: str, width: int, precision: int) -> str:
    kind, data = value.kind, value.data
    signed = flags if verb != "v" else flags.replace("+", "")  # %+v names fields and shows no signs
    if kind == "string":
        shown = _string_verb(data, verb, flags, precision)
        return _bad_verb(verb, value) if shown is None else _pad(shown, width, flags)
    if kind == "bool":
        return _pad(plain(value), width, flags) if verb in "tv" else _bad_verb(verb, value)
    if kind in ("int", "uint"):
        return _format_integer(value, verb, signed, width, precision)
    if kind == "float":
        if verb not in "veEfFgG":
            return _bad_verb(verb, value)
        shape = "g" if verb == "v" else verb
        default = 6 if verb in "eEfF" else -1
        text = format_float(abs(data), shape, precision if precision >= 0 else default)
        sign = "-" if data < 0 else "+" if "+" in signed else " " if " " in flags else ""
        return _pad(text, width, flags, sign, zeros=True)
    if kind == "slice":
        return "[" + " ".join(format_verb(e, verb, flags, width, precision, True) for e in value.elements()) + "]"
    if kind == "map":
        entries = (
            format_verb(k, verb, flags, width, precision, True)
            + ":"
            + format_verb(v, verb, flags, width, precision, True)
            for k, v in value.items()
        )
        return "map[" + " ".join(entries) + "]"
    if kind == "struct" and value.type is not None:
        names = "+" in flags and verb == "v"
        shown_fields = (
            (f"{own.name}:" if names else "") + format_verb(value.field(own), verb, flags, width, precision, True)
            for own in value.type.fields
        )
        return "{" + " ".join(shown_fields) + "}"
    if kind == "pointer" and data is None and verb in "sd":
        return f"%!{verb}({value.type_name}=<nil>)"
    return _pad(plain(value, "+" in flags), width, flags)


def _format_integer(value: Value, verb: str, flags: str, width: int, precision: int) -> str:
    number = value.data
    if verb in "vdboOxX":
        prefix, digits = _integer(number, verb, flags, precision)
        return _pad(digits, width, flags, prefix, zeros=precision < 0)
    if verb == "c":
        return _pad(chr(number), width, flags)
    if verb == "q":
        return _pad(quote(chr(number), "'"), width, flags)
    if verb == "U":
        return _pad(f"U+{number:04X}", width, flags)
    return _bad_verb(verb, value)


_WIDEST = 1_000_000
"""The most that Go's fmt takes for a width or a precision (tooLarge)."""


def print_formatted(template: str, values: Sequence[Value]) -> str:
    """fmt.Sprintf, its notes on missing and extra operands included.

    One function, because each directive may take any number of operands and say which come next.
    """
    parts: list[str] = []
    used = 0
    reordered = False
    position = 0

    def star(text: str | None, note: str) -> int | None:
        """A width or precision: digits, or taken from the operands."""
        nonlocal used
        if text != "*":
            return int(text) if text else None
        operand = values[used].concrete() if used < len(values) else None
        used += 1
        if operand is None or operand.kind not in ("int", "uint") or abs(int(operand.data)) > _WIDEST:
            parts.append(note)
            return None
        return int(operand.data)

    while (start := template.find("%", position)) >= 0:
        parts.append(template[position:start])
        match = _DIRECTIVE.match(template, start)
        assert match is not None
        position = match.end()
        flags, verb = match["flags"], match["verb"]
        if any(
            len(digits) > 6 and int(digits[:4_000]) > _WIDEST for digits in match.group("width", "precision") if digits
        ):
            parts.append("%!(NOVERB)")  # Go's reader of numbers goes to the end of the text then (fmt parsenum)
            position = len(template)
            break
        width = star(match["width"], "%!(BADWIDTH)") or 0
        if width < 0:
            flags, width = flags + "-", -width
        given = star(match["precision"], "%!(BADPREC)")
        precision = given if given is not None else (0 if match["dot"] else -1)
        if not verb:
            parts.append("%!(NOVERB)")
        elif verb == "%":
            parts.append("%")
        elif match["operand"]:
            reordered = True
            used = int(match["operand"])
            if 1 <= used <= len(values):
                parts.append(format_verb(values[used - 1], verb, flags, width, precision))
            else:
                parts.append(f"%!{verb}(BADINDEX)")
        elif used >= len(values):
            parts.append(f"%!{verb}(MISSING)")
        else:
            parts.append(format_verb(values[used], verb, flags, width, precision))
            used += 1
    parts.append(template[position:])
    if used < len(values) and not reordered:
        parts.append(f"%!(EXTRA {', '.join(map(_extra, values[used:]))})")
    return "".join(parts)


def _extra(value: Value) -> str:
    """An operand that no directive has asked for."""
    return f"{value.concrete().type_name}={plain(value)}" if value.concrete().valid else "<nil>"
