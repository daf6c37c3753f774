"""docker manifest: lists of images for several platforms, made on this machine and sent to a registry.

The lists lie below ~/.docker/manifests, as docker's client keeps them. Source: docker/cli cli/command/manifest,
cli/manifest/store.
"""

from __future__ import annotations

import base64
import hashlib
import json
import posixpath
from typing import Any

from fakedocker_shell.cli.api import checked_name
from fakedocker_shell.cli.commands.registry import registry_auth
from fakedocker_shell.cli.errors import CliError, DaemonError
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.reference import Reference, parse

_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
_OCI_INDEX = "application/vnd.oci.image.index.v1+json"
LISTS = (_LIST, _OCI_INDEX)
"""The media types of what has several images."""
_SYSTEMS = ("linux", "windows", "darwin", "freebsd", "netbsd", "openbsd", "plan9", "solaris", "dragonfly", "zos")

Entry = dict[str, Any]
"""A manifest as it is kept: Ref, Descriptor, Raw and SchemaV2Manifest."""


def named(text: str) -> Reference:
    """A name with a tag or a digest. Raises CliError."""
    try:
        return parse(text).with_default_tag()
    except ValueError as problem:
        raise CliError(str(problem)) from None


class _Lists:
    """The lists on this machine."""

    def __init__(self, call: Invocation) -> None:
        self._files = call.context.files
        self._root = posixpath.join(call.config.directory, "manifests")

    def _directory(self, target: Reference) -> str:
        return posixpath.join(self._root, _safe(str(target)))

    def read(self, target: Reference) -> dict[str, Entry]:
        """The manifests of a list by their names; nothing where there is no such list."""
        directory = self._directory(target)
        try:
            names = self._files.list_directory(directory)
        except OSError:
            return {}
        entries = [json.loads(self._files.read_bytes(posixpath.join(directory, name))) for name in names]
        return {entry["Ref"]: entry for entry in entries}

    def write(self, target: Reference, entry: Entry) -> None:
        directory = self._directory(target)
        for path in (posixpath.dirname(self._root), self._root, directory):
            try:
                self._files.stat(path)
            except OSError:
                self._files.make_directory(path, 0o755)
        data = json.dumps(entry).encode()
        self._files.write_bytes(posixpath.join(directory, _safe(entry["Ref"])), data)

    def remove(self, target: Reference) -> None:
        directory = self._directory(target)
        for name in self._files.list_directory(directory):
            self._files.remove(posixpath.join(directory, name))


def _safe(name: str) -> str:
    """A name as the name of a file."""
    return name.replace(":", "-").replace("/", "_")


async def fetch(call: Invocation, name: Reference) -> tuple[bytes, str]:
    """A manifest or list from its registry, with its media type. Raises CliError where there is none."""
    path = f"/distribution/{checked_name('image', str(name))}/manifest"
    try:
        answer = await call.api.request("GET", path, None, None, registry_auth(call, name.domain))
    except DaemonError:
        raise CliError(f"no such manifest: {name}") from None
    return answer.body, answer.header("Content-Type")


async def _entries(call: Invocation, name: Reference) -> list[Entry]:
    """What a registry has under a name: one image, or those of a list."""
    raw, media_type = await fetch(call, name)
    if media_type in LISTS:
        found = []
        for child in json.loads(raw)["manifests"]:
            own, kind = await fetch(call, Reference(name.domain, name.path, "", child["digest"]))
            found.append(_entry(f"{name}@{child['digest']}", own, kind, child.get("platform") or {}))
        return found
    about = await call.api.get(f"/distribution/{checked_name('image', str(name))}/json")
    platform = (about.get("Platforms") or [{}])[0]
    return [
        _entry(
            str(name), raw, media_type, {"architecture": platform.get("architecture", ""), "os": platform.get("os", "")}
        )
    ]


def _entry(reference: str, raw: bytes, media_type: str, platform: dict[str, str]) -> Entry:
    digest = f"sha256:{hashlib.sha256(raw).hexdigest()}"
    descriptor = {"mediaType": media_type, "digest": digest, "size": len(raw), "platform": platform}
    return {
        "Ref": reference,
        "Descriptor": descriptor,
        "Raw": base64.b64encode(raw).decode(),
        "SchemaV2Manifest": json.loads(raw),
    }


