"""Where the catalogue looks for repositories that it does not have, apart from it: who brings them need not read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from fakedocker.base.extensions import Extension

if TYPE_CHECKING:
    from fakedocker.registry.model import Manifest

BROUGHT: Final[Extension[Mapping[str, Manifest]]] = Extension()
"""By their path: tag -> image."""
