"""docker secret and docker config: create, inspect, ls, rm.

Source: docker/cli command/secret, command/config.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from fakedocker_shell.cli import releases
from fakedocker_shell.cli.api import checked_name, filters_query
from fakedocker_shell.cli.commands.images import read_input
from fakedocker_shell.cli.commands.inspect import inspect_or_pretty
from fakedocker_shell.cli.create_options import label_map
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.formatting import Rows, choose_format, render
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.many import one_by_one
from fakedocker_shell.cli.rows_others import natural_key
from fakedocker_shell.cli.rows_swarm import CONFIG_ROWS, CONFIG_TABLE, SECRET_ROWS, SECRET_TABLE, DataRow
from fakedocker_shell.swarm import pretty


async def _create(call: Invocation, kind: str, path: str) -> int:
    name, source = [*call.arguments, ""][:2]
    options = call.options
    driver = options["driver"] if kind == "secret" else ""
    if driver and source:
        raise CliError(call.release.text(releases.SECRET_DRIVER))
    if not driver and not source:
        raise CliError("secret file is required")
    content = await _content(call, kind, source) if source else b""
    body: dict[str, Any] = {"Name": name, "Labels": label_map(options["label"])}
    if content:
        body["Data"] = base64.b64encode(content).decode()
    if driver:
        body["Driver"] = {"Name": driver}
    if options["template-driver"]:
        body["Templating"] = {"Name": options["template-driver"]}
    answer = await call.api.post(path, None, body)
    call.context.out(answer["ID"] + "\n")
    return 0


async def _content(call: Invocation, kind: str, source: str) -> bytes:
    """What is to be kept, which must be something. Raises CliError."""
    failure = "data is empty"
    try:
        if content := await read_input(call.context, source):
            return content
    except CliError as error:
        failure = error.message
    failure = f"error reading from {'STDIN' if source == '-' else source}: {failure}"
    raise CliError(call.release.text(releases.CONTENT, source=source, problem=failure) if kind == "config" else failure)


async def _ls(call: Invocation, path: str, rows: Rows, table: str, setting: str) -> int:
    options = call.options
    found = await call.api.get(path, filters_query(options["filter"]))
    found.sort(key=lambda item: natural_key(item["Spec"].get("Name", "")))
    format_text = options["format"] or ("" if options["quiet"] else call.config.text(setting))
    shows_ids = options["quiet"] and format_text in ("", "table")
    chosen = "{{.ID}}" if shows_ids else choose_format(format_text, table)
    now_ns = call.context.now_ns()
    call.context.out(render(rows, chosen, [DataRow(item, now_ns) for item in found]))
    return 0


async def _rm(call: Invocation, kind: str) -> int:
    async def remove(name: str) -> None:
        await call.api.delete(f"/{kind}s/{checked_name(kind, name)}")
        call.context.out(name + "\n")

    await one_by_one(call.arguments, remove)
    return 0


async def _inspect(call: Invocation, kind: str, pretty_text: Callable[[Mapping[str, Any]], str]) -> int:
    async def fetch(name: str) -> tuple[str, bytes]:
        return kind, (await call.api.request("GET", f"/{kind}s/{checked_name(kind, name)}")).body

    async def show(item: Mapping[str, Any]) -> str:
        return pretty_text(item)

    format_text = "pretty" if call.options["pretty"] else call.options["format"]
    return await inspect_or_pretty(call, format_text, fetch, show, decodes=False)


async def config_create(call: Invocation) -> int:
    """Make a config."""
    return await _create(call, "config", "/configs/create")


async def config_inspect(call: Invocation) -> int:
    """Inspect configs."""
    return await _inspect(call, "config", pretty.config)


async def config_ls(call: Invocation) -> int:
    """List configs."""
    return await _ls(call, "/configs", CONFIG_ROWS, CONFIG_TABLE, "configFormat")


async def config_rm(call: Invocation) -> int:
    """Remove configs."""
    return await _rm(call, "config")


async def secret_create(call: Invocation) -> int:
    """Make a secret."""
    return await _create(call, "secret", "/secrets/create")


async def secret_inspect(call: Invocation) -> int:
    """Inspect secrets."""
    return await _inspect(call, "secret", pretty.secret)


async def secret_ls(call: Invocation) -> int:
    """List secrets."""
    return await _ls(call, "/secrets", SECRET_ROWS, SECRET_TABLE, "secretFormat")


async def secret_rm(call: Invocation) -> int:
    """Remove secrets."""
    return await _rm(call, "secret")
