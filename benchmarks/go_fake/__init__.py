"""The fastest other fake there is, as a floor: the in-memory server of go-dockerclient, built with Debian's Go.

apt-get install golang-go golang-github-fsouza-go-dockerclient-dev; without them there is no such floor, and its line says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

SOURCES: Final = Path("/usr/share/gocode")
LIBRARY: Final = "src/github.com/fsouza/go-dockerclient/testing/server.go"
PACKAGES: Final = "golang-go golang-github-fsouza-go-dockerclient-dev"


def build(folder: Path) -> Path | None:
    """Build it into a folder; None where Debian's packages are not installed. It takes about twenty seconds.

    Raises:
        CalledProcessError: it does not compile.
    """
    go = shutil.which("go")
    if go is None or not (SOURCES / LIBRARY).exists():
        return None
    program = folder / "go-fake"
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": str(SOURCES), "GOCACHE": str(folder / "cache")}
    source = Path(__file__).parent / "main.go"
    subprocess.run([go, "build", "-o", str(program), str(source)], env=environment, check=True)
    return program
