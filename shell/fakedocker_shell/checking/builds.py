"""Trying a Dockerfile: the build by the docker command line, its image's layers, and what its context is for."""

from __future__ import annotations

import json
import os
import re
import shlex
import stat
from collections.abc import Iterator
from typing import Final, NamedTuple

from fakedocker.base.json_types import JsonObject
from fakedocker.build.ignore import IgnoreRules, read_patterns
from fakedocker_shell.checking.report import Build, Change, LayerSize, Step, Unused
from fakedocker_shell.checking.stage import Stage, objects
from fakedocker_shell.cli.context_paths import NeededPaths

MOST_FILES: Final = 200_000
"""How many files of a context are looked at for what no step copies."""
_STEP: Final = re.compile(r"\[(?:(?P<stage>\S+) )?(?P<number>\d+)/\d+\] (?P<instruction>.*)", re.DOTALL)
_SECONDS: Final = re.compile(r"T(\d+):(\d+):(\d+(?:\.\d+)?)Z")
_ASSUMED: Final = "fakedocker: assume: "
_LONGEST_BYTES: Final = 1 << 20
_SHOWN_UNUSED: Final = 10
_SHOWN_LINES: Final = 5


class Wanted(NamedTuple):
    """A build to try: paths relative to the folder, and what compose says of it."""

    dockerfile: str
    context: str
    target: str = ""
    arguments: tuple[tuple[str, str], ...] = ()


def attempt(stage: Stage, wanted: Wanted, tag: str) -> Build:
    """Build it, and say what there is to say."""
    words = ["docker", "build", "--progress=rawjson", "-t", tag, "-f", wanted.dockerfile]
    words += ["--target", wanted.target] if wanted.target else []
    for name, value in wanted.arguments:
        words += ["--build-arg", f"{name}={value}"]
    ran = stage.run(" ".join(map(shlex.quote, [*words, wanted.context or "."])))
    stage.note_boundaries(f"build {wanted.dockerfile}")
    statuses = objects(ran.err)
    steps = _steps(statuses)
    problem = "" if ran.status == 0 else _problem(ran.err, statuses)
    layers = () if problem else _layers(stage, tag)
    sources = list(_sources(steps))
    return Build(
        dockerfile=wanted.dockerfile, context=wanted.context or ".", target=wanted.target, problem=problem,
        steps=tuple(steps), layers=layers, size_bytes=sum(layer.size_bytes for layer in layers),
        changes=tuple(_changes(steps, sources)),
        unused=() if problem else _unused(os.path.join(stage.folder, wanted.context), wanted.dockerfile, sources),
    )  # fmt: skip


def lacks_sources(build: Build) -> bool:
    """Whether a build has failed because what it copies is not in its context."""
    return "failed to calculate checksum" in build.problem and "not found" in build.problem


def _problem(err: str, statuses: list[JsonObject]) -> str:
    """The last lines of the step that failed, and docker's words."""
    lines = [line for line in err.splitlines() if line and not line.startswith("{")]
    words = [line for line in lines if line.startswith(("ERROR", "fakedocker: "))] or lines[-3:] or ["the build failed"]
    vertices = [vertex for status in statuses for vertex in status.get("vertexes") or ()]
    failed = {vertex["digest"] for vertex in vertices if vertex.get("error")}
    logs = [log for status in statuses for log in status.get("logs") or () if log["vertex"] in failed]
    written = "".join(_text(log.get("data", "")) for log in logs).splitlines()
    return "\n".join([*written[-_SHOWN_LINES:], *words])


def _steps(statuses: list[JsonObject]) -> list[Step]:
    """The steps of the Dockerfile in the order in which they were begun."""
    names: dict[str, JsonObject] = {}
    assumed: set[str] = set()
    for status in statuses:
        for vertex in status.get("vertexes") or ():
            if _STEP.match(vertex.get("name", "")):
                names.setdefault(vertex["digest"], {}).update(vertex)
        for log in status.get("logs") or ():
            if _ASSUMED in _text(log.get("data", "")):
                assumed.add(log["vertex"])
    return [
        Step(name=each["name"], seconds=_seconds(each), cached=bool(each.get("cached")), assumed=digest in assumed)
        for digest, each in names.items()
    ]


def _text(data: str) -> str:
    import base64

    return base64.b64decode(data).decode("utf-8", "replace")


