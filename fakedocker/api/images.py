"""Requests about images and registries."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import urlsplit

from msgspec import Struct

from fakedocker.api import version_adapters
from fakedocker.api.call import Call
from fakedocker.api.importing import ImportStream
from fakedocker.api.streams import Messages, TaskStream
from fakedocker.base import messages
from fakedocker.base.numbers import is_digits, parse_whole
from fakedocker.engine.inflight import Stream
from fakedocker.images import document as documents, targets
from fakedocker.operations.buildkit import records
from fakedocker.operations.classic_builder import downloads
from fakedocker.operations.containers.commit import image_config
from fakedocker.operations.images import (
    attestations as attesting,
    content_store,
    descriptions,
    fetching,
    images,
    importing,
    load as loading,
    platform_check,
    removal,
    save as saving,
)
from fakedocker.operations.registry import pull, push as pushing, transfer_schedule
from fakedocker.operations.system import filters as filtering, lookup
from fakedocker.registry import catalogue, indexes
from fakedocker.registry.distribution import manifests
from fakedocker.wire import decode
from fakedocker.wire.container import Config
from fakedocker.wire.http import TAR, Reply, json_reply
from fakedocker.wire.manifest import Descriptor


def list_(call: Call) -> Reply:
    draft, query = call.draft, call.query
    filters = call.filters(images.LIST_FILTERS)
    if call.version < (1, 41) and query.text("filter"):
        filters = {**filters, "reference": (*filters.get("reference", ()), query.text("filter"))}
    found = images.select(draft, filters, everything=query.flag("all"))
    shared = descriptions.holders(draft) if query.flag("shared-size") and call.version >= (1, 42) else None
    summaries = [
        descriptions.summary(
            draft,
            image,
            tags,
            digests,
            shared=shared,
            containers=draft.profile.counts_containers,
            manifests=query.flag("manifests"),
        )
        for image, tags, digests in found
    ]
    return json_reply(version_adapters.image_list(summaries, call.version))


def inspect(call: Call) -> Reply:
    image = lookup.image(call.draft, call.names["name"])
    text = _platform(call)
    platform_check.require(call.draft, image, call.names["name"], text)
    platform = content_store.wanted_platform(text) if text else None
    told = descriptions.inspect(call.draft, image, manifests=call.query.flag("manifests"), platform=platform)
    slim, storage = call.draft.profile.slim, call.draft.storage
    return json_reply(version_adapters.image(told, image, call.version, slim, storage))


def history(call: Call) -> Reply:
    image = lookup.image(call.draft, call.names["name"])
    text = _platform(call)
    platform_check.require(call.draft, image, call.names["name"], text)
    if text:
        image = content_store.required(call.draft, image, text)
    return json_reply(descriptions.history(call.draft, image))


def attestations(call: Call) -> Reply:
    given = call.query.all("platform")
    if len(given) > 1:
        raise messages.SEVERAL_ATTESTED()
    platform = _platform_of(given[0]) if given and given[0] else ""
    kinds = [kind.strip() for kind in call.query.all("type") if kind.strip()]
    image = lookup.image(call.draft, call.names["name"])
    return json_reply(attesting.of_image(call.draft, image, platform, kinds, call.query.flag("statement")))


def tag(call: Call) -> Reply:
    image = lookup.image(call.draft, call.names["name"])
    images.tag(call.draft, image, call.query.text("repo"), call.query.text("tag"))
    return Reply(status=201)


def remove(call: Call) -> Reply:
    if not call.names["name"].strip():
        raise messages.IMAGE_BLANK()
    query = call.query
    platforms_ = tuple(_platform_of(text) for text in query.all("platforms"))
    for text in platforms_:
        platform_check.require(call.draft, lookup.image(call.draft, call.names["name"]), call.names["name"], text)
    deleted = removal.remove(call.draft, call.names["name"], query.flag("force"), not query.flag("noprune"), platforms_)
    return json_reply(deleted)


def prune(call: Call) -> Reply:
    deleted, freed = removal.prune(call.draft, call.filters(images.PRUNE_FILTERS))
    return json_reply({"ImagesDeleted": deleted or None, "SpaceReclaimed": freed})


def create(call: Call) -> Reply | Stream:
    """Pull an image, its progress as lines of JSON, or import one."""
    query = call.query
    if query.text("fromSrc"):
        return _import(call)
    name = pull.parse(query.text("fromImage"), query.text("tag"))
    return TaskStream(pull.begin(call.draft, name, query.text("platform"), credentials(call)))


def _import(call: Call) -> Reply | Stream:
    query = call.query
    source = query.text("fromSrc")
    target = importing.parse_target(query.text("repo"), query.text("tag"))
    from fakedocker.operations.containers import changes  # with the parser of Dockerfiles, which start-up does without

    config = image_config(changes.apply(Config(), query.all("changes")), None)
    comment = query.text("message") or f"Imported from {source}"
    platform = query.text("platform")
    if source != "-":
        url = _reachable(call, source)
        return ImportStream(fetching.begin(call.draft, url, target, comment=comment, platform=platform, config=config))
    image = importing.import_image(
        call.draft,
        call.request.body,
        target,
        comment=comment,
        platform=platform,
        config=config,
    )
    return Messages(transfer_schedule.line(status=image.id))


def _reachable(call: Call, source: str) -> str:
    """The URL of an archive, if its server can be one of the simulation's: no name outside of it can be looked up. Refusal."""
    url = source if "://" in source else f"http://{source}"
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        raise messages.BAD_REQUEST(problem=messages.URL_HOST.format(url=url)) from None
    known = fetching.host_names(call.draft)
    if host in known or is_digits(host.replace(".", "")) or downloads.is_outside(call.draft, url):
        return url
    raise messages.FETCH_FAILED(problem=downloads.of_curl(url, b"", downloads.NO_SUCH_HOST).problem)


