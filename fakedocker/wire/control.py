"""What BuildKit's clients ask of a builder: solving, its workers and its cache; and the gateway that a front end solves
through.

Source: moby/buildkit api/services/control/control.proto, api/types/worker.proto, frontend/gateway/pb/gateway.proto,
util/apicaps/pb/caps.proto. Fields that nothing here looks at are left out.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct, field

from fakedocker.wire.grpc import Status
from fakedocker.wire.protobuf import Row


class Empty(Struct, frozen=True, kw_only=True):
    """A message without fields, or one whose fields do not matter."""

    PROTOBUF: ClassVar[tuple[Row, ...]] = ()


# workers


class Platform(Struct, frozen=True, kw_only=True):
    """pb.Platform: what a worker builds for."""

    architecture: str = ""
    os: str = ""
    variant: str = ""

    PROTOBUF: ClassVar[tuple[Row, ...]] = (
        Row(1, "architecture", "string"),
        Row(2, "os", "string"),
        Row(3, "variant", "string"),
    )


class CollectionPolicy(Struct, frozen=True, kw_only=True):
    """A rule by which the cache is emptied by itself. Durations in seconds."""

    everything: bool = False
    kept_seconds: int = 0
    kept_bytes: int = 0
    filters: tuple[str, ...] = ()

    PROTOBUF: ClassVar[tuple[Row, ...]] = (
        Row(1, "everything", "bool"),
        Row(2, "kept_seconds", "int"),
        Row(3, "kept_bytes", "int"),
        Row(4, "filters", "string", repeated=True),
    )


class BuildkitVersion(Struct, frozen=True, kw_only=True):
    """moby.buildkit.v1.types.BuildkitVersion."""

    package: str = ""
    version: str = ""
    revision: str = ""

    PROTOBUF: ClassVar[tuple[Row, ...]] = (
        Row(1, "package", "string"),
        Row(2, "version", "string"),
        Row(3, "revision", "string"),
    )


class Worker(Struct, frozen=True, kw_only=True):
    """moby.buildkit.v1.types.WorkerRecord."""

    id: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    platforms: tuple[Platform, ...] = ()
    policies: tuple[CollectionPolicy, ...] = ()
    version: BuildkitVersion | None = None

    PROTOBUF: ClassVar[tuple[Row, ...]] = (
        Row(1, "id", "string"),
        Row(2, "labels", "string", mapped=True),
        Row(3, "platforms", "message", Platform, repeated=True),
        Row(4, "policies", "message", CollectionPolicy, repeated=True),
        Row(5, "version", "message", BuildkitVersion),
    )


class WorkersReply(Struct, frozen=True, kw_only=True):
    """ListWorkersResponse."""

    workers: tuple[Worker, ...] = ()

    PROTOBUF: ClassVar[tuple[Row, ...]] = (Row(1, "workers", "message", Worker, repeated=True),)


class InfoReply(Struct, frozen=True, kw_only=True):
    """InfoResponse."""

    version: BuildkitVersion = BuildkitVersion()

    PROTOBUF: ClassVar[tuple[Row, ...]] = (Row(1, "version", "message", BuildkitVersion),)


# the cache


class UsageRequest(Struct, frozen=True, kw_only=True):
    """DiskUsageRequest."""

    filters: tuple[str, ...] = ()

    PROTOBUF: ClassVar[tuple[Row, ...]] = (Row(1, "filters", "string", repeated=True),)


class UsageRecord(Struct, frozen=True, kw_only=True):
    """Something that is kept for later builds."""

    id: str = ""
    mutable: bool = False
    in_use: bool = False
    size_bytes: int = 0
    created_ns: int = 0
    used_ns: int = 0
    uses: int = 0
    description: str = ""
    kind: str = ""
    shared: bool = False
    parents: tuple[str, ...] = ()

    PROTOBUF: ClassVar[tuple[Row, ...]] = (
        Row(1, "id", "string"),
        Row(2, "mutable", "bool"),
        Row(3, "in_use", "bool"),
        Row(4, "size_bytes", "int"),
        Row(6, "created_ns", "time"),
        Row(7, "used_ns", "time"),
        Row(8, "uses", "int"),
        Row(9, "description", "string"),
        Row(10, "kind", "string"),
        Row(11, "shared", "bool"),
        Row(12, "parents", "string", repeated=True),
    )


class UsageReply(Struct, frozen=True, kw_only=True):
    """DiskUsageResponse."""

    records: tuple[UsageRecord, ...] = ()

    PROTOBUF: ClassVar[tuple[Row, ...]] = (Row(1, "records", "message", UsageRecord, repeated=True),)


class PruneRequest(Struct, frozen=True, kw_only=True):
    """Durations in nanoseconds."""

    filters: tuple[str, ...] = ()
    everything: bool = False
    kept_ns: int = 0
    kept_bytes: int = 0

    PROTOBUF: ClassVar[tuple[Row, ...]] = (
        Row(1, "filters", "string", repeated=True),
        Row(2, "everything", "bool"),
        Row(3, "kept_ns", "int"),
        Row(4, "kept_bytes", "int"),
    )


# solving


class Definition(Struct, frozen=True, kw_only=True):
    """A graph of operations, as far as it matters whether there is one."""

    operations: tuple[bytes, ...] = ()

    PROTOBUF: ClassVar[tuple[Row, ...]] = (Row(1, "operations", "bytes", repeated=True),)


class CacheEntry(Struct, frozen=True, kw_only=True):
    kind: str = ""
    attributes: dict[str, str] = field(default_factory=dict)

    PROTOBUF: ClassVar[tuple[Row, ...]] = (Row(1, "kind", "string"), Row(2, "attributes", "string", mapped=True))


class CacheOptions(Struct, frozen=True, kw_only=True):
    """CacheOptions: where the cache of a build goes to, and whose is used."""

    exports: tuple[CacheEntry, ...] = ()
    imports: tuple[CacheEntry, ...] = ()

    PROTOBUF: ClassVar[tuple[Row, ...]] = (
        Row(4, "exports", "message", CacheEntry, repeated=True),
        Row(5, "imports", "message", CacheEntry, repeated=True),
    )


class Exporter(Struct, frozen=True, kw_only=True):
    """Exporter: what becomes of a result."""

    kind: str = ""
    attributes: dict[str, str] = field(default_factory=dict)

    PROTOBUF: ClassVar[tuple[Row, ...]] = (Row(1, "kind", "string"), Row(2, "attributes", "string", mapped=True))


class SolveRequest(Struct, frozen=True, kw_only=True):
    """A build. Without a front end the client itself is one, over the gateway.

    Args:
        old_exporter, old_attributes: where clients before several exporters say what becomes of the result.
    """

    reference: str = ""
    definition: Definition | None = None
    old_exporter: str = ""
    old_attributes: dict[str, str] = field(default_factory=dict)
    session: str = ""
    frontend: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    cache: CacheOptions = CacheOptions()
    entitlements: tuple[str, ...] = ()
    inputs: dict[str, Definition] = field(default_factory=dict)
    exporters: tuple[Exporter, ...] = ()

    PROTOBUF: ClassVar[tuple[Row, ...]] = (
        Row(1, "reference", "string"),
        Row(2, "definition", "message", Definition),
        Row(3, "old_exporter", "string"),
        Row(4, "old_attributes", "string", mapped=True),
        Row(5, "session", "string"),
        Row(6, "frontend", "string"),
        Row(7, "attributes", "string", mapped=True),
        Row(8, "cache", "message", CacheOptions),
        Row(9, "entitlements", "string", repeated=True),
        Row(10, "inputs", "message", Definition, mapped=True),
        Row(13, "exporters", "message", Exporter, repeated=True),
    )


class SolveReply(Struct, frozen=True, kw_only=True):
    """What the exporter tells of the result."""

    response: dict[str, str] = field(default_factory=dict)

    PROTOBUF: ClassVar[tuple[Row, ...]] = (Row(1, "response", "string", mapped=True),)


class StatusRequest(Struct, frozen=True, kw_only=True):
    """StatusRequest: the build that is followed."""

    reference: str = ""

    PROTOBUF: ClassVar[tuple[Row, ...]] = (Row(1, "reference", "string"),)


# the gateway


class Capability(Struct, frozen=True, kw_only=True):
    """apicaps.APICap: something that a client may ask for."""

    id: str = ""
    enabled: bool = False

    PROTOBUF: ClassVar[tuple[Row, ...]] = (Row(1, "id", "string"), Row(2, "enabled", "bool"))


class Pong(Struct, frozen=True, kw_only=True):
    """PongResponse: what the gateway can do."""

    frontend: tuple[Capability, ...] = ()
    operations: tuple[Capability, ...] = ()
    workers: tuple[Worker, ...] = ()

    PROTOBUF: ClassVar[tuple[Row, ...]] = (
        Row(1, "frontend", "message", Capability, repeated=True),
        Row(2, "operations", "message", Capability, repeated=True),
        Row(3, "workers", "message", Worker, repeated=True),
    )


class GatewaySolveRequest(Struct, frozen=True, kw_only=True):
    """The gateway's SolveRequest, as far as front ends of clients send it."""

    definition: Definition | None = None
    frontend: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    imports: tuple[CacheEntry, ...] = ()
    inputs: dict[str, Definition] = field(default_factory=dict)
    evaluate: bool = False

    PROTOBUF: ClassVar[tuple[Row, ...]] = (
        Row(1, "definition", "message", Definition),
        Row(2, "frontend", "string"),
        Row(3, "attributes", "string", mapped=True),
        Row(12, "imports", "message", CacheEntry, repeated=True),
        Row(13, "inputs", "message", Definition, mapped=True),
        Row(14, "evaluate", "bool"),
    )


