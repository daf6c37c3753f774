"""Make dist/fakedocker.pyz: this project in one file, with every dependency that is written in Python.

What is compiled cannot be imported from a zip: msgspec has to be installed beside it, see docs/installing.md. Where a dependency has
compiled parts that it can do without (immutables, PyYAML) they are left out.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipapp
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).parent.parent
TARGET: Final = PROJECT / "dist" / "fakedocker.pyz"
COMPILED: Final = ("msgspec", "bcrypt", "httptools", "backports.zstd")
"""Dependencies that are nothing without what is compiled in them."""
MAIN: Final = """\
import sys

try:
    import msgspec
except ImportError:
    sys.exit("fakedocker.pyz needs msgspec, which cannot be imported from a zip: pip install msgspec")
from fakedocker_shell.main import main

try:
    sys.exit(main())
except ModuleNotFoundError as missing:
    if missing.name not in ("bcrypt", "httptools", "backports", "backports.zstd"):
        raise
    package = "backports.zstd" if missing.name == "backports" else missing.name
    sys.exit(f"this needs {package}, which cannot be imported from a zip: pip install {package}")
"""


def dependencies() -> list[str]:
    """What is taken along, as pyproject.toml names it."""
    named = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["dependencies"]
    return [each for each in named if not each.startswith(COMPILED)]


def main() -> int:
    """Make it, and say how large it is."""
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder) / "inside"
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--target", str(inside)]
        subprocess.run([*install, *dependencies()], check=True)
        subprocess.run([*install, "--no-deps", str(PROJECT)], check=True)
        for compiled in [*inside.rglob("*.so"), *inside.rglob("*.pyd")]:
            compiled.unlink()
        for needless in (*inside.glob("bin"), *inside.glob("networkx/**/tests")):
            shutil.rmtree(needless)
        (inside / "__main__.py").write_text(MAIN)
        TARGET.parent.mkdir(exist_ok=True)
        zipapp.create_archive(inside, TARGET, "/usr/bin/env python3", compressed=True)
    sys.stdout.write(f"{TARGET.relative_to(PROJECT)}: {TARGET.stat().st_size / 1e6:.1f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
