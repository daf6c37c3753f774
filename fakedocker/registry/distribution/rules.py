"""The protocol's end points: which request means what, and what it does to a registry's contents.

A refused request changes nothing. Nothing here reads a clock or a socket: the time is an argument.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote, unquote

from fakedocker.base.numbers import is_digits
from fakedocker.registry.distribution import manifests
from fakedocker.registry.distribution.access import DELETE, PULL, PUSH, TOKEN, TOKEN_PATH, Access
from fakedocker.registry.distribution.contents import Contents
from fakedocker.registry.distribution.problems import Problem
from fakedocker.wire.http import JSON, Query, Reply, Request, json_reply

API_VERSION = ("Docker-Distribution-Api-Version", "registry/2.0")
_HERE = Reply(headers=(("Content-Type", JSON),), body=b"{}")
_NAME = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*")
_TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_OCTETS = "application/octet-stream"
_NAME_BYTES = 255
_MANIFEST_BYTES = 4 << 20


class Call(NamedTuple):
    """A request whose place in the table has been found."""

    contents: Contents
    request: Request
    query: Query
    name: str
    """Of the repository."""
    reference: str
    """A tag, a digest, or an upload's id."""


def handle(contents: Contents, access: Access, request: Request, now_ns: int) -> Reply:
    """Answer a request. Time grows with the bytes that it brings or takes."""
    try:
        reply = _answer(contents, access, request, now_ns)
    except Problem as problem:
        reply = problem.reply()
    return Reply(status=reply.status, headers=(API_VERSION, *reply.headers), body=reply.body)


def _answer(contents: Contents, access: Access, request: Request, now_ns: int) -> Reply:
    path, _, query_text = request.target.partition("?")
    path, query = unquote(path), Query(query_text)
    if path == TOKEN_PATH and access.mode == TOKEN:
        return access.give_token(query, request.headers, now_ns)
    if path in ("/v2", "/v2/", "/v2/_catalog"):
        access.check(request.headers, "", PULL, now_ns)
        return _catalog(contents, query) if path.endswith("_catalog") else _HERE
    for pattern, methods in _ROUTES:
        match = pattern.fullmatch(path)
        if match is None:
            continue
        name, reference = match["name"], match.groupdict().get("reference") or ""
        if _NAME.fullmatch(name) is None or len(name) > _NAME_BYTES:
            raise Problem("NAME_INVALID", {"name": name})
        method = "GET" if request.method == "HEAD" and "GET" in methods else request.method
        found = methods.get(method)
        if found is None:
            raise Problem("UNSUPPORTED", headers=(("Allow", ", ".join(sorted(methods))),))
        action, handler = found
        access.check(request.headers, name, action, now_ns)
        return handler(Call(contents, request, query, name, reference))
    return Reply(status=404, headers=(("Content-Type", "text/plain; charset=utf-8"),), body=b"404 page not found\n")


# lists


def _page(query: Query) -> tuple[int | None, str]:
    text = query.text("n")
    if text and not is_digits(text):
        raise Problem("PAGINATION_NUMBER_INVALID", {"n": text})
    return (int(text) if text else None), query.text("last")


def _list_reply(path: str, key: str, names: list[str], more: bool, count: int | None, **fields: object) -> Reply:
    headers: tuple[tuple[str, str], ...] = ()
    if more and names:
        headers = (("Link", f'<{path}?n={count}&last={quote(names[-1], safe="")}>; rel="next"'),)
    return json_reply({**fields, key: names}, headers=headers)


def _catalog(contents: Contents, query: Query) -> Reply:
    count, last = _page(query)
    filled = [name for name, found in contents.repositories.items() if found.manifests or found.blobs]
    names, more = contents.listed(filled, count, last)
    return _list_reply("/v2/_catalog", "repositories", names, more, count)


def _tags(call: Call) -> Reply:
    found = call.contents.repositories.get(call.name)
    if found is None:
        raise Problem("NAME_UNKNOWN", {"name": call.name})
    count, last = _page(call.query)
    names, more = call.contents.listed(list(found.tags), count, last)
    return _list_reply(f"/v2/{call.name}/tags/list", "tags", names, more, count, name=call.name)


def _referrers(call: Call) -> Reply:
    """The manifests that say that they belong to another."""
    if _DIGEST.fullmatch(call.reference) is None:
        raise Problem("DIGEST_INVALID", {"digest": call.reference})
    wanted = call.query.text("artifactType")
    descriptors = [
        manifests.descriptor(digest, media_type, raw)
        for digest, media_type, raw in call.contents.manifests_of(call.name)
        if manifests.subject(raw) == call.reference
    ]
    if wanted:
        descriptors = [descriptor for descriptor in descriptors if descriptor.get("artifactType") == wanted]
    index = {"schemaVersion": 2, "mediaType": manifests.OCI_INDEX, "manifests": descriptors}
    filters = (("OCI-Filters-Applied", "artifactType"),) if wanted else ()
    reply = json_reply(index)
    return Reply(headers=(("Content-Type", manifests.OCI_INDEX), *filters), body=reply.body)


