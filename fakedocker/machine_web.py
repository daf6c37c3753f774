"""What of the machine stands for the web: folders that are given URLs, and servers on its loopback interface, for
builds and imports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fakedocker.engine.engine import Engine
from fakedocker.registry.model import OutsideWeb

if TYPE_CHECKING:
    from fakedocker.outside_web import Site


class MachineWeb:
    """Given with --web and --real-web.

    Args:
        sites: URLs and the folders that stand for them.
        loopback: whether servers on 127.0.0.0/8 and ::1 are asked where nothing of the simulation listens.
    """

    def __init__(self, sites: Sequence[Site], loopback: bool) -> None:
        self._sites = tuple(sites)
        self._loopback = loopback
        self._web = OutsideWeb(sites=tuple(sorted(site.url for site in sites)), loopback=loopback)
        self._opened: Engine | None = None

    def show(self, engine: Engine) -> None:
        """Let the simulation know of it."""
        if engine.world.web != self._web:
            engine.change("web", self._web)
        if self._opened is not engine and (self._sites or self._loopback):
            from fakedocker.outside_web import OutsideFetcher  # with http.client, which most runs do without

            engine.errands.performers.append(OutsideFetcher(self._sites, self._loopback).perform)
            self._opened = engine

    def take_back(self, engine: Engine) -> None:
        """Nothing is written to the web."""

    def forget(self) -> None:
        """Nothing of it is kept."""
