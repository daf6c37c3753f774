"""Lists as docker shows them: --format with its tables, templates and JSON, over rows of columns.

Owns what "table", "table TEMPLATE", "json" and a template mean. What the columns are is each family's business, in
`rows_containers`, `rows_images` and their like.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.tabwriter import align
from fakedocker_shell.gotemplate import Template, TemplateError
from fakedocker_shell.gotemplate.functions import HEADER_FUNCTIONS
from fakedocker_shell.gotemplate.types import STRING, Type, Value

Column = tuple[str, str, Callable[[Any], Any]]
"""(name in a template, title in a table, what it is for a row)"""


def _label_title(_: Any, name: str) -> str:
    """What a table calls a column that shows a label."""
    return name.rpartition(".")[2].replace("-", " ").replace("_", " ")


class Rows:
    """A kind of row: its columns, by name.

    Args:
        type_name: Go's name for it, as errors show it: "formatter.ContainerContext".
        columns: what a template may ask of a row.
        methods: what takes an argument, such as Label.
        as_json: what `json` shows instead of all columns, given the row and those.
    """

    def __init__(
        self,
        type_name: str,
        columns: Sequence[Column],
        methods: Mapping[str, Callable[..., Any]] | None = None,  # Any: rows, whose type each table knows
        as_json: Callable[[Any, dict[str, Any]], dict[str, Any]] | None = None,
    ) -> None:
        self._as_json = as_json
        self._columns = {name: get for name, _, get in columns}
        self.titles = {name: title for name, title, _ in columns}
        self.type = Type(
            "pointer",
            f"*{type_name}",
            element=Type("struct", type_name),
            methods={**self._columns, **(methods or {})},
            encode=self.as_json,
        )
        self._header_type = Type(
            "map", "formatter.SubHeaderContext", key=STRING, element=STRING, methods={"Label": _label_title}
        )

    def as_json(self, row: Any) -> dict[str, Any]:  # Any: rows, whose type each table knows
        """All columns of a row."""
        fields = {name: get(row) for name, get in self._columns.items()}
        return fields if self._as_json is None else self._as_json(row, fields)

    def value(self, row: Any) -> Value:  # Any: rows, whose type each table knows
        """A row, as a template sees it."""
        return Value(self.type, row)

    def header(self) -> Value:
        """The titles, as a template sees them."""
        return Value(self._header_type, self.titles)


def template_text(format_text: str) -> str:
    """The template in a --format: without "table", "json" spelled out, \\t and \\n turned into what they stand for."""
    if format_text == "json":
        return "{{json .}}"
    text = format_text.removeprefix("table") if format_text.startswith("table") else format_text
    return text.strip(" ").replace("\\t", "\t").replace("\\n", "\n")


def render(rows: Rows, format_text: str, items: Sequence[Any]) -> str:  # Any: rows, whose type each table knows
    """The list, as --format wants it.

    Args:
        format_text: "table TEMPLATE", "json" or a template; "table" alone must have been replaced by a family's own.

    Raises:
        CliError: for a bad template.
    """
    try:
        template = Template(template_text(format_text))
        lines = [template.execute(rows.value(item)) + "\n" for item in items]
        if not format_text.startswith("table"):
            return "".join(lines)
    except TemplateError as error:
        raise CliError(f"template parsing error: {error}") from None
    return align(header_text(template, rows) + "\n" + "".join(lines))


def table_format(*columns: str) -> str:
    """The format of a table with those columns."""
    return "table " + "\\t".join(f"{{{{.{name}}}}}" for name in columns)


def choose_format(given: str, table: str, quiet: str = "") -> str:
    """The format that is meant: `quiet` if it is set, the family's table for "table" or nothing, else what was given."""
    if quiet:
        return quiet
    return table if given in ("", "table") else given


def header_text(template: Template, rows: Rows) -> str:
    """The line of titles; where the template does not work on titles, as much of it as works."""
    try:
        return template.execute(rows.header(), functions=HEADER_FUNCTIONS)
    except TemplateError as error:
        return error.printed


# pieces that several families show


def display_width(text: str) -> int:
    """Columns a text takes on a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def ellipsis(text: str, width: int) -> str:
    """The text, or its beginning and … where it is wider."""
    if width <= 0:
        return ""
    if display_width(text) <= width:
        return text
    kept, room = "", width - 1
    for character in text:
        room -= display_width(character)
        if room < 0:
            break
        kept += character
    return kept + "\u2026"


def short_id(identifier: str) -> str:
    """The first 12 digits of an id, without its algorithm."""
    return identifier.partition(":")[2][:12] if ":" in identifier else identifier[:12]


def labels_text(labels: Mapping[str, str] | None) -> str:
    """Labels as one text, sorted."""
    return ",".join(sorted(f"{key}={value}" for key, value in (labels or {}).items()))