# manifests


def _digest_of(call: Call) -> str:
    """The manifest that a tag or digest means."""
    found = call.contents.repositories.get(call.name)
    digest = (
        call.reference if ":" in call.reference else (found.tags.get(call.reference, "") if found is not None else "")
    )
    if found is None or digest not in found.manifests:
        raise Problem("MANIFEST_UNKNOWN", {"Name": call.name, "Tag": call.reference})
    return digest


def _get_manifest(call: Call) -> Reply:
    digest = _digest_of(call)
    media_type = call.contents.repositories[call.name].manifests[digest]
    headers = (("Content-Type", media_type), ("Docker-Content-Digest", digest), ("Etag", f'"{digest}"'))
    return Reply(headers=headers, body=call.contents.manifest(call.name, digest))


def _put_manifest(call: Call) -> Reply:
    raw = call.request.body
    if len(raw) > _MANIFEST_BYTES:
        raise Problem("MANIFEST_INVALID", "manifest is too large")
    digest = f"sha256:{hashlib.sha256(raw).hexdigest()}"
    tag = "" if ":" in call.reference else call.reference
    if tag and _TAG.fullmatch(tag) is None:
        raise Problem("TAG_INVALID", {"tag": tag})
    if not tag:
        digest = _verified(call.reference, raw)
    declared = call.request.headers.get("content-type", "").partition(";")[0].strip()
    found = manifests.read(raw, declared)
    known = call.contents.repositories.get(call.name)
    for blob in found.blobs:
        if not call.contents.shows(call.name, blob):
            raise Problem("MANIFEST_BLOB_UNKNOWN", {"digest": blob})
    for child in found.manifests:
        if known is None or child not in known.manifests:
            raise Problem("MANIFEST_BLOB_UNKNOWN", {"digest": child})
    call.contents.put_manifest(call.name, tag, digest, found.media_type, raw)
    subject = (("OCI-Subject", found.subject),) if found.subject else ()
    headers = (("Location", f"/v2/{call.name}/manifests/{digest}"), ("Docker-Content-Digest", digest), *subject)
    return Reply(status=201, headers=headers)


def _delete_manifest(call: Call) -> Reply:
    digest = _digest_of(call)
    if ":" in call.reference:
        call.contents.remove_manifest(call.name, digest)
    else:
        del call.contents.repositories[call.name].tags[call.reference]
    return Reply(status=202)


# blobs


def _verified(digest: str, data: bytes) -> str:
    """A digest that data must have."""
    if _DIGEST.fullmatch(digest) is None:
        raise Problem("DIGEST_INVALID", "invalid checksum digest format")
    algorithm, _, expected = digest.partition(":")
    if hashlib.new(algorithm, data).hexdigest() != expected:
        raise Problem("DIGEST_INVALID", {"digest": digest})
    return digest


def _known_blob(call: Call) -> int:
    """The size of the blob that is asked for."""
    if _DIGEST.fullmatch(call.reference) is None:
        raise Problem("DIGEST_INVALID", {"digest": call.reference})
    size_bytes = call.contents.blobs.size_bytes(call.reference)
    if size_bytes is None or not call.contents.shows(call.name, call.reference):
        raise Problem("BLOB_UNKNOWN", {"digest": call.reference})
    return size_bytes


def _get_blob(call: Call) -> Reply:
    size_bytes = _known_blob(call)
    start, end, status = 0, size_bytes, 200
    headers = [
        ("Content-Type", _OCTETS), ("Docker-Content-Digest", call.reference), ("Etag", f'"{call.reference}"'),
        ("Accept-Ranges", "bytes"), ("Cache-Control", "max-age=31536000"),
    ]  # fmt: skip
    wanted = _RANGE.fullmatch(call.request.headers.get("range", ""))
    if wanted is not None:
        start, end = _part(wanted[1], wanted[2], size_bytes)
        status = 206
        headers.append(("Content-Range", f"bytes {start}-{end - 1}/{size_bytes}"))
    return Reply(status=status, headers=tuple(headers), body=call.contents.blobs.read(call.reference, start, end))


def _part(first: str, last: str, size_bytes: int) -> tuple[int, int]:
    """Begin and end of a range; without a beginning, so many bytes at the end."""
    if not first and not last:
        raise Problem("RANGE_INVALID")
    start = int(first) if first else max(size_bytes - int(last), 0)
    end = min(int(last) + 1, size_bytes) if first and last else size_bytes
    if start >= end:
        raise Problem("RANGE_INVALID", headers=(("Content-Range", f"bytes */{size_bytes}"),))
    return start, end


