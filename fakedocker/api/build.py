"""Building an image: the parameters of POST /build, read as docker reads them, and the stream of its output.

Source: moby api/server/router/build/build_routes.go.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from fakedocker.api.call import Call
from fakedocker.api.streams import TaskStream
from fakedocker.base import messages
from fakedocker.exchanges import Exchange
from fakedocker.operations.building import begin, progress
from fakedocker.wire import decode
from fakedocker.wire.container import HostConfig, LogConfig, Ulimit
from fakedocker.wire.http import Query
from fakedocker.world.builds import BuildOptions
from fakedocker.world.draft import Draft

T = TypeVar("T")
_CLASSIC, _BUILDKIT = "1", "2"


class BuildStream(TaskStream):
    """The output of a build, which ends with its client."""

    def disconnect(self, draft: Draft, exchange: Exchange) -> None:
        progress.cancel(draft, self._task)


def build(call: Call) -> BuildStream:
    """Build an image with the classic builder."""
    query = call.query
    version = query.text("version") or _CLASSIC
    if version == _BUILDKIT:
        raise messages.NOT_SIMULATED(what="BuildKit")
    if version != _CLASSIC:
        raise messages.Refusal(400, f"invalid version: {version}")
    if query.all("securityopt"):
        raise messages.Refusal(400, "security options are not supported on linux")
    if query.flag("squash"):
        raise messages.Refusal(400, "squash is only supported with experimental mode")
    if query.text("remote"):
        raise messages.NOT_SIMULATED(what="a remote build context")
    options = BuildOptions(
        tags=begin.tags(query.all("t")),
        use_cache=not query.flag("nocache"),
        cache_from=tuple(_json(query, "cachefrom", list[str], "cache-from") or ()),
        pull=query.flag("pull"),
        quiet=query.flag("q"),
        remove=query.flag("forcerm") or not query.text("rm") or query.flag("rm"),
        force_remove=query.flag("forcerm"),
        platform=query.text("platform"),
        host_config=_host_config(query),
    )
    task = begin.begin(
        call.draft,
        call.request.body,
        dockerfile=query.text("dockerfile"),
        target=query.text("target"),
        labels=_json(query, "labels", dict[str, str], "labels") or {},
        arguments=_json(query, "buildargs", dict[str, str | None], "build args") or {},
        options=options,
    )
    return BuildStream(task)


def _json(query: Query, name: str, kind: type[T], what: str) -> T | None:
    """A parameter whose value is JSON; None where there is none. Refusal."""
    text = query.text(name)
    if not text or text == "null":
        return None
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.ValidationError as problem:
        raise messages.Refusal(400, f"error reading {what}: {problem}") from None
    except msgspec.DecodeError:
        raise messages.Refusal(400, f"error reading {what}: {decode.syntax_problem(text.encode())}") from None


def _host_config(query: Query) -> HostConfig:
    """What the containers of RUN are limited by. Their output is the build's: nothing logs it."""
    return HostConfig(
        cgroup_parent=query.text("cgroupparent"),
        cpu_period=query.number("cpuperiod") or 0,
        cpu_quota=query.number("cpuquota") or 0,
        cpu_shares=query.number("cpushares") or 0,
        cpuset_cpus=query.text("cpusetcpus"),
        cpuset_mems=query.text("cpusetmems"),
        extra_hosts=query.all("extrahosts") or None,
        isolation=query.text("isolation"),
        log_config=LogConfig("none", {}),
        memory=query.number("memory") or 0,
        memory_swap=query.number("memswap") or 0,
        network_mode=query.text("networkmode"),
        shm_size=query.number("shmsize") or 0,
        ulimits=tuple(_json(query, "ulimits", list[Ulimit], "ulimit settings") or ()) or None,
    )
