"""docker ps."""

from __future__ import annotations

from typing import Any

from fakedocker_shell.cli.api import filters_query
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.formatting import Rows, choose_format, render
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.rows_containers import RAW, RAW_WITH_SIZE, TABLE, TABLE_WITH_SIZE, ContainerRow, rows_of
from fakedocker_shell.gotemplate import Template, TemplateError

_NOTHING: dict[str, Any] = {"Id": "", "Created": 0}


def _wants_size(format_text: str, rows: Rows) -> bool:
    """Whether a template shows sizes, which the engine counts only when asked. Raises CliError for a bad template."""
    used: set[str] = set()
    try:
        template = Template(format_text)
    except TemplateError as error:
        raise CliError(f"failed to parse template: {error}") from None
    try:
        template.execute(rows.value(ContainerRow(_NOTHING, 0, used=used)))
    except TemplateError as error:
        raise CliError(f"failed to execute template: {error}") from None
    return "Size" in used


async def container_ls(call: Invocation) -> int:
    """List containers."""
    options = call.options
    format_text = options["format"] or ("" if options["quiet"] else call.config.text("psFormat"))
    size = options["size"]
    if format_text and format_text not in ("table", "raw", "json"):
        shows_size = _wants_size(format_text, rows_of(call.release))
        size = size or (shows_size and not options["quiet"] and not options.changed("size"))
    limit = 1 if options["latest"] and options["last"] == -1 else options["last"]
    query = {"all": "1"} if options["all"] else {}
    if limit != -1:
        query["limit"] = str(limit)
    if size:
        query["size"] = "1"
    summaries = await call.api.get("/containers/json", {**query, **filters_query(options["filter"])})
    if options["quiet"]:
        if options["format"]:
            call.context.err("WARNING: Ignoring custom format, because both --format and --quiet are set.\n")
        chosen = "container_id: {{.ID}}" if format_text == "raw" else "{{.ID}}"
    else:
        table, raw = (TABLE_WITH_SIZE, RAW_WITH_SIZE) if options["size"] else (TABLE, RAW)
        chosen = raw if format_text == "raw" else choose_format(format_text, table)
    now_ns = call.context.now_ns()
    rows = [ContainerRow(summary, now_ns, not options["no-trunc"]) for summary in summaries]
    call.context.out(render(rows_of(call.release), chosen, rows))
    return 0
