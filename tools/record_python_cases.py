"""Record what real interpreters answer to the Python cases of the tests.

Run as `python tools/record_python_cases.py PYTHON... [CASES...]`: paths of interpreters of three versions, 3.11.7, 3.12.1 and 3.13.0, and names
of the files that are to be recorded, all without one. Reads
tests/data/python-cases/*.txt: programs, each below a line `### name`; writes *.json beside them: for every program by
its name and version [standard output, standard error, status]. They are run in /app as main.py, with hash seed 0, with nothing else there.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

CASES = Path(__file__).parents[1] / "tests/data/python-cases"
APP = Path("/app")


def programs(text: str) -> dict[str, str]:
    """Programs by their names."""
    parts = [part.partition("\n") for part in re.split(r"(?m)^### ", text)[1:]]
    return {name: source for name, _, source in parts}


def timeless(text: str) -> str:
    """What was printed, without how long tests took."""
    return re.sub(r"(?m)^(Ran \d+ tests?) in \d+\.\d+s$", r"\1 in 0.000s", text)


def answer(python: str, source: str) -> list[str | int]:
    """What an interpreter prints, and its status; 128 and the signal's number where one has ended it."""
    for each in APP.iterdir():
        shutil.rmtree(each) if each.is_dir() else each.unlink()
    (APP / "main.py").write_text(source, encoding="utf-8")
    environment = {"PYTHONHASHSEED": "0", "PATH": "/usr/local/bin:/usr/bin:/bin"}
    done = subprocess.run(
        [python, "main.py"],
        cwd=APP,
        capture_output=True,
        env=environment,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    status = done.returncode if done.returncode >= 0 else 128 - done.returncode
    prefix = str(Path(python).resolve().parents[1])
    said = [data.decode(errors="replace").replace(prefix, "/usr/local") for data in (done.stdout, done.stderr)]
    return [*(timeless(text) for text in said), status]


def main() -> int:
    pythons = {}
    wanted = [word for word in sys.argv[1:] if "/" not in word]
    for path in sys.argv[1:]:
        if path in wanted:
            continue
        said = subprocess.run(
            [path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=True,
        )
        pythons[said.stdout.strip()] = path
    APP.mkdir(exist_ok=True)
    for file in sorted(CASES.glob("*.txt")):
        if wanted and file.stem not in wanted:
            continue
        found = {
            name: {version: answer(path, source) for version, path in pythons.items()}
            for name, source in programs(file.read_text(encoding="utf-8")).items()
        }
        file.with_suffix(".json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
