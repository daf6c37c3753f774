"""Record what real shells print for the scripts of a file of shell cases.

    python tools/record_sh_cases.py tests/data/sh-more.json

Each case has a name, what it is about and a script; `shells` limits it to some of dash, busybox and bash, `errors` asks for
standard error to be kept too. What the shells of this machine print becomes `accepted`. Tests need only the file.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

SHELLS = {"dash": ("/usr/bin/dash", "dash"), "busybox": ("/usr/bin/busybox", "sh"), "bash": ("/usr/bin/bash", "bash")}
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "HOSTNAME": "box",
}


def run(shell: str, script: str, stdin: str) -> tuple[str, str, int]:
    """Run a script with -c in an empty directory: standard output, standard error, exit status."""
    path, name = SHELLS[shell]
    with tempfile.TemporaryDirectory() as directory:
        done = subprocess.run(
            [name, "-c", script],
            executable=path,
            cwd=directory,
            env=ENVIRONMENT,
            input=stdin,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=20,
        )
        texts = [text.replace(directory, "/tmp/here") for text in (done.stdout, done.stderr)]
    status = done.returncode if done.returncode >= 0 else 128 - done.returncode
    return texts[0], texts[1], status


def record(case: dict[str, Any]) -> list[dict[str, Any]]:
    """What each shell of a case prints, equal answers together."""
    accepted: list[dict[str, Any]] = []
    for shell in case.get("shells", list(SHELLS)):
        stdout, stderr, status = run(shell, case["script"], case.get("stdin", ""))
        answer: dict[str, Any] = {"stdout": stdout, "exit": status}
        if case.get("errors"):
            answer["stderr"] = stderr
        known = next((entry for entry in accepted if {key: entry[key] for key in answer} == answer), None)
        if known is not None:
            known["shells"].append(shell)
        else:
            accepted.append({"shells": [shell], **answer})
    return accepted


def main() -> None:
    parser = argparse.ArgumentParser(description="Record what real shells print for a file of shell cases.")
    parser.add_argument("file", type=Path)
    file: Path = parser.parse_args().file
    os.umask(0o022)
    cases = json.loads(file.read_text())
    for case in cases:
        case["accepted"] = record(case)
    lines = ",\n".join(json.dumps(case, ensure_ascii=True) for case in cases)
    file.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
