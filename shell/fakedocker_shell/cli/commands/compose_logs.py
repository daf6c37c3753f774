"""docker compose logs."""

from __future__ import annotations

from fakedocker_shell.cli.commands.compose_down import project_or_name
from fakedocker_shell.cli.commands.compose_up import has_colors
from fakedocker_shell.cli.commands.logs import log_query
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.compose import existing
from fakedocker_shell.compose.output import Follower, Printer, short_name


async def compose_logs(call: Invocation) -> int:
    """Show what a project's containers have written; with -f until they have all ended."""
    options = call.options
    name, project = await project_or_name(call)
    if project is not None:
        project.selected(call.arguments)
    found = await existing.find(call.api, name)
    index = int(options["index"] or 0)
    chosen = existing.of_services(found, call.arguments or {one.service for one in found})
    chosen = [one for one in chosen if not index or one.number == index]
    names = [short_name(one, name) for one in chosen]
    printer = Printer(call.context, names, not options["no-log-prefix"], has_colors(call))
    query = log_query(call, ("timestamps", "follow"))
    followers = []
    for one, shown in zip(chosen, names, strict=True):
        tty = (await call.api.get(f"/containers/{one.id}/json"))["Config"]["Tty"]
        stream = await call.api.open("GET", f"/containers/{one.id}/logs", query)
        followers.append(Follower(printer, one, shown, stream, tty))
        if not options["follow"]:
            while not stream.ended:
                followers[-1].pump()
                if not stream.ended:
                    await call.context.wait_any(stream)
            followers.pop().pump()
            stream.close()
    while followers:
        for follower in followers:
            follower.pump()
        followers = [follower for follower in followers if not follower.stream.ended]
        if followers:
            await call.context.wait_any(*(follower.stream for follower in followers))
    return 0
