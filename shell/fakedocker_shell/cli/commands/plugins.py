"""docker plugin ls: the plugins of the engine, of which a simulated one has none."""

from __future__ import annotations

from fakedocker_shell.cli.api import filters_query
from fakedocker_shell.cli.formatting import choose_format, render
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.rows_others import PLUGIN_RAW, PLUGIN_ROWS, PLUGIN_TABLE, natural_key


async def plugin_ls(call: Invocation) -> int:
    """List plugins."""
    options = call.options
    answer = await call.api.get("/plugins", filters_query(options["filter"]))
    plugins = sorted(answer or [], key=lambda plugin: natural_key(plugin["Name"]))
    text = options["format"] or ("" if options["quiet"] else call.config.text("pluginsFormat"))
    if options["quiet"] and not text:
        chosen = "{{.ID}}"
    else:
        chosen = PLUGIN_RAW if text == "raw" else choose_format(text, PLUGIN_TABLE)
    call.context.out(render(PLUGIN_ROWS, chosen, plugins))
    return 0
