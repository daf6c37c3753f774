"""Ask the real PHP what small pages print, and write it down: python tools/record_php_cases.py [PHP]

The pages are in tests/data/php-pages.txt, one a line: a name, a bar, and the source, in which \\n stands for a new line where it is
followed by no other escape. Needs php (Debian: apt-get install php-cli).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

DATA = Path(__file__).parent.parent / "tests" / "data"


def main(php: str = "php") -> None:
    """Record all."""
    told = subprocess.run([php, "-n", "-r", "echo PHP_VERSION;"], capture_output=True, text=True, check=True).stdout
    cases = {}
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.php"
        for line in (DATA / "php-pages.txt").read_text(encoding="utf-8").splitlines():
            name, _, source = line.partition("|")
            page.write_text(source.replace("\\n", "\n") if "<?php" not in source else _lines(source), encoding="utf-8")
            done = subprocess.run([php, "-n", page.name], cwd=folder, capture_output=True, check=False)
            cases[name] = {
                "source": page.read_text(encoding="utf-8"),
                "output": done.stdout.decode().replace(folder, "/app"),
                "status": done.returncode,
            }
    text = json.dumps({"version": told, "cases": cases}, indent=1, ensure_ascii=False)
    (DATA / "php-cases.json").write_text(text + "\n", encoding="utf-8")


def _lines(source: str) -> str:
    """New lines outside of PHP's texts; within one, PHP reads the escape itself."""
    parts = source.split('"')
    return '"'.join(part.replace("\\n", "\n") if number % 2 == 0 else part for number, part in enumerate(parts))


if __name__ == "__main__":
    main(*sys.argv[1:])
