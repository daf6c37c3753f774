"""Which Apache the releases of Debian have."""

from __future__ import annotations

import re
from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.packages.unpack import read_text_or

_RELEASES: Final = {"jessie": "2.4.10", "stretch": "2.4.25", "buster": "2.4.38"}


def of_debian(system: System, newest: str) -> str:
    """The version of the release that the root is of; later ones follow the newest."""
    release = re.search(r"^VERSION_CODENAME=(\w+)", read_text_or(system, "/etc/os-release"), re.MULTILINE)
    return _RELEASES.get(release[1] if release else "", newest)
