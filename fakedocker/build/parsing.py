"""From a line to an instruction: which arguments and flags each takes, and what docker says when they are wrong.

Source: the Dockerfile reference; buildkit frontend/dockerfile/instructions (parse.go) and parser (line_parsers.go).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from fakedocker.base.clock import MILLISECOND_NS
from fakedocker.base.units import parse_duration
from fakedocker.build import instructions as kinds, words
from fakedocker.build.instructions import CommandLine, From, Step
from fakedocker.build.lines import BadDockerfile, Line, split
from fakedocker.build.suggestions import with_suggestion
from fakedocker.wire.container import HealthConfig

_STAGE_NAME = re.compile(r"[a-z][a-z0-9\-_.]*")
_RESERVED_STAGES = ("context", "scratch")
_ONBUILD = re.compile(r"(?i)^\s*ONBUILD\s*")
_HEREDOC_WORD = re.compile(r"\d*<<-?['\"]?([^<'\"]+)['\"]?")
_SWITCHES = ("keep-git-dir", "link", "parents")
_REPEATABLE = ("exclude", "mount", "device")
_COPY_FLAGS = ("chmod", "chown", "exclude", "from", "link", "parents")
_ADD_FLAGS = ("checksum", "chmod", "chown", "exclude", "keep-git-dir", "link")
_RUN_FLAGS = ("device", "mount", "network", "security")
_HEALTH_FLAGS = ("interval", "retries", "start-interval", "start-period", "timeout")


def parse(line: Line, escape: str) -> Step | From:
    """The instruction of a line.

    Raises:
        BadDockerfile: with docker's words.
    """
    keyword = line.keyword.upper()
    parser = _PARSERS.get(keyword)
    if parser is None:
        problem = with_suggestion(f"unknown instruction: {line.keyword}", keyword, _PARSERS)
        raise BadDockerfile(problem)
    return replace(parser(_Request(line, keyword, escape)), lines=line.lines)


class _Request(NamedTuple):
    line: Line
    keyword: str
    escape: str

    @property
    def text(self) -> str:
        return self.line.text.strip()

    def flags(self, *known: str) -> Mapping[str, str]:
        """The flags by name; those that may be repeated keep their last value."""
        found: dict[str, str] = {}
        for flag in self.line.flags:
            name, equals, value = flag[2:].partition("=")
            if name not in known:
                raise BadDockerfile(with_suggestion(f"unknown flag: --{name}", name, known))
            if name in found and name not in _REPEATABLE:
                raise BadDockerfile(f"duplicate flag specified: --{name}")
            if not equals and name in _SWITCHES:
                value = "true"
            elif not equals or (not value and name in _SWITCHES):
                raise BadDockerfile(f"missing a value on flag: --{name}")
            found[name] = value
        return found

    def repeated(self, wanted: str) -> tuple[str, ...]:
        """Every value of a flag that may be repeated."""
        found = (flag[2:].partition("=") for flag in self.line.flags)
        return tuple(value for name, _, value in found if name == wanted)

    def list_or_words(self) -> tuple[str, ...]:
        """A JSON array, or words between spaces."""
        found = words.json_list(self.line.rest)
        return words.by_space(self.line.rest) if found is None else found

    def command(self) -> CommandLine:
        found = words.json_list(self.line.rest)
        if found is not None:
            return CommandLine(words=found, shell=False)
        line = (self.line.rest,) if self.line.rest else ()
        return CommandLine(words=line, shell=True, heredocs=self.line.heredocs)

    def only(self) -> str:
        """The one argument: the whole rest of the line."""
        if not self.line.rest:
            raise BadDockerfile(f"{self.keyword} requires exactly one argument")
        return self.line.rest


def _pairs(request: _Request) -> tuple[tuple[str, str], ...]:
    request.flags()
    found = words.pairs(request.line.rest, request.keyword, request.escape)
    if not found:
        raise BadDockerfile(f"{request.keyword} requires at least one argument")
    if not all(name for name, _ in found):
        raise BadDockerfile(f"{request.keyword} names can not be blank")
    return found


def _from(request: _Request) -> From:
    arguments = words.by_space(request.line.rest)
    name = ""
    if len(arguments) == 3 and arguments[1].lower() == "as":
        name = arguments[2].lower()
        if _STAGE_NAME.fullmatch(name) is None:
            why = "name can't start with a number or contain symbols"
            raise BadDockerfile(f"invalid name for build stage: {words.go_quoted(arguments[2])}, {why}")
        if name in _RESERVED_STAGES:
            raise BadDockerfile(f"invalid name for build stage: {words.go_quoted(arguments[2])}, name is reserved")
    elif len(arguments) != 1:
        raise BadDockerfile("FROM requires either one or three arguments")
    platform = request.flags("platform").get("platform", "")
    return From(text=request.text, base=arguments[0], name=name, platform=platform)


def _arg(request: _Request) -> kinds.Arg:
    request.flags()
    found: list[tuple[str, str | None]] = []
    for word in words.quoted(request.line.rest, request.escape):
        name, equals, value = word.partition("=")
        if not name:
            raise BadDockerfile("ARG names can not be blank")
        found.append((name, value if equals else None))
    if not found:
        raise BadDockerfile("ARG requires at least one argument")
    return kinds.Arg(text=request.text, pairs=tuple(found))


def _env(request: _Request) -> kinds.Env:
    return kinds.Env(text=request.text, pairs=_pairs(request))


def _label(request: _Request) -> kinds.Label:
    return kinds.Label(text=request.text, pairs=_pairs(request))


def _maintainer(request: _Request) -> kinds.Maintainer:
    request.flags()
    return kinds.Maintainer(text=request.text, name=request.only())


def _run(request: _Request) -> kinds.Run:
    flags = request.flags(*_RUN_FLAGS)
    return kinds.Run(
        text=request.text, command=request.command(), flags=tuple(flags), mounts=request.repeated("mount"),
        network=flags.get("network", ""), security=flags.get("security", ""),
    )  # fmt: skip


def _cmd(request: _Request) -> kinds.Cmd:
    request.flags()
    return kinds.Cmd(text=request.text, command=request.command())


def _entrypoint(request: _Request) -> kinds.Entrypoint:
    request.flags()
    command = request.command()
    if not request.line.rest:
        raise BadDockerfile("ENTRYPOINT requires at least one argument")
    return kinds.Entrypoint(text=request.text, command=command)


def _copy(request: _Request) -> kinds.Copy:
    unpacks = request.keyword == "ADD"
    arguments = request.list_or_words()
    if len(arguments) < 2:
        problem = "requires at least two arguments, but only one was provided. Destination could not be determined"
        raise BadDockerfile(f"{request.keyword} {problem}")
    flags = request.flags(*(_ADD_FLAGS if unpacks else _COPY_FLAGS))
    documents = {heredoc.name: heredoc for heredoc in request.line.heredocs}
    sources: list[str] = []
    inline = []
    for source in arguments[:-1]:
        match = _HEREDOC_WORD.fullmatch(source)
        if match is not None and match[1] in documents:
            inline.append(documents[match[1]])
        else:
            sources.append(source)
    return kinds.Copy(
        text=request.text, sources=tuple(sources), destination=arguments[-1], heredocs=tuple(inline), stage=flags.get("from", ""),
        owner=flags.get("chown", ""), mode=flags.get("chmod", ""), parents=flags.get("parents") == "true",
        link=flags.get("link") == "true", excludes=request.repeated("exclude"), checksum=flags.get("checksum", ""),
        keep_git=flags.get("keep-git-dir") == "true",
        flags=tuple(flags), unpacks=unpacks,
    )  # fmt: skip


def _expose(request: _Request) -> kinds.Expose:
    request.flags()
    ports = words.by_space(request.line.rest)
    if not ports:
        raise BadDockerfile("EXPOSE requires at least one argument")
    return kinds.Expose(text=request.text, ports=tuple(sorted(ports)))


def _volume(request: _Request) -> kinds.Volume:
    request.flags()
    paths = tuple(path.strip() for path in request.list_or_words())
    if not paths:
        raise BadDockerfile("VOLUME requires at least one argument")
    if not all(paths):
        raise BadDockerfile("VOLUME specified can not be an empty string")
    return kinds.Volume(text=request.text, paths=paths)


def _user(request: _Request) -> kinds.User:
    request.flags()
    return kinds.User(text=request.text, user=request.only())


def _workdir(request: _Request) -> kinds.Workdir:
    request.flags()
    return kinds.Workdir(text=request.text, path=request.only())


def _shell(request: _Request) -> kinds.Shell:
    request.flags()
    found = words.json_list(request.line.rest)
    if not request.line.rest or found == ():
        raise BadDockerfile("SHELL requires at least one argument")
    if found is None:
        raise BadDockerfile("SHELL requires the arguments to be in JSON form")
    return kinds.Shell(text=request.text, words=found)


def _stopsignal(request: _Request) -> kinds.Stopsignal:
    request.flags()
    return kinds.Stopsignal(text=request.text, signal=request.only())


def _healthcheck(request: _Request) -> kinds.Healthcheck:
    kind, _, rest = request.line.rest.partition(" ")
    rest = rest.strip()
    if not kind:
        raise BadDockerfile("HEALTHCHECK requires at least one argument")
    if kind.upper() == "NONE":
        if rest:
            raise BadDockerfile("HEALTHCHECK NONE takes no arguments")
        return kinds.Healthcheck(text=request.text, health=HealthConfig(test=("NONE",)))
    flags = request.flags(*_HEALTH_FLAGS)
    if kind.upper() != "CMD":
        raise BadDockerfile(f"Unknown type {words.go_quoted(kind.upper())} in HEALTHCHECK (try CMD)")
    if not rest:
        raise BadDockerfile("Missing command after HEALTHCHECK CMD")
    found = words.json_list(rest)
    test = ("CMD-SHELL", rest) if found is None else ("CMD", *found)
    health = HealthConfig(test=test)
    for name in ("interval", "timeout", "start-period", "start-interval"):
        duration = _duration(name, flags.get(name, ""))
        if duration:
            health = replace(health, **{name.replace("-", "_"): duration})
    retries = _retries(flags.get("retries", ""))
    if retries:
        health = replace(health, retries=retries)
    return kinds.Healthcheck(text=request.text, health=health)


def _duration(flag: str, text: str) -> int:
    if not text:
        return 0
    try:
        duration = parse_duration(text)
    except ValueError as problem:
        raise BadDockerfile(str(problem)) from None
    if duration and duration < MILLISECOND_NS:
        raise BadDockerfile(f"Interval {words.go_quoted(flag)} cannot be less than 1ms")
    return duration


def _retries(text: str) -> int:
    if not text:
        return 0
    if re.fullmatch(r"[+-]?\d+", text) is None:
        raise BadDockerfile(f"strconv.ParseInt: parsing {words.go_quoted(text)}: invalid syntax")
    if int(text) < 0:
        raise BadDockerfile(f"--retries cannot be negative ({int(text)})")
    return int(text)


def _onbuild(request: _Request) -> kinds.Onbuild:
    request.flags()
    if not request.line.rest:
        raise BadDockerfile("ONBUILD requires at least one argument")
    keyword = split(request.line.rest, request.escape)[0].upper()
    if keyword == "ONBUILD":
        raise BadDockerfile("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
    if keyword in ("FROM", "MAINTAINER"):
        raise BadDockerfile(f"{keyword} isn't allowed as an ONBUILD trigger")
    return kinds.Onbuild(text=request.text, trigger=_ONBUILD.sub("", request.text))


_PARSERS: dict[str, Callable[[_Request], Step | From]] = {
    "ADD": _copy,
    "ARG": _arg,
    "CMD": _cmd,
    "COPY": _copy,
    "ENTRYPOINT": _entrypoint,
    "ENV": _env,
    "EXPOSE": _expose,
    "FROM": _from,
    "HEALTHCHECK": _healthcheck,
    "LABEL": _label,
    "MAINTAINER": _maintainer,
    "ONBUILD": _onbuild,
    "RUN": _run,
    "SHELL": _shell,
    "STOPSIGNAL": _stopsignal,
    "USER": _user,
    "VOLUME": _volume,
    "WORKDIR": _workdir,
}
