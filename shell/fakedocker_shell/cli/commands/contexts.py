"""docker context: names for daemons, kept beside the client's configuration."""

from __future__ import annotations

import json
import posixpath
import re
from typing import Any

from fakedocker_shell.cli.commands.inspect import inspect_all
from fakedocker_shell.cli.config_file import make_directories
from fakedocker_shell.cli.endpoints import (
    DEFAULT_CONTEXT,
    current_context,
    default_host,
    directory_of,
    parse_host,
    read_context,
)
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.formatting import choose_format, render
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.many import one_by_one
from fakedocker_shell.cli.rows_others import CONTEXT_ROWS, CONTEXT_TABLE, natural_key
from fakedocker_shell.gotemplate.printing import quote

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.+-]+")
_DEFAULT_DESCRIPTION = "Current DOCKER_HOST based configuration"


def _check_name(name: str) -> None:
    if not name:
        raise CliError("context name cannot be empty")
    if name == DEFAULT_CONTEXT:
        raise CliError(f"{quote(name)} is a reserved context name")
    if not _NAME.fullmatch(name):
        raise CliError(
            f'context name {quote(name)} is invalid, names are validated against regexp "^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$"'
        )


def _metadata(call: Invocation, name: str) -> dict[str, Any]:
    if name == DEFAULT_CONTEXT:
        host = default_host(call.context, call.global_options)
        return {
            "Name": DEFAULT_CONTEXT,
            "Metadata": {},
            "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": False}},
        }
    return read_context(call.context, call.config, name)


def _exists(call: Invocation, name: str) -> bool:
    try:
        read_context(call.context, call.config, name)
    except CliError:
        return False
    return True


def _write(call: Invocation, metadata: dict[str, Any]) -> None:
    directory = directory_of(call.config, metadata["Name"])
    make_directories(call.context, directory, 0o755)
    document = json.dumps(metadata, separators=(",", ":")).encode()
    call.context.files.write_bytes(posixpath.join(directory, "meta.json"), document)


def _endpoint(settings: dict[str, str], host: str) -> dict[str, Any]:
    known = {"ca", "cert", "key", "skip-tls-verify", "host", "from"}
    for key in settings:
        if key not in known:
            raise CliError(f"unrecognized config key: {key}")
    if "host" in settings:
        try:
            host = parse_host(settings["host"])
        except ValueError as error:
            raise CliError(f"unable to parse docker host: {error}") from None
    return {"Host": host, "SkipTLSVerify": settings.get("skip-tls-verify", "").lower() in ("1", "t", "true")}


async def context_create(call: Invocation) -> int:
    """Make a context."""
    name = call.arguments[0]
    _check_name(name)
    if _exists(call, name):
        raise CliError(f"context {quote(name)} already exists")
    options = call.options
    if options["from"] or not options["docker"]:
        origin = options["from"] or current_context(call.context, call.config, call.global_options)
        source = _metadata(call, origin)
        endpoint = source["Endpoints"]["docker"]
    else:
        endpoint = _endpoint(options["docker"], "")
    metadata = {"Description": options["description"]} if options["description"] else {}
    _write(call, {"Name": name, "Metadata": metadata, "Endpoints": {"docker": endpoint}})
    call.context.out(name + "\n")
    call.context.err(f"Successfully created context {quote(name)}\n")
    return 0


async def context_update(call: Invocation) -> int:
    """Change a context."""
    name = call.arguments[0]
    _check_name(name)
    metadata = read_context(call.context, call.config, name)
    if call.options["description"]:
        metadata["Metadata"]["Description"] = call.options["description"]
    if call.options["docker"]:
        old = metadata["Endpoints"].get("docker", {}).get("Host", "")
        metadata["Endpoints"]["docker"] = _endpoint(call.options["docker"], old)
    _write(call, metadata)
    call.context.out(name + "\n")
    call.context.err(f"Successfully updated context {quote(name)}\n")
    return 0


