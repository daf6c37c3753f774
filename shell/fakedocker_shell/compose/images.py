"""The images that services run: fetched or built, as their files and the flags say.

Source: compose pkg/compose/pull.go and build.go, and what the command prints.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from fakedocker.base.json_types import Json
from fakedocker_shell.cli import reference
from fakedocker_shell.cli.api import auth_header, json_messages
from fakedocker_shell.cli.commands.buildx import buildx_build
from fakedocker_shell.cli.commands.registry import registry_auth
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.flags import Options
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.progress import progress_text
from fakedocker_shell.cli.table import find
from fakedocker_shell.compose.existing import image_is_there
from fakedocker_shell.compose.progress import Progress
from fakedocker_shell.compose.project import Project, Service

PULL_FAILED = 18
"""The exit status where an image cannot be fetched."""
_COLUMNS = 200


async def ensure(
    call: Invocation, project: Project, progress: Progress, *, build: bool | None, pull: str, quiet: bool
) -> None:
    """Let every service have its image. Raises CliError.

    Args:
        build: build what can be built (True), never (False), or only what is not there (None).
        pull: "always", "missing", "never", or "policy" for each service's own.
        quiet: show no progress of fetching.
    """
    to_fetch: list[Service] = []
    to_build: list[Service] = []
    for _, service in sorted(project.services.items()):
        policy = service.get("pull_policy", "missing") if pull in ("policy", "") else pull
        missing = not await image_is_there(call.api, project.image(service))
        fetches = policy == "always" or (missing and policy not in ("never", "build"))
        if not service.get("build"):
            to_fetch += [service] if fetches else []
        elif build or policy == "build":
            to_build.append(service)
        elif missing and build is False:
            raise CliError(f"no such image: {project.image(service)}: No such image: {project.image(service)}")
        elif missing and service.get("image") and fetches and await _was_fetched(call, project, service, progress):
            continue
        elif missing:
            to_build.append(service)
    await fetch(call, project, to_fetch, Progress(call.context, "quiet") if quiet else progress)
    for service in to_build:
        await make(call, project, service)


async def _was_fetched(call: Invocation, project: Project, service: Service, progress: Progress) -> bool:
    """Try to fetch an image that could be built as well."""
    progress.begin(service.name, "Pulling")
    try:
        await _fetch_one(call, project, service, progress)
    except CliError as problem:
        message = problem.message.removeprefix("Error response from daemon: ")
        progress.end(service.name, "Warning", "warning", message)
        return False
    progress.end(service.name, "Pulled")
    return True


async def fetch(
    call: Invocation, project: Project, services: list[Service], progress: Progress, ignore_failures: bool = False
) -> None:
    """Fetch the images of services, one after the other. Raises CliError."""
    for service in services:
        progress.begin(service.name, "Pulling")
    for service in services:
        try:
            await _fetch_one(call, project, service, progress)
        except CliError as problem:
            message = problem.message.removeprefix("Error response from daemon: ")
            progress.end(service.name, "Error", "error", message)
            if not ignore_failures:
                raise CliError(f"Error response from daemon: {message}", PULL_FAILED) from None
        else:
            progress.end(service.name, "Pulled")


async def _fetch_one(call: Invocation, project: Project, service: Service, progress: Progress) -> None:
    parsed = reference.parse(project.image(service)).with_default_tag()
    query = {"fromImage": parsed.name, "tag": parsed.digest or parsed.tag}
    if service.get("platform"):
        query["platform"] = service.get("platform")
    headers = registry_auth(call, parsed.domain) or auth_header({})
    stream = await call.api.open("POST", "/images/create", query, None, headers)
    async for message in json_messages(stream):
        if message.get("error"):
            raise CliError(message["error"])
        identifier = message.get("id", "")
        if identifier and message.get("status", "") and not message["status"].startswith("Pulling from"):
            detail = message.get("progressDetail") or {}
            shown = progress_text(detail, _COLUMNS, call.context.now_ns())
            progress.detail(identifier, message["status"], shown)
    stream.close()


async def make(call: Invocation, project: Project, service: Service, **more: Json) -> None:
    """Build a service's image. Raises CliError.

    Args:
        more: further options of `docker buildx build`, by their names with underscores.
    """
    build: Mapping[str, Json] = service.get("build")
    command = find("buildx build", call.options.command.release)
    assert command is not None
    options = Options(command)
    options.put("tag", [project.image(service), *build.get("tags", ())])
    given = {"target": "target", "no_cache": "no-cache", "pull": "pull", "network": "network"}
    for key, name in given.items():
        if build.get(key):
            options.put(name, build[key])
    if "dockerfile" in build:
        options.put("file", posixpath.join(build["context"], build["dockerfile"]))
    arguments = [f"{name}={value}" for name, value in build.get("args", {}).items()]
    options.put("build-arg", [*arguments, *more.pop("build_arg", ())])
    options.put("label", [f"{name}={value}" for name, value in build.get("labels", {}).items()])
    for name, value in more.items():
        options.put(name.replace("_", "-"), value)
    options.arguments = [build["context"]]
    status = await buildx_build(Invocation(call.context, call.api, call.config, options, call.global_options))
    if status:
        raise CliError("", status)
