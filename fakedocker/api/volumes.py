"""Requests about volumes."""

from __future__ import annotations

from fakedocker.api.call import Call
from fakedocker.operations.system import lookup
from fakedocker.operations.volumes import volumes
from fakedocker.wire.http import Reply, json_reply
from fakedocker.wire.volume import VolumeCreate


def list_(call: Call) -> Reply:
    found = volumes.select(call.draft, call.filters(volumes.LIST_FILTERS))
    return json_reply({"Volumes": [volumes.inspect(volume) for volume in found], "Warnings": None})


def create(call: Call) -> Reply:
    request = call.body(VolumeCreate)
    volume = volumes.create(call.draft, request.name, request.driver, request.labels, request.driver_opts)
    return json_reply(volumes.inspect(volume), 201)


def inspect(call: Call) -> Reply:
    return json_reply(volumes.inspect(lookup.volume(call.draft, call.names["name"])))


def remove(call: Call) -> Reply:
    volumes.remove(call.draft, call.names["name"], call.query.flag("force"))
    return Reply(status=204)


def prune(call: Call) -> Reply:
    filters = call.filters(volumes.PRUNE_FILTERS)
    if call.version < (1, 42) and "all" not in filters:
        filters = {**filters, "all": ("true",)}  # before 1.42 a prune took named volumes too
    removed, freed = volumes.prune(call.draft, filters)
    return json_reply({"VolumesDeleted": removed, "SpaceReclaimed": freed})
