"""Which image a tag of an official repository named on a day, what that image is built from, and its whole configuration.

Days are whole numbers, 0 is 2013-01-01. A tag that the list has dropped goes on naming its last image, as on Docker Hub. This
module must not know what is in an image.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

import msgspec

from fakedocker.base.clock import SECOND_NS
from fakedocker.base.platform import Platform
from fakedocker.registry.hub import kept
from fakedocker.registry.hub.kept import ConfigRow, ImageRow
from fakedocker.wire.container import HealthConfig
from fakedocker.wire.image import ImageConfig

DAY_NS: Final = 86_400 * SECOND_NS
_DAY_ZERO: Final = 15_706
"""2013-01-01 in days since 1970."""
_BUILT_HOUR_NS: Final = 2 * 3600 * SECOND_NS
"""The facts know the day of a build, not its hour."""
PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_DEEPEST: Final = 16
"""More images below one another than there ever were."""
_PLATFORMS: Final = {
    "amd64": Platform("linux", "amd64"),
    "arm32v5": Platform("linux", "arm", "v5"),
    "arm32v6": Platform("linux", "arm", "v6"),
    "arm32v7": Platform("linux", "arm", "v7"),
    "arm64v8": Platform("linux", "arm64", "v8"),
    "i386": Platform("linux", "386"),
    "mips64le": Platform("linux", "mips64le"),
    "ppc64le": Platform("linux", "ppc64le"),
    "riscv64": Platform("linux", "riscv64"),
    "s390x": Platform("linux", "s390x"),
}


class Found(NamedTuple):
    """An image of an official repository, as it was built on a day."""

    repository: str
    number: int
    built: int


class Base(NamedTuple):
    """What an image is built from: an official image, or one kept elsewhere; neither for one from scratch."""

    official: Found | None = None
    elsewhere: str = ""


def day_of(now_ns: int) -> int:
    """The day of an instant."""
    return now_ns // DAY_NS - _DAY_ZERO


def instant_of(day: int) -> int:
    """When an image of a day was built, in nanoseconds since 1970: early, so that it is there in the morning."""
    return (day + _DAY_ZERO) * DAY_NS + _BUILT_HOUR_NS


def last_day() -> int:
    """The last day that the facts know."""
    return kept.index().last_day


def find(repository: str, tag: str, day: int) -> Found | None:
    """What a tag names on a day; None where there is no such tag yet.

    Raises:
        DamagedFacts: the repository's file cannot be read.
    """
    facts = kept.facts(repository)
    history = facts.history(tag) if facts is not None else None
    if facts is None or history is None:
        return None
    number, until = -1, day
    for since, image in history:
        if since > day:
            break
        if image < 0:
            until = since
        else:
            number, until = image, day
    if number < 0:
        return None
    return Found(repository, number, _built(facts.image(number), until))


def tags_on(repository: str, day: int) -> tuple[str, ...]:
    """Every tag that there was by a day, sorted. Reads the history of each.

    Raises:
        DamagedFacts: the repository's file cannot be read.
    """
    facts = kept.facts(repository)
    if facts is None:
        return ()
    return tuple(sorted(tag for tag in facts.tags() if (history := facts.history(tag)) and history[0][0] <= day))


def other_tag(found: Found, pattern: str) -> str:
    """The first group of a pattern in a tag that named an image when it was built, "" where none matches."""
    facts = _facts(found.repository)
    for tag in facts.tags():
        match = re.fullmatch(pattern, tag)
        if match is None:
            continue
        history = facts.history(tag) or ()
        if any(number == found.number for _, number in history):
            return match[1]
    return ""


def image_of(found: Found) -> ImageRow:
    """What the facts say about an image."""
    return _facts(found.repository).image(found.number)


def platforms_of(found: Found) -> tuple[Platform, ...]:
    """The platforms that an image was built for, as far as they are Linux's."""
    if config_of(found).from_.startswith("microsoft/"):
        return ()  # of the years before the list named architectures
    return tuple(_PLATFORMS[name] for name in image_of(found).architectures.split() if name in _PLATFORMS)


