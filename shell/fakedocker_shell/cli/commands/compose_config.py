"""docker compose config."""

from __future__ import annotations

import posixpath

from fakedocker_shell.cli.errors import CliError, UnsimulatedError
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.compose import printing, requests
from fakedocker_shell.compose.files import load
from fakedocker_shell.compose.project import How, Project

_LEFT_OUT = ("resolve-image-digests", "variables")


async def compose_config(call: Invocation) -> int:
    """Show what the files mean, all of it spelled out."""
    options = call.options
    for name in _LEFT_OUT:
        if options[name]:
            raise UnsimulatedError(f"docker compose config --{name} is not simulated")
    if options["format"] not in ("yaml", "json"):
        raise CliError(f'unsupported format "{options["format"]}"')
    how = How(
        interpolates=not options["no-interpolate"],
        completes=not options["no-normalize"],
        resolves=not options["no-path-resolution"],
        checks=not options["no-consistency"],
        takes_env_files=not options["hash"],
    )
    if not how.interpolates and options["format"] == "json":
        raise UnsimulatedError("docker compose config --no-interpolate --format json is not simulated")
    project = await load(call.context, call.group, how)
    if not options["services"]:
        project = project.selected(call.arguments)
    if options["quiet"]:
        return 0
    text = _names(call, project)
    if text is None and not how.interpolates:
        text = printing.as_written(project)
    if text is None:
        text = printing.as_json(project) if options["format"] == "json" else printing.as_yaml(project)
    if options["output"]:
        call.context.files.write_bytes(posixpath.join(call.context.directory, options["output"]), text.encode())
    else:
        call.context.out(text)
    return 0


def _names(call: Invocation, project: Project) -> str | None:
    """One of the shorter lists, if one is asked for."""
    options = call.options
    names: list[str]
    if options["services"]:
        names = [name for level in project.levels() for name in level]
    elif options["volumes"]:
        names = sorted(project.volumes)
    elif options["images"]:
        names = [project.image(service) for _, service in sorted(project.services.items())]
    elif options["profiles"]:
        everything = {**project.services, **project.disabled}
        names = sorted({profile for service in everything.values() for profile in service.get("profiles", ())})
    elif options["hash"]:
        wanted = project.services if options["hash"] == "*" else options["hash"].split(",")
        missing = [name for name in wanted if name not in project.services]
        if missing:
            raise CliError(f"no such service: {missing[0]}")
        names = [f"{name} {requests.config_hash(project.services[name])}" for name in sorted(wanted)]
    else:
        return None
    return "".join(f"{name}\n" for name in names)
