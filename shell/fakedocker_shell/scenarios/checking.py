"""Whether a check holds in a state. Everything is asked of a fork, so that a check changes nothing, time included.

Owns what each kind of check looks at. The language is `expressions`', comparing is `comparing`'s.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from shlex import quote
from typing import Any, NamedTuple
from urllib.parse import quote as url_quote

from fakedocker.base.numbers import is_digits
from fakedocker.base.profiles import profile_named
from fakedocker.base.units import format_duration, parse_duration
from fakedocker.engine.engine import Engine
from fakedocker.engine.waiting import WaitCannotEnd, WaitTooLong
from fakedocker.faults.model import FaultError
from fakedocker.filesystem.walk import MountTable
from fakedocker.kernel import sockets
from fakedocker.kernel.kernel_base import nobody
from fakedocker.operations.containers import rootfs
from fakedocker.operations.system import files
from fakedocker.wire.http import Request, make_target
from fakedocker.world.world import World
from fakedocker_shell import host
from fakedocker_shell.repl.explain_lines import familiar
from fakedocker_shell.repl.history import Moment
from fakedocker_shell.scenarios import ran
from fakedocker_shell.scenarios.comparing import abbreviated, holds, lookup
from fakedocker_shell.scenarios.expressions import Check
from fakedocker_shell.scenarios.model import Goal
from fakedocker_shell.session import Session, make_engine

_STREAM = "check"
_HTTP_SECONDS = 5
_TIMED_OUT = 124
_FAULT_SHOWS_NS = 30_000_000_000
"""How long after a fault the state is looked at."""
_PATTERN = frozenset("*?")
_FILTER_OF_WORD = {
    "containers": {"running": "status=running", "exited": "status=exited", "created": "status=created"},
    "images": {"dangling": "dangling=true"},
    "volumes": {"dangling": "dangling=true"},
    "networks": {"custom": "type=custom"},
}
_LIST_PATHS = {
    "containers": "/containers/json",
    "images": "/images/json",
    "volumes": "/volumes",
    "networks": "/networks",
}
_OBJECT_PATHS = {
    "container": "/containers/{}/json",
    "image": "/images/{}/json",
    "volume": "/volumes/{}",
    "network": "/networks/{}",
    **{kind: f"/{kind}s/{{}}" for kind in ("service", "secret", "config")},
}


class Result(NamedTuple):
    """Whether a check holds, and what was found, in a few words; "" where there is nothing to add."""

    holds: bool
    found: str = ""


class Checker:
    """Answers checks about one state.

    Args:
        moment: the state, and what was run until then.
        baseline: the world that `changed` and `unchanged` compare with.
    """

    def __init__(self, moment: Moment, baseline: World) -> None:
        self._moment = moment
        self._baseline = baseline
        self._engine: Engine | None = None
        self._futures: dict[str, Checker] = {}
        self._results: dict[str, Result] = {}

    def is_of(self, moment: Moment) -> bool:
        """Whether it answers about this very state."""
        return self._moment.world is moment.world and self._moment.ran is moment.ran

    def result(self, check: Check) -> Result:
        """Whether a check holds; each is looked at once."""
        if check.text not in self._results:
            self._results[check.text] = _KINDS[check.kind](self, check)
        return self._results[check.text]

    def reached(self, goal: Goal) -> bool:
        """Whether a goal is reached; stops at the first check that says no."""
        return all(self.result(check).holds for check in goal.all) and not any(
            self.result(check).holds for check in goal.none
        )

    # asking a fork

    def _fork(self) -> Engine:
        engine, _ = make_engine(world=self._moment.world)
        engine.journaling = False
        return engine

    def _get(self, path: str, **query: Any) -> Any:
        """What the API answers; None where it refuses."""
        if self._engine is None:
            self._engine = self._fork()
        reply = self._engine.perform(Request(method="GET", target=make_target(path, query))).reply
        if reply is None or reply.status >= 400 or reply.body is None:
            return None
        return json.loads(reply.body)

    def _run(self, command: str) -> tuple[str, int, Engine]:
        """Run a command on the host of a fork: its output, its status, and the fork."""
        engine = self._fork()
        output: list[bytes] = []
        session = Session(engine, lambda fd, data: output.append(data), stream=_STREAM)
        session.run_command(f"cd {host.HOME}; {command}")
        try:
            status = session.run_to_end(lambda: b"")
        except (WaitCannotEnd, WaitTooLong):
            status = _TIMED_OUT
        return b"".join(output).decode("utf-8", "replace").strip(), status, engine

    # objects

    def _documents(self, kind: str, name: str) -> dict[str, Any]:
        """What inspect says of one object, or of all that a pattern names, by name."""
        names = self._names(kind) if _PATTERN & set(name) else [name]
        wanted = [each for each in names if each == name or fnmatchcase(each, name)]
        found = {each: self._get(_OBJECT_PATHS[kind].format(url_quote(each, safe="/:@"))) for each in wanted}
        return {each: document for each, document in found.items() if document is not None}

    def _names(self, kind: str) -> list[str]:
        if kind == "container":
            return sorted(entry["Names"][0][1:] for entry in self._get("/containers/json", all="1"))
        if kind == "image":
            tags = [tag for entry in self._get("/images/json") for tag in entry["RepoTags"] or ()]
            return sorted(familiar(tag) for tag in tags)
        if kind == "volume":
            return sorted(entry["Name"] for entry in self._get("/volumes")["Volumes"] or ())
        if kind == "network":
            return sorted(entry["Name"] for entry in self._get("/networks"))
        return sorted(entry["Spec"]["Name"] for entry in self._get(f"/{kind}s") or ())

    def _object(self, check: Check) -> Result:
        documents = self._documents(check.kind, check.subject)
        if check.operator in ("exists", "absent"):
            return _presence(bool(documents), check)
        if not documents:
            return Result(False, f"there is no {check.kind} {check.subject}")
        values = {name: lookup(document, check.path) or [None] for name, document in documents.items()}
        if check.operator in ("changed", "unchanged"):
            before = Checker(Moment(self._baseline, ()), self._baseline)._documents(check.kind, check.subject)
            old = {name: lookup(document, check.path) or [None] for name, document in before.items()}
            told = f"it was {abbreviated(_flat(old))}" if old else ""
            return Result((old != values) == (check.operator == "changed"), told)
        result = _compare([value for found in values.values() for value in found], check)
        if not _PATTERN & set(check.subject):
            return result
        each = ", ".join(f"{name}: {abbreviated(_only(found))}" for name, found in values.items())
        return Result(result.holds, abbreviated(each))

    def _count(self, check: Check) -> Result:
        words = _FILTER_OF_WORD[check.subject]
        filters: dict[str, list[str]] = {}
        for word in check.path:
            key, equals, value = words.get(word, word).partition("=")
            filters.setdefault(key, []).append(value if equals else "true")
        query = {"filters": json.dumps(filters)} if filters else {}
        if check.subject == "containers":
            query["all"] = "1"
        answer = self._get(_LIST_PATHS[check.subject], **query)
        if answer is None:
            return Result(False, f"docker refuses the filter {' '.join(check.path)}")
        entries = (answer["Volumes"] or []) if check.subject == "volumes" else answer
        return _compare([len(entries)], check)

    # the network

    def _http(self, check: Check) -> Result:
        if check.path:
            text, status, _ = self._run(f"curl -s -m {_HTTP_SECONDS} {quote(check.subject)}")
            return _compare([text], check) if not status else Result(False, "nobody answers")
        asked = f"curl -s -o /dev/null -m {_HTTP_SECONDS} -w '%{{http_code}}' {quote(check.subject)}"
        text, _, _ = self._run(asked)
        code = int(text) if is_digits(text) else 0
        result = _compare([code], check)
        return result if code else Result(result.holds, "nobody answers")

    def _port(self, check: Check) -> Result:
        world, number = self._moment.world, int(check.subject)
        found = [
            {
                "HostIp": entry.host_ip,
                "Container": world.containers[identifier].name,
                "ContainerPort": entry.container_port,
                "Protocol": entry.protocol,
            }
            for identifier, entries in world.published.items()
            for entry in entries
            if entry.host_port == number
        ]
        if not check.path:
            return _presence(bool(found), check)
        if not found:
            return Result(False, f"port {number} is not published")
        return _compare([entry[check.path[0]] for entry in found], check)

    def _resolve(self, check: Check) -> Result:
        engine = self._fork()
        identifier, problem = self._running(check.subject)
        if identifier is None:
            return Result(False, problem)
        addresses = engine.draft.kernel.outside(identifier).resolve(check.value)
        return Result(bool(addresses), ", ".join(addresses) or f"{check.subject} finds no {check.value}")

    def _reach(self, check: Check) -> Result:
        engine = self._fork()
        identifier, problem = self._running(check.subject)
        if identifier is None:
            return Result(False, problem)
        name, _, port = check.value.rpartition(":")
        kernel = engine.draft.kernel
        addresses = kernel.outside(identifier).resolve(name)
        if not addresses:
            return Result(False, f"{check.subject} finds no {name}")
        namespace = kernel.draft.namespaces[identifier]
        try:
            number = sockets.connect(
                kernel.draft, kernel.router, nobody(namespace, "/"), namespace.network, addresses[0], int(port), "tcp"
            )
        except OSError as refused:
            return Result(False, f"{addresses[0]}:{port}: {refused.strerror}")
        return Result(not kernel.draft.sockets[number].error, f"{addresses[0]}:{port}")

    def _running(self, name: str) -> tuple[str | None, str]:
        """The id of a running container, or None and why."""
        world = self._moment.world
        identifier = world.container_names.get(name)
        if identifier is None:
            return None, f"there is no container {name}"
        if not world.containers[identifier].is_running:
            return None, f"{name} is not running"
        return identifier, ""

    # files, output, commands

    def _file(self, check: Check) -> Result:
        draft = self._fork().draft
        name, colon, path = check.subject.partition(":")
        table: MountTable
        if colon:
            identifier = self._moment.world.container_names.get(name)
            if identifier is None:
                return Result(check.operator == "absent", f"there is no container {name}")
            table = rootfs.mount_table(draft, draft.containers[identifier])
        else:
            table, path = rootfs.host_mounts(draft), name if name.startswith("/") else f"{host.HOME}/{name}"
        if check.operator in ("exists", "absent"):
            return _presence(files.exists(draft, table, path), check)
        try:
            place = files.locate(draft, table, path)
            data = files.read(draft, place.mount.filesystem, _within(place.mount.target, place.path))
        except OSError as problem:
            return Result(False, str(problem.strerror))
        return _compare([_text(data).strip()], check)

    def _logs(self, check: Check) -> Result:
        text, status, _ = self._run(f"docker logs {quote(check.subject)} 2>&1")
        return _compare([text], check) if not status else Result(False, text)

    def _exec(self, check: Check) -> Result:
        identifier, problem = self._running(check.subject)
        if identifier is None:
            return Result(False, problem)
        text, status, _ = self._run(f"docker exec {quote(check.subject)} {check.path[0]}")
        return _compare([status if len(check.path) > 1 else text], check)

    def _ran(self, check: Check) -> Result:
        commands = [words for command in self._moment.ran for words in command.docker]
        return _compare(
            [ran.count(check.subject, commands, profile_named(self._moment.world.profile).client.release)], check
        )

    def _time(self, check: Check) -> Result:
        began_ns = self._moment.world.now_ns
        text, status, engine = self._run(check.subject)
        if status:
            return Result(False, text or f"status {status}")
        took_ns = engine.now_ns - began_ns
        return Result(
            holds(took_ns, check.operator, str(parse_duration(check.value))), f"it takes {format_duration(took_ns)}"
        )

    def _after(self, check: Check) -> Result:
        assert check.inner is not None
        if check.subject not in self._futures:
            try:
                self._futures[check.subject] = Checker(self._future(check), self._baseline)
            except FaultError as problem:
                return Result(False, str(problem))
        return self._futures[check.subject].result(check.inner)

    def _future(self, check: Check) -> Moment:
        """The state after a command or a stretch of time."""
        if check.path == ("command",) and not check.subject.startswith(":"):
            _, _, engine = self._run(check.subject)
        else:
            engine = self._fork()
            duration_ns = _FAULT_SHOWS_NS
            if check.path == ("command",):
                engine.inject(check.subject.partition(" ")[2])
            else:
                duration_ns = parse_duration(check.subject)
            engine.advance(engine.now_ns + duration_ns)
            while engine.turn():
                continue
        return Moment(engine.snapshot(), self._moment.ran)

    def _not(self, check: Check) -> Result:
        assert check.inner is not None
        result = self.result(check.inner)
        return Result(not result.holds, result.found)


def _only(found: list[Any]) -> Any:
    return found[0] if len(found) == 1 else found


def _flat(found: Mapping[str, list[Any]]) -> Any:
    return _only([value for values in found.values() for value in values])


def _text(data: bytes) -> str:
    """A file as text; one that is none is taken byte by byte, which is quick."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _within(target: str, path: str) -> str:
    """A path in the file system that is mounted at the target."""
    return path if target == "/" else path[len(target) :] or "/"


def _presence(there: bool, check: Check) -> Result:
    return Result(there == (check.operator == "exists"), "" if there else "it is not there")


def _compare(values: list[Any], check: Check) -> Result:
    """Whether the comparison is true of one of the values."""
    found = abbreviated(_only(values))
    return Result(
        any(holds(value, check.operator, check.value) for value in values), f"it is {found}" if found else "it is empty"
    )


_KINDS: Mapping[str, Callable[[Checker, Check], Result]] = {
    **dict.fromkeys(_OBJECT_PATHS, Checker._object),
    "count": Checker._count,
    "http": Checker._http,
    "port": Checker._port,
    "reach": Checker._reach,
    "resolve": Checker._resolve,
    "file": Checker._file,
    "logs": Checker._logs,
    "exec": Checker._exec,
    "ran": Checker._ran,
    "time": Checker._time,
    "after": Checker._after,
    "not": Checker._not,
}
