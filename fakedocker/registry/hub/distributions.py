"""Which release of Debian a suite was on a day: its images are tagged by suite too (stable, oldstable, testing)."""

from __future__ import annotations

import re
from typing import Final

_RELEASED: Final = (
    ("squeeze", 20110206), ("wheezy", 20130504), ("jessie", 20150425), ("stretch", 20170617), ("buster", 20190706),
    ("bullseye", 20210814), ("bookworm", 20230610), ("trixie", 20250809), ("forky", 99999999),
)  # fmt: skip
_SUITES: Final = {"testing": 1, "stable": 0, "oldstable": -1, "oldoldstable": -2}
_UNSTABLE: Final = ("unstable", "experimental", "rc-buggy")


def canonical_tag(repository: str, tag: str, day_number: int) -> str:
    """A tag of Debian with the release in place of the suite; all other tags as they are.

    Args:
        day_number: of the build, as YYYYMMDD; one in the tag comes before it.
    """
    if repository != "debian":
        return tag
    for name in _UNSTABLE:
        if tag.startswith(name):
            return tag.replace(name, "sid", 1)
    suite = re.split(r"-", tag)[0]
    if suite not in _SUITES:
        return tag
    dated = re.search(r"-(20\d{6})", tag)
    day = int(dated[1]) if dated else day_number
    newest = max(place for place, (_, released) in enumerate(_RELEASED) if released <= day)
    place = min(max(newest + _SUITES[suite], 0), len(_RELEASED) - 1)
    return tag.replace(suite, _RELEASED[place][0], 1)
