"""Make fakedocker/userland/packages/redhat.toml's table of packages from lock files of RPM packages.

    python tools/make_rpm_facts.py FILE...

A lock file (rpms.lock.yaml, as Konflux and rpm-lockfile-prototype make them) names packages with their version, repository and size. Of each package of
Enterprise Linux 9 for x86_64 the newest is kept: names and numbers, nothing else. The table [programs] is written by hand and is kept.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

TARGET: Final = Path(__file__).parent.parent / "fakedocker" / "userland" / "packages" / "redhat.toml"
_ROW: Final = re.compile(
    r"- url: (\S+)\n\s+repoid: (\S+)\n\s+size: (\d+)\n(?:\s+checksum: \S+\n)?\s+name: (\S+)\n\s+evr: (\S+)"
)
_BEGIN: Final = "[packages]\n"


def main(paths: list[str]) -> int:
    found: dict[str, tuple[str, str, str, int]] = {}
    for path in paths:
        for part in Path(path).read_text().split("- arch: ")[1:]:
            if part.startswith("x86_64"):
                _read(part.partition("\n  source:")[0], found)
    head = TARGET.read_text().partition(_BEGIN)[0]
    rows = [
        f'"{name}" = "{evr} {arch} {repository} {size}"'
        for name, (evr, arch, repository, size) in sorted(found.items())
    ]
    TARGET.write_text(head + _BEGIN + "\n".join(rows) + "\n")
    print(f"{len(rows)} packages")
    return 0


def _read(text: str, found: dict[str, tuple[str, str, str, int]]) -> None:
    for address, repository, size, name, evr in _ROW.findall(text):
        architecture = address.rsplit(".", 2)[1]
        if "el9" not in evr or architecture not in ("x86_64", "noarch"):
            continue
        short = "baseos" if "baseos" in repository else "appstream" if "appstream" in repository else ""
        if short and (name not in found or _order(found[name][0]) < _order(evr)):
            found[name] = (evr, architecture, short, int(size))


def _order(evr: str) -> list[tuple[int, str]]:
    """A key that sorts versions as RPM does, as far as numbers go (rpmvercmp)."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"\d+|[a-z]+", evr)]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
