"""What overlay2 calls the directories of layers and containers below /var/lib/docker/overlay2.

The real daemon draws 64 digits for each. Here they follow from the layer's chain id or the container's id, and lead
back to it.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache

DIRECTORY = "/var/lib/docker/overlay2"
_LINK_DIGITS = 26
_LAYER, _CONTAINER = (
    int(hashlib.sha256(f"overlay2 {kind}".encode()).hexdigest(), 16) for kind in ("layer", "container")
)


def of_layer(chain: str) -> str:
    """The directory of a layer, by its chain id."""
    return _crossed(chain.removeprefix("sha256:"), _LAYER)


def of_container(identifier: str) -> str:
    """The directory of a container's own layer, by its id; that of its initial layer has -init after it."""
    return _crossed(identifier, _CONTAINER)


def path_of_layer(chain: str) -> str:
    """The path of a layer's directory on the host."""
    return f"{DIRECTORY}/{of_layer(chain)}"


def path_of_container(identifier: str) -> str:
    """The same of a container's own layer."""
    return f"{DIRECTORY}/{of_container(identifier)}"


def chain_of(name: str) -> str:
    """The chain id of the layer whose directory has a name; of none that exists for another name. ValueError."""
    return f"sha256:{_crossed(name, _LAYER)}"


def container_of(name: str) -> str:
    """The same for the id of a container. ValueError."""
    return _crossed(name, _CONTAINER)


def _crossed(digits: str, key: int) -> str:
    return f"{int(digits, 16) ^ key:064x}"


@lru_cache(maxsize=1 << 14)
def link_of(name: str) -> str:
    """The short name of a directory, below l (moby graphdriver/overlay2, GenerateID)."""
    return base64.b32encode(hashlib.sha256(name.encode()).digest()).decode()[:_LINK_DIGITS]
