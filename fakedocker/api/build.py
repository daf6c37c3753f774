"""Building an image: the parameters of POST /build, read as docker reads them, and the stream of its output.

Source: moby api/server/router/build/build_routes.go.
"""

from __future__ import annotations

import base64
from typing import Any, ClassVar, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from fakedocker.api import frontend
from fakedocker.api.call import Call
from fakedocker.api.importing import ImportStream
from fakedocker.api.session_timeout import SessionTimeout
from fakedocker.api.streams import Keys, TaskStream
from fakedocker.base import messages, platform as platforms
from fakedocker.build import git_urls
from fakedocker.build.git_urls import GitUrl
from fakedocker.engine.inflight import Exchange, TimeMode
from fakedocker.filesystem import content as contents
from fakedocker.operations.buildkit import opening, session_requests, solver
from fakedocker.operations.buildkit.progress import SolveEnd
from fakedocker.operations.classic_builder import begin, progress
from fakedocker.operations.classic_builder.downloads import URL_SCHEMES
from fakedocker.operations.images import fetching
from fakedocker.wire import buildkit, decode, protobuf
from fakedocker.wire.container import HostConfig, LogConfig, Ulimit
from fakedocker.wire.http import Query
from fakedocker.world.builds import BuildOptions
from fakedocker.world.draft import Draft, Notice
from fakedocker.world.solves import EXPORTED, SolveOptions, SolveTask
from fakedocker.world.tasks import ContextTask

T = TypeVar("T")
_CLASSIC, _BUILDKIT = "1", "2"
_SESSION_CONTEXT = "client-session"
"""What docker's client says, before it built with buildx, where the context comes over its session."""
_EXPORTERS = {
    "": "moby",
    "moby": "moby",
    "image": "moby",
    "docker": "docker",
    "local": "local",
    "tar": "tar",
    "cacheonly": "cacheonly",
}
SECRETS_HEADER = "x-fakedocker-secrets"


class BuildStream(TaskStream):
    """The output of a build, which ends with its client."""

    __stored__: ClassVar[dict[str, Any]] = {"_task": int}
    passive = False

    def disconnect(self, draft: Draft, exchange: Exchange) -> None:
        progress.cancel(draft, self._task)


class RemoteBuildStream(BuildStream, ImportStream):
    """The output of one whose context is fetched first: what fails before there is any is an error with its status."""

    __stored__: ClassVar[dict[str, Any]] = BuildStream.__stored__

    def disconnect(self, draft: Draft, exchange: Exchange) -> None:
        fetching.cancel(draft, self._task)
        super().disconnect(draft, exchange)


class SolveStream(TaskStream):
    """The output of a build by BuildKit: its trace, with the files that it exports at the end.

    Source: moby builder/builder-next/builder.go (the messages with an id).
    """

    passive = False

    def __init__(self, task: int, session: str) -> None:
        super().__init__(task)
        self._patience = SessionTimeout(task, session)

    def subjects(self) -> Keys:
        return (*super().subjects(), ("files", self._task), *self._patience.subjects)

    def notice(self, draft: Draft, exchange: Exchange, notice: Notice) -> None:
        if notice.kind == "files":
            encoded = (base64.b64encode(chunk).decode() for chunk in contents.chunks(notice.value))
            exchange.source = (_aux(buildkit.FILES_ID, text) for text in encoded)
        elif notice.kind == "progress":
            exchange.send(_message(buildkit.TRACE_ID, notice.value))
        elif notice.kind == "done":
            self._end(exchange, notice.value)
        else:
            self._patience.notice(draft, notice)

    def _end(self, exchange: Exchange, how: SolveEnd) -> None:
        if how.image_id:
            exchange.send(_aux(buildkit.IMAGE_ID, {"ID": how.image_id}))
        if how.source is not None:
            exchange.send(_message(buildkit.SOURCE_ID, how.source))
        if how.problem:
            exchange.send(
                msgspec.json.encode({"errorDetail": {"message": how.problem}, "error": how.problem}) + b"\r\n"
            )
        exchange.finish()

    def disconnect(self, draft: Draft, exchange: Exchange) -> None:
        solver.cancel(draft, self._task)

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        """Not for what only the client's session can bring."""
        task = draft.tasks.get(self._task)
        return isinstance(task, SolveTask) and session_requests.is_moving(draft, task)


def _aux(identifier: str, value: object) -> bytes:
    """A message of the stream beside the output."""
    return msgspec.json.encode({"id": identifier, "aux": value}) + b"\r\n"


def _message(identifier: str, message: protobuf.Message) -> bytes:
    """One that holds a message of BuildKit's own."""
    return _aux(identifier, base64.b64encode(protobuf.encode(message)).decode())


def build(call: Call) -> TaskStream:
    """Build an image, by the classic builder or by BuildKit."""
    version = call.query.text("version") or _CLASSIC
    if version == _BUILDKIT:
        return _solve(call)
    return _build(call, version)


