"""Requests about images and registries."""

from __future__ import annotations

from fakedocker.api.call import Call
from fakedocker.api.streams import TaskStream
from fakedocker.base import messages
from fakedocker.exchanges import Stream
from fakedocker.operations import images, lookup, pull
from fakedocker.registry import catalogue
from fakedocker.wire.http import Reply, json_reply


def list_(call: Call) -> Reply:
    draft, query = call.draft, call.query
    found = images.select(draft, call.filters(images.LIST_FILTERS), everything=query.flag("all"))
    shared = query.flag("shared-size")
    return json_reply(
        [images.summary(draft, image, tags, digests, shared=shared, containers=False) for image, tags, digests in found]
    )


def inspect(call: Call) -> Reply:
    return json_reply(images.inspect(call.draft, lookup.image(call.draft, call.names["name"])))


def history(call: Call) -> Reply:
    return json_reply(images.history(call.draft, lookup.image(call.draft, call.names["name"])))


def tag(call: Call) -> Reply:
    image = lookup.image(call.draft, call.names["name"])
    images.tag(call.draft, image, call.query.text("repo"), call.query.text("tag"))
    return Reply(status=201)


def remove(call: Call) -> Reply:
    deleted = images.remove(call.draft, call.names["name"], call.query.flag("force"), not call.query.flag("noprune"))
    return json_reply(deleted)


def prune(call: Call) -> Reply:
    deleted, freed = images.prune(call.draft, call.filters(images.PRUNE_FILTERS))
    return json_reply({"ImagesDeleted": deleted or None, "SpaceReclaimed": freed})


def create(call: Call) -> Stream:
    """Pull an image, its progress as lines of JSON."""
    query = call.query
    if query.text("fromSrc"):
        raise messages.NOT_SIMULATED(what="docker import")
    name = pull.parse(query.text("fromImage"), query.text("tag"))
    return TaskStream(pull.begin(call.draft, name, query.text("platform")))


def search(call: Call) -> Reply:
    term = call.query.text("term")
    limit = call.query.number("limit") or 25
    if not 0 < limit <= 100:
        raise messages.Refusal(400, f"limit {limit} is outside the range of [1, 100]")
    filters = call.filters(("is-automated", "is-official", "stars"))
    found = [entry for entry in catalogue.search(term) if _search_passes(entry, filters)]
    return json_reply(found[:limit])


def _search_passes(entry: dict[str, object], filters: dict[str, tuple[str, ...]] | object) -> bool:
    if not isinstance(filters, dict):
        return True
    if filters.get("is-official") and str(entry["is_official"]).lower() not in filters["is-official"]:
        return False
    return not filters.get("stars") or int(str(entry["star_count"])) >= int(filters["stars"][0])


def distribution(call: Call) -> Reply:
    """What a registry has under a name, without pulling it."""
    manifest = pull.find_manifest(call.draft, pull.parse(call.names["name"], ""))
    descriptor = {
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "digest": manifest.digest,
        "size": sum(remote.size_bytes for remote in manifest.layers),
    }
    platform = {"architecture": manifest.image.architecture, "os": manifest.image.os}
    return json_reply({"Descriptor": descriptor, "Platforms": [platform]})


def prune_build_cache(call: Call) -> Reply:
    """There is no build cache yet, so there is nothing in it."""
    return json_reply({"CachesDeleted": None, "SpaceReclaimed": 0})
