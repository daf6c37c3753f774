"""YAML as compose reads and writes it: version 1.2's words, the complaints of its library, its layout.

Source: the complaints and the layout are those of go-yaml v3, taken from the compose command's answers.
"""

from __future__ import annotations

import re
from typing import ClassVar

import yaml

from fakedocker.base.json_types import Json
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.compose import tags
from fakedocker_shell.compose.interpolation import INVALID

_TAG = "tag:yaml.org,2002:"
_LONGEST_LINE = 1 << 30


class _Reader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]  # either has the same methods
    """Plain words mean what YAML 1.2 says: no `yes`, no times, no numbers to the base of 60."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[Json]]] = {}


for _kind, _pattern, _firsts in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("int", r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|0|[1-9][0-9_]*)", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", "-+.0123456789"),
    ("merge", r"<<", "<"),
):  # fmt: skip
    _Reader.add_implicit_resolver(
        _TAG + _kind, re.compile(rf"^(?:{_pattern})$"), ["" if first == "\0" else first for first in _firsts]
    )


def _integer(reader: Json, node: Json) -> int:
    text = reader.construct_scalar(node).replace("_", "")
    digits = text.lstrip("+-")
    base = 8 if re.fullmatch("0o?[0-7]+", digits) else 0
    number = int(digits.replace("0o", "") if base == 8 else digits, base or 0)
    return -number if text.startswith("-") else number


def _mapping(reader: Json, node: Json) -> dict[Json, Json]:
    seen: dict[str, int] = {}
    for key, _ in node.value:
        if key.value in seen and key.tag != _TAG + "merge":
            raise CliError(
                f'yaml: unmarshal errors:\n  line {key.start_mark.line + 1}: mapping key "{key.value}" already defined'
                f" at line {seen[key.value]}",
                INVALID,
            )
        seen[key.value] = key.start_mark.line + 1
    reader.flatten_mapping(node)
    made: dict[Json, Json] = reader.construct_mapping(node, deep=True)
    return {key if isinstance(key, str) else str(key): value for key, value in made.items()}


def _tagged(reader: Json, _suffix: str, node: Json) -> Json:
    """What has a tag that nobody knows is what it would be without."""
    if isinstance(node, yaml.MappingNode):
        return _mapping(reader, node)
    if isinstance(node, yaml.SequenceNode):
        return reader.construct_sequence(node, deep=True)
    return reader.construct_scalar(node)


_Reader.add_multi_constructor("!", _tagged)
_Reader.add_constructor(_TAG + "int", _integer)
_Reader.add_constructor(_TAG + "map", _mapping)


def read(text: str) -> Json:
    """The document in a text; None for an empty one. Raises CliError with go-yaml's words."""
    return read_tagged(text)[0]


def read_tagged(text: str) -> tuple[Json, tuple[tags.Path, ...]]:
    """The same, and what of earlier files it takes back, see `tags`."""
    try:
        reader = _Reader(text)  # it is a safe loader
        try:
            node = reader.get_single_node()
            places = tags.take_out(node)
            return (None if node is None else reader.construct_document(node)), places
        finally:
            reader.dispose()
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark is not None else 0
        if isinstance(problem, yaml.parser.ParserError) and problem.context_mark is not None:
            line = problem.context_mark.line or line
        raise CliError(f"yaml: line {line}: {problem.problem}", INVALID) from None
    except yaml.YAMLError as problem:
        raise CliError(f"yaml: {problem}", INVALID) from None


class _Writer(yaml.SafeDumper):
    """Lists are indented below their key, and texts that would read as something else are quoted."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Json) -> bool:
        return True


def _text(writer: Json, value: str) -> Json:
    reads_as = yaml.load(value, Loader=_Reader) if _is_plain(value) else value  # as above
    style = "|" if "\n" in value else None
    if not isinstance(reads_as, str) or value in _OLD_BOOLEANS or _BASE_60.fullmatch(value):
        style = '"'
    return writer.represent_scalar(_TAG + "str", value, style=style)


_OLD_BOOLEANS = frozenset(
    form for word in ("y", "n", "yes", "no", "on", "off") for form in (word, word.capitalize(), word.upper())
)


_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
"""Texts that older YAML takes for numbers."""


def _is_plain(value: str) -> bool:
    return bool(re.fullmatch(r"[\w.+~-]*", value))


_Writer.add_representer(str, _text)
_Writer.add_representer(type(None), lambda writer, _: writer.represent_scalar(_TAG + "null", "null"))


def write(document: Json) -> str:
    """A document as compose prints it, its keys in the order they are in."""
    return yaml.dump(document, Dumper=_Writer, sort_keys=False, width=_LONGEST_LINE, allow_unicode=True)