def _seconds(vertex: JsonObject) -> float:
    """How long a vertex took; a build of more than a day is not told right, and there is none."""
    times = []
    for key in ("started", "completed"):
        match = _SECONDS.search(vertex.get(key) or "")
        if match is None:
            return 0.0
        times.append(int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3]))
    return round((times[1] - times[0]) % 86_400, 3)


def _layers(stage: Stage, tag: str) -> tuple[LayerSize, ...]:
    told = stage.run(f"docker history --no-trunc --human=false --format json {shlex.quote(tag)}")
    rows = [row for row in objects(told.out) if int(row["Size"])]
    return tuple(LayerSize(made_by=row["CreatedBy"], size_bytes=int(row["Size"])) for row in reversed(rows))


class _Source(NamedTuple):
    """A step that copies from the context: which, and what it names."""

    place: int
    paths: tuple[str, ...]
    written: str


def _sources(steps: list[Step]) -> Iterator[_Source]:
    for index, step in enumerate(steps):
        match = _STEP.match(step.name)
        instruction = match["instruction"] if match is not None else ""
        keyword, _, rest = instruction.partition(" ")
        if keyword.upper() not in ("COPY", "ADD"):
            continue
        words = _words(rest)
        flags = [word for word in words if word.startswith("--")]
        given = [word for word in words if not word.startswith("--")][:-1]
        local = tuple(word for word in given if "://" not in word and not word.startswith(("git@", "<<")))
        if local and not any(flag.startswith("--from=") for flag in flags):
            yield _Source(index, local, " ".join(local))


def _words(text: str) -> list[str]:
    if text.lstrip().startswith("["):
        try:
            return [str(word) for word in json.loads(text)]
        except ValueError:
            pass
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _changes(steps: list[Step], sources: list[_Source]) -> Iterator[Change]:
    """What is made again when a source has changed: that step, what follows in its stage, and stages that copy from that one."""
    for source in sources:
        yield Change(files=source.written, step=steps[source.place].name, again=tuple(_made_again(steps, source.place)))


def _made_again(steps: list[Step], first: int) -> Iterator[str]:
    changed: dict[str, int] = {}
    for index, step in enumerate(steps):
        match = _STEP.match(step.name)
        assert match is not None
        stage, number = match["stage"] or "", int(match["number"])
        origin = re.search(r"--(?:from|mount=\S*from)=([\w.-]+)", match["instruction"])
        based = re.match(r"FROM ([\w.-]+)\Z", match["instruction"])
        above = (origin or based) is not None and (origin or based)[1] in changed  # type: ignore[index]  # one of them is there
        if index == first or above or (stage in changed and number > changed[stage]):
            changed.setdefault(stage, number)
            yield step.name


def _unused(context: str, dockerfile: str, sources: list[_Source]) -> tuple[Unused, ...]:
    """What of a context no step copies, by its first name. Nothing where it is too large to be looked at whole."""
    needed = NeededPaths(path for source in sources for path in source.paths)
    if os.path.realpath(context) != os.path.normpath(context):  # a link may lead out of the folder
        return ()
    rules = _ignored(context, dockerfile)
    found: dict[str, list[int]] = {}
    seen = 0
    for relative, size_bytes in _files(context):
        seen += 1
        if seen > MOST_FILES:
            return ()
        if rules.excludes(relative) or relative == os.path.basename(dockerfile) or relative == ".dockerignore":
            continue
        if not needed.needs(relative):
            counts = found.setdefault(relative.partition("/")[0], [0, 0])
            counts[0] += 1
            counts[1] += size_bytes
    largest = sorted(found.items(), key=lambda item: (-item[1][1], item[0]))[:_SHOWN_UNUSED]
    return tuple(Unused(name=name, files=files, size_bytes=size) for name, (files, size) in largest)


def _ignored(context: str, dockerfile: str) -> IgnoreRules:
    for name in (f"{os.path.basename(dockerfile)}.dockerignore", ".dockerignore"):
        path = os.path.join(context, name)
        try:
            if stat.S_ISREG(os.lstat(path).st_mode):  # a pipe would keep who opens it waiting
                with open(path, encoding="utf-8", errors="replace") as file:
                    return IgnoreRules(read_patterns(file.read(_LONGEST_BYTES)))
        except OSError:
            continue
    return IgnoreRules(())


def _files(context: str) -> Iterator[tuple[str, int]]:
    pending = [""]
    while pending:
        relative = pending.pop()
        try:
            with os.scandir(os.path.join(context, relative)) as entries:
                for entry in entries:
                    path = f"{relative}/{entry.name}" if relative else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(path)
                    else:
                        yield path, entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
