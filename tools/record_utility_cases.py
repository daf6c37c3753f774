"""Record what real utilities print for the scripts of a file of utility cases.

    python tools/record_utility_cases.py tests/data/utility-cases.json

Each case has a name, what it is about and a script; `files` are put into its working directory first, `families` limits it
to one of busybox and gnu. It is run by a shell that finds only the programs of its family: links to busybox, or the
distribution's, with mawk as awk as in Debian's images. What they print becomes `accepted`, one answer where both families
agree. The machine needs busybox-static, coreutils, findutils, grep, sed, mawk, gawk, tar, diffutils, xxd and bsdextrautils,
and has to be root. Tests need only the file.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

BUSYBOX = "/usr/bin/busybox"
SHELLS = {"busybox": (BUSYBOX, "sh"), "gnu": ("/usr/bin/dash", "sh")}
TIMEOUT_SECONDS = 30


def make_programs(family: str, directory: Path) -> str:
    """A PATH on which only the programs of a family are found."""
    directory.mkdir()
    if family == "busybox":
        subprocess.run([BUSYBOX, "--install", "-s", str(directory)], check=True)
        return str(directory)
    (directory / "awk").symlink_to("/usr/bin/mawk")
    return f"{directory}:/usr/bin:/bin"


def run(family: str, path: str, case: dict[str, Any]) -> dict[str, Any]:
    """Run a case in a directory of its own: standard output and exit status."""
    executable, name = SHELLS[family]
    with tempfile.TemporaryDirectory() as directory:
        for file, text in case.get("files", {}).items():
            (Path(directory) / file).write_text(text)
        done = subprocess.run(
            [name, "-c", case["script"]],
            executable=executable,
            cwd=directory,
            env={"PATH": path, "HOME": "/root", "HOSTNAME": "box"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=TIMEOUT_SECONDS,
        )
    return {"stdout": done.stdout.replace(directory, "/tmp"), "exit": done.returncode}


def record(case: dict[str, Any], paths: dict[str, str]) -> list[dict[str, Any]]:
    """What each family prints, equal answers together."""
    accepted: list[dict[str, Any]] = []
    for family in case.get("families", list(SHELLS)):
        answer = run(family, paths[family], case)
        known = next((entry for entry in accepted if {key: entry[key] for key in answer} == answer), None)
        if known is not None:
            known["families"].append(family)
        else:
            accepted.append({"families": [family], **answer})
    return accepted


def main() -> None:
    parser = argparse.ArgumentParser(description="Record what real utilities print for a file of utility cases.")
    parser.add_argument("file", type=Path)
    file: Path = parser.parse_args().file
    os.umask(0o022)
    cases = json.loads(file.read_text())
    with tempfile.TemporaryDirectory() as directory:
        paths = {family: make_programs(family, Path(directory) / family) for family in SHELLS}
        for case in cases:
            case["accepted"] = record(case, paths)
    lines = ",\n".join(json.dumps(case, ensure_ascii=True) for case in cases)
    file.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