def _delete_blob(call: Call) -> Reply:
    _known_blob(call)
    call.contents.remove_blob(call.name, call.reference)
    return Reply(status=202, headers=(("Docker-Content-Digest", call.reference),))


# uploads


def _begin_upload(call: Call) -> Reply:
    """An upload, all of it at once, or a blob of another repository mounted."""
    contents, query = call.contents, call.query
    mounted = query.text("mount")
    if mounted:
        if _DIGEST.fullmatch(mounted) is None:
            raise Problem("DIGEST_INVALID", {"digest": mounted})
        origin = query.text("from")
        origins = [origin] if origin else list(contents.repositories)
        if any(contents.shows(repository, mounted) for repository in origins):
            contents.add_blob(call.name, mounted, None)
            return _created(call.name, mounted)
    digest = query.text("digest")
    if digest:
        contents.add_blob(call.name, _verified(digest, call.request.body), call.request.body)
        return _created(call.name, digest)
    identifier = contents.begin_upload(call.name)
    return _upload_reply(call, identifier, 202)


def _created(name: str, digest: str) -> Reply:
    return Reply(status=201, headers=(("Location", f"/v2/{name}/blobs/{digest}"), ("Docker-Content-Digest", digest)))


def _upload_reply(call: Call, identifier: str, status: int) -> Reply:
    end = max(call.contents.uploads[identifier].size_bytes - 1, 0)
    headers = (
        ("Location", f"/v2/{call.name}/blobs/uploads/{identifier}"),
        ("Range", f"0-{end}"),
        ("Docker-Upload-UUID", identifier),
    )
    return Reply(status=status, headers=headers)


def _check_upload(call: Call) -> None:
    upload = call.contents.uploads.get(call.reference)
    if upload is None or upload.repository != call.name:
        raise Problem("BLOB_UPLOAD_UNKNOWN")


def _append(call: Call) -> None:
    """Add a part to an upload; one that says where it belongs must belong at the end."""
    upload, body = call.contents.uploads[call.reference], call.request.body
    placed = re.fullmatch(r"(?:bytes )?(\d+)-(\d+)(?:/.*)?", call.request.headers.get("content-range", ""))
    if placed is not None:
        if int(placed[1]) != upload.size_bytes:
            raise Problem("RANGE_INVALID", headers=(("Range", f"0-{max(upload.size_bytes - 1, 0)}"),))
        if int(placed[2]) - int(placed[1]) + 1 != len(body):
            raise Problem("SIZE_INVALID")
    upload.parts.append(body)
    upload.size_bytes += len(body)


def _continue_upload(call: Call) -> Reply:
    _check_upload(call)
    _append(call)
    return _upload_reply(call, call.reference, 202)


def _upload_status(call: Call) -> Reply:
    _check_upload(call)
    return _upload_reply(call, call.reference, 204)


def _cancel_upload(call: Call) -> Reply:
    _check_upload(call)
    del call.contents.uploads[call.reference]
    return Reply(status=204)


def _finish_upload(call: Call) -> Reply:
    """The last part, if there is one, and the digest of the whole."""
    _check_upload(call)
    digest = call.query.text("digest")
    if not digest:
        raise Problem("DIGEST_INVALID", "digest missing")
    upload = call.contents.uploads[call.reference]
    data = b"".join((*upload.parts, call.request.body))
    _verified(digest, data)
    if call.request.body:
        _append(call)
    call.contents.add_blob(call.name, digest, data)
    del call.contents.uploads[call.reference]
    return _created(call.name, digest)


Handler = Callable[[Call], Reply]


def _route(
    path: str, methods: dict[str, tuple[str, Handler]]
) -> tuple[re.Pattern[str], dict[str, tuple[str, Handler]]]:
    return re.compile(f"/v2/(?P<name>.+?)/{path}"), methods


_ROUTES = (
    _route("tags/list", {"GET": (PULL, _tags)}),
    _route("referrers/(?P<reference>[^/]+)", {"GET": (PULL, _referrers)}),
    _route(
        "manifests/(?P<reference>[^/]+)",
        {"GET": (PULL, _get_manifest), "PUT": (PUSH, _put_manifest), "DELETE": (DELETE, _delete_manifest)},
    ),
    _route("blobs/uploads/?", {"POST": (PUSH, _begin_upload)}),
    _route(
        "blobs/uploads/(?P<reference>[^/]+)",
        {
            "GET": (PUSH, _upload_status), "PATCH": (PUSH, _continue_upload), "PUT": (PUSH, _finish_upload), "DELETE": (PUSH, _cancel_upload),
        },
    ),
    _route("blobs/(?P<reference>[^/]+)", {"GET": (PULL, _get_blob), "DELETE": (DELETE, _delete_blob)}),
)  # fmt: skip
"""Paths below a repository -> what each method does, and what one must be allowed for it."""