def load(call: Call) -> Reply | Stream:
    """Take images out of an archive. As the head of the answer is sent first, what is wrong is told in the stream."""
    quiet, platform = call.query.flag("quiet", default=True), _platform(call)
    try:
        return TaskStream(loading.begin(call.draft, call.request.body, quiet, platform))
    except messages.Refusal as refusal:
        return Messages(transfer_schedule.error_line(refusal.message))


def save(call: Call) -> Reply:
    """Images as an archive, by the name in the path or those in the query."""
    names = [call.names["name"]] if "name" in call.names else call.query.all("names")
    asked = ",".join(_platform_of(text) for text in call.query.all("platform"))
    return call.chunks_reply(saving.save(call.draft, names, asked), TAR)


def _platform(call: Call) -> str:
    """The platform that the query has as JSON, as os/architecture; "" for none.

    Raises:
        Refusal: it is no JSON.
    """
    text = call.query.text("platform")
    return _platform_of(text) if text else ""


def _platform_of(text: str) -> str:
    try:
        return decode.decode(text.encode(), documents.ImageDocument).platform
    except decode.InvalidJSON as problem:
        raise messages.BAD_REQUEST(problem=messages.PLATFORM_UNREADABLE.format(problem=problem)) from None


def push(call: Call) -> Stream:
    """Send an image to its registry, the progress as lines of JSON."""
    name = pushing.parse(call.names["name"], call.query.text("tag"))
    if (text := _platform(call)) and (image := lookup.find_image(call.draft, name.familiar)) is not None:
        platform_check.require(call.draft, image, name.familiar, text)
    return TaskStream(pushing.begin(call.draft, name, credentials(call), _platform(call)))


def credentials(call: Call) -> tuple[str, str]:
    """Name and password of a request; as docker does it, those that cannot be read are nobody's."""
    encoded = call.request.headers.get("x-registry-auth", "")
    try:
        decoded = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        found = decode.decode(decoded, _Credentials)
    except (binascii.Error, ValueError):
        return ("", "")
    return (found.username, found.password)


class _Credentials(Struct, frozen=True, kw_only=True):
    username: str = ""
    password: str = ""


def search(call: Call) -> Reply:
    term = call.query.text("term")
    limit = call.query.number("limit") or 25
    if not 0 < limit <= 100:
        raise messages.SEARCH_LIMIT(limit=limit)
    filters = call.filters(("is-automated", "is-official", "stars"))
    filtering.boolean(filters, "is-automated")
    filtering.boolean(filters, "is-official")
    for stars in filters.get("stars", ()):
        if parse_whole(stars) is None:
            raise messages.INVALID_FILTER_VALUE(name="stars", value=stars)
    found = [entry for entry in catalogue.search(term) if _search_passes(entry, filters)]
    return json_reply(found[:limit])


def _search_passes(entry: dict[str, object], filters: dict[str, tuple[str, ...]] | object) -> bool:
    if not isinstance(filters, dict):
        return True
    if filters.get("is-official") and str(entry["is_official"]).lower() not in filters["is-official"]:
        return False
    return not filters.get("stars") or int(str(entry["star_count"])) >= (parse_whole(filters["stars"][0]) or 0)


def distribution(call: Call) -> Reply:
    """What a registry has under a name, without pulling it."""
    manifest = pull.find_manifest(call.draft, pull.parse(call.names["name"], "").with_default_tag())
    raw = manifest.index or manifest.raw
    kind = manifests.read(raw, "").media_type
    platforms = [each.platform for each in targets.descriptors(raw)] or [indexes.platform_of(manifest.image)]
    descriptor = Descriptor(media_type=kind, digest=manifest.digest, size=len(raw))
    return json_reply({"Descriptor": descriptor, "Platforms": platforms})


def manifest_get(call: Call) -> Reply:
    """A manifest, or a list of them, as its registry serves it. An end point of fakedocker's own."""
    from fakedocker.operations.registry import manifest_lists  # seldom asked for, and start-up time matters

    found = manifest_lists.find(call.draft, pull.parse(call.names["name"], "").with_default_tag())
    return Reply(headers=(("Content-Type", found.media_type), ("Docker-Content-Digest", found.digest)), body=found.raw)


def manifest_put(call: Call) -> Reply:
    """Put a list of manifests into its registry. An end point of fakedocker's own."""
    name = pull.parse(call.names["name"], "").with_default_tag()
    from fakedocker.operations.registry import manifest_lists

    digest = manifest_lists.put(call.draft, name, call.request.body, credentials(call)[0])
    return json_reply({"Digest": digest}, 201)


def prune_build_cache(call: Call) -> Reply:
    """Empty BuildKit's cache, or a part of it."""
    filters = call.filters(records.PRUNE_FILTERS)
    kept_bytes = call.query.number("keep-storage") or call.query.number("reserved-space") or 0
    dropped, freed = records.prune(call.draft, filters, call.query.flag("all"), kept_bytes)
    return json_reply({"CachesDeleted": dropped or None, "SpaceReclaimed": freed})