def _names(call: Invocation) -> list[str]:
    root = posixpath.join(call.config.directory, "contexts", "meta")
    try:
        directories = call.context.files.list_directory(root)
    except OSError:
        return []
    names = []
    for directory in directories:
        try:
            names.append(
                json.loads(call.context.files.read_bytes(posixpath.join(root, directory, "meta.json")))["Name"]
            )
        except (OSError, ValueError, KeyError):
            continue
    return names


def _warn_of_host(call: Invocation, name: str) -> None:
    if call.context.environment.get("DOCKER_HOST"):
        call.context.err(
            "Warning: DOCKER_HOST environment variable overrides the active context. "
            f"To use {name}, either set the global --context flag, or unset DOCKER_HOST environment variable.\n"
        )


async def context_ls(call: Invocation) -> int:
    """List contexts."""
    current = current_context(call.context, call.config, call.global_options)
    names = sorted([DEFAULT_CONTEXT, *_names(call)], key=natural_key)
    if call.options["quiet"]:
        call.context.out("".join(f"{name}\n" for name in names))
        return 0
    rows = []
    for name in names:
        metadata = _metadata(call, name)
        description = _DEFAULT_DESCRIPTION if name == DEFAULT_CONTEXT else metadata["Metadata"].get("Description", "")
        rows.append(
            {
                "Current": name == current,
                "Name": name,
                "Description": description,
                "DockerEndpoint": metadata["Endpoints"].get("docker", {}).get("Host", ""),
                "Error": "",
            }
        )
    call.context.out(render(CONTEXT_ROWS, choose_format(call.options["format"], CONTEXT_TABLE), rows))
    _warn_of_host(call, "a context")
    return 0


async def context_show(call: Invocation) -> int:
    """Show the context in use."""
    call.context.out(current_context(call.context, call.config, call.global_options) + "\n")
    return 0


async def context_use(call: Invocation) -> int:
    """Choose the context to use from now on."""
    name = call.arguments[0] if call.arguments else ""
    if name != DEFAULT_CONTEXT:
        _check_name(name)
        read_context(call.context, call.config, name)
    if name == DEFAULT_CONTEXT:
        call.config.content.pop("currentContext", None)
    else:
        call.config.content["currentContext"] = name
    call.config.content.setdefault("auths", {})
    call.config.save()
    call.context.out(name + "\n")
    call.context.err(f"Current context is now {quote(name)}\n")
    if name != DEFAULT_CONTEXT:
        _warn_of_host(call, quote(name))
    return 0


async def context_rm(call: Invocation) -> int:
    """Remove contexts."""
    current = call.config.text("currentContext") or DEFAULT_CONTEXT
    force = call.options["force"]

    async def remove(name: str) -> None:
        if name == DEFAULT_CONTEXT:
            raise CliError(f'context "{DEFAULT_CONTEXT}" cannot be removed')
        if not force and not _exists(call, name):
            raise CliError(f"context {quote(name)} does not exist")
        if name == current and not force:
            raise CliError(f"context {quote(name)} is in use, set -f flag to force remove")
        if name == current:
            call.config.content.pop("currentContext", None)
            call.config.save()
        if _exists(call, name):
            directory = directory_of(call.config, name)
            call.context.files.remove(posixpath.join(directory, "meta.json"))
        call.context.out(name + "\n")

    await one_by_one(call.arguments, remove)
    return 0


async def context_inspect(call: Invocation) -> int:
    """Show contexts."""
    names = call.arguments or [current_context(call.context, call.config, call.global_options)]

    async def fetch(name: str) -> tuple[str, bytes]:
        metadata = _metadata(call, name)
        where = {"MetadataPath": "<IN MEMORY>", "TLSPath": "<IN MEMORY>"}
        if name != DEFAULT_CONTEXT:
            directory = directory_of(call.config, name)
            where = {"MetadataPath": directory, "TLSPath": directory.replace("/contexts/meta/", "/contexts/tls/")}
        document = json.dumps({**metadata, "TLSMaterial": {}, "Storage": where}, ensure_ascii=False)
        return "context", document.replace("<", "\\u003c").replace(">", "\\u003e").encode()

    return await inspect_all(call, names, call.options["format"], fetch)
