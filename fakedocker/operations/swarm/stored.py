"""Secrets and configs: create, list, inspect, update, remove. They differ in their limits, and in that nobody is told a
secret.

Sources: moby daemon/cluster/{secrets,configs,filters}.go, swarmkit manager/controlapi/{secret,config,common}.go.
"""

from __future__ import annotations

import base64
import re
from typing import NamedTuple

from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.base.json_types import JsonObject
from fakedocker.base.persistent import Table
from fakedocker.operations.swarm import nodes, store
from fakedocker.operations.system.filters import Filters
from fakedocker.swarm.model import CONFIG, SECRET, Stored
from fakedocker.swarm.services import Service
from fakedocker.wire.omitting import plain
from fakedocker.wire.swarm import StoredSpec
from fakedocker.world.draft import Draft

_NAME = re.compile(r"[a-zA-Z0-9]+(?:[a-zA-Z0-9-_.]*[a-zA-Z0-9])?")
_LONGEST_NAME = 64


class Kind(NamedTuple):
    """What is particular to secrets or configs.

    Args:
        limit_bytes: their data must be smaller.
        filters: of their list.
        shows_data: whether inspect tells what is in them.
    """

    name: str
    limit_bytes: int
    filters: tuple[str, ...]
    shows_data: bool


SECRETS = Kind(SECRET, 500 * 1024, ("names", "name", "id", "label"), shows_data=False)
CONFIGS = Kind(CONFIG, 1000 * 1024, ("name", "id", "label"), shows_data=True)


def table(draft: Draft, kind: Kind) -> Table[str, Stored]:
    """Where what is stored of a kind is."""
    return draft.secrets if kind.name == SECRET else draft.configs


def find(draft: Draft, kind: Kind, name: str) -> Stored:
    """One by id, name, or the beginning of its id."""
    store.swarm(draft)
    return store.find(kind.name, table(draft, kind).values(), name, lambda record: _is_called(record, name))


def _is_called(record: Stored, name: str) -> bool:
    """Names are the same in any case (swarmkit manager/state/store)."""
    return record.spec.name.lower() == name.lower()


def select(draft: Draft, kind: Kind, filters: Filters) -> list[Stored]:
    """Those that pass the filters, by id: names and ids are alternatives, labels must hold besides."""
    store.swarm(draft)
    found = sorted(table(draft, kind).values(), key=lambda record: record.id)
    names, beginnings, ids = filters.get("names", ()), filters.get("name", ()), filters.get("id", ())
    if names or beginnings or ids:
        found = [
            record
            for record in found
            if any(_is_called(record, name) for name in names)
            or record.spec.name.lower().startswith(tuple(name.lower() for name in beginnings))
            or record.id.startswith(ids)
        ]
    return [record for record in found if store.labels_pass(filters.get("label", ()), record.spec.labels)]


def inspect(kind: Kind, record: Stored) -> JsonObject:
    """What the API says of one."""
    spec = record.spec if kind.shows_data else replace(record.spec, data="")
    return {"ID": record.id, **nodes.meta(record), "Spec": plain(spec)}


def create(draft: Draft, kind: Kind, spec: StoredSpec) -> str:
    """Store something new; gives its id.

    Raises:
        Refusal: its name or size is not allowed, or the name is taken.
    """
    store.swarm(draft)
    if kind.name == CONFIG:
        spec = replace(spec, driver=None)
    _check(kind, spec)
    records = table(draft, kind)
    if any(_is_called(record, spec.name) for record in records.values()):
        raise messages.OBJECT_EXISTS(what=kind.name, name=spec.name)
    identifier = store.new_id(draft, kind.name)
    version = store.next_version(draft)
    records[identifier] = Stored(
        id=identifier, version=version, created_ns=draft.wall_ns, updated_ns=draft.wall_ns, spec=spec
    )
    store.event(draft, kind.name, "create", identifier, spec.name)
    return identifier


def _check(kind: Kind, spec: StoredSpec) -> None:
    if not spec.name:
        raise messages.INVALID_ARGUMENT(problem=messages.OBJECT_NAME_EMPTY)
    if len(spec.name) > _LONGEST_NAME or _NAME.fullmatch(spec.name) is None:
        raise messages.INVALID_ARGUMENT(problem=messages.OBJECT_NAME)
    if spec.driver is not None:
        if not spec.driver.name:
            raise messages.INVALID_ARGUMENT(problem=messages.SECRET_DRIVER_NAME)
        raise messages.UNKNOWN_ERROR(problem=messages.SECRET_DRIVER.format(name=spec.driver.name))
    if not 0 < len(data_of(spec)) < kind.limit_bytes:
        problem = messages.OBJECT_DATA.format(what=kind.name, limit=kind.limit_bytes)
        raise messages.INVALID_ARGUMENT(problem=problem)


def data_of(spec: StoredSpec) -> bytes:
    """The bytes of what is stored."""
    return base64.b64decode(spec.data)


def update(draft: Draft, kind: Kind, name: str, version: int, spec: StoredSpec) -> None:
    """Change the labels; nothing else may be changed.

    Raises:
        Refusal: there is no such one, it has changed meanwhile, or more than labels would change.
    """
    record = find(draft, kind, name)
    if spec.name != record.spec.name or (spec.data and spec.data != record.spec.data):
        raise messages.INVALID_ARGUMENT(problem=messages.OBJECT_UPDATE)
    store.check_version(record, version)
    changed = store.changed(draft, replace(record, spec=replace(record.spec, labels=spec.labels)))
    table(draft, kind)[record.id] = changed
    store.event(draft, kind.name, "update", record.id, record.spec.name)


def users_of(draft: Draft, kind: Kind, identifier: str) -> list[Service]:
    """The services that use a secret or config, by id."""
    found = []
    for service in sorted(draft.services.values(), key=lambda service: service.id):
        container = service.spec.task_template.container_spec
        if container is None:
            continue
        if kind.name == SECRET:
            used = {secret.secret_id for secret in container.secrets}
        else:
            used = {config.config_id for config in container.configs}
        if identifier in used:
            found.append(service)
    return found


def remove(draft: Draft, kind: Kind, name: str) -> None:
    """Remove one that no service uses.

    Raises:
        Refusal: there is no such one, or services use it.
    """
    record = find(draft, kind, name)
    users = [service.spec.name for service in users_of(draft, kind, record.id)]
    if users:
        raise messages.INVALID_ARGUMENT(
            problem=messages.OBJECT_IN_USE.format(
                what=kind.name, name=record.spec.name, noun="service" if len(users) == 1 else "services", services=", ".join(users)
            )
        )  # fmt: skip
    del table(draft, kind)[record.id]
    store.event(draft, kind.name, "remove", record.id, record.spec.name)
