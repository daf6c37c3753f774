"""Plugins of the daemon, as far as they are simulated: drivers of volumes and networks that do what the built-in ones do."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

Kind = Literal["volume", "network"]
CAPABILITIES: Final[dict[Kind, str]] = {"volume": "volumedriver", "network": "networkdriver"}
"""What the engine calls each kind of driver."""


class Plugin(Struct, frozen=True, gc=False, kw_only=True):
    """A plugin that is installed."""

    id: str
    name: str
    """With its tag, as the daemon writes it: acme/store:latest."""
    kind: Kind
    description: str = ""
    enabled: bool = True


class NewPlugin(Struct, frozen=True, gc=False, kw_only=True):
    """A plugin that is to be installed, as it is asked for."""

    name: str
    kind: Kind
    description: str = ""
    enabled: bool = True


class NoSuchPlugin(ValueError):
    """A plugin that there cannot be; the message says why."""
