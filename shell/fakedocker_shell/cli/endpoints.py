"""Which daemon to talk to: --host, --context, DOCKER_HOST, DOCKER_CONTEXT and the context in use, in that order."""

from __future__ import annotations

import hashlib
import json
import posixpath

from fakedocker.base.json_types import JsonObject
from fakedocker_shell.cli.config_file import ConfigFile
from fakedocker_shell.cli.context import Client, Context
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.flags import Options
from fakedocker_shell.gotemplate.printing import quote

DEFAULT_CONTEXT = "default"
DEFAULT_HOST = "unix:///var/run/docker.sock"
_SCHEMES = ("tcp", "unix", "npipe", "fd", "ssh", "http", "https")


def parse_host(text: str) -> str:
    """A host in full: "" is the socket, "foo" is tcp://foo:2375. Raises ValueError."""
    text = text.strip()
    if not text:
        return DEFAULT_HOST
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "tcp", text
    if scheme not in _SCHEMES:
        raise ValueError(f"invalid bind address format: {text}")
    if scheme == "unix":
        return f"unix://{rest or '/var/run/docker.sock'}"
    if scheme != "tcp":
        return f"{scheme}://{rest}"
    host, _, path = rest.partition("/")
    if not host:
        host = "localhost"
    if ":" not in host.rpartition("]")[2]:
        host += ":2375"
    return f"tcp://{host}" + (f"/{path}" if path else "")


def directory_of(config: ConfigFile, name: str) -> str:
    """Where a context's metadata lies."""
    return posixpath.join(config.directory, "contexts", "meta", hashlib.sha256(name.encode()).hexdigest())


def read_context(context: Context, config: ConfigFile, name: str) -> JsonObject:
    """A context's metadata. Raises CliError if it does not exist."""
    path = posixpath.join(directory_of(config, name), "meta.json")
    try:
        metadata: JsonObject = json.loads(context.files.read_bytes(path))
    except OSError:
        raise CliError(f"context {quote(name)}: context not found: open {path}: no such file or directory") from None
    return metadata


def current_context(context: Context, config: ConfigFile, options: Options) -> str:
    """The name of the context in use."""
    if options.changed("context"):
        return str(options["context"])
    if options["host"] or context.environment.get("DOCKER_HOST"):
        return DEFAULT_CONTEXT
    return context.environment.get("DOCKER_CONTEXT") or config.text("currentContext") or DEFAULT_CONTEXT


def default_host(context: Context, options: Options) -> str:
    """What the context "default" stands for. Raises CliError."""
    asked = options["host"]
    hosts = ([asked] if asked else []) if isinstance(asked, str) else asked  # one in newer releases
    if len(hosts) > 1:
        raise CliError("Failed to initialize: unable to resolve docker endpoint: Specify only one -H")
    given = hosts[0] if hosts else context.environment.get("DOCKER_HOST", "")
    if not given.strip():
        return context.client.host
    try:
        return parse_host(given)
    except ValueError as error:
        raise CliError(f"Failed to initialize: unable to resolve docker endpoint: {error}") from None


def choose_client(context: Context, config: ConfigFile, options: Options) -> Client:
    """The client for the daemon that is meant. Raises CliError."""
    if options["host"] and options.changed("context"):
        raise CliError("conflicting options: cannot specify both --host and --context")
    name = current_context(context, config, options)
    if name == DEFAULT_CONTEXT:
        host = default_host(context, options)
    else:
        try:
            metadata = read_context(context, config, name)
        except CliError as error:
            raise CliError(f"Failed to initialize: unable to resolve docker endpoint: {error.message}") from None
        host = metadata.get("Endpoints", {}).get("docker", {}).get("Host") or DEFAULT_HOST
    return context.client if host == context.client.host else context.connect(host)
