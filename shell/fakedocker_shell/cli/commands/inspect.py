"""docker inspect, for any kind of object and for each kind by itself."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from fakedocker.base.json_types import JsonObject
from fakedocker_shell.cli import releases
from fakedocker_shell.cli.api import checked_name
from fakedocker_shell.cli.api_types import go_type
from fakedocker_shell.cli.errors import CliError, DaemonError
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.platforms import platform_document
from fakedocker_shell.cli.releases import USUAL
from fakedocker_shell.gotemplate import Template, TemplateError, Value
from fakedocker_shell.gotemplate.encoding import compact, decode_untyped, encode, indent

_TYPES = {
    "container": "container.InspectResponse",
    "image": "image.InspectResponse",
    "network": "network.Inspect",
    "volume": "volume.Volume",
    **{kind: f"swarm.{kind.title()}" for kind in ("config", "node", "secret", "service", "task")},
}
"""Kind of object -> the Go type its answer is decoded into; others are only known as they come."""

Fetch = Callable[[str], Awaitable[tuple[str, bytes]]]
"""Name -> (kind, the engine's answer). Raises CliError."""


class Inspector:
    """Collects objects and shows them: as JSON, or through a template one by one.

    Args:
        decodes: whether the client keeps nothing of an answer but what its own types hold.
        release: of the client.
    """

    def __init__(self, format_text: str, decodes: bool = False, release: str = USUAL) -> None:
        self._format = format_text
        self._decodes = decodes
        self._release = release
        self._template: Template | None = None
        self._documents: list[bytes] = []
        self.text = ""
        if format_text and format_text != "json":
            try:
                self._template = Template(format_text)
            except TemplateError as error:
                raise CliError(f"template parsing error: {error}", 64) from None

    def add(self, kind: str, document: bytes) -> None:
        """Show one object. Raises CliError if the template does not fit it."""
        name = _TYPES.get(kind)
        typed = (
            Value(go_type(name if self._decodes else f"*{name}", self._release), json.loads(document))
            if name is not None
            else None
        )
        if self._template is None:
            shown = encode(typed, html=True).encode() if self._decodes and typed is not None else document.strip()
            self._documents.append(shown)
            return
        if typed is not None:
            try:
                self.text += self._template.execute(typed) + "\n"
                return
            except TemplateError as error:
                if self._decodes:
                    raise CliError(f"template parsing error: {error}") from None
        try:
            self.text += self._template.execute(decode_untyped(document), missing_key_is_error=True) + "\n"
        except TemplateError as error:
            raise CliError(f"template parsing error: {error}") from None

    def flush(self) -> str:
        """All that is to be shown."""
        if self._template is not None:
            return self.text or "\n"
        if self._format == "json":
            return compact(b"[" + b",".join(self._documents) + b"]") + "\n"
        if not self._documents:
            return "[]\n"
        return indent(b"[" + b",".join(self._documents) + b"]") + "\n"


async def inspect_all(call: Invocation, names: list[str], format_text: str, fetch: Fetch, decodes: bool = False) -> int:
    """Show objects one after the other; those that cannot be had are complained about at the end."""
    inspector = Inspector(format_text, decodes, call.command.release)
    complaints = []
    for name in names:
        try:
            kind, document = await fetch(name)
            inspector.add(kind, document)
        except CliError as error:
            complaints.append(error.message)
    call.context.out(inspector.flush())
    if complaints:
        raise CliError("\n".join(complaints))
    return 0


async def _get(call: Invocation, kind: str, path: str, name: str, query: dict[str, str] | None = None) -> bytes:
    escaped = checked_name(kind, name)
    return (await call.api.request("GET", path.format(escaped), query)).body


async def inspect_or_pretty(
    call: Invocation, format_text: str, fetch: Fetch, show: Callable[[JsonObject], Awaitable[str]], decodes: bool
) -> int:
    """The same for kinds that have a form for people, `--pretty`; of that nothing is shown unless all can be had."""
    if format_text.startswith("pretty") and format_text != "pretty":
        raise CliError("cannot supply extra formatting options to the pretty template")
    if format_text != "pretty":
        try:
            return await inspect_all(call, call.arguments, format_text, fetch, decodes)
        except CliError as error:
            raise CliError(error.message) from None  # a bad template ends in the same status as all else
    text = ""
    for name in call.arguments:
        text += await show(json.loads((await fetch(name))[1]))
    call.context.out(text)
    return 0


async def container_inspect(call: Invocation) -> int:
    """Inspect containers."""

    async def fetch(name: str) -> tuple[str, bytes]:
        query = {"size": "1"} if call.options["size"] else None
        return "container", await _get(call, "container", "/containers/{}/json", name, query)

    return await inspect_all(call, call.arguments, call.options["format"], fetch)


async def image_inspect(call: Invocation) -> int:
    """Inspect images."""

    asked = platform_document(call.options["platform"])

    async def fetch(name: str) -> tuple[str, bytes]:
        return "image", await _get(call, "image", "/images/{}/json", name, asked)

    return await inspect_all(call, call.arguments, call.options["format"], fetch)


async def network_inspect(call: Invocation) -> int:
    """Inspect networks."""

    async def fetch(name: str) -> tuple[str, bytes]:
        query = {"verbose": "true"} if call.options["verbose"] else None
        return "network", await _get(call, "network", "/networks/{}", name, query)

    return await inspect_all(call, call.arguments, call.options["format"], fetch)


async def volume_inspect(call: Invocation) -> int:
    """Inspect volumes."""

    async def fetch(name: str) -> tuple[str, bytes]:
        return "volume", await _get(call, "volume", "/volumes/{}", name)

    return await inspect_all(call, call.arguments, call.options["format"], fetch)


# any kind


_SEARCH = (
    # kind, path, whether the engine must be a swarm manager
    ("container", "/containers/{}/json", False),
    ("image", "/images/{}/json", False),
    ("network", "/networks/{}", False),
    ("volume", "/volumes/{}", False),
    ("service", "/services/{}", True),
    ("task", "/tasks/{}", True),
    ("node", "/nodes/{}", True),
    ("plugin", "/plugins/{}/json", False),
    ("secret", "/secrets/{}", True),
    ("config", "/configs/{}", True),
)
"""Where a name is looked for, in that order."""

_QUERIES = {"service": {"insertDefaults": "true"}}
_UNDECIDED = (404, 501, 503)


def _not_this_kind(error: CliError) -> bool:
    """Whether an answer only means that the name is to be looked for elsewhere."""
    return isinstance(error, DaemonError) and error.http_status in _UNDECIDED


async def inspect(call: Invocation) -> int:
    """Inspect objects of any kind."""
    wanted = call.options["type"]
    kinds = [kind for kind, _, _ in _SEARCH]
    if call.options.changed("type") and not wanted:
        raise CliError('type is empty: must be one of "' + '", "'.join(sorted(kinds)) + '"')
    if wanted and wanted not in kinds:
        raise CliError(f'unknown type: "{wanted}": must be one of "' + '", "'.join(sorted(kinds)) + '"')

    async def fetch(name: str) -> tuple[str, bytes]:
        return await _search(call, name, wanted)

    return await inspect_all(call, call.arguments, call.options["format"], fetch)


async def _search(call: Invocation, name: str, wanted: str) -> tuple[str, bytes]:
    size: JsonObject = {"size": "1"} if call.options["size"] else {}
    manager: bool | None = None
    for kind, path, needs_manager in _SEARCH:
        if wanted and kind != wanted:
            continue
        if needs_manager and not wanted:
            if manager is None:
                manager = await _is_manager(call)
            if not manager:
                continue
        try:
            query = size if kind == "container" else _QUERIES.get(kind)
            document = await _get(call, kind, path, name, query)
        except CliError as error:
            if not wanted and _not_this_kind(error):
                continue
            raise
        if size and kind != "container":
            call.context.err(f"WARNING: --size ignored for {kind}\n")
        return kind, document
    raise CliError(call.release.text(releases.NO_SUCH_OBJECT, name=name))


async def _is_manager(call: Invocation) -> bool:
    info = await call.api.get("/info")
    return bool((info.get("Swarm") or {}).get("ControlAvailable"))
