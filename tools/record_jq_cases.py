"""Record what the real jq prints for the cases of a file.

    python tools/record_jq_cases.py tests/data/jq-cases.json

Each case has `args`, and may have `input` (standard input) and `files` of its working directory. What jq 1.6, Debian's, prints
and its exit status are added. Tests need only the file.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

TIMEOUT_SECONDS = 30


def run(case: dict[str, Any]) -> dict[str, Any]:
    """Run a case in a directory of its own."""
    with tempfile.TemporaryDirectory() as directory:
        for file, text in case.get("files", {}).items():
            (Path(directory) / file).write_text(text)
        done = subprocess.run(
            ["jq", *case["args"]],
            cwd=directory,
            env={"PATH": "/usr/bin:/bin", "HOME": "/root"},
            input=case.get("input", ""),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
    return {"stdout": done.stdout, "stderr": done.stderr, "exit": done.returncode}


def main() -> None:
    parser = argparse.ArgumentParser(description="Record what the real jq prints for the cases of a file.")
    parser.add_argument("file", type=Path)
    file: Path = parser.parse_args().file
    cases = json.loads(file.read_text())
    for case in cases:
        case |= run(case)
    lines = ",\n".join(json.dumps(case, ensure_ascii=True) for case in cases)
    file.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
