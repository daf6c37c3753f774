"""docker compose pull, push, build."""

from __future__ import annotations

from fakedocker_shell.cli import reference
from fakedocker_shell.cli.api import auth_header, escape, json_messages
from fakedocker_shell.cli.commands.compose_up import progress_of
from fakedocker_shell.cli.commands.registry import registry_auth
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.compose import images
from fakedocker_shell.compose.existing import image_is_there
from fakedocker_shell.compose.files import load
from fakedocker_shell.compose.progress import Progress


def _progress(call: Invocation, title: str) -> Progress:
    return Progress(call.context, "quiet") if call.options["quiet"] else progress_of(call, title)


async def compose_pull(call: Invocation) -> int:
    """Fetch the images of services."""
    options = call.options
    project = (await load(call.context, call.group)).selected(call.arguments, with_dependencies=options["include-deps"])
    progress = _progress(call, "Pulling")
    wanted = []
    for _, service in sorted(project.services.items()):
        if service.get("build") and not service.get("image"):
            progress.end(service.name, "Skipped - No image to be pulled")
        elif service.get("build") and options["ignore-buildable"]:
            progress.end(service.name, "Skipped - Image can be built")
        elif options["policy"] == "missing" and await image_is_there(call.api, project.image(service)):
            progress.end(service.name, "Skipped - Image is already present locally")
        else:
            wanted.append(service)
    await images.fetch(call, project, wanted, progress, options["ignore-pull-failures"])
    return 0


async def compose_push(call: Invocation) -> int:
    """Send the images of services that are built here to their registries."""
    options = call.options
    project = (await load(call.context, call.group)).selected(call.arguments, with_dependencies=options["include-deps"])
    progress = _progress(call, "Pushing")
    for _, service in sorted(project.services.items()):
        if not service.get("build") or not service.get("image"):
            continue
        progress.begin(service.name, "Pushing")
        parsed = reference.parse(project.image(service)).with_default_tag()
        headers = registry_auth(call, parsed.domain) or auth_header({})
        stream = await call.api.open("POST", f"/images/{escape(parsed.name)}/push", {"tag": parsed.tag}, None, headers)
        async for message in json_messages(stream):
            if message.get("error") and not options["ignore-push-failures"]:
                progress.end(service.name, "Error", "error", message["error"])
                raise CliError(message["error"])
        progress.end(service.name, "Pushed")
    return 0


async def compose_build(call: Invocation) -> int:
    """Build the images of services."""
    options = call.options
    project = (await load(call.context, call.group)).selected(
        call.arguments, with_dependencies=options["with-dependencies"]
    )
    more = {"build_arg": options["build-arg"]}
    for flag, name in (("no-cache", "no_cache"), ("pull", "pull"), ("push", "push")):
        if options[flag]:
            more[name] = True
    if options["quiet"]:
        more["progress"] = "quiet"
    for _, service in sorted(project.services.items()):
        if service.get("build"):
            await images.make(call, project, service, **more)
    return 0
