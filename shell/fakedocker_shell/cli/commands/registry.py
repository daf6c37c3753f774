"""docker pull, push, login, logout and search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakedocker.base.json_types import JsonObject
from fakedocker_shell.cli import notes, reference, releases
from fakedocker_shell.cli.api import auth_header, filters_query
from fakedocker_shell.cli.config_file import HUB
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.formatting import choose_format, render
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.platforms import platform_document
from fakedocker_shell.cli.progress import show_messages
from fakedocker_shell.cli.questions import read_line, read_password
from fakedocker_shell.cli.reference import DEFAULT_DOMAIN, Reference
from fakedocker_shell.cli.rows_others import SEARCH_ROWS, SEARCH_TABLE, SearchRow


def _parse(text: str) -> Reference:
    try:
        return reference.parse(text)
    except ValueError as error:
        raise CliError(str(error)) from None


def registry_auth(call: Invocation, domain: str) -> dict[str, str]:
    """The header with the credentials that are kept for a registry."""
    server = HUB if domain == DEFAULT_DOMAIN else domain
    kept = call.config.credentials(server)
    return auth_header({**kept, "serveraddress": server} if kept else {})


async def image_pull(call: Invocation) -> int:
    """Fetch an image."""
    options = call.options
    parsed = _parse(call.arguments[0])
    query = {"fromImage": parsed.name}
    if options["all-tags"]:
        if parsed.tag or parsed.digest:
            raise CliError("tag can't be used with --all-tags/-a")
    else:
        if not parsed.tag and not parsed.digest:
            parsed = parsed.with_default_tag()
            if not options["quiet"]:
                call.context.out(f"Using default tag: {parsed.tag}\n")
        query["tag"] = parsed.digest or parsed.tag
    if options["platform"]:
        query["platform"] = options["platform"].lower()
    stream = await call.api.open("POST", "/images/create", query, None, registry_auth(call, parsed.domain))
    await show_messages(call.context, stream, quiet=options["quiet"])
    call.context.out(f"{parsed}\n")
    return 0


async def image_push(call: Invocation) -> int:
    """Send an image to a registry."""
    options = call.options
    parsed = _parse(call.arguments[0])
    query = {}
    if options["all-tags"]:
        if parsed.tag or parsed.digest:
            raise CliError("tag can't be used with --all-tags/-a")
    else:
        if parsed.digest:
            raise CliError("cannot push a digest reference")
        if not parsed.tag:
            parsed = parsed.with_default_tag()
            if not options["quiet"]:
                call.context.out(f"Using default tag: {parsed.tag}\n")
        query["tag"] = parsed.tag
    if options["platform"]:
        query |= platform_document(options["platform"])
        flag = notes.bold(call.context, "--platform")
        notes.show(call.context, [line.format(flag=flag) for line in _ONE_PLATFORM])
    path = f"/images/{parsed.name}/push"
    stream = await call.api.open("POST", path, query, None, registry_auth(call, parsed.domain))
    told: list[JsonObject] = []
    await show_messages(call.context, stream, quiet=options["quiet"], on_aux=told.append)
    if options["quiet"]:
        call.context.out(f"{parsed}\n")
        return 0
    for aux in told:
        if aux.get("manifestPushedInsteadOfIndex"):
            _show_instead(call, aux)
    return 0


_ONE_PLATFORM = (
    "Using {flag} pushes only the specified platform manifest of a multi-platform image index.",
    "Other components, like attestations, will not be included.",
    "To push the complete multi-platform image, remove the {flag} flag.",
    "",
)
_INSTEAD = "Not all multiplatform-content is present and only the available single-platform image was pushed"


def _show_instead(call: Invocation, aux: JsonObject) -> None:
    """Say that not all of an index was pushed (docker/cli command/image/push.go)."""
    index = notes.red(call.context, aux["originalIndex"]["digest"])
    manifest = notes.green(call.context, aux["selectedManifest"]["digest"])
    notes.show(call.context, [_INSTEAD, f"{index} -> {manifest}"])


# signing in


def _server(call: Invocation) -> str:
    """The registry that is meant, as the key of its credentials."""
    if not call.arguments:
        return HUB
    address = call.arguments[0]
    if address in ("docker.io", "index.docker.io", HUB):
        return HUB
    return address.removeprefix("https://").removeprefix("http://").partition("/")[0]


_HUB_GREETING = (
    "Log in with your Docker ID or email address to push and pull images from Docker Hub. "
    "If you don't have a Docker ID, head over to https://hub.docker.com/ to create one.\n"
)
_TOKEN_HINT = (
    f"\n{notes.INFO}\x1b[3mA Personal Access Token (PAT) can be used instead.\x1b[0m\n"
    "         \x1b[3mTo create a PAT, visit \x1b[4mhttps://app.docker.com/settings\x1b[0m\x1b[0m\n"
    "         \x1b[3m\x1b[0m\n         \x1b[3m\x1b[0m\n"
)
_OTHER_ACCOUNT = "To login with a different account, run 'docker logout' followed by 'docker login'"


async def login(call: Invocation) -> int:
    """Sign in to a registry."""
    options = call.options
    if options["password"] and options["password-stdin"]:
        raise CliError("--password and --password-stdin are mutually exclusive")
    if options["password"]:
        call.context.err("WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n")
    if options["password-stdin"] and not options["username"]:
        raise CliError("the --password-stdin option requires --username to be set")
    if options.changed("username") and not options["username"].strip():
        raise CliError("username is empty")
    server = _server(call)
    username, password = options["username"], options["password"]
    if options["password-stdin"]:
        password = await _password_of_stdin(call)
    kept = None if username or password else call.config.credentials(server)
    if kept and await _login_again(call, server, kept):
        return 0
    username, password = await _ask(call, server, username, password)
    auth = {"username": username, "password": password, "serveraddress": server}
    answer = await call.api.post("/auth", None, auth)
    _store(call, server, username, password)
    call.context.out(f"{answer['Status']}\n")
    return 0


async def _password_of_stdin(call: Invocation) -> str:
    content = bytearray()
    while chunk := await call.context.stdin.read():
        content += chunk
    return content.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")


async def _login_again(call: Invocation, server: str, kept: Mapping[str, str]) -> bool:
    """Try what is in the configuration. Whether it is good."""
    call.context.out("Authenticating with existing credentials...")
    if kept.get("username"):
        call.context.out(f" [Username: {kept['username']}]")
    call.context.out("\n")
    if call.context.is_terminal(1):
        call.context.out(f"\n{notes.INFO}\x1b[3m{_OTHER_ACCOUNT}\x1b[0m\n\n\n")
    else:
        call.context.out(f"\ni Info → {_OTHER_ACCOUNT}\n\n\n")
    try:
        answer = await call.api.post("/auth", None, {**kept, "serveraddress": server})
    except CliError as error:
        call.context.err(f"Login did not succeed, error: {error.message}\n")
        return False
    call.context.out(f"{answer['Status']}\n")
    return True


async def _ask(call: Invocation, server: str, username: str, password: str) -> tuple[str, str]:
    """Ask for what was not given. Raises CliError without a terminal."""
    if username and password:
        return username, password
    if not call.context.is_terminal(0):
        raise CliError(call.release.text(releases.NOT_INTERACTIVE))
    if not username:
        if server == HUB:
            call.context.err("Failed to start web-based login - falling back to command line login...\n\n")
            call.context.out(_HUB_GREETING)
        call.context.out("Username: ")
        username = (await read_line(call.context)).strip()
        if not username:
            raise CliError(call.release.text(releases.NO_USERNAME))
    if not password:
        if server == HUB:
            call.context.out(_TOKEN_HINT)
        password = await read_password(call.context, "Password: ")
        if not password:
            raise CliError(call.release.text(releases.NO_PASSWORD))
    return username, password


def _store(call: Invocation, server: str, username: str, password: str) -> None:
    known = call.config.credentials(server)
    call.config.store(server, username, password)
    try:
        call.config.save()
    except OSError as error:
        raise CliError(call.release.text(releases.CREDENTIALS, problem=error.strerror)) from None
    if known is None or known.get("password") != password:
        call.context.err(
            f"\nWARNING! Your credentials are stored unencrypted in '{call.config.path}'.\n"
            "Configure a credential helper to remove this warning. See\n"
            "https://docs.docker.com/go/credential-store/\n\n"
        )


async def logout(call: Invocation) -> int:
    """Forget the credentials of a registry."""
    server = _server(call)
    call.context.out(f"Removing login credentials for {server}\n")
    if call.config.erase(server):
        call.config.save()
    return 0


async def search(call: Invocation) -> int:
    """Look for images."""
    options = call.options
    query: dict[str, Any] = {"term": call.arguments[0]}
    if options["limit"] > 0:
        query["limit"] = str(options["limit"])
    first, slash, _ = call.arguments[0].partition("/")
    domain = first if slash and ("." in first or ":" in first or first == "localhost") else DEFAULT_DOMAIN
    answer = await call.api.request(
        "GET", "/images/search", {**query, **filters_query(options["filter"])}, None, registry_auth(call, domain)
    )
    rows = [SearchRow(found, not options["no-trunc"]) for found in answer.json()]
    call.context.out(render(SEARCH_ROWS, choose_format(options["format"], SEARCH_TABLE), rows))
    return 0
