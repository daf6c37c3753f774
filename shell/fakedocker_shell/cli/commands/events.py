"""docker events."""

from __future__ import annotations

from typing import Any

from fakedocker_shell.cli.api import filters_query, json_messages
from fakedocker_shell.cli.api_types import go_type
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.formatting import template_text
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.times import nanoseconds_text, timestamp
from fakedocker_shell.gotemplate import Template, TemplateError, Value


def _line(event: dict[str, Any]) -> str:
    """An event as it is shown without --format."""
    text = ""
    if event.get("timeNano"):
        text = nanoseconds_text(event["timeNano"]) + " "
    elif event.get("time"):
        text = nanoseconds_text(event["time"] * 1_000_000_000) + " "
    actor = event.get("Actor") or {}
    text += f"{event.get('Type', '')} {event.get('Action', '')} {actor.get('ID', '')}"
    attributes = actor.get("Attributes") or {}
    if attributes:
        text += " (" + ", ".join(f"{key}={attributes[key]}" for key in sorted(attributes)) + ")"
    return text + "\n"


async def system_events(call: Invocation) -> int:
    """Show events as they happen."""
    options = call.options
    template = None
    if options["format"]:
        try:
            template = Template(template_text(options["format"]))
            template.execute(Value(go_type("*events.Message"), {}))
        except TemplateError as error:
            raise CliError(f"Error parsing format: {error}", 64) from None
    query: dict[str, str] = {}
    for flag in ("since", "until"):
        if options[flag]:
            try:
                query[flag] = timestamp(options[flag], call.context.now_ns())
            except ValueError as error:
                raise CliError(str(error)) from None
    stream = await call.api.open("GET", "/events", {**query, **filters_query(options["filter"])})
    async for event in json_messages(stream):
        if template is None:
            call.context.out(_line(event))
            continue
        try:
            call.context.out(template.execute(Value(go_type("*events.Message"), event)) + "\n")
        except TemplateError as error:
            raise CliError(str(error)) from None
    return 0