def _list_document(entries: list[Entry]) -> dict[str, Any]:
    """The list that some manifests make."""
    fields = ("mediaType", "size", "digest", "platform")
    return {
        "schemaVersion": 2,
        "mediaType": _LIST,
        "manifests": [{name: entry["Descriptor"][name] for name in fields} for entry in entries],
    }


def _show(call: Invocation, document: Any) -> None:
    call.context.out(json.dumps(document, indent="\t") + "\n")


async def manifest_inspect(call: Invocation) -> int:
    """Show a manifest or a list: one of this machine, or a registry's."""
    *target, text = call.arguments
    name = named(text)
    if target:
        entry = _Lists(call).read(named(target[0])).get(str(name))
        if entry is None:
            raise CliError(f"no such manifest: {name}")
        _show(call, entry if call.options["verbose"] else entry["SchemaV2Manifest"])
        return 0
    local = list(_Lists(call).read(name).values())
    if local:
        _show(call, local if call.options["verbose"] else _list_document(local))
        return 0
    if call.options["verbose"]:
        found = await _entries(call, name)
        _show(call, found[0] if len(found) == 1 else found)
        return 0
    _show(call, json.loads((await fetch(call, name))[0]))
    return 0


async def manifest_create(call: Invocation) -> int:
    """Make a list on this machine."""
    target, lists = named(call.arguments[0]), _Lists(call)
    if lists.read(target) and not call.options["amend"]:
        raise CliError("refusing to amend an existing manifest list with no --amend flag")
    found = [entry for text in call.arguments[1:] for entry in await _entries(call, named(text))]
    for entry in found:
        lists.write(target, entry)
    call.context.out(f"Created manifest list {target}\n")
    return 0


async def manifest_annotate(call: Invocation) -> int:
    """Say more of an image in a list."""
    target, image, lists = named(call.arguments[0]), named(call.arguments[1]), _Lists(call)
    entry = lists.read(target).get(str(image))
    if entry is None:
        raise CliError(f"manifest for image {call.arguments[1]} does not exist in {call.arguments[0]}")
    platform = entry["Descriptor"]["platform"]
    for flag, name in (("arch", "architecture"), ("os", "os"), ("variant", "variant"), ("os-version", "os.version")):
        if call.options[flag]:
            platform[name] = call.options[flag]
    if call.options["os-features"]:
        platform["os.features"] = call.options["os-features"]
    if platform.get("os") not in _SYSTEMS or not platform.get("architecture"):
        combination = f"{platform.get('os')}/{platform.get('architecture')}"
        raise CliError(f"manifest entry for image has unsupported os/arch combination: {combination}")
    lists.write(target, entry)
    return 0


async def manifest_push(call: Invocation) -> int:
    """Send a list to its registry."""
    target, lists = named(call.arguments[0]), _Lists(call)
    entries = list(lists.read(target).values())
    if not entries:
        raise CliError(f"{target} not found")
    for entry in entries:
        domain = named(entry["Ref"].partition("@")[0]).domain
        if domain != target.domain:
            raise CliError(
                f"cannot use source images from a different registry than the target image: {domain} != {target.domain}"
            )
    path = f"/distribution/{checked_name('image', str(target))}/manifest"
    body = json.dumps(_list_document(entries), indent=3).encode()
    answer = await call.api.request("PUT", path, None, body, registry_auth(call, target.domain))
    for entry in entries:
        name, digest = named(entry["Ref"].partition("@")[0]), entry["Descriptor"]["digest"]
        if name.name != target.name:
            call.context.out(f"Pushed ref {target.name}@{digest} with digest: {digest}\n")
    call.context.out(f"{answer.json()['Digest']}\n")
    if call.options["purge"]:
        lists.remove(target)
    return 0


async def manifest_rm(call: Invocation) -> int:
    """Remove lists from this machine."""
    lists, problems = _Lists(call), []
    for text in call.arguments:
        target = named(text)
        if lists.read(target):
            lists.remove(target)
        else:
            problems.append(f"No such manifest: {target}")
    if problems:
        raise CliError("\n".join(problems))
    return 0