def _solve(call: Call) -> SolveStream:
    """A build by BuildKit with its context as the body. Secrets come over the client's session, where there is one.

    Without one they come in a header, and the Dockerfile, where it is not in the context, in a directory of the archive
    that the parameter `dockerfiledirectory` names. The parameter `attests` asks for a statement of where the image comes
    from, as a client of the session asks the front end for it.
    """
    query = call.query
    begin.tags(query.all("t"))
    options = SolveOptions(
        tags=tuple(dict.fromkeys(filter(None, query.all("t")))),
        use_cache=not query.flag("nocache"),
        uncached_stages=tuple(_json(query, "nocachefilter", list[str], "no-cache filter") or ()),
        pull=query.flag("pull"),
        target=query.text("target"),
        platform=query.text("platform"),
        network=query.text("networkmode") or "default",
        extra_hosts=query.all("extrahosts"),
        limits=frontend.limits(
            (entry.name, entry.soft, entry.hard)
            for entry in _json(query, "ulimits", list[Ulimit], "ulimit settings") or ()
        ),
        labels=tuple(sorted((_json(query, "labels", dict[str, str], "labels") or {}).items())),
        secrets=_secrets(call),
        exporter=_exporter(query),
        attests=query.flag("attests"),
    )
    arguments = _json(query, "buildargs", dict[str, str | None], "build args") or {}
    session, dockerfile = query.text("session"), query.text("dockerfile")
    remote = query.text("remote")
    if remote:
        upload = remote if remote != _SESSION_CONTEXT else ""
        if upload:
            frontend.check_source(upload)
            options = replace(options, remote=True, context=upload)
        task = call.draft.draw()
        opening.begin_synced(
            call.draft,
            task,
            session=session,
            dockerfile=dockerfile,
            upload=upload,
            arguments=arguments,
            options=options,
            goal=EXPORTED,
        )
        return SolveStream(task, session)
    task = opening.begin(
        call.draft,
        call.request.body,
        dockerfile=dockerfile,
        directory=query.text("dockerfiledirectory"),
        arguments=arguments,
        options=options,
        session=session,
    )
    return SolveStream(task, session)


def _secrets(call: Call) -> tuple[tuple[str, bytes], ...]:
    """The build's secrets: JSON of ids and contents in base64, in base64 itself. Refusal."""
    text = call.request.headers.get(SECRETS_HEADER, "")
    try:
        encoded = msgspec.json.decode(base64.urlsafe_b64decode(text), type=dict[str, bytes]) if text else {}
    except (ValueError, msgspec.MsgspecError) as problem:
        raise messages.BUILD_PARAMETER(what="secrets", problem=problem) from None
    return tuple(sorted(encoded.items()))


def _remote_build(call: Call, options: BuildOptions) -> RemoteBuildStream:
    """A build whose context, or Dockerfile, is fetched from a server of the simulation (moby builder/remotecontext/detect.go)."""
    query, url = call.query, call.query.text("remote")
    if url == _SESSION_CONTEXT:
        raise messages.SESSION_WITH_V1()
    git = git_urls.parse(url)
    if git is not None:
        url = _git_url(git)
    elif not url.startswith(URL_SCHEMES):
        raise messages.REMOTE_URL(url=url)
    labels = _json(query, "labels", dict[str, str], "labels") or {}
    arguments = _json(query, "buildargs", dict[str, str | None], "build args") or {}
    task = fetching.begin_build(
        call.draft,
        url,
        lambda number, download: ContextTask(
            id=number, download=download, dockerfile=query.text("dockerfile"), target=query.text("target"),
            labels=tuple(sorted(labels.items())), arguments=tuple(sorted(arguments.items())), options=options,
        ),
    )  # fmt: skip
    return RemoteBuildStream(task)


def _git_url(git: GitUrl) -> str:
    """A repository as the classic builder fetches it (moby builder/remotecontext/git). Refusal."""
    if not git.is_web:
        raise messages.NOT_SIMULATED(what=f"fetching {git.remote} by anything but HTTP")
    if git.reference.startswith("-"):
        raise messages.REFSPEC(reference=git.reference)
    return f"{git.remote}#{git.reference or 'master'}:{git.directory}"


def _exporter(query: Query) -> str:
    """What the result becomes. Refusal for what is not simulated."""
    wanted = _json(query, "outputs", list[_Output], "outputs") or []
    if len(wanted) > 1:
        raise messages.BAD_REQUEST(problem=messages.SEVERAL_OUTPUTS)
    kind = wanted[0].type if wanted else ""
    if kind not in _EXPORTERS:
        raise messages.NOT_SIMULATED(what=f"the exporter {kind}")
    return _EXPORTERS[kind]


class _Output(Struct, frozen=True, kw_only=True, rename="pascal"):
    """Where a result goes, as the query has it."""

    type: str = ""
    attrs: dict[str, str] | None = None


def _build(call: Call, version: str) -> BuildStream:
    """A build by the classic builder."""
    query = call.query
    if version != _CLASSIC:
        raise messages.BUILDER_VERSION(version=version)
    if query.all("securityopt"):
        raise messages.BUILD_SECURITY()
    if query.flag("squash"):
        raise messages.BUILD_SQUASH()
    if query.text("platform"):
        try:
            platforms.parse(query.text("platform"))
        except platforms.InvalidPlatform as problem:
            raise messages.BAD_REQUEST(problem=problem) from None
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
    if query.text("remote"):
        return _remote_build(call, options)
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
        raise messages.BUILD_PARAMETER(what=what, problem=problem) from None
    except msgspec.DecodeError:
        raise messages.BUILD_PARAMETER(what=what, problem=decode.syntax_problem(text.encode())) from None
    except RecursionError:
        raise messages.BUILD_PARAMETER(what=what, problem=messages.TOO_DEEP) from None


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