class Reference(Struct, frozen=True, kw_only=True):
    """A result by its name."""

    id: str = ""

    PROTOBUF: ClassVar[tuple[Row, ...]] = (Row(1, "id", "string"),)


class References(Struct, frozen=True, kw_only=True):
    by_name: dict[str, Reference] = field(default_factory=dict)

    PROTOBUF: ClassVar[tuple[Row, ...]] = (Row(1, "by_name", "message", Reference, mapped=True),)


class Result(Struct, frozen=True, kw_only=True):
    """What a front end has made: one result, or one for each platform."""

    one: Reference | None = None
    several: References | None = None
    metadata: dict[str, bytes] = field(default_factory=dict)

    PROTOBUF: ClassVar[tuple[Row, ...]] = (
        Row(3, "one", "message", Reference),
        Row(4, "several", "message", References),
        Row(10, "metadata", "bytes", mapped=True),
    )


class GatewaySolveReply(Struct, frozen=True, kw_only=True):
    """The gateway's SolveResponse."""

    result: Result = Result()

    PROTOBUF: ClassVar[tuple[Row, ...]] = (Row(3, "result", "message", Result),)


class ReturnRequest(Struct, frozen=True, kw_only=True):
    """How a front end has ended."""

    result: Result | None = None
    error: Status | None = None

    PROTOBUF: ClassVar[tuple[Row, ...]] = (Row(1, "result", "message", Result), Row(2, "error", "message", Status))


class EvaluateRequest(Struct, frozen=True, kw_only=True):
    """The gateway's EvaluateRequest."""

    reference: str = ""

    PROTOBUF: ClassVar[tuple[Row, ...]] = (Row(1, "reference", "string"),)
