"""What there is of a project, as the engine knows it: containers, images."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fakedocker.base.numbers import is_digits
from fakedocker_shell.cli.api import Api, escape, filters_query
from fakedocker_shell.cli.errors import DaemonError
from fakedocker_shell.compose import labels


@dataclass(frozen=True, slots=True)
class Found:
    """A container of a list.

    Args:
        summary: the engine's answer about it.
    """

    summary: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.summary["Id"])

    @property
    def name(self) -> str:
        """Its name, without a slash."""
        names = self.summary.get("Names") or [self.id[:12]]
        return str(names[0]).removeprefix("/")

    @property
    def state(self) -> str:
        return str(self.summary.get("State", ""))

    @property
    def is_running(self) -> bool:
        return self.state == "running"

    def label(self, name: str) -> str:
        """A label's value; "" without it."""
        return str((self.summary.get("Labels") or {}).get(name, ""))

    @property
    def service(self) -> str:
        return self.label(labels.SERVICE)

    @property
    def number(self) -> int:
        """Which of its service's containers it is."""
        text = self.label(labels.NUMBER)
        return int(text) if is_digits(text) else 0

    @property
    def is_one_off(self) -> bool:
        """Whether `compose run` made it."""
        return self.label(labels.ONE_OFF) == "True"


async def find(
    api: Api, project: str, *, everything: bool = True, one_off: bool | None = False, more: Sequence[str] = ()
) -> list[Found]:
    """The containers of a project, the newest first.

    Args:
        everything: also those that are not running.
        one_off: only those of `compose run` (True), only the others (False), or all (None).
        more: further labels that they must have.
    """
    wanted = [f"{labels.PROJECT}={project}", *more]
    if one_off is not None:
        wanted.append(f"{labels.ONE_OFF}={one_off}")
    query = {**({"all": "1"} if everything else {}), **filters_query({"label": wanted})}
    return [Found(summary) for summary in await api.get("/containers/json", query) or []]


def of_services(found: Iterable[Found], names: Iterable[str]) -> list[Found]:
    """Those of some services, in the order of their services and numbers."""
    wanted = set(names)
    return sorted((one for one in found if one.service in wanted), key=lambda one: (one.service, one.number, one.name))


def by_service(found: Iterable[Found]) -> dict[str, list[Found]]:
    """service -> its containers, by number."""
    groups: dict[str, list[Found]] = {}
    for one in sorted(found, key=lambda one: (one.service, one.number)):
        groups.setdefault(one.service, []).append(one)
    return groups


async def image_is_there(api: Api, image: str) -> bool:
    """Whether the engine has an image."""
    try:
        await api.get(f"/images/{escape(image)}/json")
    except DaemonError as problem:
        if problem.http_status != 404:
            raise
        return False
    return True