def config_of(found: Found) -> ConfigRow:
    """The configuration of an image by itself; an empty one where it is not known."""
    number = image_of(found).config
    return _facts(found.repository).config(number) if number >= 0 else ConfigRow("scratch", 1, env={"PATH": PATH})


def base_of(found: Found) -> Base:
    """What an image is built from, as it was on the day that the image was built."""
    return named(config_of(found).from_, found.built)


def named(base: str, day: int) -> Base:
    """What a FROM meant on a day."""
    if base == "scratch":
        return Base()
    name, _, tag = base.partition("@")[0].partition(":")
    official = find(name, tag or "latest", day) or _first(name, tag or "latest")
    return Base(official, "" if official else base)


@lru_cache(maxsize=1024)
def whole_config(found: Found, depth: int = 0) -> ImageConfig:
    """The configuration of an image laid over its base's."""
    base = base_of(found)
    below = ImageConfig()
    if base.official is not None and depth < _DEEPEST:
        below = whole_config(base.official, depth + 1)
    elif base.elsewhere:
        below = ImageConfig(env=(f"PATH={PATH}",))
    return lay_over(config_of(found), below)


def lay_over(config: ConfigRow, below: ImageConfig) -> ImageConfig:
    """A configuration over that of its base, as a Dockerfile's instructions change it."""
    environment = dict(entry.split("=", 1) for entry in below.env or ())
    known = dict(environment)
    environment.update((name, _expanded(value, known)) for name, value in config.env.items())
    exposed = {**(below.exposed_ports or {}), **{_expanded(port, known): {} for port in config.expose}}
    volumes = {**(below.volumes or {}), **{_expanded(path, known): {} for path in config.volume}}
    changed: dict[str, object] = {
        "env": tuple(f"{name}={value}" for name, value in environment.items()) or msgspec.UNSET,
        "exposed_ports": dict(sorted(exposed.items())) or msgspec.UNSET,
        "volumes": dict(sorted(volumes.items())) or msgspec.UNSET,
    }
    if config.entrypoint is not msgspec.UNSET:
        changed.update(entrypoint=config.entrypoint or msgspec.UNSET, cmd=msgspec.UNSET)
    if config.cmd is not msgspec.UNSET:
        changed["cmd"] = config.cmd or msgspec.UNSET
    if config.workdir is not msgspec.UNSET:
        changed["working_dir"] = _joined(below.working_dir or "/", _expanded(config.workdir, known))
    if config.user is not msgspec.UNSET:
        changed["user"] = _expanded(config.user, known)
    if config.stopsignal is not msgspec.UNSET:
        changed["stop_signal"] = config.stopsignal
    if config.healthcheck is not msgspec.UNSET:
        changed["healthcheck"] = HealthConfig(test=config.healthcheck)
    return msgspec.structs.replace(below, **changed)


def _expanded(text: str, environment: Mapping[str, str]) -> str:
    """`${NAME}` is a variable of the base, `$$` a dollar sign."""
    if "$" not in text:
        return text
    return re.sub(r"\$\$|\$\{(\w+)\}", lambda match: environment.get(match[1], "") if match[1] else "$", text)


def _joined(below: str, path: str) -> str:
    return path if path.startswith("/") else f"{below.rstrip('/')}/{path}"


def _built(image: ImageRow, until: int) -> int:
    """The last day on which an image was built, as far as a day; the first where that was later."""
    return max((day for day in image.days if day <= until), default=image.days[0])


def _first(repository: str, tag: str) -> Found | None:
    """A tag that began after it was built upon, which happens where both changed on about one day."""
    facts = kept.facts(repository)
    history = facts.history(tag) if facts is not None else None
    if facts is None or not history:
        return None
    number = history[0][1]
    return Found(repository, number, facts.image(number).days[0]) if number >= 0 else None


def _facts(repository: str) -> kept.Facts:
    facts = kept.facts(repository)
    if facts is None:
        raise kept.DamagedFacts(f"facts about official images: there are none about {repository}")
    return facts
